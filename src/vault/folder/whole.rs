//! A new object built where nobody looks and moved into place in one step: the disk is waited for
//! once for the object, not once for each of its files.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::Arc;

use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{ObjectStore, Result};
use tempfile::TempDir;

use super::{FolderStore, blocking, is_taken, keeps_disappearing, sync_folder};

/// An object in the making; dropped before it is moved, it leaves nothing.
#[derive(Debug)]
pub(in crate::vault) struct Whole {
    place: FolderStore,
    staged: FolderStore,
    _tree: TempDir,
}

impl FolderStore {
    /// Begins a new object beside the others.
    pub(in crate::vault) async fn begin_whole(&self) -> Result<Whole> {
        let store = self.clone();
        blocking("staging".into(), move || {
            let tree = TempDir::with_prefix_in("o", store.staging.folder.path())?;
            let inner = LocalFileSystem::new_with_prefix(tree.path()).map_err(io::Error::other)?;
            let staged = FolderStore {
                inner,
                staging: Arc::clone(&store.staging),
                durable: false,
            };
            Ok(Whole {
                place: store,
                staged,
                _tree: tree,
            })
        })
        .await
    }
}

impl Whole {
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
            let whole = store.begin_whole().await.unwrap();
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
        let whole = store.begin_whole().await.unwrap();
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
