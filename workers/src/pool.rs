//! A few children of the same executable, one page each at a time, admitted by the bytes they are
//! predicted to need, stopped at a deadline, replaced after a fixed number of pages.
//!
//! Work is taken in the order it is given; priorities are the caller's matter. A page's future may
//! be dropped: work not yet begun is skipped, work begun ends by itself.

mod cage;
mod gate;
mod process;
mod stats;
mod supervisor;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;

pub use self::cage::{Cage, CageConfig, Uncaged};
use self::gate::Gate;
use self::process::KillHandle;
pub use self::stats::PoolStats;
use self::stats::Tally;
use self::supervisor::{Supervisor, Work};
use crate::ablation::Ablation;
use crate::context::Known;
use crate::decode::{DecodeLimits, Picture, PixelDigest};
use crate::geometry::Turn;
use crate::limits::FenceName;
use crate::outcome::{Failure, FailureKind, Outcome};
use crate::probe::Probe;
use crate::protocol::{Answer, Task};
use crate::reading::{Box4, PageReading};
use crate::render::Rendition;

/// What a child may keep between pages: its program, the engine with its trained data, caches.
/// One that holds more after a page is replaced.
pub const IDLE_BYTES: u64 = 192 << 20;

/// Ceiling for each child in the default configuration, see [`PoolConfig::ceiling_bytes`].
const DEFAULT_CHILD_BYTES: u64 = 768 << 20;

/// How many children there are and what they may use.
#[derive(Debug, Clone)]
pub struct PoolConfig {
    /// The executable; it calls [`crate::child::main`] when its first argument is [`crate::child::ARGUMENT`].
    pub program: PathBuf,
    /// Pages read at the same time.
    pub children: usize,
    /// Bytes all children may hold together. Each child's share between pages, [`IDLE_BYTES`], is
    /// set aside; the rest admits pages.
    pub ceiling_bytes: u64,
    /// Pages after which a child is replaced, so that no leak grows old.
    pub pages_per_child: u32,
    /// Time for one page.
    pub page_timeout: Duration,
    /// Folder of trained data; the system's when absent.
    pub tessdata: Option<PathBuf>,
    /// Folder of record classes; the embedded ones when absent.
    pub classes: Option<PathBuf>,
    /// Ceilings for one file and one page; bytes are further bound by the pool's ceiling.
    pub limits: DecodeLimits,
    /// Fences a child may be without: where one is missing and not named here, nothing is read.
    pub without_fences: Vec<FenceName>,
}

impl Default for PoolConfig {
    fn default() -> Self {
        let children = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            // The very file this process runs, even when an upgrade has put another in its place.
            program: PathBuf::from("/proc/self/exe"),
            children,
            ceiling_bytes: children as u64 * DEFAULT_CHILD_BYTES,
            pages_per_child: 200,
            page_timeout: Duration::from_secs(120),
            tessdata: None,
            classes: None,
            limits: DecodeLimits::default(),
            without_fences: Vec::new(),
        }
    }
}

/// A page to read.
#[derive(Debug, Clone)]
pub struct PageJob {
    /// The file that the page is in.
    pub path: PathBuf,
    /// Its number in the file, from 1.
    pub page: u32,
    /// What is known of it.
    pub known: Known,
}

/// A page to show.
#[derive(Debug, Clone)]
pub struct RenderJob {
    /// The file that the page is in.
    pub path: PathBuf,
    /// Its number in the file, from 1.
    pub page: u32,
    /// Clockwise.
    pub turn: Turn,
    /// Part of the page, in pixels as delivered; cut before turning.
    pub crop: Option<Box4>,
    /// What the picture looks like.
    pub rendition: Rendition,
}

/// The children and the queue before them. Dropping it ends them.
#[derive(Debug)]
pub struct Pool {
    queue: Mutex<Option<Sender<Work>>>,
    gate: Arc<Gate>,
    tally: Arc<Tally>,
    handles: Vec<KillHandle>,
    supervisors: Vec<JoinHandle<()>>,
}

impl Pool {
    /// Makes room for the children; each is started by its first page.
    ///
    /// # Errors
    /// `refused` where the ceiling leaves no room for pages, `unavailable` where no thread starts.
    pub fn new(config: PoolConfig) -> Outcome<Self> {
        let children = config.children.max(1);
        let idle = IDLE_BYTES.saturating_mul(children as u64);
        // What idle children hold is taken off first: the rest is what pages may share.
        let room = config.ceiling_bytes.saturating_sub(idle);
        if room == 0 {
            let detail = format!("{children} children need more than {idle} bytes");
            return Err(Failure::new(FailureKind::Refused, detail));
        }
        let gate = Gate::new(room);
        let tally = Arc::new(Tally::new(config.ceiling_bytes));
        let (sender, receiver) = channel();
        // One queue for all children: whoever is free takes the next page, so a slow one holds up
        // nobody.
        let receiver = Arc::new(Mutex::new(receiver));
        let config = Arc::new(PoolConfig { children, ..config });
        let mut pool = Self {
            queue: Mutex::new(Some(sender)),
            gate: Arc::clone(&gate),
            tally: Arc::clone(&tally),
            handles: Vec::new(),
            supervisors: Vec::new(),
        };
        for number in 0..children {
            let handle = KillHandle::default();
            let supervisor = Supervisor::new(&config, &gate, &tally, &handle);
            let receiver = Arc::clone(&receiver);
            // A thread of its own for each child: the kernel ends a child with the *thread* that
            // started it, so that thread must live as long as the pool.
            let thread = std::thread::Builder::new()
                .name(format!("page-child-{number}"))
                .spawn(move || supervisor.run(&receiver))
                .map_err(|error| {
                    Failure::new(FailureKind::Unavailable, error.kind().to_string())
                })?;
            pool.handles.push(handle);
            pool.supervisors.push(thread);
        }
        Ok(pool)
    }

    /// What the file is and how large its pages are.
    ///
    /// # Errors
    /// Any [`FailureKind`].
    pub async fn probe(&self, path: &Path) -> Outcome<Probe> {
        match self.perform(path, Task::Probe).await? {
            (Answer::Probed(probe), _) => Ok(probe),
            (other, _) => Err(unexpected(&other)),
        }
    }

    /// Words and fields of one page.
    ///
    /// # Errors
    /// Any [`FailureKind`].
    pub async fn read(&self, job: PageJob) -> Outcome<PageReading> {
        self.read_without(job, Ablation::default()).await
    }

    /// As [`Pool::read`], some steps left out: to measure what they are worth.
    ///
    /// # Errors
    /// Any [`FailureKind`].
    pub async fn read_without(&self, job: PageJob, ablation: Ablation) -> Outcome<PageReading> {
        let task = Task::Read {
            // What the batch and the volume say of the page travels with the question: the child
            // has no catalogue to ask.
            page: job.page,
            known: job.known,
            without: ablation,
        };
        match self.perform(&job.path, task).await? {
            (Answer::Read(reading), _) => Ok(*reading),
            (other, _) => Err(unexpected(&other)),
        }
    }

    /// A picture of one page or a part of it.
    ///
    /// # Errors
    /// Any [`FailureKind`].
    pub async fn render(&self, job: RenderJob) -> Outcome<Vec<u8>> {
        let RenderJob {
            path,
            page,
            turn,
            crop,
            rendition,
        } = job;
        let task = Task::Render {
            page,
            turn,
            crop,
            rendition,
        };
        match self.perform(&path, task).await? {
            // A child that was taken over could answer anything; a picture at least has to look like
            // one.
            (Answer::Rendered, picture) if picture.starts_with(rendition.format.first_bytes()) => {
                Ok(picture)
            }
            (other, _) => Err(unexpected(&other)),
        }
    }

    /// The picture of page `page` (from 1) of the file at `path` as a PDF can hold it, and its bytes.
    ///
    /// # Errors
    /// Any [`FailureKind`]; `refused` for a page of a PDF that is drawn and not scanned.
    pub async fn picture(&self, path: &Path, page: u32) -> Outcome<(Picture, Vec<u8>)> {
        match self.perform(path, Task::Picture { page }).await? {
            (Answer::Pictured(picture), bytes) => Ok((picture, bytes)),
            (other, _) => Err(unexpected(&other)),
        }
    }

    /// What page `page` (from 1) shows when turned clockwise by `turn`, as a digest.
    ///
    /// # Errors
    /// Any [`FailureKind`].
    pub async fn digest(&self, path: &Path, page: u32, turn: Turn) -> Outcome<PixelDigest> {
        let task = Task::Digest { page, turn };
        match self.perform(path, task).await? {
            (Answer::Digested(digest), _) => Ok(digest),
            (other, _) => Err(unexpected(&other)),
        }
    }

    /// Figures for the metrics page.
    pub fn stats(&self) -> PoolStats {
        self.tally.stats(self.gate.admitted())
    }

    /// Ends all children at once; pages under way end as `unavailable`. Idempotent.
    pub fn close(&self) {
        self.tally.close();
        // In this order: told first, so that a page that fails from here on is not blamed on its
        // file.
        self.gate.close();
        *self.queue.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.handles.iter().for_each(process::kill);
    }

    async fn perform(&self, path: &Path, task: Task) -> Outcome<(Answer, Vec<u8>)> {
        let path = path.to_owned();
        // Opened by the parent, because the child may open nothing; off the async threads, because
        // a share may hang.
        let file = tokio::task::spawn_blocking(move || open_regular(&path))
            .await
            .map_err(|_| Failure::new(FailureKind::Unavailable, "the program is ending"))??;
        let (reply, answered) = oneshot::channel();
        let closed = || Failure::new(FailureKind::Unavailable, "the pool is closed");
        {
            let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
            let sender = queue.as_ref().ok_or_else(closed)?;
            sender
                .send(Work { file, task, reply })
                .map_err(|_| closed())?;
        }
        answered.await.map_err(|_| closed())?
    }
}

impl Drop for Pool {
    // Killed, not asked: a child in a hostile page may never answer.
    fn drop(&mut self) {
        self.close();
        for supervisor in self.supervisors.drain(..) {
            let _ = supervisor.join(); // a panicked supervisor has nothing left to end
        }
    }
}

/// Opens a file for a child; a pipe or device would make it wait for ever.
fn open_regular(path: &Path) -> Outcome<File> {
    let unavailable =
        |error: std::io::Error| Failure::new(FailureKind::Unavailable, error.kind().to_string());
    if !std::fs::metadata(path).map_err(unavailable)?.is_file() {
        return Err(Failure::new(FailureKind::Refused, "not a regular file"));
    }
    File::open(path).map_err(unavailable)
}

/// An answer to another question: the child is not to be believed.
fn unexpected(answer: &Answer) -> Failure {
    match answer {
        // A failure is an answer to any question.
        Answer::Failed(failure) => failure.clone(),
        _ => Failure::new(FailureKind::Crashed, "answered another question"),
    }
}
