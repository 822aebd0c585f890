//! Small pixel work: shrinking by whole factors, running means and extremes, turning.

use image::GrayImage;

use crate::geometry::Turn;

/// The mean of each `factor` × `factor` square; a part square at the edge counts what it has.
pub(crate) fn shrink(picture: &GrayImage, factor: u32) -> GrayImage {
    let (width, height) = picture.dimensions();
    let (small_w, small_h) = (width.div_ceil(factor), height.div_ceil(factor));
    let mut small = GrayImage::new(small_w, small_h);
    let source = picture.as_raw();
    let mut sums = vec![0u32; small_w as usize];
    for sy in 0..small_h {
        let rows = (sy * factor)..((sy + 1) * factor).min(height);
        sums.fill(0);
        for y in rows.clone() {
            let row = &source[(y * width) as usize..((y + 1) * width) as usize];
            for (sum, chunk) in sums.iter_mut().zip(row.chunks(factor as usize)) {
                *sum += chunk.iter().map(|v| u32::from(*v)).sum::<u32>();
            }
        }
        for (sx, sum) in sums.iter().enumerate() {
            let columns = factor.min(width - sx as u32 * factor);
            let mean = sum / (columns * rows.len() as u32);
            small.as_mut()[(sy * small_w) as usize + sx] = mean as u8;
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

/// The page turned as `turn` says, between pixels linearly; what lies outside is white.
pub(super) fn resample(picture: &GrayImage, turn: &Turn) -> GrayImage {
    let (width, height) = (picture.width() as i32, picture.height() as i32);
    let source = picture.as_raw();
    let mut out = GrayImage::from_pixel(turn.upright.0, turn.upright.1, image::Luma([255]));
    let origin = turn.to_quartered(0.5, 0.5);
    let (sin, cos) = turn.skew.to_radians().sin_cos();
    let out_width = turn.upright.0 as usize;
    for (line, row) in out.as_mut().chunks_exact_mut(out_width).enumerate() {
        let (mut x, mut y) = (
            origin.0 - line as f64 * sin - 0.5,
            origin.1 + line as f64 * cos - 0.5,
        );
        for value in row.iter_mut() {
            let (left, top) = (x.floor() as i32, y.floor() as i32);
            if left >= 0 && top >= 0 && left + 1 < width && top + 1 < height {
                let at = (top * width + left) as usize;
                let (fx, fy) = (
                    ((x - f64::from(left)) * 256.0) as u32,
                    ((y - f64::from(top)) * 256.0) as u32,
                );
                let mix = |a: u8, b: u8| u32::from(a) * (256 - fx) + u32::from(b) * fx;
                let above = mix(source[at], source[at + 1]);
                let below = mix(source[at + width as usize], source[at + width as usize + 1]);
                *value = ((above * (256 - fy) + below * fy) >> 16) as u8;
            }
            x += cos;
            y += sin;
        }
    }
    out
}
