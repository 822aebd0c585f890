//! What the tracking code opens: where the request stands, and the sealed copy.

use serde_json::json;

use super::evidence::papers;
use super::messages::{self, Message};
use super::{RequestState, id_by_code};
use crate::access::Caller;
use crate::archive::Archive;
use crate::audit::Action;
use crate::certified_copy::{self, CopyRow};
use crate::error::{Error, Result};
use crate::notify::{self, Happened};

/// What the tracking code shows: no name, no birth date.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema, sqlx::FromRow)]
pub struct Status {
    /// How far the office has come with it.
    pub state: RequestState,
    /// The state in plain words, Vietnamese.
    #[sqlx(skip)]
    pub says_vi: String,
    /// The state in plain words, English.
    #[sqlx(skip)]
    pub says_en: String,
    /// When it came in, RFC 3339 UTC.
    pub created_at: String,
    /// RFC 3339 UTC; stands still while the request waits for its applicant.
    pub due_at: String,
    /// When the term was extended, RFC 3339 UTC.
    pub extended_at: Option<String>,
    /// Until when an answer of the applicant is waited for, RFC 3339 UTC.
    pub waits_until: Option<String>,
    /// When it ended, whatever way, RFC 3339 UTC.
    pub settled_at: Option<String>,
    /// The reason given for a refusal.
    pub refusal: Option<String>,
    /// The fee in đồng; 0 where none is charged.
    pub fee: i64,
    /// free | unpaid | paid | waived.
    pub payment: String,
    /// Receipt or transaction number.
    pub payment_reference: Option<String>,
    /// True when there is a copy to be fetched.
    #[sqlx(skip)]
    pub copy_ready: bool,
    /// The copies issued, each a file of its own.
    #[sqlx(skip)]
    pub copies: Vec<Issued>,
    /// True while the applicant may still write, add papers and withdraw.
    #[sqlx(skip)]
    pub open: bool,
    /// Names of the papers that came with it.
    #[sqlx(skip)]
    pub papers: Vec<String>,
    /// Messages both ways, oldest first.
    #[sqlx(skip)]
    pub messages: Vec<Message>,
    /// What happened, oldest first.
    #[sqlx(skip)]
    pub history: Vec<Happened>,
}

/// A copy issued for the request.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Issued {
    /// Number in the issue book, such as `12/2026`; it names the copy to be fetched.
    pub number: String,
    /// True when the office withdrew it since; it can no longer be fetched.
    pub withdrawn: bool,
}

/// A state in plain words.
fn words(state: RequestState) -> crate::messages::Message {
    crate::messages::Message::new(format!("public_requests.says.{state}"))
}

/// Where the request behind a tracking code stands.
///
/// # Errors
/// `NotFound` for any code that is not one.
pub async fn status(archive: &Archive, code: &str) -> Result<Status> {
    let id = id_by_code(archive, code).await?;
    let row: Status = sqlx::query_as("SELECT * FROM copy_requests WHERE id = $1")
        .bind(&id)
        .fetch_one(archive.catalogue.pool())
        .await?;
    let copies = issued(archive, code).await?;
    let papers = papers(archive, &id).await?.into_iter();
    let says = words(row.state);
    Ok(Status {
        says_vi: says.vi(),
        says_en: says.en(),
        open: row.settled_at.is_none() && row.state != RequestState::Released,
        copy_ready: copies.iter().any(|copy| !copy.withdrawn),
        copies,
        papers: papers.map(|paper| paper.name).collect(),
        messages: messages::of_request(archive, &id).await?,
        history: notify::history(&archive.catalogue, &id).await?,
        ..row
    })
}

async fn issued(archive: &Archive, code: &str) -> Result<Vec<Issued>> {
    let copies = match certified_copy::by_tracking_code(archive, code, None).await {
        // No copy yet is an answer and no error.
        Err(Error::NotFound { .. }) => Vec::new(),
        copies => copies?,
    };
    let issued = |copy: &CopyRow| Issued {
        number: copy.book_number(),
        withdrawn: copy.withdrawn_at.is_some(),
    };
    Ok(copies.iter().map(issued).collect())
}

/// A sealed copy behind a tracking code, the first where no `number` of the issue book is given: file
/// name and bytes.
///
/// # Errors
/// `NotFound` for any code that is not one, or while there is no such copy.
pub async fn fetch(
    archive: &Archive,
    code: &str,
    number: Option<&str>,
) -> Result<(String, Vec<u8>)> {
    let copies = certified_copy::by_tracking_code(archive, code, number).await?;
    // A withdrawn copy is not handed out again, although its code still verifies.
    let standing = copies.into_iter().find(|copy| copy.withdrawn_at.is_none());
    let copy = standing.ok_or(Error::NotFound { what: "copy" })?;
    let bytes = certified_copy::sealed_bytes(archive, &copy.id).await?;
    let mut tx = archive.begin(&Caller::public()).await?;
    // Logged only once the bytes are there.
    tx.log(Action::CopyFetched, ("copy", &copy.id), json!({}))
        .await?;
    tx.commit().await?;
    Ok((format!("ban-sao-{}-{}.pdf", copy.number, copy.year), bytes))
}
