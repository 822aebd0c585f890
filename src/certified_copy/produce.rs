//! Composes, seals, checks and preserves one copy.

use super::compose::compose;
use super::proof::{Made, Proof};
use super::{
    COPY_FILE, CopyRow, CopyState, ENTRY_FILE, digest_of, object_id, register_line, remote_signing,
};
use crate::archive::Archive;
use crate::clock::stamp;
use crate::error::{Error, Result};
use crate::preservation;
use crate::seal::SealError;
use crate::vault::{Content, ObjectId, Provenance, VaultError};

/// Composes, seals, checks and preserves; none while it waits for a remote signature. A copy that reached the vault
/// before a crash is taken from there, never made twice.
pub(super) async fn produce(archive: &Archive, copy: &CopyRow) -> Result<Option<Made>> {
    let object = ObjectId::new(object_id(&copy.id))?;
    // An earlier try may have got as far as the vault; then only the row is missing, and nothing is
    // sealed twice.
    if !archive.vault.exists(&object).await? {
        // The record first: a rebuild can only bring back a line whose record is in the vault.
        preservation::ensure(archive, &copy.record_id, copy.record_version).await?;
        // What is sealed is what was kept: a value that differs in the catalogue would not be a copy of it.
        preservation::refuse_other_than_kept(archive, &copy.record_id).await?;
        let Some(sealed) = seal(archive, copy).await? else {
            return Ok(None);
        };
        let entry = CopyRow {
            state: CopyState::Issued,
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
            // Another maker was faster. Its file counts, since seals of one content differ in their bytes.
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
    // As a stranger would check it: a copy that our own verification refuses must not leave the
    // house.
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
    // A seal says when it was set, and that is never before its line.
    register_line::refuse_clock_behind(&copy.issued_at, &stamp(archive.clock.now()))?;
    if archive.seal.signs_remotely() {
        return remote_signing::finish(archive, copy).await;
    }
    let (pdf, request) = compose(archive, copy).await?;
    let sealed = archive.seal.seal(&pdf, &request, archive.clock.now());
    Ok(Some(sealed.await?))
}

impl From<SealError> for Error {
    fn from(error: SealError) -> Self {
        // A seal that waits for the world leaves the line open; anything else is a fault of the
        // program.
        if !error.waits() {
            return Self::Internal(error.to_string());
        }
        tracing::warn!(%error, "the seal cannot be set now");
        Self::Blocked {
            code: error.code(),
            message: error.message(),
        }
    }
}
