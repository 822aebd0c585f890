//! A backup brought back into an empty place, and held against what it says it is.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use futures::{StreamExt, TryStreamExt};
use serde_json::json;

use super::cipher::Identities;
use super::objects;
use super::place::Place;
use super::{KeyNeeded, Manifest, OBJECTS, RUNS, WITHHELD, log_tiles};
use crate::archive::{Archive, vault_location};
use crate::audit::{self, Action};
use crate::catalogue::{self, Catalogue, ExportLine, TableSum};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::fixity;
use crate::vault::{ObjectId, Vault, VaultError};

/// Objects that are unpacked, and re-read afterwards, at a time.
const AT_A_TIME: usize = 4;

/// What is brought back.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Folder of a run; the newest that ended where absent.
    pub run: Option<String>,
    /// The vault is there still: rows only.
    pub rows_only: bool,
}

/// What was brought back, and how it differs from what it should be.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Restored {
    /// Folder of the run.
    pub run: String,
    /// When its rows were read, RFC 3339 UTC.
    pub at: String,
    /// Rows of the catalogue.
    pub rows: u64,
    /// Objects of the vault that were re-read and found whole.
    pub objects: u64,
    /// How many files of the log's tree came back.
    pub log_files: u64,
    /// Whatever is not as the backup says it should be: named.
    pub differences: Vec<String>,
    /// Keys to be brought, since they are in no backup.
    pub keys: Vec<KeyNeeded>,
}

/// Runs of a place that ended, oldest first.
///
/// # Errors
/// `Unavailable` place.
pub async fn runs(place: &Place) -> Result<Vec<String>> {
    place.finished().await
}

/// Brings a backup back into the empty catalogue and the empty vault that `config` names. `told` hears the objects
/// unpacked so far. The keys named in the answer must be brought before the archive is opened.
///
/// # Errors
/// `Refused` where anything is there already, without the right identity, and without a backup; `Unavailable`: empty
/// both and begin again.
pub async fn restore(
    config: &Config,
    place: &Place,
    identities: &Identities,
    wanted: &Wanted,
    mut told: impl FnMut(u64),
) -> Result<Restored> {
    let (run, manifest) = place.manifest(wanted.run.as_deref()).await?;
    let spool = config.data.join("spool");
    std::fs::create_dir_all(&spool)?;
    let location = vault_location(config)?;
    let vault = match wanted.rows_only {
        true => Vault::open_existing(&location).await?,
        false => Vault::open(&location).await?,
    };
    if !wanted.rows_only && !vault.parts().await?.is_empty() {
        return Err(Error::refuse("errors.vault_not_empty"));
    }
    let mut restored = Restored {
        run: run.clone(),
        at: manifest.at.clone(),
        keys: manifest.keys.clone(),
        ..Restored::default()
    };
    let rows = format!("{RUNS}/{run}/{}", manifest.rows);
    // First of all, since a wrong identity or a full catalogue shows here, before anything large is moved.
    restored.rows = bring_rows(config, place, &rows, identities, &spool).await?;
    if !wanted.rows_only {
        bring_objects(place, identities, &vault, &spool, &mut restored, &mut told).await?;
        let rest = format!("{RUNS}/{run}/{}", manifest.log);
        let log = vault.log_files();
        restored.log_files = log_tiles::bring_back(place, &rest, identities, &log, &spool).await?;
    }
    let catalogue = Catalogue::open(&config.catalogue_url()).await?;
    compare_rows(&catalogue, &manifest, &mut restored).await?;
    compare_objects(&catalogue, &vault, &mut restored).await?;
    catalogue.close().await;
    Ok(restored)
}

/// What came into the vault while the backup ran is younger than its rows: entries of the log, scans, requests, copies with
/// their numbers are brought over. What could not be is named.
///
/// # Errors
/// `Unavailable`.
pub async fn catch_up(archive: &Archive, run: &str) -> Result<Vec<String>> {
    let mut open = Vec::new();
    match audit::restore_missing(archive).await {
        Ok(_) | Err(Error::NotFound { .. }) => {}
        Err(error @ Error::Corrupt { .. }) => open.push(error.to_string()),
        Err(error) => return Err(error),
    }
    let mut found = fixity::reconcile(archive, true).await?;
    open.append(&mut found.only_in_catalogue);
    open.append(&mut found.damaged);
    open.append(&mut found.different_copies);
    let different = found.different.iter();
    open.extend(different.map(|one| format!("{} v{}", one.record_id, one.version)));
    let left = found.only_in_vault.iter();
    open.extend(left.filter(|id| !found.fixed.contains(id)).cloned());
    let mut tx = archive.begin_as_machine().await?;
    let details = json!({ "run": run, "fixed": found.fixed.len(), "open": open.len() });
    tx.log(
        Action::CatalogueRestored,
        ("catalogue", "catalogue"),
        details,
    )
    .await?;
    tx.commit().await?;
    Ok(open)
}

async fn bring_rows(
    config: &Config,
    place: &Place,
    name: &str,
    identities: &Identities,
    spool: &Path,
) -> Result<u64> {
    let file = objects::fetch(place, name, spool).await?;
    // Unlocked here once, so that an identity that does not fit is told before the engine is touched; the reader
    // itself must be able to go to whatever thread the engine's driver is on.
    let mut plain = tempfile::tempfile_in(spool)?;
    std::io::copy(
        &mut GzDecoder::new(identities.open(name, file.reopen()?)?),
        &mut plain,
    )
    .map_err(|error| Error::Corrupt {
        what: format!("{name} of the backup: {error}"),
    })?;
    std::io::Seek::rewind(&mut plain)?;
    let lines = BufReader::new(plain).lines().map(|line| {
        serde_json::from_str::<ExportLine>(&line?).map_err(|error| Error::Corrupt {
            what: format!("the rows of the backup: {error}"),
        })
    });
    catalogue::import(&config.catalogue_url(), lines).await
}

async fn bring_objects(
    place: &Place,
    identities: &Identities,
    vault: &Vault,
    spool: &Path,
    restored: &mut Restored,
    told: &mut impl FnMut(u64),
) -> Result<()> {
    let mut brought = 0;
    for part in place.files.folders(OBJECTS).await? {
        // By object and version: each version replaces what the one before left at the object's root.
        let mut by_object: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for ((location, _), name) in objects::present(place, &part).await? {
            by_object.entry(location).or_default().push(name);
        }
        let bring = |names: Vec<String>| async move {
            let mut damage = Vec::new();
            for name in names {
                match bring_version(place, identities, vault, &name, spool).await {
                    Ok(()) => {}
                    Err(error) if error.is_transient() => return Err(error),
                    Err(error) => damage.push(error.to_string()),
                }
            }
            Ok(damage)
        };
        let mut done = futures::stream::iter(by_object.into_values())
            .map(bring)
            .buffer_unordered(AT_A_TIME);
        while let Some(damage) = done.try_next().await? {
            restored.differences.extend(damage);
            brought += 1;
            told(brought);
        }
    }
    Ok(())
}

/// Puts the files of one version where they belong in a vault.
pub(super) async fn bring_version(
    place: &Place,
    identities: &Identities,
    vault: &Vault,
    name: &str,
    spool: &Path,
) -> Result<()> {
    let file = objects::fetch(place, name, spool).await?;
    for unpacked in objects::unpack(identities, name, &file, spool)? {
        let path: PathBuf = unpacked.file.path().to_owned();
        vault
            .unpack(&unpacked.name, &path, unpacked.digest, unpacked.size)
            .await?;
    }
    Ok(())
}

/// Holds the rows that are in the engine now against those that were read.
async fn compare_rows(
    catalogue: &Catalogue,
    manifest: &Manifest,
    restored: &mut Restored,
) -> Result<()> {
    let now = catalogue.export(WITHHELD, |_| Ok(())).await?;
    let same_form = now.schema == manifest.schema;
    for (table, was) in &manifest.tables {
        let is = now.tables.get(table);
        let told = |sum: Option<&TableSum>| sum.map_or(0, |sum| sum.rows);
        let differs = match same_form {
            true => is != Some(was),
            // Brought up to date since: a table may have got columns, or have become another.
            false => is.is_some_and(|is| is.rows < was.rows),
        };
        if differs {
            let (before, after) = (was.rows, told(is));
            restored.differences.push(format!(
                "table {table}: {before} rows were read, {after} are back"
            ));
        }
    }
    Ok(())
}

/// Re-reads every object, and asks for each that the catalogue knows.
async fn compare_objects(
    catalogue: &Catalogue,
    vault: &Vault,
    restored: &mut Restored,
) -> Result<()> {
    let mut checked = vault
        .walk()
        .map(|step| async move {
            let id = match step {
                Ok(summary) => summary.id,
                Err(VaultError::Corrupt { what, detail }) => {
                    return Ok(Err(format!("{what}: {detail}")));
                }
                Err(error) => return Err(Error::from(error)),
            };
            let Some(id) = id else { return Ok(Ok(())) };
            Ok(match vault.verify(&id).await {
                Ok(report) if report.is_sound() => Ok(()),
                Ok(_) => Err(format!("{id}: damaged")),
                Err(error @ VaultError::Unavailable { .. }) => return Err(error.into()),
                Err(error) => Err(format!("{id}: {error}")),
            })
        })
        .buffer_unordered(AT_A_TIME);
    while let Some(outcome) = checked.try_next().await? {
        match outcome {
            Ok(()) => restored.objects += 1,
            Err(damage) => restored.differences.push(damage),
        }
    }
    for id in fixity::expected_objects(catalogue).await? {
        if !vault.exists(&ObjectId::new(id.clone())?).await? {
            restored.differences.push(format!("{id}: missing"));
        }
    }
    Ok(())
}
