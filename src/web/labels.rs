//! What record classes and their fields are called, and how their values are written for people.

use std::collections::BTreeMap;

use sogoc_workers::class::Class;

use super::State;
use super::layout::Frame;
use crate::messages::{Lang, text};

/// A class or field as people call it.
#[derive(Debug, Clone)]
pub struct Name {
    /// The label in Vietnamese.
    pub vi: String,
    /// The label in English.
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
            let parts = class.column_words().filter_map(|(field, part)| {
                let part = part?;
                let called = |label: &str, lang| {
                    format!(
                        "{label}: {}",
                        text(lang, &format!("volumes.part.{}", part.as_str()))
                    )
                };
                let name = Name {
                    vi: called(&field.label.vi, Lang::Vi),
                    en: called(&field.label.en, Lang::En),
                };
                Some((Class::column_word(field, Some(part)), name))
            });
            names
                .fields
                .insert(class.id.clone(), fields.chain(parts).collect());
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

/// A stored date as people write it: `12/03/1975`, `03/1975`, `1975`.
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

/// A share, 0 to 1, as people say it.
pub fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
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
}
