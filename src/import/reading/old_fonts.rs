//! The fonts of an old workbook's cells (BIFF5 and BIFF8, [MS-XLS]), which calamine does not give: without them nobody knows
//! that a name in `.VnTimeH` is written in capitals.

use std::collections::HashMap;
use std::io::{Cursor, Read};

/// Records of [MS-XLS] 2.3.
const BOF: u16 = 0x0809;
const EOF: u16 = 0x000A;
const FONT: u16 = 0x0031;
const XF: u16 = 0x00E0;
const BOUNDSHEET: u16 = 0x0085;
/// Cells with text: shared, own, rich.
const TEXTS: [u16; 3] = [0x00FD, 0x0204, 0x00D6];
const FORMULAS: [u16; 3] = [0x0006, 0x0206, 0x0406];
/// No font has this place, for historical reasons ([MS-XLS] 2.4.122).
const SKIPPED_FONT: usize = 4;

/// What the records say beside the values.
#[derive(Default)]
pub(super) struct OldFonts {
    /// Names in the order of the file.
    pub names: Vec<String>,
    /// Of each sheet, in order: place of the font of a cell `(row, column)`, from 1.
    pub cells: Vec<HashMap<(u32, u32), u16>>,
    pub formulas: u64,
}

/// The fonts of a workbook; none where its container or records do not read, for values may still.
pub(super) fn fonts(bytes: &[u8]) -> OldFonts {
    stream(bytes)
        .and_then(|stream| of_stream(&stream))
        .unwrap_or_default()
}

/// Whether the container holds an encrypted package, and whether it holds macros.
pub(super) fn container(bytes: &[u8]) -> (bool, bool) {
    let Ok(file) = cfb::CompoundFile::open(Cursor::new(bytes)) else {
        return (false, false);
    };
    (
        file.exists("/EncryptedPackage"),
        file.exists("/_VBA_PROJECT_CUR") || file.exists("/Macros"),
    )
}

fn stream(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).ok()?;
    let name = ["/Workbook", "/Book"]
        .into_iter()
        .find(|name| file.is_stream(name))?;
    let mut stream = Vec::new();
    file.open_stream(name)
        .ok()?
        .take(super::LARGEST_FILE)
        .read_to_end(&mut stream)
        .ok()?;
    Some(stream)
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    let two = bytes.get(at..at + 2)?;
    Some(u16::from_le_bytes([two[0], two[1]]))
}

/// The records from a place to the end of its substream, substreams inside it left out.
fn records(stream: &[u8], from: usize) -> impl Iterator<Item = (u16, &[u8])> {
    let (mut at, mut depth) = (from, 0_usize);
    std::iter::from_fn(move || {
        loop {
            let (kind, length) = (short(stream, at)?, usize::from(short(stream, at + 2)?));
            let data = stream.get(at + 4..at + 4 + length)?;
            at += 4 + length;
            match kind {
                BOF => depth += 1,
                EOF if depth <= 1 => return None,
                EOF => depth -= 1,
                _ if depth == 1 => return Some((kind, data)),
                _ => {}
            }
        }
    })
}

fn of_stream(stream: &[u8]) -> Option<OldFonts> {
    let wide = short(stream, 4)? >= 0x0600;
    let (mut found, mut formats, mut sheets) = (OldFonts::default(), Vec::new(), Vec::new());
    for (kind, data) in records(stream, 0) {
        match kind {
            FONT => found.names.push(font_name(data, wide).unwrap_or_default()),
            XF => formats.push(short(data, 0).unwrap_or_default()),
            BOUNDSHEET => {
                let at = data.get(..4)?;
                sheets.push(u32::from_le_bytes([at[0], at[1], at[2], at[3]]) as usize);
            }
            _ => {}
        }
    }
    let font_of = |format: u16| -> Option<u16> {
        let font = usize::from(*formats.get(usize::from(format))?);
        let place = if font > SKIPPED_FONT { font - 1 } else { font };
        u16::try_from(place + 1)
            .ok()
            .filter(|_| place < found.names.len())
    };
    let (mut cells, mut formulas) = (Vec::new(), 0);
    for from in sheets {
        let mut fonts = HashMap::new();
        for (kind, data) in records(stream, from) {
            let formula = FORMULAS.contains(&kind);
            formulas += u64::from(formula);
            if !formula && !TEXTS.contains(&kind) {
                continue;
            }
            let place = (
                short(data, 0),
                short(data, 2),
                short(data, 4).and_then(font_of),
            );
            if let (Some(row), Some(column), Some(font)) = place {
                fonts.insert((u32::from(row), u32::from(column)), font);
            }
        }
        cells.push(fonts);
    }
    (found.cells, found.formulas) = (cells, formulas);
    Some(found)
}

fn font_name(data: &[u8], wide: bool) -> Option<String> {
    let count = usize::from(*data.get(14)?);
    if !wide {
        let bytes = data.get(15..15 + count)?;
        return Some(bytes.iter().map(|byte| char::from(*byte)).collect());
    }
    match data.get(15)? & 1 {
        0 => Some(
            data.get(16..16 + count)?
                .iter()
                .map(|byte| char::from(*byte))
                .collect(),
        ),
        _ => {
            let units = data.get(16..16 + 2 * count)?.chunks_exact(2);
            Some(String::from_utf16_lossy(
                &units
                    .map(|two| u16::from_le_bytes([two[0], two[1]]))
                    .collect::<Vec<_>>(),
            ))
        }
    }
}
