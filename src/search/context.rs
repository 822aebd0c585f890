//! What a page and a record inherit from where they lie: regime, year, school and box, from the document, the file and
//! the volume.

use sogoc_vietnamese::fold::{Level, fold, words};
use sogoc_workers::class::{Class, Classes};

use crate::catalogue::JsonText;
use crate::document::DocumentFields;
use crate::fonds::{FileFields, Shelf};

/// Regime of what is open to all.
const OPEN: &str = "01";
/// Regime of a class that is not known: it may hold a person's data.
const UNKNOWN: &str = "02";

/// Where a page lies.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Context {
    pub fonds_id: String,
    pub batch_id: String,
    pub series_id: Option<String>,
    pub file_id: Option<String>,
    pub file_mode: Option<String>,
    #[sqlx(try_from = "JsonText")]
    pub file_fields: FileFields,
    #[sqlx(try_from = "JsonText")]
    pub file_shelf: Shelf,
    pub volume_id: Option<String>,
    pub volume_school: Option<String>,
    pub volume_year: Option<i64>,
    #[sqlx(try_from = "JsonText")]
    pub volume_shelf: Shelf,
    pub document_id: Option<String>,
    pub document_state: Option<String>,
    #[sqlx(try_from = "JsonText")]
    pub document_fields: DocumentFields,
}

/// Columns of [`Context`], of pages `p` in scans `s` with [`context_joins`].
macro_rules! context_columns {
    () => {
        "COALESCE(d.fonds_id, b.fonds_id) AS fonds_id, s.batch_id, f.series_id, f.id AS file_id,
            f.mode AS file_mode, COALESCE(f.fields, '{}') AS file_fields,
            COALESCE(f.shelf, '{}') AS file_shelf, w.id AS volume_id, w.school AS volume_school,
            w.year AS volume_year, COALESCE(w.shelf, '{}') AS volume_shelf, d.id AS document_id,
            d.state AS document_state, COALESCE(d.fields, '{}') AS document_fields"
    };
}

/// What [`context_columns`] are read from.
macro_rules! context_joins {
    () => {
        " JOIN batches b ON b.id = s.batch_id
         LEFT JOIN document_pages g ON g.page_id = p.id LEFT JOIN documents d ON d.id = g.document_id
         LEFT JOIN files f ON f.id = COALESCE(d.file_id, b.file_id)
         LEFT JOIN register_volumes w ON w.id = COALESCE(d.volume_id, b.volume_id)"
    };
}

pub(super) use {context_columns, context_joins};

impl Context {
    /// The strictest of the regimes of these classes, of the document and of the file: whoever may see all of them may
    /// see what stands there.
    pub fn regime<'a>(
        &self,
        classes: &Classes,
        found: impl IntoIterator<Item = &'a str>,
    ) -> String {
        let own = found.into_iter().map(|id| regime_of(classes.get(id)));
        let inherited = self.document_fields.mode.iter().chain(&self.file_mode);
        own.chain(inherited.map(String::as_str))
            .max()
            .unwrap_or(UNKNOWN)
            .to_owned()
    }

    /// The year of what lies here: of the volume, else of the document, else of a file of one year.
    pub fn year(&self) -> Option<i64> {
        let document = self.document_fields.issued_date.as_deref();
        let (from, to) = (&self.file_fields.start_date, &self.file_fields.end_date);
        let file = match (
            from.as_deref().and_then(year_of),
            to.as_deref().and_then(year_of),
        ) {
            (Some(from), Some(to)) if from == to => Some(from),
            _ => None,
        };
        self.volume_year
            .or_else(|| document.and_then(year_of))
            .or(file)
    }

    /// The school of what lies here: of the volume, else the document's agency where that is a school.
    pub fn school(&self) -> Option<String> {
        let agency = self.document_fields.organ_name.as_ref();
        let school = agency.filter(|name| is_school(name));
        self.volume_school.clone().or_else(|| school.cloned())
    }

    /// Number of the box the paper stands in.
    pub fn shelf_box(&self) -> Option<String> {
        let numbers = [&self.file_shelf.box_number, &self.volume_shelf.box_number];
        let known = numbers.into_iter().find(|number| !number.is_empty());
        known.cloned()
    }
}

/// A regime of words that nobody sees without saying why.
pub(super) fn asking_for_reason(regime: &str) -> String {
    format!("{regime}r")
}

/// The regime of what a class holds.
pub(super) fn regime_of(class: Option<&Class>) -> &str {
    class.map_or(UNKNOWN, |class| {
        let regime = class.access.regime.as_str();
        if regime.is_empty() { OPEN } else { regime }
    })
}

fn year_of(date: &str) -> Option<i64> {
    date.get(..4)?.parse().ok()
}

fn is_school(name: &str) -> bool {
    let folded = words(&fold(name, Level::Ascii));
    let signs = ["truong", "thpt", "ptth", "thcs", "ptcs", "gdtx", "tieu hoc"];
    signs
        .iter()
        .any(|sign| format!(" {folded} ").contains(&format!(" {sign} ")))
}
