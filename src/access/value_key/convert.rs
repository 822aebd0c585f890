//! Values that an earlier release wrote in the clear are sealed once, when the catalogue is opened.

use crate::access::secrets::digest_of;
use crate::catalogue::{Catalogue, Engine, Tx};
use crate::error::Result;
use crate::sealed_value::{MARK, ValueKey, code_place, totp_place, webhook_place};

/// Rows changed in one transaction: others write in between.
const AT_ONCE: i64 = 500;

/// A column of sealed values: table, column, key column, and the place by which a value is bound to its row.
type Column = (&'static str, &'static str, &'static str, fn(&str) -> String);

const SEALED: [Column; 3] = [
    ("people", "totp_secret", "id", totp_place),
    ("people", "totp_pending", "id", totp_place),
    ("webhooks", "secret", "token_id", webhook_place),
];

/// Seals what is still in the clear. Safe to repeat, and beside other processes that do the same.
///
/// # Errors
/// As any statement.
pub async fn seal_stored(catalogue: &Catalogue, key: Option<&ValueKey>) -> Result<()> {
    while digest_some(catalogue, key).await? {}
    let Some(key) = key else {
        return Ok(());
    };
    for column in SEALED {
        while seal_some(catalogue, key, column).await? {}
    }
    Ok(())
}

/// On SQLite what is written over stays readable in the file, unless it is asked to be wiped.
async fn begin(catalogue: &Catalogue) -> Result<Tx> {
    let mut tx = catalogue.begin().await?;
    if catalogue.engine() == Engine::Sqlite {
        sqlx::query("PRAGMA secure_delete = ON")
            .fetch_all(&mut *tx)
            .await?;
    }
    Ok(tx)
}

async fn seal_some(
    catalogue: &Catalogue,
    key: &ValueKey,
    (table, column, id, place): Column,
) -> Result<bool> {
    // Names of this file alone.
    let clear = sqlx::AssertSqlSafe(format!(
        "SELECT {id}, {column} FROM {table} WHERE {column} IS NOT NULL
         AND substr({column}, 1, 3) <> '{MARK}' ORDER BY {id} LIMIT {AT_ONCE}"
    ));
    let mut tx = begin(catalogue).await?;
    let rows: Vec<(String, String)> = sqlx::query_as(clear).fetch_all(&mut *tx).await?;
    for (row, value) in &rows {
        let change = sqlx::AssertSqlSafe(format!(
            "UPDATE {table} SET {column} = $1 WHERE {id} = $2 AND {column} = $3"
        ));
        sqlx::query(change)
            .bind(key.seal(&place(row), value)?)
            .bind(row)
            .bind(value)
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await?;
    Ok(!rows.is_empty())
}

async fn digest_some(catalogue: &Catalogue, key: Option<&ValueKey>) -> Result<bool> {
    let mut tx = begin(catalogue).await?;
    let rows: Vec<(String, String)> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
        "SELECT id, code FROM copy_requests WHERE length(code) < 64 ORDER BY id LIMIT {AT_ONCE}"
    )))
    .fetch_all(&mut *tx)
    .await?;
    for (row, code) in &rows {
        let digest = digest_of(code);
        let sealed = key.map(|key| key.seal(&code_place(&digest), code));
        sqlx::query(
            "UPDATE copy_requests SET code = $1, code_sealed = $2 WHERE id = $3 AND code = $4",
        )
        .bind(&digest)
        .bind(sealed.transpose()?)
        .bind(row)
        .bind(code)
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await?;
    Ok(!rows.is_empty())
}

/// Empties what this key does not open; returns how many values went.
pub(super) async fn forget_unopened(tx: &mut Tx, key: &ValueKey) -> Result<u64> {
    let mut forgotten = 0;
    for (table, column, id, place) in SEALED {
        let all = sqlx::AssertSqlSafe(format!(
            "SELECT {id}, {column} FROM {table} WHERE {column} IS NOT NULL"
        ));
        let rows: Vec<(String, String)> = sqlx::query_as(all).fetch_all(&mut **tx).await?;
        for (row, value) in rows {
            if key.opened(&place(&row), &value).is_some() {
                continue;
            }
            // A webhook without its secret is none; a person without a factor sets up a new one.
            let change = match table {
                "webhooks" => format!("DELETE FROM {table} WHERE {id} = $1"),
                _ => format!("UPDATE {table} SET {column} = NULL WHERE {id} = $1"),
            };
            sqlx::query(sqlx::AssertSqlSafe(change))
                .bind(row)
                .execute(&mut **tx)
                .await?;
            forgotten += 1;
        }
    }
    Ok(forgotten)
}
