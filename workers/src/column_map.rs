//! The column map of a bound volume: where its columns stand and which field each holds. Proposed
//! from the first pages read, confirmed by a person, then laid over every page of the volume.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::class::{Class, Layout};
use crate::geometry::median_f64;

/// Fewest columns of a table.
pub const LEAST_COLUMNS: usize = 3;
/// Most columns of a map.
pub const MOST_COLUMNS: usize = 40;
/// Narrowest column, as a share of the table's width.
pub const NARROWEST: f64 = 0.01;
/// Borders of two pages further apart than this share of the width are not of one layout.
const ALIKE: f64 = 0.03;

/// Which columns a volume's pages have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnMap {
    /// Counts the maps of the volume, from 1.
    pub version: i64,
    /// Class of its rows.
    pub class: String,
    /// Borders from left to right, as shares of the table's width: the first 0, the last 1.
    pub edges: Vec<f64>,
    /// The field of each column; nothing for one that is not read. One fewer than the borders.
    pub fields: Vec<Option<String>>,
}

/// The columns found on one page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PageColumns {
    /// Corners of the table `[x, y]` in pixels of the page as delivered: upper left, upper right,
    /// lower right and lower left of its content.
    pub corners: [[i32; 2]; 4],
    /// Borders, as in [`ColumnMap::edges`].
    pub edges: Vec<f64>,
    /// What each column seems to hold.
    pub fields: Vec<Option<String>>,
    /// Whether vertical rules part them; else the white between them does.
    pub ruled: bool,
}

/// How a map lay on a page.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MapFit {
    /// Version of the map.
    pub version: i64,
    /// Share of its borders that the page shows, 0 to 1.
    pub share: f64,
    /// Whether the page was read by it; one that was not is accepted in nothing.
    pub fits: bool,
}

/// What is wrong with a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MapFault {
    /// The class is unknown or has no rows.
    #[error("not a class of tables")]
    Class,
    /// Too few or too many columns, or not one field a column.
    #[error("{LEAST_COLUMNS} to {MOST_COLUMNS} columns, each with its field or none")]
    Count,
    /// The border of that index does not stand right of the one before, or an outer one not at 0 or 1.
    #[error("border {0} is out of place")]
    Edge(usize),
    /// The field of that column is not one of the class's columns.
    #[error("column {0} holds no field of a row")]
    Field(usize),
    /// The field of that column is another column's already.
    #[error("column {0} holds the same field as another")]
    Twice(usize),
    /// No column holds a person's name, so no row can be told from an empty one.
    #[error("no column holds a name")]
    NoName,
}

impl ColumnMap {
    /// Whether pages can be read by it.
    ///
    /// # Errors
    /// The first [`MapFault`] from left to right.
    pub fn check(&self, class: Option<&Class>) -> Result<(), MapFault> {
        let class = class
            .filter(|class| class.layout == Layout::Table && class.id == self.class)
            .ok_or(MapFault::Class)?;
        let count = self.fields.len();
        if !(LEAST_COLUMNS..=MOST_COLUMNS).contains(&count) || self.edges.len() != count + 1 {
            return Err(MapFault::Count);
        }
        if self.edges[0] != 0.0 {
            return Err(MapFault::Edge(0));
        }
        let narrow = |pair: &[f64]| pair[1].is_nan() || pair[1] - pair[0] < NARROWEST - 1e-9;
        if let Some(at) = self.edges.windows(2).position(narrow) {
            return Err(MapFault::Edge(at + 1));
        }
        if self.edges[count] != 1.0 {
            return Err(MapFault::Edge(count));
        }
        self.check_fields(class)
    }

    fn check_fields(&self, class: &Class) -> Result<(), MapFault> {
        let mut named = false;
        for (at, key) in self.fields.iter().enumerate() {
            let Some(key) = key else { continue };
            let (field, part) = class.column(key).ok_or(MapFault::Field(at))?;
            // A field stands in one column, or in one for each part: never in both ways.
            let same = |known: &&String| {
                let other = class.column(known);
                other.is_some_and(|(other, of)| {
                    other.key == field.key && (part.is_none() || of.is_none() || of == part)
                })
            };
            if self.fields[..at].iter().flatten().any(|known| same(&known)) {
                return Err(MapFault::Twice(at));
            }
            named |= field.kind == crate::class::FieldKind::Name;
        }
        if named { Ok(()) } else { Err(MapFault::NoName) }
    }
}

/// The columns most of these pages agree on; `None` where none shows any.
pub fn propose(pages: &[PageColumns]) -> Option<(Vec<f64>, Vec<Option<String>>)> {
    let sound = |page: &&PageColumns| {
        (LEAST_COLUMNS..=MOST_COLUMNS).contains(&page.fields.len())
            && page.edges.len() == page.fields.len() + 1
    };
    let ruled: Vec<&PageColumns> = pages.iter().filter(sound).filter(|p| p.ruled).collect();
    let pages: Vec<&PageColumns> = match ruled.is_empty() {
        true => pages.iter().filter(sound).collect(),
        false => ruled,
    };
    // The page with the most others alike speaks for them; of equals the one with more columns named.
    let alike = |one: &PageColumns| -> Vec<&PageColumns> {
        pages
            .iter()
            .copied()
            .filter(|other| are_alike(one, other))
            .collect()
    };
    let named = |page: &PageColumns| page.fields.iter().flatten().count();
    let usual = pages
        .iter()
        .map(|page| (alike(page), named(page)))
        .max_by_key(|(alike, named)| (alike.len(), *named))?
        .0;
    let count = usual.first()?.edges.len();
    let mut edges: Vec<f64> = (0..count)
        .filter_map(|at| median_f64(usual.iter().map(|page| page.edges[at])))
        .collect();
    (edges[0], edges[count - 1]) = (0.0, 1.0);
    Some((edges, voted(&usual)))
}

fn are_alike(one: &PageColumns, other: &PageColumns) -> bool {
    one.edges.len() == other.edges.len()
        && one
            .edges
            .iter()
            .zip(&other.edges)
            .all(|(a, b)| (a - b).abs() <= ALIKE)
}

/// The field most pages see in each column, each field in one column only.
fn voted(pages: &[&PageColumns]) -> Vec<Option<String>> {
    let count = pages.first().map_or(0, |page| page.fields.len());
    let mut votes: BTreeMap<(usize, &str), usize> = BTreeMap::new();
    for page in pages {
        for (at, field) in page.fields.iter().enumerate() {
            if let Some(field) = field {
                *votes.entry((at, field)).or_default() += 1;
            }
        }
    }
    let mut votes: Vec<((usize, &str), usize)> = votes.into_iter().collect();
    votes.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let mut fields: Vec<Option<String>> = vec![None; count];
    for ((at, field), _) in votes {
        let taken = fields.iter().flatten().any(|known| known == field);
        if !taken && fields[at].is_none() {
            fields[at] = Some(field.to_owned());
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::class::Classes;

    fn page(edges: &[f64], fields: &[Option<&str>]) -> PageColumns {
        PageColumns {
            corners: [[0, 0], [100, 0], [100, 100], [0, 100]],
            edges: edges.to_vec(),
            fields: fields.iter().map(|key| key.map(str::to_owned)).collect(),
            ruled: true,
        }
    }

    #[test]
    fn most_pages_decide_and_one_that_differs_does_not() {
        let (stt, name, born) = (Some("stt"), Some("ho_ten"), Some("ngay_sinh"));
        let pages = [
            page(&[0.0, 0.10, 0.60, 1.0], &[stt, name, born]),
            page(&[0.0, 0.12, 0.61, 1.0], &[stt, name, None]),
            page(&[0.0, 0.11, 0.62, 1.0], &[None, name, name]),
            page(&[0.0, 0.5, 0.6, 0.8, 1.0], &[stt, name, born, None]),
        ];
        let (edges, fields) = propose(&pages).unwrap();
        assert_eq!(edges, [0.0, 0.11, 0.61, 1.0]);
        let keys: Vec<Option<&str>> = fields.iter().map(Option::as_deref).collect();
        assert_eq!(keys, [stt, name, born]);
        assert_eq!(propose(&[]), None);
    }

    #[test]
    fn a_map_that_cannot_be_read_by_is_named() {
        let classes = Classes::load(None).unwrap();
        let good = ColumnMap {
            version: 1,
            class: "so_goc".into(),
            edges: vec![0.0, 0.1, 0.6, 1.0],
            fields: vec![Some("stt".into()), Some("ho_ten".into()), None],
        };
        let fault = |change: &dyn Fn(&mut ColumnMap)| {
            let mut map = good.clone();
            change(&mut map);
            map.check(classes.get(&map.class)).err()
        };
        assert_eq!(fault(&|_| {}), None);
        let of_letters = fault(&|map| map.class = "tai_lieu".into());
        assert_eq!(of_letters, Some(MapFault::Class));
        assert_eq!(fault(&|map| map.class = "x".into()), Some(MapFault::Class));
        assert_eq!(fault(&|map| map.edges[2] = 0.1), Some(MapFault::Edge(2)));
        assert_eq!(fault(&|map| map.edges[3] = 0.9), Some(MapFault::Edge(3)));
        let not_a_number = fault(&|map| map.edges[1] = f64::NAN);
        assert_eq!(not_a_number, Some(MapFault::Edge(1)));
        assert_eq!(fault(&|map| map.fields.clear()), Some(MapFault::Count));
        let of_the_page = fault(&|map| map.fields[2] = Some("truong".into()));
        assert_eq!(of_the_page, Some(MapFault::Field(2)));
        let twice = fault(&|map| map.fields[2] = Some("stt".into()));
        assert_eq!(twice, Some(MapFault::Twice(2)));
        assert_eq!(fault(&|map| map.fields[1] = None), Some(MapFault::NoName));
        let parts = |map: &mut ColumnMap| {
            map.fields = vec![
                Some("stt".into()),
                Some("ho_ten.family".into()),
                Some("ho_ten.given".into()),
            ];
        };
        assert_eq!(fault(&parts), None);
        let both_ways = fault(&|map| {
            parts(map);
            map.fields[2] = Some("ho_ten".into());
        });
        assert_eq!(both_ways, Some(MapFault::Twice(2)));
        let no_part = fault(&|map| map.fields[1] = Some("ho_ten.day".into()));
        assert_eq!(no_part, Some(MapFault::Field(1)));
    }
}
