//! The models kept in `models/` and the one of the distributions, on lines drawn by `scripts/model/render_lines.py`: of a
//! dot matrix printer, from another seed than those the one model was trained on, and of two hands the other never saw.

#![allow(clippy::unwrap_used)] // a test may panic; that is how it fails

use std::path::{Path, PathBuf};

use image::GrayImage;
use sogoc_workers::ocr::engine::{self, Division, Engine};

fn beside(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Each line's picture and what it says.
fn lines(sheet: &str) -> Vec<(GrayImage, String)> {
    let told = beside(&format!("tests/fixtures/{sheet}.txt"));
    let told = std::fs::read_to_string(told).unwrap();
    let sheet = image::open(beside(&format!("tests/fixtures/{sheet}.png"))).unwrap();
    let sheet = sheet.to_luma8();
    let line = |line: &str| {
        let parts: Vec<&str> = line.splitn(4, ' ').collect();
        let [top, width, height] = [0, 1, 2].map(|at| parts[at].parse::<u32>().unwrap());
        let crop = image::imageops::crop_imm(&sheet, 0, top, width, height);
        (crop.to_image(), parts[3].to_owned())
    };
    told.lines().map(line).collect()
}

/// How many lines of a sheet the model of a folder reads to the letter.
fn exact(sheet: &str, folder: &Path) -> usize {
    let mut engine = Engine::open(folder).unwrap();
    let mut read = |picture: &GrayImage| {
        let words = engine.words(picture, 300, Division::Line).unwrap();
        let words: Vec<String> = words.into_iter().map(|word| word.text).collect();
        words.join(" ")
    };
    let lines = lines(sheet);
    lines
        .iter()
        .filter(|(picture, said)| read(picture) == *said)
        .count()
}

#[test]
fn the_tuned_model_reads_what_needles_printed_better_than_the_stock_one() {
    let tuned = exact("needles", &beside("../models/typed"));
    let stock = exact("needles", &engine::model_folder());
    assert!(tuned >= 18 && tuned >= stock + 4, "{tuned}, {stock}");
}

#[test]
fn the_model_for_handwriting_reads_hands_it_never_saw_better_than_the_stock_one() {
    let tuned = exact("pens", &beside("../models/written"));
    let stock = exact("pens", &engine::model_folder());
    assert!(tuned >= stock + 4, "{tuned}, {stock}");
}
