//! Words that only say what follows: `số hiệu A0417731`, `sinh năm 1975`, `quyết định số 715/QĐ-SGDĐT`. They stand in
//! no record beside the value, so a question is not searched by them.

use sogoc_vietnamese::fold::{Level, fold};

/// What the value after a label is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Label {
    /// A diploma or register number, or a notation.
    Number,
    /// A date of birth, or the year alone.
    Birth,
    /// The year of graduation.
    Year,
}

/// Labels, longest first where one begins another.
const LABELS: &[(&[&str], Label)] = &[
    (&["so", "vao", "so", "cap", "bang"], Label::Number),
    (&["so", "vao", "so"], Label::Number),
    (&["vao", "so", "so"], Label::Number),
    (&["so", "hieu", "van", "bang"], Label::Number),
    (&["so", "hieu", "bang"], Label::Number),
    (&["so", "hieu"], Label::Number),
    (&["so", "van", "bang"], Label::Number),
    (&["so", "bang"], Label::Number),
    (&["so"], Label::Number),
    (&["ngay", "thang", "nam", "sinh"], Label::Birth),
    (&["ngay", "sinh"], Label::Birth),
    (&["sinh", "ngay"], Label::Birth),
    (&["nam", "sinh"], Label::Birth),
    (&["sinh", "nam"], Label::Birth),
    (&["sinh"], Label::Birth),
    (&["nam", "tot", "nghiep"], Label::Year),
    (&["tot", "nghiep", "nam"], Label::Year),
    (&["khoa", "thi", "nam"], Label::Year),
    (&["khoa", "thi"], Label::Year),
    (&["khoa", "ngay"], Label::Year),
];

/// The label at the first word and the number of its words, where a word with a digit follows.
pub(crate) fn label_in_words(words: &[&str]) -> Option<(Label, usize)> {
    let is = |at: usize, folded: &str| {
        words.get(at).is_some_and(|word| {
            word.len() <= 12 && fold(word.trim_end_matches(':'), Level::Ascii) == folded
        })
    };
    LABELS
        .iter()
        .find(|(label, _)| {
            let said = label.iter().enumerate().all(|(at, word)| is(at, word));
            let value = words.get(label.len());
            said && value.is_some_and(|value| value.contains(|c: char| c.is_ascii_digit()))
        })
        .map(|(label, what)| (*what, label.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_one_only_before_a_value() {
        let words = |text: &'static str| -> Vec<&str> { text.split(' ').collect() };
        let found = |text| label_in_words(&words(text));
        assert_eq!(found("số hiệu A0417731"), Some((Label::Number, 2)));
        assert_eq!(found("số vào sổ 747/95"), Some((Label::Number, 3)));
        assert_eq!(found("sinh năm 1975"), Some((Label::Birth, 2)));
        assert_eq!(found("so hieu truong"), None);
        assert_eq!(found("sinh viên 1975"), None);
    }
}
