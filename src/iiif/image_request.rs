//! A picture as a viewer asks for it: region, size, rotation, quality and format (Image API 3.0, section 4).

use sogoc_workers::geometry::Turn;
use sogoc_workers::render::{Format, Rendition, Size, Tone};

use super::{LONGEST_SIDE, TILE, measured, scale_factors};
use crate::access::Caller;
use crate::archive::Archive;
use crate::error::{Error, Result};
use crate::page::{self, Kept, PageView, Part};

/// What a viewer asks for, as the parts of the address say it.
#[derive(Debug, Clone, Copy)]
pub struct ImageRequest<'a> {
    /// `full`, `square`, `x,y,w,h` in pixels or `pct:x,y,w,h`, of the page upright.
    pub region: &'a str,
    /// `max`, `w,`, `,h`, `pct:n`, `w,h` or `!w,h`; after `^` also larger than the region.
    pub size: &'a str,
    /// `0`, `90`, `180` or `270`, clockwise.
    pub rotation: &'a str,
    /// `default`, `color`, `gray` or `bitonal`, a dot, `jpg` or `png`.
    pub quality: &'a str,
}

/// The picture, and how it is written.
#[derive(Debug)]
pub struct Picture {
    /// Its file.
    pub bytes: Vec<u8>,
    /// `image/jpeg` or `image/png`.
    pub media_type: &'static str,
}

/// A picture of a page, logged as any other.
///
/// # Errors
/// `Invalid` where a part of the address is none of the above, misses the page or asks for more than 6,000 pixels;
/// `Refused` (`not_measured`) before the page is read; as [`page::image`].
pub async fn picture(
    archive: &Archive,
    caller: &Caller,
    page_id: &str,
    asked: ImageRequest<'_>,
) -> Result<Picture> {
    let mut media_type = "image/jpeg";
    let bytes = page::picture_of(archive, caller, page_id, |page| {
        let (part, kept) = understood(page, asked)?;
        if part.rendition.format == Format::Png {
            media_type = "image/png";
        }
        Ok((part, kept))
    })
    .await?;
    Ok(Picture { bytes, media_type })
}

fn understood(page: &PageView, asked: ImageRequest<'_>) -> Result<(Part, Kept)> {
    let whole = measured(page)?;
    let region = region(asked.region, whole)
        .ok_or_else(|| Error::fault("/region", "faults.image_region"))?;
    let size = size(asked.size, [region[2], region[3]])
        .ok_or_else(|| Error::fault("/size", "faults.image_size"))?;
    let turn = rotation(asked.rotation)
        .ok_or_else(|| Error::fault("/rotation", "faults.image_rotation"))?;
    let (tone, format) =
        quality(asked.quality).ok_or_else(|| Error::fault("/quality", "faults.image_quality"))?;
    let usual = turn == Turn::None && tone == Tone::Own && format == Format::Jpeg;
    let kept = match usual && is_of_the_grid(whole, region, size) {
        true => {
            let ([x, y, w, h], [wide, high]) = (region, size);
            Kept::As(format!("iiif-{x}-{y}-{w}-{h}-{wide}-{high}.jpg"))
        }
        false => Kept::No,
    };
    let [wide, high] = turn.size(size);
    let part = Part {
        crop: Some(as_delivered(page, region)),
        turn,
        rendition: Rendition {
            size: Size::Exact(wide, high),
            tone,
            format,
        },
    };
    Ok((part, kept))
}

/// The region on the page as delivered: turned as the content stands.
fn as_delivered(page: &PageView, region: [u32; 4]) -> [i32; 4] {
    let region = region.map(|side| i32::try_from(side).unwrap_or(i32::MAX));
    let delivered = page.as_delivered(region);
    delivered.map(|side| i32::try_from(side).unwrap_or(i32::MAX))
}

/// `[x, y, width, height]` in pixels, within the page.
fn region(text: &str, [width, height]: [u32; 2]) -> Option<[u32; 4]> {
    match text {
        "full" => return Some([0, 0, width, height]),
        "square" => {
            let side = width.min(height);
            return Some([(width - side) / 2, (height - side) / 2, side, side]);
        }
        _ => (),
    }
    let [x, y, w, h] = match text.strip_prefix("pct:") {
        Some(shares) => {
            let shares: [f64; 4] = numbers(shares)?;
            if shares.iter().any(|share| !(0.0..=100.0).contains(share)) {
                return None;
            }
            let of = |share: f64, side: u32| (share * f64::from(side) / 100.0).round() as u32;
            let [x, y, w, h] = shares;
            [of(x, width), of(y, height), of(w, width), of(h, height)]
        }
        None => numbers(text)?,
    };
    // What reaches beyond the page is left away; what misses it is an error (section 4.1).
    let w = w.min(width.checked_sub(x)?);
    let h = h.min(height.checked_sub(y)?);
    (w > 0 && h > 0).then_some([x, y, w, h])
}

/// Width and height of the picture before it is turned.
fn size(text: &str, [width, height]: [u32; 2]) -> Option<[u32; 2]> {
    let (text, enlarged) = match text.strip_prefix('^') {
        Some(rest) => (rest, true),
        None => (text, false),
    };
    let scaled = |by: f64| {
        let side = |pixels: u32| ((f64::from(pixels) * by).round() as u32).max(1);
        [side(width), side(height)]
    };
    let within = |wide: u32, high: u32| {
        let by = f64::from(wide) / f64::from(width);
        let by = by.min(f64::from(high) / f64::from(height));
        let [w, h] = scaled(if enlarged { by } else { by.min(1.0) });
        [w.min(wide), h.min(high)]
    };
    let wanted = if text == "max" {
        within(LONGEST_SIDE, LONGEST_SIDE)
    } else if let Some(share) = text.strip_prefix("pct:") {
        let [share] = numbers::<f64, 1>(share)?;
        if !(share > 0.0 && share.is_finite()) {
            return None;
        }
        scaled(share / 100.0)
    } else if let Some(bounds) = text.strip_prefix('!') {
        let [wide, high] = numbers(bounds)?;
        if wide == 0 || high == 0 {
            return None;
        }
        within(wide, high)
    } else {
        match text.split_once(',')? {
            (wide, "") => {
                let [wide] = numbers::<u32, 1>(wide)?;
                [wide, scaled(f64::from(wide) / f64::from(width))[1]]
            }
            ("", high) => {
                let [high] = numbers::<u32, 1>(high)?;
                [scaled(f64::from(high) / f64::from(height))[0], high]
            }
            _ => numbers(text)?,
        }
    };
    let [wide, high] = wanted;
    let fits = (1..=LONGEST_SIDE).contains(&wide) && (1..=LONGEST_SIDE).contains(&high);
    let enlarges = wide > width || high > height;
    (fits && (enlarged || !enlarges)).then_some(wanted)
}

fn rotation(text: &str) -> Option<Turn> {
    Turn::from_degrees(text.parse().ok()?)
}

fn quality(text: &str) -> Option<(Tone, Format)> {
    let (quality, format) = text.split_once('.')?;
    let tone = match quality {
        "default" | "color" => Tone::Own,
        "gray" => Tone::Grey,
        "bitonal" => Tone::Bitonal,
        _ => return None,
    };
    let format = match format {
        "jpg" => Format::Jpeg,
        "png" => Format::Png,
        _ => return None,
    };
    Some((tone, format))
}

/// Exactly as many numbers, with commas between them.
fn numbers<T: std::str::FromStr, const N: usize>(text: &str) -> Option<[T; N]> {
    let all: Option<Vec<T>> = text.split(',').map(|one| one.parse().ok()).collect();
    all?.try_into().ok()
}

/// Whether it is a tile, or the whole page, at one of the steps that the information document names: a fixed number of
/// pictures a page, which a viewer asks for again and again.
fn is_of_the_grid(whole: [u32; 2], [x, y, w, h]: [u32; 4], size: [u32; 2]) -> bool {
    scale_factors(whole).into_iter().any(|step| {
        let near = |side: u32, shown: u32| (side / step..=side.div_ceil(step)).contains(&shown);
        let side = TILE * step;
        let tile = x % side == 0
            && y % side == 0
            && w == side.min(whole[0] - x)
            && h == side.min(whole[1] - y);
        (tile || [w, h] == whole) && near(w, size[0]) && near(h, size[1])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const A4: [u32; 2] = [2480, 3508];

    #[test]
    fn a_region_lies_within_the_page() {
        assert_eq!(region("full", A4), Some([0, 0, 2480, 3508]));
        assert_eq!(region("square", A4), Some([0, 514, 2480, 2480]));
        assert_eq!(region("10,20,30,40", A4), Some([10, 20, 30, 40]));
        assert_eq!(region("2400,0,512,512", A4), Some([2400, 0, 80, 512]));
        assert_eq!(region("pct:50,0,25,100", A4), Some([1240, 0, 620, 3508]));
        for wrong in [
            "",
            "Full",
            "0,0,0,5",
            "2480,0,5,5",
            "9999,0,5,5",
            "-1,0,5,5",
            "1,2,3",
            "1,2,3,4,5",
            "pct:0,0,101,5",
            "pct:NaN,0,5,5",
            "pct:0,0,0,0",
            "4294967295,0,1,1",
        ] {
            assert_eq!(region(wrong, A4), None, "{wrong}");
        }
    }

    #[test]
    fn a_size_keeps_the_shape_unless_both_sides_are_given() {
        let part = [1000, 500];
        for (text, wanted) in [
            ("max", [1000, 500]),
            ("500,", [500, 250]),
            (",100", [200, 100]),
            ("pct:10", [100, 50]),
            ("300,300", [300, 300]),
            ("!300,300", [300, 150]),
            ("!5000,5000", [1000, 500]),
            ("^2000,", [2000, 1000]),
            ("^!2000,2000", [2000, 1000]),
            ("^pct:150", [1500, 750]),
            ("^max", [6000, 3000]),
        ] {
            assert_eq!(size(text, part), Some(wanted), "{text}");
        }
        for wrong in [
            "", "full", "0,", ",0", "1001,", ",501", "pct:0", "pct:101", "pct:NaN", "pct:inf",
            "1,2,3", "!0,5", "^6001,", "^,6001", "-5,", "a,b", ",", "^", "!,5",
        ] {
            assert_eq!(size(wrong, part), None, "{wrong}");
        }
        // A page larger than any picture is shown smaller.
        assert_eq!(size("max", [12_000, 3_000]), Some([6_000, 1_500]));
        // A sliver keeps at least one pixel.
        assert_eq!(size("1,", [1000, 1]), Some([1, 1]));
    }

    #[test]
    fn quarter_turns_four_qualities_and_two_formats_are_understood() {
        assert_eq!(rotation("270"), Some(Turn::ThreeQuarters));
        for wrong in ["45", "!90", "360", "-90", "", "90.5"] {
            assert_eq!(rotation(wrong), None, "{wrong}");
        }
        assert_eq!(quality("default.jpg"), Some((Tone::Own, Format::Jpeg)));
        assert_eq!(quality("bitonal.png"), Some((Tone::Bitonal, Format::Png)));
        for wrong in [
            "default",
            "native.jpg",
            "default.webp",
            "default.jpg.png",
            "",
        ] {
            assert_eq!(quality(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn only_pictures_of_the_grid_are_kept() {
        let of_the_grid = |region: &str, wanted: &str| {
            let region = super::region(region, A4).unwrap();
            is_of_the_grid(A4, region, size(wanted, [region[2], region[3]]).unwrap())
        };
        assert!(of_the_grid("0,0,512,512", "512,512"));
        assert!(of_the_grid("1024,2048,1024,1024", "512,512"));
        // The last tile of a row is what is left of the page.
        assert!(of_the_grid("2048,0,432,512", "432,512"));
        assert!(of_the_grid("full", "310,439"));
        assert!(!of_the_grid("1,0,512,512", "512,512"));
        assert!(!of_the_grid("0,0,512,512", "511,511"));
        assert!(!of_the_grid("full", "333,"));
    }
}
