//! An expert finds each concept by the field's own name: CONTRIBUTING lists twenty terms, and the file it names for each
//! is there and says the term. Every other file that a document for newcomers names is there too.

use std::path::{Path, PathBuf};

/// Where paths in documents begin.
const FOLDERS: [&str; 14] = [
    "src",
    "workers",
    "index",
    "bench",
    "vietnamese",
    "tests",
    "web",
    "classes",
    "migrations",
    "models",
    "samples",
    "scripts",
    "packaging",
    "docs",
];

const TERMS: [&str; 20] = [
    "fonds",
    "finding aid",
    "fixity",
    "deskew",
    "binarisation",
    "layout analysis",
    "reading order",
    "ALTO",
    "confidence calibration",
    "MinHash",
    "perceptual hash",
    "PAdES B-LTA",
    "DSS",
    "ByteRange",
    "time-stamp token",
    "remote signing",
    "OCFL inventory",
    "lease",
    "ETag",
    "outbox",
];

#[test]
fn each_term_of_the_field_is_found_in_the_file_contributing_names() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("CONTRIBUTING.md")).unwrap();
    let text = |file: &str| std::fs::read_to_string(root.join(file)).ok();
    assert_eq!(wrong(&page, &text), Vec::<String>::new());
}

#[test]
fn a_missing_row_a_moved_file_and_a_silent_file_are_refused() {
    let page: String = TERMS
        .iter()
        .map(|term| format!("| {term} | `here.rs` |\n"))
        .collect();
    let all = |_: &str| Some(TERMS.join(", "));
    assert_eq!(wrong(&page, &all), Vec::<String>::new());
    assert_eq!(wrong(&page, &|_| None).len(), 20);
    let only = |_: &str| Some("the mets_outbox writes, it is_read".to_owned());
    assert!(
        !wrong(&page, &only)
            .iter()
            .any(|complaint| complaint.starts_with("outbox"))
    );
    assert_eq!(wrong(&page, &only).len(), 19);
    assert_eq!(
        wrong(&page.replace("| ETag |", "| tag |"), &all),
        ["ETag: no row"]
    );
}

fn wrong(page: &str, text: &dyn Fn(&str) -> Option<String>) -> Vec<String> {
    let complaint = |term: &str| {
        let row = page
            .lines()
            .find_map(|line| line.strip_prefix(&format!("| {term} | `")));
        let Some((file, _)) = row.and_then(|row| row.split_once('`')) else {
            return Some(format!("{term}: no row"));
        };
        match text(file) {
            None => Some(format!("{term}: no file {file}")),
            Some(text) if !plain(&text).contains(&plain(term)) => {
                Some(format!("{term}: not in {file}"))
            }
            Some(_) => None,
        }
    };
    TERMS.into_iter().filter_map(complaint).collect()
}

/// Lower-case words between single blanks, however they are joined or broken over lines; so whole words are compared.
fn plain(text: &str) -> String {
    let text = text.to_lowercase();
    let words: Vec<&str> = text
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    format!(" {} ", words.join(" "))
}

#[test]
fn every_file_a_document_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut gone, mut sources) = (Vec::new(), Vec::new());
    for folder in ["src", "workers", "index", "bench", "vietnamese", "tests"] {
        collect(&root.join(folder), &mut sources);
    }
    for page in documents(root) {
        let text = std::fs::read_to_string(&page).unwrap();
        let known =
            |path: &str| exists(root, path) || sources.iter().any(|file| file.ends_with(path));
        let missing = named_paths(&text).filter(|path| !known(path));
        gone.extend(missing.map(|path| format!("{}: {path}", page.display())));
    }
    assert!(gone.is_empty(), "{}", gone.join("\n"));
}

#[test]
fn paths_are_told_from_other_words_in_quotes() {
    let text = "see `src/a.rs`, `src/b/*.toml`, `cargo test`, `src/error.rs: may`, `b/c.rs` and `vault/` or `tests::x`";
    let found: Vec<&str> = named_paths(text).collect();
    assert_eq!(
        found,
        ["src/a.rs", "src/b/*.toml", "src/error.rs", "b/c.rs"]
    );
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    assert!(exists(root, "classes/*.toml") && exists(root, "tests/"));
    assert!(!exists(root, "classes/*.rs") && !exists(root, "src/no_such.rs"));
}

/// Documents that lead a newcomer; decisions and the changelog are of their day and stay as they are.
fn documents(root: &Path) -> Vec<PathBuf> {
    let folders = [
        root.to_owned(),
        root.join("docs"),
        root.join("docs/security"),
    ];
    let entries = folders
        .iter()
        .flat_map(|folder| std::fs::read_dir(folder).unwrap());
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.extension().is_some_and(|end| end == "md"))
        .collect()
}

/// What stands in backquotes.
pub fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// What stands in backquotes and begins with a folder of the project, or names a source without its folder.
fn named_paths(text: &str) -> impl Iterator<Item = &str> {
    let paths =
        quoted(text).map(|quoted| quoted.split([':', ' ', '\n']).next().unwrap_or_default());
    let starts_below = |path: &str| {
        let first = path.split_once('/').map(|(first, _)| first);
        first.is_some_and(|first| FOLDERS.contains(&first))
    };
    paths.filter(move |path| starts_below(path) || path.ends_with(".rs"))
}

/// Every Rust file under a folder.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
}

/// Is there a file or folder of that path? `*` stands for any part of the last name.
fn exists(root: &Path, path: &str) -> bool {
    let Some((before, after)) = path.split_once('*') else {
        return root.join(path).exists();
    };
    let (folder, begins) = before.rsplit_once('/').unwrap_or(("", before));
    let entries = std::fs::read_dir(root.join(folder))
        .into_iter()
        .flatten()
        .flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    names
        .into_iter()
        .any(|name| name.starts_with(begins) && name.ends_with(after))
}
