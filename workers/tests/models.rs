//! The model kept in `models/typed` and the one of the distributions, on lines of a dot matrix printer that were drawn by
//! `scripts/model/render_lines.py` from another seed than those it was trained on.

#![allow(clippy::unwrap_used)] // a test may panic; that is how it fails

use std::path::{Path, PathBuf};

use image::GrayImage;
use sogoc_workers::recognise::{self, Division, Engine};

fn beside(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Each line's picture and what it says.
fn lines() -> Vec<(GrayImage, String)> {
    let sheet = image::open(beside("tests/fixtures/needles.png")).unwrap();
    let sheet = sheet.to_luma8();
    let told = std::fs::read_to_string(beside("tests/fixtures/needles.txt")).unwrap();
    let line = |line: &str| {
        let parts: Vec<&str> = line.splitn(4, ' ').collect();
        let [top, width, height] = [0, 1, 2].map(|at| parts[at].parse::<u32>().unwrap());
        let crop = image::imageops::crop_imm(&sheet, 0, top, width, height);
        (crop.to_image(), parts[3].to_owned())
    };
    told.lines().map(line).collect()
}

/// How many lines the model of a folder reads to the letter.
fn exact(folder: &Path) -> usize {
    let mut engine = Engine::open(folder).unwrap();
    let mut read = |picture: &GrayImage| {
        let words = engine.words(picture, 300, Division::Line).unwrap();
        let words: Vec<String> = words.into_iter().map(|word| word.text).collect();
        words.join(" ")
    };
    let lines = lines();
    lines
        .iter()
        .filter(|(picture, said)| read(picture) == *said)
        .count()
}

#[test]
fn the_tuned_model_reads_what_needles_printed_better_than_the_stock_one() {
    let tuned = exact(&beside("../models/typed"));
    let stock = exact(&recognise::model_folder());
    println!("{tuned} and {stock} of {}", lines().len());
    assert!(tuned >= 18 && tuned >= stock + 4, "{tuned}, {stock}");
}
