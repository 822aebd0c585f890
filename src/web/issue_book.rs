//! The issue book (sổ cấp bản sao) of a year: every line, what became of it, and its sealed file.

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

use super::State;
use super::extractors::Asked;
use super::fault::PageFault;
use super::layout::{Frame, shown};
use super::pager::{PAGE, Pager};
use super::public_requests::pdf;
use super::requests::RecordShown;
use super::session::{Form, Signed};
use crate::access::{Act, Caller};
use crate::catalogue::Turn;
use crate::certified_copy::{self, BookFilter, CopyChain, CopyRow, CopyState};
use crate::clock::vietnam;
use crate::error::Error;
use crate::issue_book::{self, BookLine, LineState};
use crate::seen::{self, Seen};

pub fn routes() -> Router<State> {
    Router::new()
        .route("/so-cap-ban-sao", get(book))
        .route("/so-cap-ban-sao/nam/{file}", get(file))
        .route("/so-cap-ban-sao/{id}", get(line))
        .route("/so-cap-ban-sao/{id}/ban-sao.pdf", get(sealed))
        .route("/so-cap-ban-sao/{id}/huy", post(withdraw))
        .route("/so-cap-ban-sao/{id}/cap-lai", post(reissue))
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct BookAsked {
    year: Option<i64>,
    /// `issued`, `withdrawn`, `void` or `opening`.
    state: String,
    /// A number, a code or part of a name.
    tim: String,
    sau: Option<String>,
    truoc: Option<String>,
}

#[derive(Template)]
#[template(path = "issue_book.html")]
struct Book {
    f: Frame,
    year: i64,
    asked: BookAsked,
    rows: Vec<CopyRow>,
    /// What the copies show, by number.
    lines: BTreeMap<i64, BookLine>,
    pager: Pager,
    ended: Vec<BookLine>,
}

async fn book(signed: Signed, Asked(asked): Asked<BookAsked>) -> Result<Response, PageFault> {
    let (archive, caller) = (&signed.archive, &signed.caller);
    let year = asked.year.unwrap_or_else(|| this_year(archive));
    let filter = BookFilter {
        year,
        state: asked.state.clone(),
        text: asked.tim.clone(),
        code: certified_copy::tidy(&asked.tim),
        turn: Turn {
            after: asked.sau.clone(),
            before: asked.truoc.clone(),
        },
    };
    let slice = certified_copy::book_page(archive, caller, &filter, PAGE).await?;
    let total = certified_copy::book_count(archive, caller, &filter).await?;
    let written = year.to_string();
    let kept = [
        ("year", written.as_str()),
        ("state", asked.state.as_str()),
        ("tim", asked.tim.as_str()),
    ];
    let page = Book {
        pager: Pager::of(total, &slice, "/so-cap-ban-sao", &kept),
        lines: issue_book::beside(archive, caller, year, &slice.rows).await?,
        rows: slice.rows,
        ended: issue_book::without_copy(archive, caller, year).await?,
        f: signed.frame,
        asked,
        year,
    };
    Ok(shown(&page)?.into_response())
}

/// The year in the office's zone.
pub fn this_year(archive: &State) -> i64 {
    i64::from(vietnam(archive.clock.now()).year())
}

async fn sealed(signed: Signed, Path(id): Path<String>) -> Result<Response, PageFault> {
    let bytes = certified_copy::bytes(&signed.archive, &signed.caller, &id).await?;
    Ok(pdf("ban-sao.pdf", bytes))
}

/// The book of a year as a file: `2026.xlsx` or `2026.pdf`.
async fn file(signed: Signed, Path(file): Path<String>) -> Result<Response, PageFault> {
    let (year, form) = file.split_once('.').unwrap_or((&file, ""));
    let year = year
        .parse()
        .map_err(|_| Error::NotFound { what: "issue book" })?;
    Ok(book_file(&signed.archive, &signed.caller, year, form).await?)
}

/// The book of a year in the form asked for.
///
/// # Errors
/// `Invalid` for another form than `xlsx` and `pdf`; as reading the book.
pub async fn book_file(
    archive: &State,
    caller: &Caller,
    year: i64,
    form: &str,
) -> crate::error::Result<Response> {
    let media_type = match form {
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "pdf" => "application/pdf",
        _ => {
            return Err(Error::fault("/form", "faults.form_xlsx_or_pdf"));
        }
    };
    let book = issue_book::of_year(archive, caller, year).await?;
    let pdf = form == "pdf";
    let write = move || match pdf {
        true => issue_book::paper(&book),
        false => issue_book::spreadsheet(&book),
    };
    let bytes = tokio::task::spawn_blocking(write)
        .await
        .map_err(|error| Error::Internal(format!("issue book: {error}")))??;
    let name = format!("attachment; filename=\"so-cap-ban-sao-{year}.{form}\"");
    let headers = [
        (header::CONTENT_TYPE, media_type.to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, bytes).into_response())
}

/// What became of a line, in words, and its shade.
fn state_in_words(f: &Frame, row: &CopyRow) -> (&'static str, &'static str) {
    match (row.state, &row.withdrawn_at) {
        (CopyState::Issued, None) => ("good", f.t("issue_book.state.issued")),
        (CopyState::Issued, Some(_)) => ("bad", f.t("issue_book.state.withdrawn")),
        (CopyState::Void, _) => ("bad", f.t("issue_book.state.void")),
        (CopyState::Opening, _) => ("doubt", f.t("issue_book.state.being_made")),
    }
}

impl Book {
    /// What the list may be narrowed to: stable word and words.
    fn states(&self) -> [(&'static str, &'static str); 4] {
        [
            ("issued", self.f.t("issue_book.state.issued")),
            ("withdrawn", self.f.t("issue_book.state.withdrawn")),
            ("void", self.f.t("issue_book.state.void")),
            ("opening", self.f.t("issue_book.state.being_made")),
        ]
    }

    /// Holder and birth date, as the copy shows them.
    fn holder(&self, row: &CopyRow) -> (&str, &str) {
        let line = self.lines.get(&row.number);
        line.map_or(("", ""), |line| (&line.ho_ten, &line.ngay_sinh))
    }

    fn state(&self, row: &CopyRow) -> (&'static str, &'static str) {
        state_in_words(&self.f, row)
    }

    /// How a request ended without a copy.
    fn end(&self, line: &BookLine) -> &'static str {
        match line.state {
            LineState::RequestWithdrawn => self.f.t("issue_book.end_of_request.request_withdrawn"),
            LineState::Expired => self.f.t("issue_book.end_of_request.expired"),
            _ => self.f.t("issue_book.end_of_request.refused"),
        }
    }
}

#[derive(Template)]
#[template(path = "issue_line.html")]
struct IssueLine {
    f: Frame,
    row: CopyRow,
    earlier: Option<CopyRow>,
    /// What its record is now.
    stands: Seen,
    now: certified_copy::Verified,
    /// What stands behind it, link by link.
    chain: CopyChain,
}

impl IssueLine {
    fn state(&self) -> (&'static str, &'static str) {
        state_in_words(&self.f, &self.row)
    }

    fn stands(&self) -> bool {
        self.row.state == "issued" && self.row.withdrawn_at.is_none()
    }

    fn may_release(&self) -> bool {
        self.f.may(Act::ReleaseCopies)
    }
}

async fn line(signed: Signed, Path(id): Path<String>) -> Result<Response, PageFault> {
    let row = certified_copy::line(&signed.archive, &signed.caller, &id).await?;
    let earlier = match &row.reissue_of {
        Some(earlier) => {
            Some(certified_copy::line(&signed.archive, &signed.caller, earlier).await?)
        }
        None => None,
    };
    let page = IssueLine {
        chain: certified_copy::chain(&signed.archive, &signed.caller, &id).await?,
        now: certified_copy::validity(&signed.archive, &signed.caller, &id).await?,
        stands: seen::now(&signed.archive, &signed.caller, &row.record_id).await?,
        f: signed.frame,
        row,
        earlier,
    };
    Ok(shown(&page)?.into_response())
}

#[derive(serde::Deserialize)]
struct Withdrawal {
    reason: String,
}

async fn withdraw(Path(id): Path<String>, form: Form<Withdrawal>) -> Result<Redirect, PageFault> {
    certified_copy::withdraw(&form.archive, &form.caller, &id, &form.given.reason).await?;
    Ok(Redirect::to(&format!("/so-cap-ban-sao/{id}")))
}

async fn reissue(Path(id): Path<String>, form: Form<RecordShown>) -> Result<Redirect, PageFault> {
    let (signed, shown) = form.parts();
    let saw = shown.into();
    let fresh = certified_copy::reissue(&signed.archive, &signed.caller, &id, Some(&saw)).await?;
    Ok(Redirect::to(&format!("/so-cap-ban-sao/{}", fresh.id)))
}
