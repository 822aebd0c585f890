//! Many pages' scores as one report: rates by group, and what changed since another report.

use std::collections::BTreeMap;
use std::fmt::{Display, Formatter, Result};

use serde::{Deserialize, Serialize};

use super::reliability::{self, Bin};
use super::{FieldScore, Hand, PageScore, TextScore, TruthPage};

/// Values of one kind of writing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Values {
    /// Values that the truth knows.
    pub all: usize,
    /// Read letter for letter.
    pub exact: usize,
    /// Read, except for accents, case and punctuation.
    pub alike: usize,
    /// Accepted without a person.
    pub accepted: usize,
    /// Right ones among the accepted.
    pub accepted_right: usize,
}

impl Values {
    fn count(&mut self, field: &FieldScore) {
        self.all += 1;
        self.exact += usize::from(field.exact());
        self.alike += usize::from(field.alike());
        self.accepted += usize::from(field.accepted());
        self.accepted_right += usize::from(field.accepted() && field.exact());
    }
}

/// Pages of one kind, or of one kind and level.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Pages of the group.
    pub pages: usize,
    /// Pages turned the right way up.
    pub upright: usize,
    /// Pages of the right class.
    #[serde(default)]
    pub class_right: usize,
    /// Pages surely taken for another class.
    #[serde(default)]
    pub class_surely_wrong: usize,
    /// Errors in running text.
    pub text: TextScore,
    /// Fields of the page made by a machine.
    pub printed_fields: Values,
    /// Cells of tables made by a machine.
    pub printed_cells: Values,
    /// Fields and cells written by hand.
    pub written: Values,
    /// True rows of tables.
    pub rows: usize,
    /// Rows of tables that were found.
    pub found: usize,
    /// Rows read that are none.
    pub extra: usize,
    /// Milliseconds that the children took.
    pub milliseconds: u64,
}

/// What a corpus came to.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// By `all`, kind, kind and level.
    pub groups: BTreeMap<String, Group>,
    /// Right values by confidence, in twenty bins from 0 to 1.
    #[serde(rename = "steps")]
    pub bins: Vec<Bin>,
    /// Pages that could not be read, with the reason's word.
    pub failed: BTreeMap<String, String>,
    /// Pages a minute, all cores together, everything included.
    pub pages_a_minute: f64,
    /// The most memory any child held, in bytes.
    pub highest_child_bytes: u64,
}

impl Report {
    /// Adds a page to the figures of its group.
    pub fn add(&mut self, page: &TruthPage, score: &PageScore) {
        let of_level = format!("{} {}", page.kind, page.level);
        for name in ["all", page.kind.as_str(), of_level.as_str()] {
            self.groups.entry(name.to_owned()).or_default().add(score);
        }
        self.bins.resize(reliability::BINS, Bin::default());
        for field in &score.fields {
            let Some(read) = &field.read else { continue };
            let bin = &mut self.bins[reliability::bin_of(read.confidence)];
            bin.all += 1;
            bin.right += usize::from(field.exact());
        }
    }
}

impl Group {
    fn add(&mut self, score: &PageScore) {
        self.pages += 1;
        self.upright += usize::from(score.upright);
        self.class_right += usize::from(score.class_right);
        self.class_surely_wrong += usize::from(score.class_surely_wrong);
        self.text.add(&score.text);
        self.rows += score.rows;
        self.found += score.found;
        self.extra += score.extra;
        self.milliseconds += score.milliseconds;
        for field in &score.fields {
            let values = match (field.hand, field.cell) {
                (Hand::Written, _) => &mut self.written,
                (Hand::Printed, true) => &mut self.printed_cells,
                (Hand::Printed, false) => &mut self.printed_fields,
            };
            values.count(field);
        }
    }

    /// Every figure people compare, with its name; `None` where there is nothing to count.
    fn figures(&self) -> Vec<(&'static str, Option<f64>)> {
        let (text, cells, fields) = (&self.text, &self.printed_cells, &self.printed_fields);
        let printed = cells.all + fields.all;
        let all = printed + self.written.all;
        let accepted = cells.accepted + fields.accepted;
        let wrong = |values: &Values| values.accepted - values.accepted_right;
        let tones = text.errors.saturating_sub(text.toneless_errors);
        vec![
            ("upright %", percent(self.upright, self.pages)),
            ("class right %", percent(self.class_right, self.pages)),
            (
                "class surely wrong %",
                percent(self.class_surely_wrong, self.pages),
            ),
            ("letters wrong %", percent(text.errors, text.letters)),
            (
                "printed letters wrong %",
                percent(text.printed_errors, text.printed_letters),
            ),
            ("without accents %", percent(text.bare_errors, text.letters)),
            ("tone marks wrong %", percent(tones, text.words)),
            ("words wrong %", percent(text.missed, text.words)),
            (
                "words without accents %",
                percent(text.bare_missed, text.words),
            ),
            ("printed fields exact %", percent(fields.exact, fields.all)),
            ("rows found %", percent(self.found, self.rows)),
            (
                "rows too many",
                (self.rows > 0).then_some(self.extra as f64),
            ),
            ("printed cells exact %", percent(cells.exact, cells.all)),
            (
                "handwritten exact %",
                percent(self.written.exact, self.written.all),
            ),
            ("printed accepted %", percent(accepted, printed)),
            (
                "all accepted %",
                percent(accepted + self.written.accepted, all),
            ),
            (
                "wrong of accepted %",
                percent(
                    wrong(cells) + wrong(fields) + wrong(&self.written),
                    accepted + self.written.accepted,
                ),
            ),
            (
                "seconds a page",
                percent(self.milliseconds as usize, self.pages * 100_000),
            ),
        ]
    }
}

pub(super) fn percent(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| 100.0 * part as f64 / whole as f64)
}

fn shown(figure: Option<f64>) -> String {
    figure.map_or("–".to_owned(), |figure| format!("{figure:.1}"))
}

/// The report as Markdown tables.
impl Display for Report {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        let names: Vec<&str> = Group::default()
            .figures()
            .iter()
            .map(|(name, _)| *name)
            .collect();
        writeln!(out, "| pages of | n | {} |", names.join(" | "))?;
        writeln!(out, "|---|{}", "---|".repeat(names.len() + 1))?;
        for (name, group) in &self.groups {
            let figures: Vec<String> = group.figures().iter().map(|(_, f)| shown(*f)).collect();
            writeln!(
                out,
                "| {name} | {} | {} |",
                group.pages,
                figures.join(" | ")
            )?;
        }
        writeln!(
            out,
            "\n| confidence from | values | right % |\n|---|---|---|"
        )?;
        for (index, bin) in self.bins.iter().enumerate() {
            let from = index as f64 / reliability::BINS as f64;
            let right = shown(percent(bin.right, bin.all));
            writeln!(out, "| {from:.2} | {} | {right} |", bin.all)?;
        }
        for (page, reason) in &self.failed {
            writeln!(out, "\nnot read: {page} ({reason})")?;
        }
        let megabytes = self.highest_child_bytes / 1_000_000;
        writeln!(
            out,
            "\n{:.1} pages a minute; no child held more than {megabytes} MB",
            self.pages_a_minute
        )
    }
}

/// A figure that is not what it was.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// Group of pages that the figure is of.
    pub group: String,
    /// Name of the figure, as in the table.
    pub figure: &'static str,
    /// The figure in the earlier report, where it has one.
    pub before: Option<f64>,
    /// The figure in this report, where it has one.
    pub now: Option<f64>,
}

impl Display for Change {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        let (before, now) = (shown(self.before), shown(self.now));
        write!(out, "{}: {} {before} → {now}", self.group, self.figure)
    }
}

/// Figures that differ by a twentieth of a percent or more, by group.
pub fn changes(before: &Report, now: &Report) -> Vec<Change> {
    let none = Group::default();
    let mut changes = Vec::new();
    for (name, group) in &now.groups {
        let old = before.groups.get(name).unwrap_or(&none);
        for ((figure, now), (_, before)) in group.figures().into_iter().zip(old.figures()) {
            let far = match (before, now) {
                (Some(before), Some(now)) => (before - now).abs() >= 0.05,
                (before, now) => before != now,
            };
            if far {
                let group = name.clone();
                changes.push(Change {
                    group,
                    figure,
                    before,
                    now,
                });
            }
        }
    }
    changes
}
