//! The layout that every page shares: language, who is signed in, navigation; how a page is rendered.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use super::embedded;
use super::fault::PageFault;
use super::toast::Toast;
use super::waiting::Waiting;
use crate::access::{Act, Caller, Role, may};
use crate::clock::{parse_stamp, vietnam};
use crate::error::{Error, Fault};
use crate::messages::{self, Lang, Message};

/// An entry of the navigation in the head of the page.
#[derive(Debug, Clone, Copy)]
pub struct NavItem {
    /// Path of the page it leads to.
    pub href: &'static str,
    /// Key of its name in `locales/`.
    pub name: &'static str,
    /// What the caller must be allowed to do; everyone sees it when absent.
    act: Option<Act>,
}

const fn nav_item(href: &'static str, name: &'static str, act: Act) -> NavItem {
    let act = Some(act);
    NavItem { href, name, act }
}

const STAFF_NAV: &[NavItem] = &[
    NavItem {
        href: "/viec",
        name: "layout.nav.my_work",
        act: None,
    },
    nav_item("/lo", "layout.nav.batches", Act::SeeBatches),
    nav_item("/phong", "layout.nav.structure", Act::SeeBatches),
    nav_item("/danh-sach", "layout.nav.imports", Act::SeeBatches),
    nav_item("/ban-soat", "layout.nav.desk", Act::CorrectRecords),
    nav_item("/doi-chieu", "layout.nav.discrepancies", Act::SeeRecords),
    nav_item("/tra-cuu", "layout.nav.search", Act::SeeRecords),
    nav_item("/cap-ban-sao", "layout.nav.copies", Act::SeeRequests),
    nav_item("/con-dau", "layout.nav.seal", Act::OpenSeal),
    nav_item("/phu-luc", "layout.nav.appendix", Act::CorrectRecords),
    nav_item("/tim-kho", "layout.nav.search_cases", Act::SeeSearches),
    nav_item("/kho", "layout.nav.custody", Act::SeeQueue),
    nav_item("/nhat-ky", "layout.nav.log", Act::SeeLog),
    nav_item("/nguoi-dung", "layout.nav.people", Act::Administer),
    nav_item("/thong-bao", "layout.nav.notices", Act::Administer),
];

const PUBLIC_NAV: &[NavItem] = &[
    NavItem {
        href: "/yeu-cau",
        name: "layout.nav.request",
        act: None,
    },
    NavItem {
        href: "/xac-minh",
        name: "layout.nav.verify",
        act: None,
    },
];

/// What every page needs to draw its head: language, caller, form token, path.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Language the page is drawn in.
    pub lang: Lang,
    /// Who, when signed in.
    pub caller: Option<Caller>,
    /// What each form must carry; empty when nobody is signed in.
    pub form_token: String,
    /// Whether the caller's roles wait for a second factor.
    pub must_enrol: bool,
    /// Path of this page, without its query.
    pub path: String,
    /// Path and query of this page, so that another language shows the same.
    pub here: String,
    /// What the act before this page did.
    pub toast: Option<Toast>,
    /// `light` or `dark`, where the reader chose one.
    pub theme: Option<&'static str>,
    /// What waits for the caller, for the rail.
    pub waiting: Waiting,
}

impl Frame {
    /// The text of a key in the page's language.
    pub fn t(&self, key: &str) -> &'static str {
        messages::text(self.lang, key)
    }

    /// The text of a stored word, such as a state: that of the key `group.word`, or the word itself.
    pub fn word<'a>(&self, group: &str, word: &'a str) -> &'a str {
        messages::find(self.lang, &format!("{group}.{word}")).unwrap_or(word)
    }

    /// A message in the page's language.
    pub fn say(&self, message: &Message) -> String {
        message.render(self.lang)
    }

    /// What to tell of an outcome, in the page's language.
    pub fn error(&self, error: &Error) -> String {
        error.say(self.lang)
    }

    /// That of two texts from outside which is in the page's language.
    pub fn pick<'a>(&self, vi: &'a str, en: &'a str) -> &'a str {
        self.lang.pick(vi, en)
    }

    /// The language that the page offers instead.
    pub fn other_lang(&self) -> &'static str {
        self.lang.pick("en", "vi")
    }

    /// The entries that this caller may use.
    pub fn nav(&self) -> Vec<NavItem> {
        let Some(caller) = &self.caller else {
            return PUBLIC_NAV.to_vec();
        };
        STAFF_NAV
            .iter()
            .filter(|item| item.act.is_none_or(|act| may(caller, act)))
            .copied()
            .collect()
    }

    /// True when this page lies behind that item.
    pub fn is_current(&self, href: &str) -> bool {
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

    /// The address of a stylesheet or script.
    pub fn asset(&self, name: &str) -> String {
        embedded::address(name)
    }

    /// A count as it is written: `10.003` in Vietnamese, `10,003` in English.
    pub fn number(&self, count: &i64) -> String {
        let digits = count.unsigned_abs().to_string();
        let mut written = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                written.push(self.lang.pick('.', ','));
            }
            written.push(digit);
        }
        written
    }

    /// True when the caller may search records.
    pub fn may_search(&self) -> bool {
        self.may(Act::SeeRecords)
    }

    /// Name of a role.
    pub fn role(&self, role: &Role) -> &'static str {
        role.name(self.lang)
    }

    /// A stored time as an office in Viet Nam reads it: `22/11/2026 11:35`, UTC+7.
    pub fn time(&self, stamp: &str) -> String {
        local_time(stamp)
    }

    /// An amount of đồng, its thousands parted by dots.
    pub fn dong(&self, amount: &i64) -> String {
        let digits = amount.to_string();
        let mut parted = String::new();
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                parted.push('.');
            }
            parted.push(digit);
        }
        format!("{parted} {}", self.t("common.dong"))
    }
}

/// The same as [`Frame::time`], where no frame is at hand.
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

/// Renders a page with a form: as it is when `faults` is empty, else again with them and status 422.
///
/// # Errors
/// As [`shown`].
pub fn shown_form(template: &impl Template, faults: &[Fault]) -> Result<Response, PageFault> {
    let status = match faults.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Ok((status, shown(template)?).into_response())
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
    fn the_navigation_shows_only_what_the_caller_may_do() {
        let frame = Frame {
            lang: Lang::Vi,
            caller: Some(Caller {
                id: "a".into(),
                name: "Trần Thị Mẫu".into(),
                roles: vec![Role::Administrator],
                kind: CallerKind::Person,
                fresh: true,
            }),
            form_token: String::new(),
            must_enrol: false,
            path: "/nguoi-dung".into(),
            here: "/nguoi-dung".into(),
            toast: None,
            theme: None,
            waiting: Waiting::default(),
        };
        let hrefs: Vec<_> = frame.nav().iter().map(|item| item.href).collect();
        assert!(hrefs.contains(&"/nguoi-dung") && !hrefs.contains(&"/tra-cuu"));
    }
}
