//! An index: opened, searched, and kept up to date with one commit for each step.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use tantivy::{IndexReader, ReloadPolicy, Searcher};

use crate::document::Change;
use crate::error::IndexError;
use crate::generations::{generation_path, read_supported_pointer, size, write_pointer};
use crate::live_writer::LiveWriter;
use crate::schema::{Fields, schema};

/// One generation, opened for reading.
struct Generation {
    number: u64,
    index: tantivy::Index,
    reader: IndexReader,
    fields: Fields,
}

impl Generation {
    fn open(dir: &Path, number: u64) -> Result<Self, IndexError> {
        let path = generation_path(dir, number);
        let (schema, fields) = schema();
        let index =
            tantivy::Index::open_in_dir(&path).map_err(|error| IndexError::at(error, dir))?;
        // The format number promises these fields; with others, another program has written here.
        if index.schema() != schema {
            let detail = format!("generation {number} has other fields than its format says");
            return Err(IndexError::Corrupt {
                dir: dir.into(),
                detail,
            });
        }
        let reader = index
            .reader_builder()
            // Another process may commit to the same folder; this policy watches for its commits.
            .reload_policy(ReloadPolicy::OnCommitWithDelay)
            .try_into();
        let reader = reader.map_err(|error| IndexError::at(error, dir))?;
        Ok(Self {
            number,
            index,
            reader,
            fields,
        })
    }

    /// The position its last commit carries; 0 before the first.
    fn position(&self, dir: &Path) -> Result<u64, IndexError> {
        let metas = self
            .index
            .load_metas()
            .map_err(|error| IndexError::at(error, dir))?;
        match metas.payload {
            None => Ok(0),
            Some(payload) => payload.parse().map_err(|_| IndexError::Corrupt {
                dir: dir.into(),
                detail: "the commit carries no position".to_string(),
            }),
        }
    }
}

/// The searchable copy of the published records. Many threads may search while one of them writes.
pub struct Index {
    dir: PathBuf,
    generation: RwLock<Arc<Generation>>,
    /// The generation whose position the caller was last given, so that a swap is reported once.
    followed: AtomicU64,
    writer: Mutex<Option<LiveWriter>>,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index")
            .field("dir", &self.dir)
            .finish_non_exhaustive()
    }
}

impl Index {
    /// Opens the index in a folder; creates an empty one at position 0 where there is none.
    ///
    /// # Errors
    /// [`IndexError::OtherFormat`] where another version of the program wrote it (rebuild it),
    /// [`IndexError::Corrupt`] where it cannot be understood, [`IndexError::Unavailable`] for the disk.
    pub fn open(dir: impl Into<PathBuf>) -> Result<Self, IndexError> {
        let dir = dir.into();
        let number = match read_supported_pointer(&dir)? {
            Some(pointer) => pointer.generation,
            None => create(&dir)?,
        };
        let generation = Generation::open(&dir, number)?;
        Ok(Self {
            dir,
            followed: AtomicU64::new(number),
            generation: RwLock::new(Arc::new(generation)),
            writer: Mutex::new(None),
        })
    }

    /// The position of the publication sequence this index has reached; 0 when it is empty.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn position(&self) -> Result<u64, IndexError> {
        let generation = self.current()?;
        let position = generation.position(&self.dir)?;
        self.followed.store(generation.number, Ordering::Release);
        Ok(position)
    }

    /// Applies one step of the publication sequence: all changes and the position in one durable commit.
    /// A position already reached changes nothing, so a step may be repeated.
    ///
    /// # Errors
    /// [`IndexError::Replaced`] once after a rebuild was swapped in: continue from its position.
    /// [`IndexError::Busy`] while another process writes. After any error nothing of the step is kept.
    pub fn apply(&self, position: u64, changes: &[Change]) -> Result<(), IndexError> {
        self.write(position, |writer, fields| {
            writer.commit(fields, position, changes)
        })
    }

    /// Takes a part of a step that is too large to be held in memory as a whole. Nothing of it is found before
    /// [`Index::apply`] commits the rest of the step; a step repeated puts the same documents again.
    ///
    /// # Errors
    /// As [`Index::apply`].
    pub fn stage(&self, position: u64, changes: &[Change]) -> Result<(), IndexError> {
        self.write(position, |writer, fields| writer.stage(fields, changes))
    }

    fn write(
        &self,
        position: u64,
        act: impl FnOnce(&mut LiveWriter, &Fields) -> tantivy::Result<()>,
    ) -> Result<(), IndexError> {
        let mut writer = self.lock_writer();
        let generation = self.current()?;
        let reached = generation.position(&self.dir)?;
        // The caller chose `changes` by the position of the generation it was last told about. After a swap they
        // may be the wrong ones, so nothing is written until the caller has seen the new position.
        if self.followed.swap(generation.number, Ordering::AcqRel) != generation.number {
            *writer = None;
            return Err(IndexError::Replaced { position: reached });
        }
        if position <= reached {
            return Ok(());
        }
        if writer
            .as_ref()
            .is_none_or(|writer| writer.generation != generation.number)
        {
            // The old writer must give its lock back before the new one asks for it.
            *writer = None;
            *writer = Some(self.start_writer(&generation)?);
        }
        let written = match writer.as_mut() {
            Some(writer) => act(writer, &generation.fields),
            None => Ok(()),
        };
        if let Err(error) = written {
            // A writer dropped without commit forgets what it was given.
            *writer = None;
            return Err(IndexError::at(error, &self.dir));
        }
        // The caller's next search must find this step; the watcher of commits could be later than that.
        generation.reader.reload()?;
        Ok(())
    }

    /// Waits until the engine has merged its segments and removed unused files, and gives the write lock
    /// back to other processes.
    ///
    /// # Errors
    /// When a merge fails, or another process takes the lock meanwhile.
    pub fn wait_for_merges(&self) -> Result<(), IndexError> {
        let generation = self.current()?;
        let mut writer = self.lock_writer();
        if let Some(writer) = writer.take() {
            writer.wait_for_merges()?;
        }
        // The last merges leave their sources behind. Only a writer can remove them, so a new one is started.
        if generation.reader.searcher().num_docs() > 0 {
            generation.reader.reload()?;
            self.start_writer(&generation)?.collect_garbage()?;
        }
        Ok(())
    }

    /// Bytes of all files in the folder.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn size_on_disk(&self) -> Result<u64, IndexError> {
        Ok(size(&self.dir)?)
    }

    /// How many records can be found.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn len(&self) -> Result<u64, IndexError> {
        Ok(self.current()?.reader.searcher().num_docs())
    }

    /// Whether no record can be found.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn is_empty(&self) -> Result<bool, IndexError> {
        Ok(self.len()? == 0)
    }

    /// A snapshot of the last commit, and the handles of its fields.
    pub(crate) fn searcher(&self) -> Result<(Searcher, Fields), IndexError> {
        let generation = self.current()?;
        Ok((generation.reader.searcher(), generation.fields))
    }

    /// The current generation, reopened where a rebuild was swapped in.
    fn current(&self) -> Result<Arc<Generation>, IndexError> {
        let known = self
            .generation
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let number =
            read_supported_pointer(&self.dir)?.map_or(known.number, |pointer| pointer.generation);
        if number == known.number {
            return Ok(known);
        }
        let opened = Arc::new(Generation::open(&self.dir, number)?);
        *self
            .generation
            .write()
            .unwrap_or_else(PoisonError::into_inner) = opened.clone();
        Ok(opened)
    }

    fn start_writer(&self, generation: &Generation) -> Result<LiveWriter, IndexError> {
        LiveWriter::start(&self.dir, generation.number, &generation.index)
    }

    fn lock_writer(&self) -> MutexGuard<'_, Option<LiveWriter>> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Creates an empty first generation and gives its number.
fn create(dir: &Path) -> Result<u64, IndexError> {
    let number = 1;
    let path = generation_path(dir, number);
    fs::create_dir_all(&path)?;
    // `open_or_create`: a start cut off before the pointer was written leaves an empty generation.
    let engine = tantivy::directory::MmapDirectory::open(&path)
        .map_err(|error| IndexError::at(error.into(), dir))?;
    tantivy::Index::open_or_create(engine, schema().0)
        .map_err(|error| IndexError::at(error, dir))?;
    write_pointer(dir, number)?;
    Ok(number)
}
