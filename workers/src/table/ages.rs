//! Whether the people of a register were of an age to be in it: a year of birth that was misread all down a column
//! (`78` as `28` or `98`) agrees with itself, and not with the years printed above the table.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use crate::class::{Class, FieldKind, Scope};
use crate::reading::{FieldReading, RecordReading};
use crate::values::dates::Date;

/// The field of the day of birth, in all classes.
const BIRTH: &str = "ngay_sinh";
/// People are given a diploma at this age, in years; grown-ups learn too.
const AGES: RangeInclusive<u16> = 13..=60;
/// Papers of registers are of these years.
const YEARS: RangeInclusive<u16> = 1945..=2100;

/// Leaves births to a person that are of another age than the newest year that the page says once allows.
pub(super) fn judge(
    class: &Class,
    records: &mut [RecordReading],
    printed_once: &BTreeMap<String, FieldReading>,
) {
    let once = printed_once.iter().filter(|(key, _)| {
        let field = class.field(key);
        field.is_some_and(|field| field.scope == Scope::Page)
    });
    let Some(year) = once.filter_map(|(_, field)| newest_year(&field.raw)).max() else {
        return;
    };
    for birth in records
        .iter_mut()
        .filter_map(|record| record.fields.get_mut(BIRTH))
    {
        let age = Date::parse(&birth.raw).map(|date| year.checked_sub(date.year));
        if age.is_some_and(|age| age.is_none_or(|age| !AGES.contains(&age))) {
            birth.accepted = false;
        }
    }
}

/// Leaves dates that are printed once on the page to a person where only the year was found: a day may stand before it.
pub(super) fn hold_years(class: &Class, fields: &mut BTreeMap<String, FieldReading>) {
    for (key, reading) in fields {
        let is_date = class
            .field(key)
            .is_some_and(|field| field.kind == FieldKind::Date && field.scope == Scope::Page);
        let is_whole = Date::parse(&reading.raw).is_some_and(|date| date.month.is_some());
        reading.accepted &= !is_date || is_whole;
    }
}

/// The newest year in a text; figures before a stroke are a decision's number (`1970/QĐ`).
fn newest_year(text: &str) -> Option<u16> {
    let years = text
        .match_indices(|c: char| c.is_ascii_digit())
        .filter_map(|(at, _)| {
            let begins = !text[..at].ends_with(|c: char| c.is_ascii_digit());
            let figures = text.get(at..at + 4).filter(|_| begins)?;
            let goes_on = text[at + 4..].starts_with(|c: char| c.is_ascii_digit() || c == '/');
            figures
                .parse::<u16>()
                .ok()
                .filter(|year| !goes_on && YEARS.contains(year))
        });
    years.max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::class::Classes;

    fn field(raw: &str) -> FieldReading {
        FieldReading {
            raw: raw.to_owned(),
            value: raw.to_owned(),
            confidence: 0.99,
            accepted: true,
            bounds: None,
            struck: false,
            page: None,
            evidence: None,
        }
    }

    #[test]
    fn a_year_alone_is_a_part_of_the_day_of_an_exam() {
        let classes = Classes::load(None).unwrap();
        let class = classes.get("so_goc").unwrap();
        let held = |key: &str, raw: &str| {
            let mut once = BTreeMap::from([(key.to_owned(), field(raw))]);
            hold_years(class, &mut once);
            !once[key].accepted
        };
        assert!(held("khoa_thi", "2016"));
        assert!(!held("khoa_thi", "6/7/2016") && !held("khoa_thi", "5/1990"));
        assert!(!held("nam_tot_nghiep", "2016"));
    }

    fn accepted(births: &[&str], key: &str, printed: &str) -> Vec<bool> {
        let classes = Classes::load(None).unwrap();
        let class = classes.get("so_goc").unwrap();
        let mut records: Vec<RecordReading> = births
            .iter()
            .map(|raw| RecordReading {
                class: class.id.clone(),
                fields: BTreeMap::from([(BIRTH.to_owned(), field(raw))]),
                bounds: None,
            })
            .collect();
        judge(
            class,
            &mut records,
            &BTreeMap::from([(key.to_owned(), field(printed))]),
        );
        records
            .iter()
            .map(|record| record.fields[BIRTH].accepted)
            .collect()
    }

    #[test]
    fn nobody_has_a_diploma_before_school_or_after_a_life() {
        let births = ["12-2-28", "12/2/1978", "1998", "xx"];
        assert_eq!(
            accepted(&births, "khoa_thi", "15/6/1996"),
            [false, true, false, true]
        );
        assert_eq!(accepted(&["5/9/1997"], "nam_hoc", "1995 - 1996"), [false]);
        assert_eq!(
            accepted(&births, "hoi_dong", "Huế"),
            [true; 4],
            "nothing tells the year"
        );
    }

    #[test]
    fn the_number_of_a_decision_is_no_year() {
        assert_eq!(newest_year("1970/QĐ-GDĐT ngày 15/07/2004"), Some(2004));
        assert_eq!(newest_year("2050/QĐ"), None);
        assert_eq!(newest_year("số 019961 khóa 3"), None);
    }
}
