//! The sample scans of the repository, read by the real engine and compared with their true text.

#![allow(clippy::unwrap_used)] // a test may panic; that is how it fails

use sogoc_workers::geometry::Turn;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sogoc_workers::class::Classes;
use sogoc_workers::decode::{DecodeLimits, decode_page};
use sogoc_workers::ocr::engine::Engine;
use sogoc_workers::reading::{FieldReading, PageReading};
use sogoc_workers::{Context, Known, read_page};

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples")
}

/// The true text of a sample page and what is read from it.
fn truth_and_reading(id: &str) -> (Value, PageReading) {
    let truth = std::fs::read(samples().join("truth").join(format!("{id}.json"))).unwrap();
    let truth: Value = serde_json::from_slice(&truth).unwrap();
    let file = samples().join(truth["file"].as_str().unwrap());
    let number = truth["page"].as_u64().unwrap() as u32;
    let page = decode_page(&file, number, &DecodeLimits::default()).unwrap();
    let classes = Classes::load(None).unwrap();
    let mut engine = Engine::new().unwrap();
    let reading = read_page(
        &page,
        &Context::new(&classes, &Known::default()),
        &mut engine,
    )
    .unwrap();
    (truth, reading)
}

/// How many of the true values were read to the letter, and how many there are.
fn exact(truth: &Value, read: &std::collections::BTreeMap<String, FieldReading>) -> (usize, usize) {
    let values = truth.as_object().unwrap().iter();
    let wanted: Vec<(&String, &str)> = values
        .filter_map(|(key, value)| Some((key, value.as_str()?)))
        .filter(|(_, value)| !value.is_empty())
        .collect();
    let right = |(key, value): &&(&String, &str)| read.get(*key).is_some_and(|f| f.raw == *value);
    (wanted.iter().filter(right).count(), wanted.len())
}

fn cells(truth: &Value, reading: &PageReading) -> (usize, usize) {
    let rows = truth["records"].as_array().unwrap();
    assert_eq!(reading.records.len(), rows.len(), "rows found");
    let counts = rows
        .iter()
        .zip(&reading.records)
        .map(|(row, record)| exact(row, &record.fields));
    counts.fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1))
}

#[test]
fn a_printed_diploma_gives_its_fields_with_their_places() {
    let (truth, reading) = truth_and_reading("bang-thpt-2008");
    assert_eq!(reading.class, "van_bang");
    assert_eq!(reading.rotation, Turn::None);
    let fields = &reading.records[0].fields;
    let (right, all) = exact(&truth["fields"], fields);
    assert!(right * 10 >= all * 7, "{right} of {all}: {fields:?}");
    assert_eq!(fields["ngay_sinh"].value, "1990-11-17");
    let [x, y, width, height] = fields["ngay_sinh"].bounds.unwrap();
    let edge = |index: usize| truth["field_boxes"]["ngay_sinh"][index].as_i64().unwrap() as i32;
    let (middle_x, middle_y) = (x + width / 2, y + height / 2);
    assert!((edge(0)..edge(2)).contains(&middle_x) && (edge(1)..edge(3)).contains(&middle_y));
}

#[test]
fn a_ruled_register_gives_a_record_a_row_that_knows_its_page() {
    let (truth, reading) = truth_and_reading("so-goc-thpt-2015-trang-01");
    assert_eq!(reading.class, "so_goc");
    let (right, all) = cells(&truth, &reading);
    assert!(right * 10 >= all * 8, "{right} of {all}");
    let (right, all) = exact(&truth["fields"], &reading.records[3].fields);
    assert!(
        right * 2 >= all,
        "{right} of {all} of the page's own fields"
    );
}

#[test]
fn a_page_upside_down_is_read_and_its_boxes_are_of_the_page_as_delivered() {
    let (truth, reading) = truth_and_reading("so-goc-thpt-2008-trang-07");
    assert_eq!(reading.rotation, Turn::Half);
    let (right, all) = cells(&truth, &reading);
    assert!(right * 10 >= all * 8, "{right} of {all}");
    let (first, last) = (
        &reading.records[0],
        &reading.records[reading.records.len() - 1],
    );
    assert!(
        first.bounds.unwrap()[1] > last.bounds.unwrap()[1],
        "the first row is the lowest"
    );
    for word in &reading.words {
        let [x, y, width, height] = word.bounds;
        assert!(x >= 0 && y >= 0, "{word:?}");
        assert!(
            x + width <= reading.width as i32 && y + height <= reading.height as i32,
            "{word:?}"
        );
    }
}

#[test]
fn a_born_digital_page_keeps_the_letters_of_its_text_layer() {
    let (truth, reading) = truth_and_reading("cong-van-2025");
    for line in truth["text_lines"].as_array().unwrap() {
        let first = line.as_str().unwrap().split(' ').next().unwrap();
        assert!(
            reading.text.contains(first),
            "{first:?} in {:?}",
            reading.text
        );
    }
}

#[test]
fn nothing_is_accepted_that_is_not_what_is_printed() {
    let (mut accepted, mut right) = (0, 0);
    for id in [
        "bang-ptth-1995",
        "bang-thpt-2008",
        "so-goc-thpt-2008-trang-06",
    ] {
        let (truth, reading) = truth_and_reading(id);
        let pages = [&truth["fields"]];
        let rows = truth["records"].as_array().unwrap().iter();
        for (true_fields, record) in pages
            .into_iter()
            .chain(rows)
            .zip(reading.records.first().into_iter().chain(&reading.records))
        {
            for (key, field) in record.fields.iter().filter(|(_, field)| field.accepted) {
                if let Some(value) = true_fields[key].as_str() {
                    accepted += 1;
                    right += usize::from(field.raw == value);
                }
            }
        }
    }
    assert!(accepted >= 20, "{accepted} accepted");
    assert!(
        right * 100 >= accepted * 97,
        "{right} right of {accepted} accepted"
    );
}

#[test]
fn an_empty_page_is_blank_and_has_no_records() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("blank.png");
    image::GrayImage::from_pixel(1240, 1754, image::Luma([250]))
        .save(&path)
        .unwrap();
    let page = decode_page(&path, 1, &DecodeLimits::default()).unwrap();
    let mut engine = Engine::new().unwrap();
    let classes = Classes::load(None).unwrap();
    let reading = read_page(
        &page,
        &Context::new(&classes, &Known::default()),
        &mut engine,
    )
    .unwrap();
    assert!(reading.quality.blank);
    assert!(reading.records.is_empty());
}
