//! Papers that strangers brought, in files beside the vault: the vault only grows, so a paper goes there only once
//! a clerk took it up.

use bytes::Bytes;

use crate::archive::Archive;
use crate::clock::vietnam;
use crate::error::{Error, Result};

/// The name under which a paper waits. By days, so that what was cut off half-way is found when it is over.
pub(super) fn name_for(archive: &Archive, id: &str) -> String {
    format!("{}/{id}", vietnam(archive.clock.now()).date())
}

/// Puts a paper beside the vault.
pub(super) async fn put(archive: &Archive, name: &str, bytes: Bytes) -> Result<()> {
    Ok(archive.vault.inbox_files().put(name, bytes).await?)
}

/// The bytes of a paper that waits.
///
/// # Errors
/// `Corrupt` when they are gone or are not those that came.
pub(super) async fn read(archive: &Archive, name: &str, sha256: &str) -> Result<Bytes> {
    let bytes = archive.vault.inbox_files().get(name).await?;
    let intact = bytes.filter(|bytes| crate::vault::Digest::of(bytes).to_string() == sha256);
    intact.ok_or_else(|| Error::Corrupt {
        what: format!("inbox/{name}"),
    })
}

/// Takes away a paper of which no row speaks.
pub(super) async fn remove(archive: &Archive, name: &str) {
    // What stays behind is found by the sweep.
    if let Err(error) = archive.vault.inbox_files().remove(name).await {
        tracing::warn!(%error, "a paper stays behind in the inbox");
    }
}

/// Removes papers of earlier days of which no row speaks: their sender was cut off before they were received.
pub(super) async fn sweep(archive: &Archive) -> Result<()> {
    let files = archive.vault.inbox_files();
    let yesterday = vietnam(archive.clock.now()).date().yesterday();
    let Ok(yesterday) = yesterday.map(|day| day.to_string()) else {
        return Ok(());
    };
    for name in files.names("").await? {
        if name
            .split('/')
            .next()
            .is_none_or(|day| day >= yesterday.as_str())
        {
            continue;
        }
        let known = sqlx::query("SELECT 1 FROM request_evidence WHERE inbox = $1")
            .bind(&name)
            .fetch_optional(archive.catalogue.pool())
            .await?;
        if known.is_none() {
            files.remove(&name).await?;
        }
    }
    Ok(())
}
