//! A scan in the vault: the original as it came and `deposit.json`, which says everything the catalogue will know of
//! it, so that its rows can be made again from there, or from its batch's receipt where its own object is lost.

use std::path::Path;

use sogoc_workers::probe::Probe;

use super::measure::{Measured, Probed, UNKNOWN_TYPE};
use super::name::{object_id, original_path, page_id};
use super::{Scan, ScanState, insert};
use crate::archive::{Archive, Restoration};
use crate::batch::{self, DepositBatch, Receipt, ReceiptFile};
use crate::catalogue::{Insert, Move, State, Tx};
use crate::clock::parse_stamp;
use crate::error::{Error, Result};
use crate::vault::{Content, Digest, ObjectId, Provenance, VaultError};

/// Name of the description inside the object.
const DEPOSIT_FILE: &str = "deposit.json";
/// Name and version of this document's form.
const FORM: &str = "sogoc-deposit/1";

/// The description of one scan as deposited.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Deposit {
    /// Format of this file: `sogoc-deposit/1`.
    pub form: String,
    /// UUIDv8 text of the scan, as the catalogue had it.
    pub scan_id: String,
    /// The batch it came in.
    pub batch: DepositBatch,
    /// The delivered file as it was measured.
    pub file: DepositFile,
    /// `received`, or `quarantined` where it cannot be read.
    pub state: ScanState,
    /// Stable code of the reading pool, when quarantined.
    pub reason: Option<String>,
    /// Its pages in order; none when quarantined.
    pub pages: Vec<DepositPage>,
    /// Person or token id.
    pub received_by: String,
    /// When it was acknowledged, RFC 3339 UTC.
    pub received_at: String,
}

/// The delivered file inside the object: its path, size and digest.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct DepositFile {
    /// The name it was delivered under, path included.
    pub name: String,
    /// Logical path inside the object.
    pub path: String,
    /// Length of the file in bytes.
    pub size: i64,
    /// SHA-256 of the file, lower-case hex.
    pub sha256: String,
    /// What its sender said.
    pub declared_sha256: Option<String>,
    /// From the file itself.
    pub media_type: String,
}

/// One page of a deposit, from the file's headers.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct DepositPage {
    /// UUID as text; follows from scan and number.
    pub id: String,
    /// Its number in the file, from 1.
    pub number: i64,
    /// Pixels, as delivered; absent only where a receipt alone tells of the page.
    pub width: Option<i64>,
    /// Pixels, as the width; absent in the same case.
    pub height: Option<i64>,
    /// Dots per inch, where the file says so believably.
    pub dpi: Option<i64>,
}

impl Deposit {
    /// The description of a scan that was looked at.
    pub(super) fn new(
        scan: Scan,
        batch: DepositBatch,
        declared_sha256: Option<&str>,
        probed: Probed,
    ) -> Self {
        let (media_type, reason, pages) = match probed {
            Probed::Sound(probe) => (probe.format.media_type(), None, pages_of(&scan.id, &probe)),
            Probed::Broken(kind) => (UNKNOWN_TYPE, Some(kind.code().to_owned()), Vec::new()),
        };
        let state = match reason {
            None => ScanState::Received,
            Some(_) => ScanState::Quarantined,
        };
        Self {
            form: FORM.into(),
            scan_id: scan.id,
            batch,
            file: DepositFile {
                path: original_path(&scan.original_name),
                name: scan.original_name,
                size: scan.size,
                sha256: scan.sha256,
                declared_sha256: declared_sha256.map(str::to_owned),
                media_type: media_type.into(),
            },
            state,
            reason,
            pages,
            received_by: scan.received_by,
            received_at: scan.received_at,
        }
    }

    /// Reads `deposit.json` back.
    ///
    /// # Errors
    /// `Corrupt` when it is not one.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let deposit: Option<Self> = serde_json::from_slice(bytes).ok();
        deposit
            // A later version of the form may mean other things by the same words.
            .filter(|deposit| deposit.form == FORM)
            .ok_or_else(|| Error::Corrupt {
                what: DEPOSIT_FILE.into(),
            })
    }

    /// The scan it describes.
    pub fn scan(&self) -> Scan {
        Scan {
            id: self.scan_id.clone(),
            batch_id: self.batch.id.clone(),
            original_name: self.file.name.clone(),
            sha256: self.file.sha256.clone(),
            size: self.file.size,
            media_type: self.file.media_type.clone(),
            state: self.state,
            reason: self.reason.clone(),
            duplicate_of: None,
            object_id: Some(object_id(&self.scan_id)),
            page_count: i64::try_from(self.pages.len()).unwrap_or(i64::MAX),
            received_by: self.received_by.clone(),
            received_at: self.received_at.clone(),
        }
    }
}

fn pages_of(scan_id: &str, probe: &Probe) -> Vec<DepositPage> {
    (1..)
        .zip(&probe.pages)
        .map(|(number, shape)| DepositPage {
            id: page_id(scan_id, number),
            number,
            width: Some(shape.width.into()),
            height: Some(shape.height.into()),
            dpi: shape.dpi.map(i64::from),
        })
        .collect()
}

/// Deposits original and description. Where a try before this one got as far as the vault, its
/// deposit is the truth and is given back.
pub(super) async fn deposit(
    archive: &Archive,
    fresh: Deposit,
    path: &Path,
    measured: &Measured,
) -> Result<Deposit> {
    let object = ObjectId::new(object_id(&fresh.scan_id))?;
    let original = match &measured.held {
        // What is in memory already is not read from the disk a second time.
        Some(bytes) => Content::bytes(&fresh.file.path, bytes.clone()),
        None => {
            let digest: Digest = measured
                .sha256
                .parse()
                .map_err(|_| Error::Internal("our own digest does not parse".into()))?;
            let size = u64::try_from(measured.size).unwrap_or(0);
            Content::file(&fresh.file.path, path, digest, size)
        }
    };
    let description = Content::bytes(DEPOSIT_FILE, serde_json::to_vec_pretty(&fresh)?);
    let at = parse_stamp(&fresh.received_at).unwrap_or_else(|| archive.clock.now());
    let who = Provenance {
        user_name: fresh.received_by.clone(),
        user_address: format!("urn:sogoc:person:{}", fresh.received_by),
        message: "deposit as delivered".into(),
        at,
    };
    match archive
        .vault
        .deposit(&object, &[original, description], &who)
        .await
    {
        Ok(_) => Ok(fresh),
        Err(VaultError::AlreadyExists { .. }) => earlier_try(archive, &object, &fresh).await,
        Err(error) => Err(error.into()),
    }
}

/// The deposit of an earlier try: of the same bytes, or something is badly wrong.
async fn earlier_try(archive: &Archive, object: &ObjectId, fresh: &Deposit) -> Result<Deposit> {
    let bytes = archive.vault.read(object, DEPOSIT_FILE, Some(1)).await?;
    // The first try may have been killed between vault and catalogue; its times and ids stand.
    let there = Deposit::parse(&bytes.into_bytes().await?)?;
    let original = archive
        .vault
        .read(object, &there.file.path, Some(1))
        .await?;
    // All three, because an object that was damaged or moved must not be acknowledged as the
    // sender's file.
    let same = there.scan_id == fresh.scan_id
        && there.file.sha256 == fresh.file.sha256
        && original.digest().to_string() == fresh.file.sha256;
    same.then_some(there).ok_or_else(|| Error::Corrupt {
        what: format!("object {object}"),
    })
}

/// Writes the pages of a scan; those that are there already stay as they are.
pub(crate) async fn insert_pages(tx: &mut Tx, scan_id: &str, pages: &[DepositPage]) -> Result<()> {
    for page in pages {
        Insert::into("pages")
            .set("id", &page.id)
            .set("scan_id", scan_id)
            .set("number", page.number)
            .set("state", "received")
            .set("width", page.width)
            .set("height", page.height)
            .set("dpi", page.dpi)
            .or_ignore("")
            .run(tx)
            .await?;
    }
    Ok(())
}

/// Reads what an object says of its scan; none when its description is damaged.
///
/// # Errors
/// A fault that passes.
pub(crate) async fn load(
    restoration: &mut Restoration<'_>,
    id: &ObjectId,
) -> Result<Option<Deposit>> {
    let bytes = restoration.file(id, DEPOSIT_FILE, 1).await?;
    Ok(bytes.and_then(|bytes| restoration.sound(id, Deposit::parse(&bytes))))
}

/// Writes the rows of a deposit; those that are there already stay as they are.
///
/// # Errors
/// As any statement.
pub(crate) async fn restore(tx: &mut Tx, deposit: &Deposit) -> Result<()> {
    batch::restore_of_deposit(tx, &deposit.batch).await?;
    insert(tx, &deposit.scan()).await?;
    insert_pages(tx, &deposit.scan_id, &deposit.pages).await
}

/// Writes the scans that a receipt names; those whose own object was there stay as they are, except for what it cannot
/// know: that their bytes had come before.
///
/// # Errors
/// As any statement.
pub(crate) async fn restore_of_receipt(archive: &Archive, receipt: &Receipt) -> Result<()> {
    let body = &receipt.receipt;
    let mut tx = archive.begin_as_machine().await?;
    // A duplicate points at its first, which must be there before it.
    let (repeats, firsts): (Vec<_>, Vec<_>) = body
        .files
        .iter()
        .partition(|file| file.outcome == ScanState::Duplicate);
    for file in firsts.into_iter().chain(repeats) {
        restore_received(&mut tx, &body.batch.id, file).await?;
    }
    tx.commit().await
}

async fn restore_received(tx: &mut Tx, batch_id: &str, file: &ReceiptFile) -> Result<()> {
    let own = object_id(&file.scan_id);
    let scan = Scan {
        id: file.scan_id.clone(),
        batch_id: batch_id.into(),
        original_name: file.name.clone(),
        sha256: file.sha256.clone(),
        size: file.size,
        media_type: file.media_type.clone(),
        state: file.outcome,
        reason: file.reason.clone(),
        duplicate_of: file.duplicate_of.clone(),
        // A duplicate's receipt names the object of its first; a row may name only its own.
        object_id: file.object_id.clone().filter(|object| *object == own),
        page_count: file.pages,
        received_by: file.received_by.clone(),
        received_at: file.received_at.clone(),
    };
    insert(tx, &scan).await?;
    if let Some(first) = &file.duplicate_of {
        return make_duplicate(tx, &file.scan_id, first).await;
    }
    let page = |number| DepositPage {
        // The ids of pages follow from the scan, so that readings kept in the cache are found
        // again.
        id: page_id(&scan.id, number),
        number,
        ..DepositPage::default()
    };
    let pages: Vec<DepositPage> = (1..=file.pages).map(page).collect();
    insert_pages(tx, &scan.id, &pages).await
}

/// Of equal bytes that are in the vault twice, one is the first: the one with decided records, else
/// the one received first. No receipt says so, because their batch was not closed.
///
/// # Errors
/// As any statement.
pub(crate) async fn resolve_duplicates(archive: &Archive) -> Result<()> {
    let mut tx = archive.begin_as_machine().await?;
    let same: Vec<(String, String)> = sqlx::query_as(
        // The scan with decided records stays the first: its id is what copies and requests name.
        "SELECT s.id, s.sha256 FROM scans s WHERE s.state <> 'duplicate' AND s.sha256 IN
            (SELECT sha256 FROM scans WHERE state <> 'duplicate' GROUP BY sha256 HAVING COUNT(*) > 1)
         ORDER BY s.sha256, (SELECT COUNT(*) FROM records r WHERE r.scan_id = s.id) DESC,
            s.received_at, s.id",
    )
    .fetch_all(&mut *tx)
    .await?;
    for same in same.chunk_by(|one, next| one.1 == next.1) {
        for (id, _) in &same[1..] {
            make_duplicate(&mut tx, id, &same[0].0).await?;
        }
    }
    tx.commit().await
}

/// Says of a scan that its bytes had come before.
async fn make_duplicate(tx: &mut Tx, id: &str, first: &str) -> Result<()> {
    // A duplicate has no pages of its own; they would be read a second time.
    tx.delete("pages", "scan_id", id).await?;
    let found: Option<(Option<String>, Option<String>)> =
        sqlx::query_as("SELECT reason, media_type FROM scans WHERE id = $1")
            .bind(first)
            .fetch_optional(&mut **tx)
            .await?;
    let Some((reason, media_type)) = found else {
        return Ok(());
    };
    let duplicate = Move::restored(ScanState::TABLE, ScanState::Duplicate)
        .set("duplicate_of", first)
        .set("page_count", 0_i64)
        .set("reason", reason)
        .set("media_type", media_type);
    duplicate.run(tx, id).await?;
    Ok(())
}

/// The vault's object of a scan; none while nothing of it is preserved.
///
/// # Errors
/// `NotFound` scan.
pub(crate) async fn vault_object(archive: &Archive, scan_id: &str) -> Result<Option<ObjectId>> {
    let object: Option<String> = sqlx::query_scalar("SELECT object_id FROM scans WHERE id = $1")
        .bind(scan_id)
        .fetch_optional(archive.catalogue.pool())
        .await?
        .ok_or(Error::NotFound { what: "scan" })?;
    Ok(object.map(ObjectId::new).transpose()?)
}

/// As [`vault_object`], for what is added to a preserved scan.
///
/// # Errors
/// `NotFound` scan, or its object.
pub(crate) async fn preserved_object(archive: &Archive, scan_id: &str) -> Result<ObjectId> {
    let object = vault_object(archive, scan_id).await?;
    object.ok_or(Error::NotFound {
        what: "vault object",
    })
}
