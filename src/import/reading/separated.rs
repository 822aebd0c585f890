//! Text with separators: CSV and TSV. The separator is guessed from the first lines; a field that is sound UTF-8 is taken so,
//! any other as its bytes, whose encoding is found later.

use csv::{ByteRecord, ReaderBuilder};

use super::{Book, Cell, ListFormat, ListPart, ListProblem, Oddity, Out, Reading};

const SEPARATORS: [u8; 4] = [b';', b'\t', b',', b'|'];
/// Lines the separator is guessed from.
const GUESSED_FROM: usize = 30;

/// Whether it may be text: UTF-16 with its mark, or hardly any byte that no text has. Old encodings have letters among the
/// control characters, but never a zero.
pub(super) fn is_text(bytes: &[u8]) -> bool {
    if wide(bytes).is_some() {
        return true;
    }
    let head = &bytes[..bytes.len().min(64 << 10)];
    let letter = |byte: u8| {
        matches!(byte, 0x02..=0x06 | 0x10..=0x1E | b'\t' | b'\n' | b'\r') || byte >= 0x20
    };
    let strange = head.iter().filter(|byte| !letter(**byte)).count();
    let lines = head.iter().filter(|byte| **byte == b'\n').count();
    !bytes.contains(&0)
        && strange * 100 <= head.len()
        && (lines > 0 || bytes.len() < 4096)
        && !bytes.starts_with(b"%PDF")
}

/// A text of two bytes a letter, as UTF-8.
fn wide(bytes: &[u8]) -> Option<String> {
    let (rest, is_little) = match bytes {
        [0xFF, 0xFE, rest @ ..] => (rest, true),
        [0xFE, 0xFF, rest @ ..] => (rest, false),
        _ => return None,
    };
    let units = rest.chunks_exact(2).map(|two| match is_little {
        true => u16::from_le_bytes([two[0], two[1]]),
        false => u16::from_be_bytes([two[0], two[1]]),
    });
    Some(
        char::decode_utf16(units)
            .map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect(),
    )
}

pub(super) fn read(bytes: &[u8], out: &mut Out<'_>) -> Reading {
    let text = wide(bytes);
    let bytes = text.as_ref().map_or(bytes, |text| text.as_bytes());
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    out.tell(ListPart::Book(Book {
        format: ListFormat::Csv,
        sheets: vec![String::new()],
        fonts: Vec::new(),
    }))?;
    if !out.wants("") {
        return Err(ListProblem::NoSheet.into());
    }
    out.begin("");
    let (bytes, separator) = separator_of(bytes);
    let utf8 = std::str::from_utf8(bytes).is_ok();
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(bytes);
    let (mut record, mut number) = (ByteRecord::new(), 0);
    while reader
        .read_byte_record(&mut record)
        .map_err(|_| ListProblem::Damaged)?
    {
        number += 1;
        let cells = (0..).zip(record.iter()).map(|(column, field)| Cell {
            column,
            text: of_field(field, utf8),
            font: 0,
        });
        out.row(number, cells.collect())?;
    }
    out.count(Oddity::OpenQuotation, u64::from(is_open(bytes)));
    out.end()
}

fn of_field(field: &[u8], utf8: bool) -> String {
    match std::str::from_utf8(field) {
        Ok(text) if utf8 || !text.is_ascii() => text.trim().to_owned(),
        _ => {
            let latin1: String = field.iter().map(|byte| char::from(*byte)).collect();
            latin1.trim_matches([' ', '\t', '\r']).to_owned()
        }
    }
}

/// The bytes without a line that names the separator, and the separator: the one that parts the first lines into most
/// columns, the same number in most of them.
fn separator_of(bytes: &[u8]) -> (&[u8], u8) {
    if let [b's', b'e', b'p', b'=', separator, rest @ ..] = bytes {
        let line = rest
            .iter()
            .position(|byte| *byte == b'\n')
            .map_or(rest.len(), |at| at + 1);
        return (&rest[line..], *separator);
    }
    let lines: Vec<&[u8]> = bytes
        .split(|byte| *byte == b'\n')
        .filter(|line| line.len() > 1)
        .take(GUESSED_FROM)
        .collect();
    let worth = |separator: u8| {
        let counts: Vec<usize> = lines
            .iter()
            .map(|line| outside_quotes(line, separator))
            .collect();
        let most = counts.iter().copied().max().unwrap_or_default();
        let usual = |count: usize| counts.iter().filter(|own| **own == count).count();
        (1..=most)
            .map(|count| usual(count) * (count + 1))
            .max()
            .unwrap_or_default()
    };
    let best = SEPARATORS
        .into_iter()
        .rev()
        .max_by_key(|separator| worth(*separator));
    (bytes, best.unwrap_or(b','))
}

fn outside_quotes(line: &[u8], separator: u8) -> usize {
    let (mut quoted, mut count) = (false, 0);
    for byte in line {
        match *byte {
            b'"' => quoted = !quoted,
            byte if byte == separator && !quoted => count += 1,
            _ => {}
        }
    }
    count
}

/// Whether an odd number of quotation marks leaves one open: the rest of the file is then one cell.
fn is_open(bytes: &[u8]) -> bool {
    bytes.iter().filter(|byte| **byte == b'"').count() % 2 == 1
}
