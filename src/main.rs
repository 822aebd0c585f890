//! Parses the arguments, starts logging, runs the command and turns its result into an exit code.

use std::process::ExitCode;

use clap::Parser;
use sogoc::cli::{self, Cli};

fn main() -> ExitCode {
    // A child is this same executable. It must enter its cage before anything else runs: no logging, no
    // runtime, no argument parser.
    match std::env::args_os().nth(1) {
        Some(word) if word == sogoc_workers::child::ARGUMENT => sogoc_workers::child::main(),
        Some(word) if word == sogoc::seal::CHILD_ARGUMENT => sogoc::seal::child(),
        Some(word) if word == sogoc::import::CHILD_ARGUMENT => sogoc::import::child(),
        _ => {}
    }
    end_quietly_with_the_pipe();
    // Nothing this program writes is anybody else's to read: catalogue, vault, backup, index, spool.
    // Set before anything is opened, because files take their mode when they are made.
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    let cli = Cli::parse();
    cli::start_logging(&cli);
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("sogoc: {error}");
            return ExitCode::from(71); // EX_OSERR
        }
    };
    let outcome = runtime.block_on(cli::run(cli));
    // Blocking reads of a child or a disk may never end; what was acknowledged does not depend on
    // them.
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("sogoc: {}\n       {}", error.vi(), error.en());
            tracing::debug!(?error, "failed");
            ExitCode::from(error.exit_code())
        }
    }
}

/// Whoever reads our output may have seen enough (`sogoc search … | head -1`). `println!` panics then; the command
/// ends as any other does whose pipe is closed, with the code of SIGPIPE.
fn end_quietly_with_the_pipe() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let said = panic.payload().downcast_ref::<String>();
        if said.is_some_and(|said| {
            said.starts_with("failed printing to stdout") && said.contains("Broken pipe")
        }) {
            std::process::exit(141);
        }
        usual(panic);
    }));
}
