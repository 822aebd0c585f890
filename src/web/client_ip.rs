//! Where a request came from, also behind proxies that are trusted to say so.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;

use super::State;
use crate::access::Network;

/// Appended to by every proxy on the way; the last entry is the nearest one's.
const FORWARDED: &str = "x-forwarded-for";

/// Anyone, signed in or not: known by nothing but the address, by which failed guesses are counted.
pub struct Public {
    /// What they ask of.
    pub archive: State,
    /// The network they ask from, by which guesses are counted.
    pub address: String,
    /// The same and the wider one around it.
    pub network: Network,
}

impl FromRequestParts<State> for Public {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        archive: &State,
    ) -> Result<Self, Self::Rejection> {
        let address = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        // A service that is called without a socket has no address; all such callers share one
        // count.
        let network = address.map_or_else(Network::unknown, |ConnectInfo(address)| {
            let proxies = &archive.config.web.proxies;
            Network::of(caller(address.ip(), &parts.headers, proxies))
        });
        Ok(Self {
            archive: archive.clone(),
            address: network.narrow.clone(),
            network,
        })
    }
}

/// Goes back along the proxies we trust; what a stranger wrote into the header counts for nothing.
fn caller(nearest: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    // An IPv4 address seen through an IPv6 socket is the same address, and is written in the
    // setting in its short form.
    let mut known = nearest.to_canonical();
    let written = headers.get_all(FORWARDED).iter();
    let lines: Vec<&str> = written.filter_map(|line| line.to_str().ok()).collect();
    // Each proxy appends whom it heard from, so the nearest hop stands last and is believed first.
    let entries = lines.iter().rev().flat_map(|line| line.rsplit(','));
    for entry in entries {
        if !trusted.contains(&known) {
            break;
        }
        match entry.trim().parse::<IpAddr>() {
            Ok(address) => known = address.to_canonical(),
            // What does not parse ends the walk at the last address somebody trusted has vouched
            // for.
            Err(_) => break,
        }
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(nearest: &str, forwarded: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append(FORWARDED, line.parse().unwrap());
        }
        let trusted = ["10.0.0.1", "10.0.0.2"].map(|address| address.parse().unwrap());
        caller(nearest.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn a_stranger_cannot_pass_for_another() {
        assert_eq!(seen("203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(
            seen("10.0.0.1", &["198.51.100.1, 203.0.113.9"]),
            "203.0.113.9"
        );
    }

    #[test]
    fn the_caller_is_found_behind_trusted_proxies() {
        assert_eq!(seen("10.0.0.1", &["203.0.113.9, 10.0.0.2"]), "203.0.113.9");
        assert_eq!(
            seen("::ffff:10.0.0.1", &["203.0.113.9", "10.0.0.2"]),
            "203.0.113.9"
        );
        assert_eq!(seen("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(seen("10.0.0.1", &["nonsense"]), "10.0.0.1");
    }
}
