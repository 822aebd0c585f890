//! What each kind of match scores, and the few shapes of query that everything is made of.
//!
//! The constants are steps of a ladder. For a name of usual length each step is more than all smaller
//! bonuses together, so a hit does not overtake one that matches more strictly.

use tantivy::Term;
use tantivy::query::{
    BooleanQuery, ConstScoreQuery, DisjunctionMaxQuery, EmptyQuery, Occur, Query as TantivyQuery,
    TermQuery,
};
use tantivy::schema::IndexRecordOption;

/// Score where every word of the question occurs.
pub(super) const FULL: f32 = 1000.0;
/// The name without some of its middle names.
pub(super) const SHORTENED: f32 = 500.0;
/// All words with letters and tones as in the query.
pub(super) const ALL_EXACT: f32 = 200.0;
/// All words as in the query except for their tones.
pub(super) const ALL_TONE: f32 = 100.0;
/// The whole name, nothing more, in this order.
pub(super) const WHOLE_IN_ORDER: f32 = 40.0;
/// The whole name, nothing more, in any order.
pub(super) const WHOLE: f32 = 20.0;
/// One word with letters and tones as in the query (on top of [`TONE`]).
pub(super) const EXACT: f32 = 10.0;
/// One word as in the query except for its tone.
pub(super) const TONE: f32 = 10.0;
/// One word in plain letters, where others have typos.
pub(super) const ASCII: f32 = 15.0;
/// A word of the search box that occurs in the name.
pub(super) const IN_NAME: f32 = 5.0;
/// A fuzzy candidate that every record contains; a rarer one scores by the logarithm of its share.
pub(super) const MOST_FREQUENT: f32 = 10.0;
/// As many syllables as in the query, where words have typos.
pub(super) const SAME_LENGTH: f32 = 5.0;
/// Factor on the engine's BM25 score, so small that it only orders equals.
pub(super) const BM25_WEIGHT: f32 = 0.01;
/// Letters that may be wrong, missing, added or swapped in one word.
pub(super) const MAX_EDITS: u8 = 1;

pub(super) type BoxedQuery = Box<dyn TantivyQuery>;

/// Records that contain a term.
pub(super) fn term(term: Term) -> BoxedQuery {
    Box::new(TermQuery::new(term, IndexRecordOption::Basic))
}

/// The query with a fixed score.
pub(super) fn constant_score(query: BoxedQuery, score: f32) -> BoxedQuery {
    Box::new(ConstScoreQuery::new(query, score))
}

/// A condition: it restricts the hits and scores nothing.
pub(super) fn filter(query: BoxedQuery) -> BoxedQuery {
    constant_score(query, 0.0)
}

/// Conjunction; matches nothing when empty.
pub(super) fn all_of(queries: Vec<BoxedQuery>) -> BoxedQuery {
    combined(Occur::Must, queries)
}

/// Disjunction; matches nothing when empty.
pub(super) fn any_of(queries: Vec<BoxedQuery>) -> BoxedQuery {
    combined(Occur::Should, queries)
}

fn combined(occur: Occur, mut queries: Vec<BoxedQuery>) -> BoxedQuery {
    match queries.len() {
        0 => Box::new(EmptyQuery),
        1 => queries.remove(0),
        _ => Box::new(BooleanQuery::new(
            queries.into_iter().map(|query| (occur, query)).collect(),
        )),
    }
}

/// Disjunction that scores as its best branch instead of the sum.
pub(super) fn best_of(mut queries: Vec<BoxedQuery>) -> BoxedQuery {
    if queries.len() == 1 {
        return queries.remove(0);
    }
    Box::new(DisjunctionMaxQuery::new(queries))
}
