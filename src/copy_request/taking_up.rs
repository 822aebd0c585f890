//! The office takes a stranger's request up: from then on it is preserved, with its papers.

use serde_json::json;

use super::evidence::{Evidence, deposit};
use super::{ensure_one_row, inbox};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::error::{Error, Result};

/// A clerk takes a request up. Whatever the office does to a request takes it up too.
///
/// # Errors
/// `Refused` when it is taken, settled or unknown; `Forbidden`.
pub async fn take(archive: &Archive, caller: &Caller, id: &str) -> Result<()> {
    require(caller, Act::ConfirmCopies)?;
    let mut tx = archive.begin(caller).await?;
    let taken = sqlx::query(
        "UPDATE copy_requests SET taken_at = $1, taken_by = $2
         WHERE id = $3 AND taken_at IS NULL AND settled_at IS NULL",
    )
    .bind(tx.now())
    .bind(&caller.id)
    .bind(id)
    .execute(&mut *tx)
    .await?;
    ensure_one_row(taken.rows_affected())?;
    tx.log(Action::RequestTaken, ("request", id), json!({}))
        .await?;
    tx.keep_request(id).await?;
    tx.commit().await
}

/// A paper that waits.
#[derive(sqlx::FromRow)]
struct Unkept {
    #[sqlx(flatten)]
    paper: Evidence,
    inbox: String,
}

async fn unkept(archive: &Archive, request: &str) -> Result<Vec<Unkept>> {
    Ok(sqlx::query_as(
        "SELECT * FROM request_evidence WHERE request_id = $1 AND inbox IS NOT NULL ORDER BY id",
    )
    .bind(request)
    .fetch_all(archive.catalogue.pool())
    .await?)
}

/// Brings the papers of a request that is taken up into the vault, each read back before it stops waiting.
pub(super) async fn preserve(archive: &Archive, request: &str) -> Result<()> {
    for Unkept {
        paper,
        inbox: place,
    } in unkept(archive, request).await?
    {
        let bytes = match inbox::read(archive, &place, &paper.sha256).await {
            Ok(bytes) => bytes,
            // Damaged, or brought back from a backup, which has no papers that wait. The request is preserved without it, and
            // the paper is tried again with the request's next change.
            Err(Error::Corrupt { what }) => {
                tracing::error!(what, "a paper that waited is not there as it came");
                continue;
            }
            Err(error) => return Err(error),
        };
        deposit(archive, request, &paper, bytes).await?;
        let mut tx = archive.begin_as_machine().await?;
        sqlx::query("UPDATE request_evidence SET inbox = NULL WHERE id = $1")
            .bind(&paper.id)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        inbox::remove(archive, &place).await;
    }
    Ok(())
}

/// Forgets the papers of a request that was taken back before anybody took it up.
pub(super) async fn forget(archive: &Archive, request: &str) -> Result<()> {
    for Unkept {
        paper,
        inbox: place,
    } in unkept(archive, request).await?
    {
        let mut tx = archive.begin_as_machine().await?;
        tx.delete("request_evidence", "id", &paper.id).await?;
        tx.commit().await?;
        inbox::remove(archive, &place).await;
    }
    Ok(())
}
