//! The sandboxed child that reads a stranger's list, and what its owner hears: the same cage as for scans and for files to be verified
//! (docs/decisions/2026-11-30-verification-cage.md), with more time and memory, for a list may have half a million rows.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use sogoc_workers::child::once::answer_in_parts;
use sogoc_workers::outcome::FailureKind;
use sogoc_workers::pool::{Cage, CageConfig, PoolConfig, Uncaged};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::found::{FirstLook, Found};
use super::reading::{self, ListPart, ListProblem, ListTask};
use crate::archive::Archive;
use crate::error::{Error, Result};

/// The hidden first argument that makes the executable such a child.
pub const CHILD_ARGUMENT: &str = "read-list-child";

/// Pieces that may wait to be taken; each holds a thousand rows at most.
const WAITING: usize = 2;

/// The life of such a child.
pub fn child() -> ! {
    answer_in_parts(
        |asked: ListTask, file: File, tell: &mut dyn FnMut(ListPart) -> bool| {
            reading::read(file, &asked, tell);
        },
    )
}

/// Children of the pool's program that read lists: two at once, a gigabyte and a half and ten minutes each.
pub fn cage(pool: &PoolConfig) -> Cage {
    Cage::new(CageConfig {
        memory_bytes: 1536 << 20,
        timeout: Duration::from_secs(600),
        patience: Duration::from_secs(30),
        ..CageConfig::beside(pool, CHILD_ARGUMENT)
    })
}

/// What a child tells of a file, as it comes. Dropped, the child ends.
pub(super) struct Pieces {
    parts: mpsc::Receiver<ListPart>,
    asked: Option<JoinHandle<Result<(), Uncaged>>>,
}

impl Pieces {
    pub fn of(archive: &Archive, file: File, asked: ListTask) -> Self {
        let (sender, parts) = mpsc::channel(WAITING);
        let cage = archive.lists.clone();
        let asked = tokio::spawn(async move { cage.ask_in_parts(asked, file, sender).await });
        Self {
            parts,
            asked: Some(asked),
        }
    }

    /// The next piece; nothing after the last. A child that ended early is told as a problem of the file.
    ///
    /// # Errors
    /// `Unavailable` where no child can be had.
    pub async fn next(&mut self) -> Result<Option<ListPart>> {
        if let Some(piece) = self.parts.recv().await {
            return Ok(Some(piece));
        }
        let Some(asked) = self.asked.take() else {
            return Ok(None);
        };
        let ended = asked
            .await
            .map_err(|error| Error::Internal(format!("list: {error}")))?;
        let failure = match ended {
            Ok(()) => return Ok(None),
            Err(Uncaged::Busy) => return Err(Error::unavailable("reading", "too many lists wait")),
            Err(Uncaged::Failed(failure)) => failure,
        };
        let problem = match failure.kind {
            FailureKind::Unavailable => return Err(Error::unavailable("reading", failure)),
            FailureKind::TimedOut => ListProblem::TimedOut,
            FailureKind::OutOfMemory => ListProblem::OutOfMemory,
            FailureKind::TooLarge => ListProblem::TooLarge,
            _ => ListProblem::Crashed,
        };
        Ok(Some(ListPart::Problem(problem)))
    }
}

impl Drop for Pieces {
    fn drop(&mut self) {
        if let Some(asked) = &self.asked {
            asked.abort();
        }
    }
}

/// What a first look into a file finds.
///
/// # Errors
/// `Unavailable` where no child can be had.
pub(super) async fn look(archive: &Archive, path: &Path) -> Result<(Found, Option<ListProblem>)> {
    let file = std::fs::File::open(path)?;
    let mut pieces = Pieces::of(archive, file, ListTask::FirstLook);
    let mut look = FirstLook::default();
    while let Some(piece) = pieces.next().await? {
        look.take(piece, &archive.classes);
    }
    Ok(look.end())
}
