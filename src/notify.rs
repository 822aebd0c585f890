//! The outbox: what became of a request, written in the transaction of the change itself and told to
//! the portal that asked by a signed webhook. Nothing of a person is in a notice: the portal fetches
//! what it may see with the tracking code it was given.

mod deliver;
mod hooks;
mod outbox;

pub use deliver::deliver;
pub use hooks::{Hook, NewHook, list_hooks, remove_hook, set_hook};
pub use outbox::{Happened, Notice, counts, history, list, retry};

use crate::catalogue::Tx;
use crate::clock::{Clock, stamp};
use crate::error::Result;
use crate::jobs::{self, Kind, PRIORITY_UPKEEP};

/// What can become of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // the word of each is its meaning
pub enum Event {
    Received,
    Message,
    WaitingForApplicant,
    Extended,
    Confirmed,
    Refused,
    Issued,
    Superseded,
    Withdrawn,
    Expired,
    PaymentChanged,
    EvidenceReceived,
}

impl Event {
    /// The stable word kept and sent.
    pub fn word(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Message => "message",
            Self::WaitingForApplicant => "waiting_for_applicant",
            Self::Extended => "extended",
            Self::Confirmed => "confirmed",
            Self::Refused => "refused",
            Self::Issued => "issued",
            Self::Superseded => "superseded",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
            Self::PaymentChanged => "payment_changed",
            Self::EvidenceReceived => "evidence_received",
        }
    }
}

/// Writes down what became of a request, inside the transaction that made it so; one job brings the
/// request to the vault as it then is, another tells the portal that asked, if it has a webhook.
///
/// # Errors
/// As any statement; the change is then undone with it.
pub async fn event(tx: &mut Tx, clock: &dyn Clock, request_id: &str, event: Event) -> Result<()> {
    let id = clock.new_id();
    let listener: Option<String> = sqlx::query_scalar(
        "SELECT w.token_id FROM copy_requests q JOIN webhooks w ON w.token_id = q.made_by
         WHERE q.id = $1",
    )
    .bind(request_id)
    .fetch_optional(&mut **tx)
    .await?;
    sqlx::query(
        "INSERT INTO request_events (id, request_id, event, at, token_id, state)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&id)
    .bind(request_id)
    .bind(event.word())
    .bind(stamp(clock.now()))
    .bind(&listener)
    .bind(if listener.is_some() {
        "waiting"
    } else {
        "kept"
    })
    .execute(&mut **tx)
    .await?;
    jobs::enqueue(tx, clock, Kind::KeepRequest, request_id, PRIORITY_UPKEEP).await?;
    if listener.is_some() {
        jobs::enqueue(tx, clock, Kind::TellPortal, &id, PRIORITY_UPKEEP).await?;
    }
    Ok(())
}
