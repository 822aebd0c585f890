//! Random histories, compared with a plain map.

use std::collections::BTreeMap;

use proptest::prelude::*;
use sogoc_index::{Change, Document, Index, PartialDate, Query, Rebuild};
use sogoc_vietnamese::fold::{Level, fold};

use crate::people::{born, put};

const SYLLABLES: [&str; 8] = ["Nguyễn", "Văn", "Thị", "An", "Ân", "Đặng", "Dang", "Lý"];

/// An id, and who it is now: syllables and birth year, or nobody.
type Now = (u8, Option<(Vec<usize>, i32)>);

#[derive(Debug, Clone)]
enum Step {
    Apply(Vec<Now>),
    Repeat,
    Reopen,
    Rebuild,
    WaitForMerges,
}

fn step() -> impl Strategy<Value = Step> {
    let name = prop::collection::vec(0..SYLLABLES.len(), 1..4);
    let change = (0..12_u8, prop::option::weighted(0.7, (name, 1970..1973)));
    prop_oneof![
        6 => prop::collection::vec(change, 0..5).prop_map(Step::Apply),
        1 => Just(Step::Repeat),
        1 => Just(Step::Reopen),
        1 => Just(Step::Rebuild),
        1 => Just(Step::WaitForMerges),
    ]
}

fn document(id: u8, syllables: &[usize], year: i32) -> Document {
    let name: Vec<&str> = syllables.iter().map(|at| SYLLABLES[*at]).collect();
    born(
        &id.to_string(),
        &name.join(" "),
        PartialDate::day(year, 1, 2),
    )
}

/// Whom the model finds by one syllable and a year, accents aside.
fn expected(model: &BTreeMap<String, Document>, syllable: &str, year: i32) -> Vec<String> {
    let wanted = fold(syllable, Level::Ascii);
    let named = |document: &Document| {
        fold(document.name.as_deref().unwrap(), Level::Ascii)
            .split(' ')
            .any(|word| word == wanted)
    };
    let born = |document: &Document| document.dates[0].1.year == year;
    model
        .iter()
        .filter(|(_, document)| named(document) && born(document))
        .map(|(id, _)| id.clone())
        .collect()
}

/// Whom the index finds without typos.
fn answered(index: &Index, syllable: &str, year: i32) -> Vec<String> {
    let query = Query {
        name: Some(syllable.to_string()),
        birth: Some(PartialDate::year(year)),
        allowed: vec!["open".to_string()],
        limit: 200,
        ..Query::default()
    };
    let hits = index.search(&query).unwrap().hits;
    let near = hits
        .into_iter()
        .filter(|hit| hit.matched != sogoc_index::MatchLevel::Fuzzy);
    let mut ids: Vec<String> = near.map(|hit| hit.id).collect();
    ids.sort();
    ids
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_history_ends_where_a_plain_map_ends(steps in prop::collection::vec(step(), 1..12)) {
        let dir = tempfile::tempdir().unwrap();
        let mut index = Index::open(dir.path()).unwrap();
        let mut model: BTreeMap<String, Document> = BTreeMap::new();
        let mut position = index.position().unwrap();
        for step in steps {
            match step {
                Step::Apply(changes) => {
                    position += 1;
                    let changes: Vec<Change> = changes.iter().map(|(id, now)| match now {
                        Some((name, year)) => put(document(*id, name, *year)),
                        None => Change::Remove(id.to_string()),
                    }).collect();
                    for change in &changes {
                        match change {
                            Change::Put(document) => model.insert(document.id.clone(), (**document).clone()),
                            Change::Remove(id) => model.remove(id),
                        };
                    }
                    index.apply(position, &changes).unwrap();
                }
                Step::Repeat => index.apply(position, &[put(document(99, &[0], 1970))]).unwrap(),
                Step::Reopen => {
                    drop(index);
                    index = Index::open(dir.path()).unwrap();
                }
                Step::Rebuild => {
                    let mut rebuild = Rebuild::start(dir.path()).unwrap();
                    rebuild.add(&model.values().cloned().collect::<Vec<_>>()).unwrap();
                    rebuild.finish(position).unwrap();
                    prop_assert_eq!(index.position().unwrap(), position);
                }
                Step::WaitForMerges => index.wait_for_merges().unwrap(),
            }
            prop_assert_eq!(index.position().unwrap(), position);
            prop_assert_eq!(index.len().unwrap(), model.len() as u64);
        }
        for syllable in SYLLABLES {
            for year in 1970..1973 {
                prop_assert_eq!(answered(&index, syllable, year), expected(&model, syllable, year));
            }
        }
    }
}
