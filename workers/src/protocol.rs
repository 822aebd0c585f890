//! What parent and child say to each other: length-framed, size-bounded, versioned JSON over one
//! socket, and the open file beside each request.
//!
//! The parent treats whatever comes back as hostile: a child that has read a bad file may say
//! anything. A frame that is too long, cut off or not the expected message ends the child.

mod passing;

use std::io::{self, Read, Write};
use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

pub(crate) use self::passing::{receive_file, send_file};
use crate::ablation::Ablation;
use crate::context::Known;
use crate::decode::{DecodeLimits, PageShape, Picture, PixelDigest};
use crate::geometry::Turn;
use crate::limits::Confinement;
use crate::outcome::Failure;
use crate::probe::Probe;
use crate::reading::{Box4, PageReading};
use crate::render::Rendition;

/// Raised whenever a message changes; both sides must say the same.
pub const VERSION: u32 = 6;

/// Longest request or set-up message, in bytes.
pub(crate) const MAX_REQUEST: u32 = 64 << 10;

/// Longest answer, in bytes; a page of 20 000 words takes about 3 MB.
pub(crate) const MAX_ANSWER: u32 = 64 << 20;

/// First message to a child: what it may use for the rest of its life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SetUp {
    pub version: u32,
    pub tessdata: Option<PathBuf>,
    pub classes: Option<PathBuf>,
    pub limits: DecodeLimits,
    /// Hard ceiling of the child's data, in bytes.
    pub memory_bytes: u64,
    /// Processor time for the child's whole life, in seconds.
    pub cpu_seconds: u64,
}

/// The child's first message, sent when it has locked itself into its cage and can read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Hello {
    pub version: u32,
    pub confinement: Confinement,
}

/// One thing to do with the file that travels beside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Request {
    pub task: Task,
    /// Data the child may hold while it does this, in bytes.
    pub memory_bytes: u64,
}

/// The verbs. Pages count from 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Task {
    /// Every page's shape, from headers.
    Probe,
    /// One page's shape, from headers.
    Shape { page: u32 },
    /// Words and fields of one page, read without some steps.
    Read {
        page: u32,
        known: Known,
        without: Ablation,
    },
    /// A picture of one page or a part of it.
    Render {
        page: u32,
        turn: Turn,
        crop: Option<Box4>,
        rendition: Rendition,
    },
    /// One page's picture as a PDF can hold it.
    Picture { page: u32 },
    /// What one page shows, turned clockwise, as a digest.
    Digest { page: u32, turn: Turn },
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer {
    Probed(Probe),
    Shaped(PageShape),
    Read(Box<PageReading>),
    /// A frame of raw bytes follows.
    Rendered,
    /// A frame of raw bytes follows.
    Pictured(Picture),
    Digested(PixelDigest),
    Failed(Failure),
    /// The child panicked and is about to exit; the text is the place in the source.
    Panicked(String),
}

/// A child's answer to one kind of question.
pub(crate) trait Reply: DeserializeOwned {
    /// Longest question, in bytes.
    const MAX_REQUEST: u32 = MAX_REQUEST;

    /// Whether a frame of raw bytes follows.
    fn bytes_follow(&self) -> bool {
        false
    }
}

impl Reply for Answer {
    fn bytes_follow(&self) -> bool {
        matches!(self, Self::Rendered | Self::Pictured(_))
    }
}

/// First message to a child that answers one question and ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OnceSetUp {
    pub version: u32,
    /// Hard ceiling of the child's data, in bytes.
    pub memory_bytes: u64,
    /// Processor time, in seconds.
    pub cpu_seconds: u64,
}

/// What such a child says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Once<A> {
    Done(A),
    /// The child panicked; the text is the place in the source.
    Panicked(String),
}

impl<A: DeserializeOwned> Reply for Once<A> {
    /// Certificates and lists of revoked ones travel in the question.
    const MAX_REQUEST: u32 = MAX_ANSWER;
}

/// What a child says whose answer comes in parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum InParts<A> {
    Part(A),
    End,
    /// The child panicked; the text is the place in the source, as in [`Once::Panicked`].
    Panicked(String),
}

impl<A: DeserializeOwned> Reply for InParts<A> {}

/// Why a message could not be exchanged.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProtocolError {
    /// The other side is gone, between messages or inside one.
    #[error("the other side closed the connection")]
    Closed,
    /// Nothing came before the deadline.
    #[error("no answer before the deadline")]
    TimedOut,
    /// The frame announces more than the bound.
    #[error("a frame of {announced} bytes, the bound is {bound}")]
    TooLong { announced: u64, bound: u32 },
    /// The bytes are not the expected message.
    #[error("not the expected message")]
    Garbled,
    /// The operating system said no.
    #[error("{0}")]
    Io(io::ErrorKind),
}

impl From<io::Error> for ProtocolError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::ConnectionReset => Self::Closed,
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => Self::TimedOut,
            kind => Self::Io(kind),
        }
    }
}

/// Sends one message as a frame.
pub(crate) fn send<T: Serialize>(
    to: &mut impl Write,
    message: &T,
    bound: u32,
) -> Result<(), ProtocolError> {
    let body = serde_json::to_vec(message).map_err(|_| ProtocolError::Garbled)?;
    send_bytes(to, &body, bound)
}

/// Receives one message of at most `bound` bytes.
pub(crate) fn receive<T: DeserializeOwned>(
    from: &mut impl Read,
    bound: u32,
) -> Result<T, ProtocolError> {
    let body = receive_bytes(from, bound)?;
    serde_json::from_slice(&body).map_err(|_| ProtocolError::Garbled)
}

/// Sends bytes as a frame: their number in four bytes, big-endian, then themselves.
pub(crate) fn send_bytes(
    to: &mut impl Write,
    body: &[u8],
    bound: u32,
) -> Result<(), ProtocolError> {
    let too_long = ProtocolError::TooLong {
        announced: body.len() as u64,
        bound,
    };
    let length = u32::try_from(body.len())
        .ok()
        .filter(|length| *length <= bound);
    let length = length.ok_or(too_long)?;
    to.write_all(&length.to_be_bytes())?;
    to.write_all(body)?;
    Ok(to.flush()?)
}

/// Receives a frame. Room is made as bytes arrive, so an announced length costs nothing by itself.
pub(crate) fn receive_bytes(from: &mut impl Read, bound: u32) -> Result<Vec<u8>, ProtocolError> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = u32::from_be_bytes(length);
    if length > bound {
        return Err(ProtocolError::TooLong {
            announced: u64::from(length),
            bound,
        });
    }
    let mut body = Vec::new();
    let received = from.take(u64::from(length)).read_to_end(&mut body)?;
    if received < length as usize {
        Err(ProtocolError::Closed)
    } else {
        Ok(body)
    }
}

#[cfg(test)]
mod tests;
