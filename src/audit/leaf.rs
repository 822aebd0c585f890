//! An entry as the bytes that the tree is made of: one line of JSON, its members in this order, for ever.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Entry;
use crate::tlog;

/// Longest details that stand in a leaf, in bytes; of longer ones their digest does. The rest of a leaf is short.
const LONGEST_DETAILS: usize = tlog::LARGEST_ENTRY / 2 - 2048;

#[derive(Serialize, Deserialize)]
struct Leaf<'a> {
    id: Cow<'a, str>,
    at: Cow<'a, str>,
    actor: Cow<'a, str>,
    action: Cow<'a, str>,
    subject_kind: Cow<'a, str>,
    subject_id: Cow<'a, str>,
    /// JSON text as stored; absent where it is too long.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    details: Option<Cow<'a, str>>,
    /// SHA-256 of details that are too long, hex.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    details_sha256: Option<String>,
}

/// The bytes of an entry's leaf.
pub(super) fn bytes(entry: &Entry) -> Vec<u8> {
    let text = |text: &'_ String| Cow::Owned(text.clone());
    let fits = entry.details.len() <= LONGEST_DETAILS;
    let digest = || hex::encode(Sha256::digest(&entry.details));
    let leaf = Leaf {
        id: text(&entry.id),
        at: text(&entry.at),
        actor: text(&entry.actor),
        action: text(&entry.action),
        subject_kind: text(&entry.subject_kind),
        subject_id: text(&entry.subject_id),
        details: fits.then(|| text(&entry.details)),
        details_sha256: (!fits).then(digest),
    };
    serde_json::to_vec(&leaf).unwrap_or_default()
}

/// The entry that a leaf was made of; of details that were too long only the digest is left. `None` for other bytes.
pub(super) fn entry(bytes: &[u8], position: i64) -> Option<Entry> {
    let leaf: Leaf<'_> = serde_json::from_slice(bytes).ok()?;
    let lost = || serde_json::json!({ "sha256": leaf.details_sha256 }).to_string();
    Some(Entry {
        id: leaf.id.into_owned(),
        position: Some(position),
        at: leaf.at.into_owned(),
        actor: leaf.actor.into_owned(),
        action: leaf.action.into_owned(),
        subject_kind: leaf.subject_kind.into_owned(),
        subject_id: leaf.subject_id.into_owned(),
        details: leaf.details.map_or_else(lost, Cow::into_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(details: &str) -> Entry {
        Entry {
            id: "00000000-0000-7000-8000-000000000001".into(),
            position: Some(9),
            at: "2026-11-30T01:02:03.000Z".into(),
            actor: "machine".into(),
            action: "scrubbed".into(),
            subject_kind: "vault".into(),
            subject_id: "vault".into(),
            details: details.into(),
        }
    }

    /// Leaves that were signed must come out the same for as long as the archive exists.
    #[test]
    fn the_bytes_of_a_leaf_never_change() {
        let line = r#"{"id":"00000000-0000-7000-8000-000000000001","at":"2026-11-30T01:02:03.000Z","actor":"machine","action":"scrubbed","subject_kind":"vault","subject_id":"vault","details":"{\"n\":1}"}"#;
        assert_eq!(
            String::from_utf8(bytes(&sample(r#"{"n":1}"#))).unwrap(),
            line
        );
    }

    #[test]
    fn an_entry_comes_back_from_its_leaf() {
        let short = sample(r#"{"n":1}"#);
        assert_eq!(entry(&bytes(&short), 9), Some(short));
        let long = sample(&format!("{{\"n\":\"{}\"}}", "\\\"".repeat(40_000)));
        let leaf = bytes(&long);
        assert!(leaf.len() <= tlog::LARGEST_ENTRY);
        let back = entry(&leaf, 9).unwrap();
        assert_eq!(bytes(&long), leaf);
        assert!(back.details.contains("sha256"));
        assert_eq!(entry(b"{}", 1), None);
    }
}
