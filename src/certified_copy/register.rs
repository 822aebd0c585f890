//! The register of copies (sổ cấp bản sao): its lines, written and read.

use super::{COPY_FILE, CopyRow, object_id};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{Insert, Tx};
use crate::error::{Error, Result};
use crate::vault::ObjectId;
use crate::viewing::{self, View};

/// Writes a line; `preserved` where its object is in the vault. A request that is not in the catalogue is not named.
pub(super) async fn insert(tx: &mut Tx, copy: &CopyRow, preserved: bool) -> Result<()> {
    Insert::into("copies")
        .set("id", &copy.id)
        .set("year", copy.year)
        .set("number", copy.number)
        .set("state", copy.state)
        .set("record_id", &copy.record_id)
        .set("record_version", copy.record_version)
        .set("code", &copy.code)
        .set("object_id", preserved.then(|| object_id(&copy.id)))
        .set("sha256", &copy.sha256)
        .set("issued_by", &copy.issued_by)
        .set("issued_at", &copy.issued_at)
        .set("reissue_of", &copy.reissue_of)
        .set("void_code", &copy.void_code)
        .set("withdrawn_at", &copy.withdrawn_at)
        .set("withdrawn_by", &copy.withdrawn_by)
        .set("withdrawal", &copy.withdrawal)
        .set("code_until", &copy.code_until)
        // The request may be missing in a restored vault; the line in the book does not depend on
        // it.
        .set_known("request_id", "copy_requests", &copy.request_id)
        .set("record_digest", &copy.record_digest)
        .run(tx)
        .await?;
    Ok(())
}

/// One line of the issue book.
pub(crate) async fn row(archive: &Archive, id: &str) -> Result<CopyRow> {
    sqlx::query_as("SELECT * FROM copies WHERE id = $1")
        .bind(id)
        .fetch_optional(archive.catalogue.pool())
        .await?
        .ok_or(Error::NotFound { what: "copy" })
}

/// The issue book of a year, newest first, with the names of those who released and withdrew.
///
/// # Errors
/// `Forbidden`.
pub async fn book(archive: &Archive, caller: &Caller, year: i64) -> Result<Vec<CopyRow>> {
    require(caller, Act::SeeRequests)?;
    Ok(sqlx::query_as(
        "SELECT c.id, c.year, c.number, c.state, c.request_id, c.code, c.record_id,
            c.record_version, c.record_digest, c.sha256, c.issued_at, COALESCE(p.name, c.issued_by) AS issued_by,
            c.reissue_of, c.void_code, c.withdrawn_at,
            COALESCE(w.name, c.withdrawn_by) AS withdrawn_by, c.withdrawal, c.code_until
         FROM copies c LEFT JOIN people p ON p.id = c.issued_by
         LEFT JOIN people w ON w.id = c.withdrawn_by
         WHERE c.year = $1 ORDER BY c.number DESC LIMIT 500",
    )
    .bind(year)
    .fetch_all(archive.catalogue.pool())
    .await?)
}

/// One line of the book, for the office.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn line(archive: &Archive, caller: &Caller, id: &str) -> Result<CopyRow> {
    require(caller, Act::SeeRequests)?;
    row(archive, id).await
}

/// The sealed bytes of a copy, for the office.
///
/// # Errors
/// `NotFound`, `Forbidden`, `Corrupt`.
pub async fn bytes(archive: &Archive, caller: &Caller, id: &str) -> Result<Vec<u8>> {
    require(caller, Act::SeeRequests)?;
    require(caller, Act::SeePersonalData)?;
    let copy = row(archive, id).await?;
    let view = View::of(Action::CopyFileOpened, ("copy", id), vec![copy.record_id]);
    viewing::note(archive, caller, view).await?;
    sealed_bytes(archive, id).await
}

pub(crate) async fn sealed_bytes(archive: &Archive, id: &str) -> Result<Vec<u8>> {
    let object = ObjectId::new(object_id(id))?;
    let file = archive.vault.read(&object, COPY_FILE, None).await?;
    Ok(file.into_bytes().await?.to_vec())
}
