//! Ridges: runs of pixels along a row or a column that are darker than what is on both sides. Of these ruled lines are
//! made (`layout/rules.rs`).

use image::{GrayImage, imageops};

use super::Grey;

/// Resolution at which they are looked for: a rule is as long at half the resolution.
const WORKING_DPI: u32 = 150;
/// How much darker than both sides a ridge is.
const CONTRAST: u8 = 24;

/// A dark run on one row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    pub row: i32,
    pub from: i32,
    pub end: i32,
}

/// The ridges of a page, in pixels of their own resolution.
pub(crate) struct Ridges {
    /// Along the rows of the page, from the top down.
    pub lying: Vec<Run>,
    /// Along its columns, which are `row` here, from left to right.
    pub standing: Vec<Run>,
    /// Dots per inch of theirs.
    pub dpi: u32,
    /// Pixels of the page for each of theirs.
    pub factor: u32,
}

impl Grey {
    pub fn ridges(&self) -> Ridges {
        let (small, factor) = self.shrunk(WORKING_DPI);
        let dpi = self.dpi / factor;
        // Turned and mirrored, so that x and y change places and one search finds both kinds.
        // A second search for verticals would be the same code with x and y exchanged.
        let turned = imageops::flip_horizontal(&imageops::rotate90(&*small));
        Ridges {
            lying: runs(&small, dpi),
            standing: runs(&turned, dpi),
            dpi,
            factor,
        }
    }
}

fn runs(picture: &GrayImage, dpi: u32) -> Vec<Run> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let side = (dpi as usize / 40).max(2);
    let shortest = dpi as usize * 22 / 100;
    let pixels = picture.as_raw();
    let mut runs = Vec::new();
    for y in side..height.saturating_sub(side) {
        let row = &pixels[y * width..(y + 1) * width];
        let above = &pixels[(y - side) * width..(y - side + 1) * width];
        let below = &pixels[(y + side) * width..(y + side + 1) * width];
        let mut from = 0;
        let mut last: Option<usize> = None;
        for x in 0..width {
            // Darker than both sides and not merely dark: a shadow or a stamp is dark on one side
            // too.
            if row[x].saturating_add(CONTRAST) > above[x].min(below[x]) || row[x] > 230 {
                continue;
            }
            // Three pixels of a gap: a rule crossed by a hair or printed with dots.
            if last.is_none_or(|last| x - last > 3) {
                push_run(&mut runs, y, from, last, shortest);
                from = x;
            }
            last = Some(x);
        }
        push_run(&mut runs, y, from, last, shortest);
    }
    runs
}

fn push_run(runs: &mut Vec<Run>, row: usize, from: usize, last: Option<usize>, shortest: usize) {
    if let Some(last) = last.filter(|last| last - from >= shortest) {
        runs.push(Run {
            row: row as i32,
            from: from as i32,
            end: last as i32 + 1,
        });
    }
}
