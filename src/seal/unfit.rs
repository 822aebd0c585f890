//! Why a certificate may not seal.

use super::sentences::sentences;

/// Why a certificate's key may not be used at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
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

sentences! { Unfit in "seal.unfit" }
