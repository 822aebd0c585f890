//! A unit in the vault: an object of its own with its description and its trace.

use serde::{Deserialize, Serialize};

use super::{NewUnit, Unit, UnitKind, find, row};
use crate::archive::{Archive, Restoration};
use crate::error::Result;
use crate::holding::{self, Described, HoldingKind, Trace};
use crate::jobs::Leased;
use crate::vault::ObjectId;

/// Prefix of the object ids of units.
pub(crate) const PREFIX: &str = "urn:sogoc:unit:";
/// Name of the description inside the object.
const FILE: &str = "unit.json";
/// Name and version of this document's form.
const FORM: &str = "sogoc-unit/1";

/// Members of [`FILE`]; archives written earlier hold them in this form.
#[derive(Debug, Serialize, Deserialize)]
struct PreservedUnit {
    form: String,
    id: String,
    code: String,
    name: String,
    kind: UnitKind,
    #[serde(default)]
    parent_id: Option<String>,
    #[serde(default)]
    valid_from: Option<String>,
    #[serde(default)]
    valid_to: Option<String>,
    #[serde(default)]
    successor_id: Option<String>,
    #[serde(default)]
    basis: String,
    version: i64,
    changed_by: String,
    changed_at: String,
    history: Vec<Trace>,
}

/// The verb behind the job `preserve_unit`.
///
/// # Errors
/// A passing fault puts the job back.
pub async fn preserve(archive: &Archive, job: &Leased) -> Result<()> {
    let unit: Unit = find(archive, "u.id", &job.subject).await?;
    let (parent_id, successor_id): (Option<String>, Option<String>) =
        sqlx::query_as("SELECT parent_id, successor_id FROM units WHERE id = $1")
            .bind(&unit.id)
            .fetch_one(archive.catalogue.pool())
            .await?;
    let form = PreservedUnit {
        form: FORM.into(),
        id: unit.id.clone(),
        code: unit.code,
        name: unit.name,
        kind: unit.kind,
        parent_id,
        valid_from: unit.valid_from,
        valid_to: unit.valid_to,
        successor_id,
        basis: unit.basis,
        version: unit.version,
        changed_by: unit.changed_by,
        changed_at: unit.changed_at,
        history: holding::traces(archive, HoldingKind::Unit, &unit.id).await?,
    };
    let described = Described {
        object: format!("{PREFIX}{}", form.id),
        file: FILE,
        form: &form,
        holding: (HoldingKind::Unit, &form.id),
        version: form.version,
        changed: (&form.changed_by, &form.changed_at),
    };
    let tx = holding::preserve(archive, described).await?;
    tx.complete_and_commit(job).await
}

/// Brings units back, before anything that belongs to one. Those they name may come in any order.
///
/// # Errors
/// A fault that passes; a damaged object is noted.
pub(crate) async fn restore(restoration: &mut Restoration<'_>, ids: &[ObjectId]) -> Result<()> {
    let mut units = Vec::new();
    for id in ids {
        let sound = |unit: &PreservedUnit| {
            unit.form == FORM && format!("{PREFIX}{}", unit.id) == id.as_str()
        };
        units.extend(holding::described(restoration, id, FILE, sound).await?);
    }
    let mut tx = restoration.archive.begin_as_machine().await?;
    // A code may have been the default unit's until that one took another.
    units.sort_by_key(|unit| unit.id != super::DEFAULT_ID);
    for unit in &units {
        let given = NewUnit {
            code: unit.code.clone(),
            name: unit.name.clone(),
            kind: unit.kind,
            parent: None,
            valid_from: unit.valid_from.clone(),
            valid_to: unit.valid_to.clone(),
            successor: None,
            basis: unit.basis.clone(),
        };
        row(&unit.id, &given, (&unit.changed_by, &unit.changed_at))
            .set("version", unit.version)
            .set("preserved_version", unit.version)
            .or_replace("(id)")
            .run(&mut tx)
            .await?;
        let history = &unit.history;
        holding::restore_history(&mut tx, HoldingKind::Unit, &unit.id, history).await?;
    }
    for unit in &units {
        sqlx::query(
            // Only now are all of them there, so a parent that comes later in the walk is found.
            "UPDATE units SET parent_id = (SELECT id FROM units WHERE id = $1),
                successor_id = (SELECT id FROM units WHERE id = $2) WHERE id = $3",
        )
        .bind(&unit.parent_id)
        .bind(&unit.successor_id)
        .bind(&unit.id)
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await
}
