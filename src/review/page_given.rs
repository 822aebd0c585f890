//! What a person keys on a register's page, and what became of it.

use std::collections::{BTreeMap, BTreeSet};

/// What a person keyed on a register's page.
#[derive(Debug, Clone, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PageGiven {
    /// Values printed once on the page, by key: written to every row given that is not decided yet.
    #[serde(default)]
    pub head: BTreeMap<String, String>,
    /// Keys of doubtful fields of the head that the person went to.
    #[serde(default)]
    pub head_visited: BTreeSet<String>,
    /// The rows, at most 300, each of this page and named once.
    pub rows: Vec<RowGiven>,
    /// Remark on every version made; may be empty.
    #[serde(default)]
    pub note: String,
}

impl PageGiven {
    /// What a row that is not decided is to say: its own values, and those of the head where it has none of its own.
    pub(super) fn wanted_of(&self, row: &RowGiven) -> BTreeMap<String, String> {
        let mut wanted = self.head.clone();
        wanted.extend(row.fields.clone());
        wanted
    }
}

/// What a person keyed in one row.
#[derive(Debug, Clone, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RowGiven {
    /// Id of the record.
    pub id: String,
    /// Version that was looked at.
    pub record_version: i64,
    /// Digest that came with that version.
    pub record_digest: String,
    /// New values by key; a value equal to the old one confirms it.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    /// Keys of doubtful fields that the person went to.
    #[serde(default)]
    pub visited: BTreeSet<String>,
    /// Whether the row is right and is to be approved.
    #[serde(default)]
    pub approve: bool,
    /// Why it is right that another record has the same diploma number; asked for where one has.
    #[serde(default)]
    pub same_serial: String,
}

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PageSaved {
    /// Rows that were changed.
    pub saved: usize,
    /// Rows that are approved now as they were seen.
    pub approved: usize,
    /// When the first of those was approved, in milliseconds since 1970: what taking them back starts from.
    pub since: i64,
}
