//! What a check of a sealed file finds: separate answers, each with a stable code and a plain sentence.

use jiff::Timestamp;
use serde::Serialize;

use super::certificate::{Certificate, Unfit};
use super::pdf_file::PdfDamage;

/// Is the file as it was sealed?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
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
}

/// Was the key good when it sealed?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
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
    /// The seal states no time.
    TimeUnknown,
    /// The seal states a time that has not come yet.
    TimeAhead,
    /// There was nothing to check.
    NotChecked,
}

/// Does somebody we trust vouch for the signer?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
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

/// Who sealed, as the certificate says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Signer {
    /// Common name of the certificate.
    pub name: String,
    /// Common name of its issuer.
    pub issuer: String,
    /// Serial number, hexadecimal.
    pub serial: String,
    /// First instant at which the certificate holds.
    pub valid_from: Timestamp,
    /// Last instant at which the certificate holds.
    pub valid_until: Timestamp,
}

/// All answers about one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Is the file as it was sealed?
    pub file: FileCheck,
    /// Who sealed it; known only when the seal fits the bytes.
    pub signer: Option<Signer>,
    /// Was the key good at the time the seal states?
    pub key: KeyCheck,
    /// Does somebody we trust vouch for the signer?
    pub trust: TrustCheck,
    /// The time the seal states; the signer's word until a timestamp authority attests it.
    pub stated_time: Option<Timestamp>,
    /// Bytes added after the sealed part.
    pub bytes_added: usize,
    /// Signatures found; the answers are about the one that covers most.
    pub signatures: usize,
}

impl Verdict {
    /// A verdict about a file in which no seal could be examined.
    pub(super) fn without_seal(file: FileCheck) -> Verdict {
        Verdict {
            file,
            signer: None,
            key: KeyCheck::NotChecked,
            trust: TrustCheck::NotChecked,
            stated_time: None,
            bytes_added: 0,
            signatures: 0,
        }
    }

    /// True when every answer is good. A test authority passes here; its sentence says it has no legal value.
    pub fn holds(&self) -> bool {
        self.file == FileCheck::Unchanged
            && self.key == KeyCheck::GoodThen
            && matches!(self.trust, TrustCheck::Trusted | TrustCheck::TestAuthority)
    }
}

impl From<&Certificate> for Signer {
    fn from(certificate: &Certificate) -> Signer {
        let (valid_from, valid_until) = certificate.validity();
        Signer {
            name: certificate.subject(),
            issuer: certificate.issuer(),
            serial: certificate.serial(),
            valid_from,
            valid_until,
        }
    }
}

impl From<PdfDamage> for FileCheck {
    fn from(damage: PdfDamage) -> FileCheck {
        match damage {
            PdfDamage::NotPdf => FileCheck::NotPdf,
            PdfDamage::TooLarge => FileCheck::TooLarge,
            PdfDamage::Encrypted => FileCheck::Encrypted,
            PdfDamage::Broken => FileCheck::Unreadable,
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
        }
    }
}

/// One row a variant: stable code, Vietnamese sentence, English sentence.
macro_rules! sentences {
    ($type:ident: $($variant:ident = $code:literal, $vi:literal, $en:literal;)+) => {
        impl $type {
            /// A stable word for programs.
            pub fn code(self) -> &'static str {
                match self { $($type::$variant => $code,)+ }
            }

            /// A sentence for people, in Vietnamese.
            pub fn sentence_vi(self) -> &'static str {
                match self { $($type::$variant => $vi,)+ }
            }

            /// The same sentence in English.
            pub fn sentence_en(self) -> &'static str {
                match self { $($type::$variant => $en,)+ }
            }
        }
    };
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
}

sentences! { KeyCheck:
    GoodThen = "good_then", "Chứng thư số còn hiệu lực tại thời điểm ký ghi trong tệp.", "The certificate was valid at the stated time of sealing.";
    Expired = "expired", "Chứng thư số đã hết hạn tại thời điểm ký ghi trong tệp.", "The certificate had expired at the stated time of sealing.";
    NotYetValid = "not_yet_valid", "Chứng thư số chưa có hiệu lực tại thời điểm ký ghi trong tệp.", "The certificate was not yet valid at the stated time of sealing.";
    NotForSigning = "not_for_signing", "Chứng thư số không được cấp để ký tài liệu.", "The certificate is not meant for signing documents.";
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

sentences! { Unfit:
    Expired = "expired", "Chứng thư số đã hết hạn.", "it has expired";
    NotYetValid = "not_yet_valid", "Chứng thư số chưa có hiệu lực.", "it is not valid yet";
    NotForSigning = "not_for_signing", "Chứng thư số không được cấp để ký tài liệu.", "it is not meant for signing documents";
}
