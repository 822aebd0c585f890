//! A reader's question to hits the reader may see; and following the publication sequence into the index.

use std::collections::BTreeMap;

use sogoc_index::{Change, Entry, Number, PartialDate, Question, SearchError};
use sogoc_workers::class::{Class, FieldKind};
use sogoc_workers::dates::Date;

use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::catalogue::JsonText;
use crate::correction::{self, Correction, FieldChange};
use crate::error::{Error, Fault, Result};
use crate::record::{Fields, RecordState};

/// How many publications go into one commit of the index.
const STEP: i64 = 2000;

/// A reader's question: the one box, or typed fields, or both.
#[derive(Debug, Clone, Default, serde::Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// The search box.
    pub text: Option<String>,
    /// Name, accents or not, syllables in any order.
    pub ho_ten: Option<String>,
    /// Birth date: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    pub ngay_sinh: Option<String>,
    /// School.
    pub truong: Option<String>,
    /// Year of graduation.
    pub nam: Option<i64>,
    /// Diploma or register number.
    pub so: Option<String>,
    /// Class id.
    pub class: Option<String>,
    /// At most this many, 1 to 200; 20 when absent.
    pub limit: Option<usize>,
    /// How many to pass over.
    pub offset: Option<usize>,
}

/// One hit.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct FoundHit {
    /// Record id.
    pub record_id: String,
    /// Class id.
    pub class: String,
    /// Values by key.
    pub fields: BTreeMap<String, String>,
    /// exact | tone_folded | ascii | fuzzy.
    pub matched: String,
    /// Higher is nearer; comparable within one answer.
    pub score: f64,
}

/// An answer.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Found {
    /// All that answer, not only those listed.
    pub total: usize,
    /// Those listed, nearest first.
    pub hits: Vec<FoundHit>,
    /// Counts by facet and value.
    pub facets: BTreeMap<String, BTreeMap<String, usize>>,
    /// The publication number this answer reflects.
    pub position: u64,
}

/// Answers a question.
///
/// # Errors
/// `Invalid` with a pointer to what is wrong, never a silently smaller answer; `Forbidden`.
pub async fn find(archive: &Archive, caller: &Caller, wanted: &Wanted) -> Result<Found> {
    require(caller, Act::SeeRecords)?;
    let question = question_of(wanted)?;
    let index = archive.index.clone();
    let position = index.position()?;
    let hits = tokio::task::spawn_blocking(move || index.search(&question))
        .await
        .map_err(|error| Error::Internal(format!("search: {error}")))??;
    let shown = |hit: sogoc_index::Hit| {
        let text = |key: &str| {
            hit.shown
                .get(key)
                .and_then(|v| v.as_str())
                .unwrap_or_default()
        };
        let fields = hit.shown.get("fields").cloned().unwrap_or_default();
        FoundHit {
            class: text("class").to_owned(),
            fields: serde_json::from_value(fields).unwrap_or_default(),
            matched: match hit.matched {
                sogoc_index::Matched::Exact => "exact",
                sogoc_index::Matched::ToneFolded => "tone_folded",
                sogoc_index::Matched::Ascii => "ascii",
                sogoc_index::Matched::Fuzzy => "fuzzy",
            }
            .into(),
            score: f64::from(hit.score),
            record_id: hit.id,
        }
    };
    Ok(Found {
        total: hits.total,
        hits: hits.hits.into_iter().map(shown).collect(),
        facets: hits.facets,
        position,
    })
}

/// Brings the index up to the newest publication. Returns the position reached.
///
/// # Errors
/// `Unavailable`; the position never passes what was committed.
pub async fn follow(archive: &Archive) -> Result<u64> {
    loop {
        let reached = archive.index.position()?;
        let (position, changes) = changes_after(archive, reached).await?;
        if changes.is_empty() {
            return Ok(reached);
        }
        let index = archive.index.clone();
        let applied = tokio::task::spawn_blocking(move || index.apply(position, &changes))
            .await
            .map_err(|error| Error::Internal(format!("index: {error}")))?;
        match applied {
            // A rebuilt index took the place of the old one: go on from where that one stands.
            Ok(()) | Err(sogoc_index::IndexError::Replaced { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// How many publications the index of this process is behind.
///
/// # Errors
/// As any statement.
pub async fn lag(archive: &Archive) -> Result<i64> {
    let newest: Option<i64> = sqlx::query_scalar("SELECT MAX(position) FROM publications")
        .fetch_one(archive.catalogue.pool())
        .await?;
    let reached = i64::try_from(archive.index.position()?).unwrap_or(i64::MAX);
    Ok((newest.unwrap_or(0) - reached).max(0))
}

/// Builds a new index beside the live one from the catalogue and swaps it in. `told` hears how many
/// of how many are done.
///
/// # Errors
/// As [`follow`]; the live index stays as it was.
pub async fn reindex(archive: &Archive, mut told: impl FnMut(i64, i64)) -> Result<u64> {
    let newest: Option<i64> = sqlx::query_scalar("SELECT MAX(position) FROM publications")
        .fetch_one(archive.catalogue.pool())
        .await?;
    let newest = newest.unwrap_or(0);
    let mut rebuild = sogoc_index::Rebuild::start(archive.config.data.join("index"))?;
    let mut position = 0;
    while position < newest {
        let (next, changes) =
            changes_after(archive, u64::try_from(position).unwrap_or_default()).await?;
        if changes.is_empty() {
            break;
        }
        let next = i64::try_from(next).unwrap_or(i64::MAX);
        let entries: Vec<Entry> = changes
            .into_iter()
            .filter_map(|change| match change {
                Change::Put(entry) => Some(*entry),
                Change::Remove(_) => None,
            })
            .collect();
        rebuild.add(&entries)?;
        position = next;
        told(position, newest);
    }
    rebuild.finish(u64::try_from(position).unwrap_or_default())?;
    follow(archive).await
}

/// The next step of the sequence: only a record's newest publication counts, older ones are passed over.
async fn changes_after(archive: &Archive, position: u64) -> Result<(u64, Vec<Change>)> {
    let rows: Vec<Published> = sqlx::query_as(
        "SELECT q.position, q.record_id, v.state, v.version, v.fields, r.class, s.batch_id, b.fonds_id,
            b.volume_id, (SELECT MAX(n.position) FROM publications n
                WHERE n.record_id = q.record_id) AS newest
         FROM publications q
         JOIN record_versions v ON v.record_id = q.record_id AND v.version = q.version
         JOIN records r ON r.id = q.record_id JOIN scans s ON s.id = r.scan_id
         JOIN batches b ON b.id = s.batch_id
         WHERE q.position > $1 ORDER BY q.position LIMIT $2",
    )
    .bind(i64::try_from(position).unwrap_or(i64::MAX))
    .bind(STEP)
    .fetch_all(archive.catalogue.pool())
    .await?;
    let mut reached = position;
    let appendix = correction::approved_after(archive, position, STEP).await?;
    let mut changes = Vec::with_capacity(rows.len());
    for row in rows {
        reached = u64::try_from(row.position).unwrap_or(reached);
        if row.newest > row.position || row.state != RecordState::Approved {
            changes.push(Change::Remove(row.record_id));
            continue;
        }
        let entries = appendix.get(&row.record_id);
        let entries = entries.map(Vec::as_slice).unwrap_or_default();
        changes.push(Change::Put(Box::new(entry_of(archive, row, entries))));
    }
    Ok((reached, changes))
}

/// A step of the publication sequence, with what it published.
#[derive(sqlx::FromRow)]
struct Published {
    position: i64,
    /// Of the record's newest step.
    newest: i64,
    record_id: String,
    state: RecordState,
    version: i64,
    #[sqlx(try_from = "JsonText")]
    fields: Fields,
    class: String,
    batch_id: String,
    fonds_id: String,
    volume_id: Option<String>,
}

fn entry_of(archive: &Archive, row: Published, appendix: &[Correction]) -> Entry {
    let today = correction::day_of(archive.clock.now());
    let standing = correction::overlaid(&row.fields, appendix, row.version, &today);
    let class = archive.classes.get(&row.class);
    let values: BTreeMap<&str, &str> = standing
        .fields
        .iter()
        .filter(|(_, field)| !field.value.is_empty() && field.value != "-")
        .map(|(key, field)| (key.as_str(), field.value.as_str()))
        .collect();
    let mut entry = Entry {
        id: row.record_id,
        // Unknown classes are treated as holding a person's data.
        access: class.map_or_else(|| "02".into(), |class| class.access.regime.clone()),
        fonds: row.fonds_id,
        volume: row.volume_id,
        batch: Some(row.batch_id),
        text: printed_and_meant(&standing.fields),
        shown: serde_json::json!({ "class": row.class, "fields": values }),
        class: row.class,
        ..Entry::default()
    };
    if let Some(class) = class {
        sort_values(class, &values, &mut entry);
        for change in appendix.iter().flat_map(|entry| &entry.changes) {
            add_other_values(class, change, &mut entry);
        }
    }
    entry
}

/// A corrected record is found by what was printed and by what a decision says, in force or not yet.
fn add_other_values(class: &Class, change: (&String, &FieldChange), entry: &mut Entry) {
    let (key, change) = change;
    let Some(field) = class.field(key) else {
        return;
    };
    for value in [&change.before, &change.after] {
        entry.text.push('\n');
        entry.text.push_str(value);
        match field.kind {
            FieldKind::Name if entry.name.as_ref() != Some(value) => {
                entry.other_names.push(value.clone());
            }
            FieldKind::Number => entry.numbers.push(Number {
                key: key.clone(),
                text: value.clone(),
            }),
            FieldKind::Date => {
                let date = PartialDate::parse(value).map(|date| (key.clone(), date));
                entry.dates.extend(date);
            }
            _ => {}
        }
    }
}

/// What is printed is searched as well as what it means: a clerk may type either.
fn printed_and_meant(fields: &Fields) -> String {
    let mut words = Vec::new();
    for field in fields.values() {
        words.push(field.raw.as_str());
        if field.value != field.raw {
            words.push(field.value.as_str());
        }
    }
    words.join("\n")
}

/// Puts every value into the part of the entry that its kind is searched by.
fn sort_values(class: &Class, values: &BTreeMap<&str, &str>, entry: &mut Entry) {
    for field in &class.fields {
        let Some(value) = values
            .get(field.key.as_str())
            .map(|value| (*value).to_owned())
        else {
            continue;
        };
        match field.kind {
            FieldKind::Name if entry.name.is_none() => entry.name = Some(value),
            FieldKind::Number => {
                entry.numbers.push(Number {
                    key: field.key.clone(),
                    text: value,
                });
            }
            FieldKind::Date => {
                if let Some(date) = PartialDate::parse(&value) {
                    entry.dates.push((field.key.clone(), date));
                }
            }
            FieldKind::Place if entry.place.is_none() => entry.place = Some(value),
            FieldKind::School if entry.school.is_none() => entry.school = Some(value),
            FieldKind::Year if entry.year.is_none() => entry.year = value.parse().ok(),
            // The index's own names of its facets.
            FieldKind::Sex => _ = entry.facets.insert("sex".into(), value),
            FieldKind::Ethnic => _ = entry.facets.insert("ethnic".into(), value),
            FieldKind::Grade => _ = entry.facets.insert("grade".into(), value),
            _ => {}
        }
    }
}

fn question_of(wanted: &Wanted) -> Result<Question> {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    let mut question = match given(&wanted.text) {
        Some(text) => Question::parse(&text).map_err(|error| misunderstood("/text", &error))?,
        None => Question::default(),
    };
    question.name = given(&wanted.ho_ten).or(question.name);
    question.school = given(&wanted.truong).or(question.school);
    question.number = given(&wanted.so).or(question.number);
    question.class = given(&wanted.class).or(question.class);
    question.year = wanted.nam.or(question.year);
    if let Some(text) = given(&wanted.ngay_sinh) {
        let date = Date::parse(&text).and_then(|date| PartialDate::parse(&date.to_string()));
        question.birth = Some(date.ok_or_else(|| {
            Error::invalid(
                "/ngay_sinh",
                "Không đọc được ngày sinh. Ví dụ: 12/3/1975, 3/1975 hoặc 1975.",
                "Not a date. Such as 12/3/1975, 3/1975 or 1975.",
            )
        })?);
    }
    question.limit = wanted.limit.unwrap_or(20);
    question.offset = wanted.offset.unwrap_or(0);
    // Everyone who may see records sees regimes 01 and 02; secret holdings (03) have no reader here.
    question.allowed = vec!["01".into(), "02".into()];
    Ok(question)
}

fn misunderstood(pointer: &str, error: &sogoc_index::QuestionError) -> Error {
    let at = error.at + 1;
    Error::Invalid(vec![Fault {
        pointer: pointer.into(),
        vi: format!("{} (ký tự thứ {at})", error.sentence_vi()),
        en: format!("{} (character {at})", error.sentence_en()),
    }])
}

impl From<SearchError> for Error {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Question(error) => misunderstood("", &error),
            SearchError::Index(error) => error.into(),
        }
    }
}

impl From<sogoc_index::IndexError> for Error {
    fn from(error: sogoc_index::IndexError) -> Self {
        Self::unavailable("index", error)
    }
}
