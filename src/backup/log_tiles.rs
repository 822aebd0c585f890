//! The log's tiles and checkpoints: finished tiles once each, all others with every run.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

use tempfile::NamedTempFile;

use super::LOG;
use super::cipher::{Cipher, Identities};
use super::objects::{self, Made};
use super::place::Place;
use crate::error::Result;
use crate::vault::Files;

/// A finished tile never changes; its name says that it is not a part of one.
fn is_finished(name: &str) -> bool {
    name.starts_with("tile/") && !name.contains(".p/")
}

/// The name of a tile's file in a place, without the digest of what is stored and what follows it.
fn stem(name: &str) -> String {
    format!("{LOG}/{name}")
}

/// Finished tiles that the place does not have.
pub(super) async fn missing(place: &Place, log: &Files) -> Result<Vec<String>> {
    let there: BTreeSet<String> = place
        .files
        .names(LOG)
        .await?
        .iter()
        .filter_map(|name| Some(name.rsplit_once('-')?.0.to_owned()))
        .collect();
    let mut names = log.names("").await?;
    names.retain(|name| is_finished(name) && !there.contains(&stem(name)));
    Ok(names)
}

/// A finished tile as it is written to a place, and its name there.
pub(super) async fn tile(
    log: &Files,
    name: &str,
    cipher: &Cipher,
    spool: &Path,
) -> Result<(String, Made)> {
    let bytes = log.get(name).await?.unwrap_or_default();
    let made = write(cipher, spool, |out| Ok(out.write_all(&bytes)?))?;
    let named = cipher.name(&format!("{}-{}", stem(name), made.digest));
    Ok((named, made))
}

/// Everything else of the log, as a tar archive.
pub(super) async fn rest(log: &Files, cipher: &Cipher, spool: &Path) -> Result<Made> {
    let mut files = Vec::new();
    for name in log.names("").await? {
        if !is_finished(&name)
            && let Some(bytes) = log.get(&name).await?
        {
            files.push((name, bytes));
        }
    }
    write(cipher, spool, |out| {
        let mut archive = tar::Builder::new(out);
        for (name, bytes) in files {
            let mut header = tar::Header::new_ustar();
            header.set_size(bytes.len() as u64);
            header.set_mode(0o640);
            archive.append_data(&mut header, name, &*bytes)?;
        }
        archive.finish()?;
        Ok(())
    })
}

/// Writes a file to the spool as a place takes it.
pub(super) fn write(
    cipher: &Cipher,
    spool: &Path,
    fill: impl FnOnce(&mut dyn Write) -> Result<()>,
) -> Result<Made> {
    let file = NamedTempFile::new_in(spool)?;
    let mut out = cipher.wrap(file.reopen()?)?;
    fill(&mut out)?;
    let (digest, size) = out.finish()?;
    Ok(Made { file, digest, size })
}

/// Puts the log back: finished tiles, then what the run has of the rest.
pub(super) async fn bring_back(
    place: &Place,
    rest: &str,
    identities: &Identities,
    log: &Files,
    spool: &Path,
) -> Result<u64> {
    let mut brought = 0;
    for name in place.files.names(LOG).await? {
        let Some(inside) = name
            .strip_prefix(LOG)
            .and_then(|rest| rest.strip_prefix('/')?.rsplit_once('-'))
        else {
            continue;
        };
        let file = objects::fetch(place, &name, spool).await?;
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut identities.open(&name, file.reopen()?)?, &mut bytes)?;
        log.put_once(inside.0, bytes.into()).await?;
        brought += 1;
    }
    let file = objects::fetch(place, rest, spool).await?;
    for unpacked in objects::unpack(identities, rest, &file, spool)? {
        let bytes = std::fs::read(unpacked.file.path())?;
        log.put(&unpacked.name, bytes.into()).await?;
        brought += 1;
    }
    Ok(brought)
}
