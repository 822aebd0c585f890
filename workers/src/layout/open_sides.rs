//! Columns that no rule closes: a table whose outer rules were never drawn, or not scanned, goes on where its rows do.

use super::grid::Grid;
use crate::geometry::{centre, right};
use crate::layout::lines::{lines, usual_height};
use crate::word::Word;

/// Fewer rows tell nothing of a column.
const LEAST_ROWS: usize = 5;
/// Of the rows at least this share goes on beyond the outer rule: remarks in the margin do not.
const GOES_ON: f64 = 0.6;
/// A row has at least this many words inside the rules.
const INSIDE: usize = 3;
/// The columns beyond a rule are at most this share of the table: what is wider is the other page of an open book.
const WIDEST: f64 = 0.3;
/// The first word beyond the rule stands no further from it, as a share of the table: another table is further.
const NEAR: f64 = 0.06;
/// Words the engine is less sure of are specks and strokes.
const SPECK: f64 = 0.25;

/// The grid with a border beyond what stands outside its outer rules in most rows, on either side.
pub(super) fn with_open_sides(grid: Grid, words: &[Word]) -> Grid {
    let [(left, top), (end, _), (_, bottom), _] = grid.corners();
    let width = end - left;
    let beside = |word: &&Word| {
        let (_, y) = centre(word.bounds);
        word.holds_text() && word.confidence > SPECK && (top..bottom).contains(&y)
    };
    let words: Vec<Word> = words.iter().filter(beside).cloned().collect();
    let height = f64::from(usual_height(&words));
    let rows: Vec<Vec<Word>> = lines(&words)
        .into_iter()
        .map(|line| line.words)
        .filter(|row| {
            row.iter()
                .filter(|word| grid.place(word.bounds).is_some())
                .count()
                >= INSIDE
        })
        .collect();
    if rows.len() < LEAST_ROWS {
        return grid;
    }
    let vertical = grid.vertical();
    let (first, last) = (vertical[0], vertical[vertical.len() - 1]);
    // How far the words of each row stand beyond the rule: their near and their far end.
    let before = |word: &Word| {
        let (_, y) = centre(word.bounds);
        let at = first.across(y);
        (
            at - f64::from(right(word.bounds)),
            at - f64::from(word.bounds[0]),
        )
    };
    let behind = |word: &Word| {
        let (_, y) = centre(word.bounds);
        let at = last.across(y);
        (
            f64::from(word.bounds[0]) - at,
            f64::from(right(word.bounds)) - at,
        )
    };
    let mut added = Vec::new();
    if let Some(far) = reach(&rows, width, height, before) {
        added.push(first.moved(-far - height / 2.0));
    }
    if let Some(far) = reach(&rows, width, height, behind) {
        added.push(last.moved(far + height / 2.0));
    }
    grid.with_columns(added)
}

/// How far most rows go on beyond a rule; `None` where they do not.
fn reach(
    rows: &[Vec<Word>],
    width: f64,
    height: f64,
    beyond: impl Fn(&Word) -> (f64, f64),
) -> Option<f64> {
    let mut ends: Vec<f64> = Vec::new();
    for row in rows {
        let outer: Vec<(f64, f64)> = row
            .iter()
            .map(&beyond)
            // A letter may lean over the rule.
            .filter(|(near, far)| *near > -height / 3.0 && *far < width * WIDEST)
            .collect();
        let nearest = outer
            .iter()
            .map(|(near, _)| *near)
            .fold(f64::INFINITY, f64::min);
        if nearest <= width * NEAR {
            ends.push(outer.iter().map(|(_, far)| *far).fold(0.0, f64::max));
        }
    }
    (ends.len() as f64 >= GOES_ON * rows.len() as f64).then(|| ends.into_iter().fold(0.0, f64::max))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::lines::tests::page;

    fn sheet() -> Vec<Word> {
        page(&[
            "31  Lê Thị Nga   05/09/1974 Nam  Khá",
            "32  Hồ Văn Tâm   06/11/1974 Nữ   Giỏi",
            "33  Võ Thị Bích  17/02/1973 Nữ   Khá",
            "34  Đỗ Anh       02/12/1975 Nam  Khá",
            "35  Đỗ Ánh       02/12/1975 Nam  Giỏi",
        ])
    }

    fn grid(columns: &[f64]) -> Grid {
        let rows: Vec<f64> = (0..=5).map(|row| f64::from(row) * 40.0 - 8.0).collect();
        Grid::straight(columns, &rows)
    }

    #[test]
    fn a_table_goes_on_where_its_rows_do() {
        let open = grid(&[40.0, 190.0, 330.0, 390.0]);
        let closed = with_open_sides(open, &sheet());
        assert_eq!(closed.column_count(), 5);
        let closed = with_open_sides(closed, &sheet());
        assert_eq!(closed.column_count(), 5);
    }

    #[test]
    fn a_remark_in_the_margin_is_no_column() {
        let mut words = sheet();
        words.retain(|word| word.text != "Khá" && word.text != "Nam");
        let kept = with_open_sides(grid(&[-8.0, 40.0, 190.0, 330.0, 390.0]), &words);
        assert_eq!(kept.column_count(), 4);
    }
}
