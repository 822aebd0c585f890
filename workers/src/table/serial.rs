//! Numbers of diplomas and registers as they are written: `TH.013376`, `2-98/QĐ`, `004/1991`.

use crate::geometry::{around, bottom, right};
use crate::word::Word;

/// White behind a stop narrower than this, in heights of the figures beside it, is the stop's own: a typewriter's stop
/// stands in the middle of its place.
const OF_STOP: f64 = 0.7;
/// Papers of these years have numbers.
const YEARS: std::ops::Range<u32> = 1900..2100;

/// Joins figures to what stands before the stop on their left where no blank parts them: the engine makes one of a stop's own white.
pub(super) fn join_at_stops(words: &mut Vec<Word>) {
    let mut at = 1;
    while at < words.len() {
        let (before, behind) = (&words[at - 1], &words[at]);
        let white = f64::from(behind.bounds[0] - right(before.bounds));
        let shares_line =
            behind.bounds[1] < bottom(before.bounds) && before.bounds[1] < bottom(behind.bounds);
        let stopped = before.text.ends_with('.') && before.text.chars().any(char::is_alphanumeric);
        let figures = behind.text.chars().all(|c| c.is_ascii_digit());
        if stopped && figures && shares_line && white < OF_STOP * f64::from(behind.bounds[3]) {
            let behind = words.remove(at);
            let before = &mut words[at - 1];
            before.text.push_str(&behind.text);
            before.confidence = before.confidence.min(behind.confidence);
            before.bounds = around([before.bounds, behind.bounds]).unwrap_or(before.bounds);
        } else {
            at += 1;
        }
    }
}

/// What offices shorten with a capital twice in succession: centres (trung tâm), high schools before 1998.
const DOUBLED: [&str; 2] = ["TT", "PTTH"];

/// Whether a number is hardly written so, however alike the others of its column are: a capital twice in succession is
/// the engine's more often than an office's (`QĐĐ`), a stroke is followed by no year of another century (`/1881`), and a
/// blank between a stop and figures is a typewriter's white (`00002. 13`).
pub(super) fn is_unlikely(value: &str) -> bool {
    let mut runs = value.split(|c: char| !c.is_alphabetic());
    let is_parted = |part: &str| part.starts_with(|c: char| c.is_ascii_digit());
    runs.any(is_doubled) || has_strange_year(value) || value.split(". ").skip(1).any(is_parted)
}

/// Whether letters have a capital twice that no office has twice. Two alone are a series: `BB 00112`.
fn is_doubled(letters: &str) -> bool {
    let known = DOUBLED.iter().any(|known| letters.starts_with(known));
    let letters: Vec<char> = letters.chars().collect();
    let twice = |pair: &[char]| pair[0] == pair[1] && pair[0].is_uppercase();
    !known && letters.len() > 2 && letters.windows(2).any(twice)
}

/// Whether the part behind the last stroke has the four figures of a year, and is of none.
fn has_strange_year(value: &str) -> bool {
    let Some((_, year)) = value.rsplit_once('/') else {
        return false;
    };
    let is_year = year.len() == 4 && year.starts_with(['1', '2']);
    is_year && year.parse().is_ok_and(|year: u32| !YEARS.contains(&year))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::lines::tests::word;

    fn joined(words: &[(&str, i32)]) -> Vec<String> {
        let mut words: Vec<Word> = words.iter().map(|(text, x)| word(text, *x, 12)).collect();
        join_at_stops(&mut words);
        words.into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn the_white_of_a_stop_is_no_blank() {
        let [_, _, _, height] = word("013376", 0, 12).bounds;
        let end = right(word("TH.", 10, 12).bounds);
        assert_eq!(
            joined(&[("TH.", 10), ("013376", end + height / 2)]),
            ["TH.013376"]
        );
        assert_eq!(joined(&[("TH.", 10), ("013376", end + height)]).len(), 2);
        assert_eq!(joined(&[("TH", 10), ("013376", end + 4)]).len(), 2);
    }

    #[test]
    fn what_no_office_writes_is_doubted() {
        assert!(is_unlikely("2-98/QĐĐ") && is_unlikely("984/1881"));
        assert!(!is_unlikely("2-98/QĐ") && !is_unlikely("004/1991") && !is_unlikely("B 00112"));
        assert!(!is_unlikely("0299/PTTH") && !is_unlikely("12/TTGDTX") && !is_unlikely("BB 00112"));
        assert!(is_unlikely("00002. 13") && is_unlikely("TH. 013376") && !is_unlikely("00002.13"));
        assert!(is_unlikely("0299/THHPT") && is_unlikely("12/BTNN"));
        assert!(!is_unlikely("12/3456") && !is_unlikely("0112/1"));
    }
}
