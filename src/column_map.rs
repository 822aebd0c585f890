//! The column map of a register volume: proposed from its first pages, confirmed by a person, and from
//! then on part of every page's reading. Until it is confirmed nothing of the volume is accepted.

mod confirm;
mod preservation;

use serde::{Deserialize, Serialize};
use sogoc_workers::class::Layout;
use sogoc_workers::column_map::{self as maps, ColumnMap, PageColumns};
use sogoc_workers::reading::{PageReading, RecordReading};
use sqlx::FromRow;
use utoipa::ToSchema;

pub use confirm::{NewMap, confirm};
pub use preservation::preserve;
pub(crate) use preservation::{PREFIX, restore};

use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::catalogue::{Insert, JsonText, Tx, json_column};
use crate::error::{Error, Result};
use crate::fonds::{self, Volume};

/// Pages whose columns a proposal is made from.
const FIRST_PAGES: i64 = 8;
/// Code of the flag a page bears whose volume has no confirmed map yet.
const UNCONFIRMED: &str = "map_unconfirmed";

json_column!(Vec<f64>, Vec<Option<String>>, PageColumns);

/// A map that a person confirmed; it is never changed, only followed by the next version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema, FromRow)]
pub struct Confirmed {
    /// Counts the maps of the volume, from 1.
    pub version: i64,
    /// Class of its rows.
    pub class: String,
    /// Borders from left to right, as shares of the table's width: the first 0, the last 1.
    #[sqlx(try_from = "JsonText")]
    pub edges: Vec<f64>,
    /// Key of each column's field; null for one that is not read.
    #[sqlx(try_from = "JsonText")]
    pub fields: Vec<Option<String>>,
    /// The page it was confirmed on.
    pub page_id: Option<String>,
    /// Who, by name where people are shown it.
    pub confirmed_by: String,
    /// When it was confirmed, RFC 3339 UTC.
    pub confirmed_at: String,
    /// Why it was changed.
    pub note: String,
}

/// What a map could be, as the first pages show it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Proposal {
    /// Class of the pages' rows.
    pub class: String,
    /// Borders, as in a map.
    pub edges: Vec<f64>,
    /// What each column seems to hold.
    pub fields: Vec<Option<String>>,
}

/// A page on which a map is shown.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SamplePage {
    /// UUIDv8 text of the page that is shown.
    pub page_id: String,
    /// Corners of its table `[x, y]` in pixels of the page as delivered: upper left, upper right,
    /// lower right and lower left of its content.
    #[schema(value_type = Vec<Vec<i32>>)]
    pub corners: [[i32; 2]; 4],
}

/// How far a volume is read by its map.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, FromRow, ToSchema)]
pub struct Pages {
    /// All of the volume.
    #[sqlx(rename = "all_pages")]
    pub all: i64,
    /// Read by the newest map.
    pub fitting: i64,
    /// Read with the newest map, which does not fit them.
    pub misfits: i64,
    /// Waiting to be read with the newest map.
    pub waiting: i64,
}

/// The map of a volume and what it rests on.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct VolumeMap {
    /// The volume that it describes.
    pub volume: Volume,
    /// Every confirmed map, newest first.
    pub confirmed: Vec<Confirmed>,
    /// What the first pages show; absent where none shows a table.
    pub proposal: Option<Proposal>,
    /// The first pages that show a table, to look at the map on; those like most others first.
    pub sheets: Vec<SamplePage>,
    /// How far it is read.
    pub pages: Pages,
    /// Pages the newest map does not fit, the first fifty in the order of the book.
    pub misfits: Vec<Misfit>,
}

/// A page the newest map does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema, FromRow)]
pub struct Misfit {
    /// Id of the page, as text.
    #[sqlx(rename = "id")]
    pub page_id: String,
    /// The file's name as delivered.
    pub original_name: String,
    /// Its number in its file, from 1.
    pub number: i64,
}

/// A volume that waits for a person to confirm its map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema, FromRow)]
pub struct Unconfirmed {
    /// UUIDv7 text of the bound volume it is for.
    #[sqlx(rename = "id")]
    pub volume_id: String,
    /// The label on its spine.
    pub code: String,
    /// As on its title page.
    pub title: String,
    /// Pages with a table that wait.
    #[sqlx(rename = "n")]
    pub pages: i64,
}

/// The map of a volume, confirmed or proposed.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn get(archive: &Archive, caller: &Caller, volume_id: &str) -> Result<VolumeMap> {
    require(caller, Act::SeeRecords)?;
    let volume = fonds::volume(archive, caller, volume_id).await?;
    let mut confirmed = versions(archive, volume_id).await?;
    for map in &mut confirmed {
        name_author(archive, map).await?;
    }
    let first = first_pages(archive, volume_id).await?;
    // Pages of another class have other columns; the first page's class is that of the book.
    let class = first.first().map(|page| page.class.clone());
    let columns: Vec<PageColumns> = first
        .iter()
        .filter(|page| Some(&page.class) == class.as_ref())
        .map(|page| page.columns.clone())
        .collect();
    let proposal = class
        .zip(maps::propose(&columns))
        .map(|(class, (edges, fields))| Proposal {
            class,
            edges,
            fields,
        });
    let newest = confirmed.first().map_or(0, |map| map.version);
    let usual = proposal.as_ref().map(|proposal| proposal.edges.len());
    let (alike, others): (Vec<FirstPage>, Vec<FirstPage>) = first
        .into_iter()
        .partition(|page| Some(page.columns.edges.len()) == usual);
    // Pages with as many columns as the proposal come first, because the person compares it with
    // them.
    let sheets = alike.into_iter().chain(others);
    Ok(VolumeMap {
        pages: pages(archive, volume_id, newest).await?,
        misfits: misfits(archive, volume_id, newest).await?,
        volume,
        confirmed,
        proposal,
        sheets: sheets
            .map(|page| SamplePage {
                page_id: page.id,
                corners: page.columns.corners,
            })
            .collect(),
    })
}

/// Volumes with tables read whose map nobody has confirmed, by code.
///
/// # Errors
/// `Forbidden`.
pub async fn unconfirmed(archive: &Archive, caller: &Caller) -> Result<Vec<Unconfirmed>> {
    require(caller, Act::SeeRecords)?;
    Ok(sqlx::query_as(
        "SELECT v.id, v.code, v.title, COUNT(p.id) AS n FROM register_volumes v
         JOIN batches b ON b.volume_id = v.id JOIN scans s ON s.batch_id = b.id
         JOIN pages p ON p.scan_id = s.id
         WHERE p.table_columns IS NOT NULL
         AND NOT EXISTS (SELECT 1 FROM column_maps m WHERE m.volume_id = v.id)
         GROUP BY v.id, v.code, v.title ORDER BY v.code, v.id",
    )
    .fetch_all(archive.catalogue.pool())
    .await?)
}

/// What a page's volume says of its columns.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum MapState {
    /// The page is of no volume.
    Loose,
    /// Nobody has confirmed a map.
    Unconfirmed,
    /// The newest map, to read the page by.
    Mapped(ColumnMap),
}

impl MapState {
    /// The map to read by.
    pub fn map(&self) -> Option<&ColumnMap> {
        match self {
            Self::Mapped(map) => Some(map),
            _ => None,
        }
    }

    /// Version of the map to read by, 0 without one.
    pub fn version(&self) -> i64 {
        self.map().map_or(0, |map| map.version)
    }

    /// Leaves rows to a person that were read without a confirmed map, and flags their page.
    pub fn hold(&self, archive: &Archive, reading: &mut PageReading) {
        let of_table = |id: &str| {
            let class = archive.classes.get(id);
            class.is_some_and(|class| class.layout == Layout::Table)
        };
        // Only tables are read by a map: a form in the same volume needs none and is not held back.
        if *self != Self::Unconfirmed || !of_table(&reading.class) {
            return;
        }
        reading.records.iter_mut().for_each(RecordReading::hold);
        reading.quality.flags.push(UNCONFIRMED.to_owned());
    }
}

/// How the page of that id stands to the map of its volume.
pub(crate) async fn map_state(archive: &Archive, page_id: &str) -> Result<MapState> {
    let volume: Option<String> = sqlx::query_scalar(
        "SELECT b.volume_id FROM pages p JOIN scans s ON s.id = p.scan_id
         JOIN batches b ON b.id = s.batch_id WHERE p.id = $1",
    )
    .bind(page_id)
    .fetch_optional(archive.catalogue.pool())
    .await?
    .flatten();
    let Some(volume) = volume else {
        return Ok(MapState::Loose);
    };
    let newest = versions(archive, &volume).await?.into_iter().next();
    Ok(newest.map_or(MapState::Unconfirmed, |map| {
        MapState::Mapped(ColumnMap {
            version: map.version,
            class: map.class,
            edges: map.edges,
            fields: map.fields,
        })
    }))
}

/// Every confirmed map of a volume, newest first.
async fn versions(archive: &Archive, volume_id: &str) -> Result<Vec<Confirmed>> {
    Ok(
        sqlx::query_as("SELECT * FROM column_maps WHERE volume_id = $1 ORDER BY version DESC")
            .bind(volume_id)
            .fetch_all(archive.catalogue.pool())
            .await?,
    )
}

/// False where that version is there already.
async fn insert(tx: &mut Tx, volume_id: &str, map: &Confirmed) -> Result<bool> {
    Insert::into("column_maps")
        .set("volume_id", volume_id)
        .set("version", map.version)
        .set("class", &map.class)
        .set("edges", serde_json::to_string(&map.edges)?)
        .set("fields", serde_json::to_string(&map.fields)?)
        .set("page_id", &map.page_id)
        .set("confirmed_by", &map.confirmed_by)
        .set("confirmed_at", &map.confirmed_at)
        .set("note", &map.note)
        .or_ignore("")
        .run(tx)
        .await
}

/// Puts the person's name in place of the id.
async fn name_author(archive: &Archive, map: &mut Confirmed) -> Result<()> {
    let name: Option<String> = sqlx::query_scalar("SELECT name FROM people WHERE id = $1")
        .bind(&map.confirmed_by)
        .fetch_optional(archive.catalogue.pool())
        .await?;
    // Somebody whose account is gone stays named by the id, because the map must still tell who
    // confirmed it.
    map.confirmed_by = name.unwrap_or_else(|| std::mem::take(&mut map.confirmed_by));
    Ok(())
}

#[derive(FromRow)]
struct FirstPage {
    id: String,
    class: String,
    #[sqlx(rename = "table_columns", try_from = "JsonText")]
    columns: PageColumns,
}

/// The first pages of a volume that show a table, in the order of the book.
async fn first_pages(archive: &Archive, volume_id: &str) -> Result<Vec<FirstPage>> {
    Ok(sqlx::query_as(
        "SELECT p.id, p.class, p.table_columns FROM pages p JOIN scans s ON s.id = p.scan_id
         JOIN batches b ON b.id = s.batch_id
         WHERE b.volume_id = $1 AND p.table_columns IS NOT NULL AND p.class IS NOT NULL
         ORDER BY s.original_name, p.number, p.id LIMIT $2",
    )
    .bind(volume_id)
    .bind(FIRST_PAGES)
    .fetch_all(archive.catalogue.pool())
    .await?)
}

async fn pages(archive: &Archive, volume_id: &str, newest: i64) -> Result<Pages> {
    Ok(sqlx::query_as(
        "SELECT COUNT(*) AS all_pages,
            COALESCE(SUM(CASE WHEN p.map_version = $2 AND p.map_percent IS NOT NULL THEN 1 ELSE 0 END), 0) AS fitting,
            COALESCE(SUM(CASE WHEN p.map_version = $2 AND p.map_percent IS NULL THEN 1 ELSE 0 END), 0) AS misfits,
            COALESCE(SUM(CASE WHEN p.state <> 'failed' AND COALESCE(p.map_version, 0) < $2 THEN 1 ELSE 0 END), 0) AS waiting
         FROM pages p JOIN scans s ON s.id = p.scan_id JOIN batches b ON b.id = s.batch_id
         WHERE b.volume_id = $1",
    )
    .bind(volume_id)
    .bind(newest)
    .fetch_one(archive.catalogue.pool())
    .await?)
}

async fn misfits(archive: &Archive, volume_id: &str, newest: i64) -> Result<Vec<Misfit>> {
    Ok(sqlx::query_as(
        "SELECT p.id, p.number, s.original_name FROM pages p JOIN scans s ON s.id = p.scan_id
         JOIN batches b ON b.id = s.batch_id
         WHERE b.volume_id = $1 AND p.map_version = $2 AND p.map_percent IS NULL
         ORDER BY s.original_name, p.number, p.id LIMIT 50",
    )
    .bind(volume_id)
    .bind(newest)
    .fetch_all(archive.catalogue.pool())
    .await?)
}

/// The refusal of a map looked at before the newest one was confirmed.
pub(crate) fn changed_meanwhile() -> Error {
    Error::refuse("errors.stale")
}
