//! The maps of a volume in the vault: an object of the volume, from which a rebuild brings it back
//! before its scans.

use serde_json::json;

use super::{Confirmed, insert, versions};
use crate::access::Caller;
use crate::archive::{Archive, Restoration};
use crate::audit::Action;
use crate::catalogue::Tx;
use crate::clock::parse_stamp;
use crate::error::{Error, Result};
use crate::fonds::{self, Volume, insert_volume, restore_fonds};
use crate::jobs::Leased;
use crate::vault::{Content, ObjectId, Provenance};

/// Prefix of the object ids of volumes.
pub(crate) const PREFIX: &str = "urn:sogoc:volume:";
/// Name of the maps inside a volume's object.
const FILE: &str = "column-maps.json";
/// Name and version of this document's form.
const FORM: &str = "sogoc-volume/1";

/// What the file [`FILE`] of a volume's object says.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct PreservedVolume {
    form: String,
    volume_id: String,
    fonds_code: String,
    fonds_name: String,
    code: String,
    title: String,
    school: Option<String>,
    year: Option<i64>,
    /// Every confirmed map, newest first.
    maps: Vec<Confirmed>,
}

impl PreservedVolume {
    fn parse(bytes: &[u8], id: &ObjectId) -> Result<Self> {
        serde_json::from_slice(bytes)
            .ok()
            .filter(|volume: &Self| volume.form == FORM && !volume.maps.is_empty())
            .filter(|volume| format!("{PREFIX}{}", volume.volume_id) == id.as_str())
            .ok_or(Error::Corrupt { what: FILE.into() })
    }
}

/// The verb behind the job `preserve_map`.
///
/// # Errors
/// A passing fault puts the job back.
pub async fn preserve(archive: &Archive, job: &Leased) -> Result<()> {
    let volume = fonds::volume(archive, &Caller::machine(), &job.subject).await?;
    let fonds = fonds::by_id(archive, &volume.fonds_id).await?;
    let preserved = PreservedVolume {
        form: FORM.into(),
        volume_id: volume.id,
        fonds_code: fonds.code,
        fonds_name: fonds.name,
        code: volume.code,
        title: volume.title,
        school: volume.school,
        year: volume.year,
        maps: versions(archive, &job.subject).await?,
    };
    let newest = preserved.maps.first();
    let newest = newest.ok_or(Error::NotFound { what: "column map" })?;
    write(archive, &preserved, newest).await?;
    let mut tx = archive.begin_as_machine().await?;
    set_preserved(&mut tx, &job.subject, newest.version).await?;
    let details = json!({ "version": newest.version });
    tx.log(
        Action::ColumnMapPreserved,
        ("volume", &job.subject),
        details,
    )
    .await?;
    tx.complete_and_commit(job).await
}

async fn set_preserved(tx: &mut Tx, volume_id: &str, version: i64) -> Result<()> {
    sqlx::query(
        "UPDATE register_volumes SET map_preserved = $1 WHERE id = $2
         AND (map_preserved IS NULL OR map_preserved < $1)",
    )
    .bind(version)
    .bind(volume_id)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A version of the volume's object; time and name are the newest map's, so that a repeated attempt
/// writes nothing new.
async fn write(archive: &Archive, volume: &PreservedVolume, newest: &Confirmed) -> Result<()> {
    let (by, at) = (&newest.confirmed_by, &newest.confirmed_at);
    let object = ObjectId::new(format!("{PREFIX}{}", volume.volume_id))?;
    let file = Content::bytes(FILE, serde_json::to_vec_pretty(volume)?);
    let who = Provenance {
        user_name: by.clone(),
        user_address: format!("urn:sogoc:person:{by}"),
        message: "Column map of a register volume".into(),
        at: parse_stamp(at).unwrap_or_else(|| archive.clock.now()),
    };
    let head = archive.vault.head(&object).await?;
    Ok(archive.vault.put_newest(&object, head, file, &who).await?)
}

/// Brings one volume back with every map it had, before the scans that hang from it; rows that are there already
/// stay as they are.
///
/// # Errors
/// A fault that passes; a damaged object is noted.
pub(crate) async fn restore(restoration: &mut Restoration<'_>, id: &ObjectId) -> Result<()> {
    let inventory = restoration.archive.vault.inventory(id).await?;
    let files = inventory.state(inventory.head()).unwrap_or_default();
    if !files.contains_key(FILE) {
        return Ok(()); // only its description is there
    }
    let Some(bytes) = restoration.newest(id, FILE).await? else {
        return Ok(());
    };
    let Some(volume) = restoration.sound(id, PreservedVolume::parse(&bytes, id)) else {
        return Ok(());
    };
    let oldest = volume.maps.last();
    let at = oldest.map_or("", |map| map.confirmed_at.as_str());
    let mut tx = restoration.archive.begin_as_machine().await?;
    let row = Volume {
        id: volume.volume_id.clone(),
        fonds_id: restore_fonds(&mut tx, &volume.fonds_code, &volume.fonds_name, at).await?,
        code: volume.code.clone(),
        title: volume.title.clone(),
        school: volume.school.clone(),
        year: volume.year,
        ..Volume::default()
    };
    insert_volume(&mut tx, &row, at).await?;
    for map in &volume.maps {
        insert(&mut tx, &volume.volume_id, map).await?;
        set_preserved(&mut tx, &volume.volume_id, map.version).await?;
    }
    tx.commit().await
}
