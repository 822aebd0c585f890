//! Papers that show the applicant's standing: looked at in the same cage as scans, preserved in the vault
//! as objects of their own, seen only by those who may see the request.

use std::io::Write;

use serde::{Deserialize, Serialize};
use serde_json::json;
use sogoc_workers::outcome::FailureKind;
use sqlx::FromRow;
use utoipa::ToSchema;

use super::deadlines::next_deadline;
use super::messages::take_answer;
use super::{id_by_code, wrong_state};
use crate::access::{Act, Caller, require};
use crate::archive::{Archive, Restoration};
use crate::audit::Action;
use crate::catalogue::{Tx, changed_one};
use crate::clock::stamp;
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

/// Takes a paper from whoever has the tracking code. A request that waited for the applicant goes on.
///
/// # Errors
/// `NotFound` code; `Invalid` name, or file with the reason it cannot be read; `Refused` when the
/// request is settled or has enough papers; `Unavailable` vault or reading pool.
pub async fn add_evidence(
    archive: &Archive,
    code: &str,
    name: &str,
    bytes: &[u8],
) -> Result<Evidence> {
    let request = id_by_code(archive, code).await?;
    let name = name_of(name)?;
    // Before the file is looked at: reading it costs a child process and the vault some space.
    room_for_more(archive, &request).await?;
    let paper = look(archive, &name, bytes).await?;
    // Into the vault first: a row without bytes would promise a paper that is not there.
    keep(archive, &request, &paper, bytes).await?;
    store(archive, &request, &paper).await?;
    Ok(paper)
}

/// The last part of the name, without what a path or a terminal would misread.
fn name_of(name: &str) -> Result<String> {
    // The last part only, by either separator: browsers on Windows used to send whole paths.
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    let fits = !last.is_empty() && last != "." && last != "..";
    if !fits || last.chars().count() > LONGEST_NAME || last.chars().any(char::is_control) {
        return Err(Error::fault("/name", "faults.file_name_must_1"));
    }
    Ok(last.to_owned())
}

/// Before anything is preserved: the request is open, and not every stranger's file is taken.
async fn room_for_more(archive: &Archive, request: &str) -> Result<()> {
    // Whether it is open is asked again in the transaction that stores the paper; this early look
    // spares the work.
    let settled: Option<String> =
        sqlx::query_scalar("SELECT settled_at FROM copy_requests WHERE id = $1")
            .bind(request)
            .fetch_one(archive.catalogue.pool())
            .await?;
    if settled.is_some() {
        return Err(wrong_state());
    }
    let count: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM request_evidence WHERE request_id = $1")
            .bind(request)
            .fetch_one(archive.catalogue.pool())
            .await?;
    if count < MOST_PAPERS {
        return Ok(());
    }
    Err(Error::refuse("errors.enough_evidence"))
}

/// What the paper is, as a caged child sees it. Unlike a scan, a broken one is not preserved: its sender is
/// there to send another.
async fn look(archive: &Archive, name: &str, bytes: &[u8]) -> Result<Evidence> {
    let largest = archive.config.web.largest_evidence_mib << 20;
    if bytes.len() as u64 > largest {
        return Err(unreadable(FailureKind::TooLarge));
    }
    // Through the spool, because the child that looks at it gets a descriptor and no bytes.
    let mut file = tempfile::NamedTempFile::new_in(&archive.spool)?;
    file.write_all(bytes)?;
    file.flush()?;
    let measured = scan::measure(file.path()).await?;
    let probe = match scan::probe(archive, file.path()).await? {
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

async fn keep(archive: &Archive, request: &str, paper: &Evidence, bytes: &[u8]) -> Result<()> {
    let entry = json!({ "request": request, "evidence": paper });
    let files = [
        Content::bytes(original_path(&paper.name), bytes.to_vec()),
        Content::bytes(EVIDENCE_FILE, serde_json::to_vec_pretty(&entry)?),
    ];
    let who = Provenance {
        user_name: "applicant".into(),
        user_address: String::new(),
        message: "Evidence with a request".into(),
        at: archive.clock.now(),
    };
    archive
        .vault
        .deposit(&object_of(&paper.id)?, &files, &who)
        .await?;
    Ok(())
}

/// Binds a paper to its request; false when there is no such request.
///
/// # Errors
/// As any statement.
async fn bind_paper(tx: &mut Tx, request: &str, paper: &Evidence) -> Result<bool> {
    let bound = sqlx::query(
        // Through the request, so that a paper is never bound to one that is not there.
        "INSERT INTO request_evidence (id, request_id, name, media_type, pages, size, sha256,
            object_id, received_at)
         SELECT $1, id, $2, $3, $4, $5, $6, $7, $8 FROM copy_requests WHERE id = $9",
    )
    .bind(&paper.id)
    .bind(&paper.name)
    .bind(&paper.media_type)
    .bind(paper.pages)
    .bind(paper.size)
    .bind(&paper.sha256)
    .bind(object_of(&paper.id)?.as_str())
    .bind(&paper.received_at)
    .bind(request);
    changed_one(tx, bound).await
}

async fn store(archive: &Archive, request: &str, paper: &Evidence) -> Result<()> {
    let due = next_deadline(archive, request).await?;
    let mut tx = archive.begin(&Caller::public()).await?;
    take_answer(&mut tx, request, due).await?;
    if !bind_paper(&mut tx, request, paper).await? {
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
    let kept = original_path(&paper.name);
    let file = archive.vault.read(&object_of(id)?, &kept, None).await?;
    let bytes = file.into_bytes().await?.to_vec();
    // Logged after the bytes were read: an opening that failed was none.
    let view = View::of(Action::EvidenceOpened, ("request", request), Vec::new())
        .saying(json!({ "evidence": id }))
        .about(id);
    viewing::note(archive, caller, view).await?;
    Ok((paper, bytes))
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
    let bound = bind_paper(&mut tx, &entry.request, &entry.evidence).await?;
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
