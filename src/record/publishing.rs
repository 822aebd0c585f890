//! The publication sequence that every index follows, and the way of what was published to the vault.

use super::{Fields, RecordState, RecordView, Version, save_version};
use crate::archive::Archive;
use crate::catalogue::{Insert, Move, Tx, next_number, raise_counter};
use crate::error::Result;
use crate::jobs::{Kind, PRIORITY_UPKEEP};

/// How long approvals of one scan are gathered before they go to the vault as one version.
const GATHER: std::time::Duration = std::time::Duration::from_secs(3);

/// Takes the next publication number for a record, in the transaction of its approval. The counter's
/// row is locked until commit, so a follower can never skip a number.
pub(crate) async fn publish(tx: &mut Tx, record_id: &str, version: i64, at: &str) -> Result<()> {
    // The counter's row stays locked until the commit, so numbers become visible in order and no
    // follower skips one.
    let position = next_number(tx, "publication").await?;
    insert_publication(tx, position, record_id, version, at).await
}

/// Writes a step of the sequence unless it is there.
pub(crate) async fn insert_publication(
    tx: &mut Tx,
    position: i64,
    record_id: &str,
    version: i64,
    at: &str,
) -> Result<()> {
    Insert::into("publications")
        .set("position", position)
        .set("record_id", record_id)
        .set("version", version)
        .set("at", at)
        .or_ignore("(position)")
        .run(tx)
        .await?;
    Ok(())
}

/// Lets the sequence go on behind its last step, and gives that one's position; 0 where there is none.
///
/// # Errors
/// As any statement.
pub(crate) async fn restore_counter(tx: &mut Tx) -> Result<i64> {
    let newest: Option<i64> = sqlx::query_scalar("SELECT MAX(position) FROM publications")
        .fetch_one(&mut **tx)
        .await?;
    let newest = newest.unwrap_or(0);
    raise_counter(tx, "publication", newest).await?;
    Ok(newest)
}

/// The newest version that was ever published, and its state.
pub(crate) async fn published(archive: &Archive, id: &str) -> Result<Option<(i64, RecordState)>> {
    Ok(sqlx::query_as(
        "SELECT v.version, v.state FROM publications q
         JOIN record_versions v ON v.record_id = q.record_id AND v.version = q.version
         WHERE q.record_id = $1 ORDER BY q.position DESC LIMIT 1",
    )
    .bind(id)
    .fetch_optional(archive.catalogue.pool())
    .await?)
}

/// Gives an approved record one more version, published at once, with what its register's appendix
/// gained; false when it is no longer the version seen, or no longer approved.
pub(crate) async fn advance(
    tx: &mut Tx,
    seen: &RecordView,
    made: &Version<'_>,
    fields: &Fields,
) -> Result<bool> {
    let approved = Move::to(RecordState::Approved)
        .from(&[RecordState::Approved])
        // Only over the version that was seen: a change in between would be published unseen.
        .while_at("version", seen.version)
        .set("version", made.number)
        .set("updated_at", made.at);
    if !approved.run(tx, &seen.id).await? {
        return Ok(false);
    }
    save_version(tx, &seen.id, made, fields).await?;
    publish(tx, &seen.id, made.number, made.at).await?;
    Ok(true)
}

/// Asks for the decided records of a scan to be brought to the vault shortly.
pub(crate) async fn enqueue_preservation(tx: &mut Tx, scan_id: &str) -> Result<()> {
    tx.enqueue_after(Kind::PreserveRecords, scan_id, PRIORITY_UPKEEP, GATHER)
        .await
}
