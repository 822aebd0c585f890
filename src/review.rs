//! The desk: what a person must look at, corrections, approval, rejection; and bringing what was
//! approved into the vault.

use std::collections::BTreeMap;

use serde_json::json;
use sogoc_workers::class::{Class, FieldKind};
use sogoc_workers::dates::Date;
use sogoc_workers::reading::FieldReading;
use sqlx::Row;

use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::{self, Deed, Subject};
use crate::catalogue::Tx;
use crate::clock::stamp;
use crate::error::{Error, Fault, Result};
use crate::jobs::{self, Kind, PRIORITY_UPKEEP};
use crate::record::{self, Fields, RecordView, Version};

/// How long approvals of one scan are gathered before they go to the vault as one version.
const GATHER: std::time::Duration = std::time::Duration::from_secs(3);

/// Longest value a person may type.
const LONGEST_VALUE: usize = 2000;

/// A record waiting at the desk.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct QueueRow {
    /// Record id.
    pub id: String,
    /// Class id.
    pub class: String,
    /// proposed | corrected.
    pub state: String,
    /// Fields to look at.
    pub doubtful: i64,
    /// The file's name as delivered.
    pub original_name: String,
    /// Page number.
    pub page_number: i64,
    /// Place on the page.
    pub ordinal: i64,
    /// RFC 3339 UTC.
    pub updated_at: String,
}

/// Which part of the desk's queue to show.
#[derive(Debug, Clone, Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct QueueFilter {
    /// Of one batch.
    pub batch_id: Option<String>,
    /// Of one class.
    pub class: Option<String>,
    /// At most this many, 1 to 200; 50 when absent.
    pub limit: Option<i64>,
}

/// What waits, doubtful ones first, then in the order of the paper.
///
/// # Errors
/// `Forbidden`.
pub async fn queue(
    archive: &Archive,
    caller: &Caller,
    filter: &QueueFilter,
) -> Result<Vec<QueueRow>> {
    require(caller, Act::SeeRecords)?;
    let rows = sqlx::query(
        "SELECT r.id, r.class, r.state, r.doubtful, r.ordinal, r.updated_at,
            p.number AS page_number, s.original_name
         FROM records r JOIN pages p ON p.id = r.page_id JOIN scans s ON s.id = r.scan_id
         WHERE r.state IN ('proposed', 'corrected') AND ($1 = '' OR s.batch_id = $1)
         AND ($2 = '' OR r.class = $2)
         ORDER BY CASE WHEN r.doubtful > 0 THEN 0 ELSE 1 END, s.original_name, p.number, r.ordinal
         LIMIT $3",
    )
    .bind(filter.batch_id.clone().unwrap_or_default())
    .bind(filter.class.clone().unwrap_or_default())
    .bind(filter.limit.unwrap_or(50).clamp(1, 200))
    .fetch_all(archive.catalogue.pool())
    .await?;
    rows.iter()
        .map(|row| {
            Ok(QueueRow {
                id: row.try_get("id")?,
                class: row.try_get("class")?,
                state: row.try_get("state")?,
                doubtful: row.try_get("doubtful")?,
                original_name: row.try_get("original_name")?,
                page_number: row.try_get("page_number")?,
                ordinal: row.try_get("ordinal")?,
                updated_at: row.try_get("updated_at")?,
            })
        })
        .collect()
}

/// How many records wait for a person.
///
/// # Errors
/// `Forbidden`.
pub async fn waiting(archive: &Archive, caller: &Caller) -> Result<i64> {
    require(caller, Act::SeeRecords)?;
    let count =
        sqlx::query_scalar("SELECT COUNT(*) FROM records WHERE state IN ('proposed', 'corrected')")
            .fetch_one(archive.catalogue.pool())
            .await?;
    Ok(count)
}

/// The record to open after this one: the next of the same page that waits, else the head of the queue.
///
/// # Errors
/// `Forbidden`.
pub async fn next(archive: &Archive, caller: &Caller, after: &str) -> Result<Option<String>> {
    require(caller, Act::SeeRecords)?;
    let neighbour: Option<String> = sqlx::query_scalar(
        "SELECT n.id FROM records r JOIN records n ON n.page_id = r.page_id
         WHERE r.id = $1 AND n.id <> r.id AND n.ordinal > r.ordinal
         AND n.state IN ('proposed', 'corrected') ORDER BY n.ordinal LIMIT 1",
    )
    .bind(after)
    .fetch_optional(archive.catalogue.pool())
    .await?;
    if neighbour.is_some() {
        return Ok(neighbour);
    }
    let head = queue(
        archive,
        caller,
        &QueueFilter {
            limit: Some(2),
            ..Default::default()
        },
    )
    .await?;
    Ok(head.into_iter().map(|row| row.id).find(|id| id != after))
}

/// Corrects values. What is printed (`raw`) stays as the machine read it beside the person's value.
///
/// # Errors
/// `Refused` with code `stale` when someone else was faster; `Invalid` with a pointer to the field.
pub async fn correct(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    seen: i64,
    changes: &BTreeMap<String, String>,
    note: &str,
) -> Result<RecordView> {
    require(caller, Act::CorrectRecords)?;
    let before = unstale(record::load(archive, id).await?, seen)?;
    let class = archive.classes.get(&before.class);
    let mut fields = before.fields.clone();
    apply(class, &mut fields, changes)?;
    // A correction of an approved record has to be approved anew before it is published.
    let wish = Wish {
        state: "corrected",
        deed: Deed::RecordCorrected,
        note,
    };
    let doubtful = record::doubtful(class, &fields);
    save(archive, caller, &before, &wish, &fields, doubtful).await?;
    record::load(archive, id).await
}

/// Approves the version seen: it is published, and goes to the vault shortly.
///
/// # Errors
/// `Refused` with code `stale` or `doubtful`.
pub async fn approve(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    seen: i64,
) -> Result<RecordView> {
    require(caller, Act::ApproveRecords)?;
    let before = unstale(record::load(archive, id).await?, seen)?;
    if before.state == "approved" {
        return Ok(before);
    }
    let missing = missing_mandatory(archive.classes.get(&before.class), &before.fields);
    if !missing.is_empty() {
        let list = missing.join(", ");
        return Err(Error::refused(
            "incomplete",
            format!("Chưa duyệt được, còn thiếu: {list}. Nếu giấy tờ không ghi, hãy nhập dấu “-”."),
            format!("Not approved, still missing: {list}. If the paper says nothing, enter “-”."),
        ));
    }
    let mut fields = before.fields.clone();
    // The person has seen every field beside the image: nothing is in doubt any more.
    for field in fields.values_mut() {
        field.accepted = true;
    }
    let wish = Wish {
        state: "approved",
        deed: Deed::RecordApproved,
        note: "",
    };
    save(archive, caller, &before, &wish, &fields, 0).await?;
    record::load(archive, id).await
}

/// Says that this is not a record at all (a heading read as a row, say). It stays in the catalogue.
///
/// # Errors
/// `Refused` with code `stale`; `Invalid` without a reason.
pub async fn reject(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    seen: i64,
    reason: &str,
) -> Result<RecordView> {
    require(caller, Act::CorrectRecords)?;
    if reason.trim().is_empty() {
        return Err(Error::invalid(
            "/reason",
            "Hãy ghi lý do loại bỏ.",
            "A reason is needed.",
        ));
    }
    let before = unstale(record::load(archive, id).await?, seen)?;
    let wish = Wish {
        state: "rejected",
        deed: Deed::RecordRejected,
        note: reason,
    };
    let fields = before.fields.clone();
    save(archive, caller, &before, &wish, &fields, 0).await?;
    record::load(archive, id).await
}

/// Approves every record of a batch about which the machine had no doubt. Returns how many.
///
/// # Errors
/// `Forbidden`; stops at the first fault, keeping what was approved.
pub async fn approve_clear(archive: &Archive, caller: &Caller, batch_id: &str) -> Result<i64> {
    require(caller, Act::ApproveRecords)?;
    let rows = sqlx::query(
        "SELECT r.id, r.version FROM records r JOIN scans s ON s.id = r.scan_id
         WHERE s.batch_id = $1 AND r.doubtful = 0 AND r.state IN ('proposed', 'corrected')
         ORDER BY r.id",
    )
    .bind(batch_id)
    .fetch_all(archive.catalogue.pool())
    .await?;
    let mut approved = 0;
    for row in &rows {
        let id: String = row.try_get("id")?;
        match approve(archive, caller, &id, row.try_get("version")?).await {
            Ok(_) => approved += 1,
            Err(Error::Refused { .. }) => {} // changed meanwhile by a colleague: theirs to decide
            Err(error) => return Err(error),
        }
    }
    Ok(approved)
}

struct Wish<'a> {
    state: &'a str,
    deed: Deed,
    note: &'a str,
}

async fn save(
    archive: &Archive,
    caller: &Caller,
    before: &RecordView,
    wish: &Wish<'_>,
    fields: &Fields,
    doubtful: i64,
) -> Result<()> {
    let at = stamp(archive.clock.now());
    let number = before.version + 1;
    let mut tx = archive.catalogue.begin().await?;
    let moved = sqlx::query(
        "UPDATE records SET state = $1, version = $2, doubtful = $3, updated_at = $4
         WHERE id = $5 AND version = $6",
    )
    .bind(wish.state)
    .bind(number)
    .bind(doubtful)
    .bind(&at)
    .bind(&before.id)
    .bind(before.version)
    .execute(&mut *tx)
    .await?;
    if moved.rows_affected() != 1 {
        return Err(stale());
    }
    let version = Version {
        number,
        state: wish.state,
        author: &caller.id,
        note: wish.note,
        at: &at,
    };
    record::save_version(&mut tx, &before.id, &version, fields).await?;
    let was_public = before.kept_version.is_some() || before.state == "approved";
    if wish.state == "approved" || (wish.state == "rejected" && was_public) {
        record::publish(&mut tx, &before.id, number, &at).await?;
        enqueue_keeping(archive, &mut tx, &before.scan_id).await?;
    }
    let changed: Vec<&String> = fields
        .iter()
        .filter(|(k, f)| before.fields.get(*k) != Some(f))
        .map(|(k, _)| k)
        .collect();
    let details = json!({ "version": number, "fields": changed });
    let subject = Subject {
        kind: "record",
        id: &before.id,
    };
    audit::append(
        &mut tx,
        &*archive.clock,
        &caller.id,
        wish.deed,
        subject,
        details,
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

async fn enqueue_keeping(archive: &Archive, tx: &mut Tx, scan_id: &str) -> Result<()> {
    let clock = &*archive.clock;
    jobs::enqueue_after(
        tx,
        clock,
        Kind::KeepRecords,
        scan_id,
        PRIORITY_UPKEEP,
        GATHER,
    )
    .await
}

fn unstale(record: RecordView, seen: i64) -> Result<RecordView> {
    if record.version == seen {
        Ok(record)
    } else {
        Err(stale())
    }
}

fn stale() -> Error {
    Error::refused(
        "stale",
        "Bản ghi vừa được người khác sửa; hãy tải lại trang rồi làm tiếp.",
        "Someone else has just changed this record; load it again and go on.",
    )
}

fn missing_mandatory(class: Option<&Class>, fields: &Fields) -> Vec<String> {
    let Some(class) = class else {
        return Vec::new();
    };
    let present = |key: &str| {
        fields
            .get(key)
            .is_some_and(|field| !field.value.trim().is_empty())
    };
    let mandatory = class
        .fields
        .iter()
        .filter(|field| field.mandatory && !present(&field.key));
    mandatory.map(|field| field.label.vi.clone()).collect()
}

/// Puts the person's values beside what was printed; every fault is reported, not only the first.
fn apply(
    class: Option<&Class>,
    fields: &mut Fields,
    changes: &BTreeMap<String, String>,
) -> Result<()> {
    use unicode_normalization::UnicodeNormalization;
    let mut faults = Vec::new();
    for (key, value) in changes {
        let value: String = value.trim().nfc().collect();
        match normalised(class, key, &value) {
            Ok(normalised) => {
                let raw = fields
                    .get(key)
                    .map_or_else(|| value.clone(), |field| field.raw.clone());
                let bounds = fields.get(key).and_then(|field| field.bounds);
                let corrected = FieldReading {
                    raw,
                    value: normalised,
                    confidence: 1.0,
                    accepted: true,
                    bounds,
                };
                fields.insert(key.clone(), corrected);
            }
            Err((vi, en)) => faults.push(Fault {
                pointer: format!("/fields/{key}"),
                vi,
                en,
            }),
        }
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(faults))
    }
}

/// A typed value in its normal form, by the kind of the field.
fn normalised(
    class: Option<&Class>,
    key: &str,
    value: &str,
) -> std::result::Result<String, (String, String)> {
    let Some(field) = class.and_then(|class| class.field(key)) else {
        return Err((
            "Loại hồ sơ này không có trường đó.".into(),
            "No such field.".into(),
        ));
    };
    if value.chars().count() > LONGEST_VALUE || value.chars().any(char::is_control) {
        return Err((
            format!("{}: quá dài hoặc có ký tự điều khiển.", field.label.vi),
            format!("{}: too long, or has control characters.", field.label.en),
        ));
    }
    if field.kind != FieldKind::Date || value == "-" || value.is_empty() {
        return Ok(value.to_owned());
    }
    Date::parse(value)
        .map(|date| date.to_string())
        .ok_or_else(|| {
            (
                format!(
                    "{}: không đọc được ngày. Ví dụ: 5/6/1989, 6/1989 hoặc 1989.",
                    field.label.vi
                ),
                format!(
                    "{}: not a date. Such as 5/6/1989, 6/1989 or 1989.",
                    field.label.en
                ),
            )
        })
}
