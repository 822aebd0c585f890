//! The index as its owner sees it: opened, followed and written, one commit a step.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use tantivy::merge_policy::LogMergePolicy;
use tantivy::{IndexReader, IndexWriter, ReloadPolicy, Searcher, Term};

use crate::directory::{generation_path, readable_pointer, size, write_pointer};
use crate::entry::Change;
use crate::error::IndexError;
use crate::schema::{Fields, document, schema};
use crate::words::Speller;

/// Memory the live writer may fill before it writes a segment, in bytes.
const WRITER_MEMORY: usize = 24 << 20;

/// Merge a segment as soon as this share of it is deleted: with it the disk stays below 1.5 × live.
const MOST_DELETED: f32 = 0.15;

/// One generation, opened.
pub(crate) struct Generation {
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
        if index.schema() != schema {
            let detail = format!("generation {number} has other fields than its format says");
            return Err(IndexError::Corrupt {
                dir: dir.into(),
                detail,
            });
        }
        let reader = index
            .reader_builder()
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

/// The engine's writer on one generation.
struct Live {
    generation: u64,
    writer: IndexWriter,
    speller: Speller,
}

/// The searchable copy of what is published. Cheap to ask from many threads; one of them writes.
pub struct Index {
    dir: PathBuf,
    generation: RwLock<Arc<Generation>>,
    /// The generation whose position the writer was last told.
    followed: AtomicU64,
    live: Mutex<Option<Live>>,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index")
            .field("dir", &self.dir)
            .finish_non_exhaustive()
    }
}

impl Index {
    /// Opens the index in a folder, making an empty one at position 0 where there is none.
    ///
    /// # Errors
    /// [`IndexError::OtherFormat`] where another version of the program wrote it (rebuild it),
    /// [`IndexError::Corrupt`] where it cannot be understood, [`IndexError::Unavailable`] for the disk.
    pub fn open(dir: impl Into<PathBuf>) -> Result<Self, IndexError> {
        let dir = dir.into();
        let number = match readable_pointer(&dir)? {
            Some(pointer) => pointer.generation,
            None => create(&dir)?,
        };
        let generation = Generation::open(&dir, number)?;
        Ok(Self {
            dir,
            followed: AtomicU64::new(number),
            generation: RwLock::new(Arc::new(generation)),
            live: Mutex::new(None),
        })
    }

    /// The position of the publication sequence this index has reached; 0 when it is empty.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn position(&self) -> Result<u64, IndexError> {
        let generation = self.follow()?;
        let position = generation.position(&self.dir)?;
        self.followed.store(generation.number, Ordering::Release);
        Ok(position)
    }

    /// Takes one step of the publication sequence: all changes and the position in one durable commit.
    /// A position already reached is passed over, so a step may be repeated.
    ///
    /// # Errors
    /// [`IndexError::Replaced`] once after a rebuild was swapped in: go on from its position.
    /// [`IndexError::Busy`] while another process writes. After any error nothing of the step is kept.
    pub fn apply(&self, position: u64, changes: &[Change]) -> Result<(), IndexError> {
        let mut live = self.writing();
        let generation = self.follow()?;
        let reached = generation.position(&self.dir)?;
        if self.followed.swap(generation.number, Ordering::AcqRel) != generation.number {
            *live = None;
            return Err(IndexError::Replaced { position: reached });
        }
        if position <= reached {
            return Ok(());
        }
        if live
            .as_ref()
            .is_none_or(|live| live.generation != generation.number)
        {
            *live = None;
            *live = Some(Live::start(&self.dir, &generation)?);
        }
        let written = match live.as_mut() {
            Some(live) => live.step(&generation.fields, position, changes),
            None => Ok(()),
        };
        if let Err(error) = written {
            // A writer dropped without commit forgets what it was given.
            *live = None;
            return Err(IndexError::at(error, &self.dir));
        }
        generation.reader.reload()?;
        Ok(())
    }

    /// Waits until the engine has tidied up after the steps taken, and lets other processes write.
    ///
    /// # Errors
    /// When tidying up fails.
    pub fn settle(&self) -> Result<(), IndexError> {
        let generation = self.follow()?;
        let mut live = self.writing();
        if let Some(live) = live.take() {
            live.writer.wait_merging_threads()?;
        }
        // Merging leaves the merged behind: a new writer collects them, and has nothing else to do.
        if generation.reader.searcher().num_docs() > 0 {
            generation.reader.reload()?;
            let writer = Live::start(&self.dir, &generation)?.writer;
            writer.garbage_collect_files().wait()?;
        }
        Ok(())
    }

    /// Bytes the folder takes on disk.
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
        Ok(self.follow()?.reader.searcher().num_docs())
    }

    /// Whether no record can be found.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn is_empty(&self) -> Result<bool, IndexError> {
        Ok(self.len()? == 0)
    }

    /// A view of the last commit, and the fields to ask it by.
    pub(crate) fn view(&self) -> Result<(Searcher, Fields), IndexError> {
        let generation = self.follow()?;
        Ok((generation.reader.searcher(), generation.fields))
    }

    /// The generation that counts now, opened anew where a rebuild was swapped in.
    fn follow(&self) -> Result<Arc<Generation>, IndexError> {
        let held = self
            .generation
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let number = readable_pointer(&self.dir)?.map_or(held.number, |pointer| pointer.generation);
        if number == held.number {
            return Ok(held);
        }
        let opened = Arc::new(Generation::open(&self.dir, number)?);
        *self
            .generation
            .write()
            .unwrap_or_else(PoisonError::into_inner) = opened.clone();
        Ok(opened)
    }

    fn writing(&self) -> MutexGuard<'_, Option<Live>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Live {
    fn start(dir: &Path, generation: &Generation) -> Result<Self, IndexError> {
        let writer = generation
            .index
            .writer_with_num_threads(1, WRITER_MEMORY)
            .map_err(|error| IndexError::at(error, dir))?;
        writer.set_merge_policy(Box::new(merge_policy()));
        Ok(Self {
            generation: generation.number,
            writer,
            speller: Speller::default(),
        })
    }

    fn step(&mut self, fields: &Fields, position: u64, changes: &[Change]) -> tantivy::Result<()> {
        for change in changes {
            match change {
                Change::Put(entry) => {
                    self.writer
                        .delete_term(Term::from_field_text(fields.id, &entry.id));
                    self.writer
                        .add_document(document(fields, &mut self.speller, entry))?;
                }
                Change::Remove(id) => {
                    self.writer
                        .delete_term(Term::from_field_text(fields.id, id));
                }
            }
        }
        let mut commit = self.writer.prepare_commit()?;
        commit.set_payload(&position.to_string());
        commit.commit()?;
        self.writer.garbage_collect_files().wait()?;
        Ok(())
    }
}

/// Few segments, and none that is mostly deleted.
pub(crate) fn merge_policy() -> LogMergePolicy {
    let mut policy = LogMergePolicy::default();
    policy.set_min_num_segments(4);
    policy.set_del_docs_ratio_before_merge(MOST_DELETED);
    policy
}

/// An empty first generation.
fn create(dir: &Path) -> Result<u64, IndexError> {
    let number = 1;
    let path = generation_path(dir, number);
    fs::create_dir_all(&path)?;
    // Left by a start that was cut off before the pointer was written: nothing was ever in it.
    let engine = tantivy::directory::MmapDirectory::open(&path)
        .map_err(|error| IndexError::at(error.into(), dir))?;
    tantivy::Index::open_or_create(engine, schema().0)
        .map_err(|error| IndexError::at(error, dir))?;
    write_pointer(dir, number)?;
    Ok(number)
}
