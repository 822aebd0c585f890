//! Comparing every entry with the tree, and the tree with what places outside were shown.

use std::time::Duration;

use super::state::{self, Broken, LogState};
use super::{keys, leaf, outside, sequenced_after};
use crate::archive::Archive;
use crate::clock::parse_stamp;
use crate::error::Result;
use crate::tlog::{self, CHECKPOINT, Comparison, Head};

/// How long an outcome stands before the services look again by themselves.
const EVERY: Duration = Duration::from_secs(6 * 3600);
/// Entries read at once.
const AT_ONCE: i64 = 1000;

/// What became of comparing the whole log.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Checked {
    /// True when every entry, file, and place outside agrees.
    pub whole: bool,
    /// Places outside that could not be asked now.
    pub silent: Vec<String>,
    /// How the log stands after it.
    pub state: LogState,
}

/// Compares every entry in the tree with the tiles, the bundles, the signed checkpoint and the places outside. The
/// outcome is recorded, so that `/readyz` and the metrics tell it.
///
/// # Errors
/// As any statement; `Unavailable` when the vault cannot be read.
pub async fn check(archive: &Archive) -> Result<Checked> {
    let known = keys::known(&archive.catalogue).await?;
    let (others, silent) = outside::shown(archive, &known).await?;
    let (compared, broken) = compare(archive, &known, others).await?;
    state::record(archive, compared, broken.as_ref()).await?;
    let state = state::state(archive).await?;
    Ok(Checked {
        whole: state.broken.is_none(),
        silent,
        state,
    })
}

/// Checks the whole log when that was last done longer than six hours ago; a broken one says so in the program's log.
///
/// # Errors
/// As [`check`].
pub async fn check_if_due(archive: &Archive) -> Result<()> {
    let row = state::tree(&archive.catalogue).await?;
    let last = row.checked_at.as_deref().and_then(parse_stamp);
    if row.size == 0 || last.is_some_and(|last| archive.clock.now() < last + EVERY) {
        return Ok(());
    }
    let checked = check(archive).await?;
    if let Some(broken) = &checked.state.broken {
        tracing::error!(kind = broken.kind, "the log does not fit its signed tree");
    }
    Ok(())
}

async fn compare(
    archive: &Archive,
    known: &[String],
    others: Vec<Head>,
) -> Result<(i64, Option<Broken>)> {
    // The row first: whatever is signed while we look only goes on from it.
    let row = state::tree(&archive.catalogue).await?;
    let files = archive.vault.log_files();
    let missing = |what: &str| Ok((0, Some(Broken::of("checkpoint", Some(what.into())))));
    let head = match files.get(CHECKPOINT).await? {
        None if row.size == 0 && others.is_empty() => return Ok((0, None)),
        None => return missing("missing"),
        Some(note) => match tlog::open_checkpoint(&note, known) {
            Ok(head) => head,
            Err(tlog::NotGenuine) => return missing("not_genuine"),
        },
    };
    if head.size < row.size.unsigned_abs() {
        return missing("older");
    }
    let mut comparison = Comparison::new(&files, head, others);
    let (mut position, size) = (0, i64::try_from(head.size).unwrap_or(i64::MAX));
    while position < size {
        let limit = AT_ONCE.min(size - position);
        let entries = sequenced_after(&archive.catalogue, position, limit).await?;
        let follows = |at: i64| {
            entries
                .first()
                .is_some_and(|entry| entry.position == Some(at))
        };
        if !follows(position + 1) {
            break;
        }
        for entry in &entries {
            if entry.position != Some(position + 1) {
                break;
            }
            position += 1;
            if let Some(found) = comparison.push(leaf::bytes(entry)).await? {
                return Ok((position, Some(found.into())));
            }
        }
    }
    let found = comparison.finish().await?;
    Ok((position, found.map(Into::into)))
}
