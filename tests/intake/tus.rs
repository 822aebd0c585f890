//! Resumable uploads over HTTP, by the letter of tus 1.0, against a real server.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::Value;
use sha2::{Digest, Sha256};
use sogoc::access::{self, Caller, Role};
use sogoc::audit;
use sogoc::batch::{self, NewBatch};
use sogoc::clock::{StillClock, WallClock};
use sogoc::jobs::{self, Kind};
use sogoc::upload::{self, NewUpload};
use tokio::io::AsyncWriteExt;

use super::house::{DIPLOMA, House, digest, machine};
use crate::support::server::{Client, Server};
use crate::support::wait::until;

/// Someone who uploads to one batch.
struct Sender {
    server: Server,
    client: Client,
    batch: String,
}

impl Sender {
    async fn start() -> Self {
        let server = Server::start().await;
        let client = server.token(&[Role::Archivist]).await;
        let fresh = NewBatch {
            name: "Hộp 1".into(),
            ..NewBatch::default()
        };
        let batch = batch::open(&server.archive, &machine(), &fresh)
            .await
            .unwrap()
            .id;
        Self {
            server,
            client,
            batch,
        }
    }

    fn creation(&self, name: &str, size: usize, sha256: Option<&str>) -> RequestBuilder {
        let mut metadata = format!("filename {}", STANDARD.encode(name));
        if let Some(sha256) = sha256 {
            metadata.push_str(&format!(",sha256 {}", STANDARD.encode(sha256)));
        }
        let path = format!("/api/v1/batches/{}/uploads", self.batch);
        self.tus(Method::POST, &path)
            .header("Upload-Length", size)
            .header("Upload-Metadata", metadata)
    }

    async fn create(&self, name: &str, size: usize, sha256: Option<&str>) -> String {
        let answer = self.creation(name, size, sha256).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::CREATED);
        answer.headers()["location"].to_str().unwrap().to_owned()
    }

    fn tus(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, path)
            .header("Tus-Resumable", "1.0.0")
    }

    fn patch(&self, upload: &str, offset: usize, bytes: &[u8]) -> RequestBuilder {
        self.tus(Method::PATCH, upload)
            .header("Upload-Offset", offset)
            .header("Content-Type", "application/offset+octet-stream")
            .body(bytes.to_vec())
    }

    async fn offset(&self, upload: &str) -> Option<usize> {
        let answer = self.tus(Method::HEAD, upload).send().await.unwrap();
        let offset = answer.headers().get("upload-offset")?;
        offset.to_str().unwrap().parse().ok()
    }

    async fn became(&self, upload: &str) -> Value {
        self.client.get(upload).await.json().await.unwrap()
    }
}

async fn code(answer: Response) -> (u16, String) {
    let status = answer.status().as_u16();
    let document: Value = answer.json().await.unwrap();
    (status, document["code"].as_str().unwrap().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_comes_in_pieces_and_is_received_with_the_last() {
    let sender = Sender::start().await;
    let whole = digest(DIPLOMA);
    let upload = sender
        .create("Quyển 1/Bằng.jpg", DIPLOMA.len(), Some(&whole))
        .await;
    let answer = sender
        .patch(&upload, 0, &DIPLOMA[..1000])
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    assert_eq!(answer.headers()["upload-offset"], "1000");
    assert!(
        answer.headers()["upload-expires"]
            .to_str()
            .unwrap()
            .ends_with("GMT")
    );
    assert_eq!(sender.offset(&upload).await, Some(1000));
    assert_eq!(sender.became(&upload).await["scan"], Value::Null);
    let sum = STANDARD.encode(Sha256::digest(&DIPLOMA[1000..]));
    let last = sender.patch(&upload, 1000, &DIPLOMA[1000..]);
    let answer = last
        .header("Upload-Checksum", format!("sha256 {sum}"))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    let became = sender.became(&upload).await;
    assert_eq!(became["scan"]["sha256"], whole.as_str());
    assert_eq!(became["scan"]["original_name"], "Quyển 1/Bằng.jpg");
    assert_eq!(became["scan"]["state"], "received");
    let left = std::fs::read_dir(sender.server.archive.spool.join("uploads")).unwrap();
    assert_eq!(left.count(), 0, "the spool is empty again");
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_with_a_wrong_checksum_are_forgotten() {
    let sender = Sender::start().await;
    let upload = sender.create("a.jpg", DIPLOMA.len(), None).await;
    let sum = STANDARD.encode(Sha256::digest(b"other"));
    let garbled = sender.patch(&upload, 0, &DIPLOMA[..500]);
    let answer = garbled
        .header("Upload-Checksum", format!("sha256 {sum}"))
        .send()
        .await
        .unwrap();
    assert_eq!(code(answer).await, (460, "checksum_differs".into()));
    assert_eq!(sender.offset(&upload).await, Some(0));
    let unknown = sender
        .patch(&upload, 0, b"x")
        .header("Upload-Checksum", "crc32 AAAA");
    assert_eq!(unknown.send().await.unwrap().status().as_u16(), 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_at_another_offset_or_beyond_the_end_are_refused() {
    let sender = Sender::start().await;
    let upload = sender.create("a.jpg", 10, None).await;
    let answer = sender.patch(&upload, 5, b"12345").send().await.unwrap();
    assert_eq!(code(answer).await, (409, "offset_differs".into()));
    let answer = sender
        .patch(&upload, 0, b"12345678901")
        .send()
        .await
        .unwrap();
    assert_eq!(code(answer).await, (413, "upload_too_large".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_before_the_line_broke_is_not_sent_again() {
    let sender = Sender::start().await;
    let upload = sender.create("a.jpg", DIPLOMA.len(), None).await;
    let token = sender.patch(&upload, 0, b"").build().unwrap();
    let bearer = token.headers()["authorization"]
        .to_str()
        .unwrap()
        .to_owned();
    let address = sender.server.url.trim_start_matches("http://");
    let mut line = tokio::net::TcpStream::connect(address).await.unwrap();
    let head = format!(
        "PATCH {upload} HTTP/1.1\r\nHost: {address}\r\nAuthorization: {bearer}\r\n\
         Tus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Length: {}\r\n\
         Content-Type: application/offset+octet-stream\r\n\r\n",
        DIPLOMA.len()
    );
    line.write_all(head.as_bytes()).await.unwrap();
    line.write_all(&DIPLOMA[..40_000]).await.unwrap();
    drop(line); // what was written still arrives before the end of the line
    let mut offset = 0;
    until("all that came before the line broke", async || {
        offset = sender.offset(&upload).await.unwrap();
        offset == 40_000
    })
    .await;
    let rest = sender
        .patch(&upload, offset, &DIPLOMA[offset..])
        .send()
        .await
        .unwrap();
    assert_eq!(rest.status(), StatusCode::NO_CONTENT);
    assert_eq!(
        sender.became(&upload).await["scan"]["sha256"],
        digest(DIPLOMA).as_str()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_other_than_declared_ends_its_upload() {
    let sender = Sender::start().await;
    let upload = sender.create("a.jpg", 5, Some(&"0".repeat(64))).await;
    let answer = sender.patch(&upload, 0, b"12345").send().await.unwrap();
    assert_eq!(code(answer).await, (422, "invalid".into()));
    assert_eq!(sender.offset(&upload).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_requests_are_told_what_is_wrong() {
    let sender = Sender::start().await;
    let path = format!("/api/v1/batches/{}/uploads", sender.batch);
    let plain = sender
        .client
        .request(Method::POST, &path)
        .header("Upload-Length", 1);
    let answer = plain.send().await.unwrap();
    assert_eq!(answer.headers()["tus-version"], "1.0.0");
    assert_eq!(code(answer).await, (412, "tus_version".into()));
    for name in ["", "../x.jpg", "/etc/passwd", "a\nb"] {
        let answer = sender.creation(name, 1, None).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 422, "{name:?}");
    }
    let answer = sender
        .creation("a.jpg", 1, Some("zz"))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status().as_u16(), 422);
    let answer = sender
        .creation("a.jpg", 1 << 50, None)
        .send()
        .await
        .unwrap();
    assert_eq!(code(answer).await, (413, "upload_too_large".into()));
    let upload = sender.create("a.jpg", 5, None).await;
    let untyped = sender
        .tus(Method::PATCH, &upload)
        .header("Upload-Offset", 0)
        .body("12345");
    assert_eq!(untyped.send().await.unwrap().status().as_u16(), 415);
    let answer = sender.tus(Method::PATCH, "/api/v1/uploads/..%2f..%2fx");
    let answer = answer
        .header("Upload-Offset", 0)
        .header("Content-Type", "application/offset+octet-stream");
    assert_eq!(answer.send().await.unwrap().status().as_u16(), 404);
    let options = sender
        .client
        .request(Method::OPTIONS, &path)
        .send()
        .await
        .unwrap();
    assert!(
        options.headers()["tus-extension"]
            .to_str()
            .unwrap()
            .contains("termination")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn another_persons_upload_is_not_found() {
    let sender = Sender::start().await;
    let upload = sender.create("a.jpg", 5, None).await;
    let other = sender.server.token(&[Role::Archivist]).await;
    assert_eq!(other.get(&upload).await.status().as_u16(), 404);
    let reader = sender.server.token(&[Role::Auditor]).await;
    assert_eq!(reader.get(&upload).await.status().as_u16(), 403);
    assert_eq!(
        sender
            .server
            .anonymous()
            .get(&upload)
            .await
            .status()
            .as_u16(),
        401
    );
    let gone = sender.tus(Method::DELETE, &upload).send().await.unwrap();
    assert_eq!(gone.status(), StatusCode::NO_CONTENT);
    assert_eq!(sender.offset(&upload).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_abandoned_upload_expires_and_is_reported() {
    let clock = Arc::new(StillClock::at("2026-11-22T01:00:00Z".parse().unwrap()));
    let house = House::with(clock.clone(), |_| {}).await;
    let (archive, batch) = (&house.archive, house.batch("Hộp 1").await);
    let fresh = NewUpload {
        batch_id: &batch,
        name: "a.jpg",
        size: 10,
        sha256: None,
    };
    let upload = upload::create(archive, &machine(), &fresh).await.unwrap();
    let bytes =
        futures::stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from_static(b"1234"))]);
    upload::append(archive, &machine(), &upload.id, 0, None, bytes)
        .await
        .unwrap();
    sweep(&house).await;
    assert_eq!(
        upload::get(archive, &machine(), &upload.id)
            .await
            .unwrap()
            .received,
        4
    );
    assert!(
        batch::close(archive, &machine(), &batch).await.is_err(),
        "an upload is under way"
    );
    clock.advance(Duration::from_secs(25 * 3600));
    sweep(&house).await;
    assert!(upload::get(archive, &machine(), &upload.id).await.is_err());
    assert_eq!(
        std::fs::read_dir(archive.spool.join("uploads"))
            .unwrap()
            .count(),
        0
    );
    let reported = audit::about(&archive.catalogue, &upload.id).await.unwrap();
    assert_eq!(reported[0].action, "upload_expired");
    batch::close(archive, &machine(), &batch).await.unwrap();
}

async fn sweep(house: &House) {
    let archive = &house.archive;
    let (catalogue, clock) = (&archive.catalogue, archive.clock.as_ref());
    let mut tx = catalogue.begin().await.unwrap();
    tx.enqueue(Kind::SweepUploads, "all", 5).await.unwrap();
    tx.commit().await.unwrap();
    let job = jobs::lease(catalogue, clock, Kind::SweepUploads, "test")
        .await
        .unwrap()
        .unwrap();
    upload::sweep(archive, &job).await.unwrap();
    assert!(
        jobs::lease(catalogue, clock, Kind::SweepUploads, "test")
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_the_disk_has_no_room_for_is_refused_before_its_first_byte() {
    let house = House::with(Arc::new(WallClock), |config| {
        config.web.largest_upload_mib = 1 << 40
    })
    .await;
    let batch = house.batch("Hộp 1").await;
    let fresh = NewUpload {
        batch_id: &batch,
        name: "huge.tif",
        size: 1 << 58,
        sha256: None,
    };
    let refused = upload::create(&house.archive, &machine(), &fresh)
        .await
        .unwrap_err();
    assert_eq!((refused.status(), refused.exit_code()), (503, 75));
    let reader = access::Caller {
        roles: vec![Role::Auditor],
        ..Caller::machine()
    };
    assert_eq!(
        upload::create(&house.archive, &reader, &fresh)
            .await
            .unwrap_err()
            .status(),
        403
    );
}
