//! `verify`: checks a sealed file offline, with the authority's certificate and without the archive.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::json;

use crate::archive;
use crate::clock::{Clock, WallClock};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::seal::{self, FileCheck, LARGEST_FILE, Trust, Verdict};

/// Exit code for a file in which there is nothing to verify.
const NOTHING_TO_VERIFY: u8 = 2;

/// Options of `verify`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Four questions are answered apart: is the file as it was sealed; was the key good then; does somebody
you trust vouch for the signer; who vouches for the time. Whether the record was corrected since, only the archive can say: ask
on its page for checking, or by the code on the copy.

Exit code: 0 when all answers are good; 1 when one is not; 2 when the file offers nothing to
judge (no PDF, damaged, encrypted, too large, not there).

Examples:
  sogoc verify ban-sao-2026-1.pdf --trust trust.pem
  sogoc verify --json ban-sao-2026-1.pdf")]
pub struct Verify {
    /// The sealed PDF.
    #[arg(value_name = "FILE.pdf")]
    file: PathBuf,
    /// Certificates of the authorities to trust (PEM); the archive's own in --data when there is one.
    #[arg(long, value_name = "PEM")]
    trust: Option<PathBuf>,
    /// Certificates of the authorities to trust for time stamps (PEM); those of --trust when absent.
    #[arg(long, value_name = "PEM")]
    trust_time: Option<PathBuf>,
    /// A list of revoked certificates of an issuer (CRL; DER or PEM), fetched beforehand; may be given again.
    #[arg(long, value_name = "CRL")]
    revoked: Vec<PathBuf>,
}

/// Prints each result in Vietnamese and English.
///
/// # Errors
/// `Invalid` for a trust file or revocation list that cannot be parsed.
pub fn verify(config: &Config, options: &Verify, as_json: bool) -> Result<ExitCode> {
    let trust = trusted(config, options)?;
    let verdict = match read_file(&options.file) {
        Ok(bytes) => seal::verify(&bytes, &trust, WallClock.now()),
        Err(error) => {
            eprintln!("sogoc: {}: {error}", options.file.display());
            return Ok(ExitCode::from(NOTHING_TO_VERIFY));
        }
    };
    if as_json {
        let file = options.file.display().to_string();
        println!(
            "{}",
            json!({ "path": file, "holds": verdict.holds(), "verdict": verdict })
        );
    } else {
        print(&verdict, trust.anchors().is_empty());
    }
    Ok(exit_code(&verdict))
}

fn exit_code(verdict: &Verdict) -> ExitCode {
    match verdict.file {
        _ if verdict.holds() => ExitCode::SUCCESS,
        FileCheck::NotPdf | FileCheck::Unreadable | FileCheck::Encrypted | FileCheck::TooLarge => {
            ExitCode::from(NOTHING_TO_VERIFY)
        }
        _ => ExitCode::from(1),
    }
}

fn print(verdict: &Verdict, trusts_nobody: bool) {
    let lines = [
        (
            verdict.file == FileCheck::Unchanged,
            "Tệp / file",
            verdict.file.sentence_vi(),
            verdict.file.sentence_en(),
        ),
        (
            verdict.key == seal::KeyCheck::GoodThen,
            "Khoá / key",
            verdict.key.sentence_vi(),
            verdict.key.sentence_en(),
        ),
        (
            matches!(
                verdict.trust,
                seal::TrustCheck::Trusted | seal::TrustCheck::TestAuthority
            ),
            "Tin cậy / trust",
            verdict.trust.sentence_vi(),
            verdict.trust.sentence_en(),
        ),
        (
            verdict.time.is_good(),
            "Thời điểm / time",
            verdict.time.sentence_vi(),
            verdict.time.sentence_en(),
        ),
    ];
    for (good, what, vi, en) in lines {
        println!("{} {what}: {vi}\n  {en}", if good { "✓" } else { "✗" });
    }
    if let Some(signer) = &verdict.signer {
        println!("  Người ký / signer: {} ({})", signer.name, signer.issuer);
    }
    if let Some(time) = verdict.stated_time {
        println!("  Thời điểm ký / sealed at: {time:.0}");
    }
    if let (Some(time), Some(authority)) = (verdict.proven_time, &verdict.time_authority) {
        println!("  Dấu thời gian / time stamp: {time:.0} ({authority})");
    }
    if let Some(level) = verdict.level {
        println!("  Mức / level: PAdES {}", level.code());
    }
    if trusts_nobody {
        println!("  Chưa nêu tổ chức tin cậy; dùng --trust / no authority named; use --trust PEM");
    }
}

/// The authorities named in the options, else the archive's own, else none.
fn trusted(config: &Config, options: &Verify) -> Result<Trust> {
    let trust = match &options.trust {
        Some(file) => archive::trust_file(file)?,
        None => archive::own_trust(config, &WallClock)?.unwrap_or_default(),
    };
    let mut trust = match &options.trust_time {
        Some(file) => trust.with_time_authorities(archive::trust_file(file)?),
        None => trust,
    };
    for file in &options.revoked {
        trust = trust.knowing_list(&std::fs::read(file)?).map_err(|why| {
            let file = file.display();
            Error::invalid(
                "/revoked",
                format!("{file} không phải danh sách chứng thư bị thu hồi."),
                format!("{file}: {why}."),
            )
        })?;
    }
    Ok(trust)
}

/// Reads one byte more than the largest file that is checked, so that the check itself reports `too_large`.
fn read_file(file: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = LARGEST_FILE as u64 + 1;
    File::open(file)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}
