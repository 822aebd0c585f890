//! Citizens' requests with what was said, searched and refused, and the papers that came with them.

use super::{Rebuilt, note, part};
use crate::archive::Archive;
use crate::copy_request::{self, EVIDENCE_FILE, Evidence, KeptRequest, REQUEST_FILE};
use crate::error::{Error, Result};
use crate::vault::ObjectId;

/// Brings one request back.
pub(super) async fn restore(archive: &Archive, id: &ObjectId, rebuilt: &mut Rebuilt) -> Result<()> {
    let head = archive.vault.inventory(id).await?.head();
    let Some(bytes) = part(archive, id, REQUEST_FILE, head, rebuilt).await? else {
        return Ok(());
    };
    let kept: Option<KeptRequest> = serde_json::from_slice(&bytes).ok();
    let own = |kept: &KeptRequest| copy_request::object_id(&kept.id) == id.as_str();
    let Some(kept) = kept.filter(own) else {
        let what = REQUEST_FILE.into();
        note(rebuilt, id, &Error::Corrupt { what });
        return Ok(());
    };
    let mut tx = archive.catalogue.begin().await?;
    copy_request::restore(&mut tx, &*archive.clock, &kept).await?;
    tx.commit().await?;
    Ok(())
}

/// The entry beside a paper.
#[derive(serde::Deserialize)]
struct Entry {
    request: String,
    evidence: Evidence,
}

/// Binds one paper to its request again.
pub(super) async fn restore_paper(
    archive: &Archive,
    id: &ObjectId,
    rebuilt: &mut Rebuilt,
) -> Result<()> {
    rebuilt.evidence += 1;
    let Some(bytes) = part(archive, id, EVIDENCE_FILE, 1, rebuilt).await? else {
        return Ok(());
    };
    let Ok(entry) = serde_json::from_slice::<Entry>(&bytes) else {
        let what = EVIDENCE_FILE.into();
        note(rebuilt, id, &Error::Corrupt { what });
        return Ok(());
    };
    let mut tx = archive.catalogue.begin().await?;
    let bound = copy_request::bind_paper(&mut tx, &entry.request, &entry.evidence).await?;
    tx.commit().await?;
    if !bound {
        rebuilt.evidence_unbound += 1;
    }
    Ok(())
}
