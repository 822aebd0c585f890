//! An import in the vault, an object of its own: the file as given, and beside it, in versions, what it was found to be, how it
//! is read, who decided what, and the answers to differences. Rows are not preserved: they follow from file and mapping.

use std::path::Path;

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use super::mapping::Mapping;
use super::matching::Verdict;
use super::reading::ListProblem;
use super::{Import, ImportState, load};
use crate::archive::{Archive, Restoration};
use crate::audit::Action;
use crate::clock::parse_stamp;
use crate::error::{Error, Result};
use crate::jobs::Leased;
use crate::vault::{Content, Digest, ObjectId, Provenance};

/// Prefix of the object ids of imports.
pub(crate) const PREFIX: &str = "urn:sogoc:import:";
/// Name of the description inside the object.
const FILE: &str = "import.json";
/// Name and version of its form.
const FORM: &str = "sogoc-import/1";

/// Members of [`FILE`]; archives written earlier hold them in this form.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct PreservedImport {
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

fn path_of(name: &str) -> String {
    format!("original/{name}")
}

fn object_of(id: &str) -> Result<ObjectId> {
    Ok(ObjectId::new(format!("{PREFIX}{id}"))?)
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

/// The list's file from the vault, compared with its digest, in the spool until dropped.
///
/// # Errors
/// `Corrupt`, `Unavailable`.
pub(super) async fn fetch(archive: &Archive, import: &Import) -> Result<NamedTempFile> {
    let file = NamedTempFile::new_in(&archive.spool)?;
    let object = object_of(&import.id)?;
    archive
        .vault
        .read_to_path(&object, &path_of(&import.name), None, file.path())
        .await?;
    // Opened anew: the vault puts another file in the place of the empty one.
    let (_, path) = file.into_parts();
    Ok(NamedTempFile::from_parts(std::fs::File::open(&path)?, path))
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
pub(super) async fn described(
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
