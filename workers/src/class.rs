//! Record classes: what an archive holds is data (`classes/*.toml`), not code.
//!
//! A class says how its paper is recognised, which fields it carries, how they are printed, how
//! long it is kept, who may see it and how a certified copy of it looks. Seven are embedded; a
//! department replaces or adds to them with a folder of its own, without touching Rust.

pub(crate) mod classify;
mod column;
mod file;
mod lexicon;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use regex::Regex;
use serde::{Deserialize, Serialize};

pub use column::{OtherColumn, OtherKind, Part};
pub use lexicon::{Lexicon, LexiconEntry};

/// Why the classes cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ClassError {
    /// A file says something that cannot hold.
    #[error("{file}:{line}: {problem}")]
    Invalid {
        /// The file, as named to [`Classes::load`], or its name alone when embedded.
        file: String,
        /// Line counted from 1.
        line: usize,
        /// What is wrong and, where known, what would be right.
        problem: String,
    },
    /// A file or folder could not be read.
    #[error("classes cannot be read from {path}: {source}")]
    Unavailable {
        /// What was to be read.
        path: PathBuf,
        /// Why it could not.
        source: std::io::Error,
    },
    /// The folder holds no `*.toml`.
    #[error("{0} holds no class file (*.toml)")]
    Empty(PathBuf),
}

/// A name in both languages of the house.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// The Vietnamese name, shown first.
    pub vi: String,
    /// The English name, beside it.
    pub en: String,
}

/// How the paper of a class is laid out, which decides how its fields are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// Labels with values beside or below them; one record a page.
    Form,
    /// A ruled table; one record a row.
    Table,
    /// Running text with a letter head (decisions, letters); one record a page.
    Paper,
}

/// Which paper of a diploma a class is: its row in the register, or the diploma itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DiplomaPaper {
    /// The register, from which copies are made before any other paper.
    Register,
    /// The diploma that was handed out.
    Diploma,
}

/// What kind of value a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// Any text; nothing is checked.
    Text,
    /// A person's name, family name first.
    Name,
    /// A date of any precision.
    Date,
    /// A number or code, kept as printed.
    Number,
    /// A province, district, commune or part of one.
    Place,
    /// Sex: Nam or Nữ.
    Sex,
    /// One of the ethnic groups.
    Ethnic,
    /// A grade of graduation or of conduct.
    Grade,
    /// Name of a school.
    School,
    /// Name of an agency.
    Agency,
    /// An amount in đồng.
    Money,
    /// A year or a school year.
    Year,
}

impl FieldKind {
    /// Whether its values are made of figures.
    pub fn is_numeric(self) -> bool {
        matches!(self, Self::Date | Self::Number | Self::Money | Self::Year)
    }
}

/// Where on the page a field stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Belongs to the one record of a form, or to the row of a table.
    #[default]
    Record,
    /// Printed once on a table's page and true of all its rows (school, year, decision).
    Page,
    /// Written later beside a row, outside the table's frame.
    Margin,
}

/// What a reader without standing sees of a field.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Masking {
    /// Everybody sees all of it.
    #[default]
    None,
    /// A hint: a birth year instead of the date, the last digits of a number.
    Partial,
    /// Nothing of it is shown.
    Hidden,
}

/// A value that follows from another field: a letter bears no name of its kind, its subject opens "V/v"
/// (NĐ 30/2020/NĐ-CP, Annex I).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Implied {
    /// The value that the field then has.
    pub value: String,
    /// Key of the field it follows from.
    pub by: String,
    /// How that field begins.
    pub opening: String,
}

/// A part of an official paper's head, found by where it stands (NĐ 30/2020/NĐ-CP, Annex I).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeadPart {
    /// The issuing body, top left under the body above it.
    Agency,
    /// Number and notation, under the issuing body.
    Number,
    /// The date, under the motto.
    Date,
    /// The place before it.
    Place,
    /// The kind of document, centred in capitals; a letter has none.
    Kind,
    /// What it is about: under the kind, of a letter under its number.
    Subject,
}

/// One field of a class.
#[derive(Debug, Clone)]
pub struct Field {
    /// ASCII snake case, the key in every record.
    pub key: String,
    /// What people call it on pages and copies.
    pub label: Label,
    /// What kind of value it holds.
    pub kind: FieldKind,
    /// A record without it is not complete.
    pub mandatory: bool,
    /// How much a hit in it counts; 0 is not searched.
    pub search_weight: f32,
    /// What a reader without standing sees.
    pub masking: Masking,
    /// Whose it is on a page of rows.
    pub scope: Scope,
    /// How it is printed beside its value, in several eras, longest first.
    pub labels: Vec<String>,
    /// Header words of its column in a table.
    pub columns: Vec<String>,
    /// Header words of columns that hold a part of it, by part.
    pub parts: BTreeMap<Part, Vec<String>>,
    /// What its values mostly look like, where another field's may look so too; empty where nothing tells them apart.
    pub usual: Vec<Regex>,
    /// How wide its column usually is, as a share of the table's width; known of few.
    pub width: Option<f64>,
    /// What a whole value looks like; one of them must match.
    pub patterns: Vec<Regex>,
    /// Where to find it in running text; the first group is the value.
    pub find: Vec<Regex>,
    /// Which part of an official paper's head it is.
    pub head: Option<HeadPart>,
    /// Words it stands somewhere below, alone on its line (a signer's name below the office).
    pub below: Vec<String>,
    /// Offices one of which it is, printed above a signature ("KT. GIÁM ĐỐC" stands before the signer's own).
    pub offices: Vec<String>,
    /// How a value begins by the form's own rule ("V/v", "Về việc"), whatever the engine made of it.
    pub openings: Vec<String>,
    /// What it is when it is not printed at all, and how that is seen.
    pub implied: Option<Implied>,
    /// Key of the field that says the same amount in words.
    pub in_words: Option<String>,
    /// Whether each page of a paper has a value of its own, of which the last stands: the year's marks of a school record.
    pub recurs: bool,
    /// Where rows are the annex of an official paper, which part of that paper's head it is.
    pub of_paper: Option<HeadPart>,
    /// The closed list its values come from, when there is one.
    pub lexicon: Option<Lexicon>,
    /// Whether its values are matched against the gazetteer: those of places.
    pub gazetteer: bool,
}

/// A word or phrase that speaks for a class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cue {
    /// The words, compared without accents or case.
    pub words: String,
    /// How strongly; negative speaks against.
    pub weight: f32,
}

/// How long records of a class must be preserved, and by which law.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// `maintenance` code of TT 05/2025/TT-BNV: 01 for ever, 02 70 years … 07 other.
    pub code: String,
    /// The instrument and article it rests on.
    pub legal_basis: String,
}

/// Who may see records of a class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Access {
    /// `mode` code of TT 05/2025/TT-BNV: 01 open, 02 conditional, 03 secret.
    pub regime: String,
    /// The instrument and article it rests on.
    pub legal_basis: String,
    /// True where whoever opens a published record must say why.
    #[serde(default)]
    pub reason: bool,
}

/// What kind of copy of a record is made (Nghị định 30/2020/NĐ-CP, Điều 25; Nghị định 23/2015/NĐ-CP).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CopyForm {
    /// Bản sao từ sổ gốc, trích lục: the record's values, with only its own row as a picture.
    #[default]
    Extract,
    /// Sao y: every page of the document itself, and an attestation behind them.
    Whole,
}

/// How a certified copy of a record looks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CopyLayout {
    /// What kind of copy.
    #[serde(default)]
    pub form: CopyForm,
    /// The heading of the copy.
    pub title: Label,
    /// What it is a copy of, under the heading.
    pub subtitle: Label,
    /// Keys in the order they are printed.
    pub fields: Vec<String>,
    /// The sentence above the fields.
    pub opening: Label,
    /// The sentence below the fields.
    pub closing: Label,
}

/// One class of records.
#[derive(Debug, Clone)]
pub struct Class {
    /// ASCII snake case, unique among the classes; stored with each record.
    pub id: String,
    /// What people call it on pages and copies.
    pub label: Label,
    /// How its paper is laid out.
    pub layout: Layout,
    /// Which paper of a diploma it is; `None` for all other paper.
    pub diploma: Option<DiplomaPaper>,
    /// `typeName` code of TT 05/2025/TT-BNV (32 is "other", where all education paper falls).
    pub type_name: String,
    /// Retention term: how long it must be preserved.
    pub retention: Retention,
    /// Who may see it.
    pub access: Access,
    /// What speaks for and against it.
    pub cues: Vec<Cue>,
    /// Its fields, in the order people are shown them.
    pub fields: Vec<Field>,
    /// Columns of its tables that hold no field.
    pub other_columns: Vec<OtherColumn>,
    /// How a copy looks; `None` where no copy is issued.
    pub copy: Option<CopyLayout>,
}

impl Class {
    /// The field of that key.
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.key == key)
    }

    /// What a column map's word stands for: a field of a row, `ho_ten`, or a part of one, `ho_ten.family`.
    pub fn column(&self, word: &str) -> Option<(&Field, Option<Part>)> {
        let (key, part) = word
            .split_once('.')
            .map_or((word, None), |(key, part)| (key, Some(part)));
        let field = self
            // Only fields of a row stand in columns; those of the page are read from its head.
            .field(key)
            .filter(|field| field.scope == Scope::Record)?;
        let Some(part) = part else {
            return Some((field, None));
        };
        let mut parts = Part::of(field.kind).iter().copied();
        Some((field, Some(parts.find(|known| known.as_str() == part)?)))
    }

    /// The word of a field, or of a part of it, in a column map.
    pub fn column_word(field: &Field, part: Option<Part>) -> String {
        match part {
            None => field.key.clone(),
            Some(part) => format!("{}.{}", field.key, part.as_str()),
        }
    }

    /// Every word a column map of this class may hold, each field followed by its parts.
    pub fn column_words(&self) -> impl Iterator<Item = (&Field, Option<Part>)> {
        let of_rows = self
            .fields
            .iter()
            .filter(|field| field.scope == Scope::Record);
        of_rows.flat_map(|field| {
            let parts = Part::of(field.kind)
                .iter()
                .map(move |part| (field, Some(*part)));
            std::iter::once((field, None)).chain(parts)
        })
    }
}

/// All classes in use.
#[derive(Debug, Clone)]
pub struct Classes {
    classes: Vec<Class>,
}

/// The class of a page on which no other is recognised.
pub const GENERAL: &str = "tai_lieu";

impl Classes {
    /// Loads the embedded classes, or those of a folder (`*.toml`, and `lexicons/*.txt` beside them).
    ///
    /// A folder replaces the embedded set; lexicons it does not have are taken from the embedded.
    ///
    /// # Errors
    /// [`ClassError::Invalid`] names file and line; the first mistake ends loading.
    pub fn load(dir: Option<&Path>) -> Result<Self, ClassError> {
        let mut classes: Vec<Class> = Vec::new();
        for source in file::sources(dir)? {
            let class = source.parse()?;
            // Two classes of one id would take pages from each other by chance of the file's name.
            if classes.iter().any(|known| known.id == class.id) {
                return Err(source.invalid(source.line_of("id"), "another file has the same id"));
            }
            classes.push(class);
        }
        Ok(Self { classes })
    }

    /// The class of that id.
    pub fn get(&self, id: &str) -> Option<&Class> {
        self.classes.iter().find(|class| class.id == id)
    }

    /// All classes, in the order of their file names.
    pub fn iter(&self) -> impl Iterator<Item = &Class> {
        self.classes.iter()
    }
}

#[cfg(test)]
mod tests;
