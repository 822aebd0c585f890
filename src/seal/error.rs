//! Why a seal could not be opened or set, and whether waiting helps.

use std::path::PathBuf;

use super::certificate::Unfit;
use super::pdf_file::PdfDamage;
use super::verdict::sentences;

/// Why a token does not sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenFault {
    /// Its library cannot be loaded.
    Module,
    /// No token with that label is plugged in.
    Absent,
    /// The PIN is wrong; it is not tried a second time.
    PinWrong,
    /// One more wrong PIN would lock it, so none is tried.
    PinLastTry,
    /// It is locked.
    PinLocked,
    /// It holds no such key.
    KeyMissing,
    /// It holds several keys, and none is named.
    SeveralKeys,
    /// It fails for another reason, which the log names.
    Failed,
}

sentences! { TokenFault:
    Module = "token_library", "Không nạp được thư viện PKCS#11 của thiết bị ký.", "its PKCS#11 library cannot be loaded";
    Absent = "token_absent", "Chưa cắm thiết bị ký, hoặc không có thiết bị nào mang nhãn đã cấu hình.", "none with that label is plugged in";
    PinWrong = "token_pin_wrong", "Mã PIN của thiết bị ký không đúng; không thử lại để thiết bị khỏi bị khoá.", "the PIN is wrong; it is not tried again, lest the token be locked";
    PinLastTry = "token_pin_last_try", "Thiết bị ký chỉ còn một lần nhập PIN; không thử tự động.", "one more wrong PIN would lock it, so none is tried";
    PinLocked = "token_pin_locked", "Thiết bị ký đã bị khoá.", "it is locked";
    KeyMissing = "token_key_missing", "Thiết bị ký không có khoá mang nhãn đã cấu hình.", "it holds no such key";
    SeveralKeys = "token_several_keys", "Thiết bị ký có nhiều khoá; hãy nêu nhãn của khoá.", "it holds several keys; name one";
    Failed = "token_failed", "Thiết bị ký không ký được.", "it failed to sign";
}

/// Why a seal could not be opened or set.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The key file cannot be read or written.
    #[error("key file {path}: {cause}")]
    KeyFileUnavailable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The key file is damaged, or its password is wrong.
    #[error("the key file cannot be opened (wrong password or damaged): {0}")]
    KeyFile(String),
    /// The key cannot be used; the reason says why.
    #[error("the key is refused: {0}")]
    KeyRefused(&'static str),
    /// The certificate does not allow sealing at that instant.
    #[error("the certificate is refused: {}", .0.sentence_en())]
    Unfit(Unfit),
    /// The time authority gave no stamp that can be used.
    #[error("the time authority gave no time stamp: {0}")]
    TimeAuthority(String),
    /// Nobody could be brought to say that a certificate is not revoked.
    #[error("no proof that the certificates are not revoked: {0}")]
    Evidence(String),
    /// The token with the key cannot be used.
    #[error("the token: {}", .0.sentence_en())]
    Token(TokenFault),
    /// The file to seal is damaged.
    #[error("the file to seal: {0}")]
    Pdf(PdfDamage),
    /// The file to seal has a form this program does not seal.
    #[error("this program does not seal {0}")]
    Unsupported(&'static str),
    /// The file already has a field of that name.
    #[error("the file already has a signature field of that name")]
    FieldExists,
    /// The signature does not fit the reserved gap.
    #[error("the signature needs {need} bytes, the gap has {have}")]
    SignatureTooLarge {
        /// Bytes of the signature.
        need: usize,
        /// Bytes of the gap.
        have: usize,
    },
    /// Our own output did not verify; it must not be released.
    #[error("the sealed file fails its own check: {0}")]
    SelfCheck(&'static str),
    /// Our own output is whole, but does not prove what the wanted level promises.
    #[error("the sealed file does not reach its level: {0}")]
    LevelMissed(&'static str),
}

impl SealError {
    /// True when the fault lies outside the file: once somebody puts it right, the same file can be sealed.
    pub fn waits(&self) -> bool {
        !matches!(
            self,
            SealError::Pdf(_)
                | SealError::Unsupported(_)
                | SealError::FieldExists
                | SealError::SignatureTooLarge { .. }
                | SealError::SelfCheck(_)
        )
    }

    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            SealError::KeyFileUnavailable { .. }
            | SealError::KeyFile(_)
            | SealError::KeyRefused(_) => "seal_key",
            SealError::Unfit(Unfit::Expired) => "seal_certificate_expired",
            SealError::Unfit(Unfit::NotYetValid) => "seal_certificate_not_yet_valid",
            SealError::Unfit(Unfit::NotForSigning) => "seal_certificate_not_for_signing",
            SealError::Unfit(Unfit::TooWeak) => "seal_certificate_too_weak",
            SealError::Unfit(Unfit::Revoked) => "seal_certificate_revoked",
            SealError::TimeAuthority(_) => "time_authority",
            SealError::LevelMissed(_) => "seal_level",
            SealError::Evidence(_) => "seal_revocation_unknown",
            SealError::Token(fault) => fault.code(),
            _ => "seal",
        }
    }

    /// A sentence for whoever waits for the copy, in Vietnamese.
    pub fn sentence_vi(&self) -> String {
        let why = match self {
            SealError::Unfit(why) => why.sentence_vi(),
            SealError::TimeAuthority(_) => "Tổ chức cấp dấu thời gian chưa cấp được dấu thời gian.",
            SealError::Evidence(_) => {
                "Chưa hỏi được tổ chức chứng thực xem chứng thư số có bị thu hồi không."
            }
            SealError::Token(fault) => fault.sentence_vi(),
            SealError::LevelMissed(_) => "Chữ ký chưa đạt mức đã cấu hình.",
            _ => "Khoá ký của cơ quan chưa dùng được.",
        };
        format!(
            "Chưa ký được bản sao. {why} Bản sao được giữ lại chờ và sẽ được ký khi khắc phục xong."
        )
    }

    /// The same in English.
    pub fn sentence_en(&self) -> String {
        format!(
            "The copy is not sealed yet: {self}. It waits and is sealed once that is put right."
        )
    }
}
