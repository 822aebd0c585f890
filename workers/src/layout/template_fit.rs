//! A volume's column map laid over one page: shifted and stretched until its borders fall on the
//! page's rules, or into the white between its columns. Borders the page does not show are drawn in.

use super::ruled::build;
use super::rules::{Rule, Rules};
use super::{TableLayout, borderless, row_borders};
use crate::column_map::ColumnMap;
use crate::geometry::median_f64;
use crate::word::Word;

/// Share of the map's borders a page must show to be read by it.
const LEAST_SHARE: f64 = 0.7;
/// Rules a page may have between the map's borders, as a share of them; more is another layout.
const MOST_EXTRA: f64 = 0.25;
/// A border lies on a rule within this share of the table's width.
const NEAR: f64 = 0.011;
/// Narrowest and widest table, as shares of the page's width.
const WIDTHS: std::ops::RangeInclusive<f64> = 0.35..=1.02;
/// How far a table's side may stand beyond the paper, as a share of its width: scans are cut closely.
const BEYOND: f64 = 0.01;
/// Rules and gaps looked at; a page of ornaments has more, and no place for a map.
const MOST_BORDERS: usize = 40;

/// Where the page may have a border: on a rule, or anywhere in a gap.
#[derive(Debug, Clone, Copy)]
struct Border {
    from: f64,
    end: f64,
    /// The likeliest place between both, in pixels.
    at: f64,
    rule: Option<Rule>,
}

impl Border {
    fn distance(&self, x: f64) -> f64 {
        (self.from - x).max(x - self.end).max(0.0)
    }
}

impl<'m> TableLayout<'m> {
    /// A volume's column map laid over a page; `None` where it does not fit. `width` and `dpi` are of the upright
    /// page.
    pub fn of_map(
        map: &'m ColumnMap,
        rules: &Rules,
        words: &[Word],
        width: u32,
        dpi: u32,
    ) -> Option<Self> {
        let with_rows = |fitted: FittedColumns| {
            let FittedColumns { columns, ends, .. } = fitted;
            Some(Self {
                grid: row_borders::with_rows(columns, rules, words, ends, dpi)?,
                is_ruled: fitted.is_ruled,
                map: Some(map),
                share: fitted.share,
            })
        };
        // Rules that make a table of their own say more than the white between them.
        let is_ruled = build(rules, dpi).is_some();
        let by_rules = by_rules(map, rules, width).and_then(with_rows);
        by_rules.or_else(|| match is_ruled {
            true => None,
            false => by_gaps(map, words, width, dpi).and_then(with_rows),
        })
    }
}

/// The columns of a page as a map that was fitted to it draws them.
struct FittedColumns {
    columns: Vec<Rule>,
    /// Top and bottom of the table.
    ends: (f64, f64),
    /// The share of the map's borders that the page shows.
    share: f64,
    /// Whether vertical rules show them.
    is_ruled: bool,
}

fn by_rules(map: &ColumnMap, rules: &Rules, width: u32) -> Option<FittedColumns> {
    let by_length = |a: &&Rule, b: &&Rule| a.length().total_cmp(&b.length());
    let longest = *rules.vertical.iter().max_by(by_length)?;
    let middle = (longest.from + longest.end) / 2.0;
    let tall = |rule: &&Rule| rule.length() >= longest.length() * 0.5;
    let mut vertical: Vec<Rule> = rules.vertical.iter().filter(tall).copied().collect();
    vertical.sort_by(|a, b| b.length().total_cmp(&a.length()));
    vertical.truncate(MOST_BORDERS);
    let borders: Vec<Border> = vertical
        .into_iter()
        .map(|rule| {
            let at = rule.across(middle);
            Border {
                from: at,
                end: at,
                at,
                rule: Some(rule),
            }
        })
        .collect();
    let place = best_place(map, &borders, f64::from(width))?.refined(map, &borders);
    let shown = place.shown(map, &borders);
    let share = share(&shown);
    if share < LEAST_SHARE || extra(map, &place, &borders) > MOST_EXTRA * map.edges.len() as f64 {
        return None;
    }
    let ends = |pick: fn(&Rule) -> f64| {
        let borders = shown.iter().flatten();
        median_f64(borders.filter_map(|border| border.rule.as_ref().map(pick)))
    };
    let (top, bottom) = (ends(|rule| rule.from)?, ends(|rule| rule.end)?);
    Some(FittedColumns {
        columns: drawn(map, &place, &shown, middle),
        ends: (top, bottom),
        share,
        is_ruled: true,
    })
}

fn by_gaps(map: &ColumnMap, words: &[Word], width: u32, dpi: u32) -> Option<FittedColumns> {
    let body = borderless::body(words, width)?;
    let outer = body.gaps.len() - 1;
    let beside = f64::from(dpi) * 0.08;
    let borders: Vec<Border> = body
        .gaps
        .iter()
        .take(MOST_BORDERS)
        .enumerate()
        .map(|(index, gap)| Border {
            from: gap.from,
            end: gap.end,
            at: match index {
                0 => (gap.end - beside).max(gap.from),
                _ if index == outer => (gap.from + beside).min(gap.end),
                _ => (gap.from + gap.end) / 2.0,
            },
            rule: None,
        })
        .collect();
    let place = best_place(map, &borders, f64::from(width))?;
    let shown = place.shown(map, &borders);
    let share = share(&shown);
    // White is wider than a rule and met by chance more often, so all of it must agree but one border.
    let missed = shown.iter().filter(|border| border.is_none()).count();
    if share < LEAST_SHARE || missed > 1 {
        return None;
    }
    let vertical = |x: f64| Rule::straight(x, body.top, body.bottom);
    let columns = map.edges.iter().map(|edge| vertical(place.of(*edge)));
    Some(FittedColumns {
        columns: columns.collect(),
        ends: (body.top, body.bottom),
        share,
        is_ruled: false,
    })
}

/// Where the map's left edge stands and how wide it is, in pixels.
#[derive(Debug, Clone, Copy)]
struct Placement {
    left: f64,
    width: f64,
}

impl Placement {
    fn of(&self, edge: f64) -> f64 {
        self.left + self.width * edge
    }

    /// The page's border for each of the map's.
    fn shown(&self, map: &ColumnMap, borders: &[Border]) -> Vec<Option<Border>> {
        let mut last = f64::NEG_INFINITY;
        let mut nearest = |edge: &f64| {
            let x = self.of(*edge);
            let near = borders.iter().min_by(|a, b| {
                let key = |border: &Border| (border.distance(x), (border.at - x).abs());
                key(a)
                    .partial_cmp(&key(b))
                    .unwrap_or(std::cmp::Ordering::Equal)
            })?;
            // One border of the page shows one of the map.
            let shown = near.distance(x) <= self.width * NEAR && near.at > last;
            shown.then(|| {
                last = near.at;
                *near
            })
        };
        map.edges.iter().map(&mut nearest).collect()
    }

    /// How well it lies: borders shown, those in the likeliest place a little more.
    fn score(&self, map: &ColumnMap, borders: &[Border]) -> f64 {
        let reach = self.width * 0.03;
        let worth = |(edge, border): (&f64, Option<Border>)| {
            border.map_or(0.0, |border| {
                1.0 - 0.3 * ((border.at - self.of(*edge)).abs() / reach).min(1.0)
            })
        };
        map.edges
            .iter()
            .zip(self.shown(map, borders))
            .map(worth)
            .sum()
    }

    /// Moved to where the borders shown lie best, by least squares.
    fn refined(self, map: &ColumnMap, borders: &[Border]) -> Self {
        let shown = self.shown(map, borders);
        let pairs: Vec<(f64, f64)> = map
            .edges
            .iter()
            .zip(&shown)
            .filter_map(|(edge, border)| Some((*edge, border.as_ref()?.at)))
            .collect();
        let count = pairs.len() as f64;
        let mean = |pick: fn(&(f64, f64)) -> f64| pairs.iter().map(pick).sum::<f64>() / count;
        let (edge, at) = (mean(|pair| pair.0), mean(|pair| pair.1));
        let spread: f64 = pairs.iter().map(|pair| (pair.0 - edge).powi(2)).sum();
        if pairs.len() < 3 || spread < 1e-6 {
            return self;
        }
        let shared: f64 = pairs
            .iter()
            .map(|pair| (pair.0 - edge) * (pair.1 - at))
            .sum();
        let width = shared / spread;
        Self {
            left: at - width * edge,
            width,
        }
    }
}

/// The place in which most borders are shown, found by laying every two of the map on every two of the
/// page.
fn best_place(map: &ColumnMap, borders: &[Border], page: f64) -> Option<Placement> {
    let mut best: Option<(f64, Placement)> = None;
    for (one, other) in pairs(borders.len()) {
        let (a, b) = (borders[one].at, borders[other].at);
        let (a, b) = (a.min(b), a.max(b));
        for (first, second) in pairs(map.edges.len()) {
            let (from, end) = (map.edges[first], map.edges[second]);
            let width = (b - a) / (end - from).max(f64::EPSILON);
            // Two borders close together tell a width badly.
            if end - from < 0.3 || !WIDTHS.contains(&(width / page.max(1.0))) {
                continue;
            }
            let place = Placement {
                left: a - width * from,
                width,
            };
            if place.left < -page * BEYOND || place.of(1.0) > page * (1.0 + BEYOND) {
                continue; // columns would be missing
            }
            let score = place.score(map, borders);
            if best.is_none_or(|(most, _)| score > most) {
                best = Some((score, place));
            }
        }
    }
    best.map(|(_, place)| place)
}

fn pairs(count: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..count).flat_map(move |one| (one + 1..count).map(move |other| (one, other)))
}

fn share(shown: &[Option<Border>]) -> f64 {
    shown.iter().flatten().count() as f64 / shown.len().max(1) as f64
}

/// How many rules stand inside the table where the map has no border.
fn extra(map: &ColumnMap, place: &Placement, borders: &[Border]) -> f64 {
    let near = place.width * NEAR * 2.0;
    let inside = |border: &&Border| {
        border.at > place.left + near && border.at < place.left + place.width - near
    };
    // A fold is one rule; a column more is one too. Counted once where they run side by side.
    let mut places: Vec<f64> = borders
        .iter()
        .filter(inside)
        .map(|border| border.at)
        .collect();
    places.sort_by(f64::total_cmp);
    places.dedup_by(|next, kept| *next - *kept < near);
    let known = |at: &f64| {
        let mut edges = map.edges.iter();
        edges.any(|edge| (place.of(*edge) - at).abs() <= near)
    };
    places.iter().filter(|at| !known(at)).count() as f64
}

/// The rules of the columns: the page's own where it shows them, else drawn beside the nearest.
fn drawn(map: &ColumnMap, place: &Placement, shown: &[Option<Border>], middle: f64) -> Vec<Rule> {
    let own: Vec<Rule> = shown
        .iter()
        .flatten()
        .filter_map(|border| border.rule)
        .collect();
    let near = |x: f64| {
        let far = |rule: &&Rule| (rule.across(middle) - x).abs();
        own.iter().min_by(|a, b| far(a).total_cmp(&far(b))).copied()
    };
    let column = |(edge, border): (&f64, &Option<Border>)| {
        let x = place.of(*edge);
        let rule = border.as_ref().and_then(|border| border.rule);
        rule.or_else(|| near(x).map(|rule| rule.moved(x - rule.across(middle))))
    };
    map.edges.iter().zip(shown).filter_map(column).collect()
}
