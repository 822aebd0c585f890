//! The number printed on a page: “Trang 12”, “Tờ số 7”, or a number that stands alone in head or foot.

use crate::layout::lines::Line;
use crate::reading::PageNumber;
use crate::word::Word;
use sogoc_vietnamese::fold;

/// Largest number believed after a label; volumes of more pages are not bound.
const LARGEST: u32 = 2000;
/// Largest number believed without a label: four digits are a year.
const LARGEST_ALONE: u32 = 999;
/// Share of the page's height, above and below, in which a labelled number is looked for.
const LABELLED: f64 = 0.2;
/// The same for a number that stands alone.
const ALONE: f64 = 0.08;
/// Most words of a labelled number: “Trang số : 12 / 45”.
const MOST_WORDS: usize = 6;

/// The page's number, from the lines of the upright page of that height; a labelled one goes before
/// one that stands alone.
pub(crate) fn read(lines: &[Line], (width, height): (u32, u32)) -> Option<PageNumber> {
    let within = |line: &Line, share: f64| {
        let [_, top, _, tall] = line.bounds();
        let middle = f64::from(top) + f64::from(tall) / 2.0;
        let share_down = middle / f64::from(height.max(1));
        share_down < share || share_down > 1.0 - share
    };
    // Labelled numbers first: a number alone may be anything that stands at the edge.
    let near_edge = lines.iter().filter(|line| within(line, LABELLED));
    let labelled = near_edge
        .flat_map(|line| line.segments().into_iter().map(|part| &line.words[part]))
        .find_map(labelled);
    let outermost = [lines.first(), lines.last()].into_iter().flatten();
    labelled.or_else(|| {
        outermost
            .filter(|line| within(line, ALONE))
            .find_map(|line| alone(line, width))
    })
}

/// “Trang 12”, “Trang số: 12”, “Tờ 7”, “Trang 12/45”.
fn labelled(words: &[Word]) -> Option<PageNumber> {
    if words.len() > MOST_WORDS {
        return None;
    }
    let (label, rest) = words.split_first()?;
    // Folded, because engines lose marks on small type at the edge of a page.
    if !matches!(fold::letters(&label.text).as_str(), "trang" | "to") {
        return None;
    }
    let number = rest
        .iter()
        .find(|word| !matches!(fold::letters(&word.text).as_str(), "so" | ""))?;
    // Of "12/45" the first is the page, the second the number of pages.
    let leading = number.text.split('/').next().unwrap_or_default();
    let value = digits(leading).filter(|value| *value <= LARGEST)?;
    Some(PageNumber {
        number: value,
        confidence: number.confidence.min(label.confidence),
    })
}

/// “12” or “- 12 -” as a whole line, in the middle or at the outer side. Numbers at the left begin the
/// rows of a table.
fn alone(line: &Line, width: u32) -> Option<PageNumber> {
    let mut numbers = line
        .words
        .iter()
        .filter(|word| !fold::letters(&word.text).is_empty());
    let number = numbers.next()?;
    if numbers.next().is_some() {
        return None;
    }
    let [left, _, length, _] = number.bounds;
    let across = (f64::from(left) + f64::from(length) / 2.0) / f64::from(width.max(1));
    // At the outer side or in the middle; at the left stand numbers of paragraphs.
    if !(0.4..=0.6).contains(&across) && across < 0.85 {
        return None;
    }
    let value = digits(&number.text).filter(|value| *value <= LARGEST_ALONE)?;
    Some(PageNumber {
        number: value,
        confidence: number.confidence,
    })
}

/// The number a word is, dashes and points around it left out; 0 numbers nothing.
fn digits(text: &str) -> Option<u32> {
    let bare = text.trim_matches(|c: char| !c.is_alphanumeric());
    let plain = !bare.is_empty() && bare.bytes().all(|byte| byte.is_ascii_digit());
    bare.parse().ok().filter(|number| plain && *number > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::lines::lines;

    const PAGE: (u32, u32) = (1000, 1400);

    fn found(at: (i32, i32), text: &str) -> Option<u32> {
        let mut words: Vec<Word> = (0..)
            .zip(text.split(' '))
            .map(|(place, text)| word(at.0 + place * 60, at.1, text))
            .collect();
        words.push(word(200, 700, "Nguyễn"));
        read(&lines(&words), PAGE).map(|seen| seen.number)
    }

    fn word(left: i32, top: i32, text: &str) -> Word {
        Word {
            text: text.into(),
            confidence: 0.95,
            bounds: [left, top, 50, 20],
        }
    }

    #[test]
    fn a_labelled_number_is_read_in_head_and_foot_alone() {
        assert_eq!(found((800, 40), "Trang 12"), Some(12));
        assert_eq!(found((800, 1300), "Trang số: 7"), Some(7));
        assert_eq!(found((800, 40), "Tờ số 31"), Some(31));
        assert_eq!(found((800, 40), "TRANG 3/120"), Some(3));
        assert_eq!(found((200, 600), "Trang 12"), None, "in running text");
        assert_eq!(found((800, 40), "Trang bị 12"), None);
        assert_eq!(found((800, 40), "Trang 0"), None);
    }

    #[test]
    fn a_lone_number_counts_where_page_numbers_stand_and_rows_and_years_do_not() {
        assert_eq!(found((475, 20), "12"), Some(12));
        assert_eq!(found((430, 1370), "- 12 -"), Some(12));
        assert_eq!(found((930, 20), "45"), Some(45));
        assert_eq!(found((40, 1370), "14"), None, "a row's number");
        assert_eq!(found((475, 20), "1985"), None);
        assert_eq!(found((475, 200), "12"), None);
        assert_eq!(found((475, 20), "12 Nguyễn"), None);
    }
}
