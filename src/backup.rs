//! Copies of the archive elsewhere: rows and objects of either engine and store, encrypted to a recipient, each object's
//! version written once and never again; brought back into an empty place, and tried in a drill.
//!
//! A place holds `sogoc-backup.json`, `objects/…/vN-<sha256>.tar[.age]` (a version of an object as plain tar of the
//! vault's own files), `log/…` (finished tiles of the log) and `runs/<time>/` with the rows, the unfinished tiles, the
//! digests of what that run added, and last of all `manifest.json`. Nothing there is ever changed or removed, so it may
//! be a store that allows neither. `docs/custody.md` says how each is opened without this program.

mod cipher;
mod copies;
mod drill;
mod log_tiles;
mod mend;
mod objects;
mod place;
mod restore;
mod run;

use std::collections::BTreeMap;

use crate::catalogue::{TableSum, Withheld};

pub use cipher::Identities;
pub use copies::{Copies, CopyMarks, CopyRule, CopyState, Requirement, copies, marks};
pub use drill::{Drill, drill};
pub use mend::{Mended, mend};
pub use place::{BY_HAND, Place, place_of, places};
pub use restore::{Restored, Wanted, catch_up, restore, runs};
pub use run::{Backup, backup};

/// Which form files and names have.
const FORMAT: u32 = 1;
/// Names of the files of a place.
const HEADER: &str = "sogoc-backup.json";
const MANIFEST: &str = "manifest.json";
const OBJECTS: &str = "objects";
const LOG: &str = "log";
const RUNS: &str = "runs";
/// List of the digests of what a run added, as sha256sum(1) reads it.
pub const SUMS_FILE: &str = "SHA256SUMS";

/// What is in no backup: secret keys, and what means nothing to another process.
const WITHHELD: Withheld = Withheld {
    tables: &[
        "processes",
        "public_use",
        "recovery_codes",
        "request_drafts", // kept for a day and for one browser
        "sessions",
        "throttle",
        "upload_parts", // as uploads
        "uploads",      // their bytes are in the spool of the machine, or beside the vault
        "view_key",
        "webhooks",
    ],
    columns: &[
        ("people", "totp_pending"),
        ("people", "totp_secret"),
        ("people", "totp_step"),
    ],
};

/// What a run of a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Manifest {
    /// Form of files and names.
    pub format: u32,
    /// Version of the program that wrote it.
    pub program: String,
    /// Id of the archive it was made of, as in `sogoc-backup.json`.
    pub archive: String,
    /// When the rows were read, RFC 3339 UTC.
    pub at: String,
    /// Number of the newest migration.
    pub schema: i64,
    /// Name of the file of rows, below the run's folder.
    pub rows: String,
    /// Name of the file of unfinished tiles of the log.
    pub log: String,
    /// What the rows are, by table.
    pub tables: BTreeMap<String, TableSum>,
    /// Versions of objects in the place when it ended.
    pub versions: u64,
    /// Keys that are in no backup and that a restored archive needs.
    pub keys: Vec<KeyNeeded>,
}

/// A key that must be brought to a restored archive.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct KeyNeeded {
    /// The setting that names it, such as `seal.key_file`.
    pub setting: String,
    /// Where the archive had it when the backup ran: a path, or how many there were of files that have one name.
    pub place: String,
    /// By what it is known: fingerprint of its certificate, or its public half; empty where it has none.
    pub known_by: String,
}
