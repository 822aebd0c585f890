//! Builds a new index beside the live one and swaps it in: searches are answered all the time.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::thread;

use tantivy::IndexWriter;

use crate::document::Document;
use crate::document_terms::indexed;
use crate::error::IndexError;
use crate::generations::{
    FORMAT, generation_path, generations, read_pointer, remove_generations, size, write_pointer,
};
use crate::index::Index;
use crate::live_writer::merge_policy;
use crate::schema::{Fields, schema};
use crate::tokenizer::Tokenizer;

/// Threads that build the index.
const THREADS: usize = 2;
/// Memory each of them may fill before it writes a segment, in bytes.
const MEMORY_PER_THREAD: usize = 64 << 20;

/// An index being built. Dropped before [`Rebuild::finish`], it leaves the live one as it was.
pub struct Rebuild {
    dir: PathBuf,
    generation: u64,
    fields: Fields,
    writer: IndexWriter,
    /// One for each thread, because a tokenizer caches what it has seen.
    tokenizers: [Tokenizer; THREADS],
    /// Held until this is dropped, so that two rebuilds never run at once.
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
    /// Starts building beside whatever is in the folder: an index of any format, a damaged one, or none.
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
        // Rebuilds that were cut off leave generations above the current one.
        remove_generations(&dir, |generation| generation > current)?;
        let generation = current + 1;
        let path = generation_path(&dir, generation);
        fs::create_dir_all(&path)?;
        let (schema, fields) = schema();
        let index = tantivy::Index::create_in_dir(&path, schema)?;
        let writer: IndexWriter =
            index.writer_with_num_threads(THREADS, THREADS * MEMORY_PER_THREAD)?;
        writer.set_merge_policy(Box::new(merge_policy()));
        Ok(Self {
            dir,
            generation,
            fields,
            writer,
            tokenizers: Default::default(),
            _lock: lock,
        })
    }

    /// Adds documents, each record once, in any order. Memory stays bounded.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn add(&mut self, documents: &[Document]) -> Result<(), IndexError> {
        let (fields, writer) = (&self.fields, &self.writer);
        let share = documents.len().div_ceil(THREADS).max(1);
        let shares = documents.chunks(share).zip(&mut self.tokenizers);
        // These threads fold the texts, while the threads of the writer index what is already folded.
        thread::scope(|scope| {
            let adding: Vec<_> = shares
                .map(|(share, tokenizer)| {
                    scope.spawn(move || -> tantivy::Result<()> {
                        for document in share {
                            writer.add_document(indexed(fields, tokenizer, document))?;
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

    /// Replaces the live index by this one, which is complete up to a position.
    ///
    /// # Errors
    /// [`IndexError::Behind`] where the live index has gone further meanwhile; then it stays.
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
        // Waiting for merges consumes the writer, so the clean-up below needs another one.
        let files = writer.index().clone();
        writer.wait_merging_threads()?;
        collect_garbage(&files)?;
        // Checked last: the live index goes on while this one is built.
        let live = live_position(&dir)?;
        if live > position {
            return Err(IndexError::Behind {
                live,
                rebuilt: position,
            });
        }
        write_pointer(&dir, generation)?;
        // Searches that still run keep the files of the old generation open, so removing them is safe.
        remove_generations(&dir, |other| other < generation)
    }

    /// Bytes the new index has written so far.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn size_on_disk(&self) -> Result<u64, IndexError> {
        Ok(size(&generation_path(&self.dir, self.generation))?)
    }
}

/// Removes the files of segments that merges have replaced.
fn collect_garbage(index: &tantivy::Index) -> Result<(), IndexError> {
    let writer: IndexWriter = index.writer_with_num_threads(1, MEMORY_PER_THREAD)?;
    writer.garbage_collect_files().wait()?;
    Ok(())
}

/// The position of the live index; 0 where this program cannot read it, since nothing is lost then.
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
