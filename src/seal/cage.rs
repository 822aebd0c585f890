//! The sandbox in which strangers' files are verified: a fresh process for each file, with ceilings of memory and time,
//! no network and no other file (docs/decisions/2026-11-30-verification-cage.md).

use std::fs::File;
use std::io::Read;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sogoc_workers::child::once::answer_once;
use sogoc_workers::limits::Confinement;
use sogoc_workers::outcome::{Failure, FailureKind};
use sogoc_workers::pool::{Cage, CageConfig, PoolConfig, Uncaged};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::pdf_file::LARGEST_FILE;
use super::trust::Trust;
use super::verdict::{FileCheck, Verdict};
use super::verify::verify;

/// The hidden first argument that makes the executable such a child.
pub const CHILD_ARGUMENT: &str = "verify-file-child";

/// Files that may be on their way in or wait at the same time.
const MOST_IN_LINE: usize = 64;

/// What a child is asked, beside the file.
#[derive(Serialize, Deserialize)]
struct Question {
    trust: Trust,
    at: Timestamp,
}

/// The life of such a child.
pub fn child() -> ! {
    answer_once(|question: Question, file| match bytes_of(file) {
        Ok(bytes) => verify(&bytes, &question.trust, question.at),
        Err(_) => Verdict::without_seal(FileCheck::CheckFailed),
    })
}

/// One byte more than the largest that is looked at, so that the check itself says `too_large`.
fn bytes_of(file: File) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(LARGEST_FILE as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Why a file was not judged; nothing is said of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotJudged {
    /// Too many files wait.
    #[error("too many files wait")]
    Busy,
    /// No child can be started.
    #[error("{0}")]
    NoChild(String),
}

/// A place among those who wait; given back when dropped.
#[derive(Debug)]
pub struct VerificationSlot(#[expect(dead_code, reason = "held, never read")] OwnedSemaphorePermit);

/// Where strangers' files are judged.
#[derive(Debug, Clone)]
pub struct VerificationCage {
    cage: Cage,
    line: Arc<Semaphore>,
}

impl VerificationCage {
    /// Children of the pool's program, which calls [`child`] when its first argument is [`CHILD_ARGUMENT`].
    pub fn new(pool: &PoolConfig) -> VerificationCage {
        VerificationCage {
            cage: Cage::new(CageConfig::beside(pool, CHILD_ARGUMENT)),
            line: Arc::new(Semaphore::new(MOST_IN_LINE)),
        }
    }

    /// Which fences a child stands behind on this machine.
    ///
    /// # Errors
    /// `unavailable` where no child starts.
    pub fn fences(&self) -> Result<Confinement, Failure> {
        self.cage.fences()
    }

    /// A place for a file that is about to come.
    ///
    /// # Errors
    /// `Busy` when too many are on their way.
    pub fn slot(&self) -> Result<VerificationSlot, NotJudged> {
        // Refused before the file comes in: otherwise many large uploads would fill the spool while they wait
        // for their turn.
        let slot = self.line.clone().try_acquire_owned();
        slot.map(VerificationSlot).map_err(|_| NotJudged::Busy)
    }

    /// The verdict on `file`, read from its beginning, as of `at`. A child that ends without an answer is part of the
    /// verdict: [`FileCheck::CheckFailed`].
    ///
    /// # Errors
    /// `Busy` when its turn does not come within seconds; `NoChild`.
    pub async fn verify(
        &self,
        file: File,
        trust: Trust,
        at: Timestamp,
    ) -> Result<Verdict, NotJudged> {
        match self.cage.ask(Question { trust, at }, file).await {
            Ok(verdict) => Ok(verdict),
            Err(Uncaged::Busy) => Err(NotJudged::Busy),
            Err(Uncaged::Failed(failure)) => ended(&failure),
        }
    }

    /// The same on this thread, for the command line.
    ///
    /// # Errors
    /// `NoChild`.
    pub fn verify_here(
        &self,
        file: &File,
        trust: Trust,
        at: Timestamp,
    ) -> Result<Verdict, NotJudged> {
        let asked = self.cage.ask_here(&Question { trust, at }, file);
        asked.or_else(|failure| ended(&failure))
    }
}

fn ended(failure: &Failure) -> Result<Verdict, NotJudged> {
    match failure.kind {
        FailureKind::Unavailable => Err(NotJudged::NoChild(failure.detail.clone())),
        kind => {
            tracing::warn!(
                kind = kind.code(),
                detail = failure.detail,
                "a check ended early"
            );
            // Logged for the operator and answered as a verdict: whoever sends a file that kills its child is not
            // to learn more than that nothing can be said of it.
            Ok(Verdict::without_seal(FileCheck::CheckFailed))
        }
    }
}
