//! Looking at the pages of a batch or volume together, and what a person does about what shows: numbers
//! that do not run on, a sheet scanned twice, flags resolved, pages excluded or superseded by a better scan.

mod duplicates;
mod preservation;
mod reinstate;
mod rescan;
mod resolve;
mod sequence;
mod withdraw;

use std::collections::{BTreeMap, BTreeSet};

pub use duplicates::{different_sheets, same_sheet};
pub use preservation::preserve;
pub(crate) use preservation::restore;
pub use reinstate::reinstate;
pub use rescan::rescan;
pub use resolve::{accept, accept_kind, exclude, replace};

use crate::archive::Archive;
use crate::catalogue::{JsonText, Tx};
use crate::document::natural;
use crate::error::Result;
use crate::jobs::{Kind, Leased};
use crate::page::{COUNTS, Numbering, PageState};
use crate::page_flag::{self, Details, Noticed, PLACED};
use sequence::{Fault, Finding, NumbersShown};

/// A page at its place in the order.
#[derive(sqlx::FromRow)]
struct PlacedPage {
    #[sqlx(rename = "id")]
    page_id: String,
    batch_id: String,
    #[sqlx(rename = "original_name")]
    name: String,
    number: i64,
    /// Pages of its file.
    #[sqlx(rename = "page_count")]
    pages: i64,
    #[sqlx(try_from = "JsonText")]
    numbering: Numbering,
    state: PageState,
}

/// The verb behind the job `inspect_batch`: compares the pages of a batch, or of its whole volume, once
/// all of them are read. Whoever reads the last one asks for this.
///
/// # Errors
/// A passing fault puts the job back.
pub async fn inspect(archive: &Archive, job: &Leased) -> Result<()> {
    let mut tx = archive.begin_as_machine().await?;
    let place = scope_of(&mut tx, &job.subject).await?;
    // A page that is still to be read may fill the gap; comparing now would raise a flag for
    // nothing.
    if !waits(&mut tx, &place).await? {
        compare(&mut tx, &place).await?;
    }
    tx.complete_and_commit(job).await
}

/// Compares every batch; after a rebuild, when no page waits.
pub(crate) async fn inspect_all(archive: &Archive) -> Result<()> {
    let batches: Vec<String> = sqlx::query_scalar("SELECT id FROM batches ORDER BY id")
        .fetch_all(archive.catalogue.pool())
        .await?;
    let mut done = BTreeSet::new();
    for batch in batches {
        let mut tx = archive.begin_as_machine().await?;
        let place = scope_of(&mut tx, &batch).await?;
        // A volume is compared once, not for each batch that came for it.
        if done.insert(place.clone()) && !waits(&mut tx, &place).await? {
            compare(&mut tx, &place).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}

/// What is compared: the column of `batches` that names it, and its id.
type Scope = (&'static str, String);

async fn scope_of(tx: &mut Tx, batch_id: &str) -> Result<Scope> {
    let volume: Option<String> = sqlx::query_scalar("SELECT volume_id FROM batches WHERE id = $1")
        .bind(batch_id)
        .fetch_one(&mut **tx)
        .await?;
    // A bound volume may come in several deliveries, and its numbers run on through all of them.
    Ok(match volume {
        Some(volume) => ("b.volume_id", volume),
        None => ("b.id", batch_id.to_owned()),
    })
}

/// Whether a page still waits to be read, or to be read again.
async fn waits(tx: &mut Tx, (column, id): &Scope) -> Result<bool> {
    let query = format!(
        "SELECT 1 FROM {PLACED} JOIN jobs j ON j.subject = p.id AND j.kind = $2 AND j.state IN ('ready', 'leased')
         WHERE {column} = $1 LIMIT 1"
    );
    let waiting = sqlx::query(sqlx::AssertSqlSafe(query))
        .bind(id)
        .bind(Kind::ReadPage)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(waiting.is_some())
}

async fn compare(tx: &mut Tx, place: &Scope) -> Result<()> {
    let sheets = sheets(tx, place).await?;
    let mut noticed = noticed(&sheets, place.0 == "b.volume_id");
    noticed.extend(duplicates::noticed(tx, place).await?);
    let place = (place.0, place.1.as_str());
    page_flag::set_compared(tx, place, noticed).await
}

/// The pages in the order of the paper. One that took another's place stands there; one that was taken
/// out stands nowhere.
async fn sheets(tx: &mut Tx, (column, id): &Scope) -> Result<Vec<PlacedPage>> {
    let query = format!(
        "SELECT p.id, r.number, p.state, COALESCE(p.numbering, '{{}}') AS numbering, s.original_name, s.page_count, s.batch_id
         FROM {PLACED} WHERE {column} = $1
         AND (p.outcome IS NULL OR p.outcome NOT IN ('excluded', 'superseded'))"
    );
    let mut sheets: Vec<PlacedPage> = sqlx::query_as(sqlx::AssertSqlSafe(query))
        .bind(id)
        .fetch_all(&mut **tx)
        .await?;
    let by_batch = names_recur(&sheets);
    // Sorted by name as people number their files, since scanners name them by counting.
    sheets.sort_by_cached_key(|sheet| {
        let batch = by_batch.then(|| sheet.batch_id.clone());
        let page = (sheet.number, sheet.page_id.clone());
        (batch, natural(&sheet.name), page)
    });
    Ok(sheets)
}

/// Whether batches of one volume use the same names: then one batch comes after the other, else their
/// files stand between each other.
fn names_recur(sheets: &[PlacedPage]) -> bool {
    let mut batch_of: BTreeMap<&str, &str> = BTreeMap::new();
    sheets.iter().any(|sheet| {
        // The same name twice means that each batch counts for itself.
        let first = batch_of.entry(&sheet.name).or_insert(&sheet.batch_id);
        *first != sheet.batch_id
    })
}

/// Everything worth a look in the printed numbers and in those of the rows.
fn noticed(sheets: &[PlacedPage], bound: bool) -> Vec<Noticed> {
    let mut noticed: Vec<Noticed> = Vec::new();
    let printed: Vec<NumbersShown> = shown(sheets, bound, |sheet| {
        let number = sheet.numbering.printed;
        (
            number.map(|number| (number, number)).into_iter().collect(),
            Some(1),
        )
    });
    let codes = ["pages_missing", "page_doubled", "page_out_of_order"];
    let findings = sequence::check(&printed);
    noticed.extend(
        findings
            .iter()
            .map(|one| in_words(sheets, one, "page", codes)),
    );
    let codes = ["rows_missing", "rows_doubled", "rows_out_of_order"];
    for key in COUNTS {
        let rows = shown(sheets, bound, |sheet| {
            let runs = sheet.numbering.runs.get(key).cloned().unwrap_or_default();
            // A page that was read and has no rows is a cover or a back, so nothing is missing on
            // it.
            let unseen = (sheet.state == PageState::Read && sheet.numbering.blank).then_some(0);
            (runs, unseen)
        });
        for finding in sequence::check(&rows) {
            let one = in_words(sheets, &finding, key, codes);
            let same = |other: &Noticed| {
                (&other.page_id, &other.code, &other.other_id)
                    == (&one.page_id, &one.code, &one.other_id)
            };
            if !noticed.iter().any(same) {
                noticed.push(one); // both columns tell of the same gap: once is enough
            }
        }
    }
    noticed
}

/// Each sheet's runs; a file of several pages outside a bound volume counts by itself.
fn shown(
    sheets: &[PlacedPage],
    bound: bool,
    of: impl Fn(&PlacedPage) -> (Vec<(i64, i64)>, Option<i64>),
) -> Vec<NumbersShown> {
    let mut before: Option<&PlacedPage> = None;
    let mut all = Vec::with_capacity(sheets.len());
    for sheet in sheets {
        let other_file = before.is_some_and(|before| {
            // Loose files count for themselves; one that has several pages cannot go on from its
            // neighbour.
            before.name != sheet.name && (before.pages > 1 || sheet.pages > 1)
        });
        let (runs, unseen) = of(sheet);
        all.push(NumbersShown {
            runs,
            unseen,
            fresh: other_file && !bound,
        });
        before = Some(sheet);
    }
    all
}

fn in_words(sheets: &[PlacedPage], finding: &Finding, count: &str, codes: [&str; 3]) -> Noticed {
    let (code, missing) = match finding.fault {
        Fault::Missing(missing) => (codes[0], Some(missing)),
        Fault::Doubled => (codes[1], None),
        Fault::OutOfOrder => (codes[2], None),
    };
    Noticed {
        page_id: sheets[finding.at].page_id.clone(),
        code: code.to_owned(),
        other_id: sheets[finding.other].page_id.clone(),
        details: Details {
            count: Some(count.to_owned()),
            here: Some(finding.here),
            there: Some(finding.there),
            range: Some(finding.range),
            missing,
            outcome: None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_that_use_the_same_names_follow_each_other() {
        let sheet = |batch: &str, name: &str| PlacedPage {
            page_id: String::new(),
            batch_id: batch.into(),
            name: name.into(),
            number: 1,
            pages: 1,
            numbering: Numbering::default(),
            state: PageState::Read,
        };
        let apart = [
            sheet("a", "1.jpg"),
            sheet("b", "2.jpg"),
            sheet("a", "1.jpg"),
        ];
        assert!(!names_recur(&apart));
        assert!(names_recur(&[sheet("a", "1.jpg"), sheet("b", "1.jpg")]));
    }
}
