//! The issue book, from the newest line kept in each copy's object: issued, void, withdrawn.

use sqlx::Row;

use super::{Rebuilt, note, part, raise_counter};
use crate::archive::Archive;
use crate::catalogue::Tx;
use crate::certified_copy::{CopyRow, ENTRY_FILE, object_id};
use crate::error::{Error, Result};
use crate::vault::ObjectId;

/// Brings one line of the book back, bound to the request it answers where the vault has that.
pub(super) async fn restore(archive: &Archive, id: &ObjectId, rebuilt: &mut Rebuilt) -> Result<()> {
    let head = archive.vault.inventory(id).await?.head();
    let Some(bytes) = part(archive, id, ENTRY_FILE, head, rebuilt).await? else {
        return Ok(());
    };
    let entry: Option<CopyRow> = serde_json::from_slice(&bytes).ok();
    let Some(copy) = entry.filter(|copy| object_id(&copy.id) == id.as_str()) else {
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
    save(&mut tx, &copy).await?;
    tx.commit().await?;
    Ok(())
}

async fn save(tx: &mut Tx, copy: &CopyRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO copies (id, year, number, state, record_id, record_version, code, object_id,
            sha256, issued_by, issued_at, reissue_of, void_code, withdrawn_at,
            withdrawn_by, withdrawal, code_until, request_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
            (SELECT id FROM copy_requests WHERE id = $18))",
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
