//! The four-eyes principle (two people, separation of duties): the one place where humans are compared. Nothing is
//! published again and no copy leaves by one person's hand alone, on whatever path.

use std::collections::BTreeSet;

use super::{Caller, CallerKind, needs_person};
use crate::error::{Error, Result};

/// The humans behind what a record says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Behind {
    /// Who delivered its scan, where a person did.
    pub deliverer: Option<String>,
    /// Who left exactly this content by a correction of their own, or approved it.
    pub vouchers: BTreeSet<String>,
}

/// Whether a stored id names a human; tokens are told apart by their own table.
pub fn is_human(id: &str) -> bool {
    !matches!(id, "" | "machine" | "public")
}

/// Refuses a caller who is `first`, the one who did the step before, with the sentence of a key that says so.
///
/// # Errors
/// `Refused` with code `needs_person` or `same_person`.
pub fn two_people(first: &str, caller: &Caller, key: &'static str) -> Result<()> {
    if caller.kind != CallerKind::Person {
        return Err(needs_person());
    }
    match caller.id == first {
        true => Err(Error::refuse(key)),
        false => Ok(()),
    }
}

/// Whether the caller may approve a record that was public before, given everyone whose changes it holds
/// since: none of them may.
///
/// # Errors
/// As [`two_people`].
pub fn may_approve(caller: &Caller, changed_by: &BTreeSet<String>) -> Result<()> {
    let own = changed_by.get(&caller.id).map_or("", String::as_str);
    two_people(own, caller, "errors.two_people.own_change.same_person")
}

/// Whether the caller may let a copy out: somebody else stands behind every word of it, and it was somebody
/// else who confirmed the request. Who delivered the scan is not enough, unless the caller has approved the
/// record beside its image as well.
///
/// # Errors
/// As [`two_people`]; `Refused` with code `nobody_approved` when no person stands behind the content.
pub fn may_release(caller: &Caller, behind: &Behind, confirmed_by: Option<&str>) -> Result<()> {
    two_people(
        confirmed_by.unwrap_or_default(),
        caller,
        "errors.two_people.release.same_person",
    )?;
    if behind.vouchers.is_empty() {
        return Err(Error::refuse("errors.nobody_approved"));
    }
    let mut others = behind.vouchers.iter().filter(|id| **id != caller.id);
    let Some(other) = others.next() else {
        return Err(Error::refuse(
            "errors.two_people.approved_alone.same_person",
        ));
    };
    let delivered = behind.deliverer.as_ref() == Some(other) && others.next().is_none();
    if delivered && !behind.vouchers.contains(&caller.id) {
        return Err(Error::refuse(
            "errors.two_people.delivered_alone.same_person",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Role;

    fn person(id: &str) -> Caller {
        Caller {
            id: id.into(),
            name: String::new(),
            roles: vec![Role::Approver],
            kind: CallerKind::Person,
            fresh: true,
        }
    }

    fn behind(deliverer: &str, vouchers: &[&str]) -> Behind {
        Behind {
            deliverer: is_human(deliverer).then(|| deliverer.to_owned()),
            vouchers: vouchers.iter().map(|id| (*id).to_owned()).collect(),
        }
    }

    fn said(behind: &Behind, confirmed_by: Option<&str>, releaser: &str) -> &'static str {
        match may_release(&person(releaser), behind, confirmed_by) {
            Ok(()) => "released",
            Err(error) => error.code(),
        }
    }

    #[test]
    fn nobody_releases_what_they_alone_approved_whoever_confirms() {
        let alone = behind("machine", &["an"]);
        assert_eq!(said(&alone, None, "an"), "same_person");
        assert_eq!(said(&alone, Some("binh"), "an"), "same_person");
        assert_eq!(said(&alone, Some("binh"), "binh"), "same_person");
        assert_eq!(said(&alone, None, "binh"), "released");
        assert_eq!(said(&behind("", &["an", "binh"]), None, "an"), "released");
        assert_eq!(
            said(&behind("", &[]), Some("an"), "binh"),
            "nobody_approved"
        );
    }

    #[test]
    fn who_delivered_a_scan_does_not_vouch_for_it_alone() {
        let forged = behind("an", &["an"]);
        assert_eq!(said(&forged, None, "binh"), "same_person");
        assert_eq!(
            said(&behind("an", &["an", "binh"]), None, "binh"),
            "released"
        );
        assert_eq!(
            said(&behind("an", &["an", "chi"]), None, "binh"),
            "released"
        );
    }

    #[test]
    fn a_program_is_nobody() {
        let two = behind("machine", &["an", "binh"]);
        let outcome = may_release(&Caller::machine(), &two, None);
        assert_eq!(outcome.unwrap_err().code(), "needs_person");
        assert!(["", "machine", "public"].iter().all(|id| !is_human(id)));
    }

    #[test]
    fn no_one_whose_change_is_in_a_public_record_approves_it() {
        let changed_by = ["an".to_owned(), "chi".to_owned()].into();
        let outcome =
            |id: &str| may_approve(&person(id), &changed_by).map_err(|error| error.code());
        assert_eq!(outcome("an"), Err("same_person"));
        assert_eq!(outcome("chi"), Err("same_person"));
        assert_eq!(outcome("binh"), Ok(()));
    }
}
