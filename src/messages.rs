//! Every sentence for people, Vietnamese and English side by side in `locales/`, found by its key
//! `part.name`. What the program passes on is a [`Message`]: a key and named arguments; words come at the border.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Display;
use std::sync::LazyLock;

use sogoc_workers::outcome::FailureKind;

/// Language a reader has chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    /// Vietnamese, the language of pages where nobody chose another.
    Vi,
    /// English, beside it everywhere.
    En,
}

impl Lang {
    /// Value of an HTML `lang` attribute.
    pub fn as_str(self) -> &'static str {
        self.pick("vi", "en")
    }

    /// The same of two that fits this language.
    pub fn pick<T>(self, vi: T, en: T) -> T {
        match self {
            Self::Vi => vi,
            Self::En => en,
        }
    }
}

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Pair {
    vi: String,
    en: String,
}

macro_rules! texts {
    ($($part:literal),* $(,)?) => {
        &[$(($part, include_str!(concat!("../locales/", $part, ".toml")))),*]
    };
}

/// The files, compiled in; the name of a file is the first part of its keys.
const FILES: &[(&str, &str)] = texts![
    "account",
    "cli",
    "common",
    "corrections",
    "custody",
    "desk",
    "discrepancies",
    "errors",
    "faults",
    "flags",
    "imports",
    "intake",
    "issue_book",
    "layout",
    "log_tree",
    "notices",
    "people",
    "printed",
    "public_requests",
    "requests",
    "seal",
    "search",
    "search_cases",
    "structure",
    "verification",
    "viewer",
    "views",
    "volumes",
];

static TEXTS: LazyLock<HashMap<String, Pair>> = LazyLock::new(|| {
    let mut texts = HashMap::new();
    for (part, file) in FILES {
        match file.parse::<toml::Table>() {
            Ok(table) => collect(part, table, &mut texts),
            // A service that starts with a damaged file of texts is better than one that does not;
            // the tests refuse to build one.
            Err(error) => tracing::error!(part, %error, "a file of texts does not parse"),
        }
    }
    texts
});

/// A table with `vi` and `en` is a text; any other is a group whose name becomes part of the key.
fn collect(key: &str, table: toml::Table, texts: &mut HashMap<String, Pair>) {
    if table.contains_key("vi") || table.contains_key("en") {
        match toml::Value::Table(table).try_into() {
            Ok(pair) => drop(texts.insert(key.to_owned(), pair)),
            Err(error) => tracing::error!(key, %error, "a text lacks a language"),
        }
        return;
    }
    for (name, value) in table {
        if let toml::Value::Table(inner) = value {
            collect(&format!("{key}.{name}"), inner, texts);
        }
    }
}

/// The text of a key; `None` when there is none.
pub fn find(lang: Lang, key: &str) -> Option<&'static str> {
    let pair = TEXTS.get(key)?;
    Some(lang.pick(&pair.vi, &pair.en))
}

/// The text of a key that has no arguments.
pub fn text(lang: Lang, key: &str) -> &'static str {
    // Debug builds stop here so that tests find it; a citizen's page shows a question mark instead
    // of an error.
    find(lang, key).unwrap_or_else(|| {
        debug_assert!(false, "no text for the key {key}");
        tracing::error!(key, "no text for a key");
        "?"
    })
}

/// The text of a key in both languages on one line, for a terminal.
pub fn both(key: &'static str) -> String {
    Message::new(key).both()
}

/// A sentence before its language is known: a key of `locales/` and the values of its placeholders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    key: Cow<'static, str>,
    args: Vec<(&'static str, Value)>,
}

/// What stands in place of a placeholder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// The same in both languages.
    Same(String),
    /// A text with a key of its own, such as the name of a field.
    Message(Message),
    /// A word that comes in both languages from outside, such as a label of a record class.
    Pair {
        /// The Vietnamese text, with its `{placeholders}`.
        vi: String,
        /// The English text, with the same placeholders.
        en: String,
    },
}

impl Value {
    /// A word that comes in both languages from outside.
    pub fn pair(vi: impl Into<String>, en: impl Into<String>) -> Self {
        let (vi, en) = (vi.into(), en.into());
        Self::Pair { vi, en }
    }

    fn render(&self, lang: Lang) -> Cow<'_, str> {
        match self {
            Self::Same(text) => text.into(),
            Self::Message(message) => message.render(lang).into(),
            Self::Pair { vi, en } => lang.pick(vi, en).into(),
        }
    }
}

impl<T: Display> From<T> for Value {
    fn from(value: T) -> Self {
        Self::Same(value.to_string())
    }
}

impl From<Message> for Value {
    fn from(message: Message) -> Self {
        Self::Message(message)
    }
}

impl From<&'static str> for Message {
    fn from(key: &'static str) -> Self {
        Self::new(key)
    }
}

/// Why a file or page could not be read.
impl From<FailureKind> for Message {
    fn from(kind: FailureKind) -> Self {
        Self::new(format!("errors.failure.{}", kind.code()))
    }
}

impl Message {
    /// The text of this key.
    pub fn new(key: impl Into<Cow<'static, str>>) -> Self {
        let (key, args) = (key.into(), Vec::new());
        Self { key, args }
    }

    /// A sentence that comes in both languages from outside.
    pub fn pair(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new("errors.as_given").with("sentence", Value::pair(vi, en))
    }

    /// The same with a value for the placeholder `{name}`.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.args.push((name, value.into()));
        self
    }

    /// Its key, such as `upload.offset_differs`.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The last part of its key, which is an error's stable word; `message` where the key is made at run time.
    pub fn code(&self) -> &'static str {
        match self.key {
            Cow::Borrowed(key) => key.rsplit_once('.').map_or(key, |(_, code)| code),
            Cow::Owned(_) => "message",
        }
    }

    /// The sentence in one language, its placeholders filled.
    pub fn render(&self, lang: Lang) -> String {
        let mut rest = text(lang, &self.key);
        let mut said = String::with_capacity(rest.len());
        while let Some((before, after)) = rest.split_once('{') {
            let (name, tail) = after.split_once('}').unwrap_or((after, ""));
            said.push_str(before);
            match self.args.iter().find(|(known, _)| *known == name) {
                Some((_, value)) => said.push_str(&value.render(lang)),
                // As above: found in tests, and left out for a reader rather than ending the
                // request.
                None => debug_assert!(false, "{} lacks the value of {name}", self.key),
            }
            rest = tail;
        }
        said + rest
    }

    /// In both languages on one line, for a terminal.
    pub fn both(&self) -> String {
        format!("{} / {}", self.vi(), self.en())
    }

    /// [`Message::render`] in Vietnamese.
    pub fn vi(&self) -> String {
        self.render(Lang::Vi)
    }

    /// [`Message::render`] in English.
    pub fn en(&self) -> String {
        self.render(Lang::En)
    }
}
