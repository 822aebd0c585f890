//! Checking a sealed file: what the signature covers, whether it fits, whose key it was and who vouches for it.
//!
//! The file is hostile until proven otherwise: reading is bounded, the signature must leave out exactly its own
//! hexadecimal string and nothing else, and that string must hold exactly the signature.

#[cfg(test)]
mod revoked_key_tests;

use jiff::{SignedDuration, Timestamp};

use super::byte_range_coverage::{Coverage, SignatureField, covered_end, signatures, stated_time};
use super::cert_path::{self, Company, NoPath};
use super::certificate::Certificate;
use super::cms_check::{self, Signed};
use super::dss_revisions::{self, DssRevisions};
use super::earlier_signatures;
use super::examination::Examination;
use super::pdf_file::{PdfDamage, PdfFile};
use super::pdf_value::Dictionary;
use super::revocation::PathStatus;
use super::test_authority::TEST_AUTHORITY;
use super::time_check::{self, Proof};
use super::timestamp;
use super::trust::Trust;
use super::verdict::{
    FileCheck, KeyCheck, OfficeCheck, Purpose, SignatureFound, Signer, TimeCheck, TrustCheck,
    Verdict, printable,
};
use super::weak;

/// A clock may run this much ahead of ours.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(5);

/// Checks `bytes` as of `at`. Never fails: what cannot be checked is named in the verdict.
pub fn verify(bytes: &[u8], trust: &Trust, at: Timestamp) -> Verdict {
    let exam = Examination::default();
    let check = Check {
        bytes,
        trust,
        at,
        exam: &exam,
    };
    let verdict = check.whole();
    let overrun = exam.overrun().map(PdfDamage::from);
    match (verdict, overrun) {
        // What was found with too little left to spend says nothing.
        (_, Some(damage)) | (Err(damage), None) => Verdict::without_seal(damage.into()),
        (Ok(verdict), None) => verdict,
    }
}

/// One file held against those a verifier trusts.
struct Check<'a> {
    bytes: &'a [u8],
    trust: &'a Trust,
    at: Timestamp,
    exam: &'a Examination,
}

/// A signature that fits what it covers.
struct Fitting {
    signed: Signed,
    proof: Proof,
    stated: Option<Timestamp>,
}

impl Check<'_> {
    fn whole(&self) -> Result<Verdict, PdfDamage> {
        let file = PdfFile::open(self.bytes, self.exam)?;
        let mut found = signatures(&file, self.exam)?;
        let hidden = earlier_signatures::hidden(self.bytes, &found, self.exam)?;
        found.extend(hidden);
        found.sort_by_key(|one| covered_end(&one.signature));
        let (stamps, seals): (Vec<SignatureField>, Vec<SignatureField>) =
            found.into_iter().partition(SignatureField::is_time_stamp);
        let Some((outermost, inner)) = seals.split_last() else {
            return Ok(Verdict::without_seal(FileCheck::NotSealed));
        };
        let end = Coverage::of(&outermost.signature, self.bytes)
            .map_or(self.bytes.len(), |one| self.bytes.len() - one.added);
        let revisions = dss_revisions::read(self.bytes, end, &stamps, self.trust, self.exam);
        let mut verdict = self.seal(outermost, &revisions);
        let mut each: Vec<SignatureFound> = inner
            .iter()
            .map(|one| self.inner(one, &revisions))
            .collect();
        each.push(of_outermost(outermost, &verdict, end, self.bytes.len()));
        verdict.office = self.office(&verdict, &each);
        if verdict.file == FileCheck::Unchanged && !self.are_of_one(&each) {
            verdict.file = FileCheck::SignedAgain;
        }
        each.extend(stamps.iter().map(|one| self.stamp(one, &revisions)));
        each.sort_by_key(|one| one.covers);
        verdict.signatures = each.len();
        verdict.each = each;
        Ok(verdict)
    }

    /// The verdict on the outermost seal, and with it on the file.
    fn seal(&self, found: &SignatureField, revisions: &DssRevisions) -> Verdict {
        match self.fitting(&found.signature, revisions) {
            Ok(fitting) => self.verdict(&fitting, self.bytes.len() - revisions.end, revisions),
            Err(file) => Verdict::without_seal(file),
        }
    }

    /// A seal over which another stands: its own answers, and how much came after it.
    fn inner(&self, found: &SignatureField, revisions: &DssRevisions) -> SignatureFound {
        let covers = covered_end(&found.signature).unwrap_or(0);
        let added = self.bytes.len().saturating_sub(covers);
        let verdict = match self.fitting(&found.signature, revisions) {
            Ok(fitting) => self.verdict(&fitting, added, revisions),
            Err(file) => Verdict::without_seal(file),
        };
        of_outermost(found, &verdict, covers, self.bytes.len())
    }

    /// The signature, where it fits every byte that it must; else what is to be said of the file.
    fn fitting(
        &self,
        signature: &Dictionary,
        revisions: &DssRevisions,
    ) -> Result<Fitting, FileCheck> {
        let coverage = Coverage::of(signature, self.bytes).ok_or(FileCheck::Altered)?;
        let strict = match signature.name("SubFilter") {
            Some(b"ETSI.CAdES.detached") => true,
            Some(b"adbe.pkcs7.detached") => false,
            Some(kind) if weak::WEAK_KINDS.contains(&kind) => return Err(FileCheck::Weak),
            _ => return Err(FileCheck::Unreadable),
        };
        let (trust, exam) = (self.trust, self.exam);
        let parts = [coverage.before, coverage.after];
        let signed = cms_check::check(&coverage.signature, &parts, strict, exam);
        let signed = signed.ok_or_else(|| self.refusal(&coverage.signature, &parts))?;
        match cert_path::company(&signed.carried, trust.anchors(), exam) {
            Company::Damaged => return Err(FileCheck::Altered),
            Company::Weak => return Err(FileCheck::Weak),
            Company::Whole | Company::Unknown => {}
        }
        let proof = time_check::of_seal(&signed, revisions, trust, self.at, exam);
        Ok(Fitting {
            proof: proof.ok_or(FileCheck::Altered)?,
            stated: signature.get("M").and_then(stated_time),
            signed,
        })
    }

    /// What is to be said of a signature that does not hold.
    fn refusal(&self, signature: &[u8], parts: &[&[u8]]) -> FileCheck {
        match weak::rests_on_weak(signature, parts, self.exam) {
            true => FileCheck::Weak,
            false => FileCheck::Altered,
        }
    }

    fn verdict(&self, fitting: &Fitting, bytes_added: usize, revisions: &DssRevisions) -> Verdict {
        let (signed, proof, exam) = (&fitting.signed, &fitting.proof, self.exam);
        let time = proof.time.or(fitting.stated);
        let used = time.unwrap_or(self.at);
        let anchors = self.trust.anchors();
        let path = cert_path::find(&signed.signer, &signed.carried, anchors, used, exam);
        let links = path.as_deref().unwrap_or_default();
        let carried = revisions.evidence.of_path(links, used, used, exam);
        Verdict {
            file: match bytes_added {
                0 => FileCheck::Unchanged,
                _ => FileCheck::AddedTo,
            },
            key: self.key(fitting, links, revisions),
            trust: trust_check(&path),
            time: proof.check,
            level: Some(proof.level(carried == PathStatus::Proven, revisions)),
            signer: Some(Signer::from(&signed.signer)),
            stated_time: fitting.stated,
            proven_time: proof.time,
            time_authority: proof.authority.as_deref().map(printable),
            provable_until: proof.until,
            bytes_added,
            signatures: 1,
            office: self.whose(&signed.signer),
            each: Vec::new(),
        }
    }

    fn key(&self, fitting: &Fitting, links: &[Certificate], revisions: &DssRevisions) -> KeyCheck {
        let time = fitting.proof.time.or(fitting.stated);
        let used = time.unwrap_or(self.at);
        // Before which instant the seal is known to have been there: only a time authority can say.
        let known = fitting.proof.time.unwrap_or(self.at);
        let mut evidence = revisions.evidence.clone();
        evidence.add(self.trust.known().clone());
        let revoked = |by| evidence.of_path(links, used, by, self.exam) == PathStatus::Revoked;
        if revoked(used) {
            KeyCheck::Revoked
        } else if revoked(known) {
            KeyCheck::RevokedUnproven
        } else {
            key_check(&fitting.signed.signer, time, self.at)
        }
    }

    /// A time stamp over the file, judged by itself.
    fn stamp(&self, found: &SignatureField, revisions: &DssRevisions) -> SignatureFound {
        let coverage = Coverage::of(&found.signature, self.bytes);
        let stamp = coverage.as_ref().and_then(|one| {
            let parts = [one.before, one.after];
            timestamp::read(&one.signature, &parts, self.exam)
        });
        let covers = covered_end(&found.signature).unwrap_or(0);
        let added = self.bytes.len().saturating_sub(covers);
        let (evidence, at) = (&revisions.evidence, self.at);
        let time = stamp.as_ref().map_or(TimeCheck::NotChecked, |stamp| {
            time_check::believe(stamp, self.trust, evidence, at, self.exam).0
        });
        SignatureFound {
            field: printable(&found.field),
            purpose: Purpose::TimeStamp,
            file: match (&stamp, added) {
                (None, _) => self.stamp_refusal(coverage.as_ref()),
                (Some(_), 0) => FileCheck::Unchanged,
                (Some(_), _) => FileCheck::AddedTo,
            },
            key: KeyCheck::NotChecked,
            trust: TrustCheck::NotChecked,
            time,
            at: stamp.as_ref().map(|stamp| stamp.time),
            signer: stamp.map(|stamp| Signer::from(&stamp.authority.signer)),
            covers,
            added,
        }
    }

    fn stamp_refusal(&self, coverage: Option<&Coverage<'_>>) -> FileCheck {
        match coverage.is_some_and(|one| weak::token_rests_on_weak(&one.signature, self.exam)) {
            true => FileCheck::Weak,
            false => FileCheck::Altered,
        }
    }

    /// Whether all seals are of one signer, or all of the office. What one signer adds between two seals they
    /// answer for; what stands between the seals of two nobody answered for when the first was set.
    fn are_of_one(&self, seals: &[SignatureFound]) -> bool {
        let office: Vec<Signer> = self.trust.office().iter().map(Signer::from).collect();
        let Some(first) = seals.first() else {
            return true;
        };
        seals
            .iter()
            .all(|one| one.signer.is_some() && one.signer == first.signer)
            || seals
                .iter()
                .all(|one| one.signer.as_ref().is_some_and(|one| office.contains(one)))
            || seals.len() == 1
    }

    /// Whether one signer is the office.
    fn whose(&self, signer: &Certificate) -> OfficeCheck {
        match self.trust.office() {
            [] => OfficeCheck::NotKnown,
            office if office.iter().any(|one| one.digest() == signer.digest()) => {
                OfficeCheck::Office
            }
            _ => OfficeCheck::SomebodyElse,
        }
    }

    /// Whether the office alone stands behind the file, `each` being its seals.
    fn office(&self, outermost: &Verdict, each: &[SignatureFound]) -> OfficeCheck {
        let office: Vec<Signer> = self.trust.office().iter().map(Signer::from).collect();
        let is_office =
            |one: &SignatureFound| one.signer.as_ref().is_some_and(|one| office.contains(one));
        match outermost.office {
            OfficeCheck::NotKnown | OfficeCheck::NotChecked => outermost.office,
            OfficeCheck::Office
                if outermost.file == FileCheck::Unchanged && each.iter().all(is_office) =>
            {
                OfficeCheck::Office
            }
            _ if each.iter().any(is_office) => OfficeCheck::OthersToo,
            _ => OfficeCheck::SomebodyElse,
        }
    }
}

fn of_outermost(
    found: &SignatureField,
    verdict: &Verdict,
    covers: usize,
    length: usize,
) -> SignatureFound {
    SignatureFound {
        field: printable(&found.field),
        purpose: Purpose::Seal,
        file: verdict.file,
        signer: verdict.signer.clone(),
        key: verdict.key,
        trust: verdict.trust,
        time: verdict.time,
        at: verdict.proven_time.or(verdict.stated_time),
        covers,
        added: length.saturating_sub(covers),
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
