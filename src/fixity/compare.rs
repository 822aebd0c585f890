//! What two catalogues say the archive holds, and what one of them is missing: the proof that a
//! rebuilt one lost nothing. What is not in the vault is left out: some columns, and duplicates of open batches, which
//! hold no bytes and are preserved with the batch's receipt when it closes.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use sqlx::{Column, Row};

use crate::catalogue::Catalogue;
use crate::error::Result;

/// Everything the vault promises to bring back: kind and id, with a digest of what is said of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holdings {
    rows: BTreeMap<(&'static str, String), String>,
}

/// What one catalogue lacks or says otherwise; each line is a kind and an id.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Differences {
    /// Only in the old one.
    pub lost: Vec<String>,
    /// In both, and not the same.
    pub changed: Vec<String>,
    /// Only in the new one.
    pub gained: Vec<String>,
}

impl Differences {
    /// Whether both say the same.
    pub fn none(&self) -> bool {
        self.lost.is_empty() && self.changed.is_empty() && self.gained.is_empty()
    }
}

/// Kind and rows; the first column is the id, every other is compared as text.
const WHAT: &[(&str, &str)] = &[
    (
        "fonds",
        "SELECT f.code AS id, f.name FROM fonds f
         WHERE EXISTS (SELECT 1 FROM batches b WHERE b.fonds_id = f.id)",
    ),
    (
        "unit",
        "SELECT id, code, name, kind, parent_id, valid_from, valid_to, successor_id, basis,
            CAST(version AS TEXT) AS version FROM units WHERE preserved_version IS NOT NULL",
    ),
    (
        "description of fonds",
        "SELECT id, code, name, state, agency_code, history, unit_id, arrangement, closed_on,
            successor_id, fields, CAST(version AS TEXT) AS version FROM fonds
         WHERE preserved_version IS NOT NULL",
    ),
    (
        "series",
        "SELECT s.id, s.fonds_id, s.code, s.title, s.state, s.merged_into, s.note FROM series s
         JOIN fonds f ON f.id = s.fonds_id WHERE f.preserved_version IS NOT NULL",
    ),
    (
        "file",
        "SELECT id, (SELECT f.code FROM fonds f WHERE f.id = fonds_id) AS fonds, series_id, code,
            title, maintenance, mode, shelf_code, fields, shelf,
            state, merged_into, CAST(version AS TEXT) AS version FROM files
         WHERE preserved_version IS NOT NULL",
    ),
    (
        "volume",
        "SELECT id, (SELECT f.code FROM fonds f WHERE f.id = fonds_id) AS fonds, code, title, school, CAST(year AS TEXT) AS year, council,
            first_number, last_number, note, shelf, state, merged_into,
            CAST(version AS TEXT) AS version FROM register_volumes WHERE preserved_version IS NOT NULL",
    ),
    (
        "document",
        "SELECT id, (SELECT f.code FROM fonds f WHERE f.id = fonds_id) AS fonds, unit_id, file_id,
            volume_id, CAST(ordinal AS TEXT) AS ordinal, state,
            joined_into, fields FROM documents WHERE preserved_version IS NOT NULL",
    ),
    (
        "page of document",
        "SELECT g.page_id AS id, g.document_id, g.part, CAST(g.position AS TEXT) AS position
         FROM document_pages g JOIN documents d ON d.id = g.document_id
         WHERE d.preserved_version IS NOT NULL",
    ),
    (
        "trace",
        "SELECT t.id, t.kind, t.holding_id, t.act, t.details, t.reason, t.actor, t.at
         FROM holding_history t",
    ),
    (
        "import",
        "SELECT id, name, sha256, CAST(size AS TEXT) AS size, state, problem, mapping, mapping_name,
            received_by, received_at, mapped_by, mapped_at, confirmed_by, confirmed_at, ended_at,
            undone_by, undone_at, reason, CAST(taken_rows AS TEXT) AS taken_rows,
            CAST(version AS TEXT) AS version FROM imports WHERE preserved_version = version",
    ),
    (
        "row of a list",
        "SELECT l.id, l.class, l.fields, l.others FROM list_rows l
         JOIN imports i ON i.id = l.import_id WHERE i.state = 'done'",
    ),
    (
        "answer to a difference",
        "SELECT row_id || ' ' || record_id AS id, verdict, note, answered_by, answered_at
         FROM list_matches WHERE verdict IS NOT NULL",
    ),
    (
        "answer to numbers that do not agree",
        "SELECT place_id || ' ' || discrepancy AS id, records, verdict, note, answered_by, answered_at
         FROM discrepancy_answers",
    ),
    (
        "batch",
        "SELECT b.id, b.name, f.code AS fonds, h.code AS file, v.code AS volume, b.class_hint,
            CAST(b.declared_count AS TEXT) AS declared, b.state, b.opened_by, b.opened_at,
            b.closed_at, b.receipt_digest
         FROM batches b JOIN fonds f ON f.id = b.fonds_id LEFT JOIN files h ON h.id = b.file_id
         LEFT JOIN register_volumes v ON v.id = b.volume_id
         WHERE b.state = 'closed'
            OR EXISTS (SELECT 1 FROM scans s WHERE s.batch_id = b.id AND s.object_id IS NOT NULL)",
    ),
    (
        "column map",
        "SELECT volume_id || ' ' || CAST(version AS TEXT) AS id, class, edges, fields, page_id,
            confirmed_by, confirmed_at, note FROM column_maps",
    ),
    (
        "scan",
        "SELECT id, batch_id, original_name, sha256, CAST(size AS TEXT) AS size, media_type, state,
            reason, duplicate_of, object_id, CAST(page_count AS TEXT) AS pages, received_by,
            received_at FROM scans s
         WHERE object_id IS NOT NULL
            OR EXISTS (SELECT 1 FROM batches b WHERE b.id = s.batch_id AND b.state = 'closed')",
    ),
    (
        "page",
        "SELECT id, scan_id, CAST(number AS TEXT) AS number FROM pages",
    ),
    (
        "record",
        "SELECT r.id, r.page_id, CAST(r.ordinal AS TEXT) AS ordinal, r.class, r.bounds, v.state,
            CAST(v.version AS TEXT) AS version, v.fields, v.author, v.at
         FROM records r JOIN record_versions v ON v.record_id = r.id
         JOIN publications q ON q.record_id = r.id AND q.version = v.version
         WHERE q.position = (SELECT MAX(position) FROM publications WHERE record_id = r.id)",
    ),
    (
        "publication",
        "SELECT record_id AS id, CAST(MAX(position) AS TEXT) AS newest FROM publications
         GROUP BY record_id",
    ),
    (
        "correction",
        "SELECT id, record_id, kind, ground, decision_number, decision_date, decision_agency,
            decision_scan_id, effective_from, changes, note, CAST(year AS TEXT) AS year,
            CAST(number AS TEXT) AS number, CAST(record_version AS TEXT) AS version, entered_by,
            entered_at, decided_by, decided_at FROM corrections WHERE state = 'approved'",
    ),
    (
        "copy",
        "SELECT id, CAST(year AS TEXT) AS year, CAST(number AS TEXT) AS number, state, record_id,
            CAST(record_version AS TEXT) AS version, code, object_id, sha256, issued_by, issued_at,
            reissue_of, void_code, withdrawn_at, withdrawn_by,
            withdrawal, code_until, request_id, record_digest FROM copies WHERE state <> 'opening'",
    ),
    (
        "source of copy",
        "SELECT c.id, v.state, v.fields, v.author, v.at FROM copies c
         JOIN record_versions v ON v.record_id = c.record_id AND v.version = c.record_version
         WHERE c.state <> 'opening'",
    ),
    (
        "request",
        "SELECT id, code, state, applicant, wanted, procedure_code, record_id, confirmed_by,
            confirmed_at, refusal, made_by, idempotency_key, created_at, due_at, settled_at, consent,
            extended_at, waits_until, CAST(fee AS TEXT) AS fee, fee_source, payment,
            payment_reference, payment_at, CAST(record_version AS TEXT) AS seen, record_digest
         FROM copy_requests",
    ),
    (
        "message",
        "SELECT id, request_id, sender, person, text, at FROM request_messages",
    ),
    (
        "dismissal",
        "SELECT request_id || ' ' || record_id AS id, reason, note, person, at
         FROM request_dismissals",
    ),
    (
        "search",
        "SELECT id, request_id, state, note, opened_by, opened_at, finding, record_id, ended_by,
            ended_at FROM search_cases",
    ),
    (
        "evidence",
        "SELECT id, request_id, name, media_type, CAST(pages AS TEXT) AS pages,
            CAST(size AS TEXT) AS size, sha256, object_id, received_at FROM request_evidence",
    ),
    (
        "flag",
        "SELECT id, page_id, code, other_id, details, state, reason, resolved_by, resolved_at
         FROM page_flags WHERE state <> 'open'",
    ),
    (
        "page at another's place, or taken out",
        "SELECT id, stands_for, CASE WHEN outcome IN ('excluded', 'superseded') THEN outcome END
            AS outcome FROM pages
         WHERE stands_for IS NOT NULL OR outcome IN ('excluded', 'superseded')",
    ),
    (
        "earlier file",
        "SELECT sha256 AS id, copy_id FROM earlier_files",
    ),
];

/// Reads what a catalogue says.
///
/// # Errors
/// As any statement.
pub async fn holdings(catalogue: &Catalogue) -> Result<Holdings> {
    let mut holdings = Holdings::default();
    for &(kind, query) in WHAT {
        for row in sqlx::query(query).fetch_all(catalogue.pool()).await? {
            let mut said = Sha256::new();
            for column in row.columns() {
                let value: Option<String> = row.try_get(column.ordinal())?;
                // With its length before it, so that two columns never look like one: `ab` and `c`
                // against `a` and `bc`.
                let text =
                    value.map_or_else(|| "-".into(), |text| format!("{}:{text}", text.len()));
                said.update(text);
            }
            let id = row.try_get("id")?;
            // Only a digest is held: a province's rows would not fit into memory twice.
            let said = hex::encode(said.finalize());
            holdings.rows.insert((kind, id), said);
        }
    }
    Ok(holdings)
}

/// Holds the new against the old.
pub fn compare(old: &Holdings, new: &Holdings) -> Differences {
    let mut differences = Differences::default();
    for ((kind, id), said) in &old.rows {
        match new.rows.get(&(*kind, id.clone())) {
            None => differences.lost.push(format!("{kind} {id}")),
            Some(other) if other != said => differences.changed.push(format!("{kind} {id}")),
            Some(_) => {}
        }
    }
    let gained = new.rows.keys().filter(|key| !old.rows.contains_key(*key));
    differences.gained = gained.map(|(kind, id)| format!("{kind} {id}")).collect();
    differences
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holding(rows: &[(&'static str, &str, &str)]) -> Holdings {
        let row = |(kind, id, said): &(&'static str, &str, &str)| {
            ((*kind, (*id).to_owned()), (*said).to_owned())
        };
        Holdings {
            rows: rows.iter().map(row).collect(),
        }
    }

    #[test]
    fn what_is_lost_changed_and_gained_is_told_apart() {
        let old = holding(&[("scan", "a", "1"), ("scan", "b", "1"), ("copy", "a", "1")]);
        let new = holding(&[("scan", "a", "1"), ("scan", "b", "2"), ("scan", "c", "1")]);
        let found = compare(&old, &new);
        assert_eq!(found.lost, ["copy a"]);
        assert_eq!(found.changed, ["scan b"]);
        assert_eq!(found.gained, ["scan c"]);
        assert!(compare(&old, &old).none() && !found.none());
    }
}
