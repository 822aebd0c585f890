//! How fast deliveries are taken in, beside what a careful person would do by hand on the same disk
//! in the same run: copy the folder, and write down every SHA-256.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use futures::{StreamExt, TryStreamExt};

use super::deliver::{LOCAL_CONCURRENCY, found_in};
use crate::access::Caller;
use crate::archive::Archive;
use crate::batch::{self, NewBatch};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::scan::{self, Incoming};

/// Takes in the scans of `folder` in a fresh archive beside it and prints megabytes a second: ours,
/// receipt included; `cp` and `sha256sum`; and those two when the copy must be on disk before it
/// counts (`sync`), which is what ours promises.
///
/// # Errors
/// `Invalid` folder, `Unavailable` disk or programs, whatever receiving gives.
pub async fn bench_intake(folder: &Path) -> Result<()> {
    let found = found_in(folder)?;
    let bytes: u64 = found.iter().map(|(_, _, size)| size).sum();
    let parent = folder.canonicalize()?;
    // Beside the folder and not in the system's temporary one, which may be memory.
    let place = tempfile::tempdir_in(parent.parent().unwrap_or(&parent))?;
    by_hand(folder, &place.path().join("warm"), false)?; // both sides then read from memory
    let plain = by_hand(folder, &place.path().join("plain"), false)?;
    let synced = by_hand(folder, &place.path().join("synced"), true)?;
    let ours = ours(&place.path().join("data"), &found).await?;
    println!(
        "intake of {} files, {:.1} MB",
        found.len(),
        megabytes(bytes)
    );
    for (name, took) in [
        ("sogoc", ours),
        ("cp + sha256sum", plain),
        ("cp + sync + sha256sum", synced),
    ] {
        let rate = megabytes(bytes) / took.as_secs_f64();
        let share = took.as_secs_f64().recip() / synced.as_secs_f64().recip() * 100.0;
        println!("  {name:24} {rate:8.1} MB/s  {share:5.0} % of the durable copy");
    }
    println!("  peak memory of this process: {} MB", peak_memory_mb());
    Ok(())
}

async fn ours(data: &Path, found: &[(String, std::path::PathBuf, u64)]) -> Result<Duration> {
    let archive = Archive::open(Config::in_folder(data)).await?;
    let caller = Caller::machine();
    let start = Instant::now();
    let fresh = NewBatch {
        name: "bench".into(),
        ..NewBatch::default()
    };
    let batch = batch::open(&archive, &caller, &fresh).await?;
    futures::stream::iter(found)
        .map(|(name, path, _)| {
            let incoming = Incoming {
                batch_id: &batch.id,
                name,
                path,
                declared_sha256: None,
            };
            let (archive, caller) = (&archive, &caller);
            async move { scan::receive(archive, caller, &incoming).await }
        })
        .buffer_unordered(LOCAL_CONCURRENCY)
        .try_collect::<Vec<_>>()
        .await?;
    batch::close(&archive, &caller, &batch.id).await?;
    Ok(start.elapsed())
}

fn by_hand(folder: &Path, copy: &Path, durable: bool) -> Result<Duration> {
    let start = Instant::now();
    run(Command::new("cp").arg("-r").args([folder, copy]))?;
    if durable {
        let each = "find \"$0\" -type f -print0 | xargs -0 sync";
        run(Command::new("sh").args(["-c", each]).arg(copy))?;
    }
    let each = "find \"$0\" -type f -print0 | xargs -0 sha256sum > \"$0.sha256\"";
    run(Command::new("sh").args(["-c", each]).arg(copy))?;
    Ok(start.elapsed())
}

#[expect(
    clippy::disallowed_methods,
    reason = "it measures other programs, one after the other, and does nothing beside"
)]
fn run(command: &mut Command) -> Result<()> {
    let status = command.status()?;
    if status.success() {
        return Ok(());
    }
    Err(Error::unavailable("disk", format!("{command:?}: {status}")))
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// VmHWM of proc(5), in megabytes; 0 where there is none.
fn peak_memory_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kib.unwrap_or(0) / 1000
}
