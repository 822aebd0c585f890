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
use crate::protocol::{
    self, Hello, InParts, MAX_ANSWER, MAX_REQUEST, Once, OnceSetUp, ProtocolError,
};

/// Shuts itself in, takes one question from standard input, answers it with `work`, exits. No file can be
/// opened any more when `work` begins.
pub fn answer_once<Q: DeserializeOwned, A: Serialize>(work: impl FnOnce(Q, File) -> A) -> ! {
    live(|mut socket| {
        let (question, file) = hear(&mut socket)?;
        let (answer, status) = match catch_unwind(AssertUnwindSafe(|| work(question, file))) {
            Ok(answer) => (Once::Done(answer), 0),
            Err(_) => (Once::Panicked(panic_place()), EXIT_PANICKED),
        };
        protocol::send(&mut socket, &answer, MAX_ANSWER)?;
        Ok(status)
    })
}

/// As [`answer_once`], with an answer in parts: `work` hands each on, and stops when it hears `false`, for then nobody listens.
pub fn answer_in_parts<Q, A>(work: impl FnOnce(Q, File, &mut dyn FnMut(A) -> bool)) -> !
where
    Q: DeserializeOwned,
    A: Serialize,
{
    live(|mut socket| {
        let (question, file) = hear(&mut socket)?;
        let mut told = Ok(());
        let mut tell = |part: A| {
            if told.is_ok() {
                told = protocol::send(&mut socket, &InParts::Part(part), MAX_ANSWER);
            }
            told.is_ok()
        };
        let worked = catch_unwind(AssertUnwindSafe(|| work(question, file, &mut tell)));
        told?;
        let (end, status) = match worked {
            Ok(()) => (InParts::<A>::End, 0),
            Err(_) => (InParts::Panicked(panic_place()), EXIT_PANICKED),
        };
        protocol::send(&mut socket, &end, MAX_ANSWER)?;
        Ok(status)
    })
}

fn live(life: impl FnOnce(UnixStream) -> Result<i32, ProtocolError>) -> ! {
    note_panics();
    let socket = std::io::stdin().as_fd().try_clone_to_owned();
    let lived = socket.map_err(ProtocolError::from);
    let status = match lived.map(UnixStream::from).and_then(life) {
        Ok(status) => status,
        Err(ProtocolError::Closed) => 0,
        Err(_) => EXIT_PROTOCOL,
    };
    std::process::exit(status)
}

/// Enters the cage and takes the question and its file.
fn hear<Q: DeserializeOwned>(socket: &mut UnixStream) -> Result<(Q, File), ProtocolError> {
    let set_up: OnceSetUp = protocol::receive(socket, MAX_REQUEST)?;
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
    protocol::send(socket, &hello, MAX_REQUEST)?;
    // The question may hold lists of revoked certificates, so it may be as long as an answer.
    let question: Q = protocol::receive(socket, MAX_ANSWER)?;
    let file = protocol::receive_file(socket)?;
    Ok((question, file))
}
