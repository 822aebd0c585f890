//! `copy`: certified copies at the counter, composed and sealed at once, written as files.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::json;

use crate::access::Caller;
use crate::archive::Archive;
use crate::certified_copy::{self, CopyRow};
use crate::error::{Error, Result};

/// File of the authority that vouches for the copies, written beside them.
const TRUST_FILE: &str = "trust.pem";
/// The authorities that vouch for the time of sealing, where they are others.
const TIME_TRUST_FILE: &str = "trust-time.pem";

/// Options of `copy`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Each copy takes the next number of the issue book, is entered in the log and kept in the vault. Beside
the files stands trust.pem, the authority's certificate: whoever has it checks copies with
`sogoc verify --trust trust.pem FILE.pdf`, without this archive and without a network.

Exit code: 0 when every copy was issued; 66 for a record that does not exist, 73 for one that is not
approved (copies before it are issued and stay so).

Example:
  sogoc copy $(sogoc search --json \"nguyen van an 1975\" | jq -r .hits[0].record_id) --out copies")]
pub struct Copy {
    /// Ids of approved records, as `sogoc search` prints them.
    #[arg(required = true, value_name = "RECORD")]
    records: Vec<String>,
    /// Folder for the signed files; made when it is not there.
    #[arg(long, value_name = "DIR", default_value = ".")]
    out: PathBuf,
}

/// Issues one copy a record; prints where each stands and its code for checking.
///
/// # Errors
/// `NotFound`, `Refused` for a record that is not approved, `Unavailable` folder.
pub async fn copy(archive: Archive, options: Copy, as_json: bool) -> Result<ExitCode> {
    std::fs::create_dir_all(&options.out)?;
    let me = Caller::machine();
    for record in &options.records {
        let row = certified_copy::issue_now(&archive, &me, record).await?;
        if row.state == "void" {
            return Err(Error::Internal(format!(
                "copy {} could not be made",
                row.id
            )));
        }
        let bytes = certified_copy::bytes(&archive, &me, &row.id).await?;
        let file = options
            .out
            .join(format!("ban-sao-{}-{}.pdf", row.year, row.number));
        write_new(&file, &bytes)?;
        say(&row, &file, as_json);
    }
    std::fs::write(options.out.join(TRUST_FILE), archive.seal.trust_file())?;
    if let Some(time) = archive.seal.time_trust_file() {
        std::fs::write(options.out.join(TIME_TRUST_FILE), time)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn say(row: &CopyRow, file: &Path, as_json: bool) {
    if as_json {
        println!("{}", json!({ "file": file, "copy": row }));
    } else {
        println!(
            "{}  số / number {}/{}  mã tra cứu / code {}",
            file.display(),
            row.number,
            row.year,
            row.code
        );
    }
}

/// Never over another file: a signed copy that someone holds is not ours to replace.
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
