//! No copy exists, and no published value changes, by fewer than two people, each bound to the very version
//! and digest they saw: at the verbs, through the door, on the command line, and in random plays.

mod bound;
mod content;
mod pages;
mod plays;
mod rights;
mod terminal;

use std::collections::BTreeMap;

use sogoc::access::{Caller, CallerKind, Role};
use sogoc::archive::Archive;
use sogoc::error::Error;
use sogoc::record::{self, RecordView};
use sogoc::review;

use crate::support::archive::caller;

/// Somebody trusted with everything that a person of the desk and the counter may be trusted with.
fn person(id: &str) -> Caller {
    Caller {
        id: id.into(),
        name: id.into(),
        roles: vec![Role::Archivist, Role::Reviewer, Role::Approver],
        kind: CallerKind::Person,
        fresh: true,
    }
}

fn refusal<T: std::fmt::Debug>(outcome: Result<T, Error>) -> &'static str {
    outcome.unwrap_err().code()
}

async fn now(archive: &Archive, id: &str) -> RecordView {
    let auditor = caller(Role::Reviewer);
    record::get(archive, &auditor, id).await.unwrap()
}

/// `who` gives the record another name.
async fn rename(archive: &Archive, who: &Caller, id: &str, name: &str) -> RecordView {
    let change: BTreeMap<_, _> = [("ho_ten".to_owned(), name.to_owned())].into();
    let seen = now(archive, id).await.version;
    review::correct(archive, who, id, seen, &change, "")
        .await
        .unwrap()
}

async fn approve(archive: &Archive, who: &Caller, id: &str) -> Result<RecordView, Error> {
    let seen = now(archive, id).await.version;
    review::approve(archive, who, id, seen).await
}
