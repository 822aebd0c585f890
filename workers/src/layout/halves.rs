//! An open book's table: the rules of its left page go on across the fold as those of the right one, which lean and bend
//! otherwise.

use super::rules::Rule;
use crate::geometry::median_f64;

/// Shorter ones, as a share of the page's width, are underlines.
const SHORTEST: f64 = 0.25;
/// The fold lies between these shares of the table's width.
const FOLD: std::ops::Range<f64> = 0.3..0.7;
/// Rules of one half end within this share of the table's width of each other.
const ALIKE: f64 = 0.03;
/// The halves lie no further apart than this share of the table's width.
const WIDEST: f64 = 0.16;
/// Fewer rules in a half than this may stand side by side by chance.
const LEAST: usize = 3;

/// Makes one rule of the two that meet at the fold, wherever the rules of a page stop there; one that was not found in
/// one half goes on there as its neighbours do.
pub(super) fn join(rules: &mut Vec<Rule>, width: u32) {
    let Some(Halves { left, right, fold }) = Halves::of(rules, f64::from(width)) else {
        return;
    };
    let pairs = pairs(&left, &right, fold);
    if pairs.len() < LEAST {
        return;
    }
    let is_half = |rule: &Rule| left.contains(rule) || right.contains(rule);
    rules.retain(|rule| !is_half(rule));
    let paired = |rule: &Rule| pairs.iter().any(|(a, b)| a == rule || b == rule);
    // Of the pair that stands nearest in the half where this rule is.
    let nearest = |rule: &Rule, half: fn(&(Rule, Rule)) -> Rule| {
        let far = |pair: &&(Rule, Rule)| (half(pair).across(fold) - rule.across(fold)).abs();
        pairs.iter().min_by(|a, b| far(a).total_cmp(&far(b)))
    };
    let alone_left = left.iter().filter(|rule| !paired(rule)).filter_map(|rule| {
        let (a, b) = nearest(rule, |pair| pair.0)?;
        Some((*rule, b.moved(rule.across(fold) - a.across(fold))))
    });
    let alone_right = right
        .iter()
        .filter(|rule| !paired(rule))
        .filter_map(|rule| {
            let (a, b) = nearest(rule, |pair| pair.1)?;
            Some((a.moved(rule.across(fold) - b.across(fold)), *rule))
        });
    let all = pairs.iter().copied().chain(alone_left).chain(alone_right);
    rules.extend(all.map(|(left, right)| left.then(fold, &right)));
    let at = |rule: &Rule| rule.across(fold);
    rules.sort_by(|a, b| at(a).total_cmp(&at(b)));
}

/// The rules that stop at a fold, on both sides of it.
struct Halves {
    left: Vec<Rule>,
    right: Vec<Rule>,
    fold: f64,
}

impl Halves {
    fn of(rules: &[Rule], width: f64) -> Option<Self> {
        let long: Vec<Rule> = rules
            .iter()
            .filter(|rule| rule.length() >= width * SHORTEST)
            .copied()
            .collect();
        let from = long.iter().map(|rule| rule.from).fold(f64::MAX, f64::min);
        let end = long.iter().map(|rule| rule.end).fold(f64::MIN, f64::max);
        let whole = end - from;
        let in_middle = |x: &f64| FOLD.contains(&((x - from) / whole));
        let stop = median_f64(long.iter().map(|rule| rule.end).filter(in_middle))?;
        let start = median_f64(long.iter().map(|rule| rule.from).filter(in_middle))?;
        let slack = whole * ALIKE;
        let of = |end: fn(&Rule) -> f64, at: f64| -> Vec<Rule> {
            let near = |rule: &&Rule| (end(rule) - at).abs() <= slack;
            long.iter().filter(near).copied().collect()
        };
        let (left, right) = (of(|rule| rule.end, stop), of(|rule| rule.from, start));
        let across = |rule: &&Rule| rule.from < stop - slack && rule.end > start + slack;
        let crossing = long.iter().filter(across).count();
        let apart = (-slack..whole * WIDEST).contains(&(start - stop));
        let few = left.len().min(right.len());
        (apart && few >= LEAST && crossing * 2 <= few).then_some(Self {
            left,
            right,
            fold: (stop + start) / 2.0,
        })
    }
}

/// The rules of the left and the right half that meet at the fold: each the other's nearest, nearer than half a row.
fn pairs(left: &[Rule], right: &[Rule], fold: f64) -> Vec<(Rule, Rule)> {
    let heights = |half: &[Rule]| -> Vec<f64> {
        let mut heights: Vec<f64> = half.iter().map(|rule| rule.across(fold)).collect();
        heights.sort_by(f64::total_cmp);
        heights
    };
    let steps = |half: &[Rule]| {
        let heights = heights(half);
        median_f64(heights.windows(2).map(|pair| pair[1] - pair[0]))
    };
    let (Some(one), Some(other)) = (steps(left), steps(right)) else {
        return Vec::new();
    };
    let reach = one.min(other) / 2.0;
    let apart = |a: &Rule, b: &Rule| b.across(fold) - a.across(fold);
    let nearest = |rule: &Rule, of: &[Rule]| -> Option<Rule> {
        let far = |other: &&Rule| apart(rule, other).abs();
        of.iter().min_by(|a, b| far(a).total_cmp(&far(b))).copied()
    };
    let mutual = |rule: &Rule| {
        let other = nearest(rule, right)?;
        let back = nearest(&other, left)?;
        (back == *rule && apart(rule, &other).abs() < reach).then_some((*rule, other))
    };
    left.iter().filter_map(mutual).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The left page rises to the fold, the right one falls from it.
    fn book() -> Vec<Rule> {
        let row = |at: u32| f64::from(at) * 60.0 + 100.0;
        let left = (0..6).map(|at| Rule::bent([row(at) + 40.0, -0.04, 0.0], 100.0, 1000.0));
        let right = (0..6).map(|at| Rule::bent([row(at) - 44.0, 0.04, 0.0], 1080.0, 2000.0));
        left.chain(right).collect()
    }

    #[test]
    fn a_rule_of_an_open_book_goes_on_beyond_its_fold() {
        let mut rules = book();
        join(&mut rules, 2100);
        assert_eq!(rules.len(), 6);
        assert_eq!((rules[2].from, rules[2].end), (100.0, 2000.0));
        assert!((rules[2].across(200.0) - 252.0).abs() < 0.1);
        assert!((rules[2].across(1900.0) - 252.0).abs() < 0.1);
    }

    #[test]
    fn a_rule_lost_in_one_half_goes_on_as_its_neighbours_do() {
        let mut rules = book();
        rules.remove(8);
        join(&mut rules, 2100);
        assert_eq!(rules.len(), 6);
        assert!((rules[2].across(1900.0) - 252.0).abs() < 0.1, "{rules:?}");
    }

    #[test]
    fn rules_over_the_whole_table_stay() {
        let row = |at: u32| Rule::straight(f64::from(at) * 60.0, 100.0, 2000.0);
        let mut rules: Vec<Rule> = (0..6).map(row).collect();
        rules.push(Rule::straight(500.0, 100.0, 1000.0));
        rules.push(Rule::straight(500.0, 1080.0, 2000.0));
        let before = rules.clone();
        join(&mut rules, 2100);
        assert_eq!(rules, before);
    }
}
