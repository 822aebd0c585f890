//! An office whose key is on the approver's own machine, for the tests of remote signing.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use sogoc::access::{Caller, Role};
use sogoc::archive::Archive;
use sogoc::certified_copy::{self, CopyRow, Signatures, Submitted};
use sogoc::clock::StillClock;
use sogoc::config::{Config, DetachedConfig, Padding};
use sogoc::jobs::Kind;
use sogoc::seal::Level;
use sogoc::worker;
use tempfile::TempDir;

use super::super::levels::{is_good, judge, trust};
use super::super::machine::Machine;
use crate::copy_pdf::ask;
use crate::support::archive::{Ground, caller, settings};
use crate::support::authority::{Authority, KeyKind, SIGNING, Wanted};
use crate::support::holdings::approved_record;
use crate::support::seaweed::Seaweed;

pub const DAY: Duration = Duration::from_secs(86_400);

/// An archive whose seal is remote, and a clock the test moves.
pub struct Office {
    pub authority: Authority,
    pub archive: Archive,
    pub clock: Arc<StillClock>,
    pub record: String,
    pub head: Caller,
    pub data: TempDir,
    _store: Option<Seaweed>,
}

impl Office {
    pub async fn new(kind: KeyKind, padding: Padding, level: Level) -> Office {
        Self::on(Ground::Embedded, kind, padding, level).await
    }

    pub async fn on(ground: Ground, kind: KeyKind, padding: Padding, level: Level) -> Office {
        let authority = Authority::start();
        authority.ocsp_days(3650);
        issue_signer(&authority, kind, 365);
        let data = tempfile::tempdir().unwrap();
        let (mut config, store) = settings(ground, data.path()).await;
        configure(&mut config, &authority, padding, level);
        let clock = Arc::new(StillClock::at(Timestamp::now()));
        let archive = Archive::open_with(config, clock.clone()).await.unwrap();
        let record = approved_record(&archive).await;
        Office {
            authority,
            archive,
            clock,
            record,
            head: caller(Role::Approver),
            data,
            _store: store,
        }
    }

    pub fn machine(&self) -> Machine {
        Machine::with_key(self.authority.at("signer.key"), &chain(&self.authority))
    }

    /// Releases a copy, which then waits.
    pub async fn release(&self) -> CopyRow {
        let copy = certified_copy::issue_now(&self.archive, &self.head, &self.record, None).await;
        let copy = copy.unwrap();
        assert_eq!(copy.state, "opening");
        copy
    }

    pub async fn to_sign(&self) -> String {
        let waiting = certified_copy::to_sign(&self.archive, &self.head)
            .await
            .unwrap();
        certified_copy::to_sign_text(&waiting)
    }

    pub async fn submit(&self, text: &str) -> Vec<Submitted> {
        let given = Signatures::parse(text).unwrap();
        let handed = certified_copy::submit(&self.archive, &self.head, &given).await;
        handed.unwrap()
    }

    /// The word of the one refusal to these signatures.
    pub async fn refused(&self, text: &str) -> &'static str {
        let handed = self.submit(text).await;
        let [one] = &handed[..] else {
            panic!("{handed:?}");
        };
        assert!(one.state.is_none() && one.fault_vi.is_some(), "{one:?}");
        one.fault.unwrap()
    }

    pub async fn line(&self, copy: &CopyRow) -> CopyRow {
        let line = certified_copy::line(&self.archive, &self.head, &copy.id).await;
        line.unwrap()
    }

    pub async fn sweep(&self) {
        let mut tx = self.archive.catalogue.begin().await.unwrap();
        tx.enqueue(Kind::SweepSeals, "all", 5).await.unwrap();
        tx.commit().await.unwrap();
        worker::drain(&self.archive).await.unwrap();
    }

    /// pyHanko, poppler and the archive itself find the finished copy good.
    pub async fn is_good(&self, copy: &CopyRow, level: Level) {
        let bytes = certified_copy::bytes(&self.archive, &self.head, &copy.id)
            .await
            .unwrap();
        let pdf = self.authority.at("copy.pdf");
        fs::write(&pdf, &bytes).unwrap();
        all_judges_agree(&self.authority, &pdf, level);
        let found = certified_copy::verify_file(&self.archive, &bytes)
            .await
            .unwrap();
        assert_eq!(
            (found.file.as_str(), found.key.as_str()),
            ("unchanged", "good_then")
        );
        assert_eq!(found.archive.unwrap().state, "valid");
    }
}

pub fn all_judges_agree(authority: &Authority, pdf: &Path, level: Level) {
    let findings = judge(authority, pdf, level);
    assert!(is_good(&findings), "{level:?}: {findings}");
    let said = ask("pdfsig", &[], pdf, &[]);
    assert!(said.contains("Signature is Valid."), "{said}");
    let verdict = sogoc::seal::verify(&fs::read(pdf).unwrap(), &trust(authority), Timestamp::now());
    assert!(
        verdict.holds() && verdict.level == Some(level),
        "{verdict:?}"
    );
}

pub fn issue_signer(authority: &Authority, key: KeyKind, days: u32) {
    let wanted = Wanted {
        key,
        extensions: SIGNING,
        from: authority.a_year().0,
        until: Timestamp::now() + DAY * days,
    };
    authority.issue("signer", &wanted);
    fs::write(authority.at("chain.pem"), chain(authority)).unwrap();
}

pub fn chain(authority: &Authority) -> String {
    let parts = ["signer.pem", "root.pem"].map(|name| fs::read_to_string(authority.at(name)));
    parts.map(Result::unwrap).concat()
}

pub fn configure(config: &mut Config, authority: &Authority, padding: Padding, level: Level) {
    config.seal.detached = Some(DetachedConfig::default());
    config.seal.certificates = Some(authority.at("chain.pem"));
    config.seal.rsa_padding = padding;
    config.seal.level = level;
    config.seal.time_authority = Some(authority.tsa());
}
