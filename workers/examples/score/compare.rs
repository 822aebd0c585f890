//! One page's truth beside its reading.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use sogoc_workers::fold;
use sogoc_workers::reading::{FieldReading, PageReading, RecordReading};

use crate::tally::{Score, Tally, Valued};
use crate::truth::{Entry, Truth};

/// Measures one page.
pub fn compare(entry: &Entry, truth: &Truth, reading: &PageReading) -> Score {
    let mut score = Score {
        pages: 1,
        upright: usize::from(entry.rotation == reading.rotation),
        milliseconds: reading.milliseconds,
        ..Score::default()
    };
    let text: Vec<char> = reading.text.replace('\n', " ").chars().collect();
    for segment in truth.segments() {
        let wanted: Vec<char> = segment.chars().collect();
        score.errors.add(Tally {
            part: best_place(&wanted, &text),
            all: wanted.len(),
        });
    }
    let nothing = BTreeMap::new();
    let first = reading
        .records
        .first()
        .map_or(&nothing, |record| &record.fields);
    let values = valued(&truth.fields, &truth.field_boxes, first, &entry.id, truth);
    for value in &values {
        let tally = match value.by_hand {
            true => &mut score.by_hand,
            false => &mut score.printed,
        };
        tally.count(value.same());
        if value.key == "nguoi_ky" {
            score.signers.count(value.near());
        }
    }
    score.values = values;
    if entry.kind == "register" {
        rows(entry, truth, reading, &mut score);
    }
    for value in &score.values {
        score.share.count(value.accepted());
        if value.accepted() {
            score.accepted.count(value.same());
        }
    }
    score
}

fn rows(entry: &Entry, truth: &Truth, reading: &PageReading, score: &mut Score) {
    let pairs = aligned(&truth.records, &reading.records);
    score.rows = Tally {
        part: pairs.iter().flatten().count(),
        all: truth.records.len(),
    };
    score.extra = reading.records.len() - score.rows.part;
    let nothing = (BTreeMap::new(), Map::new());
    for (index, (row, pair)) in truth.records.iter().zip(pairs).enumerate() {
        let fields = pair.map_or(&nothing.0, |index| &reading.records[index].fields);
        let boxes = truth.record_boxes.get(index).unwrap_or(&nothing.1);
        let place = format!("{} row {}", entry.id, row["stt"].as_str().unwrap_or("?"));
        let values = valued(row, boxes, fields, &place, truth);
        for value in &values {
            let tally = match value.by_hand {
                true => &mut score.cells_by_hand,
                false => &mut score.cells,
            };
            tally.count(value.same());
        }
        score.values.extend(values);
    }
}

fn valued(
    wanted: &Map<String, Value>,
    boxes: &Map<String, Value>,
    read: &BTreeMap<String, FieldReading>,
    place: &str,
    truth: &Truth,
) -> Vec<Valued> {
    let values = wanted.iter().filter_map(|(key, value)| {
        let value = value.as_str().filter(|value| !value.is_empty())?;
        (!key.ends_with("_iso")).then_some((key, value))
    });
    values
        .map(|(key, value)| Valued {
            place: place.to_owned(),
            key: key.clone(),
            truth: value.to_owned(),
            read: read.get(key).cloned(),
            by_hand: truth.by_hand(boxes.get(key)),
        })
        .collect()
}

/// The least edit distance of `wanted` to any part of `text` (Sellers).
fn best_place(wanted: &[char], text: &[char]) -> usize {
    let mut column: Vec<usize> = (0..=wanted.len()).collect();
    let mut best = wanted.len();
    for letter in text {
        let mut diagonal = 0;
        for (index, expected) in wanted.iter().enumerate() {
            let substituted = diagonal + usize::from(letter != expected);
            diagonal = column[index + 1];
            column[index + 1] = substituted.min(column[index] + 1).min(diagonal + 1);
        }
        best = best.min(column[wanted.len()]);
    }
    best
}

/// For each true row the read row it is, in order, by likeness of name, number and date.
fn aligned(truth: &[Map<String, Value>], read: &[RecordReading]) -> Vec<Option<usize>> {
    let likeness = |row: &Map<String, Value>, record: &RecordReading| {
        let alike = |key: &str| {
            let value = row.get(key).and_then(Value::as_str).unwrap_or_default();
            record
                .fields
                .get(key)
                .map_or(0.0, |field| fold::likeness(value, &field.raw))
        };
        let sum = alike("ho_ten") + alike("so_hieu") + alike("ngay_sinh");
        if sum < 1.0 { 0.0 } else { sum }
    };
    let mut best = vec![vec![0.0f64; read.len() + 1]; truth.len() + 1];
    for (i, row) in truth.iter().enumerate().rev() {
        for (j, record) in read.iter().enumerate().rev() {
            let both = likeness(row, record) + best[i + 1][j + 1];
            best[i][j] = both.max(best[i + 1][j]).max(best[i][j + 1]);
        }
    }
    let mut pairs = vec![None; truth.len()];
    let (mut i, mut j) = (0, 0);
    while i < truth.len() && j < read.len() {
        if best[i][j] == best[i + 1][j] {
            i += 1;
        } else if best[i][j] == best[i][j + 1] {
            j += 1;
        } else {
            pairs[i] = Some(j);
            (i, j) = (i + 1, j + 1);
        }
    }
    pairs
}
