//! A list written back out in its own columns and encoding, as a workbook or as text with separators: what was brought in is
//! nobody's prisoner.

use serde_json::json;
use sogoc_vietnamese::legacy::Encoding;
use sqlx::FromRow;

use super::encoding::ListEncoding;
use super::found::{FoundColumn, usual};
use super::mapping::{MappedColumn, Mapping};
use super::rows::{ListFields, OtherTexts};
use super::{Import, load};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{JsonText, text_enum};
use crate::error::{Error, Result};
use crate::viewing::{self, View};
use crate::workbook::{self, PlainSheet};

/// Rows read at once.
const PIECE: i64 = 5000;

text_enum! {
    /// Forms a list is written in.
    #[allow(missing_docs)] // the words say it
    pub enum ExportForm {
        Xlsx,
        Csv,
    }
}

/// A list as a file.
#[derive(Debug, Clone)]
pub struct Exported {
    /// Its name: that of the file brought in, with the ending of its form.
    pub name: String,
    /// Media type for `Content-Type`: CSV, or XLSX.
    pub media_type: &'static str,
    /// Content of the whole file.
    pub bytes: Vec<u8>,
    /// Rows written; the heading is not counted.
    pub rows: i64,
}

#[derive(FromRow)]
struct StoredRow {
    number: i64,
    #[sqlx(try_from = "JsonText")]
    fields: ListFields,
    #[sqlx(try_from = "JsonText")]
    others: OtherTexts,
}

/// Writes the rows of an import as `xlsx` or `csv`.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Invalid` form, `Refused` while its rows are not in.
pub async fn export(archive: &Archive, caller: &Caller, id: &str, form: &str) -> Result<Exported> {
    require(caller, Act::SeeRecords)?;
    require(caller, Act::SeePersonalData)?;
    let import = load(archive, id).await?;
    let form: ExportForm = form
        .parse()
        .map_err(|_| Error::fault("/form", "faults.import.form_xlsx_or_csv"))?;
    let Some(mapping) = import
        .mapping
        .clone()
        .filter(|_| import.ended_at.is_some() && import.undone_at.is_none())
    else {
        return Err(Error::refuse("errors.list_is_not_in"));
    };
    let view = View::of(Action::ListExported, ("import", id), Vec::new()).about(form.as_str());
    viewing::note(
        archive,
        caller,
        view.saying(json!({ "rows": import.taken_rows, "form": form })),
    )
    .await?;
    let encodings: Vec<Encoding> = mapping
        .columns
        .iter()
        .map(|column| encoding_of(&import, column))
        .collect();
    let heads = mapping
        .columns
        .iter()
        .zip(&encodings)
        .map(|(column, encoding)| encoding.encode(&column.header));
    let mut lines: Vec<Vec<String>> = vec![heads.collect()];
    let mut after = 0;
    loop {
        let rows: Vec<StoredRow> = sqlx::query_as(
            "SELECT number, fields, others FROM list_rows WHERE import_id = $1 AND number > $2 ORDER BY number LIMIT $3",
        )
        .bind(id)
        .bind(after)
        .bind(PIECE)
        .fetch_all(archive.catalogue.pool())
        .await?;
        let Some(last) = rows.last() else { break };
        after = last.number;
        lines.extend(rows.iter().map(|row| line(&mapping, &encodings, row, form)));
    }
    let stem = import
        .name
        .rsplit_once('.')
        .map_or(import.name.as_str(), |(stem, _)| stem);
    let (media_type, bytes) = match form {
        ExportForm::Csv => ("text/csv", separated(&lines, &encodings)?),
        ExportForm::Xlsx => {
            let fonts = encodings.iter().map(|encoding| font(*encoding)).collect();
            let sheet = PlainSheet {
                fonts,
                lines: &lines,
            };
            (
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                workbook::plain(&sheet)?,
            )
        }
    };
    Ok(Exported {
        name: format!("{stem}.{form}"),
        media_type,
        bytes,
        rows: i64::try_from(lines.len()).unwrap_or(i64::MAX) - 1,
    })
}

/// What a column is written in again: what was chosen, else what most of its words were in. One of figures only is written, head
/// and all, as the columns of words are.
fn encoding_of(import: &Import, column: &MappedColumn) -> Encoding {
    let columns = import
        .sheet()
        .map(|sheet| sheet.columns.as_slice())
        .unwrap_or_default();
    let with_words = |found: &&FoundColumn| !found.evidence.is_empty();
    column.encoding.fixed().unwrap_or_else(|| {
        let own = columns.iter().find(|found| found.column == column.column);
        let said = own
            .filter(with_words)
            .or_else(|| columns.iter().find(with_words));
        said.map_or(Encoding::Unicode, usual)
    })
}

/// The font that shows an encoding; none where any does.
fn font(encoding: Encoding) -> &'static str {
    match ListEncoding::of(encoding) {
        ListEncoding::Tcvn3 => ".VnTime",
        ListEncoding::Vni => "VNI-Times",
        ListEncoding::Vps => "VPS Times",
        _ => "Times New Roman",
    }
}

fn line(
    mapping: &Mapping,
    encodings: &[Encoding],
    row: &StoredRow,
    form: ExportForm,
) -> Vec<String> {
    let columns = mapping.columns.iter().zip(encodings);
    let cells = columns.map(|(column, encoding)| {
        let text = match &column.field {
            Some(word) => of_field(word, &row.fields),
            None => {
                let head = column.header.trim();
                let numbered = format!("{head} ({})", column.column + 1);
                let own = row
                    .others
                    .get(head)
                    .or_else(|| row.others.get(numbered.trim()));
                own.cloned().unwrap_or_default()
            }
        };
        let encoded = encoding.encode(&text);
        // XML holds no control characters, which are capitals of VISCII and VPS: such a cell stays Unicode.
        match form == ExportForm::Xlsx && encoded.chars().any(|letter| letter < ' ') {
            true => text,
            false => encoded,
        }
    });
    cells.collect()
}

/// The value of a field, or the part of it that the column held.
fn of_field(word: &str, fields: &ListFields) -> String {
    let (key, part) = word.split_once('.').unwrap_or((word, ""));
    let Some(field) = fields.get(key) else {
        return String::new();
    };
    let raw = field.raw.as_str();
    let of_date = |at: usize| raw.split('/').nth(at).unwrap_or_default().to_owned();
    match part {
        "family" => raw
            .rsplit_once(' ')
            .map_or("", |(family, _)| family)
            .to_owned(),
        "given" => raw.rsplit(' ').next().unwrap_or_default().to_owned(),
        "day" => of_date(0),
        "month" => of_date(1),
        "year" => of_date(2),
        "male" => if raw == "Nam" { "x" } else { "" }.to_owned(),
        "female" => if raw == "Nữ" { "x" } else { "" }.to_owned(),
        _ => raw.to_owned(),
    }
}

/// Bytes of the old encoding where a column has one, else UTF-8 with its mark, by which Excel knows it.
fn separated(lines: &[Vec<String>], encodings: &[Encoding]) -> Result<Vec<u8>> {
    let unicode = encodings
        .iter()
        .all(|encoding| matches!(encoding, Encoding::Unicode | Encoding::Viqr));
    let mut bytes = if unicode {
        b"\xEF\xBB\xBF".to_vec()
    } else {
        Vec::new()
    };
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(&mut bytes);
    let failed = |error: csv::Error| Error::Internal(format!("list: {error}"));
    for line in lines {
        let cells = line
            .iter()
            .zip(encodings)
            .map(|(text, encoding)| match encoding {
                Encoding::Unicode | Encoding::Viqr => text.as_bytes().to_vec(),
                _ => of_latin1(text),
            });
        writer.write_record(cells).map_err(failed)?;
    }
    writer.flush()?;
    drop(writer);
    Ok(bytes)
}

/// One byte a letter; what the encoding has no byte for, as UTF-8.
fn of_latin1(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for letter in text.chars() {
        match u8::try_from(u32::from(letter)) {
            Ok(byte) => bytes.push(byte),
            Err(_) => bytes.extend_from_slice(letter.to_string().as_bytes()),
        }
    }
    bytes
}
