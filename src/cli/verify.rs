//! `verify`: the offline check of a sealed file; needs the file and the authority's certificate, no archive.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::json;

use crate::archive;
use crate::clock::{Clock, WallClock};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::messages::{Message, both};
use crate::seal::{
    FileCheck, KeyCheck, OfficeCheck, Purpose, SignatureFound, Trust, TrustCheck, Verdict,
    VerificationCage,
};

/// The exit code for a file that offers nothing to judge.
const NOTHING_TO_JUDGE: u8 = 2;
/// The exit code for a good seal of which nobody said whose it must be.
const WHOSE_NOT_KNOWN: u8 = 3;

/// Options and arguments of `sogoc verify`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Five questions are answered apart: is the file as it was sealed; is it the office's own seal and nobody else's; was the
key good then; does somebody you trust vouch for the signer; who vouches for the time. Every signature in the file is
listed. Whether the record was corrected since, only the archive can say: ask on its page for checking, or by the code on
the copy.

Whose seal it must be is said by the office's identity file (`sogoc seal identity`, or /api/v1/seal/identity of its
service). Any customer of an authority you trust can seal any PDF: without the identity file a good seal proves only
that somebody sealed it.

Exit code: 0 when all answers are good and the seal is the office's; 1 when one answer is not good; 2 when the file
offers nothing to judge (no PDF, damaged, encrypted, too large, too complex, not there); 3 when the seal is good, but
nobody said whose it must be.

Examples:
  sogoc verify ban-sao-2026-1.pdf --identity so-gddt.pem
  sogoc verify --json ban-sao-2026-1.pdf --identity so-gddt.pem --trust trust.pem")]
pub struct Verify {
    /// The PDF to be checked.
    #[arg(value_name = "FILE.pdf")]
    file: PathBuf,
    /// The identity file of the office (PEM): its seal it must be; the archive's own in --data when there is one.
    #[arg(long, value_name = "PEM")]
    identity: Option<PathBuf>,
    /// Certificates of the authorities to trust (PEM); those of the identity file, or the archive's own, when absent.
    #[arg(long, value_name = "PEM")]
    trust: Option<PathBuf>,
    /// Certificates of the authorities to trust for time stamps (PEM); those of --trust when absent.
    #[arg(long, value_name = "PEM")]
    trust_time: Option<PathBuf>,
    /// A list of revoked certificates of an issuer (CRL; DER or PEM), fetched in advance; may be given again.
    #[arg(long, value_name = "CRL")]
    revoked: Vec<PathBuf>,
}

/// Prints each answer in Vietnamese and English.
///
/// # Errors
/// `Invalid` for a trust file that holds no certificate or list.
pub fn verify(config: &Config, options: &Verify, as_json: bool) -> Result<ExitCode> {
    let trust = trust(config, options)?;
    let trusts_nobody = trust.anchors().is_empty();
    let file = match open(&options.file) {
        Ok(file) => file,
        Err(error) => {
            eprintln!("sogoc: {}: {error}", options.file.display());
            return Ok(ExitCode::from(NOTHING_TO_JUDGE));
        }
    };
    let cage = VerificationCage::new(&archive::pool_config(config));
    let verdict = cage
        .verify_here(&file, trust, WallClock.now())
        .map_err(|why| Error::unavailable("verification", why))?;
    if as_json {
        let file = options.file.display().to_string();
        println!(
            "{}",
            json!({ "path": file, "holds": verdict.holds(), "verdict": verdict })
        );
    } else {
        say(&verdict, trusts_nobody);
    }
    Ok(exit_code(&verdict))
}

fn exit_code(verdict: &Verdict) -> ExitCode {
    match verdict.file {
        _ if verdict.holds() => match verdict.office {
            OfficeCheck::Office => ExitCode::SUCCESS,
            OfficeCheck::NotKnown => ExitCode::from(WHOSE_NOT_KNOWN),
            _ => ExitCode::from(1),
        },
        FileCheck::NotPdf
        | FileCheck::Unreadable
        | FileCheck::Encrypted
        | FileCheck::TooLarge
        | FileCheck::TooComplex
        | FileCheck::CheckFailed => ExitCode::from(NOTHING_TO_JUDGE),
        _ => ExitCode::from(1),
    }
}

fn say(verdict: &Verdict, trusts_nobody: bool) {
    let lines = [
        (
            verdict.file == FileCheck::Unchanged,
            "cli.verdict.file",
            verdict.file.sentence_vi(),
            verdict.file.sentence_en(),
        ),
        (
            verdict.office == OfficeCheck::Office,
            "cli.verdict.office",
            verdict.office.sentence_vi(),
            verdict.office.sentence_en(),
        ),
        (
            verdict.key == KeyCheck::GoodThen,
            "cli.verdict.key",
            verdict.key.sentence_vi(),
            verdict.key.sentence_en(),
        ),
        (
            matches!(
                verdict.trust,
                TrustCheck::Trusted | TrustCheck::TestAuthority
            ),
            "cli.verdict.trust",
            verdict.trust.sentence_vi(),
            verdict.trust.sentence_en(),
        ),
        (
            verdict.time.is_good(),
            "cli.verdict.time",
            verdict.time.sentence_vi(),
            verdict.time.sentence_en(),
        ),
    ];
    for (good, what, vi, en) in lines {
        let mark = if good { "✓" } else { "✗" };
        println!("{mark} {}: {vi}\n  {en}", both(what));
    }
    if let Some(signer) = &verdict.signer {
        let what = both("cli.verdict.signer");
        println!("  {what}: {} ({})", signer.name, signer.issuer);
        let what = both("cli.verdict.certificate");
        println!("  {what} SHA-256: {}", signer.sha256);
    }
    if let Some(time) = verdict.stated_time {
        println!("  {}: {time:.0}", both("cli.verdict.sealed_at"));
    }
    if let (Some(time), Some(authority)) = (verdict.proven_time, &verdict.time_authority) {
        let what = both("cli.verdict.time_stamp");
        println!("  {what}: {time:.0} ({authority})");
    }
    if let Some(level) = verdict.level {
        println!("  {}: PAdES {}", both("cli.verdict.level"), level.code());
    }
    if verdict.each.len() > 1 {
        println!("  {}:", both("cli.verdict.signatures"));
        verdict.each.iter().for_each(say_one);
    }
    if trusts_nobody {
        println!("  {}", both("cli.verdict.trusts_nobody"));
    }
}

/// One signature of several.
fn say_one(found: &SignatureFound) {
    let what = match found.purpose {
        Purpose::Seal => both("cli.verdict.a_seal"),
        Purpose::TimeStamp => both("cli.verdict.a_time_stamp"),
    };
    let who = found.signer.as_ref().map_or("?", |signer| &signer.name);
    let when = found.at.map_or_else(String::new, |at| format!(", {at:.0}"));
    println!("  - {}: {what}: {who}{when}", found.field);
    let covers = Message::new("cli.verdict.covers").with("to", found.covers);
    let (sentence, covers) = (found.file.sentence_vi(), covers.with("added", found.added));
    println!("    {sentence} – {}", covers.both());
}

/// The named office and authorities, else the archive's own, else nobody.
fn trust(config: &Config, options: &Verify) -> Result<Trust> {
    let trust = match (&options.identity, &options.trust) {
        (None, None) => archive::own_trust(config, &WallClock)?.unwrap_or_default(),
        (None, Some(file)) => archive::trust_file(file)?,
        (Some(identity), None) => archive::identity_file(identity)?,
        (Some(identity), Some(file)) => {
            let office = archive::identity_file(identity)?.office().to_vec();
            archive::trust_file(file)?.meaning(office)
        }
    };
    let mut trust = match &options.trust_time {
        Some(file) => trust.with_time_authorities(archive::trust_file(file)?),
        None => trust,
    };
    for file in &options.revoked {
        trust = trust.knowing_list(&std::fs::read(file)?).map_err(|why| {
            let file = file.display();
            Error::fault(
                "/revoked",
                Message::new("faults.not_a_revocation_list")
                    .with("file", file)
                    .with("why", why),
            )
        })?;
    }
    Ok(trust)
}

/// Only a regular file: a pipe or a device could keep the check waiting for ever.
fn open(file: &Path) -> std::io::Result<File> {
    match std::fs::metadata(file)?.is_file() {
        true => File::open(file),
        false => Err(std::io::Error::other("not a regular file")),
    }
}
