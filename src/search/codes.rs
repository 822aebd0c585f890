//! Codes of holdings in a question: what they lead to, and what an id is called.

use std::collections::BTreeMap;

use sogoc_index::Query;

use crate::archive::Archive;
use crate::error::Result;

/// Most ids one code may lead to: the same code in as many fonds.
const MOST: i64 = 200;

/// Ids that bear a code, or the id itself; what was merged leads to what it was merged into. Each by an index.
const FONDS: &str =
    "SELECT id FROM fonds WHERE code = $1 OR code = UPPER($1) OR id = $1 OR agency_code = $1";
const SERIES: &str = "SELECT COALESCE(merged_into, id) FROM series WHERE code = $1 OR id = $1";
const FILES: &str =
    "SELECT COALESCE(merged_into, id) FROM files WHERE code = $1 OR code = UPPER($1) OR id = $1";
const VOLUMES: &str = "SELECT COALESCE(merged_into, id) FROM register_volumes
     WHERE code = $1 OR code = UPPER($1) OR id = $1";

/// Names of ids: code, and title.
const NAMES: [(&str, &str); 4] = [
    ("fonds", "SELECT id, code, name FROM fonds WHERE id IN "),
    ("series", "SELECT id, code, title FROM series WHERE id IN "),
    ("file", "SELECT id, code, title FROM files WHERE id IN "),
    (
        "volume",
        "SELECT id, code, title FROM register_volumes WHERE id IN ",
    ),
];

/// The same question with its codes turned into the ids they lead to; a code that nothing bears leads nowhere, so that
/// nothing is found by it.
pub(super) async fn resolved(archive: &Archive, query: &Query) -> Result<Query> {
    let mut resolved = query.clone();
    for (key, field, statement) in [
        ("fonds", &mut resolved.fonds, FONDS),
        ("series", &mut resolved.series, SERIES),
        ("file", &mut resolved.file, FILES),
        ("volume", &mut resolved.volume, VOLUMES),
    ] {
        let Some(code) = field.take() else { continue };
        let query = format!("{statement} LIMIT {MOST}");
        let ids: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(query))
            .bind(code.trim())
            .fetch_all(archive.catalogue.pool())
            .await?;
        resolved.within.insert(key.into(), ids);
    }
    Ok(resolved)
}

/// What ids are called, `code · title`, by key and id.
pub(super) async fn names(
    archive: &Archive,
    counted: &BTreeMap<String, BTreeMap<String, usize>>,
) -> Result<BTreeMap<String, String>> {
    let mut names = BTreeMap::new();
    for (key, statement) in NAMES {
        let Some(ids) = counted.get(key).filter(|ids| !ids.is_empty()) else {
            continue;
        };
        let places: Vec<String> = (1..=ids.len()).map(|at| format!("${at}")).collect();
        let query = format!("{statement}({})", places.join(", "));
        let mut rows = sqlx::query_as(sqlx::AssertSqlSafe(query));
        for id in ids.keys() {
            rows = rows.bind(id);
        }
        let rows: Vec<(String, String, String)> = rows.fetch_all(archive.catalogue.pool()).await?;
        names.extend(
            rows.into_iter()
                .map(|(id, code, title)| (id, format!("{code} · {title}"))),
        );
    }
    Ok(names)
}
