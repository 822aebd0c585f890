//! Full-text search over approved records and pages as read: documents in, hits out. No SQL, no HTTP.
//!
//! An [`Index`] is a folder that follows a sequence of publications: every [`Index::apply`] is one
//! commit that carries the position it has reached, so a crash repeats at most one step. Everything
//! here can be rebuilt from the catalogue, see [`Rebuild`].

mod document;
mod document_terms;
mod error;
mod facets;
mod generations;
mod hits;
mod index;
mod live_writer;
mod marks;
mod match_levels;
mod query;
mod query_plan;
mod rebuild;
mod schema;
mod search;
mod terms;
mod tokenizer;

pub use document::{Change, Document, DocumentKind, Number, PartialDate};
pub use error::{IndexError, Problem, QueryError, SearchError};
pub use generations::FORMAT;
pub use hits::{Hit, MatchLevel, SearchResults};
pub use index::Index;
pub use marks::Marks;
pub use query::{DateFilter, MAX_LIMIT, MAX_OFFSET, Query};
pub use rebuild::Rebuild;
