//! A question becomes a query of the engine: what must hold, and what brings a hit nearer the top.
//!
//! Points, not statistics, decide the order, so that it can be explained: a full match is worth more
//! than one with a middle name missing, that more than one with a typo; within each, all words exact
//! before all words without tones before plain letters; then the whole name in its order, then in any.

mod near;
mod points;
mod values;
mod wording;

use tantivy::query::{BooleanQuery, BoostQuery, Occur, Query, TermQuery};
use tantivy::schema::IndexRecordOption;
use tantivy::{Searcher, Term};

use crate::error::{Problem, QuestionError};
use crate::fold::Level;
use crate::levels::Unit;
use crate::question::{MAX_WORDS, Question};
use crate::schema::Fields;
use crate::words::Speller;

use points::{all_of, any_of, best_of, term, worth};

type Boxed = Box<dyn Query>;

/// Words asked for together: a name, or the words of the search box.
#[derive(Debug, Default)]
struct Group {
    units: Vec<Unit>,
    /// Whole names that miss a middle name of the one asked for.
    shortened: Vec<Term>,
    /// Worth having: query and points.
    bonuses: Vec<(Boxed, f32)>,
    /// Said how often: counts a little, so that among equals the document about it comes first.
    counted: Vec<Term>,
    /// Worth having only where a word may be wrong.
    likely_length: Option<Term>,
}

/// A question understood.
#[derive(Debug)]
pub(crate) struct Plan {
    groups: Vec<Group>,
    musts: Vec<Boxed>,
}

impl Plan {
    /// Understands a question.
    ///
    /// # Errors
    /// Where a part of the question says nothing or too much; no part is ever left out.
    pub(crate) fn new(fields: &Fields, question: &Question) -> Result<Self, QuestionError> {
        question.check()?;
        let mut speller = Speller::default();
        let mut plan = Self {
            groups: Vec::new(),
            musts: Vec::new(),
        };
        if let Some(name) = &question.name {
            plan.groups.push(wording::name(fields, &mut speller, name)?);
        }
        if !question.words.trim().is_empty() {
            let (group, musts) = wording::words(fields, &mut speller, &question.words)?;
            plan.musts.extend(musts);
            plan.groups.extend(group);
        }
        for phrase in &question.phrases {
            let (group, query) = wording::phrase(fields, &mut speller, phrase)?;
            plan.groups.push(group);
            plan.musts.push(query);
        }
        if let Some(school) = &question.school {
            plan.musts
                .push(wording::school(fields, &mut speller, school)?);
        }
        plan.musts.extend(values::asked(fields, question)?);
        if plan.groups.is_empty() && plan.musts.is_empty() {
            return Err(QuestionError::new(Problem::Empty, 0));
        }
        if plan.units().len() > MAX_WORDS {
            return Err(QuestionError::new(Problem::TooManyWords, 0));
        }
        plan.musts.push(values::allowed(fields, question));
        Ok(plan)
    }

    /// Every word asked for.
    pub(crate) fn units(&self) -> Vec<Unit> {
        self.groups
            .iter()
            .flat_map(|group| group.units.iter().cloned())
            .collect()
    }

    /// Whether looking for typos could find more.
    pub(crate) fn can_forgive(&self) -> bool {
        self.units().iter().any(|unit| !unit.spoilable.is_empty())
    }

    /// The query; given a view of the index, it also finds words one letter away from those there.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub(crate) fn query(&self, forgiving: Option<&Searcher>) -> tantivy::Result<BooleanQuery> {
        let mut clauses: Vec<(Occur, Boxed)> = Vec::new();
        clauses.extend(
            self.musts
                .iter()
                .map(|must| (Occur::Must, must.box_clone())),
        );
        for group in self.groups.iter().filter(|group| !group.units.is_empty()) {
            clauses.push((Occur::Must, group.core(forgiving.is_some())));
            let bonuses = group.bonuses(forgiving)?;
            clauses.extend(bonuses.into_iter().map(|bonus| (Occur::Should, bonus)));
        }
        Ok(BooleanQuery::new(clauses))
    }
}

impl Group {
    fn core(&self, forgiving: bool) -> Boxed {
        let mut ways = vec![worth(self.all_at(Level::Ascii), points::FULL)];
        if !self.shortened.is_empty() {
            let shortened = any_of(self.shortened.iter().cloned().map(term).collect());
            ways.push(worth(shortened, points::SHORTENED));
        }
        if forgiving {
            ways.push(worth(all_of(self.units.iter().map(spoiled).collect()), 0.0));
        }
        best_of(ways)
    }

    fn all_at(&self, level: Level) -> Boxed {
        all_of(self.units.iter().map(|unit| at(unit, level)).collect())
    }

    fn bonuses(&self, forgiving: Option<&Searcher>) -> tantivy::Result<Vec<Boxed>> {
        let mut bonuses: Vec<Boxed> = self
            .bonuses
            .iter()
            .map(|(query, points)| worth(query.box_clone(), *points))
            .collect();
        if !self.units.is_empty() {
            bonuses.push(worth(self.all_at(Level::Exact), points::ALL_EXACT));
            bonuses.push(worth(self.all_at(Level::Tone), points::ALL_TONE));
        }
        for unit in &self.units {
            bonuses.push(worth(at(unit, Level::Exact), points::EXACT));
            bonuses.push(worth(at(unit, Level::Tone), points::TONE));
            if let Some(searcher) = forgiving {
                bonuses.push(worth(at(unit, Level::Ascii), points::ASCII));
                bonuses.push(near::likely(searcher, unit.spoilable.iter().flatten())?);
            }
        }
        bonuses.extend(self.counted.iter().map(|counted| {
            let query = TermQuery::new(counted.clone(), IndexRecordOption::WithFreqs);
            Box::new(BoostQuery::new(Box::new(query), points::SAID_OFTEN)) as Boxed
        }));
        if let Some(length) = self.likely_length.as_ref().filter(|_| forgiving.is_some()) {
            bonuses.push(worth(term(length.clone()), points::LIKELY_LENGTH));
        }
        Ok(bonuses)
    }
}

/// One word at a level.
fn at(unit: &Unit, level: Level) -> Boxed {
    any_of(
        unit.at(level)
            .iter()
            .map(|all| all_of(all.iter().cloned().map(term).collect()))
            .collect(),
    )
}

/// One word as it is, or one letter away; a set of records, weighed elsewhere.
fn spoiled(unit: &Unit) -> Boxed {
    if unit.spoilable.is_empty() {
        return at(unit, Level::Ascii);
    }
    let ways = unit
        .spoilable
        .iter()
        .map(|together| all_of(together.iter().map(near::near).collect()));
    any_of(ways.collect())
}
