//! Why a seal could not be opened or set, and whether waiting helps.

use std::path::PathBuf;

use super::pdf_file::PdfDamage;
use super::sentences::sentences;
use super::unfit::Unfit;

/// Why a token does not sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenFault {
    /// Nobody has given its PIN.
    PinMissing,
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
    PinMissing = "token_pin_missing", "Chưa có mã PIN của thiết bị ký; nhập ở trang Con dấu.", "its PIN has not been given; give it on the page of the seal";
    Module = "token_library", "Không nạp được thư viện PKCS#11 của thiết bị ký.", "its PKCS#11 library cannot be loaded";
    Absent = "token_absent", "Chưa cắm thiết bị ký, hoặc không có thiết bị nào mang nhãn đã cấu hình.", "none with that label is plugged in";
    PinWrong = "token_pin_wrong", "Mã PIN của thiết bị ký không đúng; không thử lại để thiết bị khỏi bị khoá.", "the PIN is wrong; it is not tried again, lest the token be locked";
    PinLastTry = "token_pin_last_try", "Thiết bị ký chỉ còn một lần nhập PIN; không thử tự động.", "one more wrong PIN would lock it, so none is tried";
    PinLocked = "token_pin_locked", "Thiết bị ký đã bị khoá.", "it is locked";
    KeyMissing = "token_key_missing", "Thiết bị ký không có khoá mang nhãn đã cấu hình.", "it holds no such key";
    SeveralKeys = "token_several_keys", "Thiết bị ký có nhiều khoá; hãy nêu nhãn của khoá.", "it holds several keys; name one";
    Failed = "token_failed", "Thiết bị ký không ký được.", "it failed to sign";
}

/// Why a key cannot be used at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyFault {
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
    Elsewhere,
    /// It gave no signature.
    SigningFailed,
    /// The thread that signed ended.
    BrokenOff,
    /// Certificates or signature cannot be written as DER.
    Unencodable,
    /// The test authority could not be made.
    TestAuthority,
    /// The system gave no random numbers.
    NoChance,
}

sentences! { KeyFault:
    Vanished = "vanished", "Tệp khoá biến mất trong khi được tạo.", "the key file vanished while it was made";
    FileTooLarge = "file_too_large", "Tệp khoá quá lớn.", "the key file is too large";
    NoKey = "no_key", "Tệp khoá không chứa khoá nào.", "the key file holds no key";
    Exposed = "exposed", "Ai trên máy này cũng đọc được tệp khoá; hãy chỉ để chủ của nó đọc.", "everyone on this machine can read it";
    NoCertificate = "no_certificate", "Khoá không kèm chứng thư số.", "it comes without a certificate";
    CertificateMalformed = "certificate_malformed", "Chứng thư số sai định dạng.", "a certificate is malformed";
    NoPath = "no_path", "Chuỗi chứng thư không dẫn tới chứng thư gốc của nó.", "its certificates do not lead to their root";
    WrongKind = "wrong_kind", "Khoá không phải ECDSA P-256 hay RSA từ 2048 bit.", "it is neither ECDSA P-256 nor RSA ≥ 2048";
    NotItsCertificate = "not_its_certificate", "Chứng thư số không phải của khoá này.", "it is not the certificate's key";
    Elsewhere = "elsewhere", "Khoá nằm trên thiết bị ký của người duyệt.", "it is on the approver's own machine";
    SigningFailed = "signing_failed", "Khoá không ký được.", "it failed to sign";
    BrokenOff = "broken_off", "Việc ký bị ngắt giữa chừng.", "signing broke off";
    Unencodable = "unencodable", "Chứng thư hoặc chữ ký không ghi được vào tệp.", "its certificates or signature cannot be encoded";
    TestAuthority = "test_authority", "Không tạo được chứng thư thử nghiệm.", "the test authority could not be made";
    NoChance = "no_chance", "Hệ thống không cấp được số ngẫu nhiên.", "the system gave no random numbers";
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
            SealError::KeyRefused(why) => why.sentence_vi(),
            SealError::KeyFile(_) => "Tệp khoá không mở được: sai mật khẩu hoặc hỏng.",
            SealError::KeyFileUnavailable { .. } => "Không đọc được tệp khoá.",
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
