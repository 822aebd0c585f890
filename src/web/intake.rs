//! Intake: batches with their live progress, resumable upload, the receipt, and what was quarantined.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use sogoc_workers::outcome::FailureKind;

use super::State;
use super::extractors::Asked;
use super::fault::{PageFault, or_faults};
use super::labels::Names;
use super::layout::{Frame, shown, shown_form};
use super::pager::{PAGE, Pager};
use super::session::{Form, Pairs, Signed};
use crate::access::{Act, Caller};
use crate::batch::{self, Batch, BatchFilter, NewBatch, Progress, Receipt};
use crate::catalogue::Turn;
use crate::error::{Error, Fault, Result};
use crate::fonds::{self, Fonds};
use crate::scan::{self, Scan};

/// Files quarantined or named twice that are listed on the batch's page.
const LISTED: i64 = 200;

pub fn routes() -> Router<State> {
    Router::new()
        .route("/lo", get(list).post(open))
        .route("/lo/{id}", get(detail))
        .route("/lo/{id}/dong", post(close))
        .route("/lo/{id}/bien-nhan", get(receipt))
}

// The list --------------------------------------------------------------------------------------

#[derive(Debug, Default, serde::Deserialize)]
struct OpenForm {
    name: String,
    #[serde(default)]
    fonds: String,
    #[serde(default)]
    volume: String,
    #[serde(default)]
    file: String,
    #[serde(default)]
    class_hint: String,
    #[serde(default)]
    declared_count: String,
}

impl OpenForm {
    fn new_batch(&self) -> Result<NewBatch> {
        let given = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
        let declared = match given(&self.declared_count) {
            Some(text) => Some(
                text.parse()
                    .map_err(|_| Error::fault("/declared_count", "faults.number_of_files_must"))?,
            ),
            None => None,
        };
        Ok(NewBatch {
            name: self.name.trim().to_owned(),
            fonds: given(&self.fonds),
            volume: given(&self.volume),
            file: given(&self.file),
            class_hint: given(&self.class_hint),
            declared_count: declared,
            ..NewBatch::default()
        })
    }
}

/// A batch and how far it is.
pub struct Underway {
    /// The batch as the catalogue has it.
    pub batch: Batch,
    /// How much of it is in and read.
    pub progress: Progress,
}

impl Underway {
    /// The newest batches with their progress.
    ///
    /// # Errors
    /// `Forbidden`.
    pub async fn newest(archive: &State, caller: &Caller, limit: i64) -> Result<Vec<Self>> {
        let batches = batch::list(archive, caller, None, limit).await?.items;
        Self::all(archive, caller, batches).await
    }

    /// These batches with their progress.
    async fn all(archive: &State, caller: &Caller, batches: Vec<Batch>) -> Result<Vec<Self>> {
        let mut all = Vec::with_capacity(batches.len());
        for batch in batches {
            let progress = batch::progress(archive, caller, &batch.id).await?;
            all.push(Self { batch, progress });
        }
        Ok(all)
    }

    /// True while files are coming in or pages wait to be read.
    pub fn busy(&self) -> bool {
        self.batch.state == "open" || self.progress.pages_waiting > 0
    }

    /// Pages done: read, failed or withdrawn.
    pub fn done(&self) -> i64 {
        let progress = &self.progress;
        progress.pages_read + progress.pages_failed + progress.pages_withdrawn
    }
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct BatchListQuery {
    /// `open`, `closed`, `flagged` or `quarantined`.
    state: String,
    /// Part of a name.
    tim: String,
    sau: Option<String>,
    truoc: Option<String>,
}

#[derive(Template)]
#[template(path = "batches.html")]
struct List {
    f: Frame,
    names: Names,
    fonds: Vec<Fonds>,
    batches: Vec<Underway>,
    pager: Pager,
    asked: BatchListQuery,
    form: OpenForm,
    faults: Vec<Fault>,
}

impl List {
    async fn page(
        signed: Signed,
        asked: BatchListQuery,
        form: OpenForm,
        faults: Vec<Fault>,
    ) -> Result<Response, PageFault> {
        let (archive, caller) = (&signed.archive, &signed.caller);
        let filter = BatchFilter {
            state: asked.state.clone(),
            text: asked.tim.clone(),
            turn: Turn {
                after: asked.sau.clone(),
                before: asked.truoc.clone(),
            },
        };
        let slice = batch::page(archive, caller, &filter, PAGE).await?;
        let total = batch::count(archive, caller, &filter).await?;
        let kept = [("state", asked.state.as_str()), ("tim", asked.tim.as_str())];
        let page = Self {
            pager: Pager::of(total, &slice, "/lo", &kept),
            batches: Underway::all(archive, caller, slice.rows).await?,
            fonds: fonds::list(archive, caller).await?,
            names: Names::of(archive),
            f: signed.frame,
            asked,
            form,
            faults,
        };
        shown_form(&page, &page.faults)
    }

    fn may_deliver(&self) -> bool {
        self.f.may(Act::DeliverScans)
    }

    /// What the list may be narrowed to: stable word and words.
    fn states(&self) -> [(&'static str, &'static str); 4] {
        ["open", "closed", "flagged", "quarantined"]
            .map(|word| (word, self.f.word("intake.batches_that_are", word)))
    }
}

async fn list(signed: Signed, Asked(asked): Asked<BatchListQuery>) -> Result<Response, PageFault> {
    List::page(signed, asked, OpenForm::default(), Vec::new()).await
}

async fn open(form: Form<OpenForm>) -> Result<Response, PageFault> {
    let (signed, given) = form.parts();
    let opened = match given.new_batch() {
        Ok(new) => batch::open(&signed.archive, &signed.caller, &new).await,
        Err(error) => Err(error),
    };
    let opened = opened.map_err(|error| match error {
        Error::AlreadyExists { .. } => Error::fault("/name", "faults.there_batch_of_name"),
        Error::NotFound { what: "file" } => Error::fault("/file", "faults.there_no_such_file"),
        Error::NotFound {
            what: "register volume",
        } => Error::fault("/volume", "faults.there_no_such_volume"),
        error => error,
    });
    match or_faults(opened)? {
        Ok(batch) => Ok(Redirect::to(&format!("/lo/{}", batch.id)).into_response()),
        Err(faults) => List::page(signed, BatchListQuery::default(), given, faults).await,
    }
}

// One batch -------------------------------------------------------------------------------------

#[derive(Template)]
#[template(path = "batch.html")]
struct Detail {
    f: Frame,
    names: Names,
    this: Underway,
    quarantined: Vec<Scan>,
    duplicates: Vec<Scan>,
}

impl Detail {
    fn reason(&self, scan: &Scan) -> String {
        let kind = scan.reason.as_deref().and_then(FailureKind::from_code);
        kind.map_or_else(String::new, |kind| self.f.say(&kind.into()))
    }

    fn may_deliver(&self) -> bool {
        self.f.may(Act::DeliverScans) && self.this.batch.state == "open"
    }

    fn may_approve(&self) -> bool {
        self.f.may(Act::ApproveRecords)
    }
}

async fn detail(signed: Signed, Path(id): Path<String>) -> Result<Response, PageFault> {
    let named = |state: &'static str| {
        scan::list(
            &signed.archive,
            &signed.caller,
            &id,
            Some(state),
            None,
            LISTED,
        )
    };
    let page = Detail {
        this: Underway {
            batch: batch::get(&signed.archive, &signed.caller, &id).await?,
            progress: batch::progress(&signed.archive, &signed.caller, &id).await?,
        },
        quarantined: named("quarantined").await?.items,
        duplicates: named("duplicate").await?.items,
        names: Names::of(&signed.archive),
        f: signed.frame,
    };
    Ok(shown(&page)?.into_response())
}

async fn close(Path(id): Path<String>, form: Form<Pairs>) -> Result<Redirect, PageFault> {
    batch::close(&form.archive, &form.caller, &id).await?;
    Ok(Redirect::to(&format!("/lo/{id}/bien-nhan")))
}

#[derive(Template)]
#[template(path = "receipt.html")]
struct ReceiptPage {
    f: Frame,
    given: Receipt,
}

impl ReceiptPage {
    fn outcome<'a>(&self, word: &'a str) -> &'a str {
        self.f.word("intake.outcome_of_file", word)
    }
}

async fn receipt(signed: Signed, Path(id): Path<String>) -> Result<Response, PageFault> {
    let page = ReceiptPage {
        given: batch::receipt(&signed.archive, &signed.caller, &id).await?,
        f: signed.frame,
    };
    Ok(shown(&page)?.into_response())
}
