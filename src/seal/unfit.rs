//! Why a certificate may not seal.

use super::sentences::sentences;

/// Why a certificate's key may not be used at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// The certificate has run out.
    Expired,
    /// The certificate does not hold yet.
    NotYetValid,
    /// It names its uses, and signing documents is none of them.
    NotForSigning,
    /// Its key is shorter than the rules allow, or of a kind they do not name.
    TooWeak,
    /// Its issuer has revoked it.
    Revoked,
}

sentences! { Unfit:
    Expired = "expired", "Chứng thư số đã hết hạn.", "it has expired";
    NotYetValid = "not_yet_valid", "Chứng thư số chưa có hiệu lực.", "it is not valid yet";
    NotForSigning = "not_for_signing", "Chứng thư số không được cấp để ký tài liệu.", "it is not meant for signing documents";
    TooWeak = "too_weak", "Khoá của chứng thư số yếu hơn mức quy định (RSA từ 2048 bit, ECDSA từ 256 bit).", "its key is weaker than the rules allow (RSA from 2048 bits, ECDSA from 256)";
    Revoked = "revoked", "Chứng thư số đã bị thu hồi.", "it has been revoked";
}
