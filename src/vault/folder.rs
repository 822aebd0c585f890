//! A folder on disk as an object store in which a crash leaves no trace where others look.
//!
//! `object_store`'s own writer stages a file beside its target, so a process killed halfway leaves
//! `inventory.json#1` inside an OCFL object and makes it invalid for every other reader. Here bytes
//! are staged in a folder of their own, made durable, and only then take their place.

mod new_object;

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use futures::stream::BoxStream;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
    UploadPart,
};
use tempfile::{NamedTempFile, PersistError, TempDir};

const STAGING: &str = "staging";
/// Held while a process lives, so that the next one can tell what a dead one left behind.
const LOCK: &str = "lock";
/// Held while a process opens the vault.
const GATE: &str = "gate";
/// The owner writes, the group reads, others have no business with scans of diplomas.
const FILE_MODE: u32 = 0o640;

/// The folder store. Clones share one staging folder.
#[derive(Debug, Clone)]
pub(super) struct FolderStore {
    inner: LocalFileSystem,
    staging: Arc<Staging>,
    /// False for a place that nobody relies on yet: see [`new_object`].
    durable: bool,
    /// Whether two folders can take each other's place in one step.
    swaps: bool,
}

#[derive(Debug)]
struct Staging {
    folder: TempDir,
    _lock: File,
}

impl FolderStore {
    /// Opens `base`, making it when missing, and clears what dead processes left in staging.
    pub(super) fn open(base: &Path) -> io::Result<Self> {
        fs::create_dir_all(base.join(STAGING))?;
        // One at a time: a folder that is not locked yet must not look abandoned.
        let gate = File::create(base.join(STAGING).join(GATE))?;
        gate.lock()?;
        clear_abandoned(&base.join(STAGING))?;
        // Inside the vault's own file system, because a rename across two is a copy and can be cut
        // off.
        let folder = TempDir::with_prefix_in("p", base.join(STAGING))?;
        let lock = File::create(folder.path().join(LOCK))?;
        lock.lock()?;
        let inner = LocalFileSystem::new_with_prefix(base)
            .map_err(io::Error::other)?
            .with_fsync(true)
            .with_automatic_cleanup(true);
        Ok(Self {
            inner,
            swaps: new_object::can_swap(folder.path()),
            staging: Arc::new(Staging {
                folder,
                // Conditional updates are not used by the vault; the library's own answer to them
                // is kept.
                _lock: lock,
            }),
            durable: true,
        })
    }

    /// The staging folder of all processes.
    fn staging_of_all(&self) -> PathBuf {
        let own = self.staging.folder.path();
        own.parent().unwrap_or(own).to_owned()
    }

    /// Gives the bytes their name, durably where somebody relies on them.
    fn place(&self, staged: NamedTempFile, target: &Path, create: bool) -> io::Result<()> {
        if self.durable {
            // A place that is swapped in as a whole later is synced once then, not for each of its
            // files.
            return place(staged, target, create);
        }
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent)?;
        }
        name(staged, target, create).map_err(|failed| failed.error)
    }

    /// Writes bytes that nobody needs and lets them go: a full or read-only disk says so only then.
    pub(super) async fn takes_bytes(&self) -> Result<()> {
        let store = self.clone();
        blocking("staging".into(), move || {
            let mut file = store.stage()?;
            // Enough to be refused by a full disk or a quota; a few bytes may still fit where a
            // scan does not.
            file.write_all(&[0; 64 << 10])?;
            file.as_file().sync_all()
        })
        .await
    }

    fn stage(&self) -> io::Result<NamedTempFile> {
        tempfile::Builder::new()
            .permissions(fs::Permissions::from_mode(FILE_MODE))
            .tempfile_in(self.staging.folder.path())
    }
}

impl std::fmt::Display for FolderStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FolderStore({})", self.inner)
    }
}

/// Removes the staging folders whose owner no longer holds its lock.
fn clear_abandoned(staging: &Path) -> io::Result<()> {
    for entry in fs::read_dir(staging)? {
        let path = entry?.path();
        let abandoned = match File::open(path.join(LOCK)) {
            Ok(lock) => lock.try_lock().is_ok(),
            Err(_) => path.is_dir(),
        };
        if abandoned {
            // Its owner may be closing it at this moment; then there is nothing left to remove.
            let _ = fs::remove_dir_all(&path);
        }
    }
    Ok(())
}

/// Gives durable bytes their name. `create` fails when the name is taken, also in a race.
///
/// Missing folders are built in staging around the file and appear together with it: a crash must
/// not leave empty folders, which OCFL forbids (§4, E073).
fn place(mut staged: NamedTempFile, target: &Path, create: bool) -> io::Result<()> {
    // Before the name: a name that survives a power failure must not point at bytes that did not.
    staged.as_file().sync_all()?;
    let parent = target
        .parent()
        .ok_or_else(|| io::Error::other("a key without a folder"))?;
    // Others may make the same folders, or tidy them away, between two steps; then look again.
    for _ in 0..16 {
        if !parent.is_dir() {
            if place_with_folders(&staged, target)? {
                return Ok(());
            }
            continue;
        }
        match name(staged, target, create) {
            Ok(()) => return sync_folder(parent),
            // The folder went between looking and naming; the file itself is unharmed and tries
            // again.
            Err(failed) if failed.error.kind() == io::ErrorKind::NotFound => staged = failed.file,
            Err(failed) => return Err(failed.error),
        }
    }
    Err(keeps_disappearing())
}

fn name(
    staged: NamedTempFile,
    target: &Path,
    create: bool,
) -> std::result::Result<(), PersistError> {
    let named = if create {
        staged.persist_noclobber(target)
    } else {
        staged.persist(target)
    };
    named.map(drop)
}

fn keeps_disappearing() -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, "its folder keeps disappearing")
}

/// Moves the topmost missing folder into place with the file in it; `false` when somebody else
/// made that folder first.
fn place_with_folders(staged: &NamedTempFile, target: &Path) -> io::Result<bool> {
    let missing: Vec<&Path> = target
        .ancestors()
        .skip(1)
        .take_while(|folder| !folder.is_dir())
        .collect();
    let Some(top) = missing.last() else {
        return Ok(false);
    };
    let (Some(above), Some(staging)) = (top.parent(), staged.path().parent()) else {
        return Err(io::Error::other("a folder without a parent"));
    };
    let scaffold = TempDir::new_in(staging)?;
    let inside = |path: &Path| {
        path.strip_prefix(above)
            .map(|rest| scaffold.path().join(rest))
            .map_err(io::Error::other)
    };
    let (built_top, built_file) = (inside(top)?, inside(target)?);
    // Built in staging first, so that the folders and the file appear in the same instant.
    if let Some(built_parent) = built_file.parent() {
        fs::create_dir_all(built_parent)?;
    }
    fs::hard_link(staged.path(), &built_file)?;
    for folder in &missing {
        sync_folder(&inside(folder)?)?;
    }
    match fs::rename(built_top, top) {
        // The rename itself lies in the folder above, which must reach the disk as well.
        Ok(()) => sync_folder(above).map(|()| true),
        Err(error) if is_taken(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

fn is_taken(error: &io::Error) -> bool {
    use io::ErrorKind::{AlreadyExists, DirectoryNotEmpty, NotFound};
    matches!(error.kind(), AlreadyExists | DirectoryNotEmpty | NotFound)
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn store_error(key: &str, error: io::Error) -> Error {
    let path = key.to_owned();
    match error.kind() {
        io::ErrorKind::AlreadyExists => Error::AlreadyExists {
            path,
            source: error.into(),
        },
        io::ErrorKind::NotFound => Error::NotFound {
            path,
            source: error.into(),
        },
        io::ErrorKind::PermissionDenied => Error::PermissionDenied {
            path,
            source: error.into(),
        },
        _ => Error::Generic {
            store: "folder",
            source: error.into(),
        },
    }
}

/// Runs blocking file work off the async threads.
async fn blocking<T: Send + 'static>(
    key: String,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await?;
    done.map_err(|error| store_error(&key, error))
}

fn put_result() -> PutResult {
    PutResult {
        // A folder has no ETags or versions; the vault relies on create-only writes alone.
        e_tag: None,
        version: None,
        extensions: Default::default(),
    }
}

#[async_trait]
impl ObjectStore for FolderStore {
    async fn put_opts(
        &self,
        key: &Key,
        payload: PutPayload,
        opts: PutOptions,
    ) -> Result<PutResult> {
        let create = match opts.mode {
            PutMode::Create => true,
            PutMode::Overwrite => false,
            PutMode::Update(_) => return self.inner.put_opts(key, payload, opts).await,
        };
        let target = self.inner.path_to_filesystem(key)?;
        let store = self.clone();
        blocking(key.to_string(), move || {
            let mut staged = store.stage()?;
            for chunk in payload.iter() {
                staged.write_all(chunk)?;
            }
            store.place(staged, &target, create)
        })
        .await?;
        Ok(put_result())
    }

    async fn put_multipart_opts(
        &self,
        key: &Key,
        _: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        let target = self.inner.path_to_filesystem(key)?;
        let store = self.clone();
        let staged = blocking(key.to_string(), move || store.stage()).await?;
        let file = Arc::new(
            staged
                .as_file()
                .try_clone()
                .map_err(|e| store_error("", e))?,
        );
        Ok(Box::new(FolderUpload {
            store: self.clone(),
            key: key.to_string(),
            target,
            staged: Some(staged),
            file,
            end: 0,
        }))
    }

    async fn get_opts(&self, key: &Key, options: GetOptions) -> Result<GetResult> {
        self.inner.get_opts(key, options).await
    }

    fn delete_stream(
        &self,
        keys: BoxStream<'static, Result<Key>>,
    ) -> BoxStream<'static, Result<Key>> {
        self.inner.delete_stream(keys)
    }

    fn list(&self, prefix: Option<&Key>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Key>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Key, to: &Key, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}

/// A big file on its way into the folder; dropped unfinished, it leaves nothing.
#[derive(Debug)]
struct FolderUpload {
    store: FolderStore,
    key: String,
    target: PathBuf,
    staged: Option<NamedTempFile>,
    file: Arc<File>,
    end: u64,
}

#[async_trait]
impl MultipartUpload for FolderUpload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        // The offset is taken before the write begins, since parts are written side by side and may
        // end in any order.
        let (key, file, mut offset) = (self.key.clone(), Arc::clone(&self.file), self.end);
        self.end += data.content_length() as u64;
        Box::pin(blocking(key, move || {
            for chunk in data.iter() {
                file.write_all_at(chunk, offset)?;
                offset += chunk.len() as u64;
            }
            Ok(())
        }))
    }

    async fn complete(&mut self) -> Result<PutResult> {
        let finished_twice =
            || store_error(&self.key, io::Error::other("an upload finished twice"));
        let staged = self.staged.take().ok_or_else(finished_twice)?;
        let (store, target) = (self.store.clone(), self.target.clone());
        blocking(self.key.clone(), move || {
            // Parts are used for content only, which `store_big` has hashed before: a file of that
            // name that differs is an unreferenced leftover and may be replaced.
            store.place(staged, &target, false)
        })
        .await?;
        Ok(put_result())
    }

    async fn abort(&mut self) -> Result<()> {
        self.staged = None;
        Ok(())
    }
}
