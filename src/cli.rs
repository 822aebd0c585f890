//! The command line: each command calls one operation of a holding and adds progress, `--json` output and
//! an exit code.

mod backup;
mod bench_copy;
mod bench_desk;
mod bench_intake;
mod book;
mod check;
mod copy;
mod deliver;
mod discrepancies;
mod finding_aid;
mod fixity;
mod import;
mod jobs;
mod log;
mod people;
mod pin;
mod progress;
mod proven;
mod read;
mod seal;
mod search;
mod serve;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::archive::Archive;
use crate::config::Config;
use crate::error::Result;

/// Sổ Gốc – số hoá, lưu giữ, tìm và cấp bản sao từ sổ gốc.
///
/// Reads, preserves, finds and reissues the paper of an education department.
#[derive(Debug, Parser)]
#[command(name = "sogoc", version, about, long_about = None, max_term_width = 100)]
pub struct Cli {
    /// Folder of all data: catalogue, vault, index, key.
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        default_value = "data",
        env = "SOGOC_DATA"
    )]
    pub data: PathBuf,
    /// Configuration file (TOML) for PostgreSQL, S3 and the office's own words; see docs/OPERATIONS.md.
    #[arg(long, global = true, value_name = "FILE", env = "SOGOC_CONFIG")]
    pub config: Option<PathBuf>,
    /// Print JSON for programs instead of text for people.
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the pages and the API, and work the queue.
    Serve(serve::Serve),
    /// Work the queue only, on further machines.
    Work,
    Deliver(deliver::Deliver),
    /// Read scans and print words and fields; touches no database.
    Read(read::Read),
    /// Find records by name (accents or not), birth date, school, year or number.
    Search(search::Search),
    /// Compose and seal certified copies of approved records.
    Copy(copy::Copy),
    /// Write the issue book of a year as a spreadsheet or as paper.
    Book(book::Book),
    /// Write the list of files of a fonds, or of documents of a file, as a spreadsheet or as paper.
    FindingAid(finding_aid::FindingAid),
    /// Lists that exist already (danh sách có sẵn): bring in, map, confirm, undo, write out.
    #[command(subcommand)]
    Import(import::Imports),
    /// Numbers of registers that do not agree (đối chiếu số hiệu, số vào sổ): by volume, or those of one volume.
    ///
    /// Exit code 0: nothing waits for an answer. 1: something does.
    Discrepancies(discrepancies::Asked),
    /// Show how long the seals of issued copies can be proven; renew those that end soon.
    #[command(subcommand)]
    Seal(seal::Seals),
    /// Check a certified copy offline: the file, the key, and who certifies them.
    Verify(verify::Verify),
    /// Build a new search index beside the live one, then swap it in.
    Reindex,
    /// Check settings, engine, vault, seal and models, and say in words what is wrong and what to do.
    #[command(visible_alias = "doctor")]
    Check(check::Check),
    /// Re-read every byte of the vault and report what is damaged; continues where it was cut off.
    ///
    /// Exit code 0: everything is intact, or was mended. 2: something is damaged or missing, and is named. 75: nothing
    /// is, but not everything could be read.
    Scrub(fixity::Scrub),
    /// Rebuild catalogue and index from the vault alone.
    ///
    /// People, tokens and undecided records are not in the vault. With --into, a
    /// catalogue that still exists is compared with the new one. Exit code 0: everything is back.
    /// 2: something in the vault is damaged, or the comparison found a loss; it is named.
    Rebuild(fixity::Rebuild),
    /// Compare the catalogue with the vault and report what differs.
    ///
    /// Exit code 0: both agree. 1: something can be repaired. 2: preserved bytes are missing or damaged.
    Reconcile(fixity::Reconcile),
    /// Quarantine what belongs to no version of any object in the vault; name it without --yes-quarantine.
    ///
    /// Nothing is removed, and no file that an inventory names is touched. Exit code 0: nothing is left to do. 1:
    /// something can be quarantined. 2: an inventory is damaged and must come back from the backup.
    Repair(fixity::Repair),
    /// Bring the copies elsewhere up to date: rows, objects and log, encrypted, only what is not there yet.
    ///
    /// Without a place, all that the settings name. Secret keys are in no backup. Exit code 0: everything is in it. 2:
    /// something is damaged in the vault, and is named.
    Backup(backup::Backup),
    /// Bring a backup back into an empty catalogue and an empty vault, and compare.
    ///
    /// Exit code 0: everything is back as it was. 2: something is not, and is named.
    Restore(backup::Restore),
    /// Show stuck work and why; try it again, hold it back or give it up.
    #[command(subcommand)]
    Jobs(jobs::Jobs),
    /// The log's signed tree: check it, prove an entry, bring entries back, change the key.
    #[command(subcommand)]
    Log(log::Log),
    /// People and API tokens.
    #[command(subcommand)]
    User(people::User),
    /// Measure what this machine can do.
    #[command(subcommand)]
    Bench(Bench),
    /// Print completions for a shell.
    Completions {
        /// bash, zsh, fish, elvish or powershell.
        shell: clap_complete::Shell,
    },
}

/// The measurements an operator can make on the own machine.
#[derive(Debug, Subcommand)]
enum Bench {
    /// Taking in a folder of scans, beside copying it and writing down every SHA-256.
    Intake {
        /// The folder; a fresh archive is made beside it and removed again.
        folder: PathBuf,
    },
    /// A full house: verifications at once, and citizens' copies overtaking a backlog of pages.
    Desk(bench_desk::Desk),
    /// Certified copies: approved record to sealed file, with a software key.
    Copy {
        /// How many copies are made, one after another.
        #[arg(long, default_value_t = 200)]
        runs: usize,
    },
}

/// Logs go to standard error as readable lines, or JSON under `SOGOC_LOG_FORMAT=json`; `SOGOC_LOG` sets the level.
pub fn start_logging(cli: &Cli) {
    use tracing_subscriber::EnvFilter;
    // A command for people prints its own messages; a service is watched through its log.
    let quiet = !matches!(cli.command, Command::Serve(_) | Command::Work);
    let level = if quiet { "error" } else { "info" };
    let filter = EnvFilter::try_from_env("SOGOC_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false);
    if std::env::var("SOGOC_LOG_FORMAT").as_deref() == Ok("json") {
        logs.json().init();
    } else {
        logs.compact().init();
    }
}

/// Runs one command.
///
/// # Errors
/// Those of the command; `main` turns them into an exit code and a message in both languages.
pub async fn run(cli: Cli) -> Result<ExitCode> {
    // Before any setting is read: completions are made while installing, when there is none.
    if let Command::Completions { shell } = cli.command {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut Cli::command(), "sogoc", &mut script);
        print!("{}", String::from_utf8_lossy(&script));
        return Ok(ExitCode::SUCCESS);
    }
    let config = config_of(&cli)?;
    match cli.command {
        Command::Serve(serve) => serve::serve(config, serve).await,
        Command::Work => serve::work(config).await,
        Command::Deliver(options) => deliver::deliver(config, options, cli.json).await,
        Command::Read(read) => read::read(&config, read, cli.json).await,
        Command::Copy(copy) => copy::copy(open(config).await?, copy, cli.json).await,
        Command::Book(options) => book::book(open(config).await?, options, cli.json).await,
        Command::FindingAid(options) => {
            finding_aid::finding_aid(open(config).await?, options, cli.json).await
        }
        Command::Import(asked) => import::import(open(config).await?, asked, cli.json).await,
        Command::Discrepancies(asked) => {
            discrepancies::discrepancies(open(config).await?, asked, cli.json).await
        }
        Command::Seal(seal::Seals::Accept) => seal::accept(config).await,
        Command::Seal(seals) => seal::seals(open(config).await?, seals, cli.json).await,
        Command::Verify(verify) => verify::verify(&config, &verify, cli.json),
        Command::Search(search) => search::search(open(config).await?, search, cli.json).await,
        Command::Reindex => search::reindex(open(config).await?).await,
        Command::Check(options) => check::check(config, options, cli.json).await,
        Command::Scrub(scrub) => fixity::scrub(open(config).await?, scrub, cli.json).await,
        Command::Rebuild(rebuild) => fixity::rebuild(config, rebuild, cli.json).await,
        Command::Reconcile(options) => {
            fixity::reconcile(open(config).await?, options, cli.json).await
        }
        Command::Repair(options) => fixity::repair(open(config).await?, options, cli.json).await,
        Command::Backup(options) => backup::backup(config, options, cli.json).await,
        Command::Restore(options) => backup::restore(config, options, cli.json).await,
        Command::Jobs(options) => jobs::jobs(open(config).await?, options, cli.json).await,
        Command::Log(options) => log::log(open(config).await?, options, cli.json).await,
        Command::User(user) => people::user(open(config).await?, user, cli.json).await,
        Command::Bench(Bench::Intake { folder }) => {
            bench_intake::bench_intake(&folder).await?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Bench(Bench::Desk(options)) => bench_desk::bench_desk(options, cli.json).await,
        Command::Bench(Bench::Copy { runs }) => {
            bench_copy::bench_copy(&config, runs, cli.json).await
        }
        Command::Completions { .. } => Ok(ExitCode::SUCCESS),
    }
}

fn config_of(cli: &Cli) -> Result<Config> {
    match &cli.config {
        Some(file) => Config::from_file(file),
        None => Ok(Config::in_folder(&cli.data)),
    }
}

async fn open(config: Config) -> Result<Archive> {
    Archive::open(config).await
}
