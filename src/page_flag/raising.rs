//! Raising and withdrawing flags as what is noticed of pages changes.

use std::collections::BTreeMap;

use sogoc_workers::quality::{Severity, flag};
use sqlx::Row;

use super::{COMPARED, Details, Noticed, OF_THE_VOLUME, PLACED};
use crate::catalogue::Tx;
use crate::clock::{Clock, stamp};
use crate::error::Result;

/// Sets the flags of one page that it bears by itself: `codes` are those it has now.
pub(crate) async fn set_own(
    tx: &mut Tx,
    clock: &dyn Clock,
    page_id: &str,
    codes: &[String],
    details: &Details,
) -> Result<()> {
    let noticed = codes.iter().filter(|code| *code != OF_THE_VOLUME);
    let noticed = noticed
        .map(|code| Noticed {
            page_id: page_id.to_owned(),
            code: code.clone(),
            other_id: String::new(),
            details: details.clone(),
        })
        .collect();
    let known = sqlx::query(
        "SELECT id, page_id, code, other_id, details FROM page_flags WHERE page_id = $1",
    )
    .bind(page_id)
    .fetch_all(&mut **tx)
    .await?;
    let known = known_of(&known, |code| !COMPARED.contains(&code))?;
    settle(tx, clock, known, noticed).await
}

/// Sets the flags that comparing the pages of a batch or volume raised. `place` is the column of
/// `batches` that names it.
pub(crate) async fn set_compared(
    tx: &mut Tx,
    clock: &dyn Clock,
    (place, id): (&'static str, &str),
    noticed: Vec<Noticed>,
) -> Result<()> {
    let query = format!(
        "SELECT g.id, g.page_id, g.code, g.other_id, g.details FROM {PLACED}
         JOIN page_flags g ON g.page_id = p.id WHERE {place} = $1"
    );
    let known = sqlx::query(sqlx::AssertSqlSafe(query))
        .bind(id)
        .fetch_all(&mut **tx)
        .await?;
    let known = known_of(&known, |code| COMPARED.contains(&code))?;
    settle(tx, clock, known, noticed).await
}

/// What a flag is about.
type Key = (String, String, String);

/// Id and details of the flags there are.
type Known = BTreeMap<Key, (String, Details)>;

fn known_of(rows: &[sqlx::any::AnyRow], wanted: impl Fn(&str) -> bool) -> Result<Known> {
    let mut known = Known::new();
    for row in rows {
        let code: String = row.try_get("code")?;
        if wanted(&code) {
            let key = (row.try_get("page_id")?, code, row.try_get("other_id")?);
            let details = serde_json::from_str(row.try_get("details")?)?;
            known.insert(key, (row.try_get("id")?, details));
        }
    }
    Ok(known)
}

/// Raises what is new, withdraws what is no longer so, and asks again where the numbers are others
/// now. What a person resolved stays resolved while it says the same.
async fn settle(
    tx: &mut Tx,
    clock: &dyn Clock,
    mut known: Known,
    noticed: Vec<Noticed>,
) -> Result<()> {
    for one in noticed {
        let key = (one.page_id.clone(), one.code.clone(), one.other_id.clone());
        match known.remove(&key) {
            None => raise(tx, clock, &one).await?,
            Some((_, details)) if details == one.details => {}
            Some((id, _)) => say_anew(tx, clock, &id, &one.details).await?,
        }
    }
    for (id, _) in known.values() {
        sqlx::query("DELETE FROM page_flags WHERE id = $1 AND state = 'open'")
            .bind(id)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

async fn raise(tx: &mut Tx, clock: &dyn Clock, one: &Noticed) -> Result<()> {
    sqlx::query(
        "INSERT INTO page_flags (id, page_id, code, other_id, gravity, details, state, raised_at)
         VALUES ($1, $2, $3, $4, $5, $6, 'open', $7)
         ON CONFLICT (page_id, code, other_id) DO NOTHING",
    )
    .bind(clock.new_id())
    .bind(&one.page_id)
    .bind(&one.code)
    .bind(&one.other_id)
    .bind(gravity(&one.code))
    .bind(serde_json::to_string(&one.details)?)
    .bind(stamp(clock.now()))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn say_anew(tx: &mut Tx, clock: &dyn Clock, id: &str, details: &Details) -> Result<()> {
    sqlx::query(
        "UPDATE page_flags SET details = $1, state = 'open', raised_at = $2, reason = NULL,
            resolved_by = NULL, resolved_at = NULL WHERE id = $3",
    )
    .bind(serde_json::to_string(details)?)
    .bind(stamp(clock.now()))
    .bind(id)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// 1 note, 2 warning, 3 grave; a code of another release is a warning.
fn gravity(code: &str) -> i64 {
    match flag(code).map_or(Severity::Warning, |flag| flag.severity) {
        Severity::Note => 1,
        Severity::Warning => 2,
        Severity::Grave => 3,
    }
}
