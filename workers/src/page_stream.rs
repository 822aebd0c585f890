//! Page stream segmentation: at which pages of a pile of scans another paper begins. Each trace speaks for or against
//! with a weight, so that what was decided can be told; a person sees the proposal before it is followed.

use serde::{Deserialize, Serialize};

use crate::reading::{Continuity, PageReading};

/// A class at least this sure is what the page is.
const SURE_CLASS: f64 = 0.8;
/// A page number at least this sure is what is printed.
const SURE_NUMBER: f64 = 0.6;

/// What is known of a page where it lies in the pile.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct StreamPage {
    /// Class id, where it is sure.
    pub class: Option<String>,
    /// The number printed on it, where it is sure.
    pub number: Option<u32>,
    /// Whether a table stands on it.
    pub table: bool,
    /// Whether nothing stands on it: a back, or a sheet between.
    pub blank: bool,
    /// What it shows of beginning, end and course.
    pub continuity: Continuity,
    /// The file it came in; pages of one file lie in the order in which somebody scanned them.
    #[serde(skip)]
    pub file: String,
}

impl StreamPage {
    /// Of a page that was read, in the file of that name.
    pub fn of(page: &PageReading, file: &str) -> Self {
        let sure = page.class_confidence >= SURE_CLASS;
        let number = page
            .number
            .filter(|number| number.confidence >= SURE_NUMBER);
        Self {
            class: sure.then(|| page.class.clone()),
            number: number.map(|number| number.number),
            table: page.columns.is_some(),
            blank: page.quality.blank,
            continuity: page.continuity,
            file: file.to_owned(),
        }
    }
}

/// Whether another paper begins with each page; the first always begins one.
pub fn beginnings(pages: &[StreamPage]) -> Vec<bool> {
    let mut begins = Vec::with_capacity(pages.len());
    let mut first = 0;
    for (at, page) in pages.iter().enumerate() {
        let fresh = at == 0 || weight(&pages[first..at], page) > 0.0;
        if fresh {
            first = at;
        }
        begins.push(fresh);
    }
    begins
}

/// What speaks for another paper beginning with `page`, behind the pages of the paper so far; below zero it goes on.
fn weight(paper: &[StreamPage], page: &StreamPage) -> f64 {
    let Some(before) = paper.last() else {
        return 1.0;
    };
    let (shows, showed) = (page.continuity, before.continuity);
    let one_file = page.file == before.file;
    let others = page.class.is_some() && before.class.is_some() && page.class != before.class;
    let alike = page.class.is_some() && page.class == before.class;
    // An unnumbered first page is page one: NĐ 30/2020/NĐ-CP, Annex I, prints no number on it.
    let expected = before
        .number
        .or_else(|| u32::try_from(paper.len()).ok())
        .map(|number| number + 1);
    // A letter ends with its signature: what follows before it, without a head of its own, is its next page.
    let unsigned = paper[0].continuity.head && !paper.iter().any(|page| page.continuity.signed);
    let bare = !shows.head && !shows.title;
    let traces = [
        (one_file, -1.5),
        (!one_file, 0.5),
        (shows.head, 4.0),
        (shows.title && !shows.head, 1.5),
        (shows.annex, -5.0),
        (page.blank, -4.0),
        (page.number == Some(1) && !shows.annex, 2.0),
        (page.number.is_some() && page.number == expected, -3.0),
        (
            page.number.is_some_and(|number| number > 1) && page.number != expected,
            1.0,
        ),
        (showed.signed && !shows.head, 0.5),
        (showed.runs_on && shows.runs_in, -2.0),
        (shows.runs_in, -0.5),
        (shows.signed && !showed.signed && bare, -1.5),
        (unsigned && bare && !shows.annex && !page.table, -1.0),
        // A list may be the annex of a decision though nothing says so.
        (others && !shows.annex, if page.table { 1.0 } else { 2.0 }),
        (alike && page.table && before.table && !shows.title, -2.0),
    ];
    traces
        .iter()
        .filter(|(there, _)| *there)
        .map(|(_, weight)| weight)
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(file: &str, change: impl FnOnce(&mut StreamPage)) -> StreamPage {
        let mut page = StreamPage {
            file: file.to_owned(),
            ..StreamPage::default()
        };
        change(&mut page);
        page
    }

    fn head(file: &str) -> StreamPage {
        page(file, |page| page.continuity.head = true)
    }

    #[test]
    fn a_letterhead_begins_a_paper_even_within_one_file() {
        let pages = [head("a"), head("a"), page("a", |_| {})];
        assert_eq!(beginnings(&pages), [true, true, false]);
    }

    #[test]
    fn a_running_number_or_a_running_sentence_goes_on_over_files() {
        let second = page("b", |page| page.number = Some(2));
        assert_eq!(beginnings(&[head("a"), second]), [true, false]);
        let open = page("a", |page| {
            page.continuity = Continuity {
                head: true,
                runs_on: true,
                ..Continuity::default()
            };
        });
        let on = page("b", |page| page.continuity.runs_in = true);
        assert_eq!(beginnings(&[open, on]), [true, false]);
        let other = page("b", |page| page.number = Some(7));
        assert_eq!(
            beginnings(&[head("a"), other]),
            [true, true],
            "page 7 is another's"
        );
    }

    #[test]
    fn an_annex_goes_with_its_paper_and_a_title_alone_begins_another() {
        let annex = page("b", |page| {
            page.continuity = Continuity {
                title: true,
                annex: true,
                ..Continuity::default()
            };
        });
        let title = page("c", |page| page.continuity.title = true);
        assert_eq!(beginnings(&[head("a"), annex, title]), [true, false, true]);
    }

    #[test]
    fn pages_of_one_register_without_a_title_go_on() {
        let row = |file: &str, title| {
            page(file, |page| {
                page.class = Some("so_goc".into());
                page.table = true;
                page.continuity.title = title;
            })
        };
        let pages = [
            row("1", true),
            row("2", false),
            row("3", false),
            row("4", true),
        ];
        assert_eq!(beginnings(&pages), [true, false, false, true]);
    }
}
