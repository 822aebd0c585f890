//! Delivery to a server: its JSON API for the batch, the tus protocol for the bytes. An upload that was
//! cut off, on either side, continues at the server's offset.

use std::collections::HashMap;
use std::io::SeekFrom;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use super::folder::SourceFile;
use crate::batch::{Declared, NewBatch, Progress, Receipt};
use crate::error::{Error, Fault, Result};
use crate::messages::{Message, Value};
use crate::scan::Scan;

/// Most bytes of one PATCH request.
const CHUNK: u64 = 8 << 20;
/// Retries of an upload after a transient error; the wait doubles with each, half a minute altogether.
const RETRIES: u32 = 6;
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// A server that sends nothing for this long is unreachable.
const READ_TIMEOUT: Duration = Duration::from_secs(120);

/// Scans of the batch the server already has, by name and SHA-256, so that they are not sent again.
pub(super) type ReceivedScans = HashMap<(String, String), Scan>;

/// A server, with the API token to use there.
pub(super) struct Remote {
    http: Client,
    url: String,
    token: String,
}

#[derive(serde::Deserialize)]
struct BatchName {
    id: String,
    #[serde(default)]
    name: String,
}

#[derive(serde::Deserialize)]
struct Page<T> {
    items: Vec<T>,
    next: Option<String>,
}

#[derive(serde::Deserialize)]
struct BatchStatus {
    progress: Progress,
}

#[derive(serde::Deserialize)]
struct UploadResult {
    scan: Option<Scan>,
}

#[derive(serde::Deserialize)]
struct Upload {
    id: String,
    original_name: String,
    size: i64,
    sha256: Option<String>,
}

#[derive(serde::Deserialize)]
struct Problem {
    code: String,
    title: String,
    title_vi: String,
    #[serde(default)]
    errors: Vec<FieldError>,
}

#[derive(serde::Deserialize)]
struct FieldError {
    pointer: String,
    detail: String,
    detail_vi: String,
}

impl Remote {
    pub(super) fn new(url: &str, token: &str) -> Result<Self> {
        let http = Client::builder()
            .read_timeout(READ_TIMEOUT)
            .build()
            .map_err(|error| Error::Internal(error.to_string()))?;
        Ok(Self {
            http,
            url: url.trim_end_matches('/').to_owned(),
            token: token.to_owned(),
        })
    }

    pub(super) async fn open(&self, new: &NewBatch) -> Result<String> {
        let request = self.request(Method::POST, "/api/v1/batches").json(new);
        match self.ask::<BatchName>(request).await {
            Ok(batch) => Ok(batch.id),
            Err(Error::AlreadyExists { .. }) => self.batch_named(&new.name).await,
            Err(error) => Err(error),
        }
    }

    async fn batch_named(&self, name: &str) -> Result<String> {
        let mut after = None;
        loop {
            let page: Page<BatchName> = self.page("/api/v1/batches", after.as_deref()).await?;
            if let Some(batch) = page.items.into_iter().find(|batch| batch.name == name) {
                return Ok(batch.id);
            }
            after = Some(page.next.ok_or(Error::NotFound { what: "batch" })?);
        }
    }

    pub(super) async fn declare(&self, batch_id: &str, files: &[Declared]) -> Result<()> {
        let path = format!("/api/v1/batches/{batch_id}/manifest");
        let response = self
            .send_request(self.request(Method::PUT, &path).json(files))
            .await?;
        checked(response).await.map(|_| ())
    }

    pub(super) async fn received_scans(&self, batch_id: &str) -> Result<ReceivedScans> {
        let path = format!("/api/v1/batches/{batch_id}/scans");
        let (mut received, mut after) = (ReceivedScans::new(), None);
        loop {
            let page: Page<Scan> = self.page(&path, after.as_deref()).await?;
            for scan in page.items {
                received.insert((scan.original_name.clone(), scan.sha256.clone()), scan);
            }
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(received),
            }
        }
    }

    pub(super) async fn progress(&self, batch_id: &str) -> Result<Progress> {
        let path = format!("/api/v1/batches/{batch_id}");
        let status: BatchStatus = self.ask(self.request(Method::GET, &path)).await?;
        Ok(status.progress)
    }

    pub(super) async fn receipt(&self, batch_id: &str) -> Result<Receipt> {
        let path = format!("/api/v1/batches/{batch_id}/receipt");
        self.ask(self.request(Method::GET, &path)).await
    }

    pub(super) async fn close(&self, batch_id: &str) -> Result<Receipt> {
        let path = format!("/api/v1/batches/{batch_id}/close");
        self.ask(self.request(Method::POST, &path)).await
    }

    /// Uploads one file and returns its scan; a file the server already has is not sent.
    pub(super) async fn send(
        &self,
        batch_id: &str,
        file: &SourceFile,
        received: &ReceivedScans,
    ) -> Result<Scan> {
        let sha256 = digest_of(file).await?;
        // The server would recognise the duplicate too, but only after all bytes were sent again.
        if let Some(scan) = received.get(&(file.name.clone(), sha256.clone())) {
            return Ok(scan.clone());
        }
        let upload = match self.unfinished(batch_id, file, &sha256).await? {
            Some(upload) => upload,
            None => self.begin(batch_id, file, &sha256).await?,
        };
        let mut retries = 0;
        loop {
            let done = self.resume(&upload, file).await;
            match done {
                Err(error) if error.is_transient() && retries < RETRIES => {
                    tokio::time::sleep(FIRST_WAIT * 2_u32.pow(retries)).await;
                    retries += 1;
                }
                other => return other,
            }
        }
    }

    /// Gives up uploads begun for files that have come whole since: a file that was still being written then must not
    /// keep its batch open.
    pub(super) async fn give_up_stale(&self, batch_id: &str, sent: &[&str]) -> Result<()> {
        let path = format!("/api/v1/batches/{batch_id}/uploads");
        let uploads: Vec<Upload> = self.ask(self.request(Method::GET, &path)).await?;
        for upload in uploads {
            if sent.contains(&upload.original_name.as_str()) {
                let path = format!("/api/v1/uploads/{}", upload.id);
                let request = self.request(Method::DELETE, &path);
                checked(self.send_request(request).await?).await?;
            }
        }
        Ok(())
    }

    /// The address of an unfinished upload of the same file, by name, size and digest.
    async fn unfinished(
        &self,
        batch_id: &str,
        file: &SourceFile,
        sha256: &str,
    ) -> Result<Option<String>> {
        let path = format!("/api/v1/batches/{batch_id}/uploads");
        let uploads: Vec<Upload> = self.ask(self.request(Method::GET, &path)).await?;
        let same = |upload: &Upload| {
            upload.original_name == file.name
                && u64::try_from(upload.size) == Ok(file.size)
                && upload.sha256.as_deref() == Some(sha256)
        };
        let found = uploads.into_iter().find(same);
        Ok(found.map(|upload| format!("/api/v1/uploads/{}", upload.id)))
    }

    async fn begin(&self, batch_id: &str, file: &SourceFile, sha256: &str) -> Result<String> {
        let (name, digest) = (STANDARD.encode(&file.name), STANDARD.encode(sha256));
        let path = format!("/api/v1/batches/{batch_id}/uploads");
        let request = self
            .request(Method::POST, &path)
            .header("upload-length", file.size)
            .header(
                "upload-metadata",
                format!("filename {name},sha256 {digest}"),
            );
        let response = checked(self.send_request(request).await?).await?;
        let location = response.headers().get("location");
        let location = location.and_then(|location| location.to_str().ok());
        location
            .map(str::to_owned)
            .ok_or_else(|| Error::unavailable("server", "no Location in the answer"))
    }

    /// Sends from the server's offset to the end, then asks for the scan.
    async fn resume(&self, upload: &str, file: &SourceFile) -> Result<Scan> {
        let mut offset = self.offset(upload).await?;
        while offset < file.size {
            offset = self.send_chunk(upload, file, offset).await?;
        }
        if let Some(scan) = self.result(upload).await? {
            return Ok(scan);
        }
        // The server has all bytes but could not receive the scan then; an empty chunk asks it to try again.
        self.send_chunk(upload, file, offset).await?;
        let scan = self.result(upload).await?;
        scan.ok_or_else(|| Error::unavailable("server", "the file is there but not yet received"))
    }

    async fn offset(&self, upload: &str) -> Result<u64> {
        let response = self
            .send_request(self.request(Method::HEAD, upload))
            .await?;
        offset_in(&checked(response).await?)
    }

    async fn send_chunk(&self, upload: &str, file: &SourceFile, offset: u64) -> Result<u64> {
        let bytes = read_chunk(file, offset).await?;
        let request = self
            .request(Method::PATCH, upload)
            .header("upload-offset", offset)
            .header(
                "upload-checksum",
                format!("sha256 {}", STANDARD.encode(Sha256::digest(&bytes))),
            )
            .header("content-type", "application/offset+octet-stream")
            .body(bytes);
        let response = self.send_request(request).await?;
        match response.status() {
            // Another client has moved the offset or locks the upload, or the checksum failed (460): all of
            // these are retried from the server's offset.
            StatusCode::CONFLICT | StatusCode::LOCKED => Err(Error::unavailable(
                "server",
                "the upload is busy or has moved",
            )),
            status if status.as_u16() == 460 => Err(Error::unavailable(
                "server",
                "the bytes were garbled on the way",
            )),
            _ => offset_in(&checked(response).await?),
        }
    }

    async fn result(&self, upload: &str) -> Result<Option<Scan>> {
        let result: UploadResult = self.ask(self.request(Method::GET, upload)).await?;
        Ok(result.scan)
    }

    async fn page<T: DeserializeOwned>(&self, path: &str, after: Option<&str>) -> Result<Page<T>> {
        // Cursors are ids, which need no escaping.
        let after = after.map(|after| format!("&after={after}"));
        let path = format!("{path}?limit=200{}", after.unwrap_or_default());
        let request = self.request(Method::GET, &path);
        self.ask(request).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http
            .request(method, format!("{}{path}", self.url))
            .bearer_auth(&self.token)
            .header("tus-resumable", "1.0.0")
    }

    async fn send_request(&self, request: RequestBuilder) -> Result<Response> {
        let sent = request.send().await;
        sent.map_err(|error| Error::unavailable("server", error))
    }

    async fn ask<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T> {
        let response = checked(self.send_request(request).await?).await?;
        let answer = response.json().await;
        answer.map_err(|error| Error::unavailable("server", error))
    }
}

/// The response, or the error that its problem document (RFC 9457) describes.
async fn checked(response: Response) -> Result<Response> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let problem: Option<Problem> = response.json().await.ok();
    Err(match (status.as_u16(), problem) {
        (401, _) => Error::NotSignedIn,
        (403, _) => Error::Forbidden,
        (404, _) => Error::NotFound {
            what: "batch or upload on the server",
        },
        (422, Some(problem)) => Error::Invalid(problem.errors.into_iter().map(fault).collect()),
        (409, Some(problem)) if problem.code == "already_exists" => {
            Error::AlreadyExists { what: "batch" }
        }
        (400..=499, Some(problem)) if !matches!(status.as_u16(), 423 | 429) => {
            let answer = Value::pair(problem.title_vi, problem.title);
            Error::refuse(Message::new("errors.refused_by_server").with("answer", answer))
        }
        _ => Error::unavailable("server", format!("the server answered {status}")),
    })
}

fn fault(error: FieldError) -> Fault {
    let pointer = error.pointer.trim_start_matches('#');
    Fault::new(pointer, Message::pair(error.detail_vi, error.detail))
}

fn offset_in(response: &Response) -> Result<u64> {
    let offset = response.headers().get("upload-offset");
    let offset = offset.and_then(|offset| offset.to_str().ok()?.parse().ok());
    offset.ok_or_else(|| Error::unavailable("server", "no Upload-Offset in the answer"))
}

async fn digest_of(file: &SourceFile) -> Result<String> {
    let mut open = tokio::fs::File::open(&file.path).await?;
    let mut hasher = Sha256::new();
    let mut chunk = vec![0; 1 << 20];
    loop {
        let read = open.read(&mut chunk).await?;
        if read == 0 {
            return Ok(hex::encode(hasher.finalize()));
        }
        hasher.update(&chunk[..read]);
    }
}

async fn read_chunk(file: &SourceFile, offset: u64) -> Result<Vec<u8>> {
    let mut open = tokio::fs::File::open(&file.path).await?;
    open.seek(SeekFrom::Start(offset)).await?;
    let mut bytes = Vec::new();
    open.take(CHUNK).read_to_end(&mut bytes).await?;
    Ok(bytes)
}
