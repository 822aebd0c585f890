//! The baseline levels of PAdES (ETSI EN 319 142-1, clause 6) and the padding of RSA signatures.

use serde::{Deserialize, Serialize};

/// A baseline level: how long a seal can be proven. Each level includes the one before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Level {
    /// Signature and certificates; the time is only claimed by the signer.
    #[default]
    #[serde(rename = "B-B")]
    BB,
    /// A time stamp of a time authority proves when the file was sealed.
    #[serde(rename = "B-T")]
    BT,
    /// The file carries the proof that no certificate was revoked.
    #[serde(rename = "B-LT")]
    BLT,
    /// A time stamp over all of it, renewed before its own certificate runs out.
    #[serde(rename = "B-LTA")]
    BLTA,
}

impl Level {
    /// All levels, lowest first.
    pub const ALL: [Level; 4] = [Level::BB, Level::BT, Level::BLT, Level::BLTA];

    /// As the standard writes it.
    pub fn code(self) -> &'static str {
        match self {
            Level::BB => "B-B",
            Level::BT => "B-T",
            Level::BLT => "B-LT",
            Level::BLTA => "B-LTA",
        }
    }
}

/// The padding of RSA signatures (RFC 8017, section 8).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Padding {
    /// RSASSA-PKCS1-v1_5, which every PDF reader and every token supports.
    #[default]
    Pkcs1,
    /// RSASSA-PSS, which Circular 15/2025/TT-BKHCN names.
    Pss,
}
