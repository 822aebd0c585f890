//! How a page can end when it does not end in a reading: a small closed list with stable words.
//!
//! The words are stored, counted and shown, so they never change meaning. A failure's detail
//! speaks of the file's form only; it never quotes what is written on the page.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a worker's verb gives: the thing asked for, or the named way it failed.
pub type Outcome<T> = Result<T, Failure>;

/// Why a page has no reading.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    strum::Display,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum FailureKind {
    /// The bytes are damaged, cut off or not what they claim to be.
    Unreadable,
    /// The file opens only with a password.
    Encrypted,
    /// The file holds no bytes or no pages.
    Empty,
    /// A sound file of a kind not read here.
    Unsupported,
    /// A picture as iPhones take it, which no free decoder reads; another setting of the phone helps.
    Heic,
    /// One file that is also a valid file of another kind; which one was meant is a person's decision.
    Ambiguous,
    /// More pixels, pages or bytes than the limits allow; said from the headers, before decoding.
    TooLarge,
    /// The page took longer than its deadline and was stopped.
    TimedOut,
    /// The page needed more memory than it was admitted with and was stopped.
    OutOfMemory,
    /// The reading process died or panicked.
    Crashed,
    /// What was asked makes no sense for this file: a page it lacks, a crop outside the page.
    Refused,
    /// The file could not be opened or no reading process could be started; nothing is said of the page.
    Unavailable,
}

impl FailureKind {
    /// Every kind, in the order of the list above.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// The stable word, as stored and counted.
    pub fn code(self) -> &'static str {
        self.into()
    }

    /// The kind behind a stored word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == code)
    }

    /// True where the same bytes will fail the same way, so only another file helps.
    pub fn is_about_the_file(self) -> bool {
        match self {
            Self::Unreadable
            | Self::Encrypted
            | Self::Empty
            | Self::Unsupported
            | Self::Heic
            | Self::Ambiguous
            | Self::TooLarge
            | Self::Refused => true,
            Self::TimedOut | Self::OutOfMemory | Self::Crashed | Self::Unavailable => false,
        }
    }
}

/// A named failure with what was found, for the log and for the person who asks why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{kind}: {detail}")]
pub struct Failure {
    /// What became of it, in a stable word.
    pub kind: FailureKind,
    /// What was found, in English, about form and sizes; never the page's text.
    pub detail: String,
}

impl Failure {
    /// A failure of this kind.
    pub fn new(kind: FailureKind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
        }
    }

    /// Shorthand for the most common kind.
    pub(crate) fn unreadable(detail: impl fmt::Display) -> Self {
        Self::new(FailureKind::Unreadable, detail.to_string())
    }

    /// The same as [`FailureKind::code`].
    pub fn code(&self) -> &'static str {
        self.kind.code()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_leads_back_to_its_kind_and_equals_its_serialised_word() {
        for kind in FailureKind::ALL.iter().copied() {
            assert_eq!(FailureKind::from_code(kind.code()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.code());
        }
    }
}
