//! Proofs for others: that an entry is in a tree, and that one tree continues another.

use data_encoding::BASE64;
use tlog_tiles::{Hash, check_tree, prove_record, prove_tree};

use super::tiles::{Head, proven};
use crate::vault::{Files, Result};

/// That the entry at `index` (from 0) is in the tree, in the form of C2SP tlog-proof
/// (<https://c2sp.org/tlog-proof>): index, hashes, checkpoint. `None` beyond the tree's end.
///
/// # Errors
/// As reading tiles.
pub async fn inclusion(
    files: &Files,
    head: &Head,
    checkpoint: &[u8],
    index: u64,
) -> Result<Option<String>> {
    if index >= head.size {
        return Ok(None);
    }
    let hashes = proven(files, head, |reader| prove_record(head.size, index, reader)).await?;
    let checkpoint = String::from_utf8_lossy(checkpoint);
    let hashes = lines(&hashes);
    Ok(Some(format!(
        "c2sp.org/tlog-proof@v1\nindex {index}\n{hashes}\n{checkpoint}"
    )))
}

/// The hashes that show a tree of `size` entries to be the beginning of this one (RFC 6962 §2.1.2), a line each in
/// base64. `None` beyond the tree's end and for no entry at all.
///
/// # Errors
/// As reading tiles.
pub async fn consistency(files: &Files, head: &Head, size: u64) -> Result<Option<String>> {
    if size == 0 || size > head.size {
        return Ok(None);
    }
    Ok(Some(lines(&tree_proof(files, head, size).await?)))
}

/// Whether the tree `before` is the beginning of this one, by proof.
///
/// # Errors
/// As reading tiles.
pub async fn continues(files: &Files, head: &Head, before: &Head) -> Result<bool> {
    if before.size == 0 || before.size > head.size {
        return Ok(before.size == 0);
    }
    let proof = tree_proof(files, head, before.size).await?;
    Ok(check_tree(&proof, head.size, head.root, before.size, before.root).is_ok())
}

async fn tree_proof(files: &Files, head: &Head, size: u64) -> Result<Vec<Hash>> {
    proven(files, head, |reader| prove_tree(head.size, size, reader)).await
}

fn lines(hashes: &[Hash]) -> String {
    let line = |hash: &Hash| format!("{}\n", BASE64.encode(&hash.0));
    hashes.iter().map(line).collect()
}
