//! One cell on its way to a field.

use super::columns::Named;
use super::ditto_marks;
use super::ink_probe::Ink;
use super::serial;
use crate::arbitration::{Claim, arbitrate};
use crate::class::{Field, FieldKind, Part};
use crate::confidence::{self, Check, ColumnTrust, GlyphMatch, SecondReading, Series};
use crate::image::Grey;
use crate::layout::lines::lines;
use crate::layout::{Grid, Row};
use crate::ocr::figures::{self, Comparison};
use crate::reading::FieldReading;
use crate::values::{Candidate, closed_list, normalised};
use crate::word::{Box4, Word};

/// How sure a tick is that stands in one of two columns.
const TICK: f64 = 0.9;

/// What a page shows of how well it was read, shares from 0 to 1.
pub(super) struct PageEvidence {
    /// Running numbers that were read as they run.
    pub figures: f64,
    /// Values of closed lists that were read as the list has them.
    pub listed: f64,
    /// Whether it is written by hand.
    pub written: bool,
}

/// A cell of a named column.
pub(crate) struct Cell<'c> {
    pub field: &'c Field,
    /// Where it stands on the upright page.
    pub bounds: Box4,
    /// What was read, if anything.
    pub found: Option<Candidate>,
    /// What the model for printed pages read, where that was asked too.
    pub print_reading: Option<Option<Candidate>>,
    /// A mark that repeats the row above, as printed.
    pub ditto: Option<String>,
    pub second: SecondReading,
    pub series: Series,
    /// Whether the column put letters of it right.
    pub repaired: bool,
    /// Whether its column has the same letters in another spelling.
    pub spelled_twice: bool,
    /// What the model of figures says of its figures, and how clearly.
    alike: GlyphMatch,
    clear: f64,
    lines: usize,
    /// How well its column was understood.
    trust: ColumnTrust,
    /// Whether several columns hold it, so that its place is not one piece of writing.
    pub in_parts: bool,
    /// Whether ink that nobody read stands beside one of its parts.
    pub parts_leave_ink: bool,
}

impl<'c> Cell<'c> {
    pub fn new(field: &'c Field, words: &[Word], bounds: Box4) -> Self {
        let lines = lines(words);
        let count = lines.len();
        let mut ordered: Vec<Word> = lines.into_iter().flat_map(|line| line.words).collect();
        if field.kind == FieldKind::Number {
            serial::join_at_stops(&mut ordered);
        }
        let worth = |found: &Candidate| field.kind != FieldKind::Text || is_worth(found);
        Self {
            field,
            bounds,
            found: Candidate::of(&ordered).filter(worth),
            print_reading: None,
            ditto: ditto_marks::mark(field.kind, &ordered),
            second: SecondReading::None,
            series: Series::Unknown,
            repaired: false,
            spelled_twice: false,
            alike: GlyphMatch::Unknown,
            clear: 0.0,
            lines: count,
            trust: ColumnTrust::CONFIRMED,
            in_parts: false,
            parts_leave_ink: false,
        }
    }

    /// What stands in the columns of a field in a row, its parts put together.
    pub(super) fn of(
        named: &Named<'c>,
        words: &Row,
        grid: &Grid,
        row: usize,
        ink: Ink<'_>,
    ) -> Self {
        let bounds = named.bounds(grid, row);
        if !named.is_in_parts() {
            return Self {
                trust: named.trust,
                ..Self::new(named.field, &named.words(words), bounds)
            };
        }
        let found = match named.field.kind {
            FieldKind::Sex => ticked(named, words, grid, row, ink),
            FieldKind::Date => dated(named, words),
            _ => whole(named, words),
        };
        let leaves_ink = |(column, _): &(usize, Option<Part>)| {
            ink.has_more(grid.cell(row, *column), words[*column].iter())
        };
        Self {
            found,
            ditto: None,
            trust: named.trust,
            in_parts: true,
            parts_leave_ink: named.field.kind != FieldKind::Sex
                && named.columns.iter().any(leaves_ink),
            ..Self::new(named.field, &[], bounds)
        }
    }

    /// What was read, if anything.
    pub fn raw(&self) -> Option<&str> {
        self.found.as_ref().map(|found| found.raw.as_str())
    }

    /// The engine's confidence, nothing read being no confidence.
    pub fn engine(&self) -> f64 {
        let found = self.found.as_ref();
        found.map_or(0.0, |found| confidence::of_words(&found.words).0)
    }

    /// How much a second reading is wanted, 0 for not at all: doubtful values first that records need.
    pub fn doubt(&self) -> f64 {
        let free = self.field.kind == FieldKind::Text || self.ditto.is_some();
        let known =
            self.series == Series::Repaired || self.series == Series::Fits && self.engine() > 0.5;
        if free || known || self.in_parts {
            return 0.0;
        }
        let Some(found) = &self.found else {
            return 0.3;
        };
        let reading = found.reading(self.field, SecondReading::None);
        if reading.accepted {
            return 0.0;
        }
        // The nearly sure are won most often; what is hardly read stays hardly read.
        let need = if self.field.mandatory { 1.0 } else { 0.7 };
        need * (0.2 + reading.confidence)
    }

    /// Whether it was read in more than one line.
    pub fn is_of_several_lines(&self) -> bool {
        self.lines > 1
    }

    /// Takes a second reading of the cell: the better of both stands. `agreement` is what an equal one says.
    pub fn read_again(&mut self, words: &[Word], agreement: SecondReading) {
        let Some(second) = Candidate::of(words) else {
            return;
        };
        let Some(first) = self.found.take() else {
            self.found = Some(second);
            return;
        };
        self.second = match self.solid(&first) == self.solid(&second) {
            true => agreement,
            false => SecondReading::Different,
        };
        let claims = [&first, &second].map(|found| claim(self.field, found));
        let differs = self.second == SecondReading::Different;
        self.found = Some(match differs && arbitrate(&claims, 0.0) == Some(1) {
            true => second,
            false => first,
        });
    }

    /// The letters of a reading, put right as far as it can be by itself.
    fn solid(&self, found: &Candidate) -> String {
        let raw = found.reading(self.field, SecondReading::None).raw;
        raw.chars().filter(|c| !c.is_whitespace()).collect()
    }

    /// Whether the model for printed pages saw the same; `None` where it was not asked.
    fn agrees_with_print(&self) -> Option<bool> {
        let (asked, found) = (self.print_reading.as_ref()?, self.found.as_ref()?);
        let same =
            |seen: &Candidate| seen.raw == found.raw || self.solid(seen) == self.solid(found);
        Some(asked.as_ref().is_some_and(same))
    }

    /// Takes what the model of figures reads in its words: other figures stand where they are clear and the value may be
    /// the field's with them.
    pub(super) fn see_figures(&mut self, page: &Grey) {
        let Some(found) = self.found.as_ref().filter(|_| self.field.kind.is_numeric()) else {
            return;
        };
        let mut words = found.words.clone();
        let (mut clear, mut others, mut is_disputed) = (1.0f64, false, false);
        let mut is_seen = false;
        for word in &mut words {
            let margin = match figures::compare(page, word) {
                None => continue,
                Some(Comparison::Same(margin)) => margin,
                Some(Comparison::Other(text, margin)) => {
                    (word.text, others) = (text, true);
                    margin
                }
                Some(Comparison::Disputed) => {
                    is_disputed = true;
                    continue;
                }
            };
            clear = clear.min(margin);
            is_seen = true;
        }
        let seen = Candidate::of(&words).filter(|_| others && !self.in_parts);
        let check = |candidate: &Candidate| normalised(self.field, &candidate.raw).1.rank();
        let may_stand = |seen: &Candidate| check(seen) >= check(found);
        self.alike = match seen.filter(may_stand) {
            Some(seen) if !is_disputed => {
                self.found = Some(seen);
                GlyphMatch::Other
            }
            _ if others || is_disputed => GlyphMatch::Disputed,
            _ if is_seen => GlyphMatch::Same,
            _ => GlyphMatch::Unknown,
        };
        self.clear = clear;
    }

    /// Whether it was read as its closed list has it; `None` where it has none or nothing was read.
    pub fn is_listed(&self) -> Option<bool> {
        let closed = closed_list(self.field).is_some() && self.ditto.is_none();
        let raw = self.raw().filter(|_| closed)?;
        Some(normalised(self.field, raw).1 == Check::Agrees)
    }

    /// The field's reading, with what the whole column and page say; `unexplained` where the value leaves something
    /// of its cell without a meaning.
    pub(super) fn reading(
        &self,
        column: f64,
        unexplained: bool,
        page: &PageEvidence,
    ) -> Option<FieldReading> {
        let mut reading = self.found.as_ref()?.reading(self.field, self.second);
        let evidence = reading.evidence.as_mut()?;
        evidence.print_model_agrees = self.agrees_with_print();
        evidence.series = self.series;
        evidence.repaired |= self.repaired;
        evidence.spelled_twice = self.spelled_twice;
        evidence.alike = self.alike;
        evidence.clear = self.clear;
        evidence.column = Some(column);
        evidence.trust = Some(self.trust);
        evidence.unexplained = unexplained;
        evidence.figures = page.figures;
        evidence.listed = page.listed;
        evidence.written = page.written;
        (reading.confidence, reading.accepted) = (evidence.probability(), evidence.accepted());
        Some(reading)
    }
}

/// The parts of a name, if all of them are there: half a name is no use.
fn whole(named: &Named<'_>, words: &Row) -> Option<Candidate> {
    let part = |(column, _): &(usize, Option<Part>)| in_order(&words[*column]);
    let parts: Option<Vec<Candidate>> = named.columns.iter().map(part).collect();
    let parts = parts?;
    let raw: Vec<&str> = parts.iter().map(|part| part.raw.as_str()).collect();
    Candidate::part(
        &raw.join(" "),
        parts.iter().flat_map(|part| part.words.clone()).collect(),
    )
}

/// Day, month and year as one date; what is missing leaves its place empty, so that no date reads from the rest.
fn dated(named: &Named<'_>, words: &Row) -> Option<Candidate> {
    let parts: Vec<Option<Candidate>> = named
        .columns
        .iter()
        .map(|(column, _)| in_order(&words[*column]))
        .collect();
    let raw: Vec<&str> = parts
        .iter()
        .map(|part| part.as_ref().map_or("", |part| part.raw.as_str()))
        .collect();
    let all = parts
        .iter()
        .flatten()
        .flat_map(|part| part.words.clone())
        .collect();
    Candidate::part(&raw.join("/"), all)
}

/// What the one ticked column says; nothing where none or both are ticked.
fn ticked(
    named: &Named<'_>,
    words: &Row,
    grid: &Grid,
    row: usize,
    ink: Ink<'_>,
) -> Option<Candidate> {
    let is_ticked =
        |column: usize| !words[column].is_empty() || ink.is_written(grid.cell(row, column));
    let mut ticked = named
        .columns
        .iter()
        .filter(|(column, _)| is_ticked(*column));
    let (column, part) = ticked.next().filter(|_| ticked.next().is_none())?;
    let sex = match part {
        Some(Part::Male) => "Nam",
        _ => "Nữ",
    };
    let cell = grid.cell(row, *column);
    let mark = words[*column].first().map_or(cell, |word| word.bounds);
    // The mark is seen, not read: how sure that is does not hang on the engine's letter for it.
    let seen = Word {
        text: sex.to_owned(),
        confidence: TICK,
        bounds: mark,
    };
    Some(Candidate {
        raw: sex.to_owned(),
        words: vec![seen],
        held: false,
    })
}

fn in_order(words: &[Word]) -> Option<Candidate> {
    let ordered: Vec<Word> = lines(words)
        .into_iter()
        .flat_map(|line| line.words)
        .collect();
    Candidate::of(&ordered)
}

/// Whether free text in a cell is more than a stroke of a signature read as letters.
fn is_worth(found: &Candidate) -> bool {
    let (mean, weakest) = confidence::of_words(&found.words);
    mean + weakest > 1.0 && found.raw.chars().filter(|c| c.is_alphanumeric()).count() > 2
}

/// What speaks for a reading of a field's cell: its check, then the engine.
fn claim(field: &Field, found: &Candidate) -> Claim {
    let (mean, weakest) = confidence::of_words(&found.words);
    Claim {
        check: u8::from(normalised(field, &found.raw).1 != Check::Contradicts),
        sureness: ((mean + weakest) * 1000.0).floor(), // in thousandths, so that a hair decides nothing
        ..Claim::default()
    }
}
