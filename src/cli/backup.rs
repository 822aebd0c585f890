//! `backup` and `restore`: copies elsewhere, the drill, and the way back.

use std::path::PathBuf;
use std::process::ExitCode;

use indicatif::{HumanBytes, ProgressBar};
use serde_json::json;

use crate::access::Caller;
use crate::archive::Archive;
use crate::backup::{self, BY_HAND, Drill, Identities, KeyNeeded, Restored, Wanted};
use crate::config::{Config, PlaceConfig};
use crate::error::Result;
use crate::messages::{Message, both};

/// Options and arguments of `sogoc backup`.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Backup {
    #[command(subcommand)]
    what: Option<What>,
    #[command(flatten)]
    to: Target,
}

/// Where a backup goes.
#[derive(Debug, clap::Args)]
struct Target {
    /// Name of a place of the settings, or a folder on another disk; all places of the settings without it.
    #[arg(value_name = "PLACE")]
    place: Option<String>,
    /// Public key to encrypt to besides those of the settings, as age-keygen prints it.
    #[arg(long, value_name = "age1…")]
    recipient: Vec<String>,
    /// For a folder given here: anybody may read it who gets hold of it.
    #[arg(long)]
    unencrypted: bool,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Restore the newest backup into a scratch folder, compare, remove it, and keep the result.
    Drill(DrillOptions),
    /// Show the copies, what is asked of them, and the newest drill.
    State,
}

#[derive(Debug, clap::Args)]
struct DrillOptions {
    #[command(flatten)]
    from: Chosen,
    /// Folder with room for the whole archive; the system's for temporary files without it.
    #[arg(long, value_name = "DIR")]
    scratch: Option<PathBuf>,
}

/// Which backup, and what opens it.
#[derive(Debug, clap::Args)]
struct Chosen {
    /// Name of a place of the settings, or a folder.
    #[arg(value_name = "PLACE")]
    place: String,
    /// File of the identity that age-keygen made; `-` reads it from standard input. Never keep it on this machine.
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
    /// Folder of a run below runs/; the newest that ended without it.
    #[arg(long, value_name = "RUN")]
    run: Option<String>,
}

/// Options and arguments of `sogoc restore`.
#[derive(Debug, clap::Args)]
pub struct Restore {
    #[command(flatten)]
    from: Chosen,
    /// The vault is there still: bring the rows back only.
    #[arg(long)]
    rows_only: bool,
}

/// Brings copies up to date, tries one, or shows them.
///
/// # Errors
/// `WrongSetting`, naming it; `Unavailable`: the same command goes on from there.
pub async fn backup(config: Config, options: Backup, as_json: bool) -> Result<ExitCode> {
    match options.what {
        None => run(config, options.to, as_json).await,
        Some(What::Drill(options)) => drill(config, options, as_json).await,
        Some(What::State) => state(&Archive::open(config).await?, as_json).await,
    }
}

async fn run(mut config: Config, to: Target, as_json: bool) -> Result<ExitCode> {
    config.backup.recipients.extend(to.recipient);
    let places = match to.place {
        Some(named) => {
            let place = place_named(&mut config, &named);
            if to.unencrypted {
                // Only what was named on this very line: a place of the settings is named there.
                config
                    .backup
                    .unencrypted
                    .extend((place.name == BY_HAND).then(|| BY_HAND.into()));
            }
            if place.name == BY_HAND && !place.url.contains("://") {
                std::fs::create_dir_all(&place.url)?;
            }
            vec![place]
        }
        None => backup::places(&config, None)?,
    };
    let archive = Archive::open(config).await?;
    let mut code = 0;
    let mut reports = Vec::new();
    for place in places {
        let bar = ProgressBar::new_spinner();
        let outcome = backup::backup(&archive, &place, |versions, bytes| {
            let said = Message::new("cli.backup_progress").with("versions", versions);
            bar.set_message(said.with("bytes", HumanBytes(bytes)).both());
        })
        .await;
        bar.finish_and_clear();
        match outcome {
            Ok(report) => {
                code = code.max(report.exit_code());
                if !as_json {
                    print_backup(&report);
                }
                reports.push(json!(report));
            }
            // One place that is away is no reason to leave the others behind.
            Err(error) => {
                code = code.max(error.exit_code());
                eprintln!(
                    "sogoc: {}: {}\n       {}",
                    place.name,
                    error.vi(),
                    error.en()
                );
                reports.push(json!({ "place": place.name, "failure": error.code() }));
            }
        }
    }
    if as_json {
        println!("{}", json!(reports));
    }
    Ok(ExitCode::from(code))
}

/// A place of the settings, or one given by hand, which is added to them.
fn place_named(config: &mut Config, named: &str) -> PlaceConfig {
    if let Some(place) = config.backup.place.iter().find(|place| place.name == named) {
        return place.clone();
    }
    let place = PlaceConfig {
        name: BY_HAND.into(),
        url: named.into(),
        same_disk: true,
        ..PlaceConfig::default()
    };
    config.backup.place.push(place.clone());
    place
}

fn print_backup(report: &backup::Backup) {
    let how = match report.encrypted {
        true => both("cli.backup_encrypted"),
        false => both("cli.backup_plain"),
    };
    let said = Message::new("cli.backed_up")
        .with("place", &report.place)
        .with("run", &report.run)
        .with("rows", report.rows)
        .with("versions", report.versions)
        .with("added", report.added)
        .with("bytes", HumanBytes(report.bytes))
        .with("how", how);
    println!("{}", said.both());
    for line in &report.damaged {
        println!("✗ {line}");
    }
}

fn wanted(from: &Chosen, rows_only: bool) -> Wanted {
    Wanted {
        run: from.run.clone(),
        rows_only,
    }
}

fn identities(from: &Chosen) -> Result<Identities> {
    let read = from.identity.as_deref().map(Identities::read);
    Ok(read.transpose()?.unwrap_or_default())
}

async fn drill(mut config: Config, options: DrillOptions, as_json: bool) -> Result<ExitCode> {
    let place = place_named(&mut config, &options.from.place);
    let identities = identities(&options.from)?;
    let archive = Archive::open(config).await?;
    let scratch = options.scratch.unwrap_or_else(std::env::temp_dir);
    let bar = ProgressBar::new_spinner();
    let drill = backup::drill(
        &archive,
        &backup::place_of(&place)?,
        &identities,
        &wanted(&options.from, false),
        &scratch,
        |objects| bar.set_message(objects.to_string()),
    )
    .await?;
    bar.finish_and_clear();
    if as_json {
        println!("{}", json!(drill));
    } else {
        print_drill(&drill);
    }
    Ok(ExitCode::from(drill.exit_code()))
}

fn print_drill(drill: &Drill) {
    print_restored(&drill.restored);
    let minutes = format!("{}:{:02}", drill.seconds / 60, drill.seconds % 60);
    let said = Message::new("cli.drilled")
        .with("minutes", minutes)
        .with("differences", drill.restored.differences.len());
    println!("{}", said.both());
}

fn print_restored(restored: &Restored) {
    for line in &restored.differences {
        println!("✗ {line}");
    }
    let said = Message::new("cli.restored")
        .with("run", &restored.run)
        .with("rows", restored.rows)
        .with("objects", restored.objects);
    println!("{}", said.both());
}

async fn state(archive: &Archive, as_json: bool) -> Result<ExitCode> {
    let copies = backup::copies(archive, &Caller::machine()).await?;
    if as_json {
        println!("{}", json!(copies));
    } else {
        for place in &copies.places {
            let mark = if place.counts { '✓' } else { '✗' };
            let newest = place.newest.as_deref().unwrap_or("–");
            println!("{mark} {}  {}  {newest}", place.name, place.media);
        }
        for one in &copies.requirements {
            let mark = if one.met { '✓' } else { '✗' };
            let said = Message::new(format!("custody.copy_rule.{}", one.rule));
            println!("{mark} {}", said.both());
        }
    }
    Ok(ExitCode::from(u8::from(copies.unmet() > 0)))
}

/// Brings a backup back, then what the vault has and its rows have not.
///
/// # Errors
/// `Refused` where anything is there already; `Unavailable`.
pub async fn restore(mut config: Config, options: Restore, as_json: bool) -> Result<ExitCode> {
    let place = place_named(&mut config, &options.from.place);
    let identities = identities(&options.from)?;
    config.check()?;
    std::fs::create_dir_all(&config.data)?;
    let bar = ProgressBar::new_spinner();
    let mut restored = backup::restore(
        &config,
        &backup::place_of(&place)?,
        &identities,
        &wanted(&options.from, options.rows_only),
        |objects| bar.set_message(objects.to_string()),
    )
    .await?;
    bar.finish_and_clear();
    let caught_up = catch_up(config, &restored.run).await?;
    restored.differences.extend(caught_up);
    if as_json {
        println!("{}", json!(restored));
    } else {
        print_restored(&restored);
        for key in &restored.keys {
            println!("→ {}", key_told(key));
        }
        println!("{}", both("cli.restore_next"));
    }
    Ok(ExitCode::from(if restored.differences.is_empty() {
        0
    } else {
        2
    }))
}

fn key_told(key: &KeyNeeded) -> String {
    let known_by = match key.known_by.is_empty() {
        true => "–",
        false => &key.known_by,
    };
    Message::new("cli.key_needed")
        .with("setting", &key.setting)
        .with("place", &key.place)
        .with("known_by", known_by)
        .both()
}

/// What came into the vault while the backup ran is after its rows: entries of the log, scans, copies with their numbers.
/// What could not be brought over is named.
async fn catch_up(config: Config, run: &str) -> Result<Vec<String>> {
    let scratch = tempfile::tempdir_in(&config.data)?;
    let archive = Archive::open_to_restore(config, scratch.path()).await?;
    let open = backup::catch_up(&archive, run).await;
    archive.pool.close();
    archive.catalogue.close().await;
    open
}
