//! The tables, as Markdown.

use std::collections::BTreeMap;

use crate::tally::{Score, Tally, Valued};

/// By kind and level.
pub fn pages(groups: &BTreeMap<String, Score>) {
    println!(
        "\n| pages of | n | upright | text error % | fields exact % | by hand % | signer ±2 % | rows found % | \
         extra rows | cells exact % | by hand % | accepted % | right of these % | s / page |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|");
    for (group, s) in groups {
        println!(
            "| {group} | {} | {} | {:.1} | {} | {} | {} | {} | {} | {} | {} | {} | {} of {} | {:.1} |",
            s.pages,
            s.upright,
            s.errors.percent(),
            s.printed.shown(),
            s.by_hand.shown(),
            s.signers.shown(),
            s.rows.shown(),
            s.extra,
            s.cells.shown(),
            s.cells_by_hand.shown(),
            s.share.shown(),
            s.accepted.shown(),
            s.accepted.all,
            s.milliseconds as f64 / 1000.0 / s.pages as f64,
        );
    }
}

/// By kind and field; with `misses`, every value read wrongly below the table.
pub fn fields(values: &BTreeMap<(String, String, bool), Vec<Valued>>, misses: bool) {
    println!("\n| kind | field | n | exact % | letters % | accepted | wrong of these |");
    println!("|---|---|---|---|---|---|---|");
    let counted = |values: &[Valued], is: fn(&Valued) -> bool| Tally {
        part: values.iter().filter(|value| is(value)).count(),
        all: values.len(),
    };
    for ((kind, key, by_hand), values) in values {
        println!(
            "| {kind} | {key}{} | {} | {} | {} | {} | {} |",
            if *by_hand { " by hand" } else { "" },
            values.len(),
            counted(values, Valued::same).shown(),
            counted(values, Valued::same_letters).shown(),
            counted(values, Valued::accepted).part,
            counted(values, |value| value.accepted() && !value.same()).part,
        );
    }
    if misses {
        for ((kind, key, _), values) in values {
            println!("\n{kind} {key}");
            for value in values.iter().filter(|value| !value.same()) {
                println!("    {}", value.described());
            }
        }
    }
}

/// By confidence.
pub fn sure(steps: &[Tally; 20]) {
    println!("\n| confidence from | values | right % |\n|---|---|---|");
    for (step, tally) in steps.iter().enumerate() {
        println!(
            "| {:.2} | {} | {} |",
            step as f64 / 20.0,
            tally.all,
            tally.shown()
        );
    }
}
