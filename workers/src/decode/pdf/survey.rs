//! What a page draws, without decoding any image: is it a scan?

use hayro::hayro_interpret::font::GlyphRun;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps,
    InterpreterCache, InterpreterSettings, SoftMask, interpret_page, util::TransformExt,
};
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::{Affine, BezPath, Rect};
use serde::{Deserialize, Serialize};

use super::UNITS_PER_INCH;
use crate::decode::believable_dpi;

/// A scan covers at least this share of its page; margins are cut by some scanning programs.
const COVERED: f64 = 0.85;

/// How far a scan may be turned from a right angle, as the ratio of off-axis to on-axis size.
const STRAIGHT: f64 = 1e-3;

/// The one image that is the page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct WholeImage {
    /// Samples, as stored.
    pub width: u32,
    /// Samples, as stored.
    pub height: u32,
    /// Dots per inch as placed on the page.
    pub dpi: Option<u32>,
    /// Quarter turns and mirroring from stored to shown.
    pub turn: StoredOrientation,
}

/// From stored samples to what a viewer shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredOrientation {
    /// Rows and columns change places first.
    pub transpose: bool,
    /// Then left and right.
    pub mirror_x: bool,
    /// Then top and bottom.
    pub mirror_y: bool,
}

impl WholeImage {
    /// Width and height as shown.
    pub(super) fn upright(&self) -> (u32, u32) {
        if self.turn.transpose {
            (self.height, self.width)
        } else {
            (self.width, self.height)
        }
    }
}

/// One image as a page places it.
#[derive(Debug, Clone, Copy)]
struct Placed {
    width: u32,
    height: u32,
    transform: Affine,
    /// Shows its own colours and hides nothing of the paper.
    is_opaque: bool,
}

/// Counts of what a page draws.
#[derive(Debug, Default)]
pub(super) struct Survey {
    page_area: f64,
    images: Vec<Placed>,
    visible_marks: u32,
}

impl Survey {
    pub(super) fn of(page: &Page<'_>) -> Self {
        let (width, height) = page.render_dimensions();
        let mut survey = Self {
            page_area: f64::from(width) * f64::from(height),
            ..Self::default()
        };
        interpret_into(page, &mut survey);
        survey
    }

    /// Samples of all images placed on the page.
    pub(super) fn samples(&self) -> u64 {
        self.images
            .iter()
            .map(|placed| u64::from(placed.width) * u64::from(placed.height))
            .fold(0, u64::saturating_add)
    }

    /// The page's one image, where the page shows nothing else and the image stands straight and
    /// covers it. Invisible text, as other programs' OCR leaves it, does not count.
    pub(super) fn whole_image(&self) -> Option<WholeImage> {
        let [
            Placed {
                width,
                height,
                transform,
                is_opaque,
            },
        ] = self.images[..]
        else {
            return None;
        };
        if self.visible_marks > 0 || !is_opaque {
            return None;
        }
        let (turn, units_per_sample) = straight(transform)?;
        let shown =
            transform.transform_rect_bbox(Rect::new(0.0, 0.0, f64::from(width), f64::from(height)));
        let dpi = believable_dpi(UNITS_PER_INCH / units_per_sample);
        (shown.area() >= COVERED * self.page_area).then_some(WholeImage {
            width,
            height,
            dpi,
            turn,
        })
    }
}

/// The quarter turn of an axis-aligned transform and its size of one sample in page units.
fn straight(transform: Affine) -> Option<(StoredOrientation, f64)> {
    let [a, b, c, d, _, _] = transform.as_coeffs();
    let on_axis = a.abs().max(d.abs());
    let off_axis = b.abs().max(c.abs());
    if off_axis <= on_axis * STRAIGHT {
        Some((
            StoredOrientation {
                transpose: false,
                mirror_x: a < 0.0,
                mirror_y: d < 0.0,
            },
            a.abs(),
        ))
    } else if on_axis <= off_axis * STRAIGHT {
        Some((
            StoredOrientation {
                transpose: true,
                mirror_x: c < 0.0,
                mirror_y: b < 0.0,
            },
            c.abs(),
        ))
    } else {
        None
    }
}

/// Runs a page's content through `device`, in page units with the origin at the top left as shown.
pub(super) fn interpret_into<'a>(page: &'a Page<'a>, device: &mut impl Device<'a>) {
    let (width, height) = page.render_dimensions();
    let cache = InterpreterCache::new();
    let mut context = Context::new(
        page.initial_transform(true).to_kurbo(),
        Rect::new(0.0, 0.0, f64::from(width), f64::from(height)),
        &cache,
        page.xref(),
        InterpreterSettings::default(),
    );
    interpret_page(page, &mut context, device);
}

impl<'a> Device<'a> for Survey {
    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {
        self.visible_marks += 1;
    }

    fn push_clip_path(&mut self, _: &ClipPath) {}

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}

    fn draw_glyph_run(&mut self, _: &GlyphRun<'_, 'a>, _: DrawProps<'a>, mode: &DrawMode) {
        if !matches!(mode, DrawMode::Invisible) {
            self.visible_marks += 1;
        }
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        let is_opaque = match &image {
            Image::Stencil(_) => false,
            Image::Raster(raster) => {
                let dictionary = raster.stream().dict();
                !["SMask", "Mask", "SMaskInData"]
                    .iter()
                    .any(|key| dictionary.contains_key(key))
            }
        };
        let (width, height) = (image.width(), image.height());
        self.images.push(Placed {
            width,
            height,
            transform: props.transform,
            is_opaque,
        });
    }

    fn pop_clip(&mut self) {}

    fn pop_transparency_group(&mut self) {}
}
