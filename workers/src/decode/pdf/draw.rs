//! Pixels and text of a PDF page.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hayro::hayro_interpret::font::GlyphRun;
use hayro::hayro_interpret::hayro_cmap::BfString;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Device, DrawMode, DrawProps, Image, ImageData, ImageDrawProps,
    InterpreterSettings, InterpreterWarning, SoftMask,
};
use hayro::hayro_syntax::Filter;
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::{Affine, BezPath, Point};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};
use image::{DynamicImage, GrayImage, RgbImage};
use sogoc_vietnamese::legacy::Encoding;
use unicode_normalization::UnicodeNormalization;

use super::survey::{self, WholeImage};
use super::{DRAWN_DPI, UNITS_PER_INCH, narrowed};
use crate::decode::raster;
use crate::outcome::{Failure, FailureKind, Outcome};
use crate::word::{Box4, Word};

/// The pixels of a page that is one image, turned as a viewer shows them.
pub(super) fn scan(page: &Page<'_>, scan: &WholeImage) -> Outcome<DynamicImage> {
    let mut taker = TakeImage::default();
    survey::interpret_into(page, &mut taker);
    let stored = taker
        .taken
        .flatten()
        .ok_or_else(|| Failure::unreadable("the page's image does not decode"))?;
    if (stored.width(), stored.height()) != (scan.width, scan.height) {
        return Err(Failure::unreadable(
            "the page's image has another size than it announces",
        ));
    }
    let mut shown = narrowed(raster::on_white_paper(stored));
    if scan.turn.transpose {
        shown = shown.rotate90().fliph();
    }
    if scan.turn.mirror_x {
        shown = shown.fliph();
    }
    if scan.turn.mirror_y {
        shown = shown.flipv();
    }
    Ok(shown)
}

/// The page drawn on white paper.
pub(super) fn page(page: &Page<'_>, width: u32, height: u32) -> Outcome<DynamicImage> {
    if width > u32::from(u16::MAX) || height > u32::from(u16::MAX) {
        return Err(Failure::new(
            FailureKind::TooLarge,
            format!("a sheet of {width} x {height}"),
        ));
    }
    let damaged = Arc::new(AtomicBool::new(false));
    let noticed = Arc::clone(&damaged);
    let settings = InterpreterSettings {
        warning_sink: Arc::new(move |warning| {
            if matches!(warning, InterpreterWarning::ImageDecodeFailure) {
                noticed.store(true, Ordering::Relaxed);
            }
        }),
        ..InterpreterSettings::default()
    };
    let (units_wide, units_high) = page.render_dimensions();
    // A fiftieth of a pixel more: the library cuts the product down to whole pixels, and rounding
    // would otherwise cost the last column that the page's shape has promised.
    let scale = PixmapSettings {
        x_scale: (width as f32 + 0.02) / units_wide,
        y_scale: (height as f32 + 0.02) / units_high,
        bg_color: WHITE,
    };
    let canvas = render(
        page,
        &RenderCache::new(),
        &settings,
        &RenderSettings::default(),
        &scale,
    );
    if damaged.load(Ordering::Relaxed) {
        return Err(Failure::unreadable("an image on the page does not decode"));
    }
    if (u32::from(canvas.width()), u32::from(canvas.height())) != (width, height) {
        return Err(Failure::unreadable(
            "the page was drawn at another size than it announces",
        ));
    }
    let opaque = canvas
        .data_as_u8_slice()
        .chunks_exact(4)
        .flat_map(|p| [p[0], p[1], p[2]]);
    let drawn = RgbImage::from_raw(width, height, opaque.collect())
        .ok_or_else(|| Failure::unreadable("the page could not be drawn"))?;
    Ok(narrowed(DynamicImage::ImageRgb8(drawn)))
}

/// The words of the page in pixels at the drawn resolution; absent where there is no text, or where
/// some of it has no Unicode, so that recognition decides instead.
pub(super) fn text(page: &Page<'_>) -> Option<Vec<Word>> {
    let mut taker = TakeText::default();
    survey::interpret_into(page, &mut taker);
    taker.end_word();
    let (width, height) = page.render_dimensions();
    let scale = DRAWN_DPI as f32 / UNITS_PER_INCH as f32;
    let sheet = [width, height].map(|side| (side * scale).ceil() as i32);
    taker.words.retain_mut(|word| clip(&mut word.bounds, sheet));
    let texts = taker.words.iter().map(|word| word.text.as_str());
    if let Some(encoding) = Encoding::detect(texts) {
        for word in &mut taker.words {
            word.text = encoding.decode(&word.text);
        }
    }
    (taker.unknown == 0 && !taker.words.is_empty()).then_some(taker.words)
}

/// Cuts a box down to the sheet; false where nothing of it lies there, for text may be placed anywhere.
fn clip(bounds: &mut Box4, [width, height]: [i32; 2]) -> bool {
    let [x, y, w, h] = *bounds;
    let (left, top) = (x.clamp(0, width), y.clamp(0, height));
    let right = x.saturating_add(w).clamp(left, width);
    let bottom = y.saturating_add(h).clamp(top, height);
    *bounds = [left, top, right - left, bottom - top];
    right > left && bottom > top
}

/// Takes the first raster image drawn, in its own samples.
#[derive(Default)]
struct TakeImage {
    taken: Option<Option<DynamicImage>>,
}

impl<'a> Device<'a> for TakeImage {
    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn draw_glyph_run(&mut self, _: &GlyphRun<'_, 'a>, _: DrawProps<'a>, _: &DrawMode) {}

    fn draw_image(&mut self, image: Image<'a, '_>, _: ImageDrawProps<'a>) {
        let Image::Raster(raster) = image else {
            return;
        };
        let mut taken = None;
        raster.with_rgba(
            |data, _alpha| {
                taken = match data {
                    ImageData::Rgb(rgb) => RgbImage::from_raw(rgb.width, rgb.height, rgb.data)
                        .map(DynamicImage::ImageRgb8),
                    ImageData::Luma(grey) => {
                        GrayImage::from_raw(grey.width, grey.height, grey.data)
                            .map(DynamicImage::ImageLuma8)
                    }
                };
            },
            None,
        );
        self.taken.get_or_insert(taken);
    }

    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

/// The JPEG file behind the page's image, where that is what its stream holds and its colours are its
/// own: no table that turns them round, no palette.
pub(super) fn jpeg(page: &Page<'_>) -> Option<Vec<u8>> {
    let mut taker = TakeJpeg::default();
    survey::interpret_into(page, &mut taker);
    taker.taken.flatten()
}

/// Takes the bytes of the first raster image drawn.
#[derive(Default)]
struct TakeJpeg {
    taken: Option<Option<Vec<u8>>>,
}

impl<'a> Device<'a> for TakeJpeg {
    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn draw_glyph_run(&mut self, _: &GlyphRun<'_, 'a>, _: DrawProps<'a>, _: &DrawMode) {}

    fn draw_image(&mut self, image: Image<'a, '_>, _: ImageDrawProps<'a>) {
        let Image::Raster(raster) = image else {
            return;
        };
        let stream = raster.stream();
        let plain = matches!(stream.filters()[..], [Filter::DctDecode])
            && !["Decode", "DecodeParms"]
                .iter()
                .any(|key| stream.dict().contains_key(key));
        let taken = plain.then(|| stream.raw_data().into_owned());
        self.taken.get_or_insert(taken);
    }

    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

/// Gathers glyphs into words by where they stand.
#[derive(Default)]
struct TakeText {
    words: Vec<Word>,
    text: String,
    /// Left, top, right, bottom of the word so far, in page units.
    bounds: Option<[f64; 4]>,
    /// Where the next glyph stands if the word goes on.
    pen: Option<Point>,
    unknown: u32,
}

impl TakeText {
    fn glyph(&mut self, text: &str, transform: Affine, advance: f64) {
        // A glyph's own space has 1000 units to the em; a quarter of it apart is another word.
        let origin = transform * Point::ORIGIN;
        let next = transform * Point::new(advance, 0.0);
        let em = (transform * Point::new(0.0, 1000.0)).distance(origin);
        let apart = self.pen.is_none_or(|pen| pen.distance(origin) > em * 0.22);
        if apart || text.chars().all(char::is_whitespace) {
            self.end_word();
        }
        self.pen = Some(next);
        if text.chars().all(char::is_whitespace) {
            return;
        }
        self.text.push_str(text);
        for corner in [
            (0.0, -220.0),
            (0.0, 780.0),
            (advance, -220.0),
            (advance, 780.0),
        ] {
            let at = transform * Point::from(corner);
            let [left, top, right, bottom] = self.bounds.unwrap_or([at.x, at.y, at.x, at.y]);
            self.bounds = Some([
                left.min(at.x),
                top.min(at.y),
                right.max(at.x),
                bottom.max(at.y),
            ]);
        }
    }

    fn end_word(&mut self) {
        let text: String = std::mem::take(&mut self.text).nfc().collect();
        let Some(bounds) = self.bounds.take() else {
            return;
        };
        let scale = f64::from(DRAWN_DPI) / UNITS_PER_INCH;
        // Text may be placed anywhere, and sides are differences: no further than half the numbers.
        let far = f64::from(i32::MAX / 2);
        let pixel = |unit: f64| (unit * scale).round().clamp(-far, far) as i32;
        let [left, top, right, bottom] = bounds.map(pixel);
        let bounds = [left, top, right - left, bottom - top];
        self.words.push(Word {
            text,
            confidence: 1.0,
            bounds,
        });
    }
}

impl<'a> Device<'a> for TakeText {
    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, mode: &DrawMode) {
        if matches!(mode, DrawMode::Invisible) {
            return;
        }
        for glyph in run.glyphs() {
            let text = match glyph.as_unicode() {
                Some(BfString::Char(letter)) => letter.to_string(),
                Some(BfString::String(letters)) => letters,
                None => {
                    self.unknown += 1;
                    continue;
                }
            };
            let advance = advance(glyph);
            self.glyph(&text, props.transform * glyph.transform(), advance);
        }
    }

    fn draw_image(&mut self, _: Image<'a, '_>, _: ImageDrawProps<'a>) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

fn advance(glyph: &hayro::hayro_interpret::font::Glyph<'_>) -> f64 {
    use hayro::hayro_interpret::font::Glyph;
    let width = match glyph {
        Glyph::Outline(outline) => outline.advance_width(),
        Glyph::Type3(drawn) => drawn.advance_width(),
    };
    f64::from(width.unwrap_or(500.0))
}
