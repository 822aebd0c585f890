//! Finding: entries in, hits out. No SQL, no HTTP, nothing above this crate is known to it.
//!
//! An [`Index`] is a folder that follows a sequence of publications: every [`Index::apply`] is one
//! commit that carries the position it has reached, so a crash repeats at most one step. Everything
//! here can be rebuilt from the catalogue, see [`Rebuild`].

mod answer;
mod directory;
mod entry;
mod error;
mod facets;
mod fold;
mod hits;
mod levels;
mod plan;
mod question;
mod rebuild;
mod schema;
mod words;
mod writer;

pub use directory::FORMAT;
pub use entry::{Change, Entry, Number, PartialDate};
pub use error::{IndexError, Problem, QuestionError, SearchError};
pub use fold::{Level, fold};
pub use hits::{Hit, Hits, Matched};
pub use question::{DateAsk, MAX_LIMIT, MAX_OFFSET, Question};
pub use rebuild::Rebuild;
pub use writer::Index;
