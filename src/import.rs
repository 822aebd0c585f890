//! Lists that exist already (danh sách có sẵn): brought in from workbooks, dBase tables and text files of any old encoding,
//! each row a record of its own kind. A list says what somebody once typed: its rows are found and compared with what was read
//! from paper, but nobody has approved them, and no copy is ever made of them; they stand in a table that nothing of copies
//! knows.
//!
//! [`receive()`] preserves the file and looks into it, [`map`] says how its columns are read, [`confirm`] by another person lets
//! the rows in, [`undo`] takes them out again. What is preserved: file, mapping, decisions and answers; rows follow from them.

mod acts;
mod answers;
mod cage;
mod encoding;
mod export;
mod found;
mod headers;
mod mapping;
mod matching;
mod original;
mod preservation;
mod reading;
mod receive;
mod rows;
mod seen_rows;
mod take_in;

use sha2::{Digest, Sha256};

pub use acts::{confirm, map, preview, undo};
pub use answers::{ListAnswer, answer};
pub use cage::{CHILD_ARGUMENT, cage, child};
pub use encoding::ListEncoding;
pub use export::{ExportForm, Exported, export};
pub use found::{EncodingEvidence, Found, FoundColumn, FoundSheet, OddityCount, Sample};
pub use mapping::{KeptMapping, MappedColumn, Mapping};
pub use matching::{
    FoundBy, ListDifference, ListMatch, MatchState, Verdict, ask_to_compare, compare,
};
pub(crate) use original::PREFIX;
pub use preservation::preserve;
pub(crate) use preservation::{restore, restore_rows};
pub use reading::{ListFormat, ListProblem, Oddity};
pub use receive::receive;
pub use rows::{ListFields, ListValue, OtherTexts};
pub(crate) use seen_rows::{IndexedRow, indexed_rows, row_classes};
pub use seen_rows::{ListRow, RowFilter, RowsListed, RowsOf, differences, row, rows};
pub use take_in::take_in;

use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::catalogue::{JsonText, State, json_column, text_enum};
use crate::error::{Error, Result};
use crate::masking;

/// Most imports that are listed.
const MOST_LISTED: i64 = 500;

text_enum! {
    /// Where an import stands.
    pub enum ImportState {
        /// Its file is preserved, and cannot be read.
        Unreadable,
        /// Its sheets and columns are known; nobody has mapped the columns yet.
        Received,
        /// Its columns are mapped; another person is to confirm that.
        Mapped,
        /// Confirmed; its rows are coming in.
        Confirmed,
        /// All its rows are in.
        Done,
        /// Taken out again, or never let in.
        Undone,
    }
}

impl State for ImportState {
    const TABLE: &'static str = "imports";

    fn next(self) -> &'static [Self] {
        match self {
            Self::Unreadable | Self::Done => &[Self::Undone],
            Self::Received => &[Self::Mapped, Self::Undone],
            Self::Mapped => &[Self::Mapped, Self::Confirmed, Self::Undone],
            Self::Confirmed => &[Self::Done, Self::Undone],
            Self::Undone => &[],
        }
    }
}

json_column!(Found);

/// A mapping, or nothing.
#[derive(sqlx::Type)]
#[sqlx(transparent)]
pub(crate) struct MaybeMapping(Option<String>);

impl TryFrom<MaybeMapping> for Option<Mapping> {
    type Error = serde_json::Error;

    fn try_from(text: MaybeMapping) -> Result<Self, serde_json::Error> {
        text.0.map(|text| serde_json::from_str(&text)).transpose()
    }
}

/// A list and what became of it: with its digest and counts, its receipt.
#[derive(Debug, Clone, PartialEq, serde::Serialize, sqlx::FromRow, utoipa::ToSchema)]
pub struct Import {
    /// UUIDv7 as text; also in the addresses of its pages.
    pub id: String,
    /// The file's name as given.
    pub name: String,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// Size of the file, in bytes.
    pub size: i64,
    /// How far it has come: from received to all rows in, or taken out again.
    pub state: ImportState,
    /// Why it cannot be read, or not to its end.
    pub problem: Option<ListProblem>,
    /// What a first look found.
    #[sqlx(try_from = "JsonText")]
    pub found: Found,
    /// How it is read; until somebody has mapped it, what its column headings propose.
    #[sqlx(try_from = "MaybeMapping")]
    pub mapping: Option<Mapping>,
    /// Name under which that is kept.
    pub mapping_name: Option<String>,
    /// What a person who confirms it must have seen: a digest of file and mapping.
    #[sqlx(skip)]
    pub digest: String,
    /// Person or token id.
    pub received_by: String,
    /// RFC 3339 UTC, as all times here.
    pub received_at: String,
    /// Who said how it is read.
    pub mapped_by: Option<String>,
    /// When that was said; absent while the mapping is only proposed.
    pub mapped_at: Option<String>,
    /// Person who let its rows in: neither who brought it nor who mapped it.
    pub confirmed_by: Option<String>,
    /// When they confirmed it; its rows come in after that.
    pub confirmed_at: Option<String>,
    /// When all rows were in.
    pub ended_at: Option<String>,
    /// Who took it out.
    pub undone_by: Option<String>,
    /// When its rows were taken out; absent while they are in.
    pub undone_at: Option<String>,
    /// Why its rows were taken out, at most 1,000 characters; empty before.
    pub reason: String,
    /// Rows that are in.
    pub taken_rows: i64,
    /// Number of the last of them in the sheet.
    pub last_row: i64,
    /// Rows with a value that cannot be what its field holds.
    pub doubtful: i64,
    /// Rows whose number or person stands in another row of a list.
    pub duplicates: i64,
    /// Pairs of a row and a record that are about the same diploma.
    pub matched: i64,
    /// Of those, the ones that say something else.
    pub different: i64,
    /// Raised by every act.
    pub version: i64,
    /// Newest version that is in the vault.
    pub preserved_version: Option<i64>,
}

impl Import {
    fn with_digest(mut self) -> Result<Self> {
        let seen = serde_json::to_vec(&(&self.sha256, &self.mapping))?;
        self.digest = hex::encode(Sha256::digest(seen));
        Ok(self)
    }

    /// The sheet that is read.
    pub fn sheet(&self) -> Option<&FoundSheet> {
        let mapping = self.mapping.as_ref()?;
        self.found
            .sheets
            .iter()
            .find(|sheet| sheet.name == mapping.sheet)
    }
}

/// How a list is to be read, and under which name that is kept for others like it.
#[derive(Debug, Clone, Default, PartialEq, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MappingGiven {
    /// Version of the import that was looked at.
    pub seen: i64,
    /// How its columns are read.
    pub mapping: Mapping,
    /// Name under which it is kept.
    #[serde(default)]
    pub keep_as: Option<String>,
}

/// What a person who confirms or undoes an import has seen.
#[derive(Debug, Clone, Default, PartialEq, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportConfirming {
    /// Version of the import.
    pub seen: i64,
    /// Digest of its file and mapping.
    pub digest: String,
}

/// Why an import is taken out.
#[derive(Debug, Clone, Default, PartialEq, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Undoing {
    /// Version of the import that was looked at.
    pub seen: i64,
    /// Why, in the person's words.
    pub reason: String,
}

pub(super) async fn load(archive: &Archive, id: &str) -> Result<Import> {
    let found: Option<Import> = sqlx::query_as("SELECT * FROM imports WHERE id = $1")
        .bind(id)
        .fetch_optional(archive.catalogue.pool())
        .await?;
    found
        .ok_or(Error::NotFound { what: "import" })?
        .with_digest()
}

/// One import. Who may not see personal data sees no value of it.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn get(archive: &Archive, caller: &Caller, id: &str) -> Result<Import> {
    require(caller, Act::SeeBatches)?;
    let mut import = load(archive, id).await?;
    if masking::applies_to(caller) {
        for sheet in &mut import.found.sheets {
            sheet.sample.clear();
            for column in &mut sheet.columns {
                column.samples.clear();
            }
        }
    }
    Ok(import)
}

/// Every import, newest first, without what was found in it.
///
/// # Errors
/// `Forbidden`.
pub async fn list(archive: &Archive, caller: &Caller) -> Result<Vec<Import>> {
    require(caller, Act::SeeBatches)?;
    let found: Vec<Import> = sqlx::query_as("SELECT * FROM imports ORDER BY id DESC LIMIT $1")
        .bind(MOST_LISTED)
        .fetch_all(archive.catalogue.pool())
        .await?;
    let bare = found.into_iter().map(|import| Import {
        found: Found::default(),
        ..import
    });
    bare.map(Import::with_digest).collect()
}

/// Mappings that are kept for lists with the same head.
///
/// # Errors
/// `Forbidden`.
pub async fn mappings(archive: &Archive, caller: &Caller) -> Result<Vec<KeptMapping>> {
    require(caller, Act::SeeBatches)?;
    mapping::kept(archive).await
}
