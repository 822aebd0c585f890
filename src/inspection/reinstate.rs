//! Reinstating a page that was withdrawn: its place, its records and what was asked of it are as before.

use std::collections::BTreeSet;

use serde_json::json;

use super::preservation;
use super::withdraw::{EXCLUDED, ONE_SHEET, SUPERSEDED};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{Move, Tx};
use crate::error::{Error, Result};
use crate::messages::{Lang, text};
use crate::page::{self, PageView};
use crate::page_flag::{FlagState, another_stands};
use crate::review;

/// Key of the note on the records that come back with their page.
const NOTE: &str = "printed.note.page_reinstated";

/// Reinstates a page. Its records say what they said before, except those a person has decided on
/// since; what was resolved by withdrawing it is asked again.
///
/// # Errors
/// `NotFound` page, `Forbidden`; `Refused` where it was not withdrawn, or another scan stands at its
/// place.
pub async fn reinstate(archive: &Archive, caller: &Caller, page_id: &str) -> Result<PageView> {
    require(caller, Act::ResolveFlags)?;
    let page = page::get(archive, caller, page_id).await?;
    let mut tx = archive.begin(caller).await?;
    // The state decides and not the look before it: of two people who reinstate at once, one does.
    if !page::reinstate(&mut tx, page_id).await? {
        return Err(not_withdrawn());
    }
    refuse_where_another_stands(&mut tx, page_id).await?;
    let withdrawn = [EXCLUDED, ONE_SHEET, SUPERSEDED].map(|key| text(Lang::Vi, key));
    let notes = (&withdrawn[..], text(Lang::Vi, NOTE));
    let records = review::restore_all_of(archive, &mut tx, &caller.id, page_id, notes).await?;
    let mut scans = ask_again(&mut tx, page_id).await?;
    scans.insert(page.scan_id);
    // What was read of it is stored again, since withdrawing took it out of search and comparison.
    page::store_again(archive, &mut tx, page_id).await?;
    let details = json!({ "records": records });
    tx.log(Action::PageReinstated, ("page", page_id), details)
        .await?;
    for scan_id in &scans {
        preservation::ask(&mut tx, scan_id).await?;
    }
    tx.commit().await?;
    page::get(archive, caller, page_id).await
}

/// Opens the flags that withdrawing the page resolved, except for those whose other page is still withdrawn. Says
/// whose scans' they are.
async fn ask_again(tx: &mut Tx, page_id: &str) -> Result<BTreeSet<String>> {
    let open = Move::to(FlagState::Open)
        .from(&[FlagState::Excluded, FlagState::Superseded])
        .only_where("page_id = ? OR other_id = ?", &[page_id, page_id])
        // A flag between two pages stays resolved while either of them is out.
        .only_if(
            "NOT EXISTS (SELECT 1 FROM pages o
                WHERE o.id IN (page_flags.page_id, page_flags.other_id)
                AND o.outcome IN ('excluded', 'superseded'))",
        )
        .clear(&["reason", "resolved_by", "resolved_at"]);
    let scan = "(SELECT scan_id FROM pages WHERE id = page_flags.page_id)";
    let scans: Vec<(String,)> = open.run_returning(tx, scan).await?;
    Ok(scans.into_iter().map(|(scan,)| scan).collect())
}

/// One sheet has one place: while a newer scan stands there, the older one stays out, and the other way
/// round.
async fn refuse_where_another_stands(tx: &mut Tx, page_id: &str) -> Result<()> {
    let query = format!(
        "SELECT 1 FROM pages p WHERE p.id = $1 AND {}",
        another_stands("p")
    );
    let standing = sqlx::query(sqlx::AssertSqlSafe(query))
        .bind(page_id)
        .fetch_optional(&mut **tx)
        .await?;
    match standing {
        None => Ok(()),
        Some(_) => Err(Error::refuse("errors.another_scan_stands")),
    }
}

fn not_withdrawn() -> Error {
    Error::refuse("errors.page_not_withdrawn")
}
