//! The pages of documents in a person's hands: joined, split, put in order, told as cover or back.

use std::collections::BTreeMap;

use serde_json::json;

use super::list::{find, ordered_in};
use super::several::read_again;
use super::{Document, DocumentPage, DocumentState, PagePart, store};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{Move, Tx};
use crate::error::{Error, Result};
use crate::holding::{self, HoldingKind};

/// Most documents that are joined at once.
const MOST_JOINED: usize = 500;

/// Other documents whose pages come behind this one's.
#[derive(Debug, Clone, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Join {
    /// Version that was looked at.
    pub seen: i64,
    /// Ids, in the order in which their pages follow.
    pub documents: Vec<String>,
    /// Why, in the person's words; it stands in the trace.
    #[serde(default)]
    pub reason: String,
}

/// The page with which another document begins.
#[derive(Debug, Clone, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Split {
    /// Version that was looked at.
    pub seen: i64,
    /// Id of the first page of the new document; not the first of this one.
    pub page: String,
    /// Why, in the person's words; it stands in the trace.
    #[serde(default)]
    pub reason: String,
}

/// A page and what it is.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize, serde::Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlacedPage {
    /// Id of a page of the document.
    pub page: String,
    /// Cover, page or back.
    #[serde(default)]
    pub part: PagePart,
}

/// All pages of a document in a new order.
#[derive(Debug, Clone, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// Version that was looked at.
    pub seen: i64,
    /// Every page of the document, once.
    pub pages: Vec<PlacedPage>,
    /// Why, in the person's words; it stands in the trace.
    #[serde(default)]
    pub reason: String,
}

/// Joins documents: their pages come behind this one's, and they are no documents any more.
///
/// # Errors
/// `Invalid` for none, for itself, for one of another fonds or one joined already; `NotFound`, `Refused`, `Forbidden`.
pub async fn join(archive: &Archive, caller: &Caller, id: &str, wish: &Join) -> Result<Document> {
    require(caller, Act::DescribeHoldings)?;
    let target = standing(archive, id).await?;
    let fault = |key: &'static str| Err(Error::fault("/documents", key));
    if wish.documents.is_empty() || wish.documents.len() > MOST_JOINED {
        return fault("faults.choose_documents");
    }
    // The same document twice would be joined with what is already gone.
    let mut unique = wish.documents.clone();
    unique.sort_unstable();
    unique.dedup();
    if unique.len() != wish.documents.len() || unique.iter().any(|one| one == id) {
        return fault("faults.joined_with_itself");
    }
    for other in &wish.documents {
        let other = standing(archive, other).await?;
        // Fonds are never mixed, not even within one paper.
        if other.fonds != target.fonds {
            return fault("faults.document_of_another_fonds");
        }
    }
    let mut tx = archive.begin(caller).await?;
    holding::touch(&mut tx, HoldingKind::Document, id, wish.seen).await?;
    join_in(&mut tx, id, &wish.documents, &wish.reason).await?;
    tx.commit().await?;
    find(archive, id).await
}

async fn standing(archive: &Archive, id: &str) -> Result<Document> {
    let document = find(archive, id).await?;
    match document.state {
        DocumentState::Joined => Err(Error::refuse("errors.document_joined")),
        _ => Ok(document),
    }
}

/// Puts the pages of others behind those of a document whose version was raised.
pub(super) async fn join_in(tx: &mut Tx, id: &str, others: &[String], reason: &str) -> Result<()> {
    let mut pages = ordered_in(tx, id).await?;
    for other in others {
        pages.extend(ordered_in(tx, other).await?);
    }
    // Rewritten as a whole: positions of two documents would collide.
    place(tx, id, &pages).await?;
    for other in others {
        // The joined ones change as well, and their objects in the vault must say into what.
        holding::touch_along(tx, HoldingKind::Document, other).await?;
        let joined = Move::to(DocumentState::Joined).set("joined_into", id);
        if !joined.run(tx, other).await? {
            return Err(Error::refuse("errors.document_joined"));
        }
        let details = json!({ "into": id });
        let joined = HoldingKind::Document.act(other, Action::HoldingMerged, reason, details);
        holding::trace(tx, joined).await?;
    }
    read_again(tx, id).await?;
    let details = json!({ "from": others });
    let joined = HoldingKind::Document.act(id, Action::HoldingMerged, reason, details);
    holding::trace(tx, joined).await
}

/// Writes the pages of a document in this order.
async fn place(tx: &mut Tx, id: &str, pages: &[DocumentPage]) -> Result<()> {
    for (position, page) in (1i64..).zip(pages) {
        sqlx::query(
            "UPDATE document_pages SET document_id = $1, position = $2, part = $3 WHERE page_id = $4",
        )
        .bind(id)
        .bind(position)
        .bind(page.part)
        .bind(&page.page_id)
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

/// Splits a document: from that page on it is another, of the same file or volume; gives that one.
///
/// # Errors
/// `Invalid` for a page that is not in it, or its first; `NotFound`, `Refused`, `Forbidden`.
pub async fn split(archive: &Archive, caller: &Caller, id: &str, wish: &Split) -> Result<Document> {
    require(caller, Act::DescribeHoldings)?;
    standing(archive, id).await?;
    let mut tx = archive.begin(caller).await?;
    holding::touch(&mut tx, HoldingKind::Document, id, wish.seen).await?;
    let fresh = split_in(&mut tx, id, &wish.page, &wish.reason).await?;
    tx.commit().await?;
    find(archive, &fresh).await
}

/// Splits a document whose version was raised; the id of the one that begins with that page.
pub(super) async fn split_in(tx: &mut Tx, id: &str, page: &str, reason: &str) -> Result<String> {
    let pages = ordered_in(tx, id).await?;
    let at = pages.iter().position(|one| one.page_id == page);
    // Split at the first page, nothing would be left of the document.
    let at = at.filter(|at| *at > 0);
    let at = at.ok_or_else(|| Error::fault("/page", "faults.split_at_a_later_page"))?;
    let fresh = tx.new_id();
    store::split_off(tx, &fresh, id).await?;
    place(tx, id, &pages[..at]).await?;
    place(tx, &fresh, &pages[at..]).await?;
    for (one, details) in [
        (id, json!({ "into": fresh, "pages": pages.len() - at })),
        (&*fresh, json!({ "from": id, "pages": pages.len() - at })),
    ] {
        let split = HoldingKind::Document.act(one, Action::HoldingSplit, reason, details);
        holding::trace(tx, split).await?;
    }
    read_again(tx, id).await?;
    read_again(tx, &fresh).await?;
    Ok(fresh)
}

/// Puts the pages of a document in order, and says which are covers and backs.
///
/// # Errors
/// `Invalid` unless every page of it is named once; `NotFound`, `Refused`, `Forbidden`.
pub async fn arrange(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    wish: &Order,
) -> Result<Document> {
    require(caller, Act::DescribeHoldings)?;
    standing(archive, id).await?;
    let mut tx = archive.begin(caller).await?;
    holding::touch(&mut tx, HoldingKind::Document, id, wish.seen).await?;
    let pages = ordered_in(&mut tx, id).await?;
    let mut known: BTreeMap<String, DocumentPage> = pages
        .into_iter()
        .map(|page| (page.page_id.clone(), page))
        .collect();
    let mut placed = Vec::new();
    for one in &wish.pages {
        // Exactly the pages it has: one that is left out would belong to no document any more.
        let Some(mut page) = known.remove(&one.page) else {
            return Err(Error::fault("/pages", "faults.every_page_once"));
        };
        page.part = one.part;
        placed.push(page);
    }
    if !known.is_empty() {
        return Err(Error::fault("/pages", "faults.every_page_once"));
    }
    place(&mut tx, id, &placed).await?;
    read_again(&mut tx, id).await?;
    let details = json!({ "pages": placed.len() });
    let arranged = HoldingKind::Document.act(id, Action::HoldingArranged, &wish.reason, details);
    holding::trace(&mut tx, arranged).await?;
    tx.commit().await?;
    find(archive, id).await
}
