//! Reading the entries back from the bundles.

use tlog_tiles::record_hash;

use super::frontier::Frontier;
use super::tiles::{Head, bundle_bytes, bundle_name, leaf_tile};
use super::{TILE_WIDTH, bundle};
use crate::vault::{Files, Result, VaultError};

/// The entries of one bundle of a tree, as they lie there; [`read_root`] says whether they are the signed ones.
///
/// # Errors
/// `Corrupt` for a bundle that is missing or does not add up; `Unavailable` when the store fails.
pub async fn bundle_of(files: &Files, head: &Head, number: u64) -> Result<Vec<Vec<u8>>> {
    let tile = leaf_tile(number, head.size);
    let damaged = |detail: &str| VaultError::corrupt(bundle_name(&tile), detail);
    let bytes = bundle_bytes(files, &tile).await?;
    let bytes = bytes.ok_or_else(|| damaged("it is missing"))?;
    let entries = bundle::entries(&bytes).ok_or_else(|| damaged("its lengths do not add up"))?;
    let width = tile.width() as usize;
    let entries = entries
        // The full bundle may stand in for an unfinished one and then holds entries of a later
        // tree.
        .get(..width)
        .ok_or_else(|| damaged("entries are missing"))?;
    Ok(entries.iter().map(|entry| entry.to_vec()).collect())
}

/// Whether the entries in the bundles make the root of this tree.
///
/// # Errors
/// As [`bundle_of`].
pub async fn read_root(files: &Files, head: &Head) -> Result<bool> {
    let mut frontier = Frontier::default();
    for number in 0..head.size.div_ceil(TILE_WIDTH) {
        for entry in bundle_of(files, head, number).await? {
            frontier.push(record_hash(&entry));
        }
    }
    Ok(frontier.root() == head.root)
}
