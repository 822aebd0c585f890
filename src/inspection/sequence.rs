//! Numbers that should run on from page to page: what is missing, doubled or out of order. Pure: from
//! what each page shows, in the order of the pages, to what is worth a person's look.
//!
//! Silence is the rule where the pages give no firm ground: a count must be seen to run on before a
//! gap in it means anything, and one that starts again is another volume or another school.

use std::collections::{BTreeMap, BTreeSet};

/// Pages that must show a number before anything is said of their count.
const FEWEST: usize = 3;
/// A gap this wide is believed by itself; a wider one only between rows, which bear each other out, or
/// between pages in step with their neighbours.
const NARROW: i64 = 9;
/// A jump beyond this is another count, not a gap.
const WIDEST: i64 = 500;

/// What one page, at its place in the order, shows of a count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct NumbersShown {
    /// First and last number of each run on it.
    pub runs: Vec<(i64, i64)>,
    /// How many numbers it may hold that were not read; `None` for any number of them.
    pub unseen: Option<i64>,
    /// True where a new count begins whatever the numbers say.
    pub fresh: bool,
}

/// What is wrong between two pages; places are those in the order of the pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    /// Place of the page that the flag is raised on.
    pub at: usize,
    /// The page it is held against.
    pub other: usize,
    /// Which way the numbers of both fail to follow each other.
    pub fault: Fault,
    /// Numbers of the page, of the other, and those concerned.
    pub here: (i64, i64),
    pub there: (i64, i64),
    pub range: (i64, i64),
}

/// What can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// How many numbers of the range are missing at least.
    Missing(i64),
    /// The other page has these numbers too.
    Doubled,
    /// The page stands after one with higher numbers.
    OutOfOrder,
}

/// One run of numbers at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct PlacedRun {
    at: usize,
    first: i64,
    last: i64,
}

/// Everything worth a look in one count over the pages.
pub(super) fn check(pages: &[NumbersShown]) -> Vec<Finding> {
    let mut found = Vec::new();
    for section in sections(pages) {
        found.extend(check_section(&section, pages));
    }
    found.sort_by_key(|finding| (finding.at, finding.other));
    found
}

/// Parts of the order in which one count runs.
fn sections(pages: &[NumbersShown]) -> Vec<Vec<PlacedRun>> {
    let all: Vec<(PlacedRun, bool)> = (0..)
        .zip(pages)
        .flat_map(|(at, page)| {
            let runs = page.runs.iter().enumerate();
            runs.map(move |(place, (first, last))| {
                let seen = PlacedRun {
                    at,
                    first: *first,
                    last: *last,
                };
                (seen, place == 0 && page.fresh)
            })
        })
        .collect();
    let numbers: Vec<PlacedRun> = all.iter().map(|(seen, _)| *seen).collect();
    let mut sections: Vec<Vec<PlacedRun>> = Vec::new();
    for (place, (seen, fresh)) in all.iter().enumerate() {
        match sections.last_mut() {
            // A new file begins a new count only outside a bound volume.
            Some(section) if !fresh && !begins_anew(section, &numbers[place..]) => {
                section.push(*seen);
            }
            _ => sections.push(vec![*seen]),
        }
    }
    sections
}

/// Whether another count begins with the first of `coming`: at 1, or with a run of numbers of which
/// most were had already.
fn begins_anew(before: &[PlacedRun], coming: &[PlacedRun]) -> bool {
    let (Some(last), Some(next)) = (before.last(), coming.first()) else {
        return false;
    };
    // Numbers that go on cannot start again.
    if next.first > last.last {
        return false;
    }
    // A one after higher numbers is the first page of the next thing.
    if next.first == 1 && last.last > 1 {
        return true;
    }
    let in_step = coming
        .windows(2)
        .take_while(|pair| pair[1].first > pair[0].last && pair[1].first <= pair[0].last + 2)
        .count()
        + 1;
    let had: BTreeSet<i64> = before.iter().map(|seen| seen.first).collect();
    let again = coming[..in_step.min(coming.len())]
        .iter()
        .filter(|seen| had.contains(&seen.first))
        .count();
    // Three in step, half of which were there before: the count was started again without a one.
    in_step >= FEWEST && again * 2 > in_step
}

fn check_section(section: &[PlacedRun], pages: &[NumbersShown]) -> Vec<Finding> {
    let mut found = Vec::new();
    let (once, doubled) = apart(section);
    let sorted = {
        let mut sorted = once.clone();
        sorted.sort_by_key(|seen| seen.first);
        sorted
    };
    let step = step(&sorted);
    let gaps: Vec<Option<i64>> = sorted
        .windows(2)
        .map(|pair| gap(pair[0], pair[1], step, pages))
        .collect();
    let in_step = gaps.iter().filter(|gap| **gap == Some(0)).count();
    // Where hardly anything follows in step, the numbers are of something else.
    if section.len() < FEWEST || in_step == 0 || in_step * 2 < gaps.len() {
        return found;
    }
    // Front and back bear one number on many sheets; then a number twice says nothing.
    if !numbered_by_sheet(&doubled, once.len()) {
        found.extend(doubled.iter().map(|(seen, earlier)| {
            let range = (seen.first.max(earlier.first), seen.last.min(earlier.last));
            finding(*seen, *earlier, Fault::Doubled, range)
        }));
    }
    found.extend(misplaced(&once));
    for (place, gap) in gaps.iter().enumerate() {
        let (before, after) = (sorted[place], sorted[place + 1]);
        let Some(missing) = gap.filter(|missing| *missing > 0) else {
            continue;
        };
        let steady = |at: Option<usize>| {
            at.and_then(|at| gaps.get(at))
                .is_some_and(|gap| *gap == Some(0))
        };
        let of_rows = before.last > before.first && after.last > after.first;
        let between_steady = steady(place.checked_sub(1)) && steady(Some(place + 1));
        // A narrow gap is believed alone; a wide one needs rows that bear it out, or a steady count
        // on both sides.
        let believed = missing <= NARROW || of_rows || between_steady;
        if believed && missing <= WIDEST && before.at < after.at {
            let range = (before.last + step, after.first - step);
            found.push(finding(after, before, Fault::Missing(missing), range));
        }
    }
    found
}

fn finding(seen: PlacedRun, other: PlacedRun, fault: Fault, range: (i64, i64)) -> Finding {
    Finding {
        at: seen.at,
        other: other.at,
        fault,
        here: (seen.first, seen.last),
        there: (other.first, other.last),
        range,
    }
}

/// Runs seen once, and those whose numbers an earlier one has, with that one.
fn apart(section: &[PlacedRun]) -> (Vec<PlacedRun>, Vec<(PlacedRun, PlacedRun)>) {
    let (mut once, mut doubled) = (Vec::new(), Vec::new());
    // Runs kept do not overlap, so the one that begins last before `seen` ends is the one to look at.
    let mut by_first: BTreeMap<i64, PlacedRun> = BTreeMap::new();
    for seen in section {
        let near = by_first.range(..=seen.last).next_back().map(|(_, at)| *at);
        match near.filter(|near| near.last >= seen.first) {
            Some(earlier) => doubled.push((*seen, earlier)),
            None => {
                by_first.insert(seen.first, *seen);
                once.push(*seen);
            }
        }
    }
    (once, doubled)
}

/// Two where only every other number is used: one side of each sheet was scanned.
fn step(sorted: &[PlacedRun]) -> i64 {
    let by = |step: i64| {
        let pairs = sorted.windows(2);
        pairs
            .filter(|pair| pair[1].first - pair[0].last == step)
            // Only the fronts were scanned where every second number is missing throughout.
            .count()
    };
    if by(2) > by(1) && by(2) >= FEWEST {
        2
    } else {
        1
    }
}

/// How many numbers are missing between two runs that follow each other in the count; `None` where
/// pages between them may hold any.
fn gap(before: PlacedRun, after: PlacedRun, step: i64, pages: &[NumbersShown]) -> Option<i64> {
    let absent = (after.first - before.last + step - 1) / step - 1;
    let (from, end) = (before.at.min(after.at), before.at.max(after.at));
    let between = pages.get(from + 1..end).unwrap_or_default();
    let unnumbered = between.iter().filter(|page| page.runs.is_empty());
    let mut unseen = 0;
    for page in unnumbered {
        // A page between that may hold numbers nobody could read makes the gap unknown.
        unseen += page.unseen?;
    }
    // Unnumbered pages between two that follow each other directly are letters, covers and backs.
    Some((absent - unseen).max(0))
}

/// Whether front and back of a sheet bear the same number: then a number twice in a row says nothing.
fn numbered_by_sheet(doubled: &[(PlacedRun, PlacedRun)], once: usize) -> bool {
    let backs = doubled
        .iter()
        .filter(|(seen, earlier)| seen.at == earlier.at + 1)
        .count();
    backs >= 2 && backs * 4 > once
}

/// Runs that stand after a higher one, when most stand in order.
fn misplaced(once: &[PlacedRun]) -> Vec<Finding> {
    let in_order = longest_rise(once);
    // Where less than two thirds stand in order, the order of the files is wrong and not that of
    // the pages.
    if in_order.len() * 3 < once.len() * 2 || once.len() < FEWEST {
        return Vec::new();
    }
    let kept: BTreeSet<usize> = in_order.iter().map(|seen| seen.at).collect();
    let mut found = Vec::new();
    let mut last: Option<PlacedRun> = None;
    for seen in once {
        if kept.contains(&seen.at) {
            last = Some(*seen);
            continue;
        }
        // Held against the page before it; a page that came too early, against the one after it.
        let after = in_order.iter().find(|other| other.at > seen.at);
        let other = last
            .filter(|last| last.first > seen.first)
            .or(after.copied());
        if let Some(other) = other {
            let range = (seen.first, seen.last);
            found.push(finding(*seen, other, Fault::OutOfOrder, range));
        }
    }
    found
}

/// The longest part of the runs, in their order, in which the numbers only rise.
fn longest_rise(runs: &[PlacedRun]) -> Vec<PlacedRun> {
    let mut ends: Vec<usize> = Vec::new(); // place of the lowest end of a rise of each length
    let mut before: Vec<Option<usize>> = vec![None; runs.len()];
    for (place, seen) in runs.iter().enumerate() {
        let length = ends.partition_point(|end| runs[*end].first < seen.first);
        before[place] = length.checked_sub(1).map(|shorter| ends[shorter]);
        match ends.get_mut(length) {
            Some(end) => *end = place,
            None => ends.push(place),
        }
    }
    let mut rise = Vec::new();
    let mut at = ends.last().copied();
    while let Some(place) = at {
        rise.push(runs[place]);
        at = before[place];
    }
    rise.reverse();
    rise
}

#[cfg(test)]
mod tests;
