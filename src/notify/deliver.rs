//! Telling a portal: one signed POST a notice, tried again with growing patience.

use std::time::Duration;

use aws_lc_rs::hmac;
use reqwest::redirect::Policy;
use serde_json::json;

use super::NoticeState;
use super::hooks::{addresses, callable};
use crate::archive::Archive;
use crate::catalogue::{Move, Tx};
use crate::error::Result;
use crate::jobs::{Kind, Leased, PRIORITY_UPKEEP};
use crate::sealed_value::webhook_place;

/// Waits before the second and every later try: a portal that is down for a day still hears of it.
const WAITS: [Duration; 9] = [
    Duration::from_secs(10),
    Duration::from_secs(60),
    Duration::from_secs(5 * 60),
    Duration::from_secs(15 * 60),
    Duration::from_secs(3600),
    Duration::from_secs(2 * 3600),
    Duration::from_secs(4 * 3600),
    Duration::from_secs(8 * 3600),
    Duration::from_secs(12 * 3600),
];

#[derive(sqlx::FromRow)]
struct Waiting {
    id: String,
    request_id: String,
    event: String,
    at: String,
    attempts: i64,
    /// Where, with which sealed key and of which token; none once the administrator took the webhook away.
    #[sqlx(skip)]
    hook: Option<(String, String, String)>,
}

/// The verb behind the job `notify_portal`. A notice nobody would hear ends as `dead`, where the
/// administrator sees it.
///
/// # Errors
/// As any statement; what the portal does is an outcome, not an error.
pub async fn deliver(archive: &Archive, job: &Leased) -> Result<()> {
    // Delivered by an earlier holder, or given up: nothing waits any more.
    let Some(notice) = waiting(archive, &job.subject).await? else {
        return archive
            .begin_as_machine()
            .await?
            .complete_and_commit(job)
            .await;
    };
    let outcome = match &notice.hook {
        Some((url, sealed, token)) => {
            let secret = archive.values()?.open(&webhook_place(token), sealed)?;
            tell(archive, &notice, url, &secret).await
        }
        // The address was removed while the notice waited.
        None => Err("no_webhook".to_owned()),
    };
    let tried = usize::try_from(notice.attempts).unwrap_or(usize::MAX);
    let (state, wait) = match (&outcome, WAITS.get(tried)) {
        (Ok(()), _) => (NoticeState::Delivered, None),
        // Without an address there is nothing to try again; once one is set, an administrator sends what is
        // dead.
        // Nine waits over a day and a half; after that the portal asks by itself or an
        // administrator sends it again.
        (Err(_), Some(wait)) if notice.hook.is_some() => (NoticeState::Waiting, Some(*wait)),
        (Err(_), _) => (NoticeState::Dead, None),
    };
    metrics::counter!("sogoc_notices_total", "outcome" => state.as_str()).increment(1);
    let mut tx = archive.begin_as_machine().await?;
    note(&mut tx, &notice, state, outcome.err()).await?;
    if let Some(wait) = wait {
        tx.enqueue_after(Kind::NotifyPortal, &notice.id, PRIORITY_UPKEEP, wait)
            .await?;
    }
    tx.complete_and_commit(job).await
}

async fn waiting(archive: &Archive, id: &str) -> Result<Option<Waiting>> {
    let notice = sqlx::query_as(
        "SELECT e.id, e.request_id, e.event, e.at, e.attempts
         FROM request_events e WHERE e.id = $1 AND e.state = 'waiting'",
    )
    .bind(id)
    .fetch_optional(archive.catalogue.pool())
    .await?;
    let Some(notice) = notice else {
        return Ok(None);
    };
    let hook = sqlx::query_as(
        "SELECT w.url, w.secret, w.token_id FROM webhooks w JOIN request_events e ON e.token_id = w.token_id
         WHERE e.id = $1",
    )
    .bind(id)
    .fetch_optional(archive.catalogue.pool())
    .await?;
    Ok(Some(Waiting { hook, ..notice }))
}

async fn note(
    tx: &mut Tx,
    notice: &Waiting,
    state: NoticeState,
    error: Option<String>,
) -> Result<()> {
    let settled = (state != NoticeState::Waiting).then(|| tx.now());
    let told = Move::to(state)
        .from(&[NoticeState::Waiting])
        .count_up("attempts")
        .set("last_error", error)
        .set("settled_at", settled);
    told.run(tx, &notice.id).await?;
    Ok(())
}

/// Posts once; the error is a stable word. Redirects are not followed: they would lead where nobody
/// registered.
async fn tell(archive: &Archive, notice: &Waiting, url: &str, secret: &str) -> Result<(), String> {
    let web = &archive.config.web;
    // Checked again, since the settings may have changed after the address was registered.
    let url = callable(web, url).map_err(|_| "forbidden_address")?;
    let found = addresses(web, &url).await?;
    let client = reqwest::Client::builder()
        // A proxy would look the name up again, and could be led to an address that was not checked.
        .no_proxy()
        // A redirection leads to an address that was not checked either.
        .redirect(Policy::none())
        .timeout(Duration::from_secs(web.webhook_seconds))
        // The addresses that were just checked: asked a second time, the name may answer with an internal one.
        .resolve_to_addrs(url.host_str().unwrap_or_default(), &found)
        .build()
        .map_err(|_| "no_client")?;
    // No name, no birth date: whoever gets it asks for the rest with the token.
    let body = json!({
        "id": notice.id,
        "event": notice.event,
        "request_id": notice.request_id,
        "at": notice.at,
    })
    .to_string();
    // As a header as well, so that the receiver can refuse what is too old without parsing the
    // body.
    let seconds = archive.clock.now().as_second().to_string();
    let answer = client
        .post(url)
        .header("content-type", "application/json")
        .header("sogoc-delivery", &notice.id)
        .header("sogoc-timestamp", &seconds)
        .header("sogoc-signature", signature(secret, &seconds, &body))
        .body(body)
        .send()
        .await;
    match answer {
        Ok(answer) if answer.status().is_success() => Ok(()),
        Ok(answer) => Err(format!("http_{}", answer.status().as_u16())),
        Err(error) if error.is_timeout() => Err("timed_out".into()),
        Err(_) => Err("unreachable".into()),
    }
}

/// `v1=` and the hex HMAC-SHA256 over the timestamp, a full stop and the body, keyed with the
/// secret's letters as they were shown.
fn signature(secret: &str, seconds: &str, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    // The time is signed with the body, so that an old notice cannot be sent again as a new one.
    let tag = hmac::sign(&key, format!("{seconds}.{body}").as_bytes());
    format!("v1={}", hex::encode(tag.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed with `printf '%s' '1700000000.{}' | openssl dgst -sha256 -hmac khoa`.
    #[test]
    fn the_signature_is_what_openssl_reckons() {
        assert_eq!(
            signature("khoa", "1700000000", "{}"),
            "v1=d642d6f695099a67a9a37b4cadc756bb3040ffe10cfc85ee0bb3b9b9508cf458"
        );
    }
}
