//! Comparing what was read with what is expected: letters without accents, and edit distance.

use unicode_normalization::UnicodeNormalization;

/// Lower-case ASCII letters and digits only: accents, case, blanks and punctuation gone, đ as d.
pub fn letters(text: &str) -> String {
    text.nfd()
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'đ' { 'd' } else { c })
        .filter(char::is_ascii_alphanumeric)
        .collect()
}

/// Like [`letters`], with single blanks kept between words.
pub fn words(text: &str) -> String {
    let folded: Vec<String> = text
        .split_whitespace()
        .map(letters)
        .filter(|word| !word.is_empty())
        .collect();
    folded.join(" ")
}

/// Levenshtein distance in characters.
pub fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(ca != *cb);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

/// Likeness of two texts without accents, 0 to 1.
pub fn likeness(a: &str, b: &str) -> f64 {
    let (a, b) = (letters(a), letters(b));
    let longest = a.chars().count().max(b.chars().count());
    if longest == 0 {
        return 0.0;
    }
    1.0 - distance(&a, &b) as f64 / longest as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_case_and_blanks_do_not_count() {
        assert_eq!(letters("Họ và TÊN:"), "hovaten");
        assert_eq!(words("Đinh  Thị – Hằng"), "dinh thi hang");
        assert_eq!(letters("Đak"), letters("đak"));
    }

    #[test]
    fn one_wrong_letter_is_distance_one() {
        assert_eq!(distance("kitten", "sitten"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert!(likeness("Họ và tên", "Ho va tèn") > 0.99);
    }
}
