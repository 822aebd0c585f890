//! `seal`: how long the seals of issued copies can be proven, and the renewal of those that end soon.

use std::process::ExitCode;

use serde_json::json;

use crate::access::Caller;
use crate::archive::Archive;
use crate::certified_copy::{self, LevelProof, Proofs};
use crate::config::Config;
use crate::error::Result;
use crate::messages::{Message, both};

/// What `sogoc seal` can show and do.
#[derive(Debug, clap::Subcommand)]
pub enum Seals {
    /// Print the office's identity file (PEM): the certificates it seals or has sealed with, and the authorities behind
    /// them. Whoever checks a copy offline gives it to `sogoc verify --identity`; the service hands it out to anyone at
    /// /api/v1/seal/identity.
    Identity,
    /// Say what is due when, and what applies at each level.
    Due,
    /// Put a fresh time stamp over every file whose proof ends soon (B-LTA), at once.
    ///
    /// The service does so by itself; this is for who does not want to wait, or repaired what stood in the way. Exit code
    /// 0: nothing is due any more. 75: the time authority, a responder or the vault does not answer now; what was renewed
    /// stays so. 2: a file in the vault is damaged.
    Renew,
    /// Make the key of this configuration the one that every process of the archive must have.
    ///
    /// Needed only where the test authority was lost or is replaced by another one: a process with another key than the
    /// recorded one does not start. Stop the others first.
    Accept,
}

/// Runs one subcommand.
///
/// # Errors
/// `Unavailable` time authority, responder or vault; `Corrupt` file.
pub async fn seals(archive: Archive, command: Seals, as_json: bool) -> Result<ExitCode> {
    let me = Caller::machine();
    let renewed = match command {
        Seals::Identity => {
            print!("{}", archive.seal.identity_file());
            return Ok(ExitCode::SUCCESS);
        }
        Seals::Due | Seals::Accept => None,
        Seals::Renew => Some(certified_copy::renew_due(&archive, &me).await?),
    };
    let proofs = certified_copy::proofs(&archive, &me).await?;
    if as_json {
        println!("{}", json!({ "renewed": renewed, "proofs": proofs }));
    } else {
        if let Some(renewed) = renewed {
            let said = Message::new("cli.seals.renewed").with("count", renewed);
            println!("{}", said.both());
        }
        print(&proofs);
    }
    Ok(ExitCode::SUCCESS)
}

/// Records the key of this configuration as the one in force.
///
/// # Errors
/// As opening the archive.
pub async fn accept(config: Config) -> Result<ExitCode> {
    let archive = Archive::open_accepting(config).await?;
    let said = Message::new("cli.seals.accepted").with("subject", archive.seal.signer().subject());
    println!("{}", said.both());
    Ok(ExitCode::SUCCESS)
}

fn print(proofs: &Proofs) {
    let said = Message::new("cli.seals.due")
        .with("due", proofs.due)
        .with("days", proofs.margin_days)
        .with("late", proofs.late);
    println!("{}", said.both());
    for row in &proofs.levels {
        let level = row.level.as_deref().unwrap_or("?");
        let until = row.first_end.as_deref().unwrap_or("–");
        let said = Message::new("cli.seals.of_level").with("copies", row.copies);
        let said = said.with("until", until).both();
        println!("PAdES {level:<6} {said}: {}", both(what_applies(row)));
    }
    for copy in &proofs.next {
        let mark = if copy.due { "!" } else { " " };
        println!(
            "{mark} {:>12}  {}  {}",
            copy.number, copy.provable_until, copy.copy_id
        );
    }
}

/// What happens to the seals of a level when their proof ends.
fn what_applies(row: &LevelProof) -> &'static str {
    match row.level.as_deref() {
        None => "cli.seals.not_looked_at",
        Some("B-B") => "cli.seals.no_time_stamp",
        Some("B-LTA") => "cli.seals.kept_fresh",
        Some(_) => "cli.seals.not_renewed",
    }
}
