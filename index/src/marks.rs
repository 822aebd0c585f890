//! Where the words of a question stand in a text: for snippets, and for the boxes of words on a page.

use std::collections::BTreeSet;
use std::ops::Range;

use sogoc_vietnamese::fold::Level;

use crate::document::PartialDate;
use crate::query::{Query, dates_in_words, label_in_words, parse_date};
use crate::tokenizer::{Tokenizer, abbreviations, long_forms, spans, without_zeros};

/// Shortest word that is also marked with one letter changed.
const SHORTEST_NEAR: usize = 4;

/// The words of one question, in plain letters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks {
    /// Marked wherever they stand.
    words: BTreeSet<String>,
    /// Marked where all of them stand next to each other in this order.
    runs: BTreeSet<Vec<String>>,
}

impl Marks {
    /// What a question would have marked.
    pub fn of(query: &Query) -> Self {
        let (mut marks, mut tokenizer) = (Self::default(), Tokenizer::default());
        let raw: Vec<&str> = query.words.split_whitespace().collect();
        let (mut plain, mut position) = (String::new(), 0);
        while position < raw.len() {
            if let Some((_, length)) = label_in_words(&raw[position..]) {
                position += length;
            }
            if let Some((date, length)) = dates_in_words(&raw[position..]) {
                marks.add_date(&date);
                position += length;
                continue;
            }
            let word = raw[position];
            position += 1;
            if word.contains(char::is_numeric) {
                marks.add_run(&mut tokenizer, word);
                let date = word.trim_matches(|c: char| !c.is_alphanumeric());
                parse_date(date)
                    .iter()
                    .for_each(|date| marks.add_date(date));
            } else {
                plain.push_str(word);
                plain.push(' ');
            }
        }
        marks.add_words(&mut tokenizer, &plain);
        for text in query.name.iter().chain(&query.school) {
            marks.add_words(&mut tokenizer, text);
        }
        for text in query
            .phrases
            .iter()
            .chain(&query.number)
            .chain(&query.place)
        {
            marks.add_run(&mut tokenizer, text);
        }
        let dates = query.dates.iter().flat_map(|date| &date.any_of);
        dates
            .chain(&query.birth)
            .for_each(|date| marks.add_date(date));
        marks
    }

    /// Byte ranges of the words of the question in a text, in order and apart from each other. Where none stands there
    /// as it is, those that differ by one letter.
    pub fn in_text(&self, text: &str) -> Vec<Range<usize>> {
        let tokens = spans(text);
        let mut marked = vec![false; tokens.len()];
        for (at, (_, word)) in tokens.iter().enumerate() {
            marked[at] |= self.words.contains(word);
            for run in self.runs.iter().filter(|run| run.first() == Some(word)) {
                let here = tokens[at..].iter().map(|(_, word)| word);
                if tokens.len() - at >= run.len() && run.iter().zip(here).all(|(a, b)| a == b) {
                    marked[at..at + run.len()].fill(true);
                }
            }
        }
        if !marked.contains(&true) {
            for (at, (_, word)) in tokens.iter().enumerate() {
                marked[at] = self.words.iter().any(|wanted| is_near(wanted, word));
            }
        }
        let found = tokens.into_iter().zip(marked).filter(|(_, marked)| *marked);
        found.map(|((range, _), _)| range).collect()
    }

    fn add_words(&mut self, tokenizer: &mut Tokenizer, text: &str) {
        let tokens = tokenizer.words(text);
        let short = abbreviations(&tokens);
        let mut position = 0;
        while position < tokens.len() {
            let plain = tokens[position].at(Level::Ascii);
            let Some((_, length, short)) = short.iter().find(|(start, ..)| *start == position)
            else {
                self.words.insert(plain.to_owned());
                self.add_long_forms(plain);
                position += 1;
                continue;
            };
            let typed = tokens[position..position + length].iter();
            self.runs.insert(
                typed
                    .map(|token| token.at(Level::Ascii).to_owned())
                    .collect(),
            );
            self.words.insert((*short).to_owned());
            self.add_long_forms(short);
            position += length;
        }
    }

    fn add_long_forms(&mut self, short: &str) {
        for long in long_forms(short) {
            self.runs
                .insert(long.iter().map(|word| (*word).to_owned()).collect());
        }
    }

    fn add_run(&mut self, tokenizer: &mut Tokenizer, text: &str) {
        let tokens = tokenizer.words(text);
        let run: Vec<String> = tokens
            .iter()
            .map(|token| without_zeros(token.at(Level::Ascii)))
            .collect();
        if !run.is_empty() {
            self.runs.insert(run);
        }
    }

    /// A date in the ways it is written.
    fn add_date(&mut self, date: &PartialDate) {
        let year = date.year.to_string();
        let month = date.month.map(|month| month.to_string());
        let day = date.day.map(|day| day.to_string());
        let (thang, nam) = ("thang".to_owned(), "nam".to_owned());
        match (day, month) {
            (Some(day), Some(month)) => {
                let words = [day.clone(), thang, month.clone(), nam, year.clone()];
                self.runs.insert(words.into());
                self.runs.insert(vec![day, month, year]);
            }
            (None, Some(month)) => {
                self.runs
                    .insert(vec![thang, month.clone(), nam, year.clone()]);
                self.runs.insert(vec![month, year]);
            }
            _ => _ = self.runs.insert(vec![year]),
        }
    }
}

/// Whether two words differ by one letter: another one, one more, one less, or two neighbours swapped.
fn is_near(wanted: &str, word: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (wanted.chars().collect(), word.chars().collect());
    if a.len() < SHORTEST_NEAR || a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let same = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[same..], &b[same..]);
    match (a, b) {
        ([], _) | (_, []) => true,
        _ => {
            let rest = |cut: usize, of: usize| (a.get(cut..), b.get(of..));
            let equal = |(a, b): (Option<&[char]>, Option<&[char]>)| a.is_some() && a == b;
            let swapped = a.len() > 1 && b.len() > 1 && a[0] == b[1] && a[1] == b[0];
            equal(rest(1, 1))
                || equal(rest(1, 0))
                || equal(rest(0, 1))
                || swapped && equal(rest(2, 2))
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that fails should stop there
mod tests {
    use super::*;

    fn marked<'a>(question: &str, text: &'a str) -> Vec<&'a str> {
        let marks = Marks::of(&Query::parse(question).unwrap());
        marks
            .in_text(text)
            .into_iter()
            .map(|at| &text[at])
            .collect()
    }

    #[test]
    fn words_numbers_and_dates_are_marked_as_they_stand() {
        let text = "Quyết định số 0715/QĐ-SGDĐT ngày 05 tháng 10 năm 1989 về bố trí lịch quét";
        let number = ["Quyết", "định", "0715", "QĐ", "SGDĐT"];
        assert_eq!(marked("quyết định 715/QĐ-SGDĐT", text), number);
        assert_eq!(
            marked("tháng 10/1989", text),
            ["tháng", "10", "năm", "1989"]
        );
        assert_eq!(
            marked("bo tri lich quet", text),
            ["bố", "trí", "lịch", "quét"]
        );
        assert_eq!(marked("\"lịch bố trí\"", text), [""; 0]);
    }

    #[test]
    fn a_word_one_letter_off_is_marked_where_none_is_exact() {
        assert_eq!(marked("nghia hanh", "Huyện Nghia Hành"), ["Nghia", "Hành"]);
        assert_eq!(marked("nghĩa", "Huyện Nghịa, Nghla"), ["Nghịa"]);
        assert_eq!(marked("nghĩa", "Huyện Nghla"), ["Nghla"]);
        assert_eq!(marked("nghĩa", "Huyện"), [""; 0]);
    }
}
