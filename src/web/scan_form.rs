//! A form with one scan, sent by a person signed in and proven to come from one of our own pages. The
//! scan waits in the spool, never in memory.

use axum::extract::{FromRequest, Multipart, Request};
use axum::response::{IntoResponse, Response};
use tempfile::NamedTempFile;
use tokio::io::AsyncWriteExt;

use super::State;
use super::fault::PageFault;
use super::session::{forged, same, signed_parts};
use crate::access::Caller;
use crate::error::Error;

/// Largest scan of one page that a form takes, in bytes: A3 at 300 dpi in colour without compression.
pub const LARGEST_SCAN: usize = 64 << 20;

/// A form with one scan, taken apart as it comes in.
pub struct ScanForm {
    /// The archive it is delivered to.
    pub archive: State,
    /// Who delivers it, for the log.
    pub caller: Caller,
    /// The part `file`; gone when this is dropped.
    pub file: NamedTempFile,
    /// Its name on the sender's machine.
    pub name: String,
}

impl FromRequest<State> for ScanForm {
    type Rejection = Response;

    async fn from_request(request: Request, archive: &State) -> Result<Self, Response> {
        let (signed, parts) = signed_parts(request, archive).await?;
        let file = read(archive, parts, &signed.frame.form_token).await;
        let (file, name) = file.map_err(|error| PageFault(error).into_response())?;
        Ok(Self {
            archive: signed.archive,
            caller: signed.caller,
            file,
            name,
        })
    }
}

/// Spools the file; the token stands before it in our forms, so that nothing of a forged one is kept.
async fn read(
    archive: &State,
    mut parts: Multipart,
    token: &str,
) -> Result<(NamedTempFile, String), Error> {
    let mut proven = false;
    while let Some(mut part) = parts.next_field().await.map_err(cut_off)? {
        match part.name() {
            Some("form_token") => proven = same(&part.text().await.map_err(cut_off)?, token),
            Some("file") if proven => {
                let file = NamedTempFile::new_in(&archive.spool)?;
                let name = part.file_name().unwrap_or_default().to_owned();
                let mut open = tokio::fs::File::from_std(file.reopen()?);
                let mut size = 0;
                while let Some(bytes) = part.chunk().await.map_err(cut_off)? {
                    size += bytes.len();
                    open.write_all(&bytes).await?;
                }
                open.flush().await?;
                return if size > 0 {
                    Ok((file, name))
                } else {
                    Err(no_file())
                };
            }
            _ => {}
        }
    }
    Err(if proven { no_file() } else { forged() })
}

fn cut_off(_: axum::extract::multipart::MultipartError) -> Error {
    Error::fault("/file", "faults.file_did_not_arrive_too")
}

fn no_file() -> Error {
    Error::fault("/file", "faults.choose_file_of_scan")
}
