//! The copy itself: its number in the issue book, its composition from the approved record, its seal,
//! and what the archive says of it later.

mod book;
mod content;
mod make;
mod verify;

pub use book::{book, bytes};
pub(crate) use book::{row, sealed_bytes};
pub use verify::{FileVerified, Verified, tidy, verify_code, verify_file};

use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::catalogue::Tx;
use crate::error::{Error, Result};
use crate::jobs::{self, Kind, Leased, PRIORITY_CITIZEN};

/// Name of the sealed file inside a copy's object.
pub const COPY_FILE: &str = "copy.pdf";
/// Name of the entry beside it.
pub const ENTRY_FILE: &str = "copy.json";

/// One line of the issue book (sổ cấp bản sao), also kept beside the sealed file in the vault.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct CopyRow {
    /// Copy id.
    pub id: String,
    /// Year of the book.
    pub year: i64,
    /// Number within the year, without gaps.
    pub number: i64,
    /// opening | issued | void.
    pub state: String,
    /// Request it answers; none when issued at the counter.
    pub request_id: Option<String>,
    /// Verification code printed on it.
    pub code: String,
    /// Record it was made from.
    pub record_id: String,
    /// Version of that record.
    pub record_version: i64,
    /// SHA-256 of the sealed file.
    pub sha256: Option<String>,
    /// Who released it: person id.
    pub issued_by: String,
    /// RFC 3339 UTC.
    pub issued_at: String,
}

/// Takes the next number of the issue book and asks for the copy to be made, inside the releasing
/// transaction: a rolled-back release leaves no gap.
pub(crate) async fn open(
    archive: &Archive,
    tx: &mut Tx,
    caller: &Caller,
    record_id: &str,
    request_id: Option<&str>,
) -> Result<String> {
    let id = book::open_entry(archive, tx, caller, record_id, request_id).await?;
    jobs::enqueue(tx, &*archive.clock, Kind::IssueCopy, &id, PRIORITY_CITIZEN).await?;
    Ok(id)
}

/// Issues a copy at once, without a request: the counter and the command line.
///
/// # Errors
/// `Refused` when the record is not approved; `Forbidden`.
pub async fn issue_now(archive: &Archive, caller: &Caller, record_id: &str) -> Result<CopyRow> {
    require(caller, Act::ReleaseCopies)?;
    let mut tx = archive.catalogue.begin().await?;
    // Also queued, so that a process that dies here leaves no half-open line in the book.
    let id = open(archive, &mut tx, caller, record_id, None).await?;
    tx.commit().await?;
    complete(archive, &id, None).await?;
    row(archive, &id).await
}

/// The verb behind the job `issue_copy`.
///
/// # Errors
/// A passing fault puts the job back; a lasting one voids the line in the book, with its number kept.
pub async fn issue(archive: &Archive, job: &Leased) -> Result<()> {
    complete(archive, &job.subject, Some(job)).await
}

async fn complete(archive: &Archive, id: &str, job: Option<&Leased>) -> Result<()> {
    let copy = row(archive, id).await?;
    if copy.state != "opening" {
        return book::settle(archive, job).await;
    }
    match make::make(archive, &copy).await {
        Ok(sha256) => book::book_issued(archive, &copy, &sha256, job).await,
        Err(error) if error.passing() => Err(error),
        Err(error) => {
            tracing::error!(
                copy = id,
                code = error.code(),
                "a copy could not be made; its line is void"
            );
            book::void(archive, &copy, error.code(), job).await
        }
    }
}

/// Object id of a copy in the vault.
pub fn object_id(copy_id: &str) -> String {
    format!("urn:sogoc:copy:{copy_id}")
}

/// The refusal of a record that nobody has approved yet, at whichever step it is met.
pub(crate) fn not_approved() -> Error {
    Error::refused(
        "not_approved",
        "Bản ghi này chưa được duyệt nên chưa thể cấp bản sao.",
        "This record is not approved yet, so no copy can be made of it.",
    )
}
