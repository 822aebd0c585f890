//! Taking a request: what it must say, when the law wants it answered, one request a key.

use jiff::Timestamp;
use jiff::tz::Offset;
use serde_json::json;
use sqlx::Row;

use super::{AskGiven, Asked, STANDINGS};
use crate::access::{Act, Caller, fresh_code, require};
use crate::archive::Archive;
use crate::audit::{self, Deed, Subject};
use crate::clock::stamp;
use crate::error::{Error, Fault, Result};
use crate::law;
use crate::notify::{self, Event};

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
    notify::event(&mut tx, &*archive.clock, &asked.id, Event::Received).await?;
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
