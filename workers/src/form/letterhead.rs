//! The head of an official paper by where its parts stand (NĐ 30/2020/NĐ-CP, Annex I): the issuing body top left under
//! the body above it, the national motto top right, the number under the body, place and date under the motto, then the
//! kind of document and its subject in the middle, or a letter's subject under its number. No wording is asked for but
//! the motto's.

mod agency;
mod date;
mod number;
mod subject;

use crate::class::HeadPart;
use crate::geometry::{bottom, right};
use crate::layout::lines::{Line, Text};
use crate::values::Candidate;
use crate::values::dates::Date;
use crate::word::{Box4, Word};
use sogoc_vietnamese::fold;
use strsim::levenshtein;

/// Mottos since 1945, and the line under them.
const MOTTOS: [&str; 3] = [
    "conghoaxahoichunghiavietnam",
    "vietnamdanchuconghoa",
    "conghoamiennamvietnam",
];
const UNDER_MOTTO: [&str; 2] = ["doclaptudohanhphuc", "doclapdanchuhoabinhtrunglap"];
/// The motto stands within this many first lines, number and date within this many lines below it.
const HEAD_LINES: usize = 16;
const LINES_BELOW: usize = 10;
const DATE_WITHIN: usize = 7;

/// A place in a letterhead for figures, printed or filled in by pen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Blank {
    /// Which part of the head it is.
    pub part: HeadPart,
    /// The figures, as wide as the paper leaves room for them.
    pub place: Box4,
    /// Print beside them, of letters or figures as high as printed figures are.
    pub print: Box4,
    /// What is printed before and behind them.
    pub around: (String, String),
}

impl Blank {
    /// The value with these figures; `None` where a date has no such day.
    pub fn filled(&self, figures: &str) -> Option<String> {
        let (before, behind) = &self.around;
        // A number or day below ten is written with a zero before it: NĐ 30/2020/NĐ-CP, Annex I.
        let nought = if figures.len() == 1 { "0" } else { "" };
        let figures = format!("{nought}{figures}");
        let whole = format!("{before}{figures}{behind}");
        (self.part != HeadPart::Date || Date::parse(&whole)?.day.is_some()).then_some(whole)
    }
}

/// The parts of a letterhead that were found.
#[derive(Debug, Default)]
pub(crate) struct Letterhead {
    parts: Vec<(HeadPart, Candidate)>,
    /// Where the figures of number and date stand that a pen may have filled in.
    blanks: Vec<Blank>,
    /// Where it begins on the page: what stands above is not part of the paper's own text.
    pub top: i32,
}

impl Letterhead {
    /// The letterhead of a page; `None` where no motto stands to the right of an issuing body, or neither number nor
    /// date below them.
    pub fn of(lines: &[Line]) -> Option<Self> {
        let motto = Motto::find(lines)?;
        let body = Extent::of(lines);
        if motto.left < body.left + body.width() * 3 / 10 {
            return None; // it stands in the middle, as on diplomas
        }
        let height = lines.get(motto.line)?.height();
        let first = lines
            .iter()
            .position(|line| middle(line.bounds()) >= motto.top - height)?;
        let zone = &lines[first..(motto.line + LINES_BELOW).min(lines.len())];
        let number = zone.iter().enumerate().find_map(|(row, line)| {
            let below = middle(line.bounds()) > motto.top + height;
            below
                .then(|| number::of(line))
                .flatten()
                .map(|found| (row, found))
        });
        let date = zone
            .iter()
            .enumerate()
            .take(motto.line + DATE_WITHIN - first.min(motto.line))
            .find_map(|(row, line)| date::of(line).map(|found| (row, found)))
            .filter(|(_, found)| found.reaches(motto.left));
        if number.is_none() && date.is_none() {
            return None;
        }
        let row_of = |found: Option<usize>| found.unwrap_or(0);
        let (number_row, date_row) = (number.as_ref().map(|n| n.0), date.as_ref().map(|d| d.0));
        let ends = number_row.or(date_row).unwrap_or(0);
        let above: Vec<Line> = zone[..ends]
            .iter()
            .filter_map(|line| left_of(line, motto.left))
            .collect();
        let mut parts = Vec::new();
        if let Some(agency) = agency::of(&above) {
            parts.push((HeadPart::Agency, agency));
        }
        let mut blanks = Vec::new();
        if let Some((_, found)) = number {
            parts.push((HeadPart::Number, found.number));
            blanks.extend(found.blank);
        }
        if let Some((_, found)) = date {
            blanks.extend(found.blank);
            parts.push((HeadPart::Date, found.date));
            parts.extend(found.place.map(|place| (HeadPart::Place, place)));
        }
        let last = first + row_of(number_row).max(row_of(date_row));
        let under = first + number_row.unwrap_or(ends);
        parts.extend(subject::of(lines, last, under, motto.left, body));
        let top = zone.first().map_or(motto.top, |line| line.bounds()[1]);
        Some(Self { parts, blanks, top })
    }

    /// Where a pen may have filled figures in.
    pub fn blanks(&self) -> &[Blank] {
        &self.blanks
    }

    /// Whether it is that of an official paper: a number in its place, with a date, a kind or a subject.
    pub fn is_official(&self) -> bool {
        let has = |part| self.part(part).is_some();
        let with = [HeadPart::Date, HeadPart::Kind, HeadPart::Subject];
        has(HeadPart::Number) && with.into_iter().any(has)
    }

    /// What stands where that part stands.
    pub fn part(&self, part: HeadPart) -> Option<&Candidate> {
        let mut parts = self.parts.iter();
        parts
            .find(|(found, _)| *found == part)
            .map(|(_, value)| value)
    }
}

/// Whether the national motto stands in the page's head, as it does only where a paper begins.
pub(crate) fn bears_motto(lines: &[Line]) -> bool {
    Motto::find(lines).is_some()
}

/// How far the writing of a page reaches, in pixels from its left.
#[derive(Debug, Clone, Copy)]
struct Extent {
    left: i32,
    right: i32,
}

impl Extent {
    /// Specks apart, which a tenth of the lines may be.
    fn of(lines: &[Line]) -> Self {
        let words = |line: &&Line| line.words.iter().map(Word::letters).sum::<usize>() >= 8;
        let bounds = || lines.iter().filter(words).map(Line::bounds);
        let mut lefts: Vec<i32> = bounds().map(|bounds| bounds[0]).collect();
        let mut rights: Vec<i32> = bounds().map(right).collect();
        lefts.sort_unstable();
        rights.sort_unstable();
        let at = |sorted: &[i32], tenth: usize| sorted.get(sorted.len() * tenth / 20).copied();
        Self {
            left: at(&lefts, 1).unwrap_or(0),
            right: at(&rights, 18).unwrap_or(0),
        }
    }

    fn width(self) -> i32 {
        (self.right - self.left).max(1)
    }
}

/// Where the national motto stands.
struct Motto {
    line: usize,
    left: i32,
    top: i32,
}

impl Motto {
    fn find(lines: &[Line]) -> Option<Self> {
        let head = || lines.iter().enumerate().take(HEAD_LINES);
        let motto = head().find_map(|(line, words)| Self::on(line, words, &MOTTOS));
        let under = head().find_map(|(line, words)| Self::on(line, words, &UNDER_MOTTO));
        match (motto, under) {
            // The line under it is centred below; of both the left edge parts the columns.
            (Some(motto), _) => Some(motto),
            (None, Some(under)) => Some(Self {
                top: under.top - 2 * lines.get(under.line)?.height(),
                ..under
            }),
            (None, None) => None,
        }
    }

    /// The run of words that is nearest to one of the texts, a slip in five letters forgiven.
    fn on(line: usize, words: &Line, texts: &[&str]) -> Option<Self> {
        let folded: Vec<String> = words
            .words
            .iter()
            .map(|word| fold::letters(&word.text))
            .collect();
        let mut best: Option<(usize, usize)> = None;
        for from in 0..folded.len() {
            let mut run = String::new();
            for part in folded[from..].iter().take(12) {
                run.push_str(part);
                for text in texts {
                    let slips = text.len() / 5;
                    if run.len().abs_diff(text.len()) > slips {
                        continue;
                    }
                    let distance = levenshtein(&run, text);
                    if distance <= slips && best.is_none_or(|(least, _)| distance < least) {
                        best = Some((distance, from));
                    }
                }
            }
        }
        let [left, top, ..] = words.words[best?.1].bounds;
        Some(Self { line, left, top })
    }
}

fn middle(bounds: [i32; 4]) -> i32 {
    bounds[1] + bounds[3] / 2
}

/// The words of a line that stand left of an edge.
fn left_of(line: &Line, edge: i32) -> Option<Line> {
    let within = |word: &&Word| word.bounds[0] + word.bounds[2] / 2 < edge;
    let words: Vec<Word> = line.words.iter().filter(within).cloned().collect();
    (!words.is_empty()).then_some(Line { words })
}

/// A value over several lines.
fn joined(lines: &[Line]) -> Option<Candidate> {
    let words: Vec<Word> = lines.iter().flat_map(|line| line.words.clone()).collect();
    Candidate::of(&words)
}

/// The lines that stand above the paper's own text: stamps of electronic signatures, notes of arrival.
pub(crate) fn apart(lines: &[Line], head: &Letterhead) -> usize {
    let above = |line: &&Line| bottom(line.bounds()) <= head.top && line.height() > 0;
    lines.iter().take_while(above).count()
}

/// A line's text and the words behind it.
fn text(line: &Line) -> Text {
    Text::new(std::slice::from_ref(line))
}

#[cfg(test)]
mod tests;
