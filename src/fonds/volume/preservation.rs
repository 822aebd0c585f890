//! A volume in the vault: its description beside its column maps, in the one object of the volume; its batches and
//! their masters named by id and digest.

use serde::{Deserialize, Serialize};

use super::super::restore_fonds;
use super::super::{HeldMaster, Shelf, by_id, masters_of, restore_held};
use super::{Volume, find, insert_volume};
use crate::archive::{Archive, Restoration};
use crate::catalogue::Move;
use crate::error::Result;
use crate::holding::{self, Described, HoldingKind, HoldingState, Trace};
use crate::jobs::Leased;
use crate::vault::ObjectId;

/// Prefix of the object ids of volumes.
const PREFIX: &str = "urn:sogoc:volume:";
/// Name of the description inside the object.
const FILE: &str = "volume.json";
/// Name and version of this document's form.
const FORM: &str = "sogoc-volume-description/1";

/// Members of [`FILE`]; archives written earlier hold them in this form.
#[derive(Debug, Serialize, Deserialize)]
struct PreservedVolume {
    form: String,
    id: String,
    fonds_code: String,
    fonds_name: String,
    code: String,
    title: String,
    school: Option<String>,
    year: Option<i64>,
    council: Option<String>,
    first_number: Option<String>,
    last_number: Option<String>,
    note: String,
    shelf: Shelf,
    state: HoldingState,
    merged_into: Option<String>,
    version: i64,
    created_at: String,
    changed_by: String,
    changed_at: String,
    /// Ids of the batches of its pages.
    batches: Vec<String>,
    /// Files as delivered in those batches; they stay where they are.
    masters: Vec<HeldMaster>,
    history: Vec<Trace>,
}

/// The verb behind the job `preserve_volume`.
///
/// # Errors
/// A passing fault puts the job back.
pub async fn preserve(archive: &Archive, job: &Leased) -> Result<()> {
    let volume = find(archive, "v.id = $1 AND $2 = ''", (&job.subject, "")).await?;
    let (merged_into, created_at): (Option<String>, String) =
        sqlx::query_as("SELECT merged_into, created_at FROM register_volumes WHERE id = $1")
            .bind(&volume.id)
            .fetch_one(archive.catalogue.pool())
            .await?;
    let fonds = by_id(archive, &volume.fonds_id).await?;
    let (batches, masters) = masters_of(archive, "volume_id", &volume.id).await?;
    let form = PreservedVolume {
        form: FORM.into(),
        fonds_code: fonds.code,
        fonds_name: fonds.name,
        code: volume.code,
        title: volume.title,
        school: volume.school,
        year: volume.year,
        council: volume.council,
        first_number: volume.first_number,
        last_number: volume.last_number,
        note: volume.note,
        shelf: volume.shelf,
        state: volume.state,
        merged_into,
        version: volume.version,
        created_at,
        changed_by: volume.changed_by,
        changed_at: volume.changed_at,
        batches,
        masters,
        history: holding::traces(archive, HoldingKind::Volume, &volume.id).await?,
        id: volume.id,
    };
    let described = Described {
        object: format!("{PREFIX}{}", form.id),
        file: FILE,
        form: &form,
        holding: (HoldingKind::Volume, &form.id),
        version: form.version,
        changed: (&form.changed_by, &form.changed_at),
    };
    let tx = holding::preserve(archive, described).await?;
    tx.complete_and_commit(job).await
}

async fn load(restoration: &mut Restoration<'_>, id: &ObjectId) -> Result<Option<PreservedVolume>> {
    let inventory = restoration.archive.vault.inventory(id).await?;
    let files = inventory.state(inventory.head()).unwrap_or_default();
    // The object of a volume may hold its column maps alone, when nobody has described it yet.
    if !files.contains_key(FILE) {
        return Ok(None); // only its column maps are there
    }
    let sound = |volume: &PreservedVolume| {
        volume.form == FORM && format!("{PREFIX}{}", volume.id) == id.as_str()
    };
    holding::described(restoration, id, FILE, sound).await
}

/// Brings volumes back, before their column maps and scans.
///
/// # Errors
/// A fault that passes; a damaged object is noted.
pub(crate) async fn restore(restoration: &mut Restoration<'_>, ids: &[ObjectId]) -> Result<()> {
    let mut merged = Vec::new();
    for id in ids {
        let Some(volume) = load(restoration, id).await? else {
            continue;
        };
        let mut tx = restoration.archive.begin_as_machine().await?;
        let at = &volume.created_at;
        let row = Volume {
            id: volume.id.clone(),
            fonds_id: restore_fonds(&mut tx, &volume.fonds_code, &volume.fonds_name, at).await?,
            code: volume.code.clone(),
            title: volume.title.clone(),
            school: volume.school.clone(),
            year: volume.year,
            council: volume.council.clone(),
            first_number: volume.first_number.clone(),
            last_number: volume.last_number.clone(),
            note: volume.note.clone(),
            shelf: volume.shelf.clone(),
            ..Volume::default()
        };
        insert_volume(&mut tx, &row, at).await?;
        let restored = Move::restored("register_volumes", volume.state)
            .set("version", volume.version)
            .set("preserved_version", volume.version)
            .set("changed_by", &volume.changed_by)
            .set("changed_at", &volume.changed_at);
        restored.run(&mut tx, &volume.id).await?;
        let history = &volume.history;
        holding::restore_history(&mut tx, HoldingKind::Volume, &volume.id, history).await?;
        tx.commit().await?;
        merged.extend(volume.merged_into.map(|into| (volume.id, into)));
    }
    holding::restore_merged(restoration, HoldingKind::Volume, merged).await
}

/// Gives a volume back the batches it had last, after the scans: a deposit names the volume its batch was opened for.
///
/// # Errors
/// A fault that passes.
pub(crate) async fn restore_batches(
    restoration: &mut Restoration<'_>,
    id: &ObjectId,
) -> Result<()> {
    let noted = restoration.damaged.len();
    let volume = load(restoration, id).await?;
    restoration.damaged.truncate(noted); // it was noted when its rows were restored
    match volume {
        Some(volume) => restore_held(restoration, "volume_id", &volume.id, &volume.batches).await,
        None => Ok(()),
    }
}
