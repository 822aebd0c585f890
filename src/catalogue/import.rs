//! Rows of an export into an empty database of either engine.

use sqlx::any::{AnyArguments, AnyConnectOptions};
use sqlx::migrate::Migrator;
use sqlx::query::Query;
use sqlx::{Any, AnyPool, AssertSqlSafe, Transaction};

use super::export::{ExportLine, Kind, tables};
use super::{Engine, engine_of, not_migrated, pool};
use crate::error::{Error, Result};
use crate::messages::Message;

/// Rows that are written by one statement, and values at most: engines limit the values of one.
const ROWS_AT_A_TIME: usize = 100;
const VALUES_AT_A_TIME: usize = 2000;

/// Makes a catalogue of the lines of an export in a database without tables, and says how many rows it has. The
/// tables are those of the migration that the export is at: opening the catalogue brings them up to date.
///
/// # Errors
/// `Refused` for a database with tables, and for an export of a later version; `Corrupt` lines; `Unavailable`.
/// After an error there are tables, and rows of none of them.
pub async fn import(
    url: &str,
    lines: impl Iterator<Item = Result<ExportLine>> + Send,
) -> Result<u64> {
    sqlx::any::install_default_drivers();
    let engine = engine_of(url)?;
    let options: AnyConnectOptions = url.parse().map_err(Error::from)?;
    let database = pool(engine, 1).connect_with(options).await?;
    let done = fill(&database, engine, lines).await;
    database.close().await;
    done
}

async fn fill(
    database: &AnyPool,
    engine: Engine,
    mut lines: impl Iterator<Item = Result<ExportLine>> + Send,
) -> Result<u64> {
    let mut tx = database.begin().await?;
    if !tables(&mut tx, engine).await?.is_empty() {
        return Err(Error::refuse("errors.catalogue_not_empty"));
    }
    tx.rollback().await?;
    let Some(ExportLine::Begin { schema }) = lines.next().transpose()? else {
        return Err(damaged("it does not begin with its version"));
    };
    migrate_to(database, schema).await?;
    let mut tx = database.begin().await?;
    let later = defer_references(&mut tx, engine).await?;
    let mut rows = 0;
    let mut table: Option<Table> = None;
    for line in lines {
        match (line?, &mut table) {
            (
                ExportLine::Table {
                    table: name,
                    columns,
                },
                open,
            ) => {
                if let Some(mut before) = open.take() {
                    before.write(&mut tx).await?;
                }
                *open = Some(Table::begin(&mut tx, name, columns).await?);
            }
            (ExportLine::Row(row), Some(open)) => {
                rows += 1;
                open.add(&mut tx, row).await?;
            }
            _ => return Err(damaged("a row without a table, or a second beginning")),
        }
    }
    if let Some(mut last) = table {
        last.write(&mut tx).await?;
    }
    for statement in later {
        sqlx::query(AssertSqlSafe(statement))
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await?;
    Ok(rows)
}

async fn migrate_to(database: &AnyPool, schema: i64) -> Result<()> {
    let all = sqlx::migrate!("./migrations");
    let newest = all.iter().map(|one| one.version).max().unwrap_or(0);
    if schema > newest {
        let message = Message::new("errors.export_of_later_version");
        return Err(Error::refuse(
            message.with("there", schema).with("known", newest),
        ));
    }
    // Rows are taken as they were told and then brought up to date by the same steps as everybody's.
    let due = all.iter().filter(|one| one.version <= schema).cloned();
    Migrator::with_migrations(due.collect())
        .run(database)
        .await
        .map_err(not_migrated)
}

/// Lets rows refer to rows that come later; gives the statements that end this.
async fn defer_references(
    tx: &mut Transaction<'static, Any>,
    engine: Engine,
) -> Result<Vec<String>> {
    if engine == Engine::Sqlite {
        sqlx::query("PRAGMA defer_foreign_keys = ON")
            .execute(&mut **tx)
            .await?;
        return Ok(Vec::new());
    }
    let references: Vec<(String, String)> = sqlx::query_as(
        "SELECT CAST(table_name AS TEXT), CAST(constraint_name AS TEXT)
         FROM information_schema.table_constraints
         WHERE constraint_type = 'FOREIGN KEY' AND table_schema = current_schema()",
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut later = vec!["SET CONSTRAINTS ALL IMMEDIATE".to_owned()];
    for (table, name) in references {
        let alter = format!("ALTER TABLE \"{table}\" ALTER CONSTRAINT \"{name}\"");
        let now = format!("{alter} DEFERRABLE INITIALLY DEFERRED");
        sqlx::query(AssertSqlSafe(now)).execute(&mut **tx).await?;
        later.push(format!("{alter} NOT DEFERRABLE"));
    }
    Ok(later)
}

/// A table that is being filled.
struct Table {
    name: String,
    columns: Vec<(String, Kind)>,
    waiting: Vec<Vec<serde_json::Value>>,
}

impl Table {
    async fn begin(
        tx: &mut Transaction<'static, Any>,
        name: String,
        columns: Vec<(String, Kind)>,
    ) -> Result<Self> {
        let plain = |name: &str| {
            name.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_' || byte.is_ascii_digit())
        };
        // Names go into statements: a foreign hand may have written the file.
        if !plain(&name) || !columns.iter().all(|(column, _)| plain(column)) {
            return Err(damaged("a name that no table or column has"));
        }
        // What the migrations themselves put there is in the export as well.
        sqlx::query(AssertSqlSafe(format!("DELETE FROM \"{name}\"")))
            .execute(&mut **tx)
            .await?;
        let waiting = Vec::new();
        Ok(Self {
            name,
            columns,
            waiting,
        })
    }

    async fn add(
        &mut self,
        tx: &mut Transaction<'static, Any>,
        row: Vec<serde_json::Value>,
    ) -> Result<()> {
        if row.len() != self.columns.len() {
            return Err(damaged("a row with too few or too many values"));
        }
        self.waiting.push(row);
        let values = self.waiting.len() * self.columns.len();
        if self.waiting.len() >= ROWS_AT_A_TIME || values >= VALUES_AT_A_TIME {
            self.write(tx).await?;
        }
        Ok(())
    }

    async fn write(&mut self, tx: &mut Transaction<'static, Any>) -> Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let wide = self.columns.len();
        let places = |row: usize| {
            let each = (1..=wide).map(|column| format!("${}", row * wide + column));
            format!("({})", each.collect::<Vec<_>>().join(", "))
        };
        let names = self.columns.iter().map(|(name, _)| format!("\"{name}\""));
        let statement = format!(
            "INSERT INTO \"{}\" ({}) VALUES {}",
            self.name,
            names.collect::<Vec<_>>().join(", "),
            (0..self.waiting.len())
                .map(places)
                .collect::<Vec<_>>()
                .join(", ")
        );
        let mut query = sqlx::query(AssertSqlSafe(statement));
        for row in self.waiting.drain(..) {
            for (value, (_, kind)) in row.into_iter().zip(&self.columns) {
                query = bind(query, value, *kind)?;
            }
        }
        query.execute(&mut **tx).await?;
        Ok(())
    }
}

fn bind(
    query: Query<'_, Any, AnyArguments>,
    value: serde_json::Value,
    kind: Kind,
) -> Result<Query<'_, Any, AnyArguments>> {
    use serde_json::Value;
    let wrong = || damaged("a value of another kind than its column");
    Ok(match (kind, value) {
        (Kind::Text, Value::Null) => query.bind(None::<String>),
        (Kind::Text, Value::String(text)) => query.bind(text),
        (Kind::Whole, Value::Null) => query.bind(None::<i64>),
        (Kind::Whole, Value::Number(number)) => query.bind(number.as_i64().ok_or_else(wrong)?),
        (Kind::Real, Value::Null) => query.bind(None::<f64>),
        (Kind::Real, Value::String(text)) => query.bind(text.parse::<f64>().map_err(|_| wrong())?),
        _ => return Err(wrong()),
    })
}

fn damaged(why: &str) -> Error {
    Error::Corrupt {
        what: format!("the rows of the backup: {why}"),
    }
}
