//! What becomes of a line of the issue book: opened with the next number, issued or void, and the request behind it
//! ended with the last of its lines.

use serde_json::json;

use super::proof::Made;
use super::source::refuse_beside_register;
use super::{CopyRow, CopyState, Issue, RequestState, object_id, preservation, register};
use crate::access::{Caller, may_release, new_code};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{Move, Tx, lock_in, next_number};
use crate::clock::{stamp, vietnam};
use crate::correction;
use crate::error::{Error, Result};
use crate::jobs::Leased;
use crate::messages::{Lang, Message, text};
use crate::notify::Event;
use crate::seen;

/// Why a line is void whose copy nobody signed in time.
pub(super) const NOT_SIGNED: &str = "seal_not_given";
/// Why a line is void whose copy was given up before it was signed.
pub(super) const GIVEN_UP: &str = "seal_given_up";
/// Why a line is void although its copy can still be made.
const UNSIGNED: [&str; 2] = [NOT_SIGNED, GIVEN_UP];

/// A number of the book is never dated before the one before it: a clock that was set back holds the copy up until it is
/// right again.
async fn refuse_earlier(tx: &mut Tx, now: &str) -> Result<()> {
    let newest: Option<String> = sqlx::query_scalar("SELECT MAX(issued_at) FROM copies")
        .fetch_one(&mut **tx)
        .await?;
    newest.map_or(Ok(()), |newest| refuse_clock_behind(&newest, now))
}

/// Refuses a clock that shows less than the newest line, by name. Blocked and not refused: the clock is put right by an
/// operator, and the copy is then made by itself.
pub(super) fn refuse_clock_behind(newest: &str, now: &str) -> Result<()> {
    match now < newest {
        true => Err(Error::block(
            Message::new("errors.clock_behind").with("newest", newest),
        )),
        false => Ok(()),
    }
}

pub(super) async fn open_entry(
    archive: &Archive,
    tx: &mut Tx,
    caller: &Caller,
    issue: &Issue<'_>,
) -> Result<String> {
    let now = archive.clock.now();
    // Held, so that no correction comes between version and number.
    let stands = seen::hold(tx, issue.record_id, now).await?;
    // What the caller was shown is compared inside the lock, so it cannot change between look and
    // number.
    if let Some(saw) = issue.seen {
        seen::refuse_changed(archive, tx, issue.record_id, saw, &stands).await?;
    }
    let behind = seen::behind(tx, issue.record_id, stands.record_version).await?;
    // Asked with the persons behind this very content; who they are is only known once the record
    // is held.
    may_release(caller, &behind, issue.confirmed_by)?;
    correction::refuse_revoked(tx, issue.record_id, now).await?;
    // A copy that is repeated stays of what the first one was made of.
    if issue.reissue_of.is_none() {
        refuse_beside_register(archive, tx, issue.record_id).await?;
    }
    refuse_earlier(tx, &stamp(now)).await?;
    let year = i64::from(vietnam(now).year());
    // The counter is raised in this transaction: a number that is rolled back was never given out.
    let number = next_number(tx, &format!("copies-{year}")).await?;
    let copy = CopyRow {
        id: tx.new_id(),
        year,
        number,
        state: CopyState::Opening,
        request_id: issue.request_id.map(str::to_owned),
        code: new_code(&*archive.clock),
        record_id: issue.record_id.into(),
        record_version: stands.record_version,
        record_digest: Some(stands.record_digest.clone()),
        sha256: None,
        issued_by: caller.id.clone(),
        issued_at: stamp(now),
        reissue_of: issue.reissue_of.map(str::to_owned),
        void_code: None,
        withdrawn_at: None,
        withdrawn_by: None,
        withdrawal: None,
        code_until: None,
    };
    register::insert(tx, &copy, false).await?;
    let details = json!({ "number": number, "year": year, "record": issue.record_id,
        "version": stands.record_version, "content": stands.record_digest,
        "behind": behind.vouchers });
    // Opened is logged before anything is made, so that a number without a copy can always be
    // explained.
    tx.log(Action::CopyOpened, ("copy", &copy.id), details)
        .await?;
    Ok(copy.id)
}

/// The outcome of a copy that is sealed and in the vault.
pub(super) async fn record_issued(
    archive: &Archive,
    copy: &CopyRow,
    made: &Made,
    job: &Leased,
) -> Result<()> {
    let mut tx = archive.catalogue.begin_as(&copy.issued_by).await?;
    let issued = Move::to(CopyState::Issued)
        .set("sha256", &made.sha256)
        .set("object_id", object_id(&copy.id));
    // False where another holder was faster or the line is void since: then there is nothing to
    // record.
    if issued.run(&mut tx, &copy.id).await? {
        made.proof.store(&mut tx, &copy.id).await?;
        tx.delete("seals_waiting", "copy_id", &copy.id).await?; // nobody is to sign it any more
        // Without a request the id is empty and matches none.
        close_request(&mut tx, copy.request_id.as_deref().unwrap_or_default()).await?;
        let details = json!({ "number": copy.number, "year": copy.year, "sha256": made.sha256 });
        tx.log(Action::CopyIssued, ("copy", &copy.id), details)
            .await?;
    }
    tx.complete_and_commit(job).await
}

/// The outcome of a copy that cannot be made.
pub(super) async fn void(
    archive: &Archive,
    copy: &CopyRow,
    code: &str,
    job: &Leased,
) -> Result<()> {
    let mut tx = archive.begin_as_machine().await?;
    void_line(&mut tx, copy, code).await?;
    tx.complete_and_commit(job).await
}

/// Gives up a copy that could not be made: its line is void, and the request behind it can be released again.
///
/// # Errors
/// As any statement.
pub(crate) async fn give_up_line(archive: &Archive, tx: &mut Tx, copy_id: &str) -> Result<()> {
    let copy = register::row(archive, copy_id).await?;
    void_line(tx, &copy, GIVEN_UP).await.map(drop)
}

/// Voids an open line, its number kept; false when it is open no longer, because another was faster.
pub(super) async fn void_line(tx: &mut Tx, copy: &CopyRow, code: &str) -> Result<bool> {
    let void = Move::to(CopyState::Void).set("void_code", code);
    if !void.run(tx, &copy.id).await? {
        return Ok(false);
    }
    tx.delete("seals_waiting", "copy_id", &copy.id).await?; // nobody is to sign it any more
    preservation::enqueue(tx, &copy.id).await?;
    close_request(tx, copy.request_id.as_deref().unwrap_or_default()).await?;
    tx.log(
        Action::CopyVoided,
        ("copy", &copy.id),
        json!({ "void": code }),
    )
    .await?;
    Ok(true)
}

/// The request ends with the last of its copies: issued if one was made, else refused. What is said of
/// copies that could not be made stands with it. One whose copies nobody signed in time goes back to
/// where it is released.
pub(crate) async fn close_request(tx: &mut Tx, request: &str) -> Result<()> {
    // Locked, so that of two copies settled at the same moment the later sees the other.
    let released = lock_in(tx, request, &[RequestState::Released]).await?;
    // The state of each line of its present release; of a void one, why.
    let lines: Vec<String> = sqlx::query_scalar(
        "SELECT COALESCE(void_code, state) FROM copies
         WHERE request_id = $1 AND reopened IS NULL",
    )
    .bind(request)
    .fetch_all(&mut **tx)
    .await?;
    let any = |word: &str| lines.iter().any(|line| line == word);
    // Another copy of the request is still being made: whoever settles the last one ends the
    // request.
    if !released || any("opening") {
        return Ok(());
    }
    let unsigned = |line: &String| UNSIGNED.contains(&line.as_str());
    // Nobody signed in time: nothing is wrong with the record, so the request is not refused for
    // it.
    if !lines.is_empty() && lines.iter().all(unsigned) {
        return reopen(tx, request).await;
    }
    let void = lines.iter().any(|line| line != "issued");
    let (end, event, said) = match (any("issued"), void) {
        (true, false) => (RequestState::Issued, Event::Issued, None),
        (true, true) => (
            RequestState::Issued,
            Event::Issued,
            Some(text(Lang::Vi, "printed.request.some_not_made")),
        ),
        (false, _) => (
            RequestState::Refused,
            Event::Refused,
            Some(text(Lang::Vi, "printed.request.none_made")),
        ),
    };
    let ended = Move::to(end)
        .set("refusal", said)
        .set("settled_at", tx.now());
    ended.run(tx, request).await?;
    tx.notify(request, event).await
}

/// Lets a request be released again; the void lines of the release before say nothing of the next one.
async fn reopen(tx: &mut Tx, request: &str) -> Result<()> {
    // Marked instead of deleted: numbers of the book stay, and only the next release ignores them.
    sqlx::query("UPDATE copies SET reopened = $1 WHERE request_id = $2 AND reopened IS NULL")
        .bind(tx.now())
        .bind(request)
        .execute(&mut **tx)
        .await?;
    Move::to(RequestState::Confirmed).run(tx, request).await?;
    tx.notify(request, Event::Confirmed).await
}

/// Completes a job that leaves nothing to do.
pub(super) async fn complete(archive: &Archive, job: &Leased) -> Result<()> {
    archive
        .begin_as_machine()
        .await?
        .complete_and_commit(job)
        .await
}

/// Whoever asked for the copy learns of it, if somebody did.
pub(super) async fn notify_holder(tx: &mut Tx, copy: &CopyRow, event: Event) -> Result<()> {
    match &copy.request_id {
        Some(request) => tx.notify(request, event).await,
        None => Ok(()),
    }
}
