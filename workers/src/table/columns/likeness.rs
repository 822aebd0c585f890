//! How alike the words of a header cell and those a column is known by are.

use sogoc_vietnamese::fold;
use strsim::levenshtein;

/// Texts less alike than this are not alike at all.
const LEAST: f64 = 0.6;
/// Phrases shorter than this are too easily met with a slip.
const SHORT: usize = 4;

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
    fn a_short_word_among_many_is_a_word_of_theirs() {
        assert_eq!(likeness("Sinh", "NGÀY THÁNG NĂM SINH"), 0.0);
    }
}
