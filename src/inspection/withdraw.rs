//! Withdrawing a page from its batch: its scan stays in the vault, its records stay in the catalogue, but
//! nothing on it is found or issued any more.

use serde_json::json;

use super::preservation;
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{Move, Tx};
use crate::error::{Error, Result};
use crate::messages::{Lang, text};
use crate::page::PageState;
use crate::page_flag::FlagState;
use crate::{page, review};

/// Key of the note on the records of a page that is excluded.
pub(super) const EXCLUDED: &str = "printed.note.page_excluded";
/// The same where another page shows the same sheet.
pub(super) const ONE_SHEET: &str = "printed.note.one_sheet";
/// Key of the note on the records of a page another scan takes the place of.
pub(super) const SUPERSEDED: &str = "printed.note.page_superseded";

/// Why a page is withdrawn.
pub(super) struct Withdrawal<'a> {
    /// Excluded or superseded: the page's outcome, and the state of its flags from then on.
    pub state: FlagState,
    /// Key of the note on each of its records, by which they are known when the page is reinstated.
    pub note: &'static str,
    /// Why, in the words of the person.
    pub reason: &'a str,
}

/// Withdraws a page in the transaction of the resolution.
///
/// # Errors
/// `Refused` where copies rest on the page, or its records changed meanwhile.
pub(super) async fn withdraw(
    archive: &Archive,
    tx: &mut Tx,
    page_id: &str,
    why: &Withdrawal<'_>,
) -> Result<()> {
    // First: nothing of the withdrawal must happen if it is refused for its copies.
    refuse_where_copies_rest(tx, page_id).await?;
    let (actor, now) = (tx.actor().to_owned(), tx.now());
    let records =
        review::reject_all_of(archive, tx, &actor, page_id, text(Lang::Vi, why.note)).await?;
    let out = Move::to(PageState::Failed)
        .set("outcome", why.state)
        .only_if("outcome IS NULL OR outcome NOT IN ('excluded', 'superseded')");
    if !out.run(tx, page_id).await? {
        return Err(already_withdrawn());
    }
    tx.announce("page", page_id);
    let resolved = Move::to(why.state)
        .while_at("page_id", page_id)
        .set("reason", why.reason)
        .set("resolved_by", &actor)
        .set("resolved_at", &now);
    resolved.run_all(tx).await?;
    // What other pages were asked because of this one is asked no more.
    // The other page of such a flag is not worse because this one is gone.
    sqlx::query("DELETE FROM page_flags WHERE other_id = $1 AND state = 'open'")
        .bind(page_id)
        .execute(&mut **tx)
        .await?;
    let action = match why.state {
        FlagState::Superseded => Action::PageSuperseded,
        _ => Action::PageExcluded,
    };
    tx.log(action, ("page", page_id), json!({ "records": records }))
        .await?;
    let scan_id = page::scan_of(tx, page_id).await?;
    preservation::ask(tx, &scan_id).await?;
    page::ask_for_comparison(tx, page_id).await
}

/// A copy that was issued points at its record: the page under it stays.
async fn refuse_where_copies_rest(tx: &mut Tx, page_id: &str) -> Result<()> {
    let resting = sqlx::query(
        // A void line promised nothing to anybody.
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

pub(super) fn already_withdrawn() -> Error {
    Error::refuse("errors.page_withdrawn")
}
