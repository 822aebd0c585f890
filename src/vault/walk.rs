//! Going through the whole vault in one pass over its listing, an object at a time.

use std::sync::Arc;

use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use jiff::Timestamp;
use object_store::path::Path as Key;
use object_store::{ObjectMeta, ObjectStore};

use super::error::{Result, VaultError};
use super::paths::{OCFL, ObjectId, below, split_object_key, version_of};
use super::read_inventory;
use super::{FILES_AT_A_TIME, Vault, write_version};

/// The shape an object was found in. Says nothing about its content; [`Vault::verify`] does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Condition {
    /// As the last version left it.
    Whole,
    /// A crash had cut off the last steps of its newest version; they were done now.
    Healed,
    /// A version after the newest is being written, or was begun and given up. A retry of it, or
    /// [`Vault::clear_unfinished`], puts that right.
    Unfinished,
}

/// One object, as the walk saw it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ObjectSummary {
    /// Its identifier; none while not even its first version is written.
    pub id: Option<ObjectId>,
    /// Its folder, relative to the vault's base.
    pub location: String,
    /// Its newest version; 0 while there is none.
    pub head: u32,
    /// The shape it was found in.
    pub condition: Condition,
    /// Stored files, those of bookkeeping included.
    pub files: u64,
    /// Bytes of all its files together.
    pub bytes: u64,
}

/// Files of one object in a row. All three stores list the files of one folder together.
struct Group {
    root: Key,
    files: u64,
    bytes: u64,
    newest_folder: u32,
}

enum Step {
    Object(Group),
    Stray(Key),
}

impl Vault {
    /// Every object, in the order of storage. Memory does not grow with the vault.
    ///
    /// A damaged object or a stray file is an `Err` item, and the walk goes on; a failing listing
    /// is an `Unavailable` item, and the walk ends. Versions cut off by a crash are finished.
    pub fn walk(&self) -> BoxStream<'static, Result<ObjectSummary>> {
        let store = Arc::clone(&self.store);
        groups(store.list(Some(&Key::from(OCFL))))
            .map(move |step| summarise(Arc::clone(&store), step))
            .buffered(FILES_AT_A_TIME)
            .boxed()
    }

    /// Removes the content of a version that was begun after the newest and given up, if all of it
    /// is older than `before`. Says how many files went. Committed versions are never touched.
    ///
    /// `before` must lie further back than the longest upload takes.
    ///
    /// # Errors
    /// `Invalid` for a location that is not an object's, `Corrupt`, `Unavailable`.
    pub async fn clear_unfinished(&self, location: &str, before: Timestamp) -> Result<u64> {
        // As in `strays`: a location is a folder, and a file below it is what the keys are parsed
        // by.
        let inside = below(&Key::from(location), "x");
        let root = match split_object_key(&inside) {
            Some((root, rest)) if rest == "x" => root,
            _ => return Err(VaultError::invalid("a location that is no object's")),
        };
        let head = read_inventory::load(&self.store, &root)
            .await?
            .map_or(0, |found| found.inventory.head());
        let folder = below(&root, &format!("v{}", head + 1));
        let failed = |error| VaultError::unavailable(format!("clearing {folder}"), error);
        let files: Vec<ObjectMeta> = self
            .store
            .list(Some(&folder))
            .try_collect()
            .await
            .map_err(failed)?;
        let old =
            |file: &ObjectMeta| file.last_modified.timestamp_millis() < before.as_millisecond();
        // One young file means that somebody may be writing the version right now; then all of it
        // stays.
        if !files.iter().all(old) {
            return Ok(0);
        }
        let keys = files.into_iter().map(|file| Ok(file.location));
        let gone = self
            .store
            .delete_stream(futures::stream::iter(keys).boxed());
        gone.try_fold(0, |count, _| async move { Ok(count + 1) })
            .await
            .map_err(failed)
    }
}

/// Parts a listing into objects.
fn groups(
    listing: BoxStream<'static, object_store::Result<ObjectMeta>>,
) -> BoxStream<'static, Result<Step>> {
    let state = (listing, None::<Group>);
    futures::stream::unfold(state, |(mut listing, mut open)| async move {
        loop {
            let file = match listing.next().await {
                Some(Ok(file)) => file,
                Some(Err(error)) => {
                    let failure = VaultError::unavailable("listing the vault", error);
                    // The objects behind the failure are unknown; ending here tells so.
                    return Some((Err(failure), (futures::stream::empty().boxed(), None)));
                }
                None => {
                    let last = open.take()?;
                    return Some((Ok(Step::Object(last)), (listing, None)));
                }
            };
            let Some((root, path)) = split_object_key(&file.location) else {
                // The files of the storage root itself are listed among the objects and belong to
                // none.
                if belongs_to_storage_root(&file.location) {
                    continue;
                }
                return Some((Ok(Step::Stray(file.location)), (listing, open)));
            };
            let finished = match &open {
                Some(group) if group.root != root => open.take(),
                _ => None,
            };
            // All stores list the files of one object in a row, so it ends where the next one
            // begins; only one is held in memory.
            let group = open.get_or_insert(Group {
                root,
                files: 0,
                bytes: 0,
                newest_folder: 0,
            });
            group.files += 1;
            group.bytes += file.size;
            group.newest_folder = group.newest_folder.max(version_of(&path).unwrap_or(0));
            if let Some(finished) = finished {
                return Some((Ok(Step::Object(finished)), (listing, open)));
            }
        }
    })
    .boxed()
}

fn belongs_to_storage_root(key: &Key) -> bool {
    let rest = key.as_ref().strip_prefix(OCFL).unwrap_or_default();
    rest.starts_with("/extensions/") || rest == "/0=ocfl_1.1" || rest == "/ocfl_layout.json"
}

async fn summarise(store: Arc<dyn ObjectStore>, step: Result<Step>) -> Result<ObjectSummary> {
    let group = match step? {
        Step::Object(group) => group,
        Step::Stray(key) => return Err(VaultError::corrupt(key.to_string(), "nobody put it here")),
    };
    let mut summary = ObjectSummary {
        id: None,
        location: group.root.to_string(),
        head: 0,
        condition: Condition::Unfinished,
        files: group.files,
        bytes: group.bytes,
    };
    let Some(loaded) = read_inventory::load(&store, &group.root).await? else {
        return Ok(summary);
    };
    summary.id = Some(loaded.inventory.id().clone());
    summary.head = loaded.inventory.head();
    // Read-only on the surface, but a version that counts already is completed: the next reader
    // then needs no detour.
    if loaded.behind {
        write_version::finish(&store, &group.root, &loaded.inventory, loaded.bytes).await?;
    }
    summary.condition = match (group.newest_folder > summary.head, loaded.behind) {
        (true, _) => Condition::Unfinished,
        (false, true) => Condition::Healed,
        (false, false) => Condition::Whole,
    };
    Ok(summary)
}
