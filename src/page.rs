//! The life of a page: received → read, or failed with a named outcome. Asks the reading pool.

mod numbering;
mod picture;
mod store;
mod text_layer;
mod text_sketch;
mod together;
mod upright;

use sogoc_workers::Known;
use sogoc_workers::geometry::Turn;
use sogoc_workers::outcome::{Failure, FailureKind};
use sogoc_workers::pool::PageJob;
use sogoc_workers::reading::PageReading;

pub(crate) use numbering::{COUNTS, Numbering};
pub(crate) use picture::image_for_copy;
pub use picture::{ImageOptions, Kept, Part, image, picture_of};
pub(crate) use store::{
    ask_for_comparison, give_up, reinstate, restore_words, scan_of, set_read, store, store_again,
    take_up_again,
};
use store::{complete_only, store_failure, store_reading};
pub use together::read_document;
pub(crate) use upright::is_withdrawn;

use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::catalogue::{State, json_column, text_enum};
use crate::column_map::{self, MapState};
use crate::document::IN_ORDER;
use crate::error::{Error, Result};
use crate::jobs::{self, End, Leased};
use crate::scan;

text_enum! {
    /// How far a page is read.
    pub enum PageState {
        /// Waits to be read.
        Received,
        /// Its reading is stored.
        Read,
        /// It could not be read, or a person withdrew it: its outcome says which.
        #[strum(to_string = "failed", serialize = "set_aside")]
        Failed,
    }
}

impl State for PageState {
    const TABLE: &'static str = "pages";

    fn next(self) -> &'static [Self] {
        match self {
            Self::Received | Self::Read => &[Self::Read, Self::Failed],
            // A person may take up a failed page again, or withdraw it, which leaves it failed for another reason.
            Self::Failed => &[Self::Received, Self::Read, Self::Failed],
        }
    }
}

json_column!(Numbering);

/// A page as shown.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema, sqlx::FromRow)]
pub struct PageView {
    /// UUID as text; follows from scan and number, so that a second try gives the same.
    pub id: String,
    /// The scan it is a page of.
    pub scan_id: String,
    /// Batch of its scan.
    pub batch_id: String,
    /// The file's name as delivered.
    pub original_name: String,
    /// Its number in the file, from 1.
    pub number: i64,
    /// How far it is read.
    pub state: PageState,
    /// Stable word of the reading pool; `excluded` or `superseded` where a person withdrew the page.
    pub outcome: Option<String>,
    /// The page whose place it took.
    pub stands_for: Option<String>,
    /// Id of the class recognised; none before it was read.
    pub class: Option<String>,
    /// Degrees the content stands turned, clockwise.
    #[sqlx(try_from = "i64")]
    #[schema(value_type = i64)]
    pub rotation: Turn,
    /// Pixels from left to right, as delivered.
    pub width: i64,
    /// Pixels from top to bottom, as delivered.
    pub height: i64,
    /// Dots per inch of the page as delivered.
    pub dpi: i64,
    /// Stable codes of what falls short of the standard.
    #[sqlx(rename = "quality", try_from = "QualityText")]
    pub flags: Vec<String>,
}

/// What is not known before a page is read is 0, or no flags.
const SELECT: &str = "SELECT p.id, p.scan_id, s.batch_id, s.original_name, p.number, p.state,
        p.outcome, p.stands_for, p.class, COALESCE(p.rotation, 0) AS rotation,
        COALESCE(p.width, 0) AS width, COALESCE(p.height, 0) AS height,
        COALESCE(p.dpi, 0) AS dpi, COALESCE(p.quality, '{}') AS quality
     FROM pages p JOIN scans s ON s.id = p.scan_id";

/// The part of a page's quality that is shown.
#[derive(sqlx::Type)]
#[sqlx(transparent)]
struct QualityText(String);

impl TryFrom<QualityText> for Vec<String> {
    type Error = serde_json::Error;

    fn try_from(text: QualityText) -> Result<Self, serde_json::Error> {
        #[derive(serde::Deserialize)]
        struct QualityFlags {
            #[serde(default)]
            flags: Vec<String>,
        }
        Ok(serde_json::from_str::<QualityFlags>(&text.0)?.flags)
    }
}

/// One page.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn get(archive: &Archive, caller: &Caller, id: &str) -> Result<PageView> {
    require(caller, Act::SeeRecords)?;
    find(archive, id).await
}

async fn find(archive: &Archive, id: &str) -> Result<PageView> {
    sqlx::query_as(sqlx::AssertSqlSafe(format!("{SELECT} WHERE p.id = $1")))
        .bind(id)
        .fetch_optional(archive.catalogue.pool())
        .await?
        .ok_or(Error::NotFound { what: "page" })
}

/// Every page of a scan, in order.
///
/// # Errors
/// `Forbidden`.
pub async fn of_scan(archive: &Archive, caller: &Caller, scan_id: &str) -> Result<Vec<PageView>> {
    require(caller, Act::SeeRecords)?;
    let query = format!("{SELECT} WHERE p.scan_id = $1 ORDER BY p.number");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(query))
        .bind(scan_id)
        .fetch_all(archive.catalogue.pool())
        .await?)
}

/// Every page of a document, in its order.
///
/// # Errors
/// `Forbidden`.
pub async fn of_document(
    archive: &Archive,
    caller: &Caller,
    document_id: &str,
) -> Result<Vec<PageView>> {
    require(caller, Act::SeeRecords)?;
    let query = format!(
        "{SELECT} JOIN document_pages g ON g.page_id = p.id {}",
        IN_ORDER.replacen("ORDER BY", "WHERE g.document_id = $1 ORDER BY", 1)
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(query))
        .bind(document_id)
        .fetch_all(archive.catalogue.pool())
        .await?)
}

/// What a page's own reading says, as cached beside the vault; `None` when it has not been read.
///
/// # Errors
/// `Unavailable`; a cached reading that does not parse counts as none.
pub async fn reading(archive: &Archive, page_id: &str) -> Result<Option<PageReading>> {
    let bytes = archive.vault.get_cache(&reading_key(page_id)).await?;
    // A reading that no longer parses is of an older program, and counts as none.
    let parsed = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    parsed.map(text_layer::without_zero_bytes).transpose()
}

/// The reading of a page that was read; read again where the cache no longer holds it.
///
/// # Errors
/// `Refused` when the page cannot be read any more, `Corrupt` master, `Unavailable`.
pub(crate) async fn reading_or_again(archive: &Archive, page: &PageView) -> Result<PageReading> {
    if let Some(reading) = reading(archive, &page.id).await? {
        return Ok(reading);
    }
    let map_state = column_map::map_state(archive, &page.id).await?;
    let known = Known {
        class_hint: page.class.clone(),
        map: map_state.map().cloned(),
    };
    let mut reading = recognised(archive, &page.scan_id, page.number, known)
        .await?
        .map_err(not_shown)?;
    // Also here: what is held back until its volume's map is confirmed must not become accepted by
    // a second reading.
    map_state.hold(archive, &mut reading);
    let words = serde_json::to_vec(&reading)?;
    archive
        .vault
        .put_cache(&reading_key(&page.id), words.into())
        .await?;
    Ok(reading)
}

/// The verb behind the job `read_page`: reads one page and stores what was read, once.
///
/// # Errors
/// A passing fault puts the job back; everything lasting is stored as the page's outcome.
pub async fn read(archive: &Archive, job: &Leased) -> Result<()> {
    let page: PageToRead = sqlx::query_as(
        "SELECT p.number, p.state, p.scan_id, p.map_version, b.class_hint FROM pages p
         JOIN scans s ON s.id = p.scan_id JOIN batches b ON b.id = s.batch_id WHERE p.id = $1",
    )
    .bind(&job.subject)
    .fetch_optional(archive.catalogue.pool())
    .await?
    .ok_or(Error::NotFound { what: "page" })?;
    let map_state = column_map::map_state(archive, &job.subject).await?;
    if !is_due(page.state, page.map_version, &map_state) {
        return complete_only(archive, job).await; // read before a crash kept us from saying so
    }
    let known = Known {
        class_hint: page.class_hint,
        map: map_state.map().cloned(),
    };
    match recognised(archive, &page.scan_id, page.number, known).await? {
        Ok(mut reading) => {
            map_state.hold(archive, &mut reading);
            store_reading(archive, job, &reading).await
        }
        // Nothing was learnt of the page, so its attempt is given back.
        Err(failure) if failure.kind == FailureKind::Unavailable => {
            Err(Error::unavailable("reading", failure.detail))
        }
        Err(failure) if worth_another_try(&failure, job) => {
            let (catalogue, clock) = (&archive.catalogue, &*archive.clock);
            jobs::give_back(catalogue, clock, job, End::Doubtful, failure.kind.code()).await
        }
        Err(failure) => store_failure(archive, job, &failure).await,
    }
}

/// What is known of a page before it is read.
#[derive(sqlx::FromRow)]
struct PageToRead {
    number: i64,
    state: PageState,
    scan_id: String,
    map_version: Option<i64>,
    class_hint: Option<String>,
}

/// What the pool reads on a page of a scan, or the outcome it names.
async fn recognised(
    archive: &Archive,
    scan_id: &str,
    number: i64,
    known: Known,
) -> Result<std::result::Result<PageReading, Failure>> {
    let file = scan::fetch_master(archive, scan_id).await?;
    let job = PageJob {
        path: file.to_path_buf(),
        page: page_number(number),
        known,
    };
    let read = archive.pool.read(job).await;
    Ok(match read {
        Ok(reading) => Ok(text_layer::without_zero_bytes(reading)?),
        Err(failure) => Err(failure),
    })
}

/// A page is read once, and once more for each newer map of its volume.
fn is_due(state: PageState, read_with: Option<i64>, map_state: &MapState) -> bool {
    let newer = map_state.version() > read_with.unwrap_or_default();
    state == PageState::Received || state == PageState::Read && newer
}

/// A crash or a memory kill may be the neighbourhood's fault once; the same page twice is its own.
fn worth_another_try(failure: &Failure, job: &Leased) -> bool {
    match failure.kind {
        FailureKind::Crashed | FailureKind::OutOfMemory | FailureKind::TimedOut => job.attempt < 2,
        _ => false,
    }
}

pub(crate) fn not_shown(failure: Failure) -> Error {
    match failure.kind {
        FailureKind::Unavailable => Error::unavailable("reading", failure.kind.code()),
        kind => Error::Refused {
            code: "not_shown",
            message: kind.into(),
        },
    }
}

fn reading_key(page_id: &str) -> String {
    format!("readings/{page_id}.json")
}

pub(crate) fn page_number(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(1)
}
