//! A run: the rows as they are at one instant, then what the vault has and the place has not.

use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use futures::{StreamExt, TryStreamExt};
use serde_json::json;
use tempfile::NamedTempFile;

use super::cipher::Cipher;
use super::objects::{self, Made, VersionOf};
use super::place::{Place, cipher_of, json, place_to_fill, refuse_own_disk, told_of};
use super::{FORMAT, KeyNeeded, MANIFEST, Manifest, RUNS, SUMS_FILE, WITHHELD, log_tiles};
use crate::access;
use crate::archive::Archive;
use crate::audit::{self, Action};
use crate::catalogue::{Exported, Insert, hold_agreement};
use crate::clock::stamp;
use crate::config::{Config, PlaceConfig};
use crate::error::Result;
use crate::vault::Digest;

/// Versions that are packed and sent at a time.
const AT_A_TIME: usize = 4;
/// Longest list of damage in a report; the count goes on.
const NAMED: usize = 1000;

/// What one run wrote to one place.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Backup {
    /// Name of the place in the settings, or `by-hand`.
    pub place: String,
    /// Folder of the run below `runs/`.
    pub run: String,
    /// Whether nobody can read it without an identity.
    pub encrypted: bool,
    /// Rows of the catalogue.
    pub rows: u64,
    /// Versions of objects that are in the place now.
    pub versions: u64,
    /// Those that this run added.
    pub added: u64,
    /// Bytes that this run wrote.
    pub bytes: u64,
    /// Versions that are damaged in the vault and so not in the place, with the reason.
    pub damaged: Vec<String>,
}

impl Backup {
    /// Exit code: 0 when everything is in it, 2 when something is damaged in the vault.
    pub fn exit_code(&self) -> u8 {
        if self.damaged.is_empty() { 0 } else { 2 }
    }
}

/// Brings one place up to date. `told` hears versions and bytes written so far. The archive may be in use: the rows are
/// read at one instant, and the vault, which only grows, after it.
///
/// # Errors
/// `WrongSetting`; `Refused` for the place of another archive; `Unavailable`: what was written stays, and the next run
/// goes on from there.
pub async fn backup(
    archive: &Archive,
    to: &PlaceConfig,
    told: impl FnMut(u64, u64),
) -> Result<Backup> {
    refuse_own_disk(&archive.config, to)?;
    let cipher = cipher_of(&archive.config, to)?;
    let place = place_to_fill(to)?;
    let id = archive.clock.new_id();
    let mut tx = archive.begin_as_machine().await?;
    Insert::into("backup_runs")
        .set("id", &id)
        .set("place", &to.name)
        .set("started_at", tx.now())
        .set("encrypted", i64::from(cipher.encrypts()))
        .run(&mut tx)
        .await?;
    tx.commit().await?;
    let mut run = Run {
        archive,
        place: &place,
        cipher,
        sums: NamedTempFile::new_in(&archive.spool)?,
        report: Backup::default(),
        told,
    };
    let outcome = run.go().await.map_err(|error| told_of(to, error));
    let report = run.report;
    let mut tx = archive.begin_as_machine().await?;
    let (finished, failure) = match &outcome {
        Ok(()) => (Some(tx.now()), None),
        Err(error) => (None, Some(error.code().to_owned())),
    };
    sqlx::query(
        "UPDATE backup_runs SET finished_at = $2, failure = $3, run = $4, versions = $5, added = $6,
            bytes = $7, damaged = $8 WHERE id = $1",
    )
    .bind(&id)
    .bind(finished)
    .bind(&failure)
    .bind(&report.run)
    .bind(whole(report.versions))
    .bind(whole(report.added))
    .bind(whole(report.bytes))
    .bind(whole(report.damaged.len() as u64))
    .execute(&mut *tx)
    .await?;
    let details = json!({
        "place": to.name, "run": report.run, "versions": report.versions, "added": report.added,
        "encrypted": report.encrypted, "damaged": report.damaged.len(), "failure": failure,
    });
    tx.log(Action::BackedUp, ("backup", &id), details).await?;
    tx.commit().await?;
    outcome.map(|()| report)
}

pub(super) fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

struct Run<'a, T> {
    archive: &'a Archive,
    place: &'a Place,
    cipher: Cipher,
    /// Lines of the list of digests; on disk, because a first run adds millions.
    sums: NamedTempFile,
    report: Backup,
    told: T,
}

impl<T: FnMut(u64, u64)> Run<'_, T> {
    async fn go(&mut self) -> Result<()> {
        let at = stamp(self.archive.clock.now());
        let own = identity_of(self.archive).await?;
        self.place.belong_to(&own).await?;
        self.report.place = self.place.name.clone();
        self.report.encrypted = self.cipher.encrypts();
        // Two runs of one second must not write into each other.
        let unlike = &self.archive.clock.new_id()[24..];
        self.report.run = format!("{}-{unlike}", at.replace([':', '.'], ""));
        let (rows, exported) = rows_of(self.archive, &self.cipher).await?;
        self.report.rows = exported.tables.values().map(|table| table.rows).sum();
        let rows_name = self.cipher.name(&format!("rows-{}.jsonl.gz", rows.digest));
        self.send(&self.in_run(&rows_name), &rows).await?;
        self.objects().await?;
        // Before the finished tiles: whatever the checkpoint counts is then in one or the other.
        let log = self.archive.vault.log_files();
        let rest = log_tiles::rest(&log, &self.cipher, &self.archive.spool).await?;
        let log_name = self.cipher.name(&format!("log-{}.tar", rest.digest));
        self.send(&self.in_run(&log_name), &rest).await?;
        for name in log_tiles::missing(self.place, &log).await? {
            let spool = &self.archive.spool;
            let (name, made) = log_tiles::tile(&log, &name, &self.cipher, spool).await?;
            self.send(&name, &made).await?;
        }
        self.list_digests().await?;
        let manifest = Manifest {
            format: FORMAT,
            program: env!("CARGO_PKG_VERSION").into(),
            archive: own,
            at,
            schema: exported.schema,
            rows: rows_name,
            log: log_name,
            tables: exported.tables,
            versions: self.report.versions,
            keys: keys_of(self.archive).await?,
        };
        // Last: a run without it was cut off and is no backup.
        let name = self.in_run(MANIFEST);
        self.place
            .files
            .put_once(&name, json(&manifest)?.into())
            .await?;
        Ok(())
    }

    fn in_run(&self, name: &str) -> String {
        format!("{RUNS}/{}/{name}", self.report.run)
    }

    /// Every version that counts and is not in the place.
    async fn objects(&mut self) -> Result<()> {
        let vault = &self.archive.vault;
        for part in vault.parts().await? {
            let there = objects::present(self.place, &part).await?;
            let mut due: Vec<VersionOf> = Vec::new();
            for (location, newest) in vault.listed(&part).await? {
                due.extend((1..=newest).map(|version| (location.clone(), version)));
            }
            due.retain(|version| !there.contains_key(version));
            self.report.versions += there.len() as u64;
            let (place, cipher, spool) = (self.place, &self.cipher, &self.archive.spool);
            let add = |version: VersionOf| async move {
                let made = match objects::pack(vault, &version, cipher, spool).await {
                    Ok(made) => made,
                    Err(error) if error.is_transient() => return Err(error),
                    Err(error) => {
                        let (location, number) = &version;
                        return Ok(Err(format!("{location} v{number}: {error}")));
                    }
                };
                let name = objects::name_of(&version, cipher, made.digest);
                put(place, &name, &made).await?;
                Ok(Ok((made.digest, made.size, name)))
            };
            let mut added = futures::stream::iter(due)
                .map(add)
                .buffer_unordered(AT_A_TIME);
            while let Some(outcome) = added.try_next().await? {
                match outcome {
                    Ok((digest, size, name)) => {
                        writeln!(self.sums, "{digest}  {name}")?;
                        self.report.versions += 1;
                        self.report.added += 1;
                        self.report.bytes += size;
                    }
                    Err(damage) if self.report.damaged.len() < NAMED => {
                        self.report.damaged.push(damage);
                    }
                    Err(_) => {}
                }
                (self.told)(self.report.added, self.report.bytes);
            }
        }
        Ok(())
    }

    async fn send(&mut self, name: &str, made: &Made) -> Result<()> {
        put(self.place, name, made).await?;
        writeln!(self.sums, "{}  {name}", made.digest)?;
        self.report.bytes += made.size;
        (self.told)(self.report.added, self.report.bytes);
        Ok(())
    }

    /// The digests of what was added, readable by anybody: names only, and those tell nothing.
    async fn list_digests(&mut self) -> Result<()> {
        self.sums.as_file().sync_all()?;
        let (digest, size) = objects::pour(&mut self.sums.reopen()?, &mut std::io::sink())?;
        let name = self.in_run(SUMS_FILE);
        self.place
            .files
            .put_file(&name, self.sums.path(), digest, size)
            .await?;
        Ok(())
    }
}

async fn put(place: &Place, name: &str, made: &Made) -> Result<()> {
    let written = place
        .files
        .put_file(name, made.file.path(), made.digest, made.size);
    Ok(written.await?)
}

/// All rows, compressed, as a place takes them.
async fn rows_of(archive: &Archive, cipher: &Cipher) -> Result<(Made, Exported)> {
    let file = NamedTempFile::new_in(&archive.spool)?;
    let mut out = GzEncoder::new(cipher.wrap(file.reopen()?)?, Compression::fast());
    let export = archive.catalogue.export(WITHHELD, |line| {
        serde_json::to_writer(&mut out, line).map_err(std::io::Error::from)?;
        Ok(out.write_all(b"\n")?)
    });
    let exported = export.await?;
    let (digest, size) = out.finish()?.finish()?;
    Ok((Made { file, digest, size }, exported))
}

/// By what places know the archive, whatever machine it runs on.
async fn identity_of(archive: &Archive) -> Result<String> {
    let mut tx = archive.begin_as_machine().await?;
    let fresh = tx.new_id();
    let id = hold_agreement(&mut tx, "archive", &fresh).await?;
    tx.commit().await?;
    Ok(id)
}

/// The keys that are in no backup.
async fn keys_of(archive: &Archive) -> Result<Vec<KeyNeeded>> {
    let config = &archive.config;
    let mut keys = vec![seal_key(archive)];
    let log = audit::key_in_use(&archive.catalogue).await?;
    let file = config.log.key_file.clone();
    keys.push(KeyNeeded {
        setting: "log.key_file".into(),
        place: shown(&file.unwrap_or_else(|| config.data.join("log").join("key"))),
        known_by: log.unwrap_or_default(),
    });
    keys.push(value_key(archive));
    keys.extend(other_secrets(config));
    let webhooks: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM webhooks")
        .fetch_one(archive.catalogue.pool())
        .await?;
    let seconds = "SELECT COUNT(*) FROM people WHERE totp_secret IS NOT NULL";
    let factors: i64 = sqlx::query_scalar(seconds)
        .fetch_one(archive.catalogue.pool())
        .await?;
    for (setting, count) in [("webhooks", webhooks), ("second factors", factors)] {
        if count > 0 {
            keys.push(KeyNeeded {
                setting: setting.into(),
                place: count.to_string(),
                known_by: String::new(),
            });
        }
    }
    Ok(keys)
}

fn value_key(archive: &Archive) -> KeyNeeded {
    let key = archive.value_key.as_ref();
    KeyNeeded {
        setting: "catalogue.key_file".into(),
        place: shown(&access::value_key_file(&archive.config)),
        known_by: key.map_or_else(String::new, |key| key.fingerprint().to_owned()),
    }
}

fn seal_key(archive: &Archive) -> KeyNeeded {
    let seal = &archive.config.seal;
    let (setting, place) = if let Some(token) = &seal.token {
        ("seal.token", shown(&token.module))
    } else if seal.detached.is_some() {
        ("seal.detached", String::new())
    } else if let Some(file) = &seal.key_file {
        ("seal.key_file", shown(file))
    } else {
        ("seal", shown(&archive.config.data.join("seal")))
    };
    let certificate = archive.seal.signer().der();
    KeyNeeded {
        setting: setting.into(),
        place,
        known_by: Digest::of(certificate).to_string(),
    }
}

/// Files of secrets that the settings name.
fn other_secrets(config: &Config) -> Vec<KeyNeeded> {
    let named = [
        ("vault.secret_file", &config.vault.secret_file),
        ("seal.key_password_file", &config.seal.key_password_file),
    ];
    let places = config.backup.place.iter();
    let places = places.map(|place| ("backup.place.secret_file", &place.secret_file));
    let outside = config.log.outside.iter();
    let outside = outside.map(|place| ("log.outside.secret_file", &place.secret_file));
    let all = named.into_iter().chain(places).chain(outside);
    let there = all.filter_map(|(setting, file)| Some((setting, file.as_ref()?)));
    there
        .map(|(setting, file)| KeyNeeded {
            setting: setting.into(),
            place: shown(file),
            known_by: String::new(),
        })
        .collect()
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
