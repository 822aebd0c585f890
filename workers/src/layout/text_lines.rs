//! Where lines of writing stand in the cells of a ruled table, told by the ink between the rules.
//!
//! The engine looks for tables and columns by itself, which takes it longer than reading them; here the rules
//! have already told where the cells are.

use super::grid::Grid;
use super::rules::{Rule, Rules};
use crate::geometry::median;
use crate::geometry::{bottom, right};
use crate::image::Grey;
use crate::word::Box4;

/// A table of fewer rows, headers included, is left to the engine.
const LEAST_ROWS: usize = 4;
/// A row higher than this, in inches, holds several rows of writing that no rules part.
const TALL: f64 = 0.8;
/// Lines to a cell above which what was found are specks, not lines.
const MOST_LINES: usize = 3;
/// How far ink may be on the way from the darkest to the paper, in hundredths.
const INK: u32 = 45;

/// A page parted into its table and the rest.
pub(crate) struct TextLines {
    /// The page without the rules of the table.
    pub ruleless: Grey,
    /// The page without the table.
    pub outside: Grey,
    /// The lines in the cells, row by row, as closely as their ink stands.
    pub lines: Vec<Box4>,
    /// How high a line with letters that reach above and below others is, in pixels.
    pub line_height: i32,
}

/// The writing of a page's table; `None` where the ink of its cells does not stand in lines.
pub(super) fn locate(grid: &Grid, rules: &Rules, page: &Grey) -> Option<TextLines> {
    // A few low rows are read well enough cell by cell; lines are looked for where rules alone do
    // not say what belongs together.
    if grid.row_count() < LEAST_ROWS && !grid.has_row_above(f64::from(page.dpi) * TALL) {
        return None;
    }
    let ruleless = page.without(rule_strips(grid, rules, page.dpi));
    let (lines, line_height) = lines(grid, &ruleless)?;
    Some(TextLines {
        outside: ruleless.without(cells(grid, page.dpi)),
        lines,
        line_height,
        ruleless,
    })
}

/// Half the thickness of a rule, its shadow included, in pixels.
fn half_rule(dpi: u32) -> i32 {
    (dpi / 90).max(1) as i32
}

/// Where the table's rules run, and folds that run as they do.
fn rule_strips<'g>(grid: &'g Grid, rules: &'g Rules, dpi: u32) -> impl Iterator<Item = Box4> + 'g {
    let half = half_rule(dpi);
    let [(left, top), (right, _), (_, bottom), _] = grid.corners();
    let across = move |rule: &&Rule| {
        let y = rule.across((left + right) / 2.0);
        // A fold shorter than this share of the table may be a stroke of writing, which must not be
        // painted out.
        y > top && y < bottom && rule.length() > (right - left) * 0.4
    };
    let folds = rules.horizontal.iter().filter(across);
    let lying = grid.horizontal().iter().chain(folds).flat_map(move |rule| {
        (left.min(rule.from) as i32..=right.max(rule.end) as i32).map(move |x| {
            let y = rule.across(f64::from(x)).round() as i32;
            [x, y - half, 1, 2 * half + 1]
        })
    });
    let standing = grid.vertical().iter().flat_map(move |rule| {
        (top as i32..=bottom as i32).map(move |y| {
            let x = rule.across(f64::from(y)).round() as i32;
            [x - half, y, 2 * half + 1, 1]
        })
    });
    lying.chain(standing)
}

/// The table's cells and a little beyond, because letters reach over the rules they stand on.
fn cells(grid: &Grid, dpi: u32) -> impl Iterator<Item = Box4> {
    let beyond = (dpi / 50) as i32;
    grid.cells().map(move |(row, column)| {
        let [x, y, width, height] = grid.cell(row, column);
        let (wide, high) = (width + 2 * beyond, height + 2 * beyond);
        [x - beyond, y - beyond, wide, high]
    })
}

/// Rows of pixels, or columns, from one to before another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Band {
    from: usize,
    end: usize,
}

impl Band {
    fn size(self) -> usize {
        self.end - self.from
    }
}

/// A cell with something in it.
struct InkedCell {
    column: usize,
    place: Box4,
    /// Pixels of ink in each of its rows of pixels.
    ink: Vec<usize>,
    bands: Vec<Band>,
}

impl InkedCell {
    /// How high its highest band is, if that may be a line.
    fn tallest(&self, dpi: u32) -> Option<usize> {
        let sizes = self.bands.iter().map(|band| band.size());
        sizes.max().filter(|size| size * 16 > dpi as usize)
    }
}

/// The lines in all cells, and how high a line is.
fn lines(grid: &Grid, page: &Grey) -> Option<(Vec<Box4>, i32)> {
    let ink = page.ink_limit(INK);
    let cells = filled(grid, page, ink);
    let usual = usual_heights(&cells, grid.column_count(), page.dpi)?;
    let mut lines = Vec::new();
    for cell in &cells {
        let usual = usual[cell.column];
        for band in parted(gathered(&cell.bands, usual), usual, &cell.ink) {
            if band.size() * 4 > usual {
                lines.extend(pieces(page, cell.place, band, usual, ink));
            }
        }
    }
    // A line lies: wider than high. Where less than half do, or cells hold more lines than fit, the
    // ink is shading or stains and the table is read without them.
    let lie = lines.iter().filter(|line| line[2] > line[3]).count();
    let fitting =
        |cell: &InkedCell| MOST_LINES.max(cell.place[3] as usize / usual[cell.column].max(1));
    let most: usize = cells.iter().map(fitting).sum();
    if lie * 2 <= lines.len() || lines.len() > most {
        return None;
    }
    // A tenth above the highest column's lines leaves room for marks above and below letters.
    let line = usual.into_iter().max()? * 11 / 10;
    Some((lines, line as i32))
}

/// The cells that hold any ink.
fn filled(grid: &Grid, page: &Grey, ink: u8) -> Vec<InkedCell> {
    let inset = half_rule(page.dpi);
    let (width, height) = page.pixel_size();
    // Marks of a letter stand nearer to it than this; a hundredth of an inch is what scanning
    // leaves white between.
    let gap = (page.dpi as usize / 100).max(1);
    let cell = |(row, column)| {
        let cell = grid.cell(row, column);
        let (x0, y0) = ((cell[0] + inset).max(0), (cell[1] + inset).max(0));
        let x1 = (right(cell) - inset).min(width as i32);
        let y1 = (bottom(cell) - inset).min(height as i32);
        if x1 - x0 < 8 || y1 - y0 < 8 {
            return None;
        }
        let place = [x0, y0, x1 - x0, y1 - y0];
        let ink = page.ink_by_row(place, ink);
        let bands = bands(&ink, gap);
        (!bands.is_empty()).then_some(InkedCell {
            column,
            place,
            ink,
            bands,
        })
    };
    grid.cells().filter_map(cell).collect()
}

/// Where ink is, parts with less than `gap` of paper between them together.
fn bands(ink: &[usize], gap: usize) -> Vec<Band> {
    let mut bands: Vec<Band> = Vec::new();
    for (at, _) in ink.iter().enumerate().filter(|(_, ink)| **ink > 0) {
        match bands.last_mut() {
            Some(last) if at - last.end < gap => last.end = at + 1,
            _ => bands.push(Band {
                from: at,
                end: at + 1,
            }),
        }
    }
    bands
}

/// How high a line is in each column: figures are lower than names, but no column holds two lines in all
/// its cells.
fn usual_heights(cells: &[InkedCell], columns: usize, dpi: u32) -> Option<Vec<usize>> {
    let page = median(cells.iter().filter_map(|cell| cell.tallest(dpi)))?;
    let column = |column| {
        let own = cells.iter().filter(|cell| cell.column == column);
        let own = median(own.filter_map(|cell| cell.tallest(dpi)));
        // A column of figures may be lower than the page's letters, but a line that is cut too low
        // loses the marks that tell Vietnamese letters apart; so the page's own height is the
        // least.
        own.unwrap_or(page).clamp(page, page * 8 / 5)
    };
    Some((0..columns).map(column).collect())
}

/// Marks above and below letters with the letters they belong to.
fn gathered(bands: &[Band], usual: usize) -> Vec<Band> {
    let mut lines: Vec<Band> = Vec::new();
    for band in bands {
        let belongs = |last: &&mut Band| {
            let short = last.size().min(band.size()) * 2 < usual;
            let near = (band.from - last.end) * 3 < usual;
            short && near && band.end - last.from < usual * 2
        };
        match lines.last_mut().filter(belongs) {
            Some(last) => last.end = band.end,
            None => lines.push(*band),
        }
    }
    lines
}

/// Lines whose letters touch, parted where least ink is.
fn parted(bands: Vec<Band>, usual: usize, ink: &[usize]) -> Vec<Band> {
    let mut lines = Vec::new();
    for Band { mut from, end } in bands {
        let size = end - from;
        // Lines that touch are a little more than a line apart, hence the divisor above one.
        let count = (size as f64 / usual as f64 / 1.15).round() as usize;
        for part in 1..count {
            let expected = end - size * (count - part) / count;
            let reach = usual / 3;
            let near = (expected - reach).max(from + 1)..(expected + reach).min(end);
            if let Some(cut) = near.min_by_key(|at| (ink[*at], at.abs_diff(expected))) {
                lines.push(Band { from, end: cut });
                from = cut;
            }
        }
        lines.push(Band { from, end });
    }
    lines
}

/// The parts of a line with much more paper between them than between words; specks and what is left of a
/// fold do not count.
fn pieces(page: &Grey, cell: Box4, line: Band, usual: usize, ink: u8) -> Vec<Box4> {
    let top = cell[1] + line.from as i32;
    let high = line.size() as i32;
    let ink = page.ink_by_column([cell[0], top, cell[2], high], ink);
    let speck = (page.dpi as usize / 25).pow(2) / 12;
    let is_written = |piece: &Band| {
        let dark: usize = ink[piece.from..piece.end].iter().sum();
        // Long and solid is what is left of a rule, or a line drawn through; letters leave half of
        // their line white.
        let is_stroke = piece.size() > 4 * line.size() && dark * 2 > piece.size() * line.size();
        dark > speck.max(4) && !is_stroke
    };
    bands(&ink, usual * 5 / 2)
        .into_iter()
        .filter(is_written)
        .map(|piece| [cell[0] + piece.from as i32, top, piece.size() as i32, high])
        .collect()
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma};

    use super::*;

    #[test]
    fn a_mark_belongs_to_the_letters_it_stands_over() {
        let band = |from, end| Band { from, end };
        let lines = gathered(&[band(2, 6), band(8, 28), band(40, 62), band(63, 66)], 22);
        assert_eq!(lines, [band(2, 28), band(40, 66)]);
    }

    #[test]
    fn two_lines_that_touch_are_parted_where_least_ink_is() {
        let mut ink = vec![9; 44];
        ink[20] = 1;
        let lines = parted(vec![Band { from: 0, end: 44 }], 20, &ink);
        let cut = Band { from: 0, end: 20 };
        assert_eq!(lines, [cut, Band { from: 20, end: 44 }]);
        let one = Band { from: 0, end: 26 };
        assert_eq!(parted(vec![one], 20, &ink), [one]);
    }

    #[test]
    fn a_table_is_parted_into_its_lines_and_the_rest_of_the_page() {
        let (columns, rows) = (
            [100.0, 200.0, 400.0, 500.0],
            [100.0, 160.0, 220.0, 280.0, 340.0],
        );
        let grid = Grid::straight(&columns, &rows);
        let mut page = GrayImage::from_pixel(600, 400, Luma([255]));
        let mut dark = |place: Box4| {
            for y in place[1]..bottom(place) {
                for x in place[0]..right(place) {
                    page.put_pixel(x as u32, y as u32, Luma([20]));
                }
            }
        };
        rows.iter().for_each(|y| dark([100, *y as i32, 400, 2]));
        columns.iter().for_each(|x| dark([*x as i32, 100, 2, 240]));
        for row in 0..4 {
            dark([110, 120 + 60 * row, 40, 22]);
            (0..10).for_each(|letter| dark([220 + 12 * letter, 118 + 60 * row, 5, 24]));
        }
        dark([100, 30, 200, 24]);
        let page = Grey::new(page, 300);
        let found = locate(&grid, &Rules::default(), &page).unwrap();
        assert_eq!(found.lines.len(), 8);
        assert_eq!((found.lines[1][0], found.lines[1][2]), (220, 113));
        let dark = |page: &Grey| page.ink_rows().iter().map(|row| row.ink).sum::<usize>();
        assert_eq!(dark(&found.outside), 200 * 24);
        assert_eq!(dark(&found.ruleless), 200 * 24 + 4 * (40 * 22 + 50 * 24));
    }

    #[test]
    fn writing_that_stands_upright_is_not_taken_for_lines() {
        let rows: Vec<f64> = (0..6).map(|row| 100.0 * f64::from(row) + 5.0).collect();
        let grid = Grid::straight(&[5.0, 105.0, 205.0, 305.0], &rows);
        let mut page = GrayImage::from_pixel(320, 520, Luma([255]));
        for (row, column) in grid.cells() {
            let [x, y, ..] = grid.cell(row, column);
            for at in 0..60 {
                (0..24).for_each(|x2| {
                    page.put_pixel((x + 40 + x2) as u32, (y + 20 + at) as u32, Luma([20]))
                });
            }
        }
        let page = Grey::new(page, 300);
        assert!(locate(&grid, &Rules::default(), &page).is_none());
    }
}
