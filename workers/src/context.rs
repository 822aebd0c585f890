//! What every stage may ask while a page is read, beside the page itself.

use std::borrow::Cow;
#[cfg(test)]
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::ablation::{Ablation, EVERY_STEP, Step};
use crate::class::{Class, Classes};
use crate::column_map::ColumnMap;

/// What is known of a page before it is read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Known {
    /// Class id, where the batch declared one; an unknown one is ignored.
    pub class_hint: Option<String>,
    /// The confirmed column map of its volume. A page that it does not fit is flagged, and nothing on it is
    /// accepted.
    pub map: Option<ColumnMap>,
}

/// What a page is read with, beside the engine.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Every class the page may be of.
    pub classes: &'a Classes,
    /// What whoever delivered the page knows of it.
    pub known: &'a Known,
    /// The steps left out to measure them; none in the product.
    pub ablation: &'a Ablation,
}

impl<'a> Context<'a> {
    /// With every step, as the product reads.
    pub fn new(classes: &'a Classes, known: &'a Known) -> Self {
        Self {
            classes,
            known,
            ablation: &EVERY_STEP,
        }
    }

    /// Whether the step is taken.
    pub(crate) fn takes(&self, step: Step) -> bool {
        self.ablation.takes(step)
    }

    /// The class of that id, without the checks of steps left out.
    pub(crate) fn class(&self, id: &str) -> Option<Cow<'a, Class>> {
        let class = self.classes.get(id)?;
        Some(self.ablation.class(class))
    }

    /// The class the batch declared, if there is one of that id.
    pub(crate) fn declared_class(&self) -> Option<&'a Class> {
        self.classes.get(self.known.class_hint.as_deref()?)
    }

    /// The embedded classes and nothing known.
    #[cfg(test)]
    pub(crate) fn for_tests() -> Context<'static> {
        static CLASSES: LazyLock<Classes> =
            LazyLock::new(|| Classes::load(None).expect("the embedded classes"));
        static KNOWN: LazyLock<Known> = LazyLock::new(Known::default);
        Context::new(&CLASSES, &KNOWN)
    }
}
