//! How well a hit matches the words of the query, looked up in the postings of that one hit.

use std::collections::{HashMap, HashSet};

use sogoc_vietnamese::fold::Level;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, DocSet, Searcher, TERMINATED, Term};

use crate::hits::MatchLevel;

/// One word of the query as terms of the index: alternatives, each a list of terms that must all occur.
#[derive(Debug, Default, Clone)]
pub(crate) struct QueryWord {
    /// The alternatives at each [`Level`], in the order of its variants.
    pub(crate) levels: [Vec<Vec<Term>>; 3],
    /// The alternatives whose terms may each be one typo off; empty for what is matched literally.
    pub(crate) fuzzy: Vec<Vec<Term>>,
}

impl QueryWord {
    pub(crate) fn at(&self, level: Level) -> &[Vec<Term>] {
        &self.levels[level as usize]
    }
}

/// Which hits of one page contain which terms. Each term's postings are read once, when first asked for.
pub(crate) struct MatchLevels<'a> {
    searcher: &'a Searcher,
    page: Vec<DocAddress>,
    hits_by_term: HashMap<Term, HashSet<DocAddress>>,
}

impl<'a> MatchLevels<'a> {
    pub(crate) fn new(searcher: &'a Searcher, page: impl Iterator<Item = DocAddress>) -> Self {
        let mut page: Vec<DocAddress> = page.collect();
        // Postings are walked forward only, so the hits must be in the order of their ids.
        page.sort_unstable();
        Self {
            searcher,
            page,
            hits_by_term: HashMap::new(),
        }
    }

    /// The strictest level at which every word occurs in the hit.
    pub(crate) fn of(
        &mut self,
        hit: DocAddress,
        words: &[QueryWord],
    ) -> tantivy::Result<MatchLevel> {
        for (level, matched) in [
            (Level::Exact, MatchLevel::Exact),
            (Level::Tone, MatchLevel::ToneFolded),
            (Level::Ascii, MatchLevel::Ascii),
        ] {
            if self.contains_all(hit, words, level)? {
                return Ok(matched);
            }
        }
        Ok(MatchLevel::Fuzzy)
    }

    fn contains_all(
        &mut self,
        hit: DocAddress,
        words: &[QueryWord],
        level: Level,
    ) -> tantivy::Result<bool> {
        for word in words {
            let mut found = false;
            for alternative in word.at(level) {
                let mut all = true;
                for term in alternative {
                    all = all && self.contains(hit, term)?;
                }
                found = found || all;
            }
            if !found {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn contains(&mut self, hit: DocAddress, term: &Term) -> tantivy::Result<bool> {
        if !self.hits_by_term.contains_key(term) {
            let hits = hits_with(self.searcher, &self.page, term)?;
            self.hits_by_term.insert(term.clone(), hits);
        }
        Ok(self
            .hits_by_term
            .get(term)
            .is_some_and(|hits| hits.contains(&hit)))
    }
}

/// The hits of a sorted page that contain the term: one walk through its postings.
fn hits_with(
    searcher: &Searcher,
    page: &[DocAddress],
    term: &Term,
) -> tantivy::Result<HashSet<DocAddress>> {
    let mut hits = HashSet::new();
    for segment in page.chunk_by(|one, next| one.segment_ord == next.segment_ord) {
        let reader = searcher.segment_reader(segment[0].segment_ord);
        let postings = reader
            .inverted_index(term.field())?
            .read_postings(term, IndexRecordOption::Basic)?;
        let Some(mut postings) = postings else {
            continue;
        };
        for &hit in segment {
            let current = postings.doc();
            // `seek` must not be called backwards.
            let current = if current < hit.doc_id {
                postings.seek(hit.doc_id)
            } else {
                current
            };
            if current == hit.doc_id {
                hits.insert(hit);
            }
            if current == TERMINATED {
                break;
            }
        }
    }
    Ok(hits)
}
