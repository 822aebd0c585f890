//! The kind of document and what it is about: centred under the head, or of a letter under its number.

use super::{Extent, joined};
use crate::class::HeadPart;
use crate::geometry::{bottom, right};
use crate::layout::lines::Line;
use crate::values::Candidate;
use sogoc_vietnamese::fold;

/// How many lines below number and date the kind may stand.
const KIND_WITHIN: usize = 6;
/// What a paper is that bears no kind.
const LETTER: &str = "CÔNG VĂN";
/// A subject has no more lines than this.
const MOST_LINES: usize = 7;
/// Lines further apart than this share of the usual step are parted by more than the step.
const STEP_SLACK: f64 = 1.45;

/// Kind and subject below the line `last` (number or date, whichever is lower); a letter's subject may begin right
/// under its number, on the line after `under`.
pub(super) fn of(
    lines: &[Line],
    last: usize,
    under: usize,
    edge: i32,
    body: Extent,
) -> Vec<(HeadPart, Candidate)> {
    if let Some(subject) = of_letter(lines, under, edge.max(body.left + body.width() * 11 / 20)) {
        // A letter bears no name of its kind.
        let kind = Candidate {
            raw: LETTER.to_owned(),
            words: subject.words.clone(),
            held: true,
        };
        return vec![(HeadPart::Subject, subject), (HeadPart::Kind, kind)];
    }
    let mut parts = Vec::new();
    let below = lines.iter().enumerate().skip(last + 1);
    let kind = below
        .filter(|(_, line)| letters(line) >= 4)
        .take(KIND_WITHIN)
        .take_while(|(_, line)| !is_addressee(line))
        .find(|(_, line)| is_capitals(line) && is_centred(line, body, 0.12));
    let from = match kind {
        Some((row, line)) => {
            parts.extend(joined(std::slice::from_ref(line)).map(|kind| (HeadPart::Kind, kind)));
            row
        }
        None => last,
    };
    let about = centred(lines, from, body);
    let opens = |line: &Line| fold::words(&line.text()).starts_with("ve ");
    // Without its kind only a subject that opens as one is.
    if kind.is_some() || about.first().is_some_and(opens) {
        parts.extend(joined(&about).map(|subject| (HeadPart::Subject, subject)));
    }
    parts
}

/// `V/v …` under the number, in the left column, until the addressees.
fn of_letter(lines: &[Line], under: usize, edge: i32) -> Option<Candidate> {
    let below = || lines.iter().enumerate().skip(under + 1).take(4);
    let (first, opening) = below()
        .filter_map(|(row, line)| Some((row, column(line, edge)?)))
        .find(|(_, line)| letters(line) >= 4)?;
    if !opens_letter(&opening.text()) {
        return None;
    }
    let [left, _, width, _] = opening.bounds();
    let middle = left + width / 2;
    let (mut low, mut step) = (opening.bounds(), None);
    let mut subject = vec![opening];
    for line in lines.iter().skip(first + 1) {
        let Some(part) = column(line, edge).filter(|part| letters(part) >= 2) else {
            continue;
        };
        let [x, y, w, h] = part.bounds();
        let advance = centre(part.bounds()) - centre(low);
        let usual = step.unwrap_or(h * 2);
        let apart = f64::from(advance) > f64::from(usual) * STEP_SLACK;
        let aside = (x + w / 2 - middle).abs() > width.max(w) / 2;
        if is_addressee(&part) || apart || aside || y < low[1] || subject.len() >= MOST_LINES {
            break;
        }
        step = Some(step.map_or(advance, |step: i32| step.min(advance)));
        low = part.bounds();
        subject.push(part);
    }
    joined(&subject)
}

/// The part of a line that stands in the left column; `None` of one that runs across both.
fn column(line: &Line, edge: i32) -> Option<Line> {
    let part = line.segments().into_iter().next()?;
    let words = line.words[part].to_vec();
    let part = Line { words };
    (right(part.bounds()) <= edge).then_some(part)
}

/// Whether a text opens as the subject of a letter: `V/v`, `Về việc`.
fn opens_letter(text: &str) -> bool {
    let plain = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    let words = fold::words(plain);
    let mut letters = plain.chars().filter(|c| !c.is_whitespace());
    let v_stroke_v = letters.next().is_some_and(|c| matches!(c, 'V' | 'v'))
        && letters
            .next()
            .is_some_and(|c| matches!(c, '/' | '|' | 'l' | 'I' | 'W' | 'w' | 'í' | '1' | '⁄'));
    v_stroke_v || words.starts_with("ve viec ") || words.starts_with("v v ")
}

/// The centred lines below a line, until the addressees, the text, or another line in capitals.
fn centred(lines: &[Line], kind: usize, body: Extent) -> Vec<Line> {
    let mut found: Vec<Line> = Vec::new();
    let mut low = lines[kind].bounds();
    let mut step: Option<i32> = None;
    for line in lines.iter().skip(kind + 1) {
        if letters(line) < 2 {
            continue;
        }
        let bounds = line.bounds();
        let advance = centre(bounds) - centre(low);
        let usual = step.unwrap_or(line.height() * 3);
        let apart = f64::from(advance) > f64::from(usual) * STEP_SLACK;
        let wide = bounds[2] * 100 > body.width() * 88;
        let was_wide = found
            .last()
            .is_some_and(|last| last.bounds()[2] * 100 > body.width() * 80);
        let begins = line.words[0]
            .text
            .chars()
            .next()
            .is_some_and(char::is_uppercase);
        // A line from edge to edge after a shorter one begins the text.
        let is_text = wide && !was_wide && begins && !found.is_empty();
        // Its lines are centred under each other, whatever the margins of the text are.
        let aligned = match found.last() {
            Some(last) => under(bounds, last.bounds(), body),
            None => is_centred(line, body, 0.1),
        };
        let ends = is_addressee(line) || is_basis(line) || apart || is_text;
        if ends || is_capitals(line) || !aligned || found.len() >= MOST_LINES {
            break;
        }
        if !found.is_empty() {
            step = Some(step.map_or(advance, |step| step.min(advance)));
        }
        low = bounds;
        found.push(line.clone());
    }
    found
}

/// Whether two boxes have their middles below each other, except for a share of the text's width.
fn under(own: [i32; 4], above: [i32; 4], body: Extent) -> bool {
    let middle = |bounds: [i32; 4]| bounds[0] + bounds[2] / 2;
    (middle(own) - middle(above)).abs() * 1000 <= body.width() * 35
}

fn centre(bounds: [i32; 4]) -> i32 {
    (bounds[1] + bottom(bounds)) / 2
}

fn letters(line: &Line) -> usize {
    line.words.iter().map(|word| word.letters()).sum()
}

/// Whether nearly all letters are capitals.
fn is_capitals(line: &Line) -> bool {
    let text = line.text();
    let upper = text.chars().filter(|c| c.is_uppercase()).count();
    let all = text.chars().filter(|c| c.is_alphabetic()).count();
    all > 0 && upper * 10 >= all * 8
}

/// Whether as much room is left of the line as right of it, except for a share of the text's width.
fn is_centred(line: &Line, body: Extent, slack: f64) -> bool {
    let bounds = line.bounds();
    let (before, behind) = (bounds[0] - body.left, body.right - right(bounds));
    f64::from((before - behind).abs()) <= 2.0 * slack * f64::from(body.width())
}

fn is_addressee(line: &Line) -> bool {
    fold::letters(&line.text()).starts_with("kinhg")
}

/// Whether the line begins what a decision rests on, or its articles.
fn is_basis(line: &Line) -> bool {
    let text = fold::words(&line.text());
    ["can cu ", "dieu 1", "xet de nghi ", "theo de nghi "]
        .iter()
        .any(|opening| text.starts_with(opening))
}
