//! `finding-aid`: the list of files of a fonds, or of documents of a file, as a spreadsheet or a PDF.

use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::json;

use crate::access::Caller;
use crate::archive::Archive;
use crate::error::{Error, Result};
use crate::messages::Message;
use crate::{finding_aid as aids, fonds};

/// Which list is written, of a fonds or of one file, and where to.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  sogoc finding-aid SGD-QN --out muc-luc-ho-so.pdf
  sogoc finding-aid SGD-QN --file H48.2001.12 --out muc-luc-van-ban.xlsx")]
pub struct FindingAid {
    /// Code of the fonds (mã phông).
    fonds: String,
    /// Code of a file (mã hồ sơ) whose documents are listed; the files of the fonds when absent.
    #[arg(long, value_name = "CODE")]
    file: Option<String>,
    /// File to write: .xlsx for a spreadsheet, .pdf for paper.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Writes a finding aid to a file.
///
/// # Errors
/// `Invalid` for another kind of file; `NotFound` fonds or file; `Unavailable` folder.
pub async fn finding_aid(archive: Archive, options: FindingAid, as_json: bool) -> Result<ExitCode> {
    let extension = options.out.extension().and_then(|end| end.to_str());
    let form = extension.map(str::to_ascii_lowercase).unwrap_or_default();
    if !matches!(form.as_str(), "xlsx" | "pdf") {
        return Err(Error::fault("--out", "faults.files_name_must_end"));
    }
    let machine = Caller::machine();
    let listing = match &options.file {
        Some(code) => {
            let file = fonds::file_by_code(&archive, &machine, &options.fonds, code).await?;
            aids::documents(&archive, &machine, &file).await?
        }
        None => {
            let fonds = fonds::by_code(&archive, &machine, &options.fonds).await?;
            aids::files(&archive, &machine, &fonds.id).await?
        }
    };
    std::fs::write(&options.out, listing.written(&archive, &form)?.1)?;
    let count = listing.rows.len();
    if as_json {
        println!("{}", json!({ "file": options.out, "lines": count }));
    } else {
        let said = Message::new("cli.lines_of_list").with("count", count);
        println!("{}  {}", options.out.display(), said.both());
    }
    Ok(ExitCode::SUCCESS)
}
