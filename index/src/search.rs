//! Executes a query: first without typos, and with them only where that finds too little.

use tantivy::collector::{Count, TopDocs};
use tantivy::query::Query as TantivyQuery;
use tantivy::schema::{Field, Value};
use tantivy::{DocAddress, Score, Searcher, TantivyDocument};

use crate::error::{IndexError, SearchError};
use crate::facets::{Counts, FacetCounts};
use crate::hits::{Hit, SearchResults};
use crate::index::Index;
use crate::match_levels::MatchLevels;
use crate::query::Query;
use crate::query_plan::QueryPlan;

/// With this many exact hits the reader has what was meant; fuzzy hits would only push it down the page.
const ENOUGH_HITS: usize = 10;

/// One page of hits, the total over all pages, and the facet counts over all pages.
type Collected = (Vec<(Score, DocAddress)>, usize, Counts);

impl Index {
    /// Searches the last commit.
    ///
    /// # Errors
    /// [`SearchError::Query`] where the query itself cannot be executed, and why.
    pub fn search(&self, query: &Query) -> Result<SearchResults, SearchError> {
        let (searcher, fields) = self.searcher()?;
        let plan = QueryPlan::new(&fields, query)?;
        let mut collected = collect(&searcher, query, &plan.compile(None)?)?;
        let fuzzy = collected.1 < ENOUGH_HITS && plan.can_be_fuzzy();
        if fuzzy {
            collected = collect(&searcher, query, &plan.compile(Some(&searcher))?)?;
        }
        let (page, total, facets) = collected;
        let words = plan.words();
        let mut levels = MatchLevels::new(&searcher, page.iter().map(|(_, address)| *address));
        let mut hits = Vec::with_capacity(page.len());
        for (score, address) in page {
            let (id, stored) = load_stored(&searcher, fields.stored, address)?;
            hits.push(Hit {
                id,
                score,
                stored,
                matched: levels.of(address, &words)?,
            });
        }
        Ok(SearchResults {
            total,
            hits,
            facets,
            fuzzy,
        })
    }
}

fn collect(
    searcher: &Searcher,
    query: &Query,
    compiled: &dyn TantivyQuery,
) -> tantivy::Result<Collected> {
    let page = TopDocs::with_limit(query.limit)
        .and_offset(query.offset)
        .order_by_score();
    searcher.search(compiled, &(page, Count, FacetCounts))
}

fn load_stored(
    searcher: &Searcher,
    field: Field,
    address: DocAddress,
) -> Result<(String, serde_json::Value), SearchError> {
    let document: TantivyDocument = searcher.doc(address)?;
    let bytes = document
        .get_first(field)
        .and_then(|value| value.as_bytes())
        .unwrap_or_default();
    let stored: (String, serde_json::Value) =
        serde_json::from_slice(bytes).map_err(|error| IndexError::Unavailable(error.into()))?;
    Ok(stored)
}
