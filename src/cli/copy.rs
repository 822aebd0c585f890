//! `copy`: issues certified copies at once and writes them to files.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::json;

use super::{pin, proven};
use crate::access::Caller;
use crate::archive::Archive;
use crate::certified_copy::{self, CopyRow, Signatures};
use crate::error::{Error, Result};
use crate::messages::Message;

/// The certificate a verifier must trust, written beside the copies.
const TRUST_FILE: &str = "trust.pem";
/// The certificates to trust for time stamps, written where they are not the same.
const TIME_TRUST_FILE: &str = "trust-time.pem";

/// Options and arguments of `sogoc copy`.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
#[command(after_help = "\
A copy is released by a person, never by the program: --as says who, with their password typed at the
terminal or read from --password-file. Somebody else must stand behind what the record says.

Each copy takes the next number of the issue book, is entered in the log and kept in the vault. Beside
the files stands trust.pem, the authority's certificate: whoever has it checks copies with
`sogoc verify --trust trust.pem FILE.pdf`, without this archive and without a network.

Exit code: 0 when every copy was issued; 66 for a record that does not exist, 73 for one that is not
approved, has changed, or needs another person (copies before it are issued and stay so), 77 for a wrong
password.

Example:
  sogoc copy $(sogoc search --json \"nguyen van an 1975\" | jq -r .hits[0].record_id) --as lanhdao --out copies")]
pub struct Copy {
    /// Ids of approved records, as `sogoc search` prints them.
    #[arg(required = true, value_name = "RECORD")]
    records: Vec<String>,
    /// Folder for the signed files; made when it is not there.
    #[arg(long, value_name = "DIR", default_value = ".")]
    out: PathBuf,
    /// Login of the person who releases the copies: an approver.
    #[arg(long = "as", value_name = "LOGIN")]
    releaser: Option<String>,
    /// File whose first line is that person's password; asked for at the terminal without it.
    #[arg(long, value_name = "FILE", requires = "releaser")]
    password_file: Option<PathBuf>,
    #[command(subcommand)]
    exchange: Option<Exchange>,
}

/// Copies whose key is on the approver's own machine (`seal.detached`); docs/detached-signing.md has the whole walk.
#[derive(Debug, clap::Subcommand)]
enum Exchange {
    /// List the copies that wait for a signature, and until when.
    Waiting,
    /// Write what is to be signed, one line per copy.
    ToSign {
        /// The file; standard output when absent.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Folder for the papers themselves, to be looked at before they are signed; made when it is not there.
        #[arg(long, value_name = "DIR")]
        papers: Option<PathBuf>,
    },
    /// Hand in the signatures that came back; each finished copy is written to a folder.
    ///
    /// Exit code: 0 when every signature finished its copy; 73 when one was refused or something else is waited for.
    Signed {
        /// Lines of copy id and signature (base64), certificates (PEM) wherever they stand.
        file: PathBuf,
        /// Folder for the signed files; made when it is not there.
        #[arg(long, value_name = "DIR", default_value = ".")]
        out: PathBuf,
    },
}

/// Issues one copy for each record; prints the file of each and its verification code.
///
/// # Errors
/// `NotFound`, `Refused` for a record that is not approved, `Unavailable` folder.
pub async fn copy(archive: Archive, options: Copy, as_json: bool) -> Result<ExitCode> {
    // Exchanges need no password: what is released was released by a person before.
    if let Some(exchange) = options.exchange {
        return run_exchange(&archive, exchange, as_json).await;
    }
    let me = proven::person(
        &archive,
        options.releaser.as_ref(),
        options.password_file.as_ref(),
    )
    .await?;
    // Asked once for all copies, before the first takes a number.
    pin::ask(&archive).await?;
    if !archive.seal.signs_remotely() {
        prepare_folder(&archive, &options.out)?;
    }
    for record in &options.records {
        let row = certified_copy::issue_now(&archive, &me, record, None).await?;
        if row.state == "void" {
            // A void line is told as a fault, since a script has to notice it.
            return Err(Error::Internal(format!(
                "copy {} could not be made",
                row.id
            )));
        }
        if row.state == "opening" {
            print_waiting(&row, as_json);
            continue;
        }
        write_copy(&archive, &row, &options.out, as_json).await?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Creates the folder and writes the trusted certificates into it.
fn prepare_folder(archive: &Archive, out: &Path) -> Result<()> {
    std::fs::create_dir_all(out)?;
    // Beside the copies, so that whoever gets the folder can check them offline.
    std::fs::write(out.join(TRUST_FILE), archive.seal.trust_file())?;
    if let Some(time) = archive.seal.time_trust_file() {
        std::fs::write(out.join(TIME_TRUST_FILE), time)?;
    }
    Ok(())
}

async fn write_copy(archive: &Archive, row: &CopyRow, out: &Path, as_json: bool) -> Result<()> {
    let bytes = certified_copy::bytes(archive, &Caller::machine(), &row.id).await?;
    let file = out.join(format!("ban-sao-{}-{}.pdf", row.year, row.number));
    write_new(&file, &bytes)?;
    print_issued(row, &file, as_json);
    Ok(())
}

async fn run_exchange(archive: &Archive, exchange: Exchange, as_json: bool) -> Result<ExitCode> {
    let me = Caller::machine();
    match exchange {
        Exchange::Waiting => {
            for one in certified_copy::waiting(archive, &me).await? {
                match as_json {
                    true => println!("{}", json!(one)),
                    false => println!("{:>12}  {}  → {}", one.number, one.copy_id, one.ends_at),
                }
            }
        }
        Exchange::ToSign { out, papers } => {
            let waiting = certified_copy::to_sign(archive, &me).await?;
            if let Some(folder) = papers {
                std::fs::create_dir_all(&folder)?;
                for one in &waiting {
                    let paper = certified_copy::paper_to_sign(archive, &me, &one.copy_id).await?;
                    write_new(&folder.join(paper.0), &paper.1)?;
                }
            }
            let text = certified_copy::to_sign_text(&waiting);
            match out {
                Some(file) => std::fs::write(file, text)?,
                None => print!("{text}"),
            }
        }
        Exchange::Signed { file, out } => {
            let given = Signatures::parse(&std::fs::read_to_string(file)?)?;
            prepare_folder(archive, &out)?;
            return take_signatures(archive, &given, &out, as_json).await;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn take_signatures(
    archive: &Archive,
    given: &Signatures,
    out: &Path,
    as_json: bool,
) -> Result<ExitCode> {
    let me = Caller::machine();
    let mut all_issued = true;
    for one in certified_copy::submit(archive, &me, given).await? {
        if one.state.as_deref() == Some("issued") {
            let row = certified_copy::line(archive, &me, &one.copy_id).await?;
            write_copy(archive, &row, out, as_json).await?;
            continue;
        }
        all_issued = false;
        let (vi, en) = (one.fault_vi.as_deref(), one.fault_en.as_deref());
        match as_json {
            true => println!("{}", json!(one)),
            false => println!(
                "✗ {}  {} / {}",
                one.copy_id,
                vi.unwrap_or_default(),
                en.unwrap_or_default()
            ),
        }
    }
    Ok(if all_issued {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(73)
    })
}

fn print_waiting(row: &CopyRow, as_json: bool) {
    if as_json {
        println!("{}", json!({ "file": null, "copy": row }));
    } else {
        let said = Message::new("cli.copy_waits").with("number", row.number);
        println!("{}", said.with("year", row.year).both());
    }
}

fn print_issued(row: &CopyRow, file: &Path, as_json: bool) {
    if as_json {
        println!("{}", json!({ "file": file, "copy": row }));
    } else {
        let said = Message::new("cli.copy_written")
            .with("number", row.number)
            .with("year", row.year)
            .with("code", &row.code);
        println!("{}  {}", file.display(), said.both());
    }
}

/// Writes a new file, never over an existing one: that may be a signed copy somebody relies on.
fn write_new(file: &Path, bytes: &[u8]) -> Result<()> {
    let mut open = match std::fs::File::create_new(file) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            return Err(Error::AlreadyExists { what: "file" });
        }
        other => other?,
    };
    open.write_all(bytes)?;
    Ok(open.sync_all()?)
}
