//! `sogoc deliver`: a folder of scans into the archive, here or on a server, with progress, a receipt
//! and an exit code that tells the truth. Running it again goes on where it was cut off.

mod door;
mod folder;
mod remote;
mod shown;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use futures::StreamExt;

use crate::batch::{Declared, NewBatch, Receipt};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::scan::Scan;
use door::Door;
pub(super) use door::SIDE_BY_SIDE_HERE;
use folder::Found;

/// Exit code when everything came but some files could not be read.
const SOME_QUARANTINED: u8 = 3;
/// Exit code when some files were not accepted; their reasons are printed (EX_DATAERR).
const SOME_REFUSED: u8 = 65;
/// Entries of a manifest declared at a time.
const MANIFEST_PART: usize = 1000;

/// Deliver a folder of scans as a batch.
///
/// Exit code 0: every file was received, or was there already. 3: every file came, but some cannot
/// be read and were quarantined; put a good file of the same name in their place and deliver again. 65: some were refused, or what came differs from what was declared.
/// 75: a part was out of reach; run the same command again and it goes on.
#[derive(Debug, clap::Args)]
pub struct Deliver {
    /// Folder of scans; folders inside it are kept as part of the names.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Name of the batch; one of that name is continued.
    #[arg(long, value_name = "NAME")]
    batch: String,
    /// Code of the fonds (mã phông); the default one when absent.
    #[arg(long, value_name = "CODE")]
    fonds: Option<String>,
    /// Code of the register volume (quyển sổ gốc) the pages come from.
    #[arg(long, value_name = "CODE")]
    volume: Option<String>,
    /// Record class, when it is known what is in the box.
    #[arg(long, value_name = "ID")]
    class: Option<String>,
    /// How many files there should be.
    #[arg(long, value_name = "N")]
    declared: Option<i64>,
    /// Wait until every page is read.
    #[arg(long)]
    wait: bool,
    /// Leave the batch open for more.
    #[arg(long, conflicts_with = "close")]
    keep_open: bool,
    /// Close the batch even when some files were quarantined.
    #[arg(long)]
    close: bool,
    /// Where the receipt goes; beside the folder when absent.
    #[arg(long, value_name = "FILE")]
    receipt: Option<PathBuf>,
    /// Address of a server to deliver to, instead of the archive in the data folder.
    #[arg(long, value_name = "URL", requires = "token")]
    server: Option<String>,
    /// API token of an archivist on that server.
    #[arg(
        long,
        value_name = "TOKEN",
        env = "SOGOC_TOKEN",
        hide_env_values = true
    )]
    token: Option<String>,
}

/// What became of one file.
struct Sent {
    name: String,
    outcome: Result<Scan>,
}

/// Name, place and size of every file that would be delivered from `folder`.
///
/// # Errors
/// `Invalid` when there is no such folder or nothing in it.
pub(super) fn found_in(folder: &Path) -> Result<Vec<(String, PathBuf, u64)>> {
    let found = folder::walk(folder)?.into_iter();
    Ok(found
        .map(|file| (file.name, file.path, file.size))
        .collect())
}

/// Runs the command.
///
/// # Errors
/// `Invalid` folder or batch, `Unavailable` archive or server, and whatever opening the batch gives.
pub async fn deliver(config: Config, wish: Deliver, json: bool) -> Result<ExitCode> {
    let found = folder::walk(&wish.folder)?;
    let door = match (&wish.server, &wish.token) {
        (Some(server), Some(token)) => Door::server(server, token)?,
        _ => Door::here(config).await?,
    };
    let batch_id = open(&door, &wish).await?;
    declare(&door, &batch_id, &found).await?;
    let sent = send_all(&door, &batch_id, &found, json).await?;
    let refused: Vec<Sent> = sent
        .into_iter()
        .filter(|sent| sent.outcome.is_err())
        .collect();
    let receipt = finish(&door, &wish, &batch_id, &refused).await;
    let (receipt, differs) = match receipt {
        Err(error @ Error::Invalid(_)) => (door.receipt(&batch_id).await?, Some(error)),
        other => (other?, None),
    };
    let path = save(&wish, &receipt)?;
    if wish.wait {
        door.wait_until_read(&batch_id, json).await?;
    }
    let progress = door.progress(&batch_id).await?;
    shown::summary(&receipt, &path, &refused, differs.as_ref(), &progress, json)?;
    Ok(exit_code(&receipt, &refused, differs.is_some()))
}

async fn open(door: &Door, wish: &Deliver) -> Result<String> {
    door.open(&NewBatch {
        name: wish.batch.clone(),
        fonds: wish.fonds.clone(),
        volume: wish.volume.clone(),
        file: None,
        class_hint: wish.class.clone(),
        declared_count: wish.declared,
    })
    .await
}

/// Says what will come before it comes, so that what is missing can be named. A batch that is
/// closed has its manifest already.
async fn declare(door: &Door, batch_id: &str, found: &[Found]) -> Result<()> {
    for part in found.chunks(MANIFEST_PART) {
        let declared: Vec<Declared> = part
            .iter()
            .map(|file| Declared {
                name: file.name.clone(),
                size: i64::try_from(file.size).ok(),
                sha256: None,
            })
            .collect();
        match door.declare(batch_id, &declared).await {
            Err(Error::Refused { .. }) => return Ok(()),
            other => other?,
        }
    }
    Ok(())
}

/// Sends every file; one that is refused does not stop the others, a part out of reach stops all.
async fn send_all(door: &Door, batch_id: &str, found: &[Found], json: bool) -> Result<Vec<Sent>> {
    let bar = shown::files_bar(found, json);
    let known = door.known(batch_id).await?;
    let mut sending = futures::stream::iter(found)
        .map(|file| {
            let (known, bar) = (&known, &bar);
            async move {
                let outcome = door.send(batch_id, file, known).await;
                bar.sent(file);
                (file, outcome)
            }
        })
        .buffer_unordered(door.width());
    let mut sent = Vec::with_capacity(found.len());
    while let Some((file, outcome)) = sending.next().await {
        match outcome {
            Err(error) if error.is_transient() => return Err(error),
            outcome => sent.push(Sent {
                name: file.name.clone(),
                outcome,
            }),
        }
    }
    bar.end();
    Ok(sent)
}

/// Closes the batch when nothing is left to do about it, and gives its receipt.
async fn finish(door: &Door, wish: &Deliver, batch_id: &str, refused: &[Sent]) -> Result<Receipt> {
    let so_far = door.receipt(batch_id).await?;
    let settled = refused.is_empty() && so_far.unreadable().next().is_none();
    if wish.keep_open || !(settled || wish.close) {
        return Ok(so_far);
    }
    door.close(batch_id).await
}

/// Writes the receipt as JSON, and as text beside it.
fn save(wish: &Deliver, receipt: &Receipt) -> Result<PathBuf> {
    let path = match &wish.receipt {
        Some(path) => path.clone(),
        None => beside(&wish.folder, &wish.batch)?,
    };
    std::fs::write(&path, receipt.json()?)?;
    std::fs::write(path.with_extension("txt"), receipt.text())?;
    Ok(path)
}

fn beside(folder: &Path, batch: &str) -> Result<PathBuf> {
    let folder = folder.canonicalize()?;
    let place = folder.parent().unwrap_or(&folder);
    let safe = |letter: char| match letter {
        '/' | '\\' | ':' | '\0' => '_',
        other => other,
    };
    let name: String = batch.chars().map(safe).collect();
    Ok(place.join(format!("{name}.receipt.json")))
}

fn exit_code(receipt: &Receipt, refused: &[Sent], differs: bool) -> ExitCode {
    match () {
        () if !refused.is_empty() || differs => ExitCode::from(SOME_REFUSED),
        () if receipt.unreadable().next().is_some() => ExitCode::from(SOME_QUARANTINED),
        () => ExitCode::SUCCESS,
    }
}
