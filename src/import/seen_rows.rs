//! Rows of lists as people and the index see them: by import, with what is in doubt, stands twice or differs from a record.
//! Their values are masked as those of records, and looking at them is noted.

use std::collections::BTreeMap;

use serde_json::json;
use sqlx::{AssertSqlSafe, FromRow};
use utoipa::{IntoParams, ToSchema};

use super::mapping::Mapping;
use super::matching::{ListMatch, MatchState};
use super::rows::{ListFields, OtherTexts, RowMaker};
use super::take_in::row_id;
use super::{Import, load};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{JsonText, text_enum};
use crate::error::{Error, Result};
use crate::masking;
use crate::viewing::{self, View};

/// Most rows of one page of a list.
const MOST_ROWS: u16 = 200;
/// Other rows that are named beside one that stands twice.
const MOST_TWINS: i64 = 10;

text_enum! {
    /// Which rows are listed.
    #[derive(Default)]
    pub enum RowsOf {
        /// All rows, in the order of the sheet.
        #[default]
        All,
        /// Rows with a value that cannot be what its field holds.
        Doubtful,
        /// Rows whose number or person stands in another row.
        Duplicate,
        /// Rows for which there is no record.
        Unmatched,
    }
}

/// Which rows of an import to list.
#[derive(Debug, Clone, Default, serde::Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct RowFilter {
    /// all | doubtful | duplicate | unmatched.
    #[serde(default)]
    pub only: RowsOf,
    /// Number of the last row of the page before.
    pub after: Option<i64>,
    /// Most rows of the page, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u16>,
}

/// A row of a list.
#[derive(Debug, Clone, PartialEq, serde::Serialize, FromRow, ToSchema)]
pub struct ListRow {
    /// Id of the row: of the import, a point, its number.
    pub id: String,
    /// The import it came with.
    pub import_id: String,
    /// Its number in the sheet.
    pub number: i64,
    /// Class whose fields it has.
    pub class: String,
    /// Its values by key.
    #[sqlx(try_from = "JsonText")]
    #[schema(value_type = Object)]
    pub fields: ListFields,
    /// Texts of columns that are no field.
    #[sqlx(try_from = "JsonText")]
    #[schema(value_type = Object)]
    pub others: OtherTexts,
    /// How many fields hold a value that cannot be theirs.
    pub doubtful: i64,
    /// Rows of lists with the same number or person, the first ten.
    #[sqlx(skip)]
    pub duplicates: Vec<String>,
    /// Records about the same diploma.
    #[sqlx(skip)]
    pub matches: Vec<ListMatch>,
}

/// One page of rows.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, ToSchema)]
pub struct RowsListed {
    /// The rows, in the order of the sheet.
    pub items: Vec<ListRow>,
    /// Give this as `after` for the next page; absent on the last.
    pub next: Option<i64>,
}

const SELECT: &str =
    "SELECT l.id, l.import_id, l.number, l.class, l.fields, l.others, l.doubtful FROM list_rows l";

/// Rows of an import.
///
/// # Errors
/// `Forbidden`, `NotFound`.
pub async fn rows(
    archive: &Archive,
    caller: &Caller,
    import: &str,
    wanted: &RowFilter,
) -> Result<RowsListed> {
    require(caller, Act::SeeRecords)?;
    load(archive, import).await?;
    let condition = match wanted.only {
        RowsOf::All => "",
        RowsOf::Doubtful => " AND l.doubtful > 0",
        RowsOf::Duplicate => {
            " AND (EXISTS (SELECT 1 FROM list_rows o WHERE o.serial_key = l.serial_key AND o.id <> l.id)
                OR EXISTS (SELECT 1 FROM list_rows o WHERE o.person_key = l.person_key AND o.id <> l.id))"
        }
        RowsOf::Unmatched => " AND NOT EXISTS (SELECT 1 FROM list_matches m WHERE m.row_id = l.id)",
    };
    let statement = format!(
        "{SELECT} WHERE l.import_id = $1 AND l.number > $2{condition} ORDER BY l.number LIMIT $3"
    );
    page(archive, caller, (import, wanted), &statement).await
}

/// Rows of an import that say something else than a record, those that nobody has answered first to be looked at.
///
/// # Errors
/// `Forbidden`, `NotFound`.
pub async fn differences(
    archive: &Archive,
    caller: &Caller,
    import: &str,
    wanted: &RowFilter,
) -> Result<RowsListed> {
    require(caller, Act::SeeRecords)?;
    load(archive, import).await?;
    let open = match wanted.only {
        RowsOf::All => "",
        _ => " AND m.verdict IS NULL",
    };
    let statement = format!(
        "{SELECT} WHERE l.import_id = $1 AND l.number > $2 AND EXISTS (SELECT 1 FROM list_matches m
            WHERE m.row_id = l.id AND m.state = 'different'{open}) ORDER BY l.number LIMIT $3"
    );
    page(archive, caller, (import, wanted), &statement).await
}

async fn page(
    archive: &Archive,
    caller: &Caller,
    (import, wanted): (&str, &RowFilter),
    statement: &str,
) -> Result<RowsListed> {
    let limit = i64::from(wanted.limit.unwrap_or(50).clamp(1, MOST_ROWS));
    let mut items: Vec<ListRow> = sqlx::query_as(AssertSqlSafe(statement.to_owned()))
        .bind(import)
        .bind(wanted.after.unwrap_or_default())
        .bind(limit + 1)
        .fetch_all(archive.catalogue.pool())
        .await?;
    let more = items.len() as i64 > limit;
    items.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let seen = items.iter().map(|row| row.id.clone()).collect();
    let view =
        View::of(Action::ListRowsSeen, ("import", import), seen).about(&format!("{wanted:?}"));
    viewing::note(archive, caller, view).await?;
    for row in &mut items {
        row.matches = matches_of(archive, &row.id).await?;
        mask(archive, caller, row);
    }
    Ok(RowsListed {
        next: items.last().filter(|_| more).map(|row| row.number),
        items,
    })
}

/// One row, with the records and the other rows that tell of the same.
///
/// # Errors
/// `Forbidden`, `NotFound`.
pub async fn row(archive: &Archive, caller: &Caller, import: &str, number: i64) -> Result<ListRow> {
    require(caller, Act::SeeRecords)?;
    let statement = format!("{SELECT} WHERE l.import_id = $1 AND l.number = $2");
    let row: Option<ListRow> = sqlx::query_as(AssertSqlSafe(statement))
        .bind(import)
        .bind(number)
        .fetch_optional(archive.catalogue.pool())
        .await?;
    let mut row = row.ok_or(Error::NotFound {
        what: "row of a list",
    })?;
    row.matches = matches_of(archive, &row.id).await?;
    row.duplicates = sqlx::query_scalar(
        "SELECT o.id FROM list_rows l JOIN list_rows o ON o.serial_key = l.serial_key AND o.id <> l.id WHERE l.id = $1
         UNION
         SELECT o.id FROM list_rows l JOIN list_rows o ON o.person_key = l.person_key AND o.id <> l.id WHERE l.id = $1
         ORDER BY 1 LIMIT $2",
    )
    .bind(&row.id)
    .bind(MOST_TWINS)
    .fetch_all(archive.catalogue.pool())
    .await?;
    // What differs is a value of the record as well.
    let records = row
        .matches
        .iter()
        .map(|found| found.record_id.clone())
        .collect();
    let view = View::of(
        Action::ListRowsSeen,
        ("list_row", &row.id),
        vec![row.id.clone()],
    );
    viewing::note(
        archive,
        caller,
        view.beside(records).saying(json!({ "import": import })),
    )
    .await?;
    mask(archive, caller, &mut row);
    Ok(row)
}

async fn matches_of(archive: &Archive, row: &str) -> Result<Vec<ListMatch>> {
    Ok(
        sqlx::query_as("SELECT * FROM list_matches WHERE row_id = $1 ORDER BY record_id")
            .bind(row)
            .fetch_all(archive.catalogue.pool())
            .await?,
    )
}

fn mask(archive: &Archive, caller: &Caller, row: &mut ListRow) {
    let class = row.class.clone();
    let masked = |values: BTreeMap<String, String>| {
        let mut values = values;
        masking::mask_values(archive, caller, &class, &mut values);
        values
    };
    let of =
        |get: fn(&super::ListValue) -> &String, fields: &ListFields| -> BTreeMap<String, String> {
            fields
                .iter()
                .map(|(key, field)| (key.clone(), get(field).clone()))
                .collect()
        };
    let (raw, value) = (
        masked(of(|one| &one.raw, &row.fields)),
        masked(of(|one| &one.value, &row.fields)),
    );
    for (key, field) in &mut row.fields {
        field.raw = raw.get(key).cloned().unwrap_or_default();
        field.value = value.get(key).cloned().unwrap_or_default();
    }
    // Nobody said what a column holds that is no field: it may be anything of a person.
    if masking::applies_to(caller) {
        for text in row.others.values_mut() {
            masking::MASK.clone_into(text);
        }
    }
    for found in &mut row.matches {
        let list = found
            .differences
            .iter()
            .map(|(key, one)| (key.clone(), one.list.clone()))
            .collect();
        let record = found
            .differences
            .iter()
            .map(|(key, one)| (key.clone(), one.record.clone()))
            .collect();
        let (list, record) = (masked(list), masked(record));
        for (key, difference) in &mut found.differences {
            difference.list = list.get(key).cloned().unwrap_or_default();
            difference.record = record.get(key).cloned().unwrap_or_default();
        }
    }
}

impl ListRow {
    /// Whether a record says something else, and nobody has answered.
    pub fn is_open(&self) -> bool {
        let open =
            |found: &ListMatch| found.state == MatchState::Different && found.verdict.is_none();
        self.matches.iter().any(open)
    }
}

/// The first rows of an import as a mapping reads them.
pub(super) fn of_sample(
    archive: &Archive,
    import: &Import,
    mapping: &Mapping,
) -> Result<Vec<ListRow>> {
    let class = archive.classes.get(&mapping.class);
    let sheet = import
        .found
        .sheets
        .iter()
        .find(|sheet| sheet.name == mapping.sheet);
    let (class, sheet) = class.zip(sheet).ok_or(Error::NotFound { what: "sheet" })?;
    let mut maker = RowMaker::new(class, mapping, sheet, &import.found.fonts);
    let rows = sheet.sample.iter().filter_map(|row| maker.make(row));
    let shown = rows.map(|row| ListRow {
        id: row_id(&import.id, i64::from(row.number)),
        import_id: import.id.clone(),
        number: i64::from(row.number),
        class: mapping.class.clone(),
        fields: row.fields,
        others: row.others,
        doubtful: row.doubtful,
        duplicates: Vec::new(),
        matches: Vec::new(),
    });
    Ok(shown.collect())
}

/// A row as the index takes it.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct IndexedRow {
    pub id: String,
    pub number: i64,
    pub class: String,
    #[sqlx(try_from = "JsonText")]
    pub fields: ListFields,
}

/// What an index does with an import: puts the next rows behind a number, or removes the ids of those that were in.
///
/// # Errors
/// As any statement.
pub(crate) async fn indexed_rows(
    archive: &Archive,
    import: &str,
    after: i64,
    most: i64,
) -> Result<(Vec<IndexedRow>, Vec<String>)> {
    let rows: Vec<IndexedRow> = sqlx::query_as(
        "SELECT l.id, l.number, l.class, l.fields FROM list_rows l JOIN imports i ON i.id = l.import_id
         WHERE l.import_id = $1 AND i.state = 'done' AND l.number > $2 ORDER BY l.number LIMIT $3",
    )
    .bind(import)
    .bind(after)
    .bind(most)
    .fetch_all(archive.catalogue.pool())
    .await?;
    if !rows.is_empty() {
        return Ok((rows, Vec::new()));
    }
    let last: Option<i64> =
        sqlx::query_scalar("SELECT last_row FROM imports WHERE id = $1 AND state = 'undone'")
            .bind(import)
            .fetch_optional(archive.catalogue.pool())
            .await?;
    let end = last.unwrap_or_default().min(after + most);
    Ok((
        Vec::new(),
        (after + 1..=end)
            .map(|number| row_id(import, number))
            .collect(),
    ))
}

/// The classes of rows that are in, by id.
///
/// # Errors
/// As any statement.
pub(crate) async fn row_classes(
    archive: &Archive,
    ids: &[String],
) -> Result<Vec<(String, String)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<String> = (1..=ids.len()).map(|at| format!("${at}")).collect();
    let statement = format!(
        "SELECT l.id, l.class FROM list_rows l JOIN imports i ON i.id = l.import_id
         WHERE i.state = 'done' AND l.id IN ({})",
        places.join(", ")
    );
    let mut query = sqlx::query_as(AssertSqlSafe(statement));
    for id in ids {
        query = query.bind(id);
    }
    Ok(query.fetch_all(archive.catalogue.pool()).await?)
}
