//! What does not agree in one place as people see it: under the rights of a list of records, and noted as one.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::FromRow;
use utoipa::{IntoParams, ToSchema};

use super::found::{Counted, reconcile};
use super::place::{Place, with_counts};
use super::rows::load;
use super::{AnswerState, ConcernedRecord, Discrepancy, DiscrepancyAnswer, DiscrepancyKind, Found};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::JsonText;
use crate::error::{Error, Result};
use crate::masking;
use crate::record::Fields;
use crate::viewing::{self, View};

/// Most on one page.
const MOST_LISTED: usize = 100;
/// On a page where nobody says how many.
const USUAL: usize = 50;
/// What is shown of a record.
const SHOWN: [&str; 4] = ["ho_ten", "ngay_sinh", "so_hieu", "so_vao_so"];

/// What of a place to list.
#[derive(Debug, Clone, Default, Deserialize, Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub struct DiscrepancyFilter {
    /// Only this kind; without it every kind but `no_diploma`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<DiscrepancyKind>,
    /// `open` (unless said otherwise), `answered` or `all`.
    pub state: AnswerState,
    /// Only of this year of graduation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<i64>,
    /// Where the page before ended, as the answer gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// At most this many, 1 to 100; 50 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

/// A page of what does not agree in a place.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Discrepancies {
    /// The place, with all its counts.
    pub place: Place,
    /// By kind and in the order of the paper.
    pub rows: Vec<Discrepancy>,
    /// Give this as `after` for the page after; absent on the last.
    pub after: Option<String>,
}

type Answered = (Found, Option<DiscrepancyAnswer>);

/// What does not agree in a volume or delivery.
///
/// # Errors
/// `Forbidden`, `NotFound`; `Invalid` place of the list.
pub async fn discrepancies(
    archive: &Archive,
    caller: &Caller,
    place_id: &str,
    filter: &DiscrepancyFilter,
) -> Result<Discrepancies> {
    require(caller, Act::SeeRecords)?;
    let row = load(archive, place_id).await?;
    let with_handed_out = filter.kind == Some(DiscrepancyKind::NoDiploma);
    let reconciled = reconcile(archive, &row, with_handed_out).await?;
    let counts = reconciled.found.iter();
    let counted = Counted {
        found: counts
            .map(|(one, answer)| (one.kind, answer.is_some()))
            .collect(),
        records: reconciled.records,
    };
    let masks = masking::applies_to(caller);
    let (page, after) = page_of(reconciled.found, filter, masks)?;
    let ids: Vec<String> = page
        .iter()
        .flat_map(|(one, _)| one.records.iter().cloned())
        .collect();
    let place = with_counts(row, &counted);
    let view = View::of(
        Action::DiscrepanciesSeen,
        (place.kind.as_str(), place_id),
        ids.clone(),
    );
    let view = view.saying(json!({ "kind": filter.kind }));
    viewing::note(archive, caller, view).await?;
    let records = records(archive, caller, ids).await?;
    let rows = page
        .into_iter()
        .map(|one| shown(archive, caller, one, &records));
    Ok(Discrepancies {
        rows: rows.collect(),
        place,
        after,
    })
}

/// The page asked for, and the key after which the next one begins.
fn page_of(
    found: Vec<Answered>,
    filter: &DiscrepancyFilter,
    masks: bool,
) -> Result<(Vec<Answered>, Option<String>)> {
    let year = filter.year.map(|year| year.to_string());
    let wanted = |(one, answer): &Answered| {
        let state = match filter.state {
            AnswerState::Open => answer.is_none(),
            AnswerState::Answered => answer.is_some(),
            AnswerState::All => true,
        };
        state
            && filter.kind.is_none_or(|kind| kind == one.kind)
            && year.as_ref().is_none_or(|year| *year == one.year)
    };
    let from = match &filter.after {
        None => 0,
        // By its place among all of them: one that was answered meanwhile is still there.
        Some(place) => match found
            .iter()
            .enumerate()
            .position(|one| place_in_list(one, masks) == *place)
        {
            Some(at) => at + 1,
            None => return Err(Error::fault("/after", "faults.no_place_of_list")),
        },
    };
    let most = filter.limit.unwrap_or(USUAL).clamp(1, MOST_LISTED);
    let rest = found.into_iter().enumerate().skip(from);
    let mut page: Vec<(usize, Answered)> =
        rest.filter(|(_, one)| wanted(one)).take(most + 1).collect();
    let more = page.len() > most;
    page.truncate(most);
    let last = page.last().filter(|_| more);
    let last = last.map(|(at, one)| place_in_list((*at, one), masks));
    Ok((page.into_iter().map(|(_, one)| one).collect(), last))
}

/// How the list is gone on with after one of it. A key holds numbers, which whoever sees them masked does not see here either.
fn place_in_list((at, (one, _)): (usize, &Answered), masks: bool) -> String {
    match masks {
        true => format!("#{at}"),
        false => one.key.clone(),
    }
}

#[derive(FromRow)]
struct ShownRecord {
    record_id: String,
    class: String,
    page_id: String,
    original_name: String,
    page_number: i64,
    ordinal: i64,
    #[sqlx(try_from = "JsonText")]
    fields: Fields,
}

async fn records(
    archive: &Archive,
    caller: &Caller,
    ids: Vec<String>,
) -> Result<HashMap<String, ConcernedRecord>> {
    let mut records = HashMap::new();
    for id in ids {
        if records.contains_key(&id) {
            continue;
        }
        let row: Option<ShownRecord> = sqlx::query_as(
            "SELECT d.id AS record_id, d.class, d.page_id, s.original_name, p.number AS page_number, d.ordinal, v.fields
             FROM records d JOIN pages p ON p.id = d.page_id JOIN scans s ON s.id = d.scan_id
             JOIN record_versions v ON v.record_id = d.id AND v.version = d.version WHERE d.id = $1",
        )
        .bind(&id)
        .fetch_optional(archive.catalogue.pool())
        .await?;
        let Some(row) = row else { continue };
        let said = |key: &&str| {
            let field = row
                .fields
                .get(*key)
                .filter(|field| !field.value.is_empty())?;
            Some(((*key).to_owned(), field.value.clone()))
        };
        let mut fields: BTreeMap<String, String> = SHOWN.iter().filter_map(said).collect();
        masking::mask_values(archive, caller, &row.class, &mut fields);
        let record = ConcernedRecord {
            record_id: row.record_id,
            class: row.class,
            page_id: row.page_id,
            original_name: row.original_name,
            page_number: row.page_number,
            ordinal: row.ordinal,
            fields,
        };
        records.insert(id, record);
    }
    Ok(records)
}

fn shown(
    archive: &Archive,
    caller: &Caller,
    (found, answer): Answered,
    records: &HashMap<String, ConcernedRecord>,
) -> Discrepancy {
    let concerned: Vec<ConcernedRecord> = found
        .records
        .iter()
        .filter_map(|id| records.get(id).cloned())
        .collect();
    let masks = masking::applies_to(caller);
    // A missing number lies between two that somebody has: it is masked as theirs are.
    let number = |said: String| {
        let class = concerned.first().map(|record| record.class.as_str());
        let mut values = BTreeMap::from([(found.field?.to_owned(), said)]);
        masking::mask_values(archive, caller, class?, &mut values);
        values.into_values().next().filter(|said| !said.is_empty())
    };
    Discrepancy {
        first: number(found.first),
        last: number(found.last),
        key: if masks { String::new() } else { found.key },
        kind: found.kind,
        field: found.field,
        year: Some(found.year).filter(|year| !year.is_empty()),
        count: found.field.map(|_| found.count),
        differing: found.differing,
        records: concerned.clone(),
        import_id: found.import_id,
        // What somebody wrote may name a person.
        answer: answer.map(|answer| DiscrepancyAnswer {
            note: if masks { String::new() } else { answer.note },
            ..answer
        }),
    }
}
