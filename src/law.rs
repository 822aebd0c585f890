//! What the law sets and changes every few months – procedures, fees, retention, places, agencies,
//! holidays – as dated rows: seeded at start from `migrations/seed/*.toml`, asked for a given day.

mod due;
mod seed;

use jiff::civil::Date;
use sqlx::Row;

pub use due::{due_at, holidays, later};
pub use seed::load;

use crate::catalogue::Catalogue;
use crate::error::{Error, Result};

/// A procedure (thủ tục hành chính) as it stood on the day asked for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Procedure {
    /// Mã thủ tục.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Working days from the working day of receipt; 0 is the same day.
    pub working_days: i64,
    /// `HH:MM` in Vietnam: received later counts as received on the next working day; empty for none.
    pub cut_off: String,
    /// Working days by which the term may be extended once, with a written note; 0 where it may not.
    pub extension_days: i64,
    /// Working days an incomplete request waits for its applicant before it ends.
    pub wait_days: i64,
    /// The instrument behind the row.
    pub source: String,
}

/// A fee as it stood on the day asked for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Fee {
    /// In đồng per unit.
    pub amount: i64,
    /// What is counted, such as `bản`.
    pub unit: String,
    /// The instrument behind the row.
    pub source: String,
}

/// How long a kind of record is kept, as it stood on the day asked for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Retention {
    /// Kind of record, in the words of the rule.
    pub record_type: String,
    /// Thời hạn lưu trữ, code 01..07 of TT 05/2025/TT-BNV.
    pub term_code: String,
    /// The instrument behind the row.
    pub source: String,
}

/// What an applicant agrees to, in one version.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Consent {
    /// Its version, kept with each request.
    pub version: String,
    /// The text, Vietnamese.
    pub vi: String,
    /// The text, English.
    pub en: String,
}

/// A province as it stood on the day asked for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Place {
    /// Its code.
    pub code: String,
    /// Its name then.
    pub name: String,
    /// Codes of what it became; empty while it stands.
    pub became: Vec<String>,
    /// The day it became that, exclusive end of the row.
    pub valid_to: Option<String>,
}

/// Why a register may be corrected or a diploma revoked, as the law stood on the day asked for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct CorrectionGround {
    /// Stable word.
    pub code: String,
    /// correction | revocation.
    pub kind: String,
    /// Vietnamese.
    pub name: String,
    /// English.
    pub name_en: String,
    /// Keys of the class it may change; empty for any.
    pub fields: Vec<String>,
    /// The instrument behind the row.
    pub source: String,
}

/// The grounds valid on that day, corrections before revocations.
///
/// # Errors
/// As any statement.
pub async fn correction_grounds_on(
    catalogue: &Catalogue,
    day: Date,
) -> Result<Vec<CorrectionGround>> {
    let rows = sqlx::query(
        "SELECT code, kind, name, name_en, fields, source FROM correction_grounds
         WHERE valid_from <= $1 AND (valid_to IS NULL OR valid_to > $1) ORDER BY kind, code",
    )
    .bind(day.to_string())
    .fetch_all(catalogue.pool())
    .await?;
    rows.iter()
        .map(|row| {
            let fields: String = row.try_get("fields")?;
            Ok(CorrectionGround {
                code: row.try_get("code")?,
                kind: row.try_get("kind")?,
                name: row.try_get("name")?,
                name_en: row.try_get("name_en")?,
                fields: listed(&fields),
                source: row.try_get("source")?,
            })
        })
        .collect()
}

fn listed(text: &str) -> Vec<String> {
    let parts = text.split(',').filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}

/// The procedure of that code on that day.
///
/// # Errors
/// `NotFound` when no row is valid then.
pub async fn procedure_on(catalogue: &Catalogue, code: &str, day: Date) -> Result<Procedure> {
    let row = sqlx::query(
        "SELECT code, name, working_days, cut_off, extension_days, wait_days, source
         FROM procedures
         WHERE code = $1 AND valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2)",
    )
    .bind(code)
    .bind(day.to_string())
    .fetch_optional(catalogue.pool())
    .await?;
    let what = "procedure valid on that day";
    let row = row.ok_or(Error::NotFound { what })?;
    Ok(Procedure {
        code: row.try_get("code")?,
        name: row.try_get("name")?,
        working_days: row.try_get("working_days")?,
        cut_off: row.try_get("cut_off")?,
        extension_days: row.try_get("extension_days")?,
        wait_days: row.try_get("wait_days")?,
        source: row.try_get("source")?,
    })
}

/// The fee of a procedure on that day in that place; a place without a row of its own pays the
/// general one.
///
/// # Errors
/// `NotFound` when no row is valid then.
pub async fn fee_on(catalogue: &Catalogue, procedure: &str, place: &str, day: Date) -> Result<Fee> {
    let row = sqlx::query(
        "SELECT amount, unit, source FROM fees
         WHERE procedure_code = $1 AND place IN ($2, '')
            AND valid_from <= $3 AND (valid_to IS NULL OR valid_to > $3)
         ORDER BY place DESC LIMIT 1",
    )
    .bind(procedure)
    .bind(place)
    .bind(day.to_string())
    .fetch_optional(catalogue.pool())
    .await?;
    let what = "fee valid on that day";
    let row = row.ok_or(Error::NotFound { what })?;
    Ok(Fee {
        amount: row.try_get("amount")?,
        unit: row.try_get("unit")?,
        source: row.try_get("source")?,
    })
}

/// How long records of that kind are kept by the rule of that day.
///
/// # Errors
/// `NotFound` when no row is valid then.
pub async fn retention_on(catalogue: &Catalogue, code: &str, day: Date) -> Result<Retention> {
    let row = sqlx::query(
        "SELECT record_type, term_code, source FROM retention_rules
         WHERE code = $1 AND valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2)",
    )
    .bind(code)
    .bind(day.to_string())
    .fetch_optional(catalogue.pool())
    .await?;
    let what = "retention rule valid on that day";
    let row = row.ok_or(Error::NotFound { what })?;
    Ok(Retention {
        record_type: row.try_get("record_type")?,
        term_code: row.try_get("term_code")?,
        source: row.try_get("source")?,
    })
}

/// The consent text shown on that day.
///
/// # Errors
/// `NotFound` when no row is valid then.
pub async fn consent_on(catalogue: &Catalogue, day: Date) -> Result<Consent> {
    let row = sqlx::query(
        "SELECT version, vi, en FROM consents
         WHERE valid_from <= $1 AND (valid_to IS NULL OR valid_to > $1)",
    )
    .bind(day.to_string())
    .fetch_optional(catalogue.pool())
    .await?;
    consent_of(row)
}

/// The consent text of that version, in force or not.
///
/// # Errors
/// `NotFound` when there was none.
pub async fn consent(catalogue: &Catalogue, version: &str) -> Result<Consent> {
    let row = sqlx::query("SELECT version, vi, en FROM consents WHERE version = $1")
        .bind(version)
        .fetch_optional(catalogue.pool())
        .await?;
    consent_of(row)
}

fn consent_of(row: Option<sqlx::any::AnyRow>) -> Result<Consent> {
    let row = row.ok_or(Error::NotFound { what: "consent" })?;
    Ok(Consent {
        version: row.try_get("version")?,
        vi: row.try_get("vi")?,
        en: row.try_get("en")?,
    })
}

/// Every place that ever bore the name, oldest first: the way from a printed name to who answers
/// for it today.
///
/// # Errors
/// As any statement.
pub async fn places_named(catalogue: &Catalogue, name: &str) -> Result<Vec<Place>> {
    let rows = sqlx::query(
        "SELECT code, name, became, valid_to FROM places WHERE name = $1 ORDER BY valid_from",
    )
    .bind(name)
    .fetch_all(catalogue.pool())
    .await?;
    rows.iter()
        .map(|row| {
            let became: String = row.try_get("became")?;
            Ok(Place {
                code: row.try_get("code")?,
                name: row.try_get("name")?,
                became: listed(&became),
                valid_to: row.try_get("valid_to")?,
            })
        })
        .collect()
}
