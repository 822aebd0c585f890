//! A page of a register keyed in the browser, by keyboard.

use std::path::Path;

use sogoc::access::Role;
use sogoc::archive::Archive;

use super::register::{Register, register};
use crate::support::playwright::walk;
use crate::support::server::{PASSWORD, Server};

/// Empties a field of rows, as where nothing is read in a column.
async fn empty(archive: &Archive, ids: &[String], key: &str) {
    for id in ids {
        let text: String =
            sqlx::query_scalar("SELECT fields FROM record_versions WHERE record_id = $1")
                .bind(id)
                .fetch_one(archive.catalogue.pool())
                .await
                .unwrap();
        let mut fields: serde_json::Value = serde_json::from_str(&text).unwrap();
        fields.as_object_mut().unwrap().remove(key);
        sqlx::query("UPDATE record_versions SET fields = $1 WHERE record_id = $2")
            .bind(fields.to_string())
            .bind(id)
            .execute(archive.catalogue.pool())
            .await
            .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_of_25_rows_is_keyed_by_keyboard_in_two_minutes() {
    let server = Server::start().await;
    for login in ["lan", "minh"] {
        server.person(login, &[Role::Reviewer]).await;
    }
    let archive = &server.archive;
    let doubtful = [
        (0, "truong"),
        (4, "ho_ten"),
        (9, "ngay_sinh"),
        (9, "so_hieu"),
        (24, "ho_ten"),
    ];
    let first = register(archive, "Quyển 1 trang 1", super::register::ROWS, &doubtful).await;
    let second = register(archive, "Quyển 1 trang 2", 6, &[]).await;
    empty(archive, &second.ids[2..], "noi_sinh").await;
    let third = register(archive, "Quyển 1 trang 3", 3, &[(1, "dan_toc")]).await;
    let fourth = register(archive, "Quyển 1 trang 4", 3, &[(2, "ho_ten")]).await;
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("grid");
    std::fs::create_dir_all(&pictures).unwrap();
    let pages = [first, second, third, fourth].map(|one: Register| one.path());
    let url = server.url.clone();
    let said = tokio::task::spawn_blocking(move || {
        let settings = [
            ("BASE", url.as_str()),
            ("PASSWORD", PASSWORD),
            ("PICTURES", pictures.to_str().unwrap()),
            ("FIRST", &pages[0]),
            ("SECOND", &pages[1]),
            ("THIRD", &pages[2]),
            ("FOURTH", &pages[3]),
        ];
        walk("grid.mjs", &settings)
    })
    .await
    .unwrap();
    println!("{said}");
    assert!(said.ends_with("walked\n"), "{said}");
}
