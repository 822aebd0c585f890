//! Bodies that never end, and more of them than there is memory.

use reqwest::Method;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::{SOON, rest, saying};
use crate::support::server::Server;
use crate::support::wait::until;

fn head(path: &str, kind: &str, length: usize) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n"
    )
    .into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_stops_is_ended_at_every_door() {
    let server = Server::set(|config| config.web.head_seconds = 1).await;
    let form = "application/x-www-form-urlencoded";
    let mut stopped = Vec::new();
    for (path, kind) in [
        ("/yeu-cau", form),
        ("/dang-nhap", form),
        ("/api/v1/session", "application/json"),
        ("/api/v1/verify", "application/pdf"),
        ("/xac-minh", "multipart/form-data; boundary=x"),
    ] {
        let mut said = head(path, kind, 100_000);
        said.extend_from_slice(b"--x\r\n");
        stopped.push(saying(&server, &said).await);
    }
    let mut chunked = b"POST /yeu-cau HTTP/1.1\r\nhost: x\r\ncontent-type: ".to_vec();
    chunked.extend_from_slice(form.as_bytes());
    chunked.extend_from_slice(b"\r\ntransfer-encoding: chunked\r\n\r\n5\r\nname=\r\n");
    stopped.push(saying(&server, &chunked).await);
    for said in futures::future::join_all(stopped.into_iter().map(rest)).await {
        assert!(
            !said.starts_with("HTTP/1.1 2") && !said.starts_with("HTTP/1.1 500"),
            "{said}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_drips_does_not_live_on() {
    let server = Server::set(|config| config.web.head_seconds = 1).await;
    let said = head("/api/v1/session", "application/json", 100_000);
    let mut stream = saying(&server, &said).await;
    let dripping = async {
        until("the end of a dripping body", async || {
            stream.write_all(b" ").await.is_err()
        })
        .await;
    };
    tokio::time::timeout(SOON, dripping).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn unfinished_bodies_together_hold_no_more_than_their_ceiling() {
    let server = Server::set(|config| config.web.bodies_mib = 1).await;
    let body = vec![b' '; 700 << 10];
    let mut half = head("/api/v1/session", "application/json", body.len() + 1);
    half.extend_from_slice(&body);
    let held: TcpStream = saying(&server, &half).await;
    let post = async || {
        let request = server.anonymous().request(Method::POST, "/api/v1/session");
        let request = request.header("content-type", "application/json");
        request.body(body.clone()).send().await.unwrap()
    };
    until("the first body to be held", async || {
        let answer = post().await;
        answer.status() == 503 && answer.headers().contains_key("retry-after")
    })
    .await;
    assert_eq!(server.anonymous().get("/yeu-cau").await.status(), 200);
    drop(held);
    until("its memory to be given back", async || {
        post().await.status() == 422 // it is no JSON
    })
    .await;
}
