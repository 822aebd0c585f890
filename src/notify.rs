//! The outbox: what became of a request, written in the transaction of the change itself and told to
//! the portal that asked by a signed webhook. Nothing of a person is in a notice: the portal fetches
//! what it may see with the tracking code it was given. A notice that could not be delivered for more
//! than a day is a dead letter (`dead`): it stays in the outbox until somebody sends it again.

mod deliver;
mod hooks;
mod outbox;

pub use deliver::deliver;
pub use hooks::{Hook, NewHook, list_hooks, remove_hook, set_hook};
pub(crate) use outbox::restore;
pub use outbox::{Happened, Notice, counts, history, list, retry};

use crate::catalogue::{State, Tx, text_enum};
use crate::error::Result;
use crate::jobs::{Kind, PRIORITY_UPKEEP};

text_enum! {
    /// What can become of a request.
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

    /// Where a notice to a portal stands.
    pub enum NoticeState {
        /// Nobody is told: the step is part of the request's history only.
        Recorded,
        /// Waits to be told.
        Waiting,
        /// The portal answered that it has it.
        Delivered,
        /// Given up; an administrator may send it again.
        Dead,
    }
}

impl State for NoticeState {
    const TABLE: &'static str = "request_events";

    fn next(self) -> &'static [Self] {
        match self {
            Self::Waiting => &[Self::Waiting, Self::Delivered, Self::Dead],
            Self::Dead => &[Self::Waiting],
            Self::Recorded | Self::Delivered => &[],
        }
    }
}

impl Tx {
    /// Records what became of a request, inside the transaction that made it so; one job brings the request to the
    /// vault as it then is, another tells the portal that asked, if it has a webhook.
    ///
    /// # Errors
    /// As any statement; the change is then undone with it.
    pub async fn notify(&mut self, request_id: &str, event: Event) -> Result<()> {
        // Whoever made the request is told, and only if they asked for it.
        let listener: Option<String> = sqlx::query_scalar(
            "SELECT w.token_id FROM copy_requests q JOIN webhooks w ON w.token_id = q.made_by
             WHERE q.id = $1",
        )
        .bind(request_id)
        .fetch_optional(&mut **self)
        .await?;
        let id = self.new_id();
        let step = Happened {
            event: event.to_string(),
            at: self.now(),
        };
        outbox::insert(self, &id, request_id, &step, listener.as_deref()).await?;
        self.keep_request(request_id).await?;
        if listener.is_some() {
            self.enqueue(Kind::NotifyPortal, &id, PRIORITY_UPKEEP)
                .await?;
        }
        Ok(())
    }

    /// Brings a request to the vault as it is after this transaction. Whatever the office or a portal does to a request
    /// takes it up; what a stranger does leaves it beside the vault.
    ///
    /// # Errors
    /// As any statement.
    pub async fn keep_request(&mut self, request_id: &str) -> Result<()> {
        let actor = self.actor().to_owned();
        if !matches!(actor.as_str(), "public" | "machine") {
            sqlx::query(
                "UPDATE copy_requests SET taken_at = $1, taken_by = $2
                 WHERE id = $3 AND taken_at IS NULL",
            )
            .bind(self.now())
            .bind(actor)
            .bind(request_id)
            .execute(&mut **self)
            .await?;
        }
        self.enqueue(Kind::PreserveRequest, request_id, PRIORITY_UPKEEP)
            .await
    }
}
