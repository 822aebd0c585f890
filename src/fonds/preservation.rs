//! What of the archive's structure the vault holds: a fonds with its series is an object of its own. Deposits and
//! volumes name their fonds, file and volume too, and a restore finds each by its code or makes it again.

use serde::{Deserialize, Serialize};

use super::file::insert_file;
use super::series::{SeriesRow, insert_series};
use super::volume::{Volume, insert_volume};
use super::{Arrangement, Fonds, FondsFields, FondsState, NewFile, NewFonds, by_id, insert_fonds};
use crate::archive::{Archive, Restoration};
use crate::catalogue::Tx;
use crate::error::Result;
use crate::holding::{self, Described, HoldingKind, HoldingState, Trace};
use crate::jobs::Leased;
use crate::unit;
use crate::vault::ObjectId;

/// Prefix of the object ids of fonds.
pub(crate) const PREFIX: &str = "urn:sogoc:fonds:";
/// Name of the description inside the object.
const FILE: &str = "fonds.json";
/// Name and version of this document's form.
const FORM: &str = "sogoc-fonds/1";
/// The term and mode of a file whose own are not in the vault: preserved for ever, restricted, until a
/// person says otherwise (codes of TT 05/2025/TT-BNV).
const SAFEST: (&str, &str) = ("01", "02");

/// Members of [`FILE`]; archives written earlier hold them in this form.
#[derive(Debug, Serialize, Deserialize)]
struct PreservedFonds {
    form: String,
    id: String,
    code: String,
    name: String,
    state: FondsState,
    agency_code: Option<String>,
    #[serde(default)]
    history_of_agency: String,
    unit_id: String,
    arrangement: Arrangement,
    closed_on: Option<String>,
    successor_id: Option<String>,
    fields: FondsFields,
    version: i64,
    created_at: String,
    changed_by: String,
    changed_at: String,
    series: Vec<PreservedSeries>,
    history: Vec<Trace>,
}

#[derive(Debug, Serialize, Deserialize, sqlx::FromRow)]
struct PreservedSeries {
    id: String,
    code: String,
    title: String,
    state: HoldingState,
    merged_into: Option<String>,
    note: String,
    version: i64,
    changed_by: String,
    changed_at: String,
    #[sqlx(skip)]
    history: Vec<Trace>,
}

#[derive(sqlx::FromRow)]
struct Ids {
    unit_id: String,
    successor_id: Option<String>,
    created_at: String,
}

/// The verb behind the job `preserve_fonds`.
///
/// # Errors
/// A passing fault puts the job back.
pub async fn preserve(archive: &Archive, job: &Leased) -> Result<()> {
    let form = preserved(archive, by_id(archive, &job.subject).await?).await?;
    let described = Described {
        object: format!("{PREFIX}{}", form.id),
        file: FILE,
        form: &form,
        holding: (HoldingKind::Fonds, &form.id),
        version: form.version,
        changed: (&form.changed_by, &form.changed_at),
    };
    let tx = holding::preserve(archive, described).await?;
    tx.complete_and_commit(job).await
}

async fn preserved(archive: &Archive, fonds: Fonds) -> Result<PreservedFonds> {
    let ids: Ids =
        sqlx::query_as("SELECT unit_id, successor_id, created_at FROM fonds WHERE id = $1")
            .bind(&fonds.id)
            .fetch_one(archive.catalogue.pool())
            .await?;
    let mut series: Vec<PreservedSeries> = sqlx::query_as(
        "SELECT id, code, title, state, merged_into, note, version, changed_by, changed_at
         FROM series WHERE fonds_id = $1 ORDER BY code",
    )
    .bind(&fonds.id)
    .fetch_all(archive.catalogue.pool())
    .await?;
    for one in &mut series {
        one.history = holding::traces(archive, HoldingKind::Series, &one.id).await?;
    }
    Ok(PreservedFonds {
        form: FORM.into(),
        history: holding::traces(archive, HoldingKind::Fonds, &fonds.id).await?,
        id: fonds.id,
        code: fonds.code,
        name: fonds.name,
        state: fonds.state,
        agency_code: fonds.agency_code,
        history_of_agency: fonds.history,
        unit_id: ids.unit_id,
        arrangement: fonds.arrangement,
        closed_on: fonds.closed_on,
        successor_id: ids.successor_id,
        fields: fonds.fields,
        version: fonds.version,
        created_at: ids.created_at,
        changed_by: fonds.changed_by,
        changed_at: fonds.changed_at,
        series,
    })
}

/// Brings fonds back with their series, before all that belongs to them.
///
/// # Errors
/// A fault that passes; a damaged object is noted.
pub(crate) async fn restore(restoration: &mut Restoration<'_>, ids: &[ObjectId]) -> Result<()> {
    let mut all = Vec::new();
    for id in ids {
        let sound = |fonds: &PreservedFonds| {
            fonds.form == FORM && format!("{PREFIX}{}", fonds.id) == id.as_str()
        };
        all.extend(holding::described(restoration, id, FILE, sound).await?);
    }
    let mut tx = restoration.archive.begin_as_machine().await?;
    for fonds in &all {
        restore_rows(&mut tx, fonds).await?;
    }
    // Only now are all of them there: a successor may come later in the walk than the fonds it
    // follows.
    for fonds in &all {
        sqlx::query(
            "UPDATE fonds SET successor_id = (SELECT id FROM fonds WHERE id = $1) WHERE id = $2",
        )
        .bind(&fonds.successor_id)
        .bind(&fonds.id)
        .execute(&mut *tx)
        .await?;
        for series in fonds.series.iter().filter(|one| one.merged_into.is_some()) {
            sqlx::query(
                "UPDATE series SET merged_into = (SELECT id FROM series WHERE id = $1) WHERE id = $2",
            )
            .bind(&series.merged_into)
            .bind(&series.id)
            .execute(&mut *tx)
            .await?;
        }
    }
    tx.commit().await
}

async fn restore_rows(tx: &mut Tx, fonds: &PreservedFonds) -> Result<()> {
    // The default fonds made at the start of this catalogue gives way to the one that was described.
    sqlx::query("DELETE FROM fonds WHERE code = $1 AND id <> $2 AND preserved_version IS NULL")
        .bind(&fonds.code)
        .bind(&fonds.id)
        .execute(&mut **tx)
        .await?;
    let unit_id = unit::known(tx, &fonds.unit_id).await?;
    let given = NewFonds {
        code: fonds.code.clone(),
        name: fonds.name.clone(),
        agency_code: fonds.agency_code.clone(),
        history: fonds.history_of_agency.clone(),
        closed: fonds.state == FondsState::Closed,
        fields: fonds.fields.clone(),
        ..NewFonds::default()
    };
    // A row that is there already stays: the deposit may have made it from its code alone.
    insert_fonds(tx, &fonds.id, &given, &unit_id).await?;
    sqlx::query(
        "UPDATE fonds SET arrangement = $1, closed_on = $2, version = $3, preserved_version = $3,
            created_at = $4, changed_by = $5, changed_at = $6 WHERE id = $7",
    )
    .bind(fonds.arrangement)
    .bind(&fonds.closed_on)
    .bind(fonds.version)
    .bind(&fonds.created_at)
    .bind(&fonds.changed_by)
    .bind(&fonds.changed_at)
    .bind(&fonds.id)
    .execute(&mut **tx)
    .await?;
    let history = &fonds.history;
    holding::restore_history(tx, HoldingKind::Fonds, &fonds.id, history).await?;
    for series in &fonds.series {
        let row = SeriesRow {
            id: &series.id,
            fonds_id: &fonds.id,
            code: &series.code,
            title: &series.title,
            state: series.state,
            note: &series.note,
            version: series.version,
            changed: (&series.changed_by, &series.changed_at),
        };
        insert_series(tx, &row).await?;
        let history = &series.history;
        holding::restore_history(tx, HoldingKind::Series, &series.id, history).await?;
    }
    Ok(())
}

/// Id of the file of that code, made again where it is not there.
pub(crate) async fn restore_file(
    tx: &mut Tx,
    fonds_id: &str,
    code: &str,
    title: &str,
    created_at: &str,
) -> Result<String> {
    let file = NewFile {
        code: code.into(),
        title: title.into(),
        // Nothing is known of it but its code, so it gets the term and mode that can do no harm.
        maintenance: SAFEST.0.into(),
        mode: SAFEST.1.into(),
        ..NewFile::default()
    };
    let ids = (&*tx.new_id(), fonds_id, None);
    insert_file(tx, ids, &file, created_at).await?;
    id_of(tx, "files", fonds_id, code).await
}

/// Id of the volume of that code, made again where it is not there. Its `id` may be any.
pub(crate) async fn restore_volume(
    tx: &mut Tx,
    volume: &Volume,
    created_at: &str,
) -> Result<String> {
    insert_volume(tx, volume, created_at).await?;
    id_of(tx, "register_volumes", &volume.fonds_id, &volume.code).await
}

async fn id_of(tx: &mut Tx, table: &'static str, fonds_id: &str, code: &str) -> Result<String> {
    let statement = format!("SELECT id FROM {table} WHERE fonds_id = $1 AND code = $2");
    let id = sqlx::query_scalar(sqlx::AssertSqlSafe(statement)).bind(fonds_id);
    Ok(id.bind(code).fetch_one(&mut **tx).await?)
}

/// Removes files and volumes that only deposits of before named, by codes they had then: what hangs from them now is
/// told by their own objects.
///
/// # Errors
/// As any statement.
pub(crate) async fn forget_former_codes(archive: &Archive) -> Result<()> {
    let mut tx = archive.begin_as_machine().await?;
    for (table, column) in [("files", "file_id"), ("register_volumes", "volume_id")] {
        // A volume with a column map is in the vault in its own right.
        let maps = match table {
            "files" => "",
            _ => " AND map_preserved IS NULL",
        };
        let statement = format!(
            "DELETE FROM {table} WHERE preserved_version IS NULL{maps} AND NOT EXISTS
                (SELECT 1 FROM batches b WHERE b.{column} = {table}.id)"
        );
        sqlx::query(sqlx::AssertSqlSafe(statement))
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await
}
