//! Repair: what belongs to no version is quarantined, so that the vault is valid for every other OCFL tool again. It
//! removes nothing, and touches no file that an inventory names.

use std::time::Duration;

use futures::StreamExt;
use jiff::Timestamp;
use serde_json::json;

use crate::archive::Archive;
use crate::audit::Action;
use crate::error::Result;
use crate::vault::{Condition, Stray, StrayKind, VaultError};

/// What was found, and what was done.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Repair {
    /// Objects that were walked through.
    pub objects: u64,
    /// Objects whose last steps a kill had cut off; they were done now.
    pub finished: Vec<String>,
    /// Files that belong to no version.
    pub strays: Vec<StrayFound>,
    /// What only a backup repairs: damaged inventories.
    pub damaged: Vec<String>,
}

/// A file that belongs to no version.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct StrayFound {
    /// Its key in the vault.
    pub key: String,
    /// Why it belongs to no version: `unnamed`, `unfinished` or `outside_objects`.
    pub kind: &'static str,
    /// Where it lies now; none while it was only named.
    pub quarantined: Option<String>,
}

impl Repair {
    /// Exit code: 0 when nothing is left to do, 1 when strays were only named, 2 when something is damaged.
    pub fn exit_code(&self) -> u8 {
        let left = self.strays.iter().any(|stray| stray.quarantined.is_none());
        if self.damaged.is_empty() {
            u8::from(left)
        } else {
            2
        }
    }
}

/// Goes through the vault by its listing. With `quarantine` it moves what belongs to no version; else it only names it.
/// Files younger than `age` are left alone: they may be a version on its way. `told` hears of every stray.
///
/// # Errors
/// `Unavailable`; what was quarantined stays so.
pub async fn repair(
    archive: &Archive,
    quarantine: bool,
    age: Duration,
    mut told: impl FnMut(&StrayFound),
) -> Result<Repair> {
    let (mut repair, before) = (Repair::default(), machine_time() - age);
    let mut walk = archive.vault.walk();
    while let Some(step) = walk.next().await {
        let strays = match step {
            Ok(found) => {
                repair.objects += 1;
                if found.condition == Condition::Healed {
                    repair.finished.push(found.location.clone());
                }
                archive.vault.strays(&found.location, before).await?
            }
            Err(VaultError::Corrupt { what, .. }) if what.starts_with("ocfl/") => {
                let kind = StrayKind::OutsideObjects;
                vec![Stray { key: what, kind }]
            }
            Err(VaultError::Corrupt { what, detail }) => {
                repair.damaged.push(format!("{what}: {detail}"));
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        let mut found = Vec::with_capacity(strays.len());
        for stray in strays {
            let place = match quarantine {
                true => Some(archive.vault.quarantine(&stray.key).await?),
                false => None,
            };
            found.push(StrayFound {
                kind: stray.kind.code(),
                quarantined: place,
                key: stray.key,
            });
        }
        found.iter().for_each(&mut told);
        if quarantine && !found.is_empty() {
            note(archive, &found).await?;
        }
        repair.strays.append(&mut found);
    }
    Ok(repair)
}

#[expect(
    clippy::disallowed_methods,
    reason = "compared with a file's time, which is the machine's"
)]
fn machine_time() -> Timestamp {
    Timestamp::now()
}

/// Names of foreign files may be names of people: the log has kinds and counts.
async fn note(archive: &Archive, found: &[StrayFound]) -> Result<()> {
    let mut kinds: Vec<&str> = found.iter().map(|stray| stray.kind).collect();
    kinds.dedup();
    let place = found.first().map_or("", |stray| stray.key.as_str());
    let object = place.split('/').take(5).collect::<Vec<_>>().join("/");
    let subject = match kinds.contains(&StrayKind::OutsideObjects.code()) {
        true => "storage root",
        false => object.as_str(),
    };
    let details = json!({ "kinds": kinds, "files": found.len() });
    let mut tx = archive.begin_as_machine().await?;
    tx.log(Action::VaultRepaired, ("vault", subject), details)
        .await?;
    tx.commit().await
}
