//! The reading room: one search box and typed fields, hits with what matched, and pictures of pages.

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State as Extracted};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sogoc_workers::reading::Box4;

use super::State;
use super::extract::Asked;
use super::fault::PageFault;
use super::frame::{Frame, shown};
use super::session::Signed;
use crate::error::{Error, Fault, Result};
use crate::page::{self, ImageWish};
use crate::search::{self, Found, FoundHit, Wanted};

/// Hits on one page of the answer.
const PAGE: usize = 20;

/// The routes.
pub fn routes() -> Router<State> {
    Router::new()
        .route("/tra-cuu", get(find))
        .route("/trang/{id}/anh.jpg", get(image))
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

/// A class or field as people call it.
#[derive(Debug, Clone)]
pub struct Name {
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
}

/// Names of classes and of their fields.
#[derive(Debug, Clone, Default)]
pub struct Names {
    classes: BTreeMap<String, Name>,
    /// By class, then by key: classes call a field of the same key by names of their own.
    fields: BTreeMap<String, BTreeMap<String, Name>>,
}

impl Names {
    /// Those of the classes in force.
    pub fn of(archive: &State) -> Self {
        let mut names = Self::default();
        for class in archive.classes.iter() {
            let name = |label: &sogoc_workers::class::Label| Name {
                vi: label.vi.clone(),
                en: label.en.clone(),
            };
            names.classes.insert(class.id.clone(), name(&class.label));
            let fields = class.fields.iter();
            let fields = fields.map(|field| (field.key.clone(), name(&field.label)));
            names.fields.insert(class.id.clone(), fields.collect());
        }
        names
    }

    /// Name of a class; its id when it is not in force any more.
    pub fn class<'a>(&'a self, f: &Frame, id: &'a str) -> &'a str {
        called(&self.classes, f, id)
    }

    /// What a class calls a field; where it has none of that key, what the first class that has calls it;
    /// its key when no class does.
    pub fn field<'a>(&'a self, f: &Frame, class: &str, key: &'a str) -> &'a str {
        let has = |fields: &&BTreeMap<String, Name>| fields.contains_key(key);
        let own = self.fields.get(class).filter(has);
        let fields = own.or_else(|| self.fields.values().find(has));
        fields.map_or(key, |fields| called(fields, f, key))
    }

    /// Every class, by id.
    pub fn classes(&self) -> impl Iterator<Item = (&str, &Name)> {
        self.classes.iter().map(|(id, name)| (id.as_str(), name))
    }
}

fn called<'a>(names: &'a BTreeMap<String, Name>, f: &Frame, key: &'a str) -> &'a str {
    names
        .get(key)
        .map_or(key, |name| f.pick(&name.vi, &name.en))
}

/// A kept date as people write it: `12/03/1975`, `03/1975`, `1975`.
pub fn spoken_date(value: &str) -> String {
    let parts: Vec<&str> = value.split('-').collect();
    let digits = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if parts[0].len() == 4 && parts.len() <= 3 && parts.iter().all(digits) {
        parts.into_iter().rev().collect::<Vec<_>>().join("/")
    } else {
        value.to_owned()
    }
}

/// A value as people write it. Only dates are turned round: a number may have dashes of its own.
pub fn spoken(key: &str, value: &str) -> String {
    match key {
        "ngay_sinh" | "ngay_cap" | "ngay_ban_hanh" | "ngay" | "khoa_thi" => spoken_date(value),
        _ => value.to_owned(),
    }
}

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    f: Frame,
    form: Form,
    names: Names,
    found: Option<Found>,
    faults: Vec<Fault>,
    behind: i64,
}

impl SearchPage {
    fn title(&self, hit: &FoundHit) -> String {
        let name = ["ho_ten", "trich_yeu", "tieu_de"];
        let known = name.iter().find_map(|key| hit.fields.get(*key));
        known
            .cloned()
            .unwrap_or_else(|| self.names.class(&self.f, &hit.class).to_owned())
    }

    fn facts(&self, hit: &FoundHit) -> Vec<(String, String)> {
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

    fn matched(&self, hit: &FoundHit) -> &'static str {
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

async fn find(
    Extracted(archive): Extracted<State>,
    signed: Signed,
    Asked(form): Asked<Form>,
) -> Result<Response, PageFault> {
    let outcome = match form.wanted() {
        Ok(_) if form.blank() => {
            crate::access::require(&signed.caller, crate::access::Act::SeeRecords)?;
            Ok(None)
        }
        Ok(wanted) => search::find(&archive, &signed.caller, &wanted)
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
        names: Names::of(&archive),
        found,
        faults,
        behind: search::lag(&archive).await?,
    };
    Ok(shown(&page)?.into_response())
}

/// Which picture of a page.
#[derive(Debug, Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PictureAsked {
    /// Longest side in pixels; 1600 when absent.
    #[param(minimum = 64, maximum = 6000)]
    max: Option<u32>,
    /// Only this part: `x,y,width,height` in pixels of the page as delivered.
    crop: Option<String>,
}

impl PictureAsked {
    /// The wish in the archive's words.
    ///
    /// # Errors
    /// `Invalid` when the part is not four numbers that describe a rectangle.
    pub fn wish(&self) -> Result<ImageWish> {
        let crop = self.crop.as_deref().map(rectangle).transpose()?;
        Ok(ImageWish {
            max_side: self.max.unwrap_or(1600),
            crop,
        })
    }
}

fn rectangle(text: &str) -> Result<Box4> {
    let numbers: Vec<i32> = text
        .split(',')
        .filter_map(|part| part.trim().parse().ok())
        .collect();
    match <Box4>::try_from(numbers) {
        Ok([x, y, w, h]) if x >= 0 && y >= 0 && w > 0 && h > 0 && text.split(',').count() == 4 => {
            Ok([x, y, w, h])
        }
        _ => Err(Error::fault("/crop", "faults.part_must_four_numbers")),
    }
}

/// A JPEG, for the browser of this one person only.
pub fn picture(bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "image/jpeg"),
        (header::CACHE_CONTROL, "private, max-age=3600"),
    ];
    (headers, bytes).into_response()
}

async fn image(
    Extracted(archive): Extracted<State>,
    signed: Signed,
    Path(id): Path<String>,
    Asked(asked): Asked<PictureAsked>,
) -> Result<Response, PageFault> {
    let bytes = page::image(&archive, &signed.caller, &id, asked.wish()?).await?;
    Ok(picture(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_spoken_only_as_far_as_it_is_known() {
        assert_eq!(spoken_date("1975"), "1975");
        assert_eq!(spoken_date("1975-03"), "03/1975");
        assert_eq!(spoken_date("1975-03-12"), "12/03/1975");
        assert_eq!(spoken_date("12-3-75"), "12-3-75");
        assert_eq!(spoken("so_hieu", "1993-05"), "1993-05");
        assert_eq!(spoken("khoa_thi", "1993-05"), "05/1993");
    }

    #[test]
    fn a_part_of_a_page_is_four_sound_numbers() {
        assert_eq!(rectangle("1,2,3,4").unwrap(), [1, 2, 3, 4]);
        for wrong in [
            "",
            "1,2,3",
            "1,2,3,4,5",
            "1,2,0,4",
            "-1,2,3,4",
            "a,2,3,4",
            "1,x,2,3,4",
        ] {
            assert!(rectangle(wrong).is_err(), "{wrong}");
        }
    }
}
