//! By what right somebody asks, and that it was shown: a paper with the request, or papers that a clerk saw at the counter.

use serde_json::json;

use super::plain_text::has_hidden_in_lines;
use super::{Applicant, ensure_one_row};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{JsonText, Tx};
use crate::error::{Error, Result};

/// Longest note of what was seen, in characters.
const LONGEST: usize = 1000;

/// A clerk writes down which papers they saw that show the applicant's standing.
///
/// # Errors
/// `Invalid` note; `Refused` when the request is settled or unknown; `Forbidden`.
pub async fn note_standing(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    shown: &str,
) -> Result<()> {
    require(caller, Act::ConfirmCopies)?;
    let shown = shown.trim();
    let fits = (1..=LONGEST).contains(&shown.chars().count()) && !has_hidden_in_lines(shown);
    if !fits {
        return Err(Error::fault("/shown", "faults.request.standing_shown"));
    }
    let mut tx = archive.begin(caller).await?;
    let noted = sqlx::query(
        "UPDATE copy_requests SET standing_shown = $1, standing_shown_by = $2
         WHERE id = $3 AND settled_at IS NULL",
    )
    .bind(shown)
    .bind(&caller.id)
    .bind(id)
    .execute(&mut *tx)
    .await?;
    ensure_one_row(noted.rows_affected())?;
    tx.log(Action::StandingShown, ("request", id), json!({}))
        .await?;
    tx.keep_request(id).await?;
    tx.commit().await
}

/// What shows a standing.
#[derive(sqlx::FromRow)]
struct StandingEvidence {
    #[sqlx(try_from = "JsonText")]
    applicant: Applicant,
    standing_shown: Option<String>,
    papers: i64,
}

/// Refuses to decide for somebody who asks for another and has shown nothing (NĐ 23/2015/NĐ-CP, Điều 17).
pub(super) async fn ensure_shown(tx: &mut Tx, id: &str) -> Result<()> {
    let found: Option<StandingEvidence> = sqlx::query_as(
        "SELECT applicant, standing_shown,
            (SELECT COUNT(*) FROM request_evidence e WHERE e.request_id = q.id) AS papers
         FROM copy_requests q WHERE id = $1",
    )
    .bind(id)
    .fetch_optional(&mut **tx)
    .await?;
    let found = found.ok_or(Error::NotFound { what: "request" })?;
    let own = found.applicant.standing == "self";
    if own || found.papers > 0 || found.standing_shown.is_some() {
        return Ok(());
    }
    Err(Error::refuse("errors.standing_not_shown"))
}
