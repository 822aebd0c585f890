//! What stands in the way of approving one row of a page, each told at its cell.

use std::collections::BTreeSet;

use sogoc_workers::class::{Class, Scope};
use sqlx::AnyConnection;

use crate::access::{Caller, may_approve};
use crate::error::{Error, Fault, Result};
use crate::record::{Fields, RecordView};
use crate::seen;

/// A row about to be approved.
pub(super) struct Approving<'a> {
    /// Its place among the rows given, from 0.
    pub place: usize,
    /// Class of the record.
    pub class: Option<&'a Class>,
    /// Its values before this act.
    pub before: &'a Fields,
    /// As it would be approved.
    pub record: &'a RecordView,
    /// Keys that the person went to or typed into.
    pub seen: BTreeSet<&'a str>,
}

impl Approving<'_> {
    /// Everything in the way; nothing where it may be approved.
    ///
    /// # Errors
    /// As any statement.
    pub async fn faults(
        &self,
        connection: &mut AnyConnection,
        caller: &Caller,
    ) -> Result<Vec<Fault>> {
        let mut faults = self.cells();
        // Asked inside the transaction: a change of this very act counts as the caller's own.
        let changed_by = seen::changed_since_approval(connection, &self.record.id).await?;
        let may = changed_by.map_or(Ok(()), |by| may_approve(caller, &by));
        match may {
            Ok(()) => {}
            Err(Error::Refused { .. }) => {
                let pointer = format!("/rows/{}/approve", self.place);
                faults.push(Fault::new(pointer, "faults.review.row_needs_another"));
            }
            Err(error) => return Err(error),
        }
        Ok(faults)
    }

    fn cells(&self) -> Vec<Fault> {
        let at = |key: &str, message: &'static str| {
            Fault::new(format!("/rows/{}/fields/{key}", self.place), message)
        };
        let mut faults = Vec::new();
        for (key, field) in self.before {
            if field.wants_look() && !self.seen.contains(key.as_str()) {
                faults.push(at(key, "faults.review.not_visited"));
            }
        }
        for (key, field) in &self.record.fields {
            if field.struck {
                faults.push(at(key, "faults.review.cell_struck"));
            } else if field.value.is_empty() && !field.accepted {
                faults.push(at(key, "faults.review.cell_unread"));
            }
        }
        let fields = self.class.map_or(&[][..], |class| class.fields.as_slice());
        let empty = |key: &str| {
            let said = self.record.fields.get(key);
            said.is_none_or(|field| field.value.trim().is_empty())
        };
        let missing = fields
            .iter()
            .filter(|field| field.mandatory && empty(&field.key));
        faults.extend(missing.map(|field| at(&field.key, "faults.review.cell_missing")));
        faults
    }
}

/// Whether a field of a class is printed once on a page of rows.
pub(super) fn is_of_head(class: Option<&Class>, key: &str) -> bool {
    let field = class.and_then(|class| class.field(key));
    field.is_some_and(|field| field.scope == Scope::Page)
}
