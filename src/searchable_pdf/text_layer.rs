//! The text layer: every word of a page as invisible text in the box where it stands, turned as the
//! page is. One font of one empty glyph serves all letters; a letter's code is its own in UTF-16, and
//! `ToUnicode` says so.

use std::collections::BTreeSet;
use std::fmt::Write;

use lopdf::content::Operation;
use lopdf::{Object, StringFormat};
use sogoc_workers::geometry::Turn;
use sogoc_workers::reading::{PageReading, Word};

use crate::alto;

/// Width of the one glyph, in parts of the font size.
const ADVANCE: f64 = 0.5;
/// Text rendering mode (ISO 32000-1, 9.3.6): neither filled nor stroked.
const INVISIBLE: i64 = 3;

/// The codes a document uses, for the tables that give each a glyph and a meaning.
#[derive(Debug, Default)]
pub(super) struct Codes(BTreeSet<u16>);

impl Codes {
    /// Which glyph draws each code: the empty one, and never the one for what is missing.
    pub(super) fn glyphs(&self) -> Vec<u8> {
        let last = self.0.last().copied().unwrap_or(0);
        [0, 1].repeat(usize::from(last) + 1)
    }

    /// What each code means (ISO 32000-1, 9.10.3): itself. A range may not leave its first byte.
    pub(super) fn to_unicode(&self) -> String {
        let rows: BTreeSet<u16> = self.0.iter().map(|code| code >> 8).collect();
        let mut map = String::from(
            "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n\
             /CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n\
             /CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n\
             1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n",
        );
        for row in rows {
            // Writing to a String cannot fail.
            let _ = writeln!(
                map,
                "1 beginbfrange\n<{row:02X}00> <{row:02X}FF> <{row:02X}00>\nendbfrange"
            );
        }
        map + "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    }
}

/// The words of a page as operations of its content, in pixels of the page as delivered counted from the
/// bottom left. A space follows each word, so that copied lines do not run together.
pub(super) fn operations(reading: &PageReading, codes: &mut Codes) -> Vec<Operation> {
    let mut operations = vec![
        Operation::new("BT", vec![]),
        Operation::new("Tr", vec![INVISIBLE.into()]),
        Operation::new("Tf", vec!["F".into(), 1.into()]),
    ];
    let mut across = [0, 0];
    for word in alto::lines(reading).into_iter().flatten() {
        let letters = word.text.chars().filter(|letter| !letter.is_control());
        let mut shown: Vec<u16> = String::from_iter(letters).encode_utf16().collect();
        let Some(matrix) = matrix(word, shown.len(), reading, &mut across) else {
            continue;
        };
        shown.push(u16::from(b' '));
        let bytes = shown.iter().flat_map(|code| code.to_be_bytes()).collect();
        codes.0.extend(shown);
        let bytes = Object::String(bytes, StringFormat::Hexadecimal);
        operations.push(Operation::new("Tm", matrix.map(number).to_vec()));
        operations.push(Operation::new("Tj", vec![bytes]));
    }
    operations.push(Operation::new("ET", vec![]));
    operations
}

/// A number in as few characters as it needs; six decimals of a point are beyond any eye.
pub(super) fn number(value: f64) -> Object {
    let value = (value * 1e6).round() / 1e6;
    if value.fract() == 0.0 {
        Object::Integer(value as i64)
    } else {
        Object::Real(value as f32)
    }
}

/// From the font's space to the page: along the line the word fills its box, across it the glyph's
/// height does. `None` for what has no size. Where height and foot are within a pixel of those of the
/// word before, `across` keeps them: equal numbers pack better, and fax pages are small.
fn matrix(
    word: &Word,
    letters: usize,
    reading: &PageReading,
    across: &mut [i32; 2],
) -> Option<[f64; 6]> {
    let [x, y, width, height] = word.bounds;
    if letters == 0 || width < 1 || height < 1 {
        return None;
    }
    let sheet = i32::try_from(reading.height).ok()?;
    let (left, right) = (x, x.checked_add(width)?);
    let (bottom, top) = (
        sheet.checked_sub(y.checked_add(height)?)?,
        sheet.checked_sub(y)?,
    );
    let (length, size, foot, start) = match reading.rotation {
        Turn::Quarter => (height, width, left, top),
        Turn::Half => (width, height, top, right),
        Turn::ThreeQuarters => (height, width, right, bottom),
        Turn::None => (width, height, bottom, left),
    };
    if across[0].abs_diff(size) > 1 || across[1].abs_diff(foot) > 1 {
        *across = [size, foot];
    }
    let [size, foot] = *across;
    let along = f64::from(length) / (letters as f64 * ADVANCE);
    // Rounded, a word of four letters is at most a pixel too long or too short.
    let along = if letters <= 4 {
        along.round()
    } else {
        (along * 10.0).round() / 10.0
    };
    let [size, foot, start] = [size, foot, start].map(f64::from);
    Some(match reading.rotation {
        Turn::Quarter => [0.0, -along, size, 0.0, foot, start],
        Turn::Half => [-along, 0.0, 0.0, -size, start, foot],
        Turn::ThreeQuarters => [0.0, along, -size, 0.0, foot, start],
        Turn::None => [along, 0.0, 0.0, size, start, foot],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_has_the_empty_glyph_and_means_itself() {
        let codes = Codes("Hồ ".encode_utf16().collect());
        assert_eq!(codes.glyphs().len(), 2 * (0x1ED3 + 1));
        let map = codes.to_unicode();
        for row in ["<0000> <00FF> <0000>", "<1E00> <1EFF> <1E00>"] {
            assert!(map.contains(row), "{map}");
        }
        assert!(!map.contains("<0100>"));
    }
}
