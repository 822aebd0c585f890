//! A document described and put into a file or volume, and confirmed as one whole paper.

use serde_json::json;

use super::list::find;
use super::{Document, DocumentFields, DocumentState};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{Move, Tx, next_number};
use crate::error::{Error, Result};
use crate::fonds;
use crate::holding::{self, Checks, Edit, HoldingKind, HoldingState, TracedAct};

/// What is said of a document.
#[derive(Debug, Clone, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDocument {
    /// Code of the file it belongs to, in its fonds.
    #[serde(default)]
    pub file: Option<String>,
    /// Code of the volume it belongs to, in its fonds; not beside a file.
    #[serde(default)]
    pub volume: Option<String>,
    /// The fields of `EAD_doc` that a person gives.
    #[serde(default)]
    pub fields: DocumentFields,
}

/// A person's word that a document is one whole paper.
#[derive(Debug, Clone, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Confirming {
    /// Version that was looked at.
    pub seen: i64,
}

/// Changes the description of a document and puts it where it belongs.
///
/// # Errors
/// `Invalid` fields, or a file or volume that its fonds has not or that takes nothing in; `NotFound`; `Refused` when
/// another description came in between, or it was joined into another; `Forbidden`.
pub async fn describe(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    edit: &Edit<NewDocument>,
) -> Result<Document> {
    require(caller, Act::DescribeHoldings)?;
    let before = find(archive, id).await?;
    if before.state == DocumentState::Joined {
        // A joined document has no pages left that could be described.
        return Err(Error::refuse("errors.document_joined"));
    }
    let mut given = edit.description.clone();
    let mut checks = Checks::default();
    given.fields.check(&mut checks);
    if let Some(class) = &given.fields.class
        && archive.classes.get(class).is_none()
    {
        checks.fault("/fields/class", "faults.there_no_record_class");
    }
    // A register volume is bound and never lies in a file.
    if given.file.is_some() && given.volume.is_some() {
        checks.fault("/volume", "faults.file_or_volume");
    }
    checks.done()?;
    let (file_id, volume_id) = places(archive, caller, &before, &given).await?;
    let mut tx = archive.begin(caller).await?;
    holding::touch(&mut tx, HoldingKind::Document, id, edit.seen).await?;
    let moved = file_id != before.file_id;
    sqlx::query(
        "UPDATE documents SET file_id = $1, volume_id = $2, fields = $3,
            ordinal = CASE WHEN $4 = 1 THEN NULL ELSE ordinal END WHERE id = $5",
    )
    .bind(&file_id)
    .bind(&volume_id)
    .bind(serde_json::to_string(&given.fields)?)
    .bind(i64::from(moved))
    .bind(id)
    .execute(&mut *tx)
    .await?;
    // Another file has another count, and the number in the former one is not used again.
    if moved && before.state == DocumentState::Confirmed {
        give_ordinal(&mut tx, id).await?;
    }
    let details = json!({
        "file": [before.file, given.file], "volume": [before.volume, given.volume],
    });
    let act = TracedAct {
        kind: HoldingKind::Document,
        id,
        action: Action::HoldingDescribed,
        reason: &edit.reason,
        details,
    };
    holding::trace(&mut tx, act).await?;
    tx.commit().await?;
    find(archive, id).await
}

/// Ids of the file and the volume named; what it is in already stays even when that is closed.
async fn places(
    archive: &Archive,
    caller: &Caller,
    before: &Document,
    given: &NewDocument,
) -> Result<(Option<String>, Option<String>)> {
    let open = |pointer: &'static str, state: HoldingState| match state {
        HoldingState::Open => Ok(()),
        _ => Err(Error::fault(pointer, "faults.takes_nothing_in")),
    };
    let file = match &given.file {
        None => None,
        Some(code) if Some(code) == before.file.as_ref() => before.file_id.clone(),
        Some(code) => {
            let found = fonds::file_by_code(archive, caller, &before.fonds, code).await;
            let id = named(found, "/file", "faults.there_no_such_file")?;
            open("/file", fonds::file(archive, caller, &id).await?.state)?;
            Some(id)
        }
    };
    let volume = match &given.volume {
        None => None,
        Some(code) if Some(code) == before.volume.as_ref() => before.volume_id.clone(),
        Some(code) => {
            let found = fonds::volume_by_code(archive, caller, &before.fonds, code).await;
            let found = named(found, "/volume", "faults.there_no_such_volume")?;
            open("/volume", found.state)?;
            Some(found.id)
        }
    };
    Ok((file, volume))
}

fn named<T>(found: Result<T>, pointer: &'static str, key: &'static str) -> Result<T> {
    found.map_err(|error| match error {
        Error::NotFound { .. } => Error::fault(pointer, key),
        other => other,
    })
}

/// Confirms a document: it is one paper, and whole. In a file it takes the next place.
///
/// # Errors
/// `NotFound`; `Refused` when it was confirmed or joined, holds no page, or another version came in between;
/// `Forbidden`.
pub async fn confirm(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    wish: &Confirming,
) -> Result<Document> {
    require(caller, Act::DescribeHoldings)?;
    let before = find(archive, id).await?;
    match before.state {
        // A document without pages would take a number in its file for nothing.
        DocumentState::Proposed if before.pages > 0 => {}
        DocumentState::Joined => return Err(Error::refuse("errors.document_joined")),
        DocumentState::Confirmed => return Err(Error::refuse("errors.document_confirmed")),
        DocumentState::Proposed => return Err(Error::refuse("errors.document_without_pages")),
    }
    let mut tx = archive.begin(caller).await?;
    holding::touch(&mut tx, HoldingKind::Document, id, wish.seen).await?;
    if !Move::to(DocumentState::Confirmed).run(&mut tx, id).await? {
        return Err(Error::refuse("errors.document_confirmed"));
    }
    give_ordinal(&mut tx, id).await?;
    let act = TracedAct {
        kind: HoldingKind::Document,
        id,
        action: Action::DocumentConfirmed,
        reason: "",
        details: json!({ "pages": before.pages, "file": before.file }),
    };
    holding::trace(&mut tx, act).await?;
    tx.commit().await?;
    find(archive, id).await
}

/// The next place in its file; numbers are not used twice.
async fn give_ordinal(tx: &mut Tx, id: &str) -> Result<()> {
    let file: Option<String> =
        // One that has a place keeps it: codes printed on finding aids refer to it.
        sqlx::query_scalar("SELECT file_id FROM documents WHERE id = $1 AND ordinal IS NULL")
            .bind(id)
            .fetch_optional(&mut **tx)
            .await?
            .flatten();
    let Some(file) = file else { return Ok(()) };
    let number = next_number(tx, &format!("documents-{file}")).await?;
    sqlx::query("UPDATE documents SET ordinal = $1 WHERE id = $2")
        .bind(number)
        .bind(id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
