//! Reading order: words put together again into the lines a reader sees across the whole page, columns included.

use std::ops::Range;

use crate::geometry::median;
use crate::geometry::{around, bottom, right};
use crate::word::{Box4, Word};

/// Words that stand beside each other, from left to right.
#[derive(Debug, Clone, Default)]
pub(crate) struct Line {
    /// Its words from left to right; never empty.
    pub words: Vec<Word>,
}

impl Line {
    /// The words with single blanks between.
    pub fn text(&self) -> String {
        joined(&self.words)
    }

    /// The box around its words.
    pub fn bounds(&self) -> Box4 {
        around(self.words.iter().map(|word| word.bounds)).unwrap_or_default()
    }

    /// Typical height of its words in pixels.
    pub fn height(&self) -> i32 {
        usual_height(&self.words)
    }

    /// Index ranges of words with no wide gap between them.
    pub fn segments(&self) -> Vec<Range<usize>> {
        // Wider than a blank between words, narrower than the white between columns of text.
        let gap = self.height() * 5 / 2;
        let mut segments = Vec::new();
        let mut from = 0;
        for at in 1..self.words.len() {
            if self.words[at].bounds[0] - right(self.words[at - 1].bounds) > gap {
                segments.push(from..at);
                from = at;
            }
        }
        segments.push(from..self.words.len());
        segments
    }
}

/// Texts of words with single blanks between.
pub(crate) fn joined(words: &[Word]) -> String {
    let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    texts.join(" ")
}

/// Words taller than this many usual heights are titles or ornaments: they draw no others to them.
const TALL: i32 = 3;

/// The height of most words.
pub(crate) fn usual_height(words: &[Word]) -> i32 {
    let heights = words.iter().map(|word| word.bounds[3]);
    median(heights).unwrap_or(0).max(1)
}

/// The parts of the lines that stand apart, column by column: a part follows the one right above it.
pub(crate) fn columns(lines: &[Line]) -> Vec<Line> {
    let mut blocks: Vec<Vec<Line>> = Vec::new();
    let parts = lines.iter().flat_map(|line| {
        line.segments().into_iter().map(|segment| Line {
            words: line.words[segment].to_vec(),
        })
    });
    for part in parts {
        let fit = |block: &Vec<Line>| {
            let above = block.last().map(|last| last.bounds()).unwrap_or_default();
            let own = part.bounds();
            let gap = own[1] - bottom(above);
            let shared = right(own).min(right(above)) - own[0].max(above[0]);
            let near = gap > -own[3] / 2 && gap < part.height() * 5 / 4;
            if near {
                f64::from(shared) / f64::from(own[2].min(above[2]).max(1))
            } else {
                0.0
            }
        };
        let best = blocks
            .iter_mut()
            .map(|block| (fit(block), block))
            .max_by(|a, b| a.0.total_cmp(&b.0))
            // A part under two columns belongs to neither.
            .filter(|(share, _)| *share > 0.5);
        match best {
            Some((_, block)) => block.push(part),
            None => blocks.push(vec![part]),
        }
    }
    blocks.into_iter().flatten().collect()
}

/// The lines of a page, from top to bottom.
pub(crate) fn lines(words: &[Word]) -> Vec<Line> {
    let usual = usual_height(words);
    // Large ornaments would reach over several lines and join them.
    let (tall, mut sorted): (Vec<&Word>, Vec<&Word>) =
        words.iter().partition(|word| word.bounds[3] > usual * TALL);
    // From left to right: a line is followed along, and a leaning one is joined by its nearest
    // words.
    sorted.sort_by_key(|word| word.bounds[0]);
    let mut lines: Vec<Line> = Vec::new();
    for word in sorted {
        // Not the last word alone: a speck read as punctuation may stand above or below its line.
        let fit = |line: &Line| {
            // Nor one beside which it cannot stand: where words overlap, two lines lie close together.
            // Three words back: enough to pass over a speck, few enough to follow a line that
            // leans.
            let beneath = line.words.iter().rev().take(3);
            let covered = |last: &Word| {
                let words = last.letters().min(word.letters()) > 1;
                let beside = overlap(last.bounds, word.bounds) > 0.7;
                words && !beside && shared_width(last.bounds, word.bounds) > 0.5
            };
            // Two words above each other never stand on one line, however close the lines are.
            if beneath.clone().any(covered) {
                return 0.0;
            }
            beneath
                .map(|last| overlap(last.bounds, word.bounds))
                .fold(0.0, f64::max)
        };
        let best = lines
            .iter()
            .enumerate()
            .map(|(index, line)| (index, fit(line)))
            .max_by(|a, b| a.1.total_cmp(&b.1))
            // Less than two fifths in common is the next line already.
            .filter(|(_, share)| *share >= 0.4);
        match best {
            Some((index, _)) => lines[index].words.push(word.clone()),
            None => lines.push(Line {
                words: vec![word.clone()],
            }),
        }
    }
    lines.extend(tall.into_iter().map(|word| Line {
        words: vec![word.clone()],
    }));
    // By the middles, doubled so that they stay whole numbers.
    lines.sort_by_key(|line| {
        let bounds = line.bounds();
        bounds[1] * 2 + bounds[3]
    });
    lines
}

/// How far two boxes share their heights, as a share of the lower one.
fn overlap(a: Box4, b: Box4) -> f64 {
    let shared = bottom(a).min(bottom(b)) - a[1].max(b[1]);
    f64::from(shared.max(0)) / f64::from(a[3].min(b[3]).max(1))
}

/// How far two boxes share their widths, as a share of the narrower one.
fn shared_width(a: Box4, b: Box4) -> f64 {
    let shared = right(a).min(right(b)) - a[0].max(b[0]);
    f64::from(shared.max(0)) / f64::from(a[2].min(b[2]).max(1))
}

/// The text of lines, one a line, remembering which words each letter came from.
pub(crate) struct Text {
    /// Lines separated by `\n`.
    pub text: String,
    words: Vec<(Range<usize>, Word)>,
}

impl Text {
    /// The text of these lines.
    pub fn new(lines: &[Line]) -> Self {
        let mut text = String::new();
        let mut words = Vec::new();
        for (index, line) in lines.iter().enumerate() {
            if index > 0 {
                text.push('\n');
            }
            for (place, word) in line.words.iter().enumerate() {
                if place > 0 {
                    text.push(' ');
                }
                let from = text.len();
                text.push_str(&word.text);
                words.push((from..text.len(), word.clone()));
            }
        }
        Self { text, words }
    }

    /// Where that byte range stands; of a word that it holds a part of, the share of its letters.
    pub fn place_of(&self, range: Range<usize>) -> Option<Box4> {
        let clipped = |(place, word): &(Range<usize>, Word)| {
            let (from, end) = (place.start.max(range.start), place.end.min(range.end));
            let long = (place.end - place.start) as i32;
            let [x, y, width, height] = word.bounds;
            let at = |byte: usize| x + width * (byte - place.start) as i32 / long.max(1);
            (from < end).then(|| [at(from), y, at(end) - at(from), height])
        };
        around(self.words.iter().filter_map(clipped))
    }

    /// The words that hold any letter of that byte range.
    pub fn words_in(&self, range: Range<usize>) -> Vec<Word> {
        self.words
            .iter()
            .filter(|(place, _)| place.start < range.end && range.start < place.end)
            .map(|(_, word)| word.clone())
            .collect()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn word(text: &str, x: i32, y: i32) -> Word {
        let width = 12 * text.chars().count() as i32;
        Word {
            text: text.to_owned(),
            confidence: 0.95,
            bounds: [x, y, width, 24],
        }
    }

    /// Words of lines of text, a pixel grid of 12 by 40; two blanks or more leave a wide gap.
    pub(crate) fn page(text: &[&str]) -> Vec<Word> {
        let mut words = Vec::new();
        for (row, line) in text.iter().enumerate() {
            let mut column = 0;
            for piece in line.split(' ') {
                if !piece.is_empty() {
                    words.push(word(piece, 12 * column, 40 * row as i32));
                }
                column += piece.chars().count() as i32 + 1;
            }
        }
        words
    }

    #[test]
    fn words_of_a_leaning_line_stay_together() {
        let words = vec![
            word("hai", 300, 112),
            word("một", 0, 100),
            word("dưới", 0, 140),
        ];
        let found = lines(&words);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].text(), "một hai");
        assert_eq!(found[1].text(), "dưới");
    }

    #[test]
    fn a_wide_gap_divides_a_line() {
        let found = lines(&page(&["Số: 5           Họ tên"]));
        assert_eq!(found[0].segments(), vec![0..2, 2..4]);
    }

    #[test]
    fn a_speck_above_its_line_does_not_part_it() {
        let mut speck = word("`", 200, 85);
        speck.bounds[3] = 8;
        let found = lines(&[
            word("ngày", 100, 80),
            speck,
            word("05", 230, 88),
            word("tháng", 280, 80),
        ]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].text(), "ngày ` 05 tháng");
    }

    #[test]
    fn an_ornament_beside_two_lines_does_not_join_them() {
        let mut ornament = word("§", 0, 80);
        ornament.bounds[3] = 200;
        let found = lines(&[
            ornament,
            word("trên", 60, 90),
            word("dưới", 60, 130),
            word("cùng", 140, 130),
        ]);
        let texts: Vec<String> = found.iter().map(Line::text).collect();
        assert_eq!(texts, ["trên", "dưới cùng", "§"]);
    }

    #[test]
    fn what_stands_in_one_column_is_read_together() {
        let found = lines(&page(&[
            "V/v cấp bản sao            Độc lập - Tự do",
            "văn bằng",
        ]));
        let texts: Vec<String> = columns(&found).iter().map(Line::text).collect();
        assert_eq!(texts, ["V/v cấp bản sao", "văn bằng", "Độc lập - Tự do"]);
    }

    #[test]
    fn letters_lead_back_to_their_words() {
        let text = Text::new(&lines(&page(&["Sinh ngày 5", "tại Huế"])));
        assert_eq!(text.text, "Sinh ngày 5\ntại Huế");
        let at = text.text.find("tại").unwrap();
        assert_eq!(joined(&text.words_in(at..at + 2)), "tại");
    }
}
