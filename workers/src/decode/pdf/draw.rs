//! Pixels of a PDF page.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hayro::hayro_interpret::font::GlyphRun;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Device, DrawMode, DrawProps, Image, ImageData, ImageDrawProps,
    InterpreterSettings, InterpreterWarning, RasterImage, SoftMask,
};
use hayro::hayro_syntax::Filter;
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::BezPath;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};
use image::imageops::{self, FilterType};
use image::{DynamicImage, GrayImage, Luma, Rgb, RgbImage};

use super::narrowed;
use super::plan::Sheet;
use super::survey;
use super::whole_image::WholeImage;
use crate::decode::raster;
use crate::outcome::{Failure, FailureKind, Outcome};
use crate::word::Box4;

/// The pixels of a page that is one image, turned as a viewer shows them, and no more of them than the page shows.
pub(super) fn scan(page: &Page<'_>, scan: &WholeImage) -> Outcome<DynamicImage> {
    let stored = taken(page, scan.index, samples)
        .ok_or_else(|| Failure::unreadable("the page's image does not decode"))?;
    // The samples are taken by the place of the image; another size means that another image was
    // hit.
    if (stored.width(), stored.height()) != (scan.width, scan.height) {
        return Err(Failure::unreadable(
            "the page's image has another size than it announces",
        ));
    }
    let mut shown = narrowed(raster::on_white_paper(stored));
    // In the order in which the survey describes the turn: swapping axes first, then mirroring.
    if scan.turn.transpose {
        shown = shown.rotate90().fliph();
    }
    if scan.turn.mirror_x {
        shown = shown.fliph();
    }
    if scan.turn.mirror_y {
        shown = shown.flipv();
    }
    if !scan.is_whole() {
        let [left, top, width, height] = scan.part;
        // Cut last, because the part is counted in pixels as shown.
        shown = shown.crop_imm(left, top, width, height);
    }
    Ok(shown)
}

/// A scan laid where it stands on its page, its own pixels but where lines, areas or other pictures are seen: text drawn
/// on it is left out.
pub(super) fn scan_on_sheet(
    page: &Page<'_>,
    scan: &WholeImage,
    laid_over: &[Box4],
    sheet: &Sheet,
) -> Outcome<DynamicImage> {
    let mut ground = scan_alone(page, scan, sheet)?;
    if laid_over.is_empty() {
        return Ok(ground);
    }
    // The whole page is drawn once and only the covered places are taken from it.
    let drawn = self::page(page, sheet.width, sheet.height)?;
    if drawn.color() != ground.color() {
        ground = DynamicImage::ImageRgb8(ground.into_rgb8());
    }
    for [x, y, width, height] in laid_over {
        let [x, y, width, height] = [*x, *y, *width, *height].map(|side| side.max(0) as u32);
        let part = drawn.crop_imm(x, y, width, height);
        match &mut ground {
            DynamicImage::ImageLuma8(grey) => {
                imageops::replace(grey, &part.into_luma8(), i64::from(x), i64::from(y));
            }
            DynamicImage::ImageRgb8(colour) => {
                imageops::replace(colour, &part.into_rgb8(), i64::from(x), i64::from(y));
            }
            _ => {} // pages are grey or coloured
        }
    }
    Ok(narrowed(ground))
}

fn scan_alone(page: &Page<'_>, scan: &WholeImage, sheet: &Sheet) -> Outcome<DynamicImage> {
    let picture = self::scan(page, scan)?;
    let pixel = |unit: f64, per_unit: f64| (unit * per_unit).round().max(0.0) as u32;
    let (left, top) = (
        pixel(scan.shown.x0, sheet.per_unit),
        pixel(scan.shown.y0, sheet.per_unit),
    );
    let width = pixel(scan.shown.width(), sheet.per_unit).clamp(1, sheet.width);
    let height = pixel(scan.shown.height(), sheet.per_unit).clamp(1, sheet.height);
    let near = |a: u32, b: u32| a.abs_diff(b) <= 2; // rounding
    let picture = match near(picture.width(), width) && near(picture.height(), height) {
        true => picture,
        // Sharper than linear: the letters that are read are those of this picture.
        false => picture.resize_exact(width, height, FilterType::CatmullRom),
    };
    Ok(match picture {
        DynamicImage::ImageLuma8(grey) => {
            let mut canvas = GrayImage::from_pixel(sheet.width, sheet.height, Luma([255]));
            imageops::replace(&mut canvas, &grey, i64::from(left), i64::from(top));
            DynamicImage::ImageLuma8(canvas)
        }
        other => {
            let mut canvas = RgbImage::from_pixel(sheet.width, sheet.height, Rgb([255; 3]));
            let colour = other.into_rgb8();
            imageops::replace(&mut canvas, &colour, i64::from(left), i64::from(top));
            DynamicImage::ImageRgb8(canvas)
        }
    })
}

/// The page drawn on white paper.
pub(super) fn page(page: &Page<'_>, width: u32, height: u32) -> Outcome<DynamicImage> {
    // The library counts pixels in sixteen bits.
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
            // A picture that does not decode is left white by the library; a page with a hole must
            // not pass as read.
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

/// An image in its own samples.
fn samples(raster: &RasterImage<'_>) -> Option<DynamicImage> {
    let mut samples = None;
    raster.with_rgba(
        |data, _alpha| {
            samples = match data {
                ImageData::Rgb(rgb) => {
                    RgbImage::from_raw(rgb.width, rgb.height, rgb.data).map(DynamicImage::ImageRgb8)
                }
                ImageData::Luma(grey) => GrayImage::from_raw(grey.width, grey.height, grey.data)
                    .map(DynamicImage::ImageLuma8),
            };
        },
        None,
    );
    samples
}

/// The JPEG file behind the page's image, where that is what its stream holds and its colours are its
/// own: no table that turns them round, no palette.
pub(super) fn jpeg(page: &Page<'_>, scan: &WholeImage) -> Option<Vec<u8>> {
    taken(page, scan.index, |raster| {
        let stream = raster.stream();
        // Plain DCT with the colours of the file itself: a decode array would invert or shift them.
        let plain = matches!(stream.filters()[..], [Filter::DctDecode])
            && !["Decode", "DecodeParms"]
                .iter()
                .any(|key| stream.dict().contains_key(key));
        plain.then(|| stream.raw_data().into_owned())
    })
}

/// What `take` makes of the image of that place among those the page draws; `None` where it is a stencil, or `take`
/// makes nothing of it.
fn taken<T>(
    page: &Page<'_>,
    index: usize,
    take: impl Fn(&RasterImage<'_>) -> Option<T>,
) -> Option<T> {
    let mut taker = TakeImage {
        before: index,
        take,
        taken: None,
    };
    survey::interpret_into(page, &mut taker);
    taker.taken.flatten()
}

/// Takes one of the images drawn and nothing else.
struct TakeImage<T, F> {
    /// Images to let pass.
    before: usize,
    take: F,
    taken: Option<Option<T>>,
}

impl<'a, T, F: Fn(&RasterImage<'_>) -> Option<T>> Device<'a> for TakeImage<T, F> {
    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn draw_glyph_run(&mut self, _: &GlyphRun<'_, 'a>, _: DrawProps<'a>, _: &DrawMode) {}

    fn draw_image(&mut self, image: Image<'a, '_>, _: ImageDrawProps<'a>) {
        // Counted in the order of drawing, which is all that survey and drawing have in common.
        if self.before > 0 || self.taken.is_some() {
            self.before = self.before.saturating_sub(1);
        } else if let Image::Raster(raster) = image {
            self.taken = Some((self.take)(&raster));
        }
    }

    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}
