//! The one image that a scanned page is: how it is turned, how dense it is, and what part of it the page shows.

use hayro::kurbo::{Affine, Rect};
use serde::{Deserialize, Serialize};

use super::UNITS_PER_INCH;
use crate::decode::Density;

/// A scan covers at least this share of its page; margins are cut by some scanning programs.
const COVERED: f64 = 0.85;

/// How far a scan may be turned from a right angle, as the ratio of off-axis to on-axis size.
const STRAIGHT: f64 = 1e-3;

/// What an image loses at an edge of the page is a rounding up to this share of its side, and its pixels are kept.
const ROUNDING: f64 = 0.01;

/// One image as a page places it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placed {
    pub width: u32,
    pub height: u32,
    pub transform: Affine,
    /// The part of the page it may be seen on, in page units.
    pub shown: Rect,
    /// Shows its own colours and hides nothing of the paper.
    pub is_opaque: bool,
    /// How many images are drawn before it.
    pub index: usize,
    /// When it is drawn, among all things on the page.
    pub order: usize,
}

/// The one image that is the page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct WholeImage {
    /// Samples from left to right, as stored.
    pub width: u32,
    /// Samples from top to bottom, as stored.
    pub height: u32,
    /// How many images the page draws before it.
    pub index: usize,
    /// Quarter turns and mirroring from stored to shown.
    pub turn: StoredOrientation,
    /// The part that the page shows, in samples as shown: left, top, width, height.
    pub part: [u32; 4],
    /// Where that part stands on the page, in page units.
    pub shown: Rect,
    /// Samples to a page unit, across and down as shown.
    pub per_unit: (f64, f64),
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
    /// The image as a page of this size places it; `None` where it lies askew or leaves too much of the page free.
    pub(super) fn of(placed: &Placed, sheet: Rect) -> Option<Self> {
        let (width, height) = (placed.width, placed.height);
        let turn = straight(placed.transform)?;
        let own = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
        let bounds = placed.transform.transform_rect_bbox(own);
        // A picture on a page with much free paper is an illustration, and what stands around it
        // would be lost.
        if placed.shown.area() < COVERED * sheet.area() {
            return None;
        }
        let (across, down) = match turn.transpose {
            true => (height, width),
            false => (width, height),
        };
        let per_unit = (
            f64::from(across) / bounds.width(),
            f64::from(down) / bounds.height(),
        );
        let (left, wide) = part(
            [bounds.x0, bounds.x1],
            [placed.shown.x0, placed.shown.x1],
            across,
        );
        let (top, high) = part(
            [bounds.y0, bounds.y1],
            [placed.shown.y0, placed.shown.y1],
            down,
        );
        let part = [left, top, wide, high];
        let is_usable = per_unit.0.is_finite() && per_unit.1.is_finite() && wide > 0 && high > 0;
        is_usable.then_some(Self {
            width,
            height,
            index: placed.index,
            turn,
            part,
            shown: placed.shown,
            per_unit,
        })
    }

    /// Dots to the inch where a page unit is `unit` seventy-seconds of it.
    pub(super) fn density(&self, unit: f64) -> Density {
        let dots = |per_unit: f64| per_unit * UNITS_PER_INCH / unit;
        Density::per_inch(dots(self.per_unit.0), dots(self.per_unit.1))
    }

    /// Whether the page shows all of it.
    pub(super) fn is_whole(&self) -> bool {
        let [left, top, width, height] = self.part;
        let stored = match self.turn.transpose {
            true => (self.height, self.width),
            false => (self.width, self.height),
        };
        (left, top) == (0, 0) && (width, height) == stored
    }
}

/// From where and how many of `samples` between two edges are shown between the others; all of them where only a
/// rounding is left out.
fn part(edges: [f64; 2], shown: [f64; 2], samples: u32) -> (u32, u32) {
    let scale = f64::from(samples) / (edges[1] - edges[0]);
    let lost = (shown[0] - edges[0]).max(edges[1] - shown[1]) * scale;
    // A hair's breadth beyond the edge is rounding of the writer; cutting it would resample the
    // whole scan.
    if lost <= (f64::from(samples) * ROUNDING).max(2.0) {
        return (0, samples);
    }
    let place = |edge: f64| {
        ((edge - edges[0]) * scale)
            .round()
            .clamp(0.0, f64::from(samples)) as u32
    };
    let (from, to) = (place(shown[0]), place(shown[1]));
    (from, to - from)
}

/// The quarter turn of an axis-aligned transform.
fn straight(transform: Affine) -> Option<StoredOrientation> {
    let [a, b, c, d, _, _] = transform.as_coeffs();
    let on_axis = a.abs().max(d.abs());
    let off_axis = b.abs().max(c.abs());
    if off_axis <= on_axis * STRAIGHT {
        Some(StoredOrientation {
            transpose: false,
            mirror_x: a < 0.0,
            mirror_y: d < 0.0,
        })
    } else if on_axis <= off_axis * STRAIGHT {
        Some(StoredOrientation {
            transpose: true,
            mirror_x: c < 0.0,
            mirror_y: b < 0.0,
        })
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_an_image_is_its_half_and_a_hair_less_is_the_whole() {
        assert_eq!(part([0.0, 200.0], [0.0, 100.0], 1000), (0, 500));
        assert_eq!(part([-100.0, 100.0], [0.0, 100.0], 1000), (500, 500));
        assert_eq!(part([-0.4, 100.0], [0.0, 100.0], 1000), (0, 1000));
    }
}
