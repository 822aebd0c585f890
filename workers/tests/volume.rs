//! The column map of a bound volume, on the sample registers: taken from one page and laid over others,
//! also where rules or headings are missing.

#![allow(clippy::unwrap_used)] // a test may panic; that is how it fails

use std::path::Path;

use image::DynamicImage;
use serde_json::Value;
use sogoc_workers::class::Classes;
use sogoc_workers::column_map::{ColumnMap, PageColumns, propose};
use sogoc_workers::decode::{DecodeLimits, DecodedPage, decode_page};
use sogoc_workers::ocr::engine::Engine;
use sogoc_workers::reading::PageReading;
use sogoc_workers::{Context, Known, read_page};

/// What reads pages, opened once a test.
struct Desk {
    classes: Classes,
    engine: Engine,
}

impl Desk {
    fn new() -> Self {
        Self {
            classes: Classes::load(None).unwrap(),
            engine: Engine::new().unwrap(),
        }
    }

    fn read(&mut self, page: &DecodedPage, map: Option<&ColumnMap>) -> PageReading {
        let known = Known {
            class_hint: None,
            map: map.cloned(),
        };
        read_page(page, &Context::new(&self.classes, &known), &mut self.engine).unwrap()
    }

    /// The map that one page's own rules and header make.
    fn map_of(&mut self, page: &DecodedPage) -> (ColumnMap, PageColumns) {
        let columns = self.read(page, None).columns.unwrap();
        let (edges, fields) = propose(std::slice::from_ref(&columns)).unwrap();
        let map = ColumnMap {
            version: 1,
            class: "so_goc".into(),
            edges,
            fields,
        };
        map.check(self.classes.get("so_goc")).unwrap();
        (map, columns)
    }
}

fn sample(name: &str) -> DecodedPage {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples/scans");
    decode_page(&path.join(name), 1, &DecodeLimits::default()).unwrap()
}

fn truth(id: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples/truth");
    serde_json::from_slice(&std::fs::read(path.join(format!("{id}.json"))).unwrap()).unwrap()
}

/// How many cells were read to the letter, and how many there are, row by row.
fn exact(truth: &Value, reading: &PageReading) -> (usize, usize) {
    let rows = truth["records"].as_array().unwrap();
    assert_eq!(reading.records.len(), rows.len(), "rows found");
    let mut count = (0, 0);
    for (row, record) in rows.iter().zip(&reading.records) {
        for (key, value) in row.as_object().unwrap() {
            let Some(value) = value.as_str().filter(|value| !value.is_empty()) else {
                continue;
            };
            count.1 += 1;
            let read = record.fields.get(key);
            count.0 += usize::from(read.is_some_and(|field| field.raw == value));
        }
    }
    count
}

/// Paints the standing rules out: a strip beside the line between two ends of each border.
fn without_standing_rules(mut page: DecodedPage, columns: &PageColumns) -> DecodedPage {
    let mut picture = page.image.to_luma8();
    let [upper_left, upper_right, lower_right, lower_left] =
        columns.corners.map(|corner| corner.map(f64::from));
    let between = |a: [f64; 2], b: [f64; 2], share: f64| {
        [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share]
    };
    for edge in &columns.edges {
        let top = between(upper_left, upper_right, *edge);
        let low = between(lower_left, lower_right, *edge);
        for step in -80..10_080 {
            let [x, y] = between(top, low, f64::from(step) / 10_000.0);
            for aside in -5..=5 {
                let (x, y) = (x as i32 + aside, y as i32);
                let inside = x >= 0 && y >= 0 && y < picture.height() as i32;
                if inside && x < picture.width() as i32 {
                    let paper = picture
                        .get_pixel((x + 24).min(picture.width() as i32 - 1) as u32, y as u32)
                        .0[0];
                    picture.put_pixel(x as u32, y as u32, image::Luma([paper.max(225)]));
                }
            }
        }
    }
    page.image = DynamicImage::ImageLuma8(picture);
    page
}

/// Paints out what stands between the table's upper edge and the first row.
fn without_headings(
    mut page: DecodedPage,
    columns: &PageColumns,
    reading: &PageReading,
) -> DecodedPage {
    let mut picture = page.image.to_luma8();
    let first = reading.records[0].bounds.unwrap();
    let top = columns.corners[0][1].min(columns.corners[1][1]);
    for y in (top - 4).max(0)..first[1] - 4 {
        for x in 0..picture.width() {
            picture.put_pixel(x, y as u32, image::Luma([240]));
        }
    }
    page.image = DynamicImage::ImageLuma8(picture);
    page
}

#[test]
fn a_map_of_one_page_reads_a_narrower_one_that_lies_upside_down() {
    let mut desk = Desk::new();
    let (map, columns) = desk.map_of(&sample("so-goc-thpt-2015-trang-01.jpg"));
    assert!(columns.ruled);
    let reading = desk.read(&sample("so-goc-thpt-2008-trang-07.jpg"), Some(&map));
    let fit = reading.map.unwrap();
    assert!(fit.fits && fit.share > 0.9, "{fit:?}");
    let (right, all) = exact(&truth("so-goc-thpt-2008-trang-07"), &reading);
    assert!(right * 10 >= all * 8, "{right} of {all}");
    let accepted = reading
        .records
        .iter()
        .flat_map(|record| record.fields.values());
    assert!(accepted.filter(|field| field.accepted).count() > all / 3);
}

#[test]
fn a_page_without_standing_rules_is_read_by_the_white_and_by_the_map() {
    let mut desk = Desk::new();
    let page = sample("so-goc-thpt-2015-trang-01.jpg");
    let (map, columns) = desk.map_of(&page);
    let bare = without_standing_rules(page, &columns);
    let alone = desk.read(&bare, None);
    let truth = truth("so-goc-thpt-2015-trang-01");
    let (by_white, _) = exact(&truth, &alone);
    let white = alone.columns.unwrap();
    assert!(!white.ruled, "told by the white between them");
    let reading = desk.read(&bare, Some(&map));
    assert!(reading.map.unwrap().fits);
    assert!(!reading.columns.as_ref().unwrap().ruled);
    let (right, all) = exact(&truth, &reading);
    assert!(right * 10 >= all * 8, "{right} of {all}");
    assert!(by_white * 10 >= all * 7, "{by_white} of {all}");
}

#[test]
fn a_page_without_headings_is_understood_by_the_map_and_hardly_without() {
    let mut desk = Desk::new();
    let page = sample("so-goc-thpt-2015-trang-01.jpg");
    let (map, columns) = desk.map_of(&page);
    let whole = desk.read(&page, None);
    let bare = without_headings(page, &columns, &whole);
    let accepted = |reading: &PageReading| {
        let records = reading.records.iter();
        let fields = records.flat_map(|record| record.fields.values());
        fields.filter(|field| field.accepted).count()
    };
    let alone = desk.read(&bare, None);
    let reading = desk.read(&bare, Some(&map));
    assert!(reading.map.unwrap().fits);
    let (right, all) = exact(&truth("so-goc-thpt-2015-trang-01"), &reading);
    assert!(right * 10 >= all * 8, "{right} of {all}");
    assert!(alone.understood < reading.understood);
    assert!(
        accepted(&alone) < accepted(&reading),
        "{} without",
        accepted(&alone)
    );
}

#[test]
fn a_page_of_another_layout_is_flagged_and_nothing_on_it_is_accepted() {
    let mut desk = Desk::new();
    let (map, _) = desk.map_of(&sample("so-goc-thpt-2008-trang-06.jpg"));
    // The first of them has the same columns but for the last two.
    for other in [
        "so-goc-thpt-2008-trang-07.jpg",
        "so-cap-bang-1985-trang-05.jpg",
        "bang-thpt-2008.jpg",
    ] {
        let reading = desk.read(&sample(other), Some(&map));
        let fit = reading.map.unwrap();
        assert!(!fit.fits && fit.version == 1, "{other}: {fit:?}");
        assert!(reading.quality.flags.contains(&"map_misfit".to_owned()));
        let mut fields = reading
            .records
            .iter()
            .flat_map(|record| record.fields.values());
        assert!(!reading.records.is_empty(), "{other}: still proposed");
        assert!(fields.all(|field| !field.accepted), "{other}");
    }
}
