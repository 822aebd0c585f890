//! Requests brought back from the vault after a loss of the catalogue.

use sqlx::Row;

use super::dismissing;
use super::kept::{KeptMessage, KeptRequest, KeptSearch};
use crate::archive::Archive;
use crate::catalogue::Tx;
use crate::certified_copy;
use crate::clock::Clock;
use crate::error::Result;

/// Writes a request with its messages, searches and steps. What the vault no longer has is left out: a
/// record that is lost, and who listens for notices, for tokens are not in the vault.
///
/// # Errors
/// As any statement.
pub(crate) async fn restore(tx: &mut Tx, clock: &dyn Clock, kept: &KeptRequest) -> Result<()> {
    head(tx, kept).await?;
    for message in &kept.messages {
        save_message(tx, &kept.id, message).await?;
    }
    for search in &kept.searches {
        save_search(tx, &kept.id, search).await?;
    }
    for said in &kept.dismissals {
        dismissing::save(tx, &kept.id, said).await?;
    }
    for step in &kept.history {
        sqlx::query(
            "INSERT INTO request_events (id, request_id, event, at, state)
             VALUES ($1, $2, $3, $4, 'kept')",
        )
        .bind(clock.new_id())
        .bind(&kept.id)
        .bind(&step.event)
        .bind(&step.at)
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

async fn head(tx: &mut Tx, kept: &KeptRequest) -> Result<()> {
    sqlx::query(
        "INSERT INTO copy_requests (id, code, state, applicant, wanted, procedure_code, record_id,
            confirmed_by, confirmed_at, refusal, made_by, idempotency_key, created_at, due_at,
            settled_at, consent, extended_at, waits_until, fee, fee_source, payment,
            payment_reference, payment_at, object_id)
         VALUES ($1, $2, $3, $4, $5, $6, (SELECT id FROM records WHERE id = $7), $8, $9, $10, $11,
            $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)",
    )
    .bind(&kept.id)
    .bind(&kept.code)
    .bind(&kept.state)
    .bind(serde_json::to_string(&kept.applicant)?)
    .bind(serde_json::to_string(&kept.wanted)?)
    .bind(&kept.procedure_code)
    .bind(&kept.record_id)
    .bind(&kept.confirmed_by)
    .bind(&kept.confirmed_at)
    .bind(&kept.refusal)
    .bind(&kept.made_by)
    .bind(&kept.idempotency_key)
    .bind(&kept.created_at)
    .bind(&kept.due_at)
    .bind(&kept.settled_at)
    .bind(&kept.consent)
    .bind(&kept.extended_at)
    .bind(&kept.waits_until)
    .bind(kept.fee)
    .bind(&kept.fee_source)
    .bind(&kept.payment)
    .bind(&kept.payment_reference)
    .bind(&kept.payment_at)
    .bind(super::kept::object_id(&kept.id))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn save_message(tx: &mut Tx, request: &str, message: &KeptMessage) -> Result<()> {
    sqlx::query(
        "INSERT INTO request_messages (id, request_id, sender, person, text, at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&message.id)
    .bind(request)
    .bind(&message.sender)
    .bind(&message.person)
    .bind(&message.text)
    .bind(&message.at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn save_search(tx: &mut Tx, request: &str, search: &KeptSearch) -> Result<()> {
    sqlx::query(
        "INSERT INTO search_cases (id, request_id, state, note, opened_by, opened_at, finding,
            record_id, ended_by, ended_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, (SELECT id FROM records WHERE id = $8), $9, $10)",
    )
    .bind(&search.id)
    .bind(request)
    .bind(&search.state)
    .bind(&search.note)
    .bind(&search.opened_by)
    .bind(&search.opened_at)
    .bind(&search.finding)
    .bind(&search.record_id)
    .bind(&search.ended_by)
    .bind(&search.ended_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Requests whose copies were being made when the catalogue was lost: those of which a line is in the
/// vault end with it, the others wait for their release again, under new numbers.
///
/// # Errors
/// As any statement.
pub(crate) async fn settle_released(archive: &Archive) -> Result<()> {
    let mut tx = archive.catalogue.begin().await?;
    let rows = sqlx::query(
        "SELECT id, (SELECT COUNT(*) FROM copies c WHERE c.request_id = q.id) AS lines
         FROM copy_requests q WHERE state = 'released' ORDER BY id",
    )
    .fetch_all(&mut *tx)
    .await?;
    for row in &rows {
        let id: String = row.try_get("id")?;
        if row.try_get::<i64, _>("lines")? > 0 {
            certified_copy::close_request(&mut tx, &id).await?;
            continue;
        }
        sqlx::query("UPDATE copy_requests SET state = 'confirmed' WHERE id = $1")
            .bind(&id)
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await?;
    Ok(())
}
