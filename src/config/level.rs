//! The baseline levels of PAdES (ETSI EN 319 142-1, 6) and how RSA keys pad.

use serde::{Deserialize, Serialize};

/// How long a seal can be proven, each level holding the one before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Level {
    /// Signature and certificates; the time is the sealer's word.
    #[default]
    #[serde(rename = "B-B")]
    BB,
    /// A time authority vouches for the instant of sealing.
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
    /// Every level, lowest first.
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

/// How an RSA key pads what it signs (RFC 8017, 8).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Padding {
    /// RSASSA-PKCS1-v1_5, which every reader and every token knows.
    #[default]
    Pkcs1,
    /// RSASSA-PSS, which Thông tư 15/2025/TT-BKHCN names.
    Pss,
}
