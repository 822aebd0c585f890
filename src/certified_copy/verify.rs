//! What the archive says of a copy now, by its code or by the file itself.

use sha2::{Digest, Sha256};
use sqlx::Row;

use super::CopyRow;
use super::book::row_of;
use crate::archive::Archive;
use crate::clock::stamp;
use crate::error::{Error, Result};
use crate::record::{self, Fields};

/// What the archive says of a copy now, with the least of personal data.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Verified {
    /// Number in the issue book, such as `12/2026`.
    pub number: String,
    /// RFC 3339 UTC.
    pub issued_at: String,
    /// The agency.
    pub agency: String,
    /// What the copy is of.
    pub document: String,
    /// Initials of the holder.
    pub initials: String,
    /// Year of birth, when known.
    pub birth_year: Option<String>,
    /// valid | superseded | void.
    pub state: String,
    /// SHA-256 of the sealed file.
    pub sha256: String,
}

/// By the code printed on the copy.
///
/// # Errors
/// `NotFound` for any code that is not one.
pub async fn verify_code(archive: &Archive, code: &str) -> Result<Verified> {
    let row = sqlx::query("SELECT * FROM copies WHERE code = $1 AND state <> 'opening'")
        .bind(tidy(code))
        .fetch_optional(archive.catalogue.pool())
        .await?
        .ok_or(Error::NotFound { what: "copy" })?;
    verified(archive, &row_of(&row)?).await
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
    /// Who sealed it, from the certificate.
    pub sealed_by: Option<String>,
    /// When, as the file states, RFC 3339 UTC.
    pub sealed_at: Option<String>,
    /// What this archive says; none when it did not issue this very file.
    pub archive: Option<Verified>,
}

/// By the file itself.
///
/// # Errors
/// `Unavailable`; whatever is wrong with the file is part of the answer.
pub async fn verify_file(archive: &Archive, bytes: &[u8]) -> Result<FileVerified> {
    let verdict = crate::seal::verify(bytes, &trust(archive)?, archive.clock.now());
    let row = sqlx::query("SELECT * FROM copies WHERE sha256 = $1 AND state <> 'opening'")
        .bind(hex::encode(Sha256::digest(bytes)))
        .fetch_optional(archive.catalogue.pool())
        .await?;
    let known = match row {
        Some(row) => Some(verified(archive, &row_of(&row)?).await?),
        None => None,
    };
    Ok(FileVerified {
        file: verdict.file.code().into(),
        file_vi: verdict.file.sentence_vi().into(),
        file_en: verdict.file.sentence_en().into(),
        key: verdict.key.code().into(),
        key_vi: verdict.key.sentence_vi().into(),
        key_en: verdict.key.sentence_en().into(),
        trust: verdict.trust.code().into(),
        trust_vi: verdict.trust.sentence_vi().into(),
        trust_en: verdict.trust.sentence_en().into(),
        sealed_by: verdict.signer.map(|signer| signer.name),
        sealed_at: verdict.stated_time.map(stamp),
        archive: known,
    })
}

async fn verified(archive: &Archive, copy: &CopyRow) -> Result<Verified> {
    let record = record::load(archive, &copy.record_id).await?;
    let then = record::fields_of(archive, &copy.record_id, copy.record_version).await?;
    let class = archive.classes.get(&record.class);
    let document = class
        .and_then(|class| class.copy.as_ref())
        .map(|layout| layout.subtitle.vi.clone());
    Ok(Verified {
        number: format!("{}/{}", copy.number, copy.year),
        issued_at: copy.issued_at.clone(),
        agency: archive.config.office.agency.clone(),
        document: document.unwrap_or_default(),
        initials: initials(then.get("ho_ten").map_or("", |field| field.value.as_str())),
        birth_year: then
            .get("ngay_sinh")
            .and_then(|field| field.value.get(..4).map(Into::into)),
        state: state_now(archive, copy, &then).await?.into(),
        sha256: copy.sha256.clone().unwrap_or_default(),
    })
}

/// A copy is superseded once a later decision on its record says something else than it says.
async fn state_now(archive: &Archive, copy: &CopyRow, then: &Fields) -> Result<&'static str> {
    if copy.state == "void" {
        return Ok("void");
    }
    let row = sqlx::query(
        "SELECT v.state, v.fields FROM publications q
         JOIN record_versions v ON v.record_id = q.record_id AND v.version = q.version
         WHERE q.record_id = $1 ORDER BY q.position DESC LIMIT 1",
    )
    .bind(&copy.record_id)
    .fetch_one(archive.catalogue.pool())
    .await?;
    let now: Fields = serde_json::from_str(&row.try_get::<String, _>("fields")?)?;
    let approved = row.try_get::<String, _>("state")? == "approved";
    let value = |fields: &Fields| -> Vec<(String, String)> {
        fields
            .iter()
            .map(|(key, field)| (key.clone(), field.value.clone()))
            .collect()
    };
    Ok(if approved && value(&now) == value(then) {
        "valid"
    } else {
        "superseded"
    })
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

/// Our own authority is trusted besides nobody else here; others are for the offline command.
pub(super) fn trust(archive: &Archive) -> Result<crate::seal::Trust> {
    crate::seal::Trust::from_pem(&archive.seal.trust_file())
        .map_err(|error| Error::Internal(format!("own trust file: {error}")))
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
