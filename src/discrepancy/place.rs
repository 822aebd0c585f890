//! Where numbers run on: a register volume, or a delivery that belongs to none.

use sqlx::AssertSqlSafe;

use super::found::{Counted, count_place};
use super::rows::{PLACES, PlaceKind, PlaceRow};
use super::{DiscrepancyCount, DiscrepancyKind};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::catalogue::{Key, Slice, Turn, Window};
use crate::error::Result;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Places on one page of their list: each is reconciled for its counts.
const MOST_PLACES: usize = 10;
const ORDER: &[Key] = &[Key::Text("code"), Key::Text("id")];

/// A place with what does not agree in it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Place {
    /// Id of the volume or batch.
    pub id: String,
    /// Which of the two it is.
    pub kind: PlaceKind,
    /// Code of the volume, or name of the batch.
    pub code: String,
    /// Title of the volume.
    pub title: String,
    /// Year of the volume.
    pub year: Option<i64>,
    /// Records whose numbers were held against each other.
    pub records: usize,
    /// What does not agree, by kind; kinds of which there is nothing are left out.
    pub counts: Vec<DiscrepancyCount>,
}

impl Place {
    /// Discrepancies that wait for an answer.
    pub fn open(&self) -> usize {
        self.counts.iter().map(|count| count.open).sum()
    }

    /// Discrepancies that were answered.
    pub fn answered(&self) -> usize {
        self.counts.iter().map(|count| count.answered).sum()
    }
}

/// Which places to list.
#[derive(Debug, Clone, Default, Deserialize, Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub struct PlaceFilter {
    /// Year of a volume, or of graduation of a record in it.
    pub year: Option<i64>,
    /// Place of the last row of the page before, as the answer gave it.
    pub after: Option<String>,
    /// Place of the first row of the page after, as the answer gave it.
    pub before: Option<String>,
}

/// A page of places.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PlacesListed {
    /// By code.
    pub places: Vec<Place>,
    /// Give this as `after` for the page after; absent on the last.
    pub after: Option<String>,
    /// Give this as `before` for the page before; absent on the first.
    pub before: Option<String>,
}

/// Volumes and deliveries with records that have a diploma's numbers, and how much does not agree in each.
///
/// # Errors
/// `Forbidden`, `Invalid` place of the list.
pub async fn places(
    archive: &Archive,
    caller: &Caller,
    filter: &PlaceFilter,
) -> Result<PlacesListed> {
    require(caller, Act::SeeRecords)?;
    let turn = Turn {
        after: filter.after.clone(),
        before: filter.before.clone(),
    };
    let window = Window::of(ORDER, false, &turn, MOST_PLACES)?;
    let query = format!(
        "SELECT * FROM ({PLACES}) o WHERE EXISTS (SELECT 1 FROM batches b JOIN scans s ON s.batch_id = b.id
            JOIN records d ON d.scan_id = s.id AND d.state <> 'rejected'
            JOIN record_keys k ON k.record_id = d.id AND (k.serial IS NOT NULL OR k.entry IS NOT NULL)
            WHERE (b.volume_id = o.id OR (b.id = o.id AND b.volume_id IS NULL))
            AND ($1 = '' OR k.year = $1 OR CAST(o.year AS TEXT) = $1)){}",
        window.sql(2)
    );
    let year = filter
        .year
        .map_or_else(String::new, |year| year.to_string());
    let mut statement = sqlx::query_as(AssertSqlSafe(query)).bind(year);
    for value in window.values() {
        statement = statement.bind(value.clone());
    }
    let rows: Vec<PlaceRow> = statement.fetch_all(archive.catalogue.pool()).await?;
    let Slice {
        rows,
        before,
        after,
    } = window.cut(rows, |row| vec![row.code.clone(), row.id.clone()]);
    let mut places = Vec::with_capacity(rows.len());
    for row in rows {
        let counted = count_place(archive, &row).await?;
        places.push(with_counts(row, &counted));
    }
    Ok(PlacesListed {
        places,
        after,
        before,
    })
}

pub(super) fn with_counts(row: PlaceRow, counted: &Counted) -> Place {
    let counts = DiscrepancyKind::ALL.iter().map(|kind| {
        let of = |answered: bool| {
            let same = counted
                .found
                .iter()
                .filter(|one| one.0 == *kind && one.1 == answered);
            same.count()
        };
        DiscrepancyCount {
            kind: *kind,
            open: of(false),
            answered: of(true),
        }
    });
    Place {
        records: counted.records,
        counts: counts
            .filter(|count| count.open + count.answered > 0)
            .collect(),
        id: row.id,
        kind: row.kind,
        code: row.code,
        title: row.title,
        year: row.year,
    }
}
