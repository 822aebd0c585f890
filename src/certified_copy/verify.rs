//! What the archive says of a copy now, by its code or by the file itself.

mod standing;

use standing::standing_of;

use super::{CopyRow, digest_of, issued_at, register};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::clock::{parse_stamp, stamp};
use crate::correction::{self, Correction, InForce};
use crate::error::{Error, Result};
use crate::record;
use crate::seal::{Purpose, SignatureFound, Verdict};

/// What the archive says of a copy now, with the least of personal data.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Verified {
    /// Number in the issue book, such as `12/2026`.
    pub number: String,
    /// RFC 3339 UTC.
    pub issued_at: String,
    /// The agency.
    pub agency: String,
    /// What the copy is of.
    pub document: String,
    /// Initials of the holder; empty once the code has expired.
    pub initials: String,
    /// Year of birth, when known.
    pub birth_year: Option<String>,
    /// valid | superseded | revoked | withdrawn | expired | void.
    pub state: String,
    /// Since when it is no longer valid: an instant, RFC 3339 UTC, or the first day in force.
    pub state_at: Option<String>,
    /// Why it was withdrawn.
    pub reason: Option<String>,
    /// The decision that superseded or revoked it.
    pub decision: Option<Cited>,
    /// The code answers before this instant, RFC 3339 UTC; none: without end.
    pub code_until: Option<String>,
    /// SHA-256 of the sealed file as fetched today.
    pub sha256: String,
    /// SHA-256 of the files it had before its time stamp was renewed; whoever holds one of them holds this copy too.
    pub earlier_sha256: Vec<String>,
    /// Whose it is; only for whoever presents the very file.
    pub holder: Option<Holder>,
}

/// A decision as cited to the public: no value it changed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Cited {
    /// Số, ký hiệu.
    pub number: String,
    /// `YYYY-MM-DD`.
    pub date: String,
    /// Who decided.
    pub agency: String,
    /// Number in the register's appendix, such as `3/2026`.
    pub appendix: String,
    /// First day in force, `YYYY-MM-DD`.
    pub effective_from: String,
    /// The same in one line of Vietnamese.
    pub sentence: String,
}

impl From<&Correction> for Cited {
    fn from(entry: &Correction) -> Self {
        Self {
            number: entry.decision.number.clone(),
            date: entry.decision.date.clone(),
            agency: entry.decision.agency.clone(),
            appendix: entry.appendix_number().unwrap_or_default(),
            effective_from: entry.effective_from.clone(),
            sentence: entry.cited(),
        }
    }
}

/// Whose copy it is.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Holder {
    /// The name the copy shows.
    pub ho_ten: String,
    /// The birth date it shows: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    pub ngay_sinh: String,
}

/// By the code printed on the copy.
///
/// # Errors
/// `NotFound` for any code that is not one.
pub async fn verify_code(archive: &Archive, code: &str) -> Result<Verified> {
    let copy: CopyRow =
        sqlx::query_as("SELECT * FROM copies WHERE code = $1 AND state <> 'opening'")
            .bind(tidy(code))
            .fetch_optional(archive.catalogue.pool())
            .await?
            .ok_or(Error::NotFound { what: "copy" })?;
    let known = verified(archive, &copy).await?;
    Ok(if code_expired(archive, &copy) {
        silenced(known, &copy)
    } else {
        known
    })
}

/// What anyone would be told of a copy now, for the office's own page of its line.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn standing(archive: &Archive, caller: &Caller, copy_id: &str) -> Result<Verified> {
    require(caller, Act::SeeRequests)?;
    verified(archive, &register::row(archive, copy_id).await?).await
}

/// True once the term its holder set on the code is over.
pub fn code_expired(archive: &Archive, copy: &CopyRow) -> bool {
    let until = copy.code_until.as_deref().and_then(parse_stamp);
    until.is_some_and(|until| until <= archive.clock.now())
}

/// Behind an expired code nothing is said of the person; the file itself still proves itself.
fn silenced(known: Verified, copy: &CopyRow) -> Verified {
    Verified {
        initials: String::new(),
        birth_year: None,
        state: "expired".into(),
        state_at: copy.code_until.clone(),
        reason: None,
        decision: None,
        sha256: String::new(),
        earlier_sha256: Vec::new(),
        ..known
    }
}

/// The separate answers to a file that someone holds.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct FileVerified {
    /// Stable word: `unchanged`, `altered`, `added_to`, `not_sealed` …
    pub file: String,
    /// Vietnamese sentence.
    pub file_vi: String,
    /// English sentence.
    pub file_en: String,
    /// Stable word: `good_then`, `expired` …
    pub key: String,
    /// Vietnamese sentence.
    pub key_vi: String,
    /// English sentence.
    pub key_en: String,
    /// Stable word: `trusted`, `test_authority`, `unknown_authority` …
    pub trust: String,
    /// Vietnamese sentence.
    pub trust_vi: String,
    /// English sentence.
    pub trust_en: String,
    /// Stable word for who vouches for the time: `stated`, `proven`, `unknown_authority` …
    pub time: String,
    /// Vietnamese sentence.
    pub time_vi: String,
    /// English sentence.
    pub time_en: String,
    /// True when nothing speaks against the time.
    pub time_good: bool,
    /// Stable word for whether it is this office's own seal: `office`, `others_too`, `somebody_else` …
    pub office: String,
    /// Vietnamese sentence.
    pub office_vi: String,
    /// English sentence.
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

/// A file somebody handed in, whole.
#[derive(Debug)]
pub struct HandedInFile {
    /// Read from its beginning.
    pub file: std::fs::File,
    /// SHA-256, lower-case hexadecimal.
    pub sha256: String,
}

/// By the file itself.
///
/// # Errors
/// `Unavailable`, also when too many files wait; whatever is wrong with the file is part of the answer.
pub async fn verify_file(archive: &Archive, bytes: &[u8]) -> Result<FileVerified> {
    use std::io::{Seek, Write};
    let mut file = tempfile::tempfile_in(&archive.spool)?;
    file.write_all(bytes)?;
    file.rewind()?;
    let sha256 = digest_of(bytes);
    verify_handed_in(archive, HandedInFile { file, sha256 }).await
}

/// As [`verify_file`], of a file that is in the spool already.
///
/// # Errors
/// As [`verify_file`].
pub async fn verify_handed_in(archive: &Archive, given: HandedInFile) -> Result<FileVerified> {
    let (trust, now) = (archive.seal.trust(), archive.clock.now());
    let verdict = archive.cage.verify(given.file, trust, now).await;
    let verdict = verdict.map_err(|why| Error::unavailable("verification", why))?;
    let known = match by_digest(archive, &given.sha256).await? {
        Some(copy) => Some(with_holder(archive, &copy).await?),
        None => None,
    };
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
    /// `seal` or `time_stamp`.
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

async fn said_then(archive: &Archive, copy: &CopyRow) -> Result<InForce> {
    let at = issued_at(copy)?;
    correction::in_force(archive, &copy.record_id, copy.record_version, at).await
}

async fn verified(archive: &Archive, copy: &CopyRow) -> Result<Verified> {
    let record = record::load(archive, &copy.record_id).await?;
    let then = said_then(archive, copy).await?;
    let layout = archive
        .classes
        .get(&record.class)
        .and_then(|class| class.copy.as_ref());
    let standing = standing_of(archive, copy, layout, &then).await?;
    let value = |key: &str| {
        then.fields
            .get(key)
            .map_or("", |field| field.value.as_str())
    };
    Ok(Verified {
        number: copy.book_number(),
        issued_at: copy.issued_at.clone(),
        agency: archive.config.office.agency.clone(),
        document: layout.map_or_else(String::new, |layout| layout.subtitle.vi.clone()),
        initials: initials(value("ho_ten")),
        birth_year: value("ngay_sinh").get(..4).map(Into::into),
        state: standing.word.into(),
        state_at: standing.since,
        reason: copy.withdrawal.clone(),
        decision: standing.decision.as_ref().map(Into::into),
        code_until: copy.code_until.clone(),
        sha256: copy.sha256.clone().unwrap_or_default(),
        earlier_sha256: earlier_files(archive, &copy.id).await?,
        holder: None,
    })
}

async fn earlier_files(archive: &Archive, copy_id: &str) -> Result<Vec<String>> {
    let statement = "SELECT sha256 FROM earlier_files WHERE copy_id = $1 ORDER BY sha256";
    Ok(sqlx::query_scalar(statement)
        .bind(copy_id)
        .fetch_all(archive.catalogue.pool())
        .await?)
}

/// `Đặng Thị Thuỳ Dương` as `Đ. T. T. D.`
fn initials(name: &str) -> String {
    let letters = name
        .split_whitespace()
        .filter_map(|word| word.chars().next());
    letters
        .map(|letter| format!("{letter}."))
        .collect::<Vec<_>>()
        .join(" ")
}

/// Dashes, spaces and case of a code do not matter; look-alike letters are read as what they resemble.
pub fn tidy(code: &str) -> String {
    let letters: String = code
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect();
    let groups: Vec<&str> = letters
        .as_bytes()
        .chunks(5)
        .filter_map(|group| std::str::from_utf8(group).ok())
        .collect();
    groups.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_hide_the_name() {
        assert_eq!(initials("Đặng Thị Thuỳ Dương"), "Đ. T. T. D.");
    }

    #[test]
    fn a_code_read_over_the_telephone_is_still_the_code() {
        assert_eq!(tidy("abcde 12345-fghjk mnpqo"), "ABCDE-12345-FGHJK-MNPQ0");
    }
}
