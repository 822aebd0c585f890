//! The rows that are reconciled: volumes and deliveries, and the records of one with their numbers, in the order of the paper.

use std::collections::HashMap;

use sqlx::{AssertSqlSafe, FromRow};

use crate::archive::Archive;
use crate::catalogue::text_enum;
use crate::document::natural;
use crate::error::{Error, Result};
use crate::page_flag::PLACED;

text_enum! {
    /// What a place is.
    pub enum PlaceKind {
        /// A register volume, with all deliveries that came for it.
        Volume,
        /// A delivery that belongs to no volume.
        Batch,
    }
}

/// A place as the catalogue has it.
#[derive(Debug, Clone, FromRow)]
pub(super) struct PlaceRow {
    pub id: String,
    pub kind: PlaceKind,
    pub code: String,
    pub title: String,
    pub year: Option<i64>,
    pub first_number: String,
    pub last_number: String,
}

/// Selects every place.
pub(super) const PLACES: &str = "SELECT v.id, 'volume' AS kind, v.code, v.title, v.year,
        COALESCE(v.first_number, '') AS first_number, COALESCE(v.last_number, '') AS last_number
     FROM register_volumes v WHERE EXISTS (SELECT 1 FROM batches b WHERE b.volume_id = v.id)
     UNION ALL
     SELECT b.id, 'batch' AS kind, b.name AS code, '' AS title, NULL AS year, '' AS first_number, '' AS last_number
     FROM batches b WHERE b.volume_id IS NULL";

/// The row of one place.
///
/// # Errors
/// `NotFound`.
pub(super) async fn load(archive: &Archive, id: &str) -> Result<PlaceRow> {
    let query = format!("SELECT * FROM ({PLACES}) o WHERE o.id = $1");
    sqlx::query_as(AssertSqlSafe(query))
        .bind(id)
        .fetch_optional(archive.catalogue.pool())
        .await?
        .ok_or(Error::NotFound { what: "volume" })
}

/// A record of the place.
#[derive(Debug, Clone, FromRow)]
pub(super) struct PlacedRecord {
    pub record_id: String,
    pub class: String,
    pub batch_id: String,
    pub original_name: String,
    pub place_id: String,
    pub page_number: i64,
    pub ordinal: i64,
    pub serial: Option<String>,
    pub entry: Option<String>,
    pub year: Option<String>,
    pub serial_key: Option<String>,
    pub person_key: Option<String>,
}

/// Condition on batches `b` that belong to the place `$1`.
pub(super) const OF_PLACE: &str = "(b.volume_id = $1 OR (b.id = $1 AND b.volume_id IS NULL))";

/// The records of a place that have keys, in the order of the paper.
///
/// # Errors
/// As any statement.
pub(super) async fn records_of(archive: &Archive, place_id: &str) -> Result<Vec<PlacedRecord>> {
    let query = format!(
        "SELECT k.record_id, d.class, s.batch_id, s.original_name, r.id AS place_id, r.number AS page_number, d.ordinal,
            k.serial, k.entry, k.year, k.serial_key, k.person_key
         FROM {PLACED} JOIN records d ON d.page_id = p.id AND d.state <> 'rejected'
         JOIN record_keys k ON k.record_id = d.id WHERE {OF_PLACE}"
    );
    let mut records: Vec<PlacedRecord> = sqlx::query_as(AssertSqlSafe(query))
        .bind(place_id)
        .fetch_all(archive.catalogue.pool())
        .await?;
    let mut batch_of: HashMap<&str, &str> = HashMap::new();
    // Deliveries that use the same names come one after the other, else their files stand between each other.
    let by_batch = records.iter().any(|record| {
        let first = batch_of
            .entry(&record.original_name)
            .or_insert(&record.batch_id);
        *first != record.batch_id
    });
    records.sort_by_cached_key(|record| {
        let batch = by_batch.then(|| record.batch_id.clone());
        let page = (record.page_number, record.place_id.clone());
        (batch, natural(&record.original_name), page, record.ordinal)
    });
    let mut year = records.iter().find_map(|record| record.year.clone());
    for record in &mut records {
        // A page that does not say its year goes on from the one before.
        match &record.year {
            Some(own) => year = Some(own.clone()),
            None => record.year.clone_from(&year),
        }
    }
    Ok(records)
}
