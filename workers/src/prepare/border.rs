//! The black frame a scanner's lid leaves around a page, painted white.

use image::GrayImage;

use super::pixels::{filter, paint_squares, shrink};

/// Shrinking before the search: a rule or a stroke is thinner than this many pixels, a frame is not.
const FACTOR: u32 = 4;
/// Darker than this is frame, when it hangs together with the edge.
const DARK: u8 = 95;

/// Paints white every thick dark region that touches the edge of the page.
pub(super) fn paint_out(picture: &mut GrayImage) {
    let mut small = shrink(picture, FACTOR);
    // Thin dark things (rules that run to the edge) go, so that only masses are followed.
    filter(&mut small, 1, |window| {
        window.iter().copied().max().unwrap_or(255)
    });
    let frame = flood_from_edges(&small);
    if !frame.contains(&true) {
        return;
    }
    let (width, height) = (small.width() as usize, small.height() as usize);
    let reach = 2; // what the thinning took off, and the soft edge of the frame
    let gone = |sx: usize, sy: usize| {
        let near = |dy: usize| {
            let at = dy * width;
            frame[at + sx.saturating_sub(reach)..at + (sx + reach + 1).min(width)].contains(&true)
        };
        (sy.saturating_sub(reach)..(sy + reach + 1).min(height)).any(near)
    };
    paint_squares(picture, FACTOR as usize, gone);
}

fn flood_from_edges(small: &GrayImage) -> Vec<bool> {
    let (width, height) = (small.width() as usize, small.height() as usize);
    let dark = |at: usize| small.as_raw()[at] < DARK;
    let edges = (0..width)
        .flat_map(|x| [x, (height - 1) * width + x])
        .chain((0..height).flat_map(|y| [y * width, (y + 1) * width - 1]));
    let mut frame = vec![false; width * height];
    let mut open: Vec<usize> = edges.filter(|at| dark(*at)).collect();
    while let Some(at) = open.pop() {
        if std::mem::replace(&mut frame[at], true) {
            continue;
        }
        let (x, y) = (at % width, at / width);
        let next = [
            (x > 0).then(|| at - 1),
            (x + 1 < width).then(|| at + 1),
            (y > 0).then(|| at - width),
            (y + 1 < height).then(|| at + width),
        ];
        open.extend(
            next.into_iter()
                .flatten()
                .filter(|next| dark(*next) && !frame[*next]),
        );
    }
    frame
}
