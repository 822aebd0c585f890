//! An object, or its next version, built where nobody looks and moved into place in one step: the disk is waited for
//! once for the object, not once for each of its files, and whoever looks at any instant sees a whole object.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::Arc;

use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{ObjectStore, Result};
use tempfile::TempDir;

use super::{FolderStore, blocking, is_taken, keeps_disappearing, sync_folder};

/// An object or its next version in the making; dropped before it is moved, it leaves nothing.
#[derive(Debug)]
pub(in crate::vault) struct NewObject {
    place: FolderStore,
    staged: FolderStore,
    _tree: TempDir,
    /// Of the next version of an object: one writer at a time.
    _turn: Option<File>,
}

impl FolderStore {
    /// Begins a new object beside the others.
    pub(in crate::vault) async fn begin_new_object(&self) -> Result<NewObject> {
        let store = self.clone();
        blocking("staging".into(), move || {
            let tree = TempDir::with_prefix_in("o", store.staging.folder.path())?;
            let inner = LocalFileSystem::new_with_prefix(tree.path()).map_err(io::Error::other)?;
            let staged = FolderStore {
                inner,
                staging: Arc::clone(&store.staging),
                // The staging folder is synced as a whole before it is moved, so single files need
                // not be.
                durable: false,
                swaps: false,
            };
            Ok(NewObject {
                place: store,
                staged,
                _tree: tree,
                _turn: None,
            })
        })
        .await
    }
}

impl FolderStore {
    /// Begins the next version of the object below `root`, with all it holds; held against other writers until it is
    /// dropped. `None` where the disk cannot swap two folders: its files are then written one by one.
    pub(in crate::vault) async fn begin_next(&self, root: &Key) -> Result<Option<NewObject>> {
        if !self.swaps {
            return Ok(None);
        }
        // A lock that the system frees when a process dies: a crashed writer holds up nobody.
        let turn = self
            .staging_of_all()
            .join(format!("turn-{}", turn_of(root)));
        let whole = self.begin_new_object().await?;
        let present = self.inner.path_to_filesystem(root)?;
        let staged = whole.staged.inner.path_to_filesystem(root)?;
        blocking(root.to_string(), move || {
            let turn = File::create(turn)?;
            turn.lock()?;
            link_tree(&present, &staged)?;
            Ok(Some(NewObject {
                _turn: Some(turn),
                ..whole
            }))
        })
        .await
    }
}

/// Objects share few turns: a lock file for each would only fill the folder.
fn turn_of(root: &Key) -> String {
    let name = root.filename().unwrap_or_default();
    name.chars().take(2).collect()
}

/// The same files under a second name; what is written to either place later replaces names, never bytes.
fn link_tree(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            link_tree(&entry.path(), &target)?;
        } else {
            // Hard links: a new version of a large object costs no copy, and content is never
            // written in place.
            fs::hard_link(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Whether folders on this disk can be swapped: tried once, on two of our own.
pub(super) fn can_swap(staging: &Path) -> bool {
    let (Ok(one), Ok(other)) = (TempDir::new_in(staging), TempDir::new_in(staging)) else {
        return false;
    };
    // Asked of the disk itself: network shares and older kernels refuse the exchange, and no table
    // would know them all.
    swap(one.path(), other.path()).is_ok()
}

fn swap(one: &Path, other: &Path) -> io::Result<()> {
    rustix::fs::renameat_with(
        rustix::fs::CWD,
        one,
        rustix::fs::CWD,
        other,
        rustix::fs::RenameFlags::EXCHANGE,
    )?;
    Ok(())
}

impl NewObject {
    /// Makes everything below `root` durable and lets it take the place of the version before, in one step.
    pub(in crate::vault) async fn replace(self, root: &Key) -> Result<()> {
        let staged = self.staged.inner.path_to_filesystem(root)?;
        let target = self.place.inner.path_to_filesystem(root)?;
        blocking(root.to_string(), move || {
            let _until_moved = &self;
            sync_tree(&staged)?;
            swap(&staged, &target)?;
            // Without this sync, a power failure could bring the old version back after the new one
            // was acknowledged.
            sync_folder(target.parent().unwrap_or(&target))
        })
        .await
    }

    /// Where its files are written, under the keys they will have.
    pub(in crate::vault) fn store(&self) -> Arc<dyn ObjectStore> {
        Arc::new(self.staged.clone())
    }

    /// Makes everything below `root` durable and moves it into place; `false` when an object is
    /// there already.
    pub(in crate::vault) async fn publish(self, root: &Key) -> Result<bool> {
        let staged = self.staged.inner.path_to_filesystem(root)?;
        let target = self.place.inner.path_to_filesystem(root)?;
        blocking(root.to_string(), move || {
            let _until_moved = &self;
            sync_tree(&staged)?;
            move_in(&staged, &target)
        })
        .await
    }
}

fn sync_tree(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            sync_tree(&path)?;
        } else {
            File::open(path)?.sync_all()?;
        }
    }
    sync_folder(folder)
}

/// Moves the topmost missing folder with the object in it. Others may make or tidy away the folders
/// above between two steps; then look again.
fn move_in(staged: &Path, target: &Path) -> io::Result<bool> {
    for _ in 0..16 {
        // Somebody else's object stands here: the caller compares it with its own.
        if target.exists() {
            return Ok(false);
        }
        let (mut from, mut to) = (staged, target);
        while let (Some(from_above), Some(to_above)) = (from.parent(), to.parent())
            && !to_above.is_dir()
        {
            sync_folder(from_above)?;
            (from, to) = (from_above, to_above);
        }
        match fs::rename(from, to) {
            Ok(()) => {
                sync_folder(to.parent().unwrap_or(to))?;
                return Ok(true);
            }
            Err(error) if is_taken(&error) => {}
            Err(error) => return Err(error),
        }
    }
    Err(keeps_disappearing())
}

#[cfg(test)]
mod tests {
    use object_store::ObjectStoreExt;

    use super::*;

    #[tokio::test]
    async fn of_two_objects_for_one_place_the_first_stays_whole() {
        let folder = tempfile::tempdir().unwrap();
        let store = FolderStore::open(folder.path()).unwrap();
        let root = Key::from("ocfl/abc/def/object");
        let file = Key::from("ocfl/abc/def/object/v1/content");
        let mut moved = Vec::new();
        for text in ["one", "two"] {
            let whole = store.begin_new_object().await.unwrap();
            whole.store().put(&file, text.into()).await.unwrap();
            assert_eq!(
                store.get(&file).await.is_ok(),
                text == "two",
                "not seen before"
            );
            moved.push(whole.publish(&root).await.unwrap());
        }
        assert_eq!(moved, [true, false]);
        let kept = store.get(&file).await.unwrap().bytes().await.unwrap();
        assert_eq!(kept, "one");
    }

    #[tokio::test]
    async fn an_object_given_up_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let store = FolderStore::open(folder.path()).unwrap();
        let whole = store.begin_new_object().await.unwrap();
        let staging = whole._tree.path().to_owned();
        whole
            .store()
            .put(&Key::from("ocfl/a/b"), "x".into())
            .await
            .unwrap();
        drop(whole);
        assert!(!staging.exists() && !folder.path().join("ocfl").exists());
    }
}
