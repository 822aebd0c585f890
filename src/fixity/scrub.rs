//! A scrub: every object of the vault re-read at a set pace. Each look is written down, so that a
//! scrub that was cut off goes on where it stopped, and what is damaged is named and never served.

mod object_check;
mod run;

use std::num::NonZeroU64;
use std::time::{Duration, Instant};

use futures::StreamExt;

use crate::archive::Archive;
use crate::error::Result;
use crate::vault::VaultError;
use object_check::ObjectCheck;
use run::Run;

/// How fast a scrub reads, and from where.
#[derive(Debug, Clone, Copy)]
pub struct ScrubOptions {
    /// At most this many bytes a second on average; as fast as the disk when absent.
    pub pace: Option<NonZeroU64>,
    /// Go on with a scrub that was cut off; start again otherwise.
    pub resume: bool,
}

impl Default for ScrubOptions {
    fn default() -> Self {
        Self {
            pace: None,
            resume: true,
        }
    }
}

/// One thing that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, sqlx::FromRow)]
pub struct Finding {
    /// The object; none when it could not be named.
    pub object_id: Option<String>,
    /// Its folder, relative to the vault's base.
    pub location: String,
    /// The stored file below that; empty for the object as a whole.
    pub path: String,
    /// mismatch | missing | extra | could_not_read | missing_object | corrupt.
    pub outcome: String,
    /// Both digests, or why it could not be read.
    pub detail: String,
}

/// What a scrub has seen so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct ScrubReport {
    /// Id of the scrub.
    pub run_id: String,
    /// Whether it goes on from an earlier one that was cut off.
    pub resumed: bool,
    /// Objects that were re-read.
    pub objects: u64,
    /// Files of those objects.
    pub files: u64,
    /// Bytes that were read and hashed.
    pub bytes: u64,
    /// Objects that are damaged or gone.
    pub damaged: u64,
    /// Objects of which something could not be read, which says nothing about it.
    pub unreadable: u64,
    /// Everything that is not as it should be.
    pub findings: Vec<Finding>,
}

impl ScrubReport {
    /// Exit code: 0 when all is whole, 2 when something is damaged, 75 when nothing is but not
    /// everything could be read.
    pub fn exit_code(&self) -> u8 {
        match (self.damaged, self.unreadable) {
            (0, 0) => 0,
            (0, _) => 75,
            _ => 2,
        }
    }
}

/// Re-reads every object of the vault, then asks for each that the catalogue knows and the walk did
/// not meet. `told` hears how far it is after every object.
///
/// # Errors
/// `Unavailable` when vault or catalogue is out of reach; what was looked at stays written down.
pub async fn scrub(
    archive: &Archive,
    options: ScrubOptions,
    mut told: impl FnMut(&ScrubReport),
) -> Result<ScrubReport> {
    let mut run = Run::take_up(archive, options.resume).await?;
    let pace = Pace::from_now(options.pace, run.report.bytes);
    let mut walk = archive.vault.walk();
    while let Some(step) = walk.next().await {
        let look = match step {
            // A scrub of a province's vault takes days; whoever restarts the machine does not start it again.
            Ok(found) if run.has_seen(archive, &found.location).await? => continue,
            Ok(found) => match &found.id {
                Some(id) => ObjectCheck::at(archive, id).await,
                None => continue, // its first version is still being written
            },
            Err(VaultError::Corrupt { what, detail }) => {
                ObjectCheck::at_damaged_place(&what, detail)
            }
            // The store does not answer, which says nothing about any object: what was seen so far is written down
            // and the next run goes on from there.
            Err(error) => {
                run.save(archive).await?;
                return Err(error.into());
            }
        };
        run.note(archive, look).await?;
        told(&run.report);
        // After the object and not within it: an object is read at full speed, and the average is what the
        // pace limits.
        pace.keep(run.report.bytes).await;
    }
    // The walk only meets what is there. That something is gone, only the catalogue knows.
    run.ask_for_unseen(archive).await?;
    let report = run.finish(archive).await?;
    told(&report);
    Ok(report)
}

/// Folders of the objects that were found damaged when last looked at, relative to the vault's base.
///
/// # Errors
/// As any statement.
pub async fn damaged_places(archive: &Archive) -> Result<Vec<String>> {
    let damaged = "SELECT location FROM scrub_checks WHERE outcome = 'damaged' ORDER BY location";
    Ok(sqlx::query_scalar(damaged)
        .fetch_all(archive.catalogue.pool())
        .await?)
}

/// Looks again at an object that was found damaged, and writes down what was seen; true where it is whole now.
///
/// # Errors
/// `Unavailable` vault or catalogue.
pub async fn look_again(archive: &Archive, location: &str) -> Result<bool> {
    let look = match archive.vault.id_at(location).await {
        Ok(Some(id)) => ObjectCheck::at(archive, &id).await,
        Ok(None) => return Ok(false),
        Err(VaultError::Corrupt { what, detail }) => ObjectCheck::at_damaged_place(&what, detail),
        Err(error) => return Err(error.into()),
    };
    run::correct(archive, location, &look).await
}

/// Bytes a second on average since a moment.
struct Pace {
    most: Option<NonZeroU64>,
    since: Instant,
    bytes_then: u64,
}

impl Pace {
    fn from_now(most: Option<NonZeroU64>, bytes_then: u64) -> Self {
        Self {
            most,
            since: Instant::now(),
            bytes_then,
        }
    }

    /// Waits until `bytes` are no more than the pace allows.
    async fn keep(&self, bytes: u64) {
        let Some(most) = self.most else { return };
        let due = due_after(bytes.saturating_sub(self.bytes_then), most);
        tokio::time::sleep(due.saturating_sub(self.since.elapsed())).await;
    }
}

/// How long `bytes` take at `most` bytes a second.
fn due_after(bytes: u64, most: NonZeroU64) -> Duration {
    let millis = u128::from(bytes) * 1000 / u128::from(most.get());
    Duration::from_millis(u64::try_from(millis).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exit_code_tells_damage_from_not_knowing() {
        let code = |damaged, unreadable| {
            ScrubReport {
                damaged,
                unreadable,
                ..ScrubReport::default()
            }
            .exit_code()
        };
        assert_eq!(
            [code(0, 0), code(0, 3), code(1, 0), code(1, 3)],
            [0, 75, 2, 2]
        );
    }

    #[test]
    fn a_pace_counts_bytes_against_time() {
        let most = NonZeroU64::new(1 << 20).unwrap();
        assert_eq!(due_after(1 << 19, most), Duration::from_millis(500));
        assert_eq!(due_after(0, most), Duration::ZERO);
    }
}
