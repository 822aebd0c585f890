//! Brings the rows of `migrations/seed/*.toml` into the dated tables, by one description a table. Repeating it
//! changes nothing.

use toml::{Table, Value};

use crate::catalogue::{Catalogue, Tx};
use crate::error::{Error, Result};

use Absent::{Empty, Forbidden, Null, Zero};

/// What a column holds where the row of the seed does not name it.
#[derive(Clone, Copy)]
enum Absent {
    Forbidden,
    Null,
    Empty,
    Zero,
}

/// A table and the seed that fills it.
struct Seed {
    table: &'static str,
    /// Name of the seed's rows.
    rows: &'static str,
    toml: &'static str,
    /// Columns that tell one row from another.
    key: &'static [&'static str],
    /// Columns that a row keeps as it was first loaded.
    fixed: &'static [&'static str],
    columns: &'static [(&'static str, Absent)],
}

/// Period of validity (from inclusive, to exclusive or open) and where the row is from.
macro_rules! dated {
    ($(($name:literal, $absent:expr)),*) => {
        &[
            ("valid_from", Forbidden), ("valid_to", Null), ("source", Forbidden), ("verified", Null),
            $(($name, $absent)),*
        ]
    };
}

const SEEDS: [Seed; 10] = [
    Seed {
        table: "sign_in_rules",
        rows: "sign_in_rule",
        toml: include_str!("../../migrations/seed/sign_in_rules.toml"),
        key: &["valid_from"],
        fixed: &[],
        columns: dated![
            ("idle_minutes", Forbidden),
            ("fresh_minutes", Forbidden),
            ("sleep_days", Forbidden),
            ("review_days", Forbidden)
        ],
    },
    Seed {
        table: "procedures",
        rows: "procedure",
        toml: include_str!("../../migrations/seed/procedures.toml"),
        key: &["code", "valid_from"],
        fixed: &[],
        columns: dated![
            ("code", Forbidden),
            ("name", Forbidden),
            ("working_days", Forbidden),
            ("cut_off", Empty),
            ("extension_days", Zero),
            ("wait_days", Forbidden)
        ],
    },
    Seed {
        table: "fees",
        rows: "fee",
        toml: include_str!("../../migrations/seed/fees.toml"),
        key: &["procedure_code", "place", "valid_from"],
        fixed: &[],
        columns: dated![
            ("procedure_code", Forbidden),
            ("place", Forbidden),
            ("amount", Forbidden),
            ("unit", Forbidden)
        ],
    },
    Seed {
        table: "retention_rules",
        rows: "retention_rule",
        toml: include_str!("../../migrations/seed/retention_rules.toml"),
        key: &["code", "valid_from"],
        fixed: &[],
        columns: dated![
            ("code", Forbidden),
            ("record_type", Forbidden),
            ("term_code", Forbidden)
        ],
    },
    Seed {
        table: "places",
        rows: "place",
        toml: include_str!("../../migrations/seed/places.toml"),
        key: &["code", "valid_from"],
        fixed: &[],
        columns: dated![
            ("code", Forbidden),
            ("name", Forbidden),
            ("kind", Forbidden),
            ("became", Empty)
        ],
    },
    Seed {
        table: "agencies",
        rows: "agency",
        toml: include_str!("../../migrations/seed/agencies.toml"),
        key: &["code", "valid_from"],
        fixed: &[],
        columns: dated![("code", Forbidden), ("name", Forbidden), ("became", Empty)],
    },
    Seed {
        table: "correction_grounds",
        rows: "correction_ground",
        toml: include_str!("../../migrations/seed/correction_grounds.toml"),
        key: &["code", "valid_from"],
        fixed: &[],
        columns: dated![
            ("code", Forbidden),
            ("kind", Forbidden),
            ("name", Forbidden),
            ("name_en", Forbidden),
            ("fields", Empty)
        ],
    },
    Seed {
        table: "consents",
        rows: "consent",
        toml: include_str!("../../migrations/seed/consents.toml"),
        key: &["version"],
        // People agreed to that version: its text is never another.
        fixed: &["valid_from", "vi", "en"],
        columns: dated![("version", Forbidden), ("vi", Forbidden), ("en", Forbidden)],
    },
    Seed {
        table: "code_rules",
        rows: "code_rule",
        toml: include_str!("../../migrations/seed/code_rules.toml"),
        key: &["kind", "valid_from"],
        fixed: &[],
        columns: dated![
            ("kind", Forbidden),
            ("form", Forbidden),
            ("longest", Forbidden),
            ("letters", Empty)
        ],
    },
    Seed {
        table: "holidays",
        rows: "holiday",
        toml: include_str!("../../migrations/seed/holidays.toml"),
        key: &["day"],
        fixed: &[],
        columns: &[
            ("day", Forbidden),
            ("name", Forbidden),
            ("source", Forbidden),
        ],
    },
];

/// Loads every seed table in one transaction. Called whenever an archive is opened.
///
/// # Errors
/// `Internal` for a seed that does not parse or a row that lacks a column; as any statement.
pub async fn load(catalogue: &Catalogue) -> Result<()> {
    let mut tx = catalogue.begin().await?;
    for seed in &SEEDS {
        let statement = seed.upsert();
        for row in seed.rows()? {
            seed.save(&mut tx, &statement, &row).await?;
        }
    }
    tx.commit().await
}

impl Seed {
    fn rows(&self) -> Result<Vec<Table>> {
        let seed: Table = toml::from_str(self.toml).map_err(|error| self.bad(error))?;
        let rows = seed.get(self.rows).cloned();
        let rows = rows.ok_or_else(|| self.bad("no rows"))?;
        rows.try_into().map_err(|error| self.bad(error))
    }

    fn upsert(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        let values: Vec<String> = (1..=names.len()).map(|at| format!("${at}")).collect();
        let changes = |name: &&&str| !self.key.contains(name) && !self.fixed.contains(name);
        let changed = names.iter().filter(changes);
        let changed: Vec<String> = changed
            .map(|name| format!("{name} = excluded.{name}"))
            .collect();
        format!(
            "INSERT INTO {} ({}) VALUES ({}) ON CONFLICT ({}) DO UPDATE SET {}",
            self.table,
            names.join(", "),
            values.join(", "),
            self.key.join(", "),
            changed.join(", ")
        )
    }

    async fn save(&self, tx: &mut Tx, statement: &str, row: &Table) -> Result<()> {
        // Names of tables and columns are those of this file; the seed gives only values.
        let mut query = sqlx::query(sqlx::AssertSqlSafe(statement.to_owned()));
        for (name, absent) in self.columns {
            query = match (row.get(*name), absent) {
                (Some(Value::String(text)), _) => query.bind(text.clone()),
                (Some(Value::Integer(number)), _) => query.bind(*number),
                (Some(Value::Array(codes)), _) => {
                    let codes: Vec<&str> = codes.iter().filter_map(Value::as_str).collect();
                    query.bind(codes.join(","))
                }
                (None, Null) => query.bind(None::<String>),
                (None, Empty) => query.bind(""),
                (None, Zero) => query.bind(0i64),
                _ => return Err(self.bad(format!("no {name}"))),
            };
        }
        query.execute(&mut **tx).await?;
        Ok(())
    }

    fn bad(&self, why: impl std::fmt::Display) -> Error {
        Error::Internal(format!("seed {}: {why}", self.table))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(table: &str) -> Vec<Table> {
        let seed = SEEDS.iter().find(|seed| seed.table == table).unwrap();
        seed.rows().unwrap()
    }

    fn text<'a>(row: &'a Table, name: &str) -> Option<&'a str> {
        row.get(name).map(|value| value.as_str().unwrap())
    }

    /// Rows of one code must not overlap, or a day would have two answers.
    fn check_periods(rows: &[Table], code: &str) {
        let mut by_code = std::collections::BTreeMap::<&str, Vec<&Table>>::new();
        for row in rows {
            let from = text(row, "valid_from").unwrap();
            from.parse::<jiff::civil::Date>().unwrap();
            let code = text(row, code).unwrap_or(code); // a table without codes is one row at a time
            by_code.entry(code).or_default().push(row);
        }
        for (code, mut periods) in by_code {
            periods.sort_by_key(|row| text(row, "valid_from"));
            for pair in periods.windows(2) {
                let next = text(pair[1], "valid_from").unwrap();
                assert!(
                    text(pair[0], "valid_to").is_some_and(|end| end <= next),
                    "{code}: two rows on {next}",
                );
            }
        }
    }

    #[test]
    fn no_day_has_two_answers() {
        check_periods(&rows("places"), "code");
        check_periods(&rows("procedures"), "code");
        check_periods(&rows("consents"), "consent");
        check_periods(&rows("agencies"), "code");
        check_periods(&rows("code_rules"), "kind");
        check_periods(&rows("sign_in_rules"), "sign_in_rule");
    }

    #[test]
    fn every_place_leads_to_places_that_exist_and_thirty_four_stand_today() {
        let places = rows("places");
        for place in &places {
            let became = text(place, "became").unwrap_or_default();
            for code in became.split(',').filter(|code| !code.is_empty()) {
                let heir = places.iter().find(|heir| text(heir, "code") == Some(code));
                assert!(heir.is_some(), "{place:?} became unknown {code}");
            }
        }
        let standing = places
            .iter()
            .filter(|place| text(place, "valid_to").is_none());
        assert_eq!(standing.count(), 34);
    }
}
