//! Numbers that do not agree, worked through volume by volume: what it is, where on paper it stands, what was found there.
//! Works without scripts.

use std::collections::BTreeSet;

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::State;
use super::extractors::Asked;
use super::fault::PageFault;
use super::form_view::Typed;
use super::labels::{Names, spoken};
use super::layout::{Frame, shown, shown_form};
use super::session::{Form, Pairs, Signed};
use super::toast::Done;
use crate::access::Act;
use crate::discrepancy::{
    self, AnswerGiven, AnswerState, ConcernedRecord, Discrepancies, Discrepancy, DiscrepancyFilter,
    DiscrepancyKind, DiscrepancyVerdict, PlaceFilter, PlacesListed,
};
use crate::error::{Error, Fault};
use crate::messages::Message;

/// Paths of these pages and the handlers behind them.
pub fn routes() -> Router<State> {
    Router::new()
        .route("/doi-chieu", get(list))
        .route("/doi-chieu/{id}", get(open).post(answer))
}

/// Which places are looked at.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct PlacesAsked {
    nam: String,
    sau: Option<String>,
    truoc: Option<String>,
}

#[derive(Template)]
#[template(path = "discrepancies.html")]
struct PlacesPage {
    f: Frame,
    listed: PlacesListed,
    year: String,
}

impl PlacesPage {
    /// Address of the page beside this one.
    fn turned(&self, way: &str, place: &str) -> String {
        let pairs = [("nam", self.year.as_str()), (way, place)];
        let query = serde_urlencoded::to_string(pairs).unwrap_or_default();
        format!("/doi-chieu?{query}")
    }
}

async fn list(signed: Signed, Asked(asked): Asked<PlacesAsked>) -> Result<Response, PageFault> {
    let year = asked.nam.trim().to_owned();
    let filter = PlaceFilter {
        year: match year.is_empty() {
            true => None,
            false => Some(year.parse().map_err(|_| no_such_year())?),
        },
        after: asked.sau,
        before: asked.truoc,
    };
    let page = PlacesPage {
        listed: discrepancy::places(&signed.archive, &signed.caller, &filter).await?,
        f: signed.frame,
        year,
    };
    Ok(shown(&page)?.into_response())
}

fn no_such_year() -> Error {
    Error::fault("/nam", "faults.discrepancy.no_year")
}

/// What of a place is looked at.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct OfPlace {
    loai: String,
    trang_thai: String,
    nam: String,
    sau: Option<String>,
}

impl OfPlace {
    fn filter(&self) -> Result<DiscrepancyFilter, Error> {
        let wrong = |pointer: &str| Error::fault(pointer, "faults.no_such_state");
        Ok(DiscrepancyFilter {
            kind: match self.loai.as_str() {
                "" => None,
                word => Some(word.parse().map_err(|_| wrong("/loai"))?),
            },
            state: match self.trang_thai.as_str() {
                "" => AnswerState::Open,
                word => word.parse().map_err(|_| wrong("/trang_thai"))?,
            },
            year: match self.nam.trim() {
                "" => None,
                year => Some(year.parse().map_err(|_| no_such_year())?),
            },
            after: self.sau.clone(),
            limit: None,
        })
    }
}

#[derive(Template)]
#[template(path = "discrepancy_place.html")]
struct PlacePage {
    f: Frame,
    names: Names,
    found: Discrepancies,
    asked: OfPlace,
    state: AnswerState,
    may_answer: bool,
    faults: Vec<Fault>,
    /// What was typed and refused.
    typed: Pairs,
}

impl PlacePage {
    fn kinds(&self) -> &'static [DiscrepancyKind] {
        DiscrepancyKind::ALL
    }

    fn states(&self) -> &'static [AnswerState] {
        AnswerState::ALL
    }

    fn verdicts(&self) -> &'static [DiscrepancyVerdict] {
        DiscrepancyVerdict::ALL
    }

    fn kind<'a>(&self, kind: &'a DiscrepancyKind) -> &'a str {
        self.f.word("discrepancies.kind", kind.as_str())
    }

    /// The numbers concerned, as an archivist writes them.
    fn numbers(&self, one: &Discrepancy) -> String {
        match (&one.first, &one.last, one.count) {
            (Some(first), Some(last), Some(count)) if count > 1 => {
                let message = Message::new("discrepancies.missing_numbers").with("count", count);
                format!("{first} – {last} ({})", self.f.say(&message))
            }
            (Some(first), _, _) => first.clone(),
            _ => String::new(),
        }
    }

    fn field<'a>(&'a self, one: &Discrepancy, key: &'a str) -> &'a str {
        let class = one
            .records
            .first()
            .map_or("", |record| record.class.as_str());
        self.names.field(&self.f, class, key)
    }

    /// What is known of a record, dates as people write them.
    fn facts(&self, record: &ConcernedRecord) -> Vec<String> {
        let facts = ["ho_ten", "ngay_sinh", "so_hieu", "so_vao_so"].into_iter();
        let said = facts.filter_map(|key| Some((key, record.fields.get(key)?)));
        said.map(|(key, value)| spoken(key, value)).collect()
    }

    /// What was typed for this one, where it was refused.
    fn typed_note(&self, one: &Discrepancy) -> String {
        let typed = Typed(&self.typed);
        match typed.text("key") == one.key {
            true => typed.text("note"),
            false => String::new(),
        }
    }

    fn records_of(&self, one: &Discrepancy) -> String {
        let ids: Vec<&str> = one
            .records
            .iter()
            .map(|record| record.record_id.as_str())
            .collect();
        ids.join(" ")
    }

    fn further(&self, after: &str) -> String {
        let pairs = [
            ("loai", self.asked.loai.as_str()),
            ("trang_thai", self.asked.trang_thai.as_str()),
            ("nam", self.asked.nam.as_str()),
            ("sau", after),
        ];
        let query = serde_urlencoded::to_string(pairs).unwrap_or_default();
        format!("/doi-chieu/{}?{query}", self.found.place.id)
    }
}

async fn open(
    signed: Signed,
    Path(id): Path<String>,
    Asked(asked): Asked<OfPlace>,
) -> Result<Response, PageFault> {
    page(signed, &id, asked, (Vec::new(), Pairs::default())).await
}

async fn page(
    signed: Signed,
    id: &str,
    asked: OfPlace,
    (faults, typed): (Vec<Fault>, Pairs),
) -> Result<Response, PageFault> {
    let filter = asked.filter()?;
    let found = discrepancy::discrepancies(&signed.archive, &signed.caller, id, &filter).await?;
    let page = PlacePage {
        names: Names::of(&signed.archive),
        may_answer: signed.frame.may(Act::ResolveFlags),
        state: filter.state,
        f: signed.frame,
        found,
        asked,
        faults,
        typed,
    };
    shown_form(&page, &page.faults)
}

async fn answer(
    Path(id): Path<String>,
    Asked(asked): Asked<OfPlace>,
    form: Form<Pairs>,
) -> Result<Response, PageFault> {
    let (signed, typed) = form.parts();
    let said = Typed(&typed);
    let records = said.text("records");
    let records: BTreeSet<String> = records.split_whitespace().map(str::to_owned).collect();
    let given = said.text("verdict").parse().map(|verdict| AnswerGiven {
        key: said.text("key"),
        records,
        verdict,
        note: said.text("note"),
    });
    let given = given.map_err(|_| Error::fault("/verdict", "faults.no_such_state"))?;
    match discrepancy::answer(&signed.archive, &signed.caller, &id, &given).await {
        Ok(()) => Ok(Done::new("answered").at(&format!("/doi-chieu/{id}"))),
        Err(Error::Invalid(faults)) => page(signed, &id, asked, (faults, typed)).await,
        Err(error) => Err(error.into()),
    }
}
