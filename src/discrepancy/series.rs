//! Series of numbers in a register: what is missing in them, stands twice, stands where it does not belong, lies far from all
//! others. Pure: from the numbers in the order of the paper.
//!
//! Silence is the rule where a column does not run on: only where most numbers follow each other does a gap mean anything.
//! Within one page rows are not held against each other: the desk warns of those where they are keyed.

use std::collections::BTreeMap;

/// Neighbours that must follow each other before a series is taken for a running one.
const FEWEST_STEPS: usize = 3;
/// A jump beyond this begins another block of numbers, and is no gap.
const WIDEST: i64 = 500;
/// Numbers of a block so small that, beside a large one, each of them is taken for misread.
const FEW: usize = 2;
/// Of so many numbers one may be odd, or the column is not what it is taken for.
const ODD_ONE_OF: usize = 5;
/// Longest run of figures that is a number.
const LONGEST_RUN: usize = 15;

/// A number at its place.
#[derive(Debug, Clone)]
pub(super) struct PlacedNumber {
    /// Place of its row among all rows.
    pub row: usize,
    /// Place of its page among all pages.
    pub page: usize,
    /// As the record has it.
    pub value: String,
    /// Year of graduation of its row: numbers begin anew with it.
    pub year: String,
}

/// What is wrong with a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// Numbers that no row has; the rows are those around them.
    Gap,
    /// One number of several rows.
    Repeat,
    /// A number on a page that others do not follow.
    Order,
    /// A number far from all others.
    Far,
}

/// Something found in one series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub fault: Fault,
    pub year: String,
    /// First and last number concerned, as written.
    pub first: String,
    pub last: String,
    /// How many numbers that are.
    pub count: i64,
    pub rows: Vec<usize>,
}

/// A number taken apart: what stands around its count, and the count.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Parsed {
    /// With `#` in the place of the count: `#/95`, `A#`.
    series: String,
    count: i64,
    /// Figures the count is written with, where it begins with a zero.
    width: usize,
}

impl Parsed {
    fn written(&self, count: i64) -> String {
        let count = format!("{count:0width$}", width = self.width);
        self.series.replace('#', &count)
    }
}

/// The count is the longest run of figures that is not the year; of two equally long the first.
fn parse(value: &str, year: &str) -> Option<Parsed> {
    let value: String = value.split_whitespace().collect::<String>().to_uppercase();
    let mut runs: Vec<(usize, &str)> = Vec::new();
    for (at, letter) in value.char_indices() {
        let inside = runs
            .last()
            .is_some_and(|(from, run)| from + run.len() == at);
        match (letter.is_ascii_digit(), inside) {
            (true, true) => {
                if let Some((from, run)) = runs.last_mut() {
                    *run = &value[*from..=at];
                }
            }
            (true, false) => runs.push((at, &value[at..=at])),
            (false, _) => {}
        }
    }
    let several = runs.len() > 1;
    let of_year = |run: &str| !year.is_empty() && (run == year || Some(run) == year.get(2..));
    let mut best: Option<(usize, &str)> = None;
    // From the end, so that of number and year written alike, 95/95, the first is the number.
    for (place, (from, run)) in runs.iter().enumerate().rev() {
        let is_year = several && of_year(run) && (place > 0 || best.is_some());
        if !is_year && best.is_none_or(|(_, longest)| run.len() >= longest.len()) {
            best = Some((*from, run));
        }
    }
    let (from, run) = best.filter(|(_, run)| run.len() <= LONGEST_RUN)?;
    Some(Parsed {
        series: format!("{}#{}", &value[..from], &value[from + run.len()..]),
        count: run.parse().ok()?,
        width: if run.starts_with('0') { run.len() } else { 0 },
    })
}

/// One number of a series.
struct Member<'a> {
    of: &'a PlacedNumber,
    parsed: Parsed,
}

/// Everything odd in the series that these numbers make, in the order of the series.
pub(super) fn check(numbers: &[PlacedNumber]) -> Vec<Finding> {
    let mut found = Vec::new();
    for members in series_of(numbers).values() {
        repeats(members, &mut found);
        for block in blocks(members, &mut found) {
            if runs_on(&block) {
                gaps(&block, &mut found);
                disorder(&block, &mut found);
            }
        }
    }
    found
}

/// The numbers by year and series, each in the order of their counts.
fn series_of(numbers: &[PlacedNumber]) -> BTreeMap<(&str, String), Vec<Member<'_>>> {
    let mut series: BTreeMap<(&str, String), Vec<Member<'_>>> = BTreeMap::new();
    for of in numbers {
        if let Some(parsed) = parse(&of.value, &of.year) {
            let key = (of.year.as_str(), parsed.series.clone());
            series.entry(key).or_default().push(Member { of, parsed });
        }
    }
    for members in series.values_mut() {
        members.sort_by_key(|one| (one.parsed.count, one.of.row));
    }
    series
}

fn finding(fault: Fault, members: &[&Member<'_>], (first, last): (i64, i64)) -> Finding {
    let one = members[0];
    Finding {
        fault,
        year: one.of.year.clone(),
        first: one.parsed.written(first),
        last: one.parsed.written(last),
        count: last - first + 1,
        rows: members.iter().map(|one| one.of.row).collect(),
    }
}

/// Numbers that several rows have, in a series where hardly any does.
fn repeats(members: &[Member<'_>], found: &mut Vec<Finding>) {
    let same = |a: &Member<'_>, b: &Member<'_>| a.parsed.count == b.parsed.count;
    let groups: Vec<&[Member<'_>]> = members.chunk_by(same).collect();
    // A number that most rows share says nothing of one of them.
    if (members.len() - groups.len()) * ODD_ONE_OF > members.len().max(ODD_ONE_OF) {
        return;
    }
    let twice = groups.iter().filter(|group| group.len() > 1);
    for group in twice {
        let count = group[0].parsed.count;
        let group: Vec<&Member<'_>> = group.iter().collect();
        found.push(finding(Fault::Repeat, &group, (count, count)));
    }
}

/// The series cut where it jumps; a few numbers far from a long block are told one by one.
fn blocks<'m>(members: &'m [Member<'m>], found: &mut Vec<Finding>) -> Vec<Vec<&'m Member<'m>>> {
    let near = |a: &Member<'_>, b: &Member<'_>| b.parsed.count - a.parsed.count <= WIDEST;
    let mut long: Vec<Vec<&Member<'_>>> = Vec::new();
    let mut few: Vec<&Member<'_>> = Vec::new();
    for block in members.chunk_by(near) {
        match block.len() <= FEW {
            true => few.extend(block.iter()),
            false => long.push(block.iter().collect()),
        }
    }
    let all: usize = long.iter().map(Vec::len).sum();
    if few.len() * ODD_ONE_OF <= all {
        for one in few {
            let count = one.parsed.count;
            found.push(finding(Fault::Far, &[one], (count, count)));
        }
    }
    long
}

/// Whether at least half of the neighbours follow each other.
fn runs_on(block: &[&Member<'_>]) -> bool {
    let pairs = block.windows(2);
    let steps: Vec<i64> = pairs
        .map(|pair| pair[1].parsed.count - pair[0].parsed.count)
        .filter(|step| *step != 0)
        .collect();
    let ones = steps.iter().filter(|step| **step == 1).count();
    ones >= FEWEST_STEPS && ones * 2 >= steps.len()
}

fn gaps(block: &[&Member<'_>], found: &mut Vec<Finding>) {
    for pair in block.windows(2) {
        let (before, after) = (pair[0].parsed.count, pair[1].parsed.count);
        if after - before > 1 {
            found.push(finding(Fault::Gap, pair, (before + 1, after - 1)));
        }
    }
}

/// Numbers that do not keep step with those of the pages around them.
fn disorder(block: &[&Member<'_>], found: &mut Vec<Finding>) {
    let mut rows: Vec<&Member<'_>> = block.to_vec();
    rows.sort_by_key(|one| (one.of.page, one.parsed.count, one.of.row));
    let counts: Vec<i64> = rows.iter().map(|one| one.parsed.count).collect();
    let kept = longest_run(&counts);
    let odd: Vec<&Member<'_>> = rows
        .iter()
        .enumerate()
        .filter(|(at, _)| kept.binary_search(at).is_err())
        .map(|(_, one)| *one)
        .collect();
    // Where many are out of order the volume is not kept by this number.
    if odd.len() * ODD_ONE_OF > rows.len() {
        return;
    }
    for one in odd {
        let count = one.parsed.count;
        found.push(finding(Fault::Order, &[one], (count, count)));
    }
}

/// Places of the longest part of the numbers that never falls, in their order.
fn longest_run(numbers: &[i64]) -> Vec<usize> {
    // The last place of the best run of each length, and the place before each.
    let (mut ends, mut before): (Vec<usize>, Vec<Option<usize>>) = (Vec::new(), Vec::new());
    for (at, number) in numbers.iter().enumerate() {
        let length = ends.partition_point(|end| numbers[*end] <= *number);
        before.push(length.checked_sub(1).map(|length| ends[length]));
        match ends.get_mut(length) {
            Some(end) => *end = at,
            None => ends.push(at),
        }
    }
    let mut run = Vec::with_capacity(ends.len());
    let mut last = ends.last().copied();
    while let Some(at) = last {
        run.push(at);
        last = before[at];
    }
    run.reverse();
    run
}

/// What a volume's first and last number, as described, ask for beyond the numbers of its longest series.
pub(super) fn beyond(numbers: &[PlacedNumber], first: &str, last: &str) -> Vec<Finding> {
    let series = series_of(numbers);
    let Some(longest) = series.values().max_by_key(|members| members.len()) else {
        return Vec::new();
    };
    let (Some(lowest), Some(highest)) = (longest.first(), longest.last()) else {
        return Vec::new();
    };
    let count = |said: &str| parse(said, &lowest.of.year).map(|parsed| parsed.count);
    let mut found = Vec::new();
    if let Some(first) = count(first).filter(|first| *first < lowest.parsed.count) {
        let range = (first, lowest.parsed.count - 1);
        found.push(finding(Fault::Gap, &[lowest], range));
    }
    if let Some(last) = count(last).filter(|last| *last > highest.parsed.count) {
        let range = (highest.parsed.count + 1, last);
        found.push(finding(Fault::Gap, &[highest], range));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of pages, a page a line.
    fn rows(pages: &[&str]) -> Vec<PlacedNumber> {
        let mut rows = Vec::new();
        for (page, line) in pages.iter().enumerate() {
            for value in line.split(' ') {
                rows.push(PlacedNumber {
                    row: rows.len(),
                    page,
                    value: value.into(),
                    year: "1995".into(),
                });
            }
        }
        rows
    }

    fn told(pages: &[&str]) -> String {
        let found = check(&rows(pages)).into_iter();
        let told =
            found.map(|one| format!("{:?} {}-{} {:?}", one.fault, one.first, one.last, one.rows));
        told.collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn a_number_is_its_longest_run_that_is_not_the_year() {
        let of =
            |value: &str| parse(value, "1995").map(|one| format!("{} {}", one.series, one.count));
        assert_eq!(of("747/95").as_deref(), Some("#/95 747"));
        assert_eq!(of("95/95").as_deref(), Some("#/95 95"));
        assert_eq!(of("95/12").as_deref(), Some("95/# 12"));
        assert_eq!(of("1995.7").as_deref(), Some("1995.# 7"));
        assert_eq!(of("A 0417731").as_deref(), Some("A# 417731"));
        assert_eq!(of("đ12").as_deref(), Some("Đ# 12"));
        assert_eq!(of("không"), None);
        assert_eq!(of("12345678901234567890"), None);
        let padded = parse("a 0009", "").unwrap();
        assert_eq!(padded.written(10), "A0010");
    }

    #[test]
    fn gaps_repeats_and_disorder_are_told_with_their_rows() {
        assert_eq!(told(&["1/95 2/95 3/95", "4/95 5/95"]), "");
        assert_eq!(told(&["1 2 3", "4 5 8 9"]), "Gap 6-7 [4, 5]");
        assert_eq!(told(&["01 02 03", "04 04 05 06"]), "Repeat 04-04 [3, 4]");
        assert_eq!(told(&["1 2 3 9", "4 5 6", "7 8 10"]), "Order 9-9 [3]");
        // Within a page the desk warns.
        assert_eq!(told(&["1 3 2 4", "5 6 7"]), "");
    }

    #[test]
    fn a_column_that_does_not_run_on_says_nothing() {
        assert_eq!(told(&["10 40 70", "100 12 55"]), "");
        assert_eq!(told(&["7 7 7", "7 7"]), "");
        assert_eq!(told(&["1 2 3 4 5 6 7 8 9 10 9999"]), "Far 9999-9999 [10]");
        // Two books of blanks.
        assert_eq!(told(&["1 2 3 4 5", "9001 9002 9003 9004"]), "");
    }

    #[test]
    fn what_the_volume_says_it_holds_is_asked_for() {
        let numbers = rows(&["3/95 4/95 5/95"]);
        let found = beyond(&numbers, "1", "7/95");
        let said: Vec<_> = found.iter().map(|one| (&*one.first, &*one.last)).collect();
        assert_eq!(said, [("1/95", "2/95"), ("6/95", "7/95")]);
        assert!(beyond(&numbers, "3", "5").is_empty());
        assert!(beyond(&[], "1", "9").is_empty());
        assert!(beyond(&numbers, "", "không").is_empty());
    }
}
