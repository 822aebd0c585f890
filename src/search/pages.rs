//! Pages that were found: the words around what was asked for, and where on the picture they stand.

use std::ops::Range;

use futures::StreamExt;
use serde_json::json;
use sogoc_index::{DocumentKind, Marks, Query};
use sogoc_workers::reading::{Box4, Word};

use super::access_filter::{AccessFilter, Found};
use super::documents::ReadPage;
use super::snippet::{SnippetPart, pieces, snippet};
use super::wanted::{self, Wanted};
use super::{PagesFound, matched};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::error::{Error, Result};
use crate::viewing::{self, Paper, View};
use crate::{page, preservation};

/// Most marked words of one page that are given with their boxes.
const MOST_WORDS: usize = 400;
/// Readings that are fetched at once.
const AT_ONCE: usize = 8;

/// A word on a page that was asked for.
#[derive(Debug, Clone, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct MarkedWord {
    /// As it was read.
    pub text: String,
    /// Probability that it was read right, 0 to 1.
    pub confidence: f64,
    /// `[x, y, width, height]` on the upright picture, in its pixels.
    #[serde(rename = "box")]
    #[schema(value_type = Vec<i32>)]
    pub bounds: Box4,
}

/// A page on which the words of a question stand.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct PageHit {
    /// UUIDv8 text of the page that was found.
    pub page_id: String,
    /// Id of the document it is part of: that of the scan or volume, or its own where pages were grouped.
    pub document_id: Option<String>,
    /// What its document is called: its subject, else the name of the file as delivered.
    pub title: String,
    /// The file's name as delivered.
    pub original_name: String,
    /// Its number in that file, from 1.
    pub number: i64,
    /// Id of the class recognised.
    pub class: String,
    /// A few lines around the words.
    pub snippet: Vec<SnippetPart>,
    /// The words with their boxes; empty where the reading is not at hand.
    pub words: Vec<MarkedWord>,
    /// How sure the least sure of these words is, 0 to 1; absent where none is given.
    pub confidence: Option<f64>,
    /// Pixels of the upright picture from left to right.
    pub width: i64,
    /// Pixels of the upright picture from top to bottom.
    pub height: i64,
    /// exact | tone_folded | ascii | fuzzy.
    pub matched: String,
    /// Higher is better; comparable only within one result.
    pub score: f64,
}

/// A page with everything that was read on it, the words of a question marked.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct LitPage {
    /// The page, its words and their boxes.
    #[serde(flatten)]
    pub page: PageHit,
    /// Everything that was read.
    pub text: Vec<SnippetPart>,
}

/// The pages that were found, with the words of the question.
pub(super) async fn shown(archive: &Archive, query: &Query, found: Found) -> PagesFound {
    let marks = Marks::of(query);
    let seen: Vec<PageHit> = futures::stream::iter(found.pages)
        .map(|page| hit_of(archive, &marks, page))
        .buffered(AT_ONCE)
        .collect()
        .await;
    let mut hits = Vec::with_capacity(seen.len());
    for hit in &found.results.hits {
        if let Some(page) = seen.iter().find(|page| page.page_id == hit.id) {
            hits.push(PageHit {
                matched: matched(hit.matched).into(),
                score: f64::from(hit.score),
                ..page.clone()
            });
        }
    }
    PagesFound {
        total: found.results.total,
        hits,
        facets: found.results.facets,
    }
}

/// One page with the words of a question marked, with an entry in the log; without a question, its words alone.
///
/// # Errors
/// `NotFound` also for a page whose words the caller may not see; `Invalid` question, `Forbidden`; as [`viewing::note_paper`].
pub async fn on_page(
    archive: &Archive,
    caller: &Caller,
    page_id: &str,
    asked: &Wanted,
) -> Result<LitPage> {
    let (filter, query) = understood_for(caller, asked)?;
    let mut pages = filter.pages(archive, &[page_id.to_owned()]).await?;
    let page = pages.pop().ok_or(Error::NotFound { what: "page" })?;
    let (paper, details) = (Paper::Page(page_id), json!({ "form": "text" }));
    viewing::note_paper(archive, caller, Action::WordsFetched, paper, details).await?;
    let marks = Marks::of(&query);
    let text = page.text.clone().unwrap_or_default();
    let text = pieces(&text, 0..text.len(), &marks.in_text(&text));
    let page = hit_of(archive, &marks, page).await;
    Ok(LitPage { page, text })
}

/// How far the caller sees words of pages that are opened with a reason where one is asked for, and what they ask.
fn understood_for(caller: &Caller, asked: &Wanted) -> Result<(AccessFilter, Query)> {
    require(caller, Act::SeeImages)?;
    let filter = AccessFilter::of(caller)?;
    if !filter.words {
        return Err(Error::Forbidden);
    }
    let mut query = wanted::understood(asked)?.query;
    query.kind = DocumentKind::Page;
    Ok((filter.with_reason(), query))
}

/// The pages of a document on which words of a question stand, in order, each with all of them; entered in the log as a
/// search. Pages whose words the caller may not see are left out.
///
/// # Errors
/// `NotFound`, `Invalid` question, `Forbidden`; as [`viewing::note_paper`].
pub async fn in_document(
    archive: &Archive,
    caller: &Caller,
    document_id: &str,
    question: &str,
) -> Result<Vec<PageHit>> {
    let asked = Wanted {
        text: Some(question.to_owned()),
        ..Wanted::default()
    };
    let (filter, query) = understood_for(caller, &asked)?;
    let pages = page::of_document(archive, caller, document_id).await?;
    let ids: Vec<String> = pages.into_iter().map(|page| page.id).collect();
    let mut pages = filter.pages(archive, &ids).await?;
    pages.sort_by_key(|page| ids.iter().position(|id| *id == page.id));
    let (paper, details) = (Paper::Document(document_id), json!({ "form": "search" }));
    viewing::note_paper(archive, caller, Action::WordsFetched, paper, details).await?;
    let view = View::of(Action::Searched, ("document", document_id), Vec::new());
    viewing::note(archive, caller, view.asked(asked.in_words())).await?;
    let marks = Marks::of(&query);
    let hits = futures::stream::iter(pages)
        .map(|page| hit_of(archive, &marks, page))
        .buffered(AT_ONCE)
        .filter(|hit| std::future::ready(!hit.words.is_empty()));
    Ok(hits.collect().await)
}

/// Whether the caller may see the words of pages at all.
pub fn may_see_words(caller: &Caller) -> bool {
    AccessFilter::of(caller).is_ok_and(|filter| filter.words)
}

async fn hit_of(archive: &Archive, marks: &Marks, page: ReadPage) -> PageHit {
    let text = page.text.clone().unwrap_or_default();
    // Boxes are an aid: where the reading is gone from beside the vault, the snippet is still right.
    let words = marked_words(marks, &words_of(archive, &page).await, &page);
    let least = words.iter().map(|word| word.confidence);
    let confidence = least.min_by(f64::total_cmp);
    let [width, height] = page.rotation.size([page.width, page.height]);
    let subject = page.context.document_fields.subject.clone();
    PageHit {
        document_id: page.context.document_id.clone(),
        title: subject.unwrap_or_else(|| page.original_name.clone()),
        original_name: page.original_name,
        number: page.number,
        class: page.class.unwrap_or_default(),
        snippet: snippet(&text, &marks.in_text(&text)),
        words,
        confidence,
        width,
        height,
        matched: matched(sogoc_index::MatchLevel::Exact).into(),
        score: 0.0,
        page_id: page.id,
    }
}

/// Every word of a page: from its reading beside the vault, else from the vault itself.
async fn words_of(archive: &Archive, page: &ReadPage) -> Vec<Word> {
    if let Some(reading) = page::reading(archive, &page.id).await.ok().flatten() {
        return reading.words;
    }
    let (scan, number) = (&page.scan_id, page.number);
    let preserved = preservation::preserved_words(archive, scan, number).await;
    preserved
        .ok()
        .flatten()
        .map_or_else(Vec::new, |page| page.words)
}

/// The words that a question marks, with their boxes on the upright picture.
fn marked_words(marks: &Marks, words: &[Word], page: &ReadPage) -> Vec<MarkedWord> {
    let mut text = String::new();
    let mut places: Vec<Range<usize>> = Vec::with_capacity(words.len());
    for word in words {
        let from = text.len();
        text.push_str(&word.text);
        places.push(from..text.len());
        text.push(' ');
    }
    let marked = marks.in_text(&text);
    let touches = |place: &Range<usize>| {
        let first = marked.partition_point(|mark| mark.end <= place.start);
        marked.get(first).is_some_and(|mark| mark.start < place.end)
    };
    let words = words.iter().zip(&places);
    let words = words.filter(|(_, place)| touches(place));
    let upright = |bounds: Box4| {
        let size = [page.width, page.height];
        let upright = page.rotation.back().place(bounds.map(i64::from), size);
        upright.map(|side| i32::try_from(side).unwrap_or(i32::MAX))
    };
    let shown = words.take(MOST_WORDS).map(|(word, _)| MarkedWord {
        text: word.text.clone(),
        confidence: word.confidence,
        bounds: upright(word.bounds),
    });
    shown.collect()
}
