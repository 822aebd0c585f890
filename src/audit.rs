//! The log: every act leaves one entry in the transaction that did it. A sequencer gives each its position and puts it
//! into a signed tree in the vault ([`publish()`]), where a removed or changed entry shows ([`check()`]). Details never hold
//! personal data.

mod check;
mod keys;
mod leaf;
mod outside;
mod proof;
mod publish;
mod read;
mod restore;
mod state;

use serde_json::Value;

use crate::catalogue::{Catalogue, Insert, Tx, text_enum};
use crate::error::Result;

pub use check::{Checked, check, check_if_due};
pub use keys::{accept_key, key_in_use, open_key};
pub use proof::{EntryProof, consistency, proof_of, proof_of_act, published_file};
pub use publish::publish;
pub use read::{LogFilter, NamedEntry, actors, count, newest};
pub use restore::{restore_missing, restore_whole};
pub use state::{Broken, LogState, OutsidePlace, Standing, state};

text_enum! {
    /// The closed list of acts that leave an entry.
    #[allow(missing_docs)] // the word of each is its meaning
    pub enum Action {
        UnitMade,
        UnitChanged,
        UnitAssigned,
        FondsMade,
        SeriesMade,
        FileMade,
        VolumeMade,
        HoldingDescribed,
        HoldingClosed,
        HoldingMoved,
        HoldingMerged,
        HoldingSplit,
        HoldingArranged,
        HoldingPreserved,
        DocumentConfirmed,
        DocumentsGrouped,
        BatchMoved,
        ImportReceived,
        ImportMapped,
        ImportConfirmed,
        ImportTakenIn,
        ImportUndone,
        ImportPreserved,
        DifferenceAnswered,
        DiscrepancyAnswered,
        DiscrepanciesSeen,
        AnswersPreserved,
        ListRowsSeen,
        ListExported,
        ColumnMapConfirmed,
        ColumnMapPreserved,
        BatchOpened,
        BatchClosed,
        ScanReceived,
        ScanQuarantined,
        ScanDuplicate,
        UploadExpired,
        PageRead,
        PageFailed,
        PageExcluded,
        PageSuperseded,
        PageReinstated,
        FlagAccepted,
        RecordProposed,
        RecordAdded,
        RecordCorrected,
        RecordNoted,
        RecordApproved,
        RecordRejected,
        RecordRestored,
        RecordsPreserved,
        DocumentFetched,
        WordsFetched,
        RecordOpened,
        RecordsListed,
        ImageOpened,
        Searched,
        RequestOpened,
        RequestsListed,
        CandidatesSeen,
        CopyFileOpened,
        ReasonGiven,
        ViewRefused,
        ViewsRead,
        QuestionRead,
        CeilingSet,
        CorrectionEntered,
        CorrectionScanNamed,
        CorrectionApproved,
        CorrectionRejected,
        CorrectionInForce,
        PersonMade,
        PersonChanged,
        SignedIn,
        SignInFailed,
        SessionEnded,
        SessionProven,
        SecondFactorSet,
        SecondFactorReset,
        RecoveryCodeUsed,
        AccountConfirmed,
        AccountWoken,
        TokenMade,
        TokenRevoked,
        WebhookSet,
        WebhookRemoved,
        CopyAsked,
        RequestMessage,
        ValueKeyAccepted,
        RequestTaken,
        StandingShown,
        RequestExtended,
        RequestWithdrawn,
        RequestExpired,
        EvidenceReceived,
        EvidenceOpened,
        PaymentSet,
        SearchOpened,
        SearchEnded,
        ReuseAsked,
        ReuseFetched,
        CandidateDismissed,
        CopyConfirmed,
        ConfirmationLapsed,
        CopyRefused,
        CopyWithdrawn,
        CopyOpened,
        CopyIssued,
        CopyFetched,
        CopyVoided,
        CopySuperseded,
        CopySealRenewed,
        SealAwaited,
        SealSubmitted,
        SealOpened,
        SealNotOpened,
        SealClosed,
        CopyCodeSet,
        IssueBookRead,
        Scrubbed,
        DamageFound,
        DamageMended,
        Rebuilt,
        JobsRetried,
        JobsHeld,
        JobsGivenUp,
        SealAccepted,
        SettingsAgreed,
        VaultRepaired,
        BackedUp,
        BackupDrilled,
        CatalogueRestored,
        LogKeyAccepted,
        LogRestored,
    }
}

/// One entry as stored.
#[derive(Debug, Clone, PartialEq, serde::Serialize, sqlx::FromRow, utoipa::ToSchema)]
pub struct Entry {
    /// UUIDv7 as text, given in the transaction of the act.
    pub id: String,
    /// From 1, no gaps; absent for some seconds, until the entry is put into the tree.
    pub position: Option<i64>,
    /// The instant of the act, RFC 3339 UTC.
    pub at: String,
    /// Person id, token id, `public` or `machine`.
    pub actor: String,
    /// Word of an [`Action`], or of an earlier version's.
    pub action: String,
    /// What was acted on: `scan`, `record`, `batch` …
    pub subject_kind: String,
    /// Id within its kind.
    pub subject_id: String,
    /// JSON text, no personal data.
    pub details: String,
}

impl Tx {
    /// Adds one entry to the log, in the transaction of the act itself: what was done by whom (the transaction's
    /// actor) to what (`(kind, id)`). It gets its position later, so that acts never wait for each other here.
    ///
    /// # Errors
    /// As any statement; the act is then undone with it.
    pub async fn log(
        &mut self,
        action: Action,
        (kind, id): (&str, &str),
        details: Value,
    ) -> Result<()> {
        self.log_entry(action, (kind, id), details).await.map(drop)
    }

    /// As [`Tx::log`]; gives the id of the entry.
    ///
    /// # Errors
    /// As [`Tx::log`].
    pub async fn log_entry(
        &mut self,
        action: Action,
        (kind, id): (&str, &str),
        details: Value,
    ) -> Result<String> {
        let entry = Entry {
            id: self.new_id(),
            position: None,
            at: self.now(),
            actor: self.actor().to_owned(),
            action: action.as_str().to_owned(),
            subject_kind: kind.to_owned(),
            subject_id: id.to_owned(),
            details: details.to_string(),
        };
        insert(self, &entry).await?;
        Ok(entry.id)
    }
}

/// Writes an entry, new or brought back with its position.
async fn insert(tx: &mut Tx, entry: &Entry) -> Result<()> {
    Insert::into("log")
        .set("id", &entry.id)
        .set("position", entry.position)
        .set("at", &entry.at)
        .set("actor", &entry.actor)
        .set("action", &entry.action)
        .set("subject_kind", &entry.subject_kind)
        .set("subject_id", &entry.subject_id)
        .set("details", &entry.details)
        .run(tx)
        .await?;
    Ok(())
}

/// Entries after `position`, oldest first, at most `limit`; those that have no position yet come last.
///
/// # Errors
/// As any statement.
pub async fn after(catalogue: &Catalogue, position: i64, limit: i64) -> Result<Vec<Entry>> {
    let mut entries = sequenced_after(catalogue, position, limit).await?;
    let room = limit - i64::try_from(entries.len()).unwrap_or(limit);
    let waiting = "SELECT * FROM log WHERE position IS NULL ORDER BY at, id LIMIT $1";
    let waiting = sqlx::query_as(waiting)
        .bind(room)
        .fetch_all(catalogue.pool())
        .await?;
    entries.extend(waiting);
    Ok(entries)
}

/// Entries after `position` that have one, in their order, at most `limit`.
async fn sequenced_after(catalogue: &Catalogue, position: i64, limit: i64) -> Result<Vec<Entry>> {
    Ok(
        sqlx::query_as("SELECT * FROM log WHERE position > $1 ORDER BY position LIMIT $2")
            .bind(position)
            .bind(limit)
            .fetch_all(catalogue.pool())
            .await?,
    )
}

/// Entries about one thing, oldest first.
///
/// # Errors
/// As any statement.
pub async fn about(catalogue: &Catalogue, subject_id: &str) -> Result<Vec<Entry>> {
    Ok(
        sqlx::query_as("SELECT * FROM log WHERE subject_id = $1 ORDER BY at, id LIMIT 500")
            .bind(subject_id)
            .fetch_all(catalogue.pool())
            .await?,
    )
}
