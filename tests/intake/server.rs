//! `sogoc deliver --server` against a real server: the same receipt, and nothing sent twice.

use std::path::Path;
use std::process::Output;

use serde_json::Value;
use sogoc::access::Role;
use sogoc::upload::{self, NewUpload};
use sogoc::{access, batch};

use super::house::{DIPLOMA, REGISTER, digest, machine};
use crate::support::server::Server;

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_reaches_a_server_and_goes_on_where_it_was_cut_off() {
    let server = Server::start().await;
    let archive = &server.archive;
    let roles = [Role::Archivist];
    let made = access::make_token(archive, &machine(), "scanner", &roles, None)
        .await
        .unwrap();
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("scans");
    std::fs::create_dir_all(folder.join("Quyển 1")).unwrap();
    std::fs::write(folder.join("Quyển 1/Bằng.jpg"), DIPLOMA).unwrap();
    std::fs::write(folder.join("sổ.png"), REGISTER).unwrap();

    // An earlier run was cut off in the middle of a file.
    let opened = batch::NewBatch {
        name: "Hộp 1".into(),
        ..batch::NewBatch::default()
    };
    let batch_id = batch::open(archive, &machine(), &opened).await.unwrap().id;
    let sender = access::bearer(archive, &made.token).await.unwrap();
    let whole = digest(DIPLOMA);
    let begun = NewUpload {
        batch_id: &batch_id,
        name: "Quyển 1/Bằng.jpg",
        size: DIPLOMA.len() as u64,
        sha256: Some(&whole),
    };
    let upload = upload::create(archive, &sender, &begun).await.unwrap();
    let half = bytes::Bytes::from_static(&DIPLOMA[..50_000]);
    let half = futures::stream::iter([Ok::<_, std::io::Error>(half)]);
    upload::append(archive, &sender, &upload.id, 0, None, half)
        .await
        .unwrap();

    let said = deliver(&server.url, &made.token, &folder).await;
    assert_eq!(
        said.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&said.stderr)
    );
    let said: Value = serde_json::from_slice(&said.stdout).unwrap();
    assert_eq!(
        (&said["totals"]["received"], &said["totals"]["pages"]),
        (&2.into(), &2.into())
    );
    let finished = upload::get(archive, &sender, &upload.id).await.unwrap();
    assert!(
        finished.scan_id.is_some(),
        "the upload begun before was finished, not begun anew"
    );
    let receipt = std::fs::read(place.path().join("Hộp 1.receipt.json")).unwrap();
    let receipt = batch::Receipt::parse(&receipt).unwrap();
    assert_eq!(
        receipt,
        batch::receipt(archive, &machine(), &batch_id)
            .await
            .unwrap()
    );

    let again = deliver(&server.url, &made.token, &folder).await;
    let again: Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!(again["receipt_sha256"], said["receipt_sha256"]);

    let stranger = deliver(&server.url, "no such token", &folder).await;
    assert_eq!(stranger.status.code(), Some(77));
}

async fn deliver(url: &str, token: &str, folder: &Path) -> Output {
    tokio::process::Command::new(env!("CARGO_BIN_EXE_sogoc"))
        .args([
            "--json", "deliver", "--batch", "Hộp 1", "--server", url, "--token", token,
        ])
        .arg(folder)
        .output()
        .await
        .unwrap()
}
