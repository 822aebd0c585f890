//! A place under the names it bore and bears: from what a paper says to the provinces of the seeded tables.

use std::collections::{BTreeMap, BTreeSet};

use sogoc_vietnamese::fold::{Level, fold, words};

use crate::archive::Archive;
use crate::error::Result;
use crate::reference_data::{self, Province};

/// Provinces by folded name and by code, with what became of them.
#[derive(Debug, Default)]
pub(super) struct Places {
    by_name: BTreeMap<String, BTreeSet<String>>,
    /// Names of a code, the oldest first, and whether the last one stands today.
    by_code: BTreeMap<String, (Vec<String>, bool)>,
    became: BTreeMap<String, BTreeSet<String>>,
    came_from: BTreeMap<String, BTreeSet<String>>,
}

/// What a place printed on a paper is related to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Related {
    /// Every name of the province before, then and now, as they are written.
    pub names: Vec<String>,
    /// The one province it lies in today; nothing where it was parted.
    pub today: Option<String>,
}

impl Places {
    pub async fn load(archive: &Archive) -> Result<Self> {
        let mut places = Self::default();
        for province in reference_data::provinces(&archive.catalogue).await? {
            places.add(&province);
        }
        Ok(places)
    }

    fn add(&mut self, province: &Province) {
        let code = &province.code;
        let named = self.by_name.entry(plain(&province.name)).or_default();
        named.insert(code.clone());
        let (names, stands) = self.by_code.entry(code.clone()).or_default();
        if !names.contains(&province.name) {
            names.push(province.name.clone());
        }
        *stands = province.valid_to.is_none();
        for next in province.became.iter().filter(|next| *next != code) {
            let after = self.became.entry(code.clone()).or_default();
            after.insert(next.clone());
            let before = self.came_from.entry(next.clone()).or_default();
            before.insert(code.clone());
        }
    }

    /// The province named last in a text, which is where addresses name it, under all its names.
    pub fn related(&self, text: &str) -> Related {
        let text = format!(" {} ", plain(text));
        let found = self.by_name.iter().filter_map(|(name, codes)| {
            let at = text.rfind(&format!(" {name} "))?;
            Some((at + name.len(), name.len(), codes))
        });
        let Some((_, _, codes)) = found.max_by_key(|(end, length, _)| (*end, *length)) else {
            return Related::default();
        };
        let after = reached(codes, &self.became);
        let before = reached(codes, &self.came_from);
        let names: BTreeSet<&String> = after
            .union(&before)
            .filter_map(|code| self.by_code.get(code))
            .flat_map(|(names, _)| names)
            .collect();
        let standing = after
            .iter()
            .filter_map(|code| self.by_code.get(code))
            .filter(|(_, stands)| *stands);
        let today: BTreeSet<&String> = standing.filter_map(|(names, _)| names.last()).collect();
        Related {
            names: names.into_iter().cloned().collect(),
            today: (today.len() == 1).then(|| today.into_iter().cloned().collect()),
        }
    }
}

/// These codes and all that can be reached from them.
fn reached(
    from: &BTreeSet<String>,
    steps: &BTreeMap<String, BTreeSet<String>>,
) -> BTreeSet<String> {
    let mut all = from.clone();
    let mut open: Vec<String> = from.iter().cloned().collect();
    while let Some(code) = open.pop() {
        for next in steps.get(&code).into_iter().flatten() {
            if all.insert(next.clone()) {
                open.push(next.clone());
            }
        }
    }
    all
}

fn plain(text: &str) -> String {
    let apart = fold(text, Level::Ascii).replace(|c: char| !c.is_alphanumeric(), " ");
    words(&apart)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places() -> Places {
        let mut places = Places::default();
        for (code, name, became, valid_to) in [
            ("NGHIA-BINH", "Nghĩa Bình", "51,52", Some("1989-07-01")),
            ("51", "Quảng Ngãi", "51", Some("2025-07-01")),
            ("62", "Kon Tum", "51", Some("2025-07-01")),
            ("52", "Bình Định", "64", Some("2025-07-01")),
            ("51", "Quảng Ngãi", "", None),
            ("64", "Gia Lai", "", None),
        ] {
            places.add(&Province {
                code: code.into(),
                name: name.into(),
                became: became
                    .split(',')
                    .filter(|c| !c.is_empty())
                    .map(str::to_owned)
                    .collect(),
                valid_to: valid_to.map(str::to_owned),
            });
        }
        places
    }

    #[test]
    fn a_place_is_known_under_what_it_was_and_became() {
        let related = places().related("Xã Hành Thuận, huyện Nghĩa Hành, tỉnh QUẢNG NGÃI");
        assert_eq!(related.names, ["Kon Tum", "Nghĩa Bình", "Quảng Ngãi"]);
        assert_eq!(related.today.as_deref(), Some("Quảng Ngãi"));
        let parted = places().related("Nghĩa Bình");
        assert_eq!(
            parted.names,
            ["Bình Định", "Gia Lai", "Nghĩa Bình", "Quảng Ngãi"]
        );
        assert_eq!(parted.today, None, "it was parted");
        assert_eq!(places().related("Kontum"), Related::default());
    }
}
