//! What reading missed: a row of a register, or a whole record, that a person sees on the paper and keys.

use std::collections::BTreeMap;

use serde_json::json;
use sogoc_workers::class::Scope;
use sogoc_workers::reading::Box4;

use super::page_rows::{place_of, rows_on};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::Tx;
use crate::error::{Error, Result};
use crate::page;
use crate::record::{self, Fields, FirstVersion, RecordState, RecordView, apply, begin, doubtful};

/// A record that a person adds to a page.
#[derive(Debug, Clone, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MissedGiven {
    /// Id of its class; that of the page's rows when absent.
    pub class: Option<String>,
    /// Id of the row it stands below; at the end of the page when absent.
    pub after: Option<String>,
    /// Values by key. What is printed once on a register's page is taken from its first row where it is not given.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    /// Remark on its first version; may be empty.
    #[serde(default)]
    pub note: String,
}

/// Adds a record that stands on the page and was not read. It waits to be approved by somebody else: there is no reading
/// that it could be compared with. The same asked again by the same person is done once.
///
/// # Errors
/// `NotFound` page, `Forbidden`; `Invalid` with a pointer to class, row or field; `Refused` (`page_set_aside`) where the
/// page was withdrawn.
pub async fn add_missed(
    archive: &Archive,
    caller: &Caller,
    page_id: &str,
    given: &MissedGiven,
) -> Result<RecordView> {
    require(caller, Act::CorrectRecords)?;
    let page = page::get(archive, caller, page_id).await?;
    if page.is_withdrawn() {
        return Err(Error::refuse("errors.page_set_aside"));
    }
    let rows = rows_on(archive, page_id).await?;
    let of_rows = rows.first().map(|row| row.class.clone());
    let class_id = given.class.clone().or(of_rows).unwrap_or_default();
    let class = archive.classes.get(&class_id);
    let class = class.ok_or_else(|| Error::fault("/class", "faults.review.no_such_class"))?;
    let mut fields = Fields::new();
    if let Some(first) = rows.first().filter(|row| row.class == class_id) {
        let once = class.fields.iter().filter(|one| one.scope == Scope::Page);
        let printed = once.filter_map(|one| first.fields.get_key_value(&one.key));
        fields.extend(printed.map(|(key, field)| (key.clone(), field.clone())));
    }
    apply(Some(class), &mut fields, &given.fields)?;
    let bounds = place_for(rows, given.after.as_deref(), &fields)?;
    let mut tx = archive.begin(caller).await?;
    if let Some(id) = same_again(&mut tx, page_id, &class_id, bounds, &fields).await? {
        drop(tx);
        return record::load(archive, &id).await;
    }
    let new = FirstVersion {
        scan_id: &page.scan_id,
        page_id,
        ordinal: last_place(&mut tx, page_id).await? + 1,
        class: &class_id,
        state: RecordState::Corrected,
        doubtful: doubtful(Some(class), &fields),
        bounds,
        author: &caller.id,
        note: given.note.trim(),
    };
    let id = begin(&mut tx, &new, &fields).await?;
    let details = json!({ "class": class_id, "page": page_id });
    tx.log(Action::RecordAdded, ("record", &id), details)
        .await?;
    tx.commit().await?;
    record::load(archive, &id).await
}

/// The last place on a page that is taken, by a rejected record too: a place is given once.
async fn last_place(tx: &mut Tx, page_id: &str) -> Result<i64> {
    let last = sqlx::query_scalar(
        "SELECT CAST(COALESCE(MAX(ordinal), 0) AS BIGINT) FROM records WHERE page_id = $1",
    );
    Ok(last.bind(page_id).fetch_one(&mut **tx).await?)
}

/// A record that the caller added here, which nobody has touched since and which says the same: a button pressed twice.
async fn same_again(
    tx: &mut Tx,
    page_id: &str,
    class: &str,
    bounds: Option<Box4>,
    fields: &Fields,
) -> Result<Option<String>> {
    let bounds = bounds.map(|bounds| json!(bounds).to_string());
    Ok(sqlx::query_scalar(
        "SELECT r.id FROM records r JOIN record_versions v ON v.record_id = r.id AND v.version = 1
         WHERE r.page_id = $1 AND r.class = $2 AND r.version = 1 AND r.state = 'corrected' AND v.author = $3
            AND v.fields = $4 AND COALESCE(r.bounds, '') = $5 ORDER BY r.id LIMIT 1",
    )
    .bind(page_id)
    .bind(class)
    .bind(tx.actor().to_owned())
    .bind(serde_json::to_string(fields)?)
    .bind(bounds.unwrap_or_default())
    .fetch_optional(&mut **tx)
    .await?)
}

/// Where the new record stands. One that says the same and was not touched since it was added is looked past: it may be
/// the very one that is asked for again.
fn place_for(
    mut rows: Vec<RecordView>,
    after: Option<&str>,
    fields: &Fields,
) -> Result<Option<Box4>> {
    let same = |row: &RecordView| {
        row.version == 1 && row.state == RecordState::Corrected && row.fields == *fields
    };
    rows.retain(|row| after == Some(row.id.as_str()) || !same(row));
    match after {
        None => Ok(rows.last().and_then(|last| below(&rows, &last.id))),
        Some(after) if rows.iter().any(|row| row.id == after) => Ok(below(&rows, after)),
        Some(_) => Err(Error::fault("/after", "faults.review.no_such_row")),
    }
}

/// Where a row below this one stands: half-way to the next, or as far below the last as the last is below the one before.
fn below(rows: &[RecordView], id: &str) -> Option<Box4> {
    let at = rows.iter().position(|row| row.id == id)?;
    let own = place_of(&rows[at])?;
    if let Some(next) = rows.get(at + 1) {
        let next = place_of(next)?;
        return Some([0, 1, 2, 3].map(|side| own[side].midpoint(next[side])));
    }
    let before = place_of(rows.get(at.checked_sub(1)?)?)?;
    let step = |side: usize| own[side].saturating_add(own[side].saturating_sub(before[side]));
    Some([step(0).max(0), step(1).max(0), own[2], own[3]])
}
