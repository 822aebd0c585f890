//! A person confirms the map: a new version, after which the volume's pages are read again with it.

use serde_json::json;
use sogoc_workers::column_map::{ColumnMap, MapFault};

use super::{Confirmed, VolumeMap, changed_meanwhile, get, insert};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::Tx;
use crate::clock::stamp;
use crate::error::{Error, Result};
use crate::jobs::{Kind, PRIORITY_BACKLOG, PRIORITY_UPKEEP};
use crate::messages::Message;

/// Longest reason for a change, in characters.
const LONGEST_NOTE: usize = 500;

/// A map as a person confirms it.
#[derive(Debug, Clone, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMap {
    /// The newest confirmed version that was looked at; 0 when there was none.
    pub seen: i64,
    /// Class of the rows.
    pub class: String,
    /// Borders from left to right, as shares of the table's width: the first 0, the last 1.
    pub edges: Vec<f64>,
    /// Key of each column's field; null for one that is not read.
    pub fields: Vec<Option<String>>,
    /// The page it was looked at on.
    #[serde(default)]
    pub page_id: Option<String>,
    /// Why it is changed.
    #[serde(default)]
    pub note: String,
}

/// Confirms a map; every page of the volume is read again with it.
///
/// # Errors
/// `Invalid` with a pointer to the border or column; `Refused` with code `stale` when someone else was
/// faster; `NotFound`, `Forbidden`.
pub async fn confirm(
    archive: &Archive,
    caller: &Caller,
    volume_id: &str,
    given: &NewMap,
) -> Result<VolumeMap> {
    require(caller, Act::CorrectRecords)?;
    let before = get(archive, caller, volume_id).await?;
    check(archive, given)?;
    let newest = before.confirmed.first().map_or(0, |map| map.version);
    if newest != given.seen {
        return Err(changed_meanwhile());
    }
    let map = Confirmed {
        version: newest + 1,
        class: given.class.clone(),
        edges: given.edges.clone(),
        fields: given.fields.clone(),
        page_id: given.page_id.clone(),
        confirmed_by: caller.id.clone(),
        confirmed_at: stamp(archive.clock.now()),
        note: given.note.trim().to_owned(),
    };
    let mut tx = archive.begin(caller).await?;
    if !insert(&mut tx, volume_id, &map).await? {
        return Err(changed_meanwhile());
    }
    let pages = read_again(&mut tx, volume_id).await?;
    tx.enqueue(Kind::PreserveMap, volume_id, PRIORITY_UPKEEP)
        .await?;
    tx.log(
        Action::ColumnMapConfirmed,
        ("volume", volume_id),
        json!({ "version": map.version, "columns": map.fields.len(), "pages": pages }),
    )
    .await?;
    tx.commit().await?;
    get(archive, caller, volume_id).await
}

fn check(archive: &Archive, given: &NewMap) -> Result<()> {
    if given.note.chars().count() > LONGEST_NOTE || given.note.chars().any(char::is_control) {
        return Err(Error::fault(
            "/note",
            Message::new("faults.reason_too_long").with("most", LONGEST_NOTE),
        ));
    }
    let map = ColumnMap {
        version: given.seen + 1,
        class: given.class.clone(),
        edges: given.edges.clone(),
        fields: given.fields.clone(),
    };
    map.check(archive.classes.get(&given.class))
        .map_err(in_words)
}

/// Where a fault is, and what it is. Columns and borders are counted from 1 for people.
fn in_words(fault: MapFault) -> Error {
    let placed =
        |place: String, at: usize, key| Error::fault(place, Message::new(key).with("at", at + 1));
    match fault {
        MapFault::Class => Error::fault("/class", "faults.column_map.class"),
        MapFault::Count => Error::fault("/fields", "faults.column_map.count"),
        MapFault::NoName => Error::fault("/fields", "faults.column_map.no_name"),
        MapFault::Edge(at) => placed(format!("/edges/{at}"), at, "faults.column_map.edge"),
        MapFault::Field(at) => placed(format!("/fields/{at}"), at, "faults.column_map.field"),
        MapFault::Twice(at) => placed(format!("/fields/{at}"), at, "faults.column_map.twice"),
    }
}

/// Queues every page of the volume that can be read; says how many.
async fn read_again(tx: &mut Tx, volume_id: &str) -> Result<usize> {
    let pages: Vec<String> = sqlx::query_scalar(
        "SELECT p.id FROM pages p JOIN scans s ON s.id = p.scan_id
         JOIN batches b ON b.id = s.batch_id
         WHERE b.volume_id = $1 AND p.state <> 'failed'
         ORDER BY s.original_name, p.number",
    )
    .bind(volume_id)
    .fetch_all(&mut **tx)
    .await?;
    for page in &pages {
        tx.enqueue(Kind::ReadPage, page, PRIORITY_BACKLOG).await?;
    }
    Ok(pages.len())
}
