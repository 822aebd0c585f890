//! A new index beside the old one, then a swap: readers are answered all along.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::thread;

use tantivy::IndexWriter;

use crate::directory::{
    FORMAT, generation_path, generations, read_pointer, size, sweep, write_pointer,
};
use crate::entry::Entry;
use crate::error::IndexError;
use crate::schema::{Fields, document, schema};
use crate::words::Speller;
use crate::writer::{Index, merge_policy};

/// Threads that build, and the memory each may fill before it writes a segment, in bytes.
const THREADS: usize = 2;
const MEMORY_A_THREAD: usize = 64 << 20;

/// An index being built. Dropped before [`Rebuild::finish`], it leaves the old one as it was.
pub struct Rebuild {
    dir: PathBuf,
    generation: u64,
    fields: Fields,
    writer: IndexWriter,
    /// One for each thread that takes text apart.
    spellers: [Speller; THREADS],
    /// Held as long as this lives, so that two never build at once.
    _lock: File,
}

impl std::fmt::Debug for Rebuild {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rebuild")
            .field("generation", &self.generation)
            .finish_non_exhaustive()
    }
}

impl Rebuild {
    /// Starts building beside whatever the folder holds: an index of any format, a damaged one, or none.
    ///
    /// # Errors
    /// [`IndexError::Busy`] while another rebuild runs, [`IndexError::Unavailable`] for the disk.
    pub fn start(dir: impl Into<PathBuf>) -> Result<Self, IndexError> {
        let dir = dir.into();
        fs::create_dir_all(&dir)?;
        let lock = File::create(dir.join("rebuild.lock"))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => IndexError::Busy { dir: dir.clone() },
            TryLockError::Error(cause) => cause.into(),
        })?;
        let current = match read_pointer(&dir) {
            Ok(pointer) => pointer.map_or(0, |pointer| pointer.generation),
            Err(IndexError::Corrupt { .. }) => generations(&dir)?.into_iter().max().unwrap_or(0),
            Err(error) => return Err(error),
        };
        // Left behind by rebuilds that were cut off.
        sweep(&dir, |generation| generation > current)?;
        let generation = current + 1;
        let path = generation_path(&dir, generation);
        fs::create_dir_all(&path)?;
        let (schema, fields) = schema();
        let index = tantivy::Index::create_in_dir(&path, schema)?;
        let writer: IndexWriter =
            index.writer_with_num_threads(THREADS, THREADS * MEMORY_A_THREAD)?;
        writer.set_merge_policy(Box::new(merge_policy()));
        Ok(Self {
            dir,
            generation,
            fields,
            writer,
            spellers: Default::default(),
            _lock: lock,
        })
    }

    /// Adds entries, each record once, in any order. Memory stays bounded however many there are.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn add(&mut self, entries: &[Entry]) -> Result<(), IndexError> {
        let (fields, writer) = (&self.fields, &self.writer);
        let share = entries.len().div_ceil(THREADS).max(1);
        let shares = entries.chunks(share).zip(&mut self.spellers);
        thread::scope(|scope| {
            let adding: Vec<_> = shares
                .map(|(share, speller)| {
                    scope.spawn(move || -> tantivy::Result<()> {
                        for entry in share {
                            writer.add_document(document(fields, speller, entry))?;
                        }
                        Ok(())
                    })
                })
                .collect();
            for added in adding {
                added
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            }
            Ok(())
        })
    }

    /// Puts the built index, complete up to a position, in the place of the old one.
    ///
    /// # Errors
    /// [`IndexError::Behind`] where the live index has gone further meanwhile; it stays in its place.
    pub fn finish(self, position: u64) -> Result<(), IndexError> {
        let Self {
            dir,
            generation,
            mut writer,
            _lock,
            ..
        } = self;
        let mut commit = writer.prepare_commit()?;
        commit.set_payload(&position.to_string());
        commit.commit()?;
        let files = writer.index().clone();
        writer.wait_merging_threads()?;
        collect_garbage(&files)?;
        let live = live_position(&dir)?;
        if live > position {
            return Err(IndexError::Behind {
                live,
                rebuilt: position,
            });
        }
        write_pointer(&dir, generation)?;
        sweep(&dir, |other| other < generation)
    }

    /// Bytes the new index takes on disk so far.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn size_on_disk(&self) -> Result<u64, IndexError> {
        Ok(size(&generation_path(&self.dir, self.generation))?)
    }
}

/// Removes what merging left behind.
fn collect_garbage(index: &tantivy::Index) -> Result<(), IndexError> {
    let writer: IndexWriter = index.writer_with_num_threads(1, MEMORY_A_THREAD)?;
    writer.garbage_collect_files().wait()?;
    Ok(())
}

/// How far the index in place has got; 0 where this program cannot read it, for then it is no loss.
fn live_position(dir: &Path) -> Result<u64, IndexError> {
    match read_pointer(dir) {
        Ok(Some(pointer)) if pointer.format == FORMAT => {}
        Ok(_) | Err(IndexError::Corrupt { .. }) => return Ok(0),
        Err(error) => return Err(error),
    }
    match Index::open(dir).and_then(|index| index.position()) {
        Ok(position) => Ok(position),
        Err(IndexError::Corrupt { .. } | IndexError::Engine(_)) => Ok(0),
        Err(error) => Err(error),
    }
}
