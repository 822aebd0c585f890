//! Builds a new index beside the live one and swaps it in: searches are answered all the time.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::thread;

use tantivy::{IndexWriter, Term};

use crate::document::{Change, Document};
use crate::document_terms::indexed;
use crate::error::IndexError;
use crate::generations::{
    FORMAT, generation_path, generations, read_pointer, remove_generations, size, write_pointer,
};
use crate::index::Index;
use crate::live_writer::{self, merge_policy};
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
    /// Position of the last checkpoint.
    reached: u64,
    /// Whether it goes on from one: then what is added may be there already.
    resumed: bool,
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
    /// Starts building beside whatever is in the folder: an index of any format, a damaged one, or none. A rebuild that
    /// was cut off goes on from its last [`Rebuild::checkpoint`].
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
        let generation = current + 1;
        let path = generation_path(&dir, generation);
        let reached = reached_by(&path);
        // Rebuilds that were cut off leave generations above the current one.
        remove_generations(&dir, |other| {
            other > generation || (other == generation && reached.is_none())
        })?;
        fs::create_dir_all(&path)?;
        let (schema, fields) = schema();
        let index = match reached {
            Some(_) => tantivy::Index::open_in_dir(&path)?,
            None => tantivy::Index::create_in_dir(&path, schema)?,
        };
        let writer: IndexWriter =
            live_writer::writer(&index, THREADS, THREADS * MEMORY_PER_THREAD)?;
        writer.set_merge_policy(Box::new(merge_policy()));
        Ok(Self {
            dir,
            generation,
            fields,
            writer,
            tokenizers: Default::default(),
            reached: reached.unwrap_or(0),
            resumed: reached.is_some(),
            _lock: lock,
        })
    }

    /// The position from which to go on: 0, or that of the last checkpoint of a rebuild that was cut off.
    pub fn position(&self) -> u64 {
        self.reached
    }

    /// Makes what was added so far last: it is complete up to this position, and a rebuild cut off later goes on there.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn checkpoint(&mut self, position: u64) -> Result<(), IndexError> {
        let mut commit = self.writer.prepare_commit()?;
        commit.set_payload(&format!("{}{position}", part_way()));
        commit.commit()?;
        self.reached = position;
        Ok(())
    }

    /// Applies changes to what was added: what was published while the rest was being built.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn apply(&mut self, changes: &[Change]) -> Result<(), IndexError> {
        for change in changes {
            let id = match change {
                Change::Put(document) => &document.id,
                Change::Remove(id) => id,
            };
            self.writer
                .delete_term(Term::from_field_text(self.fields.id, id));
            if let Change::Put(document) = change {
                let [tokenizer, ..] = &mut self.tokenizers;
                self.writer
                    .add_document(indexed(&self.fields, tokenizer, document))?;
            }
        }
        Ok(())
    }

    /// Adds documents, each once, in any order. Memory stays bounded.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn add(&mut self, documents: &[Document]) -> Result<(), IndexError> {
        if self.resumed {
            for document in documents {
                self.writer
                    .delete_term(Term::from_field_text(self.fields.id, &document.id));
            }
        }
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

impl Index {
    /// As [`Index::open`]; an index of another format makes place for an empty one at position 0, which follows from
    /// there: nothing is lost, and nobody must rebuild by hand after an upgrade.
    ///
    /// # Errors
    /// As [`Index::open`], but never [`IndexError::OtherFormat`].
    pub fn open_or_renew(dir: impl Into<PathBuf>) -> Result<Self, IndexError> {
        let dir = dir.into();
        match Self::open(&dir) {
            Err(IndexError::OtherFormat { .. }) => {
                let begun = Rebuild::start(&dir)?;
                let position = begun.position();
                begun.finish(position)?;
                Self::open(dir)
            }
            opened => opened,
        }
    }
}

/// The position up to which a cut-off rebuild in this folder is complete; `None` where nothing of it can be used.
fn reached_by(path: &Path) -> Option<u64> {
    let index = tantivy::Index::open_in_dir(path).ok()?;
    if index.schema() != schema().0 {
        return None;
    }
    let payload = index.load_metas().ok()?.payload?;
    payload.strip_prefix(&part_way())?.parse().ok()
}

/// Marks the commit of an index that is not whole yet.
fn part_way() -> String {
    format!("part-way {FORMAT} ")
}

/// Removes the files of segments that merges have replaced.
fn collect_garbage(index: &tantivy::Index) -> Result<(), IndexError> {
    let writer: IndexWriter = live_writer::writer(index, 1, MEMORY_PER_THREAD)?;
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
