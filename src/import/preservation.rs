//! An import in the vault, an object of its own: the file as given, and beside it, in versions, what it was found to be, how it
//! is read, who decided what, and the answers to differences. Rows are not preserved: they follow from file and mapping.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::answers::{ListAnswer, set_answer};
use super::cage::look;
use super::mapping::{self, KeptMapping, Mapping};
use super::matching::{self, Verdict};
use super::original::{PREFIX, fetch, object_of, path_of};
use super::reading::ListProblem;
use super::take_in::rows_in;
use super::{Import, ImportState, load};
use crate::archive::{Archive, Restoration};
use crate::audit::Action;
use crate::catalogue::{Insert, Tx};
use crate::clock::parse_stamp;
use crate::error::{Error, Result};
use crate::jobs::{Kind, Leased, PRIORITY_UPKEEP};
use crate::vault::{Content, Digest, ObjectId, Provenance};

/// Name of the description inside the object.
const FILE: &str = "import.json";
/// Name and version of its form.
const FORM: &str = "sogoc-import/1";

/// Members of [`FILE`]; archives written earlier hold them in this form.
#[derive(Debug, Serialize, Deserialize)]
struct PreservedImport {
    form: String,
    pub id: String,
    /// Path of the list in the object.
    path: String,
    name: String,
    sha256: String,
    size: i64,
    pub state: ImportState,
    problem: Option<ListProblem>,
    mapping: Option<Mapping>,
    /// Signature of the head the mapping is kept for.
    pub signature: String,
    mapping_name: Option<String>,
    received_by: String,
    received_at: String,
    mapped_by: Option<String>,
    mapped_at: Option<String>,
    confirmed_by: Option<String>,
    confirmed_at: Option<String>,
    ended_at: Option<String>,
    undone_by: Option<String>,
    undone_at: Option<String>,
    reason: String,
    rows: i64,
    doubtful: i64,
    pub version: i64,
    pub answers: Vec<PreservedAnswer>,
}

/// A person's answer to a difference.
#[derive(Debug, Serialize, Deserialize, sqlx::FromRow)]
pub(super) struct PreservedAnswer {
    pub row_id: String,
    pub record_id: String,
    pub verdict: Verdict,
    pub note: String,
    pub answered_by: String,
    pub answered_at: String,
}

impl PreservedImport {
    fn of(import: &Import, answers: Vec<PreservedAnswer>) -> Self {
        Self {
            form: FORM.into(),
            id: import.id.clone(),
            path: path_of(&import.name),
            name: import.name.clone(),
            sha256: import.sha256.clone(),
            size: import.size,
            state: import.state,
            problem: import.problem,
            mapping: import.mapping.clone(),
            signature: import
                .sheet()
                .map(|sheet| sheet.signature.clone())
                .unwrap_or_default(),
            mapping_name: import.mapping_name.clone(),
            received_by: import.received_by.clone(),
            received_at: import.received_at.clone(),
            mapped_by: import.mapped_by.clone(),
            mapped_at: import.mapped_at.clone(),
            confirmed_by: import.confirmed_by.clone(),
            confirmed_at: import.confirmed_at.clone(),
            ended_at: import.ended_at.clone(),
            undone_by: import.undone_by.clone(),
            undone_at: import.undone_at.clone(),
            reason: import.reason.clone(),
            rows: import.taken_rows,
            doubtful: import.doubtful,
            version: import.version,
            answers,
        }
    }

    /// The row of the catalogue that it describes; what was found is looked for anew.
    pub fn import(self) -> Import {
        Import {
            id: self.id,
            name: self.name,
            sha256: self.sha256,
            size: self.size,
            state: self.state,
            problem: self.problem,
            found: super::Found::default(),
            mapping: self.mapping,
            mapping_name: self.mapping_name,
            digest: String::new(),
            received_by: self.received_by,
            received_at: self.received_at,
            mapped_by: self.mapped_by,
            mapped_at: self.mapped_at,
            confirmed_by: self.confirmed_by,
            confirmed_at: self.confirmed_at,
            ended_at: self.ended_at,
            undone_by: self.undone_by,
            undone_at: self.undone_at,
            reason: self.reason,
            taken_rows: 0,
            last_row: 0,
            doubtful: 0,
            duplicates: 0,
            matched: 0,
            different: 0,
            version: self.version,
            preserved_version: None,
        }
    }
}

fn provenance(archive: &Archive, by: &str, at: Option<&String>) -> Provenance {
    let at = at
        .and_then(|at| parse_stamp(at))
        .unwrap_or_else(|| archive.clock.now());
    Provenance {
        user_name: by.to_owned(),
        user_address: format!("urn:sogoc:person:{by}"),
        message: "A list brought in".into(),
        at,
    }
}

/// The file and its first description, as version 1 of a new object.
///
/// # Errors
/// `Unavailable`.
pub(super) async fn deposit(archive: &Archive, import: &Import, path: &Path) -> Result<()> {
    let digest: Digest = import
        .sha256
        .parse()
        .map_err(|_| Error::Internal("our own digest does not parse".into()))?;
    let form = PreservedImport::of(import, Vec::new());
    let files = [
        Content::file(
            path_of(&import.name),
            path,
            digest,
            u64::try_from(import.size).unwrap_or_default(),
        ),
        Content::bytes(FILE, serde_json::to_vec_pretty(&form)?),
    ];
    let who = provenance(archive, &import.received_by, Some(&import.received_at));
    archive
        .vault
        .deposit(&object_of(&import.id)?, &files, &who)
        .await?;
    Ok(())
}

/// The verb behind the job `preserve_import`.
///
/// # Errors
/// A passing fault puts the job back.
pub async fn preserve(archive: &Archive, job: &Leased) -> Result<()> {
    let object = object_of(&job.subject)?;
    let head = archive.vault.head(&object).await?;
    let import = load(archive, &job.subject).await?;
    let answers: Vec<PreservedAnswer> = sqlx::query_as(
        "SELECT row_id, record_id, verdict, note, answered_by, answered_at FROM list_matches
         WHERE import_id = $1 AND verdict IS NOT NULL ORDER BY row_id, record_id",
    )
    .bind(&import.id)
    .fetch_all(archive.catalogue.pool())
    .await?;
    let form = PreservedImport::of(&import, answers);
    let content = Content::bytes(FILE, serde_json::to_vec_pretty(&form)?);
    let who = provenance(archive, "machine", None);
    archive
        .vault
        .put_newest(&object, head, content, &who)
        .await?;
    let mut tx = archive.begin_as_machine().await?;
    sqlx::query(
        "UPDATE imports SET preserved_version = $1
         WHERE id = $2 AND (preserved_version IS NULL OR preserved_version < $1)",
    )
    .bind(import.version)
    .bind(&import.id)
    .execute(&mut *tx)
    .await?;
    let details = serde_json::json!({ "version": import.version });
    tx.log(Action::ImportPreserved, ("import", &import.id), details)
        .await?;
    tx.complete_and_commit(job).await
}

/// Reads the description of an import back; a damaged one is noted and left out.
///
/// # Errors
/// A fault that passes.
async fn described(
    restoration: &mut Restoration<'_>,
    id: &ObjectId,
) -> Result<Option<PreservedImport>> {
    let Some(bytes) = restoration.newest(id, FILE).await? else {
        return Ok(None);
    };
    let sound =
        |form: &PreservedImport| form.form == FORM && format!("{PREFIX}{}", form.id) == id.as_str();
    let parsed = serde_json::from_slice(&bytes).ok().filter(sound);
    let parsed = parsed.ok_or(Error::Corrupt { what: FILE.into() });
    Ok(restoration.sound(id, parsed))
}

/// Writes the row of an import, new or brought back; `preserved` is the newest version in the vault.
///
/// # Errors
/// As any statement.
pub(super) async fn insert(tx: &mut Tx, import: &Import, preserved: Option<i64>) -> Result<()> {
    let mapping = import
        .mapping
        .as_ref()
        .map(serde_json::to_string)
        .transpose()?;
    Insert::into("imports")
        .set("id", &import.id)
        .set("name", &import.name)
        .set("sha256", &import.sha256)
        .set("size", import.size)
        .set("state", import.state)
        .set("problem", import.problem.map(ListProblem::as_str))
        .set("found", serde_json::to_string(&import.found)?)
        .set("mapping", mapping)
        .set("mapping_name", import.mapping_name.clone())
        .set("received_by", &import.received_by)
        .set("received_at", &import.received_at)
        .set("mapped_by", import.mapped_by.clone())
        .set("mapped_at", import.mapped_at.clone())
        .set("confirmed_by", import.confirmed_by.clone())
        .set("confirmed_at", import.confirmed_at.clone())
        .set("ended_at", import.ended_at.clone())
        .set("undone_by", import.undone_by.clone())
        .set("undone_at", import.undone_at.clone())
        .set("reason", &import.reason)
        .set("version", import.version)
        .set("preserved_version", preserved)
        .run(tx)
        .await?;
    Ok(())
}

/// Brings imports back, with the mappings that are kept: looked into anew, for what was found is not preserved.
///
/// # Errors
/// A fault that passes; a damaged object is noted.
pub(crate) async fn restore(restoration: &mut Restoration<'_>, ids: &[ObjectId]) -> Result<()> {
    for id in ids {
        let Some(form) = described(restoration, id).await? else {
            continue;
        };
        let archive = restoration.archive;
        let (signature, version) = (form.signature.clone(), form.version);
        let mut import = form.import();
        match fetch(archive, &import).await {
            Ok(file) => import.found = look(archive, file.path()).await?.0,
            Err(error) if error.is_transient() => return Err(error),
            Err(error) => {
                restoration.note(id, &error);
                continue;
            }
        }
        let mut tx = archive.begin_as_machine().await?;
        insert(&mut tx, &import, Some(version)).await?;
        if let (Some(name), Some(mapping), Some(by), Some(at)) = (
            &import.mapping_name,
            &import.mapping,
            &import.mapped_by,
            &import.mapped_at,
        ) {
            let kept = KeptMapping {
                name: name.clone(),
                signature,
                mapping: mapping.clone(),
                made_by: by.clone(),
                made_at: at.clone(),
            };
            mapping::keep(&mut tx, &kept).await?;
        }
        tx.announce("import", &import.id);
        if import.state == ImportState::Confirmed {
            tx.enqueue(Kind::TakeInList, &import.id, PRIORITY_UPKEEP)
                .await?;
        }
        tx.commit().await?;
    }
    Ok(())
}

/// Takes the rows of imports in again, once records are back, and the answers to differences with them.
///
/// # Errors
/// A fault that passes; a file that no longer reads is noted.
pub(crate) async fn restore_rows(
    restoration: &mut Restoration<'_>,
    ids: &[ObjectId],
) -> Result<()> {
    let archive = restoration.archive;
    for id in ids {
        let noted = restoration.damaged.len();
        let form = described(restoration, id).await?;
        restoration.damaged.truncate(noted); // it was noted when its row was restored
        let Some(form) = form.filter(|form| form.state == ImportState::Done) else {
            continue;
        };
        let import = match load(archive, &form.id).await {
            Ok(import) => import,
            Err(Error::NotFound { .. }) => continue,
            Err(error) => return Err(error),
        };
        match rows_in(archive, &import).await {
            Ok(_) => {}
            Err(error) if error.is_transient() => return Err(error),
            Err(error) => restoration.note(id, &error),
        }
        matching::compare_restored(archive, &import.id).await?;
        let mut tx = archive.begin_as_machine().await?;
        for answer in &form.answers {
            let given = ListAnswer {
                verdict: answer.verdict,
                note: answer.note.clone(),
            };
            let (pair, who) = (
                (&*answer.row_id, &*answer.record_id),
                (&*answer.answered_by, &*answer.answered_at),
            );
            set_answer(&mut tx, pair, &given, who).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}
