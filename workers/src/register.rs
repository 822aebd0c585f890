//! A register's page: its table by its own rules or by the map of its volume, a record a row.

use crate::class::{Class, Scope};
use crate::column_map::{ColumnMap, MapFit, PageColumns};
use crate::form;
use crate::geometry::Turn;
use crate::lines::lines;
use crate::page_words::Seen;
use crate::prepare::Prepared;
use crate::reading::{RecordReading, Word};
use crate::recognise::{Engine, RecogniseError};
use crate::table::{self, Grid, Laid, Table};

/// What a register's page holds.
#[derive(Default)]
pub(crate) struct Register {
    /// One a row, in order.
    pub records: Vec<RecordReading>,
    /// The columns found.
    pub columns: Option<PageColumns>,
    /// All words of the page as they were read in the end, where that is more than the page pass.
    pub words: Option<Vec<Word>>,
}

/// A volume's map over one of its pages.
pub(crate) struct Overlay<'m> {
    map: &'m ColumnMap,
    laid: Option<Laid>,
}

impl<'m> Overlay<'m> {
    /// Lays the map over an upright page.
    pub fn new(map: &'m ColumnMap, prepared: &Prepared, words: &[Word]) -> Self {
        let laid = table::lay(map, prepared, words);
        Self { map, laid }
    }

    /// The class of the page's rows, if the map fits.
    pub fn class(&self) -> Option<&'m str> {
        self.laid.as_ref().map(|_| self.map.class.as_str())
    }

    /// How it fits.
    pub fn fit(&self) -> MapFit {
        MapFit {
            version: self.map.version,
            share: self.laid.as_ref().map_or(0.0, |laid| laid.share),
            fits: self.laid.is_some(),
        }
    }

    /// The page by the map; `None` where it does not fit, which the page's header too may show.
    ///
    /// # Errors
    /// [`RecogniseError`] from second readings.
    pub fn read(
        &mut self,
        class: &Class,
        prepared: &Prepared,
        seen: &Seen,
        engine: &mut Engine,
    ) -> Result<Option<Register>, RecogniseError> {
        let own = class.id == self.map.class;
        let Some(laid) = self.laid.take().filter(|_| own) else {
            return Ok(None);
        };
        let map = Some((self.map, laid.ruled));
        let read = table::read(class, &laid.grid, map, seen, prepared, engine)?;
        let Some(table) = read else { return Ok(None) };
        let page = register(
            class,
            &laid.grid,
            laid.ruled,
            table,
            prepared.turn,
            &seen.words,
        );
        self.laid = Some(laid);
        Ok(Some(page))
    }
}

/// The page by its own rules and header. Of a table without standing rules only the columns are told:
/// what they hold is for a person to say.
///
/// # Errors
/// [`RecogniseError`] from second readings.
pub(crate) fn read(
    class: &Class,
    prepared: &Prepared,
    seen: &Seen,
    engine: &mut Engine,
) -> Result<Register, RecogniseError> {
    let known = seen.grid.clone();
    let ruled = known.or_else(|| table::grid(&prepared.picture, prepared.dpi));
    let is_ruled = ruled.is_some();
    let Some(grid) = ruled.or_else(|| table::unruled_grid(prepared, &seen.words)) else {
        return Ok(Register::default());
    };
    let table = table::read(class, &grid, None, seen, prepared, engine)?;
    let mut table = table.unwrap_or_default();
    if !is_ruled {
        table.records.clear();
    }
    Ok(register(
        class,
        &grid,
        is_ruled,
        table,
        prepared.turn,
        &seen.words,
    ))
}

fn register(
    class: &Class,
    grid: &Grid,
    ruled: bool,
    mut table: Table,
    turn: Turn,
    words: &[Word],
) -> Register {
    let mut outside = table::outside(grid, words);
    let page_fields = form::fields(class, &lines(&outside), Some(Scope::Page));
    table::share(&mut table.records, &page_fields);
    let columns = PageColumns {
        corners: grid.corners().map(|(x, y)| turn.to_delivered_point(x, y)),
        edges: grid.shares(),
        fields: table.fields,
        ruled,
    };
    Register {
        records: table.records,
        columns: Some(columns),
        // Where no rule parts the columns, a word may have been parted wrongly.
        words: ruled.then(|| {
            outside.extend(table.words);
            outside
        }),
    }
}
