//! A document on the screen: its pages in order, and the forms to describe, join, split, order and confirm it; the
//! documents of a batch with what grouping would make of them. Works without scripts.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use super::State;
use super::document_form::{boxes, typed};
use super::documents::given as sent;
use super::extractors::Asked;
use super::fault::PageFault;
use super::form_view::{FormBuilder, FormView, InputKind, Refused, Typed};
use super::layout::{Frame, shown, shown_form};
use super::session::{Form, Pairs, Signed};
use crate::access::Act;
use crate::batch::{self, Batch, Belonging};
use crate::document::{
    self, Confirming, Document, DocumentFilter, DocumentPage, DocumentState, Group, GroupBy, Join,
    Order, PagePart, PlacedPage, Split,
};
use crate::error::{Error, Fault, Result};
use crate::fonds;
use crate::holding::{self, Edit, Trace};
use crate::searchable_pdf;

/// Paths of these pages and the handlers behind them.
pub fn routes() -> Router<State> {
    Router::new()
        .route("/van-ban/{id}", get(open).post(act))
        .route("/van-ban/{id}/tai-lieu.pdf", get(pdf))
        .route("/lo/{id}/van-ban", get(of_batch).post(group))
}

#[derive(Template)]
#[template(path = "document.html")]
struct DocumentView {
    f: Frame,
    document: Document,
    code: String,
    pages: Vec<DocumentPage>,
    forms: Vec<FormView>,
    traces: Vec<Trace>,
    faults: Vec<Fault>,
}

impl DocumentView {
    fn parts(&self) -> &'static [PagePart] {
        PagePart::ALL
    }

    fn may_change(&self) -> bool {
        self.f.may(Act::DescribeHoldings) && self.document.state != DocumentState::Joined
    }
}

async fn page(signed: Signed, id: &str, refused: Refused) -> Result<Response, PageFault> {
    let (archive, caller, f) = (&signed.archive, &signed.caller, &signed.frame);
    let document = document::get(archive, caller, id).await?;
    let code = match (&document.file, document.ordinal) {
        (Some(file), Some(ordinal)) => fonds::document_code(archive, file, ordinal).await?,
        _ => String::new(),
    };
    let open = f.may(Act::DescribeHoldings) && document.state != DocumentState::Joined;
    let page = DocumentView {
        pages: document::pages(archive, caller, id).await?,
        traces: holding::history(archive, caller, id).await?,
        forms: match open {
            true => forms(&signed, &document, &refused),
            false => Vec::new(),
        },
        f: signed.frame,
        document,
        code,
        faults: refused.faults,
    };
    shown_form(&page, &page.faults)
}

fn forms(signed: &Signed, document: &Document, refused: &Refused) -> Vec<FormView> {
    let f = &signed.frame;
    let at = format!("/van-ban/{}", document.id);
    let form = |act, title| FormBuilder::new(f, refused, &*at, act, title).seen(document.version);
    let mut forms = vec![
        boxes(form("edit", "structure.describe"), signed, document).done(),
        form("join", "structure.join_documents")
            .area("documents", "structure.which_join", "")
            .line("reason", "common.reason", "")
            .done(),
    ];
    if document.state == DocumentState::Proposed {
        forms.insert(0, form("confirm", "structure.confirm_document").done());
    }
    forms
}

async fn open(signed: Signed, Path(id): Path<String>) -> Result<Response, PageFault> {
    page(signed, &id, Refused::default()).await
}

async fn act(Path(id): Path<String>, form: Form<Pairs>) -> Result<Response, PageFault> {
    let (signed, given) = form.parts();
    let word = Typed(&given).text("act");
    let done = carry_out(&signed, &id, &word, &given).await;
    match Refused::or(done, &word, given)? {
        Ok(to) => Ok(Redirect::to(&format!("/van-ban/{to}")).into_response()),
        Err(refused) => page(signed, &id, refused).await,
    }
}

/// Does what a form asks; gives the id of the document to go on to.
async fn carry_out(signed: &Signed, id: &str, word: &str, given: &Pairs) -> Result<String> {
    let (archive, caller, said) = (&signed.archive, &signed.caller, Typed(given));
    let (seen, reason) = (said.seen(), said.text("reason"));
    match word.split_once(':').unwrap_or((word, "")) {
        ("edit", _) => {
            let description = typed(given)?;
            let edit = Edit {
                seen,
                description,
                reason,
            };
            document::describe(archive, caller, id, &edit).await?;
        }
        ("confirm", _) => {
            document::confirm(archive, caller, id, &Confirming { seen }).await?;
        }
        ("join", _) => {
            let text = said.text("documents");
            let documents = text.split([',', '\n', ' ']).map(str::trim);
            let documents = documents.filter(|one| !one.is_empty()).map(str::to_owned);
            let wish = Join {
                seen,
                documents: documents.collect(),
                reason,
            };
            document::join(archive, caller, id, &wish).await?;
        }
        ("split", page) => {
            let wish = Split {
                seen,
                page: page.to_owned(),
                reason,
            };
            return Ok(document::split(archive, caller, id, &wish).await?.id);
        }
        (step @ ("order" | "up" | "down"), page) => {
            let wish = Order {
                seen,
                pages: order(given, step, page)?,
                reason,
            };
            document::arrange(archive, caller, id, &wish).await?;
        }
        _ => return Err(Error::fault("/act", "faults.no_such_state")),
    }
    Ok(id.to_owned())
}

/// The pages as the form lists them, one of them a step up or down.
fn order(given: &Pairs, step: &str, moved: &str) -> Result<Vec<PlacedPage>> {
    let typed = Typed(given);
    let mut pages = Vec::new();
    for (page, part) in typed.all("page").into_iter().zip(typed.all("part")) {
        let part = part.parse().ok();
        let part = part.ok_or_else(|| Error::fault("/pages", "faults.no_such_state"))?;
        pages.push(PlacedPage { page, part });
    }
    let at = pages.iter().position(|one| one.page == moved);
    match (step, at) {
        ("up", Some(at)) if at > 0 => pages.swap(at, at - 1),
        ("down", Some(at)) if at + 1 < pages.len() => pages.swap(at, at + 1),
        _ => {}
    }
    Ok(pages)
}

async fn pdf(signed: Signed, Path(id): Path<String>) -> Result<Response, PageFault> {
    let document = searchable_pdf::of_document(&signed.archive, &signed.caller, &id).await?;
    Ok(sent(document))
}

// The documents of a batch ----------------------------------------------------------------------

#[derive(Debug, Default, serde::Deserialize)]
struct GroupingAsked {
    /// What grouping would make of them.
    theo: Option<String>,
    /// The last document of the page before.
    sau: Option<String>,
}

#[derive(Template)]
#[template(path = "batch_documents.html")]
struct BatchDocuments {
    f: Frame,
    batch: Batch,
    by: Option<GroupBy>,
    groups: Vec<Group>,
    documents: Vec<Document>,
    next: Option<String>,
}

impl BatchDocuments {
    fn may_change(&self) -> bool {
        self.f.may(Act::DescribeHoldings)
    }

    fn belongs(&self) -> bool {
        self.batch.file_id.is_some() || self.batch.volume_id.is_some()
    }
}

async fn of_batch(
    signed: Signed,
    Path(id): Path<String>,
    Asked(asked): Asked<GroupingAsked>,
) -> Result<Response, PageFault> {
    let (archive, caller) = (&signed.archive, &signed.caller);
    let batch = batch::get(archive, caller, &id).await?;
    let by: Option<GroupBy> = asked.theo.and_then(|word| word.parse().ok());
    let groups = match by {
        Some(by) => document::preview(archive, caller, &id, by).await?,
        None => Vec::new(),
    };
    let filter = DocumentFilter {
        batch: Some(id),
        after: asked.sau,
        ..DocumentFilter::default()
    };
    let listed = document::list(archive, caller, &filter).await?;
    let page = BatchDocuments {
        f: signed.frame,
        batch,
        by,
        groups,
        documents: listed.items,
        next: listed.next,
    };
    Ok(shown(&page)?.into_response())
}

async fn group(Path(id): Path<String>, form: Form<Pairs>) -> Result<Redirect, PageFault> {
    let typed = Typed(&form.given);
    if typed.text("act") == "belong" {
        let to = Belonging {
            file: typed.maybe("file"),
            volume: typed.maybe("volume"),
            reason: typed.text("reason"),
        };
        batch::assign(&form.archive, &form.caller, &id, &to).await?;
    } else {
        let by = typed.text("by").parse().ok();
        let by = by.ok_or_else(|| Error::fault("/by", "faults.no_such_state"))?;
        document::group(&form.archive, &form.caller, &id, by).await?;
    }
    Ok(Redirect::to(&format!("/lo/{id}/van-ban")))
}
