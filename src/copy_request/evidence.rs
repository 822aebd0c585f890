//! Papers that show the applicant's standing: looked at in the same cage as scans, preserved as objects of their own once
//! the office took the request up, seen only by those who may see the request.

use std::path::Path;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sogoc_workers::outcome::FailureKind;
use sqlx::FromRow;
use tokio::sync::Semaphore;
use utoipa::ToSchema;

use super::deadlines::next_deadline;
use super::messages::take_answer;
use super::plain_text::has_hidden;
use super::{id_by_code, inbox, wrong_state};
use crate::access::{Act, Caller, Daily, Network, count_today, require};
use crate::archive::{Archive, Restoration};
use crate::audit::Action;
use crate::catalogue::{Tx, changed_one};
use crate::clock::{parse_stamp, stamp};
use crate::error::{Error, Result};
use crate::notify::Event;
use crate::scan::{self, Probed, original_path};
use crate::vault::{Content, ObjectId, Provenance};
use crate::viewing::{self, View};

/// Most papers with one request.
const MOST_PAPERS: i64 = 20;
/// Longest file name, in characters.
const LONGEST_NAME: usize = 120;
/// Name of the entry beside the paper.
const EVIDENCE_FILE: &str = "evidence.json";
/// Papers that are held in memory at once, on their way from the spool to the storage.
static TURNS: Semaphore = Semaphore::const_new(4);

/// A paper that came with a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, FromRow)]
pub struct Evidence {
    /// UUIDv7 as text; its object in the vault is named by it.
    pub id: String,
    /// File name as given.
    pub name: String,
    /// From the file itself, never from its name.
    pub media_type: String,
    /// Pages that the reading pool counted in it.
    pub pages: i64,
    /// Length of the file in bytes.
    pub size: i64,
    /// SHA-256 of the file, lower-case hex.
    pub sha256: String,
    /// When it came, RFC 3339 UTC.
    pub received_at: String,
}

/// A paper that may come: its request is open and its sender's network sent few enough today.
#[derive(Debug)]
pub struct AdmittedPaper {
    request: String,
    network: Network,
}

/// Admits a paper of whoever has the tracking code, before a byte of it is taken in.
///
/// # Errors
/// `NotFound` code; `Refused` when the request is settled or has enough papers; `TooMany`.
pub async fn admit_paper(
    archive: &Archive,
    network: &Network,
    code: &str,
) -> Result<AdmittedPaper> {
    let request = id_by_code(archive, code).await?;
    room_for_more(archive, &request).await?;
    let most = i64::from(archive.config.web.papers_a_day);
    // Counted before it is looked at, and also where it turns out to be none: looking costs a child process.
    let mut tx = archive.begin_as_machine().await?;
    count_today(&mut tx, network, Daily::Papers, 1, most).await?;
    tx.commit().await?;
    let network = network.clone();
    Ok(AdmittedPaper { request, network })
}

/// Takes an admitted paper, which lies in the spool. A request that waited for the applicant goes on.
///
/// # Errors
/// `Invalid` name, or file with the reason it cannot be read; `Refused` when the request was settled or got enough papers
/// meanwhile; `TooMany` bytes of that network today; `Unavailable` storage, disk or reading pool.
pub async fn add_evidence(
    archive: &Archive,
    admitted: &AdmittedPaper,
    name: &str,
    file: &Path,
) -> Result<Evidence> {
    let name = name_of(name)?;
    let paper = look(archive, admitted, &name, file).await?;
    let turn = TURNS.acquire().await;
    let _turn = turn.map_err(|closed| Error::Internal(closed.to_string()))?;
    let bytes = tokio::fs::read(file).await?;
    let place = inbox::name_for(archive, &paper.id);
    // The bytes first: a row without them would promise a paper that is not there.
    inbox::put(archive, &place, bytes.into()).await?;
    if let Err(error) = store(archive, &admitted.request, &paper, &place).await {
        inbox::remove(archive, &place).await;
        return Err(error);
    }
    Ok(paper)
}

/// The last part of the name, without what a path or a terminal would misread.
fn name_of(name: &str) -> Result<String> {
    // The last part only, by either separator: browsers on Windows used to send whole paths.
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    let fits = !last.is_empty() && last != "." && last != "..";
    if !fits || last.chars().count() > LONGEST_NAME || has_hidden(last) {
        return Err(Error::fault("/name", "faults.file_name_must_1"));
    }
    Ok(last.to_owned())
}

/// The request is open, and not every stranger's file is taken.
async fn room_for_more(archive: &Archive, request: &str) -> Result<()> {
    // Both are asked again in the transaction that stores the paper; this early look spares the work.
    let settled: Option<String> =
        sqlx::query_scalar("SELECT settled_at FROM copy_requests WHERE id = $1")
            .bind(request)
            .fetch_one(archive.catalogue.pool())
            .await?;
    if settled.is_some() {
        return Err(wrong_state());
    }
    let count: i64 = sqlx::query_scalar(COUNT)
        .bind(request)
        .fetch_one(archive.catalogue.pool())
        .await?;
    few_enough(count)
}

const COUNT: &str = "SELECT COUNT(*) FROM request_evidence WHERE request_id = $1";

fn few_enough(count: i64) -> Result<()> {
    match count < MOST_PAPERS {
        true => Ok(()),
        false => Err(Error::refuse("errors.enough_evidence")),
    }
}

/// What the paper is, as a caged child sees it. Unlike a scan, a broken one is not preserved: its sender is
/// there to send another.
async fn look(
    archive: &Archive,
    admitted: &AdmittedPaper,
    name: &str,
    file: &Path,
) -> Result<Evidence> {
    let measured = scan::measure(file).await?;
    let size = u64::try_from(measured.size).unwrap_or(u64::MAX);
    if size > archive.config.web.largest_evidence_mib << 20 {
        return Err(unreadable(FailureKind::TooLarge));
    }
    archive.ensure_room(size).await?;
    let most = i64::from(archive.config.web.papers_mib_a_day) << 20;
    let mut tx = archive.begin_as_machine().await?;
    let network = &admitted.network;
    count_today(&mut tx, network, Daily::PaperBytes, measured.size, most).await?;
    tx.commit().await?;
    let probe = match scan::probe(archive, file).await? {
        Probed::Sound(probe) => probe,
        Probed::Broken(kind) => return Err(unreadable(kind)),
    };
    Ok(Evidence {
        id: archive.clock.new_id(),
        name: name.to_owned(),
        media_type: probe.format.media_type().into(),
        pages: i64::try_from(probe.pages.len()).unwrap_or(i64::MAX),
        size: measured.size,
        sha256: measured.sha256,
        received_at: stamp(archive.clock.now()),
    })
}

fn unreadable(kind: FailureKind) -> Error {
    Error::fault("/file", kind)
}

/// Preserves a paper as an object of its own; doing it again is safe.
pub(super) async fn deposit(
    archive: &Archive,
    request: &str,
    paper: &Evidence,
    bytes: Bytes,
) -> Result<()> {
    let entry = json!({ "request": request, "evidence": paper });
    let files = [
        Content::bytes(original_path(&paper.name), bytes.to_vec()),
        Content::bytes(EVIDENCE_FILE, serde_json::to_vec_pretty(&entry)?),
    ];
    let who = Provenance {
        user_name: "applicant".into(),
        user_address: String::new(),
        message: "Evidence with a request".into(),
        at: parse_stamp(&paper.received_at).unwrap_or_else(|| archive.clock.now()),
    };
    archive
        .vault
        .deposit(&object_of(&paper.id)?, &files, &who)
        .await?;
    Ok(())
}

/// Binds a paper to its request, `inbox` being its place there until it is in the vault; false when there is no such
/// request.
///
/// # Errors
/// As any statement.
async fn bind_paper(
    tx: &mut Tx,
    request: &str,
    paper: &Evidence,
    inbox: Option<&str>,
) -> Result<bool> {
    let bound = sqlx::query(
        // Through the request, so that a paper is never bound to one that is not there.
        "INSERT INTO request_evidence (id, request_id, name, media_type, pages, size, sha256,
            object_id, received_at, inbox)
         SELECT $1, id, $2, $3, $4, $5, $6, $7, $8, $9 FROM copy_requests WHERE id = $10",
    )
    .bind(&paper.id)
    .bind(&paper.name)
    .bind(&paper.media_type)
    .bind(paper.pages)
    .bind(paper.size)
    .bind(&paper.sha256)
    .bind(object_of(&paper.id)?.as_str())
    .bind(&paper.received_at)
    .bind(inbox)
    .bind(request);
    changed_one(tx, bound).await
}

async fn store(archive: &Archive, request: &str, paper: &Evidence, inbox: &str) -> Result<()> {
    let due = next_deadline(archive, request).await?;
    let mut tx = archive.begin(&Caller::public()).await?;
    // Which holds the request, so that of many papers sent at once no more are counted in than may be.
    take_answer(&mut tx, request, due).await?;
    let count: i64 = sqlx::query_scalar(COUNT)
        .bind(request)
        .fetch_one(&mut *tx)
        .await?;
    few_enough(count)?;
    if !bind_paper(&mut tx, request, paper, Some(inbox)).await? {
        return Err(Error::NotFound { what: "request" });
    }
    tx.log(
        Action::EvidenceReceived,
        ("request", request),
        json!({ "evidence": paper.id, "sha256": paper.sha256 }),
    )
    .await?;
    tx.notify(request, Event::EvidenceReceived).await?;
    tx.commit().await
}

/// The papers of a request, for the office.
///
/// # Errors
/// `Forbidden`.
pub async fn evidence(archive: &Archive, caller: &Caller, request: &str) -> Result<Vec<Evidence>> {
    require(caller, Act::SeeRequests)?;
    papers(archive, request).await
}

pub(super) async fn papers(archive: &Archive, request: &str) -> Result<Vec<Evidence>> {
    Ok(sqlx::query_as(
        "SELECT * FROM request_evidence WHERE request_id = $1 ORDER BY received_at, id",
    )
    .bind(request)
    .fetch_all(archive.catalogue.pool())
    .await?)
}

/// The bytes of one paper of a request; who looked is in the log.
///
/// # Errors
/// `NotFound` unless the paper belongs to that request; `Forbidden`, `Corrupt`.
pub async fn open_evidence(
    archive: &Archive,
    caller: &Caller,
    request: &str,
    id: &str,
) -> Result<(Evidence, Vec<u8>)> {
    require(caller, Act::SeeRequests)?;
    // A picture of an identity card cannot be masked.
    require(caller, Act::SeePersonalData)?;
    let papers = papers(archive, request).await?;
    // Looked up among the request's own papers: an id of another request's paper is not found here.
    let paper = papers.into_iter().find(|paper| paper.id == id);
    let paper = paper.ok_or(Error::NotFound { what: "evidence" })?;
    let bytes = bytes_of(archive, &paper).await?;
    // Logged after the bytes were read: an opening that failed was none.
    let view = View::of(Action::EvidenceOpened, ("request", request), Vec::new())
        .saying(json!({ "evidence": id }))
        .about(id);
    viewing::note(archive, caller, view).await?;
    Ok((paper, bytes))
}

async fn bytes_of(archive: &Archive, paper: &Evidence) -> Result<Vec<u8>> {
    let inbox: Option<Option<String>> =
        sqlx::query_scalar("SELECT inbox FROM request_evidence WHERE id = $1")
            .bind(&paper.id)
            .fetch_optional(archive.catalogue.pool())
            .await?;
    if let Some(place) = inbox.flatten() {
        return Ok(inbox::read(archive, &place, &paper.sha256).await?.to_vec());
    }
    let kept = original_path(&paper.name);
    let object = object_of(&paper.id)?;
    let file = archive.vault.read(&object, &kept, None).await?;
    Ok(file.into_bytes().await?.to_vec())
}

pub(super) fn object_of(id: &str) -> Result<ObjectId> {
    Ok(ObjectId::new(format!("urn:sogoc:evidence:{id}"))?)
}

/// The entry beside a paper.
#[derive(Deserialize)]
struct Entry {
    request: String,
    evidence: Evidence,
}

/// Binds one paper to its request again; false where the vault does not have that request.
pub(crate) async fn restore_paper(
    restoration: &mut Restoration<'_>,
    id: &ObjectId,
) -> Result<Option<bool>> {
    let Some(bytes) = restoration.file(id, EVIDENCE_FILE, 1).await? else {
        return Ok(None);
    };
    let Ok(entry) = serde_json::from_slice::<Entry>(&bytes) else {
        let what = EVIDENCE_FILE.into();
        restoration.note(id, &Error::Corrupt { what });
        return Ok(None);
    };
    let mut tx = restoration.archive.begin_as_machine().await?;
    let bound = bind_paper(&mut tx, &entry.request, &entry.evidence, None).await?;
    tx.commit().await?;
    Ok(Some(bound))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_only_its_last_part_and_never_a_path() {
        assert_eq!(name_of("../../etc/giấy.pdf").unwrap(), "giấy.pdf");
        assert_eq!(name_of("C:\\ảnh\\a.jpg").unwrap(), "a.jpg");
        for bad in ["", "..", "a/", "a\u{1b}b.png", "a/.."] {
            assert!(name_of(bad).is_err(), "{bad:?}");
        }
    }
}
