//! The words of a page as all its readings have them: what was read again takes the place of what the first pass
//! read there.

use crate::arbitration::{Claim, arbitrate};
use crate::geometry::{around, centre};
use crate::layout::lines::{Line, joined, lines};
use crate::model_trust::ModelTrust;
use crate::reading::FieldReading;
use crate::word::{Box4, Word};

/// Words of an upright page.
pub(crate) struct PageWords(Vec<Word>);

impl PageWords {
    /// The words of the first pass.
    pub fn new(words: Vec<Word>) -> Self {
        Self(words)
    }

    pub fn into_words(self) -> Vec<Word> {
        self.0
    }

    /// Whether words could be read so much more surely there that they would take the place of those that
    /// stand there.
    pub fn is_open(&self, place: Box4, trust: ModelTrust) -> bool {
        let stands = || self.0.iter().filter(|word| covers(place, word));
        let letters: usize = stands().map(Word::letters).sum();
        letters == 0 || worth(stands()) + trust.margin * (letters as f64) < 0.5 * letters as f64
    }

    /// Takes a line that was read again, part by part, where more letters were read more surely.
    pub fn prefer(&mut self, line: &Line, trust: ModelTrust) {
        for part in line.segments() {
            let part = &line.words[part];
            let Some(place) = around(part.iter().map(|word| word.bounds)) else {
                continue;
            };
            let stands = self.0.iter().filter(|word| covers(place, word));
            let letters: usize = part.iter().map(Word::letters).sum();
            let claims = [worth(stands), worth(part)].map(|sureness| Claim {
                sureness,
                ..Claim::default()
            });
            if arbitrate(&claims, trust.margin * letters as f64) == Some(1) {
                self.replace(place, trust.of(part));
            }
        }
    }

    /// Spells a value as its field has it, where these words are the value and not more than it.
    pub fn spell(&mut self, field: &FieldReading) {
        let Some(place) = field.bounds else { return };
        let stands = self.0.iter().filter(|word| covers(place, word));
        let stands: Vec<Word> = stands.cloned().collect();
        let text = joined(&stands);
        let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
        if text.contains(&field.raw) || letters(&text) * 2 > letters(&field.raw) * 3 {
            return;
        }
        let words = match stands.is_empty() {
            true => vec![Word {
                text: field.raw.clone(),
                confidence: field.confidence,
                bounds: place,
            }],
            false => stands,
        };
        self.replace(place, respelled(&field.raw, &words));
    }

    fn replace(&mut self, place: Box4, words: Vec<Word>) {
        self.0.retain(|word| !covers(place, word));
        self.0.extend(words);
    }
}

/// Whether a word stands within a place.
fn covers([x, y, width, height]: Box4, word: &Word) -> bool {
    let (across, down) = centre(word.bounds);
    let inside = |at: f64, from: i32, size: i32| {
        at >= f64::from(from) && at <= f64::from(from) + f64::from(size)
    };
    inside(across, x, width) && inside(down, y, height)
}

/// Letters read more surely than not, less those read less surely.
fn worth<'w>(words: impl IntoIterator<Item = &'w Word>) -> f64 {
    words
        .into_iter()
        .map(|word| word.letters() as f64 * (word.confidence - 0.5))
        .sum()
}

/// The words of a value spelled as `raw`, at the places of the words it was read from.
pub(crate) fn respelled(raw: &str, words: &[Word]) -> Vec<Word> {
    let texts: Vec<&str> = raw.split_whitespace().collect();
    if texts.len() == words.len() {
        let spelled = |(text, word): (&&str, &Word)| Word {
            text: (*text).to_owned(),
            ..word.clone()
        };
        return texts.iter().zip(words).map(spelled).collect();
    }
    let lines = lines(words);
    let mut parts: Vec<Vec<&str>> = vec![Vec::new(); lines.len()];
    let all: usize = texts.iter().map(|text| text.chars().count()).sum();
    let mut before = 0;
    for text in texts {
        let length = text.chars().count();
        let middle = (before as f64 + length as f64 / 2.0) / all.max(1) as f64;
        if let Some(part) = parts.get_mut(line_at(&lines, middle)) {
            part.push(text);
        }
        before += length;
    }
    let parts = lines.iter().zip(&parts);
    parts
        .flat_map(|(line, texts)| spread(texts, line))
        .collect()
}

/// Which line holds the letter at that share of all letters.
fn line_at(lines: &[Line], share: f64) -> usize {
    let letters = |line: &Line| line.text().chars().count().max(1) as f64;
    let wanted = share * lines.iter().map(letters).sum::<f64>();
    let mut end = 0.0;
    let holds = |line: &Line| {
        end += letters(line);
        end >= wanted
    };
    lines
        .iter()
        .position(holds)
        .unwrap_or(lines.len().saturating_sub(1))
}

/// Texts along a line, each as wide as its letters.
fn spread(texts: &[&str], line: &Line) -> Vec<Word> {
    let [left, top, width, height] = line.bounds();
    let letters: usize = texts.iter().map(|text| text.chars().count() + 1).sum();
    let letter = f64::from(width) / (letters.max(2) - 1) as f64;
    let sure: f64 = line.words.iter().map(|word| word.confidence).sum();
    let confidence = sure / line.words.len().max(1) as f64;
    let mut at = 0;
    let placed = |text: &&str| {
        let from = left + (at as f64 * letter).round() as i32;
        let length = (text.chars().count() as f64 * letter).round() as i32;
        at += text.chars().count() + 1;
        Word {
            text: (*text).to_owned(),
            confidence,
            bounds: [
                from,
                top,
                length.clamp(1, (left + width - from).max(1)),
                height,
            ],
        }
    };
    texts.iter().map(placed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::right;
    use crate::layout::lines::tests::page;

    fn value(raw: &str, bounds: Box4) -> FieldReading {
        FieldReading {
            raw: raw.into(),
            value: raw.into(),
            confidence: 0.9,
            accepted: false,
            bounds: Some(bounds),
            struck: false,
            page: None,
            evidence: None,
        }
    }

    fn place(words: &[Word]) -> Box4 {
        around(words.iter().map(|word| word.bounds)).unwrap()
    }

    fn text(words: &PageWords) -> Vec<String> {
        lines(&words.0).iter().map(Line::text).collect()
    }

    #[test]
    fn a_value_is_spelled_as_its_field_has_it_and_its_neighbours_stay() {
        let read = page(&["Họ tên: Lê Thj Nga", "Số 5"]);
        let name = place(&read[2..5]);
        let mut words = PageWords::new(read);
        words.spell(&value("Lê Thị Nga", name));
        assert_eq!(text(&words), ["Họ tên: Lê Thị Nga", "Số 5"]);
    }

    #[test]
    fn a_value_that_is_a_part_of_its_words_changes_nothing() {
        let read = page(&["Hà Nội, ngày 5 tháng 6 năm 1989"]);
        let whole = place(&read);
        let mut words = PageWords::new(read);
        words.spell(&value("5 tháng 6 năm 1989", whole));
        words.spell(&value("5/6/1989", whole));
        assert_eq!(text(&words), ["Hà Nội, ngày 5 tháng 6 năm 1989"]);
    }

    #[test]
    fn a_value_nobody_saw_before_stands_where_it_was_read() {
        let mut words = PageWords::new(page(&["Số 5"]));
        words.spell(&value("Lê Thị Nga", [0, 400, 300, 30]));
        assert_eq!(text(&words), ["Số 5", "Lê Thị Nga"]);
    }

    #[test]
    fn of_two_looks_at_a_line_the_surer_stands() {
        let mut unsure = page(&["PHO GlÁM ĐỐ"]);
        unsure.iter_mut().for_each(|word| word.confidence = 0.3);
        let sure = lines(&page(&["PHÓ GIÁM ĐỐC"]));
        let mut words = PageWords::new(unsure.clone());
        words.prefer(&sure[0], ModelTrust::PRINT);
        assert_eq!(text(&words), ["PHÓ GIÁM ĐỐC"]);
        words.prefer(&lines(&unsure)[0], ModelTrust::PRINT);
        assert_eq!(text(&words), ["PHÓ GIÁM ĐỐC"]);
    }

    #[test]
    fn a_look_of_little_belief_asks_only_where_it_may_win() {
        let mut read = page(&["Họ tên", "Lê Nqa"]);
        read[2..].iter_mut().for_each(|word| word.confidence = 0.7);
        let (sure, unsure) = (place(&read[..2]), place(&read[2..]));
        let words = PageWords::new(read);
        assert!(!words.is_open(sure, ModelTrust::HANDWRITING));
        assert!(words.is_open(unsure, ModelTrust::HANDWRITING));
        assert!(words.is_open([500, 500, 90, 30], ModelTrust::HANDWRITING));
    }

    #[test]
    fn a_pens_line_takes_the_place_of_what_was_hardly_read_and_is_never_sure() {
        let printed = |sure: f64| {
            let mut words = page(&["Lê Thj Nqa"]);
            words.iter_mut().for_each(|word| word.confidence = sure);
            PageWords::new(words)
        };
        let pen = lines(&page(&["Lê Thị Nga"]));
        let mut hardly = printed(0.4);
        hardly.prefer(&pen[0], ModelTrust::HANDWRITING);
        assert_eq!(text(&hardly), ["Lê Thị Nga"]);
        assert!(hardly.0.iter().all(|word| word.confidence <= 0.5));
        let mut well = printed(0.8);
        well.prefer(&pen[0], ModelTrust::HANDWRITING);
        assert_eq!(text(&well), ["Lê Thj Nqa"]);
    }

    #[test]
    fn words_of_another_count_are_spread_over_the_lines_they_were_read_from() {
        let read = page(&["xã BìnhChánh huyện", "Bình Sơn"]);
        let spelled = respelled("xã Bình Chánh huyện Bình Sơn", &read);
        let lines = lines(&spelled);
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0].text(), "xã Bình Chánh huyện");
        let within = |word: &Word| right(word.bounds) <= right(place(&read)) + 1;
        assert!(spelled.iter().all(within), "{spelled:?}");
    }
}
