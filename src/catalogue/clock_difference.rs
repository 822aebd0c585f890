//! How far this machine's clock is from the one all processes share, the database server's. Leases, terms and the times
//! on copies are read from the machine's clock.

use jiff::SignedDuration;

use super::{Catalogue, Engine};
use crate::error::{Error, Result};
use crate::messages::Message;

/// Most that clocks may differ: far less than a lease lasts, far more than machines that keep time are apart.
const MOST: SignedDuration = SignedDuration::from_secs(30);
/// The setting that a person looks at.
const SETTING: &str = "clock";

impl Catalogue {
    /// Compares the clock with the database server's. A file's catalogue is on this machine and has no other.
    ///
    /// # Errors
    /// `WrongSetting` where they differ by more than half a minute; as any statement.
    pub async fn check_clock(&self) -> Result<()> {
        let difference = self.clock_difference().await?;
        if difference.abs() <= MOST {
            return Ok(());
        }
        let key = match difference.is_positive() {
            true => "errors.setting.clock_ahead",
            false => "errors.setting.clock_behind",
        };
        let message = Message::new(key).with("seconds", difference.abs().as_secs());
        Err(Error::wrong_setting(SETTING, message))
    }

    /// How far ahead of the server's our clock is; less than zero where it is behind.
    async fn clock_difference(&self) -> Result<SignedDuration> {
        if self.engine == Engine::Sqlite {
            return Ok(SignedDuration::ZERO);
        }
        let before = self.clock.now();
        let there: i64 = sqlx::query_scalar(
            "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)",
        )
        .fetch_one(&self.pulse.probe)
        .await?;
        let after = self.clock.now();
        // It was asked somewhere between the two, so only what lies outside them is a difference.
        let [before, after] = [before, after].map(|at| at.as_millisecond());
        let ahead = match there {
            there if there < before => before - there,
            there if there > after => after - there,
            _ => 0,
        };
        Ok(SignedDuration::from_millis(ahead))
    }
}
