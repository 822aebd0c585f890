//! Measures the product from outside: how well pages with known text are read, what each step of reading
//! and each weight of confidence is worth, what the index costs, and what damaged input does.

mod calibration;
mod eval;
mod fuzz;
mod index;
mod letters;
mod people;
mod questions;
mod reading;
mod stream;

use std::error::Error;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Measures and fuzzes Sổ Gốc; an operator's own measures are in `sogoc bench`.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
struct Cli {
    /// Print machine-readable JSON (`reading`, `questions`).
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Reading: pages with known text, beside what is read of them.
    Reading(reading::Reading),
    /// The heads of official letters: scans with keyed fields, beside what is read of them.
    Letters(letters::Letters),
    /// Piles of pages parted into papers.
    Stream(stream::Stream),
    /// Fit the weights of confidence to pages with known text and print them as `weights.toml`.
    Calibrate(calibration::Calibrate),
    /// The index: size, building and answering, on made-up people. Wants a release build.
    Index(index::Index),
    /// Questions of many kinds with known answers: how often the right one is first. Wants a release build.
    Questions(questions::Questions),
    /// Damaged files and messages at decoders and protocol for a set time; exit code 1 when something was found.
    Fuzz(fuzz::Fuzz),
}

fn main() -> ExitCode {
    let child = std::env::args_os()
        .nth(1)
        .is_some_and(|word| word == sogoc_workers::child::ARGUMENT);
    if child && fuzz::is_rogue() {
        fuzz::be_rogue();
    } else if child {
        sogoc_workers::child::main();
    }
    run(Cli::parse()).unwrap_or_else(|error| {
        eprintln!("sogoc-bench: {error}");
        let about_the_input = error.is::<eval::InputError>();
        ExitCode::from(if about_the_input { 65 } else { 70 }) // EX_DATAERR, EX_SOFTWARE
    })
}

fn run(cli: Cli) -> Result<ExitCode, Box<dyn Error>> {
    match cli.command {
        Command::Reading(options) => {
            tokio::runtime::Runtime::new()?.block_on(reading::reading(options, cli.json))
        }
        Command::Letters(options) => {
            tokio::runtime::Runtime::new()?.block_on(letters::letters(options, cli.json))
        }
        Command::Stream(options) => {
            tokio::runtime::Runtime::new()?.block_on(stream::stream(options, cli.json))
        }
        Command::Calibrate(options) => calibration::calibrate(&options),
        Command::Index(options) => index::bench(options),
        Command::Questions(options) => questions::questions(options, cli.json),
        Command::Fuzz(options) => Ok(fuzz::fuzz(&options)),
    }
}
