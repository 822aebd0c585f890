//! A better scan of a page, delivered on the spot: into the page's own batch while it is open, else into
//! a batch of re-scans beside it.

use std::path::Path;

use super::resolve::{replace, still_open};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::batch::{self, Batch, BatchState, NewBatch};
use crate::error::{Error, Result};
use crate::fonds;
use crate::messages::Message;
use crate::page_flag::PageFlag;
use crate::scan::{self, Incoming, Probed};

/// Characters of a batch's name that are kept in the name of its re-scans' batch.
const KEPT: usize = 170;

/// Receives the file and lets it take the place of the flagged page.
///
/// # Errors
/// `Invalid` with `/file` for a file that cannot be read, or is not of one page; else as
/// [`super::replace`].
pub async fn rescan(
    archive: &Archive,
    caller: &Caller,
    flag_id: &str,
    file: &Path,
) -> Result<PageFlag> {
    require(caller, Act::DeliverScans)?;
    let flag = still_open(archive, caller, flag_id).await?;
    // Before anything is preserved: a file of two pages would otherwise stay in the vault for
    // nothing.
    refuse_unless_one_page(archive, file).await?;
    let batch = batch_for(archive, caller, &flag.batch_id).await?;
    let number = flag.page_number;
    let name = format!("quet-lai/{number}/{}", flag.original_name);
    let incoming = Incoming {
        batch_id: &batch.id,
        name: &name,
        path: file,
        declared_sha256: None,
    };
    let scan = scan::receive(archive, caller, &incoming).await?;
    // The same bytes again cannot be better, and a duplicate has no page of its own.
    if scan.duplicate_of.is_some() {
        return Err(Error::fault("/file", "faults.file_same_as_one"));
    }
    replace(archive, caller, flag_id, &scan.id).await
}

/// Nothing is recorded of a file that cannot stand for a page.
async fn refuse_unless_one_page(archive: &Archive, file: &Path) -> Result<()> {
    let fault = |message: Message| Err(Error::fault("/file", message));
    match scan::probe(archive, file).await? {
        Probed::Sound(probe) if probe.pages.len() == 1 => Ok(()),
        Probed::Sound(_) => fault("faults.one_page_only".into()),
        Probed::Broken(kind) => fault(kind.into()),
    }
}

/// The batch the new scan goes to.
async fn batch_for(archive: &Archive, caller: &Caller, batch_id: &str) -> Result<Batch> {
    let own = batch::get(archive, caller, batch_id).await?;
    // An open batch takes the new scan in; a closed one has a receipt that must stay true.
    if own.state == BatchState::Open {
        return Ok(own);
    }
    let volume = match &own.volume_id {
        Some(id) => Some(fonds::volume(archive, caller, id).await?.code),
        None => None,
    };
    let file = match &own.file_id {
        Some(id) => Some(fonds::file_code(archive, id).await?),
        None => None,
    };
    // Room for the words around it: names of batches have a limit.
    let kept: String = own.name.chars().take(KEPT).collect();
    let mut turn = 1;
    loop {
        let fresh = NewBatch {
            name: match turn {
                1 => Message::new("printed.batch.rescan")
                    .with("name", &kept)
                    .vi(),
                _ => Message::new("printed.batch.rescan_again")
                    .with("turn", turn)
                    .with("name", &kept)
                    .vi(),
            },
            fonds: Some(own.fonds.clone()),
            volume: volume.clone(),
            file: file.clone(),
            class_hint: own.class_hint.clone(),
            declared_count: None,
            unit: None,
        };
        match batch::by_name(archive, caller, &fresh.name).await {
            Ok(there) if there.state == BatchState::Open && there.fonds == own.fonds => {
                return Ok(there);
            }
            Ok(_) => turn += 1, // closed by now: its receipt stands
            Err(Error::NotFound { .. }) => return batch::open(archive, caller, &fresh).await,
            Err(error) => return Err(error),
        }
    }
}
