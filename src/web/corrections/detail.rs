//! One entry of the appendix with its decision, to be approved by another person.

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

use super::state_in_words;
use crate::access::Act;
use crate::correction::{self, Correction, DecisionGiven};
use crate::record;
use crate::scan;
use crate::web::State;
use crate::web::fault::PageFault;
use crate::web::labels::{Names, spoken, spoken_date};
use crate::web::layout::{Frame, shown};
use crate::web::session::{Form, Pairs, Signed};

pub fn routes() -> Router<State> {
    Router::new()
        .route("/phu-luc/{id}", get(open))
        .route("/phu-luc/{id}/quyet-dinh", post(attach))
        .route("/phu-luc/{id}/duyet", post(approve))
        .route("/phu-luc/{id}/loai", post(reject))
}

fn back_to(id: &str) -> Redirect {
    Redirect::to(&format!("/phu-luc/{id}"))
}

#[derive(Template)]
#[template(path = "correction.html")]
struct Entry {
    f: Frame,
    names: Names,
    entry: Correction,
    /// Of the record it changes.
    class: String,
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
            let name = self.names.field(&self.f, &self.class, key);
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

    /// What stands in the way of approving it, shown in advance; the verb decides.
    fn obstacle(&self) -> Option<&'static str> {
        let caller = self.f.caller.as_ref();
        if caller.is_some_and(|caller| caller.id == self.entry.entered_by) {
            return Some(self.f.t("corrections.own_entry"));
        }
        if self.entry.decision.scan_id.is_none() {
            return Some(self.f.t("corrections.scan_missing"));
        }
        None
    }

    fn decision_picture(&self) -> Option<String> {
        let scan = self.entry.decision.scan_id.as_deref()?;
        Some(format!(
            "/trang/{}/anh.jpg?max=1400",
            scan::page_id(scan, 1)
        ))
    }
}

async fn open(signed: Signed, Path(id): Path<String>) -> Result<Response, PageFault> {
    let entry = correction::get(&signed.archive, &signed.caller, &id).await?;
    let record = record::get(&signed.archive, &signed.caller, &entry.record_id).await?;
    let class = record.class;
    let printed = record
        .fields
        .into_iter()
        .map(|(key, field)| (key, field.raw));
    let signed_on = Some(entry.decision.date.as_str());
    let grounds = correction::grounds(&signed.archive, &signed.caller, signed_on).await?;
    let ground = grounds
        .into_iter()
        .find(|ground| ground.code == entry.ground);
    let people = correction::names_of(&signed.archive, &signed.caller, &entry).await?;
    let page = Entry {
        names: Names::of(&signed.archive),
        class,
        printed: printed.collect(),
        entered_by: people.0,
        decided_by: people.1,
        ground: ground.map_or_else(
            || entry.ground.clone(),
            |ground| signed.frame.pick(&ground.name, &ground.name_en).to_owned(),
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

async fn attach(Path(id): Path<String>, form: Form<Document>) -> Result<Redirect, PageFault> {
    let given = DecisionGiven {
        scan_id: Some(form.given.scan_id),
        record_id: Some(form.given.record_id),
        ..DecisionGiven::default()
    };
    correction::attach(&form.archive, &form.caller, &id, &given).await?;
    Ok(back_to(&id))
}

async fn approve(Path(id): Path<String>, form: Form<Pairs>) -> Result<Redirect, PageFault> {
    correction::approve(&form.archive, &form.caller, &id).await?;
    Ok(back_to(&id))
}

#[derive(serde::Deserialize)]
struct Refusal {
    reason: String,
}

async fn reject(Path(id): Path<String>, form: Form<Refusal>) -> Result<Redirect, PageFault> {
    correction::reject(&form.archive, &form.caller, &id, &form.given.reason).await?;
    Ok(back_to(&id))
}
