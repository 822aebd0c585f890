//! What a column of a table may be used for: a whole field, a part of one, or something that is no field.

use super::likeness::likeness;
use crate::class::{Class, Field, FieldKind, OtherColumn, OtherKind, Part};

/// What a column holds.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Usage<'c> {
    /// A field, or a part of it.
    Field(&'c Field, Option<Part>),
    /// Something known that no field holds.
    Other(&'c OtherColumn),
    /// Nothing: no header, no values.
    Empty,
    /// Nothing tells what it holds.
    Unknown,
}

impl<'c> Usage<'c> {
    /// As a column map names it: `ho_ten`, `ho_ten.family`; nothing for what no field holds.
    pub fn key(self) -> Option<String> {
        match self {
            Self::Field(field, part) => Some(Class::column_word(field, part)),
            _ => None,
        }
    }

    /// What a column map's word stands for in a class.
    pub fn of_key(class: &'c Class, key: &str) -> Option<Self> {
        let (field, part) = class.column(key)?;
        Some(Self::Field(field, part))
    }

    /// The header words that name it.
    pub fn phrases(self) -> &'c [String] {
        match self {
            Self::Field(field, None) => &field.columns,
            Self::Field(field, Some(part)) => field.parts.get(&part).map_or(&[], Vec::as_slice),
            Self::Other(other) => &other.columns,
            Self::Empty | Self::Unknown => &[],
        }
    }

    /// Whether most of its cells may be empty.
    pub fn may_be_empty(self) -> bool {
        match self {
            Self::Field(field, part) => field.kind == FieldKind::Text || part.is_some(),
            Self::Other(other) => matches!(other.kind, OtherKind::Signature | OtherKind::Text),
            _ => true,
        }
    }

    /// How much a header cell is like any of its header words, 0 to 1.
    pub fn header_likeness(self, header: &str) -> f64 {
        let phrases = self.phrases().iter();
        phrases
            .map(|phrase| likeness(phrase, header))
            .fold(0.0, f64::max)
    }
}

/// Everything a column of a class may hold.
pub(super) struct Phrases<'c> {
    pub class: &'c Class,
    /// Fields, parts of fields, and what is no field.
    pub usages: Vec<Usage<'c>>,
}

impl<'c> Phrases<'c> {
    /// What the class says of its columns.
    pub fn of(class: &'c Class) -> Self {
        // A part that the class has no header words for is never written in a column of its own.
        let has_words = |(field, part): &(&Field, Option<Part>)| {
            part.is_none_or(|part| field.parts.contains_key(&part))
        };
        let fields = class
            .column_words()
            .filter(has_words)
            .map(|(field, part)| Usage::Field(field, part));
        let others = class.other_columns.iter().map(Usage::Other);
        Self {
            class,
            usages: fields.chain(others).collect(),
        }
    }

    /// How much words are like the header of any column, 0 to 1.
    pub fn strongest(&self, header: &str) -> f64 {
        let usages = self.usages.iter();
        usages
            .map(|usage| usage.header_likeness(header))
            .fold(0.0, f64::max)
    }
}
