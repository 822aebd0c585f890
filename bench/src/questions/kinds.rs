//! The kinds of questions: how each is put, and when a hit is right.

use serde_json::Value;
use sogoc_index::{Document, PartialDate};
use sogoc_vietnamese::fold::{Level, fold};
use sogoc_vietnamese::legacy::Encoding;

use super::letters::{Letter, is_letter, letter};
use crate::people::{self, Dice, misspelled};

/// A question, and when a hit is right by what it stores.
pub struct Question {
    pub text: String,
    pub of_pages: bool,
    pub is_right: Box<dyn Fn(&Value) -> bool>,
}

type Ask = fn(&mut Dice, u64, u64) -> Question;

/// Every kind, by name.
pub const KINDS: [(&str, Ask); 15] = [
    ("name without accents, year of birth", |dice, people, _| {
        named(dice, people, |name, birth, _| {
            format!("{} {}", plain(name), birth.year)
        })
    }),
    ("name as written, date of birth", |dice, people, _| {
        named(dice, people, |name, birth, _| {
            format!("{name} {}", day(birth))
        })
    }),
    (
        "name, year of birth, place, in any order",
        |dice, people, _| {
            named(dice, people, |name, birth, person| {
                let place = plain(person.place.as_deref().unwrap_or_default());
                format!("{} {} {place}", plain(name), birth.year)
            })
        },
    ),
    ("one typo in the name, date of birth", |dice, people, _| {
        let typo = dice.below(1000) as u64;
        named(dice, people, move |name, birth, _| {
            let mut words: Vec<String> = plain(name).split(' ').map(str::to_owned).collect();
            let mut dice = Dice::new(typo + 5);
            let at = dice.below(words.len());
            words[at] = misspelled(&words[at], &mut dice);
            format!("ten:\"{}\" sinh:{}", words.join(" "), day(birth))
        })
    }),
    (
        "name joined into one word, date of birth",
        |dice, people, _| {
            named(dice, people, |name, birth, _| {
                format!("{} {}", plain(name).replace(' ', ""), day(birth))
            })
        },
    ),
    (
        "initials and given name, date of birth",
        |dice, people, _| {
            named(dice, people, |name, birth, _| {
                format!("{} {}", shortened(name), day(birth))
            })
        },
    ),
    ("typed in TCVN3, date of birth", |dice, people, _| {
        named(dice, people, |name, birth, _| {
            format!("{} {}", Encoding::Tcvn3.encode(name), day(birth))
        })
    }),
    ("serial with its label", |dice, people, _| {
        by_number(dice, people, |number| format!("số hiệu {number}"))
    }),
    ("serial as a field", |dice, people, _| {
        by_number(dice, people, |number| format!("so:{number}"))
    }),
    ("name with school and year as fields", |dice, people, _| {
        named(dice, people, |name, birth, person| {
            let school = person.school.as_deref().unwrap_or_default();
            let school = school.replace("THPT", "trung học phổ thông");
            format!(
                "ten:\"{}\" sinh:{} truong:\"{school}\" nam:{}",
                plain(name),
                birth.year,
                birth.year + 18
            )
        })
    }),
    ("notation of a letter and its year", |dice, _, pages| {
        lettered(
            dice,
            pages,
            |letter| format!("{} năm {}", letter.notation, letter.year),
            |letter| {
                vec![
                    format!("Số: {} ", letter.notation),
                    format!("năm {}", letter.year),
                ]
            },
        )
    }),
    (
        "kind and notation, abbreviated as typed",
        |dice, _, pages| {
            lettered(
                dice,
                pages,
                |letter| format!("{} số {}", plain(letter.kind), plain(&letter.notation)),
                |letter| vec![letter.kind.to_owned(), format!("Số: {} ", letter.notation)],
            )
        },
    ),
    (
        "phrase of the subject, in quotation marks",
        |dice, _, pages| {
            lettered(
                dice,
                pages,
                |letter| format!("\"{}\"", letter.subject),
                |letter| vec![letter.subject.clone()],
            )
        },
    ),
    ("words of the subject without accents", |dice, _, pages| {
        lettered(
            dice,
            pages,
            |letter| plain(&letter.subject),
            |letter| vec![letter.subject.clone()],
        )
    }),
    ("month and words of the subject", |dice, _, pages| {
        lettered(
            dice,
            pages,
            |letter| format!("tháng {}/{} {}", letter.month, letter.year, letter.subject),
            |letter| {
                let month = format!("tháng {:02} năm {}", letter.month, letter.year);
                vec![month, letter.subject.clone()]
            },
        )
    }),
];

/// A question about a person; right is who has the name, accents aside, and the birth year.
fn named(
    dice: &mut Dice,
    people: u64,
    put: impl Fn(&str, PartialDate, &Document) -> String,
) -> Question {
    let person = people::document(dice.below(people as usize) as u64);
    let name = person.name.clone().unwrap_or_default();
    let birth = person.dates[0].1;
    let (text, wanted) = (put(&name, birth, &person), plain(&name));
    let short = shortened(&name);
    let only_initials = text.starts_with(&short);
    Question {
        text,
        of_pages: false,
        is_right: Box::new(move |stored| {
            let found = stored["ho_ten"].as_str().unwrap_or_default();
            // By initials the question says no more than these.
            let same = match only_initials {
                true => shortened(found) == short,
                false => plain(found) == wanted,
            };
            same && stored["nam_sinh"] == birth.year
        }),
    }
}

fn by_number(dice: &mut Dice, people: u64, put: impl Fn(&str) -> String) -> Question {
    let person = people::document(dice.below(people as usize) as u64);
    let stored = person.stored.clone();
    Question {
        text: put(&person.numbers[0].text),
        of_pages: false,
        is_right: Box::new(move |found| *found == stored),
    }
}

/// A question about a letter; right is a page on which all of these stand as they are written.
fn lettered(
    dice: &mut Dice,
    pages: u64,
    put: impl Fn(&Letter) -> String,
    right: impl Fn(&Letter) -> Vec<String>,
) -> Question {
    let n = dice.below(pages as usize) as u64;
    let letter = letter(if is_letter(n) { n } else { n - 1 });
    let wanted = right(&letter);
    Question {
        text: put(&letter),
        of_pages: true,
        is_right: Box::new(move |stored| {
            let text = stored["text"].as_str().unwrap_or_default();
            wanted.iter().all(|part| text.contains(part.as_str()))
        }),
    }
}

fn plain(text: &str) -> String {
    fold(text, Level::Ascii)
}

fn day(birth: PartialDate) -> String {
    let (day, month) = (birth.day.unwrap_or(1), birth.month.unwrap_or(1));
    format!("{day}/{month}/{}", birth.year)
}

/// `N.V.An` for Nguyễn Văn An.
fn shortened(name: &str) -> String {
    let words: Vec<&str> = name.split(' ').collect();
    let Some((given, before)) = words.split_last() else {
        return String::new();
    };
    let initials: String = before
        .iter()
        .filter_map(|word| plain(word).to_uppercase().chars().next())
        .map(|letter| format!("{letter}."))
        .collect();
    format!("{initials}{}", plain(given))
}
