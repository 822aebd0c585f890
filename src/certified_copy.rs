//! The copy itself: its number in the issue book, its composition from the approved record, its seal,
//! and what the archive says of it later.

use jiff::Timestamp;
use jiff::tz::Offset;
use serde_json::json;
use sha2::{Digest, Sha256};
use sogoc_workers::class::{Class, CopyLayout, Field};
use sogoc_workers::dates::Date;
use sqlx::Row;

use crate::access::{Act, Caller, fresh_code, require};
use crate::archive::Archive;
use crate::audit::{self, Deed, Subject};
use crate::catalogue::{Tx, next_number};
use crate::clock::{parse_stamp, stamp};
use crate::copy_paper::{self, ComposedCopy, CopyContent, CopyLine, RowImage};
use crate::error::{Error, Result};
use crate::jobs::{self, Kind, Leased, PRIORITY_CITIZEN};
use crate::page::{self, ImageWish};
use crate::record::{self, Fields, RecordView};
use crate::seal::SignRequest;
use crate::vault::{Content, ObjectId, Provenance, VaultError};

/// Name of the sealed file inside a copy's object.
pub const COPY_FILE: &str = "copy.pdf";
/// Name of the entry beside it.
pub const ENTRY_FILE: &str = "copy.json";

/// Longest side of the row's picture on a copy, in pixels.
const ROW_IMAGE_SIDE: u32 = 1800;

/// One line of the issue book (sổ cấp bản sao), also kept beside the sealed file in the vault.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct CopyRow {
    /// Copy id.
    pub id: String,
    /// Year of the book.
    pub year: i64,
    /// Number within the year, without gaps.
    pub number: i64,
    /// opening | issued | void.
    pub state: String,
    /// Request it answers; none when issued at the counter.
    pub request_id: Option<String>,
    /// Verification code printed on it.
    pub code: String,
    /// Record it was made from.
    pub record_id: String,
    /// Version of that record.
    pub record_version: i64,
    /// SHA-256 of the sealed file.
    pub sha256: Option<String>,
    /// Who released it: person id.
    pub issued_by: String,
    /// RFC 3339 UTC.
    pub issued_at: String,
}

/// Takes the next number of the issue book and asks for the copy to be made, inside the releasing
/// transaction: a rolled-back release leaves no gap.
pub(crate) async fn open(
    archive: &Archive,
    tx: &mut Tx,
    caller: &Caller,
    record_id: &str,
    request_id: Option<&str>,
) -> Result<String> {
    let id = open_entry(archive, tx, caller, record_id, request_id).await?;
    jobs::enqueue(tx, &*archive.clock, Kind::IssueCopy, &id, PRIORITY_CITIZEN).await?;
    Ok(id)
}

async fn open_entry(
    archive: &Archive,
    tx: &mut Tx,
    caller: &Caller,
    record_id: &str,
    request_id: Option<&str>,
) -> Result<String> {
    let version: Option<i64> =
        sqlx::query_scalar("SELECT version FROM records WHERE id = $1 AND state = 'approved'")
            .bind(record_id)
            .fetch_optional(&mut **tx)
            .await?;
    let version = version.ok_or_else(not_approved)?;
    let now = archive.clock.now();
    let year = i64::from(vietnam(now).year());
    let number = next_number(tx, &format!("copies-{year}")).await?;
    let id = archive.clock.new_id();
    sqlx::query(
        "INSERT INTO copies (id, year, number, state, request_id, record_id, record_version, code,
            issued_by, issued_at) VALUES ($1, $2, $3, 'opening', $4, $5, $6, $7, $8, $9)",
    )
    .bind(&id)
    .bind(year)
    .bind(number)
    .bind(request_id)
    .bind(record_id)
    .bind(version)
    .bind(fresh_code(&*archive.clock))
    .bind(&caller.id)
    .bind(stamp(now))
    .execute(&mut **tx)
    .await?;
    let subject = Subject {
        kind: "copy",
        id: &id,
    };
    let details = json!({ "number": number, "year": year, "record": record_id });
    audit::append(
        tx,
        &*archive.clock,
        &caller.id,
        Deed::CopyOpened,
        subject,
        details,
    )
    .await?;
    Ok(id)
}

/// Issues a copy at once, without a request: the counter and the command line.
///
/// # Errors
/// `Refused` when the record is not approved; `Forbidden`.
pub async fn issue_now(archive: &Archive, caller: &Caller, record_id: &str) -> Result<CopyRow> {
    require(caller, Act::ReleaseCopies)?;
    let mut tx = archive.catalogue.begin().await?;
    // Also queued, so that a process that dies here leaves no half-open line in the book.
    let id = open(archive, &mut tx, caller, record_id, None).await?;
    tx.commit().await?;
    complete(archive, &id, None).await?;
    row(archive, &id).await
}

/// The verb behind the job `issue_copy`.
///
/// # Errors
/// A passing fault puts the job back; a lasting one voids the line in the book, with its number kept.
pub async fn issue(archive: &Archive, job: &Leased) -> Result<()> {
    complete(archive, &job.subject, Some(job)).await
}

async fn complete(archive: &Archive, id: &str, job: Option<&Leased>) -> Result<()> {
    let copy = row(archive, id).await?;
    if copy.state != "opening" {
        return settle(archive, job).await;
    }
    match make(archive, &copy).await {
        Ok(sha256) => book_issued(archive, &copy, &sha256, job).await,
        Err(error) if error.passing() => Err(error),
        Err(error) => {
            tracing::error!(
                copy = id,
                code = error.code(),
                "a copy could not be made; its line is void"
            );
            void(archive, &copy, error.code(), job).await
        }
    }
}

/// Composes, seals, checks and keeps; returns the digest of the sealed bytes. A copy that reached the
/// vault before a crash is taken from there, never made twice.
async fn make(archive: &Archive, copy: &CopyRow) -> Result<String> {
    let object = ObjectId::new(object_id(&copy.id))?;
    if !archive.vault.exists(&object).await? {
        let sealed = seal(archive, copy).await?;
        let sha256 = hex::encode(Sha256::digest(&sealed));
        let entry = CopyRow {
            state: "issued".into(),
            sha256: Some(sha256),
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
    let verdict = crate::seal::verify(&bytes, &trust(archive)?, archive.clock.now());
    if !verdict.holds() {
        return Err(Error::Corrupt {
            what: format!("copy {}", copy.id),
        });
    }
    Ok(hex::encode(Sha256::digest(&bytes)))
}

async fn seal(archive: &Archive, copy: &CopyRow) -> Result<Vec<u8>> {
    let record = record::load(archive, &copy.record_id).await?;
    let fields = record::fields_of(archive, &copy.record_id, copy.record_version).await?;
    let at = parse_stamp(&copy.issued_at).unwrap_or_else(|| archive.clock.now());
    let content = content_of(archive, copy, &record, &fields, at).await?;
    let seal = archive.seal.clone();
    let office = archive.config.office.clone();
    let field_name = format!("SoGoc-{}-{}", copy.year, copy.number);
    let work = move || -> Result<Vec<u8>> {
        let ComposedCopy { pdf, mark_box } = copy_paper::compose(&content)?;
        let request = SignRequest {
            signing_time: at,
            reason: "Cấp bản sao từ sổ gốc".into(),
            location: office.place,
            field_name,
            mark_box,
        };
        Ok(seal.sign(&pdf, &request)?)
    };
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Error::Internal(format!("sealing: {error}")))?
}

async fn content_of(
    archive: &Archive,
    copy: &CopyRow,
    record: &RecordView,
    fields: &Fields,
    at: Timestamp,
) -> Result<CopyContent> {
    let class = archive.classes.get(&record.class);
    let (class, layout) = class
        .and_then(|class| Some((class, class.copy.as_ref()?)))
        .ok_or_else(|| {
            Error::refused(
                "no_copy_layout",
                "Loại hồ sơ này không có mẫu bản sao.",
                "Records of this class have no layout for a copy.",
            )
        })?;
    let office = &archive.config.office;
    let verification_url = format!("{}/xac-minh/{}", archive.config.public_url(), copy.code);
    Ok(CopyContent {
        superior: None,
        agency: office.agency.clone(),
        document_name: layout.subtitle.vi.clone(),
        opening: layout.opening.vi.clone(),
        lines: lines(class, layout, fields),
        original_serial: printed(fields, "so_hieu"),
        original_register_number: printed(fields, "so_vao_so"),
        copy_register_number: format!("{}/{}", copy.number, copy.year),
        notes: vec![layout.closing.vi.clone()],
        place: office.place.clone(),
        issue_date: vietnamese_date(at),
        signer_title: office.signer_title.clone(),
        signer_name: office.signer_name.clone(),
        row_image: row_image(archive, record).await?,
        verification_url,
        verification_code: copy.code.clone(),
        sealed_at: at,
        test_authority: archive.seal.is_test_authority(),
    })
}

fn lines(class: &Class, layout: &CopyLayout, fields: &Fields) -> Vec<CopyLine> {
    let numbers = ["so_hieu", "so_vao_so"]; // printed in places of their own
    let shown = layout
        .fields
        .iter()
        .filter(|key| !numbers.contains(&key.as_str()));
    let known = shown.filter_map(|key| class.field(key));
    known
        .map(|field: &Field| CopyLine {
            label: field.label.vi.clone(),
            value: printed(fields, &field.key),
        })
        .collect()
}

/// What the copy says: the value as corrected by a person, a date in the register's own way of writing.
fn printed(fields: &Fields, key: &str) -> Option<String> {
    let field = fields.get(key)?;
    let same_date = Date::parse(&field.raw).is_some_and(|date| date.to_string() == field.value);
    let text = if same_date { &field.raw } else { &field.value };
    let text = if same_date || !is_iso_date(text) {
        text.clone()
    } else {
        day_first(text)
    };
    (!text.is_empty() && text != "-").then_some(text)
}

fn is_iso_date(text: &str) -> bool {
    let mut parts = text.split('-');
    parts
        .next()
        .is_some_and(|year| year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit()))
        && parts.clone().count() > 0
        && parts.all(|part| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()))
}

/// `1989-06-05` as `05/06/1989`; `1989-06` as `06/1989`.
fn day_first(text: &str) -> String {
    text.rsplit('-').collect::<Vec<_>>().join("/")
}

/// Only this person's row of a register, never the neighbours'; a page that is one record is shown whole.
async fn row_image(archive: &Archive, record: &RecordView) -> Result<Option<RowImage>> {
    let Some(bounds) = record.bounds else {
        return Ok(None);
    };
    let wish = ImageWish {
        max_side: ROW_IMAGE_SIDE,
        crop: Some(bounds),
    };
    let jpeg = page::image(archive, &Caller::machine(), &record.page_id, wish).await?;
    Ok(Some(RowImage {
        jpeg,
        caption: format!(
            "Ảnh chụp dòng này trong sổ gốc (trang {})",
            record.page_number
        ),
    }))
}

async fn book_issued(
    archive: &Archive,
    copy: &CopyRow,
    sha256: &str,
    job: Option<&Leased>,
) -> Result<()> {
    let now = stamp(archive.clock.now());
    let mut tx = archive.catalogue.begin().await?;
    let moved = sqlx::query(
        "UPDATE copies SET state = 'issued', sha256 = $1, object_id = $2
         WHERE id = $3 AND state = 'opening'",
    )
    .bind(sha256)
    .bind(object_id(&copy.id))
    .bind(&copy.id)
    .execute(&mut *tx)
    .await?;
    if moved.rows_affected() == 1 {
        close_request(&mut tx, copy, "issued", None, &now).await?;
        let subject = Subject {
            kind: "copy",
            id: &copy.id,
        };
        let details = json!({ "number": copy.number, "year": copy.year, "sha256": sha256 });
        let actor = &copy.issued_by;
        audit::append(
            &mut tx,
            &*archive.clock,
            actor,
            Deed::CopyIssued,
            subject,
            details,
        )
        .await?;
    }
    finish(archive, tx, job).await
}

async fn void(archive: &Archive, copy: &CopyRow, code: &str, job: Option<&Leased>) -> Result<()> {
    let now = stamp(archive.clock.now());
    let mut tx = archive.catalogue.begin().await?;
    sqlx::query("UPDATE copies SET state = 'void' WHERE id = $1 AND state = 'opening'")
        .bind(&copy.id)
        .execute(&mut *tx)
        .await?;
    let reason = "Chưa lập được bản sao từ bản ghi này; cơ quan sẽ liên hệ.";
    close_request(&mut tx, copy, "refused", Some(reason), &now).await?;
    let subject = Subject {
        kind: "copy",
        id: &copy.id,
    };
    let details = json!({ "void": code });
    let deed = Deed::CopyWithdrawn;
    audit::append(&mut tx, &*archive.clock, "machine", deed, subject, details).await?;
    finish(archive, tx, job).await
}

async fn close_request(
    tx: &mut Tx,
    copy: &CopyRow,
    state: &str,
    refusal: Option<&str>,
    now: &str,
) -> Result<()> {
    sqlx::query(
        "UPDATE copy_requests SET state = $1, refusal = $2, settled_at = $3
         WHERE id = $4 AND state = 'released'",
    )
    .bind(state)
    .bind(refusal)
    .bind(now)
    .bind(copy.request_id.clone().unwrap_or_default())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn finish(archive: &Archive, mut tx: Tx, job: Option<&Leased>) -> Result<()> {
    if let Some(job) = job
        && !jobs::settle(&mut tx, &*archive.clock, job).await?
    {
        return Ok(()); // another holder took over; ours is rolled back
    }
    tx.commit().await?;
    Ok(())
}

async fn settle(archive: &Archive, job: Option<&Leased>) -> Result<()> {
    finish(archive, archive.catalogue.begin().await?, job).await
}

/// One line of the issue book.
pub(crate) async fn row(archive: &Archive, id: &str) -> Result<CopyRow> {
    let row = sqlx::query("SELECT * FROM copies WHERE id = $1")
        .bind(id)
        .fetch_optional(archive.catalogue.pool())
        .await?
        .ok_or(Error::NotFound { what: "copy" })?;
    row_of(&row)
}

/// The issue book of a year, newest first, with the names of those who released.
///
/// # Errors
/// `Forbidden`.
pub async fn book(archive: &Archive, caller: &Caller, year: i64) -> Result<Vec<CopyRow>> {
    require(caller, Act::SeeRequests)?;
    let rows = sqlx::query(
        "SELECT c.id, c.year, c.number, c.state, c.request_id, c.code, c.record_id,
            c.record_version, c.sha256, c.issued_at, COALESCE(p.name, c.issued_by) AS issued_by
         FROM copies c LEFT JOIN people p ON p.id = c.issued_by
         WHERE c.year = $1 ORDER BY c.number DESC LIMIT 500",
    )
    .bind(year)
    .fetch_all(archive.catalogue.pool())
    .await?;
    rows.iter().map(row_of).collect()
}

/// The sealed bytes of a copy, for the office.
///
/// # Errors
/// `NotFound`, `Forbidden`, `Corrupt`.
pub async fn bytes(archive: &Archive, caller: &Caller, id: &str) -> Result<Vec<u8>> {
    require(caller, Act::SeeRequests)?;
    sealed_bytes(archive, id).await
}

pub(crate) async fn sealed_bytes(archive: &Archive, id: &str) -> Result<Vec<u8>> {
    let object = ObjectId::new(object_id(id))?;
    let file = archive.vault.read(&object, COPY_FILE, None).await?;
    Ok(file.into_bytes().await?.to_vec())
}

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
fn trust(archive: &Archive) -> Result<crate::seal::Trust> {
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

/// Object id of a copy in the vault.
pub fn object_id(copy_id: &str) -> String {
    format!("urn:sogoc:copy:{copy_id}")
}

fn row_of(row: &sqlx::any::AnyRow) -> Result<CopyRow> {
    Ok(CopyRow {
        id: row.try_get("id")?,
        year: row.try_get("year")?,
        number: row.try_get("number")?,
        state: row.try_get("state")?,
        request_id: row.try_get("request_id")?,
        code: row.try_get("code")?,
        record_id: row.try_get("record_id")?,
        record_version: row.try_get("record_version")?,
        sha256: row.try_get("sha256")?,
        issued_by: row.try_get("issued_by")?,
        issued_at: row.try_get("issued_at")?,
    })
}

fn vietnam(at: Timestamp) -> jiff::civil::DateTime {
    Offset::constant(7).to_datetime(at)
}

fn vietnamese_date(at: Timestamp) -> String {
    let local = vietnam(at);
    format!(
        "ngày {:02} tháng {:02} năm {}",
        local.day(),
        local.month(),
        local.year()
    )
}

/// The refusal of a record that nobody has approved yet, at whichever step it is met.
pub(crate) fn not_approved() -> Error {
    Error::refused(
        "not_approved",
        "Bản ghi này chưa được duyệt nên chưa thể cấp bản sao.",
        "This record is not approved yet, so no copy can be made of it.",
    )
}

impl From<copy_paper::ComposeError> for Error {
    fn from(error: copy_paper::ComposeError) -> Self {
        Self::refused(
            "not_composed",
            format!("Không lập được bản sao: {error}."),
            format!("The copy could not be composed: {error}."),
        )
    }
}

impl From<crate::seal::SealError> for Error {
    fn from(error: crate::seal::SealError) -> Self {
        use crate::seal::SealError;
        match error {
            SealError::KeyFileUnavailable { .. } | SealError::Unfit(_) => {
                Self::unavailable("seal", error)
            }
            other => Self::Internal(other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_printed_day_first_and_initials_hide_the_name() {
        assert!(is_iso_date("1989-06-05") && is_iso_date("1989-06"));
        assert!(!is_iso_date("1989") && !is_iso_date("PTTH-12"));
        assert_eq!(day_first("1989-06-05"), "05/06/1989");
        assert_eq!(initials("Đặng Thị Thuỳ Dương"), "Đ. T. T. D.");
    }

    #[test]
    fn a_code_read_over_the_telephone_is_still_the_code() {
        assert_eq!(tidy("abcde 12345-fghjk mnpqo"), "ABCDE-12345-FGHJK-MNPQ0");
    }
}
