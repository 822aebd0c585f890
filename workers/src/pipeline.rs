//! One page from pixels to proposed records, stage by stage: [`DecodedPage`] → [`Upright`](crate::image::Upright) →
//! [`Recognised`] → [`Extracted`] → [`Judged`](judge::Judged) → [`PageReading`].

use std::cell::LazyCell;
use std::time::Instant;

use crate::ablation::Step;
use crate::class::{Class, Layout, Scope};
use crate::classification::{self, PageView};
use crate::column_map::{MapFit, PageColumns};
use crate::context::Context;
use crate::continuity;
use crate::decode::DecodedPage;
use crate::form;
use crate::image;
use crate::judge::{self, Extracted};
use crate::layout::lines::{Line, lines};
use crate::layout::{Row, TableLayout};
use crate::model_trust::ModelTrust;
use crate::ocr::Recognised;
use crate::ocr::engine::{Engine, RecogniseError, Script};
use crate::ocr::words::PageWords;
use crate::orientation;
use crate::reading::{PageReading, RecordReading};
use crate::reread;
use crate::table::{ColumnModel, Columns, Table};
use crate::text_layer;
use crate::word::Word;

/// Reads a page: which class it is of, its words, and the records proposed from them.
///
/// # Errors
/// [`RecogniseError`] when the engine fails; a page without words is a reading all the same.
pub fn read_page(
    page: &DecodedPage,
    context: &Context<'_>,
    engine: &mut Engine,
) -> Result<PageReading, RecogniseError> {
    let begun = Instant::now();
    engine.set_script(Script::Printed)?;
    let positive = image::positive(page);
    let page = positive.as_ref().unwrap_or(page);
    let (upright, first, verdict) = orientation::upright(page, context, engine)?;
    let mut recognised = reread::page(upright, first, context, engine)?;
    let brought = text_layer::bring(&mut recognised, page, verdict);
    let mut extracted = extract(page, &recognised, context, engine)?;
    extracted.lines.extend(lines(&brought.apart));
    let judged = judge::judge(page, &recognised, extracted);
    let reading = judge::delivered(&recognised.page, judged);
    Ok(PageReading {
        milliseconds: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        ..reading
    })
}

fn extract(
    page: &DecodedPage,
    recognised: &Recognised,
    context: &Context<'_>,
    engine: &mut Engine,
) -> Result<Extracted, RecogniseError> {
    let (rules, words) = (&recognised.rules, &recognised.words);
    let (width, dpi) = (recognised.page.pixel_size().0, recognised.page.dpi);
    let mut read = lines(words);
    // Stamps above a letterhead are no part of the paper's own text.
    let above = form::Letterhead::of(&read).map_or(0, |head| form::apart(&read, &head));
    let apart: Vec<Line> = read.drain(..above).collect();
    let map = context.known.map.as_ref();
    let mut mapped = map.and_then(|map| TableLayout::of_map(map, rules, words, width, dpi));
    // Looked for only where neither batch nor map says what the page is.
    let own =
        LazyCell::new(|| TableLayout::of(recognised.table.as_ref(), rules, words, width, dpi));
    let size = recognised.page.pixel_size();
    let continuity = continuity::of(&read, size, context.classes);
    let told = told_class(mapped.as_ref(), context);
    let (class_id, class_confidence) = match told {
        Some(class) => (class.id.clone(), 1.0),
        None => shown_class(&read, recognised, own.as_ref(), context, engine)?,
    };
    let class = context.class(&class_id);
    let content = match class.as_deref() {
        None => Content::default(),
        Some(class) if class.layout == Layout::Table => {
            mapped = mapped.filter(|layout| layout.map.is_some_and(|map| map.class == class.id));
            let by_map = match &mapped {
                Some(layout) => table(class, layout, recognised, context, engine)?,
                None => None,
            };
            mapped = mapped.filter(|_| by_map.is_some());
            // A page that the map does not fit may show by its own header what it holds.
            match by_map {
                Some(content) => content,
                None => match own.as_ref() {
                    Some(own) => {
                        table(class, own, recognised, context, engine)?.unwrap_or_default()
                    }
                    None => Content::default(),
                },
            }
        }
        Some(class) => form(class, page, recognised, &read, context, engine)?,
    };
    let settles = !recognised.is_delivered && context.takes(Step::Settled);
    let words = content.words.filter(|_| settles);
    Ok(Extracted {
        class: class_id,
        class_confidence: match told {
            Some(_) => class_confidence,
            None => classification::as_understood(
                class.as_deref(),
                class_confidence,
                content.understood,
            ),
        },
        records: content.records,
        columns: content.columns,
        fit: map.map(|map| MapFit {
            version: map.version,
            share: mapped.as_ref().map_or(0.0, |layout| layout.share),
            fits: mapped.is_some(),
        }),
        understood: content.understood,
        continuity,
        lines: text_of(words, read, apart),
    })
}

/// The lines of a page's text: of the words as they were read in the end where there are such, and last what stands
/// apart from it.
fn text_of(words: Option<Vec<Word>>, read: Vec<Line>, apart: Vec<Line>) -> Vec<Line> {
    let mut text = words.map_or(read, |words| {
        // Words of a table's page are all of it.
        let is_apart = |word: &Word| {
            apart
                .iter()
                .flat_map(|line| &line.words)
                .any(|other| other.bounds == word.bounds)
        };
        let words: Vec<Word> = words.into_iter().filter(|word| !is_apart(word)).collect();
        lines(&words)
    });
    text.extend(apart);
    text
}

/// The class as declared, else as the map that fits says.
fn told_class<'a>(mapped: Option<&TableLayout<'_>>, context: &Context<'a>) -> Option<&'a Class> {
    let of_map = || Some(mapped?.map?.class.as_str());
    let told = context.known.class_hint.as_deref().or_else(of_map);
    context.classes.get(told?)
}

/// A class less sure than this is asked about once more, with the table's header read cell by cell.
const SURE: f64 = 0.8;
/// A table of fewer rows shows nothing of its class.
const FEWEST_ROWS: usize = 4;

/// The class that structure and text of a page show, and how sure that is, 0 to 1.
fn shown_class(
    lines: &[Line],
    recognised: &Recognised,
    own: Option<&TableLayout<'_>>,
    context: &Context<'_>,
    engine: &mut Engine,
) -> Result<(String, f64), RecogniseError> {
    let words = &recognised.words;
    let of_rows = |rows: Option<&[Row]>| {
        let table = own.zip(rows);
        let page = PageView {
            lines,
            words,
            table,
        };
        classification::class_of(&page, context.classes)
    };
    let mut rows = own.map(|table| table.grid.rows(words));
    let first = of_rows(rows.as_deref());
    let of_tables = context
        .classes
        .iter()
        .filter(|class| class.layout == Layout::Table)
        .max_by_key(|class| class.fields.len());
    let (Some(own), Some(rows), Some(class)) = (own, &mut rows, of_tables) else {
        return Ok(first);
    };
    let is_open = first.1 < SURE && rows.len() >= FEWEST_ROWS;
    if !is_open || recognised.is_delivered || !context.takes(Step::Headers) {
        return Ok(first);
    }
    reread::headers(class, &own.grid, rows, &recognised.page, engine)?;
    let second = of_rows(Some(rows));
    let is_register = context
        .classes
        .get(&second.0)
        .is_some_and(|class| class.layout == Layout::Table);
    Ok(if is_register { second } else { first })
}

/// What was found on a page.
#[derive(Default)]
struct Content {
    records: Vec<RecordReading>,
    columns: Option<PageColumns>,
    /// All words of the page as they were read in the end, where that is more than the first pass.
    words: Option<Vec<Word>>,
    /// How far its table or form was understood, 0 to 1.
    understood: Option<f64>,
}

/// A table, a record a row; `None` where the page itself contradicts the map it was laid out by.
fn table(
    class: &Class,
    layout: &TableLayout<'_>,
    page: &Recognised,
    context: &Context<'_>,
    engine: &mut Engine,
) -> Result<Option<Content>, RecogniseError> {
    let mut rows = layout.grid.rows(&page.words);
    if context.takes(Step::Headers) {
        reread::headers(class, &layout.grid, &mut rows, &page.page, engine)?;
    }
    let Some(columns) = Columns::of(class, layout, &rows) else {
        return Ok(None);
    };
    let mut model = ColumnModel::new(&columns, &rows, &layout.grid, page);
    if context.takes(Step::Figures) && !page.is_delivered && !page.by_handwriting {
        model.see_figures();
    }
    model.repair(context);
    if context.takes(Step::CellsAgain) {
        reread::cells(&mut model, &page.page, engine)?;
        model.repair(context);
    }
    let mut words = layout.grid.outside(&page.words);
    let printed_once = form::fields(class, &lines(&words), Some(Scope::Page));
    let table = Table::of(class, layout, columns, &model, rows, &printed_once, page);
    words.extend(table.words);
    Ok(Some(Content {
        records: table.records,
        columns: Some(table.columns),
        // Where no rule parts the columns, a word may have been parted wrongly.
        words: layout.is_ruled.then_some(words),
        understood: Some(table.understood),
    }))
}

/// A page of one record, its doubtful values and its signature read again.
fn form(
    class: &Class,
    page: &DecodedPage,
    recognised: &Recognised,
    lines: &[Line],
    context: &Context<'_>,
    engine: &mut Engine,
) -> Result<Content, RecogniseError> {
    let upright = &recognised.page;
    let is_printed = !recognised.is_delivered && !recognised.by_handwriting;
    let seen = (is_printed && context.takes(Step::Figures))
        .then(|| reread::SeenFigures::of(upright, lines));
    let lines = seen.as_ref().map_or(lines, |seen| &seen.lines);
    let mut fields = form::fields(class, lines, None);
    let mut words = PageWords::new(lines.iter().flat_map(|line| line.words.clone()).collect());
    if !recognised.is_delivered {
        if class.layout == Layout::Form && context.takes(Step::SecondLook) {
            reread::values(class, upright, lines, &mut fields, context, engine)?;
        }
        if class.layout == Layout::Paper {
            reread::pen(class, upright, lines, &mut fields, engine)?;
        }
        if context.takes(Step::Signature) {
            let block =
                reread::signature(class, page, upright, lines, &mut fields, context, engine)?;
            block
                .iter()
                .for_each(|line| words.prefer(line, ModelTrust::PRINT));
        }
        fields.values().for_each(|field| words.spell(field));
    }
    if context.takes(Step::CrossChecks) {
        form::cross_check(class, &mut fields);
    }
    let understood = form::understood(class, lines, &fields);
    form::hold(class, understood, &mut fields);
    form::hold_shared(class, &mut fields);
    if let Some(seen) = &seen {
        seen.hold(class, &mut fields);
    }
    if !recognised.is_delivered && class.layout == Layout::Form {
        form::hold_fragments(class, upright, lines, &mut fields);
    }
    let record = RecordReading {
        class: class.id.clone(),
        fields,
        bounds: None,
    };
    Ok(Content {
        records: Some(record)
            .filter(|record| !record.fields.is_empty())
            .into_iter()
            .collect(),
        columns: None,
        words: Some(words.into_words()),
        understood: Some(understood),
    })
}
