//! Which class a page belongs to, from what stands where on it: a table of people is a register whatever its title,
//! and a page without one is none.

use crate::class::classify::{LEAST, likeliest, scores};
use crate::class::{Class, Classes, FieldKind, Layout};
use crate::layout::lines::{Line, Text};
use crate::layout::{Row, TableLayout};
use crate::table::Columns;
use crate::word::Word;

/// A table of fewer people may be an example in a letter.
const FEWEST_ROWS: usize = 3;
/// A table less understood than this shows nothing of its class.
const LEAST_UNDERSTOOD: f64 = 0.3;
/// A table with less than this share of the page's words is part of another paper.
const MOST_OF_PAGE: f64 = 0.45;
/// Words that speak so much for another class outweigh a table of people: a payroll is one too.
const OUTSPOKEN: f32 = 6.0;
/// Words that speak so much for a table's class stand for it where no table was found.
const TITLED: f32 = 5.0;

/// How sure a class is that a table of people shows.
const BY_TABLE: f64 = 0.97;

/// A page as far as it was looked at.
pub(crate) struct PageView<'a> {
    pub lines: &'a [Line],
    pub words: &'a [Word],
    /// Its table and the words of its cells, where it has one.
    pub table: Option<(&'a TableLayout<'a>, &'a [Row])>,
}

/// The class of a page and how sure that is, 0 to 1.
pub(crate) fn class_of(page: &PageView<'_>, classes: &Classes) -> (String, f64) {
    let mut scores = scores(&Text::new(page.lines).text, classes);
    let score = |id: &str| {
        scores
            .iter()
            .find(|(class, _)| class.id == id)
            .map_or(0.0, |(_, score)| *score)
    };
    let tables = scores
        .iter()
        .filter(|(class, _)| class.layout == Layout::Table);
    let shown: Vec<(&Class, People)> = tables
        .filter_map(|(class, _)| Some((*class, people(class, page)?)))
        .collect();
    let best = shown.iter().max_by(|(a, of_a), (b, of_b)| {
        // Words may stand in any title; the class that has a name for more of the columns knows the table.
        let said = |class: &Class| f64::from(score(&class.id)).max(f64::from(LEAST));
        let rank = |class: &Class, people: &People| said(class) + people.columns;
        rank(a, of_a).total_cmp(&rank(b, of_b))
    });
    let against = scores
        .iter()
        .find(|(class, _)| class.layout != Layout::Table);
    let outspoken =
        |table: f32| against.is_some_and(|(_, other)| *other >= OUTSPOKEN && *other > table + 2.0);
    if let Some((class, people)) = best
        && !outspoken(score(&class.id))
    {
        return (
            class.id.clone(),
            BY_TABLE * people.understood.sqrt().min(1.0),
        );
    }
    // Without a table of people only a title speaks for a class of tables.
    scores.retain(|(class, score)| class.layout != Layout::Table || *score >= TITLED);
    likeliest(&scores)
}

/// A table of people as a class understands it.
struct People {
    /// How far, 0 to 1.
    understood: f64,
    /// How many of its columns are explained as fields.
    columns: f64,
}

/// How far the page's table is understood as one of people of that class; `None` where it is none, or hardly any of
/// the page.
fn people(class: &Class, page: &PageView<'_>) -> Option<People> {
    let (layout, rows) = page.table?;
    let columns = Columns::of(class, layout, rows)?;
    let of_kind = |kind: FieldKind| columns.named.iter().any(|named| named.field.kind == kind);
    let told = of_kind(FieldKind::Name) && of_kind(FieldKind::Date) && columns.named.len() >= 4;
    let letters = |words: &[Word]| words.iter().map(|word| word.letters()).sum::<usize>() as f64;
    let inside: f64 = rows.iter().flatten().map(|cell| letters(cell)).sum();
    let most = inside >= MOST_OF_PAGE * letters(page.words);
    let enough = columns.data_rows.len() >= FEWEST_ROWS && columns.understood >= LEAST_UNDERSTOOD;
    (told && most && enough).then_some(People {
        understood: columns.understood,
        columns: columns.explained,
    })
}
