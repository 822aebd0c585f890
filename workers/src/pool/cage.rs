//! The sandbox for a stranger's file: one fresh child for each, a few at a time; the others wait their turn for a while
//! and are then sent away. A child never sees a second file.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::PoolConfig;
use super::process::{self, Death, KillHandle, Launch, Process};
use crate::limits::{Confinement, FenceName};
use crate::outcome::{Failure, FailureKind};
use crate::protocol::{self, InParts, Once, OnceSetUp};

/// What the children are and may use.
#[derive(Debug, Clone)]
pub struct CageConfig {
    /// The executable; it calls [`crate::child::once::answer_once`] when its first argument is `argument`.
    pub program: PathBuf,
    /// The hidden first argument.
    pub argument: &'static str,
    /// Files looked at at the same time.
    pub at_once: usize,
    /// How long a file waits for its turn.
    pub patience: Duration,
    /// Hard ceiling of a child's data, in bytes.
    pub memory_bytes: u64,
    /// Time for one file, and processor time too.
    pub timeout: Duration,
    /// Fences a child may be without.
    pub without_fences: Vec<FenceName>,
}

impl CageConfig {
    /// Two children of the pool's program at once, 512 MiB and 20 seconds each; a file waits 8 seconds for its turn.
    pub fn beside(pool: &PoolConfig, argument: &'static str) -> Self {
        Self {
            program: pool.program.clone(),
            argument,
            at_once: 2,
            patience: Duration::from_secs(8),
            memory_bytes: 512 << 20,
            timeout: Duration::from_secs(20),
            without_fences: pool.without_fences.clone(),
        }
    }
}

/// Why a question has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Uncaged {
    /// Too many files wait already; nothing was looked at.
    #[error("too many files wait")]
    Busy,
    /// The child did not answer, or could not be started.
    #[error(transparent)]
    Failed(#[from] Failure),
}

/// The children and the turns before them.
#[derive(Debug, Clone)]
pub struct Cage {
    config: Arc<CageConfig>,
    turns: Arc<Semaphore>,
}

impl Cage {
    /// Starts nothing: each child is started by its file.
    pub fn new(config: CageConfig) -> Self {
        let turns = Arc::new(Semaphore::new(config.at_once.max(1)));
        Self {
            config: Arc::new(config),
            turns,
        }
    }

    /// What the child says to `question` about `file`. Dropping the future ends the child.
    ///
    /// # Errors
    /// `Busy` after [`CageConfig::patience`]; `timed_out`, `out_of_memory` and `crashed` are about this file,
    /// `unavailable` is not.
    pub async fn ask<Q, A>(&self, question: Q, file: File) -> Result<A, Uncaged>
    where
        Q: Serialize + Send + 'static,
        A: DeserializeOwned + Send + 'static,
    {
        // Waiting is bounded, so that a storm of files is told to come back instead of piling up.
        let turn = tokio::time::timeout(self.config.patience, self.turns.clone().acquire_owned());
        let turn = turn.await.map_err(|_| Uncaged::Busy)?;
        let turn = turn.map_err(|_| Uncaged::Busy)?;
        // Held while the answer is awaited: whoever hangs up takes the child along.
        let leash = Leash(KillHandle::default());
        let (config, handle) = (self.config.clone(), leash.0.clone());
        // The kernel ends a child with the thread that started it, so one thread stays with it to the end.
        let asked =
            tokio::task::spawn_blocking(move || ask(&config, handle, &question, &file, turn));
        let ended = |_| Failure::new(FailureKind::Unavailable, "the program is ending");
        Ok(asked.await.map_err(ended)??)
    }

    /// As [`Cage::ask`], where the child answers in parts ([`crate::child::once::answer_in_parts`]): each goes to `parts` as it
    /// comes, and the child waits while nobody takes them. Whoever stops listening ends the child.
    ///
    /// # Errors
    /// As [`Cage::ask`]; parts may have come before.
    pub async fn ask_in_parts<Q, A>(
        &self,
        question: Q,
        file: File,
        parts: mpsc::Sender<A>,
    ) -> Result<(), Uncaged>
    where
        Q: Serialize + Send + 'static,
        A: DeserializeOwned + Send + 'static,
    {
        let turn = tokio::time::timeout(self.config.patience, self.turns.clone().acquire_owned());
        let turn = turn.await.map_err(|_| Uncaged::Busy)?;
        let turn = turn.map_err(|_| Uncaged::Busy)?;
        let leash = Leash(KillHandle::default());
        let (config, handle) = (self.config.clone(), leash.0.clone());
        let asked = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            hear_parts(&config, handle, &question, &file, &parts)
        });
        let ended = |_| Failure::new(FailureKind::Unavailable, "the program is ending");
        Ok(asked.await.map_err(ended)??)
    }

    /// Which fences a child stands behind here, from one that is started for the question. It takes a moment.
    ///
    /// # Errors
    /// `unavailable` where no child starts.
    pub fn fences(&self) -> Result<Confinement, Failure> {
        let config = CageConfig {
            without_fences: vec![FenceName::Landlock, FenceName::Seccomp],
            ..CageConfig::clone(&self.config)
        };
        start(&config, KillHandle::default()).map(|child| child.confinement)
    }

    /// As [`Cage::ask`], on this thread and without waiting for a turn.
    ///
    /// # Errors
    /// As [`Cage::ask`], but never `Busy`.
    pub fn ask_here<A: DeserializeOwned>(
        &self,
        question: &impl Serialize,
        file: &File,
    ) -> Result<A, Failure> {
        converse(&self.config, KillHandle::default(), question, file)
    }
}

/// Ends the child when whoever asked has gone.
struct Leash(KillHandle);

impl Drop for Leash {
    fn drop(&mut self) {
        process::kill(&self.0);
    }
}

fn ask<A: DeserializeOwned>(
    config: &CageConfig,
    handle: KillHandle,
    question: &impl Serialize,
    file: &File,
    _turn: OwnedSemaphorePermit,
) -> Result<A, Failure> {
    converse(config, handle, question, file)
}

fn converse<A: DeserializeOwned>(
    config: &CageConfig,
    handle: KillHandle,
    question: &impl Serialize,
    file: &File,
) -> Result<A, Failure> {
    let mut process = start(config, handle)?;
    match process.ask::<Once<A>>(question, file, config.timeout) {
        Ok((Once::Done(answer), _)) => Ok(answer),
        Ok((Once::Panicked(place), _)) => {
            let detail = format!("panicked at {place}");
            Err(Failure::new(FailureKind::Crashed, detail))
        }
        Err(Death(kind, detail)) => Err(Failure::new(kind, detail)),
    }
}

fn start(config: &CageConfig, handle: KillHandle) -> Result<Process, Failure> {
    let launch = Launch {
        program: &config.program,
        argument: config.argument,
        without_fences: &config.without_fences,
    };
    let set_up = OnceSetUp {
        version: protocol::VERSION,
        memory_bytes: config.memory_bytes,
        // Processor time has a whole second at least, else a short deadline would kill the child at
        // its start.
        cpu_seconds: config.timeout.as_secs().max(1),
    };
    Process::start(&launch, &set_up, handle)
}

fn hear_parts<A: DeserializeOwned>(
    config: &CageConfig,
    handle: KillHandle,
    question: &impl Serialize,
    file: &File,
    parts: &mpsc::Sender<A>,
) -> Result<(), Failure> {
    let mut process = start(config, handle)?;
    let first = process.ask::<InParts<A>>(question, file, config.timeout);
    let mut heard = first.map(|(part, _)| part);
    loop {
        match heard {
            Ok(InParts::Part(part)) => {
                if parts.blocking_send(part).is_err() {
                    return Ok(()); // nobody listens any more; the child is ended with its process
                }
                heard = process.next(config.timeout);
            }
            Ok(InParts::End) => return Ok(()),
            Ok(InParts::Panicked(place)) => {
                let detail = format!("panicked at {place}");
                return Err(Failure::new(FailureKind::Crashed, detail));
            }
            Err(Death(kind, detail)) => return Err(Failure::new(kind, detail)),
        }
    }
}
