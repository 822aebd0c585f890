//! Which read row is which true one.

use serde_json::{Map, Value};
use sogoc_vietnamese::fold;
use sogoc_workers::reading::RecordReading;

/// For each true row the read row it is, in order, by likeness of name, number and date.
pub(super) fn aligned(truth: &[Map<String, Value>], read: &[RecordReading]) -> Vec<Option<usize>> {
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

fn likeness(row: &Map<String, Value>, record: &RecordReading) -> f64 {
    let alike = |key: &str| {
        let value = row.get(key).and_then(Value::as_str).unwrap_or_default();
        let read = record.fields.get(key);
        read.map_or(0.0, |field| fold::similarity(value, &field.raw))
    };
    let sum = alike("ho_ten") + alike("so_hieu") + alike("ngay_sinh");
    if sum < 1.0 { 0.0 } else { sum }
}
