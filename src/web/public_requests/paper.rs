//! A paper on its way in: it goes to the spool as it comes, never into memory.

use axum::body::Body;
use axum::extract::Multipart;
use futures::StreamExt;
use sogoc_workers::outcome::FailureKind;
use tempfile::NamedTempFile;
use tokio::io::AsyncWriteExt;

use super::rate_limited;
use crate::copy_request::{self, Evidence};
use crate::error::{Error, Result};
use crate::web::client_ip::Public;

/// A file that is being spooled, gone when it is dropped.
struct Arriving {
    file: NamedTempFile,
    open: tokio::fs::File,
    room: usize,
}

impl Arriving {
    fn new(public: &Public) -> Result<Self> {
        let archive = &public.archive;
        let file = NamedTempFile::new_in(&archive.spool)?;
        let open = tokio::fs::File::from_std(file.reopen()?);
        let largest = archive.config.web.largest_evidence_mib << 20;
        let room = usize::try_from(largest).unwrap_or(usize::MAX);
        Ok(Self { file, open, room })
    }

    async fn take(&mut self, bytes: &[u8]) -> Result<()> {
        // Counted as it comes: a length announced in a header is only the sender's word.
        let left = self.room.checked_sub(bytes.len());
        self.room = left.ok_or_else(|| Error::fault("/file", FailureKind::TooLarge))?;
        Ok(self.open.write_all(bytes).await?)
    }

    async fn arrived(mut self) -> Result<NamedTempFile> {
        self.open.flush().await?;
        Ok(self.file)
    }
}

/// Takes the body of a request, which is a paper, for the request behind a tracking code.
///
/// # Errors
/// As [`copy_request::admit_paper`] and [`copy_request::add_evidence`].
pub async fn add_body(public: &Public, code: &str, name: &str, body: Body) -> Result<Evidence> {
    let admitted = copy_request::admit_paper(&public.archive, &public.network, code);
    let admitted = rate_limited(public, "follow", admitted).await?;
    let mut arriving = Arriving::new(public)?;
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        arriving.take(&piece.map_err(cut_off)?).await?;
    }
    let file = arriving.arrived().await?;
    copy_request::add_evidence(&public.archive, &admitted, name, file.path()).await
}

/// The same of the part `file` of a form.
///
/// # Errors
/// As [`add_body`]; `Invalid` where there is no such part.
pub async fn add_part(public: &Public, code: &str, mut parts: Multipart) -> Result<Evidence> {
    let admitted = copy_request::admit_paper(&public.archive, &public.network, code);
    let admitted = rate_limited(public, "follow", admitted).await?;
    while let Some(mut part) = parts.next_field().await.map_err(cut_off)? {
        if part.name() != Some("file") {
            continue;
        }
        let name = part.file_name().unwrap_or_default().to_owned();
        let mut arriving = Arriving::new(public)?;
        while let Some(piece) = part.chunk().await.map_err(cut_off)? {
            arriving.take(&piece).await?;
        }
        let file = arriving.arrived().await?;
        return copy_request::add_evidence(&public.archive, &admitted, &name, file.path()).await;
    }
    Err(Error::fault("/file", "faults.choose_file_of_paper"))
}

fn cut_off<E>(_: E) -> Error {
    Error::fault("/file", "faults.file_did_not_arrive")
}
