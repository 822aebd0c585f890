//! By what records are compared with each other and with rows of lists: the diploma's number, the number in the register, the
//! person. Written with each version of a record, for the newest one.

use sogoc_vietnamese::fold;

use super::Fields;
use crate::archive::Archive;
use crate::catalogue::{JsonText, Tx};
use crate::error::Result;

/// Letters and figures a diploma's number has at least, to be compared by.
const SHORTEST_SERIAL: usize = 4;
/// Records whose keys are made at once.
const AT_ONCE: i64 = 2000;
/// Counter that is 1 once every record has its keys.
const COMPLETE: &str = "record_keys";

/// What rows and records are compared by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Keys {
    /// The diploma's number, letters and figures only.
    pub serial: Option<String>,
    /// Name without accents, and birth date.
    pub person: Option<String>,
}

impl Keys {
    /// Of the values by key.
    pub fn of<'a>(value: impl Fn(&str) -> Option<&'a str>) -> Self {
        let serial = ["so_hieu", "so_hieu_cu"]
            .into_iter()
            .find_map(&value)
            .map(number_key);
        let whole = |date: &&str| date.len() == 10;
        let person = value("ho_ten")
            .zip(value("ngay_sinh").filter(whole))
            .map(|(name, birth)| {
                let words: Vec<String> = fold::words(name)
                    .split(' ')
                    .map(fold::name_spelling)
                    .collect();
                format!("{}|{birth}", words.join(" "))
            });
        Self {
            serial: serial.filter(|key| key.len() >= SHORTEST_SERIAL),
            person: person.filter(|key| !key.starts_with('|')),
        }
    }

    /// Of a record's fields.
    pub fn of_fields(fields: &Fields) -> Self {
        Self::of(|key| said(fields, key))
    }
}

fn said<'a>(fields: &'a Fields, key: &str) -> Option<&'a str> {
    let value = fields.get(key).map(|field| field.value.trim());
    // A dash stands for "none" in many registers.
    value.filter(|value| !value.is_empty() && *value != "-")
}

/// Letters and figures only, in capitals: `A 012.345` as `A012345`.
pub(crate) fn number_key(number: &str) -> String {
    fold::letters(number).to_uppercase()
}

/// The year of graduation, by the field that says it or by the examination's date.
fn year_of(fields: &Fields) -> Option<&str> {
    let years = ["nam_tot_nghiep", "khoa_thi", "nam_hoc"].into_iter();
    let runs = years.filter_map(|key| said(fields, key)).flat_map(|value| {
        // Of a school year, such as 1994-1995, the second is the one of graduation.
        value.rsplit(|letter: char| !letter.is_ascii_digit())
    });
    runs.into_iter()
        .find(|run| run.len() == 4 && matches!(run.get(..2), Some("19" | "20")))
}

/// Writes the keys of a version, unless those of a later one are there.
///
/// # Errors
/// As any statement.
pub(crate) async fn save_keys(tx: &mut Tx, id: &str, version: i64, fields: &Fields) -> Result<()> {
    let keys = Keys::of_fields(fields);
    sqlx::query(
        "INSERT INTO record_keys (record_id, version, serial_key, person_key, serial, entry, year, fresh)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 1)
         ON CONFLICT (record_id) DO UPDATE SET version = EXCLUDED.version, serial_key = EXCLUDED.serial_key,
            person_key = EXCLUDED.person_key, serial = EXCLUDED.serial, entry = EXCLUDED.entry,
            year = EXCLUDED.year, fresh = 1
         WHERE record_keys.version <= EXCLUDED.version",
    )
    .bind(id.to_owned())
    .bind(version)
    .bind(keys.serial)
    .bind(keys.person)
    .bind(said(fields, "so_hieu").map(str::to_owned))
    .bind(said(fields, "so_vao_so").map(str::to_owned))
    .bind(year_of(fields).map(str::to_owned))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Keyless {
    id: String,
    version: i64,
    #[sqlx(try_from = "JsonText")]
    fields: Fields,
}

/// Whether every record has its keys; false until the job after an upgrade has run.
///
/// # Errors
/// As any statement.
pub(crate) async fn have_keys(tx: &mut Tx) -> Result<bool> {
    let complete: Option<i64> = sqlx::query_scalar("SELECT value FROM counters WHERE name = $1")
        .bind(COMPLETE)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(complete == Some(1))
}

/// Makes the keys of records that have none, or older ones: records of an earlier version of the program.
///
/// # Errors
/// As any statement.
pub(crate) async fn complete_keys(archive: &Archive) -> Result<()> {
    let mut after = String::new();
    loop {
        let records: Vec<Keyless> = sqlx::query_as(
            "SELECT r.id, r.version, v.fields FROM records r
             JOIN record_versions v ON v.record_id = r.id AND v.version = r.version
             LEFT JOIN record_keys k ON k.record_id = r.id
             WHERE r.id > $1 AND (k.version IS NULL OR k.version < r.version)
             ORDER BY r.id LIMIT $2",
        )
        .bind(&after)
        .bind(AT_ONCE)
        .fetch_all(archive.catalogue.pool())
        .await?;
        let mut tx = archive.begin_as_machine().await?;
        let Some(last) = records.last() else {
            sqlx::query("UPDATE counters SET value = 1 WHERE name = $1")
                .bind(COMPLETE)
                .execute(&mut *tx)
                .await?;
            return tx.commit().await;
        };
        after.clone_from(&last.id);
        for record in &records {
            save_keys(&mut tx, &record.id, record.version, &record.fields).await?;
        }
        tx.commit().await?;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_are_made_of_what_is_sure() {
        let value = |key: &str| match key {
            "ho_ten" => Some("Nguyễn Thị Lý"),
            "ngay_sinh" => Some("1974-09-05"),
            "so_hieu" => Some("A 012.345"),
            _ => None,
        };
        let keys = Keys::of(value);
        assert_eq!(keys.serial.as_deref(), Some("A012345"));
        assert_eq!(keys.person.as_deref(), Some("nguyen thi li|1974-09-05"));
        let only_year = |key: &str| match key {
            "ngay_sinh" => Some("1974"),
            key => value(key),
        };
        assert_eq!(Keys::of(only_year).person, None);
    }

    #[test]
    fn the_year_is_that_of_graduation() {
        let of = |key: &str, value: &str| {
            let field =
                json!({ "raw": value, "value": value, "confidence": 1.0, "accepted": true });
            let fields = json!({ key: field });
            let fields: Fields = serde_json::from_value(fields).unwrap();
            year_of(&fields).map(str::to_owned)
        };
        assert_eq!(of("nam_tot_nghiep", "1995").as_deref(), Some("1995"));
        assert_eq!(of("nam_hoc", "1994-1995").as_deref(), Some("1995"));
        assert_eq!(of("khoa_thi", "1995-06-02").as_deref(), Some("1995"));
        assert_eq!(of("khoa_thi", "02/06"), None);
    }
}
