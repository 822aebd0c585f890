//! Taking a page out of its batch: its scan stays in the vault, its records stay in the catalogue, but
//! nothing on it is found or issued any more.

use serde_json::json;

use super::kept;
use crate::archive::Archive;
use crate::audit::{self, Deed, Subject};
use crate::catalogue::Tx;
use crate::clock::stamp;
use crate::error::{Error, Result};
use crate::{page, review};

/// Note on the records of a page that is put aside.
pub(super) const PUT_ASIDE: &str = "Trang đã để riêng.";
/// The same where another page shows the same sheet.
pub(super) const ONE_SHEET: &str = "Cùng một tờ với ảnh khác; ảnh này đã để riêng.";
/// Note on the records of a page another scan takes the place of.
pub(super) const SUPERSEDED: &str = "Trang đã được quét lại; bản quét mới thay thế.";

/// Why a page is taken out.
pub(super) struct TakenOut<'a> {
    /// `put_aside` or `superseded`: the page's outcome, and the state of its flags from then on.
    pub outcome: &'static str,
    pub deed: Deed,
    /// Note on each of its records, by which they are known when the page comes back.
    pub note: &'static str,
    /// Why, in the words of the person.
    pub reason: &'a str,
    /// Who.
    pub by: &'a str,
}

/// Takes a page out in the transaction of the resolution.
///
/// # Errors
/// `Refused` where copies rest on the page, or its records changed meanwhile.
pub(super) async fn take_out(
    archive: &Archive,
    tx: &mut Tx,
    page_id: &str,
    why: &TakenOut<'_>,
) -> Result<()> {
    refuse_where_copies_rest(tx, page_id).await?;
    let records = review::reject_all_of(archive, tx, why.by, page_id, why.note).await?;
    let now = stamp(archive.clock.now());
    let moved = sqlx::query(
        "UPDATE pages SET state = 'set_aside', outcome = $1 WHERE id = $2
         AND (outcome IS NULL OR outcome NOT IN ('put_aside', 'superseded'))",
    )
    .bind(why.outcome)
    .bind(page_id)
    .execute(&mut **tx)
    .await?;
    if moved.rows_affected() != 1 {
        return Err(already_out());
    }
    sqlx::query(
        "UPDATE page_flags SET state = $1, reason = $2, resolved_by = $3, resolved_at = $4
         WHERE page_id = $5 AND state = 'open'",
    )
    .bind(why.outcome)
    .bind(why.reason)
    .bind(why.by)
    .bind(&now)
    .bind(page_id)
    .execute(&mut **tx)
    .await?;
    // What other pages were asked because of this one is asked no more.
    sqlx::query("DELETE FROM page_flags WHERE other_id = $1 AND state = 'open'")
        .bind(page_id)
        .execute(&mut **tx)
        .await?;
    let subject = Subject {
        kind: "page",
        id: page_id,
    };
    let details = json!({ "records": records });
    let clock = &*archive.clock;
    audit::append(tx, clock, why.by, why.deed, subject, details).await?;
    let scan_id = page::scan_of(tx, page_id).await?;
    kept::ask(archive, tx, &scan_id).await?;
    page::ask_for_comparison(archive, tx, page_id).await
}

/// A copy that was issued points at its record: the page under it stays.
async fn refuse_where_copies_rest(tx: &mut Tx, page_id: &str) -> Result<()> {
    let resting = sqlx::query(
        "SELECT 1 FROM records r JOIN copies c ON c.record_id = r.id
         WHERE r.page_id = $1 AND c.state <> 'void'
         UNION ALL SELECT 1 FROM records r JOIN copy_requests q ON q.record_id = r.id
         WHERE r.page_id = $1 AND q.state IN ('confirmed', 'released') LIMIT 1",
    )
    .bind(page_id)
    .fetch_optional(&mut **tx)
    .await?;
    match resting {
        None => Ok(()),
        Some(_) => Err(Error::refuse("errors.copies_rest_on_it")),
    }
}

pub(super) fn already_out() -> Error {
    Error::refuse("errors.page_taken_out")
}
