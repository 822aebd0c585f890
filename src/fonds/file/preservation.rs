//! A file in the vault: an object of its own with its description, its trace, and what it holds: the batches delivered
//! for it and their masters, named by digest.

use serde::{Deserialize, Serialize};

use super::super::restore_fonds;
use super::super::{HeldMaster, Shelf, masters_of, restore_held};
use super::{File, FileFields, NewFile, SELECT, insert_file};
use crate::archive::{Archive, Restoration};
use crate::catalogue::Move;
use crate::error::{Error, Result};
use crate::fonds::by_id;
use crate::holding::{self, Described, HoldingKind, HoldingState, Trace};
use crate::jobs::Leased;
use crate::vault::ObjectId;

/// Prefix of the object ids of files.
pub(crate) const PREFIX: &str = "urn:sogoc:file:";
/// Name of the description inside the object.
const FILE: &str = "file.json";
/// Name and version of this document's form.
const FORM: &str = "sogoc-file/1";

/// Members of [`FILE`]; archives written earlier hold them in this form.
#[derive(Debug, Serialize, Deserialize)]
struct PreservedFile {
    form: String,
    id: String,
    fonds_code: String,
    fonds_name: String,
    series_id: Option<String>,
    code: String,
    title: String,
    maintenance: String,
    mode: String,
    shelf_code: Option<String>,
    fields: FileFields,
    shelf: Shelf,
    state: HoldingState,
    merged_into: Option<String>,
    version: i64,
    created_at: String,
    changed_by: String,
    changed_at: String,
    /// Ids of the batches delivered for it.
    batches: Vec<String>,
    /// Files as delivered in those batches; they stay where they are.
    masters: Vec<HeldMaster>,
    history: Vec<Trace>,
}

#[derive(sqlx::FromRow)]
struct Ids {
    fonds_id: String,
    series_id: Option<String>,
    merged_into: Option<String>,
    created_at: String,
}

/// The verb behind the job `preserve_file`.
///
/// # Errors
/// A passing fault puts the job back.
pub async fn preserve(archive: &Archive, job: &Leased) -> Result<()> {
    let file: Option<File> =
        sqlx::query_as(sqlx::AssertSqlSafe(format!("{SELECT} WHERE h.id = $1")))
            .bind(&job.subject)
            .fetch_optional(archive.catalogue.pool())
            .await?;
    let file = file.ok_or(Error::NotFound { what: "file" })?;
    let ids: Ids = sqlx::query_as(
        "SELECT fonds_id, series_id, merged_into, created_at FROM files WHERE id = $1",
    )
    .bind(&file.id)
    .fetch_one(archive.catalogue.pool())
    .await?;
    let fonds = by_id(archive, &ids.fonds_id).await?;
    let (batches, masters) = masters_of(archive, "file_id", &file.id).await?;
    let form = PreservedFile {
        form: FORM.into(),
        fonds_code: fonds.code,
        fonds_name: fonds.name,
        series_id: ids.series_id,
        code: file.code,
        title: file.title,
        maintenance: file.maintenance,
        mode: file.mode,
        shelf_code: file.shelf_code,
        fields: file.fields,
        shelf: file.shelf,
        state: file.state,
        merged_into: ids.merged_into,
        version: file.version,
        created_at: ids.created_at,
        changed_by: file.changed_by,
        changed_at: file.changed_at,
        batches,
        masters,
        history: holding::traces(archive, HoldingKind::File, &file.id).await?,
        id: file.id,
    };
    let described = Described {
        object: format!("{PREFIX}{}", form.id),
        file: FILE,
        form: &form,
        holding: (HoldingKind::File, &form.id),
        version: form.version,
        changed: (&form.changed_by, &form.changed_at),
    };
    let tx = holding::preserve(archive, described).await?;
    tx.complete_and_commit(job).await
}

async fn load(restoration: &mut Restoration<'_>, id: &ObjectId) -> Result<Option<PreservedFile>> {
    let sound =
        |file: &PreservedFile| file.form == FORM && format!("{PREFIX}{}", file.id) == id.as_str();
    holding::described(restoration, id, FILE, sound).await
}

/// Brings files back, before the scans that hang from them.
///
/// # Errors
/// A fault that passes; a damaged object is noted.
pub(crate) async fn restore(restoration: &mut Restoration<'_>, ids: &[ObjectId]) -> Result<()> {
    let mut merged = Vec::new();
    for id in ids {
        let Some(file) = load(restoration, id).await? else {
            continue;
        };
        let mut tx = restoration.archive.begin_as_machine().await?;
        let at = &file.created_at;
        let fonds_id = restore_fonds(&mut tx, &file.fonds_code, &file.fonds_name, at).await?;
        let row = NewFile {
            fonds: file.fonds_code.clone(),
            code: file.code.clone(),
            title: file.title.clone(),
            maintenance: file.maintenance.clone(),
            mode: file.mode.clone(),
            shelf_code: file.shelf_code.clone(),
            fields: file.fields.clone(),
            shelf: file.shelf.clone(),
            ..NewFile::default()
        };
        insert_file(&mut tx, (&file.id, &fonds_id, None), &row, at).await?;
        let restored = Move::restored("files", file.state)
            .set_known("series_id", "series", &file.series_id)
            .set("version", file.version)
            .set("preserved_version", file.version)
            .set("changed_by", &file.changed_by)
            .set("changed_at", &file.changed_at);
        restored.run(&mut tx, &file.id).await?;
        let history = &file.history;
        holding::restore_history(&mut tx, HoldingKind::File, &file.id, history).await?;
        tx.commit().await?;
        merged.extend(file.merged_into.map(|into| (file.id, into)));
    }
    holding::restore_merged(restoration, HoldingKind::File, merged).await
}

/// Gives files back the batches they had last, after the scans: a deposit names the file its batch was opened for.
///
/// # Errors
/// A fault that passes.
pub(crate) async fn restore_batches(
    restoration: &mut Restoration<'_>,
    id: &ObjectId,
) -> Result<()> {
    let noted = restoration.damaged.len();
    let file = load(restoration, id).await?;
    restoration.damaged.truncate(noted); // it was noted when its rows were restored
    match file {
        Some(file) => restore_held(restoration, "file_id", &file.id, &file.batches).await,
        None => Ok(()),
    }
}
