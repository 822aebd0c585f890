//! Text as a stranger writes it: characters that are invisible, or that reverse what one sees, are not accepted in it.

/// Whether a line holds a character that is not shown as itself: control characters, and those that turn the direction
/// of what follows, by which a name reads otherwise than it is written (Unicode TR 36, 3.1.7).
pub(crate) fn has_hidden(line: &str) -> bool {
    line.chars().any(is_hidden)
}

/// The same of a text of several lines.
pub(crate) fn has_hidden_in_lines(text: &str) -> bool {
    let breaks = |letter: char| matches!(letter, '\n' | '\r' | '\t');
    text.chars()
        .any(|letter| is_hidden(letter) && !breaks(letter))
}

fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_turns_or_hides_is_found_and_vietnamese_is_not() {
        for good in ["Nguyễn Thị Ánh", "Lê Va\u{306}n Mẫu", "Ông \u{200d}A"] {
            assert!(!has_hidden(good), "{good:?}");
        }
        for bad in [
            "a\u{202e}b",
            "a\u{2067}b",
            "a\u{1b}[31m",
            "a\nb",
            "\u{feff}a",
            "a\u{85}b",
        ] {
            assert!(has_hidden(bad), "{bad:?}");
        }
        assert!(!has_hidden_in_lines("một\r\nhai\tba"));
        assert!(has_hidden_in_lines("một\u{0}\nhai"));
    }
}
