//! What people may try in a play, and the roles they have.

use proptest::prelude::*;
use sogoc::access::Role;

use super::{NAMES, PEOPLE};

/// What somebody tries; places are taken modulo what there is.
#[derive(Clone, Debug)]
pub enum Act {
    Correct {
        record: usize,
        name: usize,
    },
    Approve(usize),
    ApproveClear,
    Reject(usize),
    Decide {
        record: usize,
        name: usize,
    },
    ApproveDecision(usize),
    Ask,
    Confirm {
        request: usize,
        record: usize,
        stale: bool,
    },
    Release {
        request: usize,
        stale: bool,
    },
    ReleaseMany {
        stale: bool,
    },
    Issue {
        record: usize,
        stale: bool,
    },
    IssueMany,
    Reissue {
        copy: usize,
        stale: bool,
    },
    Work,
}

pub fn acts() -> impl Strategy<Value = Vec<(usize, Act)>> {
    let record = || 0..2_usize;
    let stale = || proptest::bool::weighted(0.2);
    let act = prop_oneof![
        5 => (record(), 0..NAMES.len()).prop_map(|(record, name)| Act::Correct { record, name }),
        6 => record().prop_map(Act::Approve),
        1 => Just(Act::ApproveClear),
        1 => record().prop_map(Act::Reject),
        1 => (record(), 0..NAMES.len()).prop_map(|(record, name)| Act::Decide { record, name }),
        2 => (0..4_usize).prop_map(Act::ApproveDecision),
        2 => Just(Act::Ask),
        4 => (0..4_usize, record(), stale())
            .prop_map(|(request, record, stale)| Act::Confirm { request, record, stale }),
        4 => (0..4_usize, stale()).prop_map(|(request, stale)| Act::Release { request, stale }),
        1 => stale().prop_map(|stale| Act::ReleaseMany { stale }),
        5 => (record(), stale()).prop_map(|(record, stale)| Act::Issue { record, stale }),
        1 => Just(Act::IssueMany),
        2 => (0..4_usize, stale()).prop_map(|(copy, stale)| Act::Reissue { copy, stale }),
        1 => Just(Act::Work),
    ];
    proptest::collection::vec((0..PEOPLE + 2, act), 20..60)
}

/// The roles of each of the people.
pub fn roles() -> impl Strategy<Value = Vec<Vec<Role>>> {
    let some = proptest::sample::subsequence(
        vec![
            Role::Archivist,
            Role::Reviewer,
            Role::Approver,
            Role::Auditor,
        ],
        1..=4,
    );
    let most = Just(vec![Role::Archivist, Role::Reviewer, Role::Approver]);
    proptest::collection::vec(prop_oneof![1 => some, 2 => most], PEOPLE)
}
