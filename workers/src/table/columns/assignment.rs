//! Which column holds what, decided for all columns of a table together: header words, values and neighbours speak
//! for or against each usage, a field stands in one place only, and "nobody knows" is an answer.

use sogoc_vietnamese::fold;

use super::header;
use super::shown::{Shown, shown};
use super::usage::{Phrases, Usage};
use super::values::{Values, fit};
use crate::class::{Field, FieldKind, OtherKind, Part};
use crate::layout::Row;
use crate::word::Word;

/// Assignments kept while columns are gone through from left to right.
const BEAM: usize = 48;
/// What a column that nobody knows comes to; less than this for a usage is no reason to name it.
const UNKNOWN: f64 = 0.2;
/// What header words that are exactly a usage's are worth.
const HEADER: f64 = 2.2;
/// What values that all fit are worth; as much is lost where none does.
const VALUES: f64 = 1.1;
/// What header words that are another usage's cost it.
const OTHERWISE: f64 = 1.4;
/// The same where they are nobody's, as far as the engine read them.
const UNHEARD: f64 = 0.35;
/// A header less like a usage's words than this is another's.
const NAMED: f64 = 0.6;
/// A header so much like a usage's words is that usage's.
const CLEARLY: f64 = 0.8;
/// Where fewer of the values are ordinals, two letters above them do not make them so.
const FEW_FIT: f64 = 0.3;
/// What values that all look as the field's mostly do are worth where no header tells.
const LOOKS: f64 = 0.3;
/// What a column as wide as its field's usually is is worth where nothing else tells.
const WIDTH: f64 = 0.12;

/// What one column shows.
struct Seen {
    values: Values,
    header: String,
    /// How much the header is like that of any usage, 0 to 1.
    known: f64,
    /// How much the values' letters can be trusted, 0 to 1.
    legible: f64,
    /// Its share of the table's width.
    width: f64,
}

/// How well each column is explained by what it was assigned.
#[derive(Debug, Clone)]
pub(super) struct Assigned<'c> {
    /// What each column is used for, from left to right.
    pub usages: Vec<Usage<'c>>,
    /// What speaks for the usage; one a column.
    pub shown: Vec<Shown>,
}

/// The most that a margin is reckoned.
const WIDEST_MARGIN: f64 = 2.0;

/// Usages of neighbouring columns that belong together, with what speaks for them.
struct Move<'c> {
    usages: Vec<Usage<'c>>,
    score: f64,
    shown: Shown,
}

struct State<'c> {
    score: f64,
    usages: Vec<Usage<'c>>,
    shown: Vec<Shown>,
}

impl<'c> State<'c> {
    fn holds(&self, field: &Field) -> bool {
        self.usages
            .iter()
            .any(|usage| matches!(usage, Usage::Field(own, _) if own.key == field.key))
    }

    fn with(&self, next: &Move<'c>) -> Option<Self> {
        let taken =
            |usage: &Usage<'c>| matches!(usage, Usage::Field(field, _) if self.holds(field));
        if next.usages.iter().any(taken) {
            return None;
        }
        let mut usages = self.usages.clone();
        usages.extend(&next.usages);
        let mut shown = self.shown.clone();
        shown.extend(next.usages.iter().map(|_| next.shown));
        Some(Self {
            score: self.score + next.score,
            usages,
            shown,
        })
    }
}

/// The likeliest usage of every column, given which rows are headers.
pub(super) fn assign<'c>(
    phrases: &Phrases<'c>,
    rows: &[Row],
    first: usize,
    widths: &[f64],
) -> Assigned<'c> {
    let count = widths.len();
    let (headers, body) = rows.split_at(first);
    let seen: Vec<Seen> = (0..count)
        .map(|column| Seen::of(phrases, headers, body, column, widths[column]))
        .collect();
    let mut states = vec![vec![State {
        score: 0.0,
        usages: Vec::new(),
        shown: Vec::new(),
    }]];
    states.resize_with(count + 1, Vec::new);
    for column in 0..count {
        let mut here = std::mem::take(&mut states[column]);
        here.sort_by(|a, b| b.score.total_cmp(&a.score));
        here.truncate(BEAM);
        let moves = moves(phrases, &seen, headers, column);
        for next in &moves {
            let reached = column + next.usages.len();
            states[reached].extend(here.iter().filter_map(|state| state.with(next)));
        }
    }
    let last = states.pop().unwrap_or_default();
    let best = last.iter().max_by(|a, b| a.score.total_cmp(&b.score));
    best.map_or(
        Assigned {
            usages: vec![Usage::Unknown; count],
            shown: vec![Shown::default(); count],
        },
        |state| Assigned {
            usages: state.usages.clone(),
            shown: (0..count)
                .map(|column| Shown {
                    margin: margin(&last, state, column),
                    ..state.shown[column]
                })
                .collect(),
        },
    )
}

/// How much better the best assignment is than the best that gives a column another meaning.
fn margin(all: &[State<'_>], best: &State<'_>, column: usize) -> f64 {
    let own = best.usages[column].key();
    let otherwise = all
        .iter()
        .filter(|state| state.usages[column].key() != own)
        .map(|state| best.score - state.score);
    otherwise.fold(WIDEST_MARGIN, f64::min)
}

impl Seen {
    fn of(phrases: &Phrases<'_>, headers: &[Row], body: &[Row], column: usize, width: f64) -> Self {
        let header = header::own(phrases, headers, column);
        let words: Vec<&Word> = body.iter().flat_map(|row| &row[column]).collect();
        let sure = words.iter().filter(|word| word.confidence > 0.6).count();
        Self {
            values: Values::of(body, column),
            known: phrases.strongest(&header),
            header,
            legible: sure as f64 / words.len().max(1) as f64,
            width,
        }
    }

    fn is_named(&self) -> bool {
        fold::letters(&self.header).len() >= 2
    }

    /// What values that fit so far are worth, less where the engine was not sure of them.
    fn worth(&self, fits: Option<f64>) -> f64 {
        let trust = 0.3 + 0.7 * self.legible;
        fits.map_or(0.0, |fits| (fits - 0.5) * 2.0 * VALUES * trust)
    }

    /// Of a usage: its score, and what speaks for it.
    fn score(&self, usage: Usage<'_>) -> (f64, Shown) {
        let fits = fit(usage, &self.values);
        match usage {
            Usage::Unknown => return (UNKNOWN, Shown::default()),
            Usage::Empty => {
                let blank = self.values.filling() < 0.1;
                let score = match blank && !self.is_named() {
                    true => UNKNOWN + 0.2,
                    false => -2.0,
                };
                let shown = Shown {
                    explained: 1.0,
                    ..Shown::default()
                };
                return (score, shown);
            }
            _ => {}
        }
        let like = usage.header_likeness(&self.header);
        let named = like >= NAMED;
        // "TT" is what the engine makes of the end of a rule too, and "Nữ" of any two letters.
        let short = matches!(usage, Usage::Field(field, None) if field.key == "stt")
            || matches!(usage, Usage::Field(_, Some(Part::Male | Part::Female)));
        let doubted = short && fits.is_some_and(|fits| fits < FEW_FIT);
        let header = match (named, self.is_named()) {
            (true, _) if doubted => 0.0,
            (true, _) => HEADER * like * like,
            (false, true) => -self.contradiction() - ambiguity(usage, &self.values) / 2.0,
            (false, false) => -ambiguity(usage, &self.values),
        };
        let thin = if self.values.filling() < 0.15 && !usage.may_be_empty() {
            0.5
        } else {
            0.0
        };
        let looks = match self.is_named() {
            true => 0.0,
            false => self.usual_worth(usage),
        };
        let score = header + looks + self.worth(fits) - thin + self.width_worth(usage);
        (score, shown(named.then_some(like), fits, self.legible))
    }

    /// What its header costs a usage that it does not name.
    fn contradiction(&self) -> f64 {
        match self.known >= CLEARLY {
            true => OTHERWISE,
            false => UNHEARD,
        }
    }

    /// What values that look as the field's mostly do are worth where no header tells, more or less than nothing.
    fn usual_worth(&self, usage: Usage<'_>) -> f64 {
        match usage {
            Usage::Field(field, None) if !field.usual.is_empty() => {
                let usual = |value: &str| field.usual.iter().any(|form| form.is_match(value));
                (self.values.share(usual) - 0.5) * 2.0 * LOOKS
            }
            _ => 0.0,
        }
    }

    fn width_worth(&self, usage: Usage<'_>) -> f64 {
        match usage {
            Usage::Field(
                Field {
                    width: Some(usual), ..
                },
                None,
            ) => WIDTH * (1.0 - (self.width / usual).ln().abs().min(2.0)),
            _ => 0.0,
        }
    }
}

/// What a usage costs where no header names it, because others have values like these.
fn ambiguity(usage: Usage<'_>, values: &Values) -> f64 {
    match usage {
        Usage::Field(field, None) => match field.kind {
            FieldKind::Number if field.key == "stt" => 0.0,
            FieldKind::Number => 0.75 - 0.5 * values.running(),
            FieldKind::Text => 0.8,
            FieldKind::Place => 0.3,
            FieldKind::Date => 0.2,
            _ => 0.0,
        },
        Usage::Other(other) => match other.kind {
            OtherKind::Mark | OtherKind::SchoolClass => 0.4,
            _ => 0.9,
        },
        _ => 0.6,
    }
}

/// What may stand at a column, alone or with its right neighbours.
fn moves<'c>(
    phrases: &Phrases<'c>,
    seen: &[Seen],
    headers: &[Row],
    column: usize,
) -> Vec<Move<'c>> {
    let own = &seen[column];
    let single = |usage: Usage<'c>| {
        let (score, shown) = own.score(usage);
        Move {
            usages: vec![usage],
            score,
            shown,
        }
    };
    // Ticks alone do not say for whom: a lone column of them needs its heading.
    let alone = |usage: &&Usage<'c>| match usage {
        Usage::Field(_, Some(part)) => {
            *part == Part::Female && usage.header_likeness(&own.header) >= CLEARLY
        }
        _ => true,
    };
    let mut moves: Vec<Move<'c>> = phrases
        .usages
        .iter()
        .filter(alone)
        .map(|usage| single(*usage))
        .collect();
    moves.extend([Usage::Unknown, Usage::Empty].map(single));
    for field in phrases
        .class
        .fields
        .iter()
        .filter(|field| !field.parts.is_empty())
    {
        for order in orders(field.kind) {
            let columns = column..column + order.len();
            if columns.end <= seen.len() {
                moves.push(divided(
                    field,
                    order,
                    &seen[columns.clone()],
                    headers,
                    columns,
                ));
            }
        }
    }
    moves
}

/// The orders in which a field's parts stand in neighbouring columns.
fn orders(kind: FieldKind) -> &'static [&'static [Part]] {
    match kind {
        FieldKind::Name => &[&[Part::Family, Part::Given]],
        FieldKind::Date => &[&[Part::Day, Part::Month, Part::Year]],
        FieldKind::Sex => &[&[Part::Male, Part::Female], &[Part::Female, Part::Male]],
        _ => &[],
    }
}

/// A field written in parts: a header above all of them, one above each, or both.
fn divided<'c>(
    field: &'c Field,
    order: &[Part],
    seen: &[Seen],
    headers: &[Row],
    columns: std::ops::Range<usize>,
) -> Move<'c> {
    let usages: Vec<Usage<'c>> = order
        .iter()
        .map(|part| Usage::Field(field, Some(*part)))
        .collect();
    let above =
        Usage::Field(field, None).header_likeness(&header::text_above(headers, columns.clone()));
    let below = |(usage, column): (&Usage<'c>, usize)| {
        let own = usage.header_likeness(&header::text(headers, column));
        own.max(usage.header_likeness(&header::text_below(headers, column)))
    };
    let each: f64 = usages.iter().zip(columns).map(below).sum::<f64>() / order.len() as f64;
    let like = each.max(above * if each > 0.0 { 1.0 } else { 0.9 });
    let named = like >= NAMED;
    let is_named = seen.iter().any(Seen::is_named);
    let header = match (named, is_named) {
        (true, _) => HEADER * like * like,
        (false, true) => -seen.iter().map(Seen::contradiction).fold(0.0, f64::max),
        (false, false) => -0.3,
    };
    let fits = together(field, order, seen);
    let legible = seen.iter().map(|seen| seen.legible).fold(1.0, f64::min);
    let worth: f64 = seen.iter().map(|seen| seen.worth(Some(fits))).sum();
    Move {
        usages,
        score: header * order.len() as f64 + worth,
        shown: shown(named.then_some(like), Some(fits), legible),
    }
}

/// The share of rows in which the parts make a whole.
fn together(field: &Field, order: &[Part], seen: &[Seen]) -> f64 {
    let rows = seen[0].values.cells.len();
    let cell = |part: usize, row: usize| seen[part].values.cells[row].as_deref();
    let filled = |row: &usize| (0..order.len()).any(|part| cell(part, *row).is_some());
    let whole = |row: &usize| match order {
        [Part::Family, Part::Given] => match (cell(0, *row), cell(1, *row)) {
            (Some(family), Some(given)) => {
                let short = given.split(' ').count() <= 2 && family.split(' ').count() <= 4;
                short
                    && [family, given].iter().all(|part| {
                        part.chars()
                            .all(|c| c.is_alphabetic() || c == ' ' || c == '\'')
                    })
            }
            _ => false,
        },
        [Part::Male, _] | [Part::Female, _] => {
            let short = |part| cell(part, *row).is_none_or(super::values::is_tick);
            short(0) && short(1)
        }
        _ => (0..order.len()).all(|part| {
            cell(part, *row).is_some_and(|value| super::values::is_part(order[part], value))
        }),
    };
    let all = (0..rows).filter(filled).count();
    if all == 0 {
        return 0.5;
    }
    let share = (0..rows).filter(filled).filter(whole).count() as f64 / all as f64;
    match order {
        // Given names differ; what hardly does is a sex, a people or a grade beside a whole name.
        [Part::Family, Part::Given] => {
            let families = field.lexicon.as_ref();
            let known = |row: &usize| {
                cell(0, *row).is_some_and(|name| families.is_none_or(|list| list.heads(name)))
            };
            let headed = (0..rows).filter(filled).filter(known).count() as f64 / all as f64;
            share * (seen[1].values.variety() / 0.35).min(1.0) * (0.3 + headed).min(1.0)
        }
        [Part::Male, _] | [Part::Female, _] => share.min(0.7),
        _ => share,
    }
}
