//! Why a seal could not be opened or set, and whether waiting helps.

use std::path::PathBuf;

use super::certificate::Unfit;
use super::pdf_file::PdfDamage;

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
            _ => "seal",
        }
    }

    /// A sentence for whoever waits for the copy, in Vietnamese.
    pub fn sentence_vi(&self) -> String {
        let why = match self {
            SealError::Unfit(why) => why.sentence_vi(),
            SealError::TimeAuthority(_) => "Tổ chức cấp dấu thời gian chưa cấp được dấu thời gian.",
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
