//! Which column holds what, decided for all columns of a table together: header words, values and neighbours speak
//! for or against each usage, a field stands in one place only, and "nobody knows" is an answer.

use super::header;
use super::seen::{CLEARLY, HEADER, NAMED, Seen};
use super::shown::{Shown, shown};
use super::usage::{Phrases, Usage};
use crate::class::{Field, FieldKind, Part};
use crate::layout::Row;

/// Assignments kept while columns are gone through from left to right.
const BEAM: usize = 48;

/// How well each column is explained by what it was assigned.
#[derive(Debug, Clone)]
pub(super) struct Assigned<'c> {
    /// What each column is used for, from left to right.
    pub usages: Vec<Usage<'c>>,
    /// What speaks for the usage; one a column.
    pub shown: Vec<Shown>,
}

/// The largest margin that counts.
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
