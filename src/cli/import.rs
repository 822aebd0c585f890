//! `import`: lists that exist already are brought in, mapped, confirmed by another person, undone, written out again.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::json;

use super::proven;
use crate::access::Caller;
use crate::archive::Archive;
use crate::error::{Error, Result};
use crate::import::{self, Import, ImportConfirming, Mapping, MappingGiven, Undoing};
use crate::jobs::Kind;
use crate::messages::{Lang, Message, find};
use crate::worker;

/// What of `import` is asked.
#[derive(Debug, clap::Subcommand)]
#[command(after_help = "\
A list takes effect by two people: one says how its columns are read (map), another lets its rows in (confirm). Rows
are found beside the records and compared with them; no certified copy is ever made of them.

Example:
  sogoc import add \"Danh sach TN 1995.xls\"
  sogoc import map ID --as luutru
  sogoc import confirm ID --as lanhdao
  sogoc import export ID --out danh-sach.xlsx")]
pub enum Imports {
    /// Bring in a list: XLSX, XLS, DBF, CSV or TSV, in any old encoding; says what is in it and what it proposes.
    Add {
        /// File of the list, at most 256 MiB.
        file: PathBuf,
    },
    /// List what was brought in, with state and counts.
    List,
    /// Say how the columns are read: as proposed, or by a mapping of one's own.
    Map {
        /// Id of the import.
        id: String,
        /// File of a mapping (JSON, as `import add --json` prints it).
        #[arg(long, value_name = "FILE")]
        mapping: Option<PathBuf>,
        /// Name under which the mapping is kept for lists with the same head.
        #[arg(long, value_name = "NAME")]
        keep_as: Option<String>,
        #[command(flatten)]
        who: Who,
    },
    /// Let the rows in, as another person than the one who mapped them.
    Confirm {
        /// Id of the import.
        id: String,
        #[command(flatten)]
        who: Who,
    },
    /// Take the rows out again; the file stays preserved.
    Undo {
        /// Id of the import.
        id: String,
        /// Why the rows are taken out, at most 1,000 characters.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        who: Who,
    },
    /// Write the rows out in their own columns and encoding.
    Export {
        /// Id of the import.
        id: String,
        /// File to write: .xlsx or .csv.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

/// The person who answers for the act, with their password.
#[derive(Debug, clap::Args)]
pub struct Who {
    /// Login of the person who acts.
    #[arg(long = "as", value_name = "LOGIN")]
    login: Option<String>,
    /// File whose first line is that person's password; asked for at the terminal without it.
    #[arg(long, value_name = "FILE", requires = "login")]
    password_file: Option<PathBuf>,
}

impl Who {
    async fn person(&self, archive: &Archive) -> Result<Caller> {
        proven::person(archive, self.login.as_ref(), self.password_file.as_ref()).await
    }
}

/// Does one of them.
///
/// # Errors
/// As the verbs.
pub async fn import(archive: Archive, asked: Imports, as_json: bool) -> Result<ExitCode> {
    let machine = Caller::machine();
    let done = match asked {
        Imports::Add { file } => {
            let name = file
                .file_name()
                .map(|name| name.to_string_lossy().into_owned());
            import::receive(&archive, &machine, &name.unwrap_or_default(), &file).await?
        }
        Imports::List => {
            let all = import::list(&archive, &machine).await?;
            for one in &all {
                say(one, as_json);
            }
            return Ok(ExitCode::SUCCESS);
        }
        Imports::Map {
            id,
            mapping,
            keep_as,
            who,
        } => {
            let me = who.person(&archive).await?;
            let import = import::get(&archive, &machine, &id).await?;
            let given = MappingGiven {
                seen: import.version,
                mapping: mapping_of(mapping, &import)?,
                keep_as,
            };
            import::map(&archive, &me, &id, &given).await?
        }
        Imports::Confirm { id, who } => {
            let me = who.person(&archive).await?;
            let import = import::get(&archive, &machine, &id).await?;
            let given = ImportConfirming {
                seen: import.version,
                digest: import.digest,
            };
            import::confirm(&archive, &me, &id, &given).await?;
            work(&archive).await?;
            import::get(&archive, &machine, &id).await?
        }
        Imports::Undo { id, reason, who } => {
            let me = who.person(&archive).await?;
            let seen = import::get(&archive, &machine, &id).await?.version;
            let undone = import::undo(&archive, &me, &id, &Undoing { seen, reason }).await?;
            work(&archive).await?;
            undone
        }
        Imports::Export { id, out } => {
            export(&archive, &id, &out, as_json).await?;
            return Ok(ExitCode::SUCCESS);
        }
    };
    say(&done, as_json);
    Ok(ExitCode::SUCCESS)
}

/// The mapping in a file, or the one that the import has.
fn mapping_of(file: Option<PathBuf>, import: &Import) -> Result<Mapping> {
    let Some(file) = file else {
        return Ok(import.mapping.clone().unwrap_or_default());
    };
    serde_json::from_slice(&std::fs::read(file)?)
        .map_err(|_| Error::fault("--mapping", "faults.import.mapping_file"))
}

/// Writes the rows of an import to a file, in the form that its name ends in.
async fn export(archive: &Archive, id: &str, out: &Path, as_json: bool) -> Result<()> {
    let form = out.extension().and_then(|end| end.to_str());
    let form = form.unwrap_or_default().to_ascii_lowercase();
    let written = import::export(archive, &Caller::machine(), id, &form).await?;
    std::fs::write(out, &written.bytes)?;
    match as_json {
        true => println!("{}", json!({ "file": out, "rows": written.rows })),
        false => {
            let said = Message::new("cli.lines_of_list").with("count", written.rows);
            println!("{}  {}", out.display(), said.both());
        }
    }
    Ok(())
}

/// What follows from a decision is done at once: whoever waits at the terminal is told the counts.
async fn work(archive: &Archive) -> Result<()> {
    let kinds = [Kind::TakeInList, Kind::CompareLists, Kind::PreserveImport];
    worker::work_off(archive, &kinds).await.map(drop)
}

fn say(import: &Import, as_json: bool) {
    if as_json {
        println!("{}", json!(import));
        return;
    }
    let word = |group: &str, word: &str| {
        find(Lang::Vi, &format!("{group}.{word}"))
            .unwrap_or_default()
            .to_owned()
    };
    let state = word("imports.state", import.state.as_str());
    println!("{}  {}  {state}  {}", import.id, import.name, import.sha256);
    if let Some(problem) = import.problem {
        println!("  {}", word("imports.problem", problem.as_str()));
    }
    for one in &import.found.oddities {
        println!(
            "  {}: {}",
            word("imports.oddity", one.oddity.as_str()),
            one.count
        );
    }
    for column in import
        .sheet()
        .map(|sheet| sheet.columns.as_slice())
        .unwrap_or_default()
    {
        let field = column.field.as_deref().unwrap_or("–");
        let sample = column
            .samples
            .first()
            .map_or("", |sample| sample.read.as_str());
        println!(
            "  {}  {}  → {field}  [{}]  {sample}",
            column.column + 1,
            column.header,
            column.encoding
        );
    }
    if import.taken_rows > 0 {
        let said = Message::new("cli.list_is_in")
            .with("rows", import.taken_rows)
            .with("doubtful", import.doubtful)
            .with("duplicates", import.duplicates)
            .with("matched", import.matched)
            .with("different", import.different);
        println!("  {}", said.both());
    }
}
