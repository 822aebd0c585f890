//! The rows that documents of the index are made of, read in pieces: steps of the publication sequence, pages and records
//! below a holding, pages by id.

use std::collections::BTreeMap;

use super::context::{Context, context_columns, context_joins};
use super::documents::{PublishedRecord, ReadPage};
use crate::archive::Archive;
use crate::correction::Correction;
use crate::error::Result;

macro_rules! published {
    () => {
        concat!(
            "SELECT q.position, q.record_id, v.state, v.version, v.fields, r.class,
            (SELECT MAX(n.position) FROM publications n WHERE n.record_id = q.record_id) AS newest, ",
            context_columns!(),
            " FROM publications q
         JOIN record_versions v ON v.record_id = q.record_id AND v.version = q.version
         JOIN records r ON r.id = q.record_id JOIN pages p ON p.id = r.page_id
         JOIN scans s ON s.id = r.scan_id",
            context_joins!(),
        )
    };
}

/// The next steps of the publication sequence after `$1`, each with the newest of its record.
pub(crate) const CHANGES_AFTER: &str = concat!(
    published!(),
    " WHERE q.position > $1 ORDER BY q.position LIMIT $2"
);

/// The newest publication of every record on pages; the list of their ids follows.
const ON_PAGES: &str = concat!(
    published!(),
    " WHERE q.position = (SELECT MAX(n.position) FROM publications n WHERE n.record_id = q.record_id)
         AND q.record_id IN (SELECT id FROM records WHERE page_id IN "
);

/// What else changed after `$1`, in order.
const OTHERS_AFTER: &str = "SELECT position, kind, subject_id FROM index_changes
     WHERE position > $1 ORDER BY position LIMIT $2";

macro_rules! pages {
    () => {
        concat!(
            "SELECT p.id, p.scan_id, p.number, s.original_name, p.class, p.text, COALESCE(p.rotation, 0) AS rotation,
            COALESCE(p.width, 0) AS width, COALESCE(p.height, 0) AS height,
            CASE WHEN p.state = 'read' AND (p.outcome IS NULL OR p.outcome NOT IN ('excluded', 'superseded'))
                THEN 1 ELSE 0 END AS stands, ",
            context_columns!(),
            " FROM pages p JOIN scans s ON s.id = p.scan_id",
            context_joins!(),
        )
    };
}

/// The class of records and where they lie; the list of their ids follows.
const PLACES_OF: &str = concat!(
    "SELECT r.id, r.class, ",
    context_columns!(),
    " FROM records r JOIN pages p ON p.id = r.page_id JOIN scans s ON s.id = r.scan_id",
    context_joins!(),
    " WHERE r.id IN "
);

/// A record, what it is and where it lies.
#[derive(sqlx::FromRow)]
pub(super) struct RecordPlace {
    pub id: String,
    pub class: String,
    #[sqlx(flatten)]
    pub context: Context,
}

/// One of the changes beside the publications.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct OtherChange {
    pub position: i64,
    pub kind: String,
    pub subject_id: String,
}

pub(super) async fn published_after(
    archive: &Archive,
    position: i64,
    most: i64,
) -> Result<Vec<PublishedRecord>> {
    Ok(sqlx::query_as(CHANGES_AFTER)
        .bind(position)
        .bind(most)
        .fetch_all(archive.catalogue.pool())
        .await?)
}

pub(super) async fn others_after(
    archive: &Archive,
    position: i64,
    most: i64,
) -> Result<Vec<OtherChange>> {
    Ok(sqlx::query_as(OTHERS_AFTER)
        .bind(position)
        .bind(most)
        .fetch_all(archive.catalogue.pool())
        .await?)
}

/// Ids of the pages below a batch, document, file or volume, after the id `after`, in order.
pub(super) async fn pages_below(
    archive: &Archive,
    change: &OtherChange,
    after: &str,
    most: i64,
) -> Result<Vec<String>> {
    let below = match change.kind.as_str() {
        "batch" => {
            "SELECT p.id FROM pages p JOIN scans s ON s.id = p.scan_id
             WHERE s.batch_id = $1 AND p.id > $2"
        }
        "document" => {
            "SELECT g.page_id FROM document_pages g WHERE g.document_id = $1 AND g.page_id > $2"
        }
        "file" => {
            "SELECT g.page_id FROM document_pages g JOIN documents d ON d.id = g.document_id
             WHERE d.file_id = $1 AND g.page_id > $2"
        }
        "volume" => {
            "SELECT g.page_id FROM document_pages g JOIN documents d ON d.id = g.document_id
             WHERE d.volume_id = $1 AND g.page_id > $2"
        }
        // Of a later version of the program: its own rebuild looks at it.
        _ => return Ok(Vec::new()),
    };
    let query = format!("{below} ORDER BY 1 LIMIT $3");
    Ok(sqlx::query_scalar(sqlx::AssertSqlSafe(query))
        .bind(&change.subject_id)
        .bind(after)
        .bind(most)
        .fetch_all(archive.catalogue.pool())
        .await?)
}

/// These pages, in the order of their ids.
pub(super) async fn pages_by_id(archive: &Archive, ids: &[String]) -> Result<Vec<ReadPage>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let query = concat!(pages!(), " WHERE p.id IN ");
    let query = format!("{query}{} ORDER BY p.id", places(ids.len()));
    let mut rows = sqlx::query_as(sqlx::AssertSqlSafe(query));
    for id in ids {
        rows = rows.bind(id);
    }
    Ok(rows.fetch_all(archive.catalogue.pool()).await?)
}

/// Where these records lie, whatever was published of them.
pub(super) async fn places_of(archive: &Archive, ids: &[String]) -> Result<Vec<RecordPlace>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let query = format!("{PLACES_OF}{}", places(ids.len()));
    let mut rows = sqlx::query_as(sqlx::AssertSqlSafe(query));
    for id in ids {
        rows = rows.bind(id);
    }
    Ok(rows.fetch_all(archive.catalogue.pool()).await?)
}

/// Classes of the rows on these pages, whatever a person decided about them, by page.
pub(super) async fn classes_on(
    archive: &Archive,
    ids: &[String],
) -> Result<BTreeMap<String, Vec<String>>> {
    let mut by_page: BTreeMap<String, Vec<String>> = BTreeMap::new();
    if ids.is_empty() {
        return Ok(by_page);
    }
    let query = format!(
        "SELECT DISTINCT page_id, class FROM records WHERE page_id IN {}",
        places(ids.len())
    );
    let mut rows = sqlx::query_as(sqlx::AssertSqlSafe(query));
    for id in ids {
        rows = rows.bind(id);
    }
    let rows: Vec<(String, String)> = rows.fetch_all(archive.catalogue.pool()).await?;
    for (page, class) in rows {
        by_page.entry(page).or_default().push(class);
    }
    Ok(by_page)
}

/// The newest publication of every record on these pages.
pub(super) async fn records_on(archive: &Archive, ids: &[String]) -> Result<Vec<PublishedRecord>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let query = format!("{ON_PAGES}{})", places(ids.len()));
    let mut rows = sqlx::query_as(sqlx::AssertSqlSafe(query));
    for id in ids {
        rows = rows.bind(id);
    }
    Ok(rows.fetch_all(archive.catalogue.pool()).await?)
}

/// The approved entries of the appendix of the records on these pages, by record.
pub(super) async fn appendix_on(
    archive: &Archive,
    ids: &[String],
) -> Result<BTreeMap<String, Vec<Correction>>> {
    let mut by_record: BTreeMap<String, Vec<Correction>> = BTreeMap::new();
    if ids.is_empty() {
        return Ok(by_record);
    }
    let query = format!(
        "SELECT * FROM corrections WHERE state = 'approved' AND record_id IN
            (SELECT id FROM records WHERE page_id IN {}) ORDER BY record_version",
        places(ids.len())
    );
    let mut rows = sqlx::query_as(sqlx::AssertSqlSafe(query));
    for id in ids {
        rows = rows.bind(id);
    }
    let rows: Vec<Correction> = rows.fetch_all(archive.catalogue.pool()).await?;
    for entry in rows {
        let of_record = by_record.entry(entry.record_id.clone()).or_default();
        of_record.push(entry);
    }
    Ok(by_record)
}

/// `($1, $2)` for two.
fn places(count: usize) -> String {
    let places: Vec<String> = (1..=count).map(|at| format!("${at}")).collect();
    format!("({})", places.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn no_piece_of_the_index_is_read_by_walking_a_whole_table() {
        let ids = "('a', 'b')";
        for query in [
            CHANGES_AFTER.to_owned(),
            OTHERS_AFTER.to_owned(),
            format!("{ON_PAGES}{ids})"),
            format!("{PLACES_OF}{ids}"),
            format!("{} WHERE p.id IN {ids}", pages!()),
            format!("SELECT DISTINCT page_id, class FROM records WHERE page_id IN {ids}"),
        ] {
            let walked = crate::catalogue::plan::walked(&query, &[]).await;
            assert_eq!(walked, [""; 0], "{query}");
        }
    }
}
