//! Rows of a table are added in one file, whether they are new or brought back from the vault, so that a column that is added
//! is added once. A state changes only by `Move`, which asks the table of lawful moves; a rebuild only orders.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Where statements are put together from a table's name that others give.
const BUILDERS: [&str; 3] = [
    "src/catalogue/write.rs",  // `Insert`: each table is named where it is used
    "src/catalogue/import.rs", // every table of a backup, column by column as it was written
    "src/reference_data/seed.rs", // reference data, a table of seeds
];

/// The one file that writes `state`.
const MOVER: &str = "src/catalogue/state.rs";

#[test]
fn rows_of_a_table_are_added_in_one_file() {
    let mut writers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (file, code) in sources() {
        for table in inserted(&code) {
            writers.entry(table).or_default().insert(file.clone());
        }
    }
    assert!(writers.len() > 50, "too few tables: {}", writers.len());
    let unnamed = writers.remove("").unwrap_or_default();
    let builders = BTreeSet::from(BUILDERS.map(str::to_owned));
    assert_eq!(unnamed, builders, "a statement without its table");
    writers.retain(|_, files| files.len() > 1);
    assert!(writers.is_empty(), "added in two files: {writers:#?}");
}

#[test]
fn a_state_changes_by_a_lawful_move_only() {
    let mut found = Vec::new();
    for (file, code) in sources() {
        let lines = states_set(&code).into_iter();
        found.extend(lines.map(|what| format!("{file}: {what}")));
    }
    assert!(!found.is_empty(), "the locks of {MOVER} are not found");
    found.retain(|place| !place.starts_with(MOVER));
    assert!(
        found.is_empty(),
        "use `Move` or `lock`:\n{}",
        found.join("\n")
    );
}

#[test]
fn a_rebuild_writes_no_table_itself() {
    let rebuild = |file: &str| file.starts_with("src/fixity/rebuild");
    let sources: Vec<_> = sources()
        .into_iter()
        .filter(|(file, _)| rebuild(file))
        .collect();
    assert!(!sources.is_empty());
    for (file, code) in sources {
        for word in [
            "INSERT",
            "UPDATE",
            "DELETE FROM",
            "Insert::",
            "Move::",
            "raise_counter",
            "next_number",
        ] {
            assert!(!code.contains(word), "{file} writes: {word}");
        }
    }
}

#[test]
fn what_adds_rows_and_sets_states_is_found_however_it_is_written() {
    let code = "\"INSERT INTO a (id)\" \"INSERT OR IGNORE\n  INTO b\" Insert::into(\n \"c\") \"INSERT INTO {} (\"";
    assert_eq!(inserted(code), ["a", "b", "", "c"]);
    for (code, found) in [
        ("\"UPDATE a SET state = $1 WHERE id = $2\"", 1),
        ("\"UPDATE a SET b = 1,\n   state = 'x'\"", 1),
        ("\"UPDATE a SET b = CASE WHEN state = 'x' THEN 1 END\"", 0),
        ("\"UPDATE a SET b = 1 WHERE state = 'x'\"", 0),
        ("\"UPDATE a SET b_state = 1\"", 0),
        ("tx.set(\"a\", id, \"state\", word)", 1),
        ("Insert::into(\"a\").set(\"state\", word)", 0),
    ] {
        assert_eq!(states_set(code).len(), found, "{code}");
    }
}

/// The tables that rows are added to; nothing for one that is put into the statement later.
fn inserted(code: &str) -> Vec<String> {
    let after_into = code
        .split("INSERT ")
        .skip(1)
        .filter_map(|after| after.split_once("INTO"));
    let statements = after_into
        .filter(|(before, _)| before.len() < 20)
        .map(|(_, after)| after.trim_start());
    let built = code.split("Insert::into(").skip(1);
    let built = built.map(|after| after.trim_start().trim_start_matches('"'));
    statements.chain(built).map(word).collect()
}

/// What is set beside `SET` up to the end of the assignments, where `state` is among it; calls that set one column.
fn states_set(code: &str) -> Vec<String> {
    let assigned = code.split(" SET ").skip(1).filter_map(|after| {
        let ends = ["WHERE", "RETURNING", "\""];
        let end = ends.iter().filter_map(|end| after.find(end)).min();
        let sets = &after[..end.unwrap_or(after.len())];
        let mut names = sets.split(',').map(|one| word(one.trim_start()));
        names
            .any(|name| name == "state")
            .then(|| sets.trim().to_owned())
    });
    let called = code.split("tx.set(").skip(1).filter_map(|after| {
        let call = after.split(')').next().unwrap_or_default();
        call.contains("\"state\"").then(|| call.to_owned())
    });
    assigned.chain(called).collect()
}

fn word(text: &str) -> String {
    text.chars()
        .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
        .collect()
}

/// Every file of `src` with its production code, comments left out.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(&root.join("src"), &mut files);
    let named = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        let production = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let lines = production.lines();
        let code: Vec<&str> = lines
            .filter(|line| !line.trim_start().starts_with("//"))
            .collect();
        let name = path.strip_prefix(root).unwrap().display().to_string();
        (name, code.join("\n"))
    };
    files.into_iter().map(named).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
}
