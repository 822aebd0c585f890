//! A copy of everything in a new folder that is itself a data folder: catalogue, vault, seal. The
//! list of digests beside them is checked by `sha256sum -c SHA256SUMS`.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use futures::StreamExt;
use sha2::{Digest, Sha256};

use crate::archive::Archive;
use crate::catalogue::Engine;
use crate::error::{Error, Result};
use crate::vault::{Location, Vault};

/// Name of the list of digests.
pub const SUMS_FILE: &str = "SHA256SUMS";

/// What was copied, and what was not.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Backup {
    /// Whether the catalogue is in it; PostgreSQL has its own `pg_dump`.
    pub catalogue: bool,
    /// Whether the vault is in it; a bucket has its own replication.
    pub vault: bool,
    /// Files in the copy, its list of digests not counted.
    pub files: u64,
    /// Bytes of those files together.
    pub bytes: u64,
    /// Objects of the copied vault that were re-read and found whole.
    pub objects: u64,
    /// Objects that are not whole in the copy.
    pub damaged: Vec<String>,
}

impl Backup {
    /// Exit code: 0 when everything is in it, 2 when something is damaged, 1 when a part must be
    /// copied by other means.
    pub fn exit_code(&self) -> u8 {
        if !self.damaged.is_empty() {
            2
        } else {
            u8::from(!(self.catalogue && self.vault))
        }
    }
}

/// Copies the archive to `target`. `told` hears files and bytes copied so far. The archive may be
/// in use: the catalogue is copied at one instant and the vault, which only grows, after it.
///
/// # Errors
/// `Refused` for a folder with anything in it; `Unavailable` disk: remove the folder and try again.
pub async fn backup(
    archive: &Archive,
    target: &Path,
    told: impl FnMut(u64, u64) + Send + 'static,
) -> Result<Backup> {
    // A backup over another one would mix two states of the archive.
    refuse_unless_empty(target)?;
    let mut backup = Backup::default();
    if archive.catalogue.engine() == Engine::Sqlite {
        // SQLite copies itself consistently while others write; PostgreSQL has its own tools, and
        // the answer says so.
        sqlx::query("VACUUM INTO $1")
            .bind(target.join("catalogue.sqlite").display().to_string())
            .execute(archive.catalogue.pool())
            .await?;
        backup.catalogue = true;
    }
    // The key belongs to it: without the same key, a restored archive's copies would be somebody
    // else's.
    let mut sources = vec![(archive.config.data.join("seal"), "seal")];
    if let Some(folder) = archive.config.vault_folder() {
        // The cache beside the objects can be made again and is left out.
        sources.push((folder.join("ocfl"), "vault/ocfl"));
        // After the catalogue: the tree may be ahead of it in the copy, and `sogoc log restore` brings those entries back.
        sources.push((folder.join("log"), "vault/log"));
        backup.vault = true;
    }
    let (to, start) = (target.to_owned(), backup);
    let copying = tokio::task::spawn_blocking(move || copy_all(&to, &sources, start, told));
    let mut backup = copying
        .await
        .map_err(|error| Error::Internal(format!("backup: {error}")))??;
    // Read back: a backup that cannot be read is none, and nobody finds out otherwise before it is
    // needed.
    if backup.vault {
        check_vault(target, &mut backup).await?;
    }
    Ok(backup)
}

fn refuse_unless_empty(target: &Path) -> Result<()> {
    fs::create_dir_all(target)?;
    if fs::read_dir(target)?.next().is_none() {
        return Ok(());
    }
    Err(Error::refuse("errors.folder_not_empty"))
}

fn copy_all(
    target: &Path,
    sources: &[(PathBuf, &str)],
    mut backup: Backup,
    mut told: impl FnMut(u64, u64),
) -> Result<Backup> {
    let mut sums = File::create(target.join(SUMS_FILE))?;
    if backup.catalogue {
        let path = target.join("catalogue.sqlite");
        let (digest, bytes) = pour(&mut File::open(&path)?, &mut io::sink())?;
        // Written by the database, which does not promise that it is on the disk.
        File::open(&path)?.sync_all()?;
        writeln!(sums, "{}", sum_line(&digest, "catalogue.sqlite"))?;
        (backup.files, backup.bytes) = (1, bytes);
    }
    for (source, name) in sources {
        for path in files_below(source)? {
            let inside = path.strip_prefix(source).unwrap_or(&path);
            let relative = Path::new(name).join(inside);
            let (digest, bytes) = copy_file(&path, &target.join(&relative))?;
            writeln!(sums, "{}", sum_line(&digest, &relative.to_string_lossy()))?;
            backup.files += 1;
            backup.bytes += bytes;
            told(backup.files, backup.bytes);
        }
    }
    sums.sync_all()?;
    Ok(backup)
}

fn files_below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        // The log has no folder before its first entry.
        if !folder.exists() {
            continue;
        }
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Copies one file durably, with its permissions.
fn copy_file(from: &Path, to: &Path) -> io::Result<(String, u64)> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut source = File::open(from)?;
    // Created anew: a name that appears twice would mean two sources over each other.
    let mut copy = File::create_new(to)?;
    copy.set_permissions(source.metadata()?.permissions())?;
    let poured = pour(&mut source, &mut copy)?;
    copy.sync_all()?;
    Ok(poured)
}

fn pour(from: &mut impl Read, to: &mut impl Write) -> io::Result<(String, u64)> {
    let mut hasher = Sha256::new();
    let mut bytes = 0;
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            return Ok((hex::encode(hasher.finalize()), bytes));
        }
        hasher.update(&buffer[..read]);
        to.write_all(&buffer[..read])?;
        bytes += read as u64;
    }
}

/// As sha256sum(1) writes it: a backslash in a name is doubled and announced.
fn sum_line(digest: &str, path: &str) -> String {
    if path.contains('\\') {
        format!("\\{digest}  {}", path.replace('\\', "\\\\"))
    } else {
        format!("{digest}  {path}")
    }
}

/// Re-reads every object of the copy against its own inventory.
async fn check_vault(target: &Path, backup: &mut Backup) -> Result<()> {
    let copy = Vault::open(&Location::at(target.join("vault").display().to_string())).await?;
    let mut walk = copy.walk();
    while let Some(step) = walk.next().await {
        let summary = match step {
            Ok(summary) => summary,
            Err(error) => {
                backup.damaged.push(error.to_string());
                continue;
            }
        };
        let Some(id) = summary.id else { continue };
        if copy.verify(&id).await?.is_sound() {
            backup.objects += 1;
        } else {
            backup.damaged.push(id.to_string());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backslash_in_a_name_is_written_as_sha256sum_does() {
        assert_eq!(sum_line("ab", "a b"), "ab  a b");
        assert_eq!(sum_line("ab", "a\\b"), "\\ab  a\\\\b");
    }
}
