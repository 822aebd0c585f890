//! The files of a folder, and the names they are delivered under.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::batch::check_name;
use crate::error::{Error, Result};
use crate::messages::Message;

/// A file to deliver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SourceFile {
    /// Path inside the folder, segments separated by `/`.
    pub name: String,
    pub path: PathBuf,
    pub size: u64,
}

/// What cannot be delivered: its name, made printable, and why.
pub(super) type Unfit = (String, Error);

/// Every file below `folder`, sorted by name, and those that cannot be delivered: a link that leads nowhere, a name
/// that no receipt can hold. Hidden files and receipts of earlier deliveries are skipped, and so are folders behind
/// links, because links can form a loop.
pub(super) fn walk(folder: &Path) -> Result<(Vec<SourceFile>, Vec<Unfit>)> {
    if !folder.is_dir() {
        return Err(Error::fault(
            "/folder",
            Message::new("faults.there_no_folder").with("folder", folder.display()),
        ));
    }
    let (mut found, mut unfit) = (Vec::new(), Vec::new());
    add_folder(folder, "", &mut found, &mut unfit)?;
    found.sort_by(|a, b| a.name.cmp(&b.name));
    unfit.sort_by(|a, b| a.0.cmp(&b.0));
    if found.is_empty() && unfit.is_empty() {
        return Err(Error::fault(
            "/folder",
            Message::new("faults.folder_holds_no_files").with("folder", folder.display()),
        ));
    }
    Ok((found, unfit))
}

fn add_folder(
    folder: &Path,
    prefix: &str,
    found: &mut Vec<SourceFile>,
    unfit: &mut Vec<Unfit>,
) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let (own, path) = (entry.file_name(), entry.path());
        let name = format!("{prefix}{}", as_text(&own));
        if is_skipped(&own) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            add_folder(&path, &format!("{name}/"), found, unfit)?;
            continue;
        }
        if let Err(error) = check_name(&name) {
            unfit.push((printable(&name), error));
            continue;
        }
        match std::fs::metadata(&path) {
            Ok(metadata) if metadata.is_file() => {
                let size = metadata.len();
                found.push(SourceFile { name, path, size });
            }
            Ok(_) => {}
            // Only this file is out of reach; the others are delivered all the same.
            Err(error) => {
                let why = Message::new("faults.file_cannot_be_opened").with("why", error);
                unfit.push((printable(&name), Error::fault("/name", why)));
            }
        }
    }
    Ok(())
}

/// A name as one line of a terminal can hold it: control characters as Rust writes them.
fn printable(name: &str) -> String {
    let shown = name.chars().map(|letter| match letter.is_control() {
        true => letter.escape_default().to_string(),
        false => letter.to_string(),
    });
    shown.collect()
}

fn is_skipped(name: &OsStr) -> bool {
    let bytes = name.as_bytes();
    bytes.starts_with(b".") || bytes.ends_with(b".receipt.json") || bytes.ends_with(b".receipt.txt")
}

/// A name that is not UTF-8 (old Windows code pages) keeps its bytes as `%XX`, so that two names never
/// become equal.
fn as_text(name: &OsStr) -> String {
    let mut text = String::new();
    for chunk in name.as_bytes().utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_found_by_name_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, name).unwrap();
        };
        for name in [
            "b.jpg",
            "a/2.jpg",
            "a/1.jpg",
            ".hidden",
            "x.receipt.json",
            "Sổ/Đ.tif",
        ] {
            put(name);
        }
        std::os::unix::fs::symlink(folder.path(), folder.path().join("a/circle")).unwrap();
        let odd = folder.path().join(OsStr::from_bytes(b"S\xe6.jpg"));
        std::fs::write(odd, "tcvn3").unwrap();
        std::os::unix::fs::symlink("nowhere", folder.path().join("dead.jpg")).unwrap();
        put("two\nlines.jpg");
        put("a\ttab.jpg");
        let (found, unfit) = walk(folder.path()).unwrap();
        let names: Vec<&str> = unfit.iter().map(|(name, _)| &**name).collect();
        assert_eq!(names, ["a\\ttab.jpg", "dead.jpg", "two\\nlines.jpg"]);
        let names: Vec<String> = found.into_iter().map(|f| f.name).collect();
        assert_eq!(
            names,
            ["S%E6.jpg", "Sổ/Đ.tif", "a/1.jpg", "a/2.jpg", "b.jpg"]
        );
    }

    #[test]
    fn an_empty_or_absent_folder_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(walk(folder.path()).is_err());
        assert!(walk(&folder.path().join("none")).is_err());
    }
}
