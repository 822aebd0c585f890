//! What a delivered file may be called, in a manifest as in an upload.

use crate::error::{Error, Result};

/// Longest name of a file with its path, in bytes; Linux allows a path 4096.
const LONGEST_NAME: usize = 1024;

/// Accepts the name of a delivered file: a relative path of plain segments, as it will stand on the
/// receipt and in the vault. It is preserved byte for byte, never cleaned.
///
/// # Errors
/// `Invalid`, saying what is wrong.
pub fn check_name(name: &str) -> Result<()> {
    let fault = |key: &'static str| Err(Error::fault("/name", key));
    if name.is_empty() || name.len() > LONGEST_NAME {
        return fault("faults.file_name_length");
    }
    if name.chars().any(char::is_control) {
        return fault("faults.file_name_control");
    }
    // The name becomes a path in the vault, where such a segment would point elsewhere.
    let plain = |segment: &str| !matches!(segment, "" | "." | "..");
    if !name.split('/').all(plain) {
        return fault("faults.file_name_path");
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
    Err(Error::fault("/sha256", "faults.sha_256_64_lower"))
}

#[cfg(test)]
mod tests {
    use super::*;

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
