//! Register volumes with a confirmed column map, before the scans that hang from them.

use super::{Rebuilt, note, part, places};
use crate::archive::Archive;
use crate::column_map::{self, FILE, KeptVolume, PREFIX};
use crate::error::{Error, Result};
use crate::vault::ObjectId;

/// Brings one volume back with every map it had.
pub(super) async fn restore(archive: &Archive, id: &ObjectId, rebuilt: &mut Rebuilt) -> Result<()> {
    let head = archive.vault.inventory(id).await?.head();
    let Some(bytes) = part(archive, id, FILE, head, rebuilt).await? else {
        return Ok(());
    };
    let kept = match KeptVolume::parse(&bytes) {
        Ok(kept) if format!("{PREFIX}{}", kept.id()) == id.as_str() => kept,
        Ok(_) => {
            let what = FILE.into();
            note(rebuilt, id, &Error::Corrupt { what });
            return Ok(());
        }
        Err(error) => {
            note(rebuilt, id, &error);
            return Ok(());
        }
    };
    let (code, name, at) = kept.fonds();
    let mut tx = archive.catalogue.begin().await?;
    let fonds_id = places::fonds(archive, &mut tx, code, name, at).await?;
    column_map::restore(&mut tx, &fonds_id, &kept).await?;
    tx.commit().await?;
    Ok(())
}
