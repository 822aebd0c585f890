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
    let mut line = vec![0u16; width];
    for (y, row) in picture.as_mut().chunks_exact_mut(width).enumerate() {
        paper_line(&paper, y, &mut line);
        for (value, paper) in row.iter_mut().zip(&line) {
            // Single precision divides these exactly enough, and four pixels at a time.
            let share = f32::from(*value) * f32::from(WHITE) / f32::from((*paper).max(DARKEST));
            *value = share as u8;
        }
    }
}

/// White paper, and the darkest paper believed in, times 256.
const WHITE: u16 = 255 * 256;
const DARKEST: u16 = 40 * 256;

/// The paper's brightness along row `y`, between the shrunk pixels linearly, times 256.
fn paper_line(paper: &GrayImage, y: usize, line: &mut [u16]) {
    let (width, height) = (paper.width() as usize, paper.height() as usize);
    // Sixteenths of a shrunk pixel from the middle of the first.
    let down = (y * 2 + 1).saturating_sub(FACTOR as usize);
    let top = (down / 16).min(height - 1);
    let low = (top + 1).min(height - 1);
    let down = (down % 16) as u16;
    let row = |at: usize| &paper.as_raw()[at * width..(at + 1) * width];
    let between = row(top).iter().zip(row(low));
    let between: Vec<u16> = between
        .map(|(top, low)| u16::from(*top) * (16 - down) + u16::from(*low) * down)
        .collect();
    let (first, rest) = line.split_at_mut(line.len().min(FACTOR as usize / 2));
    first.fill(between[0] * 16);
    for (at, part) in rest.chunks_mut(FACTOR as usize).enumerate() {
        let (left, right) = (between[at], between[(at + 1).min(width - 1)]);
        for (value, across) in part.iter_mut().zip((1..16).step_by(2)) {
            *value = left * (16 - across) + right * across;
        }
    }
}
