//! Which column of a list is read as what: proposed from its head, decided by a person, kept under a name for every list with
//! the same head.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sogoc_workers::class::{Class, Part};
use utoipa::ToSchema;

use super::encoding::ListEncoding;
use super::found::{Found, FoundSheet};
use crate::archive::Archive;
use crate::catalogue::{Insert, JsonText, Tx, json_column};
use crate::error::{Error, Fault, Result};
use crate::record;

/// Longest name of a mapping, in characters.
const LONGEST_NAME: usize = 100;

/// How a list is read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Name of the sheet; empty in files of one table.
    #[serde(default)]
    pub sheet: String,
    /// Row in which the data begin.
    pub first_row: u32,
    /// Class whose fields the rows have.
    pub class: String,
    /// The columns in use, in order.
    pub columns: Vec<MappedColumn>,
    /// Values that all rows have and no column says, by field: school, year.
    #[serde(default)]
    pub constants: BTreeMap<String, String>,
    /// Whether dates in figures have the month first.
    #[serde(default)]
    pub month_first: bool,
}

/// How one column is read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MappedColumn {
    /// Its place, from 0.
    pub column: u32,
    /// The words over it.
    #[serde(default)]
    pub header: String,
    /// Key of the field, or of a part of it (`ho_ten.family`); kept beside the fields where absent.
    #[serde(default)]
    pub field: Option<String>,
    /// What it is written in.
    #[serde(default)]
    pub encoding: ListEncoding,
}

json_column!(Mapping);

/// A mapping kept under a name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema, sqlx::FromRow)]
pub struct KeptMapping {
    /// What people call it, 1 to 100 characters.
    pub name: String,
    /// Signature of the head it was made for.
    pub signature: String,
    /// How such lists are read.
    #[sqlx(try_from = "JsonText")]
    pub mapping: Mapping,
    /// Who kept it last.
    pub made_by: String,
    /// When, RFC 3339 UTC.
    pub made_at: String,
}

impl Mapping {
    /// What the head of a sheet proposes.
    pub fn proposed(sheet: &FoundSheet) -> Self {
        let columns = sheet.columns.iter().map(|found| MappedColumn {
            column: found.column,
            header: found.header.clone(),
            field: found.field.clone(),
            encoding: ListEncoding::Auto,
        });
        Self {
            sheet: sheet.name.clone(),
            first_row: sheet.first_row,
            class: sheet.class.clone(),
            columns: columns.collect(),
            ..Self::default()
        }
    }
}

/// The field a word of a mapping means, and which part of it. Other than on paper, what stands once on a page may stand in
/// every row of a list: the school, the year.
pub(super) fn field_of<'c>(class: &'c Class, word: &str) -> Option<(&'c str, Option<Part>)> {
    let (key, part) = word
        .split_once('.')
        .map_or((word, None), |(key, part)| (key, Some(part)));
    let field = class.field(key)?;
    let Some(part) = part else {
        return Some((&field.key, None));
    };
    let known = Part::of(field.kind)
        .iter()
        .find(|known| known.as_str() == part);
    known.map(|part| (field.key.as_str(), Some(*part)))
}

/// Refuses a mapping that does not fit what was found, each fault at its place.
///
/// # Errors
/// `Invalid`.
pub(super) fn check(archive: &Archive, found: &Found, mapping: &Mapping) -> Result<()> {
    let mut faults = Vec::new();
    let Some(sheet) = found
        .sheets
        .iter()
        .find(|sheet| sheet.name == mapping.sheet)
    else {
        return Err(Error::fault("/sheet", "faults.import.no_such_sheet"));
    };
    let Some(class) = archive.classes.get(&mapping.class) else {
        return Err(Error::fault("/class", "faults.import.no_such_class"));
    };
    if mapping.first_row == 0 {
        faults.push(Fault::new("/first_row", "faults.import.first_row"));
    }
    let mut taken: BTreeSet<&str> = BTreeSet::new();
    let mut places = BTreeSet::new();
    for (at, column) in mapping.columns.iter().enumerate() {
        let there = sheet
            .columns
            .iter()
            .any(|found| found.column == column.column);
        if !there || !places.insert(column.column) {
            faults.push(Fault::new(
                format!("/columns/{at}/column"),
                "faults.import.no_such_column",
            ));
        }
        let Some(word) = &column.field else { continue };
        if field_of(class, word).is_none() {
            faults.push(Fault::new(
                format!("/columns/{at}/field"),
                "faults.import.no_such_field",
            ));
        } else if !taken.insert(word) {
            faults.push(Fault::new(
                format!("/columns/{at}/field"),
                "faults.import.field_twice",
            ));
        }
    }
    let named = |key: &str| taken.iter().any(|word| word.split('.').next() == Some(key));
    for (key, value) in &mapping.constants {
        let pointer = format!("/constants/{key}");
        if named(key) {
            faults.push(Fault::new(pointer, "faults.import.field_twice"));
        } else if let Err(message) = record::normalised(Some(class), key, value) {
            faults.push(Fault::new(pointer, message));
        }
    }
    if taken.is_empty() {
        faults.push(Fault::new("/columns", "faults.import.no_field"));
    }
    match faults.is_empty() {
        true => Ok(()),
        false => Err(Error::Invalid(faults)),
    }
}

/// Mappings that are kept, by name.
///
/// # Errors
/// As any statement.
pub(super) async fn kept(archive: &Archive) -> Result<Vec<KeptMapping>> {
    Ok(
        sqlx::query_as("SELECT * FROM import_mappings ORDER BY name LIMIT 500")
            .fetch_all(archive.catalogue.pool())
            .await?,
    )
}

/// The mapping a list is met with: one kept for the same head, else what its fullest sheet proposes.
pub(super) async fn first(
    archive: &Archive,
    found: &Found,
) -> Result<(Option<Mapping>, Option<String>)> {
    for sheet in &found.sheets {
        let known: Option<KeptMapping> = sqlx::query_as(
            "SELECT * FROM import_mappings WHERE signature = $1 ORDER BY made_at DESC LIMIT 1",
        )
        .bind(&sheet.signature)
        .fetch_optional(archive.catalogue.pool())
        .await?;
        if let Some(known) = known {
            let mapping = Mapping {
                sheet: sheet.name.clone(),
                first_row: sheet.first_row,
                ..known.mapping
            };
            return Ok((Some(mapping), Some(known.name)));
        }
    }
    let fullest = found.sheets.iter().max_by_key(|sheet| {
        let known = sheet.columns.iter().filter(|column| column.field.is_some());
        (known.count(), sheet.rows)
    });
    Ok((fullest.map(Mapping::proposed), None))
}

/// Keeps a mapping under a name; one of the same name is replaced.
///
/// # Errors
/// `Invalid` name.
pub(super) async fn keep(tx: &mut Tx, kept: &KeptMapping) -> Result<()> {
    let named = !kept.name.trim().is_empty() && kept.name.chars().count() <= LONGEST_NAME;
    if !named || kept.name.chars().any(char::is_control) {
        return Err(Error::fault("/name", "faults.import.mapping_name"));
    }
    Insert::into("import_mappings")
        .set("name", kept.name.trim())
        .set("signature", &kept.signature)
        .set("mapping", serde_json::to_string(&kept.mapping)?)
        .set("made_by", &kept.made_by)
        .set("made_at", &kept.made_at)
        .or_replace("(name)")
        .run(tx)
        .await?;
    Ok(())
}
