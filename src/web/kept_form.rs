//! A form that waits while its sender signs in or proves who they are: where it goes, and all it says.

/// A form as the browser sent it, carried by the page that comes in between. It is acted on only where its token is that of
/// a session of whoever signs in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeptForm {
    /// Path and query it is sent to; empty where no form waits.
    pub to: String,
    /// Its body, `application/x-www-form-urlencoded`.
    pub body: String,
}

/// Boxes whose content is never sent back to a page.
const SECRETS: [&str; 6] = ["password", "proof", "pin", "old", "new", "again"];

impl KeptForm {
    /// What a form said, but for its secrets.
    pub fn of(to: &str, pairs: &[(String, String)]) -> Self {
        let kept = pairs.iter().filter(|(key, _)| !is_secret(key));
        let body = serde_urlencoded::to_string(kept.collect::<Vec<_>>()).unwrap_or_default();
        let to = to.to_owned();
        Self { to, body }
    }

    /// Whether a form waits.
    pub fn waits(&self) -> bool {
        !self.to.is_empty()
    }
}

/// Whether this box holds a secret.
pub fn is_secret(key: &str) -> bool {
    SECRETS.contains(&key)
}
