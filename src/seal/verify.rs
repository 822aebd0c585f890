//! Checking a sealed file: what the signature covers, whether it fits, whose key it was and who vouches for it.
//!
//! The file is hostile until proven otherwise: reading is bounded, the signature must leave out exactly its own
//! hexadecimal string and nothing else, and that string must hold exactly the signature.

#[cfg(test)]
mod carried;

use jiff::{SignedDuration, Timestamp};

use super::certificate::Certificate;
use super::cms_check;
use super::coverage::{Coverage, Found, covered_end, signatures, stated_time};
use super::layers::{self, Layers};
use super::path::{self, Company, NoPath};
use super::pdf_file::PdfFile;
use super::pdf_value::Dictionary;
use super::revocation::PathStatus;
use super::test_authority::TEST_AUTHORITY;
use super::time_check;
use super::trust::Trust;
use super::verdict::{FileCheck, KeyCheck, Signer, TrustCheck, Verdict};

/// A clock may run this much ahead of ours.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(5);

/// Checks `bytes` as of `at`. Never fails: what cannot be checked is named in the verdict.
pub fn verify(bytes: &[u8], trust: &Trust, at: Timestamp) -> Verdict {
    let found = PdfFile::open(bytes).and_then(|file| signatures(&file));
    let found = match found {
        Ok(found) => found,
        Err(damage) => return Verdict::without_seal(damage.into()),
    };
    let signatures = found.len();
    let (stamps, seals): (Vec<Found>, Vec<Found>) =
        found.into_iter().partition(Found::is_time_stamp);
    let outermost = seals
        .into_iter()
        .max_by_key(|seal| covered_end(&seal.signature).unwrap_or(0));
    let Some(seal) = outermost else {
        return Verdict::without_seal(FileCheck::NotSealed);
    };
    let verdict = match Coverage::of(&seal.signature, bytes) {
        Some(coverage) => {
            let layers = layers::read(bytes, bytes.len() - coverage.added, &stamps, trust);
            examine(
                &seal.signature,
                &coverage,
                bytes.len() - layers.end,
                &layers,
                trust,
                at,
            )
        }
        None => Verdict::without_seal(FileCheck::Altered),
    };
    Verdict {
        signatures,
        ..verdict
    }
}

fn examine(
    signature: &Dictionary,
    coverage: &Coverage<'_>,
    bytes_added: usize,
    layers: &Layers,
    trust: &Trust,
    at: Timestamp,
) -> Verdict {
    let strict = match signature.name("SubFilter") {
        Some(b"ETSI.CAdES.detached") => true,
        Some(b"adbe.pkcs7.detached") => false,
        _ => return Verdict::without_seal(FileCheck::Unreadable),
    };
    let parts = [coverage.before, coverage.after];
    let signed = cms_check::check(&coverage.signature, &parts, strict)
        .filter(|signed| path::company(&signed.carried, trust.anchors()) != Company::Damaged);
    let proof = signed
        .as_ref()
        .map(|signed| time_check::of_seal(signed, layers, trust, at));
    let (Some(signed), Some(Some(proof))) = (signed, proof) else {
        return Verdict::without_seal(FileCheck::Altered);
    };
    let stated_time = signature.get("M").and_then(stated_time);
    let time = proof.time.or(stated_time);
    let path = path::find(
        &signed.signer,
        &signed.carried,
        trust.anchors(),
        time.unwrap_or(at),
    );
    let links = path.as_deref().unwrap_or_default();
    let used = time.unwrap_or(at);
    let carried = layers.evidence.of_path(links, used, used);
    let mut evidence = layers.evidence.clone();
    evidence.add(trust.known().clone());
    // Before which instant the seal is known to have been there: only a time authority can say.
    let known = proof.time.unwrap_or(at);
    Verdict {
        file: if bytes_added == 0 {
            FileCheck::Unchanged
        } else {
            FileCheck::AddedTo
        },
        key: if evidence.of_path(links, used, used) == PathStatus::Revoked {
            KeyCheck::Revoked
        } else if evidence.of_path(links, used, known) == PathStatus::Revoked {
            KeyCheck::RevokedUnproven
        } else {
            key_check(&signed.signer, time, at)
        },
        trust: trust_check(&path),
        time: proof.check,
        level: Some(proof.level(carried == PathStatus::Proven, layers)),
        signer: Some(Signer::from(&signed.signer)),
        stated_time,
        proven_time: proof.time,
        time_authority: proof.authority,
        provable_until: proof.until,
        bytes_added,
        signatures: 1,
    }
}

fn key_check(signer: &Certificate, sealed: Option<Timestamp>, at: Timestamp) -> KeyCheck {
    match sealed {
        None => KeyCheck::TimeUnknown,
        Some(sealed) if sealed.duration_since(at) > CLOCK_SKEW => KeyCheck::TimeAhead,
        Some(sealed) => signer.fit_for_sealing(sealed).into(),
    }
}

/// Whether a chain leads to an anchor that holds at the time of sealing.
fn trust_check(path: &Result<Vec<Certificate>, NoPath>) -> TrustCheck {
    match path {
        Ok(path) if path.iter().any(|link| link.subject() == TEST_AUTHORITY) => {
            TrustCheck::TestAuthority
        }
        Ok(_) => TrustCheck::Trusted,
        Err(NoPath::UnknownAuthority) => TrustCheck::UnknownAuthority,
        Err(NoPath::Broken) => TrustCheck::ChainBroken,
    }
}
