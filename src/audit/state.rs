//! How the tree over the log stands, from the catalogue alone: for `/readyz`, the metrics and the custody page.

use crate::archive::Archive;
use crate::catalogue::{Catalogue, text_enum};
use crate::error::{Error, Result};
use crate::tlog::Break;

text_enum! {
    /// What may be said of the log.
    pub enum Standing {
        /// Nothing is broken, and a place outside was shown the tree.
        Witnessed,
        /// Nothing is broken; but whoever holds the catalogue, the vault and the key could have made another log, for
        /// no place outside knows this one.
        Unwitnessed,
        /// Entries wait for a process that has the key.
        Unsigned,
        /// Something was removed or changed.
        Broken,
    }
}

/// The first thing found that does not fit, as stored.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Broken {
    /// `entry`: the entry at `position` is missing or is another; `file`: a file of the tree is missing or changed;
    /// `checkpoint`: the signed tree is missing, is older than it was, or is signed by nobody known; `root`: another
    /// tree was signed; `shown_elsewhere`: a place outside was shown another tree.
    pub kind: String,
    /// From 1, where it concerns an entry, or the size of the tree shown elsewhere.
    pub position: Option<u64>,
    /// Name of the file or place.
    pub what: Option<String>,
}

impl Broken {
    /// Every word of `kind`.
    pub const KINDS: [&'static str; 5] = ["entry", "file", "checkpoint", "root", "shown_elsewhere"];

    pub(super) fn of(kind: &str, what: Option<String>) -> Self {
        Self {
            kind: kind.into(),
            position: None,
            what,
        }
    }

    fn at(kind: &str, position: u64) -> Self {
        Self {
            kind: kind.into(),
            position: Some(position),
            what: None,
        }
    }
}

impl From<Break> for Broken {
    fn from(found: Break) -> Self {
        match found {
            Break::Entry(position) => Self::at("entry", position),
            Break::File(name) => Self::of("file", Some(name)),
            Break::Root => Self::of("root", None),
            Break::Other(size) => Self::at("shown_elsewhere", size),
        }
    }
}

/// A place outside that is shown the tree.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, sqlx::FromRow, utoipa::ToSchema)]
pub struct OutsidePlace {
    /// Its address as configured.
    pub place: String,
    /// Entries in the tree it was shown last.
    pub size: i64,
    /// When, RFC 3339 UTC.
    pub shown_at: Option<String>,
    /// Stable word of why the newest try failed.
    pub failure: Option<String>,
}

/// How the tree stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct LogState {
    /// How the log stands, in one word.
    pub standing: Standing,
    /// Entries in the newest signed tree.
    pub size: i64,
    /// Root of that tree, base64.
    pub root: String,
    /// When it was signed, RFC 3339 UTC.
    pub signed_at: Option<String>,
    /// Entries that are not in it yet.
    pub waiting: i64,
    /// When all entries were last compared with the tree, RFC 3339 UTC.
    pub checked_at: Option<String>,
    /// How many they were then.
    pub checked: i64,
    /// What did not fit.
    pub broken: Option<Broken>,
    /// The places outside that are configured.
    pub outside: Vec<OutsidePlace>,
}

/// The one row of the tree.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct TreeRow {
    pub sequenced: i64,
    pub size: i64,
    pub root: String,
    pub signed_at: Option<String>,
    pub checked_at: Option<String>,
    pub checked: i64,
    pub broken: Option<String>,
}

pub(super) async fn tree(catalogue: &Catalogue) -> Result<TreeRow> {
    let row = sqlx::query_as("SELECT * FROM log_tree WHERE id = 1");
    Ok(row.fetch_one(catalogue.pool()).await?)
}

/// Keeps what was found, or that nothing was.
pub(super) async fn record(archive: &Archive, checked: i64, broken: Option<&Broken>) -> Result<()> {
    let text = broken.map(serde_json::to_string).transpose();
    let text = text.map_err(|error| Error::Internal(error.to_string()))?;
    let mut tx = archive.begin_as_machine().await?;
    sqlx::query("UPDATE log_tree SET checked_at = $1, checked = $2, broken = $3 WHERE id = 1")
        .bind(tx.now())
        .bind(checked)
        .bind(text)
        .execute(&mut *tx)
        .await?;
    tx.commit().await
}

/// How the tree stands now. Costs no more than a few rows, and sees an end that was cut off at once.
///
/// # Errors
/// As any statement.
pub async fn state(archive: &Archive) -> Result<LogState> {
    let catalogue = &archive.catalogue;
    let row = tree(catalogue).await?;
    let counts = "SELECT COALESCE(MAX(position), 0) FROM log";
    let last: i64 = sqlx::query_scalar(counts)
        .fetch_one(catalogue.pool())
        .await?;
    let unsequenced = "SELECT COUNT(*) FROM log WHERE position IS NULL";
    let unsequenced: i64 = sqlx::query_scalar(unsequenced)
        .fetch_one(catalogue.pool())
        .await?;
    let kept = row
        .broken
        .as_deref()
        .and_then(|text| serde_json::from_str(text).ok());
    let cut = (last < row.size).then(|| Broken::at("entry", last.unsigned_abs() + 1));
    let broken = cut.or(kept);
    let outside = outside(archive).await?;
    let waiting = unsequenced + (row.sequenced - row.size).max(0);
    let standing = if broken.is_some() {
        Standing::Broken
    } else if archive.log_key.is_none() && waiting > 0 {
        Standing::Unsigned
    } else if outside
        .iter()
        .any(|place| place.size > 0 && place.failure.is_none())
    {
        Standing::Witnessed
    } else {
        Standing::Unwitnessed
    };
    Ok(LogState {
        standing,
        size: row.size,
        root: row.root,
        signed_at: row.signed_at,
        waiting,
        checked_at: row.checked_at,
        checked: row.checked,
        broken,
        outside,
    })
}

/// What is known of the configured places; of one that was never reached, that nothing is.
async fn outside(archive: &Archive) -> Result<Vec<OutsidePlace>> {
    let known: Vec<OutsidePlace> =
        sqlx::query_as("SELECT place, size, shown_at, failure FROM log_outside ORDER BY place")
            .fetch_all(archive.catalogue.pool())
            .await?;
    let places = archive.config.log.outside.iter();
    let place = |place: &crate::config::VaultConfig| {
        let address = place.url.clone().unwrap_or_default();
        let found = known.iter().find(|known| known.place == address).cloned();
        found.unwrap_or(OutsidePlace {
            place: address,
            size: 0,
            shown_at: None,
            failure: None,
        })
    };
    Ok(places.map(place).collect())
}
