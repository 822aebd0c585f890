//! What a person saw of a record when they decided: its version, and the digest of everything a copy of it
//! would say. A decision is bound to both, and compared with what stands when it takes effect.

mod behind;

pub(crate) use behind::{behind, changed_since_approval};

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};
use sqlx::AnyConnection;

use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::catalogue::JsonText;
use crate::correction::{self, FieldChange};
use crate::error::{Error, Result};
use crate::messages::Message;
use crate::record::{self, Fields};

/// A record as somebody saw it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// Version of the record that was looked at, from 1.
    pub record_version: i64,
    /// SHA-256 of its content: source, place, printed and present values, decisions in force.
    pub record_digest: String,
}

/// What the digest is taken over, as JSON with sorted keys.
#[derive(Serialize)]
struct Content<'a> {
    format: u32,
    record: &'a str,
    class: String,
    source: String,
    page: i64,
    bounds: Option<String>,
    fields: BTreeMap<&'a str, [&'a str; 2]>,
    decisions: Vec<&'a str>,
}

/// A version of a record, and where it stands.
#[derive(sqlx::FromRow)]
struct VersionRow {
    class: String,
    source: String,
    page: i64,
    bounds: Option<String>,
    #[sqlx(try_from = "JsonText")]
    fields: Fields,
}

/// A record as it stands now.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn now(archive: &Archive, caller: &Caller, record_id: &str) -> Result<Seen> {
    require(caller, Act::SeeRecords)?;
    let mut connection = archive.catalogue.pool().acquire().await?;
    newest(&mut connection, record_id, archive.clock.now()).await
}

/// The newest version as it stands at `at`.
pub(crate) async fn newest(
    connection: &mut AnyConnection,
    record_id: &str,
    at: Timestamp,
) -> Result<Seen> {
    let version: Option<i64> = sqlx::query_scalar("SELECT version FROM records WHERE id = $1")
        .bind(record_id)
        .fetch_optional(&mut *connection)
        .await?;
    let version = version.ok_or(Error::NotFound { what: "record" })?;
    of_version(connection, record_id, version, at).await
}

/// Locks an approved record until the transaction ends and says what it is: no change comes in between.
///
/// # Errors
/// `Refused` with code `not_approved`.
pub(crate) async fn hold(
    connection: &mut AnyConnection,
    record_id: &str,
    at: Timestamp,
) -> Result<Seen> {
    // Written to itself, so that the row stays locked.
    let version: Option<i64> = sqlx::query_scalar(
        "UPDATE records SET version = version WHERE id = $1 AND state = 'approved'
         RETURNING version",
    )
    .bind(record_id)
    .fetch_optional(&mut *connection)
    .await?;
    let version = version.ok_or_else(record::not_approved)?;
    of_version(connection, record_id, version, at).await
}

/// One version, with the decisions that it knew and that were in force at `at`.
pub(crate) async fn of_version(
    connection: &mut AnyConnection,
    record_id: &str,
    version: i64,
    at: Timestamp,
) -> Result<Seen> {
    let row: Option<VersionRow> = sqlx::query_as(
        "SELECT r.class, r.bounds, p.number AS page, s.sha256 AS source, v.fields FROM records r
         JOIN pages p ON p.id = r.page_id JOIN scans s ON s.id = r.scan_id
         JOIN record_versions v ON v.record_id = r.id AND v.version = $2 WHERE r.id = $1",
    )
    .bind(record_id)
    .bind(version)
    .fetch_optional(&mut *connection)
    .await?;
    let row = row.ok_or(Error::NotFound {
        what: "record version",
    })?;
    let entries = correction::approved_of(connection, record_id).await?;
    let said = correction::overlaid(&row.fields, &entries, version, &correction::day_of(at));
    let values = said.fields.iter();
    // All that a person can see beside the image, in a fixed order: the digest of it is what they
    // decided on.
    let content = Content {
        format: 1,
        record: record_id,
        class: row.class,
        source: row.source,
        page: row.page,
        bounds: row.bounds,
        fields: values
            .map(|(key, field)| (key.as_str(), [field.raw.as_str(), field.value.as_str()]))
            .collect(),
        decisions: said.corrections.iter().map(|one| one.id.as_str()).collect(),
    };
    Ok(Seen {
        record_version: version,
        record_digest: hex::encode(Sha256::digest(serde_json::to_vec(&content)?)),
    })
}

/// Refuses a decision on what is no longer so, and says what changed.
///
/// # Errors
/// `Refused` with code `changed_since`.
pub(crate) async fn refuse_changed(
    archive: &Archive,
    connection: &mut AnyConnection,
    record_id: &str,
    saw: &Seen,
    stands: &Seen,
) -> Result<()> {
    if saw == stands {
        return Ok(());
    }
    Err(changed_since(archive, connection, record_id, saw, stands).await?)
}

/// The refusal of a decision on what is no longer so, with what changed.
pub(crate) async fn changed_since(
    archive: &Archive,
    connection: &mut AnyConnection,
    record_id: &str,
    saw: &Seen,
    stands: &Seen,
) -> Result<Error> {
    let then = values_of(connection, record_id, saw.record_version).await?;
    let now = values_of(connection, record_id, stands.record_version).await?;
    let mut keys: Vec<&String> = now.keys().chain(then.keys()).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.retain(|key| then.get(*key) != now.get(*key));
    let class: Option<String> = sqlx::query_scalar("SELECT class FROM records WHERE id = $1")
        .bind(record_id)
        .fetch_optional(&mut *connection)
        .await?;
    let class = class.and_then(|class| archive.classes.get(&class));
    let (from, to) = (saw.record_version, stands.record_version);
    let what = record::labels(class, keys.iter().map(|key| key.as_str()))
        // The values are the same, so a decision of the appendix made the difference.
        .unwrap_or_else(|| Message::new("errors.changed_by_appendix").into());
    let message = Message::new("errors.changed_since").with("what", what);
    Ok(Error::refuse(message.with("from", from).with("to", to)))
}

/// Values by key of one version; none where there is no such version.
async fn values_of(
    connection: &mut AnyConnection,
    record_id: &str,
    version: i64,
) -> Result<BTreeMap<String, String>> {
    let text: Option<String> = sqlx::query_scalar(
        "SELECT fields FROM record_versions WHERE record_id = $1 AND version = $2",
    )
    .bind(record_id)
    .bind(version)
    .fetch_optional(&mut *connection)
    .await?;
    let fields: Fields =
        text.map_or_else(|| Ok(Fields::new()), |text| serde_json::from_str(&text))?;
    let values = fields.into_iter();
    Ok(values.map(|(key, field)| (key, field.value)).collect())
}

/// What a record that is public would say otherwise once its newest version is approved: old and new value
/// by key. Empty when nothing waits.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn pending(
    archive: &Archive,
    caller: &Caller,
    record_id: &str,
) -> Result<BTreeMap<String, FieldChange>> {
    require(caller, Act::SeeRecords)?;
    let mut connection = archive.catalogue.pool().acquire().await?;
    // The newest approved version is what the public finds.
    let versions: Option<(String, i64, Option<i64>)> = sqlx::query_as(
        "SELECT r.class, r.version, (SELECT MAX(v.version) FROM record_versions v
            WHERE v.record_id = r.id AND v.state = 'approved') AS approved
         FROM records r WHERE r.id = $1",
    )
    .bind(record_id)
    .fetch_optional(&mut *connection)
    .await?;
    let (class, newest, approved) = versions.ok_or(Error::NotFound { what: "record" })?;
    // Never approved: nothing public can change.
    let Some(approved) = approved else {
        return Ok(BTreeMap::new());
    };
    let before = values_of(&mut connection, record_id, approved).await?;
    let after = values_of(&mut connection, record_id, newest).await?;
    let changed = after.into_iter().filter_map(|(key, after)| {
        let before = before.get(&key).cloned().unwrap_or_default();
        (before != after).then_some((key, FieldChange { before, after }))
    });
    let mut changed: BTreeMap<String, FieldChange> = changed.collect();
    correction::mask_changes(archive, caller, &class, &mut changed);
    Ok(changed)
}
