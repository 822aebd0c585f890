//! Which class a page belongs to, from what stands where on it: a table of people is a register whatever its title,
//! and a page without one is none.

mod particulars;

use crate::class::classify::{LEAST, likeliest, scores};
use crate::class::{Class, Classes, FieldKind, Layout};
use crate::form;
use crate::layout::lines::{Line, Text};
use crate::layout::{Row, TableLayout};
use crate::table::Columns;
use crate::word::Word;

/// A table of fewer people may be an example in a letter.
const FEWEST_ROWS: usize = 3;
/// A table less understood than this shows nothing of its class.
const LEAST_UNDERSTOOD: f64 = 0.36;
/// A table with less than this share of the page's words is part of another paper.
const MOST_OF_PAGE: f64 = 0.45;
/// Words that speak so much for another class outweigh a table of people: a payroll is one too.
const OUTSPOKEN: f32 = 6.0;
/// Words that speak so much for a table's class stand for it where no table was found.
const TITLED: f32 = 5.0;

/// How sure a class is that a table of people shows.
const BY_TABLE: f64 = 0.97;
/// The same where its people have neither the number of a diploma nor that of a register: any list may have them.
const LIST_ONLY: f64 = 0.7;
/// How sure a class of tables is at most that words alone speak for, or a diploma that only its particulars show.
const UNSEEN: f64 = 0.6;
/// A table of so many rows is no diploma's.
const ROWS_OF_TABLE: usize = 6;
/// The class of one person's diploma, for which a page's particulars speak.
const DIPLOMA: &str = "van_bang";

/// A page as far as it was looked at.
pub(crate) struct PageView<'a> {
    pub lines: &'a [Line],
    pub words: &'a [Word],
    /// Its table and the words of its cells, where it has one.
    pub table: Option<(&'a TableLayout<'a>, &'a [Row])>,
}

/// The class of a page and how sure that is, 0 to 1.
pub(crate) fn class_of(page: &PageView<'_>, classes: &Classes) -> (String, f64) {
    let mut by_particulars = false;
    let mut scores = scores(&Text::new(page.lines).text, classes);
    form::weigh(&mut scores, page.lines);
    let is_table = page
        .table
        .is_some_and(|(_, rows)| rows.len() >= ROWS_OF_TABLE);
    if !is_table && let Some((_, score)) = scores.iter_mut().find(|(class, _)| class.id == DIPLOMA)
    {
        by_particulars = *score < LEAST && !particulars::is_titled(page.lines);
        *score += particulars::of_diploma(page.lines);
        scores.sort_by(|a, b| b.1.total_cmp(&a.1));
    }
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
        let most = if people.numbered { BY_TABLE } else { LIST_ONLY };
        return (class.id.clone(), most * people.understood.sqrt().min(1.0));
    }
    // Without a table of people only a title speaks for a class of tables.
    scores.retain(|(class, score)| class.layout != Layout::Table || *score >= TITLED);
    let (id, sure) = likeliest(&scores);
    let is_of_tables = classes
        .get(&id)
        .is_some_and(|class| class.layout == Layout::Table);
    // A school's record has a person's particulars too.
    let guessed = is_of_tables || by_particulars && id == DIPLOMA;
    (id, if guessed { sure.min(UNSEEN) } else { sure })
}

/// A table of people as a class understands it.
struct People {
    /// How far, 0 to 1.
    understood: f64,
    /// Whether they have the number of a diploma or of a register.
    numbered: bool,
    /// How many of its columns are explained as fields.
    columns: f64,
}

/// How far the page's table is understood as one of people of that class; `None` where it is none, or hardly any of
/// the page.
fn people(class: &Class, page: &PageView<'_>) -> Option<People> {
    let (layout, rows) = page.table?;
    let columns = Columns::of(class, layout, rows)?;
    let of_kind = |kind: FieldKind| columns.named.iter().any(|named| named.field.kind == kind);
    let numbered = columns
        .named
        .iter()
        .any(|named| named.field.kind == FieldKind::Number && named.field.key != "stt");
    let born = of_kind(FieldKind::Date) || numbered;
    let told = of_kind(FieldKind::Name) && born && columns.named.len() >= 4;
    let letters = |words: &[Word]| words.iter().map(|word| word.letters()).sum::<usize>() as f64;
    let inside: f64 = rows.iter().flatten().map(|cell| letters(cell)).sum();
    let most = inside >= MOST_OF_PAGE * letters(page.words);
    let enough = columns.data_rows.len() >= FEWEST_ROWS && columns.understood >= LEAST_UNDERSTOOD;
    (told && most && enough).then_some(People {
        understood: columns.understood,
        numbered,
        columns: columns.explained,
    })
}
