//! States of rows, the lawful moves between them, and the one statement that makes a move.

use sqlx::any::AnyRow;
use sqlx::{Any, Decode, FromRow, Type};

use super::Tx;
use super::write::{Bind, Values};
use crate::error::Result;

/// The states of one kind of row: which may follow which, in one table.
pub trait State: Copy + PartialEq + Into<&'static str> + strum::VariantArray + 'static {
    /// The table whose column `state` holds it; empty where several tables have such states, and each move names its own
    /// by [`Move::of`].
    const TABLE: &'static str;

    /// The states that may follow this one; none where a row stays as it is.
    fn next(self) -> &'static [Self];

    /// Is it one that nothing follows?
    fn is_final(self) -> bool {
        self.next().is_empty()
    }

    /// The states from which this one may be reached.
    fn before(self) -> Vec<Self> {
        let leads_here = |from: &Self| from.next().contains(&self);
        Self::VARIANTS.iter().copied().filter(leads_here).collect()
    }
}

/// A move of rows to another state, with what else changes by it.
#[must_use]
pub struct Move<S: State> {
    table: &'static str,
    from: Vec<S>,
    sets: Vec<String>,
    condition: String,
    values: Values,
}

impl<S: State> Move<S> {
    /// From any state that allows it.
    pub fn to(to: S) -> Self {
        Self::of(S::TABLE, to)
    }

    /// As [`Move::to`], of a table that shares its states with others.
    pub fn of(table: &'static str, to: S) -> Self {
        Self::starting(table, to, to.before())
    }

    /// To the state that the vault tells, from whatever the row was made with: what is restored was moved long ago.
    pub fn restored(table: &'static str, to: S) -> Self {
        Self::starting(table, to, S::VARIANTS.to_vec())
    }

    fn starting(table: &'static str, to: S, from: Vec<S>) -> Self {
        let word: &'static str = to.into();
        let made = Self {
            table,
            from,
            sets: Vec::new(),
            condition: String::new(),
            values: Values::default(),
        };
        made.set("state", word)
    }

    /// Only from these, of the states that allow it.
    pub fn from(mut self, only: &[S]) -> Self {
        // Narrowed, never widened: a caller can not make a move that the table of states forbids.
        self.from.retain(|from| only.contains(from));
        self
    }

    /// Only while a column has this value, such as the version that was seen.
    pub fn while_at<'t>(mut self, column: &str, value: impl Bind<'t>) -> Self {
        let place = self.values.push(value);
        self.condition += &format!(" AND {column} = {place}");
        self
    }

    /// Only while this holds of the row, such as `outcome IS NULL`; a condition of the source, never a value.
    pub fn only_if(self, condition: &str) -> Self {
        self.only_where(condition, &[])
    }

    /// Only while this holds of the row; each `?` in it stands for one of the values.
    pub fn only_where(mut self, condition: &str, values: &[&str]) -> Self {
        let mut parts = condition.split('?');
        self.condition += " AND (";
        self.condition += parts.next().unwrap_or_default();
        for (part, value) in parts.zip(values) {
            self.condition += &self.values.push((*value).to_owned());
            self.condition += part;
        }
        self.condition += ")";
        self
    }

    /// Gives a column its value.
    pub fn set<'t>(mut self, column: &str, value: impl Bind<'t>) -> Self {
        let place = self.values.push(value);
        self.sets.push(format!("{column} = {place}"));
        self
    }

    /// Raises a count by one.
    pub fn count_up(mut self, column: &str) -> Self {
        self.sets.push(format!("{column} = {column} + 1"));
        self
    }

    /// Gives a column the id of a row of another table, or nothing where that table no longer has it.
    pub fn set_known<'t>(mut self, column: &str, table: &str, id: impl Bind<'t>) -> Self {
        let place = self.values.push(id);
        let known = format!("{column} = (SELECT id FROM {table} WHERE id = {place})");
        self.sets.push(known);
        self
    }

    /// Sets columns to NULL together with the move.
    pub fn clear(mut self, columns: &[&str]) -> Self {
        let emptied = columns.iter().map(|column| format!("{column} = NULL"));
        self.sets.extend(emptied);
        self
    }

    /// Makes the move; false when the state the row is in does not allow it, or there is no such row.
    ///
    /// # Errors
    /// As any statement.
    pub async fn run(self, tx: &mut Tx, id: &str) -> Result<bool> {
        Ok(self.while_at("id", id).run_all(tx).await? == 1)
    }

    /// Makes the move for every row of which what was asked holds; how many were moved.
    ///
    /// # Errors
    /// As any statement.
    pub async fn run_all(self, tx: &mut Tx) -> Result<u64> {
        let statement = self.statement();
        self.values.run_all(statement, tx).await
    }

    /// As [`Move::run_all`]; gives these columns of each row that was moved.
    ///
    /// # Errors
    /// As any statement.
    pub async fn run_returning<T>(self, tx: &mut Tx, columns: &str) -> Result<Vec<T>>
    where
        T: for<'r> FromRow<'r, AnyRow> + Send + Unpin,
    {
        let statement = format!("{} RETURNING {columns}", self.statement());
        self.values.fetch_all(statement, tx).await
    }

    /// The statement that makes the move.
    pub(crate) fn statement(&self) -> String {
        format!(
            // The state is part of the condition, so of two people who act at once only one
            // succeeds, without a lock held in between.
            "UPDATE {} SET {} WHERE state IN ({}){}",
            self.table,
            self.sets.join(", "),
            words(&self.from),
            self.condition,
        )
    }
}

/// Locks a row until the transaction ends, as long as it is in one of these states; false when it is not.
///
/// # Errors
/// As any statement.
pub async fn lock_in<S: State>(tx: &mut Tx, id: &str, states: &[S]) -> Result<bool> {
    let mut values = Values::default();
    let place = values.push(id);
    // Written to itself: both engines then keep others from the row.
    let statement = format!(
        "UPDATE {} SET state = state WHERE id = {place} AND state IN ({})",
        S::TABLE,
        words(states),
    );
    values.run(statement, tx).await
}

/// Locks a row until the transaction ends, and gives the state it is in; none where there is no such row.
///
/// # Errors
/// As any statement.
pub async fn lock<S>(tx: &mut Tx, id: &str) -> Result<Option<S>>
where
    S: State + Type<Any> + for<'r> Decode<'r, Any> + Send + Unpin,
{
    // Written to itself, as in `lock_in`.
    let statement = format!(
        "UPDATE {} SET state = state WHERE id = $1 RETURNING state",
        S::TABLE
    );
    let state = sqlx::query_scalar(sqlx::AssertSqlSafe(statement)).bind(id);
    Ok(state.fetch_optional(&mut **tx).await?)
}

fn words<S: State>(states: &[S]) -> String {
    let words = states.iter().map(|state| (*state).into());
    let quoted: Vec<String> = words
        .map(|word: &'static str| format!("'{word}'"))
        .collect();
    quoted.join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::text_enum;
    use super::*;

    text_enum! {
        #[allow(missing_docs)]
        enum Step {
            Asked,
            #[strum(serialize = "pulled_back")]
            Withdrawn,
            Done,
        }
    }

    impl State for Step {
        const TABLE: &'static str = "steps";

        fn next(self) -> &'static [Self] {
            match self {
                Self::Asked => &[Self::Withdrawn, Self::Done],
                Self::Withdrawn => &[Self::Asked],
                Self::Done => &[],
            }
        }
    }

    #[test]
    fn a_state_is_reached_only_from_those_that_lead_to_it() {
        assert_eq!(Step::Done.before(), ["asked"]);
        assert_eq!(Step::Asked.before(), ["pulled_back"]);
    }

    #[test]
    fn a_move_names_the_states_it_may_start_from_and_every_value_once() {
        let step = Move::to(Step::Done)
            .from(&[Step::Asked, Step::Done])
            .count_up("tries")
            .clear(&["by"])
            .only_where("a = ? OR b < ?", &["1", "2"])
            .while_at("seen", 3_i64);
        assert_eq!(
            step.statement(),
            "UPDATE steps SET state = $1, tries = tries + 1, by = NULL
             WHERE state IN ('asked') AND (a = $2 OR b < $3) AND seen = $4"
                .replace("\n             ", " ")
        );
    }

    #[test]
    fn every_word_is_read_back_as_what_it_was_written_for() {
        for step in Step::ALL {
            assert_eq!(step.as_str().parse(), Ok(*step));
            let json = serde_json::to_string(step).unwrap();
            assert_eq!(serde_json::from_str::<Step>(&json).unwrap(), *step);
        }
        assert!(serde_json::from_str::<Step>("\"withdrawn\"").is_err());
    }
}
