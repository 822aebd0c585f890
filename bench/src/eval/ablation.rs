//! Ablation: the corpus read with every step, and without one at a time, so that each shows its worth.

use std::fmt::{Display, Formatter, Result};

use serde::Serialize;
use sogoc_workers::ablation::Step;

use super::report::percent;
use super::{Report, TextScore};

/// Reports of the same pages.
#[derive(Debug, Clone, Serialize)]
pub struct AblationTable {
    /// The corpus read with every step.
    pub all: Report,
    /// The corpus read without one step each.
    pub without: Vec<(Step, Report)>,
}

/// A figure of a report; nothing where there is nothing to count.
type Figure = (&'static str, Option<f64>);

/// The figures a step can move.
fn figures(report: &Report) -> Vec<Figure> {
    let of = |name: &str| report.groups.get(name).cloned().unwrap_or_default();
    let letters = |text: &TextScore| percent(text.errors, text.letters);
    let fields = |name: &str| {
        let fields = of(name).printed_fields;
        percent(fields.exact, fields.all)
    };
    let all = of("all");
    let cells = all.printed_cells;
    let accepted = all.printed_fields.accepted + cells.accepted;
    vec![
        ("upright %", percent(all.upright, all.pages)),
        ("letters wrong %", letters(&all.text)),
        ("on hard pages", letters(&hard(report))),
        ("register cells %", percent(cells.exact, cells.all)),
        ("diploma fields %", fields("diploma")),
        ("admin fields %", fields("admin")),
        ("finance fields %", fields("finance")),
        (
            "printed accepted %",
            percent(accepted, all.printed_fields.all + cells.all),
        ),
        (
            "seconds a page",
            percent(all.milliseconds as usize, all.pages * 100_000),
        ),
    ]
}

/// The text of hard pages of every kind.
fn hard(report: &Report) -> TextScore {
    let mut text = TextScore::default();
    for (name, group) in &report.groups {
        if name.ends_with(" hard") {
            text.add(&group.text);
        }
    }
    text
}

/// A Markdown table: all steps, then what changes without each; a dot for no change.
impl Display for AblationTable {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        let all = figures(&self.all);
        let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
        writeln!(out, "| without | {} |", names.join(" | "))?;
        writeln!(out, "|---|{}", "---|".repeat(names.len()))?;
        let shown = |(_, figure): &Figure| figure.map_or("–".to_owned(), |f| format!("{f:.2}"));
        let whole: Vec<String> = all.iter().map(shown).collect();
        writeln!(out, "| (all steps) | {} |", whole.join(" | "))?;
        for (step, report) in &self.without {
            let figures = figures(report);
            let changes: Vec<String> = all.iter().zip(&figures).map(change).collect();
            writeln!(out, "| {step} | {} |", changes.join(" | "))?;
        }
        Ok(())
    }
}

fn change(((_, all), (_, without)): (&Figure, &Figure)) -> String {
    match (all, without) {
        (Some(all), Some(without)) if (without - all).abs() >= 0.005 => {
            format!("{:+.2}", without - all)
        }
        (Some(_), Some(_)) => "·".to_owned(),
        _ => "–".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::report::Group;

    fn report(errors: usize, hard_errors: usize) -> Report {
        let group = |errors: usize| Group {
            pages: 1,
            upright: 1,
            text: TextScore {
                letters: 200,
                errors,
                ..TextScore::default()
            },
            ..Group::default()
        };
        let groups = [
            ("all", errors),
            ("admin hard", hard_errors),
            ("finance clean", 0),
        ];
        Report {
            groups: groups
                .map(|(name, errors)| (name.to_owned(), group(errors)))
                .into(),
            ..Report::default()
        }
    }

    #[test]
    fn a_step_is_shown_by_what_changes_without_it() {
        let table = AblationTable {
            all: report(10, 20),
            without: vec![(Step::Light, report(13, 20))],
        };
        let rows = table.to_string();
        let rows: Vec<&str> = rows.lines().collect();
        assert!(
            rows[2].starts_with("| (all steps) | 100.00 | 5.00 | 10.00 | – |"),
            "{rows:?}"
        );
        assert!(
            rows[3].starts_with("| light | · | +1.50 | · | – |"),
            "{rows:?}"
        );
    }
}
