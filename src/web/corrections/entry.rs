//! Entering a correction beside its record, with the values in force and what is printed.

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use crate::access::{Act, require};
use crate::correction::{self, CorrectionGiven, DecisionGiven};
use crate::error::Fault;
use crate::record::{self, RecordView};
use crate::reference_data::CorrectionGround;
use crate::web::State;
use crate::web::fault::{PageFault, or_faults};
use crate::web::labels::{Names, spoken};
use crate::web::layout::{Frame, shown_form};
use crate::web::session::{Form, Pairs, Signed};

pub fn routes() -> Router<State> {
    Router::new().route("/ban-ghi/{id}/chinh-sua", get(blank).post(enter))
}

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
        signed: Signed,
        id: &str,
        given: CorrectionGiven,
        faults: Vec<Fault>,
    ) -> Result<Response, PageFault> {
        require(&signed.caller, Act::CorrectRecords)?;
        let record = record::get(&signed.archive, &signed.caller, id).await?;
        let page = Self {
            f: signed.frame,
            names: Names::of(&signed.archive),
            rows: rows(&signed.archive, &record, &given, &faults).await?,
            grounds: correction::grounds(&signed.archive, &signed.caller, None).await?,
            record,
            given,
            faults,
        };
        shown_form(&page, &page.faults)
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
) -> crate::error::Result<Vec<Row>> {
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

async fn blank(signed: Signed, Path(id): Path<String>) -> Result<Response, PageFault> {
    let given = CorrectionGiven::default();
    Entering::page(signed, &id, given, Vec::new()).await
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

async fn enter(Path(id): Path<String>, form: Form<Pairs>) -> Result<Response, PageFault> {
    let (signed, given) = form.parts();
    let given = given_of(given);
    let entered = correction::enter(&signed.archive, &signed.caller, &id, &given).await;
    match or_faults(entered)? {
        Ok(entry) => Ok(Redirect::to(&format!("/phu-luc/{}", entry.id)).into_response()),
        Err(faults) => Entering::page(signed, &id, given, faults).await,
    }
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
