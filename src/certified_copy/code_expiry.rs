//! The term that its holder sets on the verification code of a copy.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{CopyRow, preservation, tidy};
use crate::access::{Caller, digest_of};
use crate::archive::Archive;
use crate::audit::Action;
use crate::clock::stamp;
use crate::error::{Error, Result};

/// How long ago "now" may have been: forms take a moment, and portals' clocks differ.
const SLACK: SignedDuration = SignedDuration::from_mins(5);
/// The furthest term of a code.
const LONGEST_TERM: SignedDuration = SignedDuration::from_hours(10 * 366 * 24);

/// The lines of the issued copies behind a tracking code, in the order of their numbers; only that with
/// `number` (such as `12/2026`) where one is given.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn by_tracking_code(
    archive: &Archive,
    tracking_code: &str,
    number: Option<&str>,
) -> Result<Vec<CopyRow>> {
    let mut copies: Vec<CopyRow> = sqlx::query_as(
        // Lines that are void or still open have no code that anybody could use.
        "SELECT c.* FROM copies c JOIN copy_requests q ON q.id = c.request_id
         WHERE q.code = $1 AND c.state = 'issued' ORDER BY c.year, c.number",
    )
    .bind(digest_of(&tidy(tracking_code)))
    .fetch_all(archive.catalogue.pool())
    .await?;
    copies.retain(|copy| number.is_none_or(|number| copy.book_number() == number.trim()));
    match copies.is_empty() {
        true => Err(Error::NotFound { what: "copy" }),
        false => Ok(copies),
    }
}

/// The holder, known by the tracking code, lets the verification code of the copy with that number in
/// the issue book (of all their copies without one) answer only before `until`, or without end. Returns
/// what the lines then say.
///
/// # Errors
/// `NotFound` for a tracking code that leads to no such copy; `Invalid` for an instant past or too far.
pub async fn set_code_until(
    archive: &Archive,
    tracking_code: &str,
    number: Option<&str>,
    until: Option<Timestamp>,
) -> Result<Vec<CopyRow>> {
    let now = archive.clock.now();
    // A little slack into the past, since the page that asks may show a clock some minutes off.
    if until.is_some_and(|until| until < now - SLACK || until > now + LONGEST_TERM) {
        return Err(Error::fault("/until", "faults.term_ends_between_now"));
    }
    let mut copies = by_tracking_code(archive, tracking_code, number).await?;
    let mut tx = archive.begin(&Caller::public()).await?;
    // All copies behind the code where no number is given: the holder thinks of the request, not of
    // its lines.
    for copy in &mut copies {
        copy.code_until = until.map(stamp);
        tx.set("copies", &copy.id, "code_until", &copy.code_until)
            .await?;
        preservation::enqueue(&mut tx, &copy.id).await?;
        let details = json!({ "until": copy.code_until });
        tx.log(Action::CopyCodeSet, ("copy", &copy.id), details)
            .await?;
    }
    tx.commit().await?;
    Ok(copies)
}
