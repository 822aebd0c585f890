//! Proof that certificates were not revoked: asked of their issuers, carried in the file, read again in decades.

use der::{Decode, Encode};
use jiff::{SignedDuration, Timestamp};
use x509_cert::crl::CertificateList;
use x509_cert::ext::pkix::name::{DistributionPointName, GeneralName};
use x509_cert::ext::pkix::{AuthorityInfoAccessSyntax, CrlDistributionPoints};

use super::SealError;
use super::certificate::{Certificate, Unfit, instant};
use super::online::Online;
use super::{ocsp, signature};

/// id-ad-ocsp.
const OCSP: &str = "1.3.6.1.5.5.7.48.1";
/// An issuer's clock may run this much ahead of ours.
const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// Whether a certificate is revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Good,
    RevokedSince(Timestamp),
}

/// Whether any certificate of a chain was revoked at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathStatus {
    /// One was.
    Revoked,
    /// None was, and there is proof for each.
    Proven,
    /// There is no proof for one or more.
    NotKnown,
}

/// What an issuer said of a certificate, and the time of which it speaks.
#[derive(Debug, Clone, Copy)]
pub struct Said {
    pub status: Status,
    pub from: Timestamp,
    pub until: Timestamp,
}

/// Certificates and what their issuers said of them, all as DER.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    pub certificates: Vec<Vec<u8>>,
    pub ocsps: Vec<Vec<u8>>,
    pub crls: Vec<Vec<u8>>,
}

impl Evidence {
    /// Adds what of `other` is not there yet.
    pub fn add(&mut self, other: Evidence) {
        let lists = [
            (&mut self.certificates, other.certificates),
            (&mut self.ocsps, other.ocsps),
            (&mut self.crls, other.crls),
        ];
        for (mine, theirs) in lists {
            for one in theirs {
                if !mine.contains(&one) {
                    mine.push(one);
                }
            }
        }
    }

    /// What it proves of `certificate` as of `at`: revoked if any says so, good if one says so that speaks of `at`
    /// or of later; `None` when nobody does.
    pub fn status(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        at: Timestamp,
    ) -> Option<Status> {
        let from_ocsp = self
            .ocsps
            .iter()
            .filter_map(|one| ocsp::read(one, certificate, issuer));
        let from_crl = self
            .crls
            .iter()
            .filter_map(|one| read_list(one, certificate, issuer));
        let said: Vec<Said> = from_ocsp.chain(from_crl).collect();
        let revoked = said
            .iter()
            .map(|said| said.status)
            .find(|status| *status != Status::Good);
        let speaks = said.iter().any(|said| said.until >= at || said.from >= at);
        revoked.or(speaks.then_some(Status::Good))
    }

    /// What it proves of all links of `path` but the trusted end: whether one was revoked by `known`, the last instant
    /// at which what they signed could still be forged, and whether there is proof that speaks of `used`.
    pub fn of_path(&self, path: &[Certificate], used: Timestamp, known: Timestamp) -> PathStatus {
        let found: Vec<Option<Status>> = path
            .windows(2)
            .map(|pair| self.status(&pair[0], &pair[1], used))
            .collect();
        let revoked = |status: &Option<Status>| matches!(status, Some(Status::RevokedSince(since)) if *since <= known);
        if found.iter().any(revoked) {
            PathStatus::Revoked
        } else if !found.is_empty() && found.iter().all(Option::is_some) {
            PathStatus::Proven
        } else {
            PathStatus::NotKnown
        }
    }

    /// Whether every piece is what somebody known signed, so that no byte of it can have changed unseen.
    pub fn is_whole(&self, trusted: &[Certificate]) -> bool {
        let Some(carried) = self.parsed() else {
            return false;
        };
        let known: Vec<Certificate> = carried.iter().chain(trusted).cloned().collect();
        let signed = |one: &Certificate| known.iter().any(|issuer| one.is_signed_by(issuer));
        carried.iter().all(signed)
            && self.ocsps.iter().all(|one| ocsp::is_whole(one, &known))
            && self.crls.iter().all(|one| list(one, &known).is_some())
    }

    /// The certificates; `None` if one is none.
    pub fn parsed(&self) -> Option<Vec<Certificate>> {
        let parse = |der: &Vec<u8>| Certificate::from_der(der).ok();
        self.certificates.iter().map(parse).collect()
    }
}

/// Asks about every link of `path` but the trusted end. Refuses what is revoked; `now` is when it must not be. A link
/// that names nobody to ask is a fault where proof is `needed`.
pub async fn gather(
    online: &Online,
    path: &[Certificate],
    now: Timestamp,
    needed: bool,
) -> Result<Evidence, SealError> {
    let mut evidence = Evidence::default();
    for pair in path.windows(2) {
        let [certificate, issuer] = pair else {
            continue;
        };
        if !needed && responders(certificate).is_empty() && lists(certificate).is_empty() {
            continue;
        }
        let found = ask(online, certificate, issuer, now).await?;
        match found.status(certificate, issuer, now) {
            Some(Status::RevokedSince(_)) => return Err(SealError::Unfit(Unfit::Revoked)),
            Some(Status::Good) => evidence.add(found),
            None => return Err(SealError::Evidence("it gave no proof that fits".into())),
        }
    }
    evidence.certificates = path.iter().map(|link| link.der().to_vec()).collect();
    Ok(evidence)
}

/// The first good answer of the responders and lists that the certificate names.
async fn ask(
    online: &Online,
    certificate: &Certificate,
    issuer: &Certificate,
    now: Timestamp,
) -> Result<Evidence, SealError> {
    let mut why = "the certificate names nobody to ask".to_owned();
    for url in responders(certificate) {
        let Some(question) = ocsp::question(certificate, issuer) else {
            continue;
        };
        let answer = online
            .post(&url, "application/ocsp-request", question)
            .await;
        match answer.map(|answer| (ocsp::read(&answer, certificate, issuer), answer)) {
            Ok((Some(said), answer)) if fresh(&said, now) => {
                let ocsps = vec![answer];
                return Ok(Evidence {
                    ocsps,
                    ..Evidence::default()
                });
            }
            Ok(_) => why = "the responder's answer is no proof".to_owned(),
            Err(fault) => why = format!("the responder: {fault}"),
        }
    }
    for url in lists(certificate) {
        let answer = online.get(&url).await;
        match answer.map(|answer| (read_list(&answer, certificate, issuer), answer)) {
            Ok((Some(said), answer)) if fresh(&said, now) => {
                let crls = vec![answer];
                return Ok(Evidence {
                    crls,
                    ..Evidence::default()
                });
            }
            Ok(_) => why = "the list of revoked certificates is no proof".to_owned(),
            Err(fault) => why = format!("the list of revoked certificates: {fault}"),
        }
    }
    Err(SealError::Evidence(why))
}

fn fresh(said: &Said, now: Timestamp) -> bool {
    said.from.duration_since(now) <= SKEW
        && (said.until >= now || now.duration_since(said.from) <= SKEW)
}

fn responders(certificate: &Certificate) -> Vec<String> {
    let inner = certificate.parsed().tbs_certificate();
    let Ok(Some((_, AuthorityInfoAccessSyntax(all)))) = inner.get_extension() else {
        return Vec::new();
    };
    all.into_iter()
        .filter(|one| one.access_method.to_string() == OCSP)
        .filter_map(|one| address(&one.access_location))
        .collect()
}

fn lists(certificate: &Certificate) -> Vec<String> {
    let inner = certificate.parsed().tbs_certificate();
    let Ok(Some((_, CrlDistributionPoints(all)))) = inner.get_extension() else {
        return Vec::new();
    };
    let names = all
        .into_iter()
        .filter_map(|point| match point.distribution_point {
            Some(DistributionPointName::FullName(names)) => Some(names),
            _ => None,
        });
    names.flatten().filter_map(|name| address(&name)).collect()
}

fn address(name: &GeneralName) -> Option<String> {
    match name {
        GeneralName::UniformResourceIdentifier(uri) if uri.as_str().starts_with("http") => {
            Some(uri.as_str().to_owned())
        }
        _ => None,
    }
}

/// A list (RFC 5280, 5) that one of `issuers` signed and that has no critical extension: one for only some
/// certificates or only some reasons would prove too little.
fn list(der: &[u8], issuers: &[Certificate]) -> Option<CertificateList> {
    let list = CertificateList::from_der(der).ok()?;
    let inner = &list.tbs_cert_list;
    let canonical = list.to_der().ok()? == der && inner.signature == list.signature_algorithm;
    let plain = inner
        .crl_extensions
        .iter()
        .flatten()
        .all(|one| !one.critical);
    let signed = issuers.iter().any(|issuer| {
        let issuer = issuer.parsed().tbs_certificate();
        let key = issuer.subject_public_key_info();
        inner.issuer == *issuer.subject()
            && signature::fits_der(
                key,
                &list.signature_algorithm,
                inner,
                list.signature.as_bytes().unwrap_or_default(),
            )
    });
    (canonical && plain && signed).then_some(list)
}

fn read_list(der: &[u8], certificate: &Certificate, issuer: &Certificate) -> Option<Said> {
    let list = list(der, std::slice::from_ref(issuer))?.tbs_cert_list;
    let serial = certificate.parsed().tbs_certificate().serial_number();
    let revoked = list
        .revoked_certificates
        .iter()
        .flatten()
        .find(|one| one.serial_number == *serial);
    let from = instant(list.this_update);
    Some(Said {
        status: revoked.map_or(Status::Good, |one| {
            Status::RevokedSince(instant(one.revocation_date))
        }),
        from,
        until: list.next_update.map_or(from, instant),
    })
}
