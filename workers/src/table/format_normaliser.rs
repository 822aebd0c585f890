//! Numbers and dates down a column are written alike: blanks, bars and stops the engine lost or took
//! for a figure are put as most rows have them. Figures and letters are never touched.

use std::collections::BTreeMap;

/// A shape is usual when at least this share of a column's values has it.
const USUAL: f64 = 0.4;
/// Fewer values than this show no habit.
const FEWEST: usize = 4;

/// Puts blanks and marks in values as most of the column has them; tells which values changed.
pub(super) fn even_out(values: &mut [Option<&mut String>]) -> Vec<bool> {
    let mut changed = vec![false; values.len()];
    let Some(usual) = usual(values) else {
        return changed;
    };
    for (value, changed) in values.iter_mut().zip(&mut changed) {
        let Some(value) = value else { continue };
        if let Some(better) = shaped(value, &usual) {
            **value = better;
            *changed = true;
        }
    }
    changed
}

fn usual(values: &[Option<&mut String>]) -> Option<String> {
    let values = values.iter().flatten().map(|value| value.as_str());
    habit(&values.collect::<Vec<_>>())
}

/// The shape most of these values have: figures as `9`, letters as `A`, the rest as it is.
pub(super) fn habit(values: &[&str]) -> Option<String> {
    let mut shapes: BTreeMap<String, usize> = BTreeMap::new();
    for value in values {
        *shapes.entry(shape(value)).or_default() += 1;
    }
    let all: usize = shapes.values().sum();
    let (usual, count) = shapes
        .into_iter()
        .max_by_key(|(shape, count)| (*count, shape.len()))?;
    (count >= FEWEST.min(all) && count as f64 >= USUAL * all as f64).then_some(usual)
}

/// Figures as `9`, letters as `A`, the rest as it is.
pub(super) fn shape(text: &str) -> String {
    let class = |c: char| match c {
        c if c.is_ascii_digit() => '9',
        c if c.is_alphabetic() => 'A',
        other => other,
    };
    text.chars().map(class).collect()
}

/// Whether a shape of dates has two figures for day and month.
pub(super) fn is_padded(shape: &str) -> bool {
    let mut groups = shape
        .split(|c: char| c != '9')
        .filter(|group| !group.is_empty());
    (0..2).all(|_| groups.next().is_some_and(|group| group.len() == 2))
}

fn is_mark(c: char) -> bool {
    !c.is_alphanumeric()
}

/// The text with blanks and marks where `usual` has them, and figures where it has figures; `None` where
/// it is so already, where more than the engine's usual slips differs, or where two ways are possible.
fn shaped(text: &str, usual: &str) -> Option<String> {
    if shape(text) == usual || text.chars().count() > LONGEST {
        return None;
    }
    let text: Vec<char> = text.chars().collect();
    let usual: Vec<char> = usual.chars().collect();
    let mut ways = Vec::new();
    align(&text, &usual, &mut String::new(), &mut ways);
    ways.dedup();
    match ways.as_slice() {
        [only] => Some(only.clone()),
        _ => None,
    }
}

/// Longer values are no numbers.
const LONGEST: usize = 24;
/// More ways than this are too many to choose from.
const WAYS: usize = 2;

/// Every way in which the text is a slip of the usual shape: marks lost, added, or read as an upright
/// figure or letter; zeros and ones read as letters.
fn align(text: &[char], usual: &[char], so_far: &mut String, ways: &mut Vec<String>) {
    if ways.len() > WAYS {
        return;
    }
    let Some((wanted, rest)) = usual.split_first() else {
        if text.iter().all(|c| is_mark(*c)) {
            ways.push(so_far.clone());
        }
        return;
    };
    let length = so_far.len();
    let mut go_on = |text: &[char], letter: char, ways: &mut Vec<String>| {
        so_far.push(letter);
        align(text, rest, so_far, ways);
        so_far.truncate(length);
    };
    if is_mark(*wanted) {
        match text.split_first() {
            Some((read, after)) if is_mark(*read) => go_on(after, *wanted, ways),
            Some((read, after)) => {
                go_on(text, *wanted, ways);
                if "1lIÌÍJ7".contains(*read) {
                    go_on(after, *wanted, ways);
                }
            }
            None => go_on(text, *wanted, ways),
        }
        return;
    }
    match text.split_first() {
        Some((read, after)) if is_mark(*read) => align(after, usual, so_far, ways),
        Some((read, after)) if *wanted == '9' => {
            if let Some(figure) = figure(*read) {
                go_on(after, figure, ways);
            }
        }
        Some((read, after)) if read.is_alphabetic() => go_on(after, *read, ways),
        _ => {}
    }
}

/// The figure a character is, or is often taken for.
fn figure(read: char) -> Option<char> {
    match read {
        '0'..='9' => Some(read),
        'O' | 'o' | 'Q' => Some('0'),
        'I' | 'l' | 'Ì' | 'Í' => Some('1'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_blanks_and_marks_are_moved() {
        let as_usual = |text: &str, usual: &str| shaped(text, usual);
        assert_eq!(
            as_usual("B0825111", "A 9999999").as_deref(),
            Some("B 0825111")
        );
        assert_eq!(as_usual("0825111", "A 9999999"), None);
        assert_eq!(as_usual("B 0825111", "A 9999999"), None);
        assert_eq!(
            as_usual("17922011", "9999/9999").as_deref(),
            Some("1792/2011")
        );
        assert_eq!(
            as_usual("16103/1976", "99/99/9999").as_deref(),
            Some("16/03/1976")
        );
        assert_eq!(as_usual("16503/1976", "99/99/9999"), None);
        assert_eq!(
            as_usual("05-06.1974", "99-99-9999").as_deref(),
            Some("05-06-1974")
        );
        assert_eq!(
            as_usual("271041983", "99/99/9999").as_deref(),
            Some("27/04/1983")
        );
        assert_eq!(
            as_usual("10/02Ì1984", "99/99/9999").as_deref(),
            Some("10/02/1984")
        );
        assert_eq!(
            as_usual("BO 392614", "A 9999999").as_deref(),
            Some("B 0392614")
        );
        assert_eq!(
            as_usual("111111111", "99/99/9999").as_deref(),
            Some("11/11/1111")
        );
        assert_eq!(as_usual("71017", "99/9"), None, "which one is the bar?");
        assert_eq!(as_usual(&"1".repeat(4000), "99/99/9999"), None);
    }

    #[test]
    fn a_column_without_a_habit_is_left_alone() {
        let mut texts =
            ["1/2/80", "12-3-1980", "1.2.1980", "01/02/1980", "năm 80"].map(String::from);
        let before = texts.clone();
        let mut values: Vec<_> = texts.iter_mut().map(Some).collect();
        assert!(even_out(&mut values).iter().all(|changed| !changed));
        assert_eq!(texts, before);
        assert!(even_out(&mut []).is_empty());
    }
}
