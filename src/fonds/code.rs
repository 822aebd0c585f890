//! Codes made and checked by the rule of the day they are given (`code_rules`, seeded by date).

use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::clock::vietnam;
use crate::error::{Error, Result};
use crate::messages::Message;
use crate::reference_data::{self, CodeRule};

use super::{Fonds, by_code};

/// What fills the parts of a code; a part that is not known may be anything.
#[derive(Debug, Clone, Default)]
pub(super) struct Parts<'a> {
    /// Every code of the agency, the first one first.
    pub agency: Vec<&'a str>,
}

impl<'a> Parts<'a> {
    pub fn of(fonds: &'a Fonds) -> Self {
        let own = fonds.agency_code.iter().map(String::as_str);
        let aliases = fonds.fields.aliases.iter().map(|alias| alias.code.as_str());
        Self {
            agency: own.chain(aliases).collect(),
        }
    }
}

/// A code that would fit, and the rule behind it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Coded {
    /// The code in full, free at this moment.
    pub code: String,
    /// The rule's form; empty where any code may be given.
    pub form: String,
    /// The instrument behind the rule.
    pub source: String,
}

/// Checks a code by the rule of today. Its form binds only where its parts are known: a fonds without a code of its
/// agency has files under any code.
///
/// # Errors
/// `Invalid` at `pointer`, saying what the rule wants.
pub(super) async fn check(
    archive: &Archive,
    kind: &str,
    pointer: &str,
    code: &str,
    parts: Option<&Parts<'_>>,
) -> Result<()> {
    let rule = rule(archive, kind).await?;
    let fits = code.chars().count() <= usize::try_from(rule.longest).unwrap_or(0)
        && code.chars().all(|letter| admits(&rule.letters, letter));
    // Without a code of its agency a form cannot be judged, and an old fonds must not be refused
    // for that.
    let bound = parts.is_some_and(|parts| !parts.agency.is_empty()) && !rule.form.is_empty();
    let formed = !bound || parts.is_some_and(|parts| matches(&rule.form, code, parts));
    if fits && formed {
        return Ok(());
    }
    // The message names what binds: the form where it is known, else the letters.
    let form = match (bound, rule.letters.is_empty()) {
        (true, _) => rule.form.clone(),
        (false, false) => rule.letters.clone(),
        (false, true) => "…".into(),
    };
    Err(Error::fault(
        pointer,
        Message::new("faults.code_by_rule")
            .with("form", form)
            .with("longest", rule.longest)
            .with("source", rule.source),
    ))
}

async fn rule(archive: &Archive, kind: &str) -> Result<CodeRule> {
    let today = vietnam(archive.clock.now()).date();
    reference_data::code_rule_on(&archive.catalogue, kind, today).await
}

/// The next free code of a file of that year in a fonds: the agency's code (else the fonds' own), the year, a number.
///
/// # Errors
/// `NotFound` fonds, `Invalid` year, `Forbidden`.
pub async fn make_code(
    archive: &Archive,
    caller: &Caller,
    fonds_code: &str,
    year: i64,
) -> Result<Coded> {
    require(caller, Act::SeeBatches)?;
    if !(1800..=2200).contains(&year) {
        return Err(Error::fault("/year", "faults.not_a_day"));
    }
    let fonds = by_code(archive, caller, fonds_code).await?;
    let rule = rule(archive, "file").await?;
    let agency = fonds.agency_code.as_deref().unwrap_or(&fonds.code);
    let form = match rule.form.is_empty() {
        true => "{agency}.{year}.{notation}",
        false => &rule.form,
    };
    let filled = form
        .replace("{agency}", agency)
        .replace("{fonds}", &fonds.code)
        .replace("{year}", &year.to_string());
    // What stands before the number tells which codes belong to this row.
    let start = filled.replace("{notation}", "");
    let taken: Vec<String> = sqlx::query_scalar("SELECT code FROM files WHERE fonds_id = $1")
        .bind(&fonds.id)
        .fetch_all(archive.catalogue.pool())
        .await?;
    let numbers = taken.iter().filter_map(|code| code.strip_prefix(&start));
    let newest = numbers
        .filter_map(|rest| {
            rest.parse::<i64>()
                .ok()
                .filter(|number| *number < 1_000_000)
        })
        .max();
    // A number longer than any office's is a notation that happens to be one: it is not counted on.
    let number = newest.unwrap_or(0).saturating_add(1);
    Ok(Coded {
        code: filled.replace("{notation}", &number.to_string()),
        form: rule.form,
        source: rule.source,
    })
}

/// The code of a document in a file: the file's, and its place in it.
///
/// # Errors
/// As any statement.
pub async fn document_code(archive: &Archive, file: &str, ordinal: i64) -> Result<String> {
    let rule = rule(archive, "document").await?;
    Ok(rule
        .form
        .replace("{file}", file)
        .replace("{ordinal:7}", &format!("{ordinal:07}")))
}

/// The code of the paper original: archive, room, rack, box and number, by the rule; none where a part is missing.
pub(super) async fn paper_code(
    archive: &Archive,
    fonds: &Fonds,
    shelf: &super::Shelf,
) -> Result<Option<String>> {
    let rule = rule(archive, "paper_file").await?;
    let parts = [
        (
            "{archive}",
            fonds.agency_code.as_deref().unwrap_or(&fonds.code),
        ),
        ("{room}", &shelf.room),
        ("{rack}", &shelf.rack),
        ("{box}", &shelf.box_number),
        ("{paper}", &shelf.file_number),
    ];
    let mut code = rule.form;
    for (part, value) in parts {
        if code.contains(part) && value.is_empty() {
            // A code with a hole would be taken for a whole one and found under another shelf.
            return Ok(None);
        }
        code = code.replace(part, value);
    }
    Ok(Some(code))
}

/// Whether a letter is in the ranges; every letter that prints where there are none.
fn admits(letters: &str, letter: char) -> bool {
    if letters.is_empty() {
        return !letter.is_control();
    }
    let all: Vec<char> = letters.chars().collect();
    let mut at = 0;
    while at < all.len() {
        match (all.get(at + 1), all.get(at + 2)) {
            (Some('-'), Some(last)) => {
                if (all[at]..=*last).contains(&letter) {
                    return true;
                }
                at += 3;
            }
            _ => {
                if all[at] == letter {
                    return true;
                }
                at += 1;
            }
        }
    }
    false
}

/// Whether a code has a form, part by part from the left.
fn matches(form: &str, code: &str, parts: &Parts<'_>) -> bool {
    let Some(open) = form.find('{') else {
        // No placeholder left: what remains has to be the same.
        return form == code;
    };
    let Some(rest) = code.strip_prefix(&form[..open]) else {
        return false;
    };
    // An opening brace that is never closed is part of the text, not a mistake of the code.
    let Some(close) = form[open..].find('}').map(|at| open + at) else {
        return form == code;
    };
    let (part, after) = (&form[open + 1..close], &form[close + 1..]);
    let ends = |taken: usize| rest.is_char_boundary(taken) && matches(after, &rest[taken..], parts);
    let digits = |count: usize| {
        let plain = rest.len() >= count && rest.as_bytes()[..count].iter().all(u8::is_ascii_digit);
        plain && ends(count)
    };
    match part.split_once(':') {
        Some((_, count)) => count.parse().is_ok_and(digits),
        None if part == "year" => digits(4),
        None if part == "agency" => {
            // A fonds may have codes of former agencies; any of them may begin the code.
            let known = parts.agency.iter().filter(|code| rest.starts_with(**code));
            known.map(|code| code.len()).any(ends)
        }
        // Free text: the shortest reading that lets the rest fit.
        None => (1..=rest.len()).any(ends),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_fits_its_form_or_not() {
        let parts = Parts {
            agency: vec!["H49.64.33", "H50.64"],
        };
        let form = "{agency}.{year}.{notation}";
        for fits in [
            "H49.64.33.2001.160",
            "H50.64.1989.12/QĐ",
            "H49.64.33.2001.a.b",
        ] {
            assert!(matches(form, fits, &parts), "{fits}");
        }
        for wrong in [
            "H49.64.33.2001.",
            "H49.64.33.201.1",
            "H02.2001.1",
            "",
            "H49.64.33..2001.1",
        ] {
            assert!(!matches(form, wrong, &parts), "{wrong}");
        }
        assert!(matches("{file}.{ordinal:7}", "H49.1.0000012", &parts));
        assert!(!matches("{file}.{ordinal:7}", "H49.1.12", &parts));
        assert!(
            !matches("{ordinal:7}", "12ệ4567", &parts),
            "no cut inside a letter"
        );
    }

    #[test]
    fn letters_are_given_as_ranges() {
        assert!("H49.64".chars().all(|letter| admits("A-Z0-9.", letter)));
        assert!(!admits("A-Z0-9.", 'đ') && !admits("A-Z0-9.", '-'));
        assert!(admits("", 'đ') && !admits("", '\n'));
    }
}
