//! Where on a line which label stands.

use crate::class::{Field, FieldKind};
use crate::layout::lines::Line;
use crate::word::Word;
use sogoc_vietnamese::fold;
use strsim::levenshtein;

/// A label of up to this many letters, twice as many when a letter is wrong, needs a colon after it
/// or to open its part of the line.
const SHORT: usize = 5;

/// Kinds of values that stand behind a short word in a sentence.
const SENTENCE: [FieldKind; 2] = [FieldKind::Place, FieldKind::Grade];

/// A label found on a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LabelMatch {
    /// Key of the field it names.
    pub key: String,
    /// First word of it.
    pub from: usize,
    /// First word after it.
    pub end: usize,
    /// How much of it was recognised; longer and surer labels are stronger.
    pub strength: usize,
}

/// The line with words such as `tính:Nam` divided after the colon.
pub(super) fn divided(line: &Line) -> Line {
    let mut words = Vec::new();
    for word in &line.words {
        match word.text.split_once(':') {
            Some((label, value))
                if !label.is_empty() && value.chars().any(char::is_alphanumeric) =>
            {
                let letters = word.text.chars().count() as i32;
                let share = word.bounds[2] * (label.chars().count() as i32 + 1) / letters;
                let [x, y, w, h] = word.bounds;
                let part = |text: String, bounds| Word {
                    text,
                    bounds,
                    confidence: word.confidence,
                };
                words.push(part(format!("{label}:"), [x, y, share, h]));
                words.push(part(value.to_owned(), [x + share, y, w - share, h]));
            }
            _ => words.push(word.clone()),
        }
    }
    Line { words }
}

/// The labels on a line, from left to right, none overlapping.
pub(super) fn label_places(line: &Line, fields: &[&Field]) -> Vec<LabelMatch> {
    let folded: Vec<String> = line
        .words
        .iter()
        .map(|word| fold::letters(&word.text))
        .collect();
    let opens: Vec<usize> = line
        .segments()
        .iter()
        .map(|segment| segment.start)
        .collect();
    let mut candidates = Vec::new();
    for field in fields {
        for label in &field.labels {
            candidates.extend(places_of(label, field, line, &folded, &opens));
        }
    }
    candidates.sort_by_key(|place: &LabelMatch| std::cmp::Reverse(place.strength));
    let mut taken: Vec<LabelMatch> = Vec::new();
    for place in candidates {
        if taken
            .iter()
            .all(|other| place.end <= other.from || other.end <= place.from)
        {
            taken.push(place);
        }
    }
    taken.sort_by_key(|place| place.from);
    taken
}

fn places_of(
    label: &str,
    field: &Field,
    line: &Line,
    folded: &[String],
    opens: &[usize],
) -> Vec<LabelMatch> {
    let wanted = fold::letters(label);
    let length = label.split_whitespace().count();
    let mut found = Vec::new();
    for from in 0..folded.len() {
        for end in from + length.saturating_sub(1).max(1)..=(from + length + 1).min(folded.len()) {
            if folded[from].is_empty() || folded[end - 1].is_empty() {
                continue;
            }
            // A comma that the label has not parts two things: "Vinh, ngày" is no "sinh ngày".
            let parted = |word: &Word| word.text.ends_with(',');
            if line.words[from..end - 1].iter().any(parted) && !label.contains(',') {
                continue;
            }
            let text = folded[from..end].concat();
            let colon = ends_with_colon(line, end);
            let opens = opens.contains(&from);
            // What opens its part of a line and ends in a colon is a label, whatever it says.
            let slips = wanted.len() / 5 + usize::from(colon && opens && wanted.len() > SHORT);
            if text.len().abs_diff(wanted.len()) > slips {
                continue;
            }
            let distance = levenshtein(&text, &wanted);
            if distance > slips {
                continue;
            }
            let certain = wanted.len() > if distance == 0 { SHORT } else { 2 * SHORT };
            // In a sentence short ones stand among others: "sinh ngày 5/9/1974 tại Huế, hạng Khá".
            let small = line.words[from].text.chars().all(char::is_lowercase);
            let within = from > 2 && small && distance == 0 && SENTENCE.contains(&field.kind);
            if !certain && !colon && !opens && !within {
                continue;
            }
            let strength = 2 * wanted.len() + if colon { 4 } else { 0 } - 2 * distance;
            found.push(LabelMatch {
                key: field.key.clone(),
                from,
                end,
                strength,
            });
        }
    }
    found
}

fn ends_with_colon(line: &Line, end: usize) -> bool {
    let marks = [':', ';'];
    line.words[end - 1].text.ends_with(marks)
        || line
            .words
            .get(end)
            .is_some_and(|next| next.text.starts_with(marks))
}
