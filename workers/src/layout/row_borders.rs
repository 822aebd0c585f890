//! Rows that no rule parts: a row begins where a column of figures has a line, or stands as the steadiest column does.

use std::collections::BTreeSet;

use super::grid::Grid;
use super::lean::{self, Lean};
use super::ruled::rows_across;
use super::rules::{Rule, Rules};
use crate::geometry::median_f64;
use crate::geometry::{bottom, centre};
use crate::layout::lines::{Line, lines, usual_height};
use crate::word::Word;

/// Fewer lines make no steady column.
const LEAST_LINES: usize = 4;
/// A column in which at least this share of lines bears a figure tells the rows.
const FIGURED: f64 = 0.6;
/// From this many rules on, their distance tells how high a row is.
const REGULAR: usize = 7;
/// Rows are at least so high, in heights of letters: those of a typewriter stand closely.
const SLIM: f64 = 0.65;
/// This many columns with a number in one line prove that a row stands there.
const PROOF: usize = 3;
/// A row of rules as tall as this many lines may hold several rows.
const TALL: f64 = 5.0;

/// Columns with the rows that rules or, failing them, lines of figures make.
pub(super) fn with_rows(
    columns: Vec<Rule>,
    rules: &Rules,
    words: &[Word],
    (top, bottom): (f64, f64),
    dpi: u32,
) -> Option<Grid> {
    let middle = (top + bottom) / 2.0;
    let left = columns.first()?.across(middle);
    let right = columns.last()?.across(middle);
    let horizontal = rows_across(rules, (left, right), (top, bottom), dpi);
    let at = (left + right) / 2.0;
    // Three rules enclose two rows at least; with fewer there is only a frame.
    let rows = if horizontal.len() > 2 {
        drawn(words, &columns, &horizontal, at)
    } else {
        let lean = Lean::of(words).unwrap_or(Lean::level(at));
        let height = f64::from(usual_height(words));
        // What is left of the lean shows where the same rows stand in one column of figures and in another.
        let steps = ladders(&lean.levelled(words), &columns, height);
        let lean = lean.with(lean::between(&steps, height).unwrap_or_default());
        let borders = row_borders(&lean.levelled(words), &columns, top, bottom);
        let rule = |y: f64| lean.rule(y, left, right);
        borders.into_iter().map(rule).collect()
    };
    Grid::of(columns, rows)
}

/// Rows between these rules, those that hold several divided by borders that lean as the nearest rule does; heights are
/// those at `at` across.
pub(super) fn drawn(words: &[Word], columns: &[Rule], rules: &[Rule], at: f64) -> Vec<Rule> {
    let borders: Vec<f64> = rules.iter().map(|rule| rule.across(at)).collect();
    let nearest = |y: f64| {
        let far = |rule: &&Rule| (rule.across(at) - y).abs();
        let near = rules.iter().min_by(|a, b| far(a).total_cmp(&far(b)))?;
        Some(near.moved(y - near.across(at)))
    };
    let all = divided(&levelled(words, rules, at), columns, &borders);
    all.into_iter().filter_map(nearest).collect()
}

/// The words as high as they would stand were the rules straight and level at the height they have at `at` across.
fn levelled(words: &[Word], rules: &[Rule], at: f64) -> Vec<Word> {
    let level = |word: &Word| {
        let (x, y) = centre(word.bounds);
        let far = |rule: &&Rule| (rule.across(x) - y).abs();
        let near = rules.iter().min_by(|a, b| far(a).total_cmp(&far(b)));
        let rise = near.map_or(0.0, |rule| rule.across(x) - rule.across(at));
        let mut level = word.clone();
        level.bounds[1] -= rise.round() as i32;
        level
    };
    words.iter().map(level).collect()
}

/// The borders of rows between `top` and `bottom`, each row where a figure column has one; empty where no
/// column tells them. The first row is what stands above the first of them.
fn row_borders(words: &[Word], columns: &[Rule], top: f64, bottom: f64) -> Vec<f64> {
    let inside: Vec<&Word> = words
        .iter()
        .filter(|word| word.holds_text() && (top..bottom).contains(&centre(word.bounds).1))
        .collect();
    let own: Vec<Word> = inside.iter().map(|word| (*word).clone()).collect();
    let height = f64::from(usual_height(&own));
    let mut middles = beginnings(&inside, columns, height);
    // No column of figures: whatever column repeats most evenly tells the rows.
    if middles.len() < 2 {
        middles = steadiest(&inside, columns, height);
    }
    let steps = middles.windows(2).map(|pair| pair[1] - pair[0]);
    let Some(step) = median_f64(steps) else {
        return Vec::new();
    };
    // A little more than half a step, so that the first and last rows are not cut.
    let reach = step * 0.6;
    let mut borders = vec![(middles[0] - reach).max(top)];
    // What stands above the first row is a header of its own.
    if middles[0] - reach > top + height {
        borders.insert(0, top);
    }
    for pair in middles.windows(2) {
        borders.push(widest_white(&inside, pair[0], pair[1]));
    }
    borders.push((middles[middles.len() - 1] + reach).min(bottom));
    borders
}

/// The lines of each column.
fn lines_of_columns(words: &[&Word], columns: &[Rule]) -> Vec<Vec<Line>> {
    let within = |pair: &[Rule], word: &Word| {
        let (x, y) = centre(word.bounds);
        (pair[0].across(y)..pair[1].across(y)).contains(&x)
    };
    let own = |pair: &[Rule]| -> Vec<Word> {
        words
            .iter()
            .filter(|word| within(pair, word))
            .map(|word| (*word).clone())
            .collect()
    };
    columns.windows(2).map(|pair| lines(&own(pair))).collect()
}

/// The middles of the lines of the column in which they stand in the steadiest steps; empty where none is steady.
/// That of written pages, whose figures are not read.
fn steadiest(words: &[&Word], columns: &[Rule], height: f64) -> Vec<f64> {
    // Above a third of unevenness the lines are prose.
    let mut best: (f64, Vec<f64>) = (0.35, Vec::new());
    for lines in lines_of_columns(words, columns) {
        let mut middles: Vec<f64> = lines.iter().map(|line| centre(line.bounds()).1).collect();
        // Two lines of one value stand closer than two values.
        middles.dedup_by(|next, kept| *next - *kept < height * 0.7);
        let steps: Vec<f64> = middles.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let Some(usual) =
            median_f64(steps.iter().copied()).filter(|_| middles.len() >= LEAST_LINES)
        else {
            continue;
        };
        let off: f64 = steps
            .iter()
            .map(|step| (step / usual - 1.0).abs())
            .sum::<f64>()
            / steps.len() as f64;
        // More lines of the same steadiness have seen more of the table.
        let unsteady = off + 2.0 / middles.len() as f64;
        if unsteady < best.0 {
            best = (unsteady, middles);
        }
    }
    best.1
}

/// For each column of figures where it stands across, and the middles of its lines.
fn ladders(words: &[Word], columns: &[Rule], height: f64) -> Vec<(f64, Vec<f64>)> {
    let words: Vec<&Word> = words.iter().filter(|word| word.holds_text()).collect();
    let ladder = |lines: Vec<Line>| {
        let figured: Vec<&Line> = lines.iter().filter(|line| is_figured(line)).collect();
        let told =
            figured.len() >= LEAST_LINES && figured.len() as f64 >= FIGURED * lines.len() as f64;
        let at = median_f64(figured.iter().map(|line| centre(line.bounds()).0))?;
        let mut middles: Vec<f64> = figured.iter().map(|line| centre(line.bounds()).1).collect();
        middles.dedup_by(|next, kept| *next - *kept < height * 0.7);
        told.then_some((at, middles))
    };
    let all = lines_of_columns(&words, columns).into_iter();
    all.filter_map(ladder).collect()
}

/// The middles of lines in columns of figures, each once.
fn beginnings(words: &[&Word], columns: &[Rule], height: f64) -> Vec<f64> {
    let mut middles: Vec<f64> = Vec::new();
    for lines in lines_of_columns(words, columns) {
        let figured: Vec<f64> = lines
            .iter()
            .filter(|line| line.text().chars().any(|c| c.is_ascii_digit()))
            .map(|line| centre(line.bounds()).1)
            .collect();
        // Columns of figures hold one line a row, while names run over two.
        if figured.len() >= 2 && figured.len() as f64 >= FIGURED * lines.len() as f64 {
            middles.extend(figured);
        }
    }
    middles.sort_by(f64::total_cmp);
    // The same row seen in two columns counts once.
    middles.dedup_by(|next, kept| *next - *kept < height * 0.7);
    middles
}

/// The middle of the widest horizontal white between two lines, else halfway.
fn widest_white(words: &[&Word], above: f64, below: f64) -> f64 {
    let mut bands: Vec<(f64, f64)> = words
        .iter()
        .map(|word| (f64::from(word.bounds[1]), f64::from(bottom(word.bounds))))
        .filter(|(top, bottom)| *bottom > above && *top < below)
        .collect();
    bands.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut reached, mut best) = (above, (0.0, (above + below) / 2.0));
    for (top, bottom) in bands {
        // Of equal ones the lower: a second line stands nearer to the row it belongs to.
        if top - reached >= best.0 {
            best = (top - reached, (top + reached) / 2.0);
        }
        reached = reached.max(bottom);
    }
    best.1
}

/// Rows between rules, those that hold several divided: many registers rule only head and foot.
fn divided(words: &[Word], columns: &[Rule], borders: &[f64]) -> Vec<f64> {
    let height = f64::from(usual_height(words));
    let usual = median_f64(borders.windows(2).map(|pair| pair[1] - pair[0])).unwrap_or_default();
    let is_regular = borders.len() > REGULAR;
    let mut all = Vec::new();
    for (at, pair) in borders.windows(2).enumerate() {
        all.push(pair[0]);
        let band = pair[1] - pair[0];
        // Where most rows are ruled, the first higher one is the header, and another lost a rule or holds two lines.
        let lost = is_regular && at > 0 && band > usual * 1.7;
        let tall = band >= height * TALL && !(is_regular && at == 0);
        let proven = proven(words, columns, (pair[0], pair[1]), height);
        if !proven.is_empty() && !tall {
            all.extend(proven);
            continue;
        }
        if !lost && !tall {
            continue;
        }
        let within = row_borders(words, columns, pair[0], pair[1]);
        // Two lines in one cell are no two rows, unless it is as high as two.
        if within.len() > 3 || lost && within.len() == 3 {
            let slim = height * SLIM;
            let inner = |at: &f64| *at > pair[0] + slim && *at < pair[1] - slim;
            all.extend(within.into_iter().filter(inner));
        }
    }
    all.extend(borders.last());
    all
}

/// Borders of rows within a band that many columns of figures prove to hold several: a line each in one after the other,
/// or a first line below the words of the header. Two lines in one cell are proof of nothing.
fn proven(words: &[Word], columns: &[Rule], (top, bottom): (f64, f64), height: f64) -> Vec<f64> {
    let inside: Vec<&Word> = words
        .iter()
        .filter(|word| word.holds_text() && (top..bottom).contains(&centre(word.bounds).1))
        .collect();
    let mut places: Vec<(f64, usize)> = Vec::new();
    for (column, lines) in lines_of_columns(&inside, columns).iter().enumerate() {
        let figured = lines.iter().filter(|line| is_figured(line));
        places.extend(figured.map(|line| (centre(line.bounds()).1, column)));
    }
    places.sort_by(|a, b| a.0.total_cmp(&b.0));
    let clusters = places.chunk_by(|a, b| b.0 - a.0 < height * 0.7);
    let many = |cluster: &&[(f64, usize)]| {
        let own: BTreeSet<usize> = cluster.iter().map(|(_, column)| *column).collect();
        own.len() >= PROOF
    };
    let middles: Vec<f64> = clusters
        .filter(many)
        .map(|cluster| cluster.iter().map(|(y, _)| y).sum::<f64>() / cluster.len() as f64)
        .collect();
    let Some(first) = middles.first() else {
        return Vec::new();
    };
    let above = inside
        .iter()
        .filter(|word| f64::from(bottom_of(word)) < first - height * 0.4 && word.letters() > 1);
    let mut borders: Vec<f64> = match above.clone().count() >= PROOF {
        true => {
            let lowest = above
                .map(|word| f64::from(bottom_of(word)))
                .fold(top, f64::max);
            vec![(lowest + first - height * 0.5) / 2.0]
        }
        false => Vec::new(),
    };
    let pairs = middles.windows(2);
    borders.extend(pairs.map(|pair| widest_white(&inside, pair[0], pair[1])));
    borders
}

fn bottom_of(word: &Word) -> i32 {
    bottom(word.bounds)
}

/// Whether a line of a cell is a number or date: mostly figures.
fn is_figured(line: &Line) -> bool {
    let text = line.text();
    let figures = text.chars().filter(char::is_ascii_digit).count();
    figures * 2 > text.chars().filter(|c| c.is_alphanumeric()).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::lines::tests::page;

    fn sheet() -> Vec<Word> {
        page(&[
            "TT      Họ và tên             Ngày sinh      Ghi chú",
            "1       Lê Thị Mẫu            02/03/1970     a",
            "2       Hồ Văn Thử            12/03/1971     b",
            "        tên dài",
            "3       Võ Mẫu                09/11/1970     c",
            "4       Đỗ Thị Thí Dụ         30/04/1970     d",
        ])
    }

    #[test]
    fn figures_begin_the_rows_and_a_second_line_does_not() {
        let columns = [-1.0, 60.0, 350.0, 520.0, 700.0].map(|x| Rule::straight(x, 0.0, 240.0));
        let borders = row_borders(&sheet(), &columns, -10.0, 240.0);
        assert_eq!(borders.len(), 6, "{borders:?}");
        let second = borders[2]..borders[3];
        assert!(
            second.contains(&92.0) && second.contains(&132.0),
            "{borders:?}"
        );
    }

    #[test]
    fn a_row_under_the_header_that_no_rule_parts_is_one_of_its_own() {
        let words = page(&[
            "TT      Số bằng               Ngày sinh      Lớp",
            "1       00123                 02/03/1970     9",
            "2       00124                 12/03/1971     9",
            "3       00125                 09/11/1970     8",
        ]);
        let columns = [-1.0, 60.0, 350.0, 520.0, 700.0].map(|x| Rule::straight(x, 0.0, 240.0));
        let borders = divided(&words, &columns, &[-10.0, 72.0, 112.0, 152.0]);
        assert_eq!(borders.len(), 5, "{borders:?}");
        // Two rows between two rules, no higher than others with two lines.
        let borders = divided(&words, &columns, &[-10.0, 32.0, 112.0, 152.0]);
        assert_eq!(borders.len(), 5, "{borders:?}");
    }

    #[test]
    fn one_tall_row_between_rules_is_divided() {
        let columns = [-1.0, 60.0, 350.0, 520.0, 700.0].map(|x| Rule::straight(x, 0.0, 240.0));
        let borders = divided(&sheet(), &columns, &[-10.0, 32.0, 240.0]);
        assert_eq!(borders.len(), 6, "{borders:?}");
        let kept = divided(&sheet(), &columns, &[-10.0, 32.0, 72.0]);
        assert_eq!(kept, [-10.0, 32.0, 72.0]);
    }
}
