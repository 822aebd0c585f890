//! Amounts of money in words: what they come to, and letters the engine lost in them.

use strsim::levenshtein;

/// Every word an amount is made of, as it is written.
const WORDS: [&str; 29] = [
    "không", "một", "mốt", "hai", "ba", "bốn", "tư", "năm", "lăm", "nhăm", "sáu", "bảy", "bẩy",
    "tám", "chín", "mười", "mươi", "linh", "lẻ", "trăm", "nghìn", "ngàn", "triệu", "tỷ", "tỉ",
    "đồng", "chẵn", "rưỡi", "và",
];

/// The text with each garbled word as the one number word it is near to; `None` when nothing is to be
/// corrected or a word is near to none or several.
pub(super) fn with_whole_words(text: &str) -> Option<String> {
    let mut better: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        better.push(whole(word, better.last().map(String::as_str))?);
    }
    let better = better.join(" ");
    (better != text).then_some(better)
}

/// The number word that `word` is near to, after the word before it.
fn whole(word: &str, before: Option<&str>) -> Option<String> {
    let end = word.trim_end_matches(['.', ',', '/']).len();
    let (bare, marks) = word.split_at(end);
    let lower = bare.to_lowercase();
    if WORDS.contains(&lower.as_str()) {
        return Some(word.to_owned());
    }
    let distance = |known: &&str| levenshtein(known, &lower);
    let may_follow = |known: &&&str| follows(before, known);
    let least = WORDS.iter().filter(may_follow).map(&distance).min()?;
    let may_follow = WORDS.iter().filter(may_follow);
    let mut near = may_follow.filter(|known| distance(known) == least);
    let (Some(only), None) = (near.next(), near.next()) else {
        return None;
    };
    if least * 2 > only.chars().count() {
        return None;
    }
    let mut letters = only.chars();
    let first = letters.next()?;
    let capital = before.is_none() && bare.chars().next().is_some_and(char::is_uppercase);
    let first: String = match capital {
        true => first.to_uppercase().collect(),
        false => first.to_string(),
    };
    Some(format!("{first}{}{marks}", letters.as_str()))
}

/// Whether an amount may go on so: five and one have a form of their own after tens.
fn follows(before: Option<&str>, word: &str) -> bool {
    let after_tens = matches!(before, Some("mươi" | "mười" | "Mười"));
    match word {
        "lăm" | "nhăm" => after_tens,
        "mốt" => before == Some("mươi"),
        "năm" => !after_tens,
        _ => true,
    }
}

/// What an amount in words comes to, in đồng; `None` when a word is not a number word.
pub(crate) fn value(text: &str) -> Option<u64> {
    let (mut total, mut group, mut digit) = (0u64, 0u64, 0u64);
    let mut seen = false;
    for word in text.split_whitespace() {
        let word = word
            .trim_matches(|c: char| !c.is_alphabetic())
            .to_lowercase();
        match word.as_str() {
            "" | "đồng" | "chẵn" | "và" | "linh" | "lẻ" => continue,
            "không" => digit = 0,
            "một" | "mốt" => digit = 1,
            "hai" => digit = 2,
            "ba" => digit = 3,
            "bốn" | "tư" => digit = 4,
            "năm" | "lăm" | "nhăm" => digit = 5,
            "sáu" => digit = 6,
            "bảy" | "bẩy" => digit = 7,
            "tám" => digit = 8,
            "chín" => digit = 9,
            "mười" => (group, digit) = (group + 10, 0),
            "mươi" => (group, digit) = (group + digit * 10, 0),
            "trăm" => (group, digit) = (group + digit * 100, 0),
            unit => {
                let times = match unit {
                    "nghìn" | "ngàn" => 1_000,
                    "triệu" => 1_000_000,
                    "tỷ" | "tỉ" => 1_000_000_000,
                    _ => return None,
                };
                total = total.checked_add((group + digit).checked_mul(times)?)?;
                (group, digit) = (0, 0);
            }
        }
        seen = true;
    }
    seen.then_some(total.checked_add(group + digit)?)
}

/// The printed figures with the one digit changed that makes them `amount`; `None` when they differ
/// in none or in more.
pub(crate) fn one_digit_off(printed: &str, amount: u64) -> Option<String> {
    let wanted = amount.to_string();
    let digits = printed.chars().filter(char::is_ascii_digit);
    if digits.clone().count() != wanted.len() {
        return None;
    }
    if digits
        .zip(wanted.chars())
        .filter(|(read, said)| read != said)
        .count()
        != 1
    {
        return None;
    }
    let mut said = wanted.chars();
    let right = |c: char| {
        if c.is_ascii_digit() {
            said.next().unwrap_or(c)
        } else {
            c
        }
    };
    Some(printed.chars().map(right).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_to_their_amount() {
        assert_eq!(
            value("Hai mươi triệu ba trăm hai mươi hai nghìn không trăm ba mươi sáu đồng"),
            Some(20_322_036)
        );
        assert_eq!(
            value("Mười hai triệu tám trăm bốn mươi ba nghìn năm trăm đồng chẵn"),
            Some(12_843_500)
        );
        assert_eq!(
            value("Một tỷ hai trăm linh năm triệu đồng"),
            Some(1_205_000_000)
        );
        assert_eq!(value("đồng"), None);
        assert_eq!(value("ba con mèo"), None);
        assert_eq!(value(""), None);
        let _ = value(&"chín trăm tỷ ".repeat(10_000));
    }

    #[test]
    fn a_lost_letter_is_put_back_where_one_word_is_near() {
        assert_eq!(
            with_whole_words("Mười hai triệu tám trắm đồng").as_deref(),
            Some("Mười hai triệu tám trăm đồng")
        );
        assert_eq!(
            with_whole_words("năm mươi Ìăm nghìn").as_deref(),
            Some("năm mươi lăm nghìn"),
            "after tens five is lăm"
        );
        assert_eq!(
            with_whole_words("bốn trăm Ìăm đồng").as_deref(),
            Some("bốn trăm năm đồng")
        );
        assert_eq!(with_whole_words("Mười hai triệu đồng."), None);
        assert_eq!(with_whole_words("Mười hai xyzt đồng"), None);
    }

    #[test]
    fn one_wrong_digit_is_seen_by_the_words() {
        assert_eq!(
            one_digit_off("96.114.000", 56_114_000).as_deref(),
            Some("56.114.000")
        );
        assert_eq!(one_digit_off("56.114.000", 56_114_000), None);
        assert_eq!(one_digit_off("96.114.001", 56_114_000), None);
        assert_eq!(one_digit_off("6.114.000", 56_114_000), None);
    }
}
