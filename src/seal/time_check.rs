//! Who vouches for the time of sealing: nobody but the seal itself, or an authority that is to be believed.

use jiff::Timestamp;

use super::cms_check::Signed;
use super::path::{self, Company};
use super::timestamp::{self, Stamp};
use super::trust::Trust;
use super::verdict::TimeCheck;
use crate::config::Level;

/// What is known of the time of sealing.
#[derive(Debug, Clone)]
pub struct Proof {
    pub check: TimeCheck,
    /// The instant an authority vouches for; none where it is not to be believed.
    pub time: Option<Timestamp>,
    /// The authority's name.
    pub authority: Option<String>,
}

impl Proof {
    /// The level the signature by itself reaches.
    pub fn level(&self) -> Level {
        if self.authority.is_some() {
            Level::BT
        } else {
            Level::BB
        }
    }
}

/// Reads the time stamp over the signature's value. `None` when there is one that does not fit: then bytes of the
/// file are not what they were.
pub fn of_signature(signed: &Signed, trust: &Trust, at: Timestamp) -> Option<Proof> {
    let Some(token) = &signed.stamp else {
        return Some(Proof {
            check: TimeCheck::Stated,
            time: None,
            authority: None,
        });
    };
    let stamp = timestamp::read(token, &[&signed.value])?;
    let check = match path::company(&stamp.authority.carried, trust.time_anchors()) {
        Company::Damaged => return None,
        Company::Unknown => TimeCheck::UnknownAuthority,
        Company::Whole => believe(&stamp, trust, at),
    };
    Some(Proof {
        check,
        time: check.is_proof().then_some(stamp.time),
        authority: Some(stamp.authority.signer.subject()),
    })
}

/// Whether the authority may be believed as of `at`.
pub fn believe(stamp: &Stamp, trust: &Trust, at: Timestamp) -> TimeCheck {
    let authority = &stamp.authority.signer;
    let (from, until) = authority.validity();
    if !authority.is_for_time_stamps() || stamp.time < from || until < stamp.time {
        return TimeCheck::NotATimeAuthority;
    }
    let anchors = trust.time_anchors();
    match path::find(authority, &stamp.authority.carried, anchors, stamp.time) {
        Err(_) => TimeCheck::UnknownAuthority,
        Ok(_) if until < at => TimeCheck::ProvenThen,
        Ok(_) => TimeCheck::Proven,
    }
}
