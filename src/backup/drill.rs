//! A drill: the newest backup restored into a scratch place and compared, so that everybody knows that it can be, how
//! long it takes, and what would be lost.

use std::path::Path;
use std::time::Instant;

use serde_json::json;

use super::cipher::Identities;
use super::place::Place;
use super::restore::{Restored, Wanted, restore};
use super::run::whole;
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::Insert;
use crate::config::Config;
use crate::error::Result;

/// Differences of a drill that are kept in words.
const KEPT: usize = 100;

/// How a drill went.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Drill {
    /// The place whose backup it was.
    pub place: String,
    /// Seconds from the first byte read to the last one compared.
    pub seconds: u64,
    /// Counts of what came back, and how it differs from what was backed up.
    #[serde(flatten)]
    pub restored: Restored,
}

impl Drill {
    /// Exit code: 0 when everything came back as it was, 2 when not.
    pub fn exit_code(&self) -> u8 {
        if self.restored.differences.is_empty() {
            0
        } else {
            2
        }
    }
}

/// Restores a backup into a new folder below `scratch`, compares it, removes it and keeps the result. The archive is
/// not touched, and may be in use.
///
/// # Errors
/// As [`restore`]; a drill that could not be done leaves no result.
pub async fn drill(
    archive: &Archive,
    place: &Place,
    identities: &Identities,
    wanted: &Wanted,
    scratch: &Path,
    told: impl FnMut(u64),
) -> Result<Drill> {
    let folder = tempfile::Builder::new()
        .prefix("sogoc-drill")
        .tempdir_in(scratch)?;
    let began = archive.clock.now();
    let since = Instant::now();
    // A folder and SQLite, whatever the archive itself runs on: rows and objects are the same on both.
    let config = Config::in_folder(folder.path());
    let restored = restore(&config, place, identities, wanted, told).await?;
    let drill = Drill {
        place: place.name.clone(),
        seconds: since.elapsed().as_secs(),
        restored,
    };
    let mut tx = archive.begin_as_machine().await?;
    let id = tx.new_id();
    let found = &drill.restored;
    let kept: Vec<&String> = found.differences.iter().take(KEPT).collect();
    Insert::into("backup_drills")
        .set("id", &id)
        .set("place", &drill.place)
        .set("run", &found.run)
        .set("started_at", crate::clock::stamp(began))
        .set("finished_at", tx.now())
        .set("seconds", whole(drill.seconds))
        .set("objects", whole(found.objects))
        .set("rows", whole(found.rows))
        .set("differences", whole(found.differences.len() as u64))
        .set("details", json!(kept).to_string())
        .run(&mut tx)
        .await?;
    let details = json!({
        "place": drill.place, "run": found.run, "seconds": drill.seconds,
        "objects": found.objects, "rows": found.rows, "differences": found.differences.len(),
    });
    tx.log(Action::BackupDrilled, ("backup", &id), details)
        .await?;
    tx.commit().await?;
    Ok(drill)
}
