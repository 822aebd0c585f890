//! The command line while the catalogue or the vault is out of reach: told which, nothing
//! acknowledged, and the same command goes on once it is back.

use std::path::Path;

use super::{code, complaint, said, sogoc};
use crate::support::archive::{Ground, settings};
use crate::support::line::Line;

const DIPLOMA: &[u8] = include_bytes!("../fixtures/good/diploma.jpg");

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_says_what_is_out_of_reach_and_goes_on_when_it_is_back() {
    let place = tempfile::tempdir().unwrap();
    let (mut config, _store) = settings(Ground::Scaled, place.path()).await;
    let vault = Line::to_vault(&mut config).await;
    let catalogue = Line::to_catalogue(&mut config).await;
    let file = place.path().join("sogoc.toml");
    let text = format!(
        "data = {:?}\n[catalogue]\nurl = {:?}\n[vault]\nurl = {:?}\nendpoint = {:?}\n\
         region = {:?}\nkey_id = {:?}\nsecret_file = {:?}\n",
        place.path().join("data"),
        config.catalogue.url.unwrap(),
        config.vault.url.unwrap(),
        config.vault.endpoint.unwrap(),
        config.vault.region.unwrap(),
        config.vault.key_id.unwrap(),
        config.vault.secret_file.unwrap(),
    );
    std::fs::write(&file, text).unwrap();
    let scans = place.path().join("scans");
    std::fs::create_dir(&scans).unwrap();
    std::fs::write(scans.join("bằng.jpg"), DIPLOMA).unwrap();
    let receipt = place.path().join("X.receipt.json");

    for (line, part) in [(&vault, "Kho lưu tệp"), (&catalogue, "Danh mục")] {
        line.cut();
        for command in [&["deliver", "--batch", "X"][..], &["search", "nguyễn"]] {
            let output = run(&file, command, &scans).await;
            assert_eq!(code(&output), 75, "{command:?}: {}", complaint(&output));
            assert!(complaint(&output).contains(part), "{}", complaint(&output));
            assert!(
                output.stdout.is_empty() && !receipt.exists(),
                "nothing was acknowledged"
            );
        }
        line.mend();
    }
    let output = run(&file, &["deliver", "--batch", "X"], &scans).await;
    assert_eq!(code(&output), 0, "{}", complaint(&output));
    assert_eq!(said(&output)["totals"]["received"], 1);
    assert!(receipt.exists());
}

async fn run(config: &Path, command: &[&str], scans: &Path) -> std::process::Output {
    let mut arguments = vec![
        "--json".to_owned(),
        "--config".into(),
        config.display().to_string(),
    ];
    arguments.extend(command.iter().map(|word| (*word).to_owned()));
    if command[0] == "deliver" {
        arguments.push(scans.display().to_string());
    }
    let work = move || sogoc(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    tokio::task::spawn_blocking(work).await.unwrap()
}
