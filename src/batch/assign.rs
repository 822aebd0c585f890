//! A batch told, after it came, which file or volume it belongs to. Its receipt stays as it was; the object of the file
//! or volume says what hangs from it now.

use serde_json::json;

use super::{Batch, get};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::error::{Error, Result};
use crate::fonds;
use crate::holding::check_reason;
use crate::jobs::{Kind, PRIORITY_UPKEEP};

/// Where a batch belongs: a file, or a volume, of its fonds.
#[derive(Debug, Clone, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Belonging {
    /// Code of the file.
    #[serde(default)]
    pub file: Option<String>,
    /// Code of the volume; not beside a file.
    #[serde(default)]
    pub volume: Option<String>,
    /// Why, in the person's words; it stands in the trace.
    pub reason: String,
}

/// Assigns a batch that belongs nowhere yet to a file or a volume, with the documents nobody has touched.
///
/// # Errors
/// `Invalid` for neither or both, or an unknown code; `NotFound`; `Refused` (`batch_belongs`) where it belongs to one
/// already: that one is merged, split or moved; `Forbidden`.
pub async fn assign(
    archive: &Archive,
    caller: &Caller,
    batch_id: &str,
    to: &Belonging,
) -> Result<Batch> {
    require(caller, Act::DescribeHoldings)?;
    check_reason(&to.reason)?;
    let batch = get(archive, caller, batch_id).await?;
    // Belonging is given once here; afterwards files and volumes are moved as a whole, with their
    // own trace.
    if batch.file_id.is_some() || batch.volume_id.is_some() {
        return Err(Error::refuse("errors.batch_belongs"));
    }
    let unknown = |pointer: &'static str, key: &'static str| {
        move |error: Error| match error {
            Error::NotFound { .. } => Error::fault(pointer, key),
            other => other,
        }
    };
    let (file, volume) = match (&to.file, &to.volume) {
        (Some(code), None) => {
            let found = fonds::file_by_code(archive, caller, &batch.fonds, code).await;
            let found = found.map_err(unknown("/file", "faults.there_no_such_file"))?;
            (Some(found), None)
        }
        (None, Some(code)) => {
            let found = fonds::volume_by_code(archive, caller, &batch.fonds, code).await;
            let found = found.map_err(unknown("/volume", "faults.there_no_such_volume"))?;
            (None, Some(found.id))
        }
        _ => return Err(Error::fault("/file", "faults.file_or_volume")),
    };
    let mut tx = archive.begin(caller).await?;
    let moved = sqlx::query(
        // Asked again in the statement: two people may assign the same batch at once.
        "UPDATE batches SET file_id = $1, volume_id = $2
         WHERE id = $3 AND file_id IS NULL AND volume_id IS NULL",
    )
    .bind(&file)
    .bind(&volume)
    .bind(batch_id)
    .execute(&mut *tx)
    .await?;
    if moved.rows_affected() != 1 {
        return Err(Error::refuse("errors.batch_belongs"));
    }
    // Documents that somebody touched stay where they were put.
    crate::document::rehang(&mut tx, batch_id).await?;
    let details = json!({ "file": to.file, "volume": to.volume });
    tx.log(Action::BatchMoved, ("batch", batch_id), details)
        .await?;
    if let Some(file) = &file {
        tx.enqueue(Kind::PreserveFile, file, PRIORITY_UPKEEP)
            .await?;
    }
    if let Some(volume) = &volume {
        tx.enqueue(Kind::PreserveVolume, volume, PRIORITY_UPKEEP)
            .await?;
    }
    tx.commit().await?;
    get(archive, caller, batch_id).await
}

/// Id and name of the batches of a file (`file_id`) or volume (`volume_id`), by name.
///
/// # Errors
/// `Forbidden`.
pub async fn named_of(
    archive: &Archive,
    caller: &Caller,
    column: &'static str,
    id: &str,
) -> Result<Vec<(String, String)>> {
    require(caller, Act::SeeBatches)?;
    let query = format!("SELECT id, name FROM batches WHERE {column} = $1 ORDER BY name LIMIT 500");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(query))
        .bind(id)
        .fetch_all(archive.catalogue.pool())
        .await?)
}
