//! What a register says on a day: the approved record with its appendix laid over it.

use jiff::Timestamp;

use super::{Correction, CorrectionState, rows};
use crate::archive::Archive;
use crate::catalogue::Tx;
use crate::clock::vietnam;
use crate::error::{Error, Result};
use crate::record::{self, Fields, RecordState};

/// A record as it stands on a day.
#[derive(Debug, Clone, PartialEq)]
pub struct InForce {
    /// Every field: as printed, and the value in force.
    pub fields: Fields,
    /// The corrections in force, the latest last.
    pub corrections: Vec<Correction>,
}

impl InForce {
    /// The decision that took the diploma away, if one did.
    pub fn revoked_by(&self) -> Option<&Correction> {
        self.corrections.iter().find(|entry| entry.revokes())
    }

    /// The decision whose value of this field is in force.
    pub fn cited_for(&self, key: &str) -> Option<&Correction> {
        // Of two decisions on one field the later one is cited, as the register itself is read.
        let mut latest_first = self.corrections.iter().rev();
        latest_first.find(|entry| entry.changes.contains_key(key))
    }
}

/// Lays those corrections over the fields that the record knew at `version` and that are in force on
/// `day`. The later in force wins; of two of one day, the later approved (Thông tư 21/2019/TT-BGDĐT:
/// the latest appendix overrides).
pub fn overlaid(printed: &Fields, all: &[Correction], version: i64, day: &str) -> InForce {
    let known = |entry: &&Correction| {
        entry.state == CorrectionState::Approved
            // By version and not by time alone: the clocks of two processes may differ.
            && entry.record_version.is_some_and(|made| made <= version)
            && entry.effective_from.as_str() <= day
    };
    let mut corrections: Vec<Correction> = all.iter().filter(known).cloned().collect();
    // Of one day, the one approved later lies on top.
    corrections.sort_by(|a, b| {
        (&a.effective_from, a.record_version).cmp(&(&b.effective_from, b.record_version))
    });
    let mut fields = printed.clone();
    for (key, change) in corrections.iter().flat_map(|entry| &entry.changes) {
        let field = fields.entry(key.clone()).or_insert_with(rows::not_printed);
        field.value.clone_from(&change.after);
    }
    InForce {
        fields,
        corrections,
    }
}

/// What the register said at that version on the day of `at`.
///
/// # Errors
/// `NotFound` for a version that is not there.
pub(crate) async fn in_force(
    archive: &Archive,
    record_id: &str,
    version: i64,
    at: Timestamp,
) -> Result<InForce> {
    let printed = record::fields_of(archive, record_id, version).await?;
    let mut connection = archive.catalogue.pool().acquire().await?;
    let all = rows::approved_of(&mut connection, record_id).await?;
    Ok(overlaid(&printed, &all, version, &day_of(at)))
}

/// Refuses a copy of a record whose diploma a decision has taken away.
///
/// # Errors
/// `Refused` with code `revoked`.
pub(crate) async fn refuse_revoked(tx: &mut Tx, record_id: &str, at: Timestamp) -> Result<()> {
    let revoked = sqlx::query(
        "SELECT 1 FROM corrections WHERE record_id = $1 AND state = 'approved'
         AND kind = 'revocation' AND effective_from <= $2 LIMIT 1",
    )
    .bind(record_id)
    .bind(day_of(at))
    .fetch_optional(&mut **tx)
    .await?;
    if revoked.is_none() {
        return Ok(());
    }
    Err(Error::refuse("errors.revoked"))
}

/// What the register says now, by the newest version that was ever published; `None` when that
/// version took the record out of the register.
///
/// # Errors
/// As any statement.
pub(crate) async fn now_in_force(archive: &Archive, record_id: &str) -> Result<Option<InForce>> {
    let Some((version, state)) = record::published(archive, record_id).await? else {
        return Ok(None);
    };
    // Withdrawn from the register by a rejection: nothing is in force any more.
    if state != RecordState::Approved {
        return Ok(None);
    }
    in_force(archive, record_id, version, archive.clock.now())
        .await
        .map(Some)
}

/// The day in Viet Nam, `YYYY-MM-DD`.
pub(crate) fn day_of(at: Timestamp) -> String {
    vietnam(at).date().to_string()
}

#[cfg(test)]
mod tests {
    use super::super::{Decision, FieldChange};
    use super::*;

    fn entry(effective_from: &str, version: i64, after: &str) -> Correction {
        let change = FieldChange {
            before: "Trần Văn Đoàn".into(),
            after: after.into(),
        };
        Correction {
            id: format!("c{version}"),
            record_id: "r".into(),
            kind: "correction".into(),
            state: CorrectionState::Approved,
            ground: "ho_tich".into(),
            decision: Decision {
                number: "15/QĐ-SGDĐT".into(),
                date: "2019-02-03".into(),
                agency: "Sở Giáo dục và Đào tạo".into(),
                scan_id: None,
            },
            effective_from: effective_from.into(),
            changes: [("ho_ten".to_owned(), change)].into(),
            note: String::new(),
            year: Some(2026),
            number: Some(version),
            record_version: Some(version),
            entered_by: "a".into(),
            entered_at: String::new(),
            decided_by: None,
            decided_at: None,
            refusal: None,
        }
    }

    fn name_on(all: &[Correction], version: i64, day: &str) -> String {
        let mut printed = rows::not_printed();
        printed.raw = "Trần Văn Đoàn".into();
        printed.value.clone_from(&printed.raw);
        let fields: Fields = [("ho_ten".to_owned(), printed)].into();
        let found = overlaid(&fields, all, version, day);
        assert_eq!(found.fields["ho_ten"].raw, "Trần Văn Đoàn");
        found.fields["ho_ten"].value.clone()
    }

    #[test]
    fn the_latest_in_force_on_the_day_overrides_and_what_is_printed_stays() {
        let all = [entry("2026-05-01", 3, "Hai"), entry("2026-03-01", 4, "Một")];
        assert_eq!(name_on(&all, 4, "2026-02-28"), "Trần Văn Đoàn");
        assert_eq!(name_on(&all, 4, "2026-03-01"), "Một");
        assert_eq!(name_on(&all, 4, "2026-05-01"), "Hai");
    }

    #[test]
    fn a_copy_of_an_earlier_version_never_knew_a_later_entry() {
        let all = [entry("2026-03-01", 4, "Một")];
        assert_eq!(name_on(&all, 3, "2026-12-31"), "Trần Văn Đoàn");
    }

    #[test]
    fn a_decision_is_cited_as_an_office_writes_it() {
        let cited = entry("2026-03-01", 4, "Một").cited();
        assert_eq!(
            cited,
            "Quyết định số 15/QĐ-SGDĐT ngày 03/02/2019 của Sở Giáo dục và Đào tạo"
        );
    }
}
