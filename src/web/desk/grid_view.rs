//! What the grid of a register's page shows: its columns, what is printed once, and its rows with the strip of the scan above.

use std::collections::{BTreeMap, BTreeSet};

use sogoc_workers::class::{Class, Field, FieldKind, Scope};

use super::grid_sent::SentPage;
use super::sheet::{Entry, entries, lay_typed};
use crate::error::Fault;
use crate::messages::Message;
use crate::page::PageView;
use crate::review::{self, PageRow, PageRows, Warning};

/// Narrowest columns, as a share of the table.
const NARROW: f64 = 0.06;

/// A column of the grid.
#[derive(Debug)]
pub struct Column {
    /// Key of the field.
    pub key: String,
    /// How wide: `narrow`, `small`, `mid` or `wide`.
    pub size: &'static str,
    /// A record without it is not complete.
    pub mandatory: bool,
}

/// A box of the grid.
#[derive(Debug)]
pub struct Cell {
    /// As on the sheet of one record.
    pub entry: Entry,
    /// True when its value was said to be right as it stands.
    pub confirmed: bool,
    /// True when a key of the grid filled it in and nobody has gone there since.
    pub filled: bool,
    /// What does not follow from the rows beside it.
    pub warnings: Vec<Warning>,
}

impl Cell {
    /// Whether a look is enough: there is a value that is in doubt, not struck out.
    pub fn to_visit(&self) -> bool {
        let entry = &self.entry;
        entry.doubtful && !entry.missing && !entry.struck && !entry.unread
    }

    /// Whether a person has to say that it stands, or that nothing is there.
    pub fn to_confirm(&self) -> bool {
        self.entry.doubtful && (self.entry.struck || self.entry.unread && !self.entry.missing)
    }
}

/// What is printed once on the page.
#[derive(Debug)]
pub struct Once {
    /// The value that most open rows have.
    pub cell: Cell,
    /// Place and value of the rows that have another.
    pub others: Vec<(i64, String)>,
}

impl Once {
    /// Its box.
    pub fn cell(&self) -> &Cell {
        &self.cell
    }
}

/// A row of the grid.
#[derive(Debug)]
pub struct Row {
    /// As it stands.
    pub of: PageRow,
    /// In the order of the columns.
    pub cells: Vec<Cell>,
    /// Whether it may be keyed.
    pub open: bool,
    /// Whether it was said to be right.
    pub right: bool,
    /// Somebody else saved it while the grid was open.
    pub overtaken: bool,
    /// What is in the way of the whole row.
    pub faults: Vec<Message>,
    /// Part of the upright page above it: x, y, width, height.
    pub strip: Option<[i64; 4]>,
}

impl Row {
    /// Id of its record.
    pub fn id(&self) -> &str {
        &self.of.record.id
    }

    /// Its place on the paper, as written.
    pub fn place(&self) -> String {
        self.of.record.ordinal.to_string()
    }
}

/// The grid without its frame.
#[derive(Debug, Default)]
pub struct Sheet {
    /// Left to right.
    pub columns: Vec<Column>,
    /// Columns left out because no row has anything in them.
    pub left_out: usize,
    /// What is printed once on the page.
    pub head: Vec<Once>,
    /// From the top.
    pub rows: Vec<Row>,
    /// Faults of no cell and no row.
    pub faults: Vec<Fault>,
    /// How many cells and rows are at fault.
    pub at_fault: usize,
    /// Place and words of rows that may no longer be keyed, in which something was typed.
    pub lost: Vec<(String, String)>,
}

/// Faults by where they are shown.
#[derive(Default)]
struct Told {
    /// By record, as faults of its sheet.
    cells: BTreeMap<String, Vec<Fault>>,
    rows: BTreeMap<String, Vec<Message>>,
    head: Vec<Fault>,
    others: Vec<Fault>,
}

impl Told {
    fn of(faults: &[Fault], sent: &SentPage, head: &[String]) -> Self {
        let mut told = Self::default();
        for fault in faults {
            let parts: Vec<&str> = fault.pointer.split('/').skip(1).collect();
            let row = |place: &str| {
                let place: usize = place.parse().ok()?;
                Some(sent.rows.get(place)?.id.clone())
            };
            let of_field = |key: &str| Fault::new(format!("/fields/{key}"), fault.message.clone());
            match parts[..] {
                ["head", key] => told.head.push(of_field(key)),
                ["rows", _, "fields", key] if head.iter().any(|one| one == key) => {
                    // The same of every row, and shown once.
                    let once = of_field(key);
                    if !told.head.contains(&once) {
                        told.head.push(once);
                    }
                }
                ["rows", place, "fields", key] => match row(place) {
                    Some(id) => told.cells.entry(id).or_default().push(of_field(key)),
                    None => told.others.push(fault.clone()),
                },
                ["rows", place, _] => match row(place) {
                    Some(id) => told.rows.entry(id).or_default().push(fault.message.clone()),
                    None => told.others.push(fault.clone()),
                },
                _ => told.others.push(fault.clone()),
            }
        }
        told
    }
}

/// The grid of the page as it stands `now`, with what was typed and what is at fault; `all` columns, or those in use.
pub fn sheet(
    class: Option<&Class>,
    page: &PageView,
    now: PageRows,
    (sent, faults): (&SentPage, &[Fault]),
    may_key: bool,
    all: bool,
) -> Sheet {
    let told = Told::of(faults, sent, &now.head);
    let (columns, left_out) = columns(class, &now, sent, &told, all);
    let at_fault = told.head.len() + told.cells.values().map(Vec::len).sum::<usize>();
    let lost = lost(&now, sent);
    let overtaken = |row: &PageRow| {
        let sent = sent.row(&row.record.id);
        sent.is_some_and(|sent| sent.sheet.version != row.record.version)
    };
    let moved = now.rows.iter().any(&overtaken);
    let head = head(class, page, &now, (sent, &told), moved);
    let at_rows = told.rows.values().map(Vec::len).sum::<usize>();
    let mut rows = Vec::new();
    for one in now.rows {
        let overtaken = overtaken(&one);
        let open = may_key && one.waits();
        rows.push(row(
            class,
            page,
            one,
            (sent, &told),
            &columns,
            (open, overtaken),
        ));
    }
    Sheet {
        columns,
        left_out,
        head,
        rows,
        faults: told.others,
        at_fault: at_fault + at_rows,
        lost,
    }
}

fn columns(
    class: Option<&Class>,
    now: &PageRows,
    sent: &SentPage,
    told: &Told,
    all: bool,
) -> (Vec<Column>, usize) {
    let mut used: BTreeSet<&str> = BTreeSet::new();
    for row in &now.rows {
        let said = row.record.fields.iter();
        used.extend(
            said.filter(|(_, field)| !field.value.is_empty() || !field.accepted)
                .map(|(key, _)| key.as_str()),
        );
    }
    for row in &sent.rows {
        used.extend(row.sheet.changes.keys().map(String::as_str));
    }
    for fault in told.cells.values().flatten() {
        used.extend(fault.pointer.strip_prefix("/fields/"));
    }
    let fields = class.map_or(&[][..], |class| class.fields.as_slice());
    let of_rows = fields.iter().filter(|field| field.scope != Scope::Page);
    let (shown, left): (Vec<&Field>, Vec<&Field>) =
        of_rows.partition(|field| all || field.mandatory || used.contains(field.key.as_str()));
    let shown = shown.into_iter().map(|field| Column {
        key: field.key.clone(),
        size: size(field),
        mandatory: field.mandatory,
    });
    (shown.collect(), left.len())
}

fn size(field: &Field) -> &'static str {
    match field.kind {
        FieldKind::Name | FieldKind::Place | FieldKind::School | FieldKind::Agency => "wide",
        _ if field.width.is_some_and(|width| width <= NARROW) => "narrow",
        FieldKind::Date | FieldKind::Grade => "small",
        _ => "mid",
    }
}

/// What was typed in rows that somebody else decided meanwhile, so that it is not gone unseen.
fn lost(now: &PageRows, sent: &SentPage) -> Vec<(String, String)> {
    let mut lost = Vec::new();
    for row in sent.rows.iter().filter(|row| !row.sheet.changes.is_empty()) {
        let stands = now.rows.iter().find(|one| one.record.id == row.id);
        if stands.is_some_and(PageRow::waits) {
            continue;
        }
        let place = stands.map_or_else(String::new, |one| one.record.ordinal.to_string());
        let typed: Vec<&str> = row.sheet.changes.values().map(String::as_str).collect();
        lost.push((place, typed.join(" · ")));
    }
    lost
}

/// The value of a row's field; empty where it has none.
fn said<'a>(row: &'a PageRow, key: &str) -> &'a str {
    let field = row.record.fields.get(key);
    field.map_or("", |field| field.value.as_str())
}

fn head(
    class: Option<&Class>,
    page: &PageView,
    now: &PageRows,
    (sent, told): (&SentPage, &Told),
    moved: bool,
) -> Vec<Once> {
    let waiting = now.rows.iter().filter(|row| row.waits());
    let open: Vec<&PageRow> = waiting.collect();
    let of: Vec<&PageRow> = match open.is_empty() {
        true => now.rows.iter().collect(),
        false => open,
    };
    let mut head = Vec::new();
    for key in &now.head {
        let alike = |row: &PageRow| {
            let same = of.iter().filter(|one| said(one, key) == said(row, key));
            same.count()
        };
        let Some(usual) = of.iter().max_by_key(|row| alike(row)) else {
            continue;
        };
        let sheet = |row: &PageRow| {
            let all = entries(class, &row.record, page, &told.head);
            all.into_iter().find(|entry| entry.key == *key)
        };
        let Some(mut entry) = sheet(usual) else {
            continue;
        };
        // In doubt where it is so in any row: a look at the head is a look at all of them.
        for other in of.iter().filter_map(|row| sheet(row)) {
            entry.doubtful |= other.doubtful;
            entry.struck |= other.struck;
            entry.unread |= other.unread && !other.missing;
        }
        let mut cell = [entry];
        lay_typed(&mut cell, &sent.head, moved);
        let [entry] = cell;
        let others = of.iter().filter(|row| said(row, key) != said(usual, key));
        let others = others.map(|row| (row.record.ordinal, said(row, key).to_owned()));
        head.push(Once {
            others: others.collect(),
            cell: Cell {
                confirmed: sent.head.confirmed.contains(key),
                filled: false,
                entry,
                warnings: Vec::new(),
            },
        });
    }
    head
}

fn row(
    class: Option<&Class>,
    page: &PageView,
    of: PageRow,
    (sent, told): (&SentPage, &Told),
    columns: &[Column],
    (open, overtaken): (bool, bool),
) -> Row {
    let id = &of.record.id;
    let none = Vec::new();
    let faults = told.cells.get(id).unwrap_or(&none);
    let mut all = entries(class, &of.record, page, faults);
    let sent = sent.row(id).filter(|_| open);
    if let Some(sent) = sent {
        lay_typed(&mut all, &sent.sheet, overtaken);
    }
    let cells = columns.iter().filter_map(|column| {
        let at = all.iter().position(|entry| entry.key == column.key)?;
        let warnings = of.warnings.iter().filter(|one| one.key == column.key);
        Some(Cell {
            entry: all.swap_remove(at),
            confirmed: sent.is_some_and(|sent| sent.sheet.confirmed.contains(&column.key)),
            filled: sent.is_some_and(|sent| sent.filled.contains(&column.key)),
            warnings: warnings.cloned().collect(),
        })
    });
    Row {
        cells: cells.collect(),
        open,
        // What somebody else changed is to be looked at again.
        right: !overtaken && sent.is_some_and(|sent| sent.right),
        overtaken: overtaken && open,
        faults: told.rows.get(id).cloned().unwrap_or_default(),
        strip: strip(page, &of),
        of,
    }
}

/// The row's place on the upright page with half a row above and below, within the page.
fn strip(page: &PageView, row: &PageRow) -> Option<[i64; 4]> {
    let [x, y, w, h] = page.upright(review::place_of(&row.record)?);
    let (wide, high) = page.upright_size();
    let (left, top) = ((x - h / 2).max(0), (y - h / 2).max(0));
    let (right, bottom) = ((x + w + h / 2).min(wide), (y + h + h / 2).min(high));
    (right > left && bottom > top).then_some([left, top, right - left, bottom - top])
}
