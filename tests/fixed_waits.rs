//! No test waits a fixed time: it sleeps only in a loop that asks for a condition, or stands on a clock it moves itself.
//! `support/wait.rs` has the loops ready. One of them only lets time pass, and lawfully: `let_it_work`, for tests that kill a
//! process at moments which must differ. Such a test asserts nothing of the moment, so there is no condition to wait for.

use std::path::{Path, PathBuf};

#[test]
fn no_test_waits_a_fixed_time() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["tests", "workers/tests", "index/tests", "bench/tests"] {
        collect(&root.join(folder), &mut files);
    }
    let mut found = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let lines = waits(&text);
        found.extend(
            lines
                .iter()
                .map(|line| format!("{}:{line}", file.display())),
        );
    }
    assert!(
        found.is_empty(),
        "wait for a condition instead:\n{}",
        found.join("\n")
    );
}

#[test]
fn a_wait_is_lawful_only_in_a_loop_that_asks() {
    let call = "sleep(Duration::from_secs(3))";
    for (text, expected) in [
        (format!("    x();\n    {call};"), 1),
        (format!("    for _ in 0..9 {{\n        {call};\n    }}"), 1),
        (
            format!("    while !ready() {{\n        look();\n        {call};\n    }}"),
            0,
        ),
        (
            format!(
                "    loop {{\n        match x {{\n            _ => {call},\n        }}\n    }}"
            ),
            0,
        ),
        (
            format!("    while a() {{\n        b();\n    }}\n    {call};"),
            1,
        ),
        (format!("    // {call}"), 0),
    ] {
        assert_eq!(waits(&text).len(), expected, "{text}");
    }
}

/// Numbers of the lines that sleep outside a `while` or `loop` of their function.
fn waits(text: &str) -> Vec<usize> {
    let lines: Vec<&str> = text.lines().collect();
    let sleeps = |at: &usize| {
        let code = lines[*at].split("//").next().unwrap();
        code.contains("sleep(") && !in_a_loop(&lines[..*at], depth(lines[*at]))
    };
    (0..lines.len()).filter(sleeps).map(|at| at + 1).collect()
}

fn in_a_loop(before: &[&str], mut inside: usize) -> bool {
    for line in before.iter().rev().filter(|line| !line.trim().is_empty()) {
        if depth(line) < inside {
            inside = depth(line);
            let opens = line.trim_start();
            if opens.starts_with("while ") || opens.starts_with("loop ") {
                return true;
            }
        }
    }
    false
}

/// Formatted code is indented by what it stands in.
fn depth(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let this = path.ends_with("fixed_waits.rs");
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|end| end == "rs") && !this {
            files.push(path);
        }
    }
}
