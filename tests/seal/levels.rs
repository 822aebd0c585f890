//! The levels of PAdES with real authorities, judged by ourselves, by pyHanko and by poppler.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use sogoc::copy_pdf::{CopyContent, compose};
use sogoc::seal::{
    FileCheck, KeyCheck, Level, Padding, Seal, SealError, Terms, TimeCheck, Trust, TrustCheck,
    Unfit, Verdict, verify,
};

use super::request;
use crate::copy_pdf::{ask, sample};
use crate::support::authority::{Authority, KeyKind, PASSWORD, SIGNING, Wanted};
use crate::support::pyhanko;

/// Each way to sign: kind of key, padding, and what pyHanko calls it.
pub(super) const SCHEMES: [(KeyKind, Padding, &str); 3] = [
    (KeyKind::EcdsaP256, Padding::Pkcs1, "sha256_ecdsa"),
    (KeyKind::Rsa2048, Padding::Pkcs1, "sha256_rsa"),
    (KeyKind::Rsa2048, Padding::Pss, "rsassa_pss"),
];

pub(super) fn trust(authority: &Authority) -> Trust {
    Trust::from_pem(&std::fs::read_to_string(authority.root()).unwrap()).unwrap()
}

pub(super) fn terms(authority: &Authority, level: Level) -> Terms {
    Terms {
        level,
        time_authority: Some(authority.tsa()),
        ..Terms::default()
    }
}

/// A seal with a software key of `authority`, at `level`.
pub(super) fn seal(
    authority: &Authority,
    (kind, padding): (KeyKind, Padding),
    level: Level,
) -> Arc<Seal> {
    let file = authority.signer("signer", kind);
    let seal = Seal::open_padded(&file, PASSWORD, padding, Timestamp::now(), "").unwrap();
    Arc::new(seal.with_terms(terms(authority, level)))
}

pub(super) fn content() -> CopyContent {
    CopyContent {
        sealed_at: Timestamp::now(),
        ..sample()
    }
}

pub(super) async fn seal_now(seal: &Arc<Seal>) -> Result<Vec<u8>, SealError> {
    let content = content();
    let composed = compose(&content).unwrap();
    let now = Timestamp::now();
    seal.seal(&composed.pdf, &request(&content), now).await
}

pub(super) fn write(authority: &Authority, name: &str, bytes: &[u8]) -> PathBuf {
    let path = authority.at(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

pub(super) fn judge(authority: &Authority, pdf: &Path, level: Level) -> Value {
    judge_by(authority, pdf, level, None)
}

pub(super) fn judge_by(
    authority: &Authority,
    pdf: &Path,
    level: Level,
    list: Option<&Path>,
) -> Value {
    let at = Timestamp::now() + Duration::from_secs(1);
    let at = at.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string();
    pyhanko::judge_level(pdf, &authority.root(), level.code(), &at, list)
}

/// Whether pyHanko found everything good, by whichever of its two ways to say so.
pub(super) fn is_good(findings: &Value) -> bool {
    findings["bottom_line"] == true || findings["outcome"] == "AdESPassed.OK"
}

pub(super) fn years_on(years: u64) -> Timestamp {
    Timestamp::now() + Duration::from_secs(years * 365 * 86_400)
}

fn check(sealed: &[u8], authority: &Authority) -> Verdict {
    verify(sealed, &trust(authority), Timestamp::now())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_stamped_seal_holds_before_pyhanko_poppler_and_ourselves_with_every_kind_of_key() {
    let authority = Authority::start();
    for (kind, padding, mechanism) in SCHEMES {
        let before = Timestamp::now();
        let sealed = seal_now(&seal(&authority, (kind, padding), Level::BT))
            .await
            .unwrap();
        let verdict = check(&sealed, &authority);
        assert!(verdict.holds(), "{verdict:?}");
        assert_eq!(verdict.level, Some(Level::BT));
        assert_eq!(verdict.time, TimeCheck::Proven);
        assert_eq!(verdict.trust, TrustCheck::Trusted);
        let proven = verdict.proven_time.unwrap();
        assert!(proven.as_second() >= before.as_second() && proven <= Timestamp::now());
        assert_eq!(verdict.time_authority.as_deref(), Some("Thử nghiệm tsa"));

        let pdf = write(&authority, "copy.pdf", &sealed);
        let findings = judge(&authority, &pdf, Level::BT);
        assert_eq!(findings["bottom_line"], true, "{findings}");
        assert_eq!(findings["mechanism"], mechanism);
        assert_eq!(findings["stamp"]["trusted"], true);
        let said = ask("pdfsig", &[], &pdf, &[]);
        assert!(said.contains("Signature is Valid."), "{said}");
        assert!(said.contains("Total document signed"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_byte_of_the_signature_and_its_time_stamp_counts() {
    let authority = Authority::start();
    for kind in [KeyKind::EcdsaP256, KeyKind::Rsa2048] {
        let seal = seal(&authority, (kind, Padding::Pss), Level::BT);
        let sealed = seal_now(&seal).await.unwrap();
        let word = b"/Contents <";
        let first = sealed
            .windows(word.len())
            .rposition(|here| here == word)
            .unwrap()
            + word.len();
        let digits = sealed[first..]
            .iter()
            .position(|&byte| byte == b'>')
            .unwrap();
        let trust = trust(&authority);
        for at in (first..first + digits).step_by(31) {
            let mut changed = sealed.clone();
            changed[at] = if changed[at] == b'7' { b'8' } else { b'7' };
            let verdict = verify(&changed, &trust, Timestamp::now());
            assert!(
                !verdict.holds(),
                "digit {} in {}: {verdict:?}",
                at - first,
                String::from_utf8_lossy(&changed[at - 60..at + 20])
            );
            let unseen = verdict.file != FileCheck::Altered && verdict.time.is_proof();
            assert!(
                !unseen,
                "digit {} in {}: {verdict:?}",
                at - first,
                String::from_utf8_lossy(&changed[at - 60..at + 20])
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_good_answer_of_the_time_authority_nothing_is_sealed_at_a_lower_level() {
    let authority = Authority::start();
    let seal = seal(&authority, (KeyKind::EcdsaP256, Padding::Pkcs1), Level::BT);
    seal_now(&seal).await.unwrap();
    for fault in ["down", "garbage", "replay"] {
        authority.fault("tsa", fault);
        let refused = seal_now(&seal).await.unwrap_err();
        assert!(
            matches!(refused, SealError::TimeAuthority(_)),
            "{fault}: {refused}"
        );
        assert!(refused.waits(), "{fault}");
        authority.fault("tsa", "");
    }
    assert!(check(&seal_now(&seal).await.unwrap(), &authority).holds());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_stamp_proves_the_time_only_to_those_who_trust_its_authority() {
    let (authority, stranger) = (Authority::start(), Authority::start());
    let sealed = seal(&authority, (KeyKind::EcdsaP256, Padding::Pkcs1), Level::BT);
    let sealed = seal_now(&sealed).await.unwrap();
    let apart = trust(&authority).with_time_authorities(trust(&stranger));
    let verdict = verify(&sealed, &apart, Timestamp::now());
    assert_eq!(verdict.file, FileCheck::Unchanged);
    assert_eq!(verdict.time, TimeCheck::UnknownAuthority);
    assert_eq!(verdict.proven_time, None);
    assert!(!verdict.holds());
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_check_refuses_a_stamp_of_an_authority_we_do_not_trust() {
    let (authority, stranger) = (Authority::start(), Authority::start());
    let file = authority.signer("signer", KeyKind::EcdsaP256);
    let seal = Seal::open_or_create(&file, PASSWORD, Timestamp::now(), "").unwrap();
    let seal = Arc::new(seal.with_terms(terms(&stranger, Level::BT)));
    let refused = seal_now(&seal).await.unwrap_err();
    assert!(matches!(refused, SealError::LevelMissed(_)) && refused.waits());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stamped_seal_stays_good_when_its_certificate_has_run_out() {
    let authority = Authority::start();
    let seal = seal(&authority, (KeyKind::Rsa2048, Padding::Pkcs1), Level::BT);
    let sealed = seal_now(&seal).await.unwrap();
    let later = verify(&sealed, &trust(&authority), years_on(3));
    assert_eq!(
        (later.key, later.time),
        (KeyCheck::GoodThen, TimeCheck::Proven)
    );
    assert!(later.holds());
    let much_later = verify(&sealed, &trust(&authority), years_on(12));
    assert_eq!(much_later.time, TimeCheck::ProvenThen);
}

/// A seal that asks nobody, with the certificate of `name`.
pub(super) fn unasked(
    authority: &Authority,
    name: &str,
    level: Level,
    now: Timestamp,
) -> Arc<Seal> {
    let file = authority.pack(name);
    let seal = Seal::open_or_create(&file, PASSWORD, now, "").unwrap();
    let closed_network = true;
    Arc::new(seal.with_terms(Terms {
        closed_network,
        ..terms(authority, level)
    }))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_certificate_does_not_seal_and_fails_before_pyhanko_for_that_reason() {
    let authority = Authority::start();
    let hours_ago = |hours: u64| Timestamp::now() - Duration::from_secs(hours * 3600);
    authority.issue(
        "old",
        &Wanted {
            key: KeyKind::EcdsaP256,
            extensions: SIGNING,
            from: hours_ago(48),
            until: hours_ago(1),
        },
    );
    let then = hours_ago(2);
    let content = CopyContent {
        sealed_at: then,
        ..sample()
    };
    let composed = compose(&content).unwrap().pdf;
    let unstamped = unasked(&authority, "old", Level::BB, then);
    let sealed = unstamped
        .seal(&composed, &request(&content), then)
        .await
        .unwrap();
    let refused = unstamped
        .seal(&composed, &request(&content), Timestamp::now())
        .await;
    assert!(matches!(refused, Err(SealError::Unfit(Unfit::Expired))));
    let stamped = unasked(&authority, "old", Level::BT, then);
    let refused = stamped.seal(&composed, &request(&content), then).await;
    let late = matches!(refused, Err(SealError::Unfit(Unfit::Expired)));
    assert!(late, "our clock set back hides nothing: {refused:?}");
    let pdf = write(&authority, "old.pdf", &sealed);
    let findings = judge(&authority, &pdf, Level::BB);
    assert_eq!(findings["bottom_line"], false);
    assert_eq!(findings["problem"], "OUT_OF_BOUNDS_NO_POE", "{findings}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_certificate_fails_for_that_reason_before_pyhanko() {
    let authority = Authority::start();
    authority.signer("signer", KeyKind::EcdsaP256);
    authority.revoke("signer", Timestamp::now() - Duration::from_secs(600));
    let seal = unasked(&authority, "signer", Level::BT, Timestamp::now());
    let pdf = write(&authority, "revoked.pdf", &seal_now(&seal).await.unwrap());
    let list = reqwest::get(authority.crl())
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    let list = write(&authority, "revoked.crl", &list);
    let findings = judge_by(&authority, &pdf, Level::BT, Some(&list));
    assert_eq!(findings["bottom_line"], false);
    assert_eq!(findings["problem"], "REVOKED_NO_POE", "{findings}");
}
