//! The search page: one search box and typed fields, hits with what matched.

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::State;
use super::extractors::Asked;
use super::fault::{PageFault, or_faults};
use super::labels::{Names, percent, spoken};
use super::layout::{Frame, shown};
use super::session::Signed;
use crate::error::{Error, Fault, Result};
use crate::search::{self, PageHit, SearchHit, SearchResult, Wanted};

/// Hits on one page of the answer.
const PAGE: usize = 20;

pub fn routes() -> Router<State> {
    Router::new().route("/tra-cuu", get(find))
}

/// What the form says, kept as typed so that it can be shown again.
#[derive(Debug, Clone, Default, serde::Deserialize)]
struct Form {
    text: Option<String>,
    ho_ten: Option<String>,
    ngay_sinh: Option<String>,
    truong: Option<String>,
    nam: Option<String>,
    so: Option<String>,
    class: Option<String>,
    fonds: Option<String>,
    file: Option<String>,
    volume: Option<String>,
    #[serde(rename = "box")]
    shelf_box: Option<String>,
    place: Option<String>,
    offset: Option<usize>,
}

impl Form {
    fn wanted(&self) -> Result<Wanted> {
        let nam = match self.nam.as_deref().map(str::trim) {
            Some(year) => Some(
                year.parse()
                    .map_err(|_| Error::fault("/nam", "faults.year_of_graduation_must"))?,
            ),
            None => None,
        };
        Ok(Wanted {
            text: self.text.clone(),
            ho_ten: self.ho_ten.clone(),
            ngay_sinh: self.ngay_sinh.clone(),
            truong: self.truong.clone(),
            nam,
            so: self.so.clone(),
            class: self.class.clone(),
            fonds: self.fonds.clone(),
            file: self.file.clone(),
            volume: self.volume.clone(),
            shelf_box: self.shelf_box.clone(),
            place: self.place.clone(),
            limit: Some(PAGE),
            offset: self.offset,
            ..Wanted::default()
        })
    }

    fn given(&self) -> [(&'static str, &Option<String>); 12] {
        [
            ("text", &self.text),
            ("ho_ten", &self.ho_ten),
            ("ngay_sinh", &self.ngay_sinh),
            ("truong", &self.truong),
            ("nam", &self.nam),
            ("so", &self.so),
            ("class", &self.class),
            ("fonds", &self.fonds),
            ("file", &self.file),
            ("volume", &self.volume),
            ("box", &self.shelf_box),
            ("place", &self.place),
        ]
    }

    fn blank(&self) -> bool {
        self.given().iter().all(|(_, field)| field.is_none())
    }

    /// The fields of the form beside the box that are shown: their name, their label and what was typed.
    fn holdings(&self) -> [(&'static str, &'static str, &str); 5] {
        [
            ("fonds", "fonds", self.fonds.as_deref().unwrap_or("")),
            ("file", "file", self.file.as_deref().unwrap_or("")),
            ("volume", "volume", self.volume.as_deref().unwrap_or("")),
            ("box", "box", self.shelf_box.as_deref().unwrap_or("")),
            ("place", "place", self.place.as_deref().unwrap_or("")),
        ]
    }

    /// This question further on, as an address.
    fn at(&self, offset: usize) -> String {
        let offset = offset.to_string();
        let mut pairs: Vec<(&str, &str)> = self
            .given()
            .into_iter()
            .filter_map(|(key, value)| Some((key, value.as_deref()?)))
            .collect();
        pairs.push(("offset", &offset));
        address(&pairs)
    }
}

fn address(pairs: &[(&str, &str)]) -> String {
    let query = serde_urlencoded::to_string(pairs).unwrap_or_default();
    format!("/tra-cuu?{query}")
}

/// A value of a facet: what it is called, how many records and pages have it, and the question narrowed to it.
struct Choice {
    name: String,
    records: usize,
    pages: usize,
    href: String,
}

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    f: Frame,
    form: Form,
    names: Names,
    found: Option<SearchResult>,
    faults: Vec<Fault>,
    behind: i64,
}

impl SearchPage {
    fn title(&self, hit: &SearchHit) -> String {
        let name = ["ho_ten", "trich_yeu", "tieu_de"];
        let known = name.iter().find_map(|key| hit.fields.get(*key));
        known
            .cloned()
            .unwrap_or_else(|| self.names.class(&self.f, &hit.class).to_owned())
    }

    fn facts(&self, hit: &SearchHit) -> Vec<(String, String)> {
        const SHOWN: [&str; 9] = [
            "ngay_sinh",
            "noi_sinh",
            "truong",
            "nam_tot_nghiep",
            "khoa_thi",
            "so_hieu",
            "so_vao_so",
            "so_ky_hieu",
            "ngay_ban_hanh",
        ];
        SHOWN
            .iter()
            .filter_map(|key| Some((*key, hit.fields.get(*key)?)))
            .map(|(key, value)| {
                let name = self.names.field(&self.f, &hit.class, key).to_owned();
                (name, spoken(key, value))
            })
            .collect()
    }

    /// The counts a reader can use, each a link to the question narrowed by it; ethnicity is nobody's business in a list
    /// (Law 91/2025/QH15 holds it sensitive).
    fn facets(&self, found: &SearchResult) -> Vec<(&'static str, Vec<Choice>)> {
        let keys = [
            "fonds", "series", "file", "volume", "box", "class", "year", "province", "state",
            "sex", "grade",
        ];
        let asked = |key: &str| found.understood.iter().any(|part| part.key == key);
        let facets = keys.into_iter().filter(|key| !asked(key)).map(|key| {
            let of = |facets: &search::Facets| facets.get(key).cloned().unwrap_or_default();
            let (records, pages) = (of(&found.facets), of(&found.pages.facets));
            let mut values: Vec<&String> = records.keys().chain(pages.keys()).collect();
            values.sort_unstable();
            values.dedup();
            let count = |counts: &BTreeMap<String, usize>, value: &String| {
                counts.get(value).copied().unwrap_or_default()
            };
            let choices = values.into_iter().map(|value| {
                let question = search::narrowed(&found.question, key, value);
                Choice {
                    name: self.value(found, key, value),
                    records: count(&records, value),
                    pages: count(&pages, value),
                    href: address(&[("text", question.as_str())]),
                }
            });
            (key, choices.collect::<Vec<_>>())
        });
        facets.filter(|(_, choices)| choices.len() > 1).collect()
    }

    /// What a value is called.
    fn value(&self, found: &SearchResult, key: &str, value: &str) -> String {
        match key {
            "class" => self.names.class(&self.f, value).to_owned(),
            "state" => self.f.word("search.state", value).to_owned(),
            _ => found
                .names
                .get(value)
                .cloned()
                .unwrap_or_else(|| value.to_owned()),
        }
    }

    /// The page of a row of a list: its id is that of its import, a point, its number.
    fn list_row(&self, hit: &SearchHit) -> String {
        format!("/danh-sach/{}", hit.record_id.replace('.', "/dong/"))
    }

    /// The page with the words of the question lit.
    fn lit(&self, found: &SearchResult, hit: &PageHit) -> String {
        let query = serde_urlencoded::to_string([("text", &found.question)]).unwrap_or_default();
        format!("/trang/{}?{query}", hit.page_id)
    }

    fn percent(&self, share: &f64) -> String {
        percent(*share)
    }

    /// A question as an address.
    fn ask(&self, question: &str) -> String {
        address(&[("text", question)])
    }

    fn matched(&self, matched: &str) -> &'static str {
        match matched {
            "exact" => self.f.t("search.matched.exact"),
            "tone_folded" => self.f.t("search.matched.tone_folded"),
            "ascii" => self.f.t("search.matched.ascii"),
            _ => self.f.t("search.matched.nearly"),
        }
    }

    fn next(&self) -> Option<String> {
        let found = self.found.as_ref()?;
        let reached = self.form.offset.unwrap_or(0) + PAGE;
        let last = found
            .total
            .max(found.pages.total)
            .max(found.list_rows.total);
        (reached < last).then(|| self.form.at(reached))
    }
}

async fn find(signed: Signed, Asked(form): Asked<Form>) -> Result<Response, PageFault> {
    let outcome = match form.wanted() {
        Ok(_) if form.blank() => {
            crate::access::require(&signed.caller, crate::access::Act::SeeRecords)?;
            Ok(None)
        }
        Ok(wanted) => search::find(&signed.archive, &signed.caller, &wanted)
            .await
            .map(Some),
        Err(error) => Err(error),
    };
    let (found, faults) = match or_faults(outcome)? {
        Ok(found) => (found, Vec::new()),
        Err(faults) => (None, faults),
    };
    let page = SearchPage {
        f: signed.frame,
        form,
        names: Names::of(&signed.archive),
        found,
        faults,
        behind: search::lag(&signed.archive).await?,
    };
    Ok(shown(&page)?.into_response())
}
