//! What a check of a sealed file finds: separate answers, each with a stable code and a plain sentence.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::certificate::Certificate;
use super::pdf_file::PdfDamage;
use super::sentences::sentences;
use super::unfit::Unfit;
use crate::config::Level;

sentences! {
    /// Is the file as it was sealed?
    pub enum FileCheck in "seal.check.file" {
        /// Every byte is as it was sealed.
        Unchanged,
        /// The sealed part is intact, but something was added after sealing.
        AddedTo,
        /// Somebody else signed over an earlier seal: the newest signature covers the file, but what it covers is not
        /// what was sealed.
        SignedAgain,
        /// The seal does not fit the bytes.
        Altered,
        /// The seal rests on an algorithm or key too weak to prove anything.
        Weak,
        /// A PDF without a seal.
        NotSealed,
        /// The file is not a PDF.
        NotPdf,
        /// A PDF too damaged to look into, or sealed in a way this program does not know.
        Unreadable,
        /// A PDF that nobody can read without its password.
        Encrypted,
        /// Larger than this program looks at.
        TooLarge,
        /// Looking into it would cost more than one file may.
        TooComplex,
        /// The program that looked into it ended before it had an answer.
        CheckFailed,
    }
}

sentences! {
    /// Was the key good when it sealed?
    pub enum KeyCheck in "seal.check.key" {
        /// The certificate held at the stated time and allows signing.
        GoodThen,
        /// The certificate had run out at the stated time.
        Expired,
        /// The certificate did not hold yet at the stated time.
        NotYetValid,
        /// The certificate does not allow signing documents.
        NotForSigning,
        /// The key is weaker than the rules allow.
        TooWeak,
        /// The certificate had been revoked at that time.
        Revoked,
        /// The certificate was revoked later, and no time authority proves that the seal was set before.
        RevokedUnproven,
        /// The seal states no time.
        TimeUnknown,
        /// The seal states a time that has not come yet.
        TimeAhead,
        /// There was nothing to check.
        NotChecked,
    }
}

sentences! {
    /// Does somebody we trust vouch for the signer?
    pub enum TrustCheck in "seal.check.trust" {
        /// The chain ends at a trusted authority.
        Trusted,
        /// The chain ends at a self-made test authority that the trust file lists.
        TestAuthority,
        /// No trusted authority vouches for the signer.
        UnknownAuthority,
        /// There is a chain to a trusted name, but a link of it does not hold.
        ChainBroken,
        /// There was nothing to check.
        NotChecked,
    }
}

sentences! {
    /// Who vouches for the time of sealing?
    pub enum TimeCheck in "seal.check.time" {
        /// The seal itself states it, nobody else.
        Stated,
        /// A trusted time authority vouches for it.
        Proven,
        /// A trusted time authority vouched for it; its own certificate has run out since.
        ProvenThen,
        /// There is a time stamp, but no trusted authority stands behind it.
        UnknownAuthority,
        /// There is a time stamp of somebody who may not make any, or could not then.
        NotATimeAuthority,
        /// There is a time stamp of an authority whose certificate was revoked.
        AuthorityRevoked,
        /// There is a time stamp that rests on an algorithm or key too weak to prove anything.
        Weak,
        /// There was nothing to check.
        NotChecked,
    }
}

impl TimeCheck {
    /// True when somebody trusted vouches for the time.
    pub fn is_proof(self) -> bool {
        matches!(self, TimeCheck::Proven | TimeCheck::ProvenThen)
    }

    /// True when nothing speaks against the time.
    pub fn is_good(self) -> bool {
        self == TimeCheck::Stated || self.is_proof()
    }
}

sentences! {
    /// Is it the seal of the office one means?
    pub enum OfficeCheck in "seal.check.office" {
        /// Sealed with a certificate of the office; nothing of anybody else is in the file.
        Office,
        /// The office's seal is in it, and something of somebody else too.
        OthersToo,
        /// Sealed by somebody else.
        SomebodyElse,
        /// The office's certificate was not given.
        NotKnown,
        /// There was nothing to check.
        NotChecked,
    }
}

/// What a signature of the file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// It signs the content.
    Seal,
    /// It says when the file was there.
    TimeStamp,
}

/// One signature of the file, judged by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignatureFound {
    /// Name of its field; what is not printable is replaced.
    pub field: String,
    /// What it is for.
    pub purpose: Purpose,
    /// Does it fit what it covers, and is that all of the file?
    pub file: FileCheck,
    /// Whose it is; known only when it fits.
    pub signer: Option<Signer>,
    /// Was the key good at the time it states?
    pub key: KeyCheck,
    /// Does somebody we trust vouch for the signer?
    pub trust: TrustCheck,
    /// Who vouches for the time?
    pub time: TimeCheck,
    /// When: as an authority vouches, else as it states.
    pub at: Option<Timestamp>,
    /// Bytes from the beginning of the file up to which it covers it.
    pub covers: usize,
    /// Bytes that stand behind what it covers.
    pub added: usize,
}

impl SignatureFound {
    /// True when what it covers is as it was; more may stand behind it.
    fn fits(&self) -> bool {
        matches!(self.file, FileCheck::Unchanged | FileCheck::AddedTo)
    }
}

/// Who sealed, as the certificate says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signer {
    /// Common name of the certificate.
    pub name: String,
    /// Common name of its issuer.
    pub issuer: String,
    /// Serial number of the certificate, hexadecimal.
    pub serial: String,
    /// SHA-256 of the certificate, hexadecimal: what tells it from every other.
    pub sha256: String,
    /// First instant at which the certificate holds.
    pub valid_from: Timestamp,
    /// Last instant at which the certificate holds.
    pub valid_until: Timestamp,
}

/// All answers about one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Is the file as it was sealed?
    pub file: FileCheck,
    /// Who sealed it; known only when the seal fits the bytes.
    pub signer: Option<Signer>,
    /// Was the key good at the time the seal states?
    pub key: KeyCheck,
    /// Does somebody we trust vouch for the signer?
    pub trust: TrustCheck,
    /// Who vouches for the time of sealing?
    pub time: TimeCheck,
    /// The level of PAdES baseline that the file has the parts of.
    pub level: Option<Level>,
    /// The time the seal states: the sealer's word.
    pub stated_time: Option<Timestamp>,
    /// The time a trusted authority vouches for; the key is judged at this time where there is one.
    pub proven_time: Option<Timestamp>,
    /// Name of the time authority, trusted or not.
    pub time_authority: Option<String>,
    /// When the certificate behind the outermost time stamp runs out: a new one over it must be there before.
    pub provable_until: Option<Timestamp>,
    /// Bytes added after the sealed part.
    pub bytes_added: usize,
    /// Signatures found; the answers are about the one that covers most.
    pub signatures: usize,
    /// Is it the seal of the office one means?
    pub office: OfficeCheck,
    /// Each of them, in the order in which they were set.
    pub each: Vec<SignatureFound>,
}

impl Verdict {
    /// A verdict about a file in which no seal could be examined.
    pub fn without_seal(file: FileCheck) -> Verdict {
        Verdict {
            file,
            signer: None,
            key: KeyCheck::NotChecked,
            trust: TrustCheck::NotChecked,
            time: TimeCheck::NotChecked,
            level: None,
            stated_time: None,
            proven_time: None,
            time_authority: None,
            provable_until: None,
            bytes_added: 0,
            signatures: 0,
            office: OfficeCheck::NotChecked,
            each: Vec::new(),
        }
    }

    /// True when every answer is good. A test authority passes here; its sentence says it has no legal value.
    pub fn holds(&self) -> bool {
        self.file == FileCheck::Unchanged
            && self.key == KeyCheck::GoodThen
            && self.time.is_good()
            && matches!(self.trust, TrustCheck::Trusted | TrustCheck::TestAuthority)
            && self.each.iter().all(SignatureFound::fits)
    }
}

impl From<&Certificate> for Signer {
    fn from(certificate: &Certificate) -> Signer {
        let (valid_from, valid_until) = certificate.validity();
        Signer {
            name: printable(&certificate.subject()),
            issuer: printable(&certificate.issuer()),
            serial: certificate.serial(),
            sha256: hex::encode(certificate.digest()),
            valid_from,
            valid_until,
        }
    }
}

/// Most characters of a name a stranger wrote that are passed on.
const LONGEST_NAME: usize = 200;

/// The text without what would move a terminal's cursor, cut off where no name goes on.
pub(super) fn printable(text: &str) -> String {
    let shown = |letter: char| match letter.is_control() {
        true => char::REPLACEMENT_CHARACTER,
        false => letter,
    };
    text.chars().take(LONGEST_NAME).map(shown).collect()
}

impl From<PdfDamage> for FileCheck {
    fn from(damage: PdfDamage) -> FileCheck {
        match damage {
            PdfDamage::NotPdf => FileCheck::NotPdf,
            PdfDamage::TooLarge => FileCheck::TooLarge,
            PdfDamage::Encrypted => FileCheck::Encrypted,
            PdfDamage::Broken => FileCheck::Unreadable,
            PdfDamage::TooComplex => FileCheck::TooComplex,
        }
    }
}

impl From<Result<(), Unfit>> for KeyCheck {
    fn from(fit: Result<(), Unfit>) -> KeyCheck {
        match fit {
            Ok(()) => KeyCheck::GoodThen,
            Err(Unfit::Expired) => KeyCheck::Expired,
            Err(Unfit::NotYetValid) => KeyCheck::NotYetValid,
            Err(Unfit::NotForSigning) => KeyCheck::NotForSigning,
            Err(Unfit::TooWeak) => KeyCheck::TooWeak,
            Err(Unfit::Revoked) => KeyCheck::Revoked,
        }
    }
}
