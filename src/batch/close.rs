//! Closing a batch: only when what came is what was declared. The final receipt goes into the vault,
//! where it also carries what no single file knows: the duplicates and the batch itself.

use std::collections::BTreeMap;

use sqlx::Row;

use super::manifest::hold_open;
use super::receipt::{Receipt, receipt};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::{self, Deed, Subject};
use crate::catalogue::Tx;
use crate::clock::{parse_stamp, stamp};
use crate::error::{Error, Fault, Result};
use crate::messages::Message;
use crate::vault::{Content, ObjectId, Provenance};

/// Differences listed by name; the rest is counted.
const MOST_LISTED: usize = 200;

/// Closes the batch and keeps its receipt. Closing a closed batch gives the same receipt again.
///
/// # Errors
/// `Invalid`, one fault for each difference between what was declared and what came; `NotFound`,
/// `Forbidden`, `Unavailable`.
pub async fn close(archive: &Archive, caller: &Caller, batch_id: &str) -> Result<Receipt> {
    require(caller, Act::DeliverScans)?;
    let batch = super::get(archive, caller, batch_id).await?;
    if batch.state == "open" {
        match settle(archive, caller, batch_id).await {
            // Somebody else closed it between the look and the lock.
            Err(Error::Refused {
                code: "batch_closed",
                ..
            }) => {}
            other => other?,
        }
    }
    keep_receipt(archive, caller, batch_id).await
}

async fn settle(archive: &Archive, caller: &Caller, batch_id: &str) -> Result<()> {
    let clock = archive.clock.as_ref();
    let mut tx = archive.catalogue.begin().await?;
    hold_open(&mut tx, batch_id).await?;
    let differences = differences(&mut tx, batch_id).await?;
    if !differences.is_empty() {
        return Err(Error::Invalid(listed(differences)));
    }
    sqlx::query("UPDATE batches SET state = 'closed', closed_at = $1 WHERE id = $2")
        .bind(stamp(clock.now()))
        .bind(batch_id)
        .execute(&mut *tx)
        .await?;
    let files: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM scans WHERE batch_id = $1")
        .bind(batch_id)
        .fetch_one(&mut *tx)
        .await?;
    let subject = Subject {
        kind: "batch",
        id: batch_id,
    };
    let details = serde_json::json!({ "files": files });
    audit::append(
        &mut tx,
        clock,
        &caller.id,
        Deed::BatchClosed,
        subject,
        details,
    )
    .await?;
    tx.commit().await.map_err(Error::from)
}

/// Brings the receipts of closed batches into the vault that a crash kept from getting there.
///
/// # Errors
/// `Unavailable`.
pub async fn keep_receipts(archive: &Archive) -> Result<()> {
    let waiting: Vec<String> = sqlx::query_scalar(
        "SELECT id FROM batches WHERE state = 'closed' AND receipt_digest IS NULL ORDER BY id",
    )
    .fetch_all(archive.catalogue.pool())
    .await?;
    for batch_id in waiting {
        keep_receipt(archive, &Caller::machine(), &batch_id).await?;
    }
    Ok(())
}

/// The rows of a closed batch no longer change, so the receipt is the same at every try and the
/// deposit can be repeated.
async fn keep_receipt(archive: &Archive, caller: &Caller, batch_id: &str) -> Result<Receipt> {
    let receipt = receipt(archive, caller, batch_id).await?;
    let batch = &receipt.receipt.batch;
    let object = ObjectId::new(format!("urn:sogoc:batch:{batch_id}"))?;
    let files = [
        Content::bytes("receipt.json", receipt.json()?),
        Content::bytes("receipt.txt", receipt.text().into_bytes()),
    ];
    let closed_at = batch.closed_at.as_deref().and_then(parse_stamp);
    let who = Provenance {
        user_name: caller.id.clone(),
        user_address: format!("urn:sogoc:person:{}", caller.id),
        message: "receipt of a closed batch".into(),
        at: closed_at.unwrap_or_else(|| archive.clock.now()),
    };
    archive.vault.deposit(&object, &files, &who).await?;
    let mut tx = archive.catalogue.begin().await?;
    sqlx::query("UPDATE batches SET receipt_digest = $1 WHERE id = $2")
        .bind(&receipt.sha256)
        .bind(batch_id)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(receipt)
}

struct Came {
    size: i64,
    sha256: String,
}

/// What was declared against what came, by name. A file that was replaced counts once, a scan that took
/// a page's place not at all: the one before it has come.
async fn differences(tx: &mut Tx, batch_id: &str) -> Result<Vec<Fault>> {
    let mut came = BTreeMap::<String, Vec<Came>>::new();
    let rows = sqlx::query(
        "SELECT original_name, size, sha256 FROM scans s WHERE batch_id = $1
         AND NOT EXISTS (SELECT 1 FROM pages p WHERE p.scan_id = s.id AND p.stands_for IS NOT NULL)",
    )
    .bind(batch_id)
    .fetch_all(&mut **tx)
    .await?;
    for row in &rows {
        let file = Came {
            size: row.try_get("size")?,
            sha256: row.try_get("sha256")?,
        };
        let name = row.try_get("original_name")?;
        came.entry(name).or_default().push(file);
    }
    let mut faults = Vec::new();
    faults.extend(wrong_count(tx, batch_id, came.len()).await?);
    faults.extend(unfinished_uploads(tx, batch_id).await?);
    let rows = sqlx::query(
        "SELECT original_name, size, sha256 FROM batch_manifest WHERE batch_id = $1
         ORDER BY original_name",
    )
    .bind(batch_id)
    .fetch_all(&mut **tx)
    .await?;
    for row in &rows {
        let name: String = row.try_get("original_name")?;
        let files = came.remove(&name);
        faults.extend(wrong_file(
            &name,
            row.try_get("size")?,
            row.try_get::<Option<String>, _>("sha256")?.as_deref(),
            files.as_deref(),
        ));
    }
    if !rows.is_empty() {
        faults.extend(
            came.keys()
                .map(|name| fault(name, "faults.manifest.unexpected")),
        );
    }
    Ok(faults)
}

async fn wrong_count(tx: &mut Tx, batch_id: &str, came: usize) -> Result<Option<Fault>> {
    let declared: Option<i64> =
        sqlx::query_scalar("SELECT declared_count FROM batches WHERE id = $1")
            .bind(batch_id)
            .fetch_one(&mut **tx)
            .await?;
    let differs = declared.filter(|declared| usize::try_from(*declared) != Ok(came));
    Ok(differs.map(|declared| {
        Fault::new(
            "/declared_count",
            Message::new("faults.files_were_declared_came")
                .with("declared", declared)
                .with("came", came),
        )
    }))
}

async fn unfinished_uploads(tx: &mut Tx, batch_id: &str) -> Result<Vec<Fault>> {
    let names: Vec<String> = sqlx::query_scalar(
        "SELECT original_name FROM uploads WHERE batch_id = $1 AND scan_id IS NULL
         ORDER BY original_name",
    )
    .bind(batch_id)
    .fetch_all(&mut **tx)
    .await?;
    let unfinished = |name: &String| fault(name, "faults.manifest.unfinished");
    Ok(names.iter().map(unfinished).collect())
}

fn wrong_file(
    name: &str,
    size: Option<i64>,
    sha256: Option<&str>,
    came: Option<&[Came]>,
) -> Option<Fault> {
    let Some(came) = came else {
        return Some(fault(name, "faults.manifest.missing"));
    };
    let as_declared = came.iter().any(|file| {
        size.is_none_or(|size| size == file.size) && sha256.is_none_or(|sha| sha == file.sha256)
    });
    (!as_declared).then(|| fault(name, "faults.manifest.differs"))
}

fn fault(name: &str, key: &'static str) -> Fault {
    // RFC 6901 section 3: `~` and `/` are escaped inside a pointer.
    let escaped = name.replace('~', "~0").replace('/', "~1");
    let message = Message::new(key).with("name", name);
    Fault::new(format!("/files/{escaped}"), message)
}

/// Keeps the list readable; the count at its head stays true.
fn listed(mut faults: Vec<Fault>) -> Vec<Fault> {
    let rest = faults.len().saturating_sub(MOST_LISTED);
    faults.truncate(MOST_LISTED);
    if rest > 0 {
        faults.push(Fault::new(
            "/files",
            Message::new("faults.and_more").with("rest", rest),
        ));
    }
    faults
}
