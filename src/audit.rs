//! The append-only log: every act leaves one entry in the transaction that did it, chained by
//! digest to the entry before. Details never hold personal data.

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::catalogue::{Catalogue, Insert, Tx, text_enum};
use crate::error::Result;

text_enum! {
    /// The closed list of acts that leave an entry.
    #[allow(missing_docs)] // the word of each is its meaning
    pub enum Action {
        FondsMade,
        VolumeMade,
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
        RecordCorrected,
        RecordApproved,
        RecordRejected,
        RecordRestored,
        RecordsPreserved,
        DocumentFetched,
        WordsFetched,
        RecordOpened,
        CorrectionEntered,
        CorrectionScanNamed,
        CorrectionApproved,
        CorrectionRejected,
        CorrectionInForce,
        PersonMade,
        PersonChanged,
        SignedIn,
        SignInFailed,
        TokenMade,
        TokenRevoked,
        WebhookSet,
        WebhookRemoved,
        CopyAsked,
        RequestMessage,
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
        Rebuilt,
        JobsRetried,
        JobsHeld,
        JobsGivenUp,
        SealAccepted,
        VaultRepaired,
    }
}

/// One entry as stored.
#[derive(Debug, Clone, PartialEq, serde::Serialize, sqlx::FromRow, utoipa::ToSchema)]
pub struct Entry {
    /// From 1, no gaps.
    pub position: i64,
    /// The instant of the act, RFC 3339 UTC.
    pub at: String,
    /// Person id, token id, `public` or `machine`.
    pub actor: String,
    /// Word of an [`Action`], or of an earlier version's.
    pub action: String,
    /// `scan`, `record`, `batch` …
    pub subject_kind: String,
    /// Id within its kind.
    pub subject_id: String,
    /// JSON text, no personal data.
    pub details: String,
    /// Digest of the entry before; zeros for the first.
    pub previous: String,
    /// SHA-256 over the rest, lower-case hex.
    pub digest: String,
}

impl Entry {
    /// SHA-256 over every other column, each preceded by its length, so that no two entries share
    /// one preimage.
    pub fn computed_digest(&self) -> String {
        let mut hasher = Sha256::new();
        let position = self.position.to_string();
        for part in [
            position.as_str(),
            &self.at,
            &self.actor,
            &self.action,
            &self.subject_kind,
            &self.subject_id,
            &self.details,
            &self.previous,
        ] {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part.as_bytes());
        }
        hex::encode(hasher.finalize())
    }
}

impl Tx {
    /// Appends one entry to the log, in the transaction of the act itself: what was done by whom (the
    /// transaction's actor) to what (`(kind, id)`).
    ///
    /// # Errors
    /// As any statement; the act is then undone with it.
    pub async fn log(
        &mut self,
        action: Action,
        (kind, id): (&str, &str),
        details: Value,
    ) -> Result<()> {
        // The head row is locked until the transaction ends: positions follow the order of commits.
        let (position, previous) = sqlx::query_as(
            "UPDATE log_head SET position = position + 1 WHERE id = 1 RETURNING position, digest",
        )
        .fetch_one(&mut **self)
        .await?;
        let mut entry = Entry {
            position,
            at: self.now(),
            actor: self.actor().into(),
            action: action.as_str().into(),
            subject_kind: kind.into(),
            subject_id: id.into(),
            details: details.to_string(),
            previous,
            digest: String::new(),
        };
        entry.digest = entry.computed_digest();
        Insert::into("log")
            .set("position", entry.position)
            .set("at", &entry.at)
            .set("actor", &entry.actor)
            .set("action", &entry.action)
            .set("subject_kind", &entry.subject_kind)
            .set("subject_id", &entry.subject_id)
            .set("details", &entry.details)
            .set("previous", &entry.previous)
            .set("digest", &entry.digest)
            .run(self)
            .await?;
        sqlx::query("UPDATE log_head SET digest = $1 WHERE id = 1")
            .bind(&entry.digest)
            .execute(&mut **self)
            .await?;
        Ok(())
    }
}

/// Entries after `position`, oldest first, at most `limit`.
///
/// # Errors
/// As any statement.
pub async fn after(catalogue: &Catalogue, position: i64, limit: i64) -> Result<Vec<Entry>> {
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
        sqlx::query_as("SELECT * FROM log WHERE subject_id = $1 ORDER BY position LIMIT 500")
            .bind(subject_id)
            .fetch_all(catalogue.pool())
            .await?,
    )
}

/// Where the chain breaks, if it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chain {
    /// Every entry follows from the one before, up to this position.
    Whole(i64),
    /// The first position that does not follow.
    BrokenAt(i64),
}

/// Walks the whole chain.
///
/// # Errors
/// As any statement.
pub async fn check(catalogue: &Catalogue) -> Result<Chain> {
    let (last, last_digest): (i64, String) =
        sqlx::query_as("SELECT position, digest FROM log_head WHERE id = 1")
            .fetch_one(catalogue.pool())
            .await?;
    let (mut position, mut digest) = (0, "0".repeat(64));
    while position < last {
        let entries = after(catalogue, position, 1000).await?;
        if entries.is_empty() {
            return Ok(Chain::BrokenAt(position + 1));
        }
        for entry in entries.iter().take_while(|entry| entry.position <= last) {
            let follows = entry.position == position + 1
                && entry.previous == digest
                && entry.digest == entry.computed_digest();
            if !follows {
                return Ok(Chain::BrokenAt(position + 1));
            }
            position = entry.position;
            digest.clone_from(&entry.digest);
        }
    }
    Ok(if digest == last_digest {
        Chain::Whole(last)
    } else {
        Chain::BrokenAt(last)
    })
}
