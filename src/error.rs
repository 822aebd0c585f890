//! What became of what the caller asked for, and the tables that translate it: to HTTP, to a job's
//! decision, to an exit code. An error carries a code and
//! the arguments of its sentence, never the sentence; none of them is personal data.

use crate::messages::{Lang, Message};

/// A fault in one place of what the caller gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// JSON pointer to the place (RFC 6901), such as `/declared_count`; empty for the whole.
    pub pointer: String,
    /// What is wrong there.
    pub message: Message,
}

impl Fault {
    /// A fault at a place.
    pub fn new(pointer: impl Into<String>, message: impl Into<Message>) -> Self {
        let (pointer, message) = (pointer.into(), message.into());
        Self { pointer, message }
    }
}

/// For programs on the command line: the place and both sentences.
impl serde::Serialize for Fault {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(serde::Serialize)]
        struct PrintedFault<'a> {
            pointer: &'a str,
            vi: String,
            en: String,
        }
        let (vi, en) = (self.message.vi(), self.message.en());
        let pointer = &self.pointer;
        PrintedFault { pointer, vi, en }.serialize(serializer)
    }
}

/// The outcomes of every verb.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing, or the caller may not know of it.
    #[error("{what} not found")]
    NotFound {
        /// Kind of thing, such as `batch`.
        what: &'static str,
    },
    /// Something by that name or key is there already.
    #[error("{what} already exists")]
    AlreadyExists {
        /// Kind of thing, such as `batch`, for a program.
        what: &'static str,
    },
    /// The caller has not said who they are, or said it wrongly.
    #[error("sign-in needed")]
    NotSignedIn,
    /// The caller may not do this.
    #[error("not permitted")]
    Forbidden,
    /// Too many attempts; try again later.
    #[error("too many attempts")]
    TooMany {
        /// Seconds after which another try is looked at.
        retry_after: u64,
    },
    /// What was given is not acceptable.
    #[error("invalid input: {}", .0.first().map_or_else(String::new, |fault| fault.message.en()))]
    Invalid(Vec<Fault>),
    /// The state of things does not allow it now.
    #[error("{}", .message.en())]
    Refused {
        /// Stable word for programs: the last part of the message's key.
        code: &'static str,
        /// What to tell people.
        message: Message,
    },
    /// Preserved bytes are not what they were.
    #[error("damaged: {what}")]
    Corrupt {
        /// What is damaged, by the vault's or the file's own name.
        what: String,
    },
    /// A part is out of reach; the same call may succeed later.
    #[error("{part} is unavailable")]
    Unavailable {
        /// The part that does not answer, such as `vault` or `reading pool`.
        part: &'static str,
        /// What it answered, for the log; never shown to the public.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// What was asked waits: something outside must be corrected first, and then it is done without being asked again.
    #[error("{}", .message.en())]
    Blocked {
        /// Stable word, as in [`Error::refuse`].
        code: &'static str,
        /// What to tell people.
        message: Message,
    },
    /// A setting names what is not there, or what does not let us in: waiting does not help, an operator does.
    #[error("wrong setting {setting}: {}", .message.en())]
    WrongSetting {
        /// The setting, such as `vault.url`.
        setting: &'static str,
        /// What is wrong with it, and what to do.
        message: Message,
    },
    /// A fault of the program.
    #[error("internal fault: {0}")]
    Internal(String),
}

/// Result of a verb.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// One fault at one place.
    pub fn fault(pointer: impl Into<String>, message: impl Into<Message>) -> Self {
        Self::Invalid(vec![Fault::new(pointer, message)])
    }

    /// The same, saying of what there is one already.
    #[must_use]
    pub fn naming(self, what: &'static str) -> Self {
        match self {
            // Only this kind says what is there; naming another would say something false.
            Self::AlreadyExists { .. } => Self::AlreadyExists { what },
            other => other,
        }
    }

    /// A refusal; its stable word is the last part of the message's key.
    pub fn refuse(message: impl Into<Message>) -> Self {
        let message = message.into();
        let code = message.code();
        Self::Refused { code, message }
    }

    /// What was asked waits until something outside is corrected; its stable word as in [`Error::refuse`].
    pub fn block(message: impl Into<Message>) -> Self {
        let message = message.into();
        let code = message.code();
        Self::Blocked { code, message }
    }

    /// A setting that an operator must correct.
    pub fn wrong_setting(setting: &'static str, message: impl Into<Message>) -> Self {
        let message = message.into().with("setting", setting);
        Self::WrongSetting { setting, message }
    }

    /// A part that cannot be reached.
    pub fn unavailable(
        part: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Unavailable {
            part,
            source: source.into(),
        }
    }

    /// Stable word for problem documents, logs and metrics.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "not_found",
            Self::AlreadyExists { .. } => "already_exists",
            Self::NotSignedIn => "not_signed_in",
            Self::Forbidden => "forbidden",
            Self::TooMany { .. } => "too_many_attempts",
            Self::Invalid(_) => "invalid",
            Self::Refused { code, .. } | Self::Blocked { code, .. } => code,
            Self::Corrupt { .. } => "corrupt",
            Self::Unavailable { .. } => "unavailable",
            Self::WrongSetting { .. } => "wrong_setting",
            Self::Internal(_) => "internal",
        }
    }

    /// The status of the HTTP answer that says so.
    pub fn status(&self) -> u16 {
        match self {
            Self::NotFound { .. } => 404,
            // Both are conflicts with the state of things: the same request may be right at another
            // time.
            Self::AlreadyExists { .. } | Self::Refused { .. } => 409,
            Self::NotSignedIn => 401,
            Self::Forbidden => 403,
            Self::TooMany { .. } => 429,
            Self::Invalid(_) => 422,
            // Blocked and wrong settings end without the caller's doing, so a client may simply
            // come back.
            Self::Unavailable { .. } | Self::Blocked { .. } | Self::WrongSetting { .. } => 503,
            Self::Corrupt { .. } | Self::Internal(_) => 500,
        }
    }

    /// True when a job that met this should be tried again later.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Unavailable { .. }
                | Self::TooMany { .. }
                | Self::Blocked { .. }
                | Self::WrongSetting { .. }
        )
    }

    /// Exit code of the command line, after sysexits(3).
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Invalid(_) => 65,
            Self::NotFound { .. } => 66,
            Self::NotSignedIn | Self::Forbidden => 77,
            Self::AlreadyExists { .. } | Self::Refused { .. } => 73,
            Self::Corrupt { .. } => 2,
            Self::Unavailable { .. } | Self::TooMany { .. } | Self::Blocked { .. } => 75,
            Self::WrongSetting { .. } => 78,
            Self::Internal(_) => 70,
        }
    }

    /// What to tell people.
    pub fn say(&self, lang: Lang) -> String {
        let message = match self {
            Self::Invalid(faults) => {
                let said = faults.iter().map(|fault| fault.message.render(lang));
                return said.collect::<Vec<_>>().join(" ");
            }
            Self::Refused { message, .. }
            | Self::Blocked { message, .. }
            | Self::WrongSetting { message, .. } => message.clone(),
            Self::TooMany { retry_after } => {
                Message::from("errors.too_many_attempts").with("seconds", retry_after)
            }
            Self::Unavailable { part, .. } => {
                Message::from("errors.unavailable").with("part", part_of_the_system(part))
            }
            other => Message::new(format!("errors.{}", other.code())),
        };
        message.render(lang)
    }

    /// The sentence for a reader of Vietnamese.
    pub fn vi(&self) -> String {
        self.say(Lang::Vi)
    }

    /// The sentence for a reader of English.
    pub fn en(&self) -> String {
        self.say(Lang::En)
    }
}

/// The part in words of the office; steps inside a part are not worth a name of their own.
fn part_of_the_system(part: &str) -> Message {
    let known = [
        "catalogue",
        "vault",
        "disk",
        "memory",
        "index",
        "reading",
        "seal",
        "verification",
        "server",
    ];
    match known.contains(&part) {
        true => Message::new(format!("errors.part.{part}")),
        false => "errors.part.other".into(),
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Internal(format!("stored JSON does not parse: {error}"))
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::unavailable("disk", error)
    }
}
