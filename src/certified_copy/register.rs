//! The register of copies (sổ cấp bản sao): its lines, written and read.

use super::{COPY_FILE, CopyRow, object_id};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::catalogue::Tx;
use crate::error::{Error, Result};
use crate::vault::ObjectId;

/// Writes a line; `preserved` where its object is in the vault. A request that is not in the catalogue is not named.
pub(super) async fn insert(tx: &mut Tx, copy: &CopyRow, preserved: bool) -> Result<()> {
    sqlx::query(
        "INSERT INTO copies (id, year, number, state, record_id, record_version, code, object_id,
            sha256, issued_by, issued_at, reissue_of, void_code, withdrawn_at,
            withdrawn_by, withdrawal, code_until, request_id, record_digest)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
            (SELECT id FROM copy_requests WHERE id = $18), $19)",
    )
    .bind(&copy.id)
    .bind(copy.year)
    .bind(copy.number)
    .bind(copy.state)
    .bind(&copy.record_id)
    .bind(copy.record_version)
    .bind(&copy.code)
    .bind(preserved.then(|| object_id(&copy.id)))
    .bind(&copy.sha256)
    .bind(&copy.issued_by)
    .bind(&copy.issued_at)
    .bind(&copy.reissue_of)
    .bind(&copy.void_code)
    .bind(&copy.withdrawn_at)
    .bind(&copy.withdrawn_by)
    .bind(&copy.withdrawal)
    .bind(&copy.code_until)
    .bind(&copy.request_id)
    .bind(&copy.record_digest)
    .execute(&mut **tx)
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
    sealed_bytes(archive, id).await
}

pub(crate) async fn sealed_bytes(archive: &Archive, id: &str) -> Result<Vec<u8>> {
    let object = ObjectId::new(object_id(id))?;
    let file = archive.vault.read(&object, COPY_FILE, None).await?;
    Ok(file.into_bytes().await?.to_vec())
}
