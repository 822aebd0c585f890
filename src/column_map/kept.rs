//! The maps of a volume in the vault: an object of the volume, from which a rebuild brings it back
//! before its scans.

use serde_json::json;

use super::{Confirmed, confirm, versions};
use crate::access::Caller;
use crate::archive::Archive;
use crate::audit::{self, Deed, Subject};
use crate::catalogue::Tx;
use crate::clock::parse_stamp;
use crate::error::{Error, Result};
use crate::fonds::{self, Volume};
use crate::jobs::{self, Leased};
use crate::vault::{Change, Content, ObjectId, Provenance, VaultError};

/// Prefix of the object ids of volumes.
pub(crate) const PREFIX: &str = "urn:sogoc:volume:";
/// Name of the maps inside a volume's object.
pub(crate) const FILE: &str = "column-maps.json";
/// Name and version of this document's form.
const FORM: &str = "sogoc-volume/1";

/// The file [`FILE`].
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct KeptVolume {
    form: String,
    volume_id: String,
    fonds_code: String,
    fonds_name: String,
    code: String,
    title: String,
    school: Option<String>,
    year: Option<i64>,
    /// Newest first.
    maps: Vec<Confirmed>,
}

impl KeptVolume {
    /// Reads the file.
    ///
    /// # Errors
    /// `Corrupt` for anything else.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        serde_json::from_slice(bytes)
            .ok()
            .filter(|kept: &Self| kept.form == FORM && !kept.maps.is_empty())
            .ok_or(Error::Corrupt { what: FILE.into() })
    }

    /// Id of the volume.
    pub fn id(&self) -> &str {
        &self.volume_id
    }

    /// Code and name of its fonds, and when the first of its maps was confirmed.
    pub fn fonds(&self) -> (&str, &str, &str) {
        let oldest = self.maps.last();
        let at = oldest.map_or("", |map| map.confirmed_at.as_str());
        (&self.fonds_code, &self.fonds_name, at)
    }
}

/// The verb behind the job `keep_map`.
///
/// # Errors
/// A passing fault puts the job back.
pub async fn keep(archive: &Archive, job: &Leased) -> Result<()> {
    let volume = fonds::volume(archive, &Caller::machine(), &job.subject).await?;
    let maps = versions(archive, &job.subject).await?;
    let newest = maps.first().ok_or(Error::NotFound { what: "column map" })?;
    let (version, by, at) = (
        newest.version,
        newest.confirmed_by.clone(),
        newest.confirmed_at.clone(),
    );
    let fonds = fonds::by_id(archive, &volume.fonds_id).await?;
    write(archive, &kept(volume, fonds, maps), &by, &at).await?;
    let mut tx = archive.catalogue.begin().await?;
    sqlx::query(
        "UPDATE register_volumes SET map_kept = $1 WHERE id = $2
         AND (map_kept IS NULL OR map_kept < $1)",
    )
    .bind(version)
    .bind(&job.subject)
    .execute(&mut *tx)
    .await?;
    let subject = Subject {
        kind: "volume",
        id: &job.subject,
    };
    let details = json!({ "version": version });
    let deed = Deed::ColumnMapKept;
    audit::append(&mut tx, &*archive.clock, "machine", deed, subject, details).await?;
    if jobs::settle(&mut tx, &*archive.clock, job).await? {
        tx.commit().await?;
    }
    Ok(())
}

fn kept(volume: Volume, fonds: fonds::Fonds, maps: Vec<Confirmed>) -> KeptVolume {
    KeptVolume {
        form: FORM.into(),
        volume_id: volume.id,
        fonds_code: fonds.code,
        fonds_name: fonds.name,
        code: volume.code,
        title: volume.title,
        school: volume.school,
        year: volume.year,
        maps,
    }
}

/// A version of the volume's object; time and name are the newest map's, so that a repeated attempt
/// writes nothing new.
async fn write(archive: &Archive, kept: &KeptVolume, by: &str, at: &str) -> Result<()> {
    let object = ObjectId::new(format!("{PREFIX}{}", kept.volume_id))?;
    let file = Content::bytes(FILE, serde_json::to_vec_pretty(kept)?);
    let who = Provenance {
        user_name: by.to_owned(),
        user_address: format!("urn:sogoc:person:{by}"),
        message: "Column map of a register volume".into(),
        at: parse_stamp(at).unwrap_or_else(|| archive.clock.now()),
    };
    let written = if archive.vault.exists(&object).await? {
        let head = archive.vault.inventory(&object).await?.head();
        let changes = [Change::Put(file)];
        let vault = &archive.vault;
        vault.add_version(&object, head, &changes, &who).await
    } else {
        archive.vault.deposit(&object, &[file], &who).await
    };
    match written {
        Ok(_) => Ok(()),
        Err(VaultError::Conflict { .. } | VaultError::AlreadyExists { .. }) => Err(
            Error::unavailable("vault", "the map was written meanwhile by another"),
        ),
        Err(error) => Err(error.into()),
    }
}

/// Writes the rows of a volume and its maps; those that are there already stay as they are.
pub(crate) async fn restore(tx: &mut Tx, fonds_id: &str, kept: &KeptVolume) -> Result<()> {
    sqlx::query(
        "INSERT INTO register_volumes (id, fonds_id, code, title, school, year, created_at, map_kept)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING",
    )
    .bind(&kept.volume_id)
    .bind(fonds_id)
    .bind(&kept.code)
    .bind(&kept.title)
    .bind(&kept.school)
    .bind(kept.year)
    .bind(kept.fonds().2)
    .bind(kept.maps.first().map(|map| map.version))
    .execute(&mut **tx)
    .await?;
    for map in &kept.maps {
        let there = sqlx::query("SELECT 1 FROM column_maps WHERE volume_id = $1 AND version = $2")
            .bind(&kept.volume_id)
            .bind(map.version)
            .fetch_optional(&mut **tx)
            .await?;
        if there.is_none() {
            confirm::save(tx, &kept.volume_id, map).await?;
        }
    }
    Ok(())
}
