//! How alike the words of a header cell and those a column is known by are.

use sogoc_vietnamese::fold;
use strsim::levenshtein;

/// Texts less alike than this are not alike at all.
const LEAST: f64 = 0.6;
/// Phrases shorter than this are too easily met with a slip.
const SHORT: usize = 4;

/// What the same words in another order are worth: "Tên họ" for "Họ tên".
const REORDERED: f64 = 0.97;
/// What a phrase is worth beside which one or two letters more were read: ends of rules and specks.
const SPECKED: f64 = 0.8;

/// Whether two texts of several words have the same words in another order.
fn in_another_order(phrase: &str, header: &str) -> bool {
    let sorted = |text: &str| {
        let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
        words.sort_unstable();
        words
    };
    phrase.contains(' ') && phrase.len() == header.len() && sorted(phrase) == sorted(header)
}

/// Whether a header begins or ends with the phrase and has no more than a word of one or two letters beside it, fewer
/// than its own.
fn has_a_speck(phrase: &str, header: &str) -> bool {
    let behind = header
        .strip_prefix(phrase)
        .and_then(|rest| rest.strip_prefix(' '));
    let before = header
        .strip_suffix(phrase)
        .and_then(|rest| rest.strip_suffix(' '));
    let speck = |rest: &str| (1..=2).contains(&rest.len()) && rest.len() < phrase.len();
    behind.or(before).is_some_and(speck)
}

/// How alike a header cell and a phrase are, 0 to 1: the same words, the phrase among further words, or a slip in
/// a few letters.
pub(super) fn likeness(phrase: &str, header: &str) -> f64 {
    let (phrase, header) = (fold::words(phrase), fold::words(header));
    if phrase.is_empty() || header.is_empty() {
        return 0.0;
    }
    let solid = |text: &str| text.replace(' ', "");
    let (short, long) = (solid(&phrase), solid(&header));
    if short == long {
        return 1.0;
    }
    if in_another_order(&phrase, &header) {
        return REORDERED;
    }
    if has_a_speck(&phrase, &header) {
        return SPECKED;
    }
    let among = format!(" {header} ").contains(&format!(" {phrase} "));
    // A short word among many is a word of theirs: "SINH" is biology alone, and a birth in "NGÀY SINH".
    let much = short.len() * 5 >= long.len() * 3 || short.len() >= 7;
    if among && much && short.len() > 2 {
        return 0.7 + 0.25 * short.len() as f64 / long.len() as f64;
    }
    let longest = short.len().max(long.len());
    if longest < SHORT {
        return 0.0;
    }
    let alike = 1.0 - levenshtein(&short, &long) as f64 / longest as f64;
    if alike >= LEAST { alike } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_known_by_its_words_a_slip_forgiven() {
        assert_eq!(likeness("Họ và tên", "HỌ VÀ TÊN"), 1.0);
        assert!(likeness("Số hiệu bằng", "SỐ HIÊU BẲNO") > 0.8);
        assert!(likeness("Nơi sinh", "Nơi sinh (huyện, tỉnh)") > 0.7);
        assert_eq!(likeness("Lớp", "Lý"), 0.0);
        assert_eq!(likeness("", "Lý"), 0.0);
    }

    #[test]
    fn words_in_another_order_and_specks_beside_them_are_forgiven() {
        assert!(likeness("Họ tên", "TÊN HỌ") > 0.9);
        assert!(likeness("Nữ", "NỮ “E") > 0.7);
        assert!(likeness("TT", "TT —") > 0.9);
        assert_eq!(likeness("Nữ", "Nam nữ"), 0.0);
        assert_eq!(likeness("Nữ", "HT nu"), 0.0);
        assert_eq!(likeness("Tên", "Tên cha"), 0.0);
    }

    #[test]
    fn a_short_word_among_many_is_a_word_of_theirs() {
        assert_eq!(likeness("Sinh", "NGÀY THÁNG NĂM SINH"), 0.0);
    }
}
