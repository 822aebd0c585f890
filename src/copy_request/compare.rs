//! How far two writings of the same thing agree: names, dates, numbers.

use sogoc_vietnamese::fold::{Level, fold};
use sogoc_workers::dates::Date;

/// The word for how far both agree.
fn agreement(exact: bool, folded: bool) -> &'static str {
    match (exact, folded) {
        (true, _) => "exact",
        (false, true) => "folded",
        (false, false) => "differs",
    }
}

/// Letter for letter whatever the encoding, or after leaving accents out, or one within the other.
pub(super) fn words_agree(asked: &str, found: &str) -> &'static str {
    let (ascii, ascii_found) = (plain(asked), plain(found));
    let exact = folded(asked, Level::Exact) == folded(found, Level::Exact);
    agreement(
        exact,
        // One within the other: people leave out a middle name or write the school without its
        // commune.
        ascii_found.contains(&ascii) || ascii.contains(&ascii_found),
    )
}

/// The same day, or the same as far as both are known.
pub(super) fn dates_agree(asked: &str, found: &str) -> &'static str {
    let Some(asked) = Date::parse(asked).map(|date| date.to_string()) else {
        return agreement(false, false);
    };
    agreement(
        asked == found,
        // A year alone agrees with every day in it, as far as it goes.
        asked.starts_with(found) || found.starts_with(&asked),
    )
}

/// The same signs, or the same letters and digits.
pub(super) fn numbers_agree(asked: &str, found: &str) -> &'static str {
    agreement(asked == found, bare(asked) == bare(found))
}

/// The words without accents and case, one space between them.
pub(crate) fn plain(text: &str) -> String {
    folded(text, Level::Ascii)
}

fn folded(text: &str, level: Level) -> String {
    let folded = fold(text, level);
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Letters and digits of a number, in capitals: spaces, dots and strokes do not count.
pub(crate) fn bare(number: &str) -> String {
    let kept = number.chars().filter(|letter| letter.is_alphanumeric());
    kept.flat_map(char::to_uppercase).collect()
}

/// True when both are given and are the same number.
pub(crate) fn same_number(a: &str, b: &str) -> bool {
    // Two empty numbers are no agreement.
    let (a, b) = (bare(a), bare(b));
    !a.is_empty() && a == b
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_says_exactly_how_far_a_field_agrees() {
        assert_eq!(words_agree("Nguyễn Thị Hoà", "Nguyễn Thị Hòa"), "exact");
        assert_eq!(words_agree("nguyen thi hoa", "Nguyễn Thị Hòa"), "folded");
        assert_eq!(words_agree("Nguyễn Thị Hoa", "Nguyễn Thị Huệ"), "differs");
        assert_eq!(words_agree("Tư Nghĩa", "THPT Số 1 Tư Nghĩa"), "folded");
        assert_eq!(dates_agree("5/6/1990", "1990-06-05"), "exact");
        assert_eq!(dates_agree("1990", "1990-06-05"), "folded");
        assert_eq!(dates_agree("6/6/1990", "1990-06-05"), "differs");
        assert_eq!(numbers_agree("a 012-3456", "A0123456"), "folded");
        assert_eq!(numbers_agree("A0123457", "A0123456"), "differs");
        assert_eq!(numbers_agree("12/Đ", "12/"), "differs");
    }

    #[test]
    fn two_numbers_nobody_gave_are_not_the_same() {
        assert!(same_number("A 012", "a012"));
        assert!(!same_number("", "") && !same_number("-", "/") && !same_number("1", ""));
    }
}
