//! Why a seal could not be opened or set, and whether waiting helps.

use std::path::PathBuf;

use super::pdf_file::PdfDamage;
use super::sentences::sentences;
use super::unfit::Unfit;
use crate::messages::{Lang, Message, Value, text};

sentences! {
    /// Why a token does not sign.
    #[strum(prefix = "token_")]
    pub enum TokenFault in "seal.token_fault" {
        /// Nobody has given its PIN.
        PinMissing,
        /// Its library cannot be loaded.
        Library,
        /// No token with that label is plugged in.
        Absent,
        /// The PIN is wrong; it is not tried a second time.
        PinWrong,
        /// One more wrong PIN would lock it, so none is tried.
        PinLastTry,
        /// It is locked after too many wrong tries; only its office can open it.
        PinLocked,
        /// It holds no such key.
        KeyMissing,
        /// It holds several keys, and none is named.
        SeveralKeys,
        /// It fails for another reason, which the log names.
        Failed,
    }
}

sentences! {
    /// Why a key cannot be used at all.
    pub enum KeyFault in "seal.key_fault" {
        /// The key file went away while it was made.
        Vanished,
        /// The key file is larger than any key.
        FileTooLarge,
        /// The key file holds none.
        NoKey,
        /// Everyone on this machine can read the key file.
        Exposed,
        /// No certificate comes with it.
        NoCertificate,
        /// A certificate is not strict DER.
        CertificateMalformed,
        /// The certificates do not lead to the last of them.
        NoPath,
        /// It is of a kind that may not seal.
        WrongKind,
        /// The certificate is of another key.
        NotItsCertificate,
        /// It is on somebody's own machine.
        Remote,
        /// It gave no signature.
        SigningFailed,
        /// The thread that signed ended.
        BrokenOff,
        /// Certificates or signature cannot be written as DER.
        Unencodable,
        /// The test authority could not be made.
        TestAuthority,
        /// The system gave no random numbers.
        RandomUnavailable,
    }
}

/// Why a seal could not be opened or set.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The key file cannot be read or written.
    #[error("key file {path}: {cause}")]
    KeyFileUnavailable {
        /// The file that was to be read or written.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The key file is damaged, or its password is wrong.
    #[error("the key file cannot be opened (wrong password or damaged): {0}")]
    KeyFile(String),
    /// The key cannot be used; the reason says why.
    #[error("the key is refused: {}", .0.sentence_en())]
    KeyRefused(KeyFault),
    /// There is no token whose PIN could be given.
    #[error("the key is not on a token")]
    NoToken,
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

    /// What to tell whoever waits for the copy; English has the cause with its details.
    pub fn message(&self) -> Message {
        let why = match self {
            SealError::Unfit(why) => why.sentence_vi(),
            SealError::Token(fault) => fault.sentence_vi(),
            SealError::KeyRefused(why) => why.sentence_vi(),
            SealError::TimeAuthority(_) => text(Lang::Vi, "seal.why.time_authority"),
            SealError::Evidence(_) => text(Lang::Vi, "seal.why.revocation_unknown"),
            SealError::LevelMissed(_) => text(Lang::Vi, "seal.why.level_missed"),
            SealError::KeyFile(_) => text(Lang::Vi, "seal.why.key_file"),
            SealError::KeyFileUnavailable { .. } => text(Lang::Vi, "seal.why.key_file_unreadable"),
            _ => text(Lang::Vi, "seal.why.other"),
        };
        let why = Value::pair(why, self.to_string());
        Message::new("seal.not_sealed_yet").with("why", why)
    }

    /// [`SealError::message`] rendered in Vietnamese.
    pub fn sentence_vi(&self) -> String {
        self.message().vi()
    }

    /// [`SealError::message`] rendered in English.
    pub fn sentence_en(&self) -> String {
        self.message().en()
    }
}
