//! Saving and approving the rows of a register's page in one act: all of it or nothing. Each row is bound to the version and
//! the digest that were seen of it; sent twice, it is done once.

use std::collections::BTreeMap;

use sogoc_workers::class::Class;

use super::page_given::{PageGiven, PageSaved, RowGiven};
use super::page_rows::{MOST_ROWS, rows_on};
use super::row_checks::{Approving, is_of_head};
use super::{NewVersion, save_in};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{Tx, lock_in};
use crate::clock::parse_stamp;
use crate::discrepancy::ask_about_serial;
use crate::error::{Error, Fault, Result};
use crate::messages::Message;
use crate::page::{self, PageState};
use crate::record::{self, Fields, RecordState, RecordView};
use crate::seen::{self, Seen};

/// Longest note, in characters.
const LONGEST_NOTE: usize = 500;

/// Saves what was keyed on a page and approves the rows that are said to be right. A doubtful field must have been visited
/// or typed into, what is struck out or was not read confirmed or typed, whoever changed what was public approves nothing.
///
/// # Errors
/// `Forbidden`, `NotFound`; `Invalid` with a pointer to each cell; `Refused` with code `rows_changed` where somebody else
/// saved other values meanwhile. Nothing is saved then.
pub async fn save_page(
    archive: &Archive,
    caller: &Caller,
    page_id: &str,
    given: &PageGiven,
) -> Result<PageSaved> {
    require(caller, Act::CorrectRecords)?;
    if given.rows.iter().any(|row| row.approve) {
        require(caller, Act::ApproveRecords)?;
    }
    page::get(archive, caller, page_id).await?;
    refuse_unfit(given)?;
    let mut tx = archive.begin(caller).await?;
    // One at a time at a page: the same form sent twice at once finds what its first sending did.
    let any = [PageState::Received, PageState::Read, PageState::Failed];
    lock_in(&mut tx, page_id, &any).await?;
    let on_page = rows_on(archive, page_id).await?;
    let mut rows = placed(given, on_page)?;
    // One order for everybody, so that of two people at one page neither waits for the other for ever.
    rows.sort_by(|a, b| a.1.id.cmp(&b.1.id));
    let mut keeping = Keeping::new(archive, caller, given, tx);
    for (place, record) in rows {
        keeping.row(place, record).await?;
    }
    keeping.done().await
}

fn refuse_unfit(given: &PageGiven) -> Result<()> {
    if given.rows.len() > MOST_ROWS {
        let message = Message::new("faults.review.too_many_rows").with("most", MOST_ROWS);
        return Err(Error::fault("/rows", message));
    }
    if given.note.chars().count() > LONGEST_NOTE || given.note.chars().any(char::is_control) {
        return Err(Error::fault("/note", "faults.note_too_long"));
    }
    Ok(())
}

/// The records of the rows given, each with its place among them.
fn placed(given: &PageGiven, on_page: Vec<RecordView>) -> Result<Vec<(usize, RecordView)>> {
    let mut by_id: BTreeMap<String, RecordView> = on_page
        .into_iter()
        .map(|record| (record.id.clone(), record))
        .collect();
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    for (place, row) in given.rows.iter().enumerate() {
        match by_id.remove(&row.id) {
            Some(record) => rows.push((place, record)),
            // Of another page, rejected meanwhile, or named twice.
            None => faults.push(Fault::new(
                format!("/rows/{place}/id"),
                "faults.review.row_not_here",
            )),
        }
    }
    match faults.is_empty() {
        true => Ok(rows),
        false => Err(Error::Invalid(faults)),
    }
}

/// What becomes of the rows, one after the other, in one transaction.
struct Keeping<'a> {
    archive: &'a Archive,
    caller: &'a Caller,
    given: &'a PageGiven,
    tx: Tx,
    faults: Vec<Fault>,
    /// Places on the paper of rows that somebody else changed.
    changed: Vec<i64>,
    saved: PageSaved,
}

impl<'a> Keeping<'a> {
    fn new(archive: &'a Archive, caller: &'a Caller, given: &'a PageGiven, tx: Tx) -> Self {
        let since = archive.clock.now().as_millisecond();
        Self {
            archive,
            caller,
            given,
            tx,
            faults: Vec::new(),
            changed: Vec::new(),
            saved: PageSaved {
                since,
                ..PageSaved::default()
            },
        }
    }

    fn class(&self, record: &RecordView) -> Option<&'a Class> {
        self.archive.classes.get(&record.class)
    }

    async fn row(&mut self, place: usize, record: RecordView) -> Result<()> {
        let row = &self.given.rows[place];
        let class = self.class(&record);
        let mut wanted = match record.state.waits() {
            true => self.given.wanted_of(row),
            false => row.fields.clone(),
        };
        wanted.retain(|key, value| !says_so_already(class, &record.fields, key, value));
        if wanted.is_empty() && !row.approve {
            return Ok(());
        }
        match self.stands(row, &record).await? {
            Stands::AsSeen => {}
            Stands::AsWanted => wanted.clear(),
            Stands::Otherwise => {
                self.changed.push(record.ordinal);
                return Ok(());
            }
        }
        if !record.state.waits() {
            return self.decided(place, &record, wanted.is_empty());
        }
        let before = record.fields.clone();
        let Some(record) = self.correct(place, record, &wanted).await? else {
            return Ok(());
        };
        if row.approve {
            self.approve(place, &before, record).await?;
        }
        Ok(())
    }

    /// Whether the record is as it was seen, or says by now just what this act would make of it.
    async fn stands(&mut self, row: &RowGiven, record: &RecordView) -> Result<Stands> {
        let now = self.archive.clock.now();
        let saw = Seen {
            record_version: row.record_version,
            record_digest: row.record_digest.clone(),
        };
        if seen::newest(&mut self.tx, &record.id, now).await? == saw {
            return Ok(Stands::AsSeen);
        }
        let seen = seen::of_version(&mut self.tx, &record.id, saw.record_version, now).await;
        match seen {
            Ok(then) if then == saw => {}
            Ok(_) | Err(Error::NotFound { .. }) => return Ok(Stands::Otherwise),
            Err(error) => return Err(error),
        }
        let mut fields = record::fields_of(self.archive, &record.id, saw.record_version).await?;
        let wanted = self.given.wanted_of(row);
        let same = record::apply(self.class(record), &mut fields, &wanted).is_ok()
            && says(&fields) == says(&record.fields);
        Ok(match same {
            true => Stands::AsWanted,
            false => Stands::Otherwise,
        })
    }

    /// A row that is decided is approved already, and is not changed here: what is public is changed at its own sheet.
    fn decided(&mut self, place: usize, record: &RecordView, unchanged: bool) -> Result<()> {
        if !unchanged {
            let pointer = format!("/rows/{place}/fields");
            let fault = Fault::new(pointer, "faults.review.row_decided");
            self.faults.push(fault);
        } else if record.state == RecordState::Approved {
            self.saved.approved += 1;
            let at = parse_stamp(&record.updated_at);
            let at = at.map_or(i64::MAX, jiff::Timestamp::as_millisecond);
            self.saved.since = self.saved.since.min(at);
        }
        Ok(())
    }

    /// The record with what was keyed; none where that is at fault.
    async fn correct(
        &mut self,
        place: usize,
        record: RecordView,
        wanted: &BTreeMap<String, String>,
    ) -> Result<Option<RecordView>> {
        if wanted.is_empty() {
            return Ok(Some(record));
        }
        let class = self.class(&record);
        let mut fields = record.fields.clone();
        match record::apply(class, &mut fields, wanted) {
            Ok(()) => {}
            Err(Error::Invalid(faults)) => {
                self.point(place, faults);
                return Ok(None);
            }
            Err(error) => return Err(error),
        }
        let doubtful = record::doubtful(class, &fields);
        let said = (RecordState::Corrected, Action::RecordCorrected, doubtful);
        let record = self.save(record, fields, said).await?;
        self.saved.saved += 1;
        Ok(Some(record))
    }

    /// Tells faults of values at their cell, those of the head once for all rows.
    fn point(&mut self, place: usize, faults: Vec<Fault>) {
        for fault in faults {
            let key = fault.pointer.trim_start_matches("/fields/");
            let pointer = match self.given.rows[place].fields.contains_key(key) {
                true => format!("/rows/{place}/fields/{key}"),
                false => format!("/head/{key}"),
            };
            let fault = Fault::new(pointer, fault.message);
            if !self.faults.contains(&fault) {
                self.faults.push(fault);
            }
        }
    }

    async fn approve(&mut self, place: usize, before: &Fields, record: RecordView) -> Result<()> {
        let row = &self.given.rows[place];
        let class = self.class(&record);
        let of_head = self.given.head_visited.iter().chain(self.given.head.keys());
        let of_head = of_head.filter(|key| is_of_head(class, key));
        let seen = row.visited.iter().chain(row.fields.keys()).chain(of_head);
        let approving = Approving {
            place,
            class,
            before,
            record: &record,
            seen: seen.map(String::as_str).collect(),
        };
        let faults = approving.faults(&mut self.tx, self.caller).await?;
        if !faults.is_empty() {
            self.faults.extend(faults);
            return Ok(());
        }
        let mut fields = record.fields.clone();
        // Every field was shown beside the image, and the doubtful ones were gone to.
        for field in fields.values_mut() {
            field.accepted = true;
        }
        let said = (RecordState::Approved, Action::RecordApproved, 0);
        let record = self.save(record, fields, said).await?;
        self.saved.approved += 1;
        self.ask(place, &record).await
    }

    /// Asks about another record with the row's diploma number; told at the row.
    async fn ask(&mut self, place: usize, record: &RecordView) -> Result<()> {
        let reason = &self.given.rows[place].same_serial;
        let asked = ask_about_serial(self.archive, &mut self.tx, record, &record.fields, reason);
        let at = |end: &str| format!("/rows/{place}/{end}");
        match asked.await {
            Err(Error::Refused { message, .. }) => {
                self.faults.push(Fault::new(at("approve"), message));
                Ok(())
            }
            Err(Error::Invalid(faults)) => {
                let faults = faults.into_iter();
                self.faults
                    .extend(faults.map(|fault| Fault::new(at("same_serial"), fault.message)));
                Ok(())
            }
            other => other,
        }
    }

    async fn save(
        &mut self,
        mut record: RecordView,
        fields: Fields,
        (state, action, doubtful): (RecordState, Action, i64),
    ) -> Result<RecordView> {
        let new = NewVersion {
            state,
            action,
            note: &self.given.note,
            author: None,
        };
        let by = &self.caller.id;
        save_in(
            self.archive,
            &mut self.tx,
            by,
            &record,
            &new,
            &fields,
            doubtful,
        )
        .await?;
        record.version += 1;
        (record.state, record.fields) = (state, fields);
        Ok(record)
    }

    async fn done(self) -> Result<PageSaved> {
        if !self.changed.is_empty() {
            let mut rows = self.changed;
            rows.sort_unstable();
            let rows: Vec<String> = rows.iter().map(i64::to_string).collect();
            let message = Message::new("errors.review.rows_changed").with("rows", rows.join(", "));
            return Err(Error::refuse(message));
        }
        if !self.faults.is_empty() {
            return Err(Error::Invalid(self.faults));
        }
        self.tx.commit().await?;
        Ok(self.saved)
    }
}

/// How a record stands to what was seen of it.
enum Stands {
    /// Nobody changed it.
    AsSeen,
    /// It was changed to just what is wanted: by the same form sent before, or by somebody who keyed the same.
    AsWanted,
    /// It says something that was not seen.
    Otherwise,
}

fn says(fields: &Fields) -> BTreeMap<&str, (&str, &str)> {
    let values = fields.iter();
    values
        .map(|(key, field)| (key.as_str(), (field.raw.as_str(), field.value.as_str())))
        .collect()
}

/// Whether a value is there already and no longer in doubt, so that keying it again makes no version.
fn says_so_already(class: Option<&Class>, fields: &Fields, key: &str, value: &str) -> bool {
    fields.get(key).is_some_and(|field| {
        let same = record::normalised(class, key, value).is_ok_and(|value| value == field.value);
        same && field.accepted && !field.struck
    })
}
