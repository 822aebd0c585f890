//! A perceptual hash of a page, its fingerprint: where its ink lies, told apart from light, resolution and the place
//! of the paper on the glass. Alone it says “laid out alike”; pages of one form are that too.

use image::GrayImage;

/// Columns and rows of cells that are compared.
const SIDE: usize = 16;
/// Darker than this is ink.
const INK: u8 = 150;
/// By how much of a cell's area the ink of two must differ to be told apart.
const CLEARLY: f64 = 0.01;
/// Share of the ink left out on each side, so that specks do not decide where the page begins.
const SPECKS: f64 = 0.01;

/// 256 comparisons of neighbouring cells over the box around the ink, as 64 hex digits. A cell must hold
/// clearly more ink than the one to its right: what differs by less differs from scan to scan.
pub(super) fn of(picture: &GrayImage) -> String {
    let [left, top, right, bottom] = ink_box(picture);
    let (width, height) = (right - left, bottom - top);
    let share = |column: usize, row: usize| {
        let (x0, x1) = (
            left + column * width / (SIDE + 1),
            left + (column + 1) * width / (SIDE + 1),
        );
        let (y0, y1) = (top + row * height / SIDE, top + (row + 1) * height / SIDE);
        let across = picture.width() as usize;
        let cell = (y0..y1).flat_map(|y| &picture.as_raw()[y * across + x0..y * across + x1]);
        let inked = cell.filter(|value| **value < INK).count();
        inked as f64 / ((x1 - x0) * (y1 - y0)).max(1) as f64
    };
    let mut digits = String::with_capacity(SIDE * SIDE / 4);
    for row in 0..SIDE {
        let shares: Vec<f64> = (0..=SIDE).map(|column| share(column, row)).collect();
        for four in shares.windows(2).collect::<Vec<_>>().chunks(4) {
            let clearly = |pair: &[f64]| u32::from(pair[0] > pair[1] + CLEARLY);
            let bits = four
                .iter()
                .fold(0u32, |bits, pair| bits << 1 | clearly(pair));
            digits.extend(char::from_digit(bits, 16));
        }
    }
    digits
}

/// How many of the 256 comparisons differ; `None` where one of them is not a fingerprint of this kind.
pub fn distance(a: &str, b: &str) -> Option<u32> {
    if a.len() != SIDE * SIDE / 4 || b.len() != a.len() {
        return None;
    }
    a.chars()
        .zip(b.chars())
        .map(|(a, b)| Some((a.to_digit(16)? ^ b.to_digit(16)?).count_ones()))
        .sum()
}

/// Left, top, right and bottom of the ink, specks left out; the whole picture where there is none.
fn ink_box(picture: &GrayImage) -> [usize; 4] {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let (mut columns, mut rows) = (vec![0u64; width], vec![0u64; height]);
    for (y, line) in picture.as_raw().chunks_exact(width.max(1)).enumerate() {
        for (x, value) in line.iter().enumerate() {
            if *value < INK {
                columns[x] += 1;
                rows[y] += 1;
            }
        }
    }
    let ((left, right), (top, bottom)) = (middle(&columns), middle(&rows));
    [left, top, right, bottom]
}

/// Where all but the outermost specks begin and end.
fn middle(counts: &[u64]) -> (usize, usize) {
    let all: u64 = counts.iter().sum();
    let least = (all as f64 * SPECKS) as u64;
    let from = beyond(counts.iter(), least);
    let after = beyond(counts.iter().rev(), least);
    (from, counts.len() - after)
}

/// How many are passed before more than `least` was counted; none where there is nothing.
fn beyond<'c>(mut counts: impl Iterator<Item = &'c u64>, least: u64) -> usize {
    let mut seen = 0;
    let more = |count: &u64| {
        seen += count;
        seen > least
    };
    counts.position(more).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    /// A page of text lines whose lengths follow from `seed`, its paper laid at an offset.
    fn page(seed: u32, offset: (u32, u32), ink: u8) -> GrayImage {
        GrayImage::from_fn(700, 900, |x, y| {
            let (x, y) = (x.saturating_sub(offset.0), y.saturating_sub(offset.1));
            let line = y / 30;
            let length = 200 + (line * 7919 + seed * 104_729) % 380;
            let within = (60..60 + length).contains(&x) && (60..820).contains(&y);
            let letter = y % 30 < 14 && !(x * (seed + 3) / 5).is_multiple_of(4);
            Luma([if within && letter { ink } else { 255 }])
        })
    }

    #[test]
    fn the_same_sheet_in_other_light_and_place_has_nearly_the_same_fingerprint() {
        let first = of(&page(1, (0, 0), 0));
        assert_eq!(first.len(), 64);
        let again = of(&page(1, (23, 11), 90));
        assert!(distance(&first, &again).unwrap() <= 16, "{first} {again}");
    }

    #[test]
    fn other_sheets_are_far() {
        let first = of(&page(1, (0, 0), 0));
        for seed in 2..6 {
            assert!(
                distance(&first, &of(&page(seed, (0, 0), 0))).unwrap() > 48,
                "{seed}"
            );
        }
    }

    #[test]
    fn a_fingerprint_of_another_kind_is_not_compared() {
        let page = of(&page(1, (0, 0), 0));
        assert_eq!(distance(&page, "0123456789abcdef"), None);
        assert_eq!(distance(&page, &"x".repeat(64)), None);
        assert_eq!(of(&GrayImage::new(1, 1)).len(), 64);
        assert_eq!(of(&GrayImage::from_pixel(40, 40, Luma([255]))).len(), 64);
    }
}
