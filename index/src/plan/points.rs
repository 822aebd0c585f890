//! What a match is worth, and the few shapes of query everything is made of.

use tantivy::Term;
use tantivy::query::{
    BooleanQuery, ConstScoreQuery, DisjunctionMaxQuery, EmptyQuery, Occur, Query, TermQuery,
};
use tantivy::schema::IndexRecordOption;

/// Every word is there.
pub(super) const FULL: f32 = 1000.0;
/// The name without some of its middle names.
pub(super) const SHORTENED: f32 = 500.0;
/// All words with letters and tones as asked. More than any sum of the smaller bonuses can make up.
pub(super) const ALL_EXACT: f32 = 200.0;
/// All words as asked but for their tones.
pub(super) const ALL_TONE: f32 = 100.0;
/// The whole name, nothing more, in this order.
pub(super) const WHOLE_IN_ORDER: f32 = 40.0;
/// The whole name, nothing more, in any order.
pub(super) const WHOLE: f32 = 20.0;
/// One word with letters and tones as asked (on top of [`TONE`]).
pub(super) const EXACT: f32 = 10.0;
/// One word as asked but for its tone.
pub(super) const TONE: f32 = 10.0;
/// One word in plain letters, where others have typos.
pub(super) const ASCII: f32 = 15.0;
/// A word of the search box that stands in the name.
pub(super) const IN_NAME: f32 = 5.0;
/// A word one typo away that every record holds; a rarer one by the logarithm of its share.
pub(super) const MOST_LIKELY: f32 = 10.0;
/// As many syllables as asked, where words have typos.
pub(super) const LIKELY_LENGTH: f32 = 5.0;
/// Factor on the engine's own statistics: only to order equals.
pub(super) const SAID_OFTEN: f32 = 0.01;
/// Letters that may be wrong, missing, added or swapped in one word.
pub(super) const TYPOS_A_WORD: u8 = 1;

type Boxed = Box<dyn Query>;

/// Records that hold a term.
pub(super) fn term(term: Term) -> Boxed {
    Box::new(TermQuery::new(term, IndexRecordOption::Basic))
}

/// The query with a fixed number of points.
pub(super) fn worth(query: Boxed, points: f32) -> Boxed {
    Box::new(ConstScoreQuery::new(query, points))
}

/// All must hold.
pub(super) fn all_of(queries: Vec<Boxed>) -> Boxed {
    combined(Occur::Must, queries)
}

/// One must hold.
pub(super) fn any_of(queries: Vec<Boxed>) -> Boxed {
    combined(Occur::Should, queries)
}

fn combined(occur: Occur, mut queries: Vec<Boxed>) -> Boxed {
    match queries.len() {
        0 => Box::new(EmptyQuery),
        1 => queries.remove(0),
        _ => Box::new(BooleanQuery::new(
            queries.into_iter().map(|query| (occur, query)).collect(),
        )),
    }
}

/// One must hold; the points of the best count.
pub(super) fn best_of(mut queries: Vec<Boxed>) -> Boxed {
    if queries.len() == 1 {
        return queries.remove(0);
    }
    Box::new(DisjunctionMaxQuery::new(queries))
}
