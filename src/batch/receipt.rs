//! The receipt (biên nhận): every file's name, size, digest, outcome and place in the vault, under a
//! digest of its own.
//!
//! Anyone can check it: `jq -cj .receipt FILE | sha256sum` gives the `sha256` beside it.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sqlx::FromRow;
use utoipa::ToSchema;

use super::{BatchState, ScanState};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::error::{Error, Result};
use crate::messages::{Lang, Message, text};

/// Name and version of this document's form.
const FORM: &str = "sogoc-receipt/1";

/// A receipt and its digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Receipt {
    /// What is attested; the digest is of this.
    pub receipt: ReceiptBody,
    /// SHA-256 of `receipt` as compact JSON, keys in the order given.
    pub sha256: String,
}

/// What a receipt attests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReceiptBody {
    /// Format of this file: `sogoc-receipt/1`.
    pub form: String,
    /// The batch that was delivered into.
    pub batch: ReceiptBatch,
    /// Files, bytes and pages counted.
    pub totals: Totals,
    /// Every file, by name, then by time of receipt.
    pub files: Vec<ReceiptFile>,
}

/// The batch a receipt speaks of; enough to make it again from the vault alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReceiptBatch {
    /// UUIDv7 as text, as the catalogue had it.
    pub id: String,
    /// Its name, unique in the archive.
    pub name: String,
    /// Code of its fonds.
    pub fonds: String,
    /// Class id, when it was known what is in the box.
    pub class_hint: Option<String>,
    /// Files that the archivist said there are.
    pub declared_count: Option<i64>,
    /// Only a closed batch's receipt is final.
    pub state: BatchState,
    /// Person or token id.
    pub opened_by: String,
    /// When it was opened, RFC 3339 UTC.
    pub opened_at: String,
    /// When it was closed, RFC 3339 UTC; none while it is open.
    pub closed_at: Option<String>,
}

/// Files by outcome, and their bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Totals {
    /// Accepted and to be read.
    pub received: usize,
    /// Kept but not readable.
    pub quarantined: usize,
    /// Bytes that the archive had already.
    pub duplicates: usize,
    /// Of all of them.
    pub bytes: i64,
    /// Of the accepted files.
    pub pages: i64,
}

/// One file on a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, FromRow)]
pub struct ReceiptFile {
    /// The name it was delivered under, path included.
    #[sqlx(rename = "original_name")]
    pub name: String,
    /// Length of the file in bytes.
    pub size: i64,
    /// SHA-256 of the file, lower-case hex.
    pub sha256: String,
    /// What became of it.
    #[sqlx(rename = "state")]
    pub outcome: ScanState,
    /// Stable code, when quarantined.
    pub reason: Option<String>,
    /// UUIDv8 text of the scan the line is about.
    #[sqlx(rename = "id")]
    pub scan_id: String,
    /// Id of the scan that had the same bytes before.
    pub duplicate_of: Option<String>,
    /// The name under which those bytes came before.
    pub duplicate_of_name: Option<String>,
    /// Object in the vault that holds the bytes.
    pub object_id: Option<String>,
    /// From the file itself, never from its name.
    pub media_type: String,
    /// Pages of the file; 0 where it could not be read.
    #[sqlx(rename = "page_count")]
    pub pages: i64,
    /// Id of the person or token that delivered it.
    pub received_by: String,
    /// When it was acknowledged, RFC 3339 UTC.
    pub received_at: String,
}

/// The receipt of a batch as it stands; final once the batch is closed.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn receipt(archive: &Archive, caller: &Caller, batch_id: &str) -> Result<Receipt> {
    require(caller, Act::SeeBatches)?;
    let batch = super::get(archive, caller, batch_id).await?;
    let files = files(archive, batch_id).await?;
    let count = |outcome: ScanState| files.iter().filter(|file| file.outcome == outcome).count();
    let body = ReceiptBody {
        form: FORM.into(),
        batch: ReceiptBatch {
            id: batch.id,
            name: batch.name,
            fonds: batch.fonds,
            class_hint: batch.class_hint,
            declared_count: batch.declared_count,
            state: batch.state,
            opened_by: batch.opened_by,
            opened_at: batch.opened_at,
            closed_at: batch.closed_at,
        },
        totals: Totals {
            received: count(ScanState::Received),
            quarantined: count(ScanState::Quarantined),
            duplicates: count(ScanState::Duplicate),
            bytes: files.iter().map(|file| file.size).sum(),
            pages: files.iter().map(|file| file.pages).sum(),
        },
        files,
    };
    Receipt::over(body)
}

async fn files(archive: &Archive, batch_id: &str) -> Result<Vec<ReceiptFile>> {
    // What came before is in the vault under the object of the first.
    let mut files: Vec<ReceiptFile> = sqlx::query_as(
        "SELECT s.original_name, s.size, s.sha256, s.state, s.reason, s.id, s.duplicate_of,
            d.original_name AS duplicate_of_name, COALESCE(s.object_id, d.object_id) AS object_id,
            s.media_type, s.page_count, s.received_by, s.received_at
         FROM scans s LEFT JOIN scans d ON d.id = s.duplicate_of WHERE s.batch_id = $1",
    )
    .bind(batch_id)
    .fetch_all(archive.catalogue.pool())
    .await?;
    // Sorted here and not by the engine: two engines have two opinions on the order of text.
    files.sort_by(|a, b| {
        (&a.name, &a.received_at, &a.scan_id).cmp(&(&b.name, &b.received_at, &b.scan_id))
    });
    Ok(files)
}

impl Receipt {
    fn over(body: ReceiptBody) -> Result<Self> {
        // Over the compact form, so that indenting for readers does not change the digest.
        let sha256 = hex::encode(Sha256::digest(serde_json::to_vec(&body)?));
        Ok(Self {
            receipt: body,
            sha256,
        })
    }

    /// Files that could not be read and that no readable file of the same name has replaced since.
    pub fn unreadable(&self) -> impl Iterator<Item = &ReceiptFile> {
        let replaced = |name: &str| {
            let mut files = self.receipt.files.iter();
            // A name that came once unreadable and once readable is in the archive.
            files.any(|file| file.name == name && file.reason.is_none())
        };
        let files = self.receipt.files.iter();
        files.filter(move |file| file.reason.is_some() && !replaced(&file.name))
    }

    /// Reads a receipt and checks it against its own digest.
    ///
    /// # Errors
    /// `Corrupt` when it does not parse or was changed.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let corrupt = || Error::Corrupt {
            what: "receipt".into(),
        };
        let given: Self = serde_json::from_slice(bytes).map_err(|_| corrupt())?;
        // Made again from its own content: whoever changes one figure must also forge the digest.
        let checked = Self::over(given.receipt.clone())?;
        (checked == given).then_some(given).ok_or_else(corrupt)
    }

    /// As JSON.
    ///
    /// # Errors
    /// `Internal`, which plain text and numbers do not cause.
    pub fn json(&self) -> Result<Vec<u8>> {
        Ok(serde_json::to_vec_pretty(self)?)
    }

    /// As text for a person to print and sign.
    pub fn text(&self) -> String {
        let ReceiptBody {
            batch,
            totals,
            files,
            ..
        } = &self.receipt;
        let closed = batch.closed_at.as_deref();
        let declared = batch.declared_count.map(|count| count.to_string());
        let head = Message::new("printed.receipt.head")
            .with("name", &batch.name)
            .with("id", &batch.id)
            .with("fonds", &batch.fonds)
            .with("opened", &batch.opened_at)
            .with("closed", closed.unwrap_or(vi("printed.receipt.not_closed")))
            .with(
                "declared",
                declared
                    .as_deref()
                    .unwrap_or(vi("printed.receipt.not_declared")),
            )
            .with("received", totals.received)
            .with("pages", totals.pages)
            .with("quarantined", totals.quarantined)
            .with("duplicates", totals.duplicates)
            .with("bytes", totals.bytes);
        let mut text = format!("{}\n\n", head.vi());
        for file in files {
            let _ = writeln!(
                text,
                "{}  {}  {} byte  {}",
                file.sha256,
                outcome_vi(file),
                file.size,
                file.name
            );
        }
        let digest = Message::new("printed.receipt.digest").with("sha256", &self.sha256);
        let _ = write!(text, "\n{}\n", digest.vi());
        text
    }
}

/// The office signs and files the receipt in Vietnamese, whatever language the pages are read in.
fn vi(key: &str) -> &'static str {
    text(Lang::Vi, key)
}

fn outcome_vi(file: &ReceiptFile) -> String {
    let (reason, first) = (&file.reason, &file.duplicate_of_name);
    match file.outcome {
        ScanState::Received => vi("printed.receipt.file_received").into(),
        ScanState::Quarantined => Message::new("printed.receipt.file_quarantined")
            .with("reason", reason.as_deref().unwrap_or("?"))
            .vi(),
        ScanState::Duplicate => Message::new("printed.receipt.file_duplicate")
            .with("first", first.as_deref().unwrap_or("?"))
            .vi(),
    }
}
