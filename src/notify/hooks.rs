//! Where each portal wants to be told, as the administrator registered it; and which addresses the
//! archive will call at all.

use std::net::{IpAddr, SocketAddr};

use reqwest::Url;
use serde_json::json;

use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::changed_one;
use crate::clock::stamp;
use crate::config::WebConfig;
use crate::error::{Error, Result};
use crate::sealed_value::webhook_place;

/// Longest address kept, in bytes.
const LONGEST_URL: usize = 1000;

/// A portal's webhook, without its secret.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema, sqlx::FromRow)]
pub struct Hook {
    /// Id of the portal's API token; each has one address at most.
    pub token_id: String,
    /// What that token is for.
    #[sqlx(rename = "name")]
    pub token_name: String,
    /// Where notices are posted.
    pub url: String,
    /// When it was set, RFC 3339 UTC.
    pub created_at: String,
}

/// A webhook just registered.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct NewHook {
    /// The key of every signature; shown once.
    pub secret: String,
}

/// Registers where the holder of a portal's token is told; an earlier address and secret end.
///
/// # Errors
/// `NotFound` for a token that is not a portal's or was revoked; `Invalid` address; `Forbidden`.
pub async fn set_hook(
    archive: &Archive,
    caller: &Caller,
    token_id: &str,
    url: &str,
) -> Result<NewHook> {
    require(caller, Act::Administer)?;
    let url = callable(&archive.config.web, url.trim())?;
    let secret = archive.clock.new_secret();
    let sealed = archive.values()?.seal(&webhook_place(token_id), &secret)?;
    let mut tx = archive.begin(caller).await?;
    let done = sqlx::query(
        // A token that is revoked or is no portal's has no requests to be told of.
        "INSERT INTO webhooks (token_id, url, secret, made_by, created_at)
         SELECT id, $2, $3, $4, $5 FROM tokens
         WHERE id = $1 AND revoked_at IS NULL AND roles LIKE '%portal%'
         ON CONFLICT (token_id) DO UPDATE SET url = excluded.url, secret = excluded.secret,
            made_by = excluded.made_by, created_at = excluded.created_at",
    )
    .bind(token_id)
    .bind(url.as_str())
    .bind(&sealed)
    .bind(&caller.id)
    .bind(stamp(archive.clock.now()));
    if !changed_one(&mut tx, done).await? {
        return Err(Error::NotFound { what: "token" });
    }
    tx.log(
        Action::WebhookSet,
        ("token", token_id),
        // The host alone: a path may hold a secret of the portal.
        json!({ "host": url.host_str() }),
    )
    .await?;
    tx.commit().await?;
    Ok(NewHook { secret })
}

/// Takes a portal's webhook away; notices still waiting for it are given up when their turn comes.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn remove_hook(archive: &Archive, caller: &Caller, token_id: &str) -> Result<()> {
    require(caller, Act::Administer)?;
    let mut tx = archive.begin(caller).await?;
    if tx.delete("webhooks", "token_id", token_id).await? == 0 {
        return Err(Error::NotFound { what: "webhook" });
    }
    tx.log(Action::WebhookRemoved, ("token", token_id), json!({}))
        .await?;
    tx.commit().await
}

/// Every webhook.
///
/// # Errors
/// `Forbidden`.
pub async fn list_hooks(archive: &Archive, caller: &Caller) -> Result<Vec<Hook>> {
    require(caller, Act::Administer)?;
    Ok(sqlx::query_as(
        "SELECT w.token_id, w.url, w.created_at, t.name FROM webhooks w
         JOIN tokens t ON t.id = w.token_id ORDER BY t.name, t.id",
    )
    .fetch_all(archive.catalogue.pool())
    .await?)
}

/// An address the archive may call: `https`, or any that the settings name by host and port; never
/// with a name and password in it.
pub(super) fn callable(web: &WebConfig, url: &str) -> Result<Url> {
    let fault = || Error::fault("/url", "faults.address_must_https_without");
    if url.len() > LONGEST_URL {
        return Err(fault());
    }
    let url = Url::parse(url).map_err(|_| fault())?;
    // A password in an address would be logged by every proxy on the way.
    let plain = url.username().is_empty() && url.password().is_none() && url.has_host();
    let secure = url.scheme() == "https" || (url.scheme() == "http" && listed(web, &url));
    match plain && secure {
        true => Ok(url),
        false => Err(fault()),
    }
}

fn listed(web: &WebConfig, url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let place = format!("{host}:{}", url.port_or_known_default().unwrap_or(0));
    web.webhook_hosts.contains(&place)
}

/// The addresses behind a callable URL, looked up once so that what was checked is what is called.
/// An address inside the office's own machines or network is refused unless the settings list it.
pub(super) async fn addresses(web: &WebConfig, url: &Url) -> Result<Vec<SocketAddr>, &'static str> {
    let host = url.host_str().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let port = url.port_or_known_default().unwrap_or(443);
    let found = tokio::net::lookup_host((host, port)).await;
    let found: Vec<SocketAddr> = found.map_err(|_| "unreachable")?.collect();
    let inside = found.iter().any(|address| is_inside(address.ip()));
    match inside && !listed(web, url) {
        // Only hosts that the settings name may be inside: else a portal could make the archive
        // call its own neighbours.
        true => Err("forbidden_address"),
        false => Ok(found),
    }
}

/// Loopback, link-local (cloud metadata lives there), private (RFC 1918, RFC 4193), shared (RFC 6598)
/// and addresses that mean nobody in particular.
fn is_inside(address: IpAddr) -> bool {
    // An IPv4 address written as IPv6 must not slip through.
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let shared = v4.octets()[0] == 100 && v4.octets()[1] & 0xC0 == 64;
            let private = v4.is_loopback() || v4.is_private() || v4.is_link_local() || shared;
            private || v4.is_unspecified() || v4.is_multicast() || v4.is_broadcast()
        }
        IpAddr::V6(v6) => {
            let local = v6.is_unique_local() || v6.is_unicast_link_local();
            v6.is_loopback() || local || v6.is_unspecified() || v6.is_multicast()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_or_a_listed_host_may_be_called() {
        let web = WebConfig {
            webhook_hosts: vec!["127.0.0.1:9000".into()],
            ..WebConfig::default()
        };
        for good in ["https://cong.example.vn/hook", "http://127.0.0.1:9000/a"] {
            assert!(callable(&web, good).is_ok(), "{good}");
        }
        for bad in [
            "http://cong.example.vn/hook",
            "http://127.0.0.1:9001/a",
            "https://ten:mat-khau@cong.example.vn/",
            "file:///etc/passwd",
            "ftp://cong.example.vn/",
            "cong.example.vn",
            "",
        ] {
            assert!(callable(&web, bad).is_err(), "{bad}");
        }
    }

    #[tokio::test]
    async fn an_address_inside_is_refused_whatever_it_is_called() {
        let web = WebConfig::default();
        for url in [
            "https://127.0.0.1/",
            "https://localhost/",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://169.254.169.254/latest/meta-data",
            "https://192.168.1.1/",
            "https://0.0.0.0/",
        ] {
            let url = callable(&web, url).unwrap();
            let found = addresses(&web, &url).await;
            assert_eq!(found, Err("forbidden_address"), "{url}");
        }
    }
}
