//! To which unit people and their rights, and the rights of tokens, belong.

use serde_json::json;

use super::find;
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::error::{Error, Result};

/// Where a person or a token belongs.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Assignment {
    /// Code of the unit a person works in; a token has none of its own.
    #[serde(default)]
    pub unit: Option<String>,
    /// Code of the unit for which the roles are held.
    pub rights_unit: String,
}

/// A person or token with its units.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema, sqlx::FromRow)]
pub struct Assigned {
    /// Person or token id.
    pub id: String,
    /// Code of the unit a person works in.
    pub unit: Option<String>,
    /// Code of the unit for which the roles are held.
    pub rights_unit: String,
}

/// Everyone's units: people, then tokens.
///
/// # Errors
/// `Forbidden`.
pub async fn assignments(archive: &Archive, caller: &Caller) -> Result<Vec<Assigned>> {
    require(caller, Act::Administer)?;
    Ok(sqlx::query_as(
        "SELECT p.id, u.code AS unit, r.code AS rights_unit FROM people p
         JOIN units u ON u.id = p.unit_id JOIN units r ON r.id = p.rights_unit_id
         UNION ALL SELECT t.id, NULL, r.code FROM tokens t JOIN units r ON r.id = t.rights_unit_id",
    )
    .fetch_all(archive.catalogue.pool())
    .await?)
}

/// Assigns a person, or a token, and their rights to units.
///
/// # Errors
/// `NotFound` person, token or unit; `Forbidden`.
pub async fn assign(
    archive: &Archive,
    caller: &Caller,
    holder: &str,
    given: &Assignment,
) -> Result<()> {
    require(caller, Act::Administer)?;
    let rights = find(archive, "u.code", &given.rights_unit).await?;
    let unit = match &given.unit {
        Some(code) => find(archive, "u.code", code).await?,
        None => rights.clone(),
    };
    let mut tx = archive.begin(caller).await?;
    let person = sqlx::query("UPDATE people SET unit_id = $1, rights_unit_id = $2 WHERE id = $3")
        .bind(&unit.id)
        .bind(&rights.id)
        .bind(holder)
        .execute(&mut *tx)
        .await?;
    let token = sqlx::query("UPDATE tokens SET rights_unit_id = $1 WHERE id = $2")
        .bind(&rights.id)
        .bind(holder)
        .execute(&mut *tx)
        .await?;
    let kind = match (person.rows_affected(), token.rows_affected()) {
        (0, 0) => return Err(Error::NotFound { what: "person" }),
        (0, _) => "token",
        _ => "person",
    };
    let details = json!({ "unit": unit.code, "rights_unit": rights.code });
    tx.log(Action::UnitAssigned, (kind, holder), details)
        .await?;
    tx.commit().await
}
