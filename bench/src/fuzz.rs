//! Fuzzing for a set time: damaged files at the decoders through real caged children, and broken
//! messages at both ends of the protocol.
//!
//! Sound files come from `workers/tests/fixtures/seeds` and the command line. Whatever ends otherwise than in
//! a picture, a reading or a failure of the file's own is a finding: it is kept in `--keep`, and the
//! exit status is 1. A finding's number and the seed make it again.

#![allow(clippy::unwrap_used)] // a development tool; a panic is a finding of its own
#![allow(clippy::disallowed_methods)] // it runs programs and waits for them; `clippy.toml` means the service

mod decoders;
#[path = "../../workers/tests/pool/mutate.rs"]
mod mutate;
mod protocol;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use mutate::Chance;
pub use protocol::{be_rogue, is_rogue};

/// Rounds of files between two rounds of messages.
const FILES_A_MESSAGE: u64 = 60;

/// How often a line says how far it got.
const REPORT_EVERY: Duration = Duration::from_secs(60);

/// How long to mutate files and messages, from which seed.
#[derive(Debug, clap::Args)]
pub struct Fuzz {
    /// How long to go on.
    #[arg(long, value_name = "N", default_value_t = 1)]
    minutes: u64,
    /// The same mutants again for the same seed.
    #[arg(long, value_name = "S", default_value_t = 20_261_122)]
    seed: u64,
    /// Where findings are kept; `sogoc-fuzz` in the folder for temporary files unless given.
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Sound files to damage besides the seeds of the tests.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// Runs to the end of the time; exit code 1 when something was found.
pub fn fuzz(options: &Fuzz) -> ExitCode {
    let keep = options.keep.clone();
    let keep = keep.unwrap_or_else(|| std::env::temp_dir().join("sogoc-fuzz"));
    std::fs::create_dir_all(&keep).unwrap();
    ExitCode::from(u8::from(run(options, &keep) > 0))
}

/// How much was found.
fn run(options: &Fuzz, keep: &Path) -> u64 {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut decoders = decoders::Decoders::new(sound_files(&options.files), keep);
    let mut protocol = protocol::Protocol::new();
    let mut chance = Chance::new(options.seed);
    let started = Instant::now();
    let mut reported = started;
    let mut rounds = 0;
    while started.elapsed() < Duration::from_secs(options.minutes * 60) {
        runtime.block_on(decoders.round(&mut chance));
        rounds += 1;
        if rounds % FILES_A_MESSAGE == 0 {
            runtime.block_on(protocol.round(&mut chance));
        }
        if reported.elapsed() >= REPORT_EVERY {
            reported = Instant::now();
            println!("{}; {}", decoders.report(), protocol.report());
        }
    }
    println!(
        "seed {}, {} s: {}; {}",
        options.seed,
        started.elapsed().as_secs(),
        decoders.report(),
        protocol.report()
    );
    decoders.findings + protocol.findings
}

/// The seeds of the tests and the files given, by name so that a run can be repeated.
fn sound_files(given: &[PathBuf]) -> Vec<Vec<u8>> {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../workers/tests/fixtures/seeds");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(seeds)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.extend_from_slice(given);
    paths.sort();
    paths
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect()
}
