//! The issue book, from the newest line kept in each copy's object: issued, void, withdrawn.

use sqlx::Row;

use super::{Rebuilt, note, part, raise_counter};
use crate::archive::Archive;
use crate::catalogue::Tx;
use crate::certified_copy::{COPY_FILE, CopyRow, ENTRY_FILE, object_id};
use crate::error::{Error, Result};
use crate::vault::{Inventory, ObjectId};

/// Brings one line of the book back, bound to the request it answers where the vault has that.
pub(super) async fn restore(archive: &Archive, id: &ObjectId, rebuilt: &mut Rebuilt) -> Result<()> {
    let inventory = archive.vault.inventory(id).await?;
    let head = inventory.head();
    let Some(bytes) = part(archive, id, ENTRY_FILE, head, rebuilt).await? else {
        return Ok(());
    };
    let entry: Option<CopyRow> = serde_json::from_slice(&bytes).ok();
    let Some(mut copy) = entry.filter(|copy| object_id(&copy.id) == id.as_str()) else {
        let what = ENTRY_FILE.into();
        note(rebuilt, id, &Error::Corrupt { what });
        return Ok(());
    };
    let mut tx = archive.catalogue.begin().await?;
    let record = sqlx::query("SELECT 1 FROM records WHERE id = $1")
        .bind(&copy.record_id)
        .fetch_optional(&mut *tx)
        .await?;
    if record.is_none() {
        rebuilt.damaged.push(format!(
            "{id}: the record it was made from is not in the vault"
        ));
        return Ok(());
    }
    let mut files = sealed_files(&inventory);
    copy.sha256 = files.pop().or(copy.sha256);
    save(&mut tx, &copy).await?;
    for earlier in files {
        sqlx::query("INSERT INTO earlier_files (sha256, copy_id) VALUES ($1, $2)")
            .bind(earlier)
            .bind(&copy.id)
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await?;
    Ok(())
}

/// The digests of the sealed files the object ever held, the present one last: the line beside them may be older.
fn sealed_files(inventory: &Inventory) -> Vec<String> {
    let mut files = Vec::new();
    for version in 1..=inventory.head() {
        let state = inventory.state(version).unwrap_or_default();
        let digest = state.get(COPY_FILE).map(ToString::to_string);
        files.extend(digest.filter(|digest| files.last() != Some(digest)));
    }
    files
}

async fn save(tx: &mut Tx, copy: &CopyRow) -> Result<()> {
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
    .bind(&copy.state)
    .bind(&copy.record_id)
    .bind(copy.record_version)
    .bind(&copy.code)
    .bind(object_id(&copy.id))
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

/// Lets each year's book and appendix go on behind their last numbers, and names the numbers of which
/// the vault has no line.
pub(super) async fn set_counters(tx: &mut Tx, rebuilt: &mut Rebuilt) -> Result<()> {
    let rows = sqlx::query("SELECT year, number FROM copies ORDER BY year, number")
        .fetch_all(&mut **tx)
        .await?;
    let mut last = (0, 0);
    for row in &rows {
        let (year, number): (i64, i64) = (row.try_get("year")?, row.try_get("number")?);
        let before = if last.0 == year { last.1 } else { 0 };
        let missing = (before + 1..number).map(|number| format!("{number}/{year}"));
        rebuilt.numbers_without_copy.extend(missing);
        last = (year, number);
        raise_counter(tx, &format!("copies-{year}"), number).await?;
    }
    let entries = sqlx::query(
        "SELECT year, MAX(number) AS number FROM corrections WHERE state = 'approved' GROUP BY year",
    )
    .fetch_all(&mut **tx)
    .await?;
    for row in &entries {
        let (year, number): (i64, i64) = (row.try_get("year")?, row.try_get("number")?);
        raise_counter(tx, &format!("appendix-{year}"), number).await?;
    }
    Ok(())
}
