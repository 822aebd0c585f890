//! Places as they stand on paper: commune, district, province, the last of them often left out.
//!
//! A place is matched as a whole, so that a slip in one part is put right by the others: there is one
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
    let parts = parts(raw);
    let longest = parts.len().saturating_sub(3);
    (longest..parts.len()).find_map(|from| {
        let read: Vec<Part<'_>> = parts[from..].iter().map(|part| Part::new(part)).collect();
        let (names, located) = UNITS.one_way(&read)?;
        let before = parts[..from].iter().map(|part| (*part).to_owned());
        let placed = read
            .iter()
            .zip(names)
            .map(|(part, name)| part.written(name));
        let text: Vec<String> = before.chain(placed).collect();
        Some(MatchedPlace {
            text: text.join(", "),
            // A village or street nobody lists may be misread whatever stands after it.
            located: if from == 0 { located } else { Located::Nowhere },
        })
    })
}

/// Parts between commas; a stop before a blank and a capital is a comma whose tail was lost.
pub(crate) fn parts(raw: &str) -> Vec<&str> {
    let letters: Vec<(usize, char)> = raw.char_indices().collect();
    let mut parts = Vec::new();
    let mut from = 0;
    for window in 0..letters.len() {
        let (at, letter) = letters[window];
        let short = raw[from..at].trim().chars().count() < 4;
        let next = |ahead: usize| letters.get(window + ahead).map(|(_, c)| *c);
        let stop = letter == '.'
            && !short
            && next(1) == Some(' ')
            && next(2).is_some_and(char::is_uppercase);
        if letter == ',' || stop {
            parts.push(raw[from..at].trim());
            from = at + letter.len_utf8();
        }
    }
    parts.push(raw[from..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests;
