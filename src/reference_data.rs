//! What the law sets and changes every few months – procedures, fees, retention, places, agencies,
//! holidays – as dated rows: seeded at start from `migrations/seed/*.toml`, asked for a given day.

mod due;
mod seed;

use jiff::civil::Date;

pub use due::{due_at, holidays, later};
pub use seed::load;

use crate::catalogue::Catalogue;
use crate::error::{Error, Result};

/// A procedure (thủ tục hành chính) as it stood on the day asked for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, sqlx::FromRow)]
pub struct Procedure {
    /// Mã thủ tục of the national catalogue of procedures, such as `1.004889`.
    pub code: String,
    /// As in the national catalogue of procedures.
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
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, sqlx::FromRow)]
pub struct Fee {
    /// In đồng per unit.
    pub amount: i64,
    /// What is counted, such as `bản`.
    pub unit: String,
    /// The instrument behind the row.
    pub source: String,
}

/// How long a kind of record must be preserved, as it stood on the day asked for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, sqlx::FromRow)]
pub struct Retention {
    /// Kind of record, in the words of the rule.
    pub record_type: String,
    /// Thời hạn lưu trữ, code 01..07 of TT 05/2025/TT-BNV.
    pub term_code: String,
    /// The instrument behind the row.
    pub source: String,
}

/// How codes of a kind of thing are made and checked, as the rule stood on the day asked for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, sqlx::FromRow)]
pub struct CodeRule {
    /// Parts in braces between the characters that part them; empty where any code may be given.
    pub form: String,
    /// Most characters of a code by this rule.
    pub longest: i64,
    /// Which characters, as ranges such as `A-Z0-9.`; empty for any that print.
    pub letters: String,
    /// The instrument behind the row.
    pub source: String,
}

/// What an applicant agrees to, in one version.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, sqlx::FromRow, utoipa::ToSchema)]
pub struct Consent {
    /// Stored with each request.
    pub version: String,
    /// The text in Vietnamese, which is the one agreed to.
    pub vi: String,
    /// The same in English, for reading only.
    pub en: String,
}

/// A province as it stood on the day asked for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, sqlx::FromRow)]
pub struct Province {
    /// Code of the General Statistics Office.
    pub code: String,
    /// Tên tỉnh on that day.
    pub name: String,
    /// Codes of what it became; empty while it stands.
    #[sqlx(try_from = "Codes")]
    pub became: Vec<String>,
    /// The day it became that, exclusive end of the row.
    pub valid_to: Option<String>,
}

/// An agency that bore a code (mã định danh điện tử).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, sqlx::FromRow)]
pub struct Agency {
    /// Code of the law's list.
    pub code: String,
    /// Name as the law writes it.
    pub name: String,
    /// First day the code no longer stood.
    pub valid_to: Option<String>,
    /// Name of the agency that answers for it now.
    pub became: Option<String>,
}

/// Why a register may be corrected or a diploma revoked, as the law stood on the day asked for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, sqlx::FromRow, utoipa::ToSchema)]
pub struct CorrectionGround {
    /// Stable word, stored with each correction.
    pub code: String,
    /// `correction` of values, or `revocation` of the diploma.
    pub kind: String,
    /// Its name in Vietnamese, as the law calls it.
    pub name: String,
    /// Its name in English.
    pub name_en: String,
    /// Keys of the class it may change; empty for any.
    #[sqlx(try_from = "Codes")]
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
    Ok(sqlx::query_as(
        "SELECT code, kind, name, name_en, fields, source FROM correction_grounds
         WHERE valid_from <= $1 AND (valid_to IS NULL OR valid_to > $1) ORDER BY kind, code",
    )
    .bind(day.to_string())
    .fetch_all(catalogue.pool())
    .await?)
}

/// Codes separated by commas, as several tables hold them.
#[derive(sqlx::Type)]
#[sqlx(transparent)]
struct Codes(String);

impl From<Codes> for Vec<String> {
    fn from(codes: Codes) -> Self {
        let codes = codes.0.split(',').filter(|code| !code.is_empty());
        codes.map(str::to_owned).collect()
    }
}

/// The procedure of that code on that day.
///
/// # Errors
/// `NotFound` when no row is valid then.
pub async fn procedure_on(catalogue: &Catalogue, code: &str, day: Date) -> Result<Procedure> {
    sqlx::query_as(
        "SELECT code, name, working_days, cut_off, extension_days, wait_days, source
         FROM procedures
         WHERE code = $1 AND valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2)",
    )
    .bind(code)
    .bind(day.to_string())
    .fetch_optional(catalogue.pool())
    .await?
    .ok_or(Error::NotFound {
        what: "procedure valid on that day",
    })
}

/// The fee of a procedure on that day in that place; a place without a row of its own pays the
/// general one.
///
/// # Errors
/// `NotFound` when no row is valid then.
pub async fn fee_on(catalogue: &Catalogue, procedure: &str, place: &str, day: Date) -> Result<Fee> {
    sqlx::query_as(
        "SELECT amount, unit, source FROM fees
         WHERE procedure_code = $1 AND place IN ($2, '')
            AND valid_from <= $3 AND (valid_to IS NULL OR valid_to > $3)
         ORDER BY place DESC LIMIT 1",
    )
    .bind(procedure)
    .bind(place)
    .bind(day.to_string())
    .fetch_optional(catalogue.pool())
    .await?
    .ok_or(Error::NotFound {
        what: "fee valid on that day",
    })
}

/// How long records of that kind must be preserved by the rule of that day.
///
/// # Errors
/// `NotFound` when no row is valid then.
pub async fn retention_on(catalogue: &Catalogue, code: &str, day: Date) -> Result<Retention> {
    sqlx::query_as(
        "SELECT record_type, term_code, source FROM retention_rules
         WHERE code = $1 AND valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2)",
    )
    .bind(code)
    .bind(day.to_string())
    .fetch_optional(catalogue.pool())
    .await?
    .ok_or(Error::NotFound {
        what: "retention rule valid on that day",
    })
}

/// The rule for codes of a kind of thing on that day.
///
/// # Errors
/// `NotFound` when no row is valid then.
pub async fn code_rule_on(catalogue: &Catalogue, kind: &str, day: Date) -> Result<CodeRule> {
    sqlx::query_as(
        "SELECT form, longest, letters, source FROM code_rules
         WHERE kind = $1 AND valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2)",
    )
    .bind(kind)
    .bind(day.to_string())
    .fetch_optional(catalogue.pool())
    .await?
    .ok_or(Error::NotFound {
        what: "rule for codes valid on that day",
    })
}

/// Names of the agency whose code begins so (its first part), the newest last; empty where none is known.
///
/// # Errors
/// As any statement.
pub async fn agencies_of(catalogue: &Catalogue, code: &str) -> Result<Vec<Agency>> {
    let first = code.split('.').next().unwrap_or_default();
    Ok(sqlx::query_as(
        "SELECT a.code, a.name, a.valid_to, b.name AS became FROM agencies a
         LEFT JOIN agencies b ON b.code = a.became AND b.valid_to IS NULL
         WHERE a.code = $1 ORDER BY a.valid_from",
    )
    .bind(first)
    .fetch_all(catalogue.pool())
    .await?)
}

/// The consent text shown on that day.
///
/// # Errors
/// `NotFound` when no row is valid then.
pub async fn consent_on(catalogue: &Catalogue, day: Date) -> Result<Consent> {
    sqlx::query_as(
        "SELECT version, vi, en FROM consents
         WHERE valid_from <= $1 AND (valid_to IS NULL OR valid_to > $1)",
    )
    .bind(day.to_string())
    .fetch_optional(catalogue.pool())
    .await?
    .ok_or(Error::NotFound { what: "consent" })
}

/// The consent text of that version, in force or not.
///
/// # Errors
/// `NotFound` when there was none.
pub async fn consent(catalogue: &Catalogue, version: &str) -> Result<Consent> {
    sqlx::query_as("SELECT version, vi, en FROM consents WHERE version = $1")
        .bind(version)
        .fetch_optional(catalogue.pool())
        .await?
        .ok_or(Error::NotFound { what: "consent" })
}

/// Every place that ever bore the name, oldest first: the way from a printed name to who answers
/// for it today.
///
/// # Errors
/// As any statement.
pub async fn places_named(catalogue: &Catalogue, name: &str) -> Result<Vec<Province>> {
    Ok(sqlx::query_as(
        "SELECT code, name, became, valid_to FROM places WHERE name = $1 ORDER BY valid_from",
    )
    .bind(name)
    .fetch_all(catalogue.pool())
    .await?)
}

/// Every province of every time, oldest first.
///
/// # Errors
/// As any statement.
pub async fn provinces(catalogue: &Catalogue) -> Result<Vec<Province>> {
    Ok(
        sqlx::query_as("SELECT code, name, became, valid_to FROM places ORDER BY valid_from, code")
            .fetch_all(catalogue.pool())
            .await?,
    )
}
