//! Versions of objects in a place: one file each, named by the digest of what is stored, so that anybody can check it
//! and nobody needs a list to know what is there.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::Path;

use futures::TryStreamExt;
use tempfile::NamedTempFile;

use super::OBJECTS;
use super::cipher::{Cipher, Identities};
use super::place::Place;
use crate::error::{Error, Result};
use crate::vault::{Digest, Hasher, PackedBody, Vault, VaultError};

/// Folder of the storage root, which the objects' folder of a place stands for.
const ROOT: &str = "ocfl";
/// Size of the blocks of a tar archive.
const BLOCK: u64 = 512;

/// A version of an object, by the place of the object in the vault.
pub(super) type VersionOf = (String, u32);

/// A file made for a place.
pub(super) struct Made {
    pub file: NamedTempFile,
    pub digest: Digest,
    pub size: u64,
}

/// Names of the files of a part's versions, such as `3c0`, by what they are of.
pub(super) async fn present(place: &Place, part: &str) -> Result<BTreeMap<VersionOf, String>> {
    let names = place.files.names(&format!("{OBJECTS}/{part}")).await?;
    let told = names
        .into_iter()
        .filter_map(|name| Some((version_of(&name)?, name)));
    Ok(told.collect())
}

/// Of which version a file is.
pub(super) fn version_of(name: &str) -> Option<VersionOf> {
    let (folder, file) = name.rsplit_once('/')?;
    let location = format!("{ROOT}{}", folder.strip_prefix(OBJECTS)?);
    let (version, _) = file.strip_prefix('v')?.split_once('-')?;
    Some((location, version.parse().ok()?))
}

/// The digest that is part of a file's name.
pub(super) fn digest_in(name: &str) -> Option<Digest> {
    let (_, rest) = name.rsplit('/').next()?.rsplit_once('-')?;
    rest.get(..64)?.parse().ok()
}

/// The name a version's file has.
pub(super) fn name_of((location, version): &VersionOf, cipher: &Cipher, digest: Digest) -> String {
    let folder = location.strip_prefix(ROOT).unwrap_or(location);
    cipher.name(&format!("{OBJECTS}{folder}/v{version}-{digest}.tar"))
}

/// Writes a version as a tar archive to the spool, every byte of it hashed against its inventory.
pub(super) async fn pack(
    vault: &Vault,
    (location, version): &VersionOf,
    cipher: &Cipher,
    spool: &Path,
) -> Result<Made> {
    let file = NamedTempFile::new_in(spool)?;
    let mut out = cipher.wrap(file.reopen()?)?;
    for packed in vault.packed(location, *version).await? {
        let size = match &packed.body {
            PackedBody::Bytes(bytes) => bytes.len() as u64,
            PackedBody::Stored(size) => *size,
        };
        out.write_all(head(&packed.name, size)?.as_bytes())?;
        match packed.body {
            PackedBody::Bytes(bytes) => out.write_all(&bytes)?,
            PackedBody::Stored(_) => {
                let mut hasher = Hasher::default();
                let mut chunks = vault.stored(&packed.name).await?;
                while let Some(chunk) = chunks.try_next().await? {
                    hasher.update(&chunk);
                    out.write_all(&chunk)?;
                }
                // Damage must not be carried into the one place that could mend it.
                let (found, length) = hasher.finish();
                if Some(found) != packed.digest || length != size {
                    return Err(VaultError::corrupt(packed.name, "other bytes than its own").into());
                }
            }
        }
        out.write_all(padding(size))?;
    }
    out.write_all(&[0; 2 * BLOCK as usize])?;
    let (digest, size) = out.finish()?;
    Ok(Made { file, digest, size })
}

fn head(name: &str, size: u64) -> Result<tar::Header> {
    let mut header = tar::Header::new_ustar();
    header.set_path(name)?;
    header.set_entry_type(tar::EntryType::Regular);
    header.set_size(size);
    header.set_mode(0o640);
    header.set_mtime(0);
    header.set_cksum();
    Ok(header)
}

fn padding(size: u64) -> &'static [u8] {
    const ZEROS: [u8; BLOCK as usize] = [0; BLOCK as usize];
    &ZEROS[..(BLOCK - size % BLOCK) as usize % BLOCK as usize]
}

/// A file of a place on this disk, found to be the bytes it is named by.
pub(super) async fn fetch(place: &Place, name: &str, spool: &Path) -> Result<NamedTempFile> {
    let file = NamedTempFile::new_in(spool)?;
    let damaged = |why: &str| Error::Corrupt {
        what: format!("{name} of the backup: {why}"),
    };
    match place.files.fetch(name, &mut file.reopen()?).await? {
        None => Err(damaged("missing")),
        Some((found, _)) if Some(found) == digest_in(name) => Ok(file),
        Some(_) => Err(damaged("not the bytes it is named by")),
    }
}

/// A file that came out of a tar archive.
pub(super) struct Unpacked {
    pub name: String,
    pub file: NamedTempFile,
    pub digest: Digest,
    pub size: u64,
}

/// The files of a tar archive of a place, in their order.
pub(super) fn unpack(
    identities: &Identities,
    name: &str,
    file: &NamedTempFile,
    spool: &Path,
) -> Result<Vec<Unpacked>> {
    let damaged = |error: std::io::Error| Error::Corrupt {
        what: format!("{name} of the backup: {error}"),
    };
    let mut archive = tar::Archive::new(identities.open(name, file.reopen()?)?);
    let mut files = Vec::new();
    for entry in archive.entries().map_err(damaged)? {
        let mut entry = entry.map_err(damaged)?;
        let inside = entry
            .path()
            .map_err(damaged)?
            .to_string_lossy()
            .into_owned();
        let out = NamedTempFile::new_in(spool)?;
        let (digest, size) = pour(&mut entry, &mut out.reopen()?).map_err(damaged)?;
        files.push(Unpacked {
            name: inside,
            file: out,
            digest,
            size,
        });
    }
    Ok(files)
}

/// Everything of one to the other, hashed.
pub(super) fn pour(from: &mut impl Read, to: &mut impl Write) -> std::io::Result<(Digest, u64)> {
    let mut hasher = Hasher::default();
    let mut buffer = vec![0; 256 << 10];
    loop {
        match from.read(&mut buffer)? {
            0 => return Ok(hasher.finish()),
            read => {
                hasher.update(&buffer[..read]);
                to.write_all(&buffer[..read])?;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_object_version_and_digest() {
        let digest = Digest::of(b"x");
        let version = ("ocfl/3c0/ff4/240/3c0f".to_owned(), 12);
        let name = name_of(&version, &Cipher::Plain, digest);
        assert_eq!(name, format!("objects/3c0/ff4/240/3c0f/v12-{digest}.tar"));
        assert_eq!(version_of(&name), Some(version));
        assert_eq!(digest_in(&format!("{name}.age")), Some(digest));
        assert_eq!(version_of("objects/3c0/notes.txt"), None);
    }

    #[test]
    fn blocks_are_filled() {
        assert_eq!(
            [0, 1, 512, 513].map(|size| padding(size).len()),
            [0, 511, 0, 511]
        );
    }
}
