//! What the archive says of a copy now, by its code or by the file itself.

mod file;
mod validity;

pub use file::{FileVerified, SignatureListed, UploadedFile, verify_file, verify_uploaded};
pub use validity::ValidityState;
use validity::validity_of;

use super::{CopyRow, issued_at, register};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::{self, Action, EntryProof};
use crate::clock::parse_stamp;
use crate::correction::{self, Correction, InForce};
use crate::error::{Error, Result};
use crate::record;

/// What the archive says of a copy now, with the least of personal data.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Verified {
    /// Number in the issue book, such as `12/2026`.
    pub number: String,
    /// When it was released, RFC 3339 UTC.
    pub issued_at: String,
    /// Name of the agency that issued it.
    pub agency: String,
    /// What the copy is of.
    pub document: String,
    /// Initials of the holder; empty once the code has expired.
    pub initials: String,
    /// Year of birth, when known.
    pub birth_year: Option<String>,
    /// Whether it may be relied on.
    pub state: ValidityState,
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
    /// The entry that its issue left in the log, with the proof that the signed tree holds it; none while it waits.
    pub log: Option<EntryProof>,
    /// Whose it is; only for whoever presents the very file.
    pub holder: Option<Holder>,
}

/// A decision as cited to the public: no value it changed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Cited {
    /// Số, ký hiệu of the decision, such as `15/QĐ-SGDĐT`.
    pub number: String,
    /// The day it was signed, `YYYY-MM-DD`.
    pub date: String,
    /// The agency that signed it, by name.
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
        // A line that is still open has no copy that anybody could hold.
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
pub async fn validity(archive: &Archive, caller: &Caller, copy_id: &str) -> Result<Verified> {
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
        state: ValidityState::Expired,
        state_at: copy.code_until.clone(),
        reason: None,
        decision: None,
        sha256: String::new(),
        earlier_sha256: Vec::new(),
        ..known
    }
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
    let validity = validity_of(archive, copy, layout, &then).await?;
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
        state: validity.state,
        state_at: validity.since,
        reason: copy.withdrawal.clone(),
        decision: validity.decision.as_ref().map(Into::into),
        code_until: copy.code_until.clone(),
        sha256: copy.sha256.clone().unwrap_or_default(),
        earlier_sha256: earlier_files(archive, &copy.id).await?,
        log: logged(archive, &copy.id).await,
        holder: None,
    })
}

/// What the archive says of a copy does not hang on the log's tree, so a damaged or unreachable one only leaves the
/// proof out: `check` and `/readyz` tell of it.
async fn logged(archive: &Archive, copy_id: &str) -> Option<EntryProof> {
    let proof = audit::proof_of_act(archive, Action::CopyIssued, copy_id).await;
    // Left out and not refused: the citizen asked about the copy.
    proof.unwrap_or_default()
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
        // The alphabet of codes has neither of these letters, so reading them as digits cannot
        // confuse two codes.
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
