//! Fonds (phông), their series, files (hồ sơ) and register volumes (quyển sổ gốc): where a delivery
//! belongs. Together they are the finding aid of the archive. A default fonds is there from the first start, so that nobody must make one to begin.

mod file;
mod volume;

use sqlx::Row;

pub(crate) use file::file_code;
pub use file::{NewFile, file_by_code, make_file, make_series};
pub use volume::{NewVolume, Volume, make_volume, volume, volume_by_code, volumes};

use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::{self, Deed, Subject};
use crate::catalogue::Catalogue;
use crate::clock::{Clock, stamp};
use crate::error::{Error, Result};
use crate::messages::Message;

/// Code of the fonds that is there from the first start.
pub const DEFAULT_CODE: &str = "MAC-DINH";
const DEFAULT_NAME: &str = "Phông mặc định";

/// Longest code, as TT 05/2025/TT-BNV sets for mã hồ sơ.
const LONGEST_CODE: usize = 100;
/// Longest title, as TT 05/2025/TT-BNV sets for tiêu đề hồ sơ.
const LONGEST_TITLE: usize = 1000;

/// One fonds.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Fonds {
    /// Its id.
    pub id: String,
    /// Mã phông.
    pub code: String,
    /// Tên phông.
    pub name: String,
    /// open | closed.
    pub state: String,
    /// Mã định danh of the agency at the time.
    pub agency_code: Option<String>,
    /// Lịch sử đơn vị hình thành phông.
    pub history: String,
}

/// What is said of a fonds when it is made.
#[derive(Debug, Clone, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFonds {
    /// Mã phông.
    pub code: String,
    /// Tên phông.
    pub name: String,
    /// Mã định danh of the agency at the time; never rewritten.
    #[serde(default)]
    pub agency_code: Option<String>,
    /// Lịch sử đơn vị hình thành phông.
    #[serde(default)]
    pub history: String,
    /// The fonds of a department that was merged into another.
    #[serde(default)]
    pub closed: bool,
}

/// Makes the default fonds unless it is there. Called whenever an archive is opened.
///
/// # Errors
/// As any statement.
pub async fn ensure_default(catalogue: &Catalogue, clock: &dyn Clock) -> Result<()> {
    let there = sqlx::query("SELECT id FROM fonds WHERE code = $1")
        .bind(DEFAULT_CODE)
        .fetch_optional(catalogue.pool())
        .await?;
    if there.is_some() {
        return Ok(());
    }
    let fresh = NewFonds {
        code: DEFAULT_CODE.into(),
        name: DEFAULT_NAME.into(),
        ..NewFonds::default()
    };
    match insert(catalogue, clock, "machine", &fresh).await {
        // Another process starting at the same moment made it.
        Err(Error::AlreadyExists { .. }) => Ok(()),
        other => other.map(|_| ()),
    }
}

/// Makes a fonds.
///
/// # Errors
/// `Invalid` text, `AlreadyExists` for a known code, `Forbidden`.
pub async fn make(archive: &Archive, caller: &Caller, fonds: &NewFonds) -> Result<Fonds> {
    require(caller, Act::DescribeHoldings)?;
    let clock = archive.clock.as_ref();
    insert(&archive.catalogue, clock, &caller.id, fonds).await
}

async fn insert(
    catalogue: &Catalogue,
    clock: &dyn Clock,
    actor: &str,
    fresh: &NewFonds,
) -> Result<Fonds> {
    check_text("/code", &fresh.code, LONGEST_CODE)?;
    check_text("/name", &fresh.name, LONGEST_TITLE)?;
    let made = Fonds {
        id: clock.new_id(),
        code: fresh.code.clone(),
        name: fresh.name.clone(),
        state: if fresh.closed { "closed" } else { "open" }.into(),
        agency_code: fresh.agency_code.clone(),
        history: fresh.history.clone(),
    };
    let mut tx = catalogue.begin().await?;
    sqlx::query(
        "INSERT INTO fonds (id, code, name, state, agency_code, history, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&made.id)
    .bind(&made.code)
    .bind(&made.name)
    .bind(&made.state)
    .bind(&made.agency_code)
    .bind(&made.history)
    .bind(stamp(clock.now()))
    .execute(&mut *tx)
    .await
    .map_err(|error| known("fonds", error))?;
    let subject = Subject {
        kind: "fonds",
        id: &made.id,
    };
    let details = serde_json::json!({ "code": made.code });
    audit::append(&mut tx, clock, actor, Deed::FondsMade, subject, details).await?;
    tx.commit().await?;
    Ok(made)
}

/// Every fonds, by code.
///
/// # Errors
/// `Forbidden`.
pub async fn list(archive: &Archive, caller: &Caller) -> Result<Vec<Fonds>> {
    require(caller, Act::SeeBatches)?;
    let rows = sqlx::query("SELECT * FROM fonds ORDER BY code")
        .fetch_all(archive.catalogue.pool())
        .await?;
    rows.iter().map(fonds_of).collect()
}

/// The fonds of that code.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn by_code(archive: &Archive, caller: &Caller, code: &str) -> Result<Fonds> {
    require(caller, Act::SeeBatches)?;
    let row = sqlx::query("SELECT * FROM fonds WHERE code = $1")
        .bind(code)
        .fetch_optional(archive.catalogue.pool())
        .await?;
    let fonds = row.as_ref().map(fonds_of).transpose()?;
    fonds.ok_or(Error::NotFound { what: "fonds" })
}

/// The fonds of that id, for the program's own verbs.
pub(crate) async fn by_id(archive: &Archive, id: &str) -> Result<Fonds> {
    let row = sqlx::query("SELECT * FROM fonds WHERE id = $1")
        .bind(id)
        .fetch_optional(archive.catalogue.pool())
        .await?;
    let fonds = row.as_ref().map(fonds_of).transpose()?;
    fonds.ok_or(Error::NotFound { what: "fonds" })
}

/// Text a person reads: something in it, not too long, no control characters.
pub(crate) fn check_text(pointer: &str, text: &str, longest: usize) -> Result<()> {
    let fits = !text.trim().is_empty() && text.chars().count() <= longest;
    if fits && !text.chars().any(char::is_control) {
        return Ok(());
    }
    Err(Error::fault(
        pointer,
        Message::new("faults.must_1_to_characters").with("longest", longest),
    ))
}

/// A unique violation, told as the name of the thing that is there already.
pub(crate) fn known(what: &'static str, error: sqlx::Error) -> Error {
    match Error::from(error) {
        Error::AlreadyExists { .. } => Error::AlreadyExists { what },
        other => other,
    }
}

fn fonds_of(row: &sqlx::any::AnyRow) -> Result<Fonds> {
    Ok(Fonds {
        id: row.try_get("id")?,
        code: row.try_get("code")?,
        name: row.try_get("name")?,
        state: row.try_get("state")?,
        agency_code: row.try_get("agency_code")?,
        history: row.try_get("history")?,
    })
}
