//! dBase III, IV and FoxPro tables. Read here and not by a crate: bytes must come out as they are, because their encoding is
//! found later, and a table that is cut off must still give the rows it has.

use super::{Book, Cell, ListFormat, ListPart, ListProblem, Oddity, Out, Reading};

/// Bytes of the fixed header, and of each field's description.
const HEADER: usize = 32;
const FIELD: usize = 32;
/// First bytes of tables that are known: dBase II to 7, FoxPro, Visual FoxPro, with and without memo.
const VERSIONS: [u8; 13] = [
    0x03, 0x04, 0x05, 0x30, 0x31, 0x32, 0x43, 0x63, 0x83, 0x8B, 0x8E, 0xCB, 0xF5,
];
/// Ends the descriptions of fields.
const END_OF_FIELDS: u8 = 0x0D;
/// Most fields that dBase and FoxPro allow is 255; more is damage.
const MOST_FIELDS: usize = 1024;

struct Field {
    name: String,
    kind: u8,
    from: usize,
    length: usize,
}

struct Table<'a> {
    fields: Vec<Field>,
    records: usize,
    length: usize,
    body: &'a [u8],
}

pub(super) fn is_dbf(bytes: &[u8]) -> bool {
    let Some(header) = bytes.get(..HEADER) else {
        return false;
    };
    let dated = header[2] <= 12 && header[3] <= 31;
    VERSIONS.contains(&header[0])
        && dated
        && header[12..14] == [0, 0]
        && Table::parse(bytes).is_some()
}

fn short(bytes: &[u8], at: usize) -> Option<usize> {
    let two = bytes.get(at..at + 2)?;
    Some(usize::from(u16::from_le_bytes([two[0], two[1]])))
}

impl<'a> Table<'a> {
    fn parse(bytes: &'a [u8]) -> Option<Self> {
        let count = bytes.get(4..8)?;
        let records = u32::from_le_bytes([count[0], count[1], count[2], count[3]]) as usize;
        let (start, length) = (short(bytes, 8)?, short(bytes, 10)?);
        let (mut fields, mut at, mut from) = (Vec::new(), HEADER, 1);
        while *bytes.get(at)? != END_OF_FIELDS {
            let field = bytes.get(at..at + FIELD)?;
            let name: String = field[..11]
                .iter()
                .take_while(|byte| **byte != 0)
                .map(|byte| char::from(*byte))
                .collect();
            // FoxPro writes long character fields with their higher byte where numbers have their decimals.
            let length = match field[11] {
                b'C' => usize::from(field[16]) | usize::from(field[17]) << 8,
                _ => usize::from(field[16]),
            };
            fields.push(Field {
                name: name.trim().to_owned(),
                kind: field[11],
                from,
                length,
            });
            from += length;
            at += FIELD;
            if fields.len() > MOST_FIELDS || at > start {
                return None;
            }
        }
        let sound = !fields.is_empty() && from == length && start > at;
        sound.then(|| Self {
            fields,
            records,
            length,
            body: bytes.get(start..).unwrap_or_default(),
        })
    }
}

pub(super) fn read(bytes: &[u8], out: &mut Out<'_>) -> Reading {
    let table = Table::parse(bytes).ok_or(ListProblem::Damaged)?;
    out.tell(ListPart::Book(Book {
        format: ListFormat::Dbf,
        sheets: vec![String::new()],
        fonts: Vec::new(),
    }))?;
    if !out.wants("") {
        return Err(ListProblem::NoSheet.into());
    }
    out.begin("");
    let heads = (0..).zip(&table.fields).map(|(column, field)| Cell {
        column,
        text: field.name.clone(),
        font: 0,
    });
    out.row(1, heads.collect())?;
    let memo = table
        .fields
        .iter()
        .filter(|field| matches!(field.kind, b'M' | b'G' | b'P' | b'B' | b'W'));
    out.count(Oddity::MemoFields, memo.count() as u64);
    let whole = (table.body.len() / table.length).min(table.records);
    for (number, record) in (2..).zip(table.body.chunks_exact(table.length).take(whole)) {
        if record[0] == b'*' {
            out.count(Oddity::DeletedRows, 1);
            continue;
        }
        let cells = (0..).zip(&table.fields).map(|(column, field)| Cell {
            column,
            text: value(
                field,
                record
                    .get(field.from..field.from + field.length)
                    .unwrap_or_default(),
            ),
            font: 0,
        });
        out.row(number, cells.collect())?;
    }
    out.count(Oddity::MissingRows, (table.records - whole) as u64);
    out.end()
}

fn value(field: &Field, bytes: &[u8]) -> String {
    let latin1 = || -> String { bytes.iter().map(|byte| char::from(*byte)).collect() };
    match field.kind {
        b'M' | b'G' | b'P' | b'B' | b'W' => String::new(),
        b'I' | b'+' => match bytes {
            [a, b, c, d] => i32::from_le_bytes([*a, *b, *c, *d]).to_string(),
            _ => String::new(),
        },
        b'D' => {
            let text = latin1();
            let digits = text.trim();
            match digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
                true => format!("{}-{}-{}", &digits[..4], &digits[4..6], &digits[6..]),
                false => digits.to_owned(),
            }
        }
        // Padded with blanks, and with zeros by some programs of the time.
        _ => latin1()
            .trim_end_matches(['\0', ' '])
            .trim_start_matches(' ')
            .to_owned(),
    }
}
