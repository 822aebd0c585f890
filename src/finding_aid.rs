//! The finding aid on paper and as a spreadsheet: mục lục hồ sơ of a fonds, mục lục văn bản and tờ bìa of a file.

use crate::access::Caller;
use crate::archive::Archive;
use crate::copy_pdf::{self, Table, TableColumn};
use crate::document::{self, Document, DocumentFilter};
use crate::error::{Error, Result};
use crate::fonds::{self, File, FileFilter, Fonds};
use crate::messages::{Lang, Message, text};
use crate::workbook::{Cell, Worksheet, workbook};

/// Most lines of one list.
const MOST_LINES: usize = 50_000;
/// Rows asked for at once.
const STEP: u16 = 500;

/// A list to print or to save.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing {
    /// The agency or fonds over it.
    pub agency: String,
    /// Title as printed at its head, in Vietnamese.
    pub title: String,
    /// A line under it.
    pub subtitle: String,
    /// Heading and share of the width of each column.
    pub columns: Vec<(&'static str, f32)>,
    /// Text of each cell, row by row, as many as there are columns.
    pub rows: Vec<Vec<String>>,
}

/// Every file of a fonds in the order of its codes: mục lục hồ sơ.
///
/// # Errors
/// `NotFound`, `Forbidden`; `Refused` for more lines than one list holds.
pub async fn files(archive: &Archive, caller: &Caller, fonds_id: &str) -> Result<Listing> {
    let fonds = fonds::get(archive, caller, fonds_id).await?;
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut filter = FileFilter {
        fonds: fonds.code.clone(),
        limit: i64::from(STEP),
        ..FileFilter::default()
    };
    loop {
        let some = fonds::files(archive, caller, &filter).await?;
        filter.after = some.last().map(|file| file.code.clone());
        let last = some.len() < usize::from(STEP);
        for file in some {
            rows.push(file_row(rows.len() + 1, &file));
        }
        // Refused and not cut: a finding aid that lacks files without saying so would be believed.
        if rows.len() > MOST_LINES {
            return Err(too_many());
        }
        if last {
            break;
        }
    }
    Ok(Listing {
        agency: agency_of(&fonds),
        title: Message::new("printed.finding_aid.files_title")
            .with("fonds", &fonds.code)
            .vi(),
        subtitle: Message::new("printed.finding_aid.files_subtitle")
            .with("name", &fonds.name)
            .with("count", rows.len())
            .vi(),
        columns: vec![
            (vi("printed.finding_aid.column.ordinal"), 4.0),
            (vi("printed.finding_aid.column.box"), 6.0),
            (vi("printed.finding_aid.column.file_code"), 14.0),
            (vi("printed.finding_aid.column.series"), 8.0),
            (vi("printed.finding_aid.column.file_title"), 30.0),
            (vi("printed.finding_aid.column.dates"), 11.0),
            (vi("printed.finding_aid.column.term"), 9.0),
            (vi("printed.finding_aid.column.sheets"), 5.0),
            (vi("printed.finding_aid.column.documents"), 6.0),
            (vi("printed.finding_aid.column.note"), 12.0),
        ],
        rows,
    })
}

fn file_row(number: usize, file: &File) -> Vec<String> {
    let day = |day: &Option<String>| day.as_deref().map(written).unwrap_or_default();
    let term = Message::new(format!("structure.maintenance.{}", file.maintenance));
    vec![
        number.to_string(),
        file.shelf.box_number.clone(),
        file.code.clone(),
        file.series.clone().unwrap_or_default(),
        file.title.clone(),
        match (day(&file.fields.start_date), day(&file.fields.end_date)) {
            // A file of one day shows that day once.
            (from, to) if from == to => from,
            (from, to) => format!("{from} – {to}"),
        },
        term.render(Lang::Vi),
        file.fields
            .sheets
            .map_or_else(String::new, |sheets| sheets.to_string()),
        file.counted.documents.to_string(),
        file.fields.note.clone().unwrap_or_default(),
    ]
}

/// Every document of a file in its order: mục lục văn bản.
///
/// # Errors
/// As [`files`].
pub async fn documents(archive: &Archive, caller: &Caller, file_id: &str) -> Result<Listing> {
    let file = fonds::file(archive, caller, file_id).await?;
    let fonds = fonds::by_code(archive, caller, &file.fonds).await?;
    let (mut rows, mut after, mut page) = (Vec::new(), None, 1);
    loop {
        let filter = DocumentFilter {
            file: Some(file_id.to_owned()),
            after,
            limit: Some(STEP),
            ..DocumentFilter::default()
        };
        let some = document::list(archive, caller, &filter).await?;
        for one in &some.items {
            rows.push(document_row(rows.len() + 1, page, one));
            // Pages are counted through the file, as the printed list gives the page on which each
            // document begins.
            page += one.pages;
        }
        if rows.len() > MOST_LINES {
            return Err(too_many());
        }
        after = some.next;
        if after.is_none() {
            break;
        }
    }
    Ok(Listing {
        agency: agency_of(&fonds),
        title: Message::new("printed.finding_aid.documents_title")
            .with("file", &file.code)
            .vi(),
        subtitle: Message::new("printed.finding_aid.documents_subtitle")
            .with("title", &file.title)
            .with("count", rows.len())
            .with("pages", file.counted.pages)
            .vi(),
        columns: vec![
            (vi("printed.finding_aid.column.ordinal"), 4.0),
            (vi("printed.finding_aid.column.notation"), 13.0),
            (vi("printed.finding_aid.column.date"), 10.0),
            (vi("printed.finding_aid.column.subject"), 36.0),
            (vi("printed.finding_aid.column.author"), 18.0),
            (vi("printed.finding_aid.column.page"), 7.0),
            (vi("printed.finding_aid.column.note"), 12.0),
        ],
        rows,
    })
}

fn document_row(number: usize, page: i64, one: &Document) -> Vec<String> {
    let fields = &one.fields;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let kind = fields
        .type_name
        .as_deref()
        .map(|code| Message::new(format!("structure.type_name.{code}")).render(Lang::Vi));
    let subject = fields
        .subject
        .clone()
        // A document nobody has described is still listed, by the name of its scan.
        .unwrap_or_else(|| one.title().to_owned());
    let named = [kind, Some(subject)].into_iter().flatten();
    vec![
        number.to_string(),
        [text(&fields.code_number), text(&fields.code_notation)]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("/"),
        fields
            .issued_date
            .as_deref()
            .map(written)
            .unwrap_or_default(),
        named.collect::<Vec<_>>().join(": "),
        text(&fields.organ_name),
        match one.pages {
            // A document without pages has no page number, but keeps its line so that the ordinals
            // stay.
            0 => String::new(),
            1 => page.to_string(),
            more => format!("{page}–{}", page + more - 1),
        },
        text(&fields.note),
    ]
}

/// What stands on the cover of a file: tờ bìa.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn cover(archive: &Archive, caller: &Caller, file_id: &str) -> Result<Listing> {
    let file = fonds::file(archive, caller, file_id).await?;
    let fonds = fonds::by_code(archive, caller, &file.fonds).await?;
    let day = |day: &Option<String>| day.as_deref().map(written).unwrap_or_default();
    let term = Message::new(format!("structure.maintenance.{}", file.maintenance));
    let line = |key: &str, value: String| vec![vi(key).to_owned(), value];
    Ok(Listing {
        agency: agency_of(&fonds),
        title: vi("printed.finding_aid.cover_title").into(),
        subtitle: file.title.clone(),
        columns: vec![(vi("printed.finding_aid.column.content"), 1.0), ("", 3.0)],
        rows: vec![
            line("printed.finding_aid.cover.fonds", fonds.code),
            line(
                "printed.finding_aid.cover.series",
                file.series.clone().unwrap_or_default(),
            ),
            line("printed.finding_aid.cover.file", file.code.clone()),
            line("printed.finding_aid.column.file_title", file.title.clone()),
            line(
                "printed.finding_aid.cover.from",
                day(&file.fields.start_date),
            ),
            line("printed.finding_aid.cover.to", day(&file.fields.end_date)),
            line(
                "printed.finding_aid.cover.sheets",
                file.fields
                    .sheets
                    .map_or_else(String::new, |sheets| sheets.to_string()),
            ),
            line(
                "printed.finding_aid.column.documents",
                file.counted.documents.to_string(),
            ),
            line("printed.finding_aid.cover.term", term.render(Lang::Vi)),
            line(
                "printed.finding_aid.cover.shelf_code",
                file.shelf_code.clone().unwrap_or_default(),
            ),
            line("printed.finding_aid.cover.shelf", file.shelf.line()),
        ],
    })
}

/// A text of the finding aid, which the office prints in Vietnamese.
fn vi(key: &str) -> &'static str {
    text(Lang::Vi, key)
}

fn agency_of(fonds: &Fonds) -> String {
    match &fonds.agency_code {
        Some(code) => format!("{} ({code})", fonds.name),
        None => fonds.name.clone(),
    }
}

fn too_many() -> Error {
    Error::refuse(Message::new("errors.too_many_to_list").with("most", MOST_LINES))
}

/// A day known in part as people write it: `30/6/1989`, `6/1989`, `1989`.
fn written(day: &str) -> String {
    let parts: Vec<&str> = day.split('-').rev().collect();
    // Unknown parts are absent, so what is left is only turned round and freed of leading zeros.
    let parts = parts.iter().map(|part| part.trim_start_matches('0'));
    parts.collect::<Vec<_>>().join("/")
}

/// Media type of an XLSX workbook.
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

impl Listing {
    /// As `pdf` or `xlsx`, with the media type.
    ///
    /// # Errors
    /// `NotFound` for another form; as [`Listing::paper`] and [`Listing::spreadsheet`].
    pub fn written(&self, archive: &Archive, form: &str) -> Result<(&'static str, Vec<u8>)> {
        match form {
            "pdf" => Ok(("application/pdf", self.paper(archive)?)),
            "xlsx" => Ok((XLSX, self.spreadsheet()?)),
            _ => Err(Error::NotFound { what: "form" }),
        }
    }

    /// As PDF/A-2b on landscape A4, the head repeated and the pages numbered.
    ///
    /// # Errors
    /// `Refused` for a line that fills more than a page.
    pub fn paper(&self, archive: &Archive) -> Result<Vec<u8>> {
        let columns = self.columns.iter().map(|(label, share)| TableColumn {
            label: (*label).into(),
            share: *share,
        });
        let table = Table {
            agency: self.agency.clone(),
            title: self.title.clone(),
            subtitle: self.subtitle.clone(),
            columns: columns.collect(),
            rows: self.rows.clone(),
            printed_at: archive.clock.now(),
        };
        Ok(copy_pdf::print_table(&table)?)
    }

    /// As an XLSX workbook. Every value is text, never a formula.
    ///
    /// # Errors
    /// `Internal` when the workbook cannot be written.
    pub fn spreadsheet(&self) -> Result<Vec<u8>> {
        let cells = |row: &Vec<String>| row.iter().cloned().map(Cell::Text).collect();
        workbook(&Worksheet {
            name: vi("printed.finding_aid.sheet").into(),
            heading: [&self.agency, &self.title, &self.subtitle],
            columns: self
                .columns
                .iter()
                // A column of a spreadsheet is measured in characters, which are narrower than a
                // share of the printed sheet.
                .map(|(label, share)| (*label, share * 1.4))
                .collect(),
            rows: self.rows.iter().map(cells).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_written_as_people_write_it() {
        assert_eq!(written("1989-06-30"), "30/6/1989");
        assert_eq!(written("1989-10"), "10/1989");
        assert_eq!(written("1989"), "1989");
    }
}
