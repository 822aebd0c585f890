//! Receiving one file: hashed, measured, put into the vault, recorded in one transaction, and only
//! then acknowledged. Killed anywhere and tried again, it ends the same: the scan's id follows from
//! batch, name and digest, and the deposit already in the vault is taken up where it was left.

mod master;
mod measure;
mod name;
mod preservation;
mod store;

use std::path::Path;

pub use master::{MASTER_PREFIX, fetch_master};
pub use name::{PREFIX, object_id, original_path, page_id, scan_id};
pub use preservation::{Deposit, DepositFile, DepositPage};
pub(crate) use preservation::{
    insert_pages, load, preserved_object, resolve_duplicates, restore, restore_of_receipt,
    vault_object,
};

use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use utoipa::ToSchema;

use crate::access::{Act, Caller, require};
use crate::archive::Archive;
pub use crate::batch::ScanState;
use crate::batch::{self, Listed, check_digest, check_name, listed};
use crate::catalogue::{Insert, Tx};
use crate::clock::stamp;
use crate::error::{Error, Result};
use crate::messages::Message;
use measure::Measured;
pub(crate) use measure::{Probed, measure, probe};

/// Most rows of one page of a list.
const MOST_ROWS: i64 = 200;

/// One file as delivered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, FromRow)]
pub struct Scan {
    /// UUIDv8 text that follows from batch, name and digest.
    pub id: String,
    /// UUIDv7 text of the batch it was delivered in.
    pub batch_id: String,
    /// As given, path inside the delivery.
    pub original_name: String,
    /// SHA-256 of the file, lower-case hex.
    pub sha256: String,
    /// Length of the file in bytes.
    pub size: i64,
    /// From the file itself, never from its name.
    pub media_type: String,
    /// What became of it.
    pub state: ScanState,
    /// Stable code of the reading pool, when quarantined.
    pub reason: Option<String>,
    /// Id of the scan that had the same bytes before.
    pub duplicate_of: Option<String>,
    /// Object in the vault; absent for a duplicate, whose bytes are preserved once.
    pub object_id: Option<String>,
    /// Pages; 0 for a duplicate or a quarantined file.
    pub page_count: i64,
    /// Person or token id.
    pub received_by: String,
    /// When it was acknowledged, RFC 3339 UTC.
    pub received_at: String,
}

/// A file that is being delivered.
#[derive(Debug, Clone, Copy)]
pub struct Incoming<'a> {
    /// Batch it is delivered to.
    pub batch_id: &'a str,
    /// Its name as given, path inside the delivery.
    pub name: &'a str,
    /// Where its bytes are; they are only read.
    pub path: &'a Path,
    /// What its sender says its SHA-256 is.
    pub declared_sha256: Option<&'a str>,
}

/// Receives one file. When this returns, the bytes are durable in the vault, were read back, and
/// the catalogue knows them.
///
/// The same file in the same batch under the same name gives the same scan again. Bytes that are in
/// the archive already become a duplicate that names the earlier one. A file that cannot be read is
/// preserved and quarantined with its reason.
///
/// # Errors
/// `Invalid` name, or a digest other than declared; `NotFound` batch; `Refused` closed batch;
/// `Unavailable` disk, vault, reading pool or catalogue: then nothing was acknowledged and the same
/// call may be repeated; `Forbidden`.
pub async fn receive(archive: &Archive, caller: &Caller, file: &Incoming<'_>) -> Result<Scan> {
    require(caller, Act::DeliverScans)?;
    check_name(file.name)?;
    let measured = measure::measure(file.path).await?;
    check_declared(file, &measured)?;
    let id = scan_id(file.batch_id, file.name, &measured.sha256);
    // The id follows from batch, name and digest, so a file that comes again finds its own scan.
    if let Some(scan) = find(archive, &id).await? {
        return Ok(scan);
    }
    let batch = batch::deposited(archive, file.batch_id).await?;
    let scan = Scan {
        id,
        batch_id: file.batch_id.into(),
        original_name: file.name.into(),
        sha256: measured.sha256.clone(),
        size: measured.size,
        media_type: measure::UNKNOWN_TYPE.into(),
        state: ScanState::Received,
        reason: None,
        duplicate_of: None,
        object_id: None,
        page_count: 0,
        received_by: caller.id.clone(),
        received_at: stamp(archive.clock.now()),
    };
    // Equal bytes arriving side by side take turns, so that the second finds the first.
    let _turn = measure::lock_digest(&measured.sha256).await;
    if let Some(earlier) = store::earlier(archive.catalogue.pool(), &scan).await? {
        return store::duplicate(archive, scan, &earlier).await;
    }
    // Only now a child is asked: a duplicate costs no reading.
    let probed = measure::probe(archive, file.path).await?;
    let deposit = Deposit::new(scan, batch, file.declared_sha256, probed);
    let deposit = preservation::deposit(archive, deposit, file.path, &measured).await?;
    store::received(archive, &deposit).await
}

fn check_declared(file: &Incoming<'_>, measured: &Measured) -> Result<()> {
    let Some(declared) = file.declared_sha256 else {
        return Ok(());
    };
    check_digest(declared)?;
    // Refused before anything is stored: the sender has another file than the one that came.
    if declared == measured.sha256 {
        return Ok(());
    }
    Err(Error::fault(
        "/sha256",
        Message::new("faults.file_came_sha_256").with("sha256", &measured.sha256),
    ))
}

/// The scan of that id.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn get(archive: &Archive, caller: &Caller, id: &str) -> Result<Scan> {
    require(caller, Act::SeeBatches)?;
    find(archive, id)
        .await?
        .ok_or(Error::NotFound { what: "scan" })
}

/// The scans of a batch by name; `after` is the cursor of the page before, `state` keeps only one
/// outcome.
///
/// # Errors
/// `NotFound` batch, `Forbidden`.
pub async fn list(
    archive: &Archive,
    caller: &Caller,
    batch_id: &str,
    state: Option<&str>,
    after: Option<&str>,
    limit: i64,
) -> Result<Listed<Scan>> {
    batch::get(archive, caller, batch_id).await?;
    let limit = limit.clamp(1, MOST_ROWS);
    // The cursor is the last row's id; its place among the names is looked up, not trusted.
    let items: Vec<Scan> = sqlx::query_as(
        "SELECT * FROM scans s WHERE batch_id = $1 AND ($2 = '' OR state = $2)
            AND ($3 = '' OR (original_name, id) >
                (SELECT c.original_name, c.id FROM scans c WHERE c.id = $3 AND c.batch_id = $1))
         ORDER BY original_name, id LIMIT $4",
    )
    .bind(batch_id)
    .bind(state.unwrap_or(""))
    .bind(after.unwrap_or(""))
    .bind(limit + 1)
    .fetch_all(archive.catalogue.pool())
    .await?;
    Ok(listed(items, limit, |scan| scan.id.clone()))
}

async fn find(archive: &Archive, id: &str) -> Result<Option<Scan>> {
    Ok(sqlx::query_as("SELECT * FROM scans WHERE id = $1")
        .bind(id)
        .fetch_optional(archive.catalogue.pool())
        .await?)
}

/// False when it is there already. A first scan that is not in the catalogue is not named.
async fn insert(tx: &mut Tx, scan: &Scan) -> Result<bool> {
    Insert::into("scans")
        .set("id", &scan.id)
        .set("batch_id", &scan.batch_id)
        .set("original_name", &scan.original_name)
        .set("sha256", &scan.sha256)
        .set("size", scan.size)
        .set("media_type", &scan.media_type)
        .set("state", scan.state)
        .set("reason", &scan.reason)
        .set_known("duplicate_of", "scans", &scan.duplicate_of)
        .set("object_id", &scan.object_id)
        .set("page_count", scan.page_count)
        .set("received_by", &scan.received_by)
        .set("received_at", &scan.received_at)
        .or_ignore("")
        .run(tx)
        .await
}
