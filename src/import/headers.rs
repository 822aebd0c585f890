//! The words over a list's columns: which row holds them, what field each stands for, and the signature by which a list of
//! the same make is known again.

use sha2::{Digest, Sha256};
use sogoc_vietnamese::fold;
use sogoc_workers::class::{Class, Classes, Layout};

/// Class of a list where its head names no other.
pub(super) const USUAL_CLASS: &str = "so_goc";
/// Longest name of a field in dBase, which cuts what is longer.
const DBASE_NAME: usize = 10;

/// Names that lists of the 1990s give to fields and no class prints: files had ten letters for them.
const SHORT_NAMES: [(&str, &str); 10] = [
    ("namtn", "nam_tot_nghiep"),
    ("ngsinh", "ngay_sinh"),
    ("gtinh", "gioi_tinh"),
    ("dtoc", "dan_toc"),
    ("xloai", "xep_loai"),
    ("sobangtn", "so_hieu"),
    ("svs", "so_vao_so"),
    ("hdthi", "hoi_dong"),
    ("tentruong", "truong"),
    ("namthi", "nam_tot_nghiep"),
];

/// What one word over a column stands for.
struct Name {
    /// As printed, lower case.
    printed: String,
    folded: String,
    /// Key of a field, or of a part of it: `ho_ten.family`.
    word: String,
}

/// The names of one class's columns.
pub(super) struct Names(Vec<Name>);

impl Names {
    pub fn of(class: &Class) -> Self {
        let mut names = Vec::new();
        let mut add = |printed: &str, word: String| {
            names.push(Name {
                printed: printed.to_lowercase(),
                folded: fold::letters(printed),
                word,
            });
        };
        for field in &class.fields {
            for printed in field
                .columns
                .iter()
                .chain(&field.labels)
                .chain([&field.label.vi])
            {
                add(printed, field.key.clone());
            }
            for (part, printed) in &field.parts {
                for one in printed {
                    add(one, Class::column_word(field, Some(*part)));
                }
            }
        }
        for (printed, key) in SHORT_NAMES {
            if class.field(key).is_some() {
                add(printed, key.to_owned());
            }
        }
        Self(names)
    }

    /// The field a column's head names; nothing where it names none, or could name two.
    pub fn field(&self, head: &str) -> Option<&str> {
        let levels: Vec<&str> = head.split(" / ").collect();
        let whole = levels.join(" ");
        let lowest = levels.last().copied().unwrap_or_default();
        [whole.as_str(), lowest, levels[0]]
            .into_iter()
            .find_map(|words| self.exactly(words))
    }

    fn exactly(&self, head: &str) -> Option<&str> {
        let (printed, folded) = (head.trim().to_lowercase(), fold::letters(head));
        if folded.is_empty() {
            return None;
        }
        // Only the marks tell "Năm" from "Nam".
        if let Some(name) = self.0.iter().find(|name| name.printed == printed) {
            return Some(&name.word);
        }
        let cut = head.is_ascii() && head.len() == DBASE_NAME;
        let same = |name: &&Name| name.folded == folded || cut && name.folded.starts_with(&folded);
        let mut found = self.0.iter().filter(same).map(|name| name.word.as_str());
        let first = found.next()?;
        found.all(|other| other == first).then_some(first)
    }

    fn known(&self, heads: &[String]) -> usize {
        heads
            .iter()
            .filter(|head| self.field(head).is_some())
            .count()
    }
}

/// The class whose columns a head names most of.
pub(super) fn class_of(classes: &Classes, heads: &[String]) -> String {
    let usual = classes.get(USUAL_CLASS);
    let tables = classes
        .iter()
        .filter(|class| class.layout == Layout::Table && class.id != USUAL_CLASS);
    let known = usual
        .into_iter()
        .chain(tables)
        .map(|class| (Names::of(class).known(heads), &class.id));
    let known: Vec<(usize, &String)> = known.collect();
    // Of equals the first: a register's.
    let best = known.iter().rev().max_by_key(|(known, _)| *known);
    best.map_or_else(|| USUAL_CLASS.to_owned(), |(_, id)| (*id).clone())
}

/// How many cells of a row name a column of some class.
pub(super) fn names_columns(names: &[Names], cells: &[String]) -> usize {
    names
        .iter()
        .map(|names| names.known(cells))
        .max()
        .unwrap_or_default()
}

/// Lists with the same words over the same columns have the same signature.
pub(super) fn signature(heads: &[String]) -> String {
    let mut digest = Sha256::new();
    for head in heads {
        digest.update(fold::letters(head).as_bytes());
        // A zero byte between two heads, or "Họ | tên" and "Họ tên |" would be one.
        digest.update([0]);
    }
    hex::encode(digest.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(head: &str) -> Option<String> {
        let classes = Classes::load(None).unwrap();
        Names::of(classes.get(USUAL_CLASS).unwrap())
            .field(head)
            .map(str::to_owned)
    }

    #[test]
    fn heads_are_known_in_every_spelling() {
        for (head, word) in [
            ("HỌ VÀ TÊN", "ho_ten"),
            ("HOTEN", "ho_ten"),
            ("Ho va ten hoc sinh", "ho_ten"),
            ("Ngày, tháng, năm sinh", "ngay_sinh"),
            ("NGAYSINH", "ngay_sinh"),
            ("SOHIEUBANG", "so_hieu"),
            ("NAM_TN", "nam_tot_nghiep"),
            ("Họ và tên / Họ đệm", "ho_ten.family"),
            ("Năm tốt nghiệp", "nam_tot_nghiep"),
            ("Học sinh trường", "truong"),
        ] {
            assert_eq!(field(head).as_deref(), Some(word), "{head}");
        }
        for head in ["", "Toán", "Số báo danh", "xyz"] {
            assert_eq!(field(head), None, "{head}");
        }
    }
}
