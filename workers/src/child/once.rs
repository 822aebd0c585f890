//! A child that answers one question about one file and ends, so that nothing a hostile file does to
//! it outlives its own answer.

use std::fs::File;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{EXIT_PANICKED, EXIT_PROTOCOL, note_panics, panic_place};
use crate::limits;
use crate::protocol::{self, Hello, MAX_ANSWER, MAX_REQUEST, Once, OnceSetUp, ProtocolError};

/// Shuts itself in, takes one question from standard input, answers it with `work`, exits. No file can be
/// opened any more when `work` begins.
pub fn answer_once<Q: DeserializeOwned, A: Serialize>(work: impl FnOnce(Q, File) -> A) -> ! {
    note_panics();
    let status = match serve(work) {
        Ok(status) => status,
        Err(ProtocolError::Closed) => 0,
        Err(_) => EXIT_PROTOCOL,
    };
    std::process::exit(status)
}

fn serve<Q: DeserializeOwned, A: Serialize>(
    work: impl FnOnce(Q, File) -> A,
) -> Result<i32, ProtocolError> {
    let mut socket = UnixStream::from(std::io::stdin().as_fd().try_clone_to_owned()?);
    let set_up: OnceSetUp = protocol::receive(&mut socket, MAX_REQUEST)?;
    if set_up.version != protocol::VERSION {
        return Err(ProtocolError::Garbled);
    }
    // Whoever waits for a page of the service comes first.
    rustix::process::nice(10).map_err(std::io::Error::from)?;
    limits::take(set_up.memory_bytes, set_up.cpu_seconds)?;
    let hello = Hello {
        version: protocol::VERSION,
        // Nothing is readable: what the child needs is in the question and the descriptor.
        confinement: limits::confine(&[]),
    };
    protocol::send(&mut socket, &hello, MAX_REQUEST)?;
    // The question may hold lists of revoked certificates, so it may be as long as an answer.
    let question: Q = protocol::receive(&mut socket, MAX_ANSWER)?;
    let file = protocol::receive_file(&socket)?;
    let (answer, status) = match catch_unwind(AssertUnwindSafe(|| work(question, file))) {
        Ok(answer) => (Once::Done(answer), 0),
        Err(_) => (Once::Panicked(panic_place()), EXIT_PANICKED),
    };
    protocol::send(&mut socket, &answer, MAX_ANSWER)?;
    Ok(status)
}
