//! Where a delivery belongs: fonds, volume, file and batch, found by code or made again.

use crate::archive::Archive;
use crate::catalogue::Tx;
use crate::error::Result;
use crate::scan::{DepositBatch, DepositVolume};

/// The term and mode of a file whose own are not in the vault: kept for ever, restricted, until a
/// person says otherwise (codes of TT 05/2025/TT-BNV).
const SAFEST: (&str, &str) = ("01", "02");

/// The id of the fonds with that code.
pub(super) async fn fonds(
    archive: &Archive,
    tx: &mut Tx,
    code: &str,
    name: &str,
    at: &str,
) -> Result<String> {
    sqlx::query(
        "INSERT INTO fonds (id, code, name, state, created_at) VALUES ($1, $2, $3, 'open', $4)
         ON CONFLICT (code) DO NOTHING",
    )
    .bind(archive.clock.new_id())
    .bind(code)
    .bind(name)
    .bind(at)
    .execute(&mut **tx)
    .await?;
    let id = sqlx::query_scalar("SELECT id FROM fonds WHERE code = $1")
        .bind(code)
        .fetch_one(&mut **tx)
        .await?;
    Ok(id)
}

/// Makes the batch of a deposit unless it is there.
pub(super) async fn batch(archive: &Archive, tx: &mut Tx, batch: &DepositBatch) -> Result<()> {
    let at = &batch.opened_at;
    let fonds_id = fonds(archive, tx, &batch.fonds_code, &batch.fonds_name, at).await?;
    let volume_id = match &batch.volume {
        Some(kept) => Some(volume(archive, tx, &fonds_id, kept, at).await?),
        None => None,
    };
    let file_id = match &batch.file_code {
        Some(code) => {
            let title = batch.file_title.as_deref().unwrap_or(code);
            Some(file(archive, tx, &fonds_id, code, title, at).await?)
        }
        None => None,
    };
    sqlx::query(
        "INSERT INTO batches (id, name, fonds_id, file_id, volume_id, class_hint, declared_count,
            state, opened_by, opened_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', $8, $9)
         ON CONFLICT (id) DO UPDATE SET
            declared_count = COALESCE(EXCLUDED.declared_count, batches.declared_count)",
    )
    .bind(&batch.id)
    .bind(&batch.name)
    .bind(fonds_id)
    .bind(file_id)
    .bind(volume_id)
    .bind(&batch.class_hint)
    .bind(batch.declared_count)
    .bind(&batch.opened_by)
    .bind(at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn volume(
    archive: &Archive,
    tx: &mut Tx,
    fonds_id: &str,
    kept: &DepositVolume,
    at: &str,
) -> Result<String> {
    sqlx::query(
        "INSERT INTO register_volumes (id, fonds_id, code, title, school, year, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (fonds_id, code) DO NOTHING",
    )
    .bind(archive.clock.new_id())
    .bind(fonds_id)
    .bind(&kept.code)
    .bind(&kept.title)
    .bind(&kept.school)
    .bind(kept.year)
    .bind(at)
    .execute(&mut **tx)
    .await?;
    let query = "SELECT id FROM register_volumes WHERE fonds_id = $1 AND code = $2";
    by_code(tx, query, fonds_id, &kept.code).await
}

async fn file(
    archive: &Archive,
    tx: &mut Tx,
    fonds_id: &str,
    code: &str,
    title: &str,
    at: &str,
) -> Result<String> {
    sqlx::query(
        "INSERT INTO files (id, fonds_id, code, title, maintenance, mode, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (fonds_id, code) DO NOTHING",
    )
    .bind(archive.clock.new_id())
    .bind(fonds_id)
    .bind(code)
    .bind(title)
    .bind(SAFEST.0)
    .bind(SAFEST.1)
    .bind(at)
    .execute(&mut **tx)
    .await?;
    let query = "SELECT id FROM files WHERE fonds_id = $1 AND code = $2";
    by_code(tx, query, fonds_id, code).await
}

async fn by_code(tx: &mut Tx, query: &'static str, fonds_id: &str, code: &str) -> Result<String> {
    let id = sqlx::query_scalar(query)
        .bind(fonds_id)
        .bind(code)
        .fetch_one(&mut **tx)
        .await?;
    Ok(id)
}
