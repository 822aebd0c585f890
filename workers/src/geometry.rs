//! Rectangles, quarter turns, the transform from the page as read to the page as delivered, and the usual one of
//! many lengths.

use std::cmp::Ordering;
use std::fmt;

use image::DynamicImage;
use serde::{Deserialize, Serialize};

use crate::word::Box4;

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

/// A clockwise turn by quarters; written as its degrees.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "u16", try_from = "u16")]
pub enum Turn {
    /// 0 degrees.
    #[default]
    None,
    /// 90 degrees.
    Quarter,
    /// 180 degrees.
    Half,
    /// 270 degrees.
    ThreeQuarters,
}

impl Turn {
    /// All four, by their degrees.
    pub const ALL: [Self; 4] = [Self::None, Self::Quarter, Self::Half, Self::ThreeQuarters];

    /// `None` for degrees that are not 0, 90, 180 or 270.
    pub fn from_degrees(degrees: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|turn| turn.degrees() == degrees)
    }

    /// 0, 90, 180 or 270.
    pub fn degrees(self) -> u16 {
        self as u16 * 90
    }

    /// The turn that undoes this one: the rest of the circle.
    #[must_use]
    pub fn back(self) -> Self {
        Self::ALL[(4 - self as usize) % 4]
    }

    /// This turn and then another.
    #[must_use]
    pub fn then(self, next: Self) -> Self {
        Self::ALL[(self as usize + next as usize) % 4]
    }

    /// Width and height of a page once it is turned.
    pub fn size<T>(self, [width, height]: [T; 2]) -> [T; 2] {
        match self.swaps_sides() {
            true => [height, width],
            false => [width, height],
        }
    }

    /// A box of a page of that size, once the page is turned.
    pub fn place(self, [x, y, w, h]: [i64; 4], [width, height]: [i64; 2]) -> [i64; 4] {
        match self {
            Self::None => [x, y, w, h],
            Self::Quarter => [height - y - h, x, h, w],
            Self::Half => [width - x - w, height - y - h, w, h],
            Self::ThreeQuarters => [y, width - x - w, h, w],
        }
    }

    /// Whether width and height change places.
    pub fn swaps_sides(self) -> bool {
        matches!(self, Self::Quarter | Self::ThreeQuarters)
    }

    /// The picture turned clockwise.
    pub(crate) fn apply(self, picture: DynamicImage) -> DynamicImage {
        match self {
            Self::None => picture,
            Self::Quarter => picture.rotate90(),
            Self::Half => picture.rotate180(),
            Self::ThreeQuarters => picture.rotate270(),
        }
    }
}

impl fmt::Display for Turn {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.degrees().fmt(out)
    }
}

impl From<Turn> for u16 {
    fn from(turn: Turn) -> Self {
        turn.degrees()
    }
}

impl TryFrom<u16> for Turn {
    type Error = String;

    fn try_from(degrees: u16) -> Result<Self, String> {
        Self::from_degrees(degrees).ok_or_else(|| format!("a turn of {degrees} degrees"))
    }
}

impl TryFrom<i64> for Turn {
    type Error = String;

    fn try_from(degrees: i64) -> Result<Self, String> {
        let degrees = u16::try_from(degrees).map_err(|_| format!("a turn of {degrees} degrees"))?;
        degrees.try_into()
    }
}

/// How the page as read (upright, straight, perhaps smaller) lies on the page as delivered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct PageTransform {
    /// Size of the page as delivered, in its pixels.
    pub delivered: (u32, u32),
    /// How the content stands on the page as delivered.
    pub turn: Turn,
    /// Further small turn in degrees, clockwise positive.
    pub skew: f64,
    /// Pixels as read for each pixel as delivered, 1 or less.
    pub scale: f64,
    /// Size of the page as read, in its pixels.
    pub upright: (u32, u32),
}

impl PageTransform {
    /// Size after the quarter turn and the scaling, before straightening.
    pub fn quartered(&self) -> (f64, f64) {
        let (w, h) = self.delivered;
        let (w, h) = (f64::from(w) * self.scale, f64::from(h) * self.scale);
        if self.turn.swaps_sides() {
            (h, w)
        } else {
            (w, h)
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
        // The order undoes how the page was made upright: straightened last, so undone first, then
        // the quarter turn, then the scale.
        let (width, height) = self.quartered();
        let (x, y) = match self.turn {
            Turn::None => (x, y),
            Turn::Quarter => (height - y, x),
            Turn::Half => (width - x, height - y),
            Turn::ThreeQuarters => (y, width - x),
        };
        (x / self.scale, y / self.scale)
    }

    /// A point of the page as read, in pixels of the page as delivered and inside it.
    pub fn to_delivered_point(self, x: f64, y: f64) -> [i32; 2] {
        let (x, y) = self.point(x, y);
        // Straightening moves corners a little beyond the picture; a place outside it could not be
        // cut out.
        let inside = |at: f64, limit: u32| at.round().clamp(0.0, f64::from(limit)) as i32;
        [inside(x, self.delivered.0), inside(y, self.delivered.1)]
    }

    /// A box on the page as delivered, on the page as read: the smallest that holds its corners.
    pub fn to_upright(self, bounds: Box4) -> Box4 {
        let (width, height) = self.quartered();
        let (sin, cos) = self.skew.to_radians().sin_cos();
        let point = |x: i32, y: i32| {
            let (x, y) = (f64::from(x) * self.scale, f64::from(y) * self.scale);
            let (x, y) = match self.turn {
                Turn::None => (x, y),
                Turn::Quarter => (y, height - x),
                Turn::Half => (width - x, height - y),
                Turn::ThreeQuarters => (width - y, x),
            };
            let (dx, dy) = (x - width / 2.0, y - height / 2.0);
            (
                dx * cos + dy * sin + f64::from(self.upright.0) / 2.0,
                dy * cos - dx * sin + f64::from(self.upright.1) / 2.0,
            )
        };
        // A leaning box is no longer upright on the other page, so all four corners are followed
        // and not two.
        let corners = [
            point(bounds[0], bounds[1]),
            point(right(bounds), bounds[1]),
            point(bounds[0], bottom(bounds)),
            point(right(bounds), bottom(bounds)),
        ];
        let edge = |pick: fn(&(f64, f64)) -> f64, best: fn(f64, f64) -> f64| {
            let edge = corners.iter().map(pick).reduce(best).unwrap_or_default();
            edge.round() as i32
        };
        let (left, top) = (edge(|p| p.0, f64::min), edge(|p| p.1, f64::min));
        let (right, bottom) = (edge(|p| p.0, f64::max), edge(|p| p.1, f64::max));
        [left, top, right - left, bottom - top]
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

/// The middle one of the values in order, the upper of two; of none there is none.
pub(crate) fn median<T: Ord + Copy>(values: impl IntoIterator<Item = T>) -> Option<T> {
    median_by(values, T::cmp)
}

/// The same of lengths that are no whole numbers.
pub(crate) fn median_f64(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    median_by(values, f64::total_cmp)
}

fn median_by<T: Copy>(
    values: impl IntoIterator<Item = T>,
    order: impl FnMut(&T, &T) -> Ordering,
) -> Option<T> {
    let mut values: Vec<T> = values.into_iter().collect();
    let middle = values.len() / 2;
    if values.is_empty() {
        return None;
    }
    Some(*values.select_nth_unstable_by(middle, order).1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(degrees: u16, skew: f64, upright: (u32, u32)) -> PageTransform {
        PageTransform {
            delivered: (200, 100),
            turn: Turn::from_degrees(degrees).unwrap(),
            skew,
            scale: 1.0,
            upright,
        }
    }

    #[test]
    fn a_box_is_turned_with_the_page_and_back() {
        let (size, own) = ([100, 200], [10, 20, 30, 5]);
        assert_eq!(Turn::None.place(own, size), own);
        assert_eq!(Turn::Half.place(own, size), [60, 175, 30, 5]);
        assert_eq!(Turn::ThreeQuarters.place(own, size), [20, 60, 5, 30]);
        assert_eq!(Turn::Quarter.place(own, size), [175, 10, 5, 30]);
        for turn in Turn::ALL {
            let there = turn.place(own, size);
            assert_eq!(turn.back().place(there, turn.size(size)), own, "{turn}");
            assert_eq!(turn.then(turn.back()), Turn::None);
        }
    }

    #[test]
    fn a_turn_is_written_as_its_degrees_and_no_other_is_understood() {
        for turn in Turn::ALL {
            let text = serde_json::to_string(&turn).unwrap();
            assert_eq!(text, turn.degrees().to_string());
            assert_eq!(serde_json::from_str::<Turn>(&text).unwrap(), turn);
        }
        for odd in ["45", "360", "-90", "\"90\""] {
            assert!(serde_json::from_str::<Turn>(odd).is_err(), "{odd}");
        }
        assert!(Turn::try_from(i64::MAX).is_err() && Turn::try_from(-90_i64).is_err());
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
    fn a_box_goes_to_the_upright_page_and_back() {
        for (degrees, upright) in [
            (0, (200, 100)),
            (90, (100, 200)),
            (180, (200, 100)),
            (270, (100, 200)),
        ] {
            let turn = turn(degrees, 0.0, upright);
            let there = turn.to_upright([20, 30, 40, 10]);
            assert_eq!(turn.to_delivered(there), [20, 30, 40, 10], "{degrees}");
        }
        let leaning = turn(90, 2.0, (104, 207));
        let [x, y, w, h] = leaning.to_delivered(leaning.to_upright([90, 40, 2, 2]));
        assert!((88..=90).contains(&x) && (38..=40).contains(&y) && w <= 6 && h <= 6);
    }

    #[test]
    fn a_small_turn_moves_a_far_point_down_on_its_right() {
        let [_, y, ..] = turn(0, 2.0, (200, 100)).to_delivered([190, 50, 2, 2]);
        assert!((52..=54).contains(&y), "{y}");
    }

    #[test]
    fn a_page_read_smaller_is_enlarged_again() {
        let turn = PageTransform {
            scale: 0.5,
            ..turn(0, 0.0, (100, 50))
        };
        assert_eq!(turn.to_delivered([10, 10, 5, 5]), [20, 20, 10, 10]);
    }

    #[test]
    fn the_upper_of_two_middle_ones_and_none_of_none() {
        assert_eq!(median([3, 1, 2]), Some(2));
        assert_eq!(median([4, 1, 3, 2]), Some(3));
        assert_eq!(median_f64([0.5, -1.0, 7.0]), Some(0.5));
        assert_eq!(median(Vec::<u8>::new()), None);
    }
}
