//! What we ourselves say of keys that were revoked or had run out, on files that carry the evidence and on files that
//! do not, to which the verifier brings a list; and that pyHanko says the same.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use sogoc::copy_pdf::compose;
use sogoc::seal::{KeyCheck, Level, Padding, TimeCheck, Unfit, Verdict, verify};

use super::levels::{content, judge_by, seal, seal_now, trust, unasked, write};
use crate::support::authority::{Authority, KeyKind, SIGNING, Wanted};
use crate::support::pyhanko;
use crate::support::wait::next_second;

const ECDSA: (KeyKind, Padding) = (KeyKind::EcdsaP256, Padding::Pkcs1);

fn ago(minutes: u64) -> Timestamp {
    Timestamp::now() - Duration::from_secs(60 * minutes)
}

/// The list of revoked certificates as of now.
async fn list(authority: &Authority) -> PathBuf {
    let list = reqwest::get(authority.crl()).await.unwrap();
    write(authority, "revoked.crl", &list.bytes().await.unwrap())
}

fn knowing(authority: &Authority, file: &[u8], list: &Path) -> Verdict {
    let list = std::fs::read(list).unwrap();
    let trust = trust(authority).knowing_list(&list).unwrap();
    verify(file, &trust, Timestamp::now())
}

/// What `sogoc verify --json` says, and its exit code.
fn at_the_command_line(
    authority: &Authority,
    pdf: &Path,
    list: Option<&Path>,
) -> (Option<i32>, Value) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sogoc"));
    command.args(["--json", "verify"]).arg(pdf);
    command.arg("--trust").arg(authority.root());
    let signer = authority.at("signer.pem");
    if signer.exists() {
        command.arg("--identity").arg(signer);
    }
    if let Some(list) = list {
        command.arg("--revoked").arg(list);
    }
    let said = command.output().unwrap();
    let answer = serde_json::from_slice(&said.stdout).unwrap();
    (said.status.code(), answer)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_revoked_before_sealing_is_revoked_to_whoever_knows_the_list() {
    let authority = Authority::start();
    authority.signer("signer", KeyKind::EcdsaP256);
    authority.revoke("signer", ago(10));
    let sealed = seal_now(&unasked(&authority, "signer", Level::BT, Timestamp::now())).await;
    let sealed = sealed.unwrap();
    let pdf = write(&authority, "copy.pdf", &sealed);
    let list = list(&authority).await;

    let unknowing = verify(&sealed, &trust(&authority), Timestamp::now());
    assert_eq!(
        unknowing.key,
        KeyCheck::GoodThen,
        "the file carries no evidence"
    );
    let verdict = knowing(&authority, &sealed, &list);
    assert_eq!(
        (verdict.key, verdict.level),
        (KeyCheck::Revoked, Some(Level::BT))
    );
    assert!(!verdict.holds());
    let (code, said) = at_the_command_line(&authority, &pdf, Some(&list));
    assert_eq!(
        (code, &said["verdict"]["key"]),
        (Some(1), &Value::from("revoked"))
    );
    let theirs = judge_by(&authority, &pdf, Level::BT, Some(&list));
    assert_eq!(theirs["problem"], "REVOKED_NO_POE", "{theirs}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_revoked_after_sealing_leaves_the_seal_good_where_the_time_is_proven() {
    let authority = Authority::start();
    authority.signer("signer", KeyKind::EcdsaP256);
    let of_level = |level| unasked(&authority, "signer", level, Timestamp::now());
    let stamped = seal_now(&of_level(Level::BT)).await.unwrap();
    let plain = seal_now(&of_level(Level::BB)).await.unwrap();
    next_second();
    authority.revoke("signer", Timestamp::now());
    let list = list(&authority).await;
    let verdict = knowing(&authority, &plain, &list);
    assert_eq!(verdict.key, KeyCheck::RevokedUnproven);
    assert!(!verdict.holds() && verdict.key.sentence_vi().contains("không có dấu thời gian"));
    assert!(knowing(&authority, &stamped, &list).holds());
}

/// The evidence comes into the file with a renewed time stamp, whose authority's list names the signer too.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_carries_a_later_revocation_of_its_key_stays_good() {
    let authority = Authority::start();
    let office = seal(&authority, ECDSA, Level::BLTA);
    let first = seal_now(&office).await.unwrap();
    next_second();
    authority.revoke("signer", Timestamp::now());
    authority.fault("ocsp", "down");
    let second = office.restamp(&first, Timestamp::now()).await.unwrap();
    let pdf = write(&authority, "copy.pdf", &second);
    let list = list(&authority).await;
    for verdict in [
        verify(&second, &trust(&authority), Timestamp::now()),
        knowing(&authority, &second, &list),
    ] {
        assert_eq!(
            (verdict.key, verdict.time),
            (KeyCheck::GoodThen, TimeCheck::Proven)
        );
        assert!(verdict.holds() && verdict.level == Some(Level::BLTA));
    }
    let (code, said) = at_the_command_line(&authority, &pdf, None);
    assert_eq!(
        (code, &said["verdict"]["key"]),
        (Some(0), &Value::from("good_then"))
    );
    let theirs = judge_by(&authority, &pdf, Level::BLTA, None);
    assert_eq!(theirs["outcome"], "AdESPassed.OK", "{theirs}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_authority_that_was_revoked_proves_nothing() {
    let authority = Authority::start();
    let sealed = seal_now(&seal(&authority, ECDSA, Level::BT)).await.unwrap();
    authority.revoke("tsa", ago(10));
    let verdict = knowing(&authority, &sealed, &list(&authority).await);
    assert_eq!(verdict.time, TimeCheck::AuthorityRevoked);
    assert!(!verdict.holds());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seal_set_after_its_certificate_ran_out_is_expired_then() {
    let authority = Authority::start();
    let wanted = Wanted {
        key: KeyKind::EcdsaP256,
        extensions: SIGNING,
        from: ago(3000),
        until: ago(60),
    };
    authority.issue("old", &wanted);
    let key = authority.pack("old");
    let pdf = write(&authority, "old.pdf", &compose(&content()).unwrap().pdf);
    pyhanko::sign(&pdf, &key, crate::support::authority::PASSWORD); // another program, which does not refuse
    let verdict = verify(
        &std::fs::read(&pdf).unwrap(),
        &trust(&authority),
        Timestamp::now(),
    );
    assert_eq!(verdict.key, KeyCheck::Expired);
    assert!(!verdict.holds());
    let (code, said) = at_the_command_line(&authority, &pdf, None);
    assert_eq!(
        (code, &said["verdict"]["key"]),
        (Some(1), &Value::from("expired"))
    );
}

#[test]
fn what_is_no_list_of_revoked_certificates_is_refused() {
    let authority = Authority::start();
    let root = std::fs::read(authority.root()).unwrap();
    for bad in [&b"<html>"[..], &root, b""] {
        assert!(trust(&authority).knowing_list(bad).is_err());
    }
}

#[test]
fn every_refusal_of_a_certificate_says_why_in_both_languages() {
    use sogoc::seal::{KeyFault, SealError, TokenFault};
    let unfit = [
        Unfit::Expired,
        Unfit::NotYetValid,
        Unfit::NotForSigning,
        Unfit::TooWeak,
        Unfit::Revoked,
    ]
    .map(SealError::Unfit);
    let key = [
        KeyFault::FileTooLarge,
        KeyFault::NoKey,
        KeyFault::Exposed,
        KeyFault::NoCertificate,
        KeyFault::CertificateMalformed,
        KeyFault::NoPath,
        KeyFault::WrongKind,
        KeyFault::NotItsCertificate,
    ]
    .map(SealError::KeyRefused);
    let token = [
        TokenFault::PinMissing,
        TokenFault::PinWrong,
        TokenFault::PinLastTry,
        TokenFault::PinLocked,
        TokenFault::Absent,
        TokenFault::KeyMissing,
    ]
    .map(SealError::Token);
    let all: Vec<SealError> = unfit.into_iter().chain(key).chain(token).collect();
    let vi: std::collections::HashSet<String> = all.iter().map(SealError::sentence_vi).collect();
    let en: std::collections::HashSet<String> = all.iter().map(SealError::sentence_en).collect();
    assert_eq!(
        (vi.len(), en.len()),
        (all.len(), all.len()),
        "each has words of its own"
    );
    assert!(vi.is_disjoint(&en));
    assert!(
        all.iter().all(SealError::waits),
        "none of them voids a copy"
    );
}
