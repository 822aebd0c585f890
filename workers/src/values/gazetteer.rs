//! Places as they stand on paper: commune, district, province, the last of them often left out.
//!
//! A place is matched as a whole, so that a slip in one part is corrected by the others: there is one
//! commune near "Phể Phong" in a district near "Đức Phổ". The units are the Statistics Office's of 2019
//! and 2021 (`classes/lexicons/xa_huyen.txt`) and provinces since 1975 that are no more (`tinh_cu.txt`).

mod combinations;
mod unit;

use std::sync::LazyLock;

use crate::confidence::Located;
use combinations::Units;
use unit::Part;

/// A place found among the units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MatchedPlace {
    /// The whole text, the units' names as they are written, titles and what stands before as read.
    pub text: String,
    /// How sure that is.
    pub located: Located,
}

static UNITS: LazyLock<Units> = LazyLock::new(|| {
    Units::parse(
        include_str!("../../../classes/lexicons/xa_huyen.txt"),
        include_str!("../../../classes/lexicons/tinh_cu.txt"),
    )
});

/// The place these letters are or are a slip or two away from, where one choice is left.
pub(crate) fn locate(raw: &str) -> Option<MatchedPlace> {
    let commas = pieces(raw, false);
    // A stroke parts units too, but some names have one: "Bà Rịa - Vũng Tàu".
    located(&commas).or_else(|| {
        let strokes = pieces(raw, true);
        (strokes.len() > commas.len())
            .then(|| located(&strokes))
            .flatten()
    })
}

fn located(pieces: &[Piece<'_>]) -> Option<MatchedPlace> {
    let parts: Vec<&str> = pieces.iter().map(|piece| piece.text).collect();
    let longest = parts.len().saturating_sub(3);
    (longest..parts.len()).find_map(|from| {
        let read: Vec<Part<'_>> = parts[from..].iter().map(|part| Part::new(part)).collect();
        let (names, located) = UNITS.one_way(&read)?;
        let before = parts[..from].iter().map(|part| (*part).to_owned());
        let separators = pieces[1..].iter().map(|piece| piece.before);
        let placed = read
            .iter()
            .zip(names)
            .map(|(part, name)| part.written(name));
        let text = before
            .chain(placed)
            .zip(std::iter::once("").chain(separators));
        Some(MatchedPlace {
            text: text.fold(String::new(), |text, (part, before)| text + before + &part),
            // A village or street nobody lists may be misread whatever stands after it.
            located: if from == 0 { located } else { Located::Nowhere },
        })
    })
}

/// A part of a place and what stands before it.
struct Piece<'r> {
    text: &'r str,
    /// As printed where it is a stroke, else a comma and a blank.
    before: &'r str,
}

/// Parts between commas; a stop before a blank and a capital is a comma whose tail was lost.
pub(crate) fn parts(raw: &str) -> Vec<&str> {
    pieces(raw, false)
        .into_iter()
        .map(|piece| piece.text)
        .collect()
}

/// Parts between commas, and between strokes before a capital if these part too.
fn pieces(raw: &str, by_strokes: bool) -> Vec<Piece<'_>> {
    let letters: Vec<(usize, char)> = raw.char_indices().collect();
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    let (mut from, mut before) = (0, ", ");
    let mut keep = |from: usize, to: usize, before| {
        let text = raw[from..to].trim();
        if !text.is_empty() {
            pieces.push(Piece { text, before });
        }
    };
    for window in 0..letters.len() {
        let (at, letter) = letters[window];
        if at < from {
            continue;
        }
        let next = |ahead: usize| letters.get(window + ahead).map(|(_, c)| *c);
        let stop = letter == '.'
            && !ends_in_title(&raw[from..=at])
            && next(1) == Some(' ')
            && next(2).is_some_and(char::is_uppercase);
        let behind = &raw[at + letter.len_utf8()..];
        let stroke = by_strokes
            && "-–".contains(letter)
            && behind.trim_start().starts_with(char::is_uppercase);
        if letter == ',' || stop {
            keep(from, at, before);
            (from, before) = (at + letter.len_utf8(), ", ");
        } else if stroke {
            keep(from, at, before);
            let begins = raw[..at].trim_end().len();
            let ends = raw.len() - behind.trim_start().len();
            (from, before) = (ends, &raw[begins..ends]);
        }
    }
    keep(from, raw.len(), before);
    pieces
}

/// Whether the stop at the end is that of a shortened title (`TP.`) or initial, not of a unit's name.
fn ends_in_title(text: &str) -> bool {
    let word = text.rsplit(' ').next().unwrap_or_default().to_lowercase();
    word.chars().count() < 3
        || unit::TITLES.contains(&word.as_str())
        || text.trim().chars().count() < 5
}

#[cfg(test)]
mod tests;
