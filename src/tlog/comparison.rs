//! Every entry that the catalogue holds against every tile and bundle of a tree: whatever was changed on either side
//! is found and named.

use tlog_tiles::{Hash, Tile, record_hash};

use super::frontier::Frontier;
use super::tiles::{Head, bundle_bytes, bundle_name, leaf_tile, tile_bytes, tile_name};
use super::{TILE_WIDTH, bundle};
use crate::vault::{Files, Result};

/// The first thing that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Break {
    /// The catalogue's entry at this position (from 1) is not the one in the tree, or is missing.
    Entry(u64),
    /// A file beside the vault's objects is not what the entries make.
    File(String),
    /// All entries and files fit each other, and another tree was signed.
    Root,
    /// Somebody was shown another tree of this size.
    Other(u64),
}

/// Takes the entries in order and compares them, tile by tile.
pub struct Comparison<'a> {
    files: &'a Files,
    head: Head,
    others: Vec<Head>,
    frontier: Frontier,
    size: u64,
    tile: Vec<(Hash, Vec<u8>)>,
    /// Hashes of full tiles, by level from 1 on: the next level's tiles are made of them.
    above: Vec<Vec<Hash>>,
}

impl<'a> Comparison<'a> {
    /// Against the tree `head` in `files`, of which every tree in `others` must be a beginning.
    pub fn new(files: &'a Files, head: Head, others: Vec<Head>) -> Self {
        Self {
            files,
            head,
            others,
            frontier: Frontier::default(),
            size: 0,
            tile: Vec::new(),
            above: Vec::new(),
        }
    }

    /// The next entry.
    ///
    /// # Errors
    /// `Unavailable` when the store fails.
    pub async fn push(&mut self, entry: Vec<u8>) -> Result<Option<Break>> {
        let hash = record_hash(&entry);
        self.frontier.push(hash);
        // A tile is compared when it is full, or when the tree ends in it; until then its entries
        // are held in memory.
        self.tile.push((hash, entry));
        self.size += 1;
        let full = self.size.is_multiple_of(TILE_WIDTH) || self.size == self.head.size;
        let found = match full {
            true => self.compare_tile().await?,
            false => None,
        };
        Ok(found.or_else(|| self.differs_from_another()))
    }

    /// After the last entry.
    ///
    /// # Errors
    /// `Unavailable` when the store fails.
    pub async fn finish(mut self) -> Result<Option<Break>> {
        // The tree has more entries than the catalogue: what is missing begins at the first one
        // behind.
        if self.size < self.head.size {
            return Ok(Some(Break::Entry(self.size + 1)));
        }
        let mut level = 0;
        while level < self.above.len() {
            if let Some(found) = self.compare_level(level).await? {
                return Ok(Some(found));
            }
            level += 1;
        }
        // Somebody was shown a longer tree than the present one: entries were cut off since.
        let ahead = self.others.iter().find(|other| other.size > self.head.size);
        Ok(if self.frontier.root() != self.head.root {
            Some(Break::Root)
        } else {
            ahead.map(|other| Break::Other(other.size))
        })
    }

    /// Whether a tree that was shown elsewhere ends here and has another root.
    fn differs_from_another(&self) -> Option<Break> {
        let root = self.frontier.root();
        let other = |other: &&Head| other.size == self.size && other.root != root;
        self.others.iter().find(other)?;
        Some(Break::Other(self.size))
    }

    async fn compare_tile(&mut self) -> Result<Option<Break>> {
        let entries = std::mem::take(&mut self.tile);
        let number = (self.size - 1) / TILE_WIDTH;
        let tile = leaf_tile(number, self.head.size);
        let kept = tile_bytes(self.files, &tile).await?;
        let bundle = bundle_bytes(self.files, &tile).await?;
        let kept_entries = bundle.as_deref().and_then(bundle::entries);
        let mut made = Vec::with_capacity(entries.len() * 32);
        for (slot, (hash, entry)) in entries.iter().enumerate() {
            made.extend_from_slice(&hash.0);
            let in_bundle = kept_entries.as_ref().and_then(|kept| kept.get(slot));
            if in_bundle.is_some_and(|kept| kept == entry) {
                continue;
            }
            // Two of three agree: the hash in the tile says which side was changed.
            let in_tile = kept
                .as_ref()
                .and_then(|tile| tile.get(slot * 32..slot * 32 + 32));
            return Ok(Some(match in_tile == Some(&hash.0) {
                true => Break::File(bundle_name(&tile)),
                false => Break::Entry(number * TILE_WIDTH + slot as u64 + 1),
            }));
        }
        // All entries were found in the bundle, so the hashes beside them are what was changed.
        if kept.as_deref() != Some(&made) {
            return Ok(Some(Break::File(tile_name(&tile))));
        }
        if entries.len() as u64 == TILE_WIDTH {
            self.push_above(0, Tile::subtree_hash(&made));
        }
        Ok(None)
    }

    fn push_above(&mut self, level: usize, hash: Hash) {
        if self.above.len() == level {
            self.above.push(Vec::new());
        }
        self.above[level].push(hash);
    }

    /// The tiles of `level + 1`, which are made of the hashes of the full tiles below.
    async fn compare_level(&mut self, level: usize) -> Result<Option<Break>> {
        let hashes = self.above[level].clone();
        let height = u8::try_from(level + 1).unwrap_or(u8::MAX);
        for (number, part) in (0..).zip(hashes.chunks(256)) {
            let width = u32::try_from(part.len()).unwrap_or(u32::MAX);
            let tile = Tile::new(8, height, number, width, false);
            let made: Vec<u8> = part.iter().flat_map(|hash| hash.0).collect();
            if tile_bytes(self.files, &tile).await?.as_deref() != Some(&made[..]) {
                return Ok(Some(Break::File(tile_name(&tile))));
            }
            if part.len() == 256 {
                self.push_above(level + 1, Tile::subtree_hash(&made));
            }
        }
        Ok(None)
    }
}
