//! Raising and withdrawing flags as what is noticed of pages changes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sogoc_workers::quality::{Severity, flag};

use super::{COMPARED, Details, FlagState, Noticed, OF_THE_VOLUME, PLACED};
use crate::catalogue::{JsonText, Move, Tx};
use crate::error::Result;

/// Sets the flags of one page that it bears by itself: `codes` are those it has now.
pub(crate) async fn set_own(
    tx: &mut Tx,
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
    let known: Vec<KnownFlag> = sqlx::query_as(
        "SELECT id, page_id, code, other_id, details FROM page_flags WHERE page_id = $1",
    )
    .bind(page_id)
    .fetch_all(&mut **tx)
    .await?;
    // Flags from comparing pages are not this page's own, and another job keeps them.
    let own = |flag: &KnownFlag| !COMPARED.contains(&&*flag.code);
    update(tx, known.into_iter().filter(own), noticed).await
}

/// Sets the flags that comparing the pages of a batch or volume raised. `place` is the column of
/// `batches` that names it.
pub(crate) async fn set_compared(
    tx: &mut Tx,
    (place, id): (&'static str, &str),
    noticed: Vec<Noticed>,
) -> Result<()> {
    let query = format!(
        "SELECT g.id, g.page_id, g.code, g.other_id, g.details FROM {PLACED}
         JOIN page_flags g ON g.page_id = p.id WHERE {place} = $1"
    );
    let known: Vec<KnownFlag> = sqlx::query_as(sqlx::AssertSqlSafe(query))
        .bind(id)
        .fetch_all(&mut **tx)
        .await?;
    let compared = |flag: &KnownFlag| COMPARED.contains(&&*flag.code);
    update(tx, known.into_iter().filter(compared), noticed).await
}

/// A flag there is, and what it says.
#[derive(sqlx::FromRow)]
struct KnownFlag {
    id: String,
    page_id: String,
    code: String,
    other_id: String,
    #[sqlx(try_from = "JsonText")]
    details: Details,
}

/// Raises what is new, withdraws what is no longer so, and asks again where the numbers are others
/// now. What a person resolved stays resolved while it says the same.
async fn update(
    tx: &mut Tx,
    known: impl Iterator<Item = KnownFlag>,
    noticed: Vec<Noticed>,
) -> Result<()> {
    let about = |flag: KnownFlag| {
        let key = (flag.page_id, flag.code, flag.other_id);
        (key, (flag.id, flag.details))
    };
    let mut known: BTreeMap<_, _> = known.map(about).collect();
    for one in noticed {
        let key = (one.page_id.clone(), one.code.clone(), one.other_id.clone());
        match known.remove(&key) {
            None => raise(tx, one).await?,
            // The same finding is left alone, whatever a person has made of it.
            Some((_, details)) if details == one.details => {}
            Some((id, _)) => ask_again(tx, &id, &one.details).await?,
        }
    }
    for (id, _) in known.values() {
        // Only open ones: what a person resolved stays as a record of their decision.
        sqlx::query("DELETE FROM page_flags WHERE id = $1 AND state = 'open'")
            .bind(id)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

/// A flag as the catalogue and the vault hold it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, sqlx::FromRow)]
pub(crate) struct StoredFlag {
    pub(super) id: String,
    pub(super) page_id: String,
    pub(super) code: String,
    pub(super) other_id: String,
    #[serde(alias = "gravity")] // as older vaults say
    pub(super) severity: i64,
    pub(super) details: String,
    pub(super) state: FlagState,
    pub(super) raised_at: String,
    pub(super) reason: Option<String>,
    pub(super) resolved_by: Option<String>,
    pub(super) resolved_at: Option<String>,
}

async fn raise(tx: &mut Tx, noticed: Noticed) -> Result<()> {
    let flag = StoredFlag {
        id: tx.new_id(),
        severity: severity(&noticed.code),
        page_id: noticed.page_id,
        code: noticed.code,
        other_id: noticed.other_id,
        details: serde_json::to_string(&noticed.details)?,
        state: FlagState::Open,
        raised_at: tx.now(),
        reason: None,
        resolved_by: None,
        resolved_at: None,
    };
    insert(tx, &flag, None).await
}

/// Writes a flag unless the page bears the same already, or is not there: of that scan, where one is named.
pub(crate) async fn insert(tx: &mut Tx, flag: &StoredFlag, scan_id: Option<&str>) -> Result<()> {
    sqlx::query(
        "INSERT INTO page_flags (id, page_id, code, other_id, severity, details, state,
            raised_at, reason, resolved_by, resolved_at)
         SELECT $1, id, $2, $3, $4, $5, $6, $7, $8, $9, $10 FROM pages
         WHERE id = $11 AND scan_id = COALESCE($12, scan_id)
         ON CONFLICT (page_id, code, other_id) DO NOTHING",
    )
    .bind(&flag.id)
    .bind(&flag.code)
    .bind(&flag.other_id)
    .bind(flag.severity)
    .bind(&flag.details)
    .bind(flag.state)
    .bind(&flag.raised_at)
    .bind(&flag.reason)
    .bind(&flag.resolved_by)
    .bind(&flag.resolved_at)
    .bind(&flag.page_id)
    .bind(scan_id)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn ask_again(tx: &mut Tx, id: &str, details: &Details) -> Result<()> {
    let open = Move::to(FlagState::Open)
        .set("details", serde_json::to_string(details)?)
        .set("raised_at", tx.now())
        .clear(&["reason", "resolved_by", "resolved_at"]);
    open.run(tx, id).await?;
    Ok(())
}

/// 1 note, 2 warning, 3 grave; a code of another release is a warning.
fn severity(code: &str) -> i64 {
    match flag(code).map_or(Severity::Warning, |flag| flag.severity) {
        Severity::Note => 1,
        Severity::Warning => 2,
        Severity::Grave => 3,
    }
}
