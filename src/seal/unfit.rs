//! Why a certificate may not seal.

use super::sentences::sentences;

sentences! {
    /// Why a certificate's key may not be used at an instant.
    pub enum Unfit in "seal.unfit" {
        /// The certificate has run out.
        Expired,
        /// The certificate does not hold yet.
        NotYetValid,
        /// It names its uses, and signing documents is not among them.
        NotForSigning,
        /// Its key is shorter than the rules allow, or of a kind they do not name.
        TooWeak,
        /// Its issuer has revoked it.
        Revoked,
    }
}
