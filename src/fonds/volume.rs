//! Register volumes (quyển sổ gốc): the bound books whose pages are delivered.

use super::{LONGEST_CODE, LONGEST_TITLE, by_code, check_text};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{Insert, Tx};
use crate::error::{Error, Result};

/// A bound volume of the original register (quyển sổ gốc).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema, sqlx::FromRow)]
pub struct Volume {
    /// UUIDv7 as text: sorts by the time it was made.
    pub id: String,
    /// Id of its fonds.
    pub fonds_id: String,
    /// The label on the spine.
    pub code: String,
    /// As on its title page.
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
    /// As on its title page.
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
pub async fn make_volume(archive: &Archive, caller: &Caller, given: &NewVolume) -> Result<Volume> {
    require(caller, Act::DescribeHoldings)?;
    check_text("/code", &given.code, LONGEST_CODE)?;
    check_text("/title", &given.title, LONGEST_TITLE)?;
    let fonds = by_code(archive, caller, &given.fonds).await?;
    let volume = Volume {
        id: archive.clock.new_id(),
        fonds_id: fonds.id,
        code: given.code.clone(),
        title: given.title.clone(),
        school: given.school.clone(),
        year: given.year,
    };
    let mut tx = archive.begin(caller).await?;
    let now = tx.now();
    if !insert_volume(&mut tx, &volume, &now).await? {
        return Err(Error::AlreadyExists {
            what: "register volume",
        });
    }
    let details = serde_json::json!({ "fonds": fonds.code, "code": volume.code });
    tx.log(Action::VolumeMade, ("volume", &volume.id), details)
        .await?;
    tx.commit().await?;
    Ok(volume)
}

/// False when its id, or its code in that fonds, is taken.
pub(crate) async fn insert_volume(tx: &mut Tx, volume: &Volume, created_at: &str) -> Result<bool> {
    Insert::into("register_volumes")
        .set("id", &volume.id)
        .set("fonds_id", &volume.fonds_id)
        .set("code", &volume.code)
        .set("title", &volume.title)
        .set("school", &volume.school)
        .set("year", volume.year)
        .set("created_at", created_at)
        .or_ignore("")
        .run(tx)
        .await
}

/// The register volumes of a fonds, by code.
///
/// # Errors
/// `NotFound` fonds, `Forbidden`.
pub async fn volumes(archive: &Archive, caller: &Caller, fonds_code: &str) -> Result<Vec<Volume>> {
    let fonds = by_code(archive, caller, fonds_code).await?;
    Ok(
        sqlx::query_as("SELECT * FROM register_volumes WHERE fonds_id = $1 ORDER BY code")
            .bind(&fonds.id)
            .fetch_all(archive.catalogue.pool())
            .await?,
    )
}

/// The volume of that id.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn volume(archive: &Archive, caller: &Caller, id: &str) -> Result<Volume> {
    require(caller, Act::SeeBatches)?;
    sqlx::query_as("SELECT * FROM register_volumes WHERE id = $1")
        .bind(id)
        .fetch_optional(archive.catalogue.pool())
        .await?
        .ok_or(Error::NotFound {
            what: "register volume",
        })
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
    sqlx::query_as("SELECT * FROM register_volumes WHERE fonds_id = $1 AND code = $2")
        .bind(&fonds.id)
        .bind(code)
        .fetch_optional(archive.catalogue.pool())
        .await?
        .ok_or(Error::NotFound {
            what: "register volume",
        })
}
