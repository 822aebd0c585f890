//! Forms of the structure's pages: what each box is called, holds and may hold, shown by one template; what a person
//! typed is shown again beside what is wrong with it.

use super::fault::or_faults;
use super::layout::Frame;
use super::session::Pairs;
use crate::error::{Error, Fault, Result};

/// What kind of box it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputKind {
    /// A box of one line.
    Line,
    /// A box of several lines.
    Area,
    /// A box that is ticked or not.
    Tick,
    /// One of a list.
    Choice,
    /// Carried along, not shown.
    Hidden,
}

/// One box of a form.
#[derive(Debug, Clone)]
pub struct Input {
    /// Its name in the form, the last part of a fault's pointer.
    pub name: &'static str,
    /// What it is called.
    pub label: &'static str,
    /// What stands in it.
    pub value: String,
    /// How the browser shows it.
    pub kind: InputKind,
    /// Value and text of each choice.
    pub choices: Vec<(String, String)>,
    /// Whether it must be filled.
    pub needed: bool,
    /// What is wrong with it.
    pub fault: String,
}

impl Input {
    /// Whether a choice stands in it.
    pub fn chosen(&self, value: &str) -> bool {
        self.value == value
    }
}

/// One form of a page.
#[derive(Debug, Clone)]
pub struct FormView {
    /// Address it is sent to.
    pub action: String,
    /// Word that tells it from the other forms of its page.
    pub act: &'static str,
    /// What sending it does: the key of its heading.
    pub title: &'static str,
    /// Its boxes in the order shown.
    pub inputs: Vec<Input>,
    /// Whether it is shown unfolded.
    pub open: bool,
    /// Whether it ends something.
    pub danger: bool,
}

/// What a person sent last, where it was not accepted.
#[derive(Debug, Default)]
pub struct Refused {
    /// Value of the hidden box `act`, by which the handler knows the form.
    pub act: String,
    /// What was typed, so that a refused form comes back filled.
    pub typed: Pairs,
    /// What is wrong, each with the name of its box as pointer.
    pub faults: Vec<Fault>,
}

impl Refused {
    /// What was typed and why it was not accepted; any other error is one.
    ///
    /// # Errors
    /// The outcome, unless it is a fault of what was typed.
    pub fn or<T>(
        outcome: Result<T>,
        act: &str,
        typed: Pairs,
    ) -> Result<std::result::Result<T, Self>> {
        let outcome = outcome.map_err(|error| match error {
            // The one thing that can be taken already in these forms is the code, so the box of the
            // code is told.
            Error::AlreadyExists { .. } => Error::fault("/code", "faults.code_is_taken"),
            error => error,
        });
        Ok(or_faults(outcome)?.map_err(|faults| Self {
            act: act.to_owned(),
            typed,
            faults,
        }))
    }
}

/// A form being put together.
pub struct FormBuilder<'a> {
    f: &'a Frame,
    refused: &'a Refused,
    view: FormView,
}

impl<'a> FormBuilder<'a> {
    /// A form without boxes.
    pub fn new(
        f: &'a Frame,
        refused: &'a Refused,
        action: impl Into<String>,
        act: &'static str,
        title: &'static str,
    ) -> Self {
        let view = FormView {
            action: action.into(),
            act,
            title: f.t(title),
            inputs: Vec::new(),
            open: refused.act == act && !refused.faults.is_empty(),
            danger: false,
        };
        Self { f, refused, view }
    }

    /// Marks its button as one that ends something.
    pub fn danger(mut self) -> Self {
        self.view.danger = true;
        self
    }

    /// Shown unfolded from the start.
    pub fn open(mut self) -> Self {
        self.view.open = true;
        self
    }

    fn add(
        mut self,
        name: &'static str,
        label: &'static str,
        value: &str,
        kind: InputKind,
    ) -> Self {
        let mine = self.refused.act == self.view.act;
        let typed = self
            .refused
            .typed
            .iter()
            .find(|(key, _)| mine && key == name);
        let fault = self
            .refused
            .faults
            .iter()
            .find(|fault| mine && fault.pointer.rsplit('/').next() == Some(name));
        let unticked = mine && kind == InputKind::Tick && typed.is_none();
        let value = match typed {
            _ if kind == InputKind::Hidden => value.to_owned(),
            Some((_, typed)) => typed.clone(),
            None if unticked => String::new(),
            None => value.to_owned(),
        };
        self.view.inputs.push(Input {
            name,
            label: if label.is_empty() {
                ""
            } else {
                self.f.t(label)
            },
            value,
            kind,
            choices: Vec::new(),
            needed: false,
            fault: fault.map_or_else(String::new, |fault| self.f.say(&fault.message)),
        });
        self
    }

    /// One line that must be filled.
    pub fn needed(self, name: &'static str, label: &'static str, value: &str) -> Self {
        let mut with = self.add(name, label, value, InputKind::Line);
        if let Some(input) = with.view.inputs.last_mut() {
            input.needed = true;
        }
        with
    }

    /// Adds a box of one line.
    pub fn line(self, name: &'static str, label: &'static str, value: &str) -> Self {
        self.add(name, label, value, InputKind::Line)
    }

    /// One line, of what may be absent.
    pub fn maybe(self, name: &'static str, label: &'static str, value: Option<&String>) -> Self {
        self.line(name, label, value.map_or("", String::as_str))
    }

    /// A number that may be absent.
    pub fn number(self, name: &'static str, label: &'static str, value: Option<i64>) -> Self {
        let text = value.map_or_else(String::new, |number| number.to_string());
        self.line(name, label, &text)
    }

    /// Adds a box of several lines.
    pub fn area(self, name: &'static str, label: &'static str, value: &str) -> Self {
        self.add(name, label, value, InputKind::Area)
    }

    /// Adds a box to tick.
    pub fn tick(self, name: &'static str, label: &'static str, value: bool) -> Self {
        self.add(name, label, if value { "yes" } else { "" }, InputKind::Tick)
    }

    /// Adds a value that is sent along unseen.
    pub fn hidden(self, name: &'static str, value: &str) -> Self {
        self.add(name, "", value, InputKind::Hidden)
    }

    /// The version that is looked at.
    pub fn seen(self, version: i64) -> Self {
        self.hidden("seen", &version.to_string())
    }

    /// One of a list.
    pub fn choice(
        self,
        name: &'static str,
        label: &'static str,
        value: &str,
        choices: Vec<(String, String)>,
    ) -> Self {
        let mut with = self.add(name, label, value, InputKind::Choice);
        if let Some(input) = with.view.inputs.last_mut() {
            input.choices = choices;
        }
        with
    }

    /// The reason a person must give.
    pub fn reason(self) -> Self {
        self.needed("reason", "common.reason", "")
    }

    /// The form as the template shows it.
    pub fn done(self) -> FormView {
        self.view
    }
}

/// Codes `01` to the last with their names in a group of texts; an empty one first where nothing may be chosen.
pub fn coded(f: &Frame, group: &str, last: u8, empty: bool) -> Vec<(String, String)> {
    let none = empty.then(|| (String::new(), "–".to_owned()));
    let named = (1..=last).map(|number| {
        let code = format!("{number:02}");
        let name = f.word(group, &code).to_owned();
        (code.clone(), format!("{code} {name}"))
    });
    none.into_iter().chain(named).collect()
}

/// What a form says, box by box.
pub struct Typed<'a>(pub &'a Pairs);

impl Typed<'_> {
    /// What stands in a box, without blanks around it.
    pub fn text(&self, name: &str) -> String {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map_or_else(String::new, |(_, value)| value.trim().replace("\r\n", "\n"))
    }

    /// The same, nothing where it is empty.
    pub fn maybe(&self, name: &str) -> Option<String> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }

    /// Whether a box is ticked.
    pub fn ticked(&self, name: &str) -> bool {
        self.text(name) == "yes"
    }

    /// A whole number, or nothing.
    ///
    /// # Errors
    /// `Invalid` for anything else.
    pub fn number(&self, name: &str) -> Result<Option<i64>> {
        let Some(text) = self.maybe(name) else {
            return Ok(None);
        };
        let number = text.parse().ok();
        let fault = || Error::fault(format!("/{name}"), "faults.not_a_count");
        number.map(Some).ok_or_else(fault)
    }

    /// The version that was looked at.
    pub fn seen(&self) -> i64 {
        self.text("seen").parse().unwrap_or_default()
    }

    /// Words parted by commas.
    pub fn list(&self, name: &str) -> Vec<String> {
        let text = self.text(name);
        let words = text
            .split(',')
            .map(str::trim)
            .filter(|word| !word.is_empty());
        words.map(str::to_owned).collect()
    }

    /// Every value of boxes of one name.
    pub fn all(&self, name: &str) -> Vec<String> {
        let named = self.0.iter().filter(|(key, _)| key == name);
        named.map(|(_, value)| value.clone()).collect()
    }
}
