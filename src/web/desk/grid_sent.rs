//! The grid of a register's page as the browser sends it: for each row the marks of a sheet, with the record's id between mark
//! and key (`f.ID.KEY`), and what is printed once under the id `trang`.

use std::collections::BTreeSet;

use super::sent::Sent;
use crate::error::Fault;
use crate::review::{PageGiven, PageRow, PageRows, RowGiven};

/// Stands for the id of a record in the boxes of what is printed once on the page.
pub const HEAD: &str = "trang";
/// What registers and their keyers write for "as above".
const DITTO: [&str; 7] = ["\"", "\"\"", "''", "″", "〃", "nt", "-nt-"];

/// One row as sent: besides its sheet `n` is the version and `g` the digest that were shown, `d` says that it is right, and
/// `w.KEY` that a key of the grid filled the box in, which nobody has gone to since.
#[derive(Debug, Default)]
pub struct SentRow {
    /// Id of the record.
    pub id: String,
    /// What the boxes say.
    pub sheet: Sent,
    /// Digest of the version that was shown.
    pub digest: String,
    /// Keys of the boxes filled in by a key of the grid.
    pub filled: BTreeSet<String>,
    /// Whether the row was said to be right.
    pub right: bool,
}

/// The whole grid as sent.
#[derive(Debug, Default)]
pub struct SentPage {
    /// `save`, `approve` for the rows said to be right, `approve_page`, or `add` for a row that reading missed.
    pub act: String,
    /// Id of the row below which one is added; the last one when empty.
    pub after: String,
    /// What the person wrote beside it.
    pub note: String,
    /// What is printed once on the page.
    pub head: Sent,
    /// The rows that were open to be keyed, from the top.
    pub rows: Vec<SentRow>,
}

impl SentPage {
    /// What the pairs of a form say.
    pub fn of(pairs: Vec<(String, String)>) -> Self {
        let (mut sent, mut head) = (Self::default(), Vec::new());
        // In the order in which they were sent, which is that of the paper: "as above" needs it.
        let mut rows: Vec<(String, Vec<(String, String)>)> = Vec::new();
        for (name, value) in pairs {
            let mut parts = name.splitn(3, '.');
            let (mark, id) = (parts.next().unwrap_or_default(), parts.next());
            let key = parts.next().unwrap_or_default();
            let pair = (format!("{mark}.{key}"), value.clone());
            match id {
                None if name == "act" => sent.act = value,
                None if name == "after" => sent.after = value,
                None if name == "note" => value.trim().clone_into(&mut sent.note),
                None => {}
                Some(HEAD) => head.push(pair),
                Some(id) => match rows.iter_mut().find(|(known, _)| known == id) {
                    Some((_, pairs)) => pairs.push(pair),
                    None => rows.push((id.to_owned(), vec![pair])),
                },
            }
        }
        sent.head = Sent::of(head);
        let mut above: Vec<(String, String)> = Vec::new();
        for (id, mut pairs) in rows {
            repeat_above(&mut pairs, &above);
            above.clone_from(&pairs);
            sent.rows.push(SentRow::of(id, pairs));
        }
        sent
    }

    /// The row of a record.
    pub fn row(&self, id: &str) -> Option<&SentRow> {
        self.rows.iter().find(|row| row.id == id)
    }

    /// What is asked of the page as it stands now, and the cells that were filled in over a doubtful value which nobody
    /// has gone to.
    pub fn given(&self, now: &PageRows) -> (PageGiven, Vec<Fault>) {
        let mut unseen = Vec::new();
        let rows = self.rows.iter().enumerate().map(|(place, row)| {
            let stands = now.rows.iter().find(|one| one.record.id == row.id);
            let approve = self.approves(row, stands);
            if let Some(stands) = stands.filter(|_| approve) {
                unseen.extend(row.unseen(stands).map(|key| {
                    let pointer = format!("/rows/{place}/fields/{key}");
                    Fault::new(pointer, "faults.review.not_visited")
                }));
            }
            RowGiven {
                id: row.id.clone(),
                record_version: row.sheet.version,
                record_digest: row.digest.clone(),
                fields: row.sheet.changes.clone(),
                visited: row.sheet.visited.clone(),
                approve,
                same_serial: row.sheet.same_serial.clone(),
            }
        });
        let given = PageGiven {
            head: self.head.changes.clone(),
            head_visited: self.head.visited.clone(),
            rows: rows.collect(),
            note: self.note.clone(),
        };
        (given, unseen)
    }

    /// Whether a row is to be approved. With the whole page go those that its sender may approve: what they change of a
    /// public record, somebody else approves.
    fn approves(&self, row: &SentRow, stands: Option<&PageRow>) -> bool {
        match self.act.as_str() {
            "approve" => row.right,
            "approve_page" => stands.is_none_or(|one| {
                let changes = !row.sheet.changes.is_empty() || !self.head.changes.is_empty();
                !one.waits() || !(one.needs_another || one.was_public && changes)
            }),
            _ => false,
        }
    }
}

impl SentRow {
    fn of(id: String, pairs: Vec<(String, String)>) -> Self {
        let find = |name: &str| pairs.iter().find(|(key, _)| key == name);
        let text = |name: &str| {
            find(name)
                .map(|(_, value)| value.clone())
                .unwrap_or_default()
        };
        let filled = pairs.iter().filter_map(|(key, _)| key.strip_prefix("w."));
        Self {
            filled: filled.map(str::to_owned).collect(),
            digest: text("g."),
            right: find("d.").is_some(),
            sheet: Sent {
                version: text("n.").parse().unwrap_or_default(),
                ..Sent::of(pairs)
            },
            id,
        }
    }

    /// Keys filled in over a doubtful value, where nobody went since.
    fn unseen<'a>(&'a self, stands: &'a PageRow) -> impl Iterator<Item = &'a String> {
        let fields = &stands.record.fields;
        let doubtful = move |key: &&String| {
            let field = fields.get(*key);
            field.is_some_and(|field| !field.accepted && !field.value.is_empty())
        };
        let filled = self.filled.difference(&self.sheet.visited);
        filled.filter(doubtful)
    }
}

/// Puts the value of the row above in the place of a ditto mark.
fn repeat_above(pairs: &mut [(String, String)], above: &[(String, String)]) {
    for (name, value) in pairs {
        if name.starts_with("f.") && DITTO.contains(&value.trim()) {
            let same = above.iter().find(|(other, _)| other == name);
            if let Some((_, repeated)) = same {
                value.clone_from(repeated);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(pairs: &[(&str, &str)]) -> SentPage {
        let owned = pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        SentPage::of(owned.collect())
    }

    #[test]
    fn a_grid_is_taken_apart_by_row() {
        let page = sent(&[
            ("act", "approve"),
            ("note", " rõ "),
            ("f.trang.truong", "THPT Mẫu"),
            ("o.trang.truong", "THPT Mau"),
            ("n.a", "3"),
            ("g.a", "ff"),
            ("f.a.ho_ten", "Lê Thử"),
            ("o.a.ho_ten", "Lê Thử"),
            ("v.a.ho_ten", "1"),
            ("d.a", "1"),
            ("n.b", "x"),
            ("f.b.ho_ten", "-nt-"),
            ("o.b.ho_ten", ""),
        ]);
        assert_eq!((page.act.as_str(), page.note.as_str()), ("approve", "rõ"));
        assert_eq!(page.head.changes["truong"], "THPT Mẫu");
        let [a, b] = &page.rows[..] else { panic!() };
        assert_eq!(
            (a.sheet.version, a.digest.as_str(), a.right),
            (3, "ff", true)
        );
        assert!(a.sheet.changes.is_empty() && a.sheet.visited.contains("ho_ten"));
        assert_eq!((b.sheet.version, b.right), (0, false));
        assert_eq!(b.sheet.changes["ho_ten"], "Lê Thử", "as above");
    }

    #[test]
    fn a_ditto_mark_in_the_first_row_stays_what_it_is() {
        let page = sent(&[("n.a", "1"), ("f.a.ho_ten", "nt")]);
        assert_eq!(page.rows[0].sheet.changes["ho_ten"], "nt");
    }
}
