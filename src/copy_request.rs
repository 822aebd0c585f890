//! A certified copy is asked for, confirmed by a clerk, released by an approver, or refused; the
//! applicant follows it with a tracking code.

use jiff::Timestamp;
use jiff::tz::Offset;
use serde_json::json;
use sqlx::Row;

use crate::access::{Act, Caller, fresh_code, require};
use crate::archive::Archive;
use crate::audit::{self, Deed, Subject};
use crate::certified_copy;
pub use crate::certified_copy::tidy;
use crate::clock::stamp;
use crate::error::{Error, Fault, Result};
use crate::law;
use crate::search::{self, FoundHit, Wanted};

/// Who asks.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Applicant {
    /// Full name.
    pub name: String,
    /// Telephone or e-mail.
    pub contact: String,
    /// self | relative | authorised | agency.
    pub standing: String,
}

/// Which diploma is meant, as far as the applicant knows.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Sought {
    /// Name on the diploma.
    pub ho_ten: String,
    /// Birth date, any precision.
    pub ngay_sinh: String,
    /// School.
    pub truong: String,
    /// Year of graduation.
    pub nam: String,
    /// Diploma number.
    pub so_hieu: String,
    /// Register number.
    pub so_vao_so: String,
    /// What the copy is for.
    pub purpose: String,
}

/// A request as given.
#[derive(Debug, Clone, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskGiven {
    /// Who asks.
    pub applicant: Applicant,
    /// For which diploma.
    pub wanted: Sought,
    /// The same key from the same caller gives the same request, never a second one.
    #[serde(default)]
    pub idempotency_key: Option<String>,
}

/// What the applicant gets back.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Asked {
    /// Request id.
    pub id: String,
    /// Tracking code; whoever has it may follow the request and fetch the copy.
    pub code: String,
    /// State.
    pub state: String,
    /// When the law wants it done, RFC 3339 UTC.
    pub due_at: String,
}

/// What the tracking code shows: no name, no birth date.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Status {
    /// received | confirmed | released | refused | issued | withdrawn.
    pub state: String,
    /// RFC 3339 UTC.
    pub created_at: String,
    /// RFC 3339 UTC.
    pub due_at: String,
    /// RFC 3339 UTC.
    pub settled_at: Option<String>,
    /// Reason, when refused.
    pub refusal: Option<String>,
    /// True when the copy can be fetched.
    pub copy_ready: bool,
    /// Number in the issue book, such as `12/2026`.
    pub number: Option<String>,
}

/// A request as the office sees it.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct RequestView {
    /// Id.
    pub id: String,
    /// State, as in [`Status`].
    pub state: String,
    /// Who asks.
    pub applicant: Applicant,
    /// For what.
    pub wanted: Sought,
    /// Procedure code valid on the day of receipt.
    pub procedure_code: String,
    /// The record confirmed.
    pub record_id: Option<String>,
    /// Name of the clerk who confirmed.
    pub confirmed_by: Option<String>,
    /// RFC 3339 UTC.
    pub confirmed_at: Option<String>,
    /// Reason, when refused.
    pub refusal: Option<String>,
    /// RFC 3339 UTC.
    pub created_at: String,
    /// RFC 3339 UTC.
    pub due_at: String,
    /// RFC 3339 UTC.
    pub settled_at: Option<String>,
    /// True when the law's term has run out and the request is still open.
    pub overdue: bool,
}

const STANDINGS: [&str; 4] = ["self", "relative", "authorised", "agency"];

/// Takes a request from the public page, a portal or the counter.
///
/// # Errors
/// `Invalid` with a pointer for each fault; `Forbidden` for a signed-in caller without the role.
pub async fn ask(archive: &Archive, caller: &Caller, given: &AskGiven) -> Result<Asked> {
    if caller.id != "public" {
        require(caller, Act::AskCopies)?;
    }
    check(given)?;
    if let Some(before) = asked_before(archive, caller, given).await? {
        return Ok(before);
    }
    let now = archive.clock.now();
    let procedure = archive.config.office.procedure.clone();
    let asked = Asked {
        id: archive.clock.new_id(),
        code: fresh_code(&*archive.clock),
        state: "received".into(),
        due_at: stamp(due_at(archive, &procedure, now).await?),
    };
    let mut tx = archive.catalogue.begin().await?;
    let made = sqlx::query(
        "INSERT INTO copy_requests (id, code, state, applicant, wanted, procedure_code, made_by,
            idempotency_key, created_at, due_at)
         VALUES ($1, $2, 'received', $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (made_by, idempotency_key) DO NOTHING",
    )
    .bind(&asked.id)
    .bind(&asked.code)
    .bind(serde_json::to_string(&given.applicant)?)
    .bind(serde_json::to_string(&given.wanted)?)
    .bind(&procedure)
    .bind(&caller.id)
    .bind(&given.idempotency_key)
    .bind(stamp(now))
    .bind(&asked.due_at)
    .execute(&mut *tx)
    .await?;
    if made.rows_affected() == 0 {
        drop(tx); // the same key came in at the same moment: theirs counts
        let before = asked_before(archive, caller, given).await?;
        return before.ok_or(Error::NotFound { what: "request" });
    }
    let subject = Subject {
        kind: "request",
        id: &asked.id,
    };
    let details = json!({ "procedure": procedure });
    audit::append(
        &mut tx,
        &*archive.clock,
        &caller.id,
        Deed::CopyAsked,
        subject,
        details,
    )
    .await?;
    tx.commit().await?;
    Ok(asked)
}

/// When the law on the day of receipt wants it done.
async fn due_at(archive: &Archive, procedure: &str, now: Timestamp) -> Result<Timestamp> {
    let day = Offset::constant(7).to_datetime(now).date();
    let procedure = law::procedure_on(&archive.catalogue, procedure, day).await?;
    law::due_at(now, &procedure, &law::holidays(&archive.catalogue).await?)
}

async fn asked_before(
    archive: &Archive,
    caller: &Caller,
    given: &AskGiven,
) -> Result<Option<Asked>> {
    let Some(key) = &given.idempotency_key else {
        return Ok(None);
    };
    let row = sqlx::query(
        "SELECT id, code, state, due_at, wanted FROM copy_requests
         WHERE made_by = $1 AND idempotency_key = $2",
    )
    .bind(&caller.id)
    .bind(key)
    .fetch_optional(archive.catalogue.pool())
    .await?;
    let Some(row) = row else { return Ok(None) };
    if row.try_get::<String, _>("wanted")? != serde_json::to_string(&given.wanted)? {
        return Err(Error::refused(
            "key_reused",
            "Khoá chống trùng này đã dùng cho một yêu cầu khác.",
            "This idempotency key was used for a different request.",
        ));
    }
    Ok(Some(Asked {
        id: row.try_get("id")?,
        code: row.try_get("code")?,
        state: row.try_get("state")?,
        due_at: row.try_get("due_at")?,
    }))
}

/// Where the request behind a tracking code stands.
///
/// # Errors
/// `NotFound` for any code that is not one.
pub async fn status(archive: &Archive, code: &str) -> Result<Status> {
    let row = sqlx::query(
        "SELECT q.*, c.year, c.number, c.state AS copy_state FROM copy_requests q
         LEFT JOIN copies c ON c.request_id = q.id WHERE q.code = $1",
    )
    .bind(tidy(code))
    .fetch_optional(archive.catalogue.pool())
    .await?
    .ok_or(Error::NotFound { what: "request" })?;
    let copy_state: Option<String> = row.try_get("copy_state")?;
    let issued = copy_state.as_deref() == Some("issued");
    let number: Option<i64> = row.try_get("number")?;
    let year: Option<i64> = row.try_get("year")?;
    Ok(Status {
        state: row.try_get("state")?,
        created_at: row.try_get("created_at")?,
        due_at: row.try_get("due_at")?,
        settled_at: row.try_get("settled_at")?,
        refusal: row.try_get("refusal")?,
        copy_ready: issued,
        number: number
            .zip(year)
            .filter(|_| issued)
            .map(|(n, y)| format!("{n}/{y}")),
    })
}

/// The sealed copy behind a tracking code: file name and bytes.
///
/// # Errors
/// `NotFound` for any code that is not one, or while there is no copy yet.
pub async fn fetch(archive: &Archive, code: &str) -> Result<(String, Vec<u8>)> {
    let copy: Option<String> = sqlx::query_scalar(
        "SELECT c.id FROM copy_requests q JOIN copies c ON c.request_id = q.id
         WHERE q.code = $1 AND c.state = 'issued'",
    )
    .bind(tidy(code))
    .fetch_optional(archive.catalogue.pool())
    .await?;
    let copy = copy.ok_or(Error::NotFound { what: "copy" })?;
    let bytes = certified_copy::sealed_bytes(archive, &copy).await?;
    let mut tx = archive.catalogue.begin().await?;
    let subject = Subject {
        kind: "copy",
        id: &copy,
    };
    let deed = Deed::CopyFetched;
    audit::append(&mut tx, &*archive.clock, "public", deed, subject, json!({})).await?;
    tx.commit().await?;
    Ok((
        format!("ban-sao-{}.pdf", &copy[copy.len().saturating_sub(8)..]),
        bytes,
    ))
}

/// Requests, those due first on top.
///
/// # Errors
/// `Forbidden`.
pub async fn list(
    archive: &Archive,
    caller: &Caller,
    state: Option<&str>,
) -> Result<Vec<RequestView>> {
    require(caller, Act::SeeRequests)?;
    let rows = sqlx::query(
        "SELECT q.*, p.name AS clerk FROM copy_requests q
         LEFT JOIN people p ON p.id = q.confirmed_by
         WHERE ($1 = '' OR q.state = $1) ORDER BY q.due_at, q.id LIMIT 200",
    )
    .bind(state.unwrap_or_default())
    .fetch_all(archive.catalogue.pool())
    .await?;
    rows.iter().map(|row| view_of(archive, row)).collect()
}

/// One request.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn get(archive: &Archive, caller: &Caller, id: &str) -> Result<RequestView> {
    require(caller, Act::SeeRequests)?;
    let row = sqlx::query(
        "SELECT q.*, p.name AS clerk FROM copy_requests q
         LEFT JOIN people p ON p.id = q.confirmed_by WHERE q.id = $1",
    )
    .bind(id)
    .fetch_optional(archive.catalogue.pool())
    .await?
    .ok_or(Error::NotFound { what: "request" })?;
    view_of(archive, &row)
}

/// Records that may be the one asked for, nearest first: by everything given, then by less.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn candidates(archive: &Archive, caller: &Caller, id: &str) -> Result<Vec<FoundHit>> {
    let sought = get(archive, caller, id).await?.wanted;
    let given = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
    let year = sought.nam.trim().parse().ok();
    let by_name = Wanted {
        ho_ten: given(&sought.ho_ten),
        limit: Some(20),
        ..Wanted::default()
    };
    let by_birth = Wanted {
        ngay_sinh: given(&sought.ngay_sinh),
        ..by_name.clone()
    };
    let by_number = Wanted {
        so: given(&sought.so_hieu),
        limit: Some(20),
        ..Wanted::default()
    };
    let by_all = Wanted {
        truong: given(&sought.truong),
        nam: year,
        ..by_birth.clone()
    };
    let mut found: Vec<FoundHit> = Vec::new();
    for wanted in [by_all, by_birth, by_number, by_name] {
        // A vague or unreadable detail must not hide what the other details find.
        let Ok(answer) = search::find(archive, caller, &wanted).await else {
            continue;
        };
        for hit in answer.hits {
            if !found.iter().any(|known| known.record_id == hit.record_id) {
                found.push(hit);
            }
        }
    }
    found.truncate(20);
    Ok(found)
}

/// A clerk confirms which approved record is meant.
///
/// # Errors
/// `Refused` when the record is not approved or the request is past this step.
pub async fn confirm(archive: &Archive, caller: &Caller, id: &str, record_id: &str) -> Result<()> {
    require(caller, Act::ConfirmCopies)?;
    let record = crate::record::load(archive, record_id).await?;
    if record.state != "approved" {
        return Err(certified_copy::not_approved());
    }
    let mut tx = archive.catalogue.begin().await?;
    let moved = sqlx::query(
        "UPDATE copy_requests SET state = 'confirmed', record_id = $1, confirmed_by = $2,
            confirmed_at = $3 WHERE id = $4 AND state IN ('received', 'confirmed')",
    )
    .bind(record_id)
    .bind(&caller.id)
    .bind(stamp(archive.clock.now()))
    .bind(id)
    .execute(&mut *tx)
    .await?;
    one_moved(moved.rows_affected())?;
    let subject = Subject {
        kind: "request",
        id,
    };
    let details = json!({ "record": record_id });
    let deed = Deed::CopyConfirmed;
    audit::append(&mut tx, &*archive.clock, &caller.id, deed, subject, details).await?;
    tx.commit().await?;
    Ok(())
}

/// Refuses a request with a reason that the applicant will read.
///
/// # Errors
/// `Invalid` without a reason; `Refused` when it is past this step.
pub async fn refuse(archive: &Archive, caller: &Caller, id: &str, reason: &str) -> Result<()> {
    if require(caller, Act::ConfirmCopies).is_err() {
        require(caller, Act::ReleaseCopies)?;
    }
    if reason.trim().is_empty() {
        return Err(Error::invalid(
            "/reason",
            "Hãy ghi lý do từ chối.",
            "A reason is needed.",
        ));
    }
    let mut tx = archive.catalogue.begin().await?;
    let moved = sqlx::query(
        "UPDATE copy_requests SET state = 'refused', refusal = $1, settled_at = $2
         WHERE id = $3 AND state IN ('received', 'confirmed')",
    )
    .bind(reason.trim())
    .bind(stamp(archive.clock.now()))
    .bind(id)
    .execute(&mut *tx)
    .await?;
    one_moved(moved.rows_affected())?;
    let subject = Subject {
        kind: "request",
        id,
    };
    let deed = Deed::CopyRefused;
    audit::append(
        &mut tx,
        &*archive.clock,
        &caller.id,
        deed,
        subject,
        json!({}),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// An approver, not the clerk who confirmed, releases the copy: it takes its number in the issue book
/// and is sealed within moments.
///
/// # Errors
/// `Refused` with code `same_person` or `wrong_state`.
pub async fn release(archive: &Archive, caller: &Caller, id: &str) -> Result<String> {
    require(caller, Act::ReleaseCopies)?;
    let mut tx = archive.catalogue.begin().await?;
    let row = sqlx::query(
        "UPDATE copy_requests SET state = 'released' WHERE id = $1 AND state = 'confirmed'
         RETURNING record_id, confirmed_by",
    )
    .bind(id)
    .fetch_optional(&mut *tx)
    .await?;
    let row = row.ok_or_else(wrong_state)?;
    let clerk: Option<String> = row.try_get("confirmed_by")?;
    if clerk.as_deref() == Some(caller.id.as_str()) {
        return Err(Error::refused(
            "same_person",
            "Người xác nhận và người ký phải là hai người khác nhau.",
            "The one who confirms and the one who releases must be two people.",
        ));
    }
    let record: String = row.try_get("record_id")?;
    let copy = certified_copy::open(archive, &mut tx, caller, &record, Some(id)).await?;
    tx.commit().await?;
    Ok(copy)
}

fn view_of(archive: &Archive, row: &sqlx::any::AnyRow) -> Result<RequestView> {
    let due_at: String = row.try_get("due_at")?;
    let settled_at: Option<String> = row.try_get("settled_at")?;
    Ok(RequestView {
        id: row.try_get("id")?,
        state: row.try_get("state")?,
        applicant: serde_json::from_str(&row.try_get::<String, _>("applicant")?)?,
        wanted: serde_json::from_str(&row.try_get::<String, _>("wanted")?)?,
        procedure_code: row.try_get("procedure_code")?,
        record_id: row.try_get("record_id")?,
        confirmed_by: row.try_get("clerk")?,
        confirmed_at: row.try_get("confirmed_at")?,
        refusal: row.try_get("refusal")?,
        created_at: row.try_get("created_at")?,
        overdue: settled_at.is_none() && due_at < stamp(archive.clock.now()),
        due_at,
        settled_at,
    })
}

fn one_moved(rows: u64) -> Result<()> {
    if rows == 1 {
        Ok(())
    } else {
        Err(wrong_state())
    }
}

fn wrong_state() -> Error {
    Error::refused(
        "wrong_state",
        "Yêu cầu này đã qua bước đó rồi, hoặc chưa tới.",
        "This request is already past that step, or not there yet.",
    )
}

fn check(given: &AskGiven) -> Result<()> {
    let mut faults = Vec::new();
    let mut want = |ok: bool, pointer: &str, vi: &str, en: &str| {
        if !ok {
            faults.push(Fault {
                pointer: pointer.into(),
                vi: vi.into(),
                en: en.into(),
            });
        }
    };
    let fits = |text: &str| (1..=300).contains(&text.trim().chars().count());
    let (who, what) = (&given.applicant, &given.wanted);
    want(
        fits(&who.name),
        "/applicant/name",
        "Hãy ghi họ tên người yêu cầu.",
        "Name is needed.",
    );
    want(
        fits(&who.contact),
        "/applicant/contact",
        "Hãy ghi điện thoại hoặc thư điện tử.",
        "A telephone number or e-mail is needed.",
    );
    want(
        STANDINGS.contains(&who.standing.as_str()),
        "/applicant/standing",
        "Tư cách phải là: self, relative, authorised hoặc agency.",
        "Standing must be self, relative, authorised or agency.",
    );
    want(
        fits(&what.ho_ten),
        "/wanted/ho_ten",
        "Hãy ghi họ tên trên văn bằng.",
        "The name on the diploma is needed.",
    );
    let others = [
        &what.ngay_sinh,
        &what.truong,
        &what.nam,
        &what.so_hieu,
        &what.so_vao_so,
    ];
    let short = others.iter().all(|text| text.chars().count() <= 300);
    want(
        short && what.purpose.chars().count() <= 2000,
        "/wanted",
        "Nội dung quá dài.",
        "Too long.",
    );
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(faults))
    }
}
