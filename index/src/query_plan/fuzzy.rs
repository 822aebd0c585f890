//! Fuzzy matching: words of the index within one edit of a word of the query. Among the candidates, the
//! more frequent a word is in the archive, the likelier it is what was meant.

use std::collections::HashMap;

use tantivy::query::FuzzyTermQuery;
use tantivy::{Searcher, Term};

use super::scoring::{self, BoxedQuery, best_of, constant_score, term as exact};

/// Records with a word within [`scoring::MAX_EDITS`] of this one.
pub(super) fn fuzzy(term: &Term) -> BoxedQuery {
    Box::new(automaton_query(term))
}

/// Scores records by the most frequent candidate they contain for any of these terms.
pub(super) fn frequency_bonus<'a>(
    searcher: &Searcher,
    terms: impl Iterator<Item = &'a Term>,
) -> tantivy::Result<BoxedQuery> {
    let mut bonuses = Vec::new();
    for term in terms {
        let candidates = candidates(searcher, term)?.into_iter();
        bonuses.extend(candidates.map(|(word, score)| constant_score(exact(word), score)));
    }
    Ok(best_of(bonuses))
}

/// The words of the index within one edit of a term, each with its score.
fn candidates(searcher: &Searcher, term: &Term) -> tantivy::Result<Vec<(Term, f32)>> {
    let mut frequencies: HashMap<String, u64> = HashMap::new();
    let query = automaton_query(term);
    for segment in searcher.segment_readers() {
        let index = segment.inverted_index(term.field())?;
        let mut near = index.terms().search(query.automaton()?).into_stream()?;
        while near.advance() {
            if let Ok(word) = std::str::from_utf8(near.key()) {
                let frequency = u64::from(near.value().doc_freq);
                *frequencies.entry(word.to_string()).or_default() += frequency;
            }
        }
    }
    // Logarithms, because the commonest family name is a hundred times as frequent as a usual one.
    let all = (searcher.num_docs() as f32 + 1.0).ln().max(1.0);
    let scored = frequencies.into_iter().map(|(word, count)| {
        let share = ((count as f32 + 1.0).ln() / all).min(1.0);
        let score = scoring::MOST_FREQUENT * share;
        (Term::from_field_text(term.field(), &word), score)
    });
    Ok(scored.collect())
}

fn automaton_query(term: &Term) -> FuzzyTermQuery {
    // `true`: two neighbouring letters swapped are one edit, not two (Damerau).
    FuzzyTermQuery::new(term.clone(), scoring::MAX_EDITS, true)
}
