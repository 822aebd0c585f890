//! Answering: strictly first, and forgiving typos only where that finds too little.

use tantivy::collector::{Count, TopDocs};
use tantivy::query::Query;
use tantivy::schema::{Field, Value};
use tantivy::{DocAddress, Score, Searcher, TantivyDocument};

use crate::error::{IndexError, SearchError};
use crate::facets::{Counts, FacetCounts};
use crate::hits::{Hit, Hits};
use crate::levels::Levels;
use crate::plan::Plan;
use crate::question::Question;
use crate::writer::Index;

/// With as many hits as this a reader has what was meant, and typos are not looked for.
const ENOUGH: usize = 10;

type Found = (Vec<(Score, DocAddress)>, usize, Counts);

impl Index {
    /// Answers a question from the last commit.
    ///
    /// # Errors
    /// [`SearchError::Question`] where the question itself cannot be answered, and why.
    pub fn search(&self, question: &Question) -> Result<Hits, SearchError> {
        let (searcher, fields) = self.view()?;
        let plan = Plan::new(&fields, question)?;
        let mut found = find(&searcher, question, &plan.query(None)?)?;
        let typos_considered = found.1 < ENOUGH && plan.can_forgive();
        if typos_considered {
            found = find(&searcher, question, &plan.query(Some(&searcher))?)?;
        }
        let (page, total, facets) = found;
        let units = plan.units();
        let mut levels = Levels::new(&searcher, page.iter().map(|(_, at)| *at));
        let mut hits = Vec::with_capacity(page.len());
        for (score, at) in page {
            let (id, shown) = stored(&searcher, fields.shown, at)?;
            hits.push(Hit {
                id,
                score,
                shown,
                matched: levels.of(at, &units)?,
            });
        }
        Ok(Hits {
            total,
            hits,
            facets,
            typos_considered,
        })
    }
}

fn find(searcher: &Searcher, question: &Question, query: &dyn Query) -> tantivy::Result<Found> {
    let page = TopDocs::with_limit(question.limit)
        .and_offset(question.offset)
        .order_by_score();
    searcher.search(query, &(page, Count, FacetCounts))
}

fn stored(
    searcher: &Searcher,
    field: Field,
    at: DocAddress,
) -> Result<(String, serde_json::Value), SearchError> {
    let document: TantivyDocument = searcher.doc(at)?;
    let bytes = document
        .get_first(field)
        .and_then(|value| value.as_bytes())
        .unwrap_or_default();
    let stored: (String, serde_json::Value) =
        serde_json::from_slice(bytes).map_err(|error| IndexError::Unavailable(error.into()))?;
    Ok(stored)
}
