//! Statements that write one row, each column named beside its value.

use sqlx::any::{AnyArguments, AnyRow};
use sqlx::error::BoxDynError;
use sqlx::query::Query;
use sqlx::{Any, Arguments, Encode, FromRow, Type};

use super::Tx;
use crate::error::Result;

/// A row that is added.
#[must_use]
pub struct Insert {
    table: &'static str,
    columns: Vec<&'static str>,
    places: Vec<String>,
    values: Values,
    conflict: String,
}

impl Insert {
    /// A row of `table`, nothing in it yet.
    pub fn into(table: &'static str) -> Self {
        Self {
            table,
            columns: Vec::new(),
            places: Vec::new(),
            values: Values::default(),
            conflict: String::new(),
        }
    }

    /// Gives a column its value.
    pub fn set<'t>(mut self, column: &'static str, value: impl Bind<'t>) -> Self {
        self.columns.push(column);
        self.places.push(self.values.push(value));
        self
    }

    /// Gives a column the id of a row of another table, or nothing where that table no longer has it: a restored
    /// vault may have lost what a row points to.
    pub fn set_known<'t>(mut self, column: &'static str, table: &str, id: impl Bind<'t>) -> Self {
        let place = self.values.push(id);
        self.columns.push(column);
        self.places
            // In the statement and not looked up before: between a look and the insert the row
            // could go.
            .push(format!("(SELECT id FROM {table} WHERE id = {place})"));
        self
    }

    /// Writes nothing where a row of the same `key`, such as `(id)`, is there; of any unique key when it is empty.
    pub fn or_ignore(mut self, key: &str) -> Self {
        self.conflict = format!(" ON CONFLICT {key} DO NOTHING");
        self
    }

    /// Takes the place of a row of the same `key`, such as `(id)`, in all the columns given.
    pub fn or_replace(mut self, key: &str) -> Self {
        let sets = self
            .columns
            .iter()
            .map(|name| format!("{name} = EXCLUDED.{name}"));
        let sets: Vec<String> = sets.collect();
        // Only the columns given: what another version of the program wrote in others stays.
        self.conflict = format!(" ON CONFLICT {key} DO UPDATE SET {}", sets.join(", "));
        self
    }

    /// Writes it; false where a row that is there already was left as it is.
    ///
    /// # Errors
    /// As any statement.
    pub async fn run(self, tx: &mut Tx) -> Result<bool> {
        let statement = format!(
            "INSERT INTO {} ({}) VALUES ({}){}",
            self.table,
            self.columns.join(", "),
            self.places.join(", "),
            self.conflict,
        );
        self.values.run(statement, tx).await
    }
}

impl Tx {
    /// Gives one column of a row its value; false where there is no such row.
    ///
    /// # Errors
    /// As any statement.
    pub async fn set<'t>(
        &mut self,
        table: &'static str,
        id: &str,
        column: &'static str,
        value: impl Bind<'t>,
    ) -> Result<bool> {
        let mut values = Values::default();
        let (value, id) = (values.push(value), values.push(id));
        let statement = format!("UPDATE {table} SET {column} = {value} WHERE id = {id}");
        values.run(statement, self).await
    }

    /// Removes the rows that have this value in a column, and says how many.
    ///
    /// # Errors
    /// As any statement.
    pub async fn delete(
        &mut self,
        table: &'static str,
        column: &'static str,
        value: &str,
    ) -> Result<u64> {
        let statement = format!("DELETE FROM {table} WHERE {column} = $1");
        let gone = sqlx::query(sqlx::AssertSqlSafe(statement)).bind(value);
        Ok(gone.execute(&mut **self).await?.rows_affected())
    }
}

/// Runs a statement that is about one row; true when it changed exactly one.
///
/// # Errors
/// As any statement.
pub async fn changed_one(tx: &mut Tx, statement: Query<'_, Any, AnyArguments>) -> Result<bool> {
    Ok(statement.execute(&mut **tx).await?.rows_affected() == 1)
}

/// A value that both engines take.
pub trait Bind<'t>: Encode<'t, Any> + Type<Any> {}

impl<'t, T: Encode<'t, Any> + Type<Any>> Bind<'t> for T {}

/// The values of a statement, in the order of their placeholders.
pub(super) struct Values(std::result::Result<AnyArguments, BoxDynError>);

impl Default for Values {
    fn default() -> Self {
        Self(Ok(AnyArguments::default()))
    }
}

impl Values {
    /// Adds a value and gives the placeholder that stands for it, `$1` and so on.
    pub(super) fn push<'t>(&mut self, value: impl Bind<'t>) -> String {
        let added = self.0.as_mut().map(|values| {
            let added = values.add(value);
            added.map(|()| format!("${}", values.len()))
        });
        match added {
            Ok(Ok(place)) => place,
            Ok(Err(error)) => {
                self.0 = Err(error); // told by the statement that is run with them
                String::new()
            }
            Err(_) => String::new(),
        }
    }

    /// Runs a statement with these values; true when it changed the one row it is about.
    pub(super) async fn run(self, statement: String, tx: &mut Tx) -> Result<bool> {
        Ok(self.run_all(statement, tx).await? == 1)
    }

    /// Runs a statement with these values; how many rows it changed.
    pub(super) async fn run_all(self, statement: String, tx: &mut Tx) -> Result<u64> {
        let values = self.encoded()?;
        let query = sqlx::query_with(sqlx::AssertSqlSafe(statement), values);
        Ok(query.execute(&mut **tx).await?.rows_affected())
    }

    /// Runs a statement with these values; the rows it returns.
    pub(super) async fn fetch_all<T>(self, statement: String, tx: &mut Tx) -> Result<Vec<T>>
    where
        T: for<'r> FromRow<'r, AnyRow> + Send + Unpin,
    {
        let values = self.encoded()?;
        let query = sqlx::query_as_with(sqlx::AssertSqlSafe(statement), values);
        Ok(query.fetch_all(&mut **tx).await?)
    }

    /// Names of tables, columns and states are those of the source; only the values are given. A value that cannot be
    /// encoded was kept until here, so that the builders need no `Result`.
    fn encoded(self) -> Result<AnyArguments> {
        Ok(self.0.map_err(sqlx::Error::Encode)?)
    }
}
