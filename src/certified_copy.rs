//! The copy itself: its number in the issue book, its composition from the approved record, its seal,
//! and what the archive says of it later.

mod batch;
mod chain;
mod code_expiry;
mod comparison;
mod compose;
mod content;
mod corrections;
mod preservation;
mod produce;
mod proof;
mod register;
mod register_line;
mod remote_signing;
mod renewal;
mod request_state;
mod signing_session;
mod source;
mod verify;
mod withdrawal;

pub use batch::{BatchOutcome, few_enough, issue_many};
pub use chain::{ChainRow, CopyChain, ObjectCheck, chain};
pub use code_expiry::{by_tracking_code, set_code_until};
pub(crate) use comparison::differences;
pub(crate) use content::printed;
pub(crate) use corrections::take_effect;
pub(crate) use preservation::{preserve, restore, restore_counters};
pub use register::{BookFilter, book, book_count, book_page, bytes, line};
pub(crate) use register::{row, sealed_bytes};
pub(crate) use register_line::{close_request, give_up_line};
pub use remote_signing::{
    Signatures, Submitted, Waiting, give_up, paper_to_sign, submit, to_sign, to_sign_text, waiting,
};
pub(crate) use renewal::renew;
pub use renewal::{Ending, LevelProof, Proofs, proofs, renew_due, seals_due};
pub use request_state::RequestState;
pub use signing_session::{SealState, end_session, open_session, pin_needed, seal_state};
pub(crate) use source::refuse_beside_register;
pub use verify::{
    Cited, FileVerified, Holder, SignatureListed, UploadedFile, ValidityState, Verified,
    code_expired, tidy, validity, verify_code, verify_file, verify_uploaded,
};
pub use withdrawal::withdraw;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sqlx::FromRow;
use utoipa::ToSchema;

use crate::access::{Act, Caller, require, require_fresh};
use crate::archive::Archive;
use crate::catalogue::{State, Tx, text_enum};
use crate::clock::parse_stamp;
use crate::error::{Error, Result};
use crate::jobs::{self, End, Kind, Leased, PRIORITY_CITIZEN};
use crate::seen::Seen;

/// Name of the sealed file inside a copy's object.
pub const COPY_FILE: &str = "copy.pdf";

/// Name of the entry beside it.
pub const ENTRY_FILE: &str = "copy.json";

text_enum! {
    /// What became of a line of the register. That a copy is superseded or withdrawn is computed, never stored as one.
    pub enum CopyState {
        /// Its number is taken, its copy is being made.
        Opening,
        /// Its copy is sealed and in the vault.
        Issued,
        /// No copy was made; the number stays.
        Void,
    }
}

impl State for CopyState {
    const TABLE: &'static str = "copies";

    fn next(self) -> &'static [Self] {
        match self {
            Self::Opening => &[Self::Issued, Self::Void],
            // An issued line never becomes void: a copy that is out in the world is withdrawn,
            // which says so to whoever checks it.
            Self::Issued | Self::Void => &[],
        }
    }
}

/// One line of the issue book (sổ cấp bản sao), also preserved beside the sealed file in the vault.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema, FromRow)]
pub struct CopyRow {
    /// UUIDv7 as text; its object in the vault is named by it.
    pub id: String,
    /// Year of the book.
    pub year: i64,
    /// Number within the year, without gaps.
    pub number: i64,
    /// What became of it.
    pub state: CopyState,
    /// Request it answers; none when issued at the counter.
    pub request_id: Option<String>,
    /// Verification code printed on it.
    pub code: String,
    /// Record it was made from.
    pub record_id: String,
    /// Version of that record that was confirmed, from 1.
    pub record_version: i64,
    /// SHA-256 of that version's content, as those who decided saw it; none on lines of before.
    #[serde(default)]
    pub record_digest: Option<String>,
    /// SHA-256 of the sealed file.
    pub sha256: Option<String>,
    /// Who released it: person id.
    pub issued_by: String,
    /// When it was released, RFC 3339 UTC; the copy bears this day.
    pub issued_at: String,
    /// Id of the earlier copy that this one repeats.
    #[serde(default)]
    pub reissue_of: Option<String>,
    /// Why no copy was made: a stable word, on a void line.
    #[serde(default)]
    pub void_code: Option<String>,
    /// RFC 3339 UTC, once withdrawn.
    #[serde(default)]
    pub withdrawn_at: Option<String>,
    /// Who withdrew it: person id.
    #[serde(default)]
    pub withdrawn_by: Option<String>,
    /// Why it was withdrawn, for whoever checks it.
    #[serde(default)]
    pub withdrawal: Option<String>,
    /// The code answers before this instant, RFC 3339 UTC; none: without end.
    #[serde(default)]
    pub code_until: Option<String>,
}

impl CopyRow {
    /// Number in the issue book, such as `12/2026`.
    pub fn book_number(&self) -> String {
        format!("{}/{}", self.number, self.year)
    }
}

/// What is to be issued.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Issue<'a> {
    /// Id of the approved record.
    pub record_id: &'a str,
    /// The request it answers.
    pub request_id: Option<&'a str>,
    /// Who confirmed that request.
    pub confirmed_by: Option<&'a str>,
    /// What the caller was shown of the record.
    pub seen: Option<&'a Seen>,
    /// The earlier copy that this one repeats.
    pub reissue_of: Option<&'a str>,
}

impl<'a> Issue<'a> {
    /// One copy of a record, not answering a request.
    pub(crate) fn of(record_id: &'a str) -> Self {
        Self {
            record_id,
            request_id: None,
            confirmed_by: None,
            seen: None,
            reissue_of: None,
        }
    }
}

/// Takes the next number of the issue book and asks for the copy to be made, inside the releasing
/// transaction: a rolled-back release leaves no gap. Every copy begins here, so here two people are asked for.
pub(crate) async fn open(
    archive: &Archive,
    tx: &mut Tx,
    caller: &Caller,
    issue: &Issue<'_>,
) -> Result<String> {
    let id = register_line::open_entry(archive, tx, caller, issue).await?;
    tx.enqueue(Kind::IssueCopy, &id, PRIORITY_CITIZEN).await?;
    Ok(id)
}

/// Issues a copy at once, without a request: the counter and the command line. `seen` is what the caller was
/// shown of the record, where they were.
///
/// # Errors
/// `Refused` when the record is not approved (`not_approved`), is not what was seen (`changed_since`), or
/// nobody but the caller stands behind it (`same_person`, `nobody_approved`); `Forbidden`.
pub async fn issue_now(
    archive: &Archive,
    caller: &Caller,
    record_id: &str,
    seen: Option<&Seen>,
) -> Result<CopyRow> {
    let issue = Issue {
        seen,
        ..Issue::of(record_id)
    };
    issue_as(archive, caller, &issue).await
}

/// Repeats an issued copy (cấp lại bản sao): a new number, the values in force today, and a reference
/// to the earlier one.
///
/// # Errors
/// `Refused` for a line without a copy, or as [`issue_now`]; `NotFound`.
pub async fn reissue(
    archive: &Archive,
    caller: &Caller,
    copy_id: &str,
    seen: Option<&Seen>,
) -> Result<CopyRow> {
    // Asked before the row is read, so that nobody learns from the answer whether a copy exists.
    require(caller, Act::ReleaseCopies)?;
    require_fresh(caller)?;
    let earlier = row(archive, copy_id).await?;
    // A void line has no copy to repeat, and one that is still being made has none yet.
    if earlier.state != CopyState::Issued {
        return Err(not_issued());
    }
    let issue = Issue {
        seen,
        reissue_of: Some(&earlier.id),
        ..Issue::of(&earlier.record_id)
    };
    issue_as(archive, caller, &issue).await
}

async fn issue_as(archive: &Archive, caller: &Caller, issue: &Issue<'_>) -> Result<CopyRow> {
    require(caller, Act::ReleaseCopies)?;
    require_fresh(caller)?;
    // Asked before a number is taken, and again before the seal is set.
    crate::preservation::refuse_other_than_kept(archive, issue.record_id).await?;
    let mut tx = archive.begin(caller).await?;
    let id = register_line::open_entry(archive, &mut tx, caller, issue).await?;
    // A job of ours from the start: nobody else makes it meanwhile, and if this process dies, the queue takes it over.
    let holder = archive.clock.new_id();
    let job = tx
        .enqueue_held(Kind::IssueCopy, &id, PRIORITY_CITIZEN, &holder)
        .await?;
    tx.commit().await?;
    make_now(archive, job).await?;
    row(archive, &id).await
}

/// Makes a copy now, as the holder of its job; what cannot be done now the queue does later.
async fn make_now(archive: &Archive, job: Option<Leased>) -> Result<()> {
    let Some(job) = job else { return Ok(()) };
    let (catalogue, clock) = (&archive.catalogue, &*archive.clock);
    let made = jobs::while_held(catalogue, clock, &job, issue(archive, &job)).await;
    let Some(Err(error)) = made else {
        // Done, or taken over by another holder: either way the row says how it stands.
        return Ok(());
    };
    // The line is open and its job stays: the queue finishes it when the world is right again, though the
    // caller is told.
    jobs::give_back(catalogue, clock, &job, End::of(&error), error.code()).await?;
    Err(error)
}

/// The verb behind the job `issue_copy`.
///
/// # Errors
/// A fault puts the job back; only what the record itself does not allow voids the line, with its number kept. Damage
/// and faults of the program never do: a released request is owed its copy.
pub async fn issue(archive: &Archive, job: &Leased) -> Result<()> {
    let id = &job.subject;
    let copy = row(archive, id).await?;
    // Made by another holder of the job, or void since: the job has nothing left to do.
    if copy.state != CopyState::Opening {
        return register_line::complete(archive, job).await;
    }
    match produce::produce(archive, &copy).await {
        Ok(Some(made)) => register_line::record_issued(archive, &copy, &made, job).await,
        // It waits for a remote signature, which asks for this again.
        Ok(None) => register_line::complete(archive, job).await,
        Err(error) if cannot_be_made(&error) => {
            tracing::error!(
                copy = id,
                code = error.code(),
                "a copy could not be made; its line is void"
            );
            register_line::void(archive, &copy, error.code(), job).await
        }
        Err(error) => Err(error),
    }
}

/// True where the record, as it was approved, gives no copy: a letter that no typeface has, no layout, too many
/// pages. That a picture could not be shown is the reading child's fault and may pass.
fn cannot_be_made(error: &Error) -> bool {
    matches!(error, Error::Invalid(_))
        || matches!(error, Error::Refused { code, .. } if *code != "not_shown")
}

/// The verb behind the job `sweep_seals`: copies not signed in time wait no longer; seals whose proof ends soon are to
/// be renewed.
///
/// # Errors
/// A passing fault puts the job back.
pub(crate) async fn sweep_seals(archive: &Archive, job: &Leased) -> Result<()> {
    remote_signing::expire(archive).await?;
    renewal::ask_for_renewals(archive).await?;
    register_line::complete(archive, job).await
}

/// The instant whose register the copy shows.
fn issued_at(copy: &CopyRow) -> Result<Timestamp> {
    parse_stamp(&copy.issued_at).ok_or_else(|| Error::Corrupt {
        what: format!("copy {}: time of issue", copy.id),
    })
}

/// SHA-256 of a sealed file, as the register names it.
fn digest_of(file: &[u8]) -> String {
    hex::encode(Sha256::digest(file))
}

/// Object id of a copy in the vault.
pub fn object_id(copy_id: &str) -> String {
    format!("urn:sogoc:copy:{copy_id}")
}

/// The refusal to do to a void or unfinished line what only a copy can suffer.
fn not_issued() -> Error {
    Error::refuse("errors.not_issued")
}
