//! The search page: one search box and typed fields, hits with what matched.

use askama::Template;
use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::State;
use super::extractors::Asked;
use super::fault::PageFault;
use super::labels::{Names, spoken};
use super::layout::{Frame, shown};
use super::session::Signed;
use crate::error::{Error, Fault, Result};
use crate::search::{self, SearchHit, SearchResult, Wanted};

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
            limit: Some(PAGE),
            offset: self.offset,
        })
    }

    fn blank(&self) -> bool {
        let asked = [
            &self.text,
            &self.ho_ten,
            &self.ngay_sinh,
            &self.truong,
            &self.nam,
            &self.so,
            &self.class,
        ];
        asked.iter().all(|field| field.is_none())
    }

    /// This question further on, as an address.
    fn at(&self, offset: usize) -> String {
        let offset = offset.to_string();
        let given = [
            ("text", &self.text),
            ("ho_ten", &self.ho_ten),
            ("ngay_sinh", &self.ngay_sinh),
            ("truong", &self.truong),
            ("nam", &self.nam),
            ("so", &self.so),
            ("class", &self.class),
        ];
        let mut pairs: Vec<(&str, &str)> = given
            .iter()
            .filter_map(|(key, value)| Some((*key, value.as_deref()?)))
            .collect();
        pairs.push(("offset", &offset));
        let query = serde_urlencoded::to_string(pairs).unwrap_or_default();
        format!("/tra-cuu?{query}")
    }
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

    /// The counts a reader can use; ids of fonds and batches say nothing, and ethnicity is nobody's
    /// business in a list (Law 91/2025/QH15 holds it sensitive).
    fn facets(&self) -> Vec<(&'static str, Vec<(&str, usize)>)> {
        let shown = [
            ("class", self.f.t("search.facet.class")),
            ("sex", self.f.t("search.facet.sex")),
            ("grade", self.f.t("search.facet.grade")),
            ("year", self.f.t("search.facet.year")),
        ];
        let Some(found) = &self.found else {
            return Vec::new();
        };
        shown
            .into_iter()
            .filter_map(|(key, name)| Some((name, found.facets.get(key)?)))
            .filter(|(_, counts)| counts.len() > 1)
            .map(|(name, counts)| {
                let named = counts.iter();
                let named = named.map(|(value, n)| (self.names.class(&self.f, value), *n));
                (name, named.collect())
            })
            .collect()
    }

    fn matched(&self, hit: &SearchHit) -> &'static str {
        match hit.matched.as_str() {
            "exact" => self.f.t("search.matched.exact"),
            "tone_folded" => self.f.t("search.matched.tone_folded"),
            "ascii" => self.f.t("search.matched.ascii"),
            _ => self.f.t("search.matched.nearly"),
        }
    }

    fn next(&self) -> Option<String> {
        let found = self.found.as_ref()?;
        let reached = self.form.offset.unwrap_or(0) + found.hits.len();
        (reached < found.total).then(|| self.form.at(reached))
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
    let (found, faults) = match outcome {
        Ok(found) => (found, Vec::new()),
        Err(Error::Invalid(faults)) => (None, faults),
        Err(error) => return Err(error.into()),
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
