//! Pages a person withdrew from the batch: the document is made without them and says which they are.

use crate::error::{Error, Result};
use crate::messages::Message;
use crate::page::PageView;

/// Most characters of page numbers that are written out in a sentence; beyond, only how many.
const LONGEST: usize = 40;

/// Numbers of the pages a document leaves out, rising.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeftOut(Vec<i64>);

impl LeftOut {
    /// How many pages are left out.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// `2,5-9`; empty where the document is whole.
    pub fn spans(&self) -> String {
        let mut spans: Vec<(i64, i64)> = Vec::new();
        for number in &self.0 {
            match spans.last_mut() {
                Some((_, last)) if *last + 1 == *number => *last = *number,
                _ => spans.push((*number, *number)),
            }
        }
        let spans = spans.iter().map(|(first, last)| match first == last {
            true => first.to_string(),
            false => format!("{first}-{last}"),
        });
        spans.collect::<Vec<_>>().join(",")
    }

    /// In Vietnamese and in English; `None` where the document is whole.
    pub fn in_words(&self) -> Option<(String, String)> {
        let (spans, count) = (self.spans().replace(',', ", "), self.count());
        let message = match count {
            0 => return None,
            _ if spans.chars().count() > LONGEST => {
                Message::new("printed.document.left_out_many").with("count", count)
            }
            _ => Message::new("printed.document.left_out").with("pages", spans),
        };
        Some((message.vi(), message.en()))
    }
}

/// Leaves the pages that were not withdrawn and says which were.
///
/// # Errors
/// `Refused` where none is left.
pub(super) fn part(pages: &mut Vec<PageView>) -> Result<LeftOut> {
    let out = PageView::is_withdrawn;
    let left_out: Vec<i64> = pages
        .iter()
        .filter(|page| out(page))
        .map(|page| page.number)
        .collect();
    pages.retain(|page| !out(page));
    if pages.is_empty() && !left_out.is_empty() {
        return Err(Error::refuse("errors.all_withdrawn"));
    }
    Ok(LeftOut(left_out))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_said_in_numbers_while_they_are_few() {
        let two = LeftOut(vec![2, 5, 6, 7]);
        assert_eq!(two.spans(), "2,5-7");
        let (vi, en) = two.in_words().unwrap();
        assert_eq!(vi, "không gồm trang 2, 5-7 đã để riêng");
        assert_eq!(en, "without page 2, 5-7 (excluded)");
        let many = LeftOut((1..80).map(|number| number * 2).collect());
        assert_eq!(many.in_words().unwrap().0, "không gồm 79 trang đã để riêng");
        assert_eq!(LeftOut::default().in_words(), None);
    }
}
