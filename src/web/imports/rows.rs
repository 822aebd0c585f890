//! The rows of a list, what they and records say differently, and the answers to it.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use crate::access::Act;
use crate::error::Error;
use crate::import::{self, Import, ListAnswer, ListRow, RowFilter, RowsListed, RowsOf, Verdict};
use crate::web::State;
use crate::web::extractors::Asked;
use crate::web::fault::PageFault;
use crate::web::form_view::Typed;
use crate::web::labels::{Names, spoken};
use crate::web::layout::{Frame, shown};
use crate::web::session::{Form, Pairs, Signed};

pub(super) fn routes() -> Router<State> {
    Router::new()
        .route("/danh-sach/{id}/dong", get(rows))
        .route("/danh-sach/{id}/khac", get(differences))
        .route("/danh-sach/{id}/dong/{number}", get(row).post(answer))
}

/// Which rows are looked at.
#[derive(Debug, Default, serde::Deserialize)]
struct RowsAsked {
    loc: Option<String>,
    sau: Option<i64>,
}

#[derive(Template)]
#[template(path = "import_rows.html")]
struct RowsPage {
    f: Frame,
    names: Names,
    import: Import,
    title: &'static str,
    rows: Vec<ListRow>,
    next: Option<String>,
    answering: bool,
}

impl RowsPage {
    fn verdicts(&self) -> &'static [Verdict] {
        Verdict::ALL
    }

    /// The page of a row by its id: that of its import, a point, its number.
    fn path(&self, id: &str) -> String {
        format!("/danh-sach/{}", id.replace('.', "/dong/"))
    }

    /// Each value with the name of its field, dates as people write them.
    fn facts(&self, row: &ListRow) -> Vec<(String, String, bool)> {
        let facts = row.fields.iter().map(|(key, field)| {
            let name = self.names.field(&self.f, &row.class, key).to_owned();
            (name, spoken(key, &field.value), field.doubt)
        });
        facts.collect()
    }
}

impl RowsAsked {
    fn filter(&self) -> RowFilter {
        let only = self.loc.as_deref().and_then(|word| word.parse().ok());
        RowFilter {
            only: only.unwrap_or_default(),
            after: self.sau,
            limit: None,
        }
    }
}

async fn rows(
    signed: Signed,
    Path(id): Path<String>,
    Asked(asked): Asked<RowsAsked>,
) -> Result<Response, PageFault> {
    let filter = asked.filter();
    let listed = import::rows(&signed.archive, &signed.caller, &id, &filter).await?;
    list_page(signed, &id, ("imports.rows", "dong"), (listed, filter.only)).await
}

async fn differences(
    signed: Signed,
    Path(id): Path<String>,
    Asked(asked): Asked<RowsAsked>,
) -> Result<Response, PageFault> {
    let filter = asked.filter();
    let listed = import::differences(&signed.archive, &signed.caller, &id, &filter).await?;
    list_page(
        signed,
        &id,
        ("imports.differences", "khac"),
        (listed, filter.only),
    )
    .await
}

/// Rows under that title, with the way to those that follow at `path`.
async fn list_page(
    signed: Signed,
    id: &str,
    (title, path): (&'static str, &str),
    (listed, only): (RowsListed, RowsOf),
) -> Result<Response, PageFault> {
    let next = listed
        .next
        .map(|after| format!("/danh-sach/{id}/{path}?loc={only}&sau={after}"));
    rows_page(signed, id, title, (listed.items, next)).await
}

async fn row(
    signed: Signed,
    Path((id, number)): Path<(String, String)>,
) -> Result<Response, PageFault> {
    let number = number.parse().unwrap_or(-1); // no row has that number, and who may not ask is told so first
    let row = import::row(&signed.archive, &signed.caller, &id, number).await?;
    rows_page(signed, &id, "imports.row", (vec![row], None)).await
}

async fn rows_page(
    signed: Signed,
    id: &str,
    title: &'static str,
    (rows, next): (Vec<ListRow>, Option<String>),
) -> Result<Response, PageFault> {
    let page = RowsPage {
        import: import::get(&signed.archive, &signed.caller, id).await?,
        names: Names::of(&signed.archive),
        title: signed.frame.t(title),
        answering: signed.frame.may(Act::CorrectRecords),
        rows,
        next,
        f: signed.frame,
    };
    Ok(shown(&page)?.into_response())
}

async fn answer(
    Path((id, number)): Path<(String, String)>,
    form: Form<Pairs>,
) -> Result<Redirect, PageFault> {
    let said = Typed(&form.given);
    let verdict = said.text("verdict").parse();
    let given = ListAnswer {
        verdict: verdict.map_err(|_| Error::fault("/verdict", "faults.no_such_state"))?,
        note: said.text("note"),
    };
    let row = format!("{id}.{number}");
    import::answer(
        &form.archive,
        &form.caller,
        (&row, &said.text("record")),
        &given,
    )
    .await?;
    Ok(Redirect::to(&format!("/danh-sach/{id}/dong/{number}")))
}
