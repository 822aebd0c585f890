//! Migrations run in the order of their numbers, so none is given twice, and `migrations/README.md` explains each that
//! is missing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations")
}

fn names() -> Vec<String> {
    let files = std::fs::read_dir(folder()).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.ends_with(".sql")).collect()
}

/// An archive refuses to open where a migration that it ran reads otherwise now.
#[test]
fn no_migration_was_edited_after_it_was_written_down() {
    let written = std::fs::read_to_string(folder().join("SHA256SUMS")).unwrap();
    let written: BTreeMap<String, String> = written
        .lines()
        .map(|line| line.split_once("  ").expect("a digest and a name"))
        .map(|(digest, name)| (name.to_owned(), digest.to_owned()))
        .collect();
    let there = names().into_iter().map(|name| {
        let bytes = std::fs::read(folder().join(&name)).unwrap();
        (name, hex::encode(Sha256::digest(bytes)))
    });
    assert_eq!(there.collect::<BTreeMap<_, _>>(), written);
}

#[test]
fn migration_numbers_run_on_without_a_hole_that_is_not_explained() {
    let explained = std::fs::read_to_string(folder().join("README.md")).unwrap();
    assert_eq!(wrong(&names(), &explained), Vec::<String>::new());
}

#[test]
fn a_hole_a_doubled_number_and_a_needless_explanation_are_refused() {
    let names = ["0001_a.sql", "0003_c.sql", "0004_d.sql"].map(str::to_owned);
    assert_eq!(
        wrong(&names, "- 0002 was never used."),
        Vec::<String>::new()
    );
    assert_eq!(wrong(&names, "nothing"), ["0002 is missing"]);
    assert_eq!(wrong(&names, "- 0002 …\n- 0003 …"), ["0003 is there"]);
    let doubled = ["0001_a.sql", "0002_b.sql", "0002_c.sql"].map(str::to_owned);
    assert_eq!(wrong(&doubled, ""), ["0002 is given twice"]);
    assert_eq!(
        wrong(&["1_a.sql".to_owned()], ""),
        ["1_a.sql has no number of four digits"]
    );
}

fn wrong(names: &[String], explained: &str) -> Vec<String> {
    let (mut numbers, mut wrong) = (Vec::new(), Vec::new());
    for name in names {
        match name
            .split_once('_')
            .map(|(number, _)| (number.len(), number.parse::<u32>()))
        {
            Some((4, Ok(number))) => numbers.push(number),
            _ => wrong.push(format!("{name} has no number of four digits")),
        }
    }
    let excused = |number: u32| explained.contains(&format!("- {number:04} "));
    for number in 1..=numbers.iter().max().copied().unwrap_or(0) {
        let complaint = match (
            numbers.iter().filter(|given| **given == number).count(),
            excused(number),
        ) {
            (0, true) | (1, false) => continue,
            (0, false) => "is missing",
            (1, true) => "is there",
            _ => "is given twice",
        };
        wrong.push(format!("{number:04} {complaint}"));
    }
    wrong
}
