//! Duplicate detection: the same sheet scanned twice. What is written says so, found through an index of the pages'
//! text sketches, and the picture agrees. Either alone is not enough: pages of one form look alike, and a list typed again
//! reads the same.

use sogoc_workers::quality::fingerprint_distance;

use super::resolve::{leave, mark, still_open};
use super::withdraw::{ONE_SHEET, Withdrawal, withdraw};
use super::{Scope, preservation};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::catalogue::Tx;
use crate::error::{Error, Result};
use crate::messages::{Lang, text};
use crate::page::Numbering;
use crate::page_flag::{self, Details, FlagState, MAYBE_RESCAN, Noticed, PLACED, PageFlag};

/// Hashes two pages must share.
const FEWEST: i64 = 3;
/// Share of the hashes of the page that has fewer.
const SHARED: f64 = 0.5;
/// A hash on more pages than these is what a form or a signer writes on all of them.
const RARE: &str = "(SELECT COUNT(*) FROM text_sketches n WHERE n.hash = m.hash) <= 3";
/// Comparisons of the fingerprint, of 256, in which two scans of one sheet may differ.
const FARTHEST: u32 = 80;

/// Pages of the batch or volume that seem to be scans of sheets of the fonds that came before.
pub(super) async fn noticed(tx: &mut Tx, (column, id): &Scope) -> Result<Vec<Noticed>> {
    let query = format!(
        // Within one fonds: the same decision may lie rightly in the files of two agencies.
        "SELECT p.id AS page_id, q.id AS other_id, COALESCE(p.fingerprint, '') AS fingerprint,
            COALESCE(q.fingerprint, '') AS other_fingerprint,
            COALESCE(p.numbering, '') AS numbering,
            COALESCE(q.numbering, '') AS other_numbering, COUNT(*) AS shared,
            (SELECT COUNT(*) FROM text_sketches m WHERE m.page_id = p.id AND {RARE}) AS here,
            (SELECT COUNT(*) FROM text_sketches m WHERE m.page_id = q.id AND {RARE}) AS there
         FROM {PLACED} JOIN scans ps ON ps.id = p.scan_id
         JOIN text_sketches m ON m.page_id = p.id AND {RARE}
         JOIN text_sketches o ON o.hash = m.hash AND o.page_id <> p.id
         JOIN pages q ON q.id = o.page_id JOIN scans qs ON qs.id = q.scan_id
         JOIN batches qb ON qb.id = qs.batch_id
         WHERE {column} = $1 AND p.state = 'read' AND q.state = 'read' AND qb.fonds_id = b.fonds_id
         AND (qs.received_at < ps.received_at OR qs.received_at = ps.received_at AND q.id < p.id)
         GROUP BY p.id, q.id, p.fingerprint, q.fingerprint, p.numbering, q.numbering
         HAVING COUNT(*) >= $2
         ORDER BY p.id, q.id"
    );
    let pairs: Vec<Pair> = sqlx::query_as(sqlx::AssertSqlSafe(query))
        .bind(id)
        .bind(FEWEST)
        .fetch_all(&mut **tx)
        .await?;
    // Both must agree: pages of one form look alike, and a list typed again reads alike.
    let one_sheet = |pair: &Pair| {
        let of = pair.here.min(pair.there);
        !numbered_otherwise(&pair.numbering, &pair.other_numbering)
            && agree(pair.shared, of, &pair.fingerprint, &pair.other_fingerprint)
    };
    let pairs = pairs.into_iter().filter(one_sheet);
    Ok(pairs
        .map(|pair| Noticed {
            page_id: pair.page_id,
            code: MAYBE_RESCAN.to_owned(),
            other_id: pair.other_id,
            details: Details::default(),
        })
        .collect())
}

/// Two pages that share hashes. Fingerprints and numberings are empty where a page has none.
#[derive(sqlx::FromRow)]
struct Pair {
    page_id: String,
    other_id: String,
    fingerprint: String,
    other_fingerprint: String,
    numbering: String,
    other_numbering: String,
    shared: i64,
    /// Hashes of the page that count.
    here: i64,
    /// The same of the other.
    there: i64,
}

/// Whether writing and picture both say that it is one sheet.
fn agree(shared: i64, of: i64, own: &str, other: &str) -> bool {
    let written = shared as f64 >= SHARED * of as f64;
    // A page without a fingerprint was not read well enough to be compared.
    written && fingerprint_distance(own, other).is_some_and(|apart| apart <= FARTHEST)
}

/// Whether both pages surely bear a number, each another: then they are two sheets, or two sides of one.
fn numbered_otherwise(own: &str, other: &str) -> bool {
    let printed = |text: &str| {
        let numbering: Option<Numbering> = serde_json::from_str(text).ok();
        numbering.and_then(|numbering| numbering.printed)
    };
    matches!((printed(own), printed(other)), (Some(own), Some(other)) if own != other)
}

/// One sheet: `aside`, either of both pages, is excluded.
///
/// # Errors
/// `Invalid` for a page the flag does not speak of; else as [`super::exclude`].
pub async fn same_sheet(
    archive: &Archive,
    caller: &Caller,
    flag_id: &str,
    aside: &str,
) -> Result<PageFlag> {
    require(caller, Act::ResolveFlags)?;
    let flag = pair(archive, caller, flag_id).await?;
    let other = flag.other.as_ref().map(|other| other.page_id.as_str());
    // Only one of the two that were shown can be excluded.
    if aside != flag.page_id && Some(aside) != other {
        return Err(Error::fault("/exclude", "faults.choose_one_of_two"));
    }
    let why = Withdrawal {
        state: FlagState::Excluded,
        note: ONE_SHEET,
        reason: match aside == flag.page_id {
            true => text(Lang::Vi, "printed.flag.first_image_excluded"),
            false => text(Lang::Vi, "printed.flag.second_image_excluded"),
        },
    };
    let mut tx = archive.begin(caller).await?;
    mark(&mut tx, &flag.id, why.state, why.reason).await?;
    withdraw(archive, &mut tx, aside, &why).await?;
    preservation::ask(&mut tx, &flag.scan_id).await?;
    tx.commit().await?;
    page_flag::get(archive, caller, flag_id).await
}

/// Two sheets that look alike; it is not asked again.
///
/// # Errors
/// As [`super::accept`].
pub async fn different_sheets(
    archive: &Archive,
    caller: &Caller,
    flag_id: &str,
) -> Result<PageFlag> {
    require(caller, Act::ResolveFlags)?;
    let flag = pair(archive, caller, flag_id).await?;
    let details = serde_json::json!({ "flag": flag.code, "state": "different" });
    leave(archive, (caller, ""), &flag, FlagState::Different, details).await
}

/// The open flag, if it is of two pages that may be one sheet.
async fn pair(archive: &Archive, caller: &Caller, flag_id: &str) -> Result<PageFlag> {
    let flag = still_open(archive, caller, flag_id).await?;
    match flag.code.as_str() {
        MAYBE_RESCAN => Ok(flag),
        _ => Err(Error::refuse("errors.not_a_pair")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_printed_number_makes_another_sheet() {
        let numbered = |number: i64| format!("{{\"printed\":{number}}}");
        assert!(numbered_otherwise(&numbered(5), &numbered(6)));
        assert!(!numbered_otherwise(&numbered(5), &numbered(5)));
        assert!(!numbered_otherwise(&numbered(5), "{}"), "perhaps not read");
        assert!(!numbered_otherwise("", &numbered(5)));
    }

    #[test]
    fn writing_and_picture_must_both_agree() {
        let (one, near, far) = ("0".repeat(64), "1".repeat(64), "f".repeat(64));
        assert!(agree(20, 32, &one, &near), "64 of 256 differ");
        assert!(!agree(20, 32, &one, &far), "a list typed anew");
        assert!(!agree(5, 32, &one, &near), "two pages of one form");
        assert!(
            !agree(20, 32, &one, "0123456789abcdef"),
            "an older fingerprint"
        );
    }
}
