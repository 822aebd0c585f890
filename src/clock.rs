//! Time, ids and chance as parameters: an archive of dated acts must be replayable.

use std::sync::Mutex;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::Offset;

/// Vietnam keeps one time all year; days and years of the office are counted in it.
pub const VIETNAM: Offset = Offset::constant(7);

/// Where "now", fresh ids and unguessable bytes come from.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;
    /// A fresh id: UUIDv7 text, ordered by time of making.
    fn new_id(&self) -> String;
    /// Bytes nobody can guess.
    fn secret(&self) -> [u8; 32];
    /// A token of 256 bits, in letters that survive a URL.
    fn new_secret(&self) -> String {
        data_encoding::BASE64URL_NOPAD.encode(&self.secret())
    }
}

/// The clock on the wall and the kernel's randomness.
#[derive(Debug, Default, Clone, Copy)]
pub struct WallClock;

impl Clock for WallClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    fn new_id(&self) -> String {
        uuid::Uuid::now_v7().to_string()
    }

    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    fn secret(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).expect("the kernel's random source answers once booted");
        bytes
    }
}

/// A clock that stands still until told to move, with counted ids: for tests.
#[derive(Debug)]
pub struct StillClock {
    state: Mutex<(Timestamp, u64)>,
}

impl StillClock {
    /// A clock standing at `at`.
    pub fn at(at: Timestamp) -> Self {
        Self {
            state: Mutex::new((at, 0)),
        }
    }

    /// Moves the hands forward.
    pub fn advance(&self, by: Duration) {
        let mut state = self.locked();
        state.0 += by;
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, (Timestamp, u64)> {
        self.state
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn count(&self) -> u64 {
        let mut state = self.locked();
        state.1 += 1;
        state.1
    }
}

impl Clock for StillClock {
    fn now(&self) -> Timestamp {
        self.locked().0
    }

    fn new_id(&self) -> String {
        format!("00000000-0000-7000-8000-{:012}", self.count())
    }

    fn secret(&self) -> [u8; 32] {
        let mut bytes = [7; 32];
        bytes[..8].copy_from_slice(&self.count().to_be_bytes());
        bytes
    }
}

/// RFC 3339 UTC with milliseconds, the one form in which times are kept and sorted.
pub fn stamp(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// Reads a kept time back; `None` when the text is not one.
pub fn parse_stamp(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_have_fixed_width_and_sort_as_time() {
        let early: Timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
        let late = early + Duration::from_millis(7);
        assert_eq!(stamp(early), "2026-01-02T03:04:05.000Z");
        assert!(stamp(early) < stamp(late));
        assert_eq!(parse_stamp(&stamp(late)), Some(late));
    }
}
