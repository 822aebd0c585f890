//! Orphans: files in the vault that belong to no version. They are found by the listing alone, and quarantined beside the
//! storage root.

use std::collections::BTreeSet;

use futures::TryStreamExt;
use jiff::Timestamp;
use object_store::path::Path as Key;
use object_store::{ObjectMeta, ObjectStoreExt};

use super::error::{Result, VaultError};
use super::paths::{INVENTORY, OBJECT_NAMASTE, OCFL, SIDECAR, below, split_object_key, version_of};
use super::{Vault, read_inventory};

/// Where files are quarantined: outside the storage root, so that no OCFL tool looks there.
const QUARANTINE: &str = "quarantine";

/// Why a file belongs to no version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum StrayKind {
    /// In the folder of a version whose inventory does not name it.
    Unnamed,
    /// Of a version that was begun and given up.
    Unfinished,
    /// Not in any object.
    OutsideObjects,
}

impl StrayKind {
    /// The word for it in reports and JSON.
    pub fn code(self) -> &'static str {
        self.into()
    }
}

/// A file that belongs to no version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stray {
    /// Its key, relative to the vault's base.
    pub key: String,
    /// What kind of leftover it is.
    pub kind: StrayKind,
}

impl Vault {
    /// The files of the object at `location` that belong to no version and are older than `before`, which must lie
    /// further back than the longest write takes. Nothing is touched.
    ///
    /// # Errors
    /// `Invalid` for a location that is not an object's; `Corrupt` when no inventory is usable; `Unavailable`.
    pub async fn strays(&self, location: &str, before: Timestamp) -> Result<Vec<Stray>> {
        // A location is a folder and `split_object_key` takes files, so a made-up file below it
        // stands in.
        let root = match split_object_key(&below(&Key::from(location), "x")) {
            Some((root, rest)) if rest == "x" => root,
            _ => return Err(VaultError::invalid("a location that is no object's")),
        };
        // Listed before the inventory is read: a version added meanwhile is not taken for stray.
        let listing = self.store.list(Some(&root)).try_collect::<Vec<_>>().await;
        let failed = |error| VaultError::unavailable(format!("listing {root}"), error);
        let present = listing.map_err(failed)?;
        let loaded = read_inventory::load(&self.store, &root).await?;
        let head = loaded.as_ref().map_or(0, |found| found.inventory.head());
        let mut known = BTreeSet::new();
        // An object without any version has no file that belongs; all of it is left over from a
        // first try.
        if let Some(found) = &loaded {
            known.extend([OBJECT_NAMASTE, INVENTORY, SIDECAR].map(str::to_owned));
            known.extend(found.inventory.content().map(|(path, _)| path.to_owned()));
        }
        for version in 1..=head {
            known.extend([INVENTORY, SIDECAR].map(|file| format!("v{version}/{file}")));
        }
        let old =
            |file: &&ObjectMeta| file.last_modified.timestamp_millis() < before.as_millisecond();
        let stray = |file: &ObjectMeta| {
            let path = &file.location.as_ref()[root.as_ref().len() + 1..];
            // Above the head it may still become a version, at or below it never: the inventory of
            // that version is final.
            let begun = version_of(path).is_some_and(|version| version > head);
            (!known.contains(path)).then(|| Stray {
                key: file.location.to_string(),
                kind: if begun {
                    StrayKind::Unfinished
                } else {
                    StrayKind::Unnamed
                },
            })
        };
        Ok(present.iter().filter(old).filter_map(stray).collect())
    }

    /// Moves a file that belongs to no version beside the storage root, and says where it is now. Its bytes stay.
    ///
    /// # Errors
    /// `Invalid` for a key outside the storage root; `Unavailable`: the file is then where it was, or in both places.
    pub async fn quarantine(&self, key: &str) -> Result<String> {
        if !key.starts_with(&format!("{OCFL}/")) {
            return Err(VaultError::invalid("a key outside the storage root"));
        }
        let (from, to) = (Key::from(key), Key::from(format!("{QUARANTINE}/{key}")));
        let failed = |error| VaultError::unavailable(format!("setting {key} aside"), error);
        // Copy, then delete: a crash in between leaves two copies of what may be the only one,
        // never none.
        self.store.copy(&from, &to).await.map_err(failed)?;
        self.store.delete(&from).await.map_err(failed)?;
        Ok(to.to_string())
    }

    /// Copies a file beside the storage root; what is there of an earlier time is not lost.
    pub(super) async fn copy_aside(&self, key: &Key) -> Result<()> {
        let failed = |error| VaultError::unavailable(format!("setting {key} aside"), error);
        let mut to = Key::from(format!("{QUARANTINE}/{key}"));
        for again in 1.. {
            if !read_inventory::exists(&self.store, &to).await? {
                break;
            }
            to = Key::from(format!("{QUARANTINE}/{key}.{again}"));
        }
        self.store.copy(key, &to).await.map_err(failed)
    }
}
