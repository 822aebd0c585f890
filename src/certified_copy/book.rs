//! The lines of the issue book: opened with the next number, settled as issued or void, and read.

use serde_json::json;
use sqlx::Row;

use super::make::Made;
use super::{COPY_FILE, CopyRow, Issue, elsewhere, kept_line, object_id};
use crate::access::{Act, Caller, fresh_code, may_release, require};
use crate::archive::Archive;
use crate::audit::{self, Deed, Subject};
use crate::catalogue::{Tx, next_number};
use crate::clock::{stamp, vietnam};
use crate::correction;
use crate::error::{Error, Result};
use crate::jobs::{self, Leased};
use crate::notify::{self, Event};
use crate::seen;
use crate::vault::ObjectId;

pub(super) async fn open_entry(
    archive: &Archive,
    tx: &mut Tx,
    caller: &Caller,
    wish: &Issue<'_>,
) -> Result<String> {
    let now = archive.clock.now();
    // Held, so that no correction comes between version and number.
    let stands = seen::hold(tx, wish.record_id, now).await?;
    if let Some(saw) = wish.seen {
        seen::refuse_changed(archive, tx, wish.record_id, saw, &stands).await?;
    }
    let behind = seen::behind(tx, wish.record_id, stands.record_version).await?;
    may_release(caller, &behind, wish.confirmed_by)?;
    correction::refuse_revoked(tx, wish.record_id, now).await?;
    let year = i64::from(vietnam(now).year());
    let number = next_number(tx, &format!("copies-{year}")).await?;
    let id = archive.clock.new_id();
    sqlx::query(
        "INSERT INTO copies (id, year, number, state, request_id, record_id, record_version, code,
            issued_by, issued_at, reissue_of, record_digest)
         VALUES ($1, $2, $3, 'opening', $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(&id)
    .bind(year)
    .bind(number)
    .bind(wish.request_id)
    .bind(wish.record_id)
    .bind(stands.record_version)
    .bind(fresh_code(&*archive.clock))
    .bind(&caller.id)
    .bind(stamp(now))
    .bind(wish.reissue_of)
    .bind(&stands.record_digest)
    .execute(&mut **tx)
    .await?;
    let details = json!({ "number": number, "year": year, "record": wish.record_id,
        "version": stands.record_version, "content": stands.record_digest,
        "behind": behind.vouchers });
    log(archive, tx, &caller.id, &id, Deed::CopyOpened, details).await?;
    Ok(id)
}

pub(super) async fn book_issued(
    archive: &Archive,
    copy: &CopyRow,
    made: &Made,
    job: Option<&Leased>,
) -> Result<()> {
    let mut tx = archive.catalogue.begin().await?;
    let moved = sqlx::query(
        "UPDATE copies SET state = 'issued', sha256 = $1, object_id = $2
         WHERE id = $3 AND state = 'opening'",
    )
    .bind(&made.sha256)
    .bind(object_id(&copy.id))
    .bind(&copy.id)
    .execute(&mut *tx)
    .await?;
    if moved.rows_affected() == 1 {
        made.proof.book(&mut tx, &copy.id).await?;
        wait_no_longer(&mut tx, &copy.id).await?;
        close_request(
            archive,
            &mut tx,
            copy.request_id.as_deref().unwrap_or_default(),
        )
        .await?;
        let details = json!({ "number": copy.number, "year": copy.year, "sha256": made.sha256 });
        let (actor, deed) = (&copy.issued_by, Deed::CopyIssued);
        log(archive, &mut tx, actor, &copy.id, deed, details).await?;
    }
    finish(archive, tx, job).await
}

pub(super) async fn void(
    archive: &Archive,
    copy: &CopyRow,
    code: &str,
    job: Option<&Leased>,
) -> Result<()> {
    let mut tx = archive.catalogue.begin().await?;
    void_line(archive, &mut tx, copy, "machine", code).await?;
    finish(archive, tx, job).await
}

/// Voids an open line, its number kept; false when it is open no longer, because another was faster.
pub(super) async fn void_line(
    archive: &Archive,
    tx: &mut Tx,
    copy: &CopyRow,
    actor: &str,
    code: &str,
) -> Result<bool> {
    let moved = sqlx::query(
        "UPDATE copies SET state = 'void', void_code = $1 WHERE id = $2 AND state = 'opening'",
    )
    .bind(code)
    .bind(&copy.id)
    .execute(&mut **tx)
    .await?;
    if moved.rows_affected() != 1 {
        return Ok(false);
    }
    wait_no_longer(tx, &copy.id).await?;
    kept_line::enqueue(archive, tx, &copy.id).await?;
    close_request(archive, tx, copy.request_id.as_deref().unwrap_or_default()).await?;
    let (deed, details) = (Deed::CopyVoided, json!({ "void": code }));
    log(archive, tx, actor, &copy.id, deed, details).await?;
    Ok(true)
}

/// What was done to a copy, in the log.
pub(super) async fn log(
    archive: &Archive,
    tx: &mut Tx,
    actor: &str,
    copy_id: &str,
    deed: Deed,
    details: serde_json::Value,
) -> Result<()> {
    let subject = Subject {
        kind: "copy",
        id: copy_id,
    };
    audit::append(tx, &*archive.clock, actor, deed, subject, details).await
}

/// Nobody is to sign a copy that is issued or void.
async fn wait_no_longer(tx: &mut Tx, copy_id: &str) -> Result<()> {
    sqlx::query("DELETE FROM seals_waiting WHERE copy_id = $1")
        .bind(copy_id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The request ends with the last of its copies: issued if one was made, else refused. What is said of
/// copies that could not be made stands with it. One whose copies nobody signed in time goes back to
/// where it is released.
pub(crate) async fn close_request(archive: &Archive, tx: &mut Tx, request: &str) -> Result<()> {
    // Written to itself, so that of two copies settled at the same moment the later sees the other.
    let released =
        sqlx::query("UPDATE copy_requests SET state = state WHERE id = $1 AND state = 'released'")
            .bind(request)
            .execute(&mut **tx)
            .await?;
    // The state of each line of its present release; of a void one, why.
    let lines: Vec<String> = sqlx::query_scalar(
        "SELECT COALESCE(void_code, state) FROM copies
         WHERE request_id = $1 AND reopened IS NULL",
    )
    .bind(request)
    .fetch_all(&mut **tx)
    .await?;
    let any = |word: &str| lines.iter().any(|line| line == word);
    if released.rows_affected() == 0 || any("opening") {
        return Ok(());
    }
    let unsigned = |line: &String| elsewhere::UNSIGNED.contains(&line.as_str());
    if !lines.is_empty() && lines.iter().all(unsigned) {
        return reopen(archive, tx, request).await;
    }
    let void = lines.iter().any(|line| line != "issued");
    let (event, said) = match (any("issued"), void) {
        (true, false) => (Event::Issued, None),
        (true, true) => (
            Event::Issued,
            Some("Có bản sao chưa lập được; cơ quan sẽ liên hệ."),
        ),
        (false, _) => (
            Event::Refused,
            Some("Chưa lập được bản sao từ bản ghi này; cơ quan sẽ liên hệ."),
        ),
    };
    sqlx::query("UPDATE copy_requests SET state = $1, refusal = $2, settled_at = $3 WHERE id = $4")
        .bind(event.word())
        .bind(said)
        .bind(stamp(archive.clock.now()))
        .bind(request)
        .execute(&mut **tx)
        .await?;
    notify::event(tx, &*archive.clock, request, event).await
}

/// Lets a request be released again; the void lines of the release before say nothing of the next one.
async fn reopen(archive: &Archive, tx: &mut Tx, request: &str) -> Result<()> {
    sqlx::query("UPDATE copies SET reopened = $1 WHERE request_id = $2 AND reopened IS NULL")
        .bind(stamp(archive.clock.now()))
        .bind(request)
        .execute(&mut **tx)
        .await?;
    sqlx::query("UPDATE copy_requests SET state = 'confirmed' WHERE id = $1")
        .bind(request)
        .execute(&mut **tx)
        .await?;
    notify::event(tx, &*archive.clock, request, Event::Confirmed).await
}

pub(super) async fn finish(archive: &Archive, mut tx: Tx, job: Option<&Leased>) -> Result<()> {
    if let Some(job) = job
        && !jobs::settle(&mut tx, &*archive.clock, job).await?
    {
        return Ok(()); // another holder took over; ours is rolled back
    }
    tx.commit().await?;
    Ok(())
}

pub(super) async fn settle(archive: &Archive, job: Option<&Leased>) -> Result<()> {
    finish(archive, archive.catalogue.begin().await?, job).await
}

/// One line of the issue book.
pub(crate) async fn row(archive: &Archive, id: &str) -> Result<CopyRow> {
    let row = sqlx::query("SELECT * FROM copies WHERE id = $1")
        .bind(id)
        .fetch_optional(archive.catalogue.pool())
        .await?
        .ok_or(Error::NotFound { what: "copy" })?;
    row_of(&row)
}

/// The issue book of a year, newest first, with the names of those who released and withdrew.
///
/// # Errors
/// `Forbidden`.
pub async fn book(archive: &Archive, caller: &Caller, year: i64) -> Result<Vec<CopyRow>> {
    require(caller, Act::SeeRequests)?;
    let rows = sqlx::query(
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
    .await?;
    rows.iter().map(row_of).collect()
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

pub(super) fn row_of(row: &sqlx::any::AnyRow) -> Result<CopyRow> {
    Ok(CopyRow {
        id: row.try_get("id")?,
        year: row.try_get("year")?,
        number: row.try_get("number")?,
        state: row.try_get("state")?,
        request_id: row.try_get("request_id")?,
        code: row.try_get("code")?,
        record_id: row.try_get("record_id")?,
        record_version: row.try_get("record_version")?,
        record_digest: row.try_get("record_digest")?,
        sha256: row.try_get("sha256")?,
        issued_by: row.try_get("issued_by")?,
        issued_at: row.try_get("issued_at")?,
        reissue_of: row.try_get("reissue_of")?,
        void_code: row.try_get("void_code")?,
        withdrawn_at: row.try_get("withdrawn_at")?,
        withdrawn_by: row.try_get("withdrawn_by")?,
        withdrawal: row.try_get("withdrawal")?,
        code_until: row.try_get("code_until")?,
    })
}
