//! How near a hit's words are to the words asked for, looked up in the postings of that one hit.

use std::collections::{HashMap, HashSet};

use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, DocSet, Searcher, TERMINATED, Term};

use crate::fold::Level;
use crate::hits::Matched;

/// One word asked for: alternatives of terms that must all be there.
#[derive(Debug, Default, Clone)]
pub(crate) struct Unit {
    /// As it is, by level.
    pub(crate) levels: [Vec<Vec<Term>>; 3],
    /// Where each term may be one letter away; none for what is taken literally.
    pub(crate) spoilable: Vec<Vec<Term>>,
}

impl Unit {
    /// The alternatives at a level.
    pub(crate) fn at(&self, level: Level) -> &[Vec<Term>] {
        &self.levels[level as usize]
    }
}

/// Looks up which hits hold a term, once a term.
pub(crate) struct Levels<'a> {
    searcher: &'a Searcher,
    page: Vec<DocAddress>,
    holding: HashMap<Term, HashSet<DocAddress>>,
}

impl<'a> Levels<'a> {
    pub(crate) fn new(searcher: &'a Searcher, page: impl Iterator<Item = DocAddress>) -> Self {
        let mut page: Vec<DocAddress> = page.collect();
        page.sort_unstable();
        Self {
            searcher,
            page,
            holding: HashMap::new(),
        }
    }

    /// The strictest level at which every word is found in the hit.
    pub(crate) fn of(&mut self, hit: DocAddress, units: &[Unit]) -> tantivy::Result<Matched> {
        for (level, matched) in [
            (Level::Exact, Matched::Exact),
            (Level::Tone, Matched::ToneFolded),
            (Level::Ascii, Matched::Ascii),
        ] {
            if self.holds_all(hit, units, level)? {
                return Ok(matched);
            }
        }
        Ok(Matched::Fuzzy)
    }

    fn holds_all(
        &mut self,
        hit: DocAddress,
        units: &[Unit],
        level: Level,
    ) -> tantivy::Result<bool> {
        for unit in units {
            let mut found = false;
            for alternative in unit.at(level) {
                let mut all = true;
                for term in alternative {
                    all = all && self.holds(hit, term)?;
                }
                found = found || all;
            }
            if !found {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn holds(&mut self, hit: DocAddress, term: &Term) -> tantivy::Result<bool> {
        if !self.holding.contains_key(term) {
            let holding = holding(self.searcher, &self.page, term)?;
            self.holding.insert(term.clone(), holding);
        }
        Ok(self
            .holding
            .get(term)
            .is_some_and(|holding| holding.contains(&hit)))
    }
}

/// Which of these (sorted) documents hold the term: one walk through its postings.
fn holding(
    searcher: &Searcher,
    page: &[DocAddress],
    term: &Term,
) -> tantivy::Result<HashSet<DocAddress>> {
    let mut holding = HashSet::new();
    for segment in page.chunk_by(|one, next| one.segment_ord == next.segment_ord) {
        let reader = searcher.segment_reader(segment[0].segment_ord);
        let postings = reader
            .inverted_index(term.field())?
            .read_postings(term, IndexRecordOption::Basic)?;
        let Some(mut postings) = postings else {
            continue;
        };
        for &hit in segment {
            let at = postings.doc();
            let at = if at < hit.doc_id {
                postings.seek(hit.doc_id)
            } else {
                at
            };
            if at == hit.doc_id {
                holding.insert(hit);
            }
            if at == TERMINATED {
                break;
            }
        }
    }
    Ok(holding)
}
