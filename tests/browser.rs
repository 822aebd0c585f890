//! The whole archive through a browser: deliver, correct, approve, find, ask, confirm, release,
//! fetch, verify, each by the person whose work it is.

use std::path::Path;

use crate::support::playwright::walk;
use crate::support::server::PASSWORD;
use crate::support::service::Service;

const PEOPLE: &[(&str, &str, &[&str])] = &[
    ("vanthu", "Trần Thị Văn Thư", &["archivist"]),
    ("chuyenvien", "Lê Văn Chuyên Viên", &["reviewer"]),
    ("chuyenvien2", "Đỗ Thị Kiểm Tra", &["reviewer"]),
    ("lanhdao", "Phạm Thị Lãnh Đạo", &["approver"]),
    ("congnghe", "Võ Văn Công Nghệ", &["administrator"]),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scan_becomes_a_verified_copy_in_the_browser_alone() {
    let service = Service::start(PEOPLE).await;
    let scan = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/scans/bang-thpt-2008.jpg");
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser");
    std::fs::create_dir_all(&pictures).unwrap();
    let url = service.url.clone();
    let said = tokio::task::spawn_blocking(move || {
        walk(
            "walk.mjs",
            &[
                ("BASE", &url),
                ("PASSWORD", PASSWORD),
                ("SCAN", scan.to_str().unwrap()),
                ("PICTURES", pictures.to_str().unwrap()),
            ],
        )
    })
    .await
    .unwrap();
    assert!(said.ends_with("walked\n"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_was_typed_is_lost_in_the_browser() {
    let service = Service::start(PEOPLE).await;
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rooms");
    std::fs::create_dir_all(&pictures).unwrap();
    let url = service.url.clone();
    let said = tokio::task::spawn_blocking(move || {
        let settings = [
            ("BASE", url.as_str()),
            ("PASSWORD", PASSWORD),
            ("PICTURES", pictures.to_str().unwrap()),
        ];
        walk("rooms.mjs", &settings)
    })
    .await
    .unwrap();
    assert!(said.ends_with("walked\n"), "{said}");
}
