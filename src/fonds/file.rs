//! Series and files (hồ sơ) inside a fonds, with the codes of TT 05/2025/TT-BNV.

use super::{LONGEST_CODE, LONGEST_TITLE, by_code, check_text};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{Insert, Tx};
use crate::error::{Error, Result};
use crate::messages::Message;

/// What is said of a file when it is made.
#[derive(Debug, Clone, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFile {
    /// Code of the fonds.
    pub fonds: String,
    /// Code of the series, when the fonds has any.
    #[serde(default)]
    pub series: Option<String>,
    /// Mã hồ sơ, unique within its fonds.
    pub code: String,
    /// Tiêu đề hồ sơ.
    pub title: String,
    /// Thời hạn lưu trữ, code 01..07.
    pub maintenance: String,
    /// Chế độ sử dụng, code 01..03.
    pub mode: String,
    /// Mã hồ sơ gốc giấy.
    #[serde(default)]
    pub shelf_code: Option<String>,
}

/// Makes a series in a fonds; gives its id.
///
/// # Errors
/// `Invalid` text, `NotFound` fonds, `AlreadyExists`, `Forbidden`.
pub async fn make_series(
    archive: &Archive,
    caller: &Caller,
    fonds_code: &str,
    code: &str,
    title: &str,
) -> Result<String> {
    require(caller, Act::DescribeHoldings)?;
    check_text("/code", code, LONGEST_CODE)?;
    check_text("/title", title, LONGEST_TITLE)?;
    let fonds = by_code(archive, caller, fonds_code).await?;
    let id = archive.clock.new_id();
    let mut tx = archive.begin(caller).await?;
    Insert::into("series")
        .set("id", &id)
        .set("fonds_id", &fonds.id)
        .set("code", code)
        .set("title", title)
        .run(&mut tx)
        .await
        .map_err(|error| error.naming("series"))?;
    tx.log(
        Action::FondsMade,
        ("series", &id),
        serde_json::json!({ "fonds": fonds.code, "code": code }),
    )
    .await?;
    tx.commit().await?;
    Ok(id)
}

/// Makes a file in a fonds; gives its id.
///
/// # Errors
/// `Invalid` text or codes, `NotFound` fonds or series, `AlreadyExists`, `Forbidden`.
pub async fn make_file(archive: &Archive, caller: &Caller, file: &NewFile) -> Result<String> {
    require(caller, Act::DescribeHoldings)?;
    check_text("/code", &file.code, LONGEST_CODE)?;
    check_text("/title", &file.title, LONGEST_TITLE)?;
    check_code("/maintenance", &file.maintenance, "07")?;
    check_code("/mode", &file.mode, "03")?;
    let fonds = by_code(archive, caller, &file.fonds).await?;
    let id = archive.clock.new_id();
    let mut tx = archive.begin(caller).await?;
    let series_id: Option<String> = match &file.series {
        None => None,
        Some(code) => Some(
            sqlx::query_scalar("SELECT id FROM series WHERE fonds_id = $1 AND code = $2")
                .bind(&fonds.id)
                .bind(code)
                .fetch_optional(&mut *tx)
                .await?
                .ok_or(Error::NotFound { what: "series" })?,
        ),
    };
    let (ids, now) = ((&*id, &*fonds.id, series_id.as_deref()), tx.now());
    if !insert_file(&mut tx, ids, file, &now).await? {
        return Err(Error::AlreadyExists { what: "file" });
    }
    tx.log(
        Action::FondsMade,
        ("file", &id),
        serde_json::json!({ "fonds": fonds.code, "code": file.code }),
    )
    .await?;
    tx.commit().await?;
    Ok(id)
}

/// False when its id, or its code in that fonds, is taken.
pub(super) async fn insert_file(
    tx: &mut Tx,
    (id, fonds_id, series_id): (&str, &str, Option<&str>),
    file: &NewFile,
    created_at: &str,
) -> Result<bool> {
    Insert::into("files")
        .set("id", id)
        .set("fonds_id", fonds_id)
        .set("series_id", series_id)
        .set("code", &file.code)
        .set("title", &file.title)
        .set("maintenance", &file.maintenance)
        .set("mode", &file.mode)
        .set("shelf_code", &file.shelf_code)
        .set("created_at", created_at)
        .or_ignore("")
        .run(tx)
        .await
}

/// Id of the file of that code in the fonds.
///
/// # Errors
/// `NotFound` fonds or file, `Forbidden`.
pub async fn file_by_code(
    archive: &Archive,
    caller: &Caller,
    fonds_code: &str,
    code: &str,
) -> Result<String> {
    let fonds = by_code(archive, caller, fonds_code).await?;
    sqlx::query_scalar("SELECT id FROM files WHERE fonds_id = $1 AND code = $2")
        .bind(&fonds.id)
        .bind(code)
        .fetch_optional(archive.catalogue.pool())
        .await?
        .ok_or(Error::NotFound { what: "file" })
}

/// Code of the file of that id.
pub(crate) async fn file_code(archive: &Archive, id: &str) -> Result<String> {
    sqlx::query_scalar("SELECT code FROM files WHERE id = $1")
        .bind(id)
        .fetch_optional(archive.catalogue.pool())
        .await?
        .ok_or(Error::NotFound { what: "file" })
}

/// The code lists of TT 05/2025/TT-BNV are two digits, from `01` to their last.
fn check_code(pointer: &str, code: &str, last: &str) -> Result<()> {
    let digits = code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_digit());
    if digits && ("01"..=last).contains(&code) {
        return Ok(());
    }
    Err(Error::fault(
        pointer,
        Message::new("faults.code_must_01").with("last", last),
    ))
}
