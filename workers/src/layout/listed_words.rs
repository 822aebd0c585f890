//! Borders of columns that white alone does not show: a sex before the places, a grade behind the names of one column.

use super::grid::Grid;
use super::rules::Rule;
use crate::closed_words::{GRADES, SEXES};
use crate::geometry::{bottom, right};
use crate::word::Word;

/// Fewer values tell nothing of a column.
const LEAST_ROWS: usize = 4;
/// Of the values at least this share begins, or ends, with a word of the list.
const LISTED: f64 = 0.8;
/// Of these at least this share is each of two words: "Nam Định" begins so too, and never with "Nữ".
const EACH: f64 = 0.08;
/// Of the values at most one in this many may stand across the border.
const ACROSS: usize = 12;

/// Lists of which two words at least show a column of their own.
const LISTS: [&[&str]; 2] = [SEXES, GRADES];

/// With a border between words of such a list and the value beside them in nearly every row of a column.
pub(super) fn parted(grid: Grid, words: &[Word]) -> Grid {
    let rows = grid.rows(words);
    let mut added: Vec<Rule> = Vec::new();
    for column in 0..grid.column_count() {
        let cells: Vec<&Vec<Word>> = rows.iter().map(|row| &row[column]).collect();
        let rule = &grid.vertical()[column];
        let borders = LISTS
            .iter()
            .flat_map(|list| [true, false].map(|begins| border(&cells, rule, list, begins)));
        added.extend(borders.flatten().next());
    }
    grid.with_columns(added)
}

/// The border behind words of the list that begin the values, or before those that end them.
fn border(cells: &[&Vec<Word>], rule: &Rule, list: &[&str], begins: bool) -> Option<Rule> {
    let values = cells.iter().filter(|cell| cell.len() >= 2);
    let found: Vec<(&str, f64, f64)> = values
        .clone()
        .filter_map(|cell| listed(cell, rule, list, begins))
        .collect();
    let all = values.count();
    let listed = found.len() as f64 >= LISTED * all as f64 && all >= LEAST_ROWS;
    let often = |word: &&&str| {
        let count = found.iter().filter(|(own, ..)| own == *word).count();
        count >= 2 && count as f64 >= EACH * all as f64
    };
    if !listed || list.iter().filter(often).count() < 2 {
        return None;
    }
    // Slips of the page's slope are forgiven to a few.
    let forgiven = found.len() / ACROSS;
    let mut ends: Vec<f64> = found.iter().map(|(_, end, _)| *end).collect();
    let mut starts: Vec<f64> = found.iter().map(|(.., start)| *start).collect();
    ends.sort_by(|a, b| b.total_cmp(a));
    starts.sort_by(f64::total_cmp);
    let (end, start) = (ends[forgiven], starts[forgiven]);
    (end < start).then(|| rule.moved((end + start) / 2.0))
}

/// The word of the list a value begins or ends with, and how far from the column's left border the part before and that
/// behind the border would end and start.
fn listed<'l>(
    cell: &[Word],
    rule: &Rule,
    list: &[&'l str],
    begins: bool,
) -> Option<(&'l str, f64, f64)> {
    let from = |word: &Word| {
        let middle = f64::from((word.bounds[1] + bottom(word.bounds)) / 2);
        rule.across(middle)
    };
    list.iter().find_map(|entry| {
        let count = entry.split(' ').count();
        let at = match begins {
            true => count,
            false => cell.len().checked_sub(count)?,
        };
        let (before, behind) = cell.split_at_checked(at)?;
        let own = if begins { before } else { behind };
        let text: Vec<String> = own.iter().map(|word| word.text.to_lowercase()).collect();
        let (last, first) = (before.last()?, behind.first()?);
        let end = f64::from(right(last.bounds)) - from(last);
        let start = f64::from(first.bounds[0]) - from(first);
        (text.join(" ") == *entry).then_some((*entry, end, start))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::lines::tests::page;

    /// How many columns a table of two has in the end.
    fn columns(lines: &[&str]) -> usize {
        let rows: Vec<f64> = (0..=lines.len())
            .map(|row| row as f64 * 40.0 - 8.0)
            .collect();
        let grid = Grid::straight(&[-8.0, 40.0, 500.0, 600.0], &rows);
        parted(grid, &page(lines)).column_count()
    }

    #[test]
    fn a_sex_before_a_place_has_its_own_column() {
        let before = [
            "31  NAM Tây Sơn, Bình Định",
            "32   NỮ Duy Xuyên, Quảng Nam",
            "33  NAM Nam Đàn",
            "34   NỮ Hoài Nhơn, Bình Định",
        ];
        assert_eq!(columns(&before), 4);
        let behind = [
            "31  Lê Thị Nga   Trung bình",
            "32  Hồ Văn Nam   Khá",
            "33  Võ Thị Bích  Trung bình",
            "34  Đỗ Văn Anh   Khá",
        ];
        assert_eq!(columns(&behind), 4);
    }

    #[test]
    fn places_and_names_with_such_a_word_stay_whole() {
        let places = [
            "31  Nam Định",
            "32  Nam Đàn, Nghệ An",
            "33  Nam Định",
            "34  Nam Trực, Nam Định",
        ];
        assert_eq!(columns(&places), 3);
        let ragged = [
            "31  Lê Hoàng Nam",
            "32  Hồ Thị Nữ",
            "33  Võ Bá Hoài Nam",
            "34  Đỗ Thị Minh Thu Nữ",
        ];
        assert_eq!(
            columns(&ragged),
            3,
            "given names do not stand below each other"
        );
    }
}
