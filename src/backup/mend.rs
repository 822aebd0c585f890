//! Damaged objects of the vault put right from a copy elsewhere. What was there is set aside, never removed, and an object
//! counts as mended only after it was read again as a whole.

use std::collections::BTreeMap;

use serde_json::json;

use super::OBJECTS;
use super::cipher::Identities;
use super::objects;
use super::place::{Place, place_of};
use crate::archive::Archive;
use crate::audit::Action;
use crate::error::{Error, Result};
use crate::fixity;

/// What became of one damaged object.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Mended {
    /// Its folder, relative to the vault's base.
    pub location: String,
    /// The place that had it whole; absent where none had.
    pub place: Option<String>,
    /// Files that were put in place of damaged or missing ones.
    pub files: u64,
    /// Why it is still damaged: one reason for each place that was asked.
    pub open: Vec<String>,
}

/// Tries to put right every object that the newest look found damaged, from the places of the settings in their order.
///
/// # Errors
/// `Unavailable` vault or catalogue; what was mended stays so.
pub async fn mend(archive: &Archive, identities: &Identities) -> Result<Vec<Mended>> {
    let damaged = fixity::damaged_places(archive).await?;
    if damaged.is_empty() {
        return Ok(Vec::new());
    }
    let mut places = Vec::new();
    let mut unreached = Vec::new();
    for place in &archive.config.backup.place {
        match place_of(place) {
            Ok(reached) => places.push(reached),
            Err(error) => unreached.push(format!("{}: {error}", place.name)),
        }
    }
    let mut mended = Vec::new();
    for location in damaged {
        let mut one = Mended {
            location,
            place: None,
            files: 0,
            open: unreached.clone(),
        };
        for place in &places {
            match from_place(archive, place, identities, &one.location).await {
                Ok(files) => {
                    one.files += files;
                    if fixity::look_again(archive, &one.location).await? {
                        one.place = Some(place.name.clone());
                        break;
                    }
                    one.open.push(format!("{}: still damaged", place.name));
                }
                Err(error) => one.open.push(format!("{}: {error}", place.name)),
            }
        }
        note(archive, &one).await?;
        mended.push(one);
    }
    Ok(mended)
}

/// Writes every file that a place has of an object and the vault has not, or has otherwise; how many.
async fn from_place(
    archive: &Archive,
    place: &Place,
    identities: &Identities,
    location: &str,
) -> Result<u64> {
    let folder = location.split_once('/').map_or("", |(_, rest)| rest);
    let names = place.files.names(&format!("{OBJECTS}/{folder}")).await?;
    let versions: BTreeMap<u32, String> = names
        .into_iter()
        .filter_map(|name| {
            let (of, version) = objects::version_of(&name)?;
            (of == location).then_some((version, name))
        })
        .collect();
    let newest = versions.keys().max().copied().unwrap_or(0);
    let present = archive.vault.newest_folder(location).await?;
    // The files at the object's root tell its newest version: those of an older one would hide what came after.
    if newest == 0 || newest < present {
        return Err(Error::refuse("errors.copy_is_older"));
    }
    let mut written = 0;
    for (version, name) in versions {
        let file = objects::fetch(place, &name, &archive.spool).await?;
        for unpacked in objects::unpack(identities, &name, &file, &archive.spool)? {
            let inside = unpacked.name.strip_prefix(location).unwrap_or_default();
            let of_root = inside.matches('/').count() == 1;
            if of_root && version != newest {
                continue;
            }
            let path = unpacked.file.path();
            let replaced = archive
                .vault
                .replace(&unpacked.name, path, unpacked.digest, unpacked.size)
                .await?;
            written += u64::from(replaced);
        }
    }
    Ok(written)
}

async fn note(archive: &Archive, mended: &Mended) -> Result<()> {
    let Some(place) = &mended.place else {
        return Ok(());
    };
    let mut tx = archive.begin_as_machine().await?;
    let details = json!({ "place": place, "files": mended.files });
    tx.log(Action::DamageMended, ("object", &mended.location), details)
        .await?;
    tx.commit().await
}
