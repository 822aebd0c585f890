//! B-LT and B-LTA: evidence from real responders, time stamps over the file, renewed, and every addition noticed.

use std::process::Command;
use std::sync::Arc;

use jiff::Timestamp;
use sogoc::copy_pdf::compose;
use sogoc::seal::{FileCheck, KeyCheck, Level, Padding, Seal, SealError, TimeCheck, Unfit, verify};

use super::levels::{SCHEMES, content, is_good, judge, seal, seal_now, trust, write, years_on};
use super::request;
use crate::copy_pdf::ask;
use crate::support::authority::{Authority, KeyKind};
use crate::support::{pip, pyhanko};

const ECDSA: (KeyKind, Padding) = (KeyKind::EcdsaP256, Padding::Pkcs1);

#[tokio::test(flavor = "multi_thread")]
async fn long_term_seals_hold_before_pyhanko_poppler_and_ourselves_with_every_kind_of_key() {
    let authority = Authority::start();
    for (kind, padding, mechanism) in SCHEMES {
        for level in [Level::BLT, Level::BLTA] {
            let sealed = seal_now(&seal(&authority, (kind, padding), level))
                .await
                .unwrap();
            let verdict = verify(&sealed, &trust(&authority), Timestamp::now());
            assert!(verdict.holds(), "{level:?}: {verdict:?}");
            assert_eq!(
                (verdict.level, verdict.time),
                (Some(level), TimeCheck::Proven)
            );
            assert_eq!(verdict.signatures, if level == Level::BLTA { 2 } else { 1 });

            let pdf = write(&authority, "copy.pdf", &sealed);
            let findings = judge(&authority, &pdf, level);
            assert!(is_good(&findings), "{level:?}: {findings}");
            assert_eq!(findings["mechanism"], mechanism);
            assert_eq!(findings["stamps"], if level == Level::BLTA { 1 } else { 0 });
            assert_eq!(findings["modification"], "LTA_UPDATES", "{findings}");
            let said = ask("pdfsig", &[], &pdf, &[]);
            assert!(said.contains("Signature is Valid."), "{said}");
            ask("qpdf", &["--check"], &pdf, &[]);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_added_behind_a_long_term_seal_is_reported_as_such() {
    let authority = Authority::start();
    for level in [Level::BLT, Level::BLTA] {
        let sealed = seal_now(&seal(&authority, ECDSA, level)).await.unwrap();
        let pdf = write(&authority, "copy.pdf", &sealed);
        pyhanko::append_update(&pdf);
        let updated = std::fs::read(&pdf).unwrap();
        let verdict = verify(&updated, &trust(&authority), Timestamp::now());
        assert_eq!(verdict.file, FileCheck::AddedTo, "{level:?}");
        assert!(verdict.bytes_added >= updated.len() - sealed.len());
        assert!(!verdict.holds());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_byte_behind_the_seal_is_detected_at_every_level() {
    let authority = Authority::start();
    for level in [Level::BLT, Level::BLTA] {
        let sealed = seal_now(&seal(&authority, ECDSA, level)).await.unwrap();
        let trust = trust(&authority);
        let end = b"%%EOF\n";
        let first = sealed
            .windows(end.len())
            .position(|here| here == end)
            .unwrap();
        for at in (first + 7..sealed.len()).step_by(97) {
            for flip in [0x01, 0x20] {
                let mut changed = sealed.clone();
                changed[at] ^= flip;
                let verdict = verify(&changed, &trust, Timestamp::now());
                assert!(!verdict.holds(), "{level:?} byte {at}: {verdict:?}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_certificate_does_not_seal_and_a_seal_set_before_stays_good() {
    let authority = Authority::start();
    let seal = seal(&authority, ECDSA, Level::BLTA);
    let before = seal_now(&seal).await.unwrap();
    authority.revoke("signer", Timestamp::now());
    let refused = seal_now(&seal).await.unwrap_err();
    assert!(
        matches!(refused, SealError::Unfit(Unfit::Revoked)),
        "{refused}"
    );
    assert!(refused.sentence_vi().contains("thu hồi") && refused.waits());
    authority.fault("ocsp", "down");
    let refused = seal_now(&seal).await.unwrap_err();
    assert!(
        matches!(refused, SealError::Unfit(Unfit::Revoked)),
        "by the list: {refused}"
    );
    let verdict = verify(&before, &trust(&authority), Timestamp::now());
    assert!(verdict.holds() && verdict.key == KeyCheck::GoodThen);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_proof_that_nothing_is_revoked_nothing_is_sealed_at_a_lower_level() {
    let authority = Authority::start();
    let seal = seal(&authority, ECDSA, Level::BLT);
    authority.fault("ocsp", "garbage");
    let by_list = seal_now(&seal).await.unwrap();
    assert!(verify(&by_list, &trust(&authority), Timestamp::now()).holds());
    for fault in ["down", "garbage"] {
        authority.fault("crl", fault);
        let refused = seal_now(&seal).await.unwrap_err();
        assert!(
            matches!(refused, SealError::Evidence(_)) && refused.waits(),
            "{refused}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewed_time_stamp_covers_the_older_one_and_every_sealed_byte() {
    let authority = Authority::start();
    let seal: Arc<Seal> = seal(&authority, ECDSA, Level::BLTA);
    let first = seal_now(&seal).await.unwrap();
    let second = seal.restamp(&first, Timestamp::now()).await.unwrap();
    assert!(second.starts_with(&first), "nothing sealed is touched");
    let verdict = verify(&second, &trust(&authority), Timestamp::now());
    assert!(
        verdict.holds() && verdict.level == Some(Level::BLTA),
        "{verdict:?}"
    );
    assert_eq!(verdict.signatures, 3);
    let pdf = write(&authority, "copy.pdf", &second);
    let findings = judge(&authority, &pdf, Level::BLTA);
    assert_eq!(findings["outcome"], "AdESPassed.OK", "{findings}");
    assert_eq!(findings["stamps"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_term_seal_stays_good_when_its_certificate_has_run_out_and_says_until_when() {
    let authority = Authority::start();
    let sealed = seal_now(&seal(&authority, ECDSA, Level::BLTA))
        .await
        .unwrap();
    let later = verify(&sealed, &trust(&authority), years_on(5));
    assert!(
        later.holds() && later.level == Some(Level::BLTA),
        "{later:?}"
    );
    let until = later.provable_until.unwrap();
    assert!(until > years_on(9) && until < years_on(11), "{until}");
}

/// Signs with openssl, as a program on the approver's machine would: nothing but the bytes to sign goes out, nothing
/// but the signature comes back.
fn sign_remotely(
    authority: &Authority,
    padding: Padding,
    kind: KeyKind,
    to_sign: &[u8],
) -> Vec<u8> {
    let [asked, answered] = ["asked.bin", "answered.bin"].map(|name| authority.at(name));
    std::fs::write(&asked, to_sign).unwrap();
    let mut sign = Command::new("openssl");
    sign.args(["dgst", "-sha256", "-sign"])
        .arg(authority.at("signer.key"));
    if (kind, padding) == (KeyKind::Rsa2048, Padding::Pss) {
        sign.args([
            "-sigopt",
            "rsa_padding_mode:pss",
            "-sigopt",
            "rsa_pss_saltlen:32",
        ]);
    }
    pip::run(sign.arg("-out").arg(&answered).arg(&asked));
    std::fs::read(answered).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_remote_signature_over_what_was_prepared_holds_and_any_other_is_refused() {
    let authority = Authority::start();
    let content = content();
    let composed = compose(&content).unwrap().pdf;
    for (kind, padding, mechanism) in SCHEMES {
        for level in Level::ALL {
            let seal = seal(&authority, (kind, padding), level);
            let draft = seal.draft(&composed, &request(&content)).unwrap();
            let signature = sign_remotely(&authority, padding, kind, draft.to_sign());
            let other = sign_remotely(&authority, padding, kind, b"something else");
            let refused = seal.finish(draft.clone(), &other, Timestamp::now()).await;
            assert!(
                matches!(refused, Err(SealError::SelfCheck("altered"))),
                "{level:?}"
            );

            let sealed = seal
                .finish(draft, &signature, Timestamp::now())
                .await
                .unwrap();
            let pdf = write(&authority, "copy.pdf", &sealed);
            let findings = judge(&authority, &pdf, level);
            assert!(is_good(&findings), "{level:?}: {findings}");
            assert_eq!(findings["mechanism"], mechanism);
        }
    }
}
