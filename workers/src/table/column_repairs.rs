//! What the rest of a column shows to be a slip of the engine, corrected.

use super::cell::Cell;
use super::ink_probe::Ink;
use super::{format_normaliser, place_check, running_numbers};
use crate::class::FieldKind;
use crate::confidence::Series;
use crate::values::gazetteer;
use crate::values::{Candidate, LOOK_ALIKE, closed_list, in_capitals};
use crate::word::Word;
use sogoc_vietnamese::given_names;

/// A value read less surely than this is corrected by its column.
const SURE: f64 = 0.96;

/// Puts syllables right that no name has.
pub(super) fn names(cells: &mut [&mut Cell<'_>]) {
    for cell in cells {
        let Some(found) = &mut cell.found else {
            continue;
        };
        if let Some(better) = given_names::corrected(&found.raw) {
            found.raw = better;
            cell.repaired = true;
        }
    }
}

/// Puts places as their units are written, and marks what stands in two spellings.
pub(super) fn spellings(cells: &mut [&mut Cell<'_>]) {
    for cell in cells.iter_mut() {
        let place = cell.raw().and_then(gazetteer::locate);
        if let Some((found, place)) = cell.found.as_mut().zip(place) {
            cell.repaired |= place.text != found.raw;
            found.raw = place.text;
        }
    }
    let founds = cells.iter_mut().filter_map(|cell| cell.found.as_mut());
    place_check::space(&mut founds.map(|found| &mut found.raw).collect::<Vec<_>>());
    let values: Vec<Option<&str>> = cells.iter().map(|cell| cell.raw()).collect();
    let spelled_twice = place_check::spelled_twice(&values);
    cells
        .iter_mut()
        .zip(spelled_twice)
        .for_each(|(cell, spelled_twice)| cell.spelled_twice = spelled_twice);
}

/// Of the dashes of a column at least this share stand between blanks where all do.
const PARTED: f64 = 0.6;

/// Puts the blanks beside dashes between two units (`Cái Nước - Minh Hải`) that the engine lost, where the paper shows them
/// beside most dashes of the column.
pub(super) fn dashes(cells: &mut [&mut Cell<'_>], ink: Ink<'_>) {
    let words = cells.iter().filter_map(|cell| cell.found.as_ref());
    let tight: Vec<bool> = words
        .clone()
        .flat_map(|found| &found.words)
        .filter_map(|word| {
            let at = tight_dash(&word.text)?;
            let before = ink.has_blank_after(word, at)?;
            Some(before && ink.has_blank_after(word, at + 1)?)
        })
        .collect();
    let written = words.filter(|found| found.raw.contains(" - ")).count();
    let parted = tight.iter().filter(|parted| **parted).count();
    let all = tight.len() + written;
    if tight.is_empty() || ((parted + written) as f64) < PARTED * all as f64 {
        return;
    }
    for found in cells.iter_mut().filter_map(|cell| cell.found.as_mut()) {
        while let Some(at) = tight_dash(&found.raw) {
            let letters = found.raw.chars();
            let (before, after): (String, String) = (
                letters.clone().take(at).collect(),
                letters.skip(at + 1).collect(),
            );
            found.raw = format!("{before} - {after}");
        }
    }
}

/// How many letters stand before the first dash between two letters without blanks.
fn tight_dash(text: &str) -> Option<usize> {
    let letters: Vec<char> = text.chars().collect();
    letters
        .windows(3)
        .position(|part| part[0].is_alphabetic() && part[1] == '-' && part[2].is_alphabetic())
        .map(|at| at + 1)
}

/// Entries of lists stand in capitals throughout where most of their column do, and else do not.
pub(super) fn shouts(cells: &mut [&mut Cell<'_>]) {
    let Some(list) = cells.first().and_then(|cell| closed_list(cell.field)) else {
        return;
    };
    // "TB" is written so in any column.
    let has_small = |raw: &&str| {
        let form = list.nearest(raw);
        form.is_some_and(|form| form.chars().any(char::is_lowercase))
    };
    let raws = || cells.iter().filter_map(|cell| cell.raw()).filter(has_small);
    let shouted = raws().filter(|raw| in_capitals(raw)).count();
    let all_shout = shouted * 2 > raws().count();
    for cell in cells {
        let Some(found) = &mut cell.found else {
            continue;
        };
        let Some(form) = list.nearest(&found.raw) else {
            continue;
        };
        let same =
            form.to_lowercase() == found.raw.to_lowercase() && form.chars().any(char::is_lowercase);
        if same && in_capitals(&found.raw) != all_shout {
            found.raw = match all_shout {
                true => form.to_uppercase(),
                false => form.to_owned(),
            };
        }
    }
}

/// Values of lists begin with a capital where many of the column do and the letter looks the same small.
pub(super) fn capitals(cells: &mut [&mut Cell<'_>]) {
    let first = |cell: &Cell<'_>| cell.raw().and_then(|raw| raw.chars().next());
    let filled = cells.iter().filter(|cell| cell.found.is_some()).count();
    let capital = cells
        .iter()
        .filter(|cell| first(cell).is_some_and(char::is_uppercase))
        .count();
    let listed = cells.iter().any(|cell| closed_list(cell.field).is_some());
    if !listed || capital * 5 < filled * 2 {
        return;
    }
    for cell in cells {
        let Some(found) = &mut cell.found else {
            continue;
        };
        let Some(letter) = found.raw.chars().next().filter(|c| LOOK_ALIKE.contains(*c)) else {
            continue;
        };
        let capital: String = letter.to_uppercase().collect();
        found.raw.replace_range(..letter.len_utf8(), &capital);
    }
}

/// Puts the blank back between the letters and figures of numbers, where paper shows one.
pub(super) fn blanks(cells: &mut [&mut Cell<'_>], ink: Ink<'_>) {
    let lettered = |cell: &Cell<'_>| -> Option<(usize, Option<bool>)> {
        let found = cell.found.as_ref()?;
        let letters = found.raw.chars().take_while(|c| c.is_alphabetic()).count();
        let rest: Vec<char> = found.raw.chars().skip(letters).collect();
        let one_word = (1..=3).contains(&letters)
            && rest.len() >= 4
            && rest.iter().all(char::is_ascii_digit)
            && found.words.len() == 1;
        one_word.then(|| (letters, ink.has_blank_after(&found.words[0], letters)))
    };
    let seen: Vec<Option<(usize, Option<bool>)>> =
        cells.iter().map(|cell| lettered(cell)).collect();
    let votes = |wanted: bool| {
        let told = seen.iter().flatten().filter_map(|(_, blank)| *blank);
        told.filter(|blank| *blank == wanted).count()
    };
    // A column is written one way, so what most of its cells show counts for all.
    if votes(true) <= votes(false) {
        return;
    }
    for (cell, seen) in cells.iter_mut().zip(&seen) {
        if let (Some(found), Some((letters, _))) = (&mut cell.found, seen) {
            let (before, after): (String, String) = (
                found.raw.chars().take(*letters).collect(),
                found.raw.chars().skip(*letters).collect(),
            );
            found.raw = format!("{before} {after}");
        }
    }
}

/// Puts blanks and marks as most of the column has them.
pub(super) fn marks(cells: &mut [&mut Cell<'_>]) {
    let written: Vec<&str> = cells.iter().filter_map(|cell| cell.raw()).collect();
    let is_date = cells
        .first()
        .is_some_and(|cell| cell.field.kind == FieldKind::Date);
    // Where days and months have one figure or two, a lost stroke may stand in several places: 1711/1996.
    if is_date
        && !format_normaliser::habit(&written)
            .is_some_and(|usual| format_normaliser::is_padded(&usual))
    {
        return;
    }
    let mut values: Vec<Option<&mut String>> = cells
        .iter_mut()
        .map(|cell| cell.found.as_mut().map(|found| &mut found.raw))
        .collect();
    format_normaliser::even_out(&mut values);
}

/// Marks what keeps step, and corrects what is a slip away from it.
pub(super) fn numbers(cells: &mut [&mut Cell<'_>], ink: Ink<'_>) {
    let values: Vec<Option<&str>> = cells.iter().map(|cell| cell.raw()).collect();
    let verdicts = running_numbers::judge(&values);
    for (cell, verdict) in cells.iter_mut().zip(verdicts) {
        if cell.series == Series::Repaired {
            continue; // judged before; now it fits because it was corrected
        }
        cell.series = verdict.series;
        let (Series::Breaks, Some(expected)) = (verdict.series, verdict.expected) else {
            continue;
        };
        // Numbers may jump on paper too: a value read surely out of step stays, and is marked for a person.
        let sure = cell.engine() >= SURE;
        let slip = match cell.raw() {
            Some(raw) => running_numbers::is_slip_of(raw, &expected),
            None => ink.is_written(cell.bounds),
        };
        if slip && !sure {
            let words = cell.found.take().map_or_else(Vec::new, |found| found.words);
            let words = if words.is_empty() {
                vec![unread(cell)]
            } else {
                words
            };
            cell.found = Some(Candidate {
                raw: expected,
                words,
                held: false,
            });
            cell.series = Series::Repaired;
        }
    }
}

/// The place of ink that was not read.
fn unread(cell: &Cell<'_>) -> Word {
    Word {
        text: String::new(),
        confidence: 0.0,
        bounds: cell.bounds,
    }
}

/// Years of no century this paper is from (`1372`) get the century of the column.
pub(super) fn centuries(cells: &mut [&mut Cell<'_>]) {
    let year_of = |raw: &str| -> Option<u16> {
        let year = raw.get(raw.len().checked_sub(4)?..)?;
        let whole = raw[..raw.len() - 4].ends_with(|c: char| !c.is_ascii_digit());
        year.parse().ok().filter(|_| whole)
    };
    let known: Vec<u16> = cells
        .iter()
        .filter_map(|cell| year_of(cell.raw()?))
        .collect();
    let of = |century: u16| known.iter().filter(|year| *year / 100 == century).count();
    let century = if of(20) > of(19) { "20" } else { "19" };
    if of(19) + of(20) == 0 {
        return;
    }
    for cell in cells {
        let Some(found) = &mut cell.found else {
            continue;
        };
        let Some(year) = year_of(&found.raw) else {
            continue;
        };
        if !(19..=20).contains(&(year / 100))
            && (found.raw.ends_with(&format!("{:02}", year % 100)))
        {
            let at = found.raw.len() - 4;
            found.raw.replace_range(at..at + 2, century);
            cell.repaired = true;
        }
    }
}
