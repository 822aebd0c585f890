//! What the vault is given of a scan: the original as it came and `deposit.json`, which says
//! everything the catalogue will know of it, so that the catalogue can be made again from the vault.

use std::path::Path;

use sogoc_workers::probe::Probe;
use sqlx::Row;

use super::measure::{Looked, Measured, UNKNOWN_TYPE};
use super::{Scan, object_id, original_path, page_id};
use crate::archive::Archive;
use crate::clock::parse_stamp;
use crate::error::{Error, Result};
use crate::vault::{Content, Digest, ObjectId, Provenance, VaultError};

/// Name of the description inside the object.
pub(crate) const FILE: &str = "deposit.json";
/// Name and version of this document's form.
const FORM: &str = "sogoc-deposit/1";

/// The description of one scan as deposited.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Deposit {
    /// `sogoc-deposit/1`.
    pub form: String,
    /// Id of the scan.
    pub scan_id: String,
    /// The batch it came in.
    pub batch: DepositBatch,
    /// The file itself.
    pub file: DepositFile,
    /// received | quarantined.
    pub state: String,
    /// Stable code of the reading pool, when quarantined.
    pub reason: Option<String>,
    /// Its pages in order; none when quarantined.
    pub pages: Vec<DepositPage>,
    /// Person or token id.
    pub received_by: String,
    /// When.
    pub received_at: String,
}

/// The batch of a deposit, with what it hangs from.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct DepositBatch {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Mã phông.
    pub fonds_code: String,
    /// Tên phông.
    pub fonds_name: String,
    /// Mã hồ sơ.
    pub file_code: Option<String>,
    /// Tiêu đề hồ sơ.
    pub file_title: Option<String>,
    /// The register volume the pages come from.
    pub volume: Option<DepositVolume>,
    /// Class id, when the archivist knew what was in the box.
    pub class_hint: Option<String>,
    /// Files declared.
    pub declared_count: Option<i64>,
    /// Who opened it.
    pub opened_by: String,
    /// When.
    pub opened_at: String,
}

/// The register volume of a deposit.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct DepositVolume {
    /// The label on the spine.
    pub code: String,
    /// Its title.
    pub title: String,
    /// The school, when the volume holds one.
    pub school: Option<String>,
    /// The exam year, when the volume holds one.
    pub year: Option<i64>,
}

/// The file of a deposit.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct DepositFile {
    /// As given.
    pub name: String,
    /// Logical path inside the object.
    pub path: String,
    /// Bytes.
    pub size: i64,
    /// Lower-case hex.
    pub sha256: String,
    /// What its sender said.
    pub declared_sha256: Option<String>,
    /// From the file itself.
    pub media_type: String,
}

/// One page of a deposit, from the file's headers.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct DepositPage {
    /// Its id.
    pub id: String,
    /// From 1.
    pub number: i64,
    /// Pixels, as delivered.
    pub width: i64,
    /// Pixels, as delivered.
    pub height: i64,
    /// Dots per inch, where the file says so believably.
    pub dpi: Option<i64>,
}

impl Deposit {
    /// The description of a scan that was looked at.
    pub(super) fn new(
        scan: Scan,
        batch: DepositBatch,
        declared_sha256: Option<&str>,
        looked: Looked,
    ) -> Self {
        let (media_type, reason, pages) = match looked {
            Looked::Sound(probe) => (probe.format.media_type(), None, pages_of(&scan.id, &probe)),
            Looked::Broken(kind) => (UNKNOWN_TYPE, Some(kind.code().to_owned()), Vec::new()),
        };
        let state = if reason.is_none() {
            "received"
        } else {
            "quarantined"
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
            state: state.into(),
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
            .filter(|deposit| deposit.form == FORM)
            .ok_or_else(|| Error::Corrupt { what: FILE.into() })
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
            state: self.state.clone(),
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
            width: shape.width.into(),
            height: shape.height.into(),
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
    let description = Content::bytes(FILE, serde_json::to_vec_pretty(&fresh)?);
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
        Err(VaultError::AlreadyExists { .. }) => before(archive, &object, &fresh).await,
        Err(error) => Err(error.into()),
    }
}

/// The deposit of an earlier try: of the same bytes, or something is badly wrong.
async fn before(archive: &Archive, object: &ObjectId, fresh: &Deposit) -> Result<Deposit> {
    let bytes = archive.vault.read(object, FILE, Some(1)).await?;
    let there = Deposit::parse(&bytes.into_bytes().await?)?;
    let original = archive
        .vault
        .read(object, &there.file.path, Some(1))
        .await?;
    let same = there.scan_id == fresh.scan_id
        && there.file.sha256 == fresh.file.sha256
        && original.digest().to_string() == fresh.file.sha256;
    same.then_some(there).ok_or_else(|| Error::Corrupt {
        what: format!("object {object}"),
    })
}

/// The batch of a file at the door.
///
/// # Errors
/// `NotFound`.
pub(super) async fn batch_of(archive: &Archive, batch_id: &str) -> Result<DepositBatch> {
    let row = sqlx::query(
        "SELECT b.*, f.code AS fonds_code, f.name AS fonds_name, h.code AS file_code,
            h.title AS file_title, v.code AS volume_code, v.title AS volume_title,
            v.school AS volume_school, v.year AS volume_year
         FROM batches b JOIN fonds f ON f.id = b.fonds_id
            LEFT JOIN files h ON h.id = b.file_id
            LEFT JOIN register_volumes v ON v.id = b.volume_id
         WHERE b.id = $1",
    )
    .bind(batch_id)
    .fetch_optional(archive.catalogue.pool())
    .await?
    .ok_or(Error::NotFound { what: "batch" })?;
    let volume_code: Option<String> = row.try_get("volume_code")?;
    let volume = match volume_code {
        None => None,
        Some(code) => Some(DepositVolume {
            code,
            title: row.try_get("volume_title")?,
            school: row.try_get("volume_school")?,
            year: row.try_get("volume_year")?,
        }),
    };
    Ok(DepositBatch {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        fonds_code: row.try_get("fonds_code")?,
        fonds_name: row.try_get("fonds_name")?,
        file_code: row.try_get("file_code")?,
        file_title: row.try_get("file_title")?,
        volume,
        class_hint: row.try_get("class_hint")?,
        declared_count: row.try_get("declared_count")?,
        opened_by: row.try_get("opened_by")?,
        opened_at: row.try_get("opened_at")?,
    })
}
