//! The repository's hostile files: each ends in one of the outcomes its manifest allows.

use std::path::{Path, PathBuf};

use libtest_mimic::Trial;
use serde::Deserialize;
use sogoc_workers::outcome::Outcome;
use sogoc_workers::pool::Pool;

use crate::support::{fact, pool, read, wait};

pub fn trials() -> Vec<Trial> {
    vec![fact(
        "every_hostile_file_of_the_manifest_ends_in_an_outcome_it_allows",
        every_listed_file,
    )]
}

#[derive(Deserialize)]
struct Manifest {
    files: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    file: String,
    outcomes: Vec<String>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/hostile")
}

fn every_listed_file() {
    let text = std::fs::read_to_string(folder().join("manifest.json")).unwrap();
    let manifest: Manifest = serde_json::from_str(&text).unwrap();
    assert!(manifest.files.len() > 40, "the manifest lost its files");
    let pool = pool();
    let surprises: Vec<String> = wait(async {
        let mut surprises = Vec::new();
        for listed in &manifest.files {
            let code = seen(&pool, &folder().join(&listed.file)).await;
            if !listed.outcomes.iter().any(|allowed| allowed == code) {
                surprises.push(format!("{}: {code}", listed.file));
            }
        }
        surprises
    });
    assert!(surprises.is_empty(), "{surprises:#?}");
    assert_eq!(pool.stats().busy, 0);
}

/// What reading the file comes to: of the probe where that refuses it, else of the first page.
async fn seen(pool: &Pool, path: &Path) -> &'static str {
    match pool.probe(path).await {
        Err(failure) => failure.kind.code(),
        Ok(_) => code_of(&read(pool, path, 1).await),
    }
}

fn code_of<T>(outcome: &Outcome<T>) -> &'static str {
    outcome
        .as_ref()
        .map_or_else(|failure| failure.kind.code(), |_| "read")
}
