//! Where a row that the index does not know may stand: volumes not wholly decided, and undecided
//! records that are like it.

use std::collections::BTreeMap;

use crate::archive::Archive;
use crate::catalogue::JsonText;
use crate::copy_request::{Reason, Sought, plain, reasons};
use crate::error::Result;
use crate::record::Fields;

/// Undecided records looked at for one search, the newest first; more than a volume holds.
const LOOKED_AT: i64 = 5000;
/// Most of them shown.
const SHOWN: usize = 20;

/// A volume to look in.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema, sqlx::FromRow)]
pub struct VolumeToSearch {
    /// UUIDv7 text of the bound volume to look through.
    #[sqlx(rename = "id")]
    pub volume_id: String,
    /// The label on its spine.
    pub code: String,
    /// Its title in the finding aid.
    pub title: String,
    /// School, when it holds one.
    pub school: Option<String>,
    /// Year, when it holds one.
    pub year: Option<i64>,
    /// Pages scanned; 0 when the book was never scanned.
    pub pages: i64,
    /// Of those, not read yet.
    pub unread: i64,
    /// Records on them that nobody has decided.
    pub undecided: i64,
}

/// An undecided record that is like the one sought.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Hint {
    /// UUIDv7 text of the undecided record.
    pub record_id: String,
    /// Id of its class.
    pub class: String,
    /// The name as it was read, not decided yet.
    pub name: String,
    /// The file's name as delivered.
    pub original_name: String,
    /// Number of its page in the file, from 1.
    pub page_number: i64,
    /// Place on the page.
    pub ordinal: i64,
    /// What agrees with what is sought, field by field.
    pub reasons: Vec<Reason>,
}

/// Volumes of the school and year sought, as far as those are known, that hold anything undecided or
/// were never scanned.
pub(super) async fn unindexed(archive: &Archive, sought: &Sought) -> Result<Vec<VolumeToSearch>> {
    let mut places: Vec<VolumeToSearch> = sqlx::query_as(
        "SELECT v.id, v.code, v.title, v.school, v.year,
            COUNT(p.id) AS pages,
            COALESCE(SUM(CASE WHEN p.id IS NOT NULL AND p.state = 'received' THEN 1 ELSE 0 END), 0)
                AS unread,
            (SELECT COUNT(*) FROM records r JOIN scans rs ON rs.id = r.scan_id
                JOIN batches rb ON rb.id = rs.batch_id
                WHERE rb.volume_id = v.id AND r.state IN ('proposed', 'corrected')) AS undecided
         FROM register_volumes v LEFT JOIN batches b ON b.volume_id = v.id
         LEFT JOIN scans s ON s.batch_id = b.id LEFT JOIN pages p ON p.scan_id = s.id
         GROUP BY v.id, v.code, v.title, v.school, v.year ORDER BY v.year, v.code",
    )
    .fetch_all(archive.catalogue.pool())
    .await?;
    places.retain(|place| {
        // A volume that was read and decided as a whole would have been found by the search.
        let unfinished = place.pages == 0 || place.unread > 0 || place.undecided > 0;
        unfinished && may_hold(place, sought)
    });
    Ok(places)
}

/// What is not known of the volume or not said by the applicant rules nothing out.
fn may_hold(place: &VolumeToSearch, sought: &Sought) -> bool {
    let year: Option<i64> = sought.nam.trim().parse().ok();
    let same_year = place.year.zip(year).is_none_or(|(its, asked)| its == asked);
    let school = place.school.as_deref().unwrap_or_default();
    let (its, asked) = (plain(school), plain(&sought.truong));
    let unknown = its.is_empty() || asked.is_empty();
    same_year && (unknown || its.contains(&asked) || asked.contains(&its))
}

#[derive(sqlx::FromRow)]
struct Undecided {
    id: String,
    class: String,
    ordinal: i64,
    number: i64,
    original_name: String,
    #[sqlx(try_from = "JsonText")]
    fields: Fields,
}

/// Undecided records whose name shares all but one of the words sought.
pub(super) async fn undecided(archive: &Archive, sought: &Sought) -> Result<Vec<Hint>> {
    let rows: Vec<Undecided> = sqlx::query_as(
        // The newest only: undecided records of a province are too many to compare one by one.
        "SELECT r.id, r.class, r.ordinal, p.number, s.original_name, v.fields
         FROM records r JOIN record_versions v ON v.record_id = r.id AND v.version = r.version
         JOIN pages p ON p.id = r.page_id JOIN scans s ON s.id = r.scan_id
         WHERE r.state IN ('proposed', 'corrected') ORDER BY r.id DESC LIMIT $1",
    )
    .bind(LOOKED_AT)
    .fetch_all(archive.catalogue.pool())
    .await?;
    let mut hints = Vec::new();
    for row in rows {
        let values: BTreeMap<String, String> = row
            .fields
            .into_iter()
            .map(|(key, field)| (key, field.value))
            .collect();
        let name = values.get("ho_ten").cloned().unwrap_or_default();
        if !alike(&name, &sought.ho_ten) {
            continue;
        }
        hints.push(Hint {
            record_id: row.id,
            class: row.class,
            name,
            original_name: row.original_name,
            page_number: row.number,
            ordinal: row.ordinal,
            reasons: reasons(sought, &values),
        });
    }
    let agreeing = |hint: &Hint| {
        let agree = hint.reasons.iter().filter(|one| one.agrees != "differs");
        agree.count()
    };
    // What agrees most is looked at first; the rest is cut off.
    hints.sort_by_key(|hint| std::cmp::Reverse(agreeing(hint)));
    hints.truncate(SHOWN);
    Ok(hints)
}

/// A machine misreads a syllable sooner than two.
fn alike(read: &str, sought: &str) -> bool {
    let (read, sought) = (plain(read), plain(sought));
    let words: Vec<&str> = sought.split(' ').filter(|word| !word.is_empty()).collect();
    let shared = words
        .iter()
        .filter(|word| read.split(' ').any(|one| one == **word))
        .count();
    // A name of one word has to be shared; of longer ones a syllable may be misread.
    !words.is_empty() && shared + 1 >= words.len().max(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_misread_syllable_still_hints_and_two_do_not() {
        assert!(alike("Nguyen Thi Hog", "Nguyễn Thị Hồng"));
        assert!(!alike("Nguyen Tri Hog", "Nguyễn Thị Hồng"));
        assert!(!alike("", "Nguyễn Thị Hồng"));
        assert!(!alike("Nguyễn Thị Hồng", ""));
    }

    #[test]
    fn what_is_not_known_rules_no_volume_out() {
        let place = VolumeToSearch {
            volume_id: "v".into(),
            code: "Q1".into(),
            title: "Quyển 1".into(),
            school: Some("THPT Số 1 Tư Nghĩa".into()),
            year: Some(1993),
            pages: 0,
            unread: 0,
            undecided: 0,
        };
        let sought = |school: &str, year: &str| Sought {
            truong: school.into(),
            nam: year.into(),
            ..Sought::default()
        };
        assert!(may_hold(&place, &sought("tu nghia", "1993")));
        assert!(may_hold(&place, &sought("", "")));
        assert!(!may_hold(&place, &sought("tu nghia", "1994")));
        assert!(!may_hold(&place, &sought("Ba Tơ", "1993")));
    }
}
