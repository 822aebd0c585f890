//! Dates as Vietnamese paper writes them, with the precision they have and no more.
//!
//! `05/09/1974`, `5.9.74`, `ngày 05 tháng 9 năm 1974`, `ngày mười tháng năm năm một nghìn chín trăm
//! bảy mươi tư`, `9/1974`, `sinh năm 1974`. A year never becomes the first of January.

use std::fmt;
use std::sync::LazyLock;

use regex::Regex;

use sogoc_vietnamese::fold;
use strsim::levenshtein;

/// A date of day, month or year precision; prints as `YYYY-MM-DD`, `YYYY-MM` or `YYYY`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// A year from 1850 to 2100.
    pub year: u16,
    /// 1 to 12, when known.
    pub month: Option<u8>,
    /// 1 to the month's last, when known; never without a month.
    pub day: Option<u8>,
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        if let Some(month) = self.month {
            write!(f, "-{month:02}")?;
            if let Some(day) = self.day {
                write!(f, "-{day:02}")?;
            }
        }
        Ok(())
    }
}

static NUMERIC: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:(\d{1,2})\s*[/.\-]\s*)?(?:(\d{1,2})\s*[/.\-]\s*)?(\d{4}|\d{2})$")
        .expect("the expression is fixed and tested")
});
static IN_WORDS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:(?:ngay )?(.+?) )?(?:thang (.+?) )?nam (.+)$")
        .expect("the expression is fixed and tested")
});

impl Date {
    /// A date, if there is such a day.
    pub fn new(year: u16, month: Option<u8>, day: Option<u8>) -> Option<Self> {
        let known_year = (1850..=2100).contains(&year);
        let known_month = month.is_none_or(|month| (1..=12).contains(&month));
        let known_day = match (day, month) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(day), Some(month)) => (1..=days(year, month)).contains(&day),
        };
        (known_year && known_month && known_day).then_some(Self { year, month, day })
    }

    /// Reads a whole text as one date; `None` when it is not a date, or no such day exists.
    ///
    /// A year of two digits is of the 1900s from 30 on and of the 2000s below.
    pub fn parse(text: &str) -> Option<Self> {
        let trimmed = text.trim().trim_matches(|c: char| ",.;: ".contains(c));
        numeric(trimmed)
            .or_else(|| as_kept(trimmed))
            .or_else(|| in_words(trimmed))
    }
}

/// As this type writes itself, and as programs send it: `1974-09-05`, `1974-09`.
fn as_kept(text: &str) -> Option<Date> {
    let (year, rest) = text.split_once('-').filter(|(year, _)| year.len() == 4)?;
    let (month, day) = match rest.split_once('-') {
        Some((month, day)) => (month, Some(day.parse().ok()?)),
        None => (rest, None),
    };
    Date::new(year.parse().ok()?, Some(month.parse().ok()?), day)
}

static WITHIN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?:(?P<ngay>[\p{L}\p{M}]{2,5})\s+)?(?P<day>\d{1,2})\s+(?P<thang>[\p{L}\p{M}]{3,6})\s+(?P<month>\d{1,2})\s+(?P<nam>[\p{L}\p{M}]{2,4})\s+(?P<year>\d{4})(?:\D|$)|(?P<figures>\d{1,2}[/.\-]\d{1,2}[/.\-]\d{4})(?:\D|$)",
    )
    .expect("the expression is fixed and tested")
});

/// The one date in a text that is not a date as a whole, or that is one with a slip in its words:
/// figures as read, `ngày`, `tháng` and `năm` as everybody writes them.
///
/// `None` when the text is a date letter for letter, or holds none or several.
pub fn within(text: &str) -> Option<String> {
    let mut found = WITHIN.captures_iter(text);
    let date = found.next().filter(|_| found.next().is_none())?;
    let printed = match date.name("figures") {
        Some(figures) => figures.as_str().to_owned(),
        None => {
            let near = |group: &str, word: &str| {
                let read = date.name(group)?;
                let slips = levenshtein(&fold::letters(read.as_str()), word);
                (slips * 2 <= word.len()).then_some(())
            };
            near("thang", "thang").and(near("nam", "nam"))?;
            let opening = match date.name("ngay").map(|read| read.as_str()) {
                Some(read) if near("ngay", "ngay").is_some() => {
                    if read.starts_with(char::is_uppercase) {
                        "Ngày "
                    } else {
                        "ngày "
                    }
                }
                _ => "",
            };
            let (day, month, year) = (&date["day"], &date["month"], &date["year"]);
            format!("{opening}{day} tháng {month} năm {year}")
        }
    };
    (printed != text && Date::parse(&printed).is_some()).then_some(printed)
}

fn numeric(text: &str) -> Option<Date> {
    let found = NUMERIC.captures(text)?;
    let number = |group: usize| {
        found
            .get(group)
            .and_then(|part| part.as_str().parse::<u8>().ok())
    };
    let year = found.get(3)?.as_str();
    let (first, second) = (number(1), number(2));
    if year.len() == 2 && second.is_none() {
        return None; // "05/89" may be a day and a month as well as a month and a year
    }
    match (first, second) {
        (Some(day), Some(month)) => Date::new(full_year(year)?, Some(month), Some(day)),
        (month, None) => Date::new(full_year(year)?, month, None),
        (None, Some(_)) => None,
    }
}

fn in_words(text: &str) -> Option<Date> {
    let folded = fold::words(&text.replace(['/', '-', '.'], " "));
    let folded = folded.strip_prefix("sinh ").unwrap_or(&folded);
    let folded = folded.strip_prefix("ngay ").unwrap_or(folded);
    // "năm" is both "year" and "five", so the year begins at the "nam" after which a year reads.
    if let Some(month_only) = folded.strip_prefix("thang ") {
        let (month, year) = month_and_year(month_only)?;
        return Date::new(year, Some(month), None);
    }
    if let Some((day, rest)) = folded.split_once(" thang ") {
        let (month, year) = month_and_year(rest)?;
        return Date::new(year, Some(month), Some(u8::try_from(number(day)?).ok()?));
    }
    let year = IN_WORDS
        .captures(folded)
        .filter(|found| found.get(1).is_none())?;
    Date::new(year_number(year.get(3)?.as_str())?, None, None)
}

fn month_and_year(text: &str) -> Option<(u8, u16)> {
    text.match_indices(" nam ").find_map(|(at, separator)| {
        let month = u8::try_from(number(&text[..at])?).ok()?;
        Some((month, year_number(&text[at + separator.len()..])?))
    })
}

fn year_number(text: &str) -> Option<u16> {
    if text.chars().all(|c| c.is_ascii_digit()) {
        return full_year(text);
    }
    u16::try_from(number(text)?)
        .ok()
        .filter(|year| *year >= 1000)
}

fn full_year(digits: &str) -> Option<u16> {
    let number: u16 = digits.parse().ok()?;
    match digits.len() {
        4 => Some(number),
        2 if number >= 30 => Some(1900 + number),
        2 => Some(2000 + number),
        _ => None,
    }
}

/// A number in digits or in folded Vietnamese words, up to 9999.
fn number(text: &str) -> Option<u32> {
    if let Ok(number) = text.parse::<u32>() {
        return Some(number);
    }
    let (mut total, mut current, mut seen) = (0u32, 0u32, false);
    for word in text.split(' ') {
        let digit = match word {
            "mong" | "linh" | "le" => continue,
            "khong" => 0,
            "mot" => 1,
            "hai" => 2,
            "ba" => 3,
            "bon" | "tu" => 4,
            "nam" | "lam" => 5,
            "sau" => 6,
            "bay" => 7,
            "tam" => 8,
            "chin" => 9,
            "muoi" => {
                // "mười" is ten, "hai mươi" is two tens
                current = current / 10 * 10
                    + if current % 10 == 0 {
                        10
                    } else {
                        current % 10 * 10
                    };
                total += current;
                current = 0;
                seen = true;
                continue;
            }
            "tram" => {
                total += current * 100;
                current = 0;
                continue;
            }
            "nghin" | "ngan" => {
                total = (total + current) * 1000;
                current = 0;
                continue;
            }
            _ => return None,
        };
        current = digit;
        seen = true;
    }
    seen.then_some(total + current)
}

fn days(year: u16, month: u8) -> u8 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        Date::parse(text).map(|date| date.to_string())
    }

    #[test]
    fn numeric_dates_are_read_with_any_separator() {
        for text in [
            "05/09/1974",
            "5.9.1974",
            "05-09-74",
            "5 / 9 / 1974",
            " 05/09/1974.",
        ] {
            assert_eq!(read(text).as_deref(), Some("1974-09-05"), "{text}");
        }
    }

    #[test]
    fn a_date_is_read_back_as_it_is_kept() {
        for kept in ["1974-09-05", "1974-09", "1974"] {
            assert_eq!(read(kept).as_deref(), Some(kept));
        }
        for none in ["1974-13", "1974-02-30", "1974-09-", "19740-9-5"] {
            assert_eq!(read(none), None, "{none}");
        }
    }

    #[test]
    fn written_dates_are_read_in_digits_and_in_words() {
        for text in [
            "ngày 05 tháng 9 năm 1974",
            "05 tháng 09 năm 1974",
            "Ngày 5 tháng 9 năm 74",
            "sinh ngày năm tháng chín năm một nghìn chín trăm bảy mươi tư",
            "mồng năm tháng chín năm một ngàn chín trăm bảy mươi bốn",
        ] {
            assert_eq!(read(text).as_deref(), Some("1974-09-05"), "{text}");
        }
        assert_eq!(
            read("ngày hai mươi lăm tháng mười năm hai nghìn không trăm linh năm").as_deref(),
            Some("2005-10-25")
        );
        assert_eq!(
            read("ngày mười tháng năm năm 1989").as_deref(),
            Some("1989-05-10")
        );
    }

    #[test]
    fn precision_is_kept_and_never_invented() {
        assert_eq!(read("1974").as_deref(), Some("1974"));
        assert_eq!(read("sinh năm 1974").as_deref(), Some("1974"));
        assert_eq!(read("9/1974").as_deref(), Some("1974-09"));
        assert_eq!(read("tháng 9 năm 1974").as_deref(), Some("1974-09"));
    }

    #[test]
    fn a_date_among_specks_is_found_and_its_words_are_put_right() {
        let within = |text: &str| within(text);
        assert_eq!(
            within("ngủy 22 thủng 07 năm 2013").as_deref(),
            Some("ngày 22 tháng 07 năm 2013")
        );
        assert_eq!(
            within("17 tháng 02 năm 1976. Ô").as_deref(),
            Some("17 tháng 02 năm 1976")
        );
        assert_eq!(within("5/9/1974 x").as_deref(), Some("5/9/1974"));
        assert_eq!(within("5/9/1974"), None);
        assert_eq!(within("ngày 31 tháng 02 năm 1974 -"), None);
        assert_eq!(within("5/9/1974 và 6/9/1974"), None);
        assert_eq!(within(""), None);
    }

    #[test]
    fn what_is_no_date_stays_unread() {
        for text in [
            "31/02/1974",
            "05/13/1974",
            "05/89",
            "Mộ Đức",
            "",
            "12345",
            "05091974",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read("29/02/2000").as_deref(), Some("2000-02-29"));
    }
}
