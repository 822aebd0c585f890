//! What the documents on security say can be followed: each test they name is there, each file they lead to too, and each
//! requirement of OWASP ASVS 5.0 at level 1 and 2 is answered once, in one of four words.

use std::path::{Path, PathBuf};

use crate::found_by_name::quoted;

/// What a requirement's row may say.
const ANSWERS: [&str; 4] = ["met", "partly", "not met", "not applicable"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

/// The threat model with its parts, and how to report.
fn documents() -> Vec<PathBuf> {
    let parts = std::fs::read_dir(root().join("docs/security")).unwrap();
    let parts = parts.map(|entry| entry.unwrap().path());
    let whole = ["docs/security.md", "SECURITY.md"].map(|name| root().join(name));
    let written = |path: &PathBuf| path.extension().is_some_and(|end| end == "md");
    whole.into_iter().chain(parts).filter(written).collect()
}

#[test]
fn every_test_the_security_documents_name_is_there() {
    let (mut named, mut gone) = (0, Vec::new());
    for page in documents() {
        let text = read(&page);
        for (file, name) in tests_of(&text) {
            named += 1;
            let source = std::fs::read_to_string(root().join(file)).unwrap_or_default();
            if !is_test(&source, name) {
                gone.push(format!("{}: {file}::{name}", page.display()));
            }
        }
    }
    assert!(gone.is_empty(), "{}", gone.join("\n"));
    assert!(named > 200, "only {named} are found");
}

#[test]
fn every_link_of_the_security_documents_leads_somewhere() {
    let mut gone = Vec::new();
    for page in documents() {
        let text = read(&page);
        let folder = page.parent().unwrap();
        let missing = links_of(&text).filter(|link| !folder.join(link).exists());
        gone.extend(missing.map(|link| format!("{}: {link}", page.display())));
    }
    assert!(gone.is_empty(), "{}", gone.join("\n"));
}

#[test]
fn every_requirement_of_asvs_is_answered_once() {
    let ids = read(&root().join("docs/security/asvs-ids.txt"));
    let page = read(&root().join("docs/security/asvs.md"));
    assert_eq!(wrong(&ids, &page), Vec::<String>::new());
    let asked = ids.lines().filter(|line| line.starts_with('V')).count();
    assert_eq!(asked, 253, "70 of level 1 and 183 of level 2");
}

#[test]
fn an_answer_that_is_missing_doubled_or_none_is_refused() {
    let ids = "# a list\nV1.1.1 2\nV1.2.1 1\n";
    let row = |id: &str, level: &str, stands: &str, why: &str| {
        format!("| {id} | {level} | asks | {stands} | {why} |\n")
    };
    let first = row("V1.1.1", "2", "met", "because");
    let second = row("V1.2.1", "1", "not met", "`src/a.rs`");
    let none: [&str; 0] = [];
    assert_eq!(wrong(ids, &(first.clone() + &second)), none);
    assert_eq!(wrong(ids, &first), ["V1.2.1: 0 rows"]);
    let doubled = first.clone() + &second + &first;
    assert_eq!(wrong(ids, &doubled), ["V1.1.1: 2 rows"]);
    let stranger = first.clone() + &second + &row("V9.9.9", "1", "met", "because");
    assert_eq!(wrong(ids, &stranger), ["V9.9.9: not asked"]);
    for bad in [
        row("V1.2.1", "2", "met", "because"),
        row("V1.2.1", "1", "nearly", "because"),
        row("V1.2.1", "1", "met", " "),
    ] {
        assert_eq!(wrong(ids, &(first.clone() + &bad)).len(), 1, "{bad}");
    }
}

#[test]
fn a_test_is_told_from_other_functions() {
    let source = "#[test]\nfn one() {}\n\n#[tokio::test]\nasync fn two() {}\n\nfn three() {}\n\nfact(\n    \"four\",\n    four,\n)\n";
    let found = ["one", "two", "three", "four", "five"].map(|name| is_test(source, name));
    assert_eq!(found, [true, true, false, true, false]);
    let text =
        "`tests/a.rs::b_c` and `src/a.rs` and `std::fs`, [here](x.md#y), [there](https://a.b)";
    assert_eq!(tests_of(text).collect::<Vec<_>>(), [("tests/a.rs", "b_c")]);
    assert_eq!(links_of(text).collect::<Vec<_>>(), ["x.md"]);
}

/// Tests as documents name them: `file.rs::function` in backquotes.
fn tests_of(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let pairs = quoted(text).filter_map(|quoted| quoted.split_once("::"));
    pairs.filter(|(file, _)| file.ends_with(".rs"))
}

/// Whether a source has a test of that name: a function with the attribute, or a trial of the program in
/// `workers/tests/pool`, which is told its names.
fn is_test(source: &str, name: &str) -> bool {
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    let (plain, asked) = (format!("fn {name}("), format!("async fn {name}("));
    let marked = |at: usize| {
        let above = lines[..at].iter().rev();
        let mut marks = above.take_while(|line| line.starts_with("#["));
        marks.any(|mark| mark.starts_with("#[test]") || mark.starts_with("#[tokio::test"))
    };
    let functions = lines.iter().enumerate();
    let mut functions =
        functions.filter(|(_, line)| line.starts_with(&plain) || line.starts_with(&asked));
    let trial = format!("fact(\"{name}\",");
    let words: String = lines.concat();
    functions.any(|(at, _)| marked(at)) || words.contains(&trial)
}

/// Files that links lead to, without the place inside them.
fn links_of(text: &str) -> impl Iterator<Item = &str> {
    let targets = text.split("](").skip(1);
    let targets = targets.filter_map(|rest| rest.split([')', '#']).next());
    targets.filter(|link| !link.is_empty() && !link.contains("://"))
}

/// What is wrong with the rows of a page, given the list of ids with their levels.
fn wrong(ids: &str, page: &str) -> Vec<String> {
    let rows: Vec<Vec<&str>> = page
        .lines()
        .filter(|line| line.starts_with("| V"))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    let asked: Vec<(&str, &str)> = ids
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(' '))
        .collect();
    let mut faults = Vec::new();
    for (id, level) in &asked {
        let own: Vec<&Vec<&str>> = rows.iter().filter(|row| row[0] == *id).collect();
        let [row] = own[..] else {
            faults.push(format!("{id}: {} rows", own.len()));
            continue;
        };
        let [_, said, _, stands, why] = row[..] else {
            faults.push(format!("{id}: {} cells", row.len()));
            continue;
        };
        if said != *level || !ANSWERS.contains(&stands) || why.is_empty() {
            faults.push(format!("{id}: {said}, {stands}, {why}"));
        }
    }
    let known = |id: &str| asked.iter().any(|(one, _)| *one == id);
    let strangers = rows.iter().filter(|row| !known(row[0]));
    faults.extend(strangers.map(|row| format!("{}: not asked", row[0])));
    faults
}
