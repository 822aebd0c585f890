//! The page's own typeface: figures whose value the run of a column proves teach how this page's
//! figures look, and figures elsewhere are read by likeness to them. An engine that takes every 9 of
//! a dot-matrix printer for a 3 does so on all its pages; the page itself knows better.

use image::GrayImage;
use image::imageops::{self, FilterType};

use crate::geometry::{bottom, right};
use crate::word::Box4;

/// Size of a glyph when compared, in pixels.
const SIZE: (u32, u32) = (14, 18);
/// Thresholds of ink, tried from the palest to the darkest until letters part.
const INKS: [u8; 4] = [165, 140, 115, 90];
/// As many nearest glyphs of a figure speak for it.
const NEAREST: usize = 3;
/// A page whose own figures are known again less often than this teaches nothing.
const TRUSTED: f64 = 0.97;
/// Fewer glyphs of a figure than this do not show it.
const FEWEST: usize = 2;

/// A glyph brought to one size, with mean zero and length one.
struct Glyph([f32; (SIZE.0 * SIZE.1) as usize]);

impl Glyph {
    fn likeness(&self, other: &Self) -> f32 {
        self.0.iter().zip(&other.0).map(|(a, b)| a * b).sum()
    }
}

/// How the figures of one page look.
#[derive(Default)]
pub(super) struct Glyphs {
    figures: [Vec<Glyph>; 10],
}

/// A value read by likeness.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Likeness {
    /// The value, with the marks of the shape it was read by.
    pub text: String,
    /// How far its least clear figure is from the next like one, 0 to 1.
    pub clear: f64,
}

impl Glyphs {
    /// What figures known to stand in these boxes look like; `None` where they are not alike enough
    /// to tell one from another.
    pub fn learned(known: &[(&str, Box4)], picture: &GrayImage) -> Option<Self> {
        let mut known_glyphs = Self::default();
        for (text, bounds) in known {
            let letters: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
            let Some(glyphs) = parted(picture, *bounds, letters.len()) else {
                continue;
            };
            for (letter, glyph) in letters.iter().zip(glyphs) {
                if let Some(figure) = letter.to_digit(10) {
                    known_glyphs.figures[figure as usize].push(glyph);
                }
            }
        }
        known_glyphs.is_told_apart().then_some(known_glyphs)
    }

    /// The value of that shape (`99-99-9999`) in a box; `None` where its letters do not part so.
    pub fn read(&self, shape: &str, bounds: Box4, picture: &GrayImage) -> Option<Likeness> {
        let letters: Vec<char> = shape.chars().filter(|c| !c.is_whitespace()).collect();
        let mut glyphs = parted(picture, bounds, letters.len())?.into_iter();
        let mut clear: f64 = 1.0;
        let mut text = String::new();
        for letter in shape.chars() {
            if letter.is_whitespace() {
                text.push(letter);
                continue;
            }
            let glyph = glyphs.next()?;
            if letter != '9' {
                text.push(letter);
                continue;
            }
            let (figure, ahead) = self.figure(&glyph, None)?;
            clear = clear.min(ahead);
            text.push(char::from_digit(figure as u32, 10)?);
        }
        Some(Likeness { text, clear })
    }

    /// The figure a glyph is most like and how far ahead of the next it is; `but` leaves one glyph out.
    fn figure(&self, glyph: &Glyph, but: Option<(usize, usize)>) -> Option<(usize, f64)> {
        let likeness = |figure: usize| {
            let known = self.figures[figure].iter().enumerate();
            let others = known.filter(|(at, _)| but != Some((figure, *at)));
            let mut like: Vec<f32> = others.map(|(_, known)| known.likeness(glyph)).collect();
            like.sort_by(|a, b| b.total_cmp(a));
            like.truncate(NEAREST);
            (!like.is_empty()).then(|| like.iter().sum::<f32>() / like.len() as f32)
        };
        let mut ranked: Vec<(usize, f32)> = (0..10)
            .filter_map(|figure| Some((figure, likeness(figure)?)))
            .collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
        match ranked[..] {
            [first, second, ..] => Some((first.0, f64::from(first.1 - second.1))),
            _ => None,
        }
    }

    /// Whether every figure is known and each glyph is found again by the others.
    fn is_told_apart(&self) -> bool {
        if self.figures.iter().any(|glyphs| glyphs.len() < FEWEST) {
            return false;
        }
        let (mut all, mut right) = (0, 0);
        for (figure, glyphs) in self.figures.iter().enumerate() {
            for (at, glyph) in glyphs.iter().enumerate() {
                let found = self.figure(glyph, Some((figure, at)));
                all += 1;
                right += usize::from(found.is_some_and(|(found, _)| found == figure));
            }
        }
        right as f64 >= TRUSTED * all as f64
    }
}

/// The glyphs of a box that holds that many letters, left to right; `None` where ink does not part into them.
fn parted(picture: &GrayImage, bounds: Box4, letters: usize) -> Option<Vec<Glyph>> {
    let (width, height) = (picture.width() as i32, picture.height() as i32);
    let (x0, x1) = (bounds[0].clamp(0, width), right(bounds).clamp(0, width));
    let (y0, y1) = (bounds[1].clamp(0, height), bottom(bounds).clamp(0, height));
    if x1 - x0 < letters as i32 * 2 || y1 - y0 < 6 {
        return None;
    }
    let at = (x0 as u32, y0 as u32, (x1 - x0) as u32, (y1 - y0) as u32);
    let line = imageops::crop_imm(picture, at.0, at.1, at.2, at.3).to_image();
    INKS.iter().find_map(|ink| {
        let columns = runs(line.width(), |x| {
            (0..line.height()).any(|y| line.get_pixel(x, y).0[0] < *ink)
        });
        (columns.len() == letters)
            .then(|| columns.iter().map(|run| glyph(&line, *run, *ink)).collect())?
    })
}

/// Runs of places that hold something, as begin and end.
fn runs(length: u32, holds: impl Fn(u32) -> bool) -> Vec<(u32, u32)> {
    let mut runs = Vec::new();
    let mut begin = None;
    for at in 0..=length {
        match (at < length && holds(at), begin) {
            (true, None) => begin = Some(at),
            (false, Some(from)) => {
                runs.push((from, at));
                begin = None;
            }
            _ => {}
        }
    }
    runs
}

/// The ink between two columns, brought to one height; `None` where it is a speck.
fn glyph(line: &GrayImage, (x0, x1): (u32, u32), ink: u8) -> Option<Glyph> {
    let rows = runs(line.height(), |y| {
        (x0..x1).any(|x| line.get_pixel(x, y).0[0] < ink)
    });
    let (top, end) = (rows.first()?.0, rows.last()?.1);
    let (width, height) = (x1 - x0, end - top);
    let part = imageops::crop_imm(line, x0, top, width, height).to_image();
    let scaled = (width * SIZE.1 / height.max(1)).clamp(1, SIZE.0);
    let part = imageops::resize(&part, scaled, SIZE.1, FilterType::Triangle);
    let mut pixels = [0f32; (SIZE.0 * SIZE.1) as usize];
    let left = (SIZE.0 - scaled) / 2;
    for (x, y, pixel) in part.enumerate_pixels() {
        pixels[(y * SIZE.0 + left + x) as usize] = 255.0 - f32::from(pixel.0[0]);
    }
    let mean = pixels.iter().sum::<f32>() / pixels.len() as f32;
    pixels.iter_mut().for_each(|pixel| *pixel -= mean);
    let length = pixels.iter().map(|p| p * p).sum::<f32>().sqrt();
    (length > 0.0).then(|| {
        pixels.iter_mut().for_each(|pixel| *pixel /= length);
        Glyph(pixels)
    })
}
