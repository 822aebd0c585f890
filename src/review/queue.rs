//! What waits at the desk for a person, and in which order.

use super::page_rows::is_of_rows;
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::catalogue::{Key, Slice, Turn, Window};
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
    /// Id of its page.
    pub page_id: String,
    /// Where it stands for a register's page, how many of that page's rows wait; else 0.
    #[sqlx(default)]
    pub page_rows: i64,
    /// Where it stands for a register's page, how many fields of those rows are to be looked at; else 0.
    #[sqlx(default)]
    pub page_doubtful: i64,
    /// Number of its page in the file, from 1.
    pub page_number: i64,
    /// Place on the page.
    pub ordinal: i64,
    /// When its newest version was made, RFC 3339 UTC.
    pub updated_at: String,
}

/// Which part of the desk's queue to show.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct QueueFilter {
    /// Id of the one batch wanted.
    pub batch_id: Option<String>,
    /// Id of the one class wanted.
    pub class: Option<String>,
    /// At most this many, 1 to 200; 50 when absent.
    pub limit: Option<i64>,
    /// True for those alone that have a field in doubt.
    pub doubtful: Option<bool>,
    /// Id of the one volume wanted.
    pub volume_id: Option<String>,
    /// True where one row is to stand for all that wait on a register's page.
    pub by_page: Option<bool>,
    /// `oldest` for what has waited longest first; in the order of the paper, doubtful ones first, when absent.
    pub order: Option<String>,
    /// The page after this place, which the header `Link` of the page before names.
    pub after: Option<String>,
    /// The page before this place.
    pub before: Option<String>,
}

const BY_PAPER: &[Key] = &[
    Key::Number("CASE WHEN r.doubtful > 0 THEN 0 ELSE 1 END"),
    Key::Text("s.original_name"),
    Key::Number("p.number"),
    Key::Number("r.ordinal"),
    Key::Text("r.id"),
];
const BY_AGE: &[Key] = &[Key::Text("r.updated_at"), Key::Text("r.id")];
/// What waits and answers the filter: `$1` a batch, `$2` a class, `$3` is `1` for doubtful ones alone, `$4` the classes, each
/// between commas, of whose pages one row stands for all: a doubtful one where there is one, else the first; `$5` a volume.
const WAITING: &str =
    "FROM records r JOIN pages p ON p.id = r.page_id JOIN scans s ON s.id = r.scan_id
     WHERE r.state IN ('proposed', 'corrected') AND ($1 = '' OR s.batch_id = $1)
     AND ($2 = '' OR r.class = $2) AND ($3 = '' OR r.doubtful > 0)
     AND ($5 = '' OR s.batch_id IN (SELECT id FROM batches WHERE volume_id = $5))
     AND ($4 = '' OR $4 NOT LIKE '%,' || r.class || ',%' OR NOT EXISTS (
        SELECT 1 FROM records o WHERE o.page_id = r.page_id AND o.class = r.class
        AND o.state IN ('proposed', 'corrected')
        AND (CASE WHEN o.doubtful > 0 THEN 0 ELSE 1 END, o.ordinal)
            < (CASE WHEN r.doubtful > 0 THEN 0 ELSE 1 END, r.ordinal)))";

impl QueueFilter {
    fn values(&self, archive: &Archive) -> [String; 5] {
        let doubtful = if self.doubtful == Some(true) { "1" } else { "" };
        let of_rows = match self.by_page {
            Some(true) => classes_of_rows(archive),
            _ => Vec::new(),
        };
        let of_rows = match of_rows.is_empty() {
            true => String::new(),
            false => format!(",{},", of_rows.join(",")),
        };
        [
            self.batch_id.clone().unwrap_or_default(),
            self.class.clone().unwrap_or_default(),
            doubtful.to_owned(),
            of_rows,
            self.volume_id.clone().unwrap_or_default(),
        ]
    }
}

fn classes_of_rows(archive: &Archive) -> Vec<&str> {
    let classes = archive.classes.iter();
    let of_rows = classes.filter(|class| is_of_rows(class));
    of_rows.map(|class| class.id.as_str()).collect()
}

/// What waits, doubtful ones first, then in the order of the paper; the first rows of [`queue_page`].
///
/// # Errors
/// `Forbidden`, `Invalid` place.
pub async fn queue(
    archive: &Archive,
    caller: &Caller,
    filter: &QueueFilter,
) -> Result<Vec<QueueRow>> {
    Ok(queue_page(archive, caller, filter).await?.rows)
}

/// A page of what waits.
///
/// # Errors
/// `Forbidden`, `Invalid` place.
pub async fn queue_page(
    archive: &Archive,
    caller: &Caller,
    filter: &QueueFilter,
) -> Result<Slice<QueueRow>> {
    require(caller, Act::SeeRecords)?;
    // Doubtful ones first, since those need a person; then in the order of the paper, so that one volume is in the
    // hand.
    let by_age = filter.order.as_deref() == Some("oldest");
    let keys = if by_age { BY_AGE } else { BY_PAPER };
    let turn = Turn {
        after: filter.after.clone(),
        before: filter.before.clone(),
    };
    let most = usize::try_from(filter.limit.unwrap_or(50).clamp(1, 200)).unwrap_or(50);
    let window = Window::of(keys, false, &turn, most)?;
    let statement = format!(
        "SELECT r.id, r.class, r.state, r.doubtful, r.ordinal, r.updated_at,
            r.page_id, p.number AS page_number, s.original_name {WAITING}{}",
        window.sql(6)
    );
    let mut query = sqlx::query_as(sqlx::AssertSqlSafe(statement));
    for value in filter.values(archive).iter().chain(window.values()) {
        query = query.bind(value.clone());
    }
    let mut rows: Vec<QueueRow> = query.fetch_all(archive.catalogue.pool()).await?;
    if filter.by_page == Some(true) {
        count_pages(archive, &mut rows).await?;
    }
    Ok(window.cut(rows, |row| match by_age {
        true => vec![row.updated_at.clone(), row.id.clone()],
        false => vec![
            i64::from(row.doubtful <= 0).to_string(),
            row.original_name.clone(),
            row.page_number.to_string(),
            row.ordinal.to_string(),
            row.id.clone(),
        ],
    }))
}

/// Counts what waits on the pages for which a row stands.
async fn count_pages(archive: &Archive, rows: &mut [QueueRow]) -> Result<()> {
    let of_rows = classes_of_rows(archive);
    for row in rows {
        if !of_rows.contains(&row.class.as_str()) {
            continue;
        }
        (row.page_rows, row.page_doubtful) = sqlx::query_as(
            "SELECT COUNT(*), CAST(COALESCE(SUM(doubtful), 0) AS BIGINT) FROM records
             WHERE page_id = $1 AND class = $2 AND state IN ('proposed', 'corrected')",
        )
        .bind(&row.page_id)
        .bind(&row.class)
        .fetch_one(archive.catalogue.pool())
        .await?;
    }
    Ok(())
}

/// How many records wait that answer a filter, whatever the page.
///
/// # Errors
/// `Forbidden`.
pub async fn queue_count(archive: &Archive, caller: &Caller, filter: &QueueFilter) -> Result<i64> {
    require(caller, Act::SeeRecords)?;
    let statement = format!("SELECT COUNT(*) {WAITING}");
    let mut query = sqlx::query_scalar(sqlx::AssertSqlSafe(statement));
    for value in filter.values(archive) {
        query = query.bind(value);
    }
    Ok(query.fetch_one(archive.catalogue.pool()).await?)
}

/// Id and name of each batch of which records wait.
///
/// # Errors
/// `Forbidden`.
pub async fn waiting_batches(archive: &Archive, caller: &Caller) -> Result<Vec<(String, String)>> {
    require(caller, Act::SeeRecords)?;
    Ok(sqlx::query_as(
        "SELECT b.id, b.name FROM batches b WHERE EXISTS (SELECT 1 FROM scans s JOIN records r ON r.scan_id = s.id
            WHERE s.batch_id = b.id AND r.state IN ('proposed', 'corrected')) ORDER BY b.name",
    )
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

/// What to open after a register's page: the head of the queue, or of the queue of one batch, that is not of that page.
///
/// # Errors
/// `Forbidden`.
pub async fn next_page(
    archive: &Archive,
    caller: &Caller,
    page_id: &str,
    batch_id: Option<&str>,
) -> Result<Option<QueueRow>> {
    let filter = QueueFilter {
        batch_id: batch_id.map(str::to_owned),
        by_page: Some(true),
        // Three, because the page itself may head the queue, with rows of two classes.
        limit: Some(3),
        ..QueueFilter::default()
    };
    let waiting = queue(archive, caller, &filter).await?;
    Ok(waiting.into_iter().find(|row| row.page_id != page_id))
}
