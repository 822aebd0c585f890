//! The access filter of search: what a caller may find, and the one place where the index is asked. What it finds is
//! judged once more by the catalogue:
//! an index is some moments behind, and what became stricter meanwhile is neither shown nor counted.

use std::collections::BTreeSet;

use sogoc_index::{DocumentKind, Query, SearchResults};

use super::context::{asking_for_reason, regime_of};
use super::documents::ReadPage;
use super::rows;
use crate::access::{Act, Caller, CallerKind, may, require};
use crate::archive::Archive;
use crate::error::{Error, Result};
use crate::import;
use crate::masking;

/// What a caller may find: the regimes of records and of the words of pages.
#[derive(Debug, Clone)]
pub(super) struct AccessFilter {
    regimes: Vec<String>,
    /// Words stand on pictures, whole: only who may see these, and every value, may find them.
    pub words: bool,
    /// Whether values are masked.
    pub masked: bool,
}

/// What the index found, without what may not be seen.
pub(super) struct Found {
    pub results: SearchResults,
    /// The pages among the hits, where pages were asked for.
    pub pages: Vec<ReadPage>,
}

impl AccessFilter {
    /// What the caller may find. Everyone who may see records sees regimes 01 and 02; secret holdings (03) have no reader
    /// here. The words of a page with a row of a class that asks for a reason are opened with that reason, never found.
    ///
    /// # Errors
    /// `Forbidden`, `NotSignedIn`.
    pub fn of(caller: &Caller) -> Result<Self> {
        require(caller, Act::SeeRecords)?;
        if caller.kind == CallerKind::Machine {
            return Ok(Self::of_the_program());
        }
        let masked = masking::applies_to(caller);
        Ok(Self {
            regimes: vec!["01".into(), "02".into()],
            words: may(caller, Act::SeeImages) && !masked,
            masked,
        })
    }

    /// As the program itself looks, which says in the log what it does.
    pub fn of_the_program() -> Self {
        Self {
            regimes: vec!["01".into(), "02".into()],
            words: true,
            masked: false,
        }
        .with_reason()
    }

    /// Also what asks for a reason: whoever opens it is asked for one.
    pub fn with_reason(mut self) -> Self {
        let asking = self.regimes.iter().map(|regime| asking_for_reason(regime));
        let asking: Vec<String> = asking.collect();
        self.regimes.extend(asking);
        self
    }

    fn holds(&self, regime: &str) -> bool {
        self.regimes.iter().any(|own| own == regime)
    }

    /// These pages as far as they stand and all that is on them may be seen.
    pub async fn pages(&self, archive: &Archive, ids: &[String]) -> Result<Vec<ReadPage>> {
        if !self.words {
            return Ok(Vec::new());
        }
        let classes = rows::classes_on(archive, ids).await?;
        let mut pages = rows::pages_by_id(archive, ids).await?;
        pages.retain(|page| {
            let rows = classes.get(&page.id).map(Vec::as_slice).unwrap_or_default();
            page.stands && self.holds(&page.regime(archive, rows))
        });
        Ok(pages)
    }

    /// These rows of lists as far as they are in and may be seen.
    async fn list_rows(&self, archive: &Archive, ids: &[String]) -> Result<BTreeSet<String>> {
        let rows = import::row_classes(archive, ids).await?.into_iter();
        let seen = rows.filter(|(_, class)| self.holds(regime_of(archive.classes.get(class))));
        Ok(seen.map(|(id, _)| id).collect())
    }

    async fn records(&self, archive: &Archive, ids: &[String]) -> Result<BTreeSet<String>> {
        let records = rows::places_of(archive, ids).await?.into_iter();
        let seen = records.filter(|record| {
            let regime = record
                .context
                .regime(&archive.classes, [record.class.as_str()]);
            self.holds(&regime)
        });
        Ok(seen.map(|record| record.id).collect())
    }
}

/// Asks the index for one kind, as far as this filter lets through. Every search comes through here.
pub(super) async fn ask_index(
    archive: &Archive,
    filter: &AccessFilter,
    query: &Query,
    kind: DocumentKind,
) -> Result<Found> {
    let mut query = query.clone();
    query.kind = kind;
    query.allowed.clone_from(&filter.regimes);
    let index = archive.index.clone();
    let found = tokio::task::spawn_blocking(move || index.search(&query))
        .await
        .map_err(|error| Error::Internal(format!("search: {error}")))?;
    let mut results = found?;
    let ids: Vec<String> = results.hits.iter().map(|hit| hit.id.clone()).collect();
    let (seen, pages) = match kind {
        DocumentKind::Record => (filter.records(archive, &ids).await?, Vec::new()),
        DocumentKind::ListRow => (filter.list_rows(archive, &ids).await?, Vec::new()),
        DocumentKind::Page => {
            let pages = filter.pages(archive, &ids).await?;
            (pages.iter().map(|page| page.id.clone()).collect(), pages)
        }
    };
    results.hits.retain(|hit| seen.contains(&hit.id));
    let hidden = ids.len() - results.hits.len();
    if hidden > 0 {
        results.total = results.total.saturating_sub(hidden);
        // They count what the hits no longer show.
        results.facets.clear();
    }
    Ok(Found { results, pages })
}
