//! `sogoc deliver`: a folder of scans into the archive, local or on a server, with progress, a receipt
//! and an exit code for each outcome. Running it again continues where it was cut off.

mod folder;
mod output;
mod remote;
mod target;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use futures::StreamExt;

use crate::batch::{Declared, NewBatch, Receipt};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::scan::Scan;
use folder::SourceFile;
pub(super) use target::LOCAL_CONCURRENCY;
use target::Target;

/// Exit code when every file was received but some, or some of their pages, could not be read.
const SOME_QUARANTINED: u8 = 3;
/// Exit code when some files were refused; their reasons are printed (EX_DATAERR).
const SOME_REFUSED: u8 = 65;
/// Files of the manifest declared in one request.
const MANIFEST_CHUNK: usize = 1000;

/// Deliver a folder of scans as a batch.
///
/// Exit code 0: every file was received, or was there already. 3: every file came, but some cannot
/// be read and were quarantined; put a good file of the same name in their place and deliver again; or the reading of
/// some pages failed (`sogoc jobs list`). 65: some were refused, or what came differs from what was declared.
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
    /// Code of the file (hồ sơ) the pages belong to.
    #[arg(long, value_name = "CODE", conflicts_with = "volume")]
    file: Option<String>,
    /// Code of the unit (đơn vị) it is delivered for; that of the fonds when absent.
    #[arg(long, value_name = "CODE")]
    unit: Option<String>,
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

/// One file with its scan, or why it was refused.
struct Sent {
    name: String,
    outcome: Result<Scan>,
}

/// Name, path and size in bytes of every file that would be delivered from `folder`.
///
/// # Errors
/// `Invalid` when there is no such folder or nothing in it.
pub(super) fn found_in(folder: &Path) -> Result<Vec<(String, PathBuf, u64)>> {
    let found = folder::walk(folder)?.0.into_iter();
    Ok(found
        .map(|file| (file.name, file.path, file.size))
        .collect())
}

/// Runs the command.
///
/// # Errors
/// `Invalid` folder or batch, `Unavailable` archive or server, and whatever opening the batch gives.
pub async fn deliver(config: Config, options: Deliver, json: bool) -> Result<ExitCode> {
    let (found, unfit) = folder::walk(&options.folder)?;
    let target = match (&options.server, &options.token) {
        (Some(server), Some(token)) => Target::remote(server, token)?,
        _ => Target::local(config).await?,
    };
    let batch_id = open(&target, &options).await?;
    declare(&target, &batch_id, &found).await?;
    let sent = send_all(&target, &batch_id, &found, json).await?;
    let whole = sent.iter().filter(|sent| sent.outcome.is_ok());
    let whole: Vec<&str> = whole.map(|sent| &*sent.name).collect();
    // Uploads that a run before left unfinished would keep the batch open.
    target.give_up_stale(&batch_id, &whole).await?;
    let refused: Vec<Sent> = unfit
        .into_iter()
        .map(|(name, error)| Sent {
            name,
            outcome: Err(error),
        })
        .chain(sent.into_iter().filter(|sent| sent.outcome.is_err()))
        .collect();
    let receipt = finish(&target, &options, &batch_id, &refused).await;
    let (receipt, differs) = match receipt {
        // Delivered and declared files differ: the batch stays open, and the receipt shows what came.
        // The receipt is written all the same: it shows what is missing.
        Err(error @ Error::Invalid(_)) => (target.receipt(&batch_id).await?, Some(error)),
        other => (other?, None),
    };
    let path = save(&options, &receipt)?;
    if options.wait {
        target.wait_until_read(&batch_id, json).await?;
    }
    let progress = target.progress(&batch_id).await?;
    output::summary(&receipt, &path, &refused, differs.as_ref(), &progress, json)?;
    let stuck = progress.pages_stuck > 0;
    Ok(exit_code(&receipt, &refused, differs.is_some(), stuck))
}

async fn open(target: &Target, options: &Deliver) -> Result<String> {
    target
        .open(&NewBatch {
            name: options.batch.clone(),
            fonds: options.fonds.clone(),
            volume: options.volume.clone(),
            file: options.file.clone(),
            class_hint: options.class.clone(),
            declared_count: options.declared,
            unit: options.unit.clone(),
        })
        .await
}

/// Declares all files before sending them, so that missing ones can be named afterwards. A closed batch
/// refuses, because it has its manifest already.
async fn declare(target: &Target, batch_id: &str, found: &[SourceFile]) -> Result<()> {
    for part in found.chunks(MANIFEST_CHUNK) {
        // Digests are not declared: hashing here and there would read each file twice.
        let declared: Vec<Declared> = part
            .iter()
            .map(|file| Declared {
                name: file.name.clone(),
                size: i64::try_from(file.size).ok(),
                sha256: None,
            })
            .collect();
        match target.declare(batch_id, &declared).await {
            // A closed batch takes no declaration, and this run may only fetch the receipt.
            Err(Error::Refused { .. }) => return Ok(()),
            other => other?,
        }
    }
    Ok(())
}

/// Sends every file. A refused file does not stop the others; a transient error stops all, because it
/// would hit them too.
async fn send_all(
    target: &Target,
    batch_id: &str,
    found: &[SourceFile],
    json: bool,
) -> Result<Vec<Sent>> {
    let bar = output::files_bar(found, json);
    let received = target.received_scans(batch_id).await?;
    let mut sending = futures::stream::iter(found)
        .map(|file| {
            let (received, bar) = (&received, &bar);
            async move {
                let outcome = target.send(batch_id, file, received).await;
                bar.sent(file);
                (file, outcome)
            }
        })
        .buffer_unordered(target.concurrency());
    let mut sent = Vec::with_capacity(found.len());
    while let Some((file, outcome)) = sending.next().await {
        match outcome {
            // A part that is away would refuse every other file as well.
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

/// Closes the batch unless something is left to do, and returns its receipt.
async fn finish(
    target: &Target,
    options: &Deliver,
    batch_id: &str,
    refused: &[Sent],
) -> Result<Receipt> {
    let so_far = target.receipt(batch_id).await?;
    // Unreadable files may be sent again, so the batch waits for them.
    let complete = refused.is_empty() && so_far.unreadable().next().is_none();
    if options.keep_open || !(complete || options.close) {
        return Ok(so_far);
    }
    target.close(batch_id).await
}

/// Writes the receipt as JSON, and as text beside it.
fn save(options: &Deliver, receipt: &Receipt) -> Result<PathBuf> {
    let path = match &options.receipt {
        Some(path) => path.clone(),
        None => receipt_path(&options.folder, &options.batch)?,
    };
    std::fs::write(&path, receipt.json()?)?;
    std::fs::write(path.with_extension("txt"), receipt.text())?;
    Ok(path)
}

fn receipt_path(folder: &Path, batch: &str) -> Result<PathBuf> {
    let folder = folder.canonicalize()?;
    let place = folder.parent().unwrap_or(&folder);
    let safe = |letter: char| match letter {
        // Names of batches hold strokes; a file name cannot.
        '/' | '\\' | ':' | '\0' => '_',
        other => other,
    };
    let name: String = batch.chars().map(safe).collect();
    Ok(place.join(format!("{name}.receipt.json")))
}

fn exit_code(receipt: &Receipt, refused: &[Sent], differs: bool, stuck: bool) -> ExitCode {
    match () {
        () if !refused.is_empty() || differs => ExitCode::from(SOME_REFUSED),
        () if stuck || receipt.unreadable().next().is_some() => ExitCode::from(SOME_QUARANTINED),
        () => ExitCode::SUCCESS,
    }
}
