//! Faint ink made as dark as ink usually is, so that everything that asks what is ink sees it.

use image::GrayImage;

use super::shade;

/// Of an evenly lit page so many pixels in ten thousand are ink for sure if anything is written on it.
const SURE: usize = 20;
/// No darker than this even those are faint; no darker than the other they are not ink but paper.
const FAINT: (u8, u8) = (120, 200);
/// How dark they are on other pages.
const USUAL: u32 = 60;

/// Stretches the contrast of a page on which even the darkest ink is pale.
pub(super) fn darken(picture: &mut GrayImage) {
    let ink = shade(picture, SURE);
    if ink <= FAINT.0 || ink >= FAINT.1 {
        return;
    }
    let paler = |value: usize| (255 - value as u32) * (255 - USUAL) / u32::from(255 - ink);
    let dark: [u8; 256] = std::array::from_fn(|value| 255 - paler(value).min(255) as u8);
    for value in picture.iter_mut() {
        *value = dark[usize::from(*value)];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    fn page(ink: u8) -> GrayImage {
        let mut page = GrayImage::from_pixel(100, 100, Luma([255]));
        (0..50).for_each(|x| page.put_pixel(x, 7, Luma([ink])));
        page
    }

    #[test]
    fn only_faint_ink_is_darkened_and_paper_stays_white() {
        for (ink, dark) in [(20, 20), (120, 120), (160, 60), (190, 60), (230, 230)] {
            let mut page = page(ink);
            darken(&mut page);
            assert_eq!(page.get_pixel(3, 7).0[0], dark, "{ink}");
            assert_eq!(page.get_pixel(3, 8).0[0], 255);
        }
    }
}
