//! The manifest: what an archivist says will come, file by file, before it comes.

use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use utoipa::ToSchema;

use super::{BatchState, check_digest, check_name};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::catalogue::{Insert, Tx, lock};
use crate::error::{Error, Fault, Result};

/// One file that will come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, FromRow)]
#[serde(deny_unknown_fields)]
pub struct Declared {
    /// Path inside the delivery.
    #[sqlx(rename = "original_name")]
    pub name: String,
    /// Length of the file in bytes, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<i64>,
    /// SHA-256 of the file, lower-case hex, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// Adds to the manifest of an open batch; a name declared again replaces the earlier declaration.
///
/// # Errors
/// `Invalid`, naming the entry; `NotFound`; `Refused` once the batch is closed; `Forbidden`.
pub async fn declare(
    archive: &Archive,
    caller: &Caller,
    batch_id: &str,
    files: &[Declared],
) -> Result<()> {
    require(caller, Act::DeliverScans)?;
    // All of it is checked first: half a manifest would look like a whole one.
    for (at, file) in files.iter().enumerate() {
        check(file).map_err(|error| placed(error, at))?;
    }
    let mut tx = archive.begin(caller).await?;
    hold_open(&mut tx, batch_id).await?;
    for file in files {
        Insert::into("batch_manifest")
            .set("batch_id", batch_id)
            .set("original_name", &file.name)
            .set("size", file.size)
            .set("sha256", &file.sha256)
            .or_replace("(batch_id, original_name)")
            .run(&mut tx)
            .await?;
    }
    tx.commit().await
}

/// Locks the batch's row until the transaction ends, so that it is not closed meanwhile.
///
/// # Errors
/// `NotFound`; `Refused` with `batch_closed`.
pub(crate) async fn hold_open(tx: &mut Tx, batch_id: &str) -> Result<()> {
    match lock::<BatchState>(tx, batch_id).await? {
        Some(BatchState::Open) => Ok(()),
        Some(_) => Err(Error::refuse("errors.batch_closed")),
        None => Err(Error::NotFound { what: "batch" }),
    }
}

fn check(file: &Declared) -> Result<()> {
    check_name(&file.name)?;
    if let Some(digest) = &file.sha256 {
        check_digest(digest)?;
    }
    match file.size {
        Some(size) if size < 0 => Err(Error::fault("/size", "faults.size_cannot_negative")),
        _ => Ok(()),
    }
}

/// The fault of one entry, with its place in the list.
fn placed(error: Error, at: usize) -> Error {
    match error {
        Error::Invalid(faults) => Error::Invalid(
            faults
                .into_iter()
                .map(|fault| Fault::new(format!("/{at}{}", fault.pointer), fault.message))
                .collect(),
        ),
        other => other,
    }
}
