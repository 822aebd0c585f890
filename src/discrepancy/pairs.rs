//! Records of a place held against other paper of the same diploma, wherever it is, and against rows of lists.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use sogoc_workers::class::DiplomaPaper;
use sqlx::{AssertSqlSafe, FromRow};

use super::rows::{OF_PLACE, PlacedRecord};
use super::{DiscrepancyKind, Found};
use crate::archive::Archive;
use crate::error::Result;
use crate::record::number_key;

/// Most pairs that are looked at: a number or name that stands everywhere tells nobody apart.
const MOST_PAIRS: i64 = 100_000;

/// Another record with the diploma number or the person of one here.
#[derive(Debug, FromRow)]
struct Other {
    own_id: String,
    record_id: String,
    class: String,
    entry: Option<String>,
    year: Option<String>,
    serial_key: Option<String>,
    person_key: Option<String>,
}

/// A row of a list that tells of a record here.
#[derive(Debug, FromRow)]
struct Listed {
    record_id: String,
    row_id: String,
    import_id: String,
    state: String,
    verdict: Option<String>,
}

type Papers<'a> = HashMap<&'a str, DiplomaPaper>;

/// Everything that does not agree between records here and others.
///
/// # Errors
/// As any statement.
pub(super) async fn found(
    archive: &Archive,
    place_id: &str,
    (records, papers): (&[PlacedRecord], &Papers<'_>),
    with_handed_out: bool,
) -> Result<Vec<Found>> {
    let others = others(archive, place_id).await?;
    let mut of: HashMap<&str, Vec<&Other>> = HashMap::new();
    for other in others
        .iter()
        .filter(|other| papers.contains_key(other.class.as_str()))
    {
        of.entry(&other.own_id).or_default().push(other);
    }
    let mut found = Vec::new();
    let ours = records
        .iter()
        .filter_map(|record| Some((record, *papers.get(record.class.as_str())?)));
    for (record, paper) in ours.clone() {
        let others = of
            .get(record.record_id.as_str())
            .map_or(&[][..], Vec::as_slice);
        found.extend(same_serial(record, others));
        let beside: Vec<&Other> = others
            .iter()
            .filter(|other| {
                papers
                    .get(other.class.as_str())
                    .is_some_and(|of| *of != paper)
            })
            .copied()
            .collect();
        found.extend(
            beside
                .iter()
                .filter_map(|other| differing(record, paper, other)),
        );
        // What neither number nor person tells cannot be looked for.
        let known = record.serial_key.is_some() || record.person_key.is_some();
        if beside.is_empty() && known {
            match paper {
                DiplomaPaper::Diploma => found.push(alone(DiscrepancyKind::NoRegisterRow, record)),
                DiplomaPaper::Register if with_handed_out => {
                    found.push(alone(DiscrepancyKind::NoDiploma, record));
                }
                DiplomaPaper::Register => {}
            }
        }
    }
    let rows: Vec<&PlacedRecord> = ours
        .filter(|(_, paper)| *paper == DiplomaPaper::Register)
        .map(|(record, _)| record)
        .collect();
    let listed = listed(archive, place_id).await?;
    found.extend(against_lists(&rows, &listed));
    Ok(found)
}

fn alone(kind: DiscrepancyKind, record: &PlacedRecord) -> Found {
    Found {
        year: record.year.clone().unwrap_or_default(),
        ..Found::of(kind, &[&record.record_id])
    }
}

/// Key of several records of one class with one diploma number; the same wherever it is found.
pub(super) fn serial_key_of(class: &str, serial: &str) -> String {
    format!("{} {class} {serial}", DiscrepancyKind::SameSerial)
}

fn same_serial(record: &PlacedRecord, others: &[&Other]) -> Option<Found> {
    let serial = record.serial_key.as_ref()?;
    let same = others
        .iter()
        .filter(|other| other.class == record.class && other.serial_key.as_ref() == Some(serial));
    let mut ids: BTreeSet<&str> = same.map(|other| other.record_id.as_str()).collect();
    if ids.is_empty() {
        return None;
    }
    ids.insert(&record.record_id);
    let ids: Vec<&str> = ids.into_iter().collect();
    let said = record.serial.clone().unwrap_or_default();
    Some(Found {
        key: serial_key_of(&record.class, serial),
        field: Some("so_hieu"),
        year: record.year.clone().unwrap_or_default(),
        first: said.clone(),
        last: said,
        count: 1,
        ..Found::of(DiscrepancyKind::SameSerial, &ids)
    })
}

/// The diploma and its row: brought together by one number or the person, and told where they say different things.
fn differing(record: &PlacedRecord, paper: DiplomaPaper, other: &Other) -> Option<Found> {
    fn both_differ(own: Option<&String>, other: Option<&String>) -> bool {
        own.zip(other).is_some_and(|(own, other)| own != other)
    }
    let same_serial = record.serial_key.is_some() && record.serial_key == other.serial_key;
    let entries = (
        record.entry.as_deref().map(number_key),
        other.entry.as_deref().map(number_key),
    );
    let mut differing = Vec::new();
    if same_serial {
        if both_differ(record.person_key.as_ref(), other.person_key.as_ref()) {
            differing.push("ho_ten");
        }
        if both_differ(entries.0.as_ref(), entries.1.as_ref()) {
            differing.push("so_vao_so");
        }
    } else if record.year.is_some() && record.year == other.year {
        // One person may have two diplomas, but hardly of one year.
        if both_differ(record.serial_key.as_ref(), other.serial_key.as_ref()) {
            differing.push("so_hieu");
        }
    }
    if differing.is_empty() {
        return None;
    }
    // The register first, from whichever side it is found.
    let ids = match paper {
        DiplomaPaper::Register => [record.record_id.as_str(), other.record_id.as_str()],
        DiplomaPaper::Diploma => [other.record_id.as_str(), record.record_id.as_str()],
    };
    Some(Found {
        year: record.year.clone().unwrap_or_default(),
        differing,
        ..Found::of(DiscrepancyKind::DiplomaDiffers, &ids)
    })
}

fn against_lists(rows: &[&PlacedRecord], listed: &[Listed]) -> Vec<Found> {
    let ours: HashSet<&str> = rows.iter().map(|row| row.record_id.as_str()).collect();
    let listed: Vec<&Listed> = listed
        .iter()
        .filter(|one| ours.contains(one.record_id.as_str()))
        .collect();
    let mut found: Vec<Found> = listed
        .iter()
        .filter(|one| one.state == "different" && one.verdict.is_none())
        .map(|one| Found {
            key: format!(
                "{} {} {}",
                DiscrepancyKind::ListDiffers,
                one.record_id,
                one.row_id
            ),
            import_id: Some(one.import_id.clone()),
            ..Found::of(DiscrepancyKind::ListDiffers, &[&one.record_id])
        })
        .collect();
    let known: HashSet<&str> = listed.iter().map(|one| one.record_id.as_str()).collect();
    let mut years: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for row in rows {
        let year = years
            .entry(row.year.as_deref().unwrap_or_default())
            .or_default();
        year.0 += 1;
        year.1 += usize::from(known.contains(row.record_id.as_str()));
    }
    for row in rows
        .iter()
        .filter(|row| !known.contains(row.record_id.as_str()))
    {
        let (all, in_lists) = years[row.year.as_deref().unwrap_or_default()];
        // A list that has a few of a year is not the list of that year.
        if in_lists * 2 >= all {
            found.push(alone(DiscrepancyKind::NotInList, row));
        }
    }
    found
}

async fn others(archive: &Archive, place_id: &str) -> Result<Vec<Other>> {
    let by = |key: &str| {
        format!(
            "SELECT k.record_id AS own_id, o.record_id, e.class, o.entry, o.year, o.serial_key, o.person_key
             FROM batches b JOIN scans s ON s.batch_id = b.id
             JOIN records d ON d.scan_id = s.id AND d.state <> 'rejected'
             JOIN record_keys k ON k.record_id = d.id
             JOIN record_keys o ON o.{key} = k.{key} AND o.record_id <> k.record_id
             JOIN records e ON e.id = o.record_id AND e.state <> 'rejected'
             WHERE {OF_PLACE}"
        )
    };
    let query = format!(
        "{} UNION {} LIMIT {MOST_PAIRS}",
        by("serial_key"),
        by("person_key")
    );
    Ok(sqlx::query_as(AssertSqlSafe(query))
        .bind(place_id)
        .fetch_all(archive.catalogue.pool())
        .await?)
}

async fn listed(archive: &Archive, place_id: &str) -> Result<Vec<Listed>> {
    let query = format!(
        "SELECT m.record_id, m.row_id, m.import_id, m.state, m.verdict
         FROM batches b JOIN scans s ON s.batch_id = b.id JOIN records d ON d.scan_id = s.id
         JOIN list_matches m ON m.record_id = d.id
         JOIN imports i ON i.id = m.import_id AND i.state = 'done'
         WHERE {OF_PLACE} ORDER BY m.record_id, m.row_id"
    );
    Ok(sqlx::query_as(AssertSqlSafe(query))
        .bind(place_id)
        .fetch_all(archive.catalogue.pool())
        .await?)
}
