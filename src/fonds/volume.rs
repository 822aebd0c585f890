//! Register volumes (quyển sổ gốc): the bound books whose pages are delivered.

mod act;
mod preservation;

pub use act::{close_volume, move_volume};
pub use preservation::preserve as preserve_volume;
pub(crate) use preservation::{
    restore as restore_volume_form, restore_batches as restore_volume_batches,
};

use serde_json::json;

use super::file::Counted;
use super::{Fonds, LONGEST_CODE, LONGEST_NOTE, LONGEST_TITLE, Shelf, by_code, code};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{Insert, JsonText, Tx};
use crate::error::{Error, Result};
use crate::holding::{self, Checks, Edit, HoldingKind, HoldingState, TracedAct};

/// Longest number of a register as it is written, in characters.
const LONGEST_NUMBER: usize = 40;

/// A bound volume of the original register (quyển sổ gốc).
#[derive(
    Debug, Clone, Default, PartialEq, Eq, serde::Serialize, utoipa::ToSchema, sqlx::FromRow,
)]
pub struct Volume {
    /// UUIDv7 as text: sorts by the time it was made.
    pub id: String,
    /// UUIDv7 text of the fonds it belongs to.
    pub fonds_id: String,
    /// Code of its fonds.
    pub fonds: String,
    /// The label on the spine.
    pub code: String,
    /// As on its title page.
    pub title: String,
    /// The school, when the volume holds one.
    pub school: Option<String>,
    /// The exam year, when the volume holds one.
    pub year: Option<i64>,
    /// Hội đồng thi whose results are entered in it.
    pub council: Option<String>,
    /// First số vào sổ, as it is written.
    pub first_number: Option<String>,
    /// Last register number on its pages.
    pub last_number: Option<String>,
    /// Ghi chú, up to 20,000 characters.
    pub note: String,
    /// Where the paper stands.
    #[sqlx(try_from = "JsonText")]
    pub shelf: Shelf,
    /// Whether pages still come to it.
    pub state: HoldingState,
    /// Code of the volume it was merged into.
    #[sqlx(rename = "merged_code")]
    pub merged_into: Option<String>,
    /// What of it is in the archive.
    #[sqlx(flatten)]
    pub counted: Counted,
    /// Counts its descriptions, from 1.
    pub version: i64,
    /// Person or token id.
    #[serde(skip)]
    pub changed_by: String,
    /// When it was changed last, RFC 3339 UTC.
    pub changed_at: String,
}

/// What is said of a volume.
#[derive(Debug, Clone, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewVolume {
    /// Code of the fonds; it is changed by a move only.
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
    /// Hội đồng thi whose results are entered in it.
    #[serde(default)]
    pub council: Option<String>,
    /// First số vào sổ, as it is written.
    #[serde(default)]
    pub first_number: Option<String>,
    /// Last register number on its pages.
    #[serde(default)]
    pub last_number: Option<String>,
    /// Ghi chú, up to 20,000 characters.
    #[serde(default)]
    pub note: String,
    /// Where the paper stands.
    #[serde(default)]
    pub shelf: Shelf,
}

const SELECT: &str = "SELECT v.*, f.code AS fonds, m.code AS merged_code,
        (SELECT COUNT(*) FROM documents d WHERE d.volume_id = v.id AND d.state <> 'joined') AS documents,
        (SELECT COUNT(*) FROM document_pages g JOIN documents d ON d.id = g.document_id
            JOIN pages p ON p.id = g.page_id WHERE d.volume_id = v.id
            AND (p.outcome IS NULL OR p.outcome NOT IN ('excluded', 'superseded'))) AS pages
     FROM register_volumes v JOIN fonds f ON f.id = v.fonds_id
     LEFT JOIN register_volumes m ON m.id = v.merged_into";

async fn check(archive: &Archive, given: &NewVolume) -> Result<()> {
    let mut checks = Checks::default();
    checks.text("/code", &given.code, LONGEST_CODE);
    checks.text("/title", &given.title, LONGEST_TITLE);
    checks.line("/school", given.school.as_deref(), LONGEST_TITLE);
    checks.line("/council", given.council.as_deref(), LONGEST_TITLE);
    checks.line(
        "/first_number",
        given.first_number.as_deref(),
        LONGEST_NUMBER,
    );
    checks.line("/last_number", given.last_number.as_deref(), LONGEST_NUMBER);
    checks.note("/note", &given.note, LONGEST_NOTE);
    if given
        .year
        .is_some_and(|year| !(1800..=2200).contains(&year))
    {
        checks.fault("/year", "faults.not_a_day");
    }
    given.shelf.check(&mut checks);
    checks.done()?;
    code::check(archive, "volume", "/code", &given.code, None).await
}

fn row(id: String, fonds: &Fonds, given: &NewVolume) -> Volume {
    Volume {
        id,
        fonds_id: fonds.id.clone(),
        fonds: fonds.code.clone(),
        code: given.code.clone(),
        title: given.title.clone(),
        school: given.school.clone(),
        year: given.year,
        council: given.council.clone(),
        first_number: given.first_number.clone(),
        last_number: given.last_number.clone(),
        note: given.note.clone(),
        shelf: given.shelf.clone(),
        ..Volume::default()
    }
}

/// Makes a register volume in a fonds.
///
/// # Errors
/// `Invalid` text, `NotFound` fonds, `AlreadyExists` for a known code, `Forbidden`.
pub async fn make_volume(archive: &Archive, caller: &Caller, given: &NewVolume) -> Result<Volume> {
    require(caller, Act::DescribeHoldings)?;
    check(archive, given).await?;
    let fonds = by_code(archive, caller, &given.fonds).await?;
    let mut tx = archive.begin(caller).await?;
    let (made, now) = (row(tx.new_id(), &fonds, given), tx.now());
    if !insert_volume(&mut tx, &made, &now).await? {
        return Err(Error::AlreadyExists {
            what: "register volume",
        });
    }
    let act = TracedAct {
        kind: HoldingKind::Volume,
        id: &made.id,
        action: Action::VolumeMade,
        reason: "",
        details: json!({ "fonds": fonds.code, "code": made.code }),
    };
    holding::trace(&mut tx, act).await?;
    tx.commit().await?;
    volume(archive, caller, &made.id).await
}

/// False when its id, or its code in that fonds, is taken.
pub(crate) async fn insert_volume(tx: &mut Tx, volume: &Volume, created_at: &str) -> Result<bool> {
    let by = tx.actor().to_owned();
    Insert::into("register_volumes")
        .set("id", &volume.id)
        .set("fonds_id", &volume.fonds_id)
        .set("code", &volume.code)
        .set("title", &volume.title)
        .set("school", &volume.school)
        .set("year", volume.year)
        .set("council", &volume.council)
        .set("first_number", &volume.first_number)
        .set("last_number", &volume.last_number)
        .set("note", &volume.note)
        .set("shelf", serde_json::to_string(&volume.shelf)?)
        .set("changed_by", by)
        .set("changed_at", created_at)
        .set("created_at", created_at)
        .or_ignore("")
        .run(tx)
        .await
}

/// Changes the description of a volume; its fonds stays.
///
/// # Errors
/// `Invalid`, `NotFound`, `AlreadyExists` code, `Refused` when another description came in between, `Forbidden`.
pub async fn change_volume(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    edit: &Edit<NewVolume>,
) -> Result<Volume> {
    require(caller, Act::DescribeHoldings)?;
    let (before, given) = (volume(archive, caller, id).await?, &edit.description);
    check(archive, given).await?;
    if given.fonds != before.fonds {
        return Err(Error::fault("/fonds", "faults.moved_by_a_move"));
    }
    let mut tx = archive.begin(caller).await?;
    holding::touch(&mut tx, HoldingKind::Volume, id, edit.seen).await?;
    sqlx::query(
        "UPDATE register_volumes SET code = $1, title = $2, school = $3, year = $4, council = $5,
            first_number = $6, last_number = $7, note = $8, shelf = $9 WHERE id = $10",
    )
    .bind(&given.code)
    .bind(&given.title)
    .bind(&given.school)
    .bind(given.year)
    .bind(&given.council)
    .bind(&given.first_number)
    .bind(&given.last_number)
    .bind(&given.note)
    .bind(serde_json::to_string(&given.shelf)?)
    .bind(id)
    .execute(&mut *tx)
    .await
    .map_err(|error| Error::from(error).naming("register volume"))?;
    let act = TracedAct {
        kind: HoldingKind::Volume,
        id,
        action: Action::HoldingDescribed,
        reason: &edit.reason,
        details: json!({ "code": [before.code, given.code] }),
    };
    holding::trace(&mut tx, act).await?;
    tx.commit().await?;
    volume(archive, caller, id).await
}

/// The register volumes of a fonds, by code.
///
/// # Errors
/// `NotFound` fonds, `Forbidden`.
pub async fn volumes(archive: &Archive, caller: &Caller, fonds_code: &str) -> Result<Vec<Volume>> {
    let fonds = by_code(archive, caller, fonds_code).await?;
    let query = format!("{SELECT} WHERE v.fonds_id = $1 ORDER BY v.code");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(query))
        .bind(&fonds.id)
        .fetch_all(archive.catalogue.pool())
        .await?)
}

/// The volume of that id.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn volume(archive: &Archive, caller: &Caller, id: &str) -> Result<Volume> {
    require(caller, Act::SeeBatches)?;
    find(archive, "v.id = $1 AND $2 = ''", (id, "")).await
}

/// The volume of that code in the fonds.
///
/// # Errors
/// `NotFound` fonds or volume, `Forbidden`; `Refused` for one that was merged into another.
pub async fn volume_by_code(
    archive: &Archive,
    caller: &Caller,
    fonds_code: &str,
    code: &str,
) -> Result<Volume> {
    let fonds = by_code(archive, caller, fonds_code).await?;
    let found = find(
        archive,
        "v.fonds_id = $1 AND v.code = $2",
        (&fonds.id, code),
    )
    .await?;
    match found.state {
        HoldingState::Merged => Err(Error::refuse("errors.holding_merged")),
        _ => Ok(found),
    }
}

async fn find(
    archive: &Archive,
    condition: &'static str,
    (first, second): (&str, &str),
) -> Result<Volume> {
    sqlx::query_as(sqlx::AssertSqlSafe(format!("{SELECT} WHERE {condition}")))
        .bind(first)
        .bind(second)
        .fetch_optional(archive.catalogue.pool())
        .await?
        .ok_or(Error::NotFound {
            what: "register volume",
        })
}
