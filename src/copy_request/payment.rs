//! What a copy costs by the rules of the day, and whether it was paid.

use jiff::Timestamp;
use serde_json::json;

use super::ensure_one_row;
use crate::access::{Act, Caller, may, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::text_enum;
use crate::clock::{stamp, vietnam};
use crate::error::{Error, Result};
use crate::notify::Event;
use crate::reference_data;

/// Longest reference of a payment, in characters.
const LONGEST_REFERENCE: usize = 100;

text_enum! {
    /// How the fee of a request stands.
    pub enum Payment {
        /// The law charges nothing for this procedure.
        Free,
        /// Not paid yet; no copy is released until it is.
        Unpaid,
        /// Paid, with a reference.
        Paid,
        /// Let off by the office.
        Waived,
    }
}

/// What a number of copies costs in the office's province on the day of receipt, in đồng, and the rule.
pub(super) async fn fee(
    archive: &Archive,
    procedure: &str,
    copies: i64,
    received: Timestamp,
) -> Result<(i64, String)> {
    let day = vietnam(received).date();
    let place = &archive.config.office.fee_place;
    match reference_data::fee_on(&archive.catalogue, procedure, place, day).await {
        Ok(fee) => Ok((fee.amount * copies, fee.source)),
        Err(Error::NotFound { .. }) => Ok((0, String::new())), // no rule, no fee
        Err(error) => Err(error),
    }
}

/// Sets how the fee stands: a portal says `paid` or `unpaid` of its own requests, a clerk of any, and
/// may waive it.
///
/// # Errors
/// `Invalid` state or reference; `NotFound` for another portal's request; `Refused` when nothing is
/// charged or it is settled; `Forbidden`.
pub async fn set_payment(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    payment: Payment,
    reference: &str,
) -> Result<()> {
    require(caller, Act::AskCopies)?;
    let office = may(caller, Act::ConfirmCopies);
    // Before the request is looked up: whoever may not set this learns nothing of it.
    check(payment, office, reference)?;
    let mine = if office { "" } else { caller.id.as_str() };
    let known: Option<String> = sqlx::query_scalar(
        // A portal reaches its own requests only; the office reaches all.
        "SELECT id FROM copy_requests WHERE id = $1 AND ($2 = '' OR made_by = $2)",
    )
    .bind(id)
    .bind(mine)
    .fetch_optional(archive.catalogue.pool())
    .await?;
    known.ok_or(Error::NotFound { what: "request" })?;
    let mut tx = archive.begin(caller).await?;
    let moved = sqlx::query(
        // What is free stays free, and a settled request is not reopened by its fee.
        "UPDATE copy_requests SET payment = $1, payment_reference = $2, payment_at = $3
         WHERE id = $4 AND payment <> 'free' AND settled_at IS NULL",
    )
    .bind(payment)
    .bind(Some(reference.trim()).filter(|text| !text.is_empty()))
    .bind(stamp(archive.clock.now()))
    .bind(id)
    .execute(&mut *tx)
    .await?;
    ensure_one_row(moved.rows_affected())?;
    tx.log(
        Action::PaymentSet,
        ("request", id),
        json!({ "payment": payment }),
    )
    .await?;
    tx.notify(id, Event::PaymentChanged).await?;
    tx.commit().await
}

fn check(payment: Payment, office: bool, reference: &str) -> Result<()> {
    let settable = match payment {
        // Free follows from the rules and is nobody's decision; waiving is the office's alone.
        Payment::Free => false,
        Payment::Waived => office,
        Payment::Unpaid | Payment::Paid => true,
    };
    if !settable {
        return Err(Error::fault("/payment", "faults.can_set_to_paid"));
    }
    let length = reference.trim().chars().count();
    if length > LONGEST_REFERENCE || (payment == Payment::Paid && length == 0) {
        return Err(Error::fault(
            "/reference",
            "faults.receipt_or_transaction_number",
        ));
    }
    Ok(())
}
