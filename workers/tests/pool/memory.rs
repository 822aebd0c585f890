//! The largest pages offices scan stay under their budget, and the pool under its ceiling.

use std::path::{Path, PathBuf};
use std::time::Duration;

use image::imageops::FilterType;
use image::{DynamicImage, GenericImage, ImageFormat, RgbImage};
use libtest_mimic::Trial;
use lopdf::dictionary;
use sogoc_workers::outcome::FailureKind;
use sogoc_workers::pool::{Pool, PoolConfig};

use crate::paper::{encoded, picture, scanned_pdf};
use crate::support::{Folder, config, fact, read, wait};

/// A child reading A3 at 300 dots per inch in colour holds no more, in bytes.
const A3_BUDGET: u64 = 700 << 20;

const A3: (u32, u32) = (3508, 4961);

pub fn trials() -> Vec<Trial> {
    vec![
        fact(
            "a3_colour_at_300_dpi_stays_within_its_budget",
            a3_within_budget,
        ),
        fact(
            "registers_in_a3_colour_read_side_by_side_keep_the_pool_under_its_ceiling",
            pool_under_its_ceiling,
        ),
        fact(
            "a_page_that_cannot_fit_under_the_ceiling_is_too_large",
            beyond_the_ceiling,
        ),
        fact("a_ceiling_without_room_for_pages_is_refused", no_room),
    ]
}

/// Four made-up pages side by side on one coloured sheet.
fn a3() -> DynamicImage {
    let page = picture().to_rgb8();
    let mut sheet = RgbImage::from_pixel(A3.0, A3.1, image::Rgb([250, 240, 235]));
    for (x, y) in [(0, 0), (A3.0 - 1754, 0), (0, 2480), (A3.0 - 1754, 2480)] {
        sheet.copy_from(&page, x, y).unwrap();
    }
    DynamicImage::ImageRgb8(sheet)
}

fn a3_within_budget() {
    let folder = Folder::new();
    let sheet = a3();
    let jpeg = encoded(&sheet, ImageFormat::Jpeg);
    let colours = dictionary! { "ColorSpace" => "DeviceRGB", "Filter" => "DCTDecode" };
    let files: [(&str, PathBuf); 4] = [
        ("JPEG", folder.put("a3.jpg", &jpeg)),
        (
            "PNG",
            folder.put("a3.png", &encoded(&sheet, ImageFormat::Png)),
        ),
        (
            "TIFF",
            folder.put("a3.tif", &encoded(&sheet, ImageFormat::Tiff)),
        ),
        (
            "PDF",
            folder.put("a3.pdf", &scanned_pdf(A3.0, A3.1, colours, jpeg)),
        ),
    ];
    for (format, path) in files {
        let pool = Pool::new(PoolConfig {
            children: 1,
            ..config()
        })
        .unwrap();
        wait(async {
            let shape = pool.probe(&path).await.unwrap().pages[0];
            let reading = read(&pool, &path, 1).await.unwrap();
            assert!(
                reading.text.contains("012345"),
                "{format}: {}",
                reading.text
            );
            let held = pool.stats().highest_child_bytes;
            println!(
                "A3 {format}: predicted {} MB, held {} MB",
                shape.predicted_bytes >> 20,
                held >> 20
            );
            assert!(held <= A3_BUDGET, "{format} held {held} bytes");
            let allowed = shape.predicted_bytes + sogoc_workers::pool::IDLE_BYTES;
            assert!(held <= allowed, "{format} held {held} of {allowed} bytes");
        });
    }
}

/// A ruled register read with all there is, cells and second readings included, in both children at once.
fn pool_under_its_ceiling() {
    let folder = Folder::new();
    let page = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../samples/scans/so-goc-thpt-2008-trang-06.jpg");
    let sheet = image::open(page)
        .unwrap()
        .resize_exact(A3.1, A3.0, FilterType::Triangle)
        .to_rgb8();
    let path = folder.put("register.jpg", &encoded(&sheet.into(), ImageFormat::Jpeg));
    let config = PoolConfig {
        page_timeout: Duration::from_secs(600), // two at once, also on a machine that is busy elsewhere
        ..config()
    };
    let (children, ceiling) = (config.children as u64, config.ceiling_bytes);
    let pool = Pool::new(config).unwrap();
    wait(async {
        let (one, other) = tokio::join!(read(&pool, &path, 1), read(&pool, &path, 1));
        for reading in [one.unwrap(), other.unwrap()] {
            assert!(reading.records.len() > 5, "{} rows", reading.records.len());
        }
    });
    let held = pool.stats().highest_child_bytes;
    println!("register in A3: held {} MB in a child", held >> 20);
    assert!(held <= A3_BUDGET, "{held} bytes");
    assert!(
        held * children <= ceiling,
        "{held} bytes, {children} children"
    );
}

fn beyond_the_ceiling() {
    let folder = Folder::new();
    let path = folder.put("a3.png", &encoded(&a3(), ImageFormat::Png));
    let ceiling_bytes = sogoc_workers::pool::IDLE_BYTES + (150 << 20);
    let pool = Pool::new(PoolConfig {
        children: 1,
        ceiling_bytes,
        ..config()
    })
    .unwrap();
    let failure = wait(async { read(&pool, &path, 1).await }).unwrap_err();
    assert_eq!(failure.kind, FailureKind::TooLarge, "{failure}");
}

fn no_room() {
    let refused = Pool::new(PoolConfig {
        ceiling_bytes: 1 << 20,
        ..config()
    });
    assert_eq!(refused.unwrap_err().kind, FailureKind::Refused);
}
