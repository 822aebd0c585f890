//! Citizens' requests with what was said, searched and refused, and the papers that came with them.

use crate::archive::Restoration;
use crate::copy_request::{self, EVIDENCE_FILE, Evidence, KeptRequest, REQUEST_FILE};
use crate::error::{Error, Result};
use crate::vault::ObjectId;

/// Brings one request back.
pub(super) async fn restore(restoration: &mut Restoration<'_>, id: &ObjectId) -> Result<()> {
    let Some(bytes) = restoration.newest(id, REQUEST_FILE).await? else {
        return Ok(());
    };
    let kept: Option<KeptRequest> = serde_json::from_slice(&bytes).ok();
    let own = |kept: &KeptRequest| copy_request::object_id(&kept.id) == id.as_str();
    let Some(kept) = kept.filter(own) else {
        let what = REQUEST_FILE.into();
        restoration.note(id, &Error::Corrupt { what });
        return Ok(());
    };
    let mut tx = restoration.archive.begin_as_machine().await?;
    copy_request::restore(&mut tx, &*restoration.archive.clock, &kept).await?;
    tx.commit().await?;
    Ok(())
}

/// The entry beside a paper.
#[derive(serde::Deserialize)]
struct Entry {
    request: String,
    evidence: Evidence,
}

/// Binds one paper to its request again; false where the vault does not have that request.
pub(super) async fn restore_paper(
    restoration: &mut Restoration<'_>,
    id: &ObjectId,
) -> Result<Option<bool>> {
    let Some(bytes) = restoration.file(id, EVIDENCE_FILE, 1).await? else {
        return Ok(None);
    };
    let Ok(entry) = serde_json::from_slice::<Entry>(&bytes) else {
        let what = EVIDENCE_FILE.into();
        restoration.note(id, &Error::Corrupt { what });
        return Ok(None);
    };
    let mut tx = restoration.archive.begin_as_machine().await?;
    let bound = copy_request::bind_paper(&mut tx, &entry.request, &entry.evidence).await?;
    tx.commit().await?;
    Ok(Some(bound))
}
