//! Connection health: whether the engine answers, asked over a connection of its own, so that a server that went away is known at once,
//! not after every request has waited for a connection.

use std::time::Duration;

use sqlx::AnyPool;
use tokio::sync::watch;

use super::{Catalogue, Engine};
use crate::error::{Error, Result};

/// Longest time a look may take.
pub(super) const PATIENCE: Duration = Duration::from_millis(1500);
/// Time between two questions whether the database answers.
const BEAT: Duration = Duration::from_secs(1);

/// The connection, and what was felt last.
pub(super) struct Pulse {
    /// A connection of its own: one that waits for its turn among the others would tell a busy catalogue as one that is away.
    pub(super) probe: AnyPool,
    down: watch::Sender<bool>,
}

impl Pulse {
    pub(super) fn over(probe: AnyPool) -> Self {
        let (down, _) = watch::channel(false);
        Self { probe, down }
    }

    pub(super) async fn close(&self) {
        self.probe.close().await;
    }
}

impl Catalogue {
    /// True answers from the engine, within two seconds.
    ///
    /// # Errors
    /// `Unavailable`, or `WrongSetting` where it does not let us in.
    pub async fn check(&self) -> Result<()> {
        let look = sqlx::query("SELECT 1").execute(&self.pulse.probe);
        match tokio::time::timeout(PATIENCE, look).await {
            Ok(looked) => Ok(looked.map(drop)?),
            Err(late) => Err(Error::unavailable("catalogue", late)),
        }
    }

    /// Looks at the engine again and again, for those who wait in [`Catalogue::until_down`]. A file needs no watch:
    /// what is wrong with it is said at once.
    pub async fn watch_over(&self) {
        // A file on this machine is there or is not; a question each second would only wake the
        // disk.
        if self.engine == Engine::Sqlite {
            return std::future::pending().await;
        }
        loop {
            let down = matches!(self.check().await, Err(error) if error.is_transient());
            self.pulse.down.send_replace(down);
            tokio::time::sleep(BEAT).await;
        }
    }

    /// Ends once the watch finds that the engine does not answer; never while it does.
    pub async fn until_down(&self) {
        let mut down = self.pulse.down.subscribe();
        // A closed channel means that the catalogue goes; whoever waits must not take that for an
        // alarm.
        if down.wait_for(|down| *down).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
