//! A second recogniser for figures: a small convolutional network with a CTC output (connectionist temporal classification)
//! that knows only figures and the marks between them. `scripts/model/figures.py` trained it on lines drawn with many
//! typefaces, typewriters and dot-matrix printers. The engine takes the barred zero of one machine for a 9, the 3 of another
//! for a 5, and is as sure of it as of the rest; this model makes other mistakes.

use std::sync::LazyLock;

use image::imageops::{self, FilterType};

use crate::geometry::{bottom, right};
use crate::image::Grey;
use crate::word::{Box4, Word};

/// The weights as `scripts/model/figures.py` writes them: kernels and biases of each layer as bfloat16, little-endian.
const WEIGHTS: &[u8] = include_bytes!("../../../models/figures/weights.bin");
/// What it tells apart, after the blank of CTC: `@` stands for any letter.
const SIGNS: [char; 14] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '/', '-', '.', '@',
];
/// Pixels a line is high when it is read.
const HEIGHT: u32 = 32;
/// A line is at most this many pixels wide when it is read; what is longer is no date and no number.
const WIDEST: u32 = 640;
/// Paper around a word in shares of its height: above and below, before and after.
const MARGIN: (f64, f64) = (0.12, 0.2);
/// Shares of the pixels of a line that are paler than paper and darker than ink.
const PAPER: f64 = 0.85;
const INK: f64 = 0.02;
/// A line with less contrast than this, of 255, is stretched no further.
const CONTRAST: f32 = 24.0;
/// One with less than this is empty paper.
const PALEST: f32 = 12.0;
/// Columns of the picture for each frame of the answer.
const FRAME: usize = 4;

/// The layers in their order.
const LAYERS: [Layer; 7] = [
    Layer::new((3, 3), 1, 8, (2, 2)),
    Layer::new((3, 3), 8, 16, (2, 2)),
    Layer::new((3, 3), 16, 32, (2, 1)),
    Layer::new((3, 3), 32, 48, (2, 1)),
    Layer::new((2, 3), 48, 64, (1, 1)),
    Layer::new((1, 5), 64, 64, (1, 1)),
    Layer::new((1, 1), 64, SIGNS.len() + 1, (1, 1)),
];

/// A convolution, then ReLU, then max pooling over windows of `pool` (rows, columns).
struct Layer {
    kernel: (usize, usize),
    inputs: usize,
    outputs: usize,
    pool: (usize, usize),
}

impl Layer {
    const fn new(
        kernel: (usize, usize),
        inputs: usize,
        outputs: usize,
        pool: (usize, usize),
    ) -> Self {
        Self {
            kernel,
            inputs,
            outputs,
            pool,
        }
    }

    const fn weights(&self) -> usize {
        self.kernel.0 * self.kernel.1 * self.inputs * self.outputs
    }
}

/// Channels of rows of columns.
struct Planes {
    height: usize,
    width: usize,
    values: Vec<f32>,
}

/// A sign read, and how sure that is, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sign {
    /// A figure, a mark, or `@` for a letter.
    pub sign: char,
    /// How much likelier it is than the next, 0 to 1.
    pub clear: f64,
}

/// The signs of a word, left to right; none where it is too small or too long to be one.
pub(crate) fn read(page: &Grey, word: Box4) -> Vec<Sign> {
    match line(page, word) {
        Some(line) => decoded(&network(line)),
        None => Vec::new(),
    }
}

/// The word with a margin at the height that the model knows, paper 0 and ink 1.
fn line(page: &Grey, word: Box4) -> Option<Planes> {
    let (above, beside) = (
        (f64::from(word[3]) * MARGIN.0).round() as i32,
        (f64::from(word[3]) * MARGIN.1).round() as i32,
    );
    let (wide, high) = page.pixel_size();
    let (wide, high) = (wide as i32, high as i32);
    let (x0, x1) = ((word[0] - beside).max(0), (right(word) + beside).min(wide));
    let (y0, y1) = ((word[1] - above).max(0), (bottom(word) + above).min(high));
    if x1 - x0 < 3 || y1 - y0 < 6 {
        return None;
    }
    let (width, height) = ((x1 - x0) as u32, (y1 - y0) as u32);
    let scaled = (width * HEIGHT).div_ceil(height).max(FRAME as u32);
    if scaled > WIDEST {
        return None;
    }
    let part = page.crop([x0, y0, x1 - x0, y1 - y0], 0);
    let part = imageops::resize(&part.picture, scaled, HEIGHT, FilterType::Triangle);
    let mut sorted: Vec<u8> = part.as_raw().clone();
    sorted.sort_unstable();
    let at = |share: f64| f32::from(sorted[((sorted.len() - 1) as f64 * share).round() as usize]);
    let (paper, ink) = (at(PAPER), at(INK));
    if paper - ink < PALEST {
        return None;
    }
    let contrast = (paper - ink).max(CONTRAST);
    let value = |pixel: &u8| ((paper - f32::from(*pixel)) / contrast).clamp(0.0, 1.2);
    Some(Planes {
        height: HEIGHT as usize,
        width: scaled as usize,
        values: part.as_raw().iter().map(value).collect(),
    })
}

static MODEL: LazyLock<Vec<f32>> = LazyLock::new(|| {
    let whole =
        |pair: &[u8]| f32::from_bits(u32::from(u16::from_le_bytes([pair[0], pair[1]])) << 16);
    WEIGHTS.chunks_exact(2).map(whole).collect()
});

/// Log odds of every sign in every frame.
fn network(line: Planes) -> Planes {
    let mut planes = line;
    let mut weights = MODEL.as_slice();
    for (at, layer) in LAYERS.iter().enumerate() {
        let (kernel, rest) = weights.split_at(layer.weights());
        let (bias, rest) = rest.split_at(layer.outputs);
        weights = rest;
        let is_last = at + 1 == LAYERS.len();
        planes = pooled(convolved(&planes, layer, kernel, bias, is_last), layer);
    }
    planes
}

/// A convolution; rows are padded where the kernel is three high, columns always.
fn convolved(
    planes: &Planes,
    layer: &Layer,
    kernel: &[f32],
    bias: &[f32],
    is_last: bool,
) -> Planes {
    let (high, wide) = layer.kernel;
    let up = usize::from(high == 3);
    let side = wide / 2;
    let (rows, width) = (planes.height + 2 * up + 1 - high, planes.width);
    let mut values = vec![0.0; layer.outputs * rows * width];
    for (output, plane) in values.chunks_exact_mut(rows * width).enumerate() {
        plane.fill(bias[output]);
        for (row, line) in plane.chunks_exact_mut(width).enumerate() {
            for y in 0..high {
                let Some(from) = (row + y).checked_sub(up).filter(|y| *y < planes.height) else {
                    continue;
                };
                for input in 0..layer.inputs {
                    let start = (input * planes.height + from) * width;
                    let source = &planes.values[start..start + width];
                    for x in 0..wide {
                        let weight = kernel
                            [((y * wide + x) * layer.inputs + input) * layer.outputs + output];
                        add_shifted(line, source, weight, x as isize - side as isize);
                    }
                }
            }
        }
    }
    if !is_last {
        values.iter_mut().for_each(|value| *value = value.max(0.0));
    }
    Planes {
        height: rows,
        width,
        values,
    }
}

/// Adds a row times a weight, moved `left` columns to the left (to the right where negative).
fn add_shifted(line: &mut [f32], source: &[f32], weight: f32, left: isize) {
    let by = left.unsigned_abs().min(line.len());
    let (line, source) = match left >= 0 {
        true => (&mut line[..source.len() - by], &source[by..]),
        false => (&mut line[by..], &source[..source.len() - by]),
    };
    for (sum, value) in line.iter_mut().zip(source) {
        *sum += weight * value;
    }
}

/// The largest value of each part; what does not fill a part is left out.
fn pooled(planes: Planes, layer: &Layer) -> Planes {
    let (down, across) = layer.pool;
    if (down, across) == (1, 1) {
        return planes;
    }
    let (height, width) = (planes.height / down, planes.width / across);
    let mut values = Vec::with_capacity(layer.outputs * height * width);
    for plane in planes.values.chunks_exact(planes.height * planes.width) {
        for y in 0..height {
            for x in 0..width {
                let part = (0..down).flat_map(|dy| {
                    let start = (y * down + dy) * planes.width + x * across;
                    &plane[start..start + across]
                });
                values.push(part.copied().fold(f32::NEG_INFINITY, f32::max));
            }
        }
    }
    Planes {
        height,
        width,
        values,
    }
}

/// The likeliest sign of each frame, equal neighbours and blanks taken out (best path decoding of connectionist
/// temporal classification); of the frames of one sign the clearest speaks.
fn decoded(odds: &Planes) -> Vec<Sign> {
    let mut signs: Vec<Sign> = Vec::new();
    let mut before = 0;
    for frame in 0..odds.width {
        let of = |sign: usize| f64::from(odds.values[sign * odds.width + frame]);
        let (best, clear) = likeliest(&(0..=SIGNS.len()).map(of).collect::<Vec<f64>>());
        if best > 0 {
            let sign = SIGNS[best - 1];
            match signs.last_mut().filter(|_| best == before) {
                Some(last) => last.clear = last.clear.max(clear),
                None => signs.push(Sign { sign, clear }),
            }
        }
        before = best;
    }
    signs
}

/// The likeliest and how much likelier than the next it is.
fn likeliest(odds: &[f64]) -> (usize, f64) {
    let most = odds.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let all: f64 = odds.iter().map(|odd| (odd - most).exp()).sum();
    let mut ranked: Vec<(usize, f64)> = odds.iter().copied().enumerate().collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    let share = |at: usize| (ranked[at].1 - most).exp() / all;
    (ranked[0].0, share(0) - share(1))
}

/// What the model of figures says of a word that the engine read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Comparison {
    /// It reads the same figures; how clear the least clear of them is, 0 to 1.
    Same(f64),
    /// It reads others, clearly: the word as it reads it, and how clear the least clear of them is.
    Other(String, f64),
    /// It reads others, but not clearly.
    Disputed,
}

/// A figure that differs stands from so clear on; one more or one fewer only from so clear on.
const CLEARLY: f64 = 0.6;
const SURELY: f64 = 0.9;

/// What the model of figures says of a word; `None` where the word has no figure or the model reads nothing.
pub(crate) fn compare(page: &Grey, word: &Word) -> Option<Comparison> {
    if !word.text.chars().any(|c| c.is_ascii_digit()) {
        return None;
    }
    compared(&word.text, &read(page, word.bounds))
}

fn compared(text: &str, signs: &[Sign]) -> Option<Comparison> {
    let figures: Vec<Sign> = signs
        .iter()
        .copied()
        .filter(|sign| sign.sign.is_ascii_digit())
        .collect();
    let own: Vec<char> = text.chars().filter(char::is_ascii_digit).collect();
    if figures.is_empty() {
        return None;
    }
    let least = |signs: &[Sign]| signs.iter().map(|sign| sign.clear).fold(1.0, f64::min);
    let read: String = figures.iter().map(|sign| sign.sign).collect();
    if own.iter().copied().eq(read.chars()) {
        return Some(Comparison::Same(least(&figures)));
    }
    // Other figures between other marks are another value, not the same with a figure misread: 27/1/1989, 2/11/1989.
    let marked: String = signs.iter().map(|sign| sign.sign).collect();
    if groups(text) != groups(&marked) {
        let is_plain = !marked.contains('@') && !text.chars().any(char::is_alphabetic);
        let clear = least(signs);
        return Some(match is_plain && clear >= SURELY {
            true => Comparison::Other(marked, clear),
            false => Comparison::Disputed,
        });
    }
    let other: Vec<Sign> = figures
        .iter()
        .zip(&own)
        .filter(|(sign, own)| sign.sign != **own)
        .map(|(sign, _)| *sign)
        .collect();
    let clear = least(&other);
    if clear < CLEARLY {
        return Some(Comparison::Disputed);
    }
    let mut figures = figures.into_iter();
    let seen = |letter: char| match letter.is_ascii_digit() {
        true => figures.next().map_or(letter, |sign| sign.sign),
        false => letter,
    };
    Some(Comparison::Other(text.chars().map(seen).collect(), clear))
}

/// How many figures stand together, group by group.
fn groups(text: &str) -> Vec<usize> {
    text.split(|c: char| !c.is_ascii_digit())
        .map(str::len)
        .filter(|figures| *figures > 0)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signs(text: &str, clear: f64) -> Vec<Sign> {
        text.chars().map(|sign| Sign { sign, clear }).collect()
    }

    #[test]
    fn equal_figures_are_the_same_whatever_the_marks() {
        let said = compared("21-10-1967", &signs("21.10.1967", 0.8));
        assert_eq!(said, Some(Comparison::Same(0.8)));
        assert_eq!(
            compared("A.041773", &signs("@041773", 0.7)),
            Some(Comparison::Same(0.7))
        );
    }

    #[test]
    fn another_figure_stands_only_where_it_is_clear() {
        let said = compared("21-19-1967", &signs("21-10-1967", 0.8));
        assert_eq!(said, Some(Comparison::Other("21-10-1967".to_owned(), 0.8)));
        assert_eq!(
            compared("21-19-1967", &signs("21-10-1967", 0.3)),
            Some(Comparison::Disputed)
        );
    }

    #[test]
    fn a_figure_more_or_fewer_stands_only_in_plain_figures() {
        let said = compared("27/1/1989", &signs("2/11/198", 0.95));
        assert_eq!(said, Some(Comparison::Other("2/11/198".to_owned(), 0.95)));
        assert_eq!(
            compared("BT.22147", &signs("@@.221477", 0.95)),
            Some(Comparison::Disputed)
        );
        assert_eq!(
            compared("27/1/1989", &signs("2/111989", 0.7)),
            Some(Comparison::Disputed)
        );
    }

    #[test]
    fn letters_and_empty_paper_tell_nothing() {
        let paper = image::GrayImage::from_pixel(80, 40, image::Luma([230]));
        let paper = Grey::new(paper, 300);
        let word = |text: &str| Word {
            text: text.into(),
            confidence: 0.9,
            bounds: [10, 10, 60, 20],
        };
        assert_eq!(compare(&paper, &word("Nam")), None);
        assert_eq!(compare(&paper, &word("12")), None);
    }

    #[test]
    fn the_weights_are_those_of_the_layers() {
        let of = |layer: &Layer| layer.weights() + layer.outputs;
        assert_eq!(MODEL.len(), LAYERS.iter().map(of).sum::<usize>());
        assert!(MODEL.iter().all(|weight| weight.is_finite()));
    }
}
