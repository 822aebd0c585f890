//! Closing a batch: only when what came is what was declared.

use std::collections::BTreeMap;

use super::BatchState;
use super::manifest::{Declared, hold_open};
use super::preservation::preserve_receipt;
use super::receipt::Receipt;
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{Move, Tx};
use crate::error::{Error, Fault, Result};
use crate::jobs::{Kind, PRIORITY_UPKEEP};
use crate::messages::Message;

/// Differences listed by name; the rest is counted.
const MOST_LISTED: usize = 200;

/// Closes the batch and preserves its receipt. Closing a closed batch gives the same receipt again.
///
/// # Errors
/// `Invalid`, one fault for each difference between what was declared and what came; `NotFound`,
/// `Forbidden`, `Unavailable`.
pub async fn close(archive: &Archive, caller: &Caller, batch_id: &str) -> Result<Receipt> {
    require(caller, Act::DeliverScans)?;
    let batch = super::get(archive, caller, batch_id).await?;
    if batch.state == BatchState::Open {
        match close_open(archive, caller, batch_id).await {
            // Somebody else closed it between the look and the lock.
            Err(Error::Refused {
                code: "batch_closed",
                ..
            }) => {}
            other => other?,
        }
    }
    preserve_receipt(archive, caller, batch_id).await
}

async fn close_open(archive: &Archive, caller: &Caller, batch_id: &str) -> Result<()> {
    let mut tx = archive.begin(caller).await?;
    // Locked before counting: a file that is just coming in is counted or refused, never lost in
    // between.
    hold_open(&mut tx, batch_id).await?;
    let differences = differences(&mut tx, batch_id).await?;
    if !differences.is_empty() {
        return Err(Error::Invalid(listed(differences)));
    }
    let closed = Move::to(BatchState::Closed).set("closed_at", tx.now());
    closed.run(&mut tx, batch_id).await?;
    let files: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM scans WHERE batch_id = $1")
        .bind(batch_id)
        .fetch_one(&mut *tx)
        .await?;
    let details = serde_json::json!({ "files": files });
    tx.log(Action::BatchClosed, ("batch", batch_id), details)
        .await?;
    // What the file or volume holds by now is told in its own object.
    let belongs: (Option<String>, Option<String>) =
        sqlx::query_as("SELECT file_id, volume_id FROM batches WHERE id = $1")
            .bind(batch_id)
            .fetch_one(&mut *tx)
            .await?;
    if let Some(file) = belongs.0 {
        tx.enqueue(Kind::PreserveFile, &file, PRIORITY_UPKEEP)
            .await?;
    }
    if let Some(volume) = belongs.1 {
        tx.enqueue(Kind::PreserveVolume, &volume, PRIORITY_UPKEEP)
            .await?;
    }
    tx.commit().await
}

/// A file that came.
#[derive(sqlx::FromRow)]
struct Arrived {
    original_name: String,
    size: i64,
    sha256: String,
}

/// What was declared against what came, by name. A file that was replaced counts once, a scan that took
/// a page's place not at all: the one before it has come.
async fn differences(tx: &mut Tx, batch_id: &str) -> Result<Vec<Fault>> {
    let arrived: Vec<Arrived> = sqlx::query_as(
        // A better scan of one page was never declared, so it is not counted.
        "SELECT original_name, size, sha256 FROM scans s WHERE batch_id = $1
         AND NOT EXISTS (SELECT 1 FROM pages p WHERE p.scan_id = s.id AND p.stands_for IS NOT NULL)",
    )
    .bind(batch_id)
    .fetch_all(&mut **tx)
    .await?;
    let mut came = BTreeMap::<String, Vec<Arrived>>::new();
    // By name: a broken file and its replacement are one declared file.
    for file in arrived {
        let name = file.original_name.clone();
        came.entry(name).or_default().push(file);
    }
    let mut faults = Vec::new();
    faults.extend(wrong_count(tx, batch_id, came.len()).await?);
    faults.extend(unfinished_uploads(tx, batch_id).await?);
    let manifest: Vec<Declared> = sqlx::query_as(
        "SELECT original_name, size, sha256 FROM batch_manifest WHERE batch_id = $1
         ORDER BY original_name",
    )
    .bind(batch_id)
    .fetch_all(&mut **tx)
    .await?;
    for declared in &manifest {
        let files = came.remove(&declared.name);
        faults.extend(wrong_file(declared, files.as_deref()));
    }
    // Without a manifest only the count was declared, and names are nobody's promise.
    if !manifest.is_empty() {
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

/// Files begun and not finished. One whose name has come whole since, in a later delivery, was given up: it does not
/// keep the batch open until it expires.
async fn unfinished_uploads(tx: &mut Tx, batch_id: &str) -> Result<Vec<Fault>> {
    sqlx::query(
        // A newer file of the same name shows that the sender started over and will not go on with
        // this upload.
        "DELETE FROM uploads WHERE batch_id = $1 AND scan_id IS NULL AND EXISTS (SELECT 1
            FROM scans s WHERE s.batch_id = uploads.batch_id
            AND s.original_name = uploads.original_name AND s.received_at > uploads.created_at)",
    )
    .bind(batch_id)
    .execute(&mut **tx)
    .await?;
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

fn wrong_file(declared: &Declared, came: Option<&[Arrived]>) -> Option<Fault> {
    let name = &declared.name;
    let Some(came) = came else {
        return Some(fault(name, "faults.manifest.missing"));
    };
    let as_declared = came.iter().any(|file| {
        declared.size.is_none_or(|size| size == file.size)
            && declared
                .sha256
                .as_ref()
                .is_none_or(|sha| *sha == file.sha256)
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
