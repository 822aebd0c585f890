//! One record beside its image: doubtful fields first, correctable and approvable without the mouse. Nothing typed is lost
//! where somebody else was faster.

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use sogoc_workers::class::Layout;

use super::sent::Sent;
use super::sheet::{Entry, entries, lay_typed};
use crate::access::{Act, Caller, require};
use crate::correction::{self, Correction, FieldChange};
use crate::error::{Error, Fault, Result};
use crate::page::{self, PageView};
use crate::record::{self, RecordView, VersionView};
use crate::review::{self, Said};
use crate::web::State;
use crate::web::corrections::state_in_words;
use crate::web::fault::{PageFault, or_faults};
use crate::web::labels::{Names, spoken};
use crate::web::layout::{Frame, shown_form};
use crate::web::session::{Form, Pairs, Signed};
use crate::web::toast::Done;
use crate::web::views::ask_reason;
use crate::{discrepancy, seen};

pub fn routes() -> Router<State> {
    Router::new()
        .route("/ban-ghi/{id}", get(open).post(act))
        .route("/ban-ghi/{id}/hoan-tac", post(undo))
}

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
    sent: Sent,
    /// Somebody else saved the record while this sheet was open.
    overtaken: bool,
    /// It is a row of a register's page, which can be keyed as a whole.
    of_rows: bool,
    /// Public records with its diploma number, of which approving it asks.
    twins: Vec<String>,
}

impl Record {
    async fn page(
        signed: Signed,
        id: &str,
        sent: Sent,
        faults: Vec<Fault>,
    ) -> Result<Response, PageFault> {
        let record = record::get(&signed.archive, &signed.caller, id).await?;
        let page = page::get(&signed.archive, &signed.caller, &record.page_id).await?;
        let class = signed.archive.classes.get(&record.class);
        let overtaken = sent.version != 0 && sent.version != record.version;
        let mut entries = entries(class, &record, &page, &faults);
        lay_typed(&mut entries, &sent, overtaken);
        // Doubtful ones first, each group in the order of the paper.
        entries.sort_by_key(|entry| !entry.doubtful);
        let doubtful = entries.iter().filter(|entry| entry.doubtful).count();
        if let Some(first) = entries.get_mut(doubtful).filter(|_| doubtful > 0) {
            first.heads_others = true;
        }
        let sheet = Self {
            f: signed.frame,
            names: Names::of(&signed.archive),
            history: record::history(&signed.archive, &signed.caller, id).await?,
            entries,
            appendix: correction::of_record(&signed.archive, &signed.caller, id).await?,
            pending: seen::pending(&signed.archive, &signed.caller, id).await?,
            record,
            page,
            faults,
            sent,
            overtaken,
            twins: discrepancy::same_serial(&signed.archive, &signed.caller, id).await?,
            of_rows: class.is_some_and(|class| class.layout == Layout::Table),
        };
        let answer = shown_form(&sheet, &sheet.faults)?;
        Ok(match overtaken && sheet.faults.is_empty() {
            true => (axum::http::StatusCode::CONFLICT, answer).into_response(),
            false => answer,
        })
    }

    fn size(&self) -> (i64, i64) {
        self.page.upright_size()
    }

    fn row(&self) -> Option<[i64; 4]> {
        Some(self.page.upright(self.record.bounds?))
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

    /// Who made the newest version.
    fn newest(&self) -> Option<&VersionView> {
        self.history.last()
    }

    /// How many fields are to be visited.
    fn doubtful(&self) -> usize {
        self.entries.iter().filter(|entry| entry.doubtful).count()
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

async fn open(signed: Signed, Path(id): Path<String>) -> Result<Response, PageFault> {
    let frame = signed.frame.clone();
    match Record::page(signed, &id, Sent::default(), Vec::new()).await {
        Err(PageFault(Error::Refused {
            code: "reason_needed",
            ..
        })) => ask_reason(frame, &id),
        other => other,
    }
}

async fn act(Path(id): Path<String>, form: Form<Pairs>) -> Result<Response, PageFault> {
    let (signed, given) = form.parts();
    let sent = Sent::of(given);
    match carry_out(&signed.archive, &signed.caller, &id, &sent).await {
        // Shown with what was typed, and where somebody else typed otherwise both.
        Err(Error::Refused { code: "stale", .. }) => {
            Record::page(signed, &id, sent, Vec::new()).await
        }
        // What was corrected is saved already: the record is shown with what is still in the way.
        Err(Error::Refused {
            code: "struck_out" | "unread" | "incomplete" | "same_person" | "same_serial",
            message,
        }) => {
            let faults = vec![Fault::new("/stands", message)];
            let kept = Sent {
                visited: sent.seen(),
                same_serial: sent.same_serial,
                ..Sent::default()
            };
            Record::page(signed, &id, kept, faults).await
        }
        outcome => match or_faults(outcome)? {
            Ok(done) => Ok(done),
            Err(faults) => Record::page(signed, &id, sent, faults).await,
        },
    }
}

/// Does what the sheet asks, says what was done and leads to the page that comes next.
async fn carry_out(archive: &State, caller: &Caller, id: &str, sent: &Sent) -> Result<Response> {
    let here = format!("/ban-ghi/{id}");
    let undo = format!("{here}/hoan-tac");
    if sent.act == "reject" {
        let record = review::reject(archive, caller, id, sent.version, &sent.note).await?;
        let done = Done::new("rejected").undone_by(undo, record.version);
        return Ok(done.at(&next_after(archive, caller, id).await?));
    }
    let approves = sent.act == "approve";
    if approves {
        require(caller, Act::ApproveRecords)?; // before a correction is saved that cannot be approved
        review::refuse_unvisited(archive, id, sent.version, &sent.seen()).await?;
    }
    let mut version = sent.version;
    let mut note = sent.note.as_str();
    if !sent.changes.is_empty() {
        let corrected = review::correct(archive, caller, id, version, &sent.changes, note).await?;
        (version, note) = (corrected.version, "");
    }
    if !approves {
        let said = match (sent.changes.len(), note.is_empty()) {
            (0, true) => Done::new("nothing_changed"),
            (0, false) => {
                review::annotate(archive, caller, id, version, note).await?;
                Done::new("noted")
            }
            (count, _) => Done::new("saved_fields").to(count),
        };
        return Ok(said.at(&here));
    }
    let said = Said {
        note,
        same_serial: &sent.same_serial,
    };
    let approved = review::approve_saying(archive, caller, id, version, said).await?;
    let done = match approved.version > version {
        true => Done::new("approved").undone_by(undo, approved.version),
        false => Done::new("approved"),
    };
    Ok(done.at(&next_after(archive, caller, id).await?))
}

async fn next_after(archive: &State, caller: &Caller, id: &str) -> Result<String> {
    Ok(match review::next(archive, caller, id).await? {
        Some(next) => format!("/ban-ghi/{next}"),
        None => "/ban-soat".into(),
    })
}

#[derive(serde::Deserialize)]
struct UndoGiven {
    version: i64,
}

async fn undo(Path(id): Path<String>, form: Form<UndoGiven>) -> Result<Response, PageFault> {
    review::undo(&form.archive, &form.caller, &id, form.given.version).await?;
    Ok(Done::new("taken_back").at(&format!("/ban-ghi/{id}")))
}
