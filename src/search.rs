//! Search over approved records, and the index that follows the publication sequence.

mod same_person;

pub use same_person::records_of_person;

use std::collections::BTreeMap;

use serde_json::json;
use sogoc_index::{
    Change, Document, IndexError, MatchLevel, Number, PartialDate, Query, QueryError, SearchError,
};
use sogoc_workers::class::{Class, FieldKind};
use sogoc_workers::dates::Date;

use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::JsonText;
use crate::correction::{self, Correction, FieldChange};
use crate::error::{Error, Result};
use crate::masking;
use crate::messages::Message;
use crate::record::{Fields, RecordState};
use crate::viewing::{self, View};

/// Publications in one commit of the index.
const STEP: i64 = 2000;

/// A search: the text of the search box, the fields of the form, or both.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Text of the search box; for its syntax see the search page.
    pub text: Option<String>,
    /// Name, accents or not, syllables in any order.
    pub ho_ten: Option<String>,
    /// Birth date: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    pub ngay_sinh: Option<String>,
    /// Words of the school's name.
    pub truong: Option<String>,
    /// Year of graduation, as the record says it.
    pub nam: Option<i64>,
    /// Diploma or register number.
    pub so: Option<String>,
    /// Class id, such as `van_bang`.
    pub class: Option<String>,
    /// At most this many, 1 to 200; 20 when absent.
    pub limit: Option<usize>,
    /// Hits to skip, at most 10,000.
    pub offset: Option<usize>,
}

impl Wanted {
    /// What is asked, as the log's own table keeps it: what was left out is left out.
    fn in_words(&self) -> String {
        let mut asked = serde_json::to_value(self).unwrap_or_default();
        if let Some(asked) = asked.as_object_mut() {
            asked.retain(|key, value| !value.is_null() && key != "limit" && key != "offset");
        }
        asked.to_string()
    }
}

/// A record that matches, as the index holds it.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct SearchHit {
    /// Id of the record.
    pub record_id: String,
    /// Id of its class.
    pub class: String,
    /// Values by key of the class, corrections in force laid over what is printed.
    pub fields: BTreeMap<String, String>,
    /// exact | tone_folded | ascii | fuzzy.
    pub matched: String,
    /// Higher is better; comparable only within one result.
    pub score: f64,
}

/// One page of hits, with totals over all pages.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct SearchResult {
    /// Records that match, on all pages.
    pub total: usize,
    /// This page, best first.
    pub hits: Vec<SearchHit>,
    /// Counts by facet and value.
    pub facets: BTreeMap<String, BTreeMap<String, usize>>,
    /// The publication number the index has reached.
    pub position: u64,
}

/// Searches the records the caller may see.
///
/// # Errors
/// `Invalid` with a pointer to what is wrong, never silently fewer hits; `Forbidden`.
pub async fn find(archive: &Archive, caller: &Caller, wanted: &Wanted) -> Result<SearchResult> {
    require(caller, Act::SeeRecords)?;
    let masked = masking::applies_to(caller);
    let mut query = query_of(wanted)?;
    if masked {
        query = without_masked(query)?;
    }
    let mut found = run(archive, query).await?;
    let records = found.hits.iter().map(|hit| hit.record_id.clone()).collect();
    let view = View::of(Action::Searched, ("search", "search"), records)
        .saying(json!({ "total": found.total }))
        .asked(wanted.in_words());
    viewing::note(archive, caller, view).await?;
    for hit in &mut found.hits {
        masking::mask_values(archive, caller, &hit.class, &mut hit.fields);
    }
    if masked {
        found
            .facets
            .retain(|facet, _| OPEN_FACETS.contains(&facet.as_str()));
    }
    Ok(found)
}

/// Facets whose counts a reader without standing sees.
const OPEN_FACETS: [&str; 4] = ["class", "year", "fonds", "volume"];

/// A question of a reader without standing asks for nothing they do not see: by its answer alone a birth date could be
/// guessed, and an ethnicity counted. Words in the box are taken for a name.
fn without_masked(mut query: Query) -> Result<Query> {
    let asks = query.birth.is_some()
        || !query.dates.is_empty()
        || query.number.is_some()
        || !query.phrases.is_empty()
        || !query.filters.is_empty()
        || query.words.chars().any(|letter| letter.is_ascii_digit());
    if asks {
        return Err(Error::fault("/text", "faults.masked_question"));
    }
    let words = std::mem::take(&mut query.words);
    if !words.trim().is_empty() {
        query.name = Some(format!("{} {words}", query.name.unwrap_or_default()));
    }
    Ok(query)
}

/// The search itself, for the program's own verbs, which say in the log what they do.
///
/// # Errors
/// As [`find`].
pub(crate) async fn execute(archive: &Archive, wanted: &Wanted) -> Result<SearchResult> {
    run(archive, query_of(wanted)?).await
}

async fn run(archive: &Archive, query: Query) -> Result<SearchResult> {
    let index = archive.index.clone();
    // Before the search: the result is then at least as new as it says.
    let position = index.position()?;
    let hits = tokio::task::spawn_blocking(move || index.search(&query))
        .await
        .map_err(|error| Error::Internal(format!("search: {error}")))??;
    let shown = |hit: sogoc_index::Hit| {
        let text = |key: &str| {
            hit.stored
                .get(key)
                .and_then(|v| v.as_str())
                .unwrap_or_default()
        };
        let fields = hit.stored.get("fields").cloned().unwrap_or_default();
        SearchHit {
            class: text("class").to_owned(),
            fields: serde_json::from_value(fields).unwrap_or_default(),
            matched: match hit.matched {
                MatchLevel::Exact => "exact",
                MatchLevel::ToneFolded => "tone_folded",
                MatchLevel::Ascii => "ascii",
                MatchLevel::Fuzzy => "fuzzy",
            }
            .into(),
            score: f64::from(hit.score),
            record_id: hit.id,
        }
    };
    Ok(SearchResult {
        total: hits.total,
        hits: hits.hits.into_iter().map(shown).collect(),
        facets: hits.facets,
        position,
    })
}

/// Brings the index up to the newest publication and returns its position.
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
            // A rebuilt index replaced the old one: the next round continues from its position.
            Ok(()) | Err(IndexError::Replaced { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Number of publications the index of this process is behind the catalogue.
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

/// Builds a new index beside the live one from the catalogue and swaps it in. `progress` is called with
/// the position reached and the newest one.
///
/// # Errors
/// As [`follow`]; the live index stays as it was.
pub async fn reindex(archive: &Archive, mut progress: impl FnMut(i64, i64)) -> Result<u64> {
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
        let documents: Vec<Document> = changes
            .into_iter()
            .filter_map(|change| match change {
                Change::Put(document) => Some(*document),
                // A new index holds nothing that could be removed.
                Change::Remove(_) => None,
            })
            .collect();
        rebuild.add(&documents)?;
        position = next;
        progress(position, newest);
    }
    // The live index answers until the new one takes its place; then what was published meanwhile is
    // followed.
    rebuild.finish(u64::try_from(position).unwrap_or_default())?;
    follow(archive).await
}

/// The next steps of the publication sequence after `$1`, each with the newest of its record.
pub(crate) const CHANGES_AFTER: &str =
    "SELECT q.position, q.record_id, v.state, v.version, v.fields, r.class, s.batch_id, b.fonds_id,
            b.volume_id, (SELECT MAX(n.position) FROM publications n
                WHERE n.record_id = q.record_id) AS newest
         FROM publications q
         JOIN record_versions v ON v.record_id = q.record_id AND v.version = q.version
         JOIN records r ON r.id = q.record_id JOIN scans s ON s.id = r.scan_id
         JOIN batches b ON b.id = s.batch_id
         WHERE q.position > $1 ORDER BY q.position LIMIT $2";

/// The next step of the sequence. Only the newest publication of a record adds it; an older one removes
/// it, because what it published must not be found any more.
async fn changes_after(archive: &Archive, position: u64) -> Result<(u64, Vec<Change>)> {
    let rows: Vec<Published> = sqlx::query_as(CHANGES_AFTER)
        .bind(i64::try_from(position).unwrap_or(i64::MAX))
        .bind(STEP)
        .fetch_all(archive.catalogue.pool())
        .await?;
    let mut reached = position;
    let appendix = correction::approved_after(archive, position, STEP).await?;
    let mut changes = Vec::with_capacity(rows.len());
    for row in rows {
        reached = u64::try_from(row.position).unwrap_or(reached);
        // Superseded within the same stretch: its own newer publication comes in a later row and puts it back.
        if row.newest > row.position || row.state != RecordState::Approved {
            changes.push(Change::Remove(row.record_id));
            continue;
        }
        let entries = appendix.get(&row.record_id);
        let entries = entries.map(Vec::as_slice).unwrap_or_default();
        changes.push(Change::Put(Box::new(document_of(archive, row, entries))));
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

fn document_of(archive: &Archive, row: Published, appendix: &[Correction]) -> Document {
    let today = correction::day_of(archive.clock.now());
    let in_force = correction::overlaid(&row.fields, appendix, row.version, &today);
    let class = archive.classes.get(&row.class);
    let values: BTreeMap<&str, &str> = in_force
        .fields
        .iter()
        .filter(|(_, field)| !field.value.is_empty() && field.value != "-")
        .map(|(key, field)| (key.as_str(), field.value.as_str()))
        .collect();
    let mut document = Document {
        id: row.record_id,
        // Unknown classes are treated as holding a person's data.
        access: class.map_or_else(|| "02".into(), |class| class.access.regime.clone()),
        fonds: row.fonds_id,
        volume: row.volume_id,
        batch: Some(row.batch_id),
        text: printed_and_normalised(&in_force.fields),
        stored: serde_json::json!({ "class": row.class, "fields": values }),
        class: row.class,
        ..Document::default()
    };
    if let Some(class) = class {
        sort_values(class, &values, &mut document);
        for change in appendix.iter().flat_map(|correction| &correction.changes) {
            add_other_values(class, change, &mut document);
        }
    }
    document
}

/// A corrected record is found by the printed value and by the value of the decision, in force or not yet.
fn add_other_values(class: &Class, change: (&String, &FieldChange), document: &mut Document) {
    let (key, change) = change;
    let Some(field) = class.field(key) else {
        return;
    };
    for value in [&change.before, &change.after] {
        document.text.push('\n');
        document.text.push_str(value);
        match field.kind {
            FieldKind::Name if document.name.as_ref() != Some(value) => {
                document.other_names.push(value.clone());
            }
            FieldKind::Number => document.numbers.push(Number {
                key: key.clone(),
                text: value.clone(),
            }),
            FieldKind::Date => {
                let date = PartialDate::parse(value).map(|date| (key.clone(), date));
                document.dates.extend(date);
            }
            _ => {}
        }
    }
}

/// The printed and the normalised values, because a clerk may type either.
fn printed_and_normalised(fields: &Fields) -> String {
    let mut words = Vec::new();
    for field in fields.values() {
        words.push(field.raw.as_str());
        if field.value != field.raw {
            words.push(field.value.as_str());
        }
    }
    words.join("\n")
}

/// Puts every value into the part of the document that its kind is searched by.
fn sort_values(class: &Class, values: &BTreeMap<&str, &str>, document: &mut Document) {
    for field in &class.fields {
        let Some(value) = values
            .get(field.key.as_str())
            .map(|value| (*value).to_owned())
        else {
            continue;
        };
        match field.kind {
            FieldKind::Name if document.name.is_none() => document.name = Some(value),
            FieldKind::Number => {
                document.numbers.push(Number {
                    key: field.key.clone(),
                    text: value,
                });
            }
            FieldKind::Date => {
                if let Some(date) = PartialDate::parse(&value) {
                    document.dates.push((field.key.clone(), date));
                }
            }
            FieldKind::Place if document.place.is_none() => document.place = Some(value),
            FieldKind::School if document.school.is_none() => document.school = Some(value),
            FieldKind::Year if document.year.is_none() => document.year = value.parse().ok(),
            // The index's own names of its facets.
            FieldKind::Sex => _ = document.facets.insert("sex".into(), value),
            FieldKind::Ethnic => _ = document.facets.insert("ethnic".into(), value),
            FieldKind::Grade => _ = document.facets.insert("grade".into(), value),
            _ => {}
        }
    }
}

fn query_of(wanted: &Wanted) -> Result<Query> {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    let mut query = match given(&wanted.text) {
        Some(text) => Query::parse(&text).map_err(|error| invalid_query("/text", &error))?,
        None => Query::default(),
    };
    query.name = given(&wanted.ho_ten).or(query.name);
    query.school = given(&wanted.truong).or(query.school);
    query.number = given(&wanted.so).or(query.number);
    query.class = given(&wanted.class).or(query.class);
    query.year = wanted.nam.or(query.year);
    if let Some(text) = given(&wanted.ngay_sinh) {
        let date = Date::parse(&text).and_then(|date| PartialDate::parse(&date.to_string()));
        query.birth = Some(date.ok_or_else(|| Error::fault("/ngay_sinh", "faults.not_date_such"))?);
    }
    query.limit = wanted.limit.unwrap_or(20);
    query.offset = wanted.offset.unwrap_or(0);
    // Everyone who may see records sees regimes 01 and 02; secret holdings (03) have no reader here.
    query.allowed = vec!["01".into(), "02".into()];
    Ok(query)
}

fn invalid_query(pointer: &str, error: &QueryError) -> Error {
    let problem = Message::new(format!("search.question.{}", error.problem.code()));
    let message = Message::new("search.question_at").with("problem", problem);
    Error::fault(pointer, message.with("at", error.at + 1))
}

impl From<SearchError> for Error {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Query(error) => invalid_query("", &error),
            SearchError::Index(error) => error.into(),
        }
    }
}

impl From<IndexError> for Error {
    fn from(error: IndexError) -> Self {
        Self::unavailable("index", error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_speaks_both_languages_and_repeats_nothing_typed() {
        let wanted = Wanted {
            text: Some("quê:Bí-mật".into()),
            ..Wanted::default()
        };
        let error = query_of(&wanted).unwrap_err();
        let (vi, en) = (error.vi(), error.en());
        assert!(vi.contains("Không có trường") && en.contains("no such search field"));
        assert!(!vi.contains("mật") && !en.contains("mật"));
    }
}
