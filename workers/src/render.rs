//! A page or a part of it as an upright picture that a browser shows quickly.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, GenericImageView};

use crate::geometry::Turn;
use crate::outcome::{Failure, FailureKind, Outcome};
use crate::word::Box4;

/// Quality at which a clerk sees no difference on paper scans and a page stays near 300 kB.
const JPEG_QUALITY: u8 = 82;
/// Grey values below it are black in a picture of two tones.
const BLACK_BELOW: u8 = 128;
/// Most pixels of a side that is asked for exactly.
const LONGEST_SIDE: u32 = 10_000;

/// What a picture of a page looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Rendition {
    /// How large it is.
    pub size: Size,
    /// Its colours.
    pub tone: Tone,
    /// How it is written.
    pub format: Format,
}

impl Rendition {
    /// A JPEG in the page's own colours of which no side is longer than `longest`, in pixels.
    pub fn jpeg(longest: u32) -> Self {
        Self {
            size: Size::Within(longest),
            tone: Tone::Own,
            format: Format::Jpeg,
        }
    }
}

/// How large a picture is, in pixels, once it is turned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Size {
    /// No side is longer; never enlarged.
    Within(u32),
    /// Exactly this wide and high, stretched where need be.
    Exact(u32, u32),
}

/// The colours of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Tone {
    /// Those of the page.
    Own,
    /// Shades of grey.
    Grey,
    /// Black and white.
    Bitonal,
}

/// How a picture is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Format {
    /// With small losses.
    Jpeg,
    /// Without losses.
    Png,
}

impl Format {
    /// The bytes that every such file begins with.
    pub fn first_bytes(self) -> &'static [u8] {
        match self {
            Self::Jpeg => &[0xFF, 0xD8],
            Self::Png => b"\x89PNG",
        }
    }
}

/// Cuts, turns clockwise, and brings to size and colours.
///
/// # Errors
/// `refused` for a side of zero or beyond 10,000 pixels, or a crop that misses the page.
pub(crate) fn render(
    image: &DynamicImage,
    turn: Turn,
    crop: Option<Box4>,
    wanted: Rendition,
) -> Outcome<Vec<u8>> {
    let part = match crop {
        Some(bounds) => cut(image, bounds)?,
        None => image.clone(),
    };
    let sized = to_size(turn.apply(part), wanted.size)?;
    written(&in_tone(sized, wanted.tone), wanted.format)
}

fn to_size(upright: DynamicImage, size: Size) -> Outcome<DynamicImage> {
    let (width, height) = upright.dimensions();
    let (sides, exact) = match size {
        Size::Within(longest) => ([longest, longest], false),
        Size::Exact(width, height) => ([width, height], true),
    };
    if sides.contains(&0) || exact && sides.iter().any(|side| *side > LONGEST_SIDE) {
        let detail = "a side of no pixels or too many";
        return Err(Failure::new(FailureKind::Refused, detail));
    }
    let [wide, high] = sides;
    Ok(match exact {
        true if (width, height) != (wide, high) => {
            upright.resize_exact(wide, high, FilterType::Triangle)
        }
        false if width > wide || height > high => upright.resize(wide, high, FilterType::Triangle),
        _ => upright,
    })
}

fn in_tone(picture: DynamicImage, tone: Tone) -> DynamicImage {
    match tone {
        Tone::Own => picture,
        Tone::Grey => DynamicImage::ImageLuma8(picture.to_luma8()),
        Tone::Bitonal => {
            let mut grey = picture.to_luma8();
            for pixel in grey.pixels_mut() {
                pixel.0[0] = if pixel.0[0] < BLACK_BELOW { 0 } else { 255 };
            }
            DynamicImage::ImageLuma8(grey)
        }
    }
}

fn written(picture: &DynamicImage, format: Format) -> Outcome<Vec<u8>> {
    let mut bytes = Vec::new();
    let done = match format {
        Format::Jpeg => {
            JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY).encode_image(picture)
        }
        Format::Png => picture.write_with_encoder(PngEncoder::new(Cursor::new(&mut bytes))),
    };
    done.map_err(|error| Failure::new(FailureKind::Refused, error.to_string()))?;
    Ok(bytes)
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
        let jpeg = render(
            &page_with_a_dark_top_left(),
            Turn::Quarter,
            None,
            Rendition::jpeg(100),
        )
        .unwrap();
        assert!(luma_at(&jpeg, 16, 4) < 60, "top left went to top right");
        assert!(luma_at(&jpeg, 4, 4) > 200);
    }

    #[test]
    fn a_crop_is_cut_before_the_turn_and_clipped_to_the_paper() {
        let jpeg = render(
            &page_with_a_dark_top_left(),
            Turn::Half,
            Some([-5, -5, 15, 15]),
            Rendition::jpeg(100),
        )
        .unwrap();
        let shown = image::load_from_memory(&jpeg).unwrap();
        assert_eq!(shown.dimensions(), (10, 10));
        assert!(luma_at(&jpeg, 5, 5) < 60);
    }

    #[test]
    fn no_side_exceeds_the_bound_and_nothing_is_enlarged() {
        let small = render(
            &page_with_a_dark_top_left(),
            Turn::None,
            None,
            Rendition::jpeg(10),
        )
        .unwrap();
        assert_eq!(
            image::load_from_memory(&small).unwrap().dimensions(),
            (10, 5)
        );
        let same = render(
            &page_with_a_dark_top_left(),
            Turn::None,
            None,
            Rendition::jpeg(1000),
        )
        .unwrap();
        assert_eq!(
            image::load_from_memory(&same).unwrap().dimensions(),
            (40, 20)
        );
    }

    #[test]
    fn a_crop_beside_the_page_and_a_zero_side_are_refused() {
        let page = page_with_a_dark_top_left();
        for refused in [
            render(
                &page,
                Turn::None,
                Some([100, 100, 5, 5]),
                Rendition::jpeg(10),
            ),
            render(
                &page,
                Turn::None,
                Some([i32::MAX, i32::MIN, i32::MAX, i32::MIN]),
                Rendition::jpeg(10),
            ),
            render(&page, Turn::None, None, Rendition::jpeg(0)),
            render(&page, Turn::None, None, exact(0, 5)),
            render(&page, Turn::None, None, exact(5, 10_001)),
        ] {
            assert_eq!(refused.unwrap_err().kind, FailureKind::Refused);
        }
    }

    fn exact(width: u32, height: u32) -> Rendition {
        Rendition {
            size: Size::Exact(width, height),
            ..Rendition::jpeg(0)
        }
    }

    #[test]
    fn an_exact_size_two_tones_and_a_png_are_what_was_asked_for() {
        let wanted = Rendition {
            tone: Tone::Bitonal,
            format: Format::Png,
            ..exact(7, 31)
        };
        let png = render(&page_with_a_dark_top_left(), Turn::None, None, wanted).unwrap();
        assert!(png.starts_with(Format::Png.first_bytes()));
        let shown = image::load_from_memory(&png).unwrap();
        assert_eq!(shown.dimensions(), (7, 31));
        let tones = shown.to_luma8();
        assert!(tones.pixels().all(|pixel| [0, 255].contains(&pixel.0[0])));
        assert_eq!(tones.get_pixel(0, 0).0[0], 0);
        assert_eq!(tones.get_pixel(6, 30).0[0], 255);
    }
}
