//! Asking the authorities on the network, in plain bounded HTTP: nothing that comes back is believed before it is
//! checked by who reads it.

use std::time::Duration;

use super::SealError;
use super::error::KeyFault;
use super::timestamp::{self, Stamp};

/// How long an authority may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// Longer answers are no answer; lists of revoked certificates are the longest.
const LONGEST: usize = 20 << 20;

/// The way to the authorities.
#[derive(Debug, Clone, Default)]
pub struct Fetcher {
    http: reqwest::Client,
}

impl Fetcher {
    /// A time stamp of the authority at `url` over `stamped`: the token (DER) and what it says.
    #[expect(
        clippy::disallowed_methods,
        reason = "a nonce of the exchange, kept nowhere"
    )]
    pub async fn stamp(&self, url: &str, stamped: &[u8]) -> Result<(Vec<u8>, Stamp), SealError> {
        use sha2::{Digest, Sha256};
        let mut nonce = [0; 8];
        getrandom::fill(&mut nonce)
            .map_err(|_| SealError::KeyRefused(KeyFault::RandomUnavailable))?;
        let nonce = u64::from_be_bytes(nonce) >> 1;
        let question = timestamp::question(&Sha256::digest(stamped).into(), nonce);
        let answer = self
            .post(url, "application/timestamp-query", question)
            .await
            .map_err(SealError::TimeAuthority)?;
        timestamp::answer(&answer, stamped, nonce)
            .map_err(|bad| SealError::TimeAuthority(bad.to_string()))
    }

    /// Sends `body` of the media type `kind`; the answer's bytes, or why there is none.
    pub async fn post(
        &self,
        url: &str,
        kind: &'static str,
        body: Vec<u8>,
    ) -> Result<Vec<u8>, String> {
        let request = self.http.post(url).header("content-type", kind).body(body);
        bounded(request).await
    }

    /// Fetches what is at `url`.
    pub async fn get(&self, url: &str) -> Result<Vec<u8>, String> {
        bounded(self.http.get(url)).await
    }
}

async fn bounded(request: reqwest::RequestBuilder) -> Result<Vec<u8>, String> {
    let why = |error: reqwest::Error| match error.status() {
        Some(status) => format!("it answered {}", status.as_u16()),
        None if error.is_timeout() => "it took too long".to_owned(),
        None => "it cannot be reached".to_owned(),
    };
    let answer = request.timeout(PATIENCE).send().await.map_err(why)?;
    let mut answer = answer.error_for_status().map_err(why)?;
    let mut bytes = Vec::new();
    while let Some(more) = answer.chunk().await.map_err(why)? {
        if bytes.len() + more.len() > LONGEST {
            return Err("its answer is too long".to_owned());
        }
        bytes.extend_from_slice(&more);
    }
    Ok(bytes)
}
