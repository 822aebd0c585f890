//! A document in the vault: an object of its own once a person has touched it, which names its pages by master, digest
//! and number. What nobody has touched follows from the scans.

use serde::{Deserialize, Serialize};

use super::list::{find, ordered};
use super::propose::clear;
use super::store::{self, PreservedRow};
use super::{DocumentFields, DocumentState, PagePart};
use crate::archive::{Archive, Restoration};
use crate::catalogue::{Tx, raise_counter};
use crate::error::Result;
use crate::fonds::restore_fonds;
use crate::holding::{self, Described, HoldingKind, Trace};
use crate::jobs::Leased;
use crate::unit;
use crate::vault::ObjectId;

/// Prefix of the object ids of documents.
pub(crate) const PREFIX: &str = "urn:sogoc:document:";
/// Name of the description inside the object.
const FILE: &str = "document.json";
/// Name and version of this document's form.
const FORM: &str = "sogoc-document/1";

/// Members of [`FILE`]; archives written earlier hold them in this form.
#[derive(Debug, Serialize, Deserialize)]
struct PreservedDocument {
    form: String,
    id: String,
    fonds_code: String,
    unit_id: String,
    file_id: Option<String>,
    volume_id: Option<String>,
    ordinal: Option<i64>,
    state: DocumentState,
    joined_into: Option<String>,
    fields: DocumentFields,
    version: i64,
    changed_by: String,
    changed_at: String,
    /// In order; masters stay where they are.
    pages: Vec<PreservedPage>,
    history: Vec<Trace>,
}

#[derive(Debug, Serialize, Deserialize)]
struct PreservedPage {
    page_id: String,
    scan_id: String,
    /// Digest of the master, lower-case hex SHA-256.
    sha256: String,
    number: i64,
    position: i64,
    part: PagePart,
}

/// The verb behind the job `preserve_document`.
///
/// # Errors
/// A passing fault puts the job back.
pub async fn preserve(archive: &Archive, job: &Leased) -> Result<()> {
    let document = find(archive, &job.subject).await?;
    let unit_id = sqlx::query_scalar("SELECT unit_id FROM documents WHERE id = $1")
        .bind(&document.id)
        .fetch_one(archive.catalogue.pool())
        .await?;
    let pages = ordered(archive.catalogue.pool(), &document.id).await?;
    let page = |page: super::DocumentPage| PreservedPage {
        page_id: page.page_id,
        scan_id: page.scan_id,
        sha256: page.sha256,
        number: page.number,
        position: page.position,
        part: page.part,
    };
    let form = PreservedDocument {
        form: FORM.into(),
        fonds_code: document.fonds,
        unit_id,
        file_id: document.file_id,
        volume_id: document.volume_id,
        ordinal: document.ordinal,
        state: document.state,
        joined_into: document.joined_into,
        fields: document.fields,
        version: document.version,
        changed_by: document.changed_by,
        changed_at: document.changed_at,
        pages: pages.into_iter().map(page).collect(),
        history: holding::traces(archive, HoldingKind::Document, &document.id).await?,
        id: document.id,
    };
    let described = Described {
        object: format!("{PREFIX}{}", form.id),
        file: FILE,
        form: &form,
        holding: (HoldingKind::Document, &form.id),
        version: form.version,
        changed: (&form.changed_by, &form.changed_at),
    };
    let tx = holding::preserve(archive, described).await?;
    tx.complete_and_commit(job).await
}

/// Lays over what the scans suggest what people made of it, the oldest change first: of two objects that name a page,
/// the newer has it.
///
/// # Errors
/// A fault that passes; a damaged object is noted.
pub(crate) async fn restore(restoration: &mut Restoration<'_>, ids: &[ObjectId]) -> Result<()> {
    let mut all = Vec::new();
    for id in ids {
        let sound = |document: &PreservedDocument| {
            document.form == FORM && format!("{PREFIX}{}", document.id) == id.as_str()
        };
        all.extend(holding::described(restoration, id, FILE, sound).await?);
    }
    // Of two objects that name a page the newer one has it, so the older is laid down first.
    all.sort_by(|one, other| one.changed_at.cmp(&other.changed_at));
    let mut tx = restoration.archive.begin_as_machine().await?;
    for document in &all {
        restore_row(&mut tx, document).await?;
    }
    // Rows first, pages afterwards: a page may move to a document that comes later in the walk.
    for document in &all {
        let pages = document.pages.iter();
        let pages: Vec<(String, i64, PagePart)> = pages
            .map(|page| (page.page_id.clone(), page.position, page.part))
            .collect();
        store::restore_pages(&mut tx, &document.id, &pages).await?;
        sqlx::query(
            "UPDATE documents SET joined_into = (SELECT id FROM documents WHERE id = $1) WHERE id = $2",
        )
        .bind(&document.joined_into)
        .bind(&document.id)
        .execute(&mut *tx)
        .await?;
    }
    // Proposals whose pages all went to touched documents are empty now.
    clear(&mut tx).await?;
    tx.commit().await
}

async fn restore_row(tx: &mut Tx, document: &PreservedDocument) -> Result<()> {
    let (code, at) = (&document.fonds_code, &document.changed_at);
    let fonds_id = restore_fonds(tx, code, code, at).await?;
    let unit_id = unit::known(tx, &document.unit_id).await?;
    let row = PreservedRow {
        id: &document.id,
        fonds_id: &fonds_id,
        unit_id: &unit_id,
        file_id: document.file_id.as_deref(),
        volume_id: document.volume_id.as_deref(),
        ordinal: document.ordinal,
        state: document.state,
        fields: &document.fields,
        version: document.version,
        changed: (&document.changed_by, at),
    };
    store::restore(tx, &row).await?;
    let history = &document.history;
    holding::restore_history(tx, HoldingKind::Document, &document.id, history).await?;
    // Only a place that was given raises the counter of its file.
    let (Some(file), Some(ordinal)) = (&document.file_id, document.ordinal) else {
        return Ok(());
    };
    // The next place behind those that were given.
    raise_counter(tx, &format!("documents-{file}"), ordinal).await
}
