//! Ids and paths of what is delivered. Ids follow from what they name, so that the same delivery
//! told twice is one, and `rebuild` finds every page under the id it had.

use sha2::{Digest, Sha256};
use uuid::Builder;

/// Id of the scan of these bytes under this name in this batch: UUIDv8 (RFC 9562 section 5.8) from
/// SHA-256.
pub fn scan_id(batch_id: &str, name: &str, sha256: &str) -> String {
    derived(&["scan", batch_id, name, sha256])
}

/// Id of a page of a scan; `number` counts from 1.
pub fn page_id(scan_id: &str, number: i64) -> String {
    derived(&["page", scan_id, &number.to_string()])
}

/// Prefix of the object ids of scans.
pub const PREFIX: &str = "urn:sogoc:scan:";

/// The vault's object for a scan.
pub fn object_id(scan_id: &str) -> String {
    format!("{PREFIX}{scan_id}")
}

/// Where the original lies inside its object: under its own name, in a folder that keeps it apart
/// from what the archive adds.
pub fn original_path(name: &str) -> String {
    format!("original/{name}")
}

fn derived(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        // With its length before it, so that no two lists of parts are hashed alike.
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    let digest: [u8; 32] = hasher.finalize().into();
    let mut half = [0; 16];
    half.copy_from_slice(&digest[..16]);
    Builder::from_custom_bytes(half).into_uuid().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_follow_from_what_they_name_and_differ_when_any_part_does() {
        let id = scan_id("b", "n", "d");
        assert_eq!(id, scan_id("b", "n", "d"));
        assert_ne!(id, scan_id("bn", "", "d"));
        assert_ne!(page_id(&id, 1), page_id(&id, 11));
        assert_eq!(uuid::Uuid::parse_str(&id).unwrap().get_version_num(), 8);
    }
}
