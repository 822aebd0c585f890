//! Answers that whoever asks again may already hold: told apart by their digest, the ETag (RFC 9110, 8.8.3 and
//! 13.1.2), so that an unchanged one costs nothing on the way.

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

/// An answer's tag, how long it may be kept, and whether the caller holds it.
pub struct ETag {
    tag: String,
    keep: &'static str,
    unchanged: bool,
}

impl ETag {
    /// Of an answer that says `said`, to be kept as the `Cache-Control` value `keep` has it.
    pub fn of(asked: &HeaderMap, said: &[u8], keep: &'static str) -> Self {
        let digest = hex::encode(Sha256::digest(said));
        // Half of a SHA-256 is 128 bits, ample to tell versions of one page apart, and halves the
        // header.
        let tag = format!("\"{}\"", &digest[..32]);
        let held = asked.get(header::IF_NONE_MATCH);
        let held = held.and_then(|held| held.to_str().ok());
        let unchanged = held.is_some_and(|held| held.split(',').any(|one| one.trim() == tag));
        Self {
            tag,
            keep,
            unchanged,
        }
    }

    /// The answer itself, or only that it is the one held.
    pub fn or(self, answer: impl IntoResponse) -> Response {
        let headers = [
            (header::ETAG, self.tag),
            (header::CACHE_CONTROL, self.keep.to_owned()),
        ];
        match self.unchanged {
            true => (StatusCode::NOT_MODIFIED, headers).into_response(),
            false => (headers, answer).into_response(),
        }
    }
}
