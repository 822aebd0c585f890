//! Image in, words and fields out; no database, no HTTP.
//!
//! [`pool`] gives each page to a child process that is locked in ([`child`], [`limits`]); the child decodes it
//! ([`decode`]) and [`read_page`] leads it through the stages of reading, which `pipeline.rs` shows on one screen:
//! `image` and `orientation` make it upright, `ocr` recognises its words, `layout` tells where things stand, `table`,
//! `form` and `values` say what they mean, `reread` reads the doubtful again, `judge` says what may be accepted.

pub mod ablation;
mod arbitration;
pub mod child;
pub mod class;
mod classification;
mod closed_words;
pub mod column_map;
pub mod confidence;
mod context;
mod continuity;
pub mod decode;
mod form;
pub mod geometry;
mod image;
pub mod joint;
mod judge;
mod layout;
pub mod limits;
mod model_trust;
pub mod ocr;
mod orientation;
pub mod outcome;
pub mod page_stream;
mod pipeline;
pub mod pool;
pub mod probe;
mod protocol;
pub mod reading;
pub mod render;
mod reread;
mod table;
#[cfg(test)]
mod testing;
mod text_layer;
mod values;
mod word;

/// What is noticed about a scan: flags, and a fingerprint of the page.
pub mod quality {
    pub use crate::image::fingerprint_distance;
    pub use crate::judge::{FLAGS, Flag, Severity, flag};
}

pub use context::{Context, Known};
pub use pipeline::read_page;
pub use protocol::VERSION as PROTOCOL_VERSION;
pub use values::{dates, of_text};
