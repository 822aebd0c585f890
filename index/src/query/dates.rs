//! Parses dates as people write them in a search box.

use crate::document::PartialDate;
use sogoc_vietnamese::fold::{Level, fold};

/// A two-digit year may be of either century, but of this one only up to here: no paper is dated later.
const LATEST_SHORT_YEAR: i32 = 2040;

/// Every reading of `12/3/1975`, `12-3-75`, `3.1975`, `1975` or `1975-03-12`; empty for anything else.
pub(crate) fn parse_date(text: &str) -> Vec<PartialDate> {
    let parts: Vec<&str> = text.split(['/', '-', '.']).collect();
    if !parts
        .iter()
        .all(|part| matches!(part.len(), 1..=4) && part.bytes().all(|b| b.is_ascii_digit()))
    {
        return Vec::new();
    }
    match parts[..] {
        [year] if year.len() == 4 => readings(year, None, None),
        [month, year] if month.len() <= 2 && matches!(year.len(), 2 | 4) => {
            readings(year, Some(month), None)
        }
        [year, month] if year.len() == 4 && month.len() <= 2 => readings(year, Some(month), None),
        [day, month, year] if day.len() <= 2 && month.len() <= 2 && matches!(year.len(), 2 | 4) => {
            readings(year, Some(month), Some(day))
        }
        [year, month, day] if year.len() == 4 && month.len() <= 2 && day.len() <= 2 => {
            readings(year, Some(month), Some(day))
        }
        _ => Vec::new(),
    }
}

fn readings(year: &str, month: Option<&str>, day: Option<&str>) -> Vec<PartialDate> {
    let number = |text: &str| text.parse::<u8>().ok();
    let (month, day) = (month.and_then(number), day.and_then(number));
    let Ok(written) = year.parse::<i32>() else {
        return Vec::new();
    };
    let years = if year.len() == 4 {
        vec![written]
    } else {
        vec![1900 + written, 2000 + written]
    };
    years
        .into_iter()
        .filter(|&reading| year.len() == 4 || reading <= LATEST_SHORT_YEAR)
        .map(|year| PartialDate { year, month, day })
        .filter(PartialDate::is_on_the_calendar)
        .collect()
}

/// Parses `ngày 5 tháng 6 năm 1989`, `ngày 5/6/1989`, `tháng 6 năm 1989`, `tháng 10/1989` or `năm 1989` at the first word,
/// and gives the number of words it takes. `Nam 1989` is not a year: Nam is a common given name.
pub(crate) fn dates_in_words(words: &[&str]) -> Option<(PartialDate, usize)> {
    let word = |at: usize| {
        let raw = words.get(at)?;
        Some(raw.trim_matches(|c: char| !c.is_alphanumeric()))
    };
    let is = |at: usize, folded: &str| {
        word(at).is_some_and(|word| word.len() <= 8 && fold(word, Level::Ascii) == folded)
    };
    let number = |at: usize| word(at).and_then(|word| word.parse::<i32>().ok());
    let small = |at: usize| number(at).and_then(|number| u8::try_from(number).ok());
    let year_at = |at: usize| number(at).filter(|year| (1000..=9999).contains(year));
    let one = |at: usize| match parse_date(word(at)?)[..] {
        [date] => Some(date),
        _ => None,
    };
    let (date, length) = if is(0, "ngay") && is(2, "thang") && is(4, "nam") {
        let date = PartialDate {
            year: year_at(5)?,
            month: Some(small(3)?),
            day: Some(small(1)?),
        };
        (date, 6)
    } else if is(0, "ngay") {
        (one(1).filter(|date| date.day.is_some())?, 2)
    } else if is(0, "thang") && is(2, "nam") {
        (
            PartialDate {
                year: year_at(3)?,
                month: Some(small(1)?),
                day: None,
            },
            4,
        )
    } else if is(0, "thang") {
        let month = one(1).filter(|date| date.month.is_some() && date.day.is_none())?;
        (month, 2)
    } else if word(0).is_some_and(|word| word.len() <= 8 && fold(word, Level::Exact) == "năm") {
        (PartialDate::year(year_at(1)?), 2)
    } else {
        return None;
    };
    date.is_on_the_calendar().then_some((date, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_read_in_the_forms_people_write() {
        let day = vec![PartialDate::day(1975, 3, 12)];
        for written in ["12/3/1975", "12-03-1975", "12.3.1975", "1975-03-12"] {
            assert_eq!(parse_date(written), day, "{written}");
        }
        assert_eq!(parse_date("12-3-75"), day);
        assert_eq!(parse_date("3/1975"), [PartialDate::month(1975, 3)]);
        assert_eq!(parse_date("1975"), [PartialDate::year(1975)]);
    }

    #[test]
    fn a_two_digit_year_is_read_in_both_centuries_where_both_may_be() {
        let both = [PartialDate::day(1925, 3, 12), PartialDate::day(2025, 3, 12)];
        assert_eq!(parse_date("12/3/25"), both);
    }

    #[test]
    fn what_is_no_date_is_not_made_one() {
        for written in [
            "31/2/1975",
            "13/1975",
            "12",
            "123/1975",
            "a/b",
            "1/2/3/4",
            "",
            "/",
            "12/3/1975a",
        ] {
            assert!(parse_date(written).is_empty(), "{written}");
        }
    }

    #[test]
    fn a_date_in_words_is_found_and_a_name_is_left_alone() {
        let words: Vec<&str> = "ngày 05 tháng 6 năm 1989".split(' ').collect();
        assert_eq!(
            dates_in_words(&words),
            Some((PartialDate::day(1989, 6, 5), 6))
        );
        assert_eq!(
            dates_in_words(&["năm", "1989"]),
            Some((PartialDate::year(1989), 2))
        );
        assert_eq!(dates_in_words(&["Nam", "1989"]), None);
        assert_eq!(
            dates_in_words(&["tháng", "10/1989"]),
            Some((PartialDate::month(1989, 10), 2))
        );
        assert_eq!(dates_in_words(&["tháng", "10"]), None);
    }
}
