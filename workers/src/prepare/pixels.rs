//! Small pixel work: shrinking by whole factors, running means and extremes, turning.

use image::GrayImage;

use crate::geometry::Turn;

/// The mean of each `factor` × `factor` square; a part square at the edge counts what it has.
pub(crate) fn shrink(picture: &GrayImage, factor: u32) -> GrayImage {
    let (width, height) = picture.dimensions();
    let (small_w, small_h) = (width.div_ceil(factor), height.div_ceil(factor));
    let mut small = GrayImage::new(small_w, small_h);
    let source = picture.as_raw();
    let mut sums = vec![0u32; width as usize];
    let rows = source.chunks(((width * factor) as usize).max(1));
    for (rows, line) in rows.zip(small.as_mut().chunks_exact_mut((small_w as usize).max(1))) {
        sums.fill(0);
        for row in rows.chunks_exact(width as usize) {
            for (sum, value) in sums.iter_mut().zip(row) {
                *sum += u32::from(*value);
            }
        }
        let high = (rows.len() / width as usize) as u32;
        for (value, square) in line.iter_mut().zip(sums.chunks(factor as usize)) {
            *value = (square.iter().sum::<u32>() / (square.len() as u32 * high)) as u8;
        }
    }
    small
}

/// Each pixel becomes what `pick` makes of the window of `radius` around it, along rows then columns.
pub(super) fn filter(picture: &mut GrayImage, radius: usize, pick: fn(&[u8]) -> u8) {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let pixels = picture.as_mut();
    for row in pixels.chunks_exact_mut(width) {
        let before = row.to_vec();
        for (x, value) in row.iter_mut().enumerate() {
            *value = pick(&before[x.saturating_sub(radius)..(x + radius + 1).min(width)]);
        }
    }
    let mut column = vec![0u8; height];
    for x in 0..width {
        for (y, value) in column.iter_mut().enumerate() {
            *value = pixels[y * width + x];
        }
        for y in 0..height {
            pixels[y * width + x] =
                pick(&column[y.saturating_sub(radius)..(y + radius + 1).min(height)]);
        }
    }
}

/// Paints white every square of pixels that is `gone`, told its column and row.
pub(super) fn paint_squares(
    picture: &mut GrayImage,
    side: usize,
    gone: impl Fn(usize, usize) -> bool,
) {
    let width = picture.width() as usize;
    let rows = picture.as_mut().chunks_mut((width * side).max(1));
    for (row, lines) in rows.enumerate() {
        for column in (0..width.div_ceil(side)).filter(|column| gone(*column, row)) {
            for line in lines.chunks_exact_mut(width) {
                line[column * side..((column + 1) * side).min(width)].fill(255);
            }
        }
    }
}

/// Fixed-point places on a page have so many bits behind the point: a row of a thousand inches goes
/// astray by less than a millionth of a pixel, and `floor` is a shift.
const POINT: u32 = 44;

/// A part `[left, top, width, height]` of the page turned as `turn` says, between pixels linearly; what lies
/// outside is white.
pub(super) fn resample(picture: &GrayImage, turn: &Turn, place: [u32; 4]) -> GrayImage {
    let [from_x, from_y, out_width, out_height] = place;
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let source = picture.as_raw();
    let mut out = GrayImage::from_pixel(out_width, out_height, image::Luma([255]));
    let origin = turn.to_quartered(0.5, 0.5);
    let (sin, cos) = turn.skew.to_radians().sin_cos();
    let fixed = |pixels: f64| (pixels * (1u64 << POINT) as f64).round() as i64;
    let step = (fixed(cos), fixed(sin));
    // Beside and below the pixel another one is needed; before the first, a place wraps to a large one.
    let (last_x, last_y) = (width.saturating_sub(1), height.saturating_sub(1));
    let before = (step.0 * i64::from(from_x), step.1 * i64::from(from_x));
    let rows = out.as_mut().chunks_exact_mut((out_width as usize).max(1));
    for (line, row) in (from_y..).zip(rows) {
        let mut x = fixed(origin.0 - f64::from(line) * sin - 0.5) + before.0;
        let mut y = fixed(origin.1 + f64::from(line) * cos - 0.5) + before.1;
        for value in row.iter_mut() {
            let (left, top) = ((x >> POINT) as usize, (y >> POINT) as usize);
            if left < last_x && top < last_y {
                let at = top * width + left;
                let part = |place: i64| (place >> (POINT - 8)) as u32 & 255;
                let (fx, fy) = (part(x), part(y));
                let mix = |pair: &[u8]| u32::from(pair[0]) * (256 - fx) + u32::from(pair[1]) * fx;
                let above = mix(&source[at..at + 2]);
                let below = mix(&source[at + width..at + width + 2]);
                *value = ((above * (256 - fy) + below * fy) >> 16) as u8;
            }
            x += step.0;
            y += step.1;
        }
    }
    out
}
