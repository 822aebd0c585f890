//! How long a sealed file proves itself.

use jiff::Timestamp;

use crate::catalogue::Tx;
use crate::clock::stamp;
use crate::error::Result;
use crate::seal::{Level, Verdict};

/// A sealed copy that is in the vault.
pub(super) struct Made {
    /// SHA-256 of the sealed bytes.
    pub sha256: String,
    /// How long its seal is provable.
    pub proof: Proof,
}

/// What the sealed file itself says of its proof; stored beside the line so that what is due can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Proof {
    pub(super) level: Option<Level>,
    pub(super) until: Option<Timestamp>,
}

impl From<&Verdict> for Proof {
    fn from(verdict: &Verdict) -> Self {
        Self {
            level: verdict.level,
            until: verdict.provable_until,
        }
    }
}

impl Proof {
    /// Writes it to the line of the copy.
    pub(super) async fn store(self, tx: &mut Tx, copy_id: &str) -> Result<()> {
        sqlx::query("UPDATE copies SET seal_level = $1, provable_until = $2 WHERE id = $3")
            .bind(self.level.map(Level::code))
            .bind(self.until.map(stamp))
            .bind(copy_id)
            .execute(&mut **tx)
            .await?;
        Ok(())
    }

    /// Whether a renewal would be asked for before `edge`.
    pub(super) fn due(self, edge: Timestamp) -> bool {
        // Files of lower levels are not renewed: there is nothing in them that a fresh time stamp
        // would prolong.
        self.level == Some(Level::BLTA) && self.until.is_some_and(|until| until <= edge)
    }
}
