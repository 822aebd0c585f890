//! All rows as lines of JSON that either engine takes back: for a backup, and for telling whether two catalogues say
//! the same.

use std::collections::BTreeMap;

use futures::TryStreamExt;
use sha2::{Digest, Sha256};
use sqlx::any::AnyRow;
use sqlx::{Any, AssertSqlSafe, Row, Transaction};

use super::{Catalogue, Engine};
use crate::error::{Error, Result};

/// What is left out: whole tables, and columns that are written as absent.
#[derive(Debug, Clone, Copy, Default)]
pub struct Withheld {
    /// Tables of which no row is told.
    pub tables: &'static [&'static str],
    /// Pairs of table and column whose values are written as absent.
    pub columns: &'static [(&'static str, &'static str)],
}

/// How a column's values are written: text and whole numbers as themselves, others as the text of the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A TEXT column, as it is.
    Text,
    /// A BIGINT column, as a whole number.
    Whole,
    /// DOUBLE PRECISION, as the shortest text that gives the same number back.
    Real,
}

/// A line of the export.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
#[serde(untagged)]
pub enum ExportLine {
    /// The first: which migration the tables are at.
    Begin {
        /// Number of the newest migration.
        schema: i64,
    },
    /// A table begins; its rows follow.
    Table {
        /// Name of the table in the catalogue.
        table: String,
        /// Names and kinds of its columns, by name.
        columns: Vec<(String, Kind)>,
    },
    /// A row of the table that began last, in the order of its columns.
    Row(Vec<serde_json::Value>),
}

/// How many rows a table has, and a digest of them that does not depend on their order.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct TableSum {
    /// How many rows it has.
    pub rows: u64,
    /// Sum of the SHA-256 of all rows as 256-bit numbers, hex.
    pub digest: String,
}

/// Counts and digests of an export, by which a restore is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// Number of the newest migration.
    pub schema: i64,
    /// Sum of each table, by its name.
    pub tables: BTreeMap<String, TableSum>,
}

impl Catalogue {
    /// Gives `line` every row, as the catalogue is at one instant; others may write meanwhile.
    ///
    /// # Errors
    /// `Unavailable` engine; whatever `line` answers.
    pub async fn export(
        &self,
        withheld: Withheld,
        mut line: impl FnMut(&ExportLine) -> Result<()>,
    ) -> Result<Exported> {
        let start = match self.engine {
            // Deferred: it takes no lock that a writer would wait for.
            Engine::Sqlite => "BEGIN",
            Engine::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        let mut tx = self.readers.begin_with(start).await?;
        let schema: i64 = sqlx::query_scalar("SELECT MAX(version) FROM _sqlx_migrations")
            .fetch_one(&mut *tx)
            .await?;
        line(&ExportLine::Begin { schema })?;
        let mut exported = Exported {
            schema,
            tables: BTreeMap::new(),
        };
        for table in tables(&mut tx, self.engine).await? {
            if withheld.tables.contains(&table.as_str()) {
                continue;
            }
            let columns = columns(&mut tx, self.engine, &table).await?;
            line(&ExportLine::Table {
                table: table.clone(),
                columns: columns.clone(),
            })?;
            let hidden: Vec<bool> = columns
                .iter()
                .map(|(name, _)| withheld.columns.contains(&(table.as_str(), name.as_str())))
                .collect();
            let mut sum = Sum::default();
            let names: Vec<String> = columns
                .iter()
                .map(|(name, _)| format!("\"{name}\""))
                .collect();
            let query = format!("SELECT {} FROM \"{table}\"", names.join(", "));
            let mut rows = sqlx::query(AssertSqlSafe(query)).fetch(&mut *tx);
            while let Some(row) = rows.try_next().await? {
                let row = ExportLine::Row(values(&row, &columns, &hidden)?);
                sum.add(&row)?;
                line(&row)?;
            }
            drop(rows);
            exported.tables.insert(table, sum.finish());
        }
        Ok(exported)
    }
}

/// Tables of an engine's catalogue by name, the list of migrations not among them.
pub(super) async fn tables(
    tx: &mut Transaction<'static, Any>,
    engine: Engine,
) -> Result<Vec<String>> {
    let query = match engine {
        Engine::Sqlite => {
            "SELECT name FROM sqlite_master WHERE type = 'table'
             AND name NOT LIKE 'sqlite!_%' ESCAPE '!' AND name <> '_sqlx_migrations' ORDER BY name"
        }
        Engine::Postgres => {
            "SELECT CAST(table_name AS TEXT) FROM information_schema.tables
             WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'
             AND table_name <> '_sqlx_migrations' ORDER BY 1"
        }
    };
    Ok(sqlx::query_scalar(query).fetch_all(&mut **tx).await?)
}

async fn columns(
    tx: &mut Transaction<'static, Any>,
    engine: Engine,
    table: &str,
) -> Result<Vec<(String, Kind)>> {
    let query = match engine {
        Engine::Sqlite => "SELECT name, LOWER(type) FROM pragma_table_info($1) ORDER BY name",
        Engine::Postgres => {
            "SELECT CAST(column_name AS TEXT), CAST(data_type AS TEXT)
             FROM information_schema.columns
             WHERE table_schema = current_schema() AND table_name = $1"
        }
    };
    let mut found: Vec<(String, String)> = sqlx::query_as(query)
        .bind(table)
        .fetch_all(&mut **tx)
        .await?;
    // Both engines have orders of their own for names; rows are compared across them.
    found.sort();
    let kind = |(name, told): (String, String)| {
        let kind = match told.as_str() {
            "text" => Kind::Text,
            "bigint" | "integer" => Kind::Whole,
            "double precision" => Kind::Real,
            other => {
                let what = format!("{table}.{name} is of the kind {other}");
                return Err(Error::Internal(what));
            }
        };
        Ok((name, kind))
    };
    found.into_iter().map(kind).collect()
}

fn values(
    row: &AnyRow,
    columns: &[(String, Kind)],
    hidden: &[bool],
) -> Result<Vec<serde_json::Value>> {
    let mut told = Vec::with_capacity(columns.len());
    for (place, (_, kind)) in columns.iter().enumerate() {
        told.push(match (hidden[place], kind) {
            (true, _) => serde_json::Value::Null,
            (false, Kind::Text) => row.try_get::<Option<String>, _>(place)?.into(),
            (false, Kind::Whole) => row.try_get::<Option<i64>, _>(place)?.into(),
            (false, Kind::Real) => row
                .try_get::<Option<f64>, _>(place)?
                .map(|number| format!("{number:?}"))
                .into(),
        });
    }
    Ok(told)
}

/// A sum of digests: rows come in any order, and the same row twice is not the same as none.
#[derive(Default)]
struct Sum {
    rows: u64,
    parts: [u64; 4],
}

impl Sum {
    fn add(&mut self, row: &ExportLine) -> Result<()> {
        let text = serde_json::to_vec(row).map_err(|error| Error::Internal(error.to_string()))?;
        let digest = Sha256::digest(text);
        for (part, bytes) in self.parts.iter_mut().zip(digest.chunks_exact(8)) {
            let mut number = [0; 8];
            number.copy_from_slice(bytes);
            *part = part.wrapping_add(u64::from_le_bytes(number));
        }
        self.rows += 1;
        Ok(())
    }

    fn finish(self) -> TableSum {
        let digest = self.parts.map(|part| format!("{part:016x}")).concat();
        TableSum {
            rows: self.rows,
            digest,
        }
    }
}
