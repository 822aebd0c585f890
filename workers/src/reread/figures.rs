//! The figures of a page without a table, read by the model that knows nothing else too.

use std::collections::BTreeMap;

use crate::class::Class;
use crate::geometry::centre;
use crate::image::Grey;
use crate::layout::lines::Line;
use crate::ocr::figures::{Comparison, compare};
use crate::reading::FieldReading;
use crate::word::Box4;

/// Lines as they stand with the figures of both models.
pub(crate) struct SeenFigures {
    /// The lines, other figures in the words where these are clear.
    pub lines: Vec<Line>,
    /// The words of which the models do not read the same.
    disputed: Vec<Box4>,
}

impl SeenFigures {
    /// Compares every word of the lines that bears a figure.
    pub fn of(page: &Grey, lines: &[Line]) -> Self {
        let mut seen = Self {
            lines: lines.to_vec(),
            disputed: Vec::new(),
        };
        for word in seen.lines.iter_mut().flat_map(|line| &mut line.words) {
            match compare(page, word) {
                None | Some(Comparison::Same(_)) => continue,
                Some(Comparison::Other(text, _)) => word.text = text,
                Some(Comparison::Disputed) => {}
            }
            seen.disputed.push(word.bounds);
        }
        seen
    }

    /// Leaves numbers and dates to a person of which the models do not read the same: nothing beside a form's figure
    /// proves it.
    pub fn hold(&self, class: &Class, fields: &mut BTreeMap<String, FieldReading>) {
        for (key, reading) in fields.iter_mut().filter(|(_, reading)| reading.accepted) {
            let field = class.field(key);
            let is_numeric = field.is_some_and(|field| field.kind.is_numeric());
            let Some([left, top, width, height]) = reading.bounds.filter(|_| is_numeric) else {
                continue;
            };
            let holds = |word: &&Box4| {
                let (x, y) = centre(**word);
                (f64::from(left)..f64::from(left + width)).contains(&x)
                    && (f64::from(top)..f64::from(top + height)).contains(&y)
            };
            reading.accepted = !self.disputed.iter().any(|word| holds(&word));
        }
    }
}
