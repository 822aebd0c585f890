//! Rows of lists held against records read from paper: the same diploma number, or the same name and birth date. What they say
//! differently is shown to a person, whose answer stays.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sogoc_vietnamese::fold::{self, Level};
use sogoc_workers::class::{Class, FieldKind};
use sqlx::{AssertSqlSafe, FromRow};
use utoipa::ToSchema;

use super::rows::ListFields;
use crate::archive::Archive;
use crate::catalogue::{Insert, JsonText, Tx, json_column, text_enum};
use crate::error::Result;
use crate::jobs::{Kind, Leased, PRIORITY_BACKLOG};
use crate::record::{Fields, complete_keys, have_keys, number_key};

/// Subject of the job that compares records that are new or changed with the rows of all lists.
pub const ALL: &str = "all";
/// Records that are looked at at once; rows that are compared at once.
const RECORDS: i64 = 2000;
const WINDOW: i64 = 2000;
/// Most pairs of one window: a number that stands everywhere tells nobody apart.
const MOST_PAIRS: i64 = 50_000;
/// Fields in which a list and a register differ by their nature.
const OWN_FIELDS: [&str; 4] = ["stt", "ghi_chu", "ghi_chu_le", "co_quan"];

text_enum! {
    /// Whether a row and a record say the same.
    #[allow(missing_docs)] // the words say it
    pub enum MatchState {
        Same,
        Different,
    }

    /// By what a row and a record were brought together.
    #[allow(missing_docs)] // the words say it
    pub enum FoundBy {
        Serial,
        Person,
        Both,
    }

    /// A person's answer to a difference.
    pub enum Verdict {
        /// The list is wrong; the record stands.
        ListWrong,
        /// The record was read wrongly; it is put right at the desk.
        RecordWrong,
        /// They tell of two people.
        AnotherPerson,
        /// Both stand as they are: the paper itself differs.
        BothStand,
    }
}

/// One field that a list and a record say differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ListDifference {
    /// As the list has it, normalised.
    pub list: String,
    /// As the record has it, normalised.
    pub record: String,
}

json_column!(BTreeMap<String, ListDifference>);

/// A row and a record that are about the same diploma.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, FromRow, ToSchema)]
pub struct ListMatch {
    /// Id of the row in `list_rows`.
    pub row_id: String,
    /// Id of the record in `records`.
    pub record_id: String,
    /// What brought them together.
    pub found_by: FoundBy,
    /// Version of the record that was compared.
    pub record_version: i64,
    /// Whether they say the same.
    pub state: MatchState,
    /// What they say differently, by key of the field.
    #[sqlx(try_from = "JsonText")]
    pub differences: BTreeMap<String, ListDifference>,
    /// The answer of a person.
    pub verdict: Option<Verdict>,
    /// What they wrote beside it.
    pub note: String,
    /// Person who answered; absent while nobody has.
    pub answered_by: Option<String>,
    /// When, RFC 3339 UTC.
    pub answered_at: Option<String>,
}

/// The verb behind the job `compare_lists`: one import with all records, and every fresh record with all rows.
///
/// # Errors
/// A passing fault puts the job back.
pub async fn compare(archive: &Archive, job: &Leased) -> Result<()> {
    complete_keys(archive).await?;
    if job.subject != ALL {
        compare_import(archive, &job.subject).await?;
    }
    compare_fresh(archive).await?;
    let tx = archive.begin_as_machine().await?;
    tx.complete_and_commit(job).await
}

/// Asks for records that are new or changed to be compared, where there are lists at all; and for the keys of records that
/// have none yet.
///
/// # Errors
/// As any statement.
pub async fn ask_to_compare(tx: &mut Tx) -> Result<()> {
    let any = sqlx::query("SELECT 1 FROM list_rows LIMIT 1")
        .fetch_optional(&mut **tx)
        .await?;
    match any.is_some() || !have_keys(tx).await? {
        true => tx.enqueue(Kind::CompareLists, ALL, PRIORITY_BACKLOG).await,
        false => Ok(()),
    }
}

/// A row and a record with the same key, and what both say.
#[derive(FromRow)]
struct Pair {
    row_id: String,
    record_id: String,
    import_id: String,
    class: String,
    version: i64,
    row_serial: Option<String>,
    row_person: Option<String>,
    record_serial: Option<String>,
    record_person: Option<String>,
    #[sqlx(try_from = "JsonText")]
    list: ListFields,
    #[sqlx(try_from = "JsonText")]
    record: Fields,
}

/// Pairs of rows and records that fulfil a condition on `l` (rows) and `k` (keys), rejected records left out.
fn pairs(condition: &str) -> String {
    let by = |key: &str| {
        format!(
            "SELECT l.id AS row_id, k.record_id FROM list_rows l
             JOIN record_keys k ON k.{key} = l.{key} WHERE {condition}"
        )
    };
    format!(
        "SELECT p.row_id, p.record_id, l.import_id, l.class, k.version,
            l.serial_key AS row_serial, l.person_key AS row_person,
            k.serial_key AS record_serial, k.person_key AS record_person,
            l.fields AS list, v.fields AS record
         FROM ({} UNION {}) p
         JOIN list_rows l ON l.id = p.row_id JOIN record_keys k ON k.record_id = p.record_id
         JOIN records r ON r.id = p.record_id AND r.state <> 'rejected'
         JOIN record_versions v ON v.record_id = p.record_id AND v.version = k.version
         ORDER BY p.row_id, p.record_id LIMIT {MOST_PAIRS}",
        by("serial_key"),
        by("person_key")
    )
}

async fn compare_import(archive: &Archive, import: &str) -> Result<()> {
    let last: i64 =
        sqlx::query_scalar("SELECT COALESCE(MAX(number), 0) FROM list_rows WHERE import_id = $1")
            .bind(import)
            .fetch_one(archive.catalogue.pool())
            .await?;
    let statement = pairs("l.import_id = $1 AND l.number > $2 AND l.number <= $3");
    let mut from = 0;
    while from < last {
        let found: Vec<Pair> = sqlx::query_as(AssertSqlSafe(statement.clone()))
            .bind(import)
            .bind(from)
            .bind(from + WINDOW)
            .fetch_all(archive.catalogue.pool())
            .await?;
        store(archive, &found).await?;
        from += WINDOW;
    }
    count(archive, &BTreeSet::from([import.to_owned()]), true).await
}

async fn compare_fresh(archive: &Archive) -> Result<()> {
    let statement = pairs(
        "k.record_id IN (SELECT f.record_id FROM record_keys f WHERE f.fresh = 1 ORDER BY f.record_id LIMIT $1)",
    );
    let mut imports = BTreeSet::new();
    loop {
        let found: Vec<Pair> = sqlx::query_as(AssertSqlSafe(statement.clone()))
            .bind(RECORDS)
            .fetch_all(archive.catalogue.pool())
            .await?;
        store(archive, &found).await?;
        imports.extend(found.into_iter().map(|pair| pair.import_id));
        let mut tx = archive.begin_as_machine().await?;
        let seen = sqlx::query(
            "UPDATE record_keys SET fresh = 0 WHERE record_id IN
                (SELECT f.record_id FROM record_keys f WHERE f.fresh = 1 ORDER BY f.record_id LIMIT $1)",
        )
        .bind(RECORDS)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        if seen.rows_affected() == 0 {
            return count(archive, &imports, false).await;
        }
    }
}

async fn store(archive: &Archive, pairs: &[Pair]) -> Result<()> {
    if pairs.is_empty() {
        return Ok(());
    }
    let mut tx = archive.begin_as_machine().await?;
    for pair in pairs {
        let class = archive.classes.get(&pair.class);
        let differences = class
            .map(|class| differences(class, &pair.list, &pair.record))
            .unwrap_or_default();
        let state = if differences.is_empty() {
            MatchState::Same
        } else {
            MatchState::Different
        };
        let same = |one: &Option<String>, other: &Option<String>| one.is_some() && one == other;
        let found_by = match (
            same(&pair.row_serial, &pair.record_serial),
            same(&pair.row_person, &pair.record_person),
        ) {
            (true, true) => FoundBy::Both,
            (true, false) => FoundBy::Serial,
            _ => FoundBy::Person,
        };
        // An answer stays: only what was compared is written anew.
        Insert::into("list_matches")
            .set("row_id", &pair.row_id)
            .set("record_id", &pair.record_id)
            .set("import_id", &pair.import_id)
            .set("found_by", found_by)
            .set("record_version", pair.version)
            .set("state", state)
            .set("differences", serde_json::to_string(&differences)?)
            .or_replace("(row_id, record_id)")
            .run(&mut tx)
            .await?;
    }
    tx.commit().await
}

/// What both say and say differently. A date that is known to the year agrees with every day of it.
fn differences(
    class: &Class,
    list: &ListFields,
    record: &Fields,
) -> BTreeMap<String, ListDifference> {
    let mut found = BTreeMap::new();
    for field in &class.fields {
        let key = field.key.as_str();
        let (Some(own), Some(other)) = (list.get(key), record.get(key)) else {
            continue;
        };
        let (own, other) = (own.value.as_str(), other.value.as_str());
        if own.is_empty() || other.is_empty() || other == "-" || OWN_FIELDS.contains(&key) {
            continue;
        }
        let agree = match field.kind {
            FieldKind::Date | FieldKind::Year => own.starts_with(other) || other.starts_with(own),
            FieldKind::Number => number_key(own) == number_key(other),
            FieldKind::Place | FieldKind::School | FieldKind::Agency => {
                fold::letters(own) == fold::letters(other)
            }
            _ => words(own) == words(other),
        };
        if !agree {
            let difference = ListDifference {
                list: own.to_owned(),
                record: other.to_owned(),
            };
            found.insert(key.to_owned(), difference);
        }
    }
    found
}

fn words(text: &str) -> String {
    let folded = fold::fold(text, Level::Exact);
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Sets the counts of imports right.
async fn count(archive: &Archive, imports: &BTreeSet<String>, duplicates: bool) -> Result<()> {
    for id in imports {
        let twice: Option<i64> = match duplicates {
            true => {
                let twice = sqlx::query_scalar(
                    "SELECT COUNT(*) FROM list_rows l WHERE l.import_id = $1 AND
                        (EXISTS (SELECT 1 FROM list_rows o WHERE o.serial_key = l.serial_key AND o.id <> l.id)
                        OR EXISTS (SELECT 1 FROM list_rows o WHERE o.person_key = l.person_key AND o.id <> l.id))",
                );
                Some(twice.bind(id).fetch_one(archive.catalogue.pool()).await?)
            }
            false => None,
        };
        let mut tx = archive.begin_as_machine().await?;
        sqlx::query(
            "UPDATE imports SET
                matched = (SELECT COUNT(*) FROM list_matches m WHERE m.import_id = $1),
                different = (SELECT COUNT(*) FROM list_matches m WHERE m.import_id = $1 AND m.state = 'different'),
                duplicates = COALESCE($2, duplicates) WHERE id = $1",
        )
        .bind(id)
        .bind(twice)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Compares one import with the records that are there, for a catalogue made again.
///
/// # Errors
/// As any statement.
pub(super) async fn compare_restored(archive: &Archive, import: &str) -> Result<()> {
    complete_keys(archive).await?;
    compare_import(archive, import).await
}
