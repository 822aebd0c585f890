//! The walk in the README is run as it stands there, by a shell, against a real server.

use std::fs::File;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use sogoc::access::{self, Caller, Role};
use sogoc::archive::Archive;
use sogoc::{copy_request, notify, worker};

use crate::support::archive::{caller, seen, shown};
use crate::support::child::free_ports;
use crate::support::diploma;
use crate::support::server::Server;
use crate::support::wait::{until, until_within};

const README: &str = include_str!("../README.md");

/// The shell between the two marks, without its fence.
fn script() -> &'static str {
    let (_, after) = README
        .split_once("<!-- the walk begins -->\n```sh\n")
        .unwrap();
    let (script, _) = after.split_once("```\n<!-- the walk ends -->").unwrap();
    script
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_portal_developer_can_paste_the_walk_of_the_readme() {
    let [port] = free_ports();
    let listed = format!("127.0.0.1:{port}");
    let server = Server::set(|config| config.web.webhook_hosts = vec![listed.clone()]).await;
    let archive = server.archive.clone();
    let record = diploma::approved(&archive).await;
    let machine = Caller::machine();
    let token = access::make_token(&archive, &machine, "Cổng tỉnh", &[Role::Portal], None)
        .await
        .unwrap();
    let url = format!("http://{listed}/");
    let hook = notify::set_hook(&archive, &machine, &token.id, &url);
    let secret = hook.await.unwrap().secret;
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("said");
    let mut shell = Command::new("sh");
    shell
        .args(["-c", script()])
        .current_dir(folder.path())
        .env("BASE", &server.url)
        .env("TOKEN", &token.token)
        .env("SECRET", &secret)
        .env("PORT", port.to_string())
        .stdout(File::create(&output).unwrap());
    let ran = tokio::task::spawn_blocking(move || shell.output());
    let ran = tokio::select! {
        ran = ran => ran.unwrap().unwrap(),
        () = work(&archive, &record.id, &output) => unreachable!("the office never stops working"),
    };
    let said = std::fs::read_to_string(output).unwrap();
    assert!(
        ran.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    assert!(said.contains("tracking code "), "{said}");
    assert!(said.contains("Đã nhận, đang tìm trong sổ gốc"), "{said}");
    assert!(said.contains("the notice is genuine"), "{said}");
    assert!(said.contains("file: unchanged, archive: valid"), "{said}");
}

/// The office at work: once the portal has read that its request is received (it stands in `output`), one confirms,
/// another releases, the queue is worked.
async fn work(archive: &Archive, record: &str, output: &Path) {
    let (clerk_, approver) = (caller(Role::Reviewer), caller(Role::Approver));
    let day = async || {
        let received = copy_request::list(archive, &clerk_, Some("received")).await;
        for request in received.unwrap() {
            until("the portal's answer", async || {
                std::fs::read_to_string(output).unwrap().contains("Đã nhận")
            })
            .await;
            copy_request::confirm(
                archive,
                &clerk_,
                &request.id,
                record,
                &seen(archive, record).await,
            )
            .await
            .unwrap();
            copy_request::release(
                archive,
                &approver,
                &request.id,
                &shown(archive, &request.id).await,
            )
            .await
            .unwrap();
        }
        worker::drain(archive).await.unwrap();
        false
    };
    until_within(Duration::MAX, "the end of the office's day", day).await;
}
