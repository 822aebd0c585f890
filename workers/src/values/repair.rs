//! What a garbled value most likely reads, where its field leaves one choice: letters the engine lost,
//! never words the paper may hold.
//!
//! A value corrected in this way is the best reading there is and still goes to a person.

use crate::class::{Field, FieldKind, Lexicon};
use crate::values::dates;
use crate::values::gazetteer;
use crate::values::person_names;
use strsim::levenshtein;

/// Letters whose capital looks the same, except for its size.
pub(crate) const LOOK_ALIKE: &str = "ckopsuưvxz";

/// The better reading; `None` when there is none or the value stands as it is.
pub(super) fn better(field: &Field, raw: &str, closed: Option<&Lexicon>) -> Option<String> {
    let opened = opened(&field.openings, raw);
    let raw = opened.as_deref().unwrap_or(raw);
    let better = match field.kind {
        FieldKind::Date => dates::within(raw),
        FieldKind::Name => name(raw, field.lexicon.as_ref()),
        FieldKind::Place if field.gazetteer => gazetteer::locate(raw)
            .map(|place| place.text)
            .filter(|text| text != raw),
        FieldKind::School => with_capital(raw),
        FieldKind::Agency => super::agency::written(raw).filter(|name| name != raw),
        FieldKind::Text if raw.starts_with("Quý ") => quarter(raw),
        FieldKind::Text if field.key.ends_with("_chu") => super::amounts::with_whole_words(raw),
        _ => closed.and_then(|list| listed(list, raw)),
    };
    better.or(opened)
}

/// The value with its opening as the form prints it ("VWw rà soát" is "V/v rà soát").
fn opened(openings: &[String], raw: &str) -> Option<String> {
    if openings
        .iter()
        .any(|opening| raw.starts_with(opening.as_str()))
    {
        return None;
    }
    // The longest first: of "Về việc" no "V/v" is to be made.
    let mut openings: Vec<&String> = openings.iter().collect();
    openings.sort_by_key(|opening| std::cmp::Reverse(opening.len()));
    openings.into_iter().find_map(|opening| {
        let count = opening.split(' ').count();
        let words: Vec<&str> = raw.split(' ').collect();
        let own = words.get(..count)?.concat();
        let solid = opening.replace(' ', "");
        let slips = (solid.chars().count() / 3).max(1) + usize::from(solid.contains('/'));
        let alike = own.chars().count().abs_diff(solid.chars().count()) <= 1;
        let near = alike && levenshtein(&own.to_lowercase(), &solid.to_lowercase()) <= slips;
        let rest = words[count..].join(" ");
        (near && !rest.is_empty()).then(|| format!("{opening} {rest}"))
    })
}

/// A name without specks read between its words, its family name as the list writes it.
fn name(raw: &str, families: Option<&Lexicon>) -> Option<String> {
    let words = || {
        raw.split(' ')
            .filter(|word| word.chars().any(char::is_alphabetic))
    };
    let solid = words().collect::<Vec<_>>().join(" ");
    let known = families.and_then(|families| person_names::with_known_family(&solid, families));
    known.or((solid != raw && !solid.is_empty()).then_some(solid))
}

/// A school's name whose last word alone begins small, with a letter that looks the same as a capital.
fn with_capital(raw: &str) -> Option<String> {
    let (rest, last) = raw.rsplit_once(' ')?;
    let starts = |word: &str| word.chars().next().is_some_and(char::is_uppercase);
    let named = rest.split(' ').count() > 1 && rest.split(' ').all(starts);
    let first = last.chars().next().filter(|c| LOOK_ALIKE.contains(*c))?;
    let capital: String = first.to_uppercase().collect();
    named.then(|| format!("{rest} {capital}{}", &last[first.len_utf8()..]))
}

/// The quarter of a year with its number in ones, which look like other upright letters ("Quý TII").
fn quarter(raw: &str) -> Option<String> {
    let mut words: Vec<&str> = raw.split(' ').collect();
    let ones = ["I", "II", "III"].get(words.get(1)?.chars().count().checked_sub(1)?)?;
    let upright = words[1].chars().all(|c| "ITLlÌÍ1|".contains(c));
    words[1] = upright.then_some(*ones)?;
    Some(words.join(" ")).filter(|better| better != raw)
}

/// The one printed form of the list the letters are near to.
fn listed(list: &Lexicon, raw: &str) -> Option<String> {
    let form = list.nearest(raw)?;
    let small = raw.chars().find(|c| c.is_alphabetic())?.is_lowercase();
    let whole = raw.chars().filter(|c| c.is_alphabetic()).count() >= form.chars().count();
    let mut letters = form.chars();
    let first = letters.next()?;
    // Case is the paper's own: "loại khá" keeps its small letter, "NAM" its capitals.
    let written = match (super::in_capitals(raw), small && whole) {
        (true, _) => form.to_uppercase(),
        (_, true) => first.to_lowercase().chain(letters).collect(),
        _ => form.to_owned(),
    };
    (written != raw).then_some(written)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::class::Classes;

    fn read(class: &str, key: &str, raw: &str) -> Option<String> {
        let classes = Classes::load(None).unwrap();
        let field = classes.get(class).unwrap().field(key).unwrap();
        better(field, raw, super::super::closed_list(field))
    }

    #[test]
    fn a_lost_letter_of_a_closed_list_is_put_back() {
        let grade = |raw: &str| read("van_bang", "xep_loai", raw);
        assert_eq!(grade("Khả").as_deref(), Some("Khá"));
        assert_eq!(grade("há").as_deref(), Some("Khá"));
        assert_eq!(grade("6Giỏi").as_deref(), Some("Giỏi"));
        assert_eq!(grade("Trune bình").as_deref(), Some("Trung bình"));
        assert_eq!(grade("khá"), None);
        assert_eq!(grade("TB khá"), None);
        assert_eq!(grade("KHÁ"), None);
        assert_eq!(grade("TRUNG BÌNII").as_deref(), Some("TRUNG BÌNH"));
        assert_eq!(grade("xxxx"), None);
        assert_eq!(grade(""), None);
    }

    #[test]
    fn specks_are_no_part_of_a_name() {
        let name = |raw: &str| read("van_bang", "ho_ten", raw);
        assert_eq!(name("Lê 5 Thị Bê").as_deref(), Some("Lê Thị Bê"));
        assert_eq!(name("Trân Văn Bê").as_deref(), Some("Trần Văn Bê"));
        assert_eq!(name("Lê Thị Bê"), None);
        assert_eq!(name("5 . 5"), None);
    }

    #[test]
    fn the_last_word_of_a_schools_name_has_its_capital() {
        let school = |raw: &str| read("van_bang", "truong", raw);
        assert_eq!(
            school("THPT Chuyên Lê khiết").as_deref(),
            Some("THPT Chuyên Lê Khiết")
        );
        assert_eq!(school("THPT Lê Khiết"), None);
        assert_eq!(school("THPT bán công"), None);
        assert_eq!(school("THPT chuyên"), None);
    }

    #[test]
    fn a_quarter_is_counted_in_ones() {
        assert_eq!(
            quarter("Quý TII năm 2017").as_deref(),
            Some("Quý III năm 2017")
        );
        assert_eq!(quarter("Quý IV năm 2017"), None);
        assert_eq!(quarter("Quý II"), None);
        assert_eq!(quarter("Quý "), None);
    }

    #[test]
    fn a_subject_opens_as_the_form_prints_it() {
        let subject = |raw: &str| read("tai_lieu", "trich_yeu", raw);
        assert_eq!(subject("VWw rà soát").as_deref(), Some("V/v rà soát"));
        assert_eq!(
            subject("Về viêc rà soát").as_deref(),
            Some("Về việc rà soát")
        );
        assert_eq!(subject("V/v rà soát"), None);
        assert_eq!(subject("Báo cáo tháng"), None);
        assert_eq!(subject(""), None);
    }
}
