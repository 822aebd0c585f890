//! Fonds (phông), their series, files (hồ sơ) and register volumes (quyển sổ gốc): where a delivery
//! belongs. Together they are the finding aid of the archive. A default fonds is there from the first start, so that
//! nobody must make one to begin.
//!
//! Fonds are never mixed: an agency that was merged has its fonds closed, with its history and its codes as they were,
//! and names the fonds that goes on. Nothing that is done here moves a master in the vault.

mod change;
mod code;
mod file;
mod master;
mod preservation;
mod series;
mod shelf;
mod volume;

pub use change::{
    Arrangement, Arranging, Closing, FondsClosing, Merger, Relocation, arrange, change, close,
};
pub use code::{Coded, document_code, make_code};
pub use file::{
    Counted, File, FileFields, FileFilter, FileSplit, NewFile, change_file, close_file, file,
    file_by_code, files, make_file, merge_file, move_file, preserve_file, split_file,
};
pub(crate) use file::{FILE_PREFIX, file_code, restore_file_batches, restore_files};
use master::{HeldMaster, masters_of, restore_held};
pub use preservation::preserve;
pub(crate) use preservation::{PREFIX, forget_former_codes, restore, restore_file, restore_volume};
pub use series::{
    NewSeries, Series, change_series, close_series, list_series, make_series, merge_series,
    move_series, series,
};
pub use shelf::Shelf;
pub use volume::{
    NewVolume, Volume, change_volume, close_volume, make_volume, move_volume, preserve_volume,
    volume, volume_by_code, volumes,
};
pub(crate) use volume::{insert_volume, restore_volume_batches, restore_volume_form};

use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{Insert, JsonText, State, Tx, json_column, text_enum};
use crate::error::{Error, Result};
pub(crate) use crate::holding::check_text;
use crate::holding::{self, Checks, HoldingKind, TracedAct};
use crate::messages::{Lang, text};
use crate::unit;

/// Code of the fonds that is there from the first start.
pub const DEFAULT_CODE: &str = "MAC-DINH";

/// Longest code, as TT 05/2025/TT-BNV sets for mã hồ sơ.
const LONGEST_CODE: usize = 100;
/// Longest title, as TT 05/2025/TT-BNV sets for tiêu đề hồ sơ.
const LONGEST_TITLE: usize = 1000;
/// Longest history, note or scheme.
const LONGEST_NOTE: usize = 20_000;

text_enum! {
    /// Whether deliveries still come to a fonds.
    #[allow(missing_docs)] // the words say it
    pub enum FondsState {
        Open,
        Closed,
    }
}

impl State for FondsState {
    const TABLE: &'static str = "fonds";

    fn next(self) -> &'static [Self] {
        // A fonds that was described as closed gets its day and its successor later.
        &[Self::Closed]
    }
}

/// Another code its agency bore; the first one is never rewritten.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgencyAlias {
    /// Mã định danh of the agency, as it was given then.
    pub code: String,
    /// First day it stood.
    #[serde(default)]
    pub valid_from: Option<String>,
    /// The decision behind it.
    #[serde(default)]
    pub basis: String,
}

/// The rest of what TT 05/2025/TT-BNV asks of a fonds.
#[derive(
    Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(deny_unknown_fields)]
pub struct FondsFields {
    /// Thời gian tài liệu: from, as far as it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_date: Option<String>,
    /// The last day, month or year of the documents, as far as known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_date: Option<String>,
    /// Tổng số tài liệu, as counted on paper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_documents: Option<i64>,
    /// Phương án phân loại, các nhóm tài liệu chủ yếu.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub scheme: String,
    /// Ngôn ngữ, codes of TT 05/2025/TT-BNV.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<String>,
    /// Chế độ dự phòng.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reserve: bool,
    /// Ghi chú, up to 20,000 characters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Codes its agency bore later or elsewhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<AgencyAlias>,
}

json_column!(FondsFields);

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
    /// Code of its unit.
    pub unit: String,
    /// How far it is arranged (chỉnh lý).
    pub arrangement: Arrangement,
    /// Day its agency ceased.
    pub closed_on: Option<String>,
    /// Code of the fonds that goes on.
    pub successor: Option<String>,
    /// The rest of its description.
    #[sqlx(try_from = "JsonText")]
    pub fields: FondsFields,
    /// Counts its descriptions, from 1.
    pub version: i64,
    /// Person or token id.
    #[serde(skip)]
    pub changed_by: String,
    /// When it was changed last, RFC 3339 UTC.
    pub changed_at: String,
}

/// What is said of a fonds.
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
    /// Code of its unit; the default unit when absent.
    #[serde(default)]
    pub unit: Option<String>,
    /// The rest of its description.
    #[serde(default)]
    pub fields: FondsFields,
}

const SELECT: &str = "SELECT f.*, u.code AS unit, s.code AS successor FROM fonds f
     JOIN units u ON u.id = f.unit_id LEFT JOIN fonds s ON s.id = f.successor_id";

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
    let mut tx = archive.begin_as_machine().await?;
    let id = tx.new_id();
    let default = NewFonds {
        code: DEFAULT_CODE.into(),
        name: text(Lang::Vi, "printed.note.default_fonds").into(),
        ..NewFonds::default()
    };
    // Another process starting at the same moment may have made it. Made again at every start, it needs no object in
    // the vault until a person describes it.
    if insert_fonds(&mut tx, &id, &default, unit::DEFAULT_ID).await? {
        let details = serde_json::json!({ "code": default.code });
        tx.log(Action::FondsMade, ("fonds", &id), details).await?;
    }
    tx.commit().await
}

/// Makes a fonds.
///
/// # Errors
/// `Invalid` text, `AlreadyExists` for a known code, `NotFound` unit, `Forbidden`.
pub async fn make(archive: &Archive, caller: &Caller, given: &NewFonds) -> Result<Fonds> {
    require(caller, Act::DescribeHoldings)?;
    let given = checked(archive, given).await?;
    let unit_id = unit::id_of(archive, given.unit.as_deref()).await?;
    let mut tx = archive.begin(caller).await?;
    let id = tx.new_id();
    if !insert_fonds(&mut tx, &id, &given, &unit_id).await? {
        return Err(Error::AlreadyExists { what: "fonds" });
    }
    let act = TracedAct {
        kind: HoldingKind::Fonds,
        id: &id,
        action: Action::FondsMade,
        reason: "",
        details: serde_json::json!({ "code": given.code }),
    };
    holding::trace(&mut tx, act).await?;
    tx.commit().await?;
    by_id(archive, &id).await
}

/// A description that holds, its days in the form in which they are stored.
async fn checked(archive: &Archive, given: &NewFonds) -> Result<NewFonds> {
    let mut given = given.clone();
    let mut checks = Checks::default();
    checks.text("/code", &given.code, LONGEST_CODE);
    checks.text("/name", &given.name, LONGEST_TITLE);
    checks.note("/history", &given.history, LONGEST_NOTE);
    let fields = &mut given.fields;
    checks.partial_day("/fields/start_date", &mut fields.start_date);
    checks.partial_day("/fields/end_date", &mut fields.end_date);
    checks.count("/fields/total_documents", fields.total_documents);
    checks.note("/fields/scheme", &fields.scheme, LONGEST_NOTE);
    checks.note("/fields/note", &fields.note, LONGEST_NOTE);
    for language in &fields.languages {
        checks.code("/fields/languages", language, file::LAST_LANGUAGE);
    }
    for alias in &mut fields.aliases {
        checks.day("/fields/aliases", &mut alias.valid_from);
        checks.note("/fields/aliases", &alias.basis, LONGEST_TITLE);
    }
    if let (Some(from), Some(to)) = (&fields.start_date, &fields.end_date)
        && ends_before(from, to)
    {
        checks.fault("/fields/end_date", "faults.ends_before_it_begins");
    }
    checks.done()?;
    code::check(archive, "fonds", "/code", &given.code, None).await?;
    let agency_codes = given.agency_code.iter();
    for agency in agency_codes.chain(given.fields.aliases.iter().map(|alias| &alias.code)) {
        code::check(archive, "agency", "/agency_code", agency, None).await?;
    }
    Ok(given)
}

/// Whether a day known in part lies before another, as far as both are known.
fn ends_before(from: &str, to: &str) -> bool {
    let known = from.len().min(to.len());
    to[..known] < from[..known]
}

/// False when its id or code is taken.
async fn insert_fonds(tx: &mut Tx, id: &str, given: &NewFonds, unit_id: &str) -> Result<bool> {
    let state = match given.closed {
        true => FondsState::Closed,
        false => FondsState::Open,
    };
    let (by, now) = (tx.actor().to_owned(), tx.now());
    Insert::into("fonds")
        .set("id", id)
        .set("code", &given.code)
        .set("name", &given.name)
        .set("state", state)
        .set("agency_code", &given.agency_code)
        .set("history", &given.history)
        .set("unit_id", unit_id)
        .set("fields", serde_json::to_string(&given.fields)?)
        .set("changed_by", by)
        .set("changed_at", &now)
        .set("created_at", &now)
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
    let query = format!("{SELECT} ORDER BY f.code");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(query))
        .fetch_all(archive.catalogue.pool())
        .await?)
}

/// The fonds of that code.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn by_code(archive: &Archive, caller: &Caller, code: &str) -> Result<Fonds> {
    require(caller, Act::SeeBatches)?;
    find(archive, "f.code", code).await
}

/// The fonds of that id.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn get(archive: &Archive, caller: &Caller, id: &str) -> Result<Fonds> {
    require(caller, Act::SeeBatches)?;
    by_id(archive, id).await
}

/// The fonds of that id, for the program's own verbs.
pub(crate) async fn by_id(archive: &Archive, id: &str) -> Result<Fonds> {
    find(archive, "f.id", id).await
}

async fn find(archive: &Archive, column: &'static str, value: &str) -> Result<Fonds> {
    sqlx::query_as(sqlx::AssertSqlSafe(format!("{SELECT} WHERE {column} = $1")))
        .bind(value)
        .fetch_optional(archive.catalogue.pool())
        .await?
        .ok_or(Error::NotFound { what: "fonds" })
}

/// Id of the unit of a fonds.
pub(crate) async fn unit_of(tx: &mut Tx, fonds_id: &str) -> Result<String> {
    Ok(
        sqlx::query_scalar("SELECT unit_id FROM fonds WHERE id = $1")
            .bind(fonds_id)
            .fetch_one(&mut **tx)
            .await?,
    )
}

/// Id of the fonds of that code, made again where it is not there.
pub(crate) async fn restore_fonds(
    tx: &mut Tx,
    code: &str,
    name: &str,
    created_at: &str,
) -> Result<String> {
    let id = sqlx::query_scalar("SELECT id FROM fonds WHERE code = $1").bind(code);
    if let Some(id) = id.fetch_optional(&mut **tx).await? {
        return Ok(id);
    }
    let given = NewFonds {
        code: code.into(),
        name: name.into(),
        ..NewFonds::default()
    };
    let id = tx.new_id();
    insert_fonds(tx, &id, &given, unit::DEFAULT_ID).await?;
    sqlx::query("UPDATE fonds SET created_at = $1, changed_at = $1 WHERE id = $2")
        .bind(created_at)
        .bind(&id)
        .execute(&mut **tx)
        .await?;
    Ok(id)
}
