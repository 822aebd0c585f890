//! A delivery of scans: opened under a name, declared, filled, watched, closed and receipted.
//! A batch that does not hold what was declared cannot be closed, and says what differs.

mod assign;
mod close;
mod find;
mod manifest;
mod name;
mod preservation;
mod progress;
mod receipt;

pub use assign::{Belonging, assign, named_of};
pub use close::close;
pub use find::{BatchFilter, OpenInBatches, count, open_in_all, page};
pub(crate) use manifest::hold_open;
pub use manifest::{Declared, declare};
pub use name::{check_digest, check_name};
pub use preservation::{DepositBatch, DepositVolume, deposited, preserve_receipts};
pub(crate) use preservation::{RECEIPT_PREFIX, restore, restore_of_deposit};
pub use progress::{Progress, progress};
pub use receipt::{Receipt, ReceiptBatch, ReceiptBody, ReceiptFile, Totals, receipt};

use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{Insert, State, Tx, folded, text_enum};
use crate::clock::stamp;
use crate::error::{Error, Result};
use crate::fonds::{self, check_text};
use crate::messages::Message;
use crate::unit;

/// Longest name of a batch, in characters.
const LONGEST_NAME: usize = 200;
/// Most files one batch may declare.
const MOST_FILES: i64 = 1_000_000;
/// Most rows of one page of a list.
const MOST_ROWS: i64 = 200;

text_enum! {
    /// Whether files may still come to a batch.
    pub enum BatchState {
        /// Files may still be delivered into it.
        Open,
        /// What was declared has come, and the receipt is final.
        Closed,
    }
}

text_enum! {
    /// What became of a delivered file.
    pub enum ScanState {
        /// Accepted and to be read.
        Received,
        /// Not readable; it is in the vault with the reason.
        Quarantined,
        /// Its bytes were in the archive already.
        Duplicate,
    }
}

impl State for ScanState {
    const TABLE: &'static str = "scans";

    /// A scan stays what it was found to be when it came; only a restore finds out later that its bytes had come before.
    fn next(self) -> &'static [Self] {
        &[]
    }
}

impl State for BatchState {
    const TABLE: &'static str = "batches";

    fn next(self) -> &'static [Self] {
        match self {
            Self::Open => &[Self::Closed],
            Self::Closed => &[],
        }
    }
}

/// What is delivered together: one box, one volume, one order to the scanning firm.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema, sqlx::FromRow)]
pub struct Batch {
    /// UUIDv7 as text: sorts by the time it was opened.
    pub id: String,
    /// Unique in the archive.
    pub name: String,
    /// Code of its fonds.
    pub fonds: String,
    /// Id of the register volume it comes from.
    pub volume_id: Option<String>,
    /// Id of the file (hồ sơ) it belongs to.
    pub file_id: Option<String>,
    /// Class id, when the archivist knows what is in the box.
    pub class_hint: Option<String>,
    /// How many files the archivist says there are.
    pub declared_count: Option<i64>,
    /// Whether files may still come.
    pub state: BatchState,
    /// Person or token id.
    pub opened_by: String,
    /// When it was opened, RFC 3339 UTC.
    pub opened_at: String,
    /// When it was closed, RFC 3339 UTC; none while files may come.
    pub closed_at: Option<String>,
    /// Id of the unit that delivered it.
    pub unit_id: String,
}

/// What is said of a batch when it is opened.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBatch {
    /// Unique in the archive.
    pub name: String,
    /// Code of its fonds; the default fonds when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fonds: Option<String>,
    /// Code of the register volume in that fonds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume: Option<String>,
    /// Code of the file (hồ sơ) in that fonds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Class id, when it is known what is in the box.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class_hint: Option<String>,
    /// How many files there are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared_count: Option<i64>,
    /// Code of its unit; that of its fonds when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

/// One page of a list, and the cursor of the next.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Listed<T> {
    /// At most as many as were asked for.
    pub items: Vec<T>,
    /// Give this as `after` for the next page; absent on the last.
    pub next: Option<String>,
}

const SELECT: &str = "SELECT b.*, f.code AS fonds FROM batches b JOIN fonds f ON f.id = b.fonds_id";

/// Opens a batch.
///
/// # Errors
/// `Invalid` name, count or class, `NotFound` fonds, volume or file, `AlreadyExists`, `Forbidden`.
pub async fn open(archive: &Archive, caller: &Caller, given: &NewBatch) -> Result<Batch> {
    require(caller, Act::DeliverScans)?;
    check(archive, given)?;
    let code = given.fonds.as_deref().unwrap_or(fonds::DEFAULT_CODE);
    let fonds = fonds::by_code(archive, caller, code).await?;
    let volume_id = match &given.volume {
        Some(volume) => Some(
            fonds::volume_by_code(archive, caller, code, volume)
                .await?
                .id,
        ),
        None => None,
    };
    let file_id = match &given.file {
        Some(file) => Some(fonds::file_by_code(archive, caller, code, file).await?),
        None => None,
    };
    let batch = Batch {
        id: archive.clock.new_id(),
        name: given.name.clone(),
        fonds: fonds.code.clone(),
        volume_id,
        file_id,
        class_hint: given.class_hint.clone(),
        declared_count: given.declared_count,
        state: BatchState::Open,
        opened_by: caller.id.clone(),
        opened_at: stamp(archive.clock.now()),
        closed_at: None,
        // The unit of its fonds unless another one delivers: rights follow the unit.
        unit_id: unit::id_of(archive, given.unit.as_deref().or(Some(&fonds.unit))).await?,
    };
    let mut tx = archive.begin(caller).await?;
    // The name is unique: a delivery that is repeated after a lost answer must not open a second
    // batch.
    if !insert(&mut tx, &batch, &fonds.id).await? {
        return Err(Error::AlreadyExists { what: "batch" });
    }
    let details = serde_json::json!({
        "fonds": batch.fonds, "declared_count": batch.declared_count, "class_hint": batch.class_hint,
    });
    tx.log(Action::BatchOpened, ("batch", &batch.id), details)
        .await?;
    tx.commit().await?;
    Ok(batch)
}

/// False when its id or name is taken.
async fn insert(tx: &mut Tx, batch: &Batch, fonds_id: &str) -> Result<bool> {
    Insert::into("batches")
        .set("id", &batch.id)
        .set("name", &batch.name)
        .set("fonds_id", fonds_id)
        .set("file_id", &batch.file_id)
        .set("volume_id", &batch.volume_id)
        .set("class_hint", &batch.class_hint)
        .set("declared_count", batch.declared_count)
        .set("state", batch.state)
        .set("opened_by", &batch.opened_by)
        .set("opened_at", &batch.opened_at)
        .set("closed_at", &batch.closed_at)
        .set("unit_id", &batch.unit_id)
        .set("folded", folded(&batch.name))
        .or_ignore("")
        .run(tx)
        .await
}

/// The batch of that id.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn get(archive: &Archive, caller: &Caller, id: &str) -> Result<Batch> {
    find(archive, caller, "b.id", id).await
}

/// The batch of that name.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn by_name(archive: &Archive, caller: &Caller, name: &str) -> Result<Batch> {
    find(archive, caller, "b.name", name).await
}

async fn find(
    archive: &Archive,
    caller: &Caller,
    column: &'static str,
    value: &str,
) -> Result<Batch> {
    require(caller, Act::SeeBatches)?;
    sqlx::query_as(sqlx::AssertSqlSafe(format!("{SELECT} WHERE {column} = $1")))
        .bind(value)
        .fetch_optional(archive.catalogue.pool())
        .await?
        .ok_or(Error::NotFound { what: "batch" })
}

/// Batches, newest first; `after` is the cursor of the page before.
///
/// # Errors
/// `Forbidden`.
pub async fn list(
    archive: &Archive,
    caller: &Caller,
    after: Option<&str>,
    limit: i64,
) -> Result<Listed<Batch>> {
    require(caller, Act::SeeBatches)?;
    let limit = limit.clamp(1, MOST_ROWS);
    // Ids are ordered by time of making, so the id itself is the cursor; `~` sorts after all of them.
    let statement = format!("{SELECT} WHERE b.id < $1 ORDER BY b.id DESC LIMIT $2");
    let items: Vec<Batch> = sqlx::query_as(sqlx::AssertSqlSafe(statement))
        .bind(after.unwrap_or("~"))
        .bind(limit + 1)
        .fetch_all(archive.catalogue.pool())
        .await?;
    Ok(listed(items, limit, |batch| batch.id.clone()))
}

/// Cuts one row too many into a page and its cursor.
pub(crate) fn listed<T>(mut items: Vec<T>, limit: i64, cursor: impl Fn(&T) -> String) -> Listed<T> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = items.len() > limit;
    items.truncate(limit);
    let next = more.then(|| items.last().map(cursor)).flatten();
    Listed { items, next }
}

fn check(archive: &Archive, given: &NewBatch) -> Result<()> {
    check_text("/name", &given.name, LONGEST_NAME)?;
    if let Some(count) = given.declared_count
        && !(0..=MOST_FILES).contains(&count)
    {
        return Err(Error::fault(
            "/declared_count",
            Message::new("faults.declared_count_must_0").with("most_files", MOST_FILES),
        ));
    }
    match &given.class_hint {
        Some(class) if archive.classes.get(class).is_none() => {
            Err(Error::fault("/class_hint", "faults.there_no_record_class"))
        }
        _ => Ok(()),
    }
}
