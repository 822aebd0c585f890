//! Fonds (phông), their series, files (hồ sơ) and register volumes (quyển sổ gốc): where a delivery
//! belongs. Together they are the finding aid of the archive. A default fonds is there from the first start, so that nobody must make one to begin.

mod file;
mod preservation;
mod volume;

pub(crate) use file::file_code;
pub use file::{NewFile, file_by_code, make_file, make_series};
pub(crate) use preservation::{restore_file, restore_fonds, restore_volume};
pub(crate) use volume::insert_volume;
pub use volume::{NewVolume, Volume, make_volume, volume, volume_by_code, volumes};

use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{Insert, Tx, text_enum};
use crate::error::{Error, Result};
use crate::messages::Message;

/// Code of the fonds that is there from the first start.
pub const DEFAULT_CODE: &str = "MAC-DINH";
const DEFAULT_NAME: &str = "Phông mặc định";

/// Longest code, as TT 05/2025/TT-BNV sets for mã hồ sơ.
const LONGEST_CODE: usize = 100;
/// Longest title, as TT 05/2025/TT-BNV sets for tiêu đề hồ sơ.
const LONGEST_TITLE: usize = 1000;

text_enum! {
    /// Whether deliveries still come to a fonds.
    #[allow(missing_docs)] // the words say it
    pub enum FondsState {
        Open,
        Closed,
    }
}

/// A fonds (phông): the records of one agency, kept together because it made them together.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema, sqlx::FromRow)]
pub struct Fonds {
    /// UUIDv7 as text: sorts by the time it was made.
    pub id: String,
    /// Mã phông, unique in the archive; not changed afterwards.
    pub code: String,
    /// Tên phông, as the finding aid says it.
    pub name: String,
    /// A merged department's fonds is closed.
    pub state: FondsState,
    /// Mã định danh of the agency at the time.
    pub agency_code: Option<String>,
    /// Lịch sử đơn vị hình thành phông.
    pub history: String,
}

/// What is said of a fonds when it is made.
#[derive(Debug, Clone, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFonds {
    /// Mã phông, unique in the archive.
    pub code: String,
    /// Tên phông, as the finding aid is to say it.
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
pub async fn ensure_default(archive: &Archive) -> Result<()> {
    let there = sqlx::query("SELECT id FROM fonds WHERE code = $1")
        .bind(DEFAULT_CODE)
        .fetch_optional(archive.catalogue.pool())
        .await?;
    if there.is_some() {
        return Ok(());
    }
    let default = NewFonds {
        code: DEFAULT_CODE.into(),
        name: DEFAULT_NAME.into(),
        ..NewFonds::default()
    };
    match make(archive, &Caller::machine(), &default).await {
        // Another process starting at the same moment made it.
        Err(Error::AlreadyExists { .. }) => Ok(()),
        other => other.map(|_| ()),
    }
}

/// Makes a fonds.
///
/// # Errors
/// `Invalid` text, `AlreadyExists` for a known code, `Forbidden`.
pub async fn make(archive: &Archive, caller: &Caller, given: &NewFonds) -> Result<Fonds> {
    require(caller, Act::DescribeHoldings)?;
    check_text("/code", &given.code, LONGEST_CODE)?;
    check_text("/name", &given.name, LONGEST_TITLE)?;
    let fonds = Fonds {
        id: archive.clock.new_id(),
        code: given.code.clone(),
        name: given.name.clone(),
        state: match given.closed {
            true => FondsState::Closed,
            false => FondsState::Open,
        },
        agency_code: given.agency_code.clone(),
        history: given.history.clone(),
    };
    let mut tx = archive.begin(caller).await?;
    let now = tx.now();
    if !insert_fonds(&mut tx, &fonds, &now).await? {
        return Err(Error::AlreadyExists { what: "fonds" });
    }
    let details = serde_json::json!({ "code": fonds.code });
    tx.log(Action::FondsMade, ("fonds", &fonds.id), details)
        .await?;
    tx.commit().await?;
    Ok(fonds)
}

/// False when its id or code is taken.
async fn insert_fonds(tx: &mut Tx, fonds: &Fonds, created_at: &str) -> Result<bool> {
    Insert::into("fonds")
        .set("id", &fonds.id)
        .set("code", &fonds.code)
        .set("name", &fonds.name)
        .set("state", fonds.state)
        .set("agency_code", &fonds.agency_code)
        .set("history", &fonds.history)
        .set("created_at", created_at)
        .or_ignore("")
        .run(tx)
        .await
}

/// Every fonds, by code.
///
/// # Errors
/// `Forbidden`.
pub async fn list(archive: &Archive, caller: &Caller) -> Result<Vec<Fonds>> {
    require(caller, Act::SeeBatches)?;
    Ok(sqlx::query_as("SELECT * FROM fonds ORDER BY code")
        .fetch_all(archive.catalogue.pool())
        .await?)
}

/// The fonds of that code.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn by_code(archive: &Archive, caller: &Caller, code: &str) -> Result<Fonds> {
    require(caller, Act::SeeBatches)?;
    sqlx::query_as("SELECT * FROM fonds WHERE code = $1")
        .bind(code)
        .fetch_optional(archive.catalogue.pool())
        .await?
        .ok_or(Error::NotFound { what: "fonds" })
}

/// The fonds of that id, for the program's own verbs.
pub(crate) async fn by_id(archive: &Archive, id: &str) -> Result<Fonds> {
    sqlx::query_as("SELECT * FROM fonds WHERE id = $1")
        .bind(id)
        .fetch_optional(archive.catalogue.pool())
        .await?
        .ok_or(Error::NotFound { what: "fonds" })
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
