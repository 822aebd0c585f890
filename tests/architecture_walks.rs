//! The walks of ARCHITECTURE lead where they say: each file a step names is there, and each function behind the colon
//! is defined in it.

use std::path::Path;

use crate::found_by_name::quoted;

/// The walks together name at least this many functions; fewer would mean that steps lost their places.
const LEAST_FUNCTIONS: usize = 60;

#[test]
fn each_step_of_a_walk_is_found_in_the_file_it_names() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("docs/ARCHITECTURE.md")).unwrap();
    let walks = walks(&page);
    for walk in ["a scan", "a page", "a request"] {
        let heading = format!("## The walk of {walk}\n");
        assert!(walks.contains(&heading), "no walk of {walk}");
    }
    let source = |file: &str| std::fs::read_to_string(root.join(file)).ok();
    assert_eq!(wrong(&walks, &source), Vec::<String>::new());
    assert!(places(&walks).count() >= LEAST_FUNCTIONS);
}

#[test]
fn a_walk_without_its_file_or_function_is_refused() {
    let walk = "reads (`src/a.rs: read, store`), as `src/b.rs: Engine` says and `cargo test` shows";
    let source = |file: &str| {
        (file == "src/a.rs").then(|| "pub async fn read(a: A) {} // fn store".to_owned())
    };
    assert_eq!(
        wrong(walk, &source),
        ["src/a.rs: store", "src/b.rs: Engine"]
    );
    let generic = |_: &str| Some("fn read<T>() {}\nfn store(".to_owned());
    assert_eq!(wrong("`src/a.rs: read, store`", &generic), [""; 0]);
}

#[test]
fn walks_begin_at_their_heading_and_end_at_the_next_that_is_none() {
    let page = "# A\n## Where\nx\n## The walk of a\n1. a\n## The walk of b\nb\n## What\nz\n";
    assert_eq!(walks(page), "## The walk of a\n1. a\n## The walk of b\nb\n");
}

/// The parts of the page that are walks.
fn walks(page: &str) -> String {
    let mut is_walk = false;
    let lines = page.split_inclusive('\n').filter(|line| {
        if line.starts_with("## ") {
            is_walk = line.starts_with("## The walk of ");
        }
        is_walk
    });
    lines.collect()
}

/// File and function of each step, in order.
fn places(walks: &str) -> impl Iterator<Item = (&str, &str)> {
    let named = quoted(walks).filter_map(|quoted| quoted.split_once(".rs:"));
    named.flat_map(|(file, functions)| {
        let functions = functions.split(',').map(str::trim);
        functions.map(move |function| (file, function))
    })
}

/// Steps whose function is not defined in the file they name.
fn wrong(walks: &str, source: &dyn Fn(&str) -> Option<String>) -> Vec<String> {
    let is_missing = |(file, function): &(&str, &str)| {
        let source = source(&format!("{file}.rs"));
        let defines = |line: &str| {
            let (code, _) = line.split_once("//").unwrap_or((line, ""));
            let mut after = code.split("fn ").skip(1);
            after.any(|rest| {
                let name = rest.strip_prefix(function);
                name.is_some_and(|rest| rest.starts_with(['(', '<']))
            })
        };
        !source.is_some_and(|source| source.lines().any(defines))
    };
    let missing = places(walks).filter(is_missing);
    missing
        .map(|(file, function)| format!("{file}.rs: {function}"))
        .collect()
}
