//! A clock that goes with the wall's and can be put ahead, so that no test waits for what is due later.

use std::sync::Mutex;
use std::time::Duration;

use jiff::Timestamp;
use sogoc::clock::{Clock, WallClock};

/// The wall clock, some time ahead.
#[derive(Debug, Default)]
pub struct AheadClock {
    by: Mutex<Duration>,
}

impl AheadClock {
    /// Puts it further ahead.
    pub fn advance(&self, by: Duration) {
        *self.by.lock().unwrap() += by;
    }
}

impl Clock for AheadClock {
    fn now(&self) -> Timestamp {
        WallClock.now() + *self.by.lock().unwrap()
    }

    fn new_id(&self) -> String {
        WallClock.new_id()
    }

    fn secret(&self) -> [u8; 32] {
        WallClock.secret()
    }
}
