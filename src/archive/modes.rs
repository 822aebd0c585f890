//! What of the archive others on this machine could read.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::Archive;

/// Depth below a folder that is looked at: what lies deeper lies in a folder that was looked at.
const DEPTH: u32 = 2;

impl Archive {
    /// Files and folders of the archive that group or others may read or write, the outermost of each: catalogue, vault,
    /// spool, index, keys. A folder that nobody else may enter covers what lies in it.
    pub fn open_to_others(&self) -> Vec<PathBuf> {
        let config = &self.config;
        let folders = [Some(config.data.clone()), config.vault_folder()];
        let files = [
            &config.catalogue.key_file,
            &config.log.key_file,
            &config.seal.key_file,
            &config.seal.key_password_file,
            &config.vault.secret_file,
        ];
        let mut found = Vec::new();
        let places = folders.into_iter().flatten();
        let places = places.chain(files.into_iter().flatten().cloned());
        for place in places.filter(|place| !is_covered(place)) {
            look(&place, DEPTH, &mut found);
        }
        found.sort();
        found.dedup();
        found
    }
}

/// True where nobody else may pass through a folder above.
fn is_covered(place: &Path) -> bool {
    let Ok(place) = place.canonicalize() else {
        return false;
    };
    let shut = |folder: &Path| {
        std::fs::metadata(folder).is_ok_and(|about| about.permissions().mode() & 0o011 == 0)
    };
    place.ancestors().skip(1).any(shut)
}

/// What cannot be asked for says nothing: it is missing, or a readiness check names it.
fn look(place: &Path, depth: u32, found: &mut Vec<PathBuf>) {
    let Ok(about) = std::fs::symlink_metadata(place) else {
        return;
    };
    let others = about.permissions().mode() & 0o077;
    if about.is_symlink() || others == 0 {
        return;
    }
    if !about.is_dir() {
        found.push(place.to_owned());
        return;
    }
    // Whoever may only pass through a folder finds nothing by its name, but what they know the name of.
    let inside = std::fs::read_dir(place).into_iter().flatten().flatten();
    let before = found.len();
    if depth > 0 {
        for entry in inside {
            look(&entry.path(), depth - 1, found);
        }
    }
    if others & 0o066 != 0 && (depth == 0 || found.len() > before) {
        found.truncate(before);
        found.push(place.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(place: &Path, mode: u32) {
        std::fs::set_permissions(place, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    fn found(place: &Path) -> Vec<PathBuf> {
        let mut found = Vec::new();
        look(place, DEPTH, &mut found);
        found
    }

    #[test]
    fn what_others_may_read_is_named_and_what_a_closed_folder_covers_is_not() {
        let data = tempfile::tempdir().unwrap();
        let (keys, file) = (data.path().join("keys"), data.path().join("keys/values"));
        std::fs::create_dir(&keys).unwrap();
        std::fs::write(&file, "k").unwrap();
        for (outer, inner, mode, expected) in [
            (0o700, 0o755, 0o644, None),
            (0o755, 0o700, 0o644, None),
            (0o755, 0o755, 0o600, None),
            (0o711, 0o711, 0o640, Some(&file)),
            (0o755, 0o711, 0o604, Some(&data.path().to_owned())),
        ] {
            set(&file, mode);
            set(&keys, inner);
            set(data.path(), outer);
            let expected: Vec<PathBuf> = expected.into_iter().cloned().collect();
            assert_eq!(found(data.path()), expected, "{outer:o} {inner:o} {mode:o}");
        }
        assert!(found(&data.path().join("nothing")).is_empty());
        for (outer, covered) in [(0o700, true), (0o711, false), (0o750, false)] {
            set(data.path(), outer);
            assert_eq!(is_covered(&file), covered, "{outer:o}");
        }
    }
}
