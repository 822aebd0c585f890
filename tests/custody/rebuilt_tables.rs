//! A catalogue before it is lost and after it was rebuilt from the vault, table by table: what does not come back as it
//! was is named here, with the reason, and nothing else may differ.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sogoc::archive::Archive;
use sogoc::catalogue::{Catalogue, ExportLine, Withheld};
use sogoc::clock::WallClock;
use sogoc::fixity;
use tempfile::TempDir;

use crate::support::holdings::Holdings;

/// Every column of a table.
const ALL: &[&str] = &["*"];

/// Table, columns that differ after a rebuild, and why that is so.
const DIFFER: &[(&str, &[&str], &str)] = &[
    (
        "agreements",
        &["at"],
        "agreed on by the new catalogue's first process",
    ),
    (
        "batches",
        &["fonds_id"],
        "the default fonds that nobody described is made anew",
    ),
    (
        "copies",
        &["seal_level"],
        "the renewal looks at the sealed file again",
    ),
    (
        "counters",
        ALL,
        "whose turn it is to store a scan is no number that was given",
    ),
    ("documents", &["fonds_id"], "as of batches"),
    (
        "fonds",
        &["id", "changed_at", "created_at"],
        "as of batches",
    ),
    (
        "jobs",
        ALL,
        "what is to be done follows from what came back",
    ),
    (
        "log",
        ALL,
        "entries come back from the signed tree; here none was signed yet",
    ),
    (
        "log_keys",
        &["since"],
        "known to the new catalogue since then",
    ),
    (
        "record_versions",
        ALL,
        "what a machine proposed before somebody decided is not kept",
    ),
];

/// Names and values of one row.
type Row = Vec<(String, String)>;

async fn rows(catalogue: &Catalogue) -> BTreeMap<String, Vec<Row>> {
    let mut rows: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    let mut open = (String::new(), Vec::new());
    let exported = catalogue.export(Withheld::default(), |line| {
        match line {
            ExportLine::Begin { .. } => {}
            ExportLine::Table { table, columns } => {
                let names: Vec<String> = columns.iter().map(|(name, _)| name.clone()).collect();
                open = (table.clone(), names);
                rows.entry(table.clone()).or_default();
            }
            ExportLine::Row(values) => {
                let named = open.1.iter().zip(values);
                let row = named.map(|(name, value)| (name.clone(), value.to_string()));
                rows.entry(open.0.clone()).or_default().push(row.collect());
            }
        }
        Ok(())
    });
    exported.await.unwrap();
    rows
}

/// The rows of a table as texts, without some columns.
fn told(rows: &[Row], without: &[&str]) -> BTreeSet<String> {
    let text = |row: &Row| {
        let kept = row
            .iter()
            .filter(|(name, _)| !without.contains(&name.as_str()));
        let words: Vec<String> = kept
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        words.join(" ")
    };
    rows.iter().map(text).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_table_comes_back_or_is_known_not_to() {
    let holdings = Holdings::lived(None).await;
    let before = rows(&holdings.archive.catalogue).await;
    let new = TempDir::new().unwrap();
    let settings = fixity::beside(&holdings.archive.config, new.path()).unwrap();
    let archive = Archive::open_with(settings, Arc::new(WallClock))
        .await
        .unwrap();
    fixity::rebuild(&archive, |_, _| {}).await.unwrap();
    let after = rows(&archive.catalogue).await;
    let mut wrong = Vec::new();
    for (table, was) in &before {
        let known = DIFFER.iter().find(|(name, _, _)| name == table);
        let without = known.map_or(&[][..], |(_, columns, _)| columns);
        if without == ALL {
            continue;
        }
        let (was, is) = (told(was, without), told(&after[table], without));
        if was != is {
            let lost: Vec<&String> = was.difference(&is).take(2).collect();
            let fresh: Vec<&String> = is.difference(&was).take(2).collect();
            wrong.push(format!("{table}: was {lost:#?}, is {fresh:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let same = |(table, _, _): &&(&str, &[&str], &str)| {
        told(&before[*table], &[]) == told(&after[*table], &[])
    };
    let unneeded: Vec<&str> = DIFFER
        .iter()
        .filter(same)
        .map(|(table, _, _)| *table)
        .collect();
    assert_eq!(unneeded, [""; 0], "these come back now");
}
