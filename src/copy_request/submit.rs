//! Taking a request: what it must say, when the law wants it answered, one request a key.

use jiff::civil::Date;
use serde_json::json;

use super::deadlines::procedure_at;
use super::payment::{Payment, fee};
use super::preservation::{self, PreservedRequest};
use super::{Applicant, AskGiven, Asked, RequestState, Sought};
use crate::access::{Act, Caller, new_code, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::Tx;
use crate::clock::stamp;
use crate::error::{Error, Fault, Result};
use crate::notify::Event;
use crate::reference_data;

/// In what standing somebody may ask (NĐ 23/2015/NĐ-CP, Điều 16).
pub const STANDINGS: [&str; 5] = ["self", "relative", "authorised", "heir", "agency"];
/// Shortest key of a request that nobody signed in for, in bytes.
const SHORTEST_PUBLIC_KEY: usize = 16;
/// Most copies of one request.
const MOST_COPIES: i64 = 20;

/// Takes a request from the public page, a portal or the counter.
///
/// # Errors
/// `Invalid` with a pointer for each fault; `Forbidden` for a signed-in caller without the role.
pub async fn ask(archive: &Archive, caller: &Caller, given: &AskGiven) -> Result<Asked> {
    if caller.id != "public" {
        require(caller, Act::AskCopies)?;
    }
    check(archive, caller, given).await?;
    // Before anything is made: a portal that repeats its request gets the same code back.
    if let Some(before) = asked_before(archive, caller, given).await? {
        return Ok(before);
    }
    let now = archive.clock.now();
    let procedure = archive.config.office.procedure.clone();
    // By the settings and not by the caller: which procedure an office offers is its own matter.
    let rule = procedure_at(archive, &procedure, now).await?;
    let due = reference_data::due_at(
        now,
        &rule,
        &reference_data::holidays(&archive.catalogue).await?,
    )?;
    let copies = given.wanted.number_of_copies();
    let (fee, source) = fee(archive, &procedure, copies, now).await?;
    let asked = Asked {
        id: archive.clock.new_id(),
        code: new_code(&*archive.clock),
        state: RequestState::Received,
        due_at: stamp(due),
        fee,
    };
    let mut tx = archive.begin(caller).await?;
    if !put(archive, &mut tx, caller, given, &asked, &source).await? {
        // Rolled back first: the row that won is only visible outside this transaction.
        drop(tx); // the same key came in at the same moment: theirs counts
        let before = asked_before(archive, caller, given).await?;
        return before.ok_or(Error::NotFound { what: "request" });
    }
    tx.log(
        Action::CopyAsked,
        ("request", &asked.id),
        json!({ "procedure": procedure }),
    )
    .await?;
    tx.notify(&asked.id, Event::Received).await?;
    tx.commit().await?;
    Ok(asked)
}

/// False when the caller's key is taken.
async fn put(
    archive: &Archive,
    tx: &mut Tx,
    caller: &Caller,
    given: &AskGiven,
    asked: &Asked,
    fee_source: &str,
) -> Result<bool> {
    let payment = match asked.fee {
        // Without a fee there is nothing that could stay unpaid and hold the copy up.
        0 => Payment::Free,
        _ => Payment::Unpaid,
    };
    let request = PreservedRequest {
        format: 1,
        id: asked.id.clone(),
        code: asked.code.clone(),
        state: RequestState::Received,
        applicant: given.applicant.clone(),
        wanted: given.wanted.clone(),
        consent: given.consent.clone(),
        procedure_code: archive.config.office.procedure.clone(),
        record_id: None,
        record_version: None,
        record_digest: None,
        confirmed_by: None,
        confirmed_at: None,
        refusal: None,
        made_by: caller.id.clone(),
        idempotency_key: given.idempotency_key.clone(),
        created_at: stamp(archive.clock.now()),
        due_at: asked.due_at.clone(),
        extended_at: None,
        waits_until: None,
        settled_at: None,
        fee: asked.fee,
        fee_source: fee_source.to_owned(),
        payment: payment.to_string(),
        payment_reference: None,
        payment_at: None,
        messages: Vec::new(),
        searches: Vec::new(),
        dismissals: Vec::new(),
        history: Vec::new(),
    };
    preservation::insert(tx, &request, None).await
}

/// A request that was asked under the same key.
#[derive(sqlx::FromRow)]
struct Before {
    #[sqlx(flatten)]
    before: Asked,
    wanted: String,
}

async fn asked_before(
    archive: &Archive,
    caller: &Caller,
    given: &AskGiven,
) -> Result<Option<Asked>> {
    let Some(key) = &given.idempotency_key else {
        return Ok(None);
    };
    let row: Option<Before> =
        sqlx::query_as("SELECT * FROM copy_requests WHERE made_by = $1 AND idempotency_key = $2")
            .bind(&caller.id)
            .bind(key)
            .fetch_optional(archive.catalogue.pool())
            .await?;
    let Some(Before { before, wanted }) = row else {
        return Ok(None);
    };
    // The same key for another request is a fault of the portal; answering with the old request would hide it.
    if wanted != serde_json::to_string(&given.wanted)? {
        return Err(Error::refuse("errors.key_reused"));
    }
    Ok(Some(before))
}

async fn check(archive: &Archive, caller: &Caller, given: &AskGiven) -> Result<()> {
    let faults = faults_of(archive, caller, given).await?;
    match faults.is_empty() {
        true => Ok(()),
        false => Err(Error::Invalid(faults)),
    }
}

/// What is wrong in a request, place by place; nothing is made of it.
///
/// # Errors
/// As any statement.
pub async fn faults_of(archive: &Archive, caller: &Caller, given: &AskGiven) -> Result<Vec<Fault>> {
    let mut faults = Vec::new();
    check_key(caller, given.idempotency_key.as_deref(), &mut faults);
    check_applicant(&given.applicant, &mut faults);
    check_wanted(&given.wanted, &mut faults);
    if let Some(version) = &given.consent {
        let known = reference_data::consent(&archive.catalogue, version).await;
        match known {
            Err(Error::NotFound { .. }) => {
                faults.push(Fault::new("/consent", "faults.request.consent"))
            }
            other => _ = other?,
        }
    }
    Ok(faults)
}

/// A key tells one request from the next. All of the public share one name, so that a key of theirs must be one that
/// nobody else can guess: the page makes one of 256 bits.
fn check_key(caller: &Caller, key: Option<&str>, faults: &mut Vec<Fault>) {
    let shortest = if caller.id == "public" {
        SHORTEST_PUBLIC_KEY
    } else {
        1
    };
    let bad = |key: &str| !(shortest..=200).contains(&key.trim().len());
    if key.is_some_and(bad) {
        faults.push(Fault::new("/idempotency_key", "faults.request.key"));
    }
}

/// Something is written, and not too much.
fn fits(text: &str) -> bool {
    (1..=300).contains(&text.trim().chars().count())
}

fn check_applicant(who: &Applicant, faults: &mut Vec<Fault>) {
    if !fits(&who.name) {
        faults.push(Fault::new(
            "/applicant/name",
            "faults.request.applicant_name",
        ));
    }
    if !fits(&who.contact) {
        faults.push(Fault::new("/applicant/contact", "faults.request.contact"));
    }
    if !STANDINGS.contains(&who.standing.as_str()) {
        faults.push(Fault::new("/applicant/standing", "faults.request.standing"));
    }
}

fn check_wanted(what: &Sought, faults: &mut Vec<Fault>) {
    if !fits(&what.ho_ten) {
        faults.push(Fault::new(
            "/wanted/ho_ten",
            "faults.request.name_on_diploma",
        ));
    }
    if !is_birth_date(&what.ngay_sinh) {
        faults.push(Fault::new("/wanted/ngay_sinh", "faults.request.birth_date"));
    }
    if !is_personal_number(&what.so_dinh_danh) {
        faults.push(Fault::new(
            "/wanted/so_dinh_danh",
            "faults.request.personal_number",
        ));
    }
    if !(1..=MOST_COPIES).contains(&what.number_of_copies()) {
        faults.push(Fault::new("/wanted/copies", "faults.request.copies"));
    }
    let others = [
        &what.ngay_sinh,
        &what.ten_van_bang,
        &what.truong,
        &what.nam,
        &what.hoi_dong,
        &what.noi_o,
        &what.so_hieu,
        &what.so_vao_so,
    ];
    let short = others.iter().all(|text| text.chars().count() <= 300);
    if !short || what.purpose.chars().count() > 2000 {
        faults.push(Fault::new("/wanted", "faults.request.too_long"));
    }
}

/// Nothing, a day of the calendar, a month of a year or a year, as people write them: `12/3/1975`, `3/1975`, `1975`, or
/// `1975-03-12`. Old papers often know no more than the year.
fn is_birth_date(text: &str) -> bool {
    let text = text.trim();
    let Ok(numbers) = text
        .split(['/', '-', '.'])
        .map(|part| part.trim().parse::<i16>())
        .collect::<Result<Vec<i16>, _>>()
    else {
        return text.is_empty();
    };
    let (year, month, day) = match numbers[..] {
        [year] => (year, 1, 1),
        [month, year] => (year, month, 1),
        // A year comes first in the form that computers write; no day is above 31.
        [year, month, day] if year > 31 => (year, month, day),
        [day, month, year] => (year, month, day),
        _ => return false,
    };
    let of = |number: i16| i8::try_from(number).unwrap_or_default();
    // The calendar decides, so that 30/2 is refused like any other day that never was.
    (1900..2100).contains(&year) && Date::new(year, of(month), of(day)).is_ok()
}

/// Nothing, the 12 digits of the personal number or the 9 of an old identity card; spaces and dots
/// between groups do not count.
fn is_personal_number(text: &str) -> bool {
    let kept: String = text
        .chars()
        .filter(|letter| !matches!(letter, ' ' | '.'))
        .collect();
    let digits = kept.bytes().all(|byte| byte.is_ascii_digit());
    digits && matches!(kept.len(), 0 | 9 | 12)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_birth_date_is_a_day_a_month_or_a_year_of_the_calendar() {
        for good in [
            "",
            " ",
            "12/3/1975",
            "29/2/1976",
            "03-1975",
            "1975",
            "1975-03-12",
            "1.1.1960",
        ] {
            assert!(is_birth_date(good), "{good}");
        }
        for bad in [
            "abc",
            "31/2/1990",
            "29/2/1975",
            "0/1/1975",
            "13/1975",
            "75",
            "1/1/75",
            "1/1/1/1975",
            "1975/",
            "-1",
        ] {
            assert!(!is_birth_date(bad), "{bad}");
        }
    }

    #[test]
    fn a_personal_number_has_nine_or_twelve_digits() {
        for good in ["", "212345678", "051 190 000 001", "051190000001"] {
            assert!(is_personal_number(good), "{good}");
        }
        for bad in [
            "05119000000",
            "0511900000012",
            "05119000000a",
            "-51190000001",
            "٠٥١١٩٠٠٠٠",
        ] {
            assert!(!is_personal_number(bad), "{bad}");
        }
    }
}
