//! The right edge of a growing tree: one hash for each complete subtree, so that a root costs no more than its height.

use tlog_tiles::{EMPTY_HASH, Hash, node_hash};

/// The complete subtrees of the entries so far, largest first, as (height, hash).
#[derive(Debug, Default, Clone)]
pub(super) struct Frontier(Vec<(u8, Hash)>);

impl Frontier {
    /// Adds the hash of the next entry.
    pub(super) fn push(&mut self, leaf: Hash) {
        let (mut height, mut hash) = (0, leaf);
        // Two complete subtrees of one height become one of the next, as in adding with carry.
        while let Some(&(last, left)) = self.0.last()
            && last == height
        {
            self.0.pop();
            hash = node_hash(left, hash);
            height += 1;
        }
        self.0.push((height, hash));
    }

    /// The root of the entries so far (RFC 6962 §2.1).
    pub(super) fn root(&self) -> Hash {
        let mut hashes = self.0.iter().rev().map(|(_, hash)| *hash);
        let Some(last) = hashes.next() else {
            return EMPTY_HASH;
        };
        hashes.fold(last, |right, left| node_hash(left, right))
    }
}
