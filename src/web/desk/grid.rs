//! A register's page keyed as one grid (Bảng nhập sổ): what is printed once above, a row a record, the strip of the scan over the
//! row being keyed. Works without scripts as one form; nothing typed is lost where somebody else was faster.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use super::grid_sent::{HEAD, SentPage};
use super::grid_view::{Cell, Row, Sheet, sheet};
use super::place_of;
use crate::access::Act;
use crate::error::{Error, Fault, Result};
use crate::page::{self, PageView};
use crate::review::{self, MissedGiven};
use crate::web::State;
use crate::web::extractors::Asked;
use crate::web::fault::{PageFault, or_faults};
use crate::web::labels::Names;
use crate::web::layout::{Frame, shown_form};
use crate::web::session::{Form, Pairs, Signed};
use crate::web::toast::Done;

pub fn routes() -> Router<State> {
    Router::new()
        .route("/trang/{id}/bang-nhap", get(open).post(act))
        .route("/trang/{id}/bang-nhap/hoan-tac", post(undo))
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct GridAsked {
    /// `1` for every column of the class.
    cot: String,
}

#[derive(Template)]
#[template(path = "grid.html")]
struct Grid {
    f: Frame,
    names: Names,
    page: PageView,
    class: String,
    sheet: Sheet,
    sent: SentPage,
    faults: Vec<Fault>,
    /// Where to go on when this page is done.
    next: Option<String>,
}

impl Grid {
    async fn page(
        signed: Signed,
        id: &str,
        (sent, faults): (SentPage, Vec<Fault>),
        all: bool,
    ) -> Result<Response, PageFault> {
        let (archive, caller) = (&signed.archive, &signed.caller);
        let page = page::get(archive, caller, id).await?;
        let rows = review::page_rows(archive, caller, id).await?;
        let class = rows.class.clone().unwrap_or_default();
        let of_class = archive.classes.get(&class);
        let may_key = signed.frame.may(Act::CorrectRecords);
        let sheet = sheet(of_class, &page, rows, (&sent, &faults), may_key, all);
        // Of its batch alone, which is cheap to look for: a page is opened far more often than it is done.
        let next = review::next_page(archive, caller, id, Some(&page.batch_id)).await?;
        let grid = Self {
            names: Names::of(archive),
            next: next.map(|row| place_of(&row)),
            faults: sheet.faults.clone(),
            f: signed.frame,
            page,
            class,
            sheet,
            sent,
        };
        let answer = shown_form(&grid, &faults)?;
        Ok(match grid.overtaken() && faults.is_empty() {
            true => (StatusCode::CONFLICT, answer).into_response(),
            false => answer,
        })
    }

    fn size(&self) -> (i64, i64) {
        self.page.upright_size()
    }

    fn head_id(&self) -> &'static str {
        HEAD
    }

    fn overtaken(&self) -> bool {
        self.sheet.rows.iter().any(|row| row.overtaken) || !self.sheet.lost.is_empty()
    }

    fn open_rows(&self) -> usize {
        self.sheet.rows.iter().filter(|row| row.open).count()
    }

    fn decided(&self) -> usize {
        let decided = self.sheet.rows.iter().filter(|row| !row.of.waits());
        decided.count()
    }

    /// Cells of open rows, and of the head, that are to be visited.
    fn to_visit(&self) -> usize {
        let rows = self.sheet.rows.iter().filter(|row| row.open);
        let cells = rows.flat_map(|row| &row.cells);
        let head = self.sheet.head.iter().map(|once| &once.cell);
        cells.chain(head).filter(|cell| cell.to_visit()).count()
    }

    fn may_key(&self) -> bool {
        self.f.may(Act::CorrectRecords) && self.open_rows() > 0
    }

    fn may_approve(&self) -> bool {
        self.f.may(Act::ApproveRecords)
    }

    fn label<'a>(&'a self, key: &'a str) -> &'a str {
        self.names.field(&self.f, &self.class, key)
    }

    /// The row's place on the page, where the page is known to have one.
    fn row_box(&self, row: &Row) -> String {
        let said = row.strip.map(|strip| strip.map(|side| side.to_string()));
        said.map_or_else(String::new, |sides| sides.join(","))
    }

    fn shade(&self, cell: &Cell) -> &'static str {
        match (&cell.entry.fault, cell.entry.doubtful) {
            (Some(_), _) => "bad",
            (None, true) if cell.entry.visited => "doubtful visited",
            (None, true) => "doubtful",
            (None, false) => "",
        }
    }
}

async fn open(
    signed: Signed,
    Path(id): Path<String>,
    Asked(asked): Asked<GridAsked>,
) -> Result<Response, PageFault> {
    let nothing = (SentPage::default(), Vec::new());
    Grid::page(signed, &id, nothing, !asked.cot.is_empty()).await
}

async fn act(
    Path(id): Path<String>,
    Asked(asked): Asked<GridAsked>,
    form: Form<Pairs>,
) -> Result<Response, PageFault> {
    let (signed, given) = form.parts();
    let sent = SentPage::of(given);
    let all = !asked.cot.is_empty();
    let done = carry_out(&signed, &id, &sent).await;
    // Shown with what was typed; where somebody else typed otherwise, both.
    if let Err(Error::Refused {
        code: "stale" | "rows_changed",
        ..
    }) = done
    {
        return Grid::page(signed, &id, (sent, Vec::new()), all).await;
    }
    match or_faults(done)? {
        Ok(done) => Ok(done),
        Err(faults) => Grid::page(signed, &id, (sent, faults), all).await,
    }
}

async fn carry_out(signed: &Signed, id: &str, sent: &SentPage) -> Result<Response> {
    let (archive, caller) = (&signed.archive, &signed.caller);
    let now = review::page_rows(archive, caller, id).await?;
    let (given, unseen) = sent.given(&now);
    if !unseen.is_empty() {
        return Err(Error::Invalid(unseen));
    }
    let adds = sent.act == "add";
    let approves = sent.act != "save" && !adds;
    if approves && !given.rows.iter().any(|row| row.approve) {
        return Err(Error::fault("", "faults.review.no_row_ticked"));
    }
    let saved = review::save_page(archive, caller, id, &given).await?;
    let here = format!("/trang/{id}/bang-nhap");
    if adds {
        let missed = MissedGiven {
            after: Some(sent.after.clone()).filter(|row| !row.is_empty()),
            ..MissedGiven::default()
        };
        review::add_missed(archive, caller, id, &missed).await?;
        return Ok(Done::new("row_added").at(&here));
    }
    if !approves {
        let done = match saved.saved {
            // Rows are kept as they are left, so that there may be nothing more to save.
            0 => Done::new("rows_kept"),
            rows => Done::new("saved_rows").to(rows),
        };
        return Ok(done.at(&here));
    }
    let undo = format!("{here}/hoan-tac");
    let done = Done::new("approved_rows").to(saved.approved);
    let done = done.undone_by(undo, saved.since);
    let now = review::page_rows(archive, caller, id).await?;
    if now.rows.iter().any(|row| row.waits() && !row.needs_another) {
        return Ok(done.at(&here));
    }
    let batch = page::get(archive, caller, id).await?.batch_id;
    let mut next = review::next_page(archive, caller, id, Some(&batch)).await?;
    if next.is_none() {
        next = review::next_page(archive, caller, id, None).await?;
    }
    let next = next.map_or_else(|| "/ban-soat".to_owned(), |row| place_of(&row));
    Ok(done.at(&next))
}

#[derive(serde::Deserialize)]
struct UndoGiven {
    version: i64,
}

async fn undo(Path(id): Path<String>, form: Form<UndoGiven>) -> Result<Response, PageFault> {
    let since = form.given.version;
    let rows = review::undo_page(&form.archive, &form.caller, &id, since).await?;
    Ok(Done::new("rows_taken_back")
        .to(rows)
        .at(&format!("/trang/{id}/bang-nhap")))
}
