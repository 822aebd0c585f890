//! A page or a part of it as an upright JPEG that a browser shows quickly.

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, GenericImageView};

use crate::geometry::Turn;
use crate::outcome::{Failure, FailureKind, Outcome};
use crate::word::Box4;

/// Quality at which a clerk sees no difference on paper scans and a page stays near 300 kB.
const JPEG_QUALITY: u8 = 82;

/// Cuts, then turns clockwise, then shrinks so that no side exceeds `max_side`; never enlarges.
///
/// # Errors
/// `refused` for a turn that is not a quarter, a side of zero or a crop that misses the page.
pub(crate) fn render(
    image: &DynamicImage,
    turn_degrees: u16,
    max_side: u32,
    crop: Option<Box4>,
) -> Outcome<Vec<u8>> {
    if max_side == 0 {
        return Err(Failure::new(FailureKind::Refused, "a side of zero pixels"));
    }
    let part = match crop {
        Some(bounds) => cut(image, bounds)?,
        None => image.clone(),
    };
    let upright = turn(part, turn_degrees)?;
    let (width, height) = upright.dimensions();
    let shown = if width.max(height) > max_side {
        upright.resize(max_side, max_side, FilterType::Triangle)
    } else {
        upright
    };
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, JPEG_QUALITY)
        .encode_image(&shown)
        .map_err(|error| Failure::new(FailureKind::Refused, error.to_string()))?;
    Ok(jpeg)
}

/// The part of the page inside `bounds`; what reaches beyond the paper is left away.
fn cut(image: &DynamicImage, [x, y, width, height]: Box4) -> Outcome<DynamicImage> {
    let (page_width, page_height) = image.dimensions();
    let left = clamp(x, page_width);
    let top = clamp(y, page_height);
    let right = clamp(x.saturating_add(width), page_width);
    let bottom = clamp(y.saturating_add(height), page_height);
    if right <= left || bottom <= top {
        return Err(Failure::new(
            FailureKind::Refused,
            "the crop misses the page",
        ));
    }
    Ok(image.crop_imm(left, top, right - left, bottom - top))
}

fn clamp(value: i32, side: u32) -> u32 {
    u32::try_from(value.max(0)).unwrap_or(0).min(side)
}

/// The picture turned clockwise.
///
/// # Errors
/// `refused` for a turn that is not a quarter.
pub(crate) fn turn(image: DynamicImage, degrees: u16) -> Outcome<DynamicImage> {
    let odd = || Failure::new(FailureKind::Refused, format!("a turn of {degrees} degrees"));
    Ok(Turn::from_degrees(degrees).ok_or_else(odd)?.apply(image))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page_with_a_dark_top_left() -> DynamicImage {
        DynamicImage::ImageLuma8(image::GrayImage::from_fn(40, 20, |x, y| {
            image::Luma([if x < 10 && y < 10 { 0 } else { 255 }])
        }))
    }

    fn luma_at(jpeg: &[u8], x: u32, y: u32) -> u8 {
        image::load_from_memory(jpeg)
            .unwrap()
            .to_luma8()
            .get_pixel(x, y)
            .0[0]
    }

    #[test]
    fn a_turn_is_clockwise() {
        let jpeg = render(&page_with_a_dark_top_left(), 90, 100, None).unwrap();
        assert!(luma_at(&jpeg, 16, 4) < 60, "top left went to top right");
        assert!(luma_at(&jpeg, 4, 4) > 200);
    }

    #[test]
    fn a_crop_is_cut_before_the_turn_and_clipped_to_the_paper() {
        let jpeg = render(
            &page_with_a_dark_top_left(),
            180,
            100,
            Some([-5, -5, 15, 15]),
        )
        .unwrap();
        let shown = image::load_from_memory(&jpeg).unwrap();
        assert_eq!(shown.dimensions(), (10, 10));
        assert!(luma_at(&jpeg, 5, 5) < 60);
    }

    #[test]
    fn no_side_exceeds_the_bound_and_nothing_is_enlarged() {
        let small = render(&page_with_a_dark_top_left(), 0, 10, None).unwrap();
        assert_eq!(
            image::load_from_memory(&small).unwrap().dimensions(),
            (10, 5)
        );
        let same = render(&page_with_a_dark_top_left(), 0, 1000, None).unwrap();
        assert_eq!(
            image::load_from_memory(&same).unwrap().dimensions(),
            (40, 20)
        );
    }

    #[test]
    fn a_crop_beside_the_page_an_odd_turn_and_a_zero_side_are_refused() {
        let page = page_with_a_dark_top_left();
        for refused in [
            render(&page, 0, 10, Some([100, 100, 5, 5])),
            render(&page, 0, 10, Some([i32::MAX, i32::MIN, i32::MAX, i32::MIN])),
            render(&page, 45, 10, None),
            render(&page, 0, 0, None),
        ] {
            assert_eq!(refused.unwrap_err().kind, FailureKind::Refused);
        }
    }
}
