//! Verification by the file itself: what its signatures prove, each answer separate, and what the archive says of it.

use super::{Holder, Verified, said_then, verified};
use crate::archive::Archive;
use crate::certified_copy::{CopyRow, digest_of};
use crate::clock::stamp;
use crate::error::{Error, Result};
use crate::seal::{Purpose, SignatureFound, Verdict};

/// The separate answers to a file that someone holds.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct FileVerified {
    /// Stable word: `unchanged`, `altered`, `added_to`, `not_sealed` …
    pub file: String,
    /// The sentence for that word, Vietnamese.
    pub file_vi: String,
    /// The same in English.
    pub file_en: String,
    /// Stable word: `good_then`, `expired` …
    pub key: String,
    /// The sentence for that word, Vietnamese.
    pub key_vi: String,
    /// The same in English.
    pub key_en: String,
    /// Stable word: `trusted`, `test_authority`, `unknown_authority` …
    pub trust: String,
    /// The sentence for that word, Vietnamese.
    pub trust_vi: String,
    /// The same in English.
    pub trust_en: String,
    /// Stable word for who vouches for the time: `stated`, `proven`, `unknown_authority` …
    pub time: String,
    /// The sentence for that word, Vietnamese.
    pub time_vi: String,
    /// The same in English.
    pub time_en: String,
    /// True when nothing speaks against the time.
    pub time_good: bool,
    /// Stable word for whether it is this office's own seal: `office`, `others_too`, `somebody_else` …
    pub office: String,
    /// The sentence for that word, Vietnamese.
    pub office_vi: String,
    /// The same in English.
    pub office_en: String,
    /// Every signature and time stamp of the file, in the order in which they were set.
    pub signatures: Vec<SignatureListed>,
    /// PAdES baseline level of the file, such as `B-T`.
    pub level: Option<String>,
    /// Who sealed it, from the certificate.
    pub sealed_by: Option<String>,
    /// When: as a time authority vouches, else as the file states, RFC 3339 UTC.
    pub sealed_at: Option<String>,
    /// True when the copy's time stamp was renewed since: the file fetched today is this one and a newer time stamp.
    pub renewed: bool,
    /// What this archive says; none when it did not issue this very file.
    pub archive: Option<Verified>,
}

/// A file somebody uploaded, complete.
#[derive(Debug)]
pub struct UploadedFile {
    /// Read from its beginning.
    pub file: std::fs::File,
    /// SHA-256 of the whole file, lower-case hex.
    pub sha256: String,
}

/// By the file itself.
///
/// # Errors
/// `Unavailable`, also when too many files wait; whatever is wrong with the file is part of the answer.
pub async fn verify_file(archive: &Archive, bytes: &[u8]) -> Result<FileVerified> {
    use std::io::{Seek, Write};
    // Nameless in the spool: it is gone with the process, whatever happens.
    let mut file = tempfile::tempfile_in(&archive.spool)?;
    file.write_all(bytes)?;
    file.rewind()?;
    let sha256 = digest_of(bytes);
    verify_uploaded(archive, UploadedFile { file, sha256 }).await
}

/// As [`verify_file`], of a file that is in the spool already.
///
/// # Errors
/// As [`verify_file`].
pub async fn verify_uploaded(archive: &Archive, given: UploadedFile) -> Result<FileVerified> {
    let (trust, now) = (archive.seal.trust(), archive.clock.now());
    let verdict = archive.cage.verify(given.file, trust, now).await;
    let verdict = verdict.map_err(|why| Error::unavailable("verification", why))?;
    let known = match by_digest(archive, &given.sha256).await? {
        Some(copy) => Some(with_holder(archive, &copy).await?),
        None => None,
    };
    // The file is ours but not the present one: a time stamp was added since, and both are valid.
    let renewed = known
        .as_ref()
        .is_some_and(|known| known.sha256 != given.sha256);
    Ok(FileVerified {
        renewed,
        archive: known,
        ..FileVerified::from(verdict)
    })
}

impl From<Verdict> for FileVerified {
    fn from(verdict: Verdict) -> Self {
        Self {
            file: verdict.file.code().into(),
            file_vi: verdict.file.sentence_vi().into(),
            file_en: verdict.file.sentence_en().into(),
            key: verdict.key.code().into(),
            key_vi: verdict.key.sentence_vi().into(),
            key_en: verdict.key.sentence_en().into(),
            trust: verdict.trust.code().into(),
            trust_vi: verdict.trust.sentence_vi().into(),
            trust_en: verdict.trust.sentence_en().into(),
            time: verdict.time.code().into(),
            time_vi: verdict.time.sentence_vi().into(),
            time_en: verdict.time.sentence_en().into(),
            time_good: verdict.time.is_good(),
            office: verdict.office.code().into(),
            office_vi: verdict.office.sentence_vi().into(),
            office_en: verdict.office.sentence_en().into(),
            level: verdict.level.map(|level| level.code().into()),
            sealed_at: verdict.proven_time.or(verdict.stated_time).map(stamp),
            sealed_by: verdict.signer.map(|signer| signer.name),
            signatures: verdict.each.into_iter().map(Into::into).collect(),
            renewed: false,
            archive: None,
        }
    }
}

/// One signature of a file, judged by itself.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct SignatureListed {
    /// Name of its field.
    pub field: String,
    /// `seal` of an office, or `time_stamp` over the file.
    pub purpose: &'static str,
    /// `unchanged` when it covers the whole file, `added_to` when something came after it, `altered` when it does not fit.
    pub file: String,
    /// Whose it is, from the certificate; none when it does not fit.
    pub signer: Option<String>,
    /// SHA-256 of that certificate, lower-case hexadecimal.
    pub certificate_sha256: Option<String>,
    /// As for the file: `good_then`, `expired` …; `not_checked` of a time stamp.
    pub key: String,
    /// As for the file: `trusted`, `unknown_authority` …; `not_checked` of a time stamp.
    pub trust: String,
    /// As for the file: `stated`, `proven` …
    pub time: String,
    /// When: as a time authority vouches, else as it states, RFC 3339 UTC.
    pub at: Option<String>,
    /// Bytes from the beginning of the file up to which it covers it.
    pub covers: u64,
    /// Bytes added behind that.
    pub added: u64,
}

impl From<SignatureFound> for SignatureListed {
    fn from(found: SignatureFound) -> Self {
        let (signer, sha256) = found.signer.map(|one| (one.name, one.sha256)).unzip();
        Self {
            field: found.field,
            purpose: match found.purpose {
                Purpose::Seal => "seal",
                Purpose::TimeStamp => "time_stamp",
            },
            file: found.file.code().into(),
            signer,
            certificate_sha256: sha256,
            key: found.key.code().into(),
            trust: found.trust.code().into(),
            time: found.time.code().into(),
            at: found.at.map(stamp),
            covers: found.covers as u64,
            added: found.added as u64,
        }
    }
}

/// The copy whose sealed file has this digest: its present one, or one of before a renewed time stamp.
async fn by_digest(archive: &Archive, sha256: &str) -> Result<Option<CopyRow>> {
    Ok(sqlx::query_as(
        // An open line may have its file in the vault already, but it is not issued.
        "SELECT * FROM copies WHERE state <> 'opening' AND
            (sha256 = $1 OR id = (SELECT copy_id FROM earlier_files WHERE sha256 = $1))",
    )
    .bind(sha256)
    .fetch_optional(archive.catalogue.pool())
    .await?)
}

/// As [`verified`], for someone who has the file and so reads the name anyway.
async fn with_holder(archive: &Archive, copy: &CopyRow) -> Result<Verified> {
    let then = said_then(archive, copy).await?;
    let value = |key: &str| {
        let field = then.fields.get(key);
        field.map_or_else(String::new, |field| field.value.clone())
    };
    let holder = Holder {
        ho_ten: value("ho_ten"),
        ngay_sinh: value("ngay_sinh"),
    };
    Ok(Verified {
        holder: Some(holder),
        ..verified(archive, copy).await?
    })
}
