//! An office whose seals are renewed, for the tests of renewal.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use sogoc::access::{Caller, Role};
use sogoc::archive::Archive;
use sogoc::certified_copy::{self, CopyRow, Proofs, object_id};
use sogoc::clock::StillClock;
use sogoc::config::Config;
use sogoc::jobs::Kind;
use sogoc::seal::Level;
use sogoc::vault::ObjectId;
use sogoc::{audit, worker};
use tempfile::TempDir;

use super::super::levels::write;
use crate::support::archive::{Ground, caller, settings};
use crate::support::authority::{Authority, KeyKind, PASSWORD};
use crate::support::seaweed::Seaweed;

pub const DAY: Duration = Duration::from_secs(86_400);

pub fn days_on(days: u32) -> Timestamp {
    Timestamp::now() + DAY * days
}

/// An archive that seals at `level`, renews thirty days ahead, and whose clock the test moves.
pub struct Office {
    pub authority: Authority,
    pub archive: Archive,
    pub clock: Arc<StillClock>,
    pub data: TempDir,
    _store: Option<Seaweed>,
}

impl Office {
    pub async fn on(ground: Ground, level: Level, tsa_days: u32) -> Office {
        let authority = Authority::start();
        authority.ocsp_days(3650);
        authority.renew_tsa(days_on(tsa_days));
        let data = tempfile::tempdir().unwrap();
        let (mut config, store) = settings(ground, data.path()).await;
        configure(&mut config, &authority, level, data.path());
        let clock = Arc::new(StillClock::at(Timestamp::now()));
        let archive = Archive::open_with(config, clock.clone()).await.unwrap();
        Office {
            authority,
            archive,
            clock,
            data,
            _store: store,
        }
    }

    pub async fn issue(&self, record: &str) -> CopyRow {
        let copy =
            certified_copy::issue_now(&self.archive, &caller(Role::Approver), record, None).await;
        let copy = copy.unwrap();
        worker::drain(&self.archive).await.unwrap();
        copy
    }

    pub async fn line(&self, id: &str) -> CopyRow {
        certified_copy::line(&self.archive, &Caller::machine(), id)
            .await
            .unwrap()
    }

    pub async fn bytes(&self, id: &str) -> Vec<u8> {
        certified_copy::bytes(&self.archive, &Caller::machine(), id)
            .await
            .unwrap()
    }

    pub async fn proofs(&self) -> Proofs {
        certified_copy::proofs(&self.archive, &Caller::machine())
            .await
            .unwrap()
    }

    /// Does what the service does every ten minutes, and all that follows from it.
    pub async fn sweep(&self) {
        let mut tx = self.archive.catalogue.begin().await.unwrap();
        tx.enqueue(Kind::SweepSeals, "all", 5).await.unwrap();
        tx.commit().await.unwrap();
        worker::drain(&self.archive).await.unwrap();
    }

    /// Digests of the sealed files in the vault, a version each, the newest last.
    pub async fn files(&self, copy: &CopyRow) -> Vec<String> {
        files_of(&self.archive, &copy.id).await
    }

    pub async fn renewals_logged(&self, copy: &CopyRow) -> usize {
        let entries = audit::about(&self.archive.catalogue, &copy.id)
            .await
            .unwrap();
        let renewed = entries
            .iter()
            .filter(|entry| entry.action == "copy_seal_renewed");
        renewed.count()
    }
}

pub fn configure(config: &mut Config, authority: &Authority, level: Level, data: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let password = data.join("password");
    std::fs::write(&password, PASSWORD).unwrap();
    std::fs::set_permissions(&password, std::fs::Permissions::from_mode(0o600)).unwrap();
    config.seal.key_file = Some(authority.signer("signer", KeyKind::EcdsaP256));
    config.seal.key_password_file = Some(password);
    config.seal.level = level;
    config.seal.time_authority = Some(authority.tsa());
    config.seal.renew_before_days = 30;
}

pub async fn files_of(archive: &Archive, copy_id: &str) -> Vec<String> {
    let object = ObjectId::new(object_id(copy_id)).unwrap();
    let inventory = archive.vault.inventory(&object).await.unwrap();
    let mut files: Vec<String> = (1..=inventory.head())
        .map(|version| inventory.state(version).unwrap()["copy.pdf"].to_string())
        .collect();
    files.dedup();
    files
}
