//! Borders of columns corrected by what was read: one drawn through words is taken away, one between two kinds of
//! values that stand apart in every row is put in.

use super::grid::{Grid, Row};
use super::horizontal_rules::emptiest;
use super::listed_words;
use super::rules::Rule;
use crate::geometry::{bottom, median_f64, right};
use crate::layout::lines::usual_height;
use crate::word::Word;
use sogoc_vietnamese::fold;

/// Fewer rows tell nothing of a column.
const LEAST_ROWS: usize = 4;
/// Share of the rows reaching a border that must run across it for it to be none.
const ACROSS: f64 = 0.5;
/// Words nearer than this, in heights of letters, are of one value.
const JOINED: f64 = 0.55;
/// How much wider than the usual a blank may be, and how wide at most, in heights of letters.
const BLANK_SLACK: f64 = 1.3;
const WIDEST_BLANK: f64 = 1.1;
/// Of the rows at least this share holds both kinds of values where a border was lost.
const BOTH: f64 = 0.75;
/// Narrowest white between two kinds of values, and between two values of one kind, in heights of letters.
const BETWEEN_KINDS: f64 = 0.3;
const BETWEEN_ALIKE: f64 = 0.9;

/// The grid with its borders where the words of its rows leave them; `drawn` where rules stand for the present ones.
pub(super) fn mended(grid: Grid, words: &[Word], drawn: bool) -> Grid {
    let height = f64::from(usual_height(words));
    // Drawn borders are believed: a person ruled them, and values written across are the exception.
    let grid = match drawn {
        true => grid,
        false => without_crossed(grid, words, height),
    };
    // Prefixes last, because they look at the cells as they then are.
    without_prefixes(
        listed_words::parted(with_lost(grid, words, height), words),
        words,
    )
}

/// How near words of one value stand: a typewriter's blank is as wide as a letter.
fn joined_within(words: &[Word], height: f64) -> f64 {
    let gap = |pair: &[Word]| {
        let gap = f64::from(pair[1].bounds[0] - right(pair[0].bounds));
        (share_line(&pair[0], &pair[1]) && (0.0..height * WIDEST_BLANK).contains(&gap))
            .then_some(gap)
    };
    let blank = median_f64(words.windows(2).filter_map(gap)).unwrap_or_default();
    (height * JOINED).max((blank * BLANK_SLACK).min(height * WIDEST_BLANK))
}

/// Without borders that most rows reaching them stand across: the ragged ends of long values.
fn without_crossed(grid: Grid, words: &[Word], height: f64) -> Grid {
    let joined = joined_within(words, height);
    let mut by_row: Vec<Vec<&Word>> = vec![Vec::new(); grid.row_count()];
    for word in words {
        if let Some((row, _)) = grid.place(word.bounds) {
            by_row[row].push(word);
        }
    }
    by_row
        .iter_mut()
        .for_each(|row| row.sort_by_key(|word| word.bounds[0]));
    let is_crossed = |index: &usize| {
        let rule = &grid.vertical()[*index];
        let next = &grid.vertical()[index + 1];
        let (mut reached, mut across) = (0u32, 0u32);
        for row in &by_row {
            let at = |word: &Word| rule.across(f64::from(word.bounds[1] + word.bounds[3] / 2));
            let crosses = |word: &&&Word| {
                f64::from(word.bounds[0]) + 2.0 < at(word)
                    && f64::from(right(word.bounds)) - 2.0 > at(word)
            };
            let beyond = |word: &&&Word| {
                let left = f64::from(word.bounds[0]);
                left >= at(word) - 2.0 && left < next.across(f64::from(word.bounds[1]))
            };
            let near = |word: &Word| {
                let before = row.iter().filter(|other| {
                    right(other.bounds) <= word.bounds[0] + 2 && share_line(other, word)
                });
                let gap = |other: &&&Word| word.bounds[0] - right(other.bounds);
                // A figure behind a letter is another value where more than the narrowest blank parts them.
                before.min_by_key(gap).is_some_and(|other| {
                    let alike = kind(std::iter::once(*other)) == kind(std::iter::once(word));
                    f64::from(gap(&other)) < if alike { joined } else { height * JOINED }
                })
            };
            if row.iter().any(|word| crosses(&word)) {
                (reached, across) = (reached + 1, across + 1);
            } else if let Some(first) = row.iter().find(beyond) {
                reached += 1;
                across += u32::from(near(first));
            }
        }
        // Borders nobody reaches stay: an empty column is a column.
        reached > 0 && f64::from(across) >= ACROSS * f64::from(reached)
    };
    let dropped: Vec<usize> = (1..grid.column_count()).filter(is_crossed).collect();
    grid.without_columns(&dropped).unwrap_or(grid)
}

fn share_line(a: &Word, b: &Word) -> bool {
    bottom(a.bounds).min(bottom(b.bounds)) > a.bounds[1].max(b.bounds[1])
}

/// The table without borders between the letters all numbers of a column begin with and their figures: white runs
/// down there too.
fn without_prefixes(grid: Grid, words: &[Word]) -> Grid {
    let rows = grid.rows(words);
    let text = |row: &Row, column: usize| -> String {
        let letters = row[column].iter().flat_map(|word| word.text.chars());
        letters.filter(|c| c.is_alphanumeric()).collect()
    };
    let is_prefix = |column: &usize| {
        let pairs = rows
            .iter()
            .map(|row| (text(row, *column), text(row, column + 1)));
        // A series of letters and a long number: the parts of one diploma number.
        let lettered = |(left, right): &(String, String)| {
            let short =
                (1..=3).contains(&left.chars().count()) && left.chars().all(char::is_alphabetic);
            short && right.len() >= 4 && right.chars().all(|c| c.is_ascii_digit())
        };
        let filled = |(left, right): &(String, String)| !left.is_empty() && !right.is_empty();
        let pairs: Vec<(String, String)> = pairs.filter(filled).collect();
        let all = pairs.len();
        let lettered: Vec<(String, String)> = pairs.into_iter().filter(lettered).collect();
        let same = lettered
            .iter()
            .filter(|(left, _)| *left == lettered[0].0)
            .count();
        // "Khá" beside a number is a grade: other rows have other grades there.
        let grade = || GRADES.contains(&fold::letters(&lettered[0].0).as_str());
        // The same letters in most rows, since a whole column shares its series.
        let most = same * 4 >= lettered.len() * 3 && same * 3 >= all * 2;
        lettered.len() >= LEAST_ROWS && most && !grade()
    };
    let prefixes = (0..grid.column_count() - 1).filter(is_prefix);
    let dropped: Vec<usize> = prefixes.map(|column| column + 1).collect();
    grid.without_columns(&dropped).unwrap_or(grid)
}

/// With borders between values that stand apart in nearly every row of one column, as figures from letters do.
fn with_lost(grid: Grid, words: &[Word], height: f64) -> Grid {
    let rows = grid.rows(words);
    let mut added: Vec<Rule> = Vec::new();
    for column in 0..grid.column_count() {
        let cells: Vec<&Vec<Word>> = rows
            .iter()
            .map(|row| &row[column])
            .filter(|cell| figured(cell))
            .collect();
        let filled = rows.iter().filter(|row| !row[column].is_empty()).count();
        // Below this, chance alone would find a common white; a figure in some of the values says nothing of the others.
        if cells.len() < LEAST_ROWS || cells.len() * 5 < filled * 3 {
            continue;
        }
        let (left, end) = (grid.cell(0, column)[0], right(grid.cell(0, column)));
        for x in whites(&cells, left, end, height) {
            let rule = &grid.vertical()[column];
            added.push(rule.moved(x - rule.across((rule.from + rule.end) / 2.0)));
        }
    }
    grid.with_columns(added)
}

/// Whether a cell is of a row of people: it has a figure, or few words.
fn figured(cell: &[Word]) -> bool {
    let has_figure = cell
        .iter()
        .any(|word| word.text.chars().any(|c| c.is_ascii_digit()));
    cell.len() >= 2 && has_figure
}

/// Where white parts the words of these cells into two values.
fn whites(cells: &[&Vec<Word>], left: i32, end: i32, height: f64) -> Vec<f64> {
    let width = (end - left).max(0) as usize;
    let mut depth = vec![0usize; width];
    for word in cells
        .iter()
        .flat_map(|cell| cell.iter())
        // A dash between figures is of their value.
        .filter(|word| word.letters() > 0 || word.text == "-")
    {
        let from = (word.bounds[0] - left).clamp(0, width as i32) as usize;
        let to = (right(word.bounds) - left).clamp(0, width as i32) as usize;
        depth[from..to.max(from)]
            .iter_mut()
            .for_each(|depth| *depth += 1);
    }
    // A twelfth of the rows may have a word in the white.
    let allowed = cells.len() / 12;
    let mut found = Vec::new();
    let mut at = 0;
    for white in depth.chunk_by(|a, b| (*a <= allowed) == (*b <= allowed)) {
        let (from, to) = (at, at + white.len());
        at = to;
        if white[0] > allowed || from == 0 || to == width {
            continue;
        }
        let x = f64::from(left) + (from + emptiest(white)) as f64;
        let parts: Vec<(Kind, Kind)> = cells.iter().filter_map(|cell| both(cell, x)).collect();
        let differ = parts.iter().filter(|(a, b)| a != b).count() as f64;
        let all = cells.len() as f64;
        // Two kinds of values need less white than two of one kind: figures do not go on as
        // letters.
        let kinds = differ >= BOTH * all && white.len() as f64 >= height * BETWEEN_KINDS;
        let apart =
            parts.len() as f64 >= BOTH * all && white.len() as f64 >= height * BETWEEN_ALIKE;
        if kinds || apart {
            found.push(x);
        }
    }
    found
}

/// Grades so short that they look like the letters before a number.
const GRADES: [&str; 7] = ["tb", "k", "g", "kha", "gioi", "tbk", "xs"];

/// What a value is made of.
#[derive(PartialEq)]
enum Kind {
    Figures,
    /// Figures with the strokes or stops of a date.
    Date,
    Letters,
}

fn kind<'w>(words: impl Iterator<Item = &'w Word>) -> Option<Kind> {
    let (mut figures, mut letters) = (0, 0);
    let text: String = words.map(|word| word.text.as_str()).collect();
    for c in text.chars() {
        figures += usize::from(c.is_ascii_digit());
        letters += usize::from(c.is_alphabetic());
    }
    // All three parts of a date: what stands behind the day of one is none.
    let parts: Vec<&str> = text.split(['/', '-', '.']).collect();
    let whole =
        |part: &&str| (1..=4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    let is_date = parts.len() == 3 && parts.iter().all(whole);
    match (figures, letters) {
        (0, 0) => None,
        _ if figures > letters && is_date => Some(Kind::Date),
        _ if figures > letters => Some(Kind::Figures),
        _ => Some(Kind::Letters),
    }
}

/// What stands on both sides of a place, if both are filled.
fn both(cell: &[Word], x: f64) -> Option<(Kind, Kind)> {
    let is_left = |word: &&Word| f64::from(word.bounds[0]) + f64::from(word.bounds[2]) / 2.0 < x;
    let left = kind(cell.iter().filter(is_left))?;
    let right = kind(cell.iter().filter(|word| !is_left(word)))?;
    Some((left, right))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::lines::tests::page;

    fn borders(grid: &Grid) -> Vec<i32> {
        grid.vertical()
            .iter()
            .map(|rule| rule.across(0.0) as i32)
            .collect()
    }

    #[test]
    fn figures_and_letters_that_stand_apart_in_every_row_are_two_columns() {
        let words = page(&[
            "31  Lê Thị Nga       05/09/1974 Nam",
            "32  Hồ Văn Tâm       06/11/1974 Nữ",
            "33  Võ Thị Bích      17/02/1973 Nữ",
            "34  Đỗ Anh           02/12/1975 Nam",
        ]);
        let rows: Vec<f64> = (0..=4).map(|row| f64::from(row) * 40.0 - 8.0).collect();
        let grid = Grid::straight(&[-8.0, 40.0, 240.0, 600.0, 700.0], &rows);
        let grid = mended(grid, &words, true);
        assert_eq!(grid.column_count(), 5, "{:?}", borders(&grid));
    }

    #[test]
    fn a_grade_of_one_word_is_no_prefix_of_the_number_beside_it() {
        let words = page(&[
            "31  Lê Thị Nga       Khá       2013/1030",
            "32  Hồ Văn Tâm       T.Bình    2013/1031",
            "33  Võ Thị Bích      Khá       2013/1032",
            "34  Đỗ Anh           Giỏi      2013/1033",
            "35  Đỗ Ánh           Khá       2013/1034",
            "36  Võ Anh           T.Bình    2013/1035",
            "37  Hồ Anh           Khá       2013/1036",
        ]);
        let rows: Vec<f64> = (0..=7).map(|row| f64::from(row) * 40.0 - 8.0).collect();
        let grid = Grid::straight(&[-8.0, 35.0, 200.0, 300.0, 450.0], &rows);
        assert_eq!(mended(grid, &words, true).column_count(), 4);
    }

    #[test]
    fn a_blank_within_a_value_parts_no_columns() {
        let words = page(&[
            "31  Lê Thị Nga     Trung bình  Nữ   05/09/1974",
            "32  Hồ Văn Tâm     Trung bình  Nam  06/11/1974",
            "33  Võ Thị Bích    Khá         Nữ   17/02/1973",
            "34  Đỗ Văn Anh     Trung bình  Nam  02/12/1975",
        ]);
        let rows: Vec<f64> = (0..=4).map(|row| f64::from(row) * 40.0 - 8.0).collect();
        let grid = Grid::straight(&[-8.0, 40.0, 216.0, 294.0, 360.0, 420.0, 560.0], &rows);
        let grid = mended(grid, &words, false);
        assert_eq!(borders(&grid), [-8, 40, 216, 360, 420, 560]);
    }

    #[test]
    fn a_number_and_the_date_beside_it_are_two_columns_and_a_figure_in_some_places_is_none() {
        let words = page(&[
            "31  Lê Thị Nga       4216/10  19/09/2010",
            "32  Hồ Văn Tâm       4217/10  15/09/2010",
            "33  Võ Thị Bích      4218/10  20/09/2010",
            "34  Đỗ Văn Anh       4219/10  15/09/2010",
        ]);
        let rows: Vec<f64> = (0..=4).map(|row| f64::from(row) * 40.0 - 8.0).collect();
        let grid = Grid::straight(&[-8.0, 40.0, 240.0, 480.0], &rows);
        assert_eq!(mended(grid, &words, true).column_count(), 4);
        let words = page(&[
            "31  Lê Thị Nga   19 - 06 - 2000",
            "32  Hồ Văn Tâm   27 - 09 - 1998",
            "33  Võ Thị Bích  23 - 03 - 1997",
            "34  Đỗ Văn Anh   18 - 06 - 1999",
        ]);
        let rows: Vec<f64> = (0..=4).map(|row| f64::from(row) * 40.0 - 8.0).collect();
        let grid = Grid::straight(&[-8.0, 40.0, 190.0, 480.0], &rows);
        assert_eq!(mended(grid, &words, true).column_count(), 3);
        let words = page(&[
            "31  Phường 7  Mỹ Tho",
            "32  Phường 7  Mỹ Tho",
            "33  Phường 8  Mỹ Tho",
            "34  Phường 9  Mỹ Tho",
            "35  Vĩnh Kim, huyện Châu Thành",
            "36  Mỹ Phước Tây, Cai Lậy",
            "37  Dưỡng Điềm, Châu Thành",
            "38  Nhị Bình, Châu Thành",
        ]);
        let rows: Vec<f64> = (0..=8).map(|row| f64::from(row) * 40.0 - 8.0).collect();
        let grid = Grid::straight(&[-8.0, 20.0, 40.0, 480.0], &rows);
        assert_eq!(mended(grid, &words, true).column_count(), 3);
    }

    #[test]
    fn a_border_through_the_ends_of_long_values_is_none() {
        let words = page(&[
            "31  Lê Thị Nga                 Huế",
            "32  Hồ Văn Tâm Anh Thư         Huế",
            "33  Võ Thị Bích                Huế",
            "34  Đỗ Thị Thanh Hương         Huế",
        ]);
        let rows: Vec<f64> = (0..=4).map(|row| f64::from(row) * 40.0 - 8.0).collect();
        let grid = Grid::straight(&[-8.0, 40.0, 218.0, 360.0, 600.0], &rows);
        let grid = mended(grid, &words, false);
        assert_eq!(borders(&grid), [-8, 40, 360, 600]);
    }
}
