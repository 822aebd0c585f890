//! What became of pages' flags, before the pages' readings: a page taken out proposes nothing.

use super::{Rebuilt, note, part};
use crate::archive::Archive;
use crate::error::Result;
use crate::inspection::{self, FLAGS_FILE, KeptFlags};
use crate::vault::ObjectId;

/// Brings back what one scan's object says of its flags.
pub(super) async fn restore(archive: &Archive, id: &ObjectId, rebuilt: &mut Rebuilt) -> Result<()> {
    let inventory = archive.vault.inventory(id).await?;
    let head = inventory.head();
    let there = inventory
        .state(head)
        .is_some_and(|files| files.contains_key(FLAGS_FILE));
    if !there {
        return Ok(());
    }
    let Some(bytes) = part(archive, id, FLAGS_FILE, head, rebuilt).await? else {
        return Ok(());
    };
    let kept = match KeptFlags::parse(&bytes) {
        Ok(kept) => kept,
        Err(error) => {
            note(rebuilt, id, &error);
            return Ok(());
        }
    };
    let scan_id = id.as_str().trim_start_matches(super::SCAN);
    let mut tx = archive.catalogue.begin().await?;
    inspection::restore(&mut tx, scan_id, &kept).await?;
    tx.commit().await?;
    Ok(())
}
