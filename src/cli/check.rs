//! `check`: opens every part of the archive and reports what is missing.

use std::process::ExitCode;

use serde_json::json;
use sogoc_workers::ocr::engine::{self, SECOND_MODEL};

use super::log;
use crate::access::Caller;
use crate::archive::{Archive, vault_location};
use crate::audit;
use crate::backup;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::messages::{Message, both};
use crate::vault::Vault;

/// Name of the line about copies elsewhere.
const COPIES: &str = "copies";

/// Options of `sogoc check`.
#[derive(Debug, clap::Args)]
pub struct Check {
    /// Make the S3 bucket of the vault first, where it is missing.
    #[arg(long)]
    make_bucket: bool,
}

/// Opens every part and reports on each; exit code 1 when one of them fails.
///
/// # Errors
/// None so far: what fails is reported.
pub async fn check(config: Config, options: Check, as_json: bool) -> Result<ExitCode> {
    let mut lines: Vec<(&str, bool, String)> = Vec::new();
    if options.make_bucket {
        lines.push(made_bucket(&config).await);
    }
    // Settings come first: a wrong one explains what fails behind it.
    match config.check() {
        Ok(()) => lines.push(("settings", true, both("cli.valid"))),
        Err(error) => lines.push(("settings", false, told(&error))),
    }
    // Reading is asked for without the archive, because it works or fails on its own.
    let (readable, models) = models(&config);
    lines.push(("reading models", readable, models));
    match Archive::open(config).await {
        Ok(archive) => {
            let answers = archive.ready().await;
            let why = |outcome: &Result<()>| outcome.as_ref().err().map_or("ok".into(), told);
            lines.push(("catalogue, vault and disk", answers.is_ok(), why(&answers)));
            let signer = archive.seal.signer().subject();
            let test = archive.seal.is_test_authority();
            let mark = if test { " (TEST: no legal value)" } else { "" };
            lines.push(("seal", true, format!("{signer}{mark}")));
            let fences = archive.check_fences().await;
            lines.push(("cage of children", fences.is_ok(), why(&fences)));
            lines.push(modes_line(&archive));
            let key = archive.values();
            let said = key.as_ref().err().map_or("ok".into(), told);
            lines.push(("key of sealed values", key.is_ok(), said));
            lines.push(log_line(&archive).await);
            lines.push(copies_line(&archive).await);
            lines.push(("classes", true, archive.classes.iter().count().to_string()));
        }
        Err(error) => lines.push(("archive", false, told(&error))),
    }
    // Copies that are asked for and not there keep nobody from working: they are told, and an alert rings.
    let all_ok = lines.iter().all(|(part, ok, _)| *ok || *part == COPIES);
    if as_json {
        let parts: Vec<_> = lines
            .iter()
            .map(|(part, ok, text)| json!({ "part": part, "ok": ok, "detail": text }))
            .collect();
        println!("{}", json!({ "ok": all_ok, "parts": parts }));
    } else {
        for (part, ok, text) in &lines {
            println!("{} {part}: {text}", if *ok { "✓" } else { "✗" });
        }
    }
    Ok(if all_ok {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}

async fn made_bucket(config: &Config) -> (&'static str, bool, String) {
    let made = match vault_location(config) {
        Ok(location) => Vault::make_bucket(&location).await,
        Err(error) => return ("bucket", false, told(&error)),
    };
    match made {
        Ok(true) => ("bucket", true, both("cli.bucket_made")),
        Ok(false) => ("bucket", true, both("cli.bucket_none")),
        // Not the sentence of an outage: what the service answered is what helps here.
        Err(error) => ("bucket", false, format!("{error}: {}", cause(&error))),
    }
}

fn cause(error: &dyn std::error::Error) -> String {
    error.source().map(ToString::to_string).unwrap_or_default()
}

/// What is asked of copies elsewhere and is not so.
async fn copies_line(archive: &Archive) -> (&'static str, bool, String) {
    let copies = match backup::copies(archive, &Caller::machine()).await {
        Ok(copies) => copies,
        Err(error) => return (COPIES, false, told(&error)),
    };
    let unmet = copies.requirements.iter().filter(|one| !one.met);
    let said: Vec<String> = unmet
        .map(|one| Message::new(format!("custody.copy_rule.{}", one.rule)).both())
        .collect();
    match said.is_empty() {
        true => (COPIES, true, both("cli.copies_met")),
        false => {
            let missing = both("cli.copies_unmet");
            (COPIES, false, format!("{missing}: {}", said.join("; ")))
        }
    }
}

/// What others on this machine could read.
fn modes_line(archive: &Archive) -> (&'static str, bool, String) {
    let open = archive.open_to_others();
    let said = match open.is_empty() {
        true => "ok".into(),
        false => {
            let places: Vec<String> = open
                .iter()
                .map(|place| place.display().to_string())
                .collect();
            Message::new("cli.readable_by_others")
                .with("places", places.join(", "))
                .both()
        }
    };
    ("closed to others", open.is_empty(), said)
}

/// Compares the whole log with its signed tree.
async fn log_line(archive: &Archive) -> (&'static str, bool, String) {
    match audit::check(archive).await {
        Ok(checked) => ("log", checked.whole, log::told(&checked)),
        Err(error) => ("log", false, told(&error)),
    }
}

/// In the words in which start and `/readyz` say it.
fn told(error: &Error) -> String {
    format!("{} / {}", error.vi(), error.en())
}

/// Whether pages can be read, the models in use, and how to install the second.
fn models(config: &Config) -> (bool, String) {
    let folder = config.reading.tessdata.clone();
    let folder = folder.unwrap_or_else(engine::model_folder);
    let shown = folder.display();
    if !engine::has_model(&folder) {
        let how = both("cli.model_missing");
        return (false, format!("{shown}: {how}"));
    }
    let built_in = both("cli.model_built_in");
    if engine::has_second_model(&folder) {
        return (true, format!("{shown}: vie, {SECOND_MODEL}; {built_in}"));
    }
    let optional = both("cli.model_optional");
    let how = format!(
        "vie; {built_in}; {optional}: npm pack @tesseract.js-data/vie, then gunzip \
         4.0.0_best_int/vie.traineddata.gz to {shown}/{SECOND_MODEL}.traineddata"
    );
    (true, format!("{shown}: {how}"))
}
