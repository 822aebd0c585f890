//! A register's page as one grid: what is printed once on it, and its rows with what each decision is bound to.

use sogoc_workers::class::{Class, Layout, Scope};
use sqlx::AnyConnection;

use super::sequence::{self, Warning};
use crate::access::{Act, Caller, may_approve, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::error::Result;
use crate::masking;
use crate::page;
use crate::record::{self, RecordView};
use crate::seen;
use crate::viewing::{self, View};

/// Most rows of one page that are shown and taken at once; a page of a register has some thirty.
pub const MOST_ROWS: usize = 300;

/// The rows of a register's page, as they stand now.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct PageRows {
    /// Id of the page.
    pub page_id: String,
    /// Class of the rows; none where no row of a register stands on the page.
    pub class: Option<String>,
    /// Keys of the fields that are printed once and true of every row, in the order of the class.
    pub head: Vec<String>,
    /// The rows, from the top; rejected ones are none.
    pub rows: Vec<PageRow>,
}

/// One row of a register's page.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct PageRow {
    /// The record of the row, newest version.
    #[serde(flatten)]
    pub record: RecordView,
    /// SHA-256 of what it says now: to be given back with a decision, beside its version.
    pub record_digest: String,
    /// It was public before and holds a change of the caller's: somebody else must approve it.
    pub needs_another: bool,
    /// It was public before, so that whoever changes it cannot approve it.
    #[serde(skip)]
    pub was_public: bool,
    /// What does not follow from the rows beside it; told and never refused.
    pub warnings: Vec<Warning>,
}

impl PageRow {
    /// Whether nobody has decided about it yet.
    pub fn waits(&self) -> bool {
        self.record.state.waits()
    }
}

/// Whether records of a class are rows of a register's page.
pub(super) fn is_of_rows(class: &Class) -> bool {
    class.layout == Layout::Table
}

/// Keys of the fields printed once on a page of that class.
pub(super) fn head_of(class: &Class) -> Vec<String> {
    let once = class
        .fields
        .iter()
        .filter(|field| field.scope == Scope::Page);
    once.map(|field| field.key.clone()).collect()
}

/// The rows of a register's page. Enters in the log that they were opened, as one act.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn page_rows(archive: &Archive, caller: &Caller, page_id: &str) -> Result<PageRows> {
    require(caller, Act::SeeRecords)?;
    page::get(archive, caller, page_id).await?;
    let records = rows_on(archive, page_id).await?;
    let ids = records.iter().map(|record| record.id.clone()).collect();
    let view = View::of(Action::RecordsListed, ("page", page_id), ids);
    viewing::note(archive, caller, view).await?;
    let class = records.first().map(|record| record.class.clone());
    let of_class = class.as_deref().and_then(|id| archive.classes.get(id));
    let mut warnings = sequence::warnings(of_class, &records);
    let mut connection = archive.catalogue.pool().acquire().await?;
    let mut rows = Vec::new();
    for record in records {
        let warnings = warnings.remove(&record.id).unwrap_or_default();
        rows.push(row(archive, &mut connection, caller, record, warnings).await?);
    }
    Ok(PageRows {
        page_id: page_id.to_owned(),
        head: of_class.map(head_of).unwrap_or_default(),
        class,
        rows,
    })
}

/// The records of a page that are rows of its register: of one class, the first row's.
pub(super) async fn rows_on(archive: &Archive, page_id: &str) -> Result<Vec<RecordView>> {
    let most = i64::try_from(MOST_ROWS).unwrap_or(i64::MAX);
    let mut records = record::of_page(archive, page_id, most).await?;
    let of_rows = |id: &str| archive.classes.get(id).is_some_and(is_of_rows);
    let first = records.iter().find(|record| of_rows(&record.class));
    let class = first.map(|record| record.class.clone());
    records.retain(|record| Some(&record.class) == class.as_ref());
    Ok(records)
}

async fn row(
    archive: &Archive,
    connection: &mut AnyConnection,
    caller: &Caller,
    mut record: RecordView,
    mut warnings: Vec<Warning>,
) -> Result<PageRow> {
    let now = archive.clock.now();
    let digest = seen::newest(connection, &record.id, now)
        .await?
        .record_digest;
    let changed_by = seen::changed_since_approval(connection, &record.id).await?;
    let class = record.class.clone();
    // One that is public is read under the rules of a list; one that waits is work under way.
    match record.state.waits() {
        true => masking::mask_fields(archive, caller, &class, &mut record.fields),
        false => masking::mask_listed(archive, caller, &class, &mut record.fields),
    }
    // A warning quotes values, and is of use only to whoever may still correct them.
    if masking::applies_to(caller) || !record.state.waits() {
        warnings.clear();
    }
    Ok(PageRow {
        record_digest: digest,
        needs_another: changed_by
            .as_ref()
            .is_some_and(|by| may_approve(caller, by).is_err()),
        was_public: changed_by.is_some(),
        warnings,
        record,
    })
}
