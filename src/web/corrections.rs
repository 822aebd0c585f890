//! The appendix of the register: entering a correction beside its record, the list of entries, and one
//! entry with its decision, to be approved by another person.

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State as Extracted};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

use super::State;
use super::extract::Asked;
use super::fault::PageFault;
use super::frame::{Frame, shown};
use super::reading_room::{Names, spoken, spoken_date};
use super::session::{Form, Signed};
use crate::access::{Act, Caller, require};
use crate::correction::{self, Correction, CorrectionFilter, CorrectionGiven, DecisionGiven};
use crate::error::{Error, Fault, Result};
use crate::law::CorrectionGround;
use crate::record::{self, RecordView};
use crate::scan;

/// The routes.
pub fn routes() -> Router<State> {
    Router::new()
        .route("/ban-ghi/{id}/chinh-sua", get(blank).post(enter))
        .route("/phu-luc", get(list))
        .route("/phu-luc/{id}", get(open))
        .route("/phu-luc/{id}/quyet-dinh", post(attach))
        .route("/phu-luc/{id}/duyet", post(approve))
        .route("/phu-luc/{id}/loai", post(reject))
}

/// The state of an entry in words, and its shade.
pub fn state_in_words(f: &Frame, entry: &Correction) -> (&'static str, &'static str) {
    match entry.state.as_str() {
        "entered" => ("doubt", f.w("chờ duyệt", "waits for approval")),
        "approved" => ("good", f.w("đã vào phụ lục", "in the appendix")),
        _ => ("bad", f.w("không duyệt", "rejected")),
    }
}

// Entering --------------------------------------------------------------------------------------

/// One field of the record on the form.
struct Row {
    key: String,
    printed: String,
    now: String,
    typed: String,
    fault: Option<Fault>,
}

#[derive(Template)]
#[template(path = "correction_new.html")]
struct Entering {
    f: Frame,
    names: Names,
    record: RecordView,
    rows: Vec<Row>,
    grounds: Vec<CorrectionGround>,
    given: CorrectionGiven,
    faults: Vec<Fault>,
}

impl Entering {
    async fn page(
        archive: &State,
        caller: &Caller,
        f: Frame,
        id: &str,
        given: CorrectionGiven,
        faults: Vec<Fault>,
    ) -> std::result::Result<Response, PageFault> {
        require(caller, Act::CorrectRecords)?;
        let record = record::get(archive, caller, id).await?;
        let page = Self {
            f,
            names: Names::of(archive),
            rows: rows(archive, &record, &given, &faults).await?,
            grounds: correction::grounds(archive, caller, None).await?,
            record,
            given,
            faults,
        };
        let status = match page.faults.is_empty() {
            true => StatusCode::OK,
            false => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Ok((status, shown(&page)?).into_response())
    }

    fn text<'a>(&self, given: &'a Option<String>) -> &'a str {
        given.as_deref().unwrap_or_default()
    }

    fn picture(&self) -> String {
        let crop = self.record.bounds.map_or_else(String::new, |spot| {
            format!("&crop={}", spot.map(|side| side.to_string()).join(","))
        });
        format!("/trang/{}/anh.jpg?max=1600{crop}", self.record.page_id)
    }
}

/// The fields in the order of the class, with the values in force today.
async fn rows(
    archive: &State,
    record: &RecordView,
    given: &CorrectionGiven,
    faults: &[Fault],
) -> Result<Vec<Row>> {
    let now = archive.clock.now();
    let said = correction::in_force(archive, &record.id, record.version, now).await?;
    let class = archive.classes.get(&record.class);
    let fields = class
        .map(|class| class.fields.as_slice())
        .unwrap_or_default();
    Ok(fields
        .iter()
        .map(|field| {
            let standing = said.fields.get(&field.key);
            let pointer = format!("/changes/{}", field.key);
            Row {
                key: field.key.clone(),
                printed: standing.map_or_else(String::new, |field| field.raw.clone()),
                now: standing.map_or_else(String::new, |said| spoken(&field.key, &said.value)),
                typed: given.changes.get(&field.key).cloned().unwrap_or_default(),
                fault: faults
                    .iter()
                    .find(|fault| fault.pointer == pointer)
                    .cloned(),
            }
        })
        .collect())
}

async fn blank(
    Extracted(archive): Extracted<State>,
    signed: Signed,
    Path(id): Path<String>,
) -> std::result::Result<Response, PageFault> {
    let given = CorrectionGiven::default();
    Entering::page(
        &archive,
        &signed.caller,
        signed.frame,
        &id,
        given,
        Vec::new(),
    )
    .await
}

/// The form as sent: `c.KEY` is the new value of a field, empty where it does not change.
fn given_of(pairs: Vec<(String, String)>) -> CorrectionGiven {
    let all: BTreeMap<String, String> = pairs.into_iter().collect();
    let text = |key: &str| {
        all.get(key)
            .map_or_else(String::new, |text| text.trim().to_owned())
    };
    let some = |key: &str| Some(text(key)).filter(|text| !text.is_empty());
    let changes = all
        .iter()
        .filter_map(|(key, value)| Some((key.strip_prefix("c.")?, value.trim())))
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect();
    let ground = text("ground");
    let (kind, ground) = ground.split_once(':').unwrap_or(("", &ground));
    CorrectionGiven {
        kind: kind.to_owned(),
        ground: ground.to_owned(),
        decision: DecisionGiven {
            number: text("number"),
            date: text("date"),
            agency: text("agency"),
            scan_id: some("scan_id"),
            record_id: some("record_id"),
        },
        effective_from: text("effective_from"),
        changes,
        note: text("note"),
    }
}

async fn enter(
    Extracted(archive): Extracted<State>,
    Path(id): Path<String>,
    form: Form<Vec<(String, String)>>,
) -> std::result::Result<Response, PageFault> {
    let given = given_of(form.given);
    match correction::enter(&archive, &form.caller, &id, &given).await {
        Ok(entry) => Ok(Redirect::to(&format!("/phu-luc/{}", entry.id)).into_response()),
        Err(Error::Invalid(faults)) => {
            Entering::page(&archive, &form.caller, form.frame, &id, given, faults).await
        }
        Err(error) => Err(error.into()),
    }
}

// The list --------------------------------------------------------------------------------------

#[derive(Debug, Default, serde::Deserialize)]
struct ListAsked {
    state: Option<String>,
}

#[derive(Template)]
#[template(path = "corrections.html")]
struct List {
    f: Frame,
    names: Names,
    asked: String,
    entries: Vec<Correction>,
}

impl List {
    fn state(&self, entry: &Correction) -> (&'static str, &'static str) {
        state_in_words(&self.f, entry)
    }

    fn day(&self, day: &str) -> String {
        spoken_date(day)
    }
}

async fn list(
    Extracted(archive): Extracted<State>,
    signed: Signed,
    Asked(asked): Asked<ListAsked>,
) -> std::result::Result<Response, PageFault> {
    let filter = CorrectionFilter {
        state: asked.state.clone(),
        ..CorrectionFilter::default()
    };
    let page = List {
        entries: correction::list(&archive, &signed.caller, &filter).await?,
        names: Names::of(&archive),
        asked: asked.state.unwrap_or_default(),
        f: signed.frame,
    };
    Ok(shown(&page)?.into_response())
}

// One entry -------------------------------------------------------------------------------------

#[derive(Template)]
#[template(path = "correction.html")]
struct Entry {
    f: Frame,
    names: Names,
    entry: Correction,
    printed: BTreeMap<String, String>,
    entered_by: String,
    decided_by: String,
    ground: String,
}

impl Entry {
    fn state(&self) -> (&'static str, &'static str) {
        state_in_words(&self.f, &self.entry)
    }

    fn day(&self, day: &str) -> String {
        spoken_date(day)
    }

    /// Label, as printed, before and after of each field.
    fn changes(&self) -> Vec<(&str, &str, String, String)> {
        let mut lines = Vec::new();
        for (key, change) in &self.entry.changes {
            let printed = self.printed.get(key).map_or("", String::as_str);
            let name = self.names.field(&self.f, key);
            lines.push((
                name,
                printed,
                spoken(key, &change.before),
                spoken(key, &change.after),
            ));
        }
        lines
    }

    fn waits(&self) -> bool {
        self.entry.state == "entered"
    }

    /// Who entered it may not approve it; the verb decides, the page only says so beforehand.
    fn own(&self) -> bool {
        let caller = self.f.caller.as_ref();
        caller.is_some_and(|caller| caller.id == self.entry.entered_by)
    }

    fn decision_picture(&self) -> Option<String> {
        let scan = self.entry.decision.scan_id.as_deref()?;
        Some(format!(
            "/trang/{}/anh.jpg?max=1400",
            scan::page_id(scan, 1)
        ))
    }
}

async fn open(
    Extracted(archive): Extracted<State>,
    signed: Signed,
    Path(id): Path<String>,
) -> std::result::Result<Response, PageFault> {
    let entry = correction::get(&archive, &signed.caller, &id).await?;
    let record = record::get(&archive, &signed.caller, &entry.record_id).await?;
    let printed = record
        .fields
        .into_iter()
        .map(|(key, field)| (key, field.raw));
    let signed_on = Some(entry.decision.date.as_str());
    let grounds = correction::grounds(&archive, &signed.caller, signed_on).await?;
    let ground = grounds
        .into_iter()
        .find(|ground| ground.code == entry.ground);
    let people = correction::names_of(&archive, &signed.caller, &entry).await?;
    let page = Entry {
        names: Names::of(&archive),
        printed: printed.collect(),
        entered_by: people.0,
        decided_by: people.1,
        ground: ground.map_or_else(
            || entry.ground.clone(),
            |ground| signed.frame.w(&ground.name, &ground.name_en).to_owned(),
        ),
        f: signed.frame,
        entry,
    };
    Ok(shown(&page)?.into_response())
}

#[derive(serde::Deserialize)]
struct Document {
    #[serde(default)]
    scan_id: String,
    #[serde(default)]
    record_id: String,
}

async fn attach(
    Extracted(archive): Extracted<State>,
    Path(id): Path<String>,
    form: Form<Document>,
) -> std::result::Result<Redirect, PageFault> {
    let given = DecisionGiven {
        scan_id: Some(form.given.scan_id),
        record_id: Some(form.given.record_id),
        ..DecisionGiven::default()
    };
    correction::attach(&archive, &form.caller, &id, &given).await?;
    Ok(Redirect::to(&format!("/phu-luc/{id}")))
}

async fn approve(
    Extracted(archive): Extracted<State>,
    Path(id): Path<String>,
    form: Form<Vec<(String, String)>>,
) -> std::result::Result<Redirect, PageFault> {
    correction::approve(&archive, &form.caller, &id).await?;
    Ok(Redirect::to(&format!("/phu-luc/{id}")))
}

#[derive(serde::Deserialize)]
struct Refusal {
    reason: String,
}

async fn reject(
    Extracted(archive): Extracted<State>,
    Path(id): Path<String>,
    form: Form<Refusal>,
) -> std::result::Result<Redirect, PageFault> {
    correction::reject(&archive, &form.caller, &id, &form.given.reason).await?;
    Ok(Redirect::to(&format!("/phu-luc/{id}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_filled_boxes_are_changes_and_the_ground_names_the_kind() {
        let pairs = [
            ("ground", "correction:ho_tich"),
            ("number", " 15/QĐ-SGDĐT "),
            ("c.ho_ten", "Trần Văn Mẫu "),
            ("c.ngay_sinh", " "),
            ("scan_id", ""),
        ];
        let given = given_of(pairs.map(|(k, v)| (k.to_owned(), v.to_owned())).to_vec());
        assert_eq!(
            (given.kind.as_str(), given.ground.as_str()),
            ("correction", "ho_tich")
        );
        assert_eq!(given.decision.number, "15/QĐ-SGDĐT");
        assert_eq!(given.decision.scan_id, None);
        assert_eq!(
            given.changes,
            [("ho_ten".to_owned(), "Trần Văn Mẫu".to_owned())].into()
        );
    }
}
