//! Units (đơn vị): departments, divisions, schools, communes. Every fonds, batch, person and right carries one, so that
//! six hundred schools and merged departments can share an archive. A unit that was merged names its successor, and
//! stays what it was.

mod assignment;
mod preservation;

pub use assignment::{Assigned, Assignment, assign, assignments};
pub use preservation::preserve;
pub(crate) use preservation::{PREFIX, restore};

use serde_json::json;

use crate::access::{Act, Caller, require_any};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{Insert, Tx, text_enum};
use crate::error::{Error, Result};
use crate::holding::{self, Checks, Edit, HoldingKind, TracedAct};

/// Id of the unit that is there from the first start; an office gives it its own code and name.
pub const DEFAULT_ID: &str = "00000000-0000-7000-8000-000000000000";

const LONGEST_CODE: usize = 100;
const LONGEST_NAME: usize = 300;
const LONGEST_BASIS: usize = 500;

text_enum! {
    /// What kind of unit it is.
    pub enum UnitKind {
        /// Sở: a department of the province.
        Department,
        /// Phòng giáo dục và đào tạo.
        Division,
        /// Trường: a school, of any level.
        School,
        /// Trung tâm: a centre, such as one for continuing education.
        Centre,
        /// Ủy ban nhân dân xã, phường.
        Commune,
        /// Any other office; its name says what it is.
        Other,
    }
}

/// An office, school or commune that holdings, people and rights belong to.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema, sqlx::FromRow)]
pub struct Unit {
    /// UUIDv7 text; that of the default unit is all zeros except for its version.
    pub id: String,
    /// Mã đơn vị, unique in the archive.
    pub code: String,
    /// Tên đơn vị, as it stands on papers.
    pub name: String,
    /// What it is: department, division, school or another.
    pub kind: UnitKind,
    /// Code of the unit above it.
    pub parent: Option<String>,
    /// Day it was founded, `YYYY-MM-DD`.
    pub valid_from: Option<String>,
    /// First day it no longer stood.
    pub valid_to: Option<String>,
    /// Code of the unit it was merged into.
    pub successor: Option<String>,
    /// The decision behind the merger.
    pub basis: String,
    /// Counts its descriptions, from 1.
    pub version: i64,
    /// Person or token id.
    #[serde(skip)]
    pub changed_by: String,
    /// When it was changed last, RFC 3339 UTC.
    pub changed_at: String,
}

/// What is said of a unit.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUnit {
    /// Mã đơn vị, up to 100 characters, unique in the archive.
    pub code: String,
    /// Tên đơn vị, up to 300 characters.
    pub name: String,
    /// What it is: department, division, school or another.
    pub kind: UnitKind,
    /// Code of the unit above it.
    #[serde(default)]
    pub parent: Option<String>,
    /// Day it was founded.
    #[serde(default)]
    pub valid_from: Option<String>,
    /// First day it no longer stood.
    #[serde(default)]
    pub valid_to: Option<String>,
    /// Code of the unit it was merged into.
    #[serde(default)]
    pub successor: Option<String>,
    /// The decision behind the merger.
    #[serde(default)]
    pub basis: String,
}

const SELECT: &str = "SELECT u.*, p.code AS parent, s.code AS successor FROM units u
     LEFT JOIN units p ON p.id = u.parent_id LEFT JOIN units s ON s.id = u.successor_id";

/// Every unit, by code.
///
/// # Errors
/// `Forbidden`.
pub async fn list(archive: &Archive, caller: &Caller) -> Result<Vec<Unit>> {
    require_any(caller, &[Act::SeeBatches, Act::Administer])?;
    let query = format!("{SELECT} ORDER BY u.code");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(query))
        .fetch_all(archive.catalogue.pool())
        .await?)
}

/// The unit of that id.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn get(archive: &Archive, caller: &Caller, id: &str) -> Result<Unit> {
    require_any(caller, &[Act::SeeBatches, Act::Administer])?;
    find(archive, "u.id", id).await
}

/// Id of the unit of that code, for the program's own verbs; the default unit where none is named.
pub(crate) async fn id_of(archive: &Archive, code: Option<&str>) -> Result<String> {
    match code {
        None => Ok(DEFAULT_ID.to_owned()),
        Some(code) => Ok(find(archive, "u.code", code).await?.id),
    }
}

async fn find(archive: &Archive, column: &'static str, value: &str) -> Result<Unit> {
    sqlx::query_as(sqlx::AssertSqlSafe(format!("{SELECT} WHERE {column} = $1")))
        .bind(value)
        .fetch_optional(archive.catalogue.pool())
        .await?
        .ok_or(Error::NotFound { what: "unit" })
}

/// Makes a unit.
///
/// # Errors
/// `Invalid`, `NotFound` parent or successor, `AlreadyExists` code, `Forbidden`.
pub async fn make(archive: &Archive, caller: &Caller, given: &NewUnit) -> Result<Unit> {
    require_any(caller, &[Act::DescribeHoldings, Act::Administer])?;
    let unit = checked(archive, given, None).await?;
    let mut tx = archive.begin(caller).await?;
    let (id, now) = (tx.new_id(), tx.now());
    let by = tx.actor().to_owned();
    let made = row(&id, &unit.given, (&by, &now))
        .set("parent_id", &unit.parent_id)
        .set("successor_id", &unit.successor_id)
        .or_ignore("")
        .run(&mut tx)
        .await?;
    if !made {
        return Err(Error::AlreadyExists { what: "unit" });
    }
    let act = TracedAct {
        kind: HoldingKind::Unit,
        id: &id,
        action: Action::UnitMade,
        reason: "",
        details: json!({ "code": given.code }),
    };
    holding::trace(&mut tx, act).await?;
    tx.commit().await?;
    get(archive, caller, &id).await
}

/// Changes the description of a unit.
///
/// # Errors
/// As [`make`]; `Refused` when another description came in between.
pub async fn change(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    edit: &Edit<NewUnit>,
) -> Result<Unit> {
    require_any(caller, &[Act::DescribeHoldings, Act::Administer])?;
    let before = get(archive, caller, id).await?;
    let unit = checked(archive, &edit.description, Some(id)).await?;
    let mut tx = archive.begin(caller).await?;
    holding::touch(&mut tx, HoldingKind::Unit, id, edit.seen).await?;
    sqlx::query(
        "UPDATE units SET code = $1, name = $2, kind = $3, parent_id = $4, valid_from = $5,
            valid_to = $6, successor_id = $7, basis = $8 WHERE id = $9",
    )
    .bind(&unit.given.code)
    .bind(&unit.given.name)
    .bind(unit.given.kind)
    .bind(&unit.parent_id)
    .bind(&unit.given.valid_from)
    .bind(&unit.given.valid_to)
    .bind(&unit.successor_id)
    .bind(&unit.given.basis)
    .bind(id)
    .execute(&mut *tx)
    .await
    .map_err(|error| Error::from(error).naming("unit"))?;
    let act = TracedAct {
        kind: HoldingKind::Unit,
        id,
        action: Action::UnitChanged,
        reason: &edit.reason,
        details: json!({ "code": [before.code, edit.description.code] }),
    };
    holding::trace(&mut tx, act).await?;
    tx.commit().await?;
    get(archive, caller, id).await
}

/// A description that holds, with the ids it names.
struct Checked {
    given: NewUnit,
    parent_id: Option<String>,
    successor_id: Option<String>,
}

/// The row of a unit, as described by somebody at some time; which unit it is part of and which follows it is set beside.
fn row(id: &str, given: &NewUnit, (by, at): (&str, &str)) -> Insert {
    Insert::into("units")
        .set("id", id)
        .set("code", &given.code)
        .set("name", &given.name)
        .set("kind", given.kind)
        .set("valid_from", &given.valid_from)
        .set("valid_to", &given.valid_to)
        .set("basis", &given.basis)
        .set("changed_by", by)
        .set("changed_at", at)
}

async fn checked(archive: &Archive, given: &NewUnit, own: Option<&str>) -> Result<Checked> {
    let mut given = given.clone();
    let mut checks = Checks::default();
    checks.text("/code", &given.code, LONGEST_CODE);
    checks.text("/name", &given.name, LONGEST_NAME);
    checks.note("/basis", &given.basis, LONGEST_BASIS);
    checks.day("/valid_from", &mut given.valid_from);
    checks.day("/valid_to", &mut given.valid_to);
    if let (Some(from), Some(to)) = (&given.valid_from, &given.valid_to)
        && from >= to
    {
        checks.fault("/valid_to", "faults.ends_before_it_begins");
    }
    // A successor without a day would leave open which of both is meant on a given one.
    if given.successor.is_some() && given.valid_to.is_none() {
        checks.fault("/valid_to", "faults.merged_on_a_day");
    }
    checks.done()?;
    let parent_id = other(archive, given.parent.as_deref(), own, "/parent").await?;
    let successor_id = other(archive, given.successor.as_deref(), own, "/successor").await?;
    Ok(Checked {
        given,
        parent_id,
        successor_id,
    })
}

/// Id of the unit named at `pointer`, from which no way leads back to the unit itself.
async fn other(
    archive: &Archive,
    code: Option<&str>,
    own: Option<&str>,
    pointer: &str,
) -> Result<Option<String>> {
    let Some(code) = code else { return Ok(None) };
    let named = match find(archive, "u.code", code).await {
        Err(Error::NotFound { .. }) => {
            return Err(Error::fault(pointer, "faults.there_no_such_unit"));
        }
        named => named?,
    };
    let column = match pointer {
        "/parent" => "parent_id",
        _ => "successor_id",
    };
    let query = format!("SELECT {column} FROM units WHERE id = $1");
    let (mut at, mut steps) = (Some(named.id.clone()), 0);
    while let Some(id) = at {
        steps += 1;
        // Fifty steps: no hierarchy of offices is so deep, and a loop ends here.
        if Some(id.as_str()) == own || steps > 50 {
            return Err(Error::fault(pointer, "faults.unit_leads_to_itself"));
        }
        at = sqlx::query_scalar(sqlx::AssertSqlSafe(query.clone()))
            .bind(&id)
            .fetch_optional(archive.catalogue.pool())
            .await?
            .flatten();
    }
    Ok(Some(named.id))
}

/// Id of the unit of that id, or of the default one where a restored vault has none such.
pub(crate) async fn known(tx: &mut Tx, id: &str) -> Result<String> {
    let known: Option<String> = sqlx::query_scalar("SELECT id FROM units WHERE id = $1")
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(known.unwrap_or_else(|| DEFAULT_ID.to_owned()))
}
