//! What people did to a register's page after it was made: rows and values struck out, notes in the
//! margin. A pen draws on a sample scan; what is no striking out is drawn too.

#![allow(clippy::unwrap_used)] // a test may panic; that is how it fails

use std::path::Path;
use std::sync::OnceLock;

use image::{DynamicImage, GrayImage, Luma};
use sogoc_workers::class::Classes;
use sogoc_workers::decode::{DecodeLimits, DecodedPage, decode_page};
use sogoc_workers::ocr::engine::Engine;
use sogoc_workers::reading::{Box4, PageReading, RecordReading};
use sogoc_workers::{Context, Known, read_page};

const PRINTED: &str = "so-goc-thpt-2015-trang-01.jpg";

fn page(name: &str) -> DecodedPage {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples/scans");
    decode_page(&path.join(name), 1, &DecodeLimits::default()).unwrap()
}

fn read(page: &DecodedPage) -> PageReading {
    let classes = Classes::load(None).unwrap();
    let mut engine = Engine::new().unwrap();
    read_page(
        page,
        &Context::new(&classes, &Known::default()),
        &mut engine,
    )
    .unwrap()
}

/// The printed register as it was scanned.
fn untouched() -> &'static PageReading {
    static READING: OnceLock<PageReading> = OnceLock::new();
    READING.get_or_init(|| read(&page(PRINTED)))
}

/// The printed register after somebody drew on it.
fn after(draw: impl FnOnce(&mut Paper)) -> PageReading {
    let mut page = page(PRINTED);
    let mut paper = Paper(page.image.to_luma8());
    draw(&mut paper);
    page.image = DynamicImage::ImageLuma8(paper.0);
    let reading = read(&page);
    assert_eq!(reading.records.len(), untouched().records.len(), "rows");
    reading
}

struct Paper(GrayImage);

impl Paper {
    /// A pen's line of `thick` pixels whose height is told for each place across.
    fn line(&mut self, from: i32, upto: i32, thick: i32, height: impl Fn(i32) -> f64) {
        for x in from..upto {
            let top = height(x).round() as i32 - thick / 2;
            for y in top..top + thick {
                self.0.put_pixel(x as u32, y as u32, Luma([45]));
            }
        }
    }

    /// What stands in that box once more at another place.
    fn copy(&mut self, [x, y, width, height]: Box4, to: (i32, i32)) {
        let part =
            image::imageops::crop_imm(&self.0, x as u32, y as u32, width as u32, height as u32);
        let part = part.to_image();
        image::imageops::replace(&mut self.0, &part, to.0.into(), to.1.into());
    }
}

fn row(index: usize) -> Box4 {
    untouched().records[index].bounds.unwrap()
}

fn value(index: usize, key: &str) -> Box4 {
    untouched().records[index].fields[key].bounds.unwrap()
}

/// Half the height of small letters above the feet of those in the box.
fn middle([_, y, _, height]: Box4) -> f64 {
    f64::from(y) + f64::from(height) * 0.6
}

fn struck(record: &RecordReading) -> Vec<&str> {
    let fields = record.fields.iter().filter(|(_, field)| field.struck);
    fields.map(|(key, _)| key.as_str()).collect()
}

/// The rows of which something is struck out.
fn struck_rows(reading: &PageReading) -> Vec<usize> {
    let rows = reading.records.iter().enumerate();
    let rows = rows.filter(|(_, record)| !struck(record).is_empty());
    rows.map(|(index, _)| index).collect()
}

fn own_fields(
    record: &RecordReading,
) -> impl Iterator<Item = &sogoc_workers::reading::FieldReading> {
    let of_row = ["stt", "ho_ten", "ngay_sinh", "noi_sinh", "so_hieu"];
    record
        .fields
        .iter()
        .filter(move |(key, _)| of_row.contains(&key.as_str()))
        .map(|(_, f)| f)
}

#[test]
fn a_row_with_a_line_through_it_is_kept_struck_out_and_not_accepted() {
    let [left, _, width, _] = row(4);
    let y = middle(value(4, "ho_ten"));
    let reading = after(|paper| {
        paper.line(left + 20, left + width - 20, 4, |x| {
            y + f64::from(x - left) * 0.002
        });
    });
    assert_eq!(struck_rows(&reading), [4]);
    let fields: Vec<_> = own_fields(&reading.records[4]).collect();
    assert!(fields.len() >= 4, "kept as read: {fields:?}");
    assert!(fields.iter().all(|field| field.struck && !field.accepted));
}

#[test]
fn a_row_under_a_cross_is_told_from_others() {
    let [left, top, width, height] = row(7);
    let (left, width) = (left + 60, width - 120);
    let slope = f64::from(height - 14) / f64::from(width);
    let reading = after(|paper| {
        let fall = |x: i32| f64::from(x - left) * slope;
        paper.line(left, left + width, 4, |x| f64::from(top + 7) + fall(x));
        paper.line(left, left + width, 4, |x| {
            f64::from(top + height - 7) - fall(x)
        });
    });
    assert_eq!(struck_rows(&reading), [7]);
    assert!(!struck(&reading.records[7]).is_empty());
}

#[test]
fn a_wavy_and_a_double_line_strike_out_their_values_alone() {
    let wavy = value(2, "ho_ten");
    let double = value(9, "noi_sinh");
    let reading = after(|paper| {
        paper.line(wavy[0] - 6, wavy[0] + wavy[2] + 8, 4, |x| {
            middle(wavy) + 3.0 * (f64::from(x) / 40.0).sin()
        });
        for apart in [-4.0, 4.0] {
            paper.line(double[0] - 4, double[0] + double[2] + 4, 3, |_| {
                middle(double) + apart
            });
        }
    });
    assert_eq!(struck_rows(&reading), [2, 9]);
    assert_eq!(struck(&reading.records[2]), ["ho_ten"]);
    assert_eq!(struck(&reading.records[9]), ["noi_sinh"]);
    assert!(!reading.records[2].fields["ho_ten"].accepted);
}

#[test]
fn underlines_rules_drawn_near_and_a_stamp_strike_nothing_out() {
    let reading = after(|paper| {
        for index in 0..6 {
            let [x, y, width, height] = value(index, "ho_ten");
            paper.line(x, x + width, 3, |_| f64::from(y + height + 2));
        }
        let [left, top, width, _] = row(8);
        paper.line(left, left + width, 3, |_| f64::from(top + 7));
        // The ring of a stamp, grey as in a grey scan.
        let (centre, radius) = ((left + width / 2, row(6)[1]), 150.0);
        for step in 0..6000 {
            let (sin, cos) = (f64::from(step) / 6000.0 * std::f64::consts::TAU).sin_cos();
            for ring in 0..4 {
                let (x, y) = (
                    cos * (radius + f64::from(ring)),
                    sin * (radius + f64::from(ring)),
                );
                let (x, y) = ((centre.0 + x as i32) as u32, (centre.1 + y as i32) as u32);
                paper.0.put_pixel(x, y, Luma([110]));
            }
        }
    });
    assert_eq!(struck_rows(&reading), [0usize; 0]);
}

#[test]
fn pages_nobody_wrote_on_have_neither_struck_rows_nor_notes() {
    let typed = read(&page("so-cap-bang-1985-trang-05.jpg"));
    let matrix = read(&page("so-cap-phat-1995-trang-02.tif"));
    for reading in [untouched(), &typed, &matrix] {
        assert!(reading.records.len() > 5);
        assert_eq!(struck_rows(reading), [0usize; 0]);
        let notes = reading
            .records
            .iter()
            .filter(|r| r.fields.contains_key("ghi_chu_le"));
        assert_eq!(notes.count(), 0);
    }
}

#[test]
fn notes_beside_the_table_belong_to_their_row_read_or_not() {
    let paper_width = page(PRINTED).image.width() as i32;
    let [left, _, width, _] = row(3);
    let side = left + width;
    assert!(
        paper_width - side > 60,
        "the sample has a margin: {}",
        paper_width - side
    );
    let sex = value(3, "gioi_tinh");
    let words = [sex[0] - 2, sex[1] - 2, sex[2] + 4, sex[3] + 4];
    let [_, top, _, height] = row(10);
    let reading = after(|paper| {
        paper.copy(words, (side + 20, row(3)[1] + 12));
        // Three loops of a pen in the other margin.
        for at in 0..4 {
            let begin = left - 88 + at * 18;
            for step in 0..400 {
                let (sin, cos) = (f64::from(step) / 400.0 * std::f64::consts::TAU).sin_cos();
                let x = begin + (6.0 * cos) as i32;
                let y = top + height / 2 + (9.0 * sin) as i32;
                paper.0.put_pixel(x as u32, y as u32, Luma([60]));
                paper.0.put_pixel(x as u32 + 1, y as u32, Luma([60]));
            }
        }
    });
    let noted: Vec<usize> = (0..reading.records.len())
        .filter(|at| reading.records[*at].fields.contains_key("ghi_chu_le"))
        .collect();
    assert_eq!(noted, [3, 10]);
    let loops = &reading.records[10].fields["ghi_chu_le"];
    assert!(!loops.accepted);
    let [x, y, ..] = loops.bounds.unwrap();
    assert!(x < left && (top..top + height).contains(&y), "{loops:?}");
}
