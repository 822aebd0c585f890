//! Which records may be the one asked for, nearest first, each with its reasons; and what was issued of
//! a record before.

use std::collections::BTreeMap;

use sogoc_workers::class::DiplomaPaper;

use super::Sought;
use super::compare::{dates_agree, numbers_agree, words_agree};
use super::counterparts::{Counterpart, counterparts};
use super::dismissal::{self, Dismissal};
use super::list::wanted;
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::certified_copy::{CopyRow, CopyState};
use crate::error::{Error, Result};
use crate::masking;
use crate::record;
use crate::search::{self, Of, SearchHit, Wanted};
use crate::seen::{self, Seen};
use crate::viewing::{self, View};

/// How a value asked for agrees with one found: the word of [`Reason::agrees`].
type Agree = fn(&str, &str) -> &'static str;

/// Candidates a clerk is shown at most; who needs more narrows what is asked.
const MOST: usize = 20;

/// A record that may be the one, and why.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Candidate {
    /// UUIDv7 text of the record that may be the wanted one.
    pub record_id: String,
    /// What it is now: to be given back when it is confirmed.
    pub seen: Seen,
    /// Id of its class.
    pub class: String,
    /// Values of the record by key of its class.
    pub fields: BTreeMap<String, String>,
    /// Page it stands on.
    pub page_id: String,
    /// Its row on that page: `[x, y, width, height]`; none when the page is one record.
    #[schema(value_type = Option<Vec<i32>>)]
    pub bounds: Option<sogoc_workers::reading::Box4>,
    /// What was asked held against what the record says.
    pub reasons: Vec<Reason>,
    /// The same diploma on other paper: its scan beside the register's row, or the row beside the scan.
    pub counterparts: Vec<Counterpart>,
    /// Why a clerk said that it is not the one.
    pub dismissed: Option<Dismissal>,
}

/// One field asked for, held against the record.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Reason {
    /// Key of the record's field.
    pub field: String,
    /// The value that the applicant gave.
    pub asked: String,
    /// The value that the record holds.
    pub found: String,
    /// How it agrees: `exact`, `folded` (without accents and case) or `differs`.
    pub agrees: String,
}

/// A copy issued of a record before.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Earlier {
    /// Id of the copy.
    pub id: String,
    /// Number in the issue book, such as `12/2026`.
    pub number: String,
    /// What became of it.
    pub state: CopyState,
    /// When it was released, RFC 3339 UTC.
    pub issued_at: String,
}

/// Records that may be the one asked for, those whose fields agree best on top, those a clerk said are
/// not the one at the end.
///
/// # Errors
/// `NotFound`, `Forbidden`, `Unavailable`: never a silently smaller answer.
pub async fn candidates(archive: &Archive, caller: &Caller, id: &str) -> Result<Vec<Candidate>> {
    require(caller, Act::SeeRequests)?;
    let sought = wanted(archive, id).await?;
    let hits = hits(archive, &sought).await?;
    let mut judged: Vec<(SearchHit, Vec<Reason>)> = hits
        .into_iter()
        .map(|hit| {
            let reasons = reasons(&sought, &hit.fields);
            (hit, reasons)
        })
        .collect();
    let is_no_register = |hit: &SearchHit| {
        let class = archive.classes.get(&hit.class);
        class.and_then(|class| class.diploma) != Some(DiplomaPaper::Register)
    };
    // The sort is stable: of equals the register's row comes before the diploma, then the search's own order counts.
    judged.sort_by_key(|(hit, reasons)| {
        (
            -reasons.iter().map(weight).sum::<i32>(),
            is_no_register(hit),
        )
    });
    // Judged first and cut afterwards: the search's own order does not know what was asked.
    judged.truncate(MOST);
    let dismissals = dismissal::of_request(archive, id).await?;
    let mut found = Vec::with_capacity(judged.len());
    for (hit, reasons) in judged {
        let record = record::load(archive, &hit.record_id).await?;
        let dismissed = dismissals.iter().find(|one| one.record_id == hit.record_id);
        found.push(Candidate {
            counterparts: counterparts(archive, caller, &hit.record_id).await?,
            dismissed: dismissed.cloned(),
            seen: seen::now(archive, caller, &hit.record_id).await?,
            record_id: hit.record_id,
            class: hit.class,
            fields: hit.fields,
            page_id: record.page_id,
            bounds: record.bounds,
            reasons,
        });
    }
    // Dismissed ones last instead of gone: a clerk may have been wrong.
    found.sort_by_key(|candidate| candidate.dismissed.is_some());
    let records = found.iter().map(|one| one.record_id.clone()).collect();
    let view = View::of(Action::CandidatesSeen, ("request", id), records);
    viewing::note(archive, caller, view).await?;
    for one in &mut found {
        masking::mask_values(archive, caller, &one.class, &mut one.fields);
        mask_reasons(archive, caller, &one.class, &mut one.reasons);
    }
    Ok(found)
}

/// A reason repeats both values; what is masked of the record is masked of it too.
pub(crate) fn mask_reasons(
    archive: &Archive,
    caller: &Caller,
    class: &str,
    reasons: &mut [Reason],
) {
    if masking::applies_to(caller) {
        for reason in reasons {
            for value in [&mut reason.asked, &mut reason.found] {
                *value = masking::masked(archive, class, &reason.field, value);
            }
        }
    }
}

/// What the index finds by everything given, then by less.
async fn hits(archive: &Archive, sought: &Sought) -> Result<Vec<SearchHit>> {
    let mut found: Vec<SearchHit> = Vec::new();
    // From everything given to the name alone, so that the best matches come first and none is
    // missed.
    for wanted in questions(sought) {
        let answer = match search::execute(archive, &wanted).await {
            Ok(answer) => answer,
            // A detail that cannot be read must not hide what the other details find.
            Err(Error::Invalid(_)) => continue,
            Err(error) => return Err(error),
        };
        for hit in answer.hits {
            if !found.iter().any(|known| known.record_id == hit.record_id) {
                found.push(hit);
            }
        }
    }
    Ok(found)
}

fn questions(sought: &Sought) -> Vec<Wanted> {
    let given = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
    let by_name = Wanted {
        ho_ten: given(&sought.ho_ten),
        of: Of::Records,
        limit: Some(MOST),
        ..Wanted::default()
    };
    let by_birth = Wanted {
        ngay_sinh: given(&sought.ngay_sinh),
        ..by_name.clone()
    };
    let by_all = Wanted {
        truong: given(&sought.truong),
        nam: sought.nam.trim().parse().ok(),
        ..by_birth.clone()
    };
    let mut questions = vec![by_all, by_birth];
    // Numbers alone: a misread name must not hide the diploma whose number is right.
    for number in [&sought.so_hieu, &sought.so_vao_so] {
        questions.extend(given(number).map(|number| Wanted {
            so: Some(number),
            of: Of::Records,
            limit: Some(MOST),
            ..Wanted::default()
        }));
    }
    questions.push(by_name);
    questions
}

/// What was asked, field by field, as it agrees with a record; what either leaves open says nothing.
pub(crate) fn reasons(sought: &Sought, fields: &BTreeMap<String, String>) -> Vec<Reason> {
    let pairs: [(&str, &str, Agree); 8] = [
        ("ho_ten", &sought.ho_ten, words_agree),
        ("ngay_sinh", &sought.ngay_sinh, dates_agree),
        ("so_hieu", &sought.so_hieu, numbers_agree),
        ("so_vao_so", &sought.so_vao_so, numbers_agree),
        ("nam_tot_nghiep", &sought.nam, numbers_agree),
        ("truong", &sought.truong, words_agree),
        ("hoi_dong", &sought.hoi_dong, words_agree),
        ("so_dinh_danh", &sought.so_dinh_danh, numbers_agree),
    ];
    let mut reasons = Vec::new();
    for (key, asked, agree) in pairs {
        let found = fields.get(key).map_or("", |value| value.trim());
        let asked = asked.trim();
        // What one side leaves open speaks neither for nor against.
        if !asked.is_empty() && !found.is_empty() {
            reasons.push(Reason {
                field: key.to_owned(),
                asked: asked.to_owned(),
                found: found.to_owned(),
                agrees: agree(asked, found).to_owned(),
            });
        }
    }
    reasons
}

/// How much a reason counts for a candidate or against it: a number or a name says more than a school.
fn weight(reason: &Reason) -> i32 {
    let worth = match reason.field.as_str() {
        "so_hieu" | "so_dinh_danh" => 8,
        "ho_ten" | "ngay_sinh" | "so_vao_so" => 6,
        _ => 3,
    };
    match reason.agrees.as_str() {
        "exact" => worth * 2,
        "folded" => worth * 2 - 2,
        // A contradiction counts against a candidate as much as an inexact agreement counts for it.
        _ => -worth,
    }
}

/// Copies issued of a record before, newest first.
///
/// # Errors
/// `Forbidden`.
pub async fn earlier(archive: &Archive, caller: &Caller, record_id: &str) -> Result<Vec<Earlier>> {
    require(caller, Act::SeeRequests)?;
    let copies: Vec<CopyRow> = sqlx::query_as(
        "SELECT * FROM copies WHERE record_id = $1 ORDER BY issued_at DESC, id DESC LIMIT 50",
    )
    .bind(record_id)
    .fetch_all(archive.catalogue.pool())
    .await?;
    let earlier = copies.into_iter().map(|copy| Earlier {
        number: copy.book_number(),
        id: copy.id,
        state: copy.state,
        issued_at: copy.issued_at,
    });
    Ok(earlier.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_either_side_leaves_open_is_no_reason() {
        let sought = Sought {
            ho_ten: "Lê Văn Mẫu".into(),
            truong: "Tư Nghĩa".into(),
            ..Sought::default()
        };
        let fields = BTreeMap::from([("ho_ten".to_owned(), "Lê Văn Mẫu".to_owned())]);
        let reasons = reasons(&sought, &fields);
        assert_eq!(reasons.len(), 1);
        assert_eq!(reasons[0].agrees, "exact");
    }
}
