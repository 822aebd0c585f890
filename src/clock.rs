//! Time, ids and chance as parameters: an archive of dated acts must be replayable.

use std::sync::Mutex;
use std::time::Duration;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;
use jiff::{Error, Timestamp};

/// Where "now", fresh ids and unguessable bytes come from.
pub trait Clock: Send + Sync {
    /// The present instant; the only place that may ask the system for it.
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
        // Different bytes for each call, and the same ones in each run of a test.
        bytes[..8].copy_from_slice(&self.count().to_be_bytes());
        bytes
    }
}

/// UTC+7 all year: Vietnam has no summer time. The law's days and hours are counted on these clocks,
/// whatever zone the server is in.
const VIETNAM: Offset = Offset::constant(7);

/// What the clocks in Vietnam show at an instant.
pub fn vietnam(at: Timestamp) -> DateTime {
    VIETNAM.to_datetime(at)
}

/// The instant at which the clocks in Vietnam show this.
///
/// # Errors
/// Beyond the years a [`Timestamp`] can hold.
pub fn instant_in_vietnam(local: DateTime) -> Result<Timestamp, Error> {
    VIETNAM.to_timestamp(local)
}

/// The instant a day begins in Vietnam.
///
/// # Errors
/// As [`instant_in_vietnam`].
pub fn midnight_in_vietnam(day: Date) -> Result<Timestamp, Error> {
    instant_in_vietnam(day.to_datetime(Time::midnight()))
}

/// The day in Vietnam as people write it: `22/11/2026`.
pub fn day_in_vietnam(at: Timestamp) -> String {
    vietnam(at).strftime("%d/%m/%Y").to_string()
}

/// RFC 3339 UTC with milliseconds, the one form in which times are stored and sorted.
pub fn stamp(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// Reads a stored time back; `None` when the text is not one.
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

    #[test]
    fn a_day_in_vietnam_begins_seven_hours_before_that_of_utc() {
        let at: Timestamp = "2026-11-22T17:30:00Z".parse().unwrap();
        assert_eq!(vietnam(at).to_string(), "2026-11-23T00:30:00");
        assert_eq!(day_in_vietnam(at), "23/11/2026");
        let midnight = midnight_in_vietnam(vietnam(at).date()).unwrap();
        assert_eq!(midnight.to_string(), "2026-11-22T17:00:00Z");
    }
}
