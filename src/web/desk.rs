//! The desk: what waits for a person, and one record beside its image, doubtful fields first to the
//! eye, correctable and approvable without the mouse.

pub(super) mod sheet;

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

use super::State;
use super::corrections::state_in_words;
use super::extractors::Asked;
use super::fault::PageFault;
use super::labels::{Names, spoken};
use super::layout::{Frame, shown, shown_form};
use super::session::{Form, Pairs, Signed};
use super::views::ask_reason;
use crate::access::{Act, Caller, require};
use crate::column_map::{self, Unconfirmed};
use crate::correction::{self, Correction, FieldChange};
use crate::error::{Error, Fault, Result};
use crate::page::{self, PageView};
use crate::record::{self, RecordView, VersionView};
use crate::review::{self, QueueFilter, QueueRow};
use crate::seen;
use sheet::{Entry, entries, upright, upright_size};

pub fn routes() -> Router<State> {
    Router::new()
        .route("/ban-soat", get(queue))
        .route("/ban-soat/duyet-lo/{batch}", post(approve_clear))
        .route("/ban-ghi/{id}", get(open).post(act))
}

// The queue -------------------------------------------------------------------------------------

#[derive(Template)]
#[template(path = "desk.html")]
struct Desk {
    f: Frame,
    names: Names,
    rows: Vec<QueueRow>,
    waiting: i64,
    volumes: Vec<Unconfirmed>,
    asked: QueueAsked,
}

#[derive(Debug, Default, serde::Deserialize)]
struct QueueAsked {
    batch: Option<String>,
    class: Option<String>,
}

async fn queue(signed: Signed, Asked(asked): Asked<QueueAsked>) -> Result<Response, PageFault> {
    let filter = QueueFilter {
        batch_id: asked.batch.clone(),
        class: asked.class.clone(),
        limit: Some(100),
    };
    let page = Desk {
        rows: review::queue(&signed.archive, &signed.caller, &filter).await?,
        waiting: review::waiting(&signed.archive, &signed.caller).await?,
        volumes: column_map::unconfirmed(&signed.archive, &signed.caller).await?,
        names: Names::of(&signed.archive),
        f: signed.frame,
        asked,
    };
    Ok(shown(&page)?.into_response())
}

/// Approves every record of a batch in which nothing is in doubt.
async fn approve_clear(
    Path(batch): Path<String>,
    form: Form<Pairs>,
) -> Result<Redirect, PageFault> {
    review::approve_clear(&form.archive, &form.caller, &batch).await?;
    Ok(Redirect::to(&format!("/lo/{batch}")))
}

// One record ------------------------------------------------------------------------------------

#[derive(Template)]
#[template(path = "record.html")]
struct Record {
    f: Frame,
    names: Names,
    record: RecordView,
    page: PageView,
    history: Vec<VersionView>,
    entries: Vec<Entry>,
    appendix: Vec<Correction>,
    /// Old and new value of what waits for a second person.
    pending: BTreeMap<String, FieldChange>,
    faults: Vec<Fault>,
    note: String,
    stands: bool,
    nothing: bool,
}

impl Record {
    async fn page(
        signed: Signed,
        id: &str,
        typed: Typed,
        faults: Vec<Fault>,
    ) -> Result<Response, PageFault> {
        let record = record::get(&signed.archive, &signed.caller, id).await?;
        let page = page::get(&signed.archive, &signed.caller, &record.page_id).await?;
        let class = signed.archive.classes.get(&record.class);
        let sheet = Self {
            f: signed.frame,
            names: Names::of(&signed.archive),
            history: record::history(&signed.archive, &signed.caller, id).await?,
            entries: entries(class, &record, &page, &typed.values, &faults),
            appendix: correction::of_record(&signed.archive, &signed.caller, id).await?,
            pending: seen::pending(&signed.archive, &signed.caller, id).await?,
            record,
            page,
            faults,
            note: typed.note,
            stands: typed.stands,
            nothing: typed.nothing,
        };
        shown_form(&sheet, &sheet.faults)
    }

    fn size(&self) -> (i64, i64) {
        upright_size(&self.page)
    }

    fn row(&self) -> Option<[i64; 4]> {
        Some(upright(&self.page, self.record.bounds?))
    }

    fn state<'a>(&self, word: &'a str) -> &'a str {
        self.f.word("desk.state", word)
    }

    fn shade(&self) -> &'static str {
        match self.record.state.as_str() {
            "approved" => "good",
            "rejected" => "bad",
            _ => "doubt",
        }
    }

    fn author<'a>(&self, author: &'a str) -> &'a str {
        match author {
            "machine" => self.f.t("desk.machine"),
            name => name,
        }
    }

    fn entry_state(&self, entry: &Correction) -> (&'static str, &'static str) {
        state_in_words(&self.f, entry)
    }

    fn printed(&self, key: &str) -> &str {
        let field = self.record.fields.get(key);
        field.map_or("", |field| field.raw.as_str())
    }

    fn said(&self, key: &str, value: &str) -> String {
        spoken(key, value)
    }

    fn may_enter_correction(&self) -> bool {
        self.f.may(Act::CorrectRecords) && self.record.state == "approved"
    }

    fn may_correct(&self) -> bool {
        self.f.may(Act::CorrectRecords)
    }

    fn may_approve(&self) -> bool {
        self.f.may(Act::ApproveRecords)
    }

    /// The public value stays until somebody else approves.
    fn waits_for_another(&self) -> bool {
        !self.pending.is_empty()
    }
}

/// What a person typed that was not accepted, to be shown again.
#[derive(Debug, Default)]
struct Typed {
    values: BTreeMap<String, String>,
    note: String,
    /// Whether the values struck out were said to stand.
    stands: bool,
    /// Whether what was not read was said to be nothing, or illegible.
    nothing: bool,
}

async fn open(signed: Signed, Path(id): Path<String>) -> Result<Response, PageFault> {
    let frame = signed.frame.clone();
    match Record::page(signed, &id, Typed::default(), Vec::new()).await {
        Err(PageFault(Error::Refused {
            code: "reason_needed",
            ..
        })) => ask_reason(frame, &id),
        other => other,
    }
}

/// The sheet as sent: `o.KEY` is what the page showed, `f.KEY` what the person left in the box; of a value
/// struck out on paper, which comes with `s.KEY`, `stands` says that it is right as it is; of one that was
/// not read, which comes with `u.KEY`, `nothing` says that nothing is there, or that it is illegible.
#[derive(Debug)]
struct Sent {
    act: String,
    version: i64,
    note: String,
    changes: BTreeMap<String, String>,
    stands: bool,
    nothing: bool,
}

impl Sent {
    fn of(pairs: Vec<(String, String)>) -> Self {
        let all: BTreeMap<String, String> = pairs.into_iter().collect();
        let text = |key: &str| all.get(key).cloned().unwrap_or_default();
        let changed = |key: &str, value: &str| {
            let confirmed = |tick: &str, mark: &str| {
                all.contains_key(tick) && all.contains_key(&format!("{mark}.{key}"))
            };
            confirmed("stands", "s")
                || confirmed("nothing", "u")
                || all.get(&format!("o.{key}")).map(String::as_str) != Some(value)
        };
        let changes = all
            .iter()
            .filter_map(|(key, value)| Some((key.strip_prefix("f.")?, value.trim())))
            .filter(|(key, value)| changed(key, value))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        Self {
            act: text("act"),
            version: text("version").parse().unwrap_or_default(),
            note: text("note"),
            changes,
            stands: all.contains_key("stands"),
            nothing: all.contains_key("nothing"),
        }
    }
}

async fn act(Path(id): Path<String>, form: Form<Pairs>) -> Result<Response, PageFault> {
    let (signed, given) = form.parts();
    let sent = Sent::of(given);
    match carry_out(&signed.archive, &signed.caller, &id, &sent).await {
        Ok(to) => Ok(Redirect::to(&to).into_response()),
        Err(Error::Invalid(faults)) => {
            let typed = Typed {
                values: sent.changes,
                note: sent.note,
                stands: sent.stands,
                nothing: sent.nothing,
            };
            Record::page(signed, &id, typed, faults).await
        }
        // What was corrected is saved already: the record is shown with what is still in the way.
        Err(Error::Refused {
            code: "struck_out" | "unread" | "incomplete" | "same_person",
            message,
        }) => {
            let faults = vec![Fault::new("/stands", message)];
            Record::page(signed, &id, Typed::default(), faults).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Does what the sheet asks and says which page comes next.
async fn carry_out(archive: &State, caller: &Caller, id: &str, sent: &Sent) -> Result<String> {
    if sent.act == "reject" {
        review::reject(archive, caller, id, sent.version, &sent.note).await?;
        return next_after(archive, caller, id).await;
    }
    if sent.act == "approve" {
        require(caller, Act::ApproveRecords)?; // before a correction is saved that cannot be approved
    }
    let mut version = sent.version;
    if !sent.changes.is_empty() {
        let corrected =
            review::correct(archive, caller, id, version, &sent.changes, &sent.note).await?;
        version = corrected.version;
    }
    if sent.act != "approve" {
        return Ok(format!("/ban-ghi/{id}"));
    }
    review::approve(archive, caller, id, version).await?;
    next_after(archive, caller, id).await
}

async fn next_after(archive: &State, caller: &Caller, id: &str) -> Result<String> {
    Ok(match review::next(archive, caller, id).await? {
        Some(next) => format!("/ban-ghi/{next}"),
        None => "/ban-soat".into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_person_changed_is_sent_on() {
        let pairs = [
            ("act", "approve"),
            ("version", "3"),
            ("o.ho_ten", "Tran Van Mau"),
            ("f.ho_ten", "Trần Văn Mẫu "),
            ("o.truong", "THPT Mẫu"),
            ("f.truong", "THPT Mẫu"),
        ];
        let owned = pairs.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let sent = Sent::of(owned.to_vec());
        assert_eq!(sent.version, 3);
        assert_eq!(sent.changes.len(), 1);
        assert_eq!(sent.changes["ho_ten"], "Trần Văn Mẫu");
    }

    #[test]
    fn a_value_struck_out_that_stands_is_sent_as_it_is() {
        let sent = |more: &[(&str, &str)]| {
            let shown = [
                ("o.ho_ten", "Lê Thử"),
                ("f.ho_ten", "Lê Thử"),
                ("s.ho_ten", "1"),
            ];
            let all = shown
                .iter()
                .chain([&("f.so_hieu", "A 1"), &("o.so_hieu", "A 1")]);
            let pairs = all
                .chain(more)
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
            Sent::of(pairs.collect()).changes
        };
        assert!(sent(&[]).is_empty());
        let confirmed = sent(&[("stands", "1")]);
        assert_eq!(confirmed.len(), 1);
        assert_eq!(confirmed["ho_ten"], "Lê Thử");
    }
}
