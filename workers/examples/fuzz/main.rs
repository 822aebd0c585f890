//! Fuzzing for a set time: damaged files at the decoders through real caged children, and broken
//! messages at both ends of the protocol. `fuzz [--minutes N] [--seed S] [--keep DIR] [FILE…]`
//!
//! Sound files come from `tests/fixtures/seeds` and the command line. Whatever ends otherwise than in
//! a picture, a reading or a failure of the file's own is a finding: it is kept in `--keep`, and the
//! exit status is 1. A finding's number and the seed make it again.

#![allow(clippy::unwrap_used)] // a development tool; a panic is a finding of its own
#![allow(clippy::disallowed_methods)] // it runs programs and waits for them; `clippy.toml` means the service

mod decoders;
mod mutate;
mod protocol;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use mutate::Chance;

/// Rounds of files between two rounds of messages.
const FILES_A_MESSAGE: u64 = 60;

/// How often a line says how far it got.
const REPORT_EVERY: Duration = Duration::from_secs(60);

struct Wish {
    minutes: u64,
    seed: u64,
    keep: PathBuf,
    files: Vec<PathBuf>,
}

fn main() {
    let given: Vec<String> = std::env::args().skip(1).collect();
    if given
        .first()
        .is_some_and(|first| first == sogoc_workers::child::ARGUMENT)
    {
        if protocol::is_rogue() {
            protocol::be_rogue();
        }
        sogoc_workers::child::main();
    }
    let wish = wish(given);
    std::fs::create_dir_all(&wish.keep).unwrap();
    let findings = run(&wish);
    std::process::exit(i32::from(findings > 0));
}

fn wish(given: Vec<String>) -> Wish {
    let mut wish = Wish {
        minutes: 1,
        seed: 20_261_122,
        keep: std::env::temp_dir().join("sogoc-fuzz"),
        files: Vec::new(),
    };
    let mut given = given.into_iter();
    while let Some(word) = given.next() {
        let mut number = || {
            given
                .next()
                .and_then(|value| value.parse().ok())
                .expect("a number follows")
        };
        match word.as_str() {
            "--minutes" => wish.minutes = number(),
            "--seed" => wish.seed = number(),
            "--keep" => wish.keep = given.next().expect("a folder follows").into(),
            file => wish.files.push(file.into()),
        }
    }
    wish
}

/// Runs to the end of the time; how much was found.
fn run(wish: &Wish) -> u64 {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut decoders = decoders::Decoders::new(sound_files(&wish.files), &wish.keep);
    let mut protocol = protocol::Protocol::new();
    let mut chance = Chance::new(wish.seed);
    let started = Instant::now();
    let mut reported = started;
    let mut rounds = 0;
    while started.elapsed() < Duration::from_secs(wish.minutes * 60) {
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
        wish.seed,
        started.elapsed().as_secs(),
        decoders.report(),
        protocol.report()
    );
    decoders.findings + protocol.findings
}

/// The seeds of the tests and the files given, by name so that a run can be repeated.
fn sound_files(given: &[PathBuf]) -> Vec<Vec<u8>> {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/seeds");
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
