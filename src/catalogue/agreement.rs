//! What all processes over one catalogue agree on, by name: which key seals, which key values are sealed with, by what
//! identity places of backups know the archive.

use super::{Insert, Tx};
use crate::error::Result;

/// The value agreed on under a name, `first` where there was none. Its row is held until the transaction ends: of two
/// processes that start together one decides after the other.
///
/// # Errors
/// As any statement.
pub async fn hold_agreement(tx: &mut Tx, name: &str, first: &str) -> Result<String> {
    let now = tx.now();
    Insert::into("agreements")
        .set("name", name)
        .set("value", first)
        .set("at", now)
        .or_ignore("(name)")
        .run(tx)
        .await?;
    // Written to itself, which locks the row on both engines.
    let held = "UPDATE agreements SET value = value WHERE name = $1 RETURNING value";
    let held = sqlx::query_scalar(held).bind(name);
    Ok(held.fetch_one(&mut **tx).await?)
}

/// Puts another value in the place of the one agreed on under a name.
///
/// # Errors
/// As any statement.
pub async fn set_agreement(tx: &mut Tx, name: &str, value: &str) -> Result<()> {
    sqlx::query("UPDATE agreements SET value = $1, at = $2 WHERE name = $3")
        .bind(value)
        .bind(tx.now())
        .bind(name)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
