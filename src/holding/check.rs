//! What may be said in a description: texts, codes of the law's lists, days known in part.

use jiff::civil::Date;

use crate::error::{Error, Fault, Result};
use crate::messages::Message;

/// Text a person reads: something in it, not too long, no control characters.
pub(crate) fn check_text(pointer: &str, text: &str, longest: usize) -> Result<()> {
    let mut checks = Checks::default();
    checks.text(pointer, text, longest);
    checks.done()
}

/// Collects what is wrong with a description, so that a person hears all of it at once.
#[derive(Default)]
pub(crate) struct Checks(Vec<Fault>);

impl Checks {
    /// What is wrong, if anything.
    pub fn done(self) -> Result<()> {
        match self.0.is_empty() {
            true => Ok(()),
            false => Err(Error::Invalid(self.0)),
        }
    }

    /// Notes what is wrong at a place.
    pub fn fault(&mut self, pointer: &str, message: impl Into<Message>) {
        self.0.push(Fault::new(pointer, message));
    }

    /// One line that says something.
    pub fn text(&mut self, pointer: &str, text: &str, longest: usize) {
        let fits = !text.trim().is_empty() && text.chars().count() <= longest;
        if !fits || text.chars().any(char::is_control) {
            let message = Message::new("faults.must_1_to_characters").with("longest", longest);
            self.fault(pointer, message);
        }
    }

    /// One line, or none.
    pub fn line(&mut self, pointer: &str, text: Option<&str>, longest: usize) {
        if let Some(text) = text {
            self.text(pointer, text, longest);
        }
    }

    /// Several lines, or nothing.
    pub fn note(&mut self, pointer: &str, text: &str, longest: usize) {
        // Line breaks are part of a note; other control characters could only come from a broken
        // paste.
        let strange = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t');
        if text.chars().count() > longest || text.chars().any(strange) {
            let message = Message::new("faults.text_too_long").with("longest", longest);
            self.fault(pointer, message);
        }
    }

    /// Two digits from `01` to the last of the list.
    pub fn code(&mut self, pointer: &str, code: &str, last: &str) {
        let digits = code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_digit());
        if !digits || !("01"..=last).contains(&code) {
            self.fault(
                pointer,
                Message::new("faults.code_must_01").with("last", last),
            );
        }
    }

    /// A count from 0 to ten digits, or none.
    pub fn count(&mut self, pointer: &str, count: Option<i64>) {
        if count.is_some_and(|count| !(0..=9_999_999_999).contains(&count)) {
            self.fault(pointer, "faults.not_a_count");
        }
    }

    /// A whole day, `YYYY-MM-DD` or `DD/MM/YYYY`; put into the former.
    pub fn day(&mut self, pointer: &str, given: &mut Option<String>) {
        self.partial_day(pointer, given);
        if given.as_ref().is_some_and(|text| text.len() != 10) {
            self.fault(pointer, "faults.day_is_whole");
        }
    }

    /// A day, a month or a year, as far as it is known: `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, `MM/YYYY`, `DD/MM/YYYY`; put
    /// into one of the first three.
    pub fn partial_day(&mut self, pointer: &str, given: &mut Option<String>) {
        let Some(text) = given else { return };
        match partial_day(text) {
            Some(read) => *text = read,
            None => self.fault(pointer, "faults.not_a_day"),
        }
    }
}

/// Reads a day, month or year.
fn partial_day(text: &str) -> Option<String> {
    let text = text.trim();
    // Both orders occur in the office: the Vietnamese one with slashes and the sorted one with
    // dashes.
    let parts: Vec<&str> = match text.contains('/') {
        true => text.split('/').rev().collect(),
        false => text.split('-').collect(),
    };
    let number = |at: usize, digits: std::ops::RangeInclusive<usize>| {
        let part = parts.get(at)?;
        let plain = digits.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| part.parse::<i16>().ok())?
    };
    // Wide enough for the oldest fonds; a year outside is a slip of the keyboard.
    let year = number(0, 4..=4).filter(|year| (1800..=2200).contains(year))?;
    match parts.len() {
        1 => Some(format!("{year:04}")),
        2 => {
            let month = number(1, 1..=2).filter(|month| (1..=12).contains(month))?;
            Some(format!("{year:04}-{month:02}"))
        }
        3 => {
            let (month, day) = (number(1, 1..=2)?, number(2, 1..=2)?);
            let day = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
            Some(day.to_string())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_as_far_as_it_is_known() {
        for (given, read) in [
            ("1989", "1989"),
            ("10/1989", "1989-10"),
            ("1989-10", "1989-10"),
            ("30/6/1989", "1989-06-30"),
            ("1989-06-30", "1989-06-30"),
        ] {
            assert_eq!(partial_day(given).as_deref(), Some(read), "{given}");
        }
        for wrong in [
            "",
            "89",
            "31/2/1990",
            "13/1990",
            "1990-13",
            "1/1/1",
            "1990-1-1-1",
            "năm 1990",
            "-1990",
            "00/1990",
            "9999",
            "+199",
        ] {
            assert_eq!(partial_day(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let mut checks = Checks::default();
        checks.text("/title", " ", 10);
        checks.code("/mode", "04", "03");
        checks.note("/note", "a\u{7}", 10);
        let Err(Error::Invalid(faults)) = checks.done() else {
            panic!("three things are wrong")
        };
        assert_eq!(faults.len(), 3);
    }
}
