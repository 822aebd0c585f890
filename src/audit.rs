//! The append-only log: every act leaves one entry in the transaction that did it, chained by
//! digest to the entry before. Details never hold personal data.

use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::Row;

use crate::catalogue::{Catalogue, Tx};
use crate::clock::{Clock, stamp};
use crate::error::Result;

/// The closed list of deeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // the word of each is its meaning
pub enum Deed {
    FondsMade,
    VolumeMade,
    ColumnMapConfirmed,
    ColumnMapKept,
    BatchOpened,
    BatchClosed,
    ScanReceived,
    ScanQuarantined,
    ScanDuplicate,
    UploadExpired,
    PageRead,
    PageSetAside,
    PagePutAside,
    PageSuperseded,
    PageTakenBack,
    FlagAccepted,
    RecordProposed,
    RecordCorrected,
    RecordApproved,
    RecordRejected,
    RecordRestored,
    RecordsKept,
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
    SealHandedIn,
    SealOpened,
    SealNotOpened,
    SealClosed,
    CopyCodeSet,
    IssueBookRead,
    Scrubbed,
    DamageFound,
    Rebuilt,
}

impl Deed {
    /// The stable word kept in the log.
    pub fn word(self) -> &'static str {
        match self {
            Self::FondsMade => "fonds_made",
            Self::VolumeMade => "volume_made",
            Self::ColumnMapConfirmed => "column_map_confirmed",
            Self::ColumnMapKept => "column_map_kept",
            Self::BatchOpened => "batch_opened",
            Self::BatchClosed => "batch_closed",
            Self::ScanReceived => "scan_received",
            Self::ScanQuarantined => "scan_quarantined",
            Self::ScanDuplicate => "scan_duplicate",
            Self::UploadExpired => "upload_expired",
            Self::PageRead => "page_read",
            Self::PageSetAside => "page_set_aside",
            Self::PagePutAside => "page_put_aside",
            Self::PageSuperseded => "page_superseded",
            Self::PageTakenBack => "page_taken_back",
            Self::FlagAccepted => "flag_accepted",
            Self::RecordProposed => "record_proposed",
            Self::RecordCorrected => "record_corrected",
            Self::RecordApproved => "record_approved",
            Self::RecordRejected => "record_rejected",
            Self::RecordRestored => "record_restored",
            Self::RecordsKept => "records_kept",
            Self::DocumentFetched => "document_fetched",
            Self::WordsFetched => "words_fetched",
            Self::RecordOpened => "record_opened",
            Self::CorrectionEntered => "correction_entered",
            Self::CorrectionScanNamed => "correction_scan_named",
            Self::CorrectionApproved => "correction_approved",
            Self::CorrectionRejected => "correction_rejected",
            Self::CorrectionInForce => "correction_in_force",
            Self::PersonMade => "person_made",
            Self::PersonChanged => "person_changed",
            Self::SignedIn => "signed_in",
            Self::SignInFailed => "sign_in_failed",
            Self::TokenMade => "token_made",
            Self::TokenRevoked => "token_revoked",
            Self::WebhookSet => "webhook_set",
            Self::WebhookRemoved => "webhook_removed",
            Self::CopyAsked => "copy_asked",
            Self::RequestMessage => "request_message",
            Self::RequestExtended => "request_extended",
            Self::RequestWithdrawn => "request_withdrawn",
            Self::RequestExpired => "request_expired",
            Self::EvidenceReceived => "evidence_received",
            Self::EvidenceOpened => "evidence_opened",
            Self::PaymentSet => "payment_set",
            Self::SearchOpened => "search_opened",
            Self::SearchEnded => "search_ended",
            Self::ReuseAsked => "reuse_asked",
            Self::ReuseFetched => "reuse_fetched",
            Self::CandidateDismissed => "candidate_dismissed",
            Self::CopyConfirmed => "copy_confirmed",
            Self::ConfirmationLapsed => "confirmation_lapsed",
            Self::CopyRefused => "copy_refused",
            Self::CopyWithdrawn => "copy_withdrawn",
            Self::CopyOpened => "copy_opened",
            Self::CopyIssued => "copy_issued",
            Self::CopyFetched => "copy_fetched",
            Self::CopyVoided => "copy_voided",
            Self::CopySuperseded => "copy_superseded",
            Self::CopySealRenewed => "copy_seal_renewed",
            Self::SealAwaited => "seal_awaited",
            Self::SealHandedIn => "seal_handed_in",
            Self::SealOpened => "seal_opened",
            Self::SealNotOpened => "seal_not_opened",
            Self::SealClosed => "seal_closed",
            Self::CopyCodeSet => "copy_code_set",
            Self::IssueBookRead => "issue_book_read",
            Self::Scrubbed => "scrubbed",
            Self::DamageFound => "damage_found",
            Self::Rebuilt => "rebuilt",
        }
    }
}

/// What an entry is about.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Kind of thing: `scan`, `record`, `batch` …
    pub kind: &'a str,
    /// Its id.
    pub id: &'a str,
}

/// One entry as kept.
#[derive(Debug, Clone, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct Entry {
    /// From 1, no gaps.
    pub position: i64,
    /// RFC 3339 UTC.
    pub at: String,
    /// Who: person id, token id or `machine`.
    pub actor: String,
    /// Stable word of the deed.
    pub deed: String,
    /// Kind of thing.
    pub subject_kind: String,
    /// Its id.
    pub subject_id: String,
    /// JSON text, no personal data.
    pub details: String,
    /// Digest of the entry before.
    pub previous: String,
    /// Digest of this entry.
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
            &self.deed,
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

/// Appends one entry inside the transaction of the act itself.
///
/// # Errors
/// As any statement; the act is then undone with it.
pub async fn append(
    tx: &mut Tx,
    clock: &dyn Clock,
    actor: &str,
    deed: Deed,
    subject: Subject<'_>,
    details: Value,
) -> Result<()> {
    // The head row is locked until the transaction ends: positions follow the order of commits.
    let head = sqlx::query(
        "UPDATE log_head SET position = position + 1 WHERE id = 1 RETURNING position, digest",
    )
    .fetch_one(&mut **tx)
    .await?;
    let mut entry = Entry {
        position: head.try_get("position")?,
        at: stamp(clock.now()),
        actor: actor.into(),
        deed: deed.word().into(),
        subject_kind: subject.kind.into(),
        subject_id: subject.id.into(),
        details: details.to_string(),
        previous: head.try_get("digest")?,
        digest: String::new(),
    };
    entry.digest = entry.computed_digest();
    sqlx::query(
        "INSERT INTO log (position, at, actor, deed, subject_kind, subject_id, details, previous, digest)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(entry.position)
    .bind(&entry.at)
    .bind(&entry.actor)
    .bind(&entry.deed)
    .bind(&entry.subject_kind)
    .bind(&entry.subject_id)
    .bind(&entry.details)
    .bind(&entry.previous)
    .bind(&entry.digest)
    .execute(&mut **tx)
    .await?;
    sqlx::query("UPDATE log_head SET digest = $1 WHERE id = 1")
        .bind(&entry.digest)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Entries after `position`, oldest first, at most `limit`.
///
/// # Errors
/// As any statement.
pub async fn after(catalogue: &Catalogue, position: i64, limit: i64) -> Result<Vec<Entry>> {
    let rows = sqlx::query("SELECT * FROM log WHERE position > $1 ORDER BY position LIMIT $2")
        .bind(position)
        .bind(limit)
        .fetch_all(catalogue.pool())
        .await?;
    rows.iter().map(entry_of).collect()
}

/// Entries about one thing, oldest first.
///
/// # Errors
/// As any statement.
pub async fn about(catalogue: &Catalogue, subject_id: &str) -> Result<Vec<Entry>> {
    let rows = sqlx::query("SELECT * FROM log WHERE subject_id = $1 ORDER BY position LIMIT 500")
        .bind(subject_id)
        .fetch_all(catalogue.pool())
        .await?;
    rows.iter().map(entry_of).collect()
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
    let head = sqlx::query("SELECT position, digest FROM log_head WHERE id = 1")
        .fetch_one(catalogue.pool())
        .await?;
    let (last, last_digest): (i64, String) = (head.try_get("position")?, head.try_get("digest")?);
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

fn entry_of(row: &sqlx::any::AnyRow) -> Result<Entry> {
    Ok(Entry {
        position: row.try_get("position")?,
        at: row.try_get("at")?,
        actor: row.try_get("actor")?,
        deed: row.try_get("deed")?,
        subject_kind: row.try_get("subject_kind")?,
        subject_id: row.try_get("subject_id")?,
        details: row.try_get("details")?,
        previous: row.try_get("previous")?,
        digest: row.try_get("digest")?,
    })
}
