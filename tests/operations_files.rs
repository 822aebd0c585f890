//! What operators are handed works with this program: every metric in alerts, dashboard and handbook is on `/metrics` with
//! the labels asked for, every setting in an example is one, every command a unit runs is one, and the handbook says of
//! every alert what to do.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use clap::Parser;
use sogoc::cli::Cli;
use sogoc::config::Config;

use crate::support::server::Server;

/// Figures of others that alerts may use: Prometheus itself, and its exporter of the machine's units.
const OF_OTHERS: [&str; 2] = ["up", "node_systemd_unit_state"];

/// Labels whose values follow from what happens; all others have all their values from the start.
const OPEN_LABELS: [&str; 6] = [
    "outcome", "status", "route", "method", "instance", "quantile",
];

/// Names on `/metrics`, and the values of each of their labels.
type Served = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

#[tokio::test]
async fn every_metric_of_alerts_dashboard_and_handbook_is_served() {
    let server = Server::start().await;
    let anyone = server.anonymous();
    anyone.get("/healthz").await; // the first answer that is counted
    let served = served(&server.metrics().await);
    for file in [
        "packaging/monitoring/alerts.yml",
        "packaging/monitoring/dashboard.json",
        "docs/OPERATIONS.md",
    ] {
        // In JSON and in tables signs are escaped.
        let text = read(file).replace("\\\"", "\"").replace("\\|", "|");
        let wrong = unknown(&text, &served);
        assert!(wrong.is_empty(), "{file}: {wrong:#?}");
        assert!(text.matches("sogoc_").count() > 5, "{file} names no metric");
    }
    let alerts = read("packaging/monitoring/alerts.yml");
    let foreign = alerts
        .lines()
        .filter_map(|line| line.trim().strip_prefix("expr: "));
    for expression in foreign.filter(|expression| !expression.contains("sogoc_")) {
        let name = expression.split(['{', ' ']).next().unwrap();
        assert!(OF_OTHERS.contains(&name), "{expression}");
    }
}

#[test]
fn a_metric_a_label_and_a_value_that_are_not_served_are_named() {
    let served = served(
        "# TYPE sogoc_jobs gauge\nsogoc_jobs{kind=\"read_page\",state=\"held\"} 0\n\
         sogoc_jobs{kind=\"issue_copy\",state=\"held\"} 0\nsogoc_ready 1\nsogoc_seconds_sum{route=\"/\"} 1\n",
    );
    assert_eq!(served.len(), 3);
    for (text, wrong) in [
        ("max(sogoc_jobs) + sogoc_ready", 0),
        (
            "sogoc_jobs{kind=\"read_page\"} and rate(sogoc_seconds_sum{route=\"/x\"}[5m])",
            0,
        ),
        (
            "sogoc_jobs{kind=~\"read_page|issue_copy\",state!=\"held\"}",
            0,
        ),
        ("sogoc_job", 1),
        ("sogoc_seconds", 1),
        ("sogoc_jobs{sort=\"read_page\"}", 1),
        ("sogoc_jobs{kind=\"read\"}", 1),
        ("sogoc_jobs{kind=~\"read_page|take\"}", 1),
    ] {
        assert_eq!(unknown(text, &served).len(), wrong, "{text}");
    }
}

#[test]
fn every_setting_of_an_example_is_one() {
    let shipped = read("packaging/config.toml");
    let mut examples = vec![
        ("packaging/config.toml".to_owned(), shipped.clone()),
        (
            "packaging/config.toml, all set".to_owned(),
            all_set(&shipped),
        ),
        (
            "packaging/compose/config.toml".to_owned(),
            read("packaging/compose/config.toml"),
        ),
    ];
    let handbook = read("docs/OPERATIONS.md");
    for (number, block) in handbook.split("```toml\n").skip(1).enumerate() {
        let block = block.split("```").next().unwrap();
        examples.push((
            format!("docs/OPERATIONS.md, example {number}"),
            block.to_owned(),
        ));
    }
    assert!(examples.len() > 5, "the handbook shows no settings");
    for (name, text) in examples {
        if let Err(error) = toml::from_str::<Config>(&without_margin(&text)) {
            panic!("{name}: {error}");
        }
    }
    assert!(toml::from_str::<Config>("[web]\nlistn = 1\n").is_err());
}

#[test]
fn every_command_of_a_unit_and_a_container_is_one() {
    let mut lines = Vec::new();
    for entry in std::fs::read_dir(root().join("packaging/systemd")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let starts = text
            .lines()
            .filter_map(|line| line.strip_prefix("ExecStart="));
        lines.extend(starts.map(str::to_owned));
    }
    let compose = read("packaging/compose/compose.yaml");
    let commands = compose
        .lines()
        .filter_map(|line| line.trim().strip_prefix("command: ["));
    let ours = commands.filter(|command| command.contains("/etc/sogoc/"));
    lines.extend(
        ours.map(|command| format!("sogoc {}", command.trim_end_matches(']').replace(',', ""))),
    );
    assert!(lines.len() >= 9, "{lines:?}");
    for line in lines {
        let words = line.split_whitespace().map(|word| word.trim_matches('"'));
        if let Err(error) = Cli::try_parse_from(words) {
            panic!("{line}: {error}");
        }
    }
}

#[test]
fn the_handbook_says_of_every_alert_what_to_do() {
    let alerts = read("packaging/monitoring/alerts.yml");
    let names: Vec<&str> = alerts
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- alert: "))
        .collect();
    assert!(names.len() > 20, "{names:?}");
    let handbook = read("docs/OPERATIONS.md");
    let rows: Vec<&str> = handbook
        .lines()
        .filter_map(|line| line.strip_prefix("| `Sogoc"))
        .filter_map(|rest| rest.split('`').next())
        .collect();
    let said: Vec<String> = rows.iter().map(|rest| format!("Sogoc{rest}")).collect();
    assert_eq!(
        names, said,
        "alerts on the left, rows of the handbook on the right"
    );
}

/// Names and labels of a page of metrics in Prometheus' text format.
fn served(page: &str) -> Served {
    let mut served = Served::new();
    for line in page.lines().filter(|line| !line.starts_with('#')) {
        let Some(name) = line
            .split(['{', ' '])
            .next()
            .filter(|name| !name.is_empty())
        else {
            continue;
        };
        let labels = served.entry(name.to_owned()).or_default();
        for (label, _, value) in matchers(&line[name.len()..]) {
            labels.entry(label).or_default().insert(value);
        }
    }
    served
}

/// What a text asks of metrics that are not served so.
fn unknown(text: &str, served: &Served) -> Vec<String> {
    let mut wrong = Vec::new();
    for (at, _) in text.match_indices("sogoc_") {
        let before = text[..at].chars().next_back();
        if before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_') {
            continue;
        }
        let rest = &text[at..];
        let end = rest.find(|letter: char| !letter.is_ascii_lowercase() && letter != '_');
        let (name, after) = rest.split_at(end.unwrap_or(rest.len()));
        if name == "sogoc_" {
            continue; // of the name of a file
        }
        let Some(labels) = served.get(name) else {
            wrong.push(name.to_owned());
            continue;
        };
        for (label, sign, value) in matchers(after) {
            let Some(values) = labels.get(&label) else {
                wrong.push(format!("{name}: no label {label}"));
                continue;
            };
            let pattern = sign.contains('~') && value.contains(['(', '.', '*']);
            if OPEN_LABELS.contains(&label.as_str()) || pattern {
                continue;
            }
            let missing = value.split('|').find(|value| !values.contains(*value));
            wrong.extend(missing.map(|value| format!("{name}: {label} is never {value}")));
        }
    }
    wrong
}

/// Label, sign and value of each part of `{a="b",c=~"d|e"}` at the start of a text.
fn matchers(text: &str) -> Vec<(String, String, String)> {
    let Some(mut rest) = text.strip_prefix('{') else {
        return Vec::new();
    };
    let mut found = Vec::new();
    while let Some((before, after)) = rest.split_once('"') {
        let Some((value, next)) = after.split_once('"') else {
            break;
        };
        let part = before.trim_start_matches([',', ' ']);
        let label = part.trim_end_matches(['=', '~', '!']);
        found.push((
            label.to_owned(),
            part[label.len()..].to_owned(),
            value.to_owned(),
        ));
        rest = next;
        if rest.starts_with('}') {
            break;
        }
    }
    found
}

/// An example in which every setting that is commented out (`#name = …`, `#[table]`) is set.
fn all_set(text: &str) -> String {
    let set = |line: &str| match line.strip_prefix('#') {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_lowercase() || c == '[') => {
            rest.to_owned()
        }
        _ => line.to_owned(),
    };
    let lines: Vec<String> = text.lines().map(set).collect();
    lines.join("\n")
}

/// A block of a list stands further right, and ends with the margin of its fence.
fn without_margin(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_start).collect();
    lines.join("\n")
}

fn read(file: &str) -> String {
    std::fs::read_to_string(root().join(file)).unwrap()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}
