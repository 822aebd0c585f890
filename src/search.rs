//! Search over approved records and over the words of pages as they were read. The index follows publications and changes;
//! what it holds of a page bears the strictest regime of all rows on it.
//!
//! Every search of a caller goes through [`find`], which notes it, and every question to the index through
//! `access_filter::ask_index`.

mod access_filter;
mod codes;
mod context;
mod documents;
mod follow;
mod near;
mod pages;
mod places;
mod rows;
mod same_person;
mod snippet;
mod wanted;

pub use follow::{follow, lag, reindex};
pub use near::{Near, Part, narrowed};
pub use pages::{LitPage, MarkedWord, PageHit, in_document, may_see_words, on_page};
#[cfg(test)]
pub(crate) use rows::CHANGES_AFTER;
pub use same_person::records_of_person;
pub use snippet::SnippetPart;
pub use wanted::{Of, Wanted};

use std::collections::BTreeMap;

use serde_json::json;
use sogoc_index::{DocumentKind, IndexError, MatchLevel, Query, SearchError};

use crate::access::Caller;
use crate::archive::Archive;
use crate::audit::Action;
use crate::error::{Error, Result};
use crate::masking;
use crate::viewing::{self, View};
use access_filter::{AccessFilter, ask_index};
use wanted::Understood;

/// Most values of one facet that are listed, the commonest first.
const MOST_VALUES: usize = 40;

/// Hits that are looked at where only their number is told.
const FEW: usize = 20;

/// Counts by facet and value.
pub type Facets = BTreeMap<String, BTreeMap<String, usize>>;

/// A record that matches, as the index holds it.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct SearchHit {
    /// UUIDv7 text of the approved record that was found.
    pub record_id: String,
    /// Id of its class.
    pub class: String,
    /// Values by key of the class, corrections in force laid over what is printed.
    pub fields: BTreeMap<String, String>,
    /// exact | tone_folded | ascii | fuzzy.
    pub matched: String,
    /// Higher is better; comparable only within one result.
    pub score: f64,
}

/// Pages whose words match, as they were read: nobody need have checked them.
#[derive(Debug, Clone, Default, serde::Serialize, utoipa::ToSchema)]
pub struct PagesFound {
    /// Pages that match, on all pages of the answer.
    pub total: usize,
    /// This page of the answer, best first.
    pub hits: Vec<PageHit>,
    /// Counts by facet and value.
    pub facets: Facets,
}

/// Rows of lists that match: nobody has approved them, and no copy is made of them.
#[derive(Debug, Clone, Default, serde::Serialize, utoipa::ToSchema)]
pub struct ListRowsFound {
    /// Rows that match, on all pages of the answer.
    pub total: usize,
    /// This page of the answer, best first; `record_id` is the id of the row: of its import, a point, its number.
    pub hits: Vec<SearchHit>,
}

/// One page of hits, with totals over all pages.
#[derive(Debug, Clone, Default, serde::Serialize, utoipa::ToSchema)]
pub struct SearchResult {
    /// Records that match, on all pages.
    pub total: usize,
    /// This page, best first.
    pub hits: Vec<SearchHit>,
    /// Counts by facet and value, at most 40 values each.
    pub facets: Facets,
    /// Words on pages; empty where only records were asked for.
    pub pages: PagesFound,
    /// Rows of lists; empty where only records or pages were asked for.
    pub list_rows: ListRowsFound,
    /// What was understood of the question, part by part.
    pub understood: Vec<Part>,
    /// The question as text, in the syntax of the search box.
    pub question: String,
    /// The text as it was decoded, where it was typed with a keyboard of the 1990s.
    pub decoded: Option<String>,
    /// Where nothing was found: what each part kept from being found.
    pub near: Vec<Near>,
    /// Code and title of the holdings among the facets and the question, by id.
    pub names: BTreeMap<String, String>,
    /// The publication number the index has reached.
    pub position: u64,
}

/// Searches the records and the words the caller may see, with an entry in the log of what was asked and shown.
///
/// # Errors
/// `Invalid` with a pointer to what is wrong, never silently fewer hits; `Forbidden`.
pub async fn find(archive: &Archive, caller: &Caller, wanted: &Wanted) -> Result<SearchResult> {
    let filter = AccessFilter::of(caller)?;
    let mut asked = wanted::understood(wanted)?;
    if filter.masked {
        asked.query = without_masked(asked.query)?;
    }
    let mut found = run(archive, &filter, asked, wanted.of).await?;
    let shown = found.hits.iter().chain(&found.list_rows.hits);
    let records = shown.map(|hit| hit.record_id.clone()).collect();
    let pages: Vec<String> = found
        .pages
        .hits
        .iter()
        .map(|hit| hit.page_id.clone())
        .collect();
    let mut told = json!({ "total": found.total });
    if !pages.is_empty() {
        told = json!({ "total": found.total, "pages_total": found.pages.total, "pages": pages });
    }
    if found.list_rows.total > 0 {
        told["list_rows_total"] = json!(found.list_rows.total);
    }
    // A snippet may show any row of its page, so who looks for a record finds this search too.
    let beside = viewing::records_on(archive, &pages).await?;
    let view = View::of(Action::Searched, ("search", "search"), records)
        .beside(beside)
        .about(&pages.join(" "))
        .saying(told)
        .asked(wanted.in_words());
    viewing::note(archive, caller, view).await?;
    for hit in found.hits.iter_mut().chain(&mut found.list_rows.hits) {
        masking::mask_values(archive, caller, &hit.class, &mut hit.fields);
    }
    if filter.masked {
        found
            .facets
            .retain(|facet, _| OPEN_FACETS.contains(&facet.as_str()));
    }
    Ok(found)
}

/// Facets whose counts a reader without standing sees.
const OPEN_FACETS: [&str; 8] = [
    "class", "year", "fonds", "series", "file", "volume", "box", "state",
];

/// A question of a reader without standing asks for nothing they do not see: by its answer alone a birth date could be
/// guessed, and an ethnicity counted. Words in the box are taken for a name.
fn without_masked(mut query: Query) -> Result<Query> {
    let asks = query.birth.is_some()
        || !query.dates.is_empty()
        || query.number.is_some()
        || query.place.is_some()
        || !query.phrases.is_empty()
        || !query.filters.is_empty()
        || query.words.chars().any(|letter| letter.is_ascii_digit());
    if asks {
        return Err(Error::fault("/text", "faults.masked_question"));
    }
    let words = std::mem::take(&mut query.words);
    if !words.trim().is_empty() {
        let name = format!("{} {words}", query.name.unwrap_or_default());
        query.name = Some(name.trim().to_owned());
    }
    Ok(query)
}

/// The search itself, for the program's own verbs, which say in the log what they do.
///
/// # Errors
/// As [`find`].
pub(crate) async fn execute(archive: &Archive, wanted: &Wanted) -> Result<SearchResult> {
    let asked = wanted::understood(wanted)?;
    run(archive, &AccessFilter::of_the_program(), asked, wanted.of).await
}

async fn run(
    archive: &Archive,
    filter: &AccessFilter,
    asked: Understood,
    of: Of,
) -> Result<SearchResult> {
    // Before the search: the result is then at least as new as it says.
    let reached = archive.index.position()?;
    let query = codes::resolved(archive, &asked.query).await?;
    let mut result = SearchResult {
        understood: near::parts(&asked.query),
        question: near::as_text(&asked.query),
        decoded: asked.decoded,
        position: u64::try_from(follow::publication_of(reached)).unwrap_or_default(),
        ..SearchResult::default()
    };
    if of == Of::All || of == Of::Records {
        let found = ask_index(archive, filter, &query, DocumentKind::Record).await?;
        result.total = found.results.total;
        result.facets = commonest(found.results.facets);
        result.hits = found.results.hits.into_iter().map(shown).collect();
    }
    if (of == Of::All || of == Of::Pages) && filter.words {
        let found = ask_index(archive, filter, &query, DocumentKind::Page).await?;
        result.pages = pages::shown(archive, &query, found).await;
        result.pages.facets = commonest(std::mem::take(&mut result.pages.facets));
    }
    if of == Of::All || of == Of::Lists {
        let found = ask_index(archive, filter, &query, DocumentKind::ListRow).await?;
        result.list_rows = ListRowsFound {
            total: found.results.total,
            hits: found.results.hits.into_iter().map(shown).collect(),
        };
    }
    if result.total + result.pages.total + result.list_rows.total == 0 && of == Of::All {
        result.near = near_misses(archive, filter, &asked.query).await?;
    }
    result.names = codes::names(archive, &result.facets).await?;
    result
        .names
        .extend(codes::names(archive, &result.pages.facets).await?);
    Ok(result)
}

/// What would be found without each part of the question in turn.
async fn near_misses(archive: &Archive, filter: &AccessFilter, query: &Query) -> Result<Vec<Near>> {
    let mut found = Vec::new();
    for (without, mut rest) in near::without_each(query) {
        (rest.limit, rest.offset) = (FEW, 0);
        let resolved = codes::resolved(archive, &rest).await?;
        let records = ask_index(archive, filter, &resolved, DocumentKind::Record).await?;
        let records = records.results.total;
        let pages = match filter.words {
            true => {
                let pages = ask_index(archive, filter, &resolved, DocumentKind::Page).await?;
                pages.results.total
            }
            false => 0,
        };
        if records + pages > 0 {
            found.push(Near {
                without,
                question: near::as_text(&rest),
                records,
                pages,
            });
        }
    }
    Ok(found)
}

/// The commonest values of each facet; those left out have fewer hits than any that is listed.
fn commonest(facets: Facets) -> Facets {
    let listed = facets.into_iter().map(|(key, values)| {
        let mut values: Vec<(String, usize)> = values.into_iter().collect();
        values.sort_by(|(a, more), (b, less)| less.cmp(more).then_with(|| a.cmp(b)));
        values.truncate(MOST_VALUES);
        (key, values.into_iter().collect())
    });
    listed.collect()
}

fn shown(hit: sogoc_index::Hit) -> SearchHit {
    let text = |key: &str| {
        hit.stored
            .get(key)
            .and_then(|v| v.as_str())
            .unwrap_or_default()
    };
    let fields = hit.stored.get("fields").cloned().unwrap_or_default();
    SearchHit {
        class: text("class").to_owned(),
        fields: serde_json::from_value(fields).unwrap_or_default(),
        matched: matched(hit.matched).into(),
        score: f64::from(hit.score),
        record_id: hit.id,
    }
}

/// The stable word for how well a hit matches.
fn matched(level: MatchLevel) -> &'static str {
    match level {
        MatchLevel::Exact => "exact",
        MatchLevel::ToneFolded => "tone_folded",
        MatchLevel::Ascii => "ascii",
        MatchLevel::Fuzzy => "fuzzy",
    }
}

impl From<SearchError> for Error {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Query(error) => wanted::invalid_query("", &error),
            SearchError::Index(error) => error.into(),
        }
    }
}

impl From<IndexError> for Error {
    fn from(error: IndexError) -> Self {
        Self::unavailable("index", error)
    }
}
