//! A list's file on its way in: hashed, looked into by a caged child, preserved as given, whatever it is.

use std::path::Path;

use serde_json::json;

use super::cage::look;
use super::preservation::{self, insert};
use super::reading::LARGEST_FILE;
use super::{Import, ImportState, load, mapping};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::clock::stamp;
use crate::error::{Error, Result};
use crate::scan;

/// Longest name of a file, in characters.
const LONGEST_NAME: usize = 200;

/// Takes in a file from the spool. It is preserved even where it cannot be read: what is wrong with it is said.
///
/// # Errors
/// `Forbidden`, `Invalid` name or size, `Unavailable`.
pub async fn receive(
    archive: &Archive,
    caller: &Caller,
    name: &str,
    path: &Path,
) -> Result<Import> {
    require(caller, Act::DescribeHoldings)?;
    let name = name_of(name)?;
    let measured = scan::measure(path).await?;
    if measured.size == 0 {
        return Err(Error::fault("/file", "faults.import.empty"));
    }
    if u64::try_from(measured.size).unwrap_or(u64::MAX) > LARGEST_FILE {
        return Err(Error::fault("/file", "faults.import.too_large"));
    }
    let (found, problem) = look(archive, path).await?;
    let readable = found.sheets.iter().any(|sheet| !sheet.columns.is_empty());
    let (proposed, mapping_name) = mapping::first(archive, &found).await?;
    let import = Import {
        id: archive.clock.new_id(),
        name,
        sha256: measured.sha256.clone(),
        size: measured.size,
        state: match (readable, problem) {
            // What ends early is not let in by half: the person gets the whole file from where it came.
            (true, None) => ImportState::Received,
            _ => ImportState::Unreadable,
        },
        problem,
        found,
        mapping: proposed,
        mapping_name,
        digest: String::new(),
        received_by: caller.id.clone(),
        received_at: stamp(archive.clock.now()),
        mapped_by: None,
        mapped_at: None,
        confirmed_by: None,
        confirmed_at: None,
        ended_at: None,
        undone_by: None,
        undone_at: None,
        reason: String::new(),
        taken_rows: 0,
        last_row: 0,
        doubtful: 0,
        duplicates: 0,
        matched: 0,
        different: 0,
        version: 1,
        preserved_version: None,
    };
    preservation::deposit(archive, &import, path).await?;
    let mut tx = archive.begin(caller).await?;
    insert(&mut tx, &import, Some(1)).await?;
    let details =
        json!({ "sha256": import.sha256, "size": import.size, "problem": import.problem });
    tx.log(Action::ImportReceived, ("import", &import.id), details)
        .await?;
    tx.commit().await?;
    load(archive, &import.id).await
}

/// The last part of the name, without what a path or a terminal would misread.
fn name_of(name: &str) -> Result<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    let fits =
        !last.is_empty() && last != "." && last != ".." && last.chars().count() <= LONGEST_NAME;
    match fits && !last.chars().any(char::is_control) {
        true => Ok(sogoc_vietnamese::composed(last)),
        false => Err(Error::fault("/name", "faults.file_name_must_1")),
    }
}
