//! Composes, seals, checks and keeps one copy.

use jiff::Timestamp;

use super::content::content_of;
use super::renewal::Proof;
use super::verify::issued_at;
use super::{COPY_FILE, CopyRow, ENTRY_FILE, digest_of, elsewhere, object_id};
use crate::archive::Archive;
use crate::copy_pdf::{self, ComposedCopy};
use crate::correction;
use crate::error::{Error, Result};
use crate::record;
use crate::seal::{SealError, SignRequest};
use crate::seen;
use crate::vault::{Content, ObjectId, Provenance, VaultError};

/// A sealed copy that is kept.
pub(super) struct Made {
    /// SHA-256 of the sealed bytes.
    pub sha256: String,
    /// How long its seal is provable.
    pub proof: Proof,
}

/// Composes, seals, checks and keeps; none while it waits for a signature made elsewhere. A copy that reached the vault
/// before a crash is taken from there, never made twice.
pub(super) async fn make(archive: &Archive, copy: &CopyRow) -> Result<Option<Made>> {
    let object = ObjectId::new(object_id(&copy.id))?;
    if !archive.vault.exists(&object).await? {
        let Some(sealed) = seal(archive, copy).await? else {
            return Ok(None);
        };
        let entry = CopyRow {
            state: "issued".into(),
            sha256: Some(digest_of(&sealed)),
            ..copy.clone()
        };
        let files = [
            Content::bytes(COPY_FILE, sealed),
            Content::bytes(ENTRY_FILE, serde_json::to_vec_pretty(&entry)?),
        ];
        let who = Provenance {
            user_name: copy.issued_by.clone(),
            user_address: String::new(),
            message: "Issued certified copy".into(),
            at: archive.clock.now(),
        };
        match archive.vault.deposit(&object, &files, &who).await {
            Ok(_) | Err(VaultError::AlreadyExists { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    // What counts is what the vault gives back.
    let bytes = archive
        .vault
        .read(&object, COPY_FILE, None)
        .await?
        .into_bytes()
        .await?;
    let verdict = crate::seal::verify(&bytes, &archive.seal.trust(), archive.clock.now());
    if !verdict.holds() {
        return Err(Error::Corrupt {
            what: format!("copy {}", copy.id),
        });
    }
    Ok(Some(Made {
        sha256: digest_of(&bytes),
        proof: Proof::from(&verdict),
    }))
}

async fn seal(archive: &Archive, copy: &CopyRow) -> Result<Option<Vec<u8>>> {
    if archive.seal.signs_elsewhere() {
        return elsewhere::finish(archive, copy).await;
    }
    let (pdf, request) = compose(archive, copy).await?;
    let sealed = archive.seal.seal(&pdf, &request, archive.clock.now());
    Ok(Some(sealed.await?))
}

/// The page, and what its seal is to say.
pub(super) async fn compose(archive: &Archive, copy: &CopyRow) -> Result<(Vec<u8>, SignRequest)> {
    let record = record::load(archive, &copy.record_id).await?;
    let at = issued_at(copy)?;
    refuse_other_content(archive, copy, at).await?;
    let said = correction::in_force(archive, &copy.record_id, copy.record_version, at).await?;
    let content = content_of(archive, copy, &record, &said, at).await?;
    let office = archive.config.office.clone();
    let field_name = format!("SoGoc-{}-{}", copy.year, copy.number);
    let work = move || -> Result<(Vec<u8>, SignRequest)> {
        let ComposedCopy { pdf, mark_box } = copy_pdf::compose(&content)?;
        let request = SignRequest {
            signing_time: at,
            reason: "Cấp bản sao từ sổ gốc".into(),
            location: office.place,
            field_name,
            mark_box,
        };
        Ok((pdf, request))
    };
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Error::Internal(format!("composing: {error}")))?
}

/// Nothing is sealed but what those who decided saw.
async fn refuse_other_content(archive: &Archive, copy: &CopyRow, at: Timestamp) -> Result<()> {
    let Some(decided) = &copy.record_digest else {
        return Ok(()); // released before digests were kept
    };
    let mut connection = archive.catalogue.pool().acquire().await?;
    let (record, version) = (&copy.record_id, copy.record_version);
    let stands = seen::of_version(&mut connection, record, version, at).await?;
    match stands.record_digest == *decided {
        true => Ok(()),
        false => Err(Error::Corrupt {
            what: format!("record {record}, version {version}"),
        }),
    }
}

impl From<SealError> for Error {
    fn from(error: SealError) -> Self {
        if !error.waits() {
            return Self::Internal(error.to_string());
        }
        tracing::warn!(%error, "the seal cannot be set now");
        Self::NotNow {
            code: error.code(),
            message: error.message(),
        }
    }
}
