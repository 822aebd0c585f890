//! Composes the page of a copy from the record's values in force and says what its seal is to say.

use jiff::Timestamp;

use super::content::content_of;
use super::{CopyRow, issued_at};
use crate::archive::Archive;
use crate::copy_pdf::{self, ComposedCopy};
use crate::correction;
use crate::error::{Error, Result};
use crate::messages::{Lang, text};
use crate::record;
use crate::seal::SignRequest;
use crate::seen;

/// The page, and what its seal is to say.
pub(super) async fn compose(archive: &Archive, copy: &CopyRow) -> Result<(Vec<u8>, SignRequest)> {
    let record = record::load(archive, &copy.record_id).await?;
    // As of the instant of the line and not of now: composed again days later, the page must say
    // the same.
    let at = issued_at(copy)?;
    refuse_other_content(archive, copy, at).await?;
    let said = correction::in_force(archive, &copy.record_id, copy.record_version, at).await?;
    let content = content_of(archive, copy, &record, &said, at).await?;
    let office = archive.config.office.clone();
    // Named by year and number, so that a reader of the file finds the line without opening it.
    let field_name = format!("SoGoc-{}-{}", copy.year, copy.number);
    let work = move || -> Result<(Vec<u8>, SignRequest)> {
        let ComposedCopy { pdf, mark_box } = copy_pdf::compose(&content)?;
        let request = SignRequest {
            signing_time: at,
            reason: text(Lang::Vi, "printed.copy.seal_reason").into(),
            location: office.place,
            field_name,
            mark_box,
        };
        Ok((pdf, request))
    };
    // Laying out and embedding fonts takes a tenth of a second, too long for a thread that serves
    // requests.
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Error::Internal(format!("composing: {error}")))?
}

/// Nothing is sealed but what those who decided saw.
async fn refuse_other_content(archive: &Archive, copy: &CopyRow, at: Timestamp) -> Result<()> {
    let Some(decided) = &copy.record_digest else {
        return Ok(()); // released before digests were recorded
    };
    let mut connection = archive.catalogue.pool().acquire().await?;
    let (record, version) = (&copy.record_id, copy.record_version);
    let stands = seen::of_version(&mut connection, record, version, at).await?;
    // The last check before the seal: between release and making, a row may have been changed by
    // hand.
    match stands.record_digest == *decided {
        true => Ok(()),
        false => Err(Error::Corrupt {
            what: format!("record {record}, version {version}"),
        }),
    }
}
