//! Long lists cut into pages by the place of their last row and not by counting: page 200 costs what page 1 costs, and a row
//! that comes or goes meanwhile shifts nothing.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::{Error, Result};

/// A column by which a list is ordered.
#[derive(Debug, Clone, Copy)]
pub enum Key {
    /// Name of a column of type TEXT.
    Text(&'static str),
    /// Name of a column of type BIGINT.
    Number(&'static str),
}

impl Key {
    fn column(self) -> &'static str {
        match self {
            Self::Text(column) | Self::Number(column) => column,
        }
    }

    /// A value of a place, given as text.
    fn value(self, number: usize) -> String {
        match self {
            Self::Text(_) => format!("${number}"),
            Self::Number(_) => format!("CAST(${number} AS BIGINT)"),
        }
    }
}

/// Which page of a list: the rows after a place or before one; the first where neither is given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Turn {
    /// Place of the last row of the page before.
    pub after: Option<String>,
    /// Place of the first row of the page after.
    pub before: Option<String>,
}

/// A page of a list in one order.
#[derive(Debug)]
pub struct Window {
    keys: &'static [Key],
    descending: bool,
    back: bool,
    place: Vec<String>,
    most: usize,
}

/// Rows of a page and the places beside them.
#[derive(Debug, Clone)]
pub struct Slice<T> {
    /// In the order of the list.
    pub rows: Vec<T>,
    /// Give this as `before` for the page before; absent on the first.
    pub before: Option<String>,
    /// Give this as `after` for the page after; absent on the last.
    pub after: Option<String>,
}

impl Window {
    /// The page of `turn` with at most `most` rows, ordered by `keys`, of which the last is unique.
    ///
    /// # Errors
    /// `Invalid` for a place that does not belong to this list.
    pub fn of(keys: &'static [Key], descending: bool, turn: &Turn, most: usize) -> Result<Self> {
        let (back, place) = match (&turn.before, &turn.after) {
            (Some(place), _) => (true, Some(place)),
            (None, place) => (false, place.as_ref()),
        };
        let place = place.map_or(Some(Vec::new()), |place| read(place, keys));
        Ok(Self {
            keys,
            descending,
            back,
            place: place.ok_or_else(|| Error::fault("/after", "faults.no_place_of_list"))?,
            most,
        })
    }

    /// What stands behind the conditions of a statement: those of the page, its order and its size. The values of its
    /// place take the placeholders from `$first` on.
    pub fn sql(&self, first: usize) -> String {
        let columns: Vec<_> = self.keys.iter().map(|key| key.column()).collect();
        let up = self.descending == self.back;
        let from = match self.place.is_empty() {
            true => String::new(),
            false => {
                let values = self.keys.iter().enumerate();
                let values: Vec<_> = values.map(|(at, key)| key.value(first + at)).collect();
                let side = if up { ">" } else { "<" };
                format!(
                    " AND ({}) {side} ({})",
                    columns.join(", "),
                    values.join(", ")
                )
            }
        };
        let way = if up { "ASC" } else { "DESC" };
        let order: Vec<_> = columns.iter().map(|one| format!("{one} {way}")).collect();
        // One more than asked for tells whether there is another page.
        format!(
            "{from} ORDER BY {} LIMIT {}",
            order.join(", "),
            self.most + 1
        )
    }

    /// The values of its place, in the order of their placeholders.
    pub fn values(&self) -> &[String] {
        &self.place
    }

    /// Cuts what the statement found into the page; `place` has the values of a row's keys.
    pub fn cut<T>(&self, mut rows: Vec<T>, place: impl Fn(&T) -> Vec<String>) -> Slice<T> {
        let more = rows.len() > self.most;
        rows.truncate(self.most);
        if self.back {
            rows.reverse();
        }
        let began = !self.place.is_empty();
        let at = |row: Option<&T>| row.map(|row| written(&place(row)));
        let (before, after) = match self.back {
            true => (more, began),
            false => (began, more),
        };
        Slice {
            before: before.then(|| at(rows.first())).flatten(),
            after: after.then(|| at(rows.last())).flatten(),
            rows,
        }
    }
}

fn written(place: &[String]) -> String {
    let text = serde_json::to_string(place).unwrap_or_default();
    URL_SAFE_NO_PAD.encode(text)
}

fn read(place: &str, keys: &[Key]) -> Option<Vec<String>> {
    let bytes = URL_SAFE_NO_PAD.decode(place).ok()?;
    let values: Vec<String> = serde_json::from_slice(&bytes).ok()?;
    let fits = |(key, value): (&Key, &String)| match key {
        Key::Text(_) => !value.contains('\0'),
        Key::Number(_) => value.parse::<i64>().is_ok(),
    };
    let all = values.len() == keys.len() && keys.iter().zip(&values).all(fits);
    all.then_some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: &[Key] = &[Key::Text("due_at"), Key::Number("number")];

    fn row(number: i64) -> (String, i64) {
        ("2026".to_owned(), number)
    }

    fn place(row: &(String, i64)) -> Vec<String> {
        vec![row.0.clone(), row.1.to_string()]
    }

    #[test]
    fn pages_lead_to_each_other_in_both_directions() {
        let first = Window::of(KEYS, false, &Turn::default(), 2).unwrap();
        assert_eq!(first.sql(3), " ORDER BY due_at ASC, number ASC LIMIT 3");
        let page = first.cut(vec![row(1), row(2), row(3)], place);
        assert_eq!((page.rows.len(), page.before.is_none()), (2, true));
        let turn = Turn {
            after: page.after,
            before: None,
        };
        let second = Window::of(KEYS, false, &turn, 2).unwrap();
        assert_eq!(
            second.sql(3),
            " AND (due_at, number) > ($3, CAST($4 AS BIGINT)) ORDER BY due_at ASC, number ASC LIMIT 3"
        );
        assert_eq!(second.values(), ["2026", "2"]);
        let page = second.cut(vec![row(3)], place);
        assert_eq!(page.after, None);
        let turn = Turn {
            after: None,
            before: page.before,
        };
        let back = Window::of(KEYS, false, &turn, 2).unwrap();
        assert!(
            back.sql(1)
                .contains("< ($1, CAST($2 AS BIGINT)) ORDER BY due_at DESC")
        );
        let page = back.cut(vec![row(2), row(1)], place);
        assert_eq!(page.rows, [row(1), row(2)]);
        assert!(page.before.is_none() && page.after.is_some());
    }

    #[test]
    fn a_place_of_another_list_is_refused() {
        for bad in ["", "x", "WyIxIl0", "WyJhIiwiYiJd"] {
            let turn = Turn {
                after: Some(bad.to_owned()),
                before: None,
            };
            assert!(Window::of(KEYS, false, &turn, 2).is_err(), "{bad}");
        }
    }
}
