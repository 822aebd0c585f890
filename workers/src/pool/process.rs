//! One child as its parent sees it: started with nothing, asked with a deadline, and never
//! outliving its owner.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use serde::Serialize;

use crate::limits::{Confinement, FenceName};
use crate::outcome::{Failure, FailureKind, Outcome};
use crate::protocol::{self, Hello, ProtocolError, Reply};

/// Time a child may take to start, lock itself into its cage and say hello.
const START_DEADLINE: Duration = Duration::from_secs(20);

/// Time a dying child may take to be gone after its socket closed.
const LAST_BREATH: Duration = Duration::from_millis(500);

/// Which program a child is, and what makes it one.
pub(super) struct Launch<'a> {
    pub(super) program: &'a Path,
    /// The hidden first argument.
    pub(super) argument: &'a str,
    /// Fences it may be without.
    pub(super) without_fences: &'a [FenceName],
}

/// Where the pool finds the process group to kill from another thread; empty once reaped.
pub(super) type KillHandle = Arc<Mutex<Option<Pid>>>;

/// Kills the group behind the handle, if it still lives.
pub(super) fn kill(handle: &KillHandle) {
    if let Some(group) = *handle.lock().unwrap_or_else(PoisonError::into_inner) {
        // Already gone is as good as killed.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

/// A living child and the socket it is spoken to through.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    socket: UnixStream,
    /// Standard error, never shown (it may quote the page), only searched for words of exhaustion.
    last_words: File,
    handle: KillHandle,
    pub(super) confinement: Confinement,
    pub(super) pages: u32,
}

impl Process {
    /// Starts a child and waits for its hello.
    pub(super) fn start(
        launch: &Launch<'_>,
        set_up: &impl Serialize,
        handle: KillHandle,
    ) -> Outcome<Self> {
        let no_start = |error: io::Error| {
            Failure::new(
                FailureKind::Unavailable,
                format!("no reading process: {}", error.kind()),
            )
        };
        // A pair of sockets and no name in the file system: nobody else can speak to the child.
        let (ours, theirs) = UnixStream::pair().map_err(no_start)?;
        let (heard, said) = last_words_pipe().map_err(no_start)?;
        let mut child = command(launch);
        child
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stderr(Stdio::from(said));
        let child = child.spawn().map_err(no_start)?;
        let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        // Before the greeting: a child that hangs at its start must be killable too.
        *handle.lock().unwrap_or_else(PoisonError::into_inner) = group;
        let mut process = Self {
            child,
            socket: ours,
            last_words: heard,
            handle,
            confinement: Confinement::default(),
            pages: 0,
        };
        process.confinement = process.greet(set_up)?;
        // Nothing is given to a child that could get out with it.
        match process.confinement.missing(launch.without_fences) {
            None => Ok(process),
            Some(fence) => {
                let detail = format!("a reading process has no {}", fence.as_str());
                Err(Failure::new(FailureKind::Unavailable, detail))
            }
        }
    }

    fn greet(&mut self, set_up: &impl Serialize) -> Outcome<Confinement> {
        let deadline = Instant::now() + START_DEADLINE;
        let mut line = UntilDeadline {
            socket: &self.socket,
            deadline,
        };
        let hello = protocol::send(&mut line, set_up, protocol::MAX_REQUEST)
            .and_then(|()| protocol::receive::<Hello>(&mut line, protocol::MAX_REQUEST));
        match hello {
            // A program that was replaced by an upgrade may start children of another version.
            Ok(hello) if hello.version == protocol::VERSION => Ok(hello.confinement),
            Ok(hello) => {
                let detail = format!("reading process speaks version {}", hello.version);
                Err(Failure::new(FailureKind::Unavailable, detail))
            }
            Err(error) => {
                let detail = format!("reading process did not say hello: {error}");
                Err(Failure::new(FailureKind::Unavailable, detail))
            }
        }
    }

    /// Asks one thing of one file. After an `Err(Death)` the process is of no use.
    pub(super) fn ask<A: Reply>(
        &mut self,
        request: &impl Serialize,
        file: &File,
        deadline: Duration,
    ) -> Result<(A, Vec<u8>), Death> {
        let mut line = UntilDeadline {
            socket: &self.socket,
            deadline: Instant::now() + deadline,
        };
        let answer = exchange(&mut line, request, file);
        // What a child said while it worked well is chatter; only last words before a death tell
        // anything.
        self.forget_last_words_if(answer.is_ok());
        answer.map_err(|error| self.post_mortem(&error))
    }

    /// The next part of an answer that comes in several, after [`Process::ask`] gave the first.
    pub(super) fn next<A: Reply>(&mut self, deadline: Duration) -> Result<A, Death> {
        let mut line = UntilDeadline {
            socket: &self.socket,
            deadline: Instant::now() + deadline,
        };
        let answer = protocol::receive(&mut line, protocol::MAX_ANSWER);
        answer.map_err(|error| self.post_mortem(&error))
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Resident bytes now and at the highest, as the kernel counts them.
    pub(super) fn resident(&self) -> (u64, u64) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))
            .unwrap_or_default();
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse::<u64>().ok()
        };
        let kilobytes = |name| field(name).unwrap_or(0) << 10;
        (kilobytes("VmRSS:"), kilobytes("VmHWM:"))
    }

    fn forget_last_words_if(&mut self, answered: bool) {
        if answered {
            let mut chatter = Vec::new();
            // Would-block ends the reading; that is the expected end.
            let _ = self.last_words.read_to_end(&mut chatter);
        }
    }

    /// How the child ended, or is made to end.
    fn post_mortem(&mut self, error: &ProtocolError) -> Death {
        match error {
            ProtocolError::TimedOut => {
                return Death(FailureKind::TimedOut, "stopped at its deadline".into());
            }
            // A frame that makes no sense may be an attack; the child is not heard again.
            ProtocolError::TooLong { .. } | ProtocolError::Garbled => {
                return Death(FailureKind::Crashed, format!("broken answer: {error}"));
            }
            ProtocolError::Closed | ProtocolError::Io(_) => {}
        }
        // Gone from the socket and still alive: it is killed when it is dropped.
        let Some(status) = self.wait_briefly() else {
            return Death(FailureKind::Crashed, "closed its socket and went on".into());
        };
        let mut words = Vec::new();
        let _ = self.last_words.read_to_end(&mut words); // ends with would-block or the pipe's end
        name_end(status, &words)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "each child has a thread of its own, which no task shares"
    )]
    fn wait_briefly(&mut self) -> Option<ExitStatus> {
        let until = Instant::now() + LAST_BREATH;
        loop {
            // Under the lock: once reaped, the number may belong to someone else.
            let mut group = self.handle.lock().unwrap_or_else(PoisonError::into_inner);
            if let Ok(Some(status)) = self.child.try_wait() {
                *group = None;
                return Some(status);
            }
            drop(group);
            if Instant::now() >= until {
                return None;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

impl Drop for Process {
    #[expect(
        // A zombie of each child would fill the table of processes in a week.
        clippy::disallowed_methods,
        reason = "each child has a thread of its own, which no task shares"
    )]
    fn drop(&mut self) {
        kill(&self.handle);
        *self.handle.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let _ = self.child.wait(); // killed above, so this ends; nothing to do about an error
    }
}

/// Why a child is gone: the kind to record and what was seen.
#[derive(Debug)]
pub(super) struct Death(pub(super) FailureKind, pub(super) String);

fn name_end(status: ExitStatus, last_words: &[u8]) -> Death {
    // The allocators of Rust and C++ and the engine each say it in words of their own.
    const EXHAUSTED: [&[u8]; 3] = [
        b"memory allocation of",
        b"std::bad_alloc",
        b"Cannot allocate memory",
    ];
    let exhausted = EXHAUSTED
        .iter()
        .any(|words| memchr::memmem::find(last_words, words).is_some());
    match status.signal() {
        // The kernel's own ceiling on processor time, for a child that never looks at the clock.
        _ if exhausted => Death(FailureKind::OutOfMemory, "reached its memory limit".into()),
        Some(signal) if signal == Signal::XCPU.as_raw() => {
            Death(FailureKind::TimedOut, "used up its processor time".into())
        }
        Some(signal) => Death(FailureKind::Crashed, format!("ended by signal {signal}")),
        None => Death(FailureKind::Crashed, format!("ended with {status}")),
    }
}

fn command(launch: &Launch<'_>) -> Command {
    let mut command = Command::new(launch.program);
    command
        .arg0("sogoc")
        .arg(launch.argument)
        // An empty environment: a page has no need of the service's secrets.
        .env_clear()
        .env("OMP_THREAD_LIMIT", "1") // parallel across pages, never within one
        .env("MALLOC_ARENA_MAX", "1")
        // The engine takes and gives back buffers of a page many times a second: they are kept, for to be
        // given new ones costs more than filling them; larger ones go back to the system at once.
        .env("MALLOC_MMAP_THRESHOLD_", "33554432")
        .env("MALLOC_TRIM_THRESHOLD_", "67108864")
        // A working folder would keep a mounted disk busy.
        .current_dir("/")
        .process_group(0)
        .stdout(Stdio::null());
    command
}

/// A pipe that neither side ever waits on: a chatty child loses words, not time.
fn last_words_pipe() -> io::Result<(File, OwnedFd)> {
    use rustix::pipe::{PipeFlags, pipe_with};
    let (heard, said) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
    Ok((File::from(heard), said))
}

fn exchange<A: Reply>(
    line: &mut UntilDeadline<'_>,
    request: &impl Serialize,
    file: &File,
) -> Result<(A, Vec<u8>), ProtocolError> {
    // The question before the file: the child prepares its ceiling of memory by it.
    protocol::send(line, request, A::MAX_REQUEST)?;
    protocol::send_file(line.socket, file)?;
    let answer: A = protocol::receive(line, protocol::MAX_ANSWER)?;
    let bytes = if answer.bytes_follow() {
        protocol::receive_bytes(line, protocol::MAX_ANSWER)?
    } else {
        Vec::new()
    };
    Ok((answer, bytes))
}

/// A socket on which the whole exchange has one deadline, however slowly bytes trickle.
struct UntilDeadline<'a> {
    socket: &'a UnixStream,
    deadline: Instant,
}

impl UntilDeadline<'_> {
    fn remaining(&self) -> io::Result<Duration> {
        // The deadline is for the whole exchange, so each read gets what is left of it.
        let remaining = self.deadline.saturating_duration_since(Instant::now());
        if remaining.is_zero() {
            Err(io::ErrorKind::TimedOut.into())
        } else {
            Ok(remaining)
        }
    }
}

impl Read for UntilDeadline<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.socket.set_read_timeout(Some(self.remaining()?))?;
        self.socket.read(buffer)
    }
}

impl Write for UntilDeadline<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.socket.set_write_timeout(Some(self.remaining()?))?;
        self.socket.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.socket.flush()
    }
}
