//! A question as it is asked, and what of it is understood: the search box parsed, a text typed with an old keyboard
//! decoded, the fields of the form laid over it, codes of holdings found.

use sogoc_index::{PartialDate, Query, QueryError};
use sogoc_vietnamese::legacy;
use sogoc_workers::dates::Date;

use crate::catalogue::text_enum;
use crate::error::{Error, Result};
use crate::messages::Message;

text_enum! {
    /// Which kinds of entries the index is asked for.
    #[derive(Default)]
    pub enum Of {
        /// Approved records, pages as they were read, and rows of lists.
        #[default]
        All,
        /// Approved records, no words of pages.
        Records,
        /// Words on pages only.
        Pages,
        /// Rows of lists only.
        Lists,
    }
}

/// A search: the text of the search box, the fields of the form, or both.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Text of the search box; for its syntax see the search page.
    pub text: Option<String>,
    /// Name, accents or not, syllables in any order.
    pub ho_ten: Option<String>,
    /// Birth date: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    pub ngay_sinh: Option<String>,
    /// Words of the school's name.
    pub truong: Option<String>,
    /// Year of graduation, as the record says it, or its volume, document or file.
    pub nam: Option<i64>,
    /// Diploma or register number.
    pub so: Option<String>,
    /// Class id, such as `van_bang`.
    pub class: Option<String>,
    /// Code or id of the fonds.
    pub fonds: Option<String>,
    /// Code or id of the series.
    pub series: Option<String>,
    /// Code or id of the file (hồ sơ).
    pub file: Option<String>,
    /// Code or id of the register volume.
    pub volume: Option<String>,
    /// Number of the box (hộp).
    #[serde(rename = "box")]
    #[param(rename = "box")]
    pub shelf_box: Option<String>,
    /// A place under any name it bore.
    pub place: Option<String>,
    /// Province of today that the place lies in.
    pub province: Option<String>,
    /// Stable word of the state: `approved` or `corrected` of a record, `proposed` or `confirmed` of a page's document.
    pub state: Option<String>,
    /// What is searched: `all`, `records` or `pages`.
    pub of: Of,
    /// At most this many of each, 1 to 200; 20 when absent.
    pub limit: Option<usize>,
    /// Hits to skip, at most 10,000.
    pub offset: Option<usize>,
}

impl Wanted {
    /// What is asked, as the log's own table keeps it: what was left out is left out.
    pub(super) fn in_words(&self) -> String {
        let mut asked = serde_json::to_value(self).unwrap_or_default();
        if let Some(asked) = asked.as_object_mut() {
            let about_the_answer = ["of", "limit", "offset"];
            asked
                .retain(|key, value| !value.is_null() && !about_the_answer.contains(&key.as_str()));
        }
        asked.to_string()
    }
}

/// What is asked of the index, as it was typed: codes of holdings not yet found.
pub(super) struct Understood {
    pub query: Query,
    /// The text as Unicode where it was typed with an old keyboard.
    pub decoded: Option<String>,
}

/// The question as the index takes it.
///
/// # Errors
/// `Invalid` with a pointer to what is wrong.
pub(super) fn understood(wanted: &Wanted) -> Result<Understood> {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    let decoded = given(&wanted.text).and_then(|text| legacy::decoded_if_typed(&text));
    let mut query = match decoded.clone().or_else(|| given(&wanted.text)) {
        Some(text) => Query::parse(&text).map_err(|error| invalid_query("/text", &error))?,
        None => Query::default(),
    };
    let name = given(&wanted.ho_ten);
    let name = name.map(|name| legacy::decoded_if_typed(&name).unwrap_or(name));
    for (field, own) in [
        (&mut query.name, name),
        (&mut query.school, given(&wanted.truong)),
        (&mut query.number, given(&wanted.so)),
        (&mut query.class, given(&wanted.class)),
        (&mut query.fonds, given(&wanted.fonds)),
        (&mut query.series, given(&wanted.series)),
        (&mut query.file, given(&wanted.file)),
        (&mut query.volume, given(&wanted.volume)),
        (&mut query.shelf_box, given(&wanted.shelf_box)),
        (&mut query.place, given(&wanted.place)),
        (&mut query.state, given(&wanted.state)),
    ] {
        if own.is_some() {
            *field = own;
        }
    }
    if let Some(province) = given(&wanted.province) {
        query.filters.insert("province".into(), province);
    }
    query.year = wanted.nam.or(query.year);
    if let Some(text) = given(&wanted.ngay_sinh) {
        let date = Date::parse(&text).and_then(|date| PartialDate::parse(&date.to_string()));
        query.birth = Some(date.ok_or_else(|| Error::fault("/ngay_sinh", "faults.not_date_such"))?);
    }
    query.limit = wanted.limit.unwrap_or(20);
    query.offset = wanted.offset.unwrap_or(0);
    Ok(Understood { query, decoded })
}

/// A question that cannot be asked, at the place where it is wrong.
pub(super) fn invalid_query(pointer: &str, error: &QueryError) -> Error {
    let problem = Message::new(format!("search.question.{}", error.problem.code()));
    let message = Message::new("search.question_at").with("problem", problem);
    Error::fault(pointer, message.with("at", error.at + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_text(text: &str) -> Result<Understood> {
        understood(&Wanted {
            text: Some(text.into()),
            ..Wanted::default()
        })
    }

    #[test]
    fn an_error_speaks_both_languages_and_repeats_nothing_typed() {
        let Err(error) = of_text("quê:Bí-mật") else {
            panic!("there is no such field")
        };
        let (vi, en) = (error.vi(), error.en());
        assert!(vi.contains("Không có trường") && en.contains("no such search field"));
        assert!(!vi.contains("mật") && !en.contains("mật"));
    }

    #[test]
    fn a_text_typed_with_an_old_keyboard_is_understood() {
        let found = of_text("tªn:NguyÔn V¨n An").map(|asked| asked.query.name);
        assert_eq!(found.ok().flatten().as_deref(), Some("Nguyễn Văn An"));
    }
}
