//! Register volumes (quyển sổ gốc): the bound books whose pages are delivered.

use sqlx::Row;

use super::{LONGEST_CODE, LONGEST_TITLE, by_code, check_text, known};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::{self, Deed, Subject};
use crate::clock::stamp;
use crate::error::{Error, Result};

/// One register volume.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Volume {
    /// Its id.
    pub id: String,
    /// Id of its fonds.
    pub fonds_id: String,
    /// The label on the spine.
    pub code: String,
    /// Its title.
    pub title: String,
    /// The school, when the volume holds one.
    pub school: Option<String>,
    /// The exam year, when the volume holds one.
    pub year: Option<i64>,
}

/// What is said of a volume when it is made.
#[derive(Debug, Clone, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewVolume {
    /// Code of the fonds.
    pub fonds: String,
    /// The label on the spine.
    pub code: String,
    /// Its title.
    pub title: String,
    /// The school, when the volume holds one.
    #[serde(default)]
    pub school: Option<String>,
    /// The exam year, when the volume holds one.
    #[serde(default)]
    pub year: Option<i64>,
}

/// Makes a register volume in a fonds.
///
/// # Errors
/// `Invalid` text, `NotFound` fonds, `AlreadyExists` for a known code, `Forbidden`.
pub async fn make_volume(archive: &Archive, caller: &Caller, fresh: &NewVolume) -> Result<Volume> {
    require(caller, Act::DescribeHoldings)?;
    check_text("/code", &fresh.code, LONGEST_CODE)?;
    check_text("/title", &fresh.title, LONGEST_TITLE)?;
    let fonds = by_code(archive, caller, &fresh.fonds).await?;
    let clock = archive.clock.as_ref();
    let volume = Volume {
        id: clock.new_id(),
        fonds_id: fonds.id,
        code: fresh.code.clone(),
        title: fresh.title.clone(),
        school: fresh.school.clone(),
        year: fresh.year,
    };
    let mut tx = archive.catalogue.begin().await?;
    sqlx::query(
        "INSERT INTO register_volumes (id, fonds_id, code, title, school, year, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&volume.id)
    .bind(&volume.fonds_id)
    .bind(&volume.code)
    .bind(&volume.title)
    .bind(&volume.school)
    .bind(volume.year)
    .bind(stamp(clock.now()))
    .execute(&mut *tx)
    .await
    .map_err(|error| known("register volume", error))?;
    let subject = Subject {
        kind: "volume",
        id: &volume.id,
    };
    let details = serde_json::json!({ "fonds": fonds.code, "code": volume.code });
    let (actor, deed) = (&caller.id, Deed::VolumeMade);
    audit::append(&mut tx, clock, actor, deed, subject, details).await?;
    tx.commit().await?;
    Ok(volume)
}

/// The register volumes of a fonds, by code.
///
/// # Errors
/// `NotFound` fonds, `Forbidden`.
pub async fn volumes(archive: &Archive, caller: &Caller, fonds_code: &str) -> Result<Vec<Volume>> {
    let fonds = by_code(archive, caller, fonds_code).await?;
    let rows = sqlx::query("SELECT * FROM register_volumes WHERE fonds_id = $1 ORDER BY code")
        .bind(&fonds.id)
        .fetch_all(archive.catalogue.pool())
        .await?;
    rows.iter().map(volume_of).collect()
}

/// The volume of that id.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn volume(archive: &Archive, caller: &Caller, id: &str) -> Result<Volume> {
    require(caller, Act::SeeBatches)?;
    let row = sqlx::query("SELECT * FROM register_volumes WHERE id = $1")
        .bind(id)
        .fetch_optional(archive.catalogue.pool())
        .await?;
    let volume = row.as_ref().map(volume_of).transpose()?;
    let what = "register volume";
    volume.ok_or(Error::NotFound { what })
}

/// The volume of that code in the fonds.
///
/// # Errors
/// `NotFound` fonds or volume, `Forbidden`.
pub async fn volume_by_code(
    archive: &Archive,
    caller: &Caller,
    fonds_code: &str,
    code: &str,
) -> Result<Volume> {
    let fonds = by_code(archive, caller, fonds_code).await?;
    let row = sqlx::query("SELECT * FROM register_volumes WHERE fonds_id = $1 AND code = $2")
        .bind(&fonds.id)
        .bind(code)
        .fetch_optional(archive.catalogue.pool())
        .await?;
    let volume = row.as_ref().map(volume_of).transpose()?;
    let what = "register volume";
    volume.ok_or(Error::NotFound { what })
}

fn volume_of(row: &sqlx::any::AnyRow) -> Result<Volume> {
    Ok(Volume {
        id: row.try_get("id")?,
        fonds_id: row.try_get("fonds_id")?,
        code: row.try_get("code")?,
        title: row.try_get("title")?,
        school: row.try_get("school")?,
        year: row.try_get("year")?,
    })
}
