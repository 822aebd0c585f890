//! What does not agree in one volume or delivery, from its records as they are now.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sogoc_workers::class::DiplomaPaper;
use sqlx::{AssertSqlSafe, FromRow};

use super::rows::{OF_PLACE, PlaceRow, PlacedRecord, records_of};
use super::series::{self, Fault, Finding, PlacedNumber};
use super::{DiscrepancyAnswer, DiscrepancyKind, DiscrepancyVerdict, Found, pairs};
use crate::archive::Archive;
use crate::catalogue::JsonText;
use crate::error::Result;

/// What was found, with the answers to it; places of its records by id.
pub(super) struct Reconciled {
    pub found: Vec<(Found, Option<DiscrepancyAnswer>)>,
    pub records: usize,
}

/// How much was found: kind, and whether it is answered.
pub(super) struct Counted {
    pub found: Vec<(DiscrepancyKind, bool)>,
    pub records: usize,
}

/// Reconciles a place for its counts.
///
/// # Errors
/// As any statement.
pub(super) async fn count_place(archive: &Archive, place: &PlaceRow) -> Result<Counted> {
    let Reconciled { found, records } = reconcile(archive, place, false).await?;
    let found = found.iter();
    Ok(Counted {
        found: found
            .map(|(one, answer)| (one.kind, answer.is_some()))
            .collect(),
        records,
    })
}

/// Holds the numbers of a place against each other, against other paper and against lists; register rows without their
/// diploma only where they are asked for.
///
/// # Errors
/// As any statement.
pub(super) async fn reconcile(
    archive: &Archive,
    place: &PlaceRow,
    with_handed_out: bool,
) -> Result<Reconciled> {
    let records = records_of(archive, &place.id).await?;
    let papers: HashMap<&str, DiplomaPaper> = archive
        .classes
        .iter()
        .filter_map(|class| Some((class.id.as_str(), class.diploma?)))
        .collect();
    let mut found = of_series(&records, &papers, place);
    found.extend(
        pairs::found(
            archive,
            &place.id,
            (records.as_slice(), &papers),
            with_handed_out,
        )
        .await?,
    );
    let at: HashMap<&str, usize> = records
        .iter()
        .enumerate()
        .map(|(at, record)| (record.record_id.as_str(), at))
        .collect();
    let first_of = |one: &Found| {
        one.records
            .iter()
            .filter_map(|id| at.get(id.as_str()))
            .min()
            .copied()
    };
    // By kind and in the order of the paper, so that who works through them turns its pages once.
    found.sort_by_cached_key(|one| (one.kind, first_of(one), one.key.clone()));
    found.dedup_by(|a, b| a.key == b.key);
    let answers = answers_of(archive, &place.id, &found).await?;
    let found = found.into_iter().map(|one| {
        let answer = answers.get(&one.key).filter(|(records, _)| {
            // A record that came later is looked at anew.
            one.records.iter().all(|id| records.contains(id))
        });
        let answer = answer.map(|(_, answer)| answer.clone());
        (one, answer)
    });
    Ok(Reconciled {
        found: found.collect(),
        records: records.len(),
    })
}

/// What is odd in the series of both numbers of the rows of registers.
fn of_series(
    records: &[PlacedRecord],
    papers: &HashMap<&str, DiplomaPaper>,
    place: &PlaceRow,
) -> Vec<Found> {
    let mut pages: HashMap<&str, usize> = HashMap::new();
    let mut classes: BTreeMap<&str, [Vec<PlacedNumber>; 2]> = BTreeMap::new();
    for (row, record) in records.iter().enumerate() {
        let next = pages.len();
        let page = *pages.entry(&record.place_id).or_insert(next);
        // Diplomas come as they were left behind: only a register has all numbers of its series.
        if papers.get(record.class.as_str()) != Some(&DiplomaPaper::Register) {
            continue;
        }
        let numbers = classes.entry(&record.class).or_default();
        for (numbers, value) in numbers.iter_mut().zip([&record.entry, &record.serial]) {
            if let Some(value) = value {
                numbers.push(PlacedNumber {
                    row,
                    page,
                    value: value.clone(),
                    year: record.year.clone().unwrap_or_default(),
                });
            }
        }
    }
    let mut found = Vec::new();
    for [entries, serials] in classes.values() {
        let mut of_entries = series::check(entries);
        of_entries.extend(series::beyond(
            entries,
            &place.first_number,
            &place.last_number,
        ));
        found.extend(
            of_entries
                .into_iter()
                .map(|one| in_words(one, "so_vao_so", records)),
        );
        // One diploma number of two records is looked for in the whole archive, not only here.
        let of_serials = series::check(serials).into_iter();
        let of_serials = of_serials.filter(|one| one.fault != Fault::Repeat);
        found.extend(of_serials.map(|one| in_words(one, "so_hieu", records)));
    }
    found
}

fn in_words(one: Finding, field: &'static str, records: &[PlacedRecord]) -> Found {
    let ids: Vec<&str> = one
        .rows
        .iter()
        .map(|row| records[*row].record_id.as_str())
        .collect();
    let (kind, subject) = match one.fault {
        Fault::Gap => (DiscrepancyKind::Gap, format!("{}..{}", one.first, one.last)),
        Fault::Repeat => (DiscrepancyKind::Repeat, one.first.clone()),
        Fault::Order => (DiscrepancyKind::Order, ids[0].to_owned()),
        Fault::Far => (DiscrepancyKind::Far, ids[0].to_owned()),
    };
    let key = match kind {
        DiscrepancyKind::Gap | DiscrepancyKind::Repeat => {
            format!("{kind} {field} {} {subject}", one.year)
        }
        _ => format!("{kind} {field} {subject}"),
    };
    Found {
        key,
        field: Some(field),
        year: one.year,
        first: one.first,
        last: one.last,
        count: one.count,
        ..Found::of(kind, &ids)
    }
}

/// An answer as it is kept.
#[derive(FromRow)]
struct AnswerRow {
    discrepancy: String,
    #[sqlx(try_from = "JsonText")]
    records: BTreeSet<String>,
    verdict: DiscrepancyVerdict,
    note: String,
    answered_by: String,
    answered_at: String,
}

/// Answers given in this place, or in the deliveries that are now one volume; those to one diploma number of several
/// records from anywhere. By key, the newest of each.
async fn answers_of(
    archive: &Archive,
    place_id: &str,
    found: &[Found],
) -> Result<BTreeMap<String, (BTreeSet<String>, DiscrepancyAnswer)>> {
    let query = format!(
        "SELECT discrepancy, records, verdict, note, answered_by, answered_at FROM discrepancy_answers
         WHERE place_id = $1 OR place_id IN (SELECT b.id FROM batches b WHERE {OF_PLACE})
         ORDER BY answered_at"
    );
    let mut rows: Vec<AnswerRow> = sqlx::query_as(AssertSqlSafe(query))
        .bind(place_id)
        .fetch_all(archive.catalogue.pool())
        .await?;
    let anywhere = found.iter().filter(|one| {
        matches!(
            one.kind,
            DiscrepancyKind::SameSerial | DiscrepancyKind::DiplomaDiffers
        )
    });
    for one in anywhere {
        let more: Vec<AnswerRow> = sqlx::query_as(
            "SELECT discrepancy, records, verdict, note, answered_by, answered_at
             FROM discrepancy_answers WHERE discrepancy = $1 ORDER BY answered_at",
        )
        .bind(&one.key)
        .fetch_all(archive.catalogue.pool())
        .await?;
        rows.extend(more);
    }
    let mut answers = BTreeMap::new();
    for row in rows {
        let answer = DiscrepancyAnswer {
            verdict: row.verdict,
            note: row.note,
            answered_by: row.answered_by,
            answered_at: row.answered_at,
        };
        answers.insert(row.discrepancy, (row.records, answer));
    }
    Ok(answers)
}
