//! `book`: the issue book of a year as a spreadsheet or a PDF.

use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::json;

use crate::access::Caller;
use crate::archive::Archive;
use crate::error::{Error, Result};
use crate::issue_book;
use crate::messages::Message;

/// Options and arguments of `sogoc book`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Every number of the year with what became of it, and the requests refused between them. The file names
everybody: reading the book is entered in the log.

Example:
  sogoc book 2026 --out so-cap-ban-sao-2026.xlsx")]
pub struct Book {
    /// Calendar year of the book.
    year: i64,
    /// File to write: .xlsx for a spreadsheet, .pdf for paper.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Writes the issue book of a year to a file.
///
/// # Errors
/// `Invalid` for another kind of file; `Unavailable` folder.
pub async fn book(archive: Archive, options: Book, as_json: bool) -> Result<ExitCode> {
    let extension = options
        .out
        .extension()
        .and_then(|extension| extension.to_str());
    let write = match extension.map(str::to_ascii_lowercase).as_deref() {
        Some("xlsx") => issue_book::spreadsheet,
        Some("pdf") => issue_book::paper,
        _ => {
            return Err(Error::fault("--out", "faults.files_name_must_end"));
        }
    };
    let book = issue_book::of_year(&archive, &Caller::machine(), options.year).await?;
    std::fs::write(&options.out, write(&book)?)?;
    if as_json {
        println!(
            "{}",
            json!({ "file": options.out, "lines": book.lines.len() })
        );
    } else {
        let said = Message::new("cli.lines_of_book").with("count", book.lines.len());
        println!("{}  {}", options.out.display(), said.both());
    }
    Ok(ExitCode::SUCCESS)
}
