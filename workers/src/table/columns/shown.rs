//! What speaks for what a column is taken for.

use crate::confidence::ColumnTrust;

/// What speaks for a column's usage, each 0 to 1.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Shown {
    /// How far header and values together explain it.
    pub explained: f64,
    /// How much its header is like the usage's words; zero where it is not.
    pub header: f64,
    /// The share of its values that fit.
    pub fits: f64,
    /// How much worse the best assignment is that gives the column another meaning, 0 to 2.
    pub margin: f64,
}

impl Shown {
    /// What a value of the column is trusted for, whatever its table.
    pub fn trust(self) -> ColumnTrust {
        ColumnTrust {
            header: self.header,
            fits: self.fits,
            margin: self.margin,
            table: 1.0,
        }
    }
}

/// How far header and values together explain a column: either alone explains it in part.
pub(super) fn shown(header: Option<f64>, fits: Option<f64>, legible: f64) -> Shown {
    let explained = match (header, fits) {
        (Some(like), None) => like,
        (Some(like), Some(fits)) => like * (1.0 - legible * (1.0 - fits).powi(2)),
        (None, Some(fits)) => 0.8 * fits * legible,
        (None, None) => 0.0,
    };
    Shown {
        explained,
        header: header.unwrap_or_default(),
        fits: fits.unwrap_or(1.0),
        margin: 0.0,
    }
}
