//! Every way of storing a picture that scanners, faxes and phones use shows the page, and lies about it are refused.

use std::path::Path;

use image::{DynamicImage, GenericImageView, ImageFormat};
use libtest_mimic::Trial;
use sogoc_workers::decode::{DecodeLimits, DecodedPage, decode_page};
use sogoc_workers::outcome::{Failure, FailureKind};
use sogoc_workers::quality::flag;

use crate::paper::{encoded, picture};
use crate::support::{Folder, fact, fixture, pool, read, wait};

pub fn trials() -> Vec<Trial> {
    vec![
        fact("every_way_tiff_stores_a_picture_shows_it", stored_ways),
        fact("thumbnails_and_masks_are_no_pages", thumbnails),
        fact("a_tiff_that_lies_is_refused", lying_tiffs),
        fact("bmp_gif_webp_and_jpeg_2000_show_the_page", other_kinds),
        fact("heic_is_refused_with_its_own_reason", heic),
        fact("no_orientation_shows_a_page_mirrored", orientations),
        fact("pixels_that_are_not_square_are_made_so", not_square),
        fact("white_on_black_is_read", negative),
        fact("a_page_nobody_understands_says_so", illegible),
    ]
}

fn decoded(path: &Path) -> Result<DecodedPage, Failure> {
    decode_page(path, 1, &DecodeLimits::default())
}

/// The furthest that two pictures of one size differ in any sample.
fn furthest(a: &DynamicImage, b: &DynamicImage) -> u8 {
    assert_eq!(a.dimensions(), b.dimensions());
    let (a, b) = (a.to_rgb8(), b.to_rgb8());
    let differences = a.iter().zip(b.iter()).map(|(a, b)| a.abs_diff(*b));
    differences.max().unwrap_or_default()
}

/// How far two pictures of one size differ in the middle.
fn mean_difference(a: &DynamicImage, b: &DynamicImage) -> f64 {
    let (a, b) = (a.to_luma8(), b.to_luma8());
    let sum: u64 = a
        .iter()
        .zip(b.iter())
        .map(|(a, b)| u64::from(a.abs_diff(*b)))
        .sum();
    sum as f64 / a.len() as f64
}

fn stored_ways() {
    let folder = fixture("files");
    let mut ways = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if path.extension().unwrap() == "png" {
            continue;
        }
        let shown = name.split('-').next().unwrap();
        let shown = image::open(folder.join(format!("{shown}.png"))).unwrap();
        let page = decoded(&path).unwrap_or_else(|failure| panic!("{name}: {failure}"));
        let found = furthest(&page.image, &shown);
        // JPEG loses at thin strokes, most where colour has half the samples.
        assert!(
            name.contains("jpeg") || found == 0,
            "{name} differs by {found}"
        );
        let mean = mean_difference(&page.image, &shown);
        assert!(mean < 8.0, "{name} differs by {mean}");
        ways += 1;
    }
    assert!(ways > 30, "{ways}");
}

/// Tags and their values.
type Tags<'a> = &'a [(u16, u32)];

/// A little-endian TIFF of grey pages, each with its side and the tags beside the usual ones.
fn grey_tiff(pages: &[(u32, Tags)]) -> Vec<u8> {
    let mut bytes = b"II*\0\0\0\0\0".to_vec();
    let mut link = 4;
    for (side, more) in pages {
        let pixels = bytes.len() as u32;
        bytes.resize(bytes.len() + (side * side) as usize, 200);
        let here = bytes.len() as u32;
        bytes[link..link + 4].copy_from_slice(&here.to_le_bytes());
        let mut tags = vec![
            (256, *side),
            (257, *side),
            (258, 8),
            (259, 1),
            (262, 1),
            (273, pixels),
            (277, 1),
            (278, *side),
            (279, side * side),
        ];
        tags.retain(|(tag, _)| more.iter().all(|(other, _)| other != tag));
        tags.extend(more.iter().filter(|(_, value)| *value != u32::MAX));
        bytes.extend((tags.len() as u16).to_le_bytes());
        for (tag, value) in tags {
            bytes.extend(tag.to_le_bytes());
            bytes.extend(4u16.to_le_bytes());
            bytes.extend(1u32.to_le_bytes());
            bytes.extend(value.to_le_bytes());
        }
        link = bytes.len();
        bytes.extend([0; 4]);
    }
    bytes
}

fn thumbnails() {
    let folder = Folder::new();
    let pool = pool();
    let sides = |name: &str, pages: &[(u32, Tags)]| -> Vec<u32> {
        let path = folder.put(name, &grey_tiff(pages));
        let probe = wait(pool.probe(&path)).unwrap();
        probe.pages.iter().map(|page| page.width).collect()
    };
    assert_eq!(sides("first", &[(20, &[(254, 1)]), (100, &[])]), [100]);
    assert_eq!(
        sides("old", &[(100, &[]), (20, &[(255, 2)]), (90, &[])]),
        [100, 90]
    );
    assert_eq!(
        sides("mask", &[(100, &[(254, 2)]), (30, &[(254, 4)])]),
        [100]
    );
    assert_eq!(
        sides("alone", &[(40, &[(254, 1)])]),
        [40],
        "nothing else is there"
    );
    assert_eq!(
        sides("large", &[(100, &[(254, 1)]), (100, &[])]),
        [100, 100],
        "no preview"
    );
    let path = folder.put("a", &grey_tiff(&[(20, &[(254, 1)]), (100, &[])]));
    let second = decode_page(&path, 2, &DecodeLimits::default()).unwrap_err();
    assert_eq!(second.kind, FailureKind::Refused);
}

fn lying_tiffs() {
    let folder = Folder::new();
    const GONE: u32 = u32::MAX;
    let lies: [(&str, Tags, FailureKind); 12] = [
        (
            "strip beyond the end",
            &[(273, 1 << 30)],
            FailureKind::Unreadable,
        ),
        (
            "longer than the file",
            &[(279, 1 << 30)],
            FailureKind::Unreadable,
        ),
        (
            "no strips",
            &[(273, GONE), (279, GONE)],
            FailureKind::Unreadable,
        ),
        ("strips of no rows", &[(278, 0)], FailureKind::Unreadable),
        (
            "more strips than places",
            &[(278, 1)],
            FailureKind::Unreadable,
        ),
        (
            "fewer bytes than pixels",
            &[(279, 10)],
            FailureKind::Unreadable,
        ),
        (
            "tiles of no size",
            &[(324, 8), (325, 100)],
            FailureKind::Unreadable,
        ),
        (
            "endless",
            &[(256, 1 << 31), (257, 1 << 31)],
            FailureKind::TooLarge,
        ),
        (
            "a palette without a table",
            &[(262, 3)],
            FailureKind::Unreadable,
        ),
        ("no pixels", &[(256, 0)], FailureKind::Empty),
        (
            "unknown compression",
            &[(259, 34_925)],
            FailureKind::Unsupported,
        ),
        ("twelve bits", &[(258, 12)], FailureKind::Unsupported),
    ];
    for (name, tags, kind) in lies {
        let path = folder.put(name, &grey_tiff(&[(64, tags)]));
        let failure = decoded(&path)
            .err()
            .unwrap_or_else(|| panic!("{name} was read"));
        assert_eq!(failure.kind, kind, "{name}: {failure}");
    }
    for packed in [2, 3, 4, 5, 8, 32_773, 50_000, 7] {
        let tags = [(259, packed), (258, if packed < 5 { 1 } else { 8 })];
        let path = folder.put("rubbish", &grey_tiff(&[(64, &tags)]));
        if let Err(failure) = decoded(&path) {
            assert_eq!(failure.kind, FailureKind::Unreadable, "{packed}: {failure}");
        }
    }
}

fn other_kinds() {
    let folder = Folder::new();
    let shown = image::open(fixture("files/colour.png")).unwrap();
    let grey = image::open(fixture("files/grey.png")).unwrap();
    for format in [ImageFormat::Bmp, ImageFormat::WebP, ImageFormat::Gif] {
        // GIF keeps few colours, so the grey page with its few shades is what it shows exactly.
        let shown = if format == ImageFormat::Gif {
            &grey
        } else {
            &shown
        };
        let bytes = encoded(&DynamicImage::ImageRgb8(shown.to_rgb8()), format);
        let page = decoded(&folder.put("page", &bytes)).unwrap();
        let loss = if format == ImageFormat::Gif { 8 } else { 0 };
        assert!(furthest(&page.image, shown) <= loss, "{format:?}");
        let half = folder.put("half", &bytes[..bytes.len() / 2]);
        let failure = decoded(&half).unwrap_err();
        assert_eq!(
            failure.kind,
            FailureKind::Unreadable,
            "{format:?}: {failure}"
        );
    }
    for name in ["colour.jp2", "colour-bare.j2k"] {
        let bytes = std::fs::read(fixture(&format!("files/{name}"))).unwrap();
        let half = folder.put("half", &bytes[..bytes.len() / 2]);
        assert_eq!(decoded(&half).unwrap_err().kind, FailureKind::Unreadable);
    }
    let mut moving = Vec::new();
    let mut encoder = image::codecs::gif::GifEncoder::new(&mut moving);
    for _ in 0..2 {
        let frame = image::Frame::new(grey.to_rgba8());
        encoder.encode_frame(frame).unwrap();
    }
    drop(encoder);
    let failure = decoded(&folder.put("moving", &moving)).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unsupported, "{failure}");
}

fn heic() {
    let folder = Folder::new();
    for brand in ["heic", "mif1", "avif"] {
        let bytes = format!("\0\0\0\u{18}ftyp{brand}\0\0\0\0mif1heic");
        let path = folder.put("IMG_0001.HEIC", bytes.as_bytes());
        assert_eq!(
            decoded(&path).unwrap_err().kind,
            FailureKind::Heic,
            "{brand}"
        );
    }
}

/// A JPEG with an EXIF block that says only how it stands.
fn oriented(image: &DynamicImage, orientation: u8) -> Vec<u8> {
    let jpeg = encoded(image, ImageFormat::Jpeg);
    let mut exif =
        b"\xFF\xE1\x00\x22Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    [&jpeg[..2], &exif, &jpeg[2..]].concat()
}

fn orientations() {
    let folder = Folder::new();
    let pool = pool();
    let shown = DynamicImage::ImageLuma8(picture().thumbnail(300, 400).to_luma8());
    for orientation in 1..=8u8 {
        // What must be stored so that a viewer that follows the note shows the page.
        let stored = match orientation {
            2 => shown.fliph(),
            3 => shown.rotate180(),
            4 => shown.flipv(),
            5 => shown.rotate90().fliph(),
            6 => shown.rotate270(),
            7 => shown.rotate270().fliph(),
            8 => shown.rotate90(),
            _ => shown.clone(),
        };
        let path = folder.put("page.jpg", &oriented(&stored, orientation));
        let page = decoded(&path).unwrap();
        let turned = [
            shown.clone(),
            shown.rotate90(),
            shown.rotate180(),
            shown.rotate270(),
        ];
        let is_shown = turned.iter().any(|turned| {
            turned.dimensions() == page.image.dimensions()
                && mean_difference(turned, &page.image) < 4.0
        });
        assert!(is_shown, "orientation {orientation} is mirrored");
        let (picture, _) = wait(pool.picture(&path, 1)).unwrap();
        let is_mirrored = matches!(orientation, 2 | 4 | 5 | 7);
        assert!(
            picture.as_delivered,
            "the document keeps the delivered bytes"
        );
        assert_eq!(
            picture.turn.mirror_x, is_mirrored,
            "{orientation} in the document"
        );
    }
}

fn not_square() {
    let folder = Folder::new();
    let (width, height) = picture().dimensions();
    let wide = picture().resize_exact(width * 2, height, image::imageops::FilterType::Triangle);
    let mut png = encoded(&wide, ImageFormat::Png);
    // Dots to the metre, before the first chunk of pixels.
    let mut chunk = b"\0\0\0\x09pHYs".to_vec();
    chunk.extend(
        [11_811u32 * 2, 11_811]
            .iter()
            .flat_map(|dots| dots.to_be_bytes()),
    );
    chunk.push(1);
    let check = crc(&chunk[4..]);
    chunk.extend(check.to_be_bytes());
    png.splice(33..33, chunk);
    let path = folder.put("wide.png", &png);
    let page = decoded(&path).unwrap();
    assert_eq!(
        (page.image.dimensions(), page.dpi),
        ((width, height), Some(300))
    );
    let reading = wait(read(&pool(), &path, 1)).unwrap();
    assert!(reading.text.contains("012345"), "{}", reading.text);
}

/// ISO/IEC 15948, annex D.
fn crc(bytes: &[u8]) -> u32 {
    let step = |crc: u32| {
        if crc & 1 == 1 {
            0xEDB8_8320 ^ (crc >> 1)
        } else {
            crc >> 1
        }
    };
    let folded = bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc))
    });
    !folded
}

fn negative() {
    let folder = Folder::new();
    let mut page = picture();
    page.invert();
    let path = folder.put("film.png", &encoded(&page, ImageFormat::Png));
    let reading = wait(read(&pool(), &path, 1)).unwrap();
    assert!(reading.text.contains("012345"), "{}", reading.text);
}

fn illegible() {
    let folder = Folder::new();
    let scribble = image::GrayImage::from_fn(1200, 1600, |x, y| {
        let wave = (f64::from(x) / 37.0).sin() * 60.0 + f64::from(y % 200) - 100.0;
        image::Luma([if wave.abs() < 3.0 { 30 } else { 250 }])
    });
    let scribble = DynamicImage::ImageLuma8(scribble);
    let path = folder.put("scribble.png", &encoded(&scribble, ImageFormat::Png));
    let reading = wait(read(&pool(), &path, 1)).unwrap();
    let flags = &reading.quality.flags;
    assert!(
        flags.iter().any(|code| code == "illegible"),
        "{flags:?} {}",
        reading.text
    );
    assert!(flag("illegible").is_some());
    let clear = folder.put("clear.png", &encoded(&picture(), ImageFormat::Png));
    let reading = wait(read(&pool(), &clear, 1)).unwrap();
    assert!(!reading.quality.flags.iter().any(|code| code == "illegible"));
}
