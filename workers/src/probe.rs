//! What a file is and how large its pages are, from headers alone.

use std::fs::File;

use serde::{Deserialize, Serialize};

use crate::decode::{self, DecodeLimits, Format, PageShape};
use crate::outcome::Outcome;

/// A file as its headers describe it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    /// The kind, from its bytes.
    pub format: Format,
    /// Each page in order; never empty.
    pub pages: Vec<PageShape>,
}

/// Probes an open file. One page beyond the ceilings fails the whole file: it is preserved or set
/// aside as one.
///
/// # Errors
/// `empty`, `unreadable`, `encrypted`, `unsupported`, `ambiguous` or `too_large`.
pub fn probe_file(file: File, limits: &DecodeLimits) -> Outcome<Probe> {
    let (format, pages) = decode::shapes(file, limits)?;
    Ok(Probe { format, pages })
}
