//! What every page is framed in: the language, who is signed in, which doors are open to them.

use askama::Template;
use axum::http::{HeaderMap, header};
use axum::response::Html;
use cookie::Cookie;

use super::fault::PageFault;
use crate::access::{Act, Caller, Role, may};
use crate::clock::{parse_stamp, vietnam};
use crate::error::Error;

/// Language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    /// Vietnamese, the default.
    Vi,
    /// English.
    En,
}

impl Lang {
    /// Word of the `lang` attribute.
    pub fn word(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }

    /// Word of the other language, for the toggle.
    pub fn other(self) -> &'static str {
        match self {
            Self::Vi => "en",
            Self::En => "vi",
        }
    }

    /// The cookie's wish; Vietnamese when it has none.
    pub fn of(headers: &HeaderMap) -> Self {
        match cookie(headers, "lang") {
            Some("en") => Self::En,
            _ => Self::Vi,
        }
    }
}

/// The value of one cookie of the request.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let texts = headers.get_all(header::COOKIE).iter();
    texts
        .filter_map(|text| text.to_str().ok())
        .flat_map(Cookie::split_parse)
        .filter_map(Result::ok)
        .find(|cookie| cookie.name() == name)
        .and_then(|cookie| cookie.value_raw())
}

/// A door in the head of the page.
#[derive(Debug, Clone, Copy)]
pub struct Door {
    /// Where it leads.
    pub href: &'static str,
    /// Vietnamese name.
    pub vi: &'static str,
    /// English name.
    pub en: &'static str,
    /// Who finds it open; everyone when absent.
    act: Option<Act>,
}

const fn door(href: &'static str, vi: &'static str, en: &'static str, act: Act) -> Door {
    let act = Some(act);
    Door { href, vi, en, act }
}

const STAFF_DOORS: &[Door] = &[
    Door {
        href: "/viec",
        vi: "Việc của tôi",
        en: "My work",
        act: None,
    },
    door("/lo", "Lô quét", "Batches", Act::SeeBatches),
    door("/ban-soat", "Bàn soát", "Desk", Act::CorrectRecords),
    door("/tra-cuu", "Tra cứu", "Search", Act::SeeRecords),
    door("/cap-ban-sao", "Cấp bản sao", "Copies", Act::SeeRequests),
    door("/con-dau", "Con dấu", "Seal", Act::OpenSeal),
    door("/phu-luc", "Phụ lục", "Appendix", Act::CorrectRecords),
    door("/tim-kho", "Tìm kho", "Searches", Act::SeeSearches),
    door("/kho", "Trông coi", "Custody", Act::SeeQueue),
    door("/nhat-ky", "Nhật ký", "Log", Act::SeeLog),
    door("/nguoi-dung", "Người dùng", "People", Act::Administer),
    door("/thong-bao", "Báo tin", "Notices", Act::Administer),
];

const PUBLIC_DOORS: &[Door] = &[
    Door {
        href: "/yeu-cau",
        vi: "Xin bản sao",
        en: "Ask for a copy",
        act: None,
    },
    Door {
        href: "/xac-minh",
        vi: "Xác minh bản sao",
        en: "Verify a copy",
        act: None,
    },
];

/// The frame.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Language.
    pub lang: Lang,
    /// Who, when signed in.
    pub caller: Option<Caller>,
    /// What each form must carry; empty when nobody is signed in.
    pub form_token: String,
    /// Path of this page, without its query.
    pub path: String,
}

impl Frame {
    /// The sentence in the page's language.
    pub fn w<'a>(&self, vi: &'a str, en: &'a str) -> &'a str {
        match self.lang {
            Lang::Vi => vi,
            Lang::En => en,
        }
    }

    /// The doors this caller finds open.
    pub fn doors(&self) -> Vec<Door> {
        let Some(caller) = &self.caller else {
            return PUBLIC_DOORS.to_vec();
        };
        STAFF_DOORS
            .iter()
            .filter(|door| door.act.is_none_or(|act| may(caller, act)))
            .copied()
            .collect()
    }

    /// True when this page lies behind that door.
    pub fn stands_in(&self, href: &str) -> bool {
        self.path == href
            || self
                .path
                .strip_prefix(href)
                .is_some_and(|rest| rest.starts_with('/'))
    }

    /// True when the caller may do this; for showing or hiding a button, never for deciding.
    pub fn may(&self, act: Act) -> bool {
        self.caller.as_ref().is_some_and(|caller| may(caller, act))
    }

    /// Name of a role.
    pub fn role(&self, role: &Role) -> &'static str {
        match self.lang {
            Lang::Vi => role.vi(),
            Lang::En => role.as_str(),
        }
    }

    /// A kept time as an office in Viet Nam reads it: `22/11/2026 11:35`, UTC+7.
    pub fn time(&self, stamp: &str) -> String {
        local_time(stamp)
    }
}

/// See [`Frame::time`].
pub fn local_time(stamp: &str) -> String {
    let Some(at) = parse_stamp(stamp) else {
        return stamp.to_owned();
    };
    vietnam(at).strftime("%d/%m/%Y %H:%M").to_string()
}

/// Renders a page.
///
/// # Errors
/// `Internal` when the template cannot be rendered.
pub fn shown(template: &impl Template) -> Result<Html<String>, PageFault> {
    template
        .render()
        .map(Html)
        .map_err(|error| PageFault(Error::Internal(format!("template: {error}"))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::CallerKind;

    #[test]
    fn times_are_shown_in_the_offices_zone() {
        assert_eq!(local_time("2026-11-22T20:35:00.123Z"), "23/11/2026 03:35");
    }

    #[test]
    fn a_caller_sees_only_doors_that_open() {
        let frame = Frame {
            lang: Lang::Vi,
            caller: Some(Caller {
                id: "a".into(),
                name: "Trần Thị Mẫu".into(),
                roles: vec![Role::Administrator],
                kind: CallerKind::Person,
            }),
            form_token: String::new(),
            path: "/nguoi-dung".into(),
        };
        let hrefs: Vec<_> = frame.doors().iter().map(|door| door.href).collect();
        assert!(hrefs.contains(&"/nguoi-dung") && !hrefs.contains(&"/tra-cuu"));
    }

    #[test]
    fn cookies_are_found_by_their_whole_name() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, "xlang=vi; lang=en".parse().unwrap());
        assert_eq!(Lang::of(&headers), Lang::En);
    }
}
