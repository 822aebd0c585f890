//! What the vault could not do for its caller, and why.
//!
//! No variant carries a logical path: names of delivered files often are names of people. Objects
//! are named by their identifier, files by their digest.

use super::digest::{Digest, NotADigest};
use crate::catalogue::is_unknown_host;
use crate::error::Error;
use crate::messages::Message;

/// The outcome of a refused or failed vault operation.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// There is no such object, version, file or cache entry.
    #[error("not found in the vault: {what}")]
    NotFound {
        /// The object, version or file asked for.
        what: String,
    },
    /// The object exists and its first version differs from the one deposited.
    #[error("already in the vault with other content: {what}")]
    AlreadyExists {
        /// The object or file that was asked for.
        what: String,
    },
    /// Somebody else added a version since the caller looked.
    #[error("{what} is at version {head}, not at {expected}")]
    Conflict {
        /// The object that is there, by its identifier.
        what: String,
        /// The version the caller built on.
        expected: u32,
        /// The version that is current.
        head: u32,
    },
    /// Stored bytes are not the bytes that were given. They are never served.
    #[error("damaged in the vault: {what}: {detail}")]
    Corrupt {
        /// The object that moved on, by its identifier.
        what: String,
        /// What was expected and what was found.
        detail: String,
    },
    /// The store could not be reached, is full, or refused; nothing was acknowledged, and the
    /// same call may be repeated.
    #[error("the vault is unavailable: {what}")]
    Unavailable {
        /// What was being done.
        what: String,
        /// What the store or the system answered.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The request itself can never succeed.
    #[error("not acceptable to the vault: {what}")]
    Invalid {
        /// What is wrong with it.
        what: String,
    },
}

/// Result of a vault operation.
pub type Result<T, E = VaultError> = std::result::Result<T, E>;

impl VaultError {
    pub(super) fn not_found(what: impl Into<String>) -> Self {
        Self::NotFound { what: what.into() }
    }

    pub(super) fn invalid(what: impl Into<String>) -> Self {
        Self::Invalid { what: what.into() }
    }

    pub(crate) fn corrupt(what: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Corrupt {
            what: what.into(),
            detail: detail.into(),
        }
    }

    pub(super) fn differs(what: impl Into<String>, expected: Digest, found: Digest) -> Self {
        Self::corrupt(what, format!("expected SHA-256 {expected}, found {found}"))
    }

    pub(super) fn unavailable(
        what: impl Into<String>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Unavailable {
            what: what.into(),
            source: source.into(),
        }
    }

    /// The setting an operator must correct, where the store was found and says that it is one.
    fn wrong_setting(&self) -> Option<Error> {
        let Self::Unavailable { source, .. } = self else {
            return None;
        };
        let why = chain_of(&**source);
        let (setting, key) = match source.downcast_ref::<object_store::Error>()? {
            object_store::Error::PermissionDenied { .. }
            | object_store::Error::Unauthenticated { .. } => {
                // S3 answers a wrong key id and a wrong secret with the same status; only its body
                // says which of the two settings to look at.
                let unknown = why.contains("InvalidAccessKeyId");
                match unknown {
                    true => ("vault.key_id", "errors.setting.vault_key"),
                    false => ("vault.secret_file", "errors.setting.vault_secret"),
                }
            }
            // Of a file it is told as not found, of a listing as a fault like any other.
            object_store::Error::NotFound { .. } | object_store::Error::Generic { .. }
                if why.contains("NoSuchBucket") =>
            {
                ("vault.url", "errors.setting.vault_bucket")
            }
            object_store::Error::Generic { .. } if is_unknown_host(&why) => {
                ("vault.endpoint", "errors.setting.vault_host")
            }
            _ => return None,
        };
        Some(Error::wrong_setting(setting, key))
    }
}

/// What an error says, with all that it came of.
fn chain_of(error: &(dyn std::error::Error + 'static)) -> String {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        said.push_str(": ");
        said.push_str(&inner.to_string());
        cause = inner.source();
    }
    said
}

impl From<NotADigest> for VaultError {
    fn from(bad: NotADigest) -> Self {
        Self::invalid(bad.to_string())
    }
}

/// How the vault's outcomes look to the verbs above it.
impl From<VaultError> for Error {
    fn from(error: VaultError) -> Self {
        if let Some(wrong) = error.wrong_setting() {
            return wrong;
        }
        match error {
            VaultError::NotFound { .. } => Self::NotFound {
                what: "vault object",
            },
            VaultError::AlreadyExists { .. } => Self::AlreadyExists {
                what: "vault object",
            },
            VaultError::Conflict { .. } => Self::refuse("errors.vault_conflict"),
            VaultError::Corrupt { what, detail } => Self::Corrupt {
                what: format!("{what}: {detail}"),
            },
            VaultError::Unavailable { .. } => Self::unavailable("vault", error),
            VaultError::Invalid { what } => Self::fault(
                "",
                Message::new("faults.not_acceptable_to_vault").with("what", what),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_unavailable_vault_is_worth_trying_again() {
        let passing = |error: VaultError| Error::from(error).is_transient();
        assert!(passing(VaultError::unavailable("writing", "disk full")));
        assert!(!passing(VaultError::corrupt("object", "missing")));
        assert!(!passing(VaultError::invalid("a logical path")));
        let conflict = VaultError::Conflict {
            what: "object".into(),
            expected: 1,
            head: 2,
        };
        assert_eq!(Error::from(conflict).status(), 409);
    }
}
