//! Statements that write one row, each column named beside its value.

use sqlx::any::AnyArguments;
use sqlx::error::BoxDynError;
use sqlx::{Any, Arguments, Encode, Type};

use super::{State, Tx};
use crate::error::Result;

/// A row that is added.
#[must_use]
pub struct Insert {
    table: &'static str,
    columns: Columns,
    places: Vec<String>,
    conflict: String,
}

impl Insert {
    /// A row of `table`, nothing in it yet.
    pub fn into(table: &'static str) -> Self {
        Self {
            table,
            columns: Columns::default(),
            places: Vec::new(),
            conflict: String::new(),
        }
    }

    /// Gives a column its value.
    pub fn set<'t>(mut self, name: &'static str, value: impl Bind<'t>) -> Self {
        let at = self.columns.push(name, value);
        self.places.push(format!("${at}"));
        self
    }

    /// Gives a column the id of a row of another table, or nothing where that table no longer has it: a restored
    /// vault may have lost what a row points to.
    pub fn set_known<'t>(mut self, name: &'static str, table: &str, id: impl Bind<'t>) -> Self {
        let at = self.columns.push(name, id);
        let known = format!("(SELECT id FROM {table} WHERE id = ${at})");
        self.places.push(known);
        self
    }

    /// Writes nothing where a row of the same `key`, such as `(id)`, is there; of any unique key when it is empty.
    pub fn or_ignore(mut self, key: &str) -> Self {
        self.conflict = format!(" ON CONFLICT {key} DO NOTHING");
        self
    }

    /// Takes the place of a row of the same `key`, such as `(id)`, in all the columns given.
    pub fn or_replace(mut self, key: &str) -> Self {
        let columns = self.columns.names.iter();
        let sets: Vec<String> = columns
            .map(|name| format!("{name} = EXCLUDED.{name}"))
            .collect();
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
            self.columns.names.join(", "),
            self.places.join(", "),
            self.conflict,
        );
        self.columns.run(statement, tx).await
    }
}

/// A move of a row to another state, with what else changes by it.
#[must_use]
pub struct Move<S: State> {
    from: Vec<S>,
    columns: Columns,
}

impl<S: State> Move<S> {
    /// From any state that allows it.
    pub fn to(to: S) -> Self {
        let mut columns = Columns::default();
        columns.push("state", Into::<&'static str>::into(to));
        Self {
            from: to.before(),
            columns,
        }
    }

    /// Only from these, of the states that allow it.
    pub fn from(mut self, only: &[S]) -> Self {
        self.from.retain(|from| only.contains(from));
        self
    }

    /// Gives a column its value.
    pub fn set<'t>(mut self, name: &'static str, value: impl Bind<'t>) -> Self {
        self.columns.push(name, value);
        self
    }

    /// Empties columns of text.
    pub fn clear(mut self, names: &[&'static str]) -> Self {
        for name in names {
            self.columns.push(name, None::<String>);
        }
        self
    }

    /// Makes the move; false when the state the row is in does not allow it, or there is no such row.
    ///
    /// # Errors
    /// As any statement.
    pub async fn run(mut self, tx: &mut Tx, id: &str) -> Result<bool> {
        let names = self.columns.names.iter().enumerate();
        let sets: Vec<String> = names
            .map(|(at, name)| format!("{name} = ${}", at + 1))
            .collect();
        let at = self.columns.push("id", id);
        let statement = format!(
            "UPDATE {} SET {} WHERE id = ${at} AND state IN ({})",
            S::TABLE,
            sets.join(", "),
            words(&self.from),
        );
        self.columns.run(statement, tx).await
    }
}

/// Locks a row until the transaction ends, as long as it is in one of these states; false when it is not.
///
/// # Errors
/// As any statement.
pub async fn lock_in<S: State>(tx: &mut Tx, id: &str, states: &[S]) -> Result<bool> {
    let mut columns = Columns::default();
    columns.push("id", id);
    // Written to itself: both engines then keep others from the row.
    let statement = format!(
        "UPDATE {} SET state = state WHERE id = $1 AND state IN ({})",
        S::TABLE,
        words(states),
    );
    columns.run(statement, tx).await
}

fn words<S: State>(states: &[S]) -> String {
    let words = states.iter().map(|state| (*state).into());
    let quoted: Vec<String> = words
        .map(|word: &'static str| format!("'{word}'"))
        .collect();
    quoted.join(", ")
}

/// A value that both engines take.
pub trait Bind<'t>: Encode<'t, Any> + Type<Any> {}

impl<'t, T: Encode<'t, Any> + Type<Any>> Bind<'t> for T {}

/// Names of columns and their values, in the order of their placeholders.
struct Columns {
    names: Vec<&'static str>,
    values: std::result::Result<AnyArguments, BoxDynError>,
}

impl Default for Columns {
    fn default() -> Self {
        Self {
            names: Vec::new(),
            values: Ok(AnyArguments::default()),
        }
    }
}

impl Columns {
    /// The number of its placeholder.
    fn push<'t>(&mut self, name: &'static str, value: impl Bind<'t>) -> usize {
        let added = self.values.as_mut().map(|values| values.add(value));
        if let Ok(Err(error)) = added {
            self.values = Err(error); // told by the statement that is run with them
        }
        self.names.push(name);
        self.names.len()
    }

    /// Runs a statement with these values; true when it changed the one row it is about.
    async fn run(self, statement: String, tx: &mut Tx) -> Result<bool> {
        // Names of tables, columns and states are those of the source; only the values are given.
        let values = self.values.map_err(sqlx::Error::Encode)?;
        let query = sqlx::query_with(sqlx::AssertSqlSafe(statement), values);
        Ok(query.execute(&mut **tx).await?.rows_affected() == 1)
    }
}
