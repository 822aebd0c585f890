//! `log`: the signed tree over the log.

use std::process::ExitCode;

use serde_json::json;

use crate::access::{Caller, list_people};
use crate::archive::Archive;
use crate::audit::{self, Checked};
use crate::certified_copy;
use crate::error::{Error, Result};
use crate::messages::{Lang, Message, both, find};
use crate::search::records_of_person;
use crate::viewing::{self, ViewRow};

/// What is done with the log.
#[derive(Debug, clap::Subcommand)]
pub enum Log {
    /// Put waiting entries into the tree, then compare every entry with it and with what places outside were shown.
    ///
    /// Exit code 0: everything fits and a place outside was shown the tree. 1: everything fits, but no place outside
    /// knows this log. 2: something is missing or changed, and is named.
    Check,
    /// Print the proof that an entry is in the tree.
    Proof {
        /// Id of the entry.
        id: String,
    },
    /// Print what stands behind a copy, link by link, as JSON. Exit code 0: every link holds; 2: one does not.
    Chain {
        /// Id of the copy.
        copy: String,
    },
    /// Print who has looked at a record and at others of the same name and birth date, newest first.
    Views {
        /// Id of the record.
        record: String,
    },
    /// Print what a person or token has looked at, newest first.
    ViewedBy {
        /// Their login, or the id of a token.
        who: String,
    },
    /// Bring back from the vault the entries that the catalogue has lost, as they were signed.
    Restore,
    /// Make the key of this process the one that signs the tree from now on; a new one where it has none.
    AcceptKey,
}

/// Runs one subcommand.
///
/// # Errors
/// `NotFound` entry; `Corrupt` when the tree is not what was signed.
pub async fn log(archive: Archive, log: Log, as_json: bool) -> Result<ExitCode> {
    match log {
        Log::Check => check(&archive, as_json).await,
        Log::Proof { id } => proof(&archive, &id, as_json).await,
        Log::Chain { copy } => {
            let chain = certified_copy::chain(&archive, &Caller::machine(), &copy).await?;
            println!("{}", serde_json::to_string_pretty(&chain)?);
            Ok(ExitCode::from(if chain.holds() { 0 } else { 2 }))
        }
        Log::Views { record } => {
            let records = records_of_person(&archive, &record).await?;
            let rows = viewing::of_records(&archive, &Caller::machine(), &records).await?;
            Ok(print_views(&rows, as_json))
        }
        Log::ViewedBy { who } => {
            let people = list_people(&archive, &Caller::machine()).await?;
            let known = people.into_iter().find(|person| person.login == who);
            let id = known.map_or(who, |person| person.id);
            let rows = viewing::by_actor(&archive, &Caller::machine(), &id).await?;
            Ok(print_views(&rows, as_json))
        }
        Log::Restore => {
            let restored = audit::restore_missing(&archive).await?;
            let said = Message::new("cli.log_restored").with("entries", restored);
            println!("{}", said.both());
            Ok(ExitCode::SUCCESS)
        }
        Log::AcceptKey => {
            println!("{}", audit::accept_key(&archive).await?);
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn print_views(rows: &[ViewRow], as_json: bool) -> ExitCode {
    if as_json {
        println!("{}", json!(rows));
    }
    for row in rows.iter().filter(|_| !as_json) {
        let record = row.record_id.as_deref().unwrap_or("-");
        println!("{}\t{}\t{}\t{record}", row.at, row.name, row.action);
    }
    ExitCode::SUCCESS
}

async fn check(archive: &Archive, as_json: bool) -> Result<ExitCode> {
    // What is broken is told by the comparison that follows, which names it.
    match audit::publish(archive).await {
        Ok(_) | Err(Error::Corrupt { .. }) => {}
        Err(error) => return Err(error),
    }
    let checked = audit::check(archive).await?;
    if as_json {
        println!("{}", json!(checked));
    } else {
        println!("{}", told(&checked));
    }
    Ok(ExitCode::from(exit_code(&checked)))
}

/// What `sogoc log check` ends with.
pub fn exit_code(checked: &Checked) -> u8 {
    match checked.state.standing {
        audit::Standing::Witnessed => 0,
        // Unwitnessed is no damage, and still not what an operator should leave.
        audit::Standing::Unwitnessed | audit::Standing::Unsigned => 1,
        audit::Standing::Broken => 2,
    }
}

/// The outcome in a line in both languages.
pub fn told(checked: &Checked) -> String {
    let state = &checked.state;
    let said = match &state.broken {
        None => {
            let word = in_both("log_tree.standing_means.{word}", state.standing.as_str());
            format!("{}/{}: {word}", state.checked, state.size + state.waiting)
        }
        Some(broken) => {
            let sentence = in_both("log_tree.broken.{word}", &broken.kind);
            let position = broken.position.map(|position| position.to_string());
            let place = [position, broken.what.clone()];
            let place: Vec<String> = place.into_iter().flatten().collect();
            format!("{sentence} {}", place.join(" "))
        }
    };
    let silent = checked.silent.iter();
    silent.fold(said, |said, place| {
        format!("{said}\n{} {place}", both("log_tree.place_silent"))
    })
}

/// The text of one word of a group in both languages.
fn in_both(group: &str, word: &str) -> String {
    let key = group.replace("{word}", word);
    let of = |lang| find(lang, &key).unwrap_or(word);
    format!("{} / {}", of(Lang::Vi), of(Lang::En))
}

async fn proof(archive: &Archive, id: &str, as_json: bool) -> Result<ExitCode> {
    let proof = audit::proof_of(archive, id).await?;
    let Some(proof) = proof else {
        return Err(Error::refuse("errors.log_entry_waits"));
    };
    if as_json {
        println!("{}", json!(proof));
    } else {
        println!("{}\n\n{}", proof.entry, proof.proof);
    }
    Ok(ExitCode::SUCCESS)
}
