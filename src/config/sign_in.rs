//! How people sign in.

use std::net::{IpAddr, SocketAddr};

use serde::Deserialize;

use super::Config;

/// Whether people who decide, release, watch or grant need a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondFactor {
    /// Their roles count once they have set one up.
    Required,
    /// Whoever has set one up needs it.
    Offered,
}

/// Whether a second factor is required: table `[sign_in]` of the settings.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SignInConfig {
    /// `required` or `offered`; when absent it is required wherever the service is reached from another machine
    /// (TCVN 14423:2026), and offered where only this machine reaches it.
    pub second_factor: Option<SecondFactor>,
}

impl Config {
    /// Whether the roles of people who decide, release, watch or grant wait for a second factor.
    pub fn second_factor_required(&self) -> bool {
        match self.sign_in.second_factor {
            Some(setting) => setting == SecondFactor::Required,
            None => self.is_reached_from_outside(),
        }
    }

    fn is_reached_from_outside(&self) -> bool {
        let listens = self.web.listen.parse::<SocketAddr>();
        let outside = listens.map_or(true, |address| !address.ip().is_loopback());
        let named = self
            .web
            .public_url
            .as_deref()
            .is_some_and(|url| !is_here(url));
        outside || named || !self.web.proxies.is_empty()
    }
}

/// Whether an address leads to this machine.
fn is_here(url: &str) -> bool {
    let host = url.split("://").nth(1).unwrap_or(url);
    let host = host.split('/').next().unwrap_or(host);
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        None => host.split(':').next().unwrap_or(host),
    };
    name == "localhost"
        || name
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_reached_from_outside_requires_it_unless_told_otherwise() {
        let mut config = Config::default();
        assert!(!config.second_factor_required(), "{}", config.web.listen);
        for url in [
            "http://localhost:8480",
            "http://127.0.0.1",
            "http://[::1]:8480/",
        ] {
            config.web.public_url = Some(url.into());
            assert!(!config.second_factor_required(), "{url}");
        }
        for url in [
            "https://sogoc.example.vn",
            "http://192.168.1.5:8480",
            "https://localhost.example.vn",
        ] {
            config.web.public_url = Some(url.into());
            assert!(config.second_factor_required(), "{url}");
        }
        config.sign_in.second_factor = Some(SecondFactor::Offered);
        assert!(!config.second_factor_required());
        config.web.public_url = None;
        config.sign_in.second_factor = None;
        config.web.listen = "0.0.0.0:8480".into();
        assert!(config.second_factor_required());
    }
}
