//! Reuse: another system of the province fetches a result the holder agreed to share, instead of asking
//! them for paper. Three steps: look up by identifiers, list, fetch; each is recorded with its purpose and
//! the holder's consent, and fetches are counted.

mod report;

use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;
use sogoc_workers::dates::Date;

pub use report::{PurposeCount, ReuseReport, report, this_year, year_so_far};

use crate::access::{self, Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::Insert;
use crate::certified_copy::{self, Verified};
use crate::clock::stamp;
use crate::copy_request::{plain, same_number};
use crate::error::{Error, Fault, Result};
use crate::search::{self, Of, Wanted};

/// How long what was offered may be fetched.
const OFFERED_FOR: Duration = Duration::from_secs(24 * 3600);
/// Look-ups of one token within five minutes that may find nobody.
const MOST_MISSES: i64 = 10;

/// Whose result is meant: all of it must be right, so that nobody is found by trying names.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Holder {
    /// Full name; accents may be left out.
    pub ho_ten: String,
    /// Birth date, to the day.
    pub ngay_sinh: String,
    /// Diploma or register number.
    pub so: String,
}

/// The holder's agreement, as the asking system holds it.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentGiven {
    /// Its number in the asking system: letters, digits and `.:/_-`, at most 100.
    pub reference: String,
    /// When it was given, RFC 3339; not in the future.
    pub given_at: String,
}

/// What another system asks when it wants a result instead of paper.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LookUp {
    /// Whose result is wanted.
    pub holder: Holder,
    /// Code of the procedure it is for, such as `1.004889`: letters, digits and `.:/_-`, at most 50.
    pub purpose: String,
    /// That the holder agreed, as the asking system has it on file.
    pub consent: ConsentGiven,
}

/// What may be fetched, and until when.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Offer {
    /// Id of the look-up.
    pub id: String,
    /// Until when the results can be fetched, RFC 3339 UTC.
    pub expires_at: String,
    /// Valid results, newest first.
    pub results: Vec<Offered>,
}

/// A valid copy that the look-up found.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Offered {
    /// Id of the copy, to fetch it by.
    pub id: String,
    /// What the archive says of it.
    pub result: Verified,
}

/// Looks for valid results of one holder.
///
/// # Errors
/// `Invalid` with a pointer for each fault; `TooMany` after many look-ups that found nobody;
/// `Forbidden`, `Unavailable`.
pub async fn look_up(archive: &Archive, caller: &Caller, asked: &LookUp) -> Result<Offer> {
    require(caller, Act::ReuseResults)?;
    let given_at = check(archive, asked)?;
    let scope = format!("reuse:{}", caller.id);
    let results = results_of(archive, &asked.holder).await?;
    // Only look-ups that find nobody are slowed: a right one is answered, however many failed before it.
    if results.is_empty() {
        access::meter(archive, &scope, MOST_MISSES).await?;
    }
    let found = if results.is_empty() { "none" } else { "some" };
    metrics::counter!("sogoc_reuse_lookups_total", "found" => found).increment(1);
    let now = archive.clock.now();
    let offer = Offer {
        id: archive.clock.new_id(),
        expires_at: stamp(now + OFFERED_FOR),
        results,
    };
    let mut tx = archive.begin(caller).await?;
    Insert::into("reuse_lookups")
        .set("id", &offer.id)
        .set("token_id", &caller.id)
        .set("purpose", &asked.purpose)
        .set("consent", &asked.consent.reference)
        .set("consent_at", stamp(given_at))
        .set(
            "results",
            i64::try_from(offer.results.len()).unwrap_or(i64::MAX),
        )
        .set("created_at", stamp(now))
        .set("expires_at", &offer.expires_at)
        .run(&mut tx)
        .await?;
    for one in &offer.results {
        Insert::into("reuse_offers")
            .set("lookup_id", &offer.id)
            .set("copy_id", &one.id)
            .run(&mut tx)
            .await?;
    }
    let details = json!({ "purpose": asked.purpose, "consent": asked.consent.reference,
        "results": offer.results.len() });
    tx.log(Action::ReuseAsked, ("reuse", &offer.id), details)
        .await?;
    tx.commit().await?;
    Ok(offer)
}

/// The valid copies of the records that agree with everything said.
async fn results_of(archive: &Archive, holder: &Holder) -> Result<Vec<Offered>> {
    let wanted = Wanted {
        so: Some(holder.so.trim().to_owned()),
        of: Of::Records,
        limit: Some(100),
        ..Wanted::default()
    };
    // Not as the caller: the other system may not search, it only gets what it already knows.
    let found = search::execute(archive, &wanted).await?;
    let mut results = Vec::new();
    for hit in found.hits {
        if !is_holder(holder, &hit.fields) {
            continue;
        }
        let copies: Vec<(String, String)> = sqlx::query_as(
            "SELECT id, code FROM copies WHERE record_id = $1 AND state = 'issued'
             ORDER BY issued_at DESC, id DESC LIMIT 20",
        )
        .bind(&hit.record_id)
        .fetch_all(archive.catalogue.pool())
        .await?;
        for (id, code) in copies {
            let result = match certified_copy::verify_code(archive, &code).await {
                Ok(result) => result,
                // Its holder let the code expire, so the copy is offered to nobody.
                Err(Error::NotFound { .. }) => continue,
                Err(error) => return Err(error),
            };
            // Only what is valid now: a withdrawn or superseded copy would be relied on elsewhere.
            if result.state == "valid" {
                results.push(Offered { id, result });
            }
        }
    }
    Ok(results)
}

/// Name, birth date to the day and one number: all must agree.
fn is_holder(holder: &Holder, fields: &std::collections::BTreeMap<String, String>) -> bool {
    let value = |key: &str| fields.get(key).map_or("", String::as_str);
    let born = Date::parse(&holder.ngay_sinh).map(|date| date.to_string());
    let numbers = [value("so_hieu"), value("so_vao_so")];
    // All three, because a name and a year are known to many.
    plain(value("ho_ten")) == plain(&holder.ho_ten)
        && born.is_some_and(|born| born == value("ngay_sinh"))
        && numbers.iter().any(|number| same_number(number, &holder.so))
}

fn check(archive: &Archive, asked: &LookUp) -> Result<Timestamp> {
    let mut faults = Vec::new();
    let mut want = |ok: bool, pointer: &str, key: &'static str| {
        if !ok {
            faults.push(Fault::new(pointer, key));
        }
    };
    let short = |text: &str| (1..=300).contains(&text.trim().chars().count());
    let whole = Date::parse(&asked.holder.ngay_sinh).is_some_and(|date| date.day.is_some());
    let given_at = asked.consent.given_at.parse::<Timestamp>().ok();
    // A consent of tomorrow was not given.
    let given_at = given_at.filter(|at| *at <= archive.clock.now());
    want(
        short(&asked.holder.ho_ten),
        "/holder/ho_ten",
        "faults.name_needed",
    );
    want(whole, "/holder/ngay_sinh", "faults.birth_date_needed");
    want(
        short(&asked.holder.so),
        "/holder/so",
        "faults.diploma_number_needed",
    );
    want(
        is_code(&asked.purpose, 50),
        "/purpose",
        "faults.purpose_is_a_code",
    );
    want(
        is_code(&asked.consent.reference, 100),
        "/consent/reference",
        "faults.consent_reference_needed",
    );
    want(
        given_at.is_some(),
        "/consent/given_at",
        "faults.consent_time",
    );
    match given_at {
        Some(at) if faults.is_empty() => Ok(at),
        _ => Err(Error::Invalid(faults)),
    }
}

/// A code that can stand in the log: no spaces, no letters beyond ASCII, so no name.
fn is_code(text: &str, most: usize) -> bool {
    let sign = |byte: u8| byte.is_ascii_alphanumeric() || b".:/_-".contains(&byte);
    (1..=most).contains(&text.len()) && text.bytes().all(sign)
}

/// Fetches one offered result: its sealed file.
///
/// # Errors
/// `NotFound` unless this caller looked it up within the last day; `Forbidden`, `Corrupt`.
pub async fn fetch(
    archive: &Archive,
    caller: &Caller,
    lookup: &str,
    copy: &str,
) -> Result<Vec<u8>> {
    require(caller, Act::ReuseResults)?;
    let (purpose, consent): (String, String) = sqlx::query_as(
        // Asked again at the fetch: between the look-up and now it may have been withdrawn.
        "SELECT l.purpose, l.consent FROM reuse_lookups l
         JOIN reuse_offers o ON o.lookup_id = l.id JOIN copies c ON c.id = o.copy_id
         WHERE l.id = $1 AND o.copy_id = $2 AND l.token_id = $3 AND l.expires_at > $4
            AND c.state = 'issued' AND c.withdrawn_at IS NULL",
    )
    .bind(lookup)
    .bind(copy)
    .bind(&caller.id)
    .bind(stamp(archive.clock.now()))
    .fetch_optional(archive.catalogue.pool())
    .await?
    .ok_or(Error::NotFound { what: "result" })?;
    let bytes = certified_copy::sealed_bytes(archive, copy).await?;
    let mut tx = archive.begin(caller).await?;
    Insert::into("reuse_fetches")
        .set("id", archive.clock.new_id())
        .set("lookup_id", lookup)
        .set("copy_id", copy)
        .set("purpose", &purpose)
        .set("at", stamp(archive.clock.now()))
        .run(&mut tx)
        .await?;
    let details = json!({ "purpose": purpose, "consent": consent, "lookup": lookup });
    tx.log(Action::ReuseFetched, ("copy", copy), details)
        .await?;
    tx.commit().await?;
    metrics::counter!("sogoc_reuse_fetches_total").increment(1);
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_holder_is_known_only_when_everything_agrees() {
        let fields = [
            ("ho_ten", "Đặng Thị Thuỳ Dương"),
            ("ngay_sinh", "1990-06-05"),
            ("so_hieu", "A0123456"),
            ("so_vao_so", "217/THPT"),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into();
        let holder = |name: &str, born: &str, number: &str| Holder {
            ho_ten: name.into(),
            ngay_sinh: born.into(),
            so: number.into(),
        };
        for (name, born, number) in [
            ("dang thi thuy duong", "5/6/1990", "217/THPT"),
            ("Đặng Thị Thùy Dương", "1990-06-05", "a 0123456"),
        ] {
            assert!(is_holder(&holder(name, born, number), &fields), "{name}");
        }
        for (name, born, number) in [
            ("dang thi thuy", "5/6/1990", "217/THPT"),
            ("dang thi thuy duong", "1990", "217/THPT"),
            ("dang thi thuy duong", "6/6/1990", "217/THPT"),
            ("dang thi thuy duong", "5/6/1990", "217"),
            ("dang thi thuy duong", "5/6/1990", "-"),
        ] {
            assert!(!is_holder(&holder(name, born, number), &fields), "{number}");
        }
    }

    #[test]
    fn what_goes_into_the_log_cannot_be_a_name() {
        assert!(is_code("3.000465", 50) && is_code("VNEID:2026/11-7_a", 100));
        for bad in ["", "Lê Văn", "le van", "a\nb"] {
            assert!(!is_code(bad, 50), "{bad}");
        }
    }
}
