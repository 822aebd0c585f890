//! Names in the vault: object identifiers, logical paths, and the keys they are stored under.
//! Nobody formats a key anywhere else.
//!
//! A content file is stored as its digest and its extension, not under its logical path. So a path
//! is safe on every file system and store, two writers can only collide on equal bytes, and names
//! of people do not reach the access logs of a store. The inventory beside it keeps the names.

use std::fmt;

use object_store::path::Path as Key;
use serde::{Deserialize, Serialize};

use super::digest::Digest;
use super::error::{Result, VaultError};

/// Folder of the OCFL storage root inside the vault.
pub(super) const OCFL: &str = "ocfl";
/// Folder of what can be made again, outside the OCFL storage root.
pub(super) const CACHE: &str = "cache";
/// Folder of the log's tiles and checkpoints, outside the OCFL storage root: they grow in place, objects do not.
pub(super) const LOG: &str = "log";
/// Folder of what strangers sent and nobody took up yet, outside the OCFL storage root: it may go again.
pub(super) const INBOX: &str = "inbox";
/// Folder of parts of uploads under way, outside the OCFL storage root.
pub(super) const UPLOADS: &str = "uploads";
pub(super) const INVENTORY: &str = "inventory.json";
pub(super) const SIDECAR: &str = "inventory.json.sha256";
pub(super) const OBJECT_NAMASTE: &str = "0=ocfl_object_1.1";
pub(super) const OBJECT_NAMASTE_TEXT: &str = "ocfl_object_1.1\n";
/// Tuples of the layout: `numberOfTuples` and `tupleSize` of extension 0004.
pub(super) const TUPLES: usize = 3;
pub(super) const TUPLE_SIZE: usize = 3;

const LONGEST_ID: usize = 512;
const LONGEST_PATH: usize = 1024;
const LONGEST_EXTENSION: usize = 8;

/// The identifier of an OCFL object, preferably a URI (OCFL 1.1 §3.5.1).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ObjectId(String);

impl ObjectId {
    /// Takes an identifier of 1 to 512 bytes without control characters or white space at the ends.
    ///
    /// # Errors
    /// `Invalid` for any other text.
    pub fn new(text: impl Into<String>) -> Result<Self> {
        let text = text.into();
        let plain = !text.is_empty()
            // Identifiers are hashed into folder names: two that differ in a blank at the end would
            // look the same to a person and be two objects.
            && text.len() <= LONGEST_ID
            && text.trim() == text
            && !text.chars().any(char::is_control);
        if plain {
            Ok(Self(text))
        } else {
            Err(VaultError::invalid("an object identifier"))
        }
    }

    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folder of the object, relative to the vault's base.
    pub fn location(&self) -> String {
        object_root(self).to_string()
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for ObjectId {
    type Error = VaultError;

    fn try_from(text: String) -> Result<Self> {
        Self::new(text)
    }
}

impl From<ObjectId> for String {
    fn from(id: ObjectId) -> Self {
        id.0
    }
}

/// Accepts a logical path as OCFL 1.1 §3.5.3.1 does: segments parted by `/`, none empty, `.` or
/// `..`. The bytes are kept as given, also when they are not in Unicode normal form C.
pub(super) fn check_logical_path(path: &str) -> Result<()> {
    let proper_segment = |segment: &str| !matches!(segment, "" | "." | "..");
    // Control characters could fake a line in a report or a log that names the path.
    let proper = path.len() <= LONGEST_PATH
        && !path.chars().any(char::is_control)
        && path.split('/').all(proper_segment);
    if proper {
        Ok(())
    } else {
        Err(VaultError::invalid("a logical path"))
    }
}

/// The content path of a file first stored in `version`, relative to the object root.
pub(super) fn content_path(version: u32, digest: Digest, logical_path: &str) -> String {
    match plain_extension(logical_path) {
        Some(extension) => format!("v{version}/content/{digest}.{extension}"),
        None => format!("v{version}/content/{digest}"),
    }
}

/// A short lower-case extension, so that a person who opens the folder can open the file.
fn plain_extension(logical_path: &str) -> Option<String> {
    let (stem, extension) = logical_path.rsplit('/').next()?.rsplit_once('.')?;
    let plain = !stem.is_empty()
        && (1..=LONGEST_EXTENSION).contains(&extension.len())
        && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
    plain.then(|| extension.to_ascii_lowercase())
}

/// Where an object lives: OCFL extension 0004 with SHA-256, three tuples of three characters.
pub(super) fn object_root(id: &ObjectId) -> Key {
    let digest = Digest::of(id.as_str().as_bytes()).to_string();
    let tuples = (0..TUPLES).map(|n| digest[n * TUPLE_SIZE..(n + 1) * TUPLE_SIZE].to_owned());
    Key::from_iter(
        [OCFL.to_owned()]
            .into_iter()
            .chain(tuples)
            .chain([digest.clone()]),
    )
}

/// Splits a key below the storage root into its object root and the rest, if it has that shape.
pub(super) fn split_object_key(key: &Key) -> Option<(Key, String)> {
    let parts: Vec<&str> = key.as_ref().split('/').collect();
    let depth = 1 + TUPLES + 1;
    // `extensions/` holds the description of the layout and is not an object.
    let in_object = parts.len() > depth && parts[0] == OCFL && parts[1] != "extensions";
    in_object.then(|| {
        (
            Key::from_iter(parts[..depth].iter().copied()),
            parts[depth..].join("/"),
        )
    })
}

/// `path` below `root`, part by part.
pub(super) fn below(root: &Key, path: &str) -> Key {
    path.split('/')
        .fold(root.clone(), |key, part| key.join(part))
}

/// The version a relative path such as `v12/content/…` belongs to.
pub(super) fn version_of(path: &str) -> Option<u32> {
    path.split('/').next()?.strip_prefix('v')?.parse().ok()
}

/// The key of a cache entry: segments of ASCII letters, digits, `-`, `_` and `.`.
pub(super) fn cache_key(name: &str) -> Result<Key> {
    let proper_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let proper_segment =
        |segment: &str| !matches!(segment, "" | "." | "..") && segment.bytes().all(proper_byte);
    if name.len() > LONGEST_PATH || !name.split('/').all(proper_segment) {
        return Err(VaultError::invalid("a cache name"));
    }
    Ok(below(&Key::from(CACHE), name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layout_is_the_one_of_extension_0004() {
        // The worked example of the extension's own text.
        let id = ObjectId::new("object-01").unwrap();
        let digest = "3c0ff4240c1e116dba14c7627f2319b58aa3d77606d0d90dfc6161608ac987d4";
        assert_eq!(
            object_root(&id).as_ref(),
            format!("ocfl/3c0/ff4/240/{digest}")
        );
    }

    #[test]
    fn hostile_logical_paths_are_refused() {
        for path in [
            "", "/", "/a", "a/", "a//b", ".", "..", "a/../b", "a/./b", "a\0b", "a\nb",
        ] {
            assert!(check_logical_path(path).is_err(), "{path:?}");
        }
        for path in [
            "Bằng tốt nghiệp.jpg",
            "a/b/c.tif",
            "...",
            "#1",
            "a\\b",
            "%2e%2e",
        ] {
            assert!(check_logical_path(path).is_ok(), "{path:?}");
        }
    }

    #[test]
    fn a_content_path_never_repeats_what_the_caller_wrote() {
        let digest = Digest::of(b"x");
        for (path, ending) in [
            ("Nguyễn Văn A.JPG", ".jpg"),
            ("a.tar/gz", ""),
            (".bashrc", ""),
            ("a.b c", ""),
        ] {
            assert_eq!(
                content_path(7, digest, path),
                format!("v7/content/{digest}{ending}")
            );
        }
    }

    #[test]
    fn hostile_cache_names_are_refused() {
        for name in ["", "../ocfl/x", "a/../b", "a//b", "a b", "a%2fb", "/a"] {
            assert!(cache_key(name).is_err(), "{name:?}");
        }
        assert_eq!(
            cache_key("thumb/ab/1.jpg").unwrap().as_ref(),
            "cache/thumb/ab/1.jpg"
        );
    }
}
