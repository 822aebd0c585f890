//! Errors, by outcome. No message repeats what a reader typed: it may name a person.

use std::io;
use std::path::PathBuf;

use tantivy::TantivyError;
use tantivy::directory::error::LockError;

/// Why the index could not be opened, written or read.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// Written by another version of this program. Nothing is lost: rebuild it from the catalogue.
    #[error(
        "the index in {} has format {found}, this program reads format {expected}: rebuild it with `sogoc reindex`",
        dir.display()
    )]
    OtherFormat {
        /// Folder of the index, as configured.
        dir: PathBuf,
        /// The format found there.
        found: u64,
        /// The format this program writes.
        expected: u64,
    },
    /// The pointer file or the data it names cannot be read as an index: rebuild.
    #[error("the index in {} is damaged ({detail}): rebuild it with `sogoc reindex`", dir.display())]
    Corrupt {
        /// Folder of the index, as configured.
        dir: PathBuf,
        /// What was found instead.
        detail: String,
    },
    /// Another process holds the write lock.
    #[error("the index in {} is being written by another process", dir.display())]
    Busy {
        /// Folder of the index, as configured.
        dir: PathBuf,
    },
    /// A rebuilt index replaced this one: continue from the position it has reached.
    #[error("the index was rebuilt and stands at position {position}: continue from there")]
    Replaced {
        /// The position the new index has reached.
        position: u64,
    },
    /// The live index went further than the rebuilt one: rebuild again, up to its position.
    #[error("the live index reached position {live}, the rebuilt one only {rebuilt}")]
    Behind {
        /// Position of the live index.
        live: u64,
        /// Position the rebuilt index would have had.
        rebuilt: u64,
    },
    /// The operating system reports an error of the disk.
    #[error("the index cannot be read or written: {0}")]
    Unavailable(#[from] io::Error),
    /// Any other error of the search engine.
    #[error("the index cannot be read or written: {0}")]
    Engine(TantivyError),
}

impl From<TantivyError> for IndexError {
    fn from(error: TantivyError) -> Self {
        match error {
            TantivyError::IoError(cause) => {
                Self::Unavailable(io::Error::new(cause.kind(), cause.to_string()))
            }
            other => Self::Engine(other),
        }
    }
}

impl IndexError {
    /// Names the folder where the engine only says that its lock is taken.
    pub(crate) fn at(error: TantivyError, dir: &std::path::Path) -> Self {
        match error {
            TantivyError::LockFailure(LockError::LockBusy, _) => Self::Busy { dir: dir.into() },
            TantivyError::DataCorruption(cause) => Self::Corrupt {
                dir: dir.into(),
                detail: format!("{cause:?}"),
            },
            other => other.into(),
        }
    }
}

/// What is wrong with a query. Each has a stable code, see [`Problem::code`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// Nothing to search for.
    Empty,
    /// A quotation mark that is not closed.
    OpenQuote,
    /// The word before a colon is not a search field.
    UnknownKey,
    /// A field with nothing after its colon.
    EmptyValue,
    /// Not a date, or a day the calendar does not have.
    BadDate,
    /// Not a year of four digits.
    BadYear,
    /// A number without any letter or digit.
    BadNumber,
    /// The same field twice.
    Twice,
    /// A field longer than 1,000 characters.
    TooLong,
    /// More than 40 words.
    TooManyWords,
    /// An offset or a limit out of range, see [`MAX_OFFSET`](crate::MAX_OFFSET).
    BadPage,
}

impl Problem {
    /// The code for programs; it never changes.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::OpenQuote => "open_quote",
            Self::UnknownKey => "unknown_key",
            Self::EmptyValue => "empty_value",
            Self::BadDate => "bad_date",
            Self::BadYear => "bad_year",
            Self::BadNumber => "bad_number",
            Self::Twice => "twice",
            Self::TooLong => "too_long",
            Self::TooManyWords => "too_many_words",
            Self::BadPage => "bad_page",
        }
    }
}

/// Why a query cannot be executed, and where it is wrong. Such a query gives no hits, never fewer hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{} at character {}", self.problem.code(), at + 1)]
pub struct QueryError {
    /// The kind of error.
    pub problem: Problem,
    /// Offset in characters from the start of the text, or of the field, that is wrong.
    pub at: usize,
}

impl QueryError {
    pub(crate) fn new(problem: Problem, at: usize) -> Self {
        Self { problem, at }
    }
}

/// Why a search failed.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The reader can correct it.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The operator must correct it.
    #[error(transparent)]
    Index(#[from] IndexError),
}

impl From<TantivyError> for SearchError {
    fn from(error: TantivyError) -> Self {
        Self::Index(error.into())
    }
}
