//! The engine's writer on the live generation: one commit for each step of the publication sequence.

use std::path::Path;
use std::time::{Duration, Instant};

use tantivy::directory::error::LockError;
use tantivy::merge_policy::LogMergePolicy;
use tantivy::{IndexWriter, TantivyError, Term};

use crate::document::Change;
use crate::document_terms::indexed;
use crate::error::IndexError;
use crate::schema::Fields;
use crate::tokenizer::Tokenizer;

/// Memory the writer may fill before it writes a segment, in bytes.
const WRITER_MEMORY: usize = 24 << 20;

/// How long a lock is waited for: starting a process takes milliseconds, a second on a machine under load.
const PATIENCE: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(10);

/// A segment is merged as soon as this share of it is deleted: so the disk stays below 1.5 times the live data.
const MAX_DELETED: f32 = 0.15;

/// Holds the engine's write lock on one generation; dropped without a commit, it forgets what it was given.
pub(crate) struct LiveWriter {
    pub(crate) generation: u64,
    writer: IndexWriter,
    tokenizer: Tokenizer,
}

/// A writer of the engine, waited for a moment while its lock is taken. A process that is just being started still has the
/// files of this one until its program begins, and with them the lock of a writer that is gone here.
pub(crate) fn writer(
    index: &tantivy::Index,
    threads: usize,
    memory: usize,
) -> tantivy::Result<IndexWriter> {
    let asked = Instant::now();
    loop {
        match index.writer_with_num_threads(threads, memory) {
            Err(TantivyError::LockFailure(LockError::LockBusy, _))
                if asked.elapsed() < PATIENCE =>
            {
                #[expect(
                    clippy::disallowed_methods,
                    reason = "the index is only written on threads that may block"
                )]
                std::thread::sleep(PAUSE);
            }
            answer => return answer,
        }
    }
}

impl LiveWriter {
    /// Takes the write lock.
    ///
    /// # Errors
    /// [`IndexError::Busy`] while another process holds it.
    pub(crate) fn start(
        dir: &Path,
        generation: u64,
        index: &tantivy::Index,
    ) -> Result<Self, IndexError> {
        let writer = writer(index, 1, WRITER_MEMORY).map_err(|error| IndexError::at(error, dir))?;
        writer.set_merge_policy(Box::new(merge_policy()));
        Ok(Self {
            generation,
            writer,
            tokenizer: Tokenizer::default(),
        })
    }

    /// Takes changes that the next commit makes findable.
    ///
    /// # Errors
    /// When the disk refuses; then the writer must be dropped.
    pub(crate) fn stage(&mut self, fields: &Fields, changes: &[Change]) -> tantivy::Result<()> {
        for change in changes {
            match change {
                Change::Put(document) => {
                    // The engine has no update: a document is replaced by deleting and adding it in one commit.
                    self.writer
                        .delete_term(Term::from_field_text(fields.id, &document.id));
                    self.writer
                        .add_document(indexed(fields, &mut self.tokenizer, document))?;
                }
                Change::Remove(id) => {
                    self.writer
                        .delete_term(Term::from_field_text(fields.id, id));
                }
            }
        }
        Ok(())
    }

    /// Writes the changes, those staged before and the position in one commit.
    ///
    /// # Errors
    /// When the disk refuses; then the writer must be dropped.
    pub(crate) fn commit(
        &mut self,
        fields: &Fields,
        position: u64,
        changes: &[Change],
    ) -> tantivy::Result<()> {
        self.stage(fields, changes)?;
        let mut commit = self.writer.prepare_commit()?;
        commit.set_payload(&position.to_string());
        commit.commit()?;
        self.collect_garbage()
    }

    /// Removes the files of segments that merges have replaced.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(crate) fn collect_garbage(&self) -> tantivy::Result<()> {
        self.writer.garbage_collect_files().wait()?;
        Ok(())
    }

    /// Waits for the merges under way and gives the write lock back.
    ///
    /// # Errors
    /// When a merge fails.
    pub(crate) fn wait_for_merges(self) -> tantivy::Result<()> {
        self.writer.wait_merging_threads()
    }
}

/// Few segments, and none that is mostly deleted.
pub(crate) fn merge_policy() -> LogMergePolicy {
    let mut policy = LogMergePolicy::default();
    policy.set_min_num_segments(4);
    policy.set_del_docs_ratio_before_merge(MAX_DELETED);
    policy
}
