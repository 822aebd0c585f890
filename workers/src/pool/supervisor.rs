//! The thread behind one child: takes work, admits it, asks the child, names what came of it.

use std::fs::File;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::gate::Gate;
use super::process::{Death, KillHandle, Launch, Process};
use super::stats::Tally;
use super::{IDLE_BYTES, PoolConfig};
use crate::child::ARGUMENT;
use crate::decode::{DecodeLimits, PageShape};
use crate::outcome::{Failure, FailureKind, Outcome};
use crate::protocol::{self, Answer, Request, SetUp, Task};

/// Header parsing needs this beside the file itself.
const HEADER_BYTES: u64 = 48 << 20;

/// One thing to do and where to say what came of it.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) file: File,
    pub(super) task: Task,
    pub(super) reply: oneshot::Sender<Outcome<(Answer, Vec<u8>)>>,
}

/// The thread that keeps one child alive and gives it work.
pub(super) struct Supervisor {
    config: Arc<PoolConfig>,
    set_up: SetUp,
    gate: Arc<Gate>,
    tally: Arc<Tally>,
    handle: KillHandle,
    process: Option<Process>,
}

impl Supervisor {
    pub(super) fn new(
        config: &Arc<PoolConfig>,
        gate: &Arc<Gate>,
        tally: &Arc<Tally>,
        handle: &KillHandle,
    ) -> Self {
        // A page that could never be admitted is refused by its headers and not after a wait.
        let limits = DecodeLimits {
            max_bytes: config.limits.max_bytes.min(gate.capacity()),
            ..config.limits
        };
        // The ceiling of processor time is for the child's whole life, so it grows with the pages
        // it may read.
        let lifetime = config
            .page_timeout
            .saturating_mul(config.pages_per_child.max(1));
        let set_up = SetUp {
            version: protocol::VERSION,
            tessdata: config.tessdata.clone(),
            classes: config.classes.clone(),
            limits,
            memory_bytes: gate.capacity() + IDLE_BYTES,
            cpu_seconds: lifetime.as_secs().max(60),
        };
        Self {
            config: Arc::clone(config),
            set_up,
            gate: Arc::clone(gate),
            tally: Arc::clone(tally),
            handle: Arc::clone(handle),
            process: None,
        }
    }

    /// Works until the queue closes.
    pub(super) fn run(mut self, queue: &Mutex<Receiver<Work>>) {
        loop {
            // The lock is held while waiting: the next free supervisor waits for the lock and then
            // for work.
            let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(work) = next else {
                break;
            };
            if work.reply.is_closed() {
                continue; // whoever asked has gone
            }
            self.tally.begin();
            let outcome = self.perform(&work.file, work.task).map_err(|failure| {
                if self.tally.is_closed() {
                    Failure::new(FailureKind::Unavailable, "the pool was closed")
                } else {
                    failure
                }
            });
            self.retire_if_due();
            self.tally
                .end(outcome.as_ref().err().map(|failure| failure.kind));
            let _ = work.reply.send(outcome); // nobody listening is nobody harmed
        }
        self.end_process();
    }

    /// Headers first, admitted by the file's length; then the page, admitted by its prediction.
    fn perform(&mut self, file: &File, task: Task) -> Outcome<(Answer, Vec<u8>)> {
        // Two deadlines: reading the headers must not eat the time of the page.
        let deadline = Instant::now() + self.config.page_timeout;
        let (Task::Read { page, .. }
        | Task::Render { page, .. }
        | Task::Picture { page }
        | Task::Digest { page, .. }) = &task
        else {
            // A probe reads headers only, so the length of the file tells what it takes.
            return self.ask_admitted(file, task, self.header_bytes(file), deadline);
        };
        let headers = Task::Shape { page: *page };
        let shape = match self.ask_admitted(file, headers, self.header_bytes(file), deadline)? {
            (Answer::Shaped(shape), _) => shape,
            (other, _) => return Err(super::unexpected(&other)),
        };
        let PageShape {
            predicted_bytes, ..
        } = shape;
        let deadline = Instant::now() + self.config.page_timeout;
        self.ask_admitted(file, task, predicted_bytes, deadline)
    }

    /// Waits for room, then asks; the waiting does not count against the deadline.
    fn ask_admitted(
        &mut self,
        file: &File,
        task: Task,
        bytes: u64,
        deadline: Instant,
    ) -> Outcome<(Answer, Vec<u8>)> {
        let allowed = deadline.saturating_duration_since(Instant::now());
        let closed = || Failure::new(FailureKind::Unavailable, "the pool was closed");
        let _admission = self.gate.enter(bytes).ok_or_else(closed)?;
        // What a child holds between pages comes on top of what the page was admitted with.
        let request = Request {
            task,
            memory_bytes: bytes.saturating_add(IDLE_BYTES),
        };
        self.ask(file, &request, allowed)
    }

    fn ask(
        &mut self,
        file: &File,
        request: &Request,
        allowed: Duration,
    ) -> Outcome<(Answer, Vec<u8>)> {
        let answered = self.living_process()?.ask(request, file, allowed);
        match answered {
            Ok((Answer::Failed(failure), _)) => Err(failure),
            // A panic leaves the child's state in doubt; a failure that was named does not.
            Ok((Answer::Panicked(place), _)) => {
                self.end_process();
                Err(Failure::new(
                    FailureKind::Crashed,
                    format!("panicked at {place}"),
                ))
            }
            Ok(answer) => Ok(answer),
            Err(Death(kind, detail)) => {
                self.end_process();
                Err(Failure::new(kind, detail))
            }
        }
    }

    fn living_process(&mut self) -> Outcome<&mut Process> {
        if self.process.is_none() {
            let handle = Arc::clone(&self.handle);
            let launch = Launch {
                program: &self.config.program,
                argument: ARGUMENT,
                without_fences: &self.config.without_fences,
            };
            let started = Process::start(&launch, &self.set_up, handle)?;
            self.tally.started(started.pid(), started.confinement);
            self.process = Some(started);
            if self.tally.is_closed() {
                // Closed while it was starting: the killing may have come before there was a child.
                self.end_process();
            }
        }
        self.process
            .as_mut()
            .ok_or_else(|| Failure::new(FailureKind::Unavailable, "no reading process"))
    }

    fn header_bytes(&self, file: &File) -> u64 {
        // Twice the length: the bytes, and a copy in the parser of a PDF.
        let length = file.metadata().map_or(0, |metadata| metadata.len());
        HEADER_BYTES.saturating_add(length.saturating_mul(2))
    }

    /// Ends a child that is old or keeps more than its share, so that the ceiling stays true.
    fn retire_if_due(&mut self) {
        let Some(process) = self.process.as_mut() else {
            return;
        };
        process.pages += 1;
        let (resident, highest) = process.resident();
        // By what it really holds, since a leak of the engine shows nowhere else.
        let due = process.pages >= self.config.pages_per_child || resident > IDLE_BYTES;
        self.tally.measured(highest);
        if due {
            self.end_process();
        }
    }

    fn end_process(&mut self) {
        if let Some(process) = self.process.take() {
            self.tally.ended(process.pid());
        }
    }
}
