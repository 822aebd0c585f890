//! `Quảng Ngãi, ngày __ tháng 10 năm 2024`: the printed month and year stay where a pen's day cannot be read.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::{Blank, number, text};
use crate::class::HeadPart;
use crate::geometry::right;
use crate::layout::lines::{Line, Text};
use crate::values::Candidate;
use crate::values::dates::Date;

static MONTH_AND_YEAR: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)th[\p{L}]{2,3}(.{0,6}?)\s*n[\p{L}]{1,2}\.?\s*((?:19|20)\d\d)\W{0,4}$")
        .expect("the expression is fixed and tested")
});
static DAY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\bng[\p{L}]{1,2}(.{0,8})$").expect("the expression is fixed and tested")
});
/// The place before it: up to four words that begin with a capital.
static PLACE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^|\s)((?:(?:TP\. ?)?\p{Lu}\p{Ll}+(?: | - |-)){0,4}\p{Lu}\p{Ll}+)\s*[,.;:]?\s*$")
        .expect("the expression is fixed and tested")
});

/// What stands under the motto.
pub(super) struct PlaceAndDate {
    pub place: Option<Candidate>,
    pub date: Candidate,
    pub blank: Option<Blank>,
}

impl PlaceAndDate {
    /// Whether most of the date stands right of the edge of the left column.
    pub fn reaches(&self, edge: i32) -> bool {
        let bounds = self.date.words.last().map(|word| word.bounds);
        bounds.is_some_and(|bounds| right(bounds) > edge + bounds[3] * 4)
    }
}

/// Place and date of a line that ends with them.
pub(super) fn of(line: &Line) -> Option<PlaceAndDate> {
    let text = text(line);
    let whole = MONTH_AND_YEAR.captures(&text.text)?;
    let (month, year) = (whole.get(1)?, whole.get(2)?);
    let before = &text.text[..whole.get(0)?.start()];
    let day = DAY.captures(before)?;
    let (begins, day) = (day.get(0)?.start(), day.get(1)?);
    let place = before[..begins].trim_end();
    // In running text a date follows a word, at a line's head a place and a comma.
    let place = PLACE.captures(place)?.get(1)?;
    let (place_text, words) = (place.as_str(), text.words_in(place.range()));
    let clean = |part: &str| {
        let part = part.trim();
        (1..=2).contains(&part.len()) && part.chars().all(|c| c.is_ascii_digit())
    };
    let (printed_day, printed_month) = (clean(day.as_str()), clean(month.as_str()));
    let short = |part: &str| number::proposed(part).filter(|figures| figures.len() <= 2);
    let year_number: u16 = year.as_str().parse().ok()?;
    let month_read = short(month.as_str())
        .filter(|month| Date::new(year_number, month.parse().ok(), None).is_some());
    let day_read = short(day.as_str()).filter(|day| {
        let month = month_read.as_ref().and_then(|month| month.parse().ok());
        month.is_some() && Date::new(year_number, month, day.parse().ok()).is_some()
    });
    let held = !printed_day || !printed_month || day_read.is_none() || month_read.is_none();
    let year_text = year.as_str();
    let behind = month_read
        .as_ref()
        .map(|month| format!(" tháng {month} năm {year_text}"));
    let raw = match (day_read, month_read) {
        (Some(day), Some(month)) => format!("ngày {day} tháng {month} năm {year_text}"),
        (None, Some(month)) => format!("tháng {month} năm {year_text}"),
        (_, None) => format!("năm {year_text}"),
    };
    let blank = month_read_blank(
        &text,
        whole.get(0)?.start(),
        day.range(),
        year.range(),
        behind,
    );
    let date = Candidate {
        raw,
        words: text.words_in(begins..year.end()),
        held,
    };
    Some(PlaceAndDate {
        place: Candidate::part(place_text, words),
        date,
        blank,
    })
}

/// The room for the day between the words "ngày" and "tháng"; `None` where the month is not known.
fn month_read_blank(
    text: &Text,
    month: usize,
    day: Range<usize>,
    year: Range<usize>,
    behind: Option<String>,
) -> Option<Blank> {
    let before = text.place_of(day.start.checked_sub(2)?..day.start)?;
    let word = text.place_of(month..month + 2)?;
    let [left, top, height] = [right(before), before[1], before[3].max(word[3])];
    Some(Blank {
        part: HeadPart::Date,
        place: [left, top - height / 3, word[0] - left, height * 5 / 3],
        print: text.place_of(year)?,
        around: ("ngày ".to_owned(), behind?),
    })
}
