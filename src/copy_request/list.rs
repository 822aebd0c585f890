//! Requests as the office sees them.

use sogoc_workers::class::FieldKind;

use super::deadlines::SOON;
use super::{Applicant, RequestState, Sought, names};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{JsonText, Key, Slice, Turn, Window, folded_pattern};
use crate::clock::stamp;
use crate::error::{Error, Result};
use crate::masking;
use crate::viewing::{self, View};

/// A request as the office sees it.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema, sqlx::FromRow)]
pub struct RequestView {
    /// UUIDv7 as text: sorts by the time it was made.
    pub id: String,
    /// As the tracking code shows it.
    pub state: RequestState,
    /// Who asks, as they gave it.
    #[sqlx(try_from = "JsonText")]
    pub applicant: Applicant,
    /// Which diploma they want, as they gave it.
    #[sqlx(try_from = "JsonText")]
    pub wanted: Sought,
    /// Version of the consent text agreed to.
    pub consent: Option<String>,
    /// Procedure code valid on the day of receipt.
    pub procedure_code: String,
    /// Id of the record a clerk confirmed; none before.
    pub record_id: Option<String>,
    /// The version of it that was confirmed.
    pub record_version: Option<i64>,
    /// The digest of that version's content.
    pub record_digest: Option<String>,
    /// Name of the clerk who confirmed.
    #[sqlx(rename = "clerk")]
    pub confirmed_by: Option<String>,
    /// When it was confirmed, RFC 3339 UTC.
    pub confirmed_at: Option<String>,
    /// The reason the applicant was given for a refusal.
    pub refusal: Option<String>,
    /// The fee in đồng; 0 where none is charged.
    pub fee: i64,
    /// The rule behind the fee.
    pub fee_source: String,
    /// free | unpaid | paid | waived.
    pub payment: String,
    /// Receipt or transaction number.
    pub payment_reference: Option<String>,
    /// When it came in, RFC 3339 UTC.
    pub created_at: String,
    /// When the law wants it done, RFC 3339 UTC.
    pub due_at: String,
    /// When its term was extended, which may happen once, RFC 3339 UTC.
    pub extended_at: Option<String>,
    /// When the office took it up, RFC 3339 UTC; what a stranger asked waits beside the vault until then.
    pub taken_at: Option<String>,
    /// What a clerk saw at the counter that shows the applicant's standing.
    pub standing_shown: Option<String>,
    /// Until when its applicant is waited for, RFC 3339 UTC.
    pub waits_until: Option<String>,
    /// When it ended, whatever way, RFC 3339 UTC.
    pub settled_at: Option<String>,
    /// True when the law's term has run out and the request is still open.
    #[sqlx(skip)]
    pub overdue: bool,
    /// True when the term runs out within two hours.
    #[sqlx(skip)]
    pub due_soon: bool,
}

/// In which order requests are listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestOrder {
    /// Those whose term ends first.
    #[default]
    Due,
    /// Those that came in last.
    Newest,
}

/// Which requests to list.
#[derive(Debug, Clone, Default)]
pub struct RequestFilter {
    /// A state, or any where it is empty.
    pub state: String,
    /// Part of the name on the diploma or of the applicant's, accents or not; or a tracking code.
    pub text: String,
    /// What stands on top.
    pub order: RequestOrder,
    /// Place of the page in the list, after or before a request.
    pub turn: Turn,
    /// Most rows of a page; 200 where it is 0.
    pub most: usize,
}

const BY_TERM: &[Key] = &[Key::Text("q.due_at"), Key::Text("q.id")];
const BY_RECEIPT: &[Key] = &[Key::Text("q.created_at"), Key::Text("q.id")];
/// `$1` a state, `$2` any text, `$3` folded names as a pattern, `$4` a tracking code.
const ANSWERS: &str = "($1 = '' OR q.state = $1)
     AND ($2 = '' OR $3 <> '' AND q.names LIKE $3 OR q.code = $4)";

impl RequestFilter {
    /// The values of [`ANSWERS`].
    fn values(&self) -> [String; 4] {
        let text = self.text.trim();
        [
            self.state.clone(),
            text.to_owned(),
            folded_pattern(text),
            super::tidy(text),
        ]
    }
}

/// The first requests of a state, those due first on top; [`page`] has the rest.
///
/// # Errors
/// `Forbidden`.
pub async fn list(
    archive: &Archive,
    caller: &Caller,
    state: Option<&str>,
) -> Result<Vec<RequestView>> {
    let filter = RequestFilter {
        state: state.unwrap_or_default().to_owned(),
        ..RequestFilter::default()
    };
    Ok(page(archive, caller, &filter).await?.rows)
}

/// A page of the requests that answer a filter.
///
/// # Errors
/// `Forbidden`, `Invalid` place.
pub async fn page(
    archive: &Archive,
    caller: &Caller,
    filter: &RequestFilter,
) -> Result<Slice<RequestView>> {
    require(caller, Act::SeeRequests)?;
    if !filter.text.trim().is_empty() {
        names::fold_missing(archive).await?;
    }
    let (keys, descending) = match filter.order {
        RequestOrder::Due => (BY_TERM, false),
        RequestOrder::Newest => (BY_RECEIPT, true),
    };
    let most = if filter.most == 0 { 200 } else { filter.most };
    let window = Window::of(keys, descending, &filter.turn, most)?;
    let asked = format!("{ANSWERS}{}", window.sql(5));
    let values = filter.values();
    let values: Vec<&str> = values
        .iter()
        .chain(window.values())
        .map(String::as_str)
        .collect();
    let found = select(archive, &asked, &values).await?;
    let slice = window.cut(found, |row| {
        let at = match filter.order {
            RequestOrder::Due => &row.due_at,
            RequestOrder::Newest => &row.created_at,
        };
        vec![at.clone(), row.id.clone()]
    });
    Ok(Slice {
        rows: listed(archive, caller, &filter.state, slice.rows).await?,
        ..slice
    })
}

/// How many requests answer a filter, whatever the page.
///
/// # Errors
/// `Forbidden`.
pub async fn count(archive: &Archive, caller: &Caller, filter: &RequestFilter) -> Result<i64> {
    require(caller, Act::SeeRequests)?;
    let statement = format!("SELECT COUNT(*) FROM copy_requests q WHERE {ANSWERS}");
    let mut query = sqlx::query_scalar(sqlx::AssertSqlSafe(statement));
    for value in filter.values() {
        query = query.bind(value);
    }
    Ok(query.fetch_one(archive.catalogue.pool()).await?)
}

/// One request.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn get(archive: &Archive, caller: &Caller, id: &str) -> Result<RequestView> {
    require(caller, Act::SeeRequests)?;
    let found = select(archive, "q.id = $1", &[id]).await?.pop();
    let found = found.ok_or(Error::NotFound { what: "request" })?;
    let records = found.record_id.iter().cloned().collect();
    let view = View::of(Action::RequestOpened, ("request", id), records);
    viewing::note(archive, caller, view).await?;
    Ok(found.masked_for(caller))
}

/// What a request asks for, for the program's own verbs.
pub(super) async fn wanted(archive: &Archive, id: &str) -> Result<Sought> {
    let found = select(archive, "q.id = $1", &[id]).await?.pop();
    Ok(found.ok_or(Error::NotFound { what: "request" })?.wanted)
}

/// Requests that are late or about to be, the latest first: those that wait for their applicant are not.
///
/// # Errors
/// `Forbidden`.
pub async fn pressing(archive: &Archive, caller: &Caller) -> Result<Vec<RequestView>> {
    require(caller, Act::SeeRequests)?;
    // By the term and not by the age: an extended request may be older and less pressing.
    let pressing = "q.settled_at IS NULL AND q.state <> 'waiting' AND q.due_at < $1
         ORDER BY q.due_at, q.id LIMIT 50";
    let soon = stamp(archive.clock.now() + SOON);
    let found = select(archive, pressing, &[&soon]).await?;
    listed(archive, caller, "pressing", found).await
}

/// Enters in the log that somebody saw who asked: a list is one act.
async fn listed(
    archive: &Archive,
    caller: &Caller,
    which: &str,
    found: Vec<RequestView>,
) -> Result<Vec<RequestView>> {
    if !found.is_empty() {
        let view = View::of(Action::RequestsListed, ("requests", "requests"), Vec::new());
        viewing::note(archive, caller, view.about(which)).await?;
    }
    let masked = found.into_iter().map(|view| view.masked_for(caller));
    Ok(masked.collect())
}

impl RequestView {
    fn masked_for(mut self, caller: &Caller) -> Self {
        if masking::applies_to(caller) {
            self.applicant.contact = masking::MASK.to_owned();
            self.wanted.mask();
            self.applicant.owner_died = masking::hint(FieldKind::Date, &self.applicant.owner_died);
            // Free words of a clerk may name papers and people.
            self.standing_shown = self.standing_shown.map(|_| masking::MASK.to_owned());
        }
        self
    }
}

/// The requests of which `condition` holds, with the values of its placeholders.
async fn select(archive: &Archive, condition: &str, values: &[&str]) -> Result<Vec<RequestView>> {
    // The conditions are those of this file; only the values are given.
    let statement = sqlx::AssertSqlSafe(format!(
        "SELECT q.*, p.name AS clerk FROM copy_requests q
         LEFT JOIN people p ON p.id = q.confirmed_by WHERE {condition}"
    ));
    let mut query = sqlx::query_as(statement);
    for value in values {
        query = query.bind(*value);
    }
    let mut views: Vec<RequestView> = query.fetch_all(archive.catalogue.pool()).await?;
    let (now, soon) = (archive.clock.now(), archive.clock.now() + SOON);
    for view in &mut views {
        // The clock stands still while the applicant has to answer.
        let runs = view.settled_at.is_none() && view.state != RequestState::Waiting;
        view.overdue = runs && view.due_at < stamp(now);
        view.due_soon = runs && !view.overdue && view.due_at < stamp(soon);
    }
    Ok(views)
}
