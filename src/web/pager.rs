//! The foot of a long list: how many there are, and the ways to its other pages.

use super::layout::Frame;
use crate::catalogue::{Slice, Turn};
use crate::messages::Message;

/// Rows on one page of a list.
pub const PAGE: usize = 50;

/// The parts of an address that say which page of a list is shown.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct TurnAsked {
    /// After the row at this place.
    pub sau: Option<String>,
    /// Before the row at this place.
    pub truoc: Option<String>,
}

impl TurnAsked {
    /// As the catalogue takes it.
    pub fn turn(&self) -> Turn {
        Turn {
            after: self.sau.clone(),
            before: self.truoc.clone(),
        }
    }
}

/// What the foot shows.
#[derive(Debug, Clone, Default)]
pub struct Pager {
    /// All rows that answer the filter.
    pub total: i64,
    /// Those of them on this page.
    pub shown: usize,
    /// Address of the first page, where this is another.
    pub first: Option<String>,
    /// Address of the page before.
    pub previous: Option<String>,
    /// Address of the page after.
    pub next: Option<String>,
}

impl Pager {
    /// Of a page of the list at `path`, whose filter is `asked`; parts of it that are empty are left out.
    pub fn of<T>(total: i64, slice: &Slice<T>, path: &str, asked: &[(&str, &str)]) -> Self {
        let with = |more: Option<(&str, &String)>| {
            let asked = asked.iter().copied().filter(|(_, value)| !value.is_empty());
            let more = more.map(|(key, value)| (key, value.as_str()));
            let pairs: Vec<_> = asked.chain(more).collect();
            let query = serde_urlencoded::to_string(pairs).unwrap_or_default();
            match query.is_empty() {
                true => path.to_owned(),
                false => format!("{path}?{query}"),
            }
        };
        Self {
            total,
            shown: slice.rows.len(),
            first: slice.before.as_ref().map(|_| with(None)),
            previous: slice.before.as_ref().map(|at| with(Some(("truoc", at)))),
            next: slice.after.as_ref().map(|at| with(Some(("sau", at)))),
        }
    }

    /// As [`Pager::of`], for a list that is only turned forwards: no address of the page before.
    pub fn one_way<T>(total: i64, slice: &Slice<T>, path: &str, asked: &[(&str, &str)]) -> Self {
        Self {
            previous: None,
            ..Self::of(total, slice, path, asked)
        }
    }

    /// How many are shown of how many.
    pub fn says(&self, f: &Frame) -> String {
        let key = match i64::try_from(self.shown) == Ok(self.total) {
            true => "layout.all_shown",
            false => "layout.some_shown",
        };
        let message = Message::new(key).with("shown", self.shown);
        f.say(&message.with("total", f.number(&self.total)))
    }
}
