//! The life of a reading child: the same executable, started with [`ARGUMENT`], alone with one
//! socket. It shuts itself in, says hello, and answers one request at a time until the socket closes.
//!
//! Everything that looks inside a delivered file runs here and nowhere else.

pub mod once;

use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::ablation::Ablation;
use crate::class::{ClassError, Classes};
use crate::context::{Context, Known};
use crate::decode::{self, DecodeLimits, DecodedPage, Purpose};
use crate::limits;
use crate::ocr::engine::{self, Engine};
use crate::outcome::{Failure, FailureKind, Outcome};
use crate::probe;
use crate::protocol::{self, Answer, Hello, ProtocolError, Request, SetUp, Task};
use crate::reading::PageReading;
use crate::render;

/// The hidden first argument that makes the executable a reading child.
pub const ARGUMENT: &str = "read-page-child";

/// Exit status after a panic; the parent replaces the child.
const EXIT_PANICKED: i32 = 101;

/// Exit status when the socket closed or the first messages made no sense (`EX_PROTOCOL`).
const EXIT_PROTOCOL: i32 = 76;

/// Where the last panic happened. Its message is not kept: it may quote the page.
static PANIC_PLACE: Mutex<String> = Mutex::new(String::new());

/// Serves requests from standard input until it closes.
pub fn main() -> ! {
    // Before anything else: a panic while starting must not print what it saw either.
    note_panics();
    let status = match serve() {
        Ok(()) | Err(ProtocolError::Closed) => 0,
        Err(_) => EXIT_PROTOCOL,
    };
    std::process::exit(status)
}

/// Keeps the place of a panic instead of printing its message.
fn note_panics() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        *PANIC_PLACE.lock().unwrap_or_else(PoisonError::into_inner) = place;
    }));
}

/// Where the last panic happened, `file:line:column`.
fn panic_place() -> String {
    let place = PANIC_PLACE.lock();
    place.unwrap_or_else(PoisonError::into_inner).clone()
}

fn serve() -> Result<(), ProtocolError> {
    // Standard input is the socket, since a child is given nothing else.
    let mut socket = UnixStream::from(std::io::stdin().as_fd().try_clone_to_owned()?);
    let set_up: SetUp = protocol::receive(&mut socket, protocol::MAX_REQUEST)?;
    // Parent and child of different versions would misread each other's messages.
    if set_up.version != protocol::VERSION {
        return Err(ProtocolError::Garbled);
    }
    // The limits before the engine is opened: loading trained data is work like any other.
    limits::take(set_up.memory_bytes, set_up.cpu_seconds)?;
    // Classes and models are opened before the fences close, and remain readable behind them.
    let mut reader = Reader::open(&set_up);
    let mut readable: Vec<&Path> = vec![&reader.tessdata];
    readable.extend(set_up.classes.as_deref());
    let confinement = limits::confine(&readable);
    let hello = Hello {
        version: protocol::VERSION,
        confinement,
    };
    protocol::send(&mut socket, &hello, protocol::MAX_REQUEST)?;
    loop {
        answer_one(&mut socket, &mut reader)?;
    }
}

/// One request, one answer; after a panic the child says so and ends, its state is not to be trusted.
fn answer_one(socket: &mut UnixStream, reader: &mut Reader) -> Result<(), ProtocolError> {
    let request: Request = protocol::receive(socket, protocol::MAX_REQUEST)?;
    let file = protocol::receive_file(socket)?;
    // The ceiling moves with each page, within the hard one.
    limits::allow_memory(request.memory_bytes)?;
    let work = AssertUnwindSafe(|| reader.perform(request.task, file));
    let Ok(outcome) = catch_unwind(work) else {
        protocol::send(
            socket,
            &Answer::Panicked(panic_place()),
            protocol::MAX_ANSWER,
        )?;
        std::process::exit(EXIT_PANICKED);
    };
    match outcome {
        Ok(Done::Message(answer)) => protocol::send(socket, &answer, protocol::MAX_ANSWER),
        Ok(Done::WithBytes(answer, bytes)) => {
            protocol::send(socket, &answer, protocol::MAX_ANSWER)?;
            protocol::send_bytes(socket, &bytes, protocol::MAX_ANSWER)
        }
        Err(failure) => protocol::send(socket, &Answer::Failed(failure), protocol::MAX_ANSWER),
    }
}

/// What a request came to.
enum Done {
    Message(Answer),
    WithBytes(Answer, Vec<u8>),
}

/// What stays loaded between pages.
struct Reader {
    limits: DecodeLimits,
    classes: Result<Classes, ClassError>,
    tessdata: PathBuf,
    engine: Option<Engine>,
}

impl Reader {
    fn open(set_up: &SetUp) -> Self {
        Self {
            limits: set_up.limits,
            classes: Classes::load(set_up.classes.as_deref()),
            tessdata: set_up.tessdata.clone().unwrap_or_else(engine::model_folder),
            engine: None,
        }
    }

    /// Reads a page; the engine is loaded at the first.
    fn read(
        &mut self,
        page: &DecodedPage,
        known: &Known,
        ablation: &Ablation,
    ) -> Outcome<PageReading> {
        let unavailable = |error: &dyn std::error::Error| {
            Failure::new(FailureKind::Unavailable, error.to_string())
        };
        let classes = self.classes.as_ref().map_err(|error| unavailable(error))?;
        let engine = match &mut self.engine {
            Some(engine) => engine,
            // Loaded at the first page: a child that only probes or renders needs no engine.
            empty => empty.insert(Engine::open(&self.tessdata).map_err(|e| unavailable(&e))?),
        };
        let context = Context {
            classes,
            known,
            ablation,
        };
        crate::read_page(page, &context, engine).map_err(|error| unavailable(&error))
    }

    fn perform(&mut self, task: Task, file: std::fs::File) -> Outcome<Done> {
        match task {
            Task::Probe => {
                let probe = probe::probe_file(file, &self.limits)?;
                Ok(Done::Message(Answer::Probed(probe)))
            }
            Task::Shape { page } => {
                let shape = decode::shape(file, page, &self.limits)?;
                Ok(Done::Message(Answer::Shaped(shape)))
            }
            Task::Read {
                page,
                known,
                without,
            } => {
                let decoded = decode::decode_file(file, page, Purpose::Reading, &self.limits)?;
                let reading = self.read(&decoded, &known, &without)?;
                Ok(Done::Message(Answer::Read(Box::new(reading))))
            }
            Task::Render {
                page,
                turn,
                crop,
                rendition,
            } => {
                let decoded = decode::decode_file(file, page, Purpose::Showing, &self.limits)?;
                let picture = render::render(&decoded.image, turn, crop, rendition)?;
                Ok(Done::WithBytes(Answer::Rendered, picture))
            }
            Task::Picture { page } => {
                let (picture, bytes) = decode::picture::picture(file, page, &self.limits)?;
                Ok(Done::WithBytes(Answer::Pictured(picture), bytes))
            }
            Task::Digest { page, turn } => {
                let decoded = decode::decode_file(file, page, Purpose::Showing, &self.limits)?;
                let digest = decode::picture::digest(&turn.apply(decoded.image));
                Ok(Done::Message(Answer::Digested(digest)))
            }
        }
    }
}
