//! A request that is being written, kept for a day under a secret of the writer's browser, so that going back loses nothing
//! and sending twice asks once.

use std::time::Duration;

use crate::access::digest_of;
use crate::archive::Archive;
use crate::clock::stamp;
use crate::error::{Error, Result};
use crate::sealed_value::draft_place;

/// How long it is kept after the last step.
const KEPT: Duration = Duration::from_secs(24 * 3600);
/// Largest draft, in bytes of its JSON.
const LARGEST: usize = 64 * 1024;

/// A request that is being written.
#[derive(Debug, Clone, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Draft {
    /// What was written so far, as JSON of the pages' form.
    pub body: String,
    /// Tracking code of the request it became; none before it was sent.
    pub code: Option<String>,
}

/// The draft under a secret; none where there is none or it is too old.
///
/// # Errors
/// As any statement.
pub async fn draft(archive: &Archive, secret: &str) -> Result<Option<Draft>> {
    let digest = digest_of(secret);
    let kept: Option<Draft> = sqlx::query_as(
        "SELECT body, code FROM request_drafts WHERE digest = $1 AND written_at > $2",
    )
    .bind(&digest)
    .bind(stamp(archive.clock.now() - KEPT))
    .fetch_optional(archive.catalogue.pool())
    .await?;
    let key = archive.value_key.as_ref();
    Ok(kept.map(|Draft { body, code }| {
        let sealed = code.as_deref().zip(key);
        let code = sealed.and_then(|(sealed, key)| key.opened(&draft_place(&digest), sealed));
        Draft { body, code }
    }))
}

/// Keeps a draft under a secret.
///
/// # Errors
/// `Invalid` for one that is too long.
pub async fn keep_draft(archive: &Archive, secret: &str, draft: &Draft) -> Result<()> {
    if draft.body.len() > LARGEST {
        return Err(Error::fault("", "faults.request.too_long"));
    }
    let digest = digest_of(secret);
    // Without the key the code is not kept; sent again, the request says that it was sent.
    let code = draft.code.as_ref().zip(archive.value_key.as_ref());
    let code = code
        .map(|(code, key)| key.seal(&draft_place(&digest), code))
        .transpose()?;
    let now = archive.clock.now();
    let mut tx = archive.begin_as_machine().await?;
    // Swept by whoever comes next: what nobody goes on with is somebody's data without a purpose.
    sqlx::query("DELETE FROM request_drafts WHERE written_at <= $1")
        .bind(stamp(now - KEPT))
        .execute(&mut *tx)
        .await?;
    sqlx::query(
        "INSERT INTO request_drafts (digest, body, code, written_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (digest) DO UPDATE SET body = $2, code = $3, written_at = $4",
    )
    .bind(&digest)
    .bind(&draft.body)
    .bind(&code)
    .bind(stamp(now))
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}
