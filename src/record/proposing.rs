//! Proposals of the machine: what a page says, stored once; and when the page is read again, the same
//! rows found again. What a person has touched stays as that person left it.

use std::collections::BTreeSet;

use serde_json::json;
use sogoc_workers::reading::{Box4, RecordReading};

use super::{
    BoundsText, Fields, FirstVersion, RecordState, Version, begin, doubtful, save_version,
};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{JsonText, Move, Tx, changed_one};
use crate::error::Result;
use crate::messages::{Lang, text};

/// Rows that share this much of the area they cover together are the same row.
const SAME: f64 = 0.4;
/// Key of the note of a proposal that the page, read again, no longer shows.
const GONE: &str = "printed.note.row_gone";
/// Key of the note of a proposal that was read again.
const AGAIN: &str = "printed.note.read_again";

/// A record that is on the page already.
#[derive(sqlx::FromRow)]
struct KnownRecord {
    id: String,
    ordinal: i64,
    version: i64,
    /// While it is proposed, nobody has touched it.
    state: RecordState,
    /// Who made the newest version.
    author: String,
    #[sqlx(try_from = "BoundsText")]
    bounds: Option<Box4>,
    #[sqlx(try_from = "JsonText")]
    fields: Fields,
}

impl KnownRecord {
    fn untouched(&self) -> bool {
        self.state == RecordState::Proposed
    }
}

/// Stores what was read from one page: new rows as version 1, untouched rows read otherwise as their next
/// version. An untouched row that is no longer there is rejected; its versions stay.
///
/// # Errors
/// As any statement.
pub(crate) async fn propose(
    archive: &Archive,
    tx: &mut Tx,
    scan_id: &str,
    page_id: &str,
    readings: &[RecordReading],
) -> Result<()> {
    let mut known = on_page(tx, page_id).await?;
    let mut taken: BTreeSet<i64> = known.iter().map(|record| record.ordinal).collect();
    // What the machine itself took back is no person's word: seen again, it is proposed again.
    known.retain(|record| !(record.state == RecordState::Rejected && record.author == "machine"));
    let mut fresh = Vec::new();
    for (place, reading) in (1..).zip(readings) {
        match same_row(&known, place, reading) {
            Some(at) => revise(archive, tx, &known.swap_remove(at), reading).await?,
            None => fresh.push((place, reading)),
        }
    }
    // A row nobody touched and nobody sees any more was a misreading; one that somebody decided on
    // stays.
    for record in known.iter().filter(|record| record.untouched()) {
        retire(tx, record).await?;
    }
    for (place, reading) in fresh {
        // A place that is taken by a decided row is not given twice.
        let after = taken.last().map_or(1, |last| last + 1);
        let place = if taken.contains(&place) { after } else { place };
        taken.insert(place);
        propose_one(archive, tx, scan_id, page_id, place, reading).await?;
    }
    Ok(())
}

async fn on_page(tx: &mut Tx, page_id: &str) -> Result<Vec<KnownRecord>> {
    Ok(sqlx::query_as(
        "SELECT r.id, r.ordinal, r.version, r.state, r.bounds, v.author, v.fields FROM records r
         JOIN record_versions v ON v.record_id = r.id AND v.version = r.version
         WHERE r.page_id = $1 ORDER BY r.ordinal",
    )
    .bind(page_id)
    .fetch_all(&mut **tx)
    .await?)
}

/// Which of the known records stands where this one was read; one without a place, by its ordinal.
fn same_row(known: &[KnownRecord], place: i64, reading: &RecordReading) -> Option<usize> {
    let likeness = |record: &KnownRecord| match (record.bounds, reading.bounds) {
        (Some(a), Some(b)) => shared(a, b),
        (None, None) if record.ordinal == place => 1.0,
        _ => 0.0,
    };
    known
        .iter()
        .map(likeness)
        .enumerate()
        // Less than two fifths in common is a neighbouring row.
        .filter(|(_, share)| *share >= SAME)
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(at, _)| at)
}

/// The share of the area two boxes cover together that they have in common.
fn shared(a: Box4, b: Box4) -> f64 {
    let side = |from: usize, length: usize| {
        let end = (a[from] + a[length]).min(b[from] + b[length]);
        f64::from((end - a[from].max(b[from])).max(0))
    };
    let area = |of: Box4| f64::from(of[2].max(0)) * f64::from(of[3].max(0));
    let common = side(0, 2) * side(1, 3);
    // Of two empty boxes nothing is shared.
    common / (area(a) + area(b) - common).max(1.0)
}

/// Stores one record as version 1, at its place on the page.
async fn propose_one(
    archive: &Archive,
    tx: &mut Tx,
    scan_id: &str,
    page_id: &str,
    place: i64,
    reading: &RecordReading,
) -> Result<()> {
    let new = FirstVersion {
        scan_id,
        page_id,
        ordinal: place,
        class: &reading.class,
        state: RecordState::Proposed,
        doubtful: doubtful(archive.classes.get(&reading.class), &reading.fields),
        bounds: reading.bounds,
        author: "machine",
        note: "",
    };
    let id = begin(tx, &new, &reading.fields).await?;
    let details = json!({ "class": reading.class });
    tx.log(Action::RecordProposed, ("record", &id), details)
        .await
}

/// Gives an untouched proposal what was read now, where that differs.
async fn revise(
    archive: &Archive,
    tx: &mut Tx,
    known: &KnownRecord,
    reading: &RecordReading,
) -> Result<()> {
    if !known.untouched() || says_the_same(&known.fields, &reading.fields) {
        return Ok(());
    }
    let class = archive.classes.get(&reading.class);
    let bounds = reading.bounds.map(|bounds| json!(bounds).to_string());
    let moved = sqlx::query(
        // The state is asked for in the statement: a person may decide while the page is read
        // again.
        "UPDATE records SET class = $1, version = version + 1, doubtful = $2, bounds = $3,
            updated_at = $4 WHERE id = $5 AND version = $6 AND state = 'proposed'",
    )
    .bind(&reading.class)
    .bind(doubtful(class, &reading.fields))
    .bind(bounds)
    .bind(tx.now())
    .bind(&known.id)
    .bind(known.version);
    if !changed_one(tx, moved).await? {
        return Ok(()); // a person was faster: theirs counts
    }
    let details = json!({ "class": reading.class, "version": known.version + 1 });
    let said = (Action::RecordProposed, RecordState::Proposed, AGAIN);
    next_version(tx, known, said, &reading.fields, details).await
}

/// As stored: what a reading holds beside (its evidence) is gone by then.
fn says_the_same(known: &Fields, read: &Fields) -> bool {
    json!(known) == json!(read)
}

/// Rejects an untouched proposal the page no longer shows.
async fn retire(tx: &mut Tx, known: &KnownRecord) -> Result<()> {
    let rejected = Move::to(RecordState::Rejected)
        .from(&[RecordState::Proposed])
        .while_at("version", known.version)
        .set("version", known.version + 1)
        .set("doubtful", 0_i64)
        .set("updated_at", tx.now());
    if !rejected.run(tx, &known.id).await? {
        return Ok(());
    }
    let details = json!({ "version": known.version + 1 });
    let said = (Action::RecordRejected, RecordState::Rejected, GONE);
    next_version(tx, known, said, &known.fields, details).await
}

async fn next_version(
    tx: &mut Tx,
    known: &KnownRecord,
    (action, state, note): (Action, RecordState, &str),
    fields: &Fields,
    details: serde_json::Value,
) -> Result<()> {
    let version = Version {
        number: known.version + 1,
        state,
        author: "machine",
        note: text(Lang::Vi, note),
        at: &tx.now(),
    };
    save_version(tx, &known.id, &version, fields).await?;
    tx.log(action, ("record", &known.id), details).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(ordinal: i64, bounds: Option<Box4>) -> KnownRecord {
        KnownRecord {
            id: String::new(),
            ordinal,
            version: 1,
            state: RecordState::Proposed,
            author: "machine".into(),
            bounds,
            fields: Fields::new(),
        }
    }

    fn row(bounds: Option<Box4>) -> RecordReading {
        RecordReading {
            class: "so_goc".into(),
            fields: Fields::new(),
            bounds,
        }
    }

    #[test]
    fn a_row_is_known_again_by_where_it_stands() {
        let on_page = [
            known(1, Some([0, 100, 900, 50])),
            known(2, Some([0, 150, 900, 50])),
        ];
        let found = |bounds| same_row(&on_page, 1, &row(bounds));
        assert_eq!(found(Some([5, 152, 880, 49])), Some(1));
        assert_eq!(found(Some([0, 100, 900, 400])), None, "several rows in one");
        assert_eq!(found(Some([0, 300, 900, 50])), None);
        assert_eq!(found(None), None);
        assert_eq!(same_row(&[known(3, None)], 3, &row(None)), Some(0));
        assert_eq!(shared([0; 4], [0; 4]), 0.0);
    }
}
