//! The web server: where it listens, how it is reached, and what strangers may ask of it.

use std::net::{IpAddr, SocketAddr};

use serde::Deserialize;

use crate::error::{Error, Result};

/// Table `[web]` of the configuration file; each field has a default.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebConfig {
    /// IP address and port, such as `127.0.0.1:8480`; port 0 takes any free one.
    pub listen: String,
    /// Address of its own for `/metrics`, `/healthz` and `/readyz`, which are then not served on [`Self::listen`]; on the
    /// same as everything else when absent.
    pub watch_listen: Option<String>,
    /// Address of the service from outside, printed in QR codes; `http://<listen>` when absent.
    pub public_url: Option<String>,
    /// Addresses of proxies whose `X-Forwarded-For` is believed.
    pub proxies: Vec<IpAddr>,
    /// Largest file accepted, in MiB.
    pub largest_upload_mib: u64,
    /// Largest evidence file of a request, in MiB.
    pub largest_evidence_mib: u64,
    /// `host:port` of webhooks that may use plain http or an internal address; all others are refused.
    pub webhook_hosts: Vec<String>,
    /// Longest time for the answer of a webhook, in seconds.
    pub webhook_seconds: u64,
    /// Most connections at once.
    pub most_connections: usize,
    /// Most connections at once from one network (an IPv4 address, an IPv6 /64); four times as many from a /24 or a /48.
    /// Proxies and this machine itself are not counted.
    pub most_connections_each: usize,
    /// Longest time for the head of a request, for a body to begin, for a client to take a piece of an answer, and for a
    /// connection to stay open unused, in seconds.
    pub head_seconds: u64,
    /// Memory of all bodies together that are on their way in and not spooled, in MiB.
    pub bodies_mib: u64,
    /// Requests of the public from one network (an IPv4 address, an IPv6 /64) a day; ten times as many from a /24 or /48.
    pub requests_a_day: u32,
    /// Papers from one network a day, and ten times as many from a wide one.
    pub papers_a_day: u32,
    /// All papers from one network a day together, in MiB, and ten times as much from a wide one.
    pub papers_mib_a_day: u32,
    /// Room that the disks must have for anything to be taken in, in MiB; at most a twentieth of a small disk.
    pub least_free_mib: u64,
}

impl Default for WebConfig {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8480".into(),
            watch_listen: None,
            public_url: None,
            proxies: Vec::new(),
            largest_upload_mib: 4096,
            largest_evidence_mib: 20,
            webhook_hosts: Vec::new(),
            webhook_seconds: 10,
            most_connections: 2048,
            most_connections_each: 128,
            head_seconds: 30,
            bodies_mib: 256,
            requests_a_day: 50,
            papers_a_day: 200,
            papers_mib_a_day: 500,
            least_free_mib: 256,
        }
    }
}

impl WebConfig {
    pub(super) fn check(&self) -> Result<()> {
        if self.listen.parse::<SocketAddr>().is_err() {
            return Err(Error::fault(
                "/web/listen",
                "faults.web_listen_must_address",
            ));
        }
        let watched = self.watch_listen.as_deref();
        if watched.is_some_and(|watch| watch.parse::<SocketAddr>().is_err()) {
            return Err(Error::fault(
                "/web/watch_listen",
                "faults.web_watch_listen_must_address",
            ));
        }
        // A door with no places, or one that closes at once, is a mistake and no setting.
        let ceilings = [self.most_connections, self.most_connections_each];
        if ceilings.contains(&0) || self.head_seconds == 0 || self.bodies_mib == 0 {
            return Err(Error::fault("/web", "faults.web_ceilings_above_zero"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_door_without_places_or_with_a_wrong_address_is_refused() {
        assert!(WebConfig::default().check().is_ok());
        type Change = fn(&mut WebConfig);
        let wrong: [Change; 5] = [
            |web| web.watch_listen = Some("here".into()),
            |web| web.most_connections = 0,
            |web| web.most_connections_each = 0,
            |web| web.head_seconds = 0,
            |web| web.bodies_mib = 0,
        ];
        for change in wrong {
            let mut web = WebConfig::default();
            change(&mut web);
            assert!(web.check().is_err(), "{web:?}");
        }
    }
}
