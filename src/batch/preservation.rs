//! A batch in the vault: every deposit names its batch with what that hangs from, and a closed batch has an object
//! of its own with its receipt, which also carries what no single file knows: the duplicates and the batch itself.

use super::receipt::{Receipt, ReceiptBatch, receipt};
use super::{Batch, BatchState, insert};
use crate::access::Caller;
use crate::archive::{Archive, Restoration};
use crate::catalogue::{Move, State, Tx};
use crate::clock::parse_stamp;
use crate::error::{Error, Result};
use crate::fonds::{self, Volume, restore_file, restore_fonds, restore_volume};
use crate::unit;
use crate::vault::{Content, ObjectId, Provenance};

/// Prefix of the object ids of closed batches.
pub(crate) const RECEIPT_PREFIX: &str = "urn:sogoc:batch:";
/// Name of the receipt inside a batch's object.
const RECEIPT_FILE: &str = "receipt.json";

/// The batch of a deposit, with what it hangs from.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, sqlx::FromRow)]
pub struct DepositBatch {
    /// UUIDv7 as text, as the catalogue had it.
    pub id: String,
    /// Unique in the archive.
    pub name: String,
    /// Mã phông of its fonds.
    pub fonds_code: String,
    /// Tên phông at the time of the deposit.
    pub fonds_name: String,
    /// Mã hồ sơ of the file it belongs to.
    pub file_code: Option<String>,
    /// Tiêu đề hồ sơ.
    pub file_title: Option<String>,
    /// The register volume the pages come from.
    #[sqlx(skip)]
    pub volume: Option<DepositVolume>,
    /// Class id, when the archivist knew what was in the box.
    pub class_hint: Option<String>,
    /// Files that the archivist said there are.
    pub declared_count: Option<i64>,
    /// Person or token id.
    pub opened_by: String,
    /// When it was opened, RFC 3339 UTC.
    pub opened_at: String,
    /// Id of its unit; absent in deposits of before there were units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_id: Option<String>,
}

/// The register volume of a deposit.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, sqlx::FromRow)]
pub struct DepositVolume {
    /// The label on the spine.
    pub code: String,
    /// As on its title page.
    pub title: String,
    /// The school, when the volume holds one.
    pub school: Option<String>,
    /// The exam year, when the volume holds one.
    pub year: Option<i64>,
}

/// The batch as its deposits name it.
///
/// # Errors
/// `NotFound`.
pub async fn deposited(archive: &Archive, batch_id: &str) -> Result<DepositBatch> {
    let batch: Option<DepositBatch> = sqlx::query_as(
        "SELECT b.*, f.code AS fonds_code, f.name AS fonds_name, h.code AS file_code,
            h.title AS file_title
         FROM batches b JOIN fonds f ON f.id = b.fonds_id LEFT JOIN files h ON h.id = b.file_id
         WHERE b.id = $1",
    )
    .bind(batch_id)
    .fetch_optional(archive.catalogue.pool())
    .await?;
    // The volume as it was then: a deposit is never rewritten when the volume is renamed.
    let volume = sqlx::query_as(
        "SELECT v.code, v.title, v.school, v.year FROM register_volumes v
         JOIN batches b ON b.volume_id = v.id WHERE b.id = $1",
    )
    .bind(batch_id)
    .fetch_optional(archive.catalogue.pool())
    .await?;
    let batch = batch.ok_or(Error::NotFound { what: "batch" })?;
    Ok(DepositBatch { volume, ..batch })
}

/// Brings the receipts of closed batches into the vault that a crash kept from getting there.
///
/// # Errors
/// `Unavailable`.
pub async fn preserve_receipts(archive: &Archive) -> Result<()> {
    let waiting: Vec<String> = sqlx::query_scalar(
        "SELECT id FROM batches WHERE state = 'closed' AND receipt_digest IS NULL ORDER BY id",
    )
    .fetch_all(archive.catalogue.pool())
    .await?;
    for batch_id in waiting {
        preserve_receipt(archive, &Caller::machine(), &batch_id).await?;
    }
    Ok(())
}

/// The rows of a closed batch no longer change, so the receipt is the same at every try and the
/// deposit can be repeated.
pub(super) async fn preserve_receipt(
    archive: &Archive,
    caller: &Caller,
    batch_id: &str,
) -> Result<Receipt> {
    let receipt = receipt(archive, caller, batch_id).await?;
    let object = ObjectId::new(format!("{RECEIPT_PREFIX}{batch_id}"))?;
    let files = [
        Content::bytes(RECEIPT_FILE, receipt.json()?),
        Content::bytes("receipt.txt", receipt.text().into_bytes()),
    ];
    let closed_at = receipt.receipt.batch.closed_at.as_deref();
    let who = Provenance {
        user_name: caller.id.clone(),
        user_address: format!("urn:sogoc:person:{}", caller.id),
        message: "receipt of a closed batch".into(),
        at: closed_at
            .and_then(parse_stamp)
            .unwrap_or_else(|| archive.clock.now()),
    };
    // A second try deposits the same bytes, which the vault answers with the version that is there.
    archive.vault.deposit(&object, &files, &who).await?;
    let mut tx = archive.begin(caller).await?;
    tx.set("batches", batch_id, "receipt_digest", &receipt.sha256)
        .await?;
    tx.commit().await?;
    Ok(receipt)
}

/// Makes the batch of a deposit unless it is there.
///
/// # Errors
/// As any statement.
pub(crate) async fn restore_of_deposit(tx: &mut Tx, batch: &DepositBatch) -> Result<()> {
    // By code and not by id: catalogues of before may have had other ids for the same fonds.
    let at = &batch.opened_at;
    let fonds_id = restore_fonds(tx, &batch.fonds_code, &batch.fonds_name, at).await?;
    let volume_id = match &batch.volume {
        Some(volume) => {
            let volume = volume_of(tx, &fonds_id, volume);
            Some(restore_volume(tx, &volume, at).await?)
        }
        None => None,
    };
    let file_id = match &batch.file_code {
        Some(code) => {
            let title = batch.file_title.as_deref().unwrap_or(code);
            Some(restore_file(tx, &fonds_id, code, title, at).await?)
        }
        None => None,
    };
    let row = Batch {
        id: batch.id.clone(),
        name: batch.name.clone(),
        fonds: batch.fonds_code.clone(),
        volume_id,
        file_id,
        class_hint: batch.class_hint.clone(),
        declared_count: batch.declared_count,
        state: BatchState::Open,
        opened_by: batch.opened_by.clone(),
        opened_at: at.clone(),
        closed_at: None,
        // The unit may be lost; then the batch belongs to the default one instead of to none.
        unit_id: match &batch.unit_id {
            Some(id) => unit::known(tx, id).await?,
            None => unit::DEFAULT_ID.to_owned(),
        },
    };
    if !insert(tx, &row, &fonds_id).await? {
        // A later deposit may know the count that an earlier one did not.
        let statement =
            "UPDATE batches SET declared_count = COALESCE($1, declared_count) WHERE id = $2";
        sqlx::query(statement)
            .bind(batch.declared_count)
            .bind(&batch.id)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

fn volume_of(tx: &Tx, fonds_id: &str, volume: &DepositVolume) -> Volume {
    Volume {
        id: tx.new_id(),
        fonds_id: fonds_id.into(),
        code: volume.code.clone(),
        title: volume.title.clone(),
        school: volume.school.clone(),
        year: volume.year,
        ..Volume::default()
    }
}

/// Brings one closed batch back and gives its receipt, by which the scans that no object of their own tells of are
/// brought back next.
///
/// # Errors
/// A fault that passes; a damaged object is noted.
pub(crate) async fn restore(
    restoration: &mut Restoration<'_>,
    id: &ObjectId,
) -> Result<Option<Receipt>> {
    let Some(bytes) = restoration.file(id, RECEIPT_FILE, 1).await? else {
        return Ok(None);
    };
    let Some(receipt) = restoration.sound(id, Receipt::parse(&bytes)) else {
        return Ok(None);
    };
    // An object moved to the wrong place would give one batch the receipt of another.
    if format!("{RECEIPT_PREFIX}{}", receipt.receipt.batch.id) != id.as_str() {
        let what = format!("{id}: the receipt of another batch");
        restoration.damaged.push(what);
        return Ok(None);
    }
    let mut tx = restoration.archive.begin_as_machine().await?;
    restore_closed(&mut tx, &receipt.receipt.batch).await?;
    tx.set(
        "batches",
        &receipt.receipt.batch.id,
        "receipt_digest",
        &receipt.sha256,
    )
    .await?;
    tx.commit().await?;
    Ok(Some(receipt))
}

async fn restore_closed(tx: &mut Tx, batch: &ReceiptBatch) -> Result<()> {
    // A batch of nothing but duplicates has no deposit that would have made it.
    let fonds_id = restore_fonds(tx, &batch.fonds, &batch.fonds, &batch.opened_at).await?;
    let row = Batch {
        id: batch.id.clone(),
        name: batch.name.clone(),
        fonds: batch.fonds.clone(),
        volume_id: None,
        file_id: None,
        class_hint: batch.class_hint.clone(),
        declared_count: batch.declared_count,
        state: batch.state,
        opened_by: batch.opened_by.clone(),
        opened_at: batch.opened_at.clone(),
        closed_at: batch.closed_at.clone(),
        unit_id: fonds::unit_of(tx, &fonds_id).await?,
    };
    insert(tx, &row, &fonds_id).await?;
    let closed = Move::restored(BatchState::TABLE, batch.state)
        .set("closed_at", &batch.closed_at)
        .set("class_hint", &batch.class_hint)
        .set("declared_count", batch.declared_count);
    closed.run(tx, &batch.id).await?;
    Ok(())
}
