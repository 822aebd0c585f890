//! A register's page as one grid: what is printed once on it, and its rows with what each decision is bound to.

use sogoc_workers::class::{Class, Layout, Scope};
use sogoc_workers::reading::Box4;
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
    Ok(in_order_of_paper(records))
}

/// Rows that were added later have the last numbers of their page: each stands where its place is between two others.
fn in_order_of_paper(records: Vec<RecordView>) -> Vec<RecordView> {
    let mut ordered: Vec<RecordView> = Vec::with_capacity(records.len());
    for record in records {
        let between = place_of(&record).and_then(|place| {
            let mut pairs = ordered.windows(2);
            pairs.position(|pair| lies_between(&pair[0], &pair[1], place))
        });
        match between {
            Some(above) => ordered.insert(above + 1, record),
            None => ordered.push(record),
        }
    }
    ordered
}

/// Whether a place lies on the way from one row to the next. Rows further apart than three of their heights are no
/// neighbours: the first of them ends one side of an open book.
fn lies_between(above: &RecordView, below: &RecordView, place: Box4) -> bool {
    let (Some(from), Some(to)) = (place_of(above), place_of(below)) else {
        return false;
    };
    let centre = |[x, y, w, h]: Box4| {
        let half = |side: i32, length: i32| f64::from(side) + f64::from(length) / 2.0;
        [half(x, w), half(y, h)]
    };
    let ([ax, ay], [bx, by], [px, py]) = (centre(from), centre(to), centre(place));
    let (dx, dy) = (bx - ax, by - ay);
    let length = dx.hypot(dy);
    let height = f64::from(from[2].min(from[3]).max(1));
    if length < 1.0 || length > 3.0 * height {
        return false;
    }
    let along = ((px - ax) * dx + (py - ay) * dy) / length;
    let beside = ((px - ax) * dy - (py - ay) * dx).abs() / length;
    along > 0.0 && along < length && beside < height / 2.0
}

/// Where a row stands on the page as delivered: its own place, or around its values.
pub fn place_of(record: &RecordView) -> Option<Box4> {
    let boxes = record.fields.values();
    let here = boxes.filter(|field| field.page.is_none());
    let joined = here.filter_map(|field| field.bounds).reduce(|a, b| {
        let (x, y) = (a[0].min(b[0]), a[1].min(b[1]));
        let end = |side: usize| (a[side] + a[side + 2]).max(b[side] + b[side + 2]);
        [x, y, end(0) - x, end(1) - y]
    });
    record.bounds.or(joined)
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
