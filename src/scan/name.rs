//! Names and ids of what is delivered. Ids follow from what they name, so that the same delivery
//! told twice is one, and `rebuild` finds every page under the id it had.

use sha2::{Digest, Sha256};
use uuid::Builder;

use crate::error::{Error, Result};

/// Longest name of a file with its path, in bytes; Linux allows a path 4096.
const LONGEST_NAME: usize = 1024;

/// Id of the scan of these bytes under this name in this batch: UUIDv8 (RFC 9562 section 5.8) from
/// SHA-256.
pub fn scan_id(batch_id: &str, name: &str, sha256: &str) -> String {
    derived(&["scan", batch_id, name, sha256])
}

/// Id of a page of a scan; `number` counts from 1.
pub fn page_id(scan_id: &str, number: i64) -> String {
    derived(&["page", scan_id, &number.to_string()])
}

/// The vault's object for a scan.
pub fn object_id(scan_id: &str) -> String {
    format!("urn:sogoc:scan:{scan_id}")
}

/// Where the original lies inside its object: under its own name, in a folder that keeps it apart
/// from what the archive adds.
pub fn original_path(name: &str) -> String {
    format!("original/{name}")
}

fn derived(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    let digest: [u8; 32] = hasher.finalize().into();
    let mut half = [0; 16];
    half.copy_from_slice(&digest[..16]);
    Builder::from_custom_bytes(half).into_uuid().to_string()
}

/// Accepts the name of a delivered file: a relative path of plain segments, as it will stand on the
/// receipt and in the vault. It is kept byte for byte, never cleaned.
///
/// # Errors
/// `Invalid`, saying what is wrong.
pub fn check_name(name: &str) -> Result<()> {
    let fault = |vi: &str, en: &str| Err(Error::invalid("/name", vi, en));
    if name.is_empty() || name.len() > LONGEST_NAME {
        return fault(
            "Tên tệp phải dài từ 1 đến 1024 byte.",
            "a file name must be 1 to 1024 bytes long",
        );
    }
    if name.chars().any(char::is_control) {
        return fault(
            "Tên tệp có ký tự điều khiển.",
            "a file name must not hold control characters",
        );
    }
    let plain = |segment: &str| !matches!(segment, "" | "." | "..");
    if !name.split('/').all(plain) {
        return fault(
            "Tên tệp phải là đường dẫn tương đối, không có phần rỗng, . hoặc ..",
            "a file name must be a relative path without empty, . or .. segments",
        );
    }
    Ok(())
}

/// Accepts a SHA-256 as 64 lower-case hexadecimal digits.
///
/// # Errors
/// `Invalid`.
pub fn check_digest(digest: &str) -> Result<()> {
    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if digest.len() == 64 && digest.bytes().all(hex) {
        return Ok(());
    }
    Err(Error::invalid(
        "/sha256",
        "SHA-256 phải gồm 64 chữ số thập lục phân viết thường.",
        "a SHA-256 is 64 lower-case hexadecimal digits",
    ))
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

    #[test]
    fn a_name_that_leaves_its_folder_is_refused() {
        for name in [
            "", "/a", "a//b", "../a", "a/..", "./a", "a/", "a\0b", "a\nb",
        ] {
            assert!(check_name(name).is_err(), "{name:?}");
        }
        assert!(check_name(&"a".repeat(1025)).is_err());
    }

    #[test]
    fn a_name_in_any_spelling_is_taken_as_given() {
        for name in [
            "Bằng TN/Nguyễn.jpg",
            "Ba\u{302}\u{300}ng.pdf",
            "a b.tif",
            "...",
            "deposit.json",
        ] {
            assert!(check_name(name).is_ok(), "{name:?}");
        }
    }
}
