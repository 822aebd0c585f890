//! From a query to the engine's query: what must hold, and what raises a hit in the order.
//!
//! Fixed scores, not statistics, decide the order, so that it can be explained: a full match comes before
//! one with a middle name missing, that before one with a typo; within each, all words exact before all
//! words without tones before plain letters; then the whole name in its order, then in any.

mod fuzzy;
mod names;
mod scoring;
mod text;
mod values;

use sogoc_vietnamese::fold::Level;
use tantivy::query::{BooleanQuery, BoostQuery, Occur, TermQuery};
use tantivy::schema::IndexRecordOption;
use tantivy::{Searcher, Term};

use crate::error::{Problem, QueryError};
use crate::match_levels::QueryWord;
use crate::query::{MAX_WORDS, Query};
use crate::schema::Fields;
use crate::tokenizer::Tokenizer;

use scoring::{BoxedQuery, all_of, any_of, best_of, constant_score, term};

/// Words searched together: a name, or the words of the search box.
#[derive(Debug, Default)]
struct WordGroup {
    words: Vec<QueryWord>,
    /// Whole names that lack some middle names of the one in the query.
    shortened_names: Vec<Term>,
    /// Queries that raise a hit but are not required, each with its score.
    bonuses: Vec<(BoxedQuery, f32)>,
    /// Terms scored by BM25 to order equals: the record that is about them comes first.
    bm25_terms: Vec<Term>,
    /// Names of as many syllables; used in fuzzy search only.
    same_length: Option<Term>,
}

/// A query translated into terms of the index; compiled once strictly, and perhaps once more fuzzily.
#[derive(Debug)]
pub(crate) struct QueryPlan {
    groups: Vec<WordGroup>,
    required: Vec<BoxedQuery>,
}

impl QueryPlan {
    /// Translates a query.
    ///
    /// # Errors
    /// Where a part of the query is empty or too large; no part is ever left out silently.
    pub(crate) fn new(fields: &Fields, query: &Query) -> Result<Self, QueryError> {
        query.check()?;
        let mut tokenizer = Tokenizer::default();
        let mut plan = Self {
            groups: Vec::new(),
            required: Vec::new(),
        };
        // A page names nobody by a field of its own: whom it names stands there in words.
        let named = query.name.iter();
        let (names, runs): (Vec<_>, Vec<_>) = named.partition(|_| query.kind.has_fields());
        for name in names {
            plan.groups.push(text::name(fields, &mut tokenizer, name)?);
        }
        if !query.words.trim().is_empty() {
            let (group, required) = text::words(fields, &mut tokenizer, query)?;
            plan.required.extend(required);
            plan.groups.extend(group);
        }
        for phrase in query.phrases.iter().chain(runs) {
            let (group, required) = text::phrase(fields, &mut tokenizer, phrase)?;
            plan.groups.push(group);
            plan.required.push(required);
        }
        if let Some(school) = &query.school {
            plan.required
                .push(text::school(fields, &mut tokenizer, school)?);
        }
        if let Some(place) = &query.place {
            plan.required
                .push(text::place(fields, &mut tokenizer, place)?);
        }
        plan.required.extend(values::conditions(fields, query)?);
        // Before the access filter is added, which alone is no query.
        if plan.groups.is_empty() && plan.required.is_empty() {
            return Err(QueryError::new(Problem::Empty, 0));
        }
        if plan.words().len() > MAX_WORDS {
            return Err(QueryError::new(Problem::TooManyWords, 0));
        }
        plan.required.push(values::access_filter(fields, query));
        plan.required.push(values::of_kind(fields, query));
        Ok(plan)
    }

    /// The words of all groups, in order.
    pub(crate) fn words(&self) -> Vec<QueryWord> {
        self.groups
            .iter()
            .flat_map(|group| group.words.iter().cloned())
            .collect()
    }

    /// Whether fuzzy search could find more.
    pub(crate) fn can_be_fuzzy(&self) -> bool {
        self.words().iter().any(|word| !word.fuzzy.is_empty())
    }

    /// The engine's query. Given a searcher it is fuzzy: the searcher knows which words exist.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub(crate) fn compile(&self, fuzzy: Option<&Searcher>) -> tantivy::Result<BooleanQuery> {
        let mut clauses: Vec<(Occur, BoxedQuery)> = Vec::new();
        clauses.extend(
            self.required
                .iter()
                .map(|required| (Occur::Must, required.box_clone())),
        );
        for group in self.groups.iter().filter(|group| !group.words.is_empty()) {
            clauses.push((Occur::Must, group.required(fuzzy.is_some())));
            let bonuses = group.bonuses(fuzzy)?;
            clauses.extend(bonuses.into_iter().map(|bonus| (Occur::Should, bonus)));
        }
        Ok(BooleanQuery::new(clauses))
    }
}

impl WordGroup {
    fn required(&self, fuzzy: bool) -> BoxedQuery {
        // ASCII is the loosest level: what matches at a stricter one matches here too.
        let mut ways = vec![constant_score(self.all_at(Level::Ascii), scoring::FULL)];
        if !self.shortened_names.is_empty() {
            let names = self.shortened_names.iter().cloned().map(term);
            ways.push(constant_score(any_of(names.collect()), scoring::SHORTENED));
        }
        if fuzzy {
            let words = self.words.iter().map(fuzzy_word);
            ways.push(scoring::filter(all_of(words.collect())));
        }
        best_of(ways)
    }

    fn all_at(&self, level: Level) -> BoxedQuery {
        all_of(self.words.iter().map(|word| at(word, level)).collect())
    }

    fn bonuses(&self, fuzzy: Option<&Searcher>) -> tantivy::Result<Vec<BoxedQuery>> {
        let mut bonuses: Vec<BoxedQuery> = self
            .bonuses
            .iter()
            .map(|(query, score)| constant_score(query.box_clone(), *score))
            .collect();
        if !self.words.is_empty() {
            bonuses.push(constant_score(
                self.all_at(Level::Exact),
                scoring::ALL_EXACT,
            ));
            bonuses.push(constant_score(self.all_at(Level::Tone), scoring::ALL_TONE));
        }
        for word in &self.words {
            bonuses.push(constant_score(at(word, Level::Exact), scoring::EXACT));
            bonuses.push(constant_score(at(word, Level::Tone), scoring::TONE));
            // In a strict search every word matches in ASCII, so the bonus would say nothing.
            if let Some(searcher) = fuzzy {
                bonuses.push(constant_score(at(word, Level::Ascii), scoring::ASCII));
                let terms = word.fuzzy.iter().flatten();
                bonuses.push(fuzzy::frequency_bonus(searcher, terms)?);
            }
        }
        bonuses.extend(self.bm25_terms.iter().map(|counted| {
            let query = TermQuery::new(counted.clone(), IndexRecordOption::WithFreqs);
            Box::new(BoostQuery::new(Box::new(query), scoring::BM25_WEIGHT)) as BoxedQuery
        }));
        if let Some(length) = self.same_length.as_ref().filter(|_| fuzzy.is_some()) {
            bonuses.push(constant_score(term(length.clone()), scoring::SAME_LENGTH));
        }
        Ok(bonuses)
    }
}

/// One word at a level.
fn at(word: &QueryWord, level: Level) -> BoxedQuery {
    any_of(
        word.at(level)
            .iter()
            .map(|all| all_of(all.iter().cloned().map(term).collect()))
            .collect(),
    )
}

/// One word as it is, or one edit away. It only selects; the bonuses score.
fn fuzzy_word(word: &QueryWord) -> BoxedQuery {
    if word.fuzzy.is_empty() {
        return at(word, Level::Ascii);
    }
    let alternatives = word
        .fuzzy
        .iter()
        .map(|terms| all_of(terms.iter().map(fuzzy::fuzzy).collect()));
    any_of(alternatives.collect())
}
