//! Ruled lines: long thin ridges darker than what is on both sides, followed through small bends.

use crate::image::{Ridges, Run};

/// A ruled line as a curve along the page: across = a + b·along + c·along²; one over an open book has a curve of its own
/// on each of its pages.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rule {
    coefficients: [f64; 3],
    /// From where on which other curve goes on.
    further: Option<(f64, [f64; 3])>,
    /// Where it begins, along itself.
    pub from: f64,
    /// Where it ends, along itself.
    pub end: f64,
}

impl Rule {
    pub fn straight(across: f64, from: f64, end: f64) -> Self {
        Self {
            coefficients: [across, 0.0, 0.0],
            further: None,
            from,
            end,
        }
    }

    /// Across = a + b·along + c·along².
    pub fn bent(coefficients: [f64; 3], from: f64, end: f64) -> Self {
        Self {
            coefficients,
            further: None,
            from,
            end,
        }
    }

    /// The rule that goes on as another one from a place along both.
    pub fn then(self, at: f64, other: &Self) -> Self {
        Self {
            further: Some((at, other.coefficients)),
            end: other.end,
            ..self
        }
    }

    /// Its place across itself at a place along itself.
    pub fn across(&self, along: f64) -> f64 {
        let along = along.clamp(
            self.from - self.length() * 0.2,
            self.end + self.length() * 0.2,
        );
        let [a, b, c] = match self.further {
            Some((at, further)) if along > at => further,
            _ => self.coefficients,
        };
        a + b * along + c * along * along
    }

    /// The same rule further across.
    pub fn moved(mut self, by: f64) -> Self {
        self.coefficients[0] += by;
        if let Some((_, further)) = &mut self.further {
            further[0] += by;
        }
        self
    }

    pub fn length(&self) -> f64 {
        self.end - self.from
    }

    fn scaled(self, factor: f64) -> Self {
        let scaled = |[a, b, c]: [f64; 3]| [a * factor, b, c / factor];
        Self {
            coefficients: scaled(self.coefficients),
            further: self.further.map(|(at, curve)| (at * factor, scaled(curve))),
            from: self.from * factor,
            end: self.end * factor,
        }
    }
}

/// The ruled lines of a page, in its pixels.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    /// Horizontal; `along` is x, `across` is y.
    pub horizontal: Vec<Rule>,
    /// Vertical; `along` is y, `across` is x.
    pub vertical: Vec<Rule>,
}

/// The ruled lines that the ridges of an upright page make.
pub(super) fn detect(ridges: Ridges) -> Rules {
    let scaled = |rules: Vec<Rule>| -> Vec<Rule> {
        let rules = rules.into_iter();
        rules
            .map(|rule| rule.scaled(f64::from(ridges.factor)))
            .collect()
    };
    Rules {
        horizontal: scaled(of_runs(ridges.lying, ridges.dpi)),
        vertical: scaled(of_runs(ridges.standing, ridges.dpi)),
    }
}

fn of_runs(runs: Vec<Run>, dpi: u32) -> Vec<Rule> {
    let reach = (dpi / 4) as i32;
    let mut groups = grouped(runs, reach);
    // A rule may be broken where it is faint or crossed; a line of text is far more broken.
    groups.retain(|group| covered(group) * 10 >= span(group) * 6 && span(group) >= dpi as i32 / 2);
    let rules: Vec<Rule> = groups.iter().map(|group| fit(group)).collect();
    let mut rules = joined(rules, f64::from(dpi) / 40.0);
    // An inch at least: shorter ones are dashes and underlines.
    rules.retain(|rule| rule.length() >= f64::from(dpi));
    rules.sort_by(|a, b| a.across(middle(a)).total_cmp(&b.across(middle(b))));
    rules
}

fn middle(rule: &Rule) -> f64 {
    (rule.from + rule.end) / 2.0
}

/// Runs that continue each other: at most two rows apart and `reach` along. Runs come by row.
pub(super) fn grouped(runs: Vec<Run>, reach: i32) -> Vec<Vec<Run>> {
    let mut parent: Vec<usize> = (0..runs.len()).collect();
    fn root(parent: &mut [usize], mut at: usize) -> usize {
        while parent[at] != at {
            parent[at] = parent[parent[at]];
            at = parent[at];
        }
        at
    }
    for (index, run) in runs.iter().enumerate() {
        for (further, other) in runs.iter().enumerate().skip(index + 1) {
            // Runs come by row, so nothing further down can continue this one.
            if other.row - run.row > 2 {
                break;
            }
            if other.from - run.end <= reach && run.from - other.end <= reach {
                let (a, b) = (root(&mut parent, index), root(&mut parent, further));
                // The smaller root wins, so the result does not depend on the order of finding.
                parent[a.max(b)] = a.min(b);
            }
        }
    }
    let mut groups: Vec<Vec<Run>> = vec![Vec::new(); runs.len()];
    for (index, run) in runs.iter().enumerate() {
        let root = root(&mut parent, index);
        groups[root].push(*run);
    }
    groups.retain(|group| !group.is_empty());
    groups
}

pub(super) fn span(group: &[Run]) -> i32 {
    let from = group.iter().map(|run| run.from).min().unwrap_or_default();
    group.iter().map(|run| run.end).max().unwrap_or_default() - from
}

/// How much of its span a group covers, runs above each other counted once.
pub(super) fn covered(group: &[Run]) -> i32 {
    let mut runs: Vec<&Run> = group.iter().collect();
    runs.sort_by_key(|run| run.from);
    let (mut total, mut reached) = (0, i32::MIN);
    for run in runs {
        total += (run.end - run.from.max(reached)).max(0);
        reached = reached.max(run.end);
    }
    total
}

/// The curve through the runs by least squares; bent only where a straight one misses.
fn fit(group: &[Run]) -> Rule {
    let from = f64::from(group.iter().map(|run| run.from).min().unwrap_or_default());
    let end = f64::from(group.iter().map(|run| run.end).max().unwrap_or_default());
    // Both ends of each run, so that one run as long as the rule has a slope too.
    let points: Vec<(f64, f64, f64)> = group
        .iter()
        .flat_map(|run| {
            let weight = f64::from(run.end - run.from);
            [run.from, run.end].map(|end| (f64::from(end), f64::from(run.row) + 0.5, weight))
        })
        .collect();
    let straight = least_squares(&points, false);
    let misses = |c: [f64; 3]| {
        points
            .iter()
            .map(|(x, y, _)| (c[0] + c[1] * x + c[2] * x * x - y).abs())
            .fold(0.0, f64::max)
    };
    // Near the fold of a bound volume rules bend. A short or thin group would bend by its noise.
    let bent = misses(straight) > 2.0 && group.len() >= 6;
    let coefficients = if bent {
        least_squares(&points, true)
    } else {
        straight
    };
    Rule::bent(coefficients, from, end)
}

/// Weighted least squares of degree one or two, about the mean for numerical calm.
fn least_squares(points: &[(f64, f64, f64)], bent: bool) -> [f64; 3] {
    let weight: f64 = points.iter().map(|(_, _, w)| w).sum::<f64>().max(1.0);
    let mean = points.iter().map(|(x, _, w)| x * w).sum::<f64>() / weight;
    let moment = |power: i32| {
        points
            .iter()
            .map(|(x, _, w)| (x - mean).powi(power) * w)
            .sum::<f64>()
    };
    let product = |power: i32| {
        points
            .iter()
            .map(|(x, y, w)| (x - mean).powi(power) * y * w)
            .sum::<f64>()
    };
    let (s2, s3, s4) = (moment(2), moment(3), moment(4));
    let (t0, t1, t2) = (product(0), product(1), product(2));
    // All points at one place: no slope can be told, so the rule is level.
    if s2 < 1.0 {
        return [t0 / weight, 0.0, 0.0];
    }
    // Normal equations with the first moment zero: solved for the bend, then slope, then height.
    let divisor = s4 - s2 * s2 / weight - s3 * s3 / s2;
    let bend = if bent && divisor.abs() > 1e-6 {
        (t2 - s2 * t0 / weight - s3 * t1 / s2) / divisor
    } else {
        0.0
    };
    let slope = (t1 - s3 * bend) / s2;
    let height = (t0 - s2 * bend) / weight;
    [
        height - slope * mean + bend * mean * mean,
        slope - 2.0 * bend * mean,
        bend,
    ]
}

/// Rules of which one continues the other, made one.
fn joined(mut rules: Vec<Rule>, tolerance: f64) -> Vec<Rule> {
    rules.sort_by(|a, b| b.length().total_cmp(&a.length()));
    let mut whole: Vec<Rule> = Vec::new();
    for rule in rules {
        let continues = |known: &&mut Rule| {
            let at = middle(&rule);
            let far = (known.from - rule.end).max(rule.from - known.end);
            // No further apart than the longer is long: two rules of different tables may lie at
            // one height.
            far < known.length() && (known.across(at) - rule.across(at)).abs() <= tolerance
        };
        match whole.iter_mut().find(continues) {
            Some(known) => {
                known.from = known.from.min(rule.from);
                known.end = known.end.max(rule.end);
            }
            None => whole.push(rule),
        }
    }
    whole
}
