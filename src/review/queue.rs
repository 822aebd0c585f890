//! What waits at the desk for a person, and in which order.

use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::error::Result;
use crate::record::RecordState;

/// A record waiting at the desk.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema, sqlx::FromRow)]
pub struct QueueRow {
    /// Id of the record.
    pub id: String,
    /// Id of its class.
    pub class: String,
    /// `proposed` or `corrected`: what is decided is not in the queue.
    pub state: RecordState,
    /// Fields to look at.
    pub doubtful: i64,
    /// The file's name as delivered.
    pub original_name: String,
    /// Number of its page in the file, from 1.
    pub page_number: i64,
    /// Place on the page.
    pub ordinal: i64,
    /// When its newest version was made, RFC 3339 UTC.
    pub updated_at: String,
}

/// Which part of the desk's queue to show.
#[derive(Debug, Clone, Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct QueueFilter {
    /// Id of the one batch wanted.
    pub batch_id: Option<String>,
    /// Id of the one class wanted.
    pub class: Option<String>,
    /// At most this many, 1 to 200; 50 when absent.
    pub limit: Option<i64>,
}

/// What waits, doubtful ones first, then in the order of the paper.
///
/// # Errors
/// `Forbidden`.
pub async fn queue(
    archive: &Archive,
    caller: &Caller,
    filter: &QueueFilter,
) -> Result<Vec<QueueRow>> {
    require(caller, Act::SeeRecords)?;
    Ok(sqlx::query_as(
        // Doubtful ones first, since those need a person; then in the order of the paper, so that
        // one volume is in the hand.
        "SELECT r.id, r.class, r.state, r.doubtful, r.ordinal, r.updated_at,
            p.number AS page_number, s.original_name
         FROM records r JOIN pages p ON p.id = r.page_id JOIN scans s ON s.id = r.scan_id
         WHERE r.state IN ('proposed', 'corrected') AND ($1 = '' OR s.batch_id = $1)
         AND ($2 = '' OR r.class = $2)
         ORDER BY CASE WHEN r.doubtful > 0 THEN 0 ELSE 1 END, s.original_name, p.number, r.ordinal
         LIMIT $3",
    )
    .bind(filter.batch_id.clone().unwrap_or_default())
    .bind(filter.class.clone().unwrap_or_default())
    .bind(filter.limit.unwrap_or(50).clamp(1, 200))
    .fetch_all(archive.catalogue.pool())
    .await?)
}

/// How many records wait for a person.
///
/// # Errors
/// `Forbidden`.
pub async fn waiting(archive: &Archive, caller: &Caller) -> Result<i64> {
    require(caller, Act::SeeRecords)?;
    let count =
        sqlx::query_scalar("SELECT COUNT(*) FROM records WHERE state IN ('proposed', 'corrected')")
            .fetch_one(archive.catalogue.pool())
            .await?;
    Ok(count)
}

/// The record to open after this one: the next of the same page that waits, else the head of the queue.
///
/// # Errors
/// `Forbidden`.
pub async fn next(archive: &Archive, caller: &Caller, after: &str) -> Result<Option<String>> {
    require(caller, Act::SeeRecords)?;
    let neighbour: Option<String> = sqlx::query_scalar(
        "SELECT n.id FROM records r JOIN records n ON n.page_id = r.page_id
         WHERE r.id = $1 AND n.id <> r.id AND n.ordinal > r.ordinal
         AND n.state IN ('proposed', 'corrected') ORDER BY n.ordinal LIMIT 1",
    )
    .bind(after)
    .fetch_optional(archive.catalogue.pool())
    .await?;
    if neighbour.is_some() {
        return Ok(neighbour);
    }
    let head = queue(
        archive,
        caller,
        &QueueFilter {
            // Two, because the head may be the very record that was just decided.
            limit: Some(2),
            ..Default::default()
        },
    )
    .await?;
    Ok(head.into_iter().map(|row| row.id).find(|id| id != after))
}
