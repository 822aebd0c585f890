//! The index folder: generations side by side, and a pointer file that names the current one.
//!
//! ```text
//! current            {"format":1,"generation":3}
//! generation-3/      the engine's files
//! rebuild.lock       held while generation-4 is being built
//! ```

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::IndexError;

/// The format this program reads and writes. Raise it whenever an older index would give other hits.
pub const FORMAT: u64 = 2;

const POINTER: &str = "current";
const GENERATION: &str = "generation-";

/// The pointer file: the current generation, and the format it is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pointer {
    pub(crate) format: u64,
    pub(crate) generation: u64,
}

/// Reads the pointer, whatever its format; `None` in a folder without index.
///
/// # Errors
/// [`IndexError::Corrupt`] where the file is not a pointer.
pub(crate) fn read_pointer(dir: &Path) -> Result<Option<Pointer>, IndexError> {
    let text = match fs::read_to_string(dir.join(POINTER)) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let pointer = serde_json::from_str(&text).map_err(|error| IndexError::Corrupt {
        dir: dir.into(),
        detail: format!("the file `{POINTER}` is not a pointer: {error}"),
    })?;
    Ok(Some(pointer))
}

/// As [`read_pointer`].
///
/// # Errors
/// [`IndexError::OtherFormat`] for any format but [`FORMAT`].
pub(crate) fn read_supported_pointer(dir: &Path) -> Result<Option<Pointer>, IndexError> {
    match read_pointer(dir)? {
        Some(pointer) if pointer.format != FORMAT => Err(IndexError::OtherFormat {
            dir: dir.into(),
            found: pointer.format,
            expected: FORMAT,
        }),
        pointer => Ok(pointer),
    }
}

/// Makes a generation the current one, atomically and durably.
pub(crate) fn write_pointer(dir: &Path, generation: u64) -> Result<(), IndexError> {
    let pointer = Pointer {
        format: FORMAT,
        generation,
    };
    let text = serde_json::to_string(&pointer).expect("two numbers are JSON");
    let new = dir.join(format!("{POINTER}.new"));
    let mut file = File::create(&new)?;
    file.write_all(text.as_bytes())?;
    // The bytes must be on disk before the name refers to them.
    file.sync_all()?;
    fs::rename(&new, dir.join(POINTER))?;
    // The rename is durable only once the folder itself is on disk.
    File::open(dir)?.sync_all()?;
    Ok(())
}

/// The folder of a generation.
pub(crate) fn generation_path(dir: &Path, generation: u64) -> PathBuf {
    dir.join(format!("{GENERATION}{generation}"))
}

/// Removes all generations for which the condition holds.
pub(crate) fn remove_generations(
    dir: &Path,
    unwanted: impl Fn(u64) -> bool,
) -> Result<(), IndexError> {
    for generation in generations(dir)?
        .into_iter()
        .filter(|generation| unwanted(*generation))
    {
        match fs::remove_dir_all(generation_path(dir, generation)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}

/// The numbers of all generations in the folder, in no order.
pub(crate) fn generations(dir: &Path) -> Result<Vec<u64>, IndexError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir)? {
        let name = entry?.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix(GENERATION));
        found.extend(number.and_then(|number| number.parse::<u64>().ok()));
    }
    Ok(found)
}

/// Bytes of all files in the folder and below.
pub(crate) fn size(dir: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        bytes += match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => size(&entry.path())?,
            Ok(metadata) => metadata.len(),
            // The engine's garbage collection removed it since it was listed.
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            Err(error) => return Err(error),
        };
    }
    Ok(bytes)
}
