//! Descriptions of holdings in the vault, and what every kind of them needs to come back from there.

use super::{HoldingKind, Trace, insert_trace};
use crate::archive::{Archive, Restoration};
use crate::audit::Action;
use crate::catalogue::Tx;
use crate::clock::parse_stamp;
use crate::error::{Error, Result};
use crate::vault::{Content, ObjectId, Provenance};

/// A holding's description on its way to the vault.
pub(crate) struct Described<'a, T> {
    /// Id of its object, such as `urn:sogoc:unit:ID`.
    pub object: String,
    /// Name of the description in it.
    pub file: &'static str,
    /// What is written, as JSON.
    pub form: &'a T,
    /// Its kind, and its id in the table of that kind.
    pub holding: (HoldingKind, &'a str),
    /// Version that the description has.
    pub version: i64,
    /// Who changed it last, and when: a repeated attempt then writes the same.
    pub changed: (&'a str, &'a str),
}

/// Writes a description as the newest version of its object and marks it preserved; gives the open transaction.
///
/// # Errors
/// `Unavailable` also when another version came first.
pub(crate) async fn preserve<T: serde::Serialize>(
    archive: &Archive,
    described: Described<'_, T>,
) -> Result<Tx> {
    let object = ObjectId::new(described.object)?;
    let file = Content::bytes(described.file, serde_json::to_vec_pretty(described.form)?);
    let (by, at) = described.changed;
    let who = Provenance {
        user_name: by.to_owned(),
        user_address: format!("urn:sogoc:person:{by}"),
        message: format!("Description of a {}", described.holding.0),
        at: parse_stamp(at).unwrap_or_else(|| archive.clock.now()),
    };
    let head = archive.vault.head(&object).await?;
    refuse_changed(archive, described.holding, described.version).await?;
    archive.vault.put_newest(&object, head, file, &who).await?;
    let mut tx = archive.begin_as_machine().await?;
    let (kind, id) = described.holding;
    set_preserved(&mut tx, kind, id, described.version).await?;
    let details = serde_json::json!({ "version": described.version });
    tx.log(Action::HoldingPreserved, (kind.as_str(), id), details)
        .await?;
    Ok(tx)
}

/// Asked after the head of the object: what was read before it may be older than what another process has written.
async fn refuse_changed(
    archive: &Archive,
    (kind, id): (HoldingKind, &str),
    version: i64,
) -> Result<()> {
    let statement = format!("SELECT version FROM {} WHERE id = $1", kind.table());
    let present: Option<i64> = sqlx::query_scalar(sqlx::AssertSqlSafe(statement))
        .bind(id)
        .fetch_optional(archive.catalogue.pool())
        .await?;
    match present == Some(version) {
        true => Ok(()),
        false => Err(Error::unavailable("catalogue", "described anew meanwhile")),
    }
}

/// Says that the vault has this version.
pub(crate) async fn set_preserved(
    tx: &mut Tx,
    kind: HoldingKind,
    id: &str,
    version: i64,
) -> Result<()> {
    let statement = format!(
        // Only forwards: two jobs may end in the other order than they began.
        "UPDATE {} SET preserved_version = $1 WHERE id = $2 AND (preserved_version IS NULL OR preserved_version < $1)",
        kind.table()
    );
    sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(version)
        .bind(id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Reads a description back; a damaged one, or one of another holding, is noted and left out.
///
/// # Errors
/// A fault that passes.
pub(crate) async fn described<T: serde::de::DeserializeOwned>(
    restoration: &mut Restoration<'_>,
    id: &ObjectId,
    file: &'static str,
    sound: impl Fn(&T) -> bool,
) -> Result<Option<T>> {
    let Some(bytes) = restoration.newest(id, file).await? else {
        return Ok(None);
    };
    let parsed = serde_json::from_slice(&bytes).ok().filter(sound);
    // What does not parse and what belongs to another holding is damage alike: neither can be
    // restored.
    let parsed = parsed.ok_or(Error::Corrupt { what: file.into() });
    Ok(restoration.sound(id, parsed))
}

/// Brings the trace of a holding back.
pub(crate) async fn restore_history(
    tx: &mut Tx,
    kind: HoldingKind,
    id: &str,
    history: &[Trace],
) -> Result<()> {
    for line in history {
        insert_trace(tx, kind, id, line).await?;
    }
    Ok(())
}

/// Says what holdings were merged into, once all of their kind are back; nothing where the other one was lost.
pub(crate) async fn restore_merged(
    restoration: &mut Restoration<'_>,
    kind: HoldingKind,
    merged: Vec<(String, String)>,
) -> Result<()> {
    let table = kind.table();
    let statement = format!(
        "UPDATE {table} SET merged_into = (SELECT id FROM {table} WHERE id = $1) WHERE id = $2"
    );
    let mut tx = restoration.archive.begin_as_machine().await?;
    for (id, into) in merged {
        sqlx::query(sqlx::AssertSqlSafe(&*statement))
            .bind(into)
            .bind(id)
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await
}
