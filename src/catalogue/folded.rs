//! Names as lists find them: folded to plain letters when they are stored, and the pattern that finds a part of them.

use sogoc_vietnamese::fold::{Level, fold};

/// Text in plain letters, one blank between words.
pub fn folded(text: &str) -> String {
    let plain = fold(text, Level::Ascii);
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The pattern of `LIKE` that finds folded names with this part; empty where the part has nothing to find.
pub fn folded_pattern(part: &str) -> String {
    // What stands for any letter in a pattern is no letter of a name.
    let plain = folded(&part.replace(['%', '_', '\\'], " "));
    match plain.is_empty() {
        true => plain,
        false => format!("%{plain}%"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_name_is_found_however_it_is_written() {
        assert_eq!(folded("  ĐẶNG  Thị Thuỳ "), "dang thi thuy");
        assert_eq!(folded_pattern("Thuỳ%"), "%thuy%");
        assert_eq!(folded_pattern(" % "), "");
    }
}
