//! The described act in versions: proposed, corrected, approved; as-printed beside normalised; and
//! the publication sequence that every index follows.

mod first_version;
mod keys;
mod of_page;
mod proposing;
mod publishing;
mod rows;
mod values;

pub(crate) use first_version::{FirstVersion, begin};
pub(crate) use keys::{Keys, complete_keys, have_keys, number_key};
pub(crate) use of_page::of_page;
pub(crate) use proposing::propose;
pub(crate) use publishing::{
    advance, enqueue_preservation, insert_publication, publish, published, restore_counter,
};
pub(crate) use rows::{RecordRow, Version, insert, save_version};
pub(crate) use values::{apply, labels, missing_mandatory, normalised};

use std::collections::BTreeMap;

use sogoc_workers::class::Class;
use sogoc_workers::reading::{Box4, FieldReading};

use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{JsonText, State, json_column, text_enum};
use crate::error::{Error, Result};
use crate::masking;
use crate::viewing::{self, View};

/// Fields by key of the class.
pub type Fields = BTreeMap<String, FieldReading>;

json_column!(Fields);

text_enum! {
    /// Where a record stands.
    pub enum RecordState {
        /// As the machine read it.
        Proposed,
        /// Changed by a person, not approved.
        Corrected,
        /// A person stands behind it; it is published.
        Approved,
        /// It is not a record, or its page was withdrawn.
        Rejected,
    }
}

impl RecordState {
    /// Whether nobody has decided about the record yet.
    pub fn waits(self) -> bool {
        matches!(self, Self::Proposed | Self::Corrected)
    }
}

impl State for RecordState {
    const TABLE: &'static str = "records";

    fn next(self) -> &'static [Self] {
        match self {
            // It stays what it is where a person only notes something of it.
            Self::Proposed => &[
                Self::Proposed,
                Self::Corrected,
                Self::Approved,
                Self::Rejected,
            ],
            // What is decided may be decided again, always as one more version.
            Self::Corrected | Self::Approved => &[Self::Corrected, Self::Approved, Self::Rejected],
            // A rejection that is taken back leaves what was there before it.
            Self::Rejected => &[
                Self::Proposed,
                Self::Corrected,
                Self::Approved,
                Self::Rejected,
            ],
        }
    }
}

/// JSON `[x, y, width, height]`, or nothing.
#[derive(sqlx::Type)]
#[sqlx(transparent)]
pub(crate) struct BoundsText(Option<String>);

impl TryFrom<BoundsText> for Option<Box4> {
    type Error = serde_json::Error;

    fn try_from(text: BoundsText) -> Result<Self, serde_json::Error> {
        text.0.map(|text| serde_json::from_str(&text)).transpose()
    }
}

/// A record as shown.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema, sqlx::FromRow)]
pub struct RecordView {
    /// UUIDv7 as text: sorts by the time it was proposed.
    pub id: String,
    /// The scan it stands on.
    pub scan_id: String,
    /// The page it stands on.
    pub page_id: String,
    /// That page's number, from 1.
    pub page_number: i64,
    /// The batch it came with.
    pub batch_id: String,
    /// The file's name as delivered.
    pub original_name: String,
    /// Place on the page, from 1.
    pub ordinal: i64,
    /// Id of its class.
    pub class: String,
    /// How far people have decided about it.
    pub state: RecordState,
    /// Newest version, from 1.
    pub version: i64,
    /// Fields a person still has to look at.
    pub doubtful: i64,
    /// `[x, y, width, height]` on the page as delivered.
    #[schema(value_type = Option<Vec<i32>>)]
    #[sqlx(try_from = "BoundsText")]
    pub bounds: Option<Box4>,
    /// The fields of the newest version.
    #[schema(value_type = Object)]
    #[sqlx(try_from = "JsonText")]
    pub fields: Fields,
    /// Newest version that is in the vault.
    pub preserved_version: Option<i64>,
    /// When its newest version was made, RFC 3339 UTC.
    pub updated_at: String,
}

impl RecordView {
    /// Whether a value is struck out on paper and nobody has said yet that it stands.
    pub fn is_struck(&self) -> bool {
        self.struck().next().is_some()
    }

    /// Keys of the values struck out on paper of which nobody has said yet that they stand.
    pub(crate) fn struck(&self) -> impl Iterator<Item = &str> {
        self.keys_where(|field| field.struck)
    }

    /// Keys of the fields where something is written that was not read, a note in the margin for one, and
    /// that nobody has typed in or said to be nothing.
    pub fn unread(&self) -> impl Iterator<Item = &str> {
        self.keys_where(|field| field.value.is_empty() && !field.accepted)
    }

    fn keys_where(&self, is_so: fn(&FieldReading) -> bool) -> impl Iterator<Item = &str> {
        let fields = self.fields.iter().filter(move |(_, field)| is_so(field));
        fields.map(|(key, _)| key.as_str())
    }
}

/// One version of a record.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema, sqlx::FromRow)]
pub struct VersionView {
    /// Counts the versions of the record, from 1.
    pub version: i64,
    /// State the record had with it.
    pub state: RecordState,
    /// Name of the person, or `machine`.
    #[sqlx(rename = "author_name")]
    pub author: String,
    /// The words of whoever made it; empty where there are none.
    pub note: String,
    /// When it was made, RFC 3339 UTC.
    pub at: String,
    /// Fields of that version.
    #[schema(value_type = Object)]
    #[sqlx(try_from = "JsonText")]
    pub fields: Fields,
}

/// Which records to list.
#[derive(Debug, Clone, Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RecordFilter {
    /// proposed | corrected | approved | rejected.
    pub state: Option<String>,
    /// Id of the one batch whose records are wanted.
    pub batch_id: Option<String>,
    /// Id of the one scan whose records are wanted.
    pub scan_id: Option<String>,
    /// Id of the one class wanted.
    pub class: Option<String>,
    /// At most this many, 1 to 200; 50 when absent.
    pub limit: Option<i64>,
    /// The last id of the page before.
    pub after: Option<String>,
}

const SELECT: &str = "SELECT r.*, p.number AS page_number, s.batch_id, s.original_name, v.fields
     FROM records r JOIN pages p ON p.id = r.page_id JOIN scans s ON s.id = r.scan_id
     JOIN record_versions v ON v.record_id = r.id AND v.version = r.version";

/// One record, newest version.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn get(archive: &Archive, caller: &Caller, id: &str) -> Result<RecordView> {
    require(caller, Act::SeeRecords)?;
    let mut record = load(archive, id).await?;
    note_view(archive, caller, (&record.id, &record.class, record.state)).await?;
    masking::mask_fields(archive, caller, &record.class, &mut record.fields);
    Ok(record)
}

/// Enters in the log that somebody opened a record. One that is not published yet is work under way, which is reason enough.
async fn note_view(
    archive: &Archive,
    caller: &Caller,
    (id, class, state): (&str, &str, RecordState),
) -> Result<()> {
    if state == RecordState::Approved {
        viewing::require_reason(archive, caller, archive.classes.get(class), id).await?;
    }
    viewing::note(archive, caller, View::of_record(id)).await
}

/// As [`get`], for the program's own verbs.
pub(crate) async fn load(archive: &Archive, id: &str) -> Result<RecordView> {
    sqlx::query_as(sqlx::AssertSqlSafe(format!("{SELECT} WHERE r.id = $1")))
        .bind(id)
        .fetch_optional(archive.catalogue.pool())
        .await?
        .ok_or(Error::NotFound { what: "record" })
}

/// Records by filter, by id (= order of making).
///
/// # Errors
/// `Forbidden`.
pub async fn list(
    archive: &Archive,
    caller: &Caller,
    filter: &RecordFilter,
) -> Result<Vec<RecordView>> {
    require(caller, Act::SeeRecords)?;
    let query = format!(
        "{SELECT} WHERE ($1 = '' OR r.state = $1) AND ($2 = '' OR s.batch_id = $2)
         AND ($3 = '' OR r.scan_id = $3) AND ($4 = '' OR r.class = $4) AND r.id > $5
         ORDER BY r.id LIMIT $6"
    );
    let mut records: Vec<RecordView> = sqlx::query_as(sqlx::AssertSqlSafe(query))
        .bind(filter.state.clone().unwrap_or_default())
        .bind(filter.batch_id.clone().unwrap_or_default())
        .bind(filter.scan_id.clone().unwrap_or_default())
        .bind(filter.class.clone().unwrap_or_default())
        .bind(filter.after.clone().unwrap_or_default())
        .bind(filter.limit.unwrap_or(50).clamp(1, 200))
        .fetch_all(archive.catalogue.pool())
        .await?;
    let ids = records.iter().map(|record| record.id.clone()).collect();
    let view = View::of(Action::RecordsListed, ("records", "records"), ids);
    viewing::note(archive, caller, view).await?;
    for record in &mut records {
        masking::mask_listed(archive, caller, &record.class, &mut record.fields);
    }
    Ok(records)
}

/// Every version, oldest first, with the authors' names.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn history(archive: &Archive, caller: &Caller, id: &str) -> Result<Vec<VersionView>> {
    require(caller, Act::SeeRecords)?;
    let (class, state): (String, RecordState) =
        sqlx::query_as("SELECT class, state FROM records WHERE id = $1")
            .bind(id)
            .fetch_optional(archive.catalogue.pool())
            .await?
            .ok_or(Error::NotFound { what: "record" })?;
    note_view(archive, caller, (id, &class, state)).await?;
    let mut versions: Vec<VersionView> = sqlx::query_as(
        "SELECT v.*, COALESCE(w.name, v.author) AS author_name FROM record_versions v
         LEFT JOIN people w ON w.id = v.author WHERE v.record_id = $1 ORDER BY v.version",
    )
    .bind(id)
    .fetch_all(archive.catalogue.pool())
    .await?;
    for version in &mut versions {
        masking::mask_fields(archive, caller, &class, &mut version.fields);
    }
    Ok(versions)
}

/// The fields of one version.
pub(crate) async fn fields_of(archive: &Archive, id: &str, version: i64) -> Result<Fields> {
    let text: String = sqlx::query_scalar(
        "SELECT fields FROM record_versions WHERE record_id = $1 AND version = $2",
    )
    .bind(id)
    .bind(version)
    .fetch_optional(archive.catalogue.pool())
    .await?
    .ok_or(Error::NotFound {
        what: "record version",
    })?;
    Ok(serde_json::from_str(&text)?)
}

/// The pages a record's document stands on: from its own to the one before the scan's next record.
pub(crate) async fn pages_of(archive: &Archive, record: &RecordView) -> Result<Vec<String>> {
    // Documents in one scan follow each other; the next record that stands begins the next one.
    let ids = sqlx::query_scalar(
        "SELECT p.id FROM pages p WHERE p.scan_id = $1 AND p.number >= $2
         AND NOT EXISTS (SELECT 1 FROM records r JOIN pages n ON n.id = r.page_id
            WHERE r.scan_id = $1 AND r.state <> 'rejected' AND n.number > $2
            AND n.number <= p.number)
         ORDER BY p.number",
    )
    .bind(&record.scan_id)
    .bind(record.page_number)
    .fetch_all(archive.catalogue.pool())
    .await?;
    Ok(ids)
}

/// The refusal of a record that nobody has approved yet, at whichever step it is met.
pub(crate) fn not_approved() -> Error {
    Error::refuse("errors.not_approved")
}

/// How many fields a person still has to look at: those read but not accepted, and mandatory ones missing.
pub(crate) fn doubtful(class: Option<&Class>, fields: &Fields) -> i64 {
    // A mandatory field that was not read is in doubt as much as one that was misread.
    let unsure = fields.values().filter(|field| !field.accepted).count();
    let missing = class.map_or(0, |class| {
        let mandatory = class.fields.iter().filter(|field| field.mandatory);
        mandatory
            .filter(|field| !fields.contains_key(&field.key))
            .count()
    });
    i64::try_from(unsure + missing).unwrap_or(i64::MAX)
}
