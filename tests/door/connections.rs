//! Heads that never end, connections that say nothing, answers that nobody takes, and more of them than there are places.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{SOON, rest, saying};
use crate::support::server::Server;
use crate::support::wait::until;

#[tokio::test(flavor = "multi_thread")]
async fn slow_heads_and_idle_connections_end_while_others_are_served() {
    let server = Server::set(|config| config.web.head_seconds = 1).await;
    let mut slow = Vec::new();
    for said in [
        b"".as_slice(),
        b"GET / HT",
        b"GET / HTTP/1.1\r\nhost: x\r\nx-a: ",
        b"PRI * HTTP/2.0\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n", // answered, and then idle
    ] {
        for _ in 0..50 {
            slow.push(saying(&server, said).await);
        }
    }
    let answer = server.anonymous().get("/yeu-cau").await;
    assert_eq!(answer.status(), 200, "others are served meanwhile");
    let ends = futures::future::join_all(slow.into_iter().map(rest)).await;
    let answered = ends.iter().filter(|said| said.starts_with("HTTP/1.1 200"));
    assert_eq!(answered.count(), 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_drips_does_not_live_on() {
    let server = Server::set(|config| config.web.head_seconds = 1).await;
    let mut stream = saying(&server, b"GET / HTTP/1.1\r\n").await;
    let dripping = async {
        // Until the server has hung up, a byte at a time.
        until("the end of a dripping head", async || {
            stream.write_all(b"a").await.is_err()
        })
        .await;
    };
    tokio::time::timeout(SOON, dripping).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_takes_nothing_of_an_answer_is_hung_up_on() {
    let server = Server::set(|config| config.web.head_seconds = 1).await;
    let mut stream = saying(&server, b"").await;
    // More answers are asked for than the buffers of both sides hold, and none is read.
    let ask = b"GET /yeu-cau HTTP/1.1\r\nhost: x\r\n\r\n".repeat(200);
    let asking = async { while stream.write_all(&ask).await.is_ok() {} };
    tokio::time::timeout(SOON, asking).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn there_are_only_so_many_places_and_they_are_free_again() {
    let server = Server::set(|config| config.web.most_connections = 10).await;
    let held: Vec<TcpStream> =
        futures::future::join_all((0..10).map(|_| saying(&server, b"GET /"))).await;
    until("the tenth place to be taken", async || {
        let mut one = saying(&server, b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await;
        let mut said = Vec::new();
        drop(one.read_to_end(&mut said).await);
        said.is_empty()
    })
    .await;
    drop(held);
    until("a place to be free", async || {
        let answer = reqwest::get(format!("{}/healthz", server.url)).await;
        answer.is_ok_and(|answer| answer.status() == 200)
    })
    .await;
    let metrics = server.metrics().await;
    let refused = metrics
        .lines()
        .find(|line| line.starts_with("sogoc_connections_refused_total "))
        .unwrap();
    assert!(!refused.ends_with(" 0"), "{refused}");
}
