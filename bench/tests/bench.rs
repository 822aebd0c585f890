//! The bench's command line as scripts see it: the real executable, its output and its exit codes.

#![allow(clippy::unwrap_used)] // a test that cannot go on has failed
#![allow(clippy::disallowed_methods)] // it runs programs and waits for them; `clippy.toml` means the service

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sogoc-bench"))
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn complaint(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A corpus of one page: a scan of the samples with its name and one value that is not on it.
fn corpus() -> TempDir {
    let folder = TempDir::new().unwrap();
    let scan = Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples/scans/bang-thpt-2008.jpg");
    std::fs::copy(scan, folder.path().join("a.jpg")).unwrap();
    let index = serde_json::json!([{
        "id": "a", "file": "a.jpg", "page": 1, "kind": "diploma", "layout": "l", "level": "clean", "rotation": 0,
    }]);
    std::fs::write(folder.path().join("index.json"), index.to_string()).unwrap();
    let truth = serde_json::json!({
        "lines": [{ "segments": [{ "text": "BẰNG TỐT NGHIỆP" }] }],
        "fields": { "ho_ten": "Không Có Trên Trang", "khong_co": "1" },
    });
    std::fs::create_dir(folder.path().join("truth")).unwrap();
    std::fs::write(folder.path().join("truth/a.json"), truth.to_string()).unwrap();
    folder
}

#[test]
fn reading_is_measured_against_known_pages_and_compared_with_an_earlier_run() {
    let corpus = corpus();
    let place = |name: &str| corpus.path().join(name).display().to_string();
    let folder = corpus.path().display().to_string();
    let bench = ["--json", "reading", "--corpus", &folder];
    let first = run(&bench);
    assert_eq!(code(&first), 0, "{}", complaint(&first));
    let report: Value = serde_json::from_str(&said(&first)).unwrap();
    let group = &report["groups"]["diploma clean"];
    assert_eq!(group["text"]["letters"], 15);
    assert_eq!(group["printed_fields"]["all"], 2);
    assert_eq!(group["printed_fields"]["exact"], 0);
    assert!(report["highest_child_bytes"].as_u64().unwrap() > 1_000_000);

    std::fs::write(place("before.json"), said(&first)).unwrap();
    let diagram = place("d.svg");
    let before = place("before.json");
    let more = ["--compare", &before, "--diagram", &diagram];
    let again = [&bench[..], &more].concat();
    let second: Value = serde_json::from_str(&said(&run(&again))).unwrap();
    let changed = second["changes"].as_array().unwrap();
    let of_time = |change: &Value| change["figure"] == "seconds a page";
    assert!(changed.iter().all(of_time), "{changed:?}");
    assert!(std::fs::read_to_string(diagram).unwrap().contains("</svg>"));
}

#[test]
fn what_a_step_of_reading_is_worth_is_told_by_leaving_it_out() {
    let corpus = corpus();
    let folder = corpus.path().display().to_string();
    let bench = ["reading", "--corpus", &folder];
    let steps = ["--each-off", "--without", "way-up", "--without", "leaders"];
    let answer = run(&[&bench[..], &steps].concat());
    assert_eq!(code(&answer), 0, "{}", complaint(&answer));
    let table = said(&answer);
    let rows: Vec<&str> = table.trim().lines().collect();
    assert_eq!(rows.len(), 5, "{table}");
    assert!(rows[0].starts_with("| without | upright % | letters wrong % |"));
    assert!(rows[2].starts_with("| (all steps) | "), "{table}");
    assert!(rows[3].starts_with("| way-up | · | "), "{table}");
    assert!(rows[4].starts_with("| leaders | · | "), "{table}");

    let unknown = run(&[&bench[..], &["--without", "nonsense"]].concat());
    assert!(complaint(&unknown).contains("there is no step \"nonsense\""));
    assert_ne!(code(&unknown), 0);
}

#[test]
fn a_folder_that_is_no_corpus_is_refused() {
    let folder = TempDir::new().unwrap();
    let name = folder.path().display().to_string();
    let answer = run(&["reading", "--corpus", &name]);
    assert_eq!(code(&answer), 65);
    assert!(
        complaint(&answer).contains("index.json"),
        "{}",
        complaint(&answer)
    );
}

#[test]
fn an_index_of_made_up_people_is_built_asked_and_measured() {
    let answer = run(&["index", "200", "--queries", "5"]);
    assert_eq!(code(&answer), 0, "{}", complaint(&answer));
    let printed = said(&answer);
    assert!(printed.contains("name + birth year"), "{printed}");
    assert!(printed.contains("to searchable"), "{printed}");
}

#[test]
fn fuzzing_ends_when_its_time_is_over() {
    let answer = run(&["fuzz", "--minutes", "0"]);
    assert_eq!(code(&answer), 0, "{}", complaint(&answer));
    assert!(said(&answer).contains("0 findings"), "{}", said(&answer));
}
