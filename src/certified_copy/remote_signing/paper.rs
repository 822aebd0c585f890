//! The paper behind what is to be signed: whoever signs sees it, and can reckon for themselves that it is the one.

use super::Waits;
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::certified_copy::register::row;
use crate::error::{Error, Result};
use crate::viewing::{self, View};

/// The file as it was prepared for the caller's signature, its gap still empty: name and bytes. The SHA-256 of what stands
/// outside the gap (`/ByteRange`) is the message digest in the signed attributes.
///
/// # Errors
/// `NotFound` for a copy that does not wait for the caller, or whose draft is being made anew; `Forbidden`.
pub async fn paper_to_sign(
    archive: &Archive,
    caller: &Caller,
    copy_id: &str,
) -> Result<(String, Vec<u8>)> {
    require(caller, Act::SignCopies)?;
    let missing = || Error::NotFound { what: "copy" };
    let waits = Waits::load(archive, copy_id).await?.ok_or_else(missing)?;
    if !waits.belongs_to(caller) {
        return Err(missing());
    }
    let draft = waits.draft(archive).await?.ok_or_else(missing)?;
    let copy = row(archive, copy_id).await?;
    let name = format!("can-ky-{}-{}.pdf", copy.year, copy.number);
    let view = View::of(
        Action::CopyFileOpened,
        ("copy", copy_id),
        vec![copy.record_id],
    );
    viewing::note(archive, caller, view).await?;
    Ok((name, draft.paper().to_vec()))
}
