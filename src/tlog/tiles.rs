//! Growing the tree, and reading hashes of it that are proven against its root.

use std::cell::RefCell;
use std::collections::HashMap;

use bytes::Bytes;
use tlog_tiles::{
    Error, Hash, HashReader, Tile, TileHashReader, TileReader, stored_hash_index, stored_hashes,
    sub_tree_index, tree_hash,
};

use super::{TILE_WIDTH, bundle};
use crate::vault::{Files, Result, VaultError};

/// Height of a tile: 2⁸ = 256 hashes, as C2SP tlog-tiles fixes it.
const HEIGHT: u8 = 8;

/// A tree: how many entries it has, and its root.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Head {
    /// How many entries it has.
    pub size: u64,
    /// RFC 6962 §2.1 hash of all of them.
    pub root: Hash,
}

impl Head {
    /// The tree without an entry.
    pub const EMPTY: Self = Self {
        size: 0,
        root: tlog_tiles::EMPTY_HASH,
    };
}

/// A root as it is printed: base64.
pub fn parse_root(text: &str) -> Option<Hash> {
    Hash::parse_hash(text).ok()
}

/// Hashes in memory by their stored index.
struct KnownHashes(HashMap<u64, Hash>);

impl HashReader for KnownHashes {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, Error> {
        let one = |index: &u64| self.0.get(index).copied().ok_or(Error::IndexesNotInTree);
        indexes.iter().map(one).collect()
    }
}

/// Adds entries to the tree and writes its tiles and bundles; the checkpoint is the caller's to write after. What was
/// written before a crash is written again, because the bytes are the same.
///
/// # Errors
/// `Corrupt` when the files are not those of `old`, or when another tree was grown over it; `Invalid` for an entry
/// above [`super::LARGEST_ENTRY`]; `Unavailable` when the store fails.
pub async fn grow(files: &Files, old: &Head, new: &[Vec<u8>]) -> Result<Head> {
    if new.is_empty() {
        return Ok(*old);
    }
    let mut known = edge(files, old).await?;
    for (position, entry) in (old.size..).zip(new) {
        let hashes = stored_hashes(position, entry, &known).map_err(damaged)?;
        let first = stored_hash_index(0, position);
        known.0.extend((first..).zip(hashes));
    }
    let size = old.size + new.len() as u64;
    let root = tree_hash(size, &known).map_err(damaged)?;
    for tile in Tile::new_tiles(HEIGHT, old.size, size) {
        let hashes = tile.read_data(&known).map_err(damaged)?;
        if tile.level() == 0 {
            // The bundle before its hashes: a reader who finds the tile may then rely on the
            // entries beside it.
            let bundle = bundle_of(files, &tile, old.size, new).await?;
            files.put_once(&bundle_name(&tile), bundle.into()).await?;
        }
        files.put_once(&tile_name(&tile), hashes.into()).await?;
        if is_full(&tile) {
            drop_partial(files, &tile).await?;
        }
    }
    Ok(Head { size, root })
}

/// What a new hash is made from: the complete subtrees of the old tree and the hashes of its unfinished tiles.
async fn edge(files: &Files, old: &Head) -> Result<KnownHashes> {
    let mut indexes = match old.size {
        0 => return Ok(KnownHashes(HashMap::new())),
        size => sub_tree_index(0, size, Vec::new()),
    };
    let mut level = 0;
    while old.size >> (HEIGHT * level) > 0 {
        let hashes = old.size >> (HEIGHT * level);
        let begun = hashes - hashes % TILE_WIDTH;
        indexes.extend((begun..hashes).map(|n| stored_hash_index(HEIGHT * level, n)));
        level += 1;
    }
    // Proven against the old root, so damage is found before anything is built on it.
    let hashes = proven(files, old, |reader| reader.read_hashes(&indexes)).await?;
    Ok(KnownHashes(indexes.into_iter().zip(hashes).collect()))
}

/// The bundle beside a tile of level 0: what it held before, then what is new in it.
async fn bundle_of(files: &Files, tile: &Tile, old: u64, new: &[Vec<u8>]) -> Result<Vec<u8>> {
    let start = tile.level_index() * TILE_WIDTH;
    let held = old.saturating_sub(start);
    let mut bundle = match u32::try_from(held) {
        Ok(0) | Err(_) => Vec::new(),
        Ok(held) => {
            // Entries of a tile begun earlier are taken over as they lie; only what comes behind
            // them is new.
            let before = Tile::new(HEIGHT, 0, tile.level_index(), held, false);
            let kept = files.get(&bundle_name(&before)).await?;
            let missing = || VaultError::corrupt(bundle_name(&before), "it is missing");
            kept.ok_or_else(missing)?.to_vec()
        }
    };
    let (from, to) = (start.max(old), start + u64::from(tile.width()));
    let slot = |position: u64| usize::try_from(position - old).unwrap_or(usize::MAX);
    for entry in new.get(slot(from)..slot(to)).unwrap_or_default() {
        if !bundle::append(&mut bundle, entry) {
            return Err(VaultError::Invalid {
                what: "an entry of the log is too long".into(),
            });
        }
    }
    Ok(bundle)
}

/// Unfinished forms of a tile are not needed once it is full (C2SP tlog-tiles, "Partial Tiles").
// Removed after the full tile is in place: in between, a reader finds either form.
async fn drop_partial(files: &Files, tile: &Tile) -> Result<()> {
    files
        .remove_below(&format!("{}.p", tile_name(tile)))
        .await?;
    if tile.level() == 0 {
        files
            .remove_below(&format!("{}.p", bundle_name(tile)))
            .await?;
    }
    Ok(())
}

fn is_full(tile: &Tile) -> bool {
    u64::from(tile.width()) == TILE_WIDTH
}

/// The tile's name; the crate's own has the height in it, which C2SP leaves out.
pub(super) fn tile_name(tile: &Tile) -> String {
    tile.path().replacen("tile/8/", "tile/", 1)
}

/// The name of the bundle beside a tile of level 0.
pub(super) fn bundle_name(tile: &Tile) -> String {
    tile_name(tile).replacen("tile/0/", "tile/entries/", 1)
}

/// The name of a hash tile as somebody outside asks for it, `0/000` or `1/x001/234.p/5`; `None` for any other text.
pub fn public_name(asked: &str) -> Option<String> {
    let tile = Tile::from_path(&format!("tile/8/{asked}")).ok()?;
    (!tile.is_data()).then(|| tile_name(&tile))
}

/// The tile of level 0 that holds the entries of one bundle, as a tree of `size` has it.
pub(super) fn leaf_tile(number: u64, size: u64) -> Tile {
    let width = (size - number * TILE_WIDTH).min(TILE_WIDTH);
    let width = u32::try_from(width).unwrap_or(u32::MAX);
    Tile::new(HEIGHT, 0, number, width, false)
}

/// The bytes of a tile or bundle: of its own width, else the beginning of the full one.
pub(super) async fn tile_bytes(files: &Files, tile: &Tile) -> Result<Option<Bytes>> {
    if let Some(bytes) = files.get(&tile_name(tile)).await? {
        return Ok(Some(bytes));
    }
    // An unfinished tile may have been replaced by the full one since; its beginning is the same
    // bytes.
    let full = Tile::new(HEIGHT, tile.level(), tile.level_index(), 1 << HEIGHT, false);
    let length = tile.width() as usize * tlog_tiles::HASH_SIZE;
    let bytes = files.get(&tile_name(&full)).await?;
    Ok(bytes
        .filter(|bytes| bytes.len() >= length)
        .map(|bytes| bytes.slice(..length)))
}

/// The bundle beside a tile of level 0; of an unfinished one that is no longer there, the full one, which begins with
/// its entries.
pub(super) async fn bundle_bytes(files: &Files, tile: &Tile) -> Result<Option<Bytes>> {
    if let Some(bytes) = files.get(&bundle_name(tile)).await? {
        return Ok(Some(bytes));
    }
    let full = Tile::new(HEIGHT, 0, tile.level_index(), 1 << HEIGHT, false);
    files.get(&bundle_name(&full)).await
}

/// Tiles at hand, and those that were asked for and are not.
#[derive(Default)]
struct Shelf {
    held: HashMap<Tile, Vec<u8>>,
    missing: RefCell<Vec<Tile>>,
}

impl TileReader for Shelf {
    fn height(&self) -> u8 {
        HEIGHT
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, Error> {
        let absent = tiles.iter().filter(|tile| !self.held.contains_key(tile));
        self.missing.borrow_mut().extend(absent);
        let one = |tile: &Tile| self.held.get(tile).cloned().ok_or(Error::InvalidTile);
        tiles.iter().map(one).collect()
    }

    fn save_tiles(&self, _: &[Tile], _: &[Vec<u8>]) {}
}

/// Asks for hashes of a tree, each proven against its root by the tiles above it.
///
/// # Errors
/// `Corrupt` when a tile is missing or does not fit the root; `Unavailable` when the store fails.
pub(super) async fn proven<T>(
    files: &Files,
    head: &Head,
    ask: impl Fn(&TileHashReader<'_>) -> Result<T, Error>,
) -> Result<T> {
    let mut shelf = Shelf::default();
    loop {
        // The crate reads tiles without waiting: what it did not find is fetched, and it asks again.
        let answer = ask(&TileHashReader::new(head.size, head.root, &shelf));
        let missing = shelf.missing.take();
        // Nothing was missing, so the answer is final, whether it is one or an error.
        if missing.is_empty() {
            return answer.map_err(damaged);
        }
        for tile in missing {
            let bytes = tile_bytes(files, &tile).await?;
            let absent = || VaultError::corrupt(tile_name(&tile), "it is missing");
            shelf.held.insert(tile, bytes.ok_or_else(absent)?.to_vec());
        }
    }
}

fn damaged(error: Error) -> VaultError {
    VaultError::corrupt("the tree of the log", error.to_string())
}
