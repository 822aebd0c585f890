//! What a page draws, in order, without decoding any image: what of it is seen, and is it a scan?

use hayro::hayro_interpret::font::{Glyph, GlyphRun};
use hayro::hayro_interpret::hayro_cmap::BfString;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps,
    InterpreterCache, InterpreterSettings, Paint, SoftMask, interpret_page, util::TransformExt,
};
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::{Affine, BezPath, Point, Rect, Shape};

use super::whole_image::{Placed, WholeImage};

/// Glyphs and other things of one page that are followed; a page with more of them is drawn and recognised.
const MOST_MARKS: usize = 300_000;
/// Things that hide what is under them, likewise.
const MOST_COVERS: usize = 1_024;

/// Less opaque than this nobody sees it; more opaque than the other it hides what is under it.
const SEEN: f32 = 0.05;
const OPAQUE: f32 = 0.95;
/// Lighter than this (0 to 1) is not seen on paper; darker than the other, light things are seen on it.
const LIGHT: f32 = 0.85;
const DARK: f32 = 0.6;
/// Letters of fewer units to the em are a hair's breadth.
const LEAST_EM: f64 = 1.2;

/// One glyph as a page places it, in page units.
#[derive(Debug, Clone)]
pub(super) struct Placement {
    /// Its Unicode, where the font says so; empty where text was not asked for.
    pub text: Option<String>,
    /// From its own space, of 1000 units to the em, to the page.
    pub transform: Affine,
    /// How far it leads, in its own space.
    pub advance: f64,
    order: usize,
    is_light: bool,
}

impl Placement {
    pub fn em(&self) -> f64 {
        let up = self.transform * Point::new(0.0, 1000.0);
        up.distance(self.transform * Point::ORIGIN)
    }

    fn middle(&self) -> Point {
        self.transform * Point::new(self.advance / 2.0, 300.0)
    }
}

/// A part of the page painted over.
#[derive(Debug, Clone, Copy)]
struct Cover {
    order: usize,
    bounds: Rect,
    is_dark: bool,
    /// Whether it hides all that was there.
    hides: bool,
}

/// Everything a page draws that matters to how it is read.
#[derive(Default)]
pub(super) struct Survey {
    sheet: Rect,
    images: Vec<Placed>,
    glyphs: Vec<Placement>,
    /// Lines and areas that show: not what is as light as paper, unless it lies on something.
    paths: Vec<(usize, Rect)>,
    /// Around all images and glyphs so far.
    inked: Option<Rect>,
    covers: Vec<Cover>,
    clips: Vec<Rect>,
    opacities: Vec<(f32, bool)>,
    order: usize,
    image_count: usize,
    with_text: bool,
    /// More is drawn than was followed.
    pub is_overfull: bool,
}

impl Survey {
    /// Surveys a page; the letters of its glyphs are looked up `with_text`.
    pub(super) fn of(page: &Page<'_>, with_text: bool) -> Self {
        let (width, height) = page.render_dimensions();
        let mut survey = Self {
            sheet: Rect::new(0.0, 0.0, f64::from(width), f64::from(height)),
            with_text,
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

    /// The images of which anything is seen.
    pub(super) fn images(&self) -> impl Iterator<Item = &Placed> {
        // Of no area or painted over: whoever looks at the page sees nothing of it.
        self.images
            .iter()
            .filter(|image| image.shown.area() > 0.0 && !self.is_hidden(image.order, image.shown))
    }

    /// The glyphs that are seen.
    pub(super) fn glyphs(&self) -> impl Iterator<Item = &Placement> {
        self.glyphs.iter().filter(|glyph| {
            let middle = glyph.middle();
            let spot = Rect::from_center_size(middle, (0.0, 0.0));
            let on_dark = || {
                self.covers.iter().any(|cover| {
                    cover.is_dark && cover.order < glyph.order && cover.bounds.contains(middle)
                })
            };
            // White letters on paper are hidden text; on a dark bar they are a heading.
            !self.is_hidden(glyph.order, spot) && (!glyph.is_light || on_dark())
        })
    }

    /// The page's one picture, where it stands straight and covers the page, and what is seen beside it or laid over
    /// it, in page units: lines, areas, other pictures.
    pub(super) fn ground(&self) -> Option<(WholeImage, Vec<Rect>)> {
        let area = |image: &&Placed| image.shown.area();
        let ground = self.images().max_by(|a, b| area(a).total_cmp(&area(b)))?;
        // A picture that lets something shine through is no scan of paper.
        let whole = WholeImage::of(ground, self.sheet).filter(|_| ground.is_opaque)?;
        let paths = self.paths.iter().copied();
        let images = self.images().filter(|image| image.index != ground.index);
        let laid_over = paths
            .filter(|(order, bounds)| !self.is_hidden(*order, *bounds))
            .map(|(_, bounds)| bounds)
            .chain(images.map(|image| image.shown))
            .collect();
        Some((whole, laid_over))
    }

    /// The share of the page that pictures take, 0 to 1.
    pub(super) fn pictured(&self) -> f64 {
        let shown: f64 = self.images().map(|image| image.shown.area()).sum();
        (shown / self.sheet.area().max(1.0)).min(1.0)
    }

    /// Whether something painted later hides all of it.
    fn is_hidden(&self, order: usize, bounds: Rect) -> bool {
        self.covers.iter().any(|cover| {
            cover.hides
                && cover.order > order
                // Half a unit of slack: covers are often drawn exactly as large as what they hide.
                && cover.bounds.inflate(0.5, 0.5).contains_rect(bounds)
        })
    }

    fn clip(&self) -> Rect {
        self.clips.last().copied().unwrap_or(self.sheet)
    }

    /// How opaque all groups that are open make what is drawn into them, and whether they leave it whole.
    fn opacity(&self) -> (f32, bool) {
        self.opacities.last().copied().unwrap_or((1.0, true))
    }

    fn next(&mut self) -> usize {
        self.order += 1;
        self.order
    }

    fn cover(&mut self, cover: Cover) {
        // Past the ceiling further covers are left out: something hidden may then be read, never
        // the other way round.
        if self.covers.len() < MOST_COVERS {
            self.covers.push(cover);
        }
    }

    fn ink(&mut self, bounds: Rect) {
        self.inked = Some(self.inked.map_or(bounds, |inked| inked.union(bounds)));
    }

    fn has_room(&mut self) -> bool {
        let marks = self.images.len() + self.glyphs.len() + self.paths.len();
        // An endless page is stopped here and marked, since its text can no longer be believed as a
        // whole.
        self.is_overfull |= marks >= MOST_MARKS;
        !self.is_overfull
    }
}

/// Whether two boxes share a point; a straight line has no area.
fn touch(a: Rect, b: Rect) -> bool {
    a.x0 <= b.x1 && b.x0 <= a.x1 && a.y0 <= b.y1 && b.y0 <= a.y1
}

/// How light a paint is, 0 to 1, and how opaque; a pattern is taken for ink.
fn light(paint: &Paint<'_>) -> (f32, f32) {
    match paint {
        Paint::Color(color) => {
            let [red, green, blue, alpha] = color.to_rgba().components();
            (0.2126 * red + 0.7152 * green + 0.0722 * blue, alpha)
        }
        Paint::Pattern(_) => (0.0, 1.0),
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
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, mode: &DrawMode) {
        let order = self.next();
        let (lightness, alpha) = light(&props.paint);
        let (opacity, is_whole) = self.opacity();
        let bounds = props.transform.transform_rect_bbox(path.bounding_box());
        let clip = self.clip();
        let alpha = alpha * opacity;
        // What is clipped away or hardly opaque leaves no ink on the paper.
        if alpha < SEEN || !touch(bounds, clip) || !self.has_room() {
            return;
        }
        let seen = bounds.intersect(clip);
        // Light paths matter only where they lie over ink: there they are corrections.
        if lightness <= LIGHT || self.inked.is_some_and(|inked| touch(seen, inked)) {
            self.paths.push((order, seen));
        }
        let is_filled = matches!(mode, DrawMode::Fill(_) | DrawMode::FillAndStroke(..));
        if is_filled && alpha >= OPAQUE {
            let area = bounds.area();
            // Only a box hides what lies inside its bounds; a curve of the same bounds leaves the
            // corners free.
            let is_box = (path.area() * props.transform.determinant()).abs() >= area * 0.98;
            self.cover(Cover {
                order,
                bounds: seen,
                is_dark: lightness < DARK,
                hides: is_box
                    && area > 0.0
                    && is_whole
                    && props.soft_mask.is_none()
                    && matches!(props.blend_mode, BlendMode::Normal)
                    && matches!(props.paint, Paint::Color(_)),
            });
        }
    }

    fn push_clip_path(&mut self, clip: &ClipPath) {
        let inner = self.clip().intersect(clip.path.bounding_box());
        self.clips.push(inner);
    }

    fn push_transparency_group(
        &mut self,
        opacity: f32,
        mask: Option<SoftMask<'a>>,
        blend: BlendMode,
    ) {
        let (outer, is_whole) = self.opacity();
        // A mask or another blend mode leaves it open what is seen, so nothing below counts as
        // hidden.
        let is_plain = mask.is_none() && matches!(blend, BlendMode::Normal);
        self.opacities.push((outer * opacity, is_whole && is_plain));
    }

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, mode: &DrawMode) {
        let order = self.next();
        let (lightness, alpha) = light(&props.paint);
        // Render mode 3 is how other programs write a text layer: it is not what the paper shows.
        let unseen = alpha * self.opacity().0 < SEEN || matches!(mode, DrawMode::Invisible);
        if unseen {
            return;
        }
        for glyph in run.glyphs() {
            let placement = Placement {
                text: if self.with_text { unicode(glyph) } else { None },
                transform: props.transform * glyph.transform(),
                advance: advance(glyph),
                order,
                is_light: lightness > LIGHT,
            };
            let is_seen = placement.em() >= LEAST_EM && self.clip().contains(placement.middle());
            if is_seen && self.has_room() {
                self.ink(Rect::from_center_size(placement.middle(), (0.0, 0.0)));
                self.glyphs.push(placement);
            }
        }
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        let order = self.next();
        let index = self.image_count;
        self.image_count += 1;
        let (opacity, is_whole) = self.opacity();
        let has_mask = match &image {
            Image::Stencil(_) => true,
            Image::Raster(raster) => {
                let dictionary = raster.stream().dict();
                ["SMask", "Mask", "SMaskInData"]
                    .iter()
                    .any(|key| dictionary.contains_key(key))
            }
        };
        let is_opaque = !has_mask
            && is_whole
            && opacity >= OPAQUE
            && props.soft_mask.is_none()
            && matches!(props.blend_mode, BlendMode::Normal);
        let (width, height) = (image.width(), image.height());
        let own = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
        let bounds = props.transform.transform_rect_bbox(own);
        let shown = bounds.intersect(self.clip());
        if opacity < SEEN || !touch(bounds, self.clip()) || !self.has_room() {
            return;
        }
        self.ink(shown);
        self.images.push(Placed {
            width,
            height,
            transform: props.transform,
            shown,
            is_opaque,
            index,
            order,
        });
        let [a, b, c, d, ..] = props.transform.as_coeffs();
        // An image placed askew does not fill its bounds and hides nothing for certain.
        let is_box = (b == 0.0 && c == 0.0) || (a == 0.0 && d == 0.0);
        self.cover(Cover {
            order,
            bounds: shown,
            is_dark: false,
            hides: is_opaque && is_box,
        });
    }

    fn pop_clip(&mut self) {
        self.clips.pop();
    }

    fn pop_transparency_group(&mut self) {
        self.opacities.pop();
    }
}

fn unicode(glyph: &Glyph<'_>) -> Option<String> {
    Some(match glyph.as_unicode()? {
        BfString::Char(letter) => letter.to_string(),
        BfString::String(letters) => letters,
    })
}

fn advance(glyph: &Glyph<'_>) -> f64 {
    let width = match glyph {
        Glyph::Outline(outline) => outline.advance_width(),
        Glyph::Type3(drawn) => drawn.advance_width(),
    };
    // Half an em where the font does not say: right for most letters, and only gaps are judged by
    // it.
    f64::from(width.unwrap_or(500.0))
}
