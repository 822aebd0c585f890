//! Where things stand: rectangles, and the way back from the page as read to the page as delivered.

use crate::reading::Box4;

/// Right edge of a box.
pub(crate) fn right(bounds: Box4) -> i32 {
    bounds[0] + bounds[2]
}

/// Bottom edge of a box.
pub(crate) fn bottom(bounds: Box4) -> i32 {
    bounds[1] + bounds[3]
}

/// Middle of a box.
pub(crate) fn centre(bounds: Box4) -> (f64, f64) {
    (
        f64::from(bounds[0]) + f64::from(bounds[2]) / 2.0,
        f64::from(bounds[1]) + f64::from(bounds[3]) / 2.0,
    )
}

/// The smallest box around all; `None` of nothing.
pub(crate) fn around(boxes: impl IntoIterator<Item = Box4>) -> Option<Box4> {
    boxes.into_iter().reduce(|a, b| {
        let (x, y) = (a[0].min(b[0]), a[1].min(b[1]));
        [
            x,
            y,
            right(a).max(right(b)) - x,
            bottom(a).max(bottom(b)) - y,
        ]
    })
}

/// How the page as read (upright, straight, perhaps smaller) lies on the page as delivered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Turn {
    /// Size of the page as delivered, in its pixels.
    pub delivered: (u32, u32),
    /// The content stands turned clockwise by this many degrees: 0, 90, 180 or 270.
    pub quarter: u16,
    /// Further small turn in degrees, clockwise positive.
    pub skew: f64,
    /// Pixels as read for each pixel as delivered, 1 or less.
    pub scale: f64,
    /// Size of the page as read, in its pixels.
    pub upright: (u32, u32),
}

impl Turn {
    /// Size after the quarter turn and the scaling, before straightening.
    pub fn quartered(&self) -> (f64, f64) {
        let (w, h) = self.delivered;
        let (w, h) = (f64::from(w) * self.scale, f64::from(h) * self.scale);
        if self.quarter.is_multiple_of(180) {
            (w, h)
        } else {
            (h, w)
        }
    }

    /// A point of the page as read, before straightening.
    pub fn to_quartered(self, x: f64, y: f64) -> (f64, f64) {
        let (width, height) = self.quartered();
        let (dx, dy) = (
            x - f64::from(self.upright.0) / 2.0,
            y - f64::from(self.upright.1) / 2.0,
        );
        let (sin, cos) = self.skew.to_radians().sin_cos();
        (
            dx * cos - dy * sin + width / 2.0,
            dx * sin + dy * cos + height / 2.0,
        )
    }

    fn point(self, x: f64, y: f64) -> (f64, f64) {
        let (x, y) = self.to_quartered(x, y);
        let (width, height) = self.quartered();
        let (x, y) = match self.quarter {
            90 => (height - y, x),
            180 => (width - x, height - y),
            270 => (y, width - x),
            _ => (x, y),
        };
        (x / self.scale, y / self.scale)
    }

    /// A point of the page as read, in pixels of the page as delivered and inside it.
    pub fn to_delivered_point(self, x: f64, y: f64) -> [i32; 2] {
        let (x, y) = self.point(x, y);
        let inside = |at: f64, limit: u32| at.round().clamp(0.0, f64::from(limit)) as i32;
        [inside(x, self.delivered.0), inside(y, self.delivered.1)]
    }

    /// A box on the page as read, on the page as delivered: the smallest that holds its corners.
    pub fn to_delivered(self, bounds: Box4) -> Box4 {
        let (x0, y0) = (f64::from(bounds[0]), f64::from(bounds[1]));
        let (x1, y1) = (f64::from(right(bounds)), f64::from(bottom(bounds)));
        let corners = [(x0, y0), (x1, y0), (x0, y1), (x1, y1)].map(|(x, y)| self.point(x, y));
        let fold = |pick: fn(&(f64, f64)) -> f64, best: fn(f64, f64) -> f64, limit: u32| {
            let edge = corners.iter().map(pick).reduce(best).unwrap_or_default();
            edge.round().clamp(0.0, f64::from(limit)) as i32
        };
        let (left, top) = (
            fold(|p| p.0, f64::min, self.delivered.0),
            fold(|p| p.1, f64::min, self.delivered.1),
        );
        [
            left,
            top,
            fold(|p| p.0, f64::max, self.delivered.0) - left,
            fold(|p| p.1, f64::max, self.delivered.1) - top,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(quarter: u16, skew: f64, upright: (u32, u32)) -> Turn {
        Turn {
            delivered: (200, 100),
            quarter,
            skew,
            scale: 1.0,
            upright,
        }
    }

    #[test]
    fn an_upright_box_stays() {
        assert_eq!(
            turn(0, 0.0, (200, 100)).to_delivered([10, 20, 30, 5]),
            [10, 20, 30, 5]
        );
    }

    #[test]
    fn quarter_turns_are_undone() {
        assert_eq!(
            turn(180, 0.0, (200, 100)).to_delivered([0, 0, 20, 10]),
            [180, 90, 20, 10]
        );
        assert_eq!(
            turn(90, 0.0, (100, 200)).to_delivered([0, 0, 20, 10]),
            [190, 0, 10, 20]
        );
        assert_eq!(
            turn(270, 0.0, (100, 200)).to_delivered([0, 0, 20, 10]),
            [0, 80, 10, 20]
        );
    }

    #[test]
    fn a_small_turn_moves_a_far_point_down_on_its_right() {
        let [_, y, ..] = turn(0, 2.0, (200, 100)).to_delivered([190, 50, 2, 2]);
        assert!((52..=54).contains(&y), "{y}");
    }

    #[test]
    fn a_page_read_smaller_is_enlarged_again() {
        let turn = Turn {
            scale: 0.5,
            ..turn(0, 0.0, (100, 50))
        };
        assert_eq!(turn.to_delivered([10, 10, 5, 5]), [20, 20, 10, 10]);
    }
}
