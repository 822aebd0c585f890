//! `scrub`, `rebuild`, `reconcile` and `repair`: the care of the vault from the command line.

use std::num::NonZeroU64;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use indicatif::HumanBytes;
use serde_json::json;

use super::progress::bar;
use crate::access::Caller;
use crate::archive::Archive;
use crate::backup::{self, Identities, Mended};
use crate::config::Config;
use crate::error::Result;
use crate::fixity::{self, Differences, Rebuilt, ScrubOptions, ScrubReport};
use crate::messages::{Message, both};

/// Options and arguments of `sogoc scrub`.
#[derive(Debug, clap::Args)]
pub struct Scrub {
    /// Read at most this many MiB a second, so that others are not disturbed.
    #[arg(long, value_name = "MIB")]
    pace: Option<NonZeroU64>,
    /// Start again even when the last scrub was cut off.
    #[arg(long)]
    restart: bool,
    /// Put right what is damaged from the copies of the settings; what was there is set aside.
    #[arg(long)]
    mend: bool,
    /// Identity that opens encrypted copies; `-` reads it from standard input.
    #[arg(long, value_name = "FILE", requires = "mend")]
    identity: Option<PathBuf>,
}

/// Re-reads the vault. Exit code 0: everything is intact; 2: something is damaged; 75: not everything
/// could be read.
///
/// # Errors
/// `Unavailable`; the same command continues from there.
pub async fn scrub(archive: Archive, options: Scrub, as_json: bool) -> Result<ExitCode> {
    let read = options.identity.as_deref().map(Identities::read);
    let identities = read.transpose()?.unwrap_or_default();
    let state = fixity::state(&archive, &Caller::machine()).await?;
    let bar = bar(state.objects.unsigned_abs());
    let wanted = ScrubOptions {
        pace: options
            // Saturating: nobody has a disk that reads 16 EiB a second.
            .pace
            .map(|mib| mib.saturating_mul(NonZeroU64::new(1 << 20).unwrap_or(NonZeroU64::MIN))),
        resume: !options.restart,
    };
    let report = fixity::scrub(&archive, wanted, |seen| {
        bar.set_position(seen.objects);
        bar.set_message(HumanBytes(seen.bytes).to_string());
    })
    .await?;
    bar.finish_and_clear();
    let mended = match options.mend {
        true => backup::mend(&archive, &identities).await?,
        false => Vec::new(),
    };
    if as_json {
        let mut told = json!(report);
        told["mended"] = json!(mended);
        println!("{told}");
    } else {
        print_scrub(&report);
        mended.iter().for_each(print_mended);
    }
    let all = report.damaged == mended.len() as u64;
    if report.damaged > 0 && all && mended.iter().all(|one| one.place.is_some()) {
        // Everything that was damaged is whole again; what could not be read is still unknown.
        return Ok(ExitCode::from(if report.unreadable > 0 { 75 } else { 0 }));
    }
    Ok(ExitCode::from(report.exit_code()))
}

fn print_mended(one: &Mended) {
    match &one.place {
        Some(place) => {
            let said = Message::new("cli.mended").with("object", &one.location);
            println!(
                "→ {}",
                said.with("place", place).with("files", one.files).both()
            );
        }
        None => {
            let said = Message::new("cli.not_mended").with("object", &one.location);
            println!("✗ {}", said.with("why", one.open.join("; ")).both());
        }
    }
}

fn print_scrub(report: &ScrubReport) {
    for finding in &report.findings {
        let object = finding.object_id.as_deref().unwrap_or(&finding.location);
        println!(
            "✗ {object}  {}  {}  {}",
            finding.path, finding.outcome, finding.detail
        );
    }
    let said = Message::new("cli.scrubbed")
        .with("objects", report.objects)
        .with("files", report.files)
        .with("bytes", HumanBytes(report.bytes))
        .with("damaged", report.damaged)
        .with("unreadable", report.unreadable);
    println!("{}", said.both());
}

/// Options and arguments of `sogoc rebuild`.
#[derive(Debug, clap::Args)]
pub struct Rebuild {
    /// Make them in this new data folder, beside the ones there are; the seal's key is taken along.
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
}

/// Rebuilds catalogue and index, and with `--into` compares them with the old catalogue.
///
/// # Errors
/// `Refused` when the catalogue holds anything.
pub async fn rebuild(config: Config, options: Rebuild, as_json: bool) -> Result<ExitCode> {
    let mut old = None;
    let mut target = config.clone();
    if let Some(into) = options.into {
        let present = Archive::open(config).await?;
        // Read before the rebuild begins, since the old catalogue may be changed meanwhile.
        old = Some(fixity::holdings(&present.catalogue).await?);
        target = fixity::beside(&present.config, &into)?;
    }
    let archive = Archive::open(target).await?;
    let bar = bar(0);
    let rebuilt = fixity::rebuild(&archive, |done, all| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
    })
    .await?;
    bar.finish_and_clear();
    let differences = match old {
        Some(old) => Some(fixity::compare(
            &old,
            &fixity::holdings(&archive.catalogue).await?,
        )),
        None => None,
    };
    if as_json {
        println!(
            "{}",
            json!({ "rebuilt": rebuilt, "differences": differences })
        );
    } else {
        print_rebuilt(&rebuilt, differences.as_ref());
    }
    // What was gained is no loss: the vault knew more than the old catalogue.
    let lost = differences.is_some_and(|found| !found.lost.is_empty() || !found.changed.is_empty());
    Ok(ExitCode::from(if lost || !rebuilt.damaged.is_empty() {
        2
    } else {
        0
    }))
}

fn print_rebuilt(rebuilt: &Rebuilt, differences: Option<&Differences>) {
    for line in &rebuilt.damaged {
        println!("✗ {line}");
    }
    let said = Message::new("cli.rebuilt")
        .with("batches", rebuilt.batches)
        .with("scans", rebuilt.scans)
        .with("pages", rebuilt.pages)
        .with("records", rebuilt.records)
        .with("copies", rebuilt.copies);
    println!("{}", said.both());
    let said = Message::new("cli.to_read_again")
        .with("pages", rebuilt.pages_to_read)
        .with("lost", rebuilt.pages_without_reading);
    println!("{}", said.both());
    if !rebuilt.numbers_without_copy.is_empty() {
        let numbers = rebuilt.numbers_without_copy.join(", ");
        let said = Message::new("cli.numbers_without_copy").with("numbers", numbers);
        println!("{}", said.both());
    }
    let said = Message::new(match rebuilt.log_vouched {
        true => "cli.log_rebuilt",
        false => "cli.log_rebuilt_unvouched",
    });
    println!("{}", said.with("entries", rebuilt.log_entries).both());
    println!("{}", both("cli.not_in_vault"));
    let Some(differences) = differences else {
        return;
    };
    for (mark, lines) in [
        ("cli.difference.lost", &differences.lost),
        ("cli.difference.changed", &differences.changed),
        ("cli.difference.gained", &differences.gained),
    ] {
        for line in lines {
            println!("✗ {}: {line}", both(mark));
        }
    }
    if differences.none() {
        println!("✓ {}", both("cli.nothing_differs"));
    }
}

/// Options and arguments of `sogoc reconcile`.
#[derive(Debug, clap::Args)]
pub struct Reconcile {
    /// Set right what can be.
    #[arg(long)]
    fix: bool,
}

/// Compares the catalogue with the vault.
///
/// # Errors
/// `Unavailable` catalogue or vault.
pub async fn reconcile(archive: Archive, options: Reconcile, as_json: bool) -> Result<ExitCode> {
    let found = fixity::reconcile(&archive, options.fix).await?;
    if as_json {
        println!("{}", json!(found));
        return Ok(ExitCode::from(found.exit_code()));
    }
    let different = found.different.iter().map(|one| {
        let what = one.what.join(", ");
        format!("{} ({}): {what}", one.record_id, one.version)
    });
    let different: Vec<String> = different.collect();
    for (what, ids) in [
        ("cli.reconcile.only_in_catalogue", &found.only_in_catalogue),
        ("cli.reconcile.only_in_vault", &found.only_in_vault),
        ("cli.reconcile.not_preserved", &found.not_preserved),
        ("cli.reconcile.different", &different),
        ("cli.reconcile.different_copies", &found.different_copies),
        ("cli.reconcile.damaged", &found.damaged),
        ("cli.reconcile.fixed", &found.fixed),
    ] {
        println!("{}  {}", ids.len(), both(what));
        for id in ids {
            println!("   {id}");
        }
    }
    Ok(ExitCode::from(found.exit_code()))
}

/// Options and arguments of `sogoc repair`.
#[derive(Debug, clap::Args)]
pub struct Repair {
    /// Move what belongs to no version to `quarantine/` beside the storage root; without it, it is only named.
    #[arg(long)]
    yes_quarantine: bool,
    /// Leave files alone that are younger than this: they may be a version on its way.
    #[arg(long, value_name = "MINUTES", default_value_t = 60)]
    older_than: u64,
}

/// Names or sets aside what belongs to no version of any object.
///
/// # Errors
/// `Unavailable` vault or catalogue.
pub async fn repair(archive: Archive, options: Repair, as_json: bool) -> Result<ExitCode> {
    let age = Duration::from_secs(options.older_than * 60);
    let repair = fixity::repair(&archive, options.yes_quarantine, age, |stray| {
        if as_json {
            return;
        }
        let kind = Message::new(format!("cli.stray.{}", stray.kind)).both();
        match &stray.quarantined {
            Some(place) => println!("→ {}: {kind} → {place}", stray.key),
            None => println!("✗ {}: {kind}", stray.key),
        }
    })
    .await?;
    if as_json {
        println!("{}", json!(repair));
        return Ok(ExitCode::from(repair.exit_code()));
    }
    for line in &repair.damaged {
        println!("✗ {line}");
    }
    let moved = repair
        .strays
        .iter()
        .filter(|stray| stray.quarantined.is_some());
    let said = Message::new("cli.repaired")
        .with("objects", repair.objects)
        .with("finished", repair.finished.len())
        .with("strays", repair.strays.len())
        .with("moved", moved.count());
    println!("{}", said.both());
    if repair.exit_code() == 1 {
        println!("{}", both("cli.repair_needs_words"));
    }
    Ok(ExitCode::from(repair.exit_code()))
}
