//! Uneven light, yellow paper and stains: each pixel divided by the paper around it.

use image::GrayImage;

use super::pixels::{filter, shrink};

/// Shrinking before the paper's brightness is estimated.
const FACTOR: u32 = 8;
/// Half the window in which the paper is seen beside the ink, in shrunk pixels.
const REACH: usize = 3;

/// Makes the paper white everywhere.
pub(super) fn flatten(picture: &mut GrayImage) {
    let mut paper = shrink(picture, FACTOR);
    filter(&mut paper, REACH, |window| {
        window.iter().copied().max().unwrap_or(255)
    });
    filter(&mut paper, REACH, |window| {
        (window.iter().map(|v| u32::from(*v)).sum::<u32>() / window.len() as u32) as u8
    });
    if paper.as_raw().iter().all(|value| *value >= 250) {
        return;
    }
    let width = picture.width() as usize;
    let mut line = vec![0u32; width];
    for (y, row) in picture.as_mut().chunks_exact_mut(width).enumerate() {
        paper_line(&paper, y, &mut line);
        for (value, paper) in row.iter_mut().zip(&line) {
            *value = (u32::from(*value) * 255 * 256 / (*paper).max(40 * 256)).min(255) as u8;
        }
    }
}

/// The paper's brightness along row `y`, between the shrunk pixels linearly, times 256.
fn paper_line(paper: &GrayImage, y: usize, line: &mut [u32]) {
    let (width, height) = (paper.width() as usize, paper.height() as usize);
    let place = |at: usize, limit: usize| {
        let sixteenths = (at * 2 + 1).saturating_sub(8); // from the middle of the first shrunk pixel
        let base = (sixteenths / 16).min(limit - 1);
        (base, (base + 1).min(limit - 1), (sixteenths % 16) as u32)
    };
    let (top, low, down) = place(y, height);
    let pixels = paper.as_raw();
    let at = |x: usize| {
        let (a, b) = (
            u32::from(pixels[top * width + x]),
            u32::from(pixels[low * width + x]),
        );
        a * (16 - down) + b * down
    };
    for (x, value) in line.iter_mut().enumerate() {
        let (left, right, across) = place(x, width);
        *value = at(left) * (16 - across) + at(right) * across;
    }
}
