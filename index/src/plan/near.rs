//! Words one letter away, as the archive knows them: the more often a word is a name here, the likelier
//! it is what was meant.

use std::collections::HashMap;

use tantivy::query::FuzzyTermQuery;
use tantivy::{Searcher, Term};

use super::Boxed;
use super::points::{self, best_of, term as holding, worth};

/// Records with a word within one typo of this one.
pub(super) fn near(term: &Term) -> Boxed {
    Box::new(FuzzyTermQuery::new(
        term.clone(),
        points::TYPOS_A_WORD,
        true,
    ))
}

/// Points for the likeliest of the words that these may stand for.
pub(super) fn likely<'a>(
    searcher: &Searcher,
    asked: impl Iterator<Item = &'a Term>,
) -> tantivy::Result<Boxed> {
    let mut likely = Vec::new();
    for term in asked {
        let words = near_words(searcher, term)?.into_iter();
        likely.extend(words.map(|(word, points)| worth(holding(word), points)));
    }
    Ok(best_of(likely))
}

/// The words of the index within one typo of a term, each with its points.
fn near_words(searcher: &Searcher, term: &Term) -> tantivy::Result<Vec<(Term, f32)>> {
    let mut often: HashMap<String, u64> = HashMap::new();
    let within = FuzzyTermQuery::new(term.clone(), points::TYPOS_A_WORD, true);
    for segment in searcher.segment_readers() {
        let words = segment.inverted_index(term.field())?;
        let mut near = words.terms().search(within.automaton()?).into_stream()?;
        while near.advance() {
            if let Ok(word) = std::str::from_utf8(near.key()) {
                *often.entry(word.to_string()).or_default() += u64::from(near.value().doc_freq);
            }
        }
    }
    let all = (searcher.num_docs() as f32 + 1.0).ln().max(1.0);
    let weighed = often.into_iter().map(|(word, count)| {
        let points = points::MOST_LIKELY * ((count as f32 + 1.0).ln() / all).min(1.0);
        (Term::from_field_text(term.field(), &word), points)
    });
    Ok(weighed.collect())
}
