//! What a check of a sealed file finds: separate answers, each with a stable code and a plain sentence.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::certificate::Certificate;
use super::pdf_file::PdfDamage;
use super::sentences::sentences;
use super::unfit::Unfit;
use crate::config::Level;

/// Is the file as it was sealed?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileCheck {
    /// Every byte is as it was sealed.
    Unchanged,
    /// The sealed part is intact, but something was added after sealing.
    AddedTo,
    /// The seal does not fit the bytes.
    Altered,
    /// A PDF without a seal.
    NotSealed,
    /// Not a PDF.
    NotPdf,
    /// A PDF too damaged to look into, or sealed in a way this program does not know.
    Unreadable,
    /// An encrypted PDF.
    Encrypted,
    /// Larger than this program looks at.
    TooLarge,
    /// Looking into it would cost more than one file may.
    TooComplex,
    /// The program that looked into it ended before it had an answer.
    CheckFailed,
}

/// Was the key good when it sealed?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyCheck {
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

/// Does somebody we trust vouch for the signer?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrustCheck {
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

/// Who vouches for the time of sealing?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeCheck {
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
    /// There was nothing to check.
    NotChecked,
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

/// Is it the seal of the office one means?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfficeCheck {
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
    /// Bytes behind that.
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
    /// Serial number, hexadecimal.
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

sentences! { FileCheck:
    Unchanged = "unchanged", "Tệp còn nguyên vẹn như khi được ký.", "The file is exactly as it was sealed.";
    AddedTo = "added_to", "Phần đã ký còn nguyên, nhưng có nội dung được thêm vào sau khi ký.", "The sealed part is intact, but something was added after sealing.";
    Altered = "altered", "Tệp đã bị thay đổi sau khi ký, hoặc chữ ký không hợp lệ.", "The file was changed after sealing, or the seal is not valid.";
    NotSealed = "not_sealed", "Tệp PDF này không có chữ ký số.", "This PDF carries no seal.";
    NotPdf = "not_pdf", "Tệp này không phải là PDF.", "This file is not a PDF.";
    Unreadable = "unreadable", "Tệp PDF bị hỏng hoặc được ký theo cách chưa hỗ trợ.", "The PDF is damaged, or sealed in a way not supported here.";
    Encrypted = "encrypted", "Tệp PDF được đặt mật khẩu nên không kiểm tra được.", "The PDF is encrypted and cannot be checked.";
    TooLarge = "too_large", "Tệp quá lớn để kiểm tra.", "The file is too large to check.";
    TooComplex = "too_complex", "Tệp có cấu trúc quá phức tạp so với một bản sao nên không được kiểm tra.", "The file is far more complex than any copy, so it is not checked.";
    CheckFailed = "check_failed", "Chưa kiểm tra được tệp này: bộ kiểm tra dừng giữa chừng.", "This file could not be checked: the check ended half-way.";
}

sentences! { OfficeCheck:
    Office = "office", "Con dấu đúng là của cơ quan này và trong tệp không có gì của người khác.", "The seal is this office's own, and nothing of anybody else is in the file.";
    OthersToo = "others_too", "Tệp có con dấu của cơ quan này nhưng còn có chữ ký hoặc nội dung của người khác.", "The office's seal is in the file, and a signature or content of somebody else too.";
    SomebodyElse = "somebody_else", "Chữ ký không phải của cơ quan này.", "The seal is not this office's.";
    NotKnown = "not_known", "Chưa nêu chứng thư của cơ quan nên không biết con dấu có phải của cơ quan đó hay không.", "The office's certificate was not given, so whether the seal is the office's is not known.";
    NotChecked = "not_checked", "Không có con dấu nào để đối chiếu với cơ quan.", "There is no seal to hold against the office.";
}

sentences! { KeyCheck:
    GoodThen = "good_then", "Chứng thư số còn hiệu lực tại thời điểm ký.", "The certificate was valid at the time of sealing.";
    Expired = "expired", "Chứng thư số đã hết hạn tại thời điểm ký.", "The certificate had expired at the time of sealing.";
    NotYetValid = "not_yet_valid", "Chứng thư số chưa có hiệu lực tại thời điểm ký.", "The certificate was not yet valid at the time of sealing.";
    NotForSigning = "not_for_signing", "Chứng thư số không được cấp để ký tài liệu.", "The certificate is not meant for signing documents.";
    TooWeak = "too_weak", "Khoá ký yếu hơn mức quy định (RSA từ 2048 bit, ECDSA từ 256 bit).", "The key is weaker than the rules allow (RSA from 2048 bits, ECDSA from 256).";
    Revoked = "revoked", "Chứng thư số đã bị thu hồi trước thời điểm ký.", "The certificate had been revoked before the time of sealing.";
    RevokedUnproven = "revoked_unproven", "Chứng thư số đã bị thu hồi, và không có dấu thời gian chứng minh tệp được ký trước đó.", "The certificate was revoked, and no time stamp proves that the file was sealed before.";
    TimeUnknown = "time_unknown", "Chữ ký không ghi thời điểm ký.", "The seal states no time of sealing.";
    TimeAhead = "time_ahead", "Thời điểm ký ghi trong tệp nằm ở tương lai.", "The stated time of sealing lies in the future.";
    NotChecked = "not_checked", "Chưa kiểm tra được chứng thư số.", "The certificate could not be checked.";
}

sentences! { TrustCheck:
    Trusted = "trusted", "Người ký được một tổ chức chứng thực tin cậy xác nhận.", "A trusted authority vouches for the signer.";
    TestAuthority = "test_authority", "Ký bằng chứng thư thử nghiệm: không có giá trị pháp lý.", "Sealed with a test certificate: no legal value.";
    UnknownAuthority = "unknown_authority", "Không có tổ chức chứng thực tin cậy nào xác nhận người ký.", "No trusted authority vouches for the signer.";
    ChainBroken = "chain_broken", "Chuỗi chứng thực của người ký không hợp lệ.", "The signer's chain of certificates does not hold.";
    NotChecked = "not_checked", "Chưa kiểm tra được tổ chức chứng thực.", "The authority could not be checked.";
}

sentences! { TimeCheck:
    Stated = "stated", "Thời điểm ký do bên ký ghi, chưa có tổ chức cấp dấu thời gian xác nhận.", "The time is the sealer's word; no time authority vouches for it.";
    Proven = "proven", "Thời điểm ký được tổ chức cấp dấu thời gian tin cậy xác nhận.", "A trusted time authority vouches for the time.";
    ProvenThen = "proven_then", "Thời điểm ký được tổ chức cấp dấu thời gian tin cậy xác nhận; chứng thư của tổ chức ấy nay đã hết hạn.", "A trusted time authority vouched for the time; its own certificate has run out since.";
    UnknownAuthority = "unknown_authority", "Có dấu thời gian nhưng không rõ tổ chức cấp có đáng tin cậy không.", "There is a time stamp, but no trusted authority stands behind it.";
    NotATimeAuthority = "not_a_time_authority", "Dấu thời gian do bên không được phép cấp tạo ra.", "The time stamp was made by somebody who may not make any.";
    AuthorityRevoked = "authority_revoked", "Chứng thư của tổ chức cấp dấu thời gian đã bị thu hồi.", "The time authority's certificate was revoked.";
    NotChecked = "not_checked", "Chưa kiểm tra được thời điểm ký.", "The time could not be checked.";
}
