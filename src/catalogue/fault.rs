//! What a statement that failed means: the caller's fault, ours, the world's, or a wrong setting.

use sqlx::error::DatabaseError;

use crate::error::Error;
use crate::messages::Message;

/// The setting that names the catalogue.
const URL: &str = "catalogue.url";

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            // `fetch_one` on a row that went in between: the same as a row that never was.
            sqlx::Error::RowNotFound => Self::NotFound { what: "row" },
            sqlx::Error::ColumnNotFound(_)
            | sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::Decode(_)
            | sqlx::Error::Encode(_) => Self::Internal(error.to_string()),
            sqlx::Error::Configuration(why) => wrong("errors.setting.catalogue_url", why),
            // Two callers made the same thing at once; which of them was second is for the verb to
            // tell.
            sqlx::Error::Database(db) if db.is_unique_violation() => {
                Self::AlreadyExists { what: "row" }
            }
            sqlx::Error::Database(db)
                if db.is_foreign_key_violation() || db.is_check_violation() =>
            {
                Self::Internal("a rule of the catalogue was broken".into())
            }
            sqlx::Error::Database(db) => match of_the_engine(&**db) {
                Some(meant) => meant,
                None => Self::unavailable("catalogue", error),
            },
            sqlx::Error::Io(why) if is_unknown_host(&why.to_string()) => {
                wrong("errors.setting.catalogue_host", why)
            }
            _ => Self::unavailable("catalogue", error),
        }
    }
}

/// What the engine itself says that is not the world's fault; none for all that passes by itself.
fn of_the_engine(error: &dyn DatabaseError) -> Option<Error> {
    let code = error.code()?;
    // SQLSTATE has five characters; SQLite gives its own number, so the length tells the engines
    // apart.
    if let Ok(number) = code.parse::<u32>()
        && code.len() < 5
    {
        return of_sqlite(number, error.message());
    }
    // SQLSTATE, PostgreSQL appendix A. Everything about connections (08), resources (53), the operator (57), the
    // system (58), collisions (40, 55) and read-only standbys (25) passes.
    match (&*code, code.get(..2).unwrap_or_default()) {
        ("28P01" | "28000", _) => Some(wrong("errors.setting.catalogue_password", error)),
        ("3D000", _) => Some(wrong("errors.setting.catalogue_database", error)),
        ("42501", _) => Some(wrong("errors.setting.catalogue_rights", error)),
        // PostgreSQL keeps no zero byte in a text.
        ("22021" | "22P05", _) => Some(Error::fault("", "faults.form_holds_character")),
        // Classes of statements that are wrong in themselves: trying again would fail for ever and
        // hide the mistake.
        (_, "0A" | "21" | "22" | "23" | "34" | "42" | "44") => {
            Some(Error::Internal(format!("statement refused: {code}")))
        }
        _ => None,
    }
}

/// The low byte is the primary result code. What SQLite ends by itself (1 with a word of its transaction) came of a
/// full disk a statement earlier.
fn of_sqlite(code: u32, message: &str) -> Option<Error> {
    let ours = match code & 0xff {
        1 => !message.contains("transaction"),
        18..=21 | 25 => true,
        _ => false,
    };
    ours.then(|| Error::Internal(format!("statement refused: {code}")))
}

fn wrong(key: &'static str, why: &(impl std::fmt::Display + ?Sized)) -> Error {
    Error::wrong_setting(URL, Message::new(key).with("why", why))
}

/// The resolver's own words: no such name. A server that is only away is found and does not answer.
pub(crate) fn is_unknown_host(said: &str) -> bool {
    let words = [
        "failed to lookup address",
        "Name or service not known",
        "dns error",
        "No such host",
    ];
    words.iter().any(|word| said.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_passes_and_a_broken_statement_does_not() {
        for passing in [5, 6, 8, 10, 13, 14, 266, 2570] {
            assert!(of_sqlite(passing, "").is_none(), "{passing}");
        }
        assert!(of_sqlite(1, "cannot start a transaction within a transaction").is_none());
        assert!(of_sqlite(1, "no such table: x").is_some() && of_sqlite(20, "").is_some());
    }
}
