//! Proof that certificates were not revoked: asked of their issuers, carried in the file, read again in decades.

use std::collections::HashMap;
use std::rc::Rc;

use der::{Decode, Encode};
use jiff::{SignedDuration, Timestamp};
use x509_cert::crl::CertificateList;
use x509_cert::ext::pkix::name::{DistributionPointName, GeneralName};
use x509_cert::ext::pkix::{AuthorityInfoAccessSyntax, CrlDistributionPoints};

use super::certificate::{Certificate, instant};
use super::error::SealError;
use super::examination::{Cost, Digest, Examination};
use super::fetch::Fetcher;
use super::issuer_der::{IssuerDer, Said, Status};
use super::ocsp::{self, Answers};
use super::signature;
use super::unfit::Unfit;

/// id-ad-ocsp of RFC 5280, 4.2.2.1.
const OCSP: &str = "1.3.6.1.5.5.7.48.1";
/// An issuer's clock may run this much ahead of ours.
const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// Whether any certificate of a chain was revoked at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathStatus {
    /// At least one was revoked.
    Revoked,
    /// None was, and there is proof for each.
    Proven,
    /// There is no proof for one or more.
    NotKnown,
}

/// Certificates and what their issuers said of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Evidence {
    pub certificates: Vec<IssuerDer>,
    pub ocsps: Vec<IssuerDer>,
    pub crls: Vec<IssuerDer>,
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
        exam: &Examination,
    ) -> Option<Status> {
        let id = ocsp::id_of(certificate, issuer).ok();
        let from_ocsp = self
            .ocsps
            .iter()
            .filter_map(|one| Answers::once(one, exam)?.read(id.as_ref()?, issuer, exam));
        let from_crl = self
            .crls
            .iter()
            .filter_map(|one| RevocationList::once(one, exam)?.read(certificate, issuer, exam));
        let said: Vec<Said> = from_ocsp.chain(from_crl).collect();
        let revoked = said
            .iter()
            .map(|said| said.status)
            // One word of a revocation outweighs any number of good answers: they may simply be older.
            .find(|status| *status != Status::Good);
        // Proof may be older than the signature if it holds until then, or younger: what was good later was good before.
        let speaks = said.iter().any(|said| said.until >= at || said.from >= at);
        revoked.or(speaks.then_some(Status::Good))
    }

    /// What it proves of all links of `path` but the trusted end: whether one was revoked by `known`, the last instant
    /// at which what they signed could still be forged, and whether there is proof that speaks of `used`.
    pub fn of_path(
        &self,
        path: &[Certificate],
        used: Timestamp,
        known: Timestamp,
        exam: &Examination,
    ) -> PathStatus {
        let found: Vec<Option<Status>> = path
            .windows(2)
            .map(|pair| self.status(&pair[0], &pair[1], used, exam))
            .collect();
        // A revocation after the last instant at which the signature could still be forged does it no harm.
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
    pub fn is_whole(&self, trusted: &[Certificate], exam: &Examination) -> bool {
        let carried: Option<Vec<Certificate>> = self
            .certificates
            .iter()
            .map(|one| Certificate::once(one, exam))
            .collect();
        let Some(carried) = carried else {
            return false;
        };
        let known: Vec<Certificate> = carried.iter().chain(trusted).cloned().collect();
        let signed = |one: &Certificate| known.iter().any(|issuer| one.is_signed_by(issuer, exam));
        let answered = |one: &IssuerDer| {
            let answers = Answers::once(one, exam);
            answers.is_some_and(|one| known.iter().any(|issuer| one.signed_for(issuer, exam)))
        };
        let listed = |one: &IssuerDer| {
            let list = RevocationList::once(one, exam);
            list.is_some_and(|one| known.iter().any(|issuer| one.is_signed_by(issuer, exam)))
        };
        carried.iter().all(signed)
            && self.ocsps.iter().all(answered)
            && self.crls.iter().all(listed)
    }
}

/// Asks about every link of `path` but the trusted end. Refuses what is revoked; `now` is when it must not be. A link
/// that names nobody to ask is a fault where proof is `needed`.
pub async fn gather(
    fetcher: &Fetcher,
    path: &[Certificate],
    now: Timestamp,
    needed: bool,
) -> Result<Evidence, SealError> {
    let mut evidence = Evidence::default();
    for pair in path.windows(2) {
        let [certificate, issuer] = pair else {
            continue;
        };
        // An authority of the office's own may name neither responder nor list; then there is nobody to ask.
        if !needed && responders(certificate).is_empty() && lists(certificate).is_empty() {
            continue;
        }
        let found = ask(fetcher, certificate, issuer, now).await?;
        let status = found.status(certificate, issuer, now, &Examination::default());
        match status {
            Some(Status::RevokedSince(_)) => return Err(SealError::Unfit(Unfit::Revoked)),
            Some(Status::Good) => evidence.add(found),
            None => return Err(SealError::Evidence("it gave no proof that fits".into())),
        }
    }
    evidence.certificates = path
        .iter()
        .map(|link| IssuerDer::from(link.der().to_vec()))
        .collect();
    Ok(evidence)
}

/// The first good answer of the responders and lists that the certificate names.
async fn ask(
    fetcher: &Fetcher,
    certificate: &Certificate,
    issuer: &Certificate,
    now: Timestamp,
) -> Result<Evidence, SealError> {
    let mut why = "the certificate names nobody to ask".to_owned();
    // Responders first: their answers are small and of today, and what is gathered is kept in the file for
    // ever. A list of a large authority can have megabytes.
    for url in responders(certificate) {
        let Some(question) = ocsp::question(certificate, issuer) else {
            continue;
        };
        let answer = fetcher
            .post(&url, "application/ocsp-request", question)
            .await;
        match answer.map(IssuerDer::from) {
            Ok(answer) if answers(&answer, certificate, issuer, now) => {
                return Ok(Evidence {
                    ocsps: vec![answer],
                    ..Evidence::default()
                });
            }
            // The next address is tried: an authority names several so that one may be down.
            Ok(_) => why = "the responder's answer is no proof".to_owned(),
            Err(fault) => why = format!("the responder: {fault}"),
        }
    }
    for url in lists(certificate) {
        let answer = fetcher.get(&url).await;
        match answer.map(IssuerDer::from) {
            Ok(list) if lists_now(&list, certificate, issuer, now) => {
                return Ok(Evidence {
                    crls: vec![list],
                    ..Evidence::default()
                });
            }
            Ok(_) => why = "the list of revoked certificates is no proof".to_owned(),
            Err(fault) => why = format!("the list of revoked certificates: {fault}"),
        }
    }
    Err(SealError::Evidence(why))
}

/// Whether the responder's `answer` is fresh proof about `certificate`.
fn answers(
    answer: &IssuerDer,
    certificate: &Certificate,
    issuer: &Certificate,
    now: Timestamp,
) -> bool {
    let exam = Examination::default();
    let said = || {
        let id = ocsp::id_of(certificate, issuer).ok()?;
        Answers::once(answer, &exam)?.read(&id, issuer, &exam)
    };
    said().is_some_and(|said| fresh(&said, now))
}

/// Whether `list` is fresh proof about `certificate`.
fn lists_now(
    list: &IssuerDer,
    certificate: &Certificate,
    issuer: &Certificate,
    now: Timestamp,
) -> bool {
    let exam = Examination::default();
    let said = || RevocationList::once(list, &exam)?.read(certificate, issuer, &exam);
    said().is_some_and(|said| fresh(&said, now))
}

fn fresh(said: &Said, now: Timestamp) -> bool {
    // Without a next update an answer speaks of its own moment only, so it must be of just now.
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

/// A list of revoked certificates (RFC 5280, 5) without critical extensions: one for only some certificates or only
/// some reasons would prove too little.
pub struct RevocationList {
    digest: Digest,
    list: CertificateList,
    /// DER of its issuer's name.
    issuer: Vec<u8>,
    /// Serial number and since when.
    revoked: HashMap<Vec<u8>, Timestamp>,
}

impl RevocationList {
    /// Parsed once; `None` when it is not a revocation list, or not in canonical DER.
    fn once(piece: &IssuerDer, exam: &Examination) -> Option<Rc<RevocationList>> {
        let parse = || RevocationList::parse(piece);
        exam.parsed(piece.digest(), Cost::Evidence, piece.len(), parse)
    }

    fn parse(piece: &IssuerDer) -> Option<RevocationList> {
        let list = CertificateList::from_der(piece).ok()?;
        let inner = &list.tbs_cert_list;
        let extensions = inner.crl_extensions.iter().flatten();
        // A critical extension may limit the list to some certificates or reasons, so one that is not understood refuses it.
        let plain = extensions.into_iter().all(|one| !one.critical);
        // Two encodings of one list would have two digests, and evidence is known again by its digest.
        let canonical = list.to_der().ok()? == **piece;
        if !plain || !canonical || inner.signature != list.signature_algorithm {
            return None;
        }
        let mut revoked = HashMap::new();
        for one in inner.revoked_certificates.iter().flatten() {
            let serial = one.serial_number.as_bytes().to_vec();
            revoked
                .entry(serial)
                .or_insert_with(|| instant(one.revocation_date));
        }
        Some(RevocationList {
            digest: piece.digest(),
            issuer: inner.issuer.to_der().ok()?,
            revoked,
            list,
        })
    }

    fn is_signed_by(&self, issuer: &Certificate, exam: &Examination) -> bool {
        let key = issuer.parsed().tbs_certificate().subject_public_key_info();
        self.issuer == issuer.subject_name()
            && exam.signed(self.digest, issuer.digest(), || {
                signature::fits_der(
                    key,
                    &self.list.signature_algorithm,
                    &self.list.tbs_cert_list,
                    self.list.signature.as_bytes().unwrap_or_default(),
                )
            })
    }

    /// What it says of `certificate`, if `issuer` signed it.
    fn read(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        exam: &Examination,
    ) -> Option<Said> {
        if !self.is_signed_by(issuer, exam) {
            return None;
        }
        let serial = certificate.parsed().tbs_certificate().serial_number();
        let revoked = self.revoked.get(serial.as_bytes());
        let inner = &self.list.tbs_cert_list;
        let from = instant(inner.this_update);
        Some(Said {
            status: revoked.map_or(Status::Good, |since| Status::RevokedSince(*since)),
            from,
            until: inner.next_update.map_or(from, instant),
        })
    }
}
