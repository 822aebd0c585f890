//! What a scan shows by its pixels alone: how sharp it is, how much ink it holds, whether it has greys and colours.

use image::{DynamicImage, GrayImage};

use super::{Upright, fingerprint};
use crate::decode::DecodedPage;

/// The numbers that a page's pixels give.
pub(crate) struct Measures {
    /// Variance of the Laplacian of the upright page, over the pixels where there is anything but paper.
    pub sharpness: f64,
    /// Share of the upright page that is ink, 0 to 1.
    pub ink: f64,
    /// Whether the page as delivered is black and white only.
    pub is_bitonal: bool,
    /// Whether the page as delivered has no colours.
    pub is_grey: bool,
    /// The perceptual hash of the upright page, 64 hex digits.
    pub fingerprint: String,
}

impl Measures {
    /// Of a page as delivered, and as it is read.
    pub fn of(delivered: &DecodedPage, page: &Upright) -> Self {
        let pixels = page.picture.as_raw();
        let inked = pixels.iter().filter(|value| **value < 128).count();
        Self {
            sharpness: sharpness(&page.picture),
            ink: inked as f64 / pixels.len().max(1) as f64,
            is_bitonal: is_bitonal(&delivered.image),
            is_grey: delivered.image.as_luma8().is_some(),
            fingerprint: fingerprint::of(&page.picture),
        }
    }
}

/// Whether a page is black and white only.
fn is_bitonal(image: &DynamicImage) -> bool {
    image.as_luma8().is_some_and(|grey| {
        grey.as_raw()
            .iter()
            .all(|value| *value == 0 || *value == 255)
    })
}

/// Variance of the Laplacian, over the pixels where there is anything but paper.
fn sharpness(picture: &GrayImage) -> f64 {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    if width < 3 {
        return 0.0;
    }
    let (mut count, mut sum, mut squares) = (0u64, 0i64, 0u64);
    // Every second row is enough to judge by and costs half.
    for y in (1..height.saturating_sub(1)).step_by(2) {
        let rows = &picture.as_raw()[(y - 1) * width..(y + 2) * width];
        let (above, row, below) = (&rows[1..], &rows[width..2 * width], &rows[2 * width + 1..]);
        let beside = above.iter().zip(below);
        for (beside, (above, below)) in row.windows(3).zip(beside) {
            let [left, own, right] = [beside[0], beside[1], beside[2]].map(i32::from);
            let laplacian = left + right + i32::from(*above) + i32::from(*below) - 4 * own;
            // Paper has no edges, and most of a page is paper: counted, it would make every page
            // look blurred.
            count += u64::from(laplacian != 0);
            sum += i64::from(laplacian);
            squares += u64::from(laplacian.unsigned_abs().pow(2));
        }
    }
    if count == 0 {
        return 0.0;
    }
    let mean = sum as f64 / count as f64;
    squares as f64 / count as f64 - mean * mean
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    #[test]
    fn blurring_lowers_sharpness() {
        let sharp = GrayImage::from_fn(60, 60, |x, _| Luma([if x / 3 % 2 == 0 { 0 } else { 255 }]));
        let soft = image::imageops::blur(&sharp, 2.0);
        assert!(sharpness(&soft) < sharpness(&sharp) / 4.0);
    }
}
