//! What a request must say, field by field: each fault is told at its own place.

use jiff::civil::Date;

use super::plain_text::{has_hidden, has_hidden_in_lines};
use super::{Applicant, AskGiven, Sought};
use crate::access::{Caller, CallerKind};
use crate::archive::Archive;
use crate::clock::vietnam;
use crate::error::{Error, Fault, Result};
use crate::reference_data;

/// In what standing somebody may ask (NĐ 23/2015/NĐ-CP, Điều 16).
pub const STANDINGS: [&str; 5] = ["self", "relative", "authorised", "heir", "agency"];
/// What a relative may be of the owner (Điều 16, khoản 3).
pub const RELATIONS: [&str; 4] = ["parent", "child", "spouse", "sibling"];
/// Shortest key of a request that nobody signed in for, in bytes.
const SHORTEST_PUBLIC_KEY: usize = 16;
/// Most copies of one request.
const MOST_COPIES: i64 = 20;
/// Longest name, school, place or contact, in characters.
const LONGEST_LINE: usize = 300;
/// Longest number on a diploma or in a register, in characters.
const LONGEST_NUMBER: usize = 50;
/// Longest purpose, in characters.
const LONGEST_PURPOSE: usize = 2000;

/// Refuses what no request may say, with every fault at its place.
pub(super) async fn check(archive: &Archive, caller: &Caller, given: &AskGiven) -> Result<()> {
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
    let today = vietnam(archive.clock.now()).date();
    let mut faults = Faults(Vec::new());
    check_key(caller, given.idempotency_key.as_deref(), &mut faults);
    check_applicant(caller, &given.applicant, today, &mut faults);
    check_wanted(&given.wanted, today, &mut faults);
    check_consent(archive, caller, given.consent.as_deref(), &mut faults).await?;
    Ok(faults.0)
}

struct Faults(Vec<Fault>);

impl Faults {
    fn add(&mut self, pointer: &str, key: &'static str) {
        self.0.push(Fault::new(pointer, key));
    }

    /// Checks a line of text: at most `most` characters, none of them hidden.
    fn check_line(&mut self, pointer: &str, text: &str, most: usize) {
        if text.chars().count() > most {
            self.add(pointer, "faults.request.too_long");
        } else if has_hidden(text) {
            self.add(pointer, "faults.request.hidden_characters");
        }
    }

    /// The same, and something must be written.
    fn check_needed(&mut self, pointer: &str, text: &str, missing: &'static str) {
        match text.trim().is_empty() {
            true => self.add(pointer, missing),
            false => self.check_line(pointer, text, LONGEST_LINE),
        }
    }
}

/// A key tells one request from the next. All of the public share one name, so nobody else may be able to guess a key
/// of theirs: the page makes one of 256 bits.
fn check_key(caller: &Caller, key: Option<&str>, faults: &mut Faults) {
    let shortest = match caller.kind {
        CallerKind::Public => SHORTEST_PUBLIC_KEY,
        _ => 1,
    };
    let bad = |key: &str| !(shortest..=200).contains(&key.trim().len()) || has_hidden(key);
    if key.is_some_and(bad) {
        faults.add("/idempotency_key", "faults.request.key");
    }
}

fn check_applicant(caller: &Caller, who: &Applicant, today: Date, faults: &mut Faults) {
    let name = "/applicant/name";
    faults.check_needed(name, &who.name, "faults.request.applicant_name");
    let contact = "/applicant/contact";
    faults.check_needed(contact, &who.contact, "faults.request.contact");
    // Who stands at the counter need not be called: the clerk writes what there is.
    let at_counter = caller.kind == CallerKind::Person;
    if !who.contact.trim().is_empty() && !at_counter && !is_contact(&who.contact) {
        faults.add(contact, "faults.request.contact");
    }
    if !STANDINGS.contains(&who.standing.as_str()) {
        faults.add("/applicant/standing", "faults.request.standing");
        return;
    }
    check_right(who, today, faults);
}

/// Relatives and heirs may ask only once the owner has died (NĐ 23/2015/NĐ-CP, Điều 16, khoản 3); who acts for a living
/// owner acts with their authority.
fn check_right(who: &Applicant, today: Date, faults: &mut Faults) {
    let after_death = matches!(who.standing.as_str(), "relative" | "heir");
    let died = who.owner_died.trim();
    let day = "/applicant/owner_died";
    match (after_death, died.is_empty()) {
        (true, true) => faults.add(day, "faults.request.owner_must_have_died"),
        (false, false) => faults.add(day, "faults.request.owner_died_unasked"),
        (true, false) if !is_past_date(died, today) => faults.add(day, "faults.request.death_date"),
        _ => {}
    }
    let relation = who.relation.trim();
    let known = match who.standing.as_str() {
        "relative" => RELATIONS.contains(&relation),
        _ => relation.is_empty(),
    };
    if !known {
        faults.add("/applicant/relation", "faults.request.relation");
    }
}

fn check_wanted(what: &Sought, today: Date, faults: &mut Faults) {
    let name = "/wanted/ho_ten";
    faults.check_needed(name, &what.ho_ten, "faults.request.name_on_diploma");
    if !what.ngay_sinh.trim().is_empty() && !is_past_date(&what.ngay_sinh, today) {
        faults.add("/wanted/ngay_sinh", "faults.request.birth_date");
    }
    if !is_personal_number(&what.so_dinh_danh) {
        faults.add("/wanted/so_dinh_danh", "faults.request.personal_number");
    }
    for (pointer, text, most) in [
        ("/wanted/ten_van_bang", &what.ten_van_bang, LONGEST_LINE),
        ("/wanted/truong", &what.truong, LONGEST_LINE),
        ("/wanted/hoi_dong", &what.hoi_dong, LONGEST_LINE),
        ("/wanted/noi_o", &what.noi_o, LONGEST_LINE),
        ("/wanted/so_hieu", &what.so_hieu, LONGEST_NUMBER),
        ("/wanted/so_vao_so", &what.so_vao_so, LONGEST_NUMBER),
    ] {
        faults.check_line(pointer, text, most);
    }
    if !is_year(&what.nam, today) {
        faults.add("/wanted/nam", "faults.request.year");
    }
    if !(1..=MOST_COPIES).contains(&what.number_of_copies()) {
        faults.add("/wanted/copies", "faults.request.copies");
    }
    if what.purpose.chars().count() > LONGEST_PURPOSE {
        faults.add("/wanted/purpose", "faults.request.too_long");
    } else if has_hidden_in_lines(&what.purpose) {
        faults.add("/wanted/purpose", "faults.request.hidden_characters");
    }
}

/// Consent (Luật 91/2025/QH15, Điều 9) is given in a text of a known version. A clerk may leave it out: at the counter it
/// stands on the paper form.
async fn check_consent(
    archive: &Archive,
    caller: &Caller,
    version: Option<&str>,
    faults: &mut Faults,
) -> Result<()> {
    let on_paper = matches!(caller.kind, CallerKind::Person | CallerKind::Machine);
    let Some(version) = version else {
        if !on_paper {
            faults.add("/consent", "faults.request.consent_missing");
        }
        return Ok(());
    };
    match reference_data::consent(&archive.catalogue, version).await {
        Err(Error::NotFound { .. }) => faults.add("/consent", "faults.request.consent"),
        other => _ = other?,
    }
    Ok(())
}

/// A telephone number, or an e-mail address as far as one can tell without writing to it.
fn is_contact(text: &str) -> bool {
    let text = text.trim();
    let marks =
        |letter: char| matches!(letter, ' ' | '.' | '-' | '(' | ')' | '+' | '/' | ',' | ';');
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let number = text
        .chars()
        .all(|letter| letter.is_ascii_digit() || marks(letter));
    if number {
        return (8..=30).contains(&digits);
    }
    // More may stand beside it ("0905 … (mẹ)"), so that one that is there suffices.
    let is_mail = |word: &str| match word.split_once('@') {
        Some((name, host)) => {
            let dots = host.trim_matches('.').contains('.');
            !name.is_empty() && dots && !host.contains('@')
        }
        None => false,
    };
    digits >= 8 || text.split([' ', ',', ';', '<', '>']).any(is_mail)
}

/// Nothing, or a year in digits that is not to come.
fn is_year(text: &str, today: Date) -> bool {
    let text = text.trim();
    let digits = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    let year = text.parse::<i16>().unwrap_or_default();
    text.is_empty() || digits && (1900..=today.year()).contains(&year)
}

/// A day of the calendar, a month of a year or a year, as people write them: `12/3/1975`, `3/1975`, `1975`, or
/// `1975-03-12`; none that is to come. Old papers often know no more than the year.
fn is_past_date(text: &str, today: Date) -> bool {
    let text = text.trim();
    let part = |part: &str| {
        let part = part.trim();
        let digits = part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| part.parse::<i16>().ok()).flatten()
    };
    let Some(numbers) = text
        .split(['/', '-', '.'])
        .map(part)
        .collect::<Option<Vec<i16>>>()
    else {
        return false;
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
    let date = Date::new(year, of(month), of(day));
    year >= 1900 && date.is_ok_and(|date| date <= today)
}

/// Nothing, the 12 digits of the personal number or the 9 of an old identity card; spaces and dots
/// between groups do not count.
fn is_personal_number(text: &str) -> bool {
    let kept: String = text
        .chars()
        .filter(|letter| !matches!(letter, ' ' | '.'))
        .collect();
    let digits = kept.bytes().all(|byte| byte.is_ascii_digit());
    digits && matches!(kept.len(), 0 | 9 | 12) && text.chars().count() <= LONGEST_NUMBER
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date = Date::constant(2026, 11, 30);

    #[test]
    fn a_date_is_a_day_a_month_or_a_year_of_the_calendar_and_not_to_come() {
        for good in [
            "12/3/1975",
            "29/2/1976",
            "03-1975",
            "1975",
            " 1975 ",
            "1975-03-12",
            "1.1.1960",
            "30/11/2026",
        ] {
            assert!(is_past_date(good, TODAY), "{good}");
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
            "+1975",
            "1/+1/1975",
            "1/12/2026",
            "2027",
            "00001/1/1975",
            "١٩٧٥",
        ] {
            assert!(!is_past_date(bad, TODAY), "{bad}");
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

    #[test]
    fn somebody_can_be_reached_under_a_number_or_a_mail_address() {
        for good in [
            "0900 000 000",
            "+84 (0)255-382-2222",
            "lan@example.vn",
            "0905000000 (mẹ)",
            "Lan <lan@mail.example.vn>",
        ] {
            assert!(is_contact(good), "{good}");
        }
        for bad in [
            "abc",
            "12345",
            "@example.vn",
            "lan@",
            "lan@vn",
            "…",
            "a@b@c.vn",
        ] {
            assert!(!is_contact(bad), "{bad}");
        }
    }

    #[test]
    fn a_year_has_four_digits_and_is_not_to_come() {
        for good in ["", "1975", " 2026 "] {
            assert!(is_year(good, TODAY), "{good}");
        }
        for bad in ["75", "1899", "2027", "1975-1976", "19 75", "năm"] {
            assert!(!is_year(bad, TODAY), "{bad}");
        }
    }
}
