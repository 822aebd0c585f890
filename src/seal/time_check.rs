//! Who vouches for the time of sealing: nobody but the seal itself, or an authority that is to be believed.

use jiff::Timestamp;

use super::cert_path::{self, Company};
use super::cms_check::Signed;
use super::dss_revisions::DssRevisions;
use super::examination::Examination;
use super::revocation::{Evidence, PathStatus};
use super::timestamp::{self, Stamp};
use super::trust::Trust;
use super::verdict::TimeCheck;
use super::weak;
use crate::config::Level;

/// What is known of the time of sealing.
#[derive(Debug, Clone)]
pub struct Proof {
    pub check: TimeCheck,
    /// The instant an authority vouches for; none where it is not to be believed.
    pub time: Option<Timestamp>,
    /// Common name of the authority, from its certificate.
    pub authority: Option<String>,
    /// When the certificate behind the outermost time stamp runs out.
    pub until: Option<Timestamp>,
    /// Whether the file carries proof that the authority's certificate was not revoked.
    unrevoked: bool,
}

impl Proof {
    /// Nobody vouches for the time.
    fn nobody(check: TimeCheck) -> Proof {
        Proof {
            check,
            time: None,
            authority: None,
            until: None,
            unrevoked: false,
        }
    }

    /// The level the file has the parts of; `unrevoked` when it carries that proof for the signer.
    pub fn level(&self, unrevoked: bool, revisions: &DssRevisions) -> Level {
        match (
            &self.authority,
            unrevoked && self.unrevoked,
            revisions.stamps.is_empty(),
        ) {
            (None, ..) => Level::BB,
            (Some(_), false, _) => Level::BT,
            (Some(_), true, true) => Level::BLT,
            (Some(_), true, false) => Level::BLTA,
        }
    }
}

/// Reads the time stamps, the outermost first: each proves that what it covers was there before, so that those inside
/// are judged as of its time and not of today. `None` when the one over the signature does not fit: then bytes of the
/// file are not what they were.
pub fn of_seal(
    signed: &Signed,
    revisions: &DssRevisions,
    trust: &Trust,
    at: Timestamp,
    exam: &Examination,
) -> Option<Proof> {
    let mut known = at;
    let mut doubt = None;
    let mut run_out = false;
    for stamp in revisions.stamps.iter().rev() {
        let (check, _) = believe(stamp, trust, &revisions.evidence, known, exam);
        if check.is_proof() {
            known = stamp.time;
            run_out |= check == TimeCheck::ProvenThen;
        } else {
            doubt = doubt.or(Some(check));
        }
    }
    let Some(token) = &signed.stamp else {
        return Some(Proof::nobody(doubt.unwrap_or(TimeCheck::Stated)));
    };
    let Some(stamp) = timestamp::read(token, &[&signed.value], exam) else {
        return weak::token_rests_on_weak(token, exam).then_some(Proof::nobody(TimeCheck::Weak));
    };
    if cert_path::company(&stamp.authority.carried, trust.time_anchors(), exam) == Company::Damaged
    {
        return None;
    }
    let (check, unrevoked) = believe(&stamp, trust, &revisions.evidence, known, exam);
    let check = match (doubt, check) {
        (Some(doubt), _) => doubt,
        // What rests on a stamp that can no longer be believed as of today is no better than it.
        (None, TimeCheck::Proven) if run_out => TimeCheck::ProvenThen,
        (None, check) => check,
    };
    let outermost = revisions.stamps.last().unwrap_or(&stamp);
    Some(Proof {
        check,
        until: Some(outermost.authority.signer.validity().1),
        time: check.is_proof().then_some(stamp.time),
        authority: Some(stamp.authority.signer.subject()),
        unrevoked,
    })
}

/// Whether the authority may be believed as of `at`, and whether there is proof that it was not revoked.
pub fn believe(
    stamp: &Stamp,
    trust: &Trust,
    evidence: &Evidence,
    at: Timestamp,
    exam: &Examination,
) -> (TimeCheck, bool) {
    let authority = &stamp.authority.signer;
    let (from, until) = authority.validity();
    if !authority.is_for_time_stamps() || stamp.time < from || until < stamp.time {
        return (TimeCheck::NotATimeAuthority, false);
    }
    let (carried, anchors) = (&stamp.authority.carried, trust.time_anchors());
    if cert_path::company(carried, anchors, exam) != Company::Whole {
        return (TimeCheck::UnknownAuthority, false);
    }
    let Ok(path) = cert_path::find(authority, carried, anchors, stamp.time, exam) else {
        return (TimeCheck::UnknownAuthority, false);
    };
    if trust.known().of_path(&path, stamp.time, at, exam) == PathStatus::Revoked {
        return (TimeCheck::AuthorityRevoked, false);
    }
    let status = evidence.of_path(&path, stamp.time, at, exam);
    match status {
        PathStatus::Revoked => (TimeCheck::AuthorityRevoked, false),
        status if until < at => (TimeCheck::ProvenThen, status == PathStatus::Proven),
        status => (TimeCheck::Proven, status == PathStatus::Proven),
    }
}
