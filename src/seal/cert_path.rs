//! From a certificate to an authority we trust, through whatever certificates came along.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use jiff::Timestamp;
use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime};
use webpki::{EndEntityCert, ExtendedKeyUsageValidator, KeyPurposeIdIter};

use super::certificate::Certificate;
use super::examination::{Cost, Examination};
use super::signature::ALGORITHMS;
use super::weak;

/// Why no authority vouches for a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoPath {
    /// None of those trusted is at the end of its chain.
    UnknownAuthority,
    /// There is a chain to a trusted name, but a link of it does not hold.
    Broken,
}

/// The certificate, its issuers, and last the trusted one, all holding at `at`. A certificate out of its own time
/// is not the chain's fault: the chain is judged within that time.
pub fn find(
    certificate: &Certificate,
    carried: &[Certificate],
    trusted: &[Certificate],
    at: Timestamp,
    exam: &Examination,
) -> Result<Vec<Certificate>, NoPath> {
    let (from, until) = certificate.validity();
    // An expired certificate of a seal from 2026 is judged as of its last valid day: that it has expired
    // is said by the key's own check, and the chain's answer stays the same for ever.
    let time = at.max(from).min(until);
    let holding = |anchor: &&Certificate| {
        let (from, until) = anchor.validity();
        from <= time && time <= until
    };
    let carried = candidates(certificate, carried);
    // The ways through n certificates that name one another may be many times n.
    exam.spend(Cost::KeyOperations, carried.len() * carried.len())
        .map_err(|_| NoPath::Broken)?;
    let names: HashSet<&[u8]> = std::iter::once(certificate)
        .chain(carried.iter().copied())
        .map(Certificate::issuer_name)
        .collect();
    let anchors: Vec<(&Certificate, TrustAnchor<'_>)> = trusted
        .iter()
        // Only anchors that a link names are given to the library: it tries every anchor against every link,
        // each try being an operation with a key.
        .filter(|anchor| names.contains(anchor.subject_name()))
        .filter(holding)
        .filter_map(|one| Some((one, webpki::anchor_from_trusted_cert(one.der()).ok()?)))
        .collect();
    let (holders, anchors): (Vec<_>, Vec<_>) = anchors.into_iter().unzip();
    let carried: Vec<CertificateDer<'_>> = carried.iter().map(|one| one.der().clone()).collect();
    let leaf = EndEntityCert::try_from(certificate.der()).map_err(|_| NoPath::Broken)?;
    let seconds = u64::try_from(time.as_second()).unwrap_or(0);
    let time = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
    let path = leaf
        .verify_for_usage(ALGORITHMS, &anchors, &carried, time, AnyUse, None, None)
        .map_err(|error| match error {
            webpki::Error::UnknownIssuer => NoPath::UnknownAuthority,
            _ => NoPath::Broken,
        })?;
    let mut links = vec![certificate.clone()];
    for link in path.intermediate_certificates() {
        links.push(Certificate::once(&link.der(), exam).ok_or(NoPath::Broken)?);
    }
    let end = anchors.iter().position(|anchor| anchor == path.anchor());
    let end = holders[end.ok_or(NoPath::Broken)?];
    // Where the certificate itself is the trusted one, it would stand twice in the path.
    if end.der() != certificate.der() {
        links.push(end.clone());
    }
    Ok(links)
}

/// Those of `carried` that stand on a way up from `certificate` by their names, each once.
fn candidates<'a>(certificate: &Certificate, carried: &'a [Certificate]) -> Vec<&'a Certificate> {
    let by_name = by_subject(carried);
    let mut found: Vec<&Certificate> = Vec::new();
    let mut seen = HashSet::from([certificate.digest()]);
    let mut names = vec![certificate.issuer_name()];
    let mut asked = HashSet::new();
    while let Some(name) = names.pop() {
        if !asked.insert(name) {
            continue;
        }
        for one in by_name.get(name).into_iter().flatten() {
            if seen.insert(one.digest()) {
                found.push(one);
                names.push(one.issuer_name());
            }
        }
    }
    found
}

fn by_subject(certificates: &[Certificate]) -> HashMap<&[u8], Vec<&Certificate>> {
    let mut by_name: HashMap<&[u8], Vec<&Certificate>> = HashMap::new();
    for one in certificates {
        by_name.entry(one.subject_name()).or_default().push(one);
    }
    by_name
}

/// How the certificates that came along stand to one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Company {
    /// Each is signed by an issuer that is here or trusted: no byte of them can have changed unseen.
    Whole,
    /// The issuer of one is not known, so nobody can tell.
    Unknown,
    /// One is signed by a broken algorithm or too short a key, so it proves nothing.
    Weak,
    /// One names an issuer that did not sign it.
    Damaged,
}

/// Looks at all of `carried`, those too that lead nowhere.
pub fn company(carried: &[Certificate], trusted: &[Certificate], exam: &Examination) -> Company {
    let (here, known) = (by_subject(carried), by_subject(trusted));
    let stands = |one: &Certificate| {
        let name = one.issuer_name();
        let mut issuers = [here.get(name), known.get(name)]
            .into_iter()
            .flatten()
            .flatten()
            .peekable();
        let is_trusted = || trusted.iter().any(|anchor| anchor.digest() == one.digest());
        if issuers.peek().is_none() {
            Company::Unknown
        } else if issuers.clone().any(|issuer| one.is_signed_by(issuer, exam)) {
            Company::Whole
        } else if is_trusted() {
            // Trusted byte by byte, whatever its signature over itself is worth.
            Company::Whole
        } else if weak::is_weakly_signed(one) || issuers.any(|issuer| weak::has_weak_key(issuer)) {
            Company::Weak
        } else {
            Company::Damaged
        }
    };
    let all: Vec<Company> = carried.iter().map(stands).collect();
    // The worst of them decides, since one damaged byte is damage whatever the others say.
    [Company::Damaged, Company::Weak, Company::Unknown]
        .into_iter()
        .find(|worst| all.contains(worst))
        .unwrap_or(Company::Whole)
}

/// The uses a certificate names are judged with the key, not with the chain.
struct AnyUse;

impl ExtendedKeyUsageValidator for AnyUse {
    fn validate(&self, uses: KeyPurposeIdIter<'_, '_>) -> Result<(), webpki::Error> {
        uses.into_iter().try_for_each(|id| id.map(|_| ()))
    }
}
