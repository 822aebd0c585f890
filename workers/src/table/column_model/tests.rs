use super::*;
use crate::class::Classes;
use crate::context::Context;
use crate::image::Grey;
use crate::layout::lines::tests::word;
use image::{GrayImage, Luma};

/// A table of one column of that field, a value a row, read with that confidence.
fn mended(key: &str, values: &[&str], confidence: f64) -> Vec<(String, Series)> {
    let classes = Classes::load(None).unwrap();
    let field = classes.get("so_goc").unwrap().field(key).unwrap();
    let rows: Vec<Vec<Cell<'_>>> = values
        .iter()
        .map(|value| {
            let mut read = word(value, 10, 10);
            read.confidence = confidence;
            let words = if value.is_empty() {
                Vec::new()
            } else {
                vec![read]
            };
            vec![Cell::new(field, &words, [0, 0, 100, 40])]
        })
        .collect();
    let page = Grey::new(GrayImage::from_pixel(200, 200, Luma([255])), 200);
    let ink = Ink::of(&page);
    let mut model = ColumnModel { rows, ink };
    model.repair(&Context::for_tests());
    model.repair(&Context::for_tests());
    let cells = model.rows.iter().flatten();
    cells
        .map(|cell| (cell.raw().unwrap_or("").to_owned(), cell.series))
        .collect()
}

#[test]
fn a_slip_in_a_running_number_is_put_right_and_says_so() {
    let found = mended("stt", &["1", "2", "3", "A", "5", "6"], 0.6);
    assert_eq!(found[3], ("4".into(), Series::Repaired));
    assert_eq!(found[4], ("5".into(), Series::Fits));
}

#[test]
fn capitals_stand_where_most_of_the_column_has_them() {
    let raws = |values: &[&str]| -> Vec<String> {
        let found = mended("gioi_tinh", values, 0.9).into_iter();
        found.map(|(raw, _)| raw).collect()
    };
    assert_eq!(raws(&["Nam", "NỮ", "Nữ", "Nữ"]), ["Nam", "Nữ", "Nữ", "Nữ"]);
    assert_eq!(
        raws(&["NAM", "NỮ", "Nữ", "NAM"]),
        ["NAM", "NỮ", "NỮ", "NAM"]
    );
    let grades = mended("xep_loai", &["TB", "TB", "TB", "Khá", "KHÁ", "Khá"], 0.9);
    assert_eq!(grades[4].0, "Khá", "TB is written so in any column");
}

#[test]
fn a_number_read_surely_out_of_step_stays_and_is_marked() {
    let found = mended(
        "so_hieu",
        &["A 0001", "A 0002", "A 0008", "A 0004", "A 0005"],
        0.97,
    );
    assert_eq!(found[2], ("A 0008".into(), Series::Breaks));
}

#[test]
fn an_empty_cell_is_not_given_a_number() {
    let found = mended("stt", &["1", "2", "", "4", "5"], 0.9);
    assert_eq!(found[2], (String::new(), Series::Breaks));
}

#[test]
fn a_year_of_no_possible_century_gets_its_columns() {
    let found = mended(
        "ngay_sinh",
        &["01-02-1975", "30-11-1372", "3/4/74", "5-5-2475x"],
        0.8,
    );
    assert_eq!(found[1].0, "30-11-1972");
    assert_eq!(found[2].0, "3/4/74");
}

#[test]
fn a_table_without_rows_has_no_fields() {
    let page = Grey::new(GrayImage::new(1, 1), 200);
    let (rows, ink) = (Vec::new(), Ink::of(&page));
    let mut model = ColumnModel { rows, ink };
    model.repair(&Context::for_tests());
    assert!(model.fields(false).is_empty());
}
