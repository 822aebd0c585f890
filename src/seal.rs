//! The agency's electronic seal on a PDF: PAdES baseline made in two phases, and its verification.
//!
//! [`Seal::draft`] appends the signature field and reserves a gap; a [`KeySource`] signs the digest of the rest;
//! [`Seal::finish`] asks the authorities for what the wanted [`Level`] needs and fills the gap. Where the key lives
//! is the source's affair. [`verify()`] answers separate plain questions about any sealed file, without network and
//! without trusting a byte of it.

mod archival_timestamp;
mod bench;
mod byte_range_coverage;
mod cage;
mod cert_path;
mod certificate;
mod cms;
mod cms_check;
mod dss_revisions;
mod earlier_signatures;
mod error;
mod examination;
mod fetch;
mod incremental_update;
mod issuer_der;
mod key;
mod keyfile;
mod long_term;
mod ocsp;
mod pdf_file;
mod pdf_value;
mod placeholder;
mod remote_key;
mod revocation;
mod sentences;
mod signature;
mod test_authority;
mod time_check;
mod timestamp;
mod token;
mod trust;
mod unfit;
mod verdict;
mod verify;
mod weak;

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use zeroize::Zeroizing;

use cms::Parts;
use examination::Examination;
use fetch::Fetcher;
use revocation::Evidence;

pub use crate::config::{Level, Padding};
pub use bench::{Percentiles, Timing, measure};
pub use cage::{CHILD_ARGUMENT, NotJudged, VerificationCage, VerificationSlot, child};
pub use certificate::{Certificate, PublicKey};
pub use error::{KeyFault, SealError, TokenFault};
pub use key::{Credential, KeySource, Scheme, SoftwareKey, TokenState};
pub use pdf_file::{LARGEST_FILE, PdfDamage};
pub use placeholder::{MarkBox, Prepared, SignRequest, prepare};
pub use remote_key::RemoteKey;
pub use test_authority::TEST_AUTHORITY;
pub use token::{TokenKey, TokenPlace};
pub use trust::{Trust, TrustError};
pub use unfit::Unfit;
pub use verdict::{
    FileCheck, KeyCheck, OfficeCheck, Purpose, SignatureFound, Signer, TimeCheck, TrustCheck,
    Verdict,
};
pub use verify::verify;

/// Room in the gap beside the certificates: attributes, signature, and a time stamp with its certificates.
const GAP_SPARE: usize = 16 << 10;

/// What the agency asks of its seal.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// How long it is to be provable.
    pub level: Level,
    /// Address of the time authority (RFC 3161 over HTTP); needed from B-T on.
    pub time_authority: Option<String>,
    /// True where no way leads to the issuer of the key: below B-LT it is then not asked whether it was revoked.
    pub closed_network: bool,
    /// Authorities trusted for seals, beside the one at the end of the key's own chain.
    pub trust: Trust,
    /// Authorities trusted for time stamps; those for seals when absent.
    pub time_trust: Option<Trust>,
    /// Certificates the office sealed with before its present one.
    pub earlier: Vec<Certificate>,
}

/// A file that waits for its signature.
#[derive(Debug, Clone)]
pub struct Draft {
    prepared: Prepared,
    attributes: Vec<u8>,
}

impl Draft {
    /// What the key signs, hashing included: the DER of the signed attributes (RFC 5652, 5.4).
    pub fn to_sign(&self) -> &[u8] {
        &self.attributes
    }

    /// The file that is signed, its gap empty.
    pub fn paper(&self) -> &[u8] {
        self.prepared.bytes()
    }
}

/// The agency's seal, ready for use.
pub struct Seal {
    key: Box<dyn KeySource>,
    terms: Terms,
    fetcher: Fetcher,
}

impl Seal {
    /// Opens the PKCS#12 file at `path`; if there is none, makes a test authority for `agency` and writes it there.
    /// The certificate must allow sealing at `now`.
    pub fn open_or_create(
        path: &Path,
        password: &str,
        now: Timestamp,
        agency: &str,
    ) -> Result<Seal, SealError> {
        Self::open_padded(path, password, Padding::default(), now, agency)
    }

    /// As [`Seal::open_or_create`], an RSA key padding as told.
    pub fn open_padded(
        path: &Path,
        password: &str,
        padding: Padding,
        now: Timestamp,
        agency: &str,
    ) -> Result<Seal, SealError> {
        let key = match keyfile::read(path, password, padding)? {
            Some(key) => key,
            None => {
                // Read back instead of used from memory: where two processes made one at once, both must use the file
                // that stayed.
                keyfile::create(path, password, &test_authority::create(agency, now)?)?;
                let missing = SealError::KeyRefused(KeyFault::Vanished);
                keyfile::read(path, password, padding)?.ok_or(missing)?
            }
        };
        let seal = Seal::with_key(Box::new(key))?;
        seal.fit(now)?;
        Ok(seal)
    }

    /// A seal over any source of signatures, at level B-B.
    pub fn with_key(key: Box<dyn KeySource>) -> Result<Seal, SealError> {
        if key.chain().is_empty() {
            return Err(SealError::KeyRefused(KeyFault::NoCertificate));
        }
        Ok(Seal {
            key,
            terms: Terms::default(),
            fetcher: Fetcher::default(),
        })
    }

    /// The same seal under these terms.
    pub fn with_terms(self, terms: Terms) -> Seal {
        Seal { terms, ..self }
    }

    fn fit(&self, at: Timestamp) -> Result<(), SealError> {
        self.signer().fit_for_sealing(at).map_err(SealError::Unfit)
    }

    /// The certificate of the key that signs; its chain follows it in every seal.
    pub fn signer(&self) -> &Certificate {
        &self.key.chain()[0]
    }

    /// When the first certificate of the key's chain ends.
    pub fn chain_ends(&self) -> Timestamp {
        let ends = self.key.chain().iter().map(|one| one.validity().1);
        ends.min().unwrap_or(self.signer().validity().1)
    }

    /// True when the key is the self-made one, whose copies must carry the warning.
    pub fn is_test_authority(&self) -> bool {
        self.signer().issuer() == TEST_AUTHORITY
    }

    /// How its key signs.
    pub fn scheme(&self) -> Scheme {
        self.key.scheme()
    }

    /// Of a key on a token: whether it can sign now. None where no PIN is asked.
    pub fn token_state(&self) -> Option<TokenState> {
        self.key.token_state()
    }

    /// Opens the token with its PIN, tried once.
    ///
    /// # Errors
    /// `NoToken` where there is none; `Token` says why it does not open.
    pub fn open_session(&self, pin: Zeroizing<String>) -> Result<(), SealError> {
        self.key.open_session(pin)
    }

    /// Closes the token and forgets its PIN.
    pub fn end_session(&self) {
        self.key.end_session();
    }

    /// The level its files reach.
    pub fn level(&self) -> Level {
        self.terms.level
    }

    /// Whom a check of this agency's files trusts: the authority at the end of the key's chain and those of the terms.
    pub fn trust(&self) -> Trust {
        let root = self.key.chain().last().unwrap_or_else(|| self.signer());
        let trust = self.terms.trust.clone().and(root.clone());
        let trust = trust.meaning(self.own_certificates());
        match &self.terms.time_trust {
            Some(time) => trust.with_time_authorities(time.clone()),
            None => trust,
        }
    }

    fn own_certificates(&self) -> Vec<Certificate> {
        let mut own = vec![self.signer().clone()];
        own.extend(self.terms.earlier.iter().cloned());
        own
    }

    /// Who the office is to whoever checks its copies offline (PEM): every certificate it seals or has sealed with, and
    /// the authorities behind them. Read back by [`Trust::from_identity`].
    pub fn identity_file(&self) -> String {
        let mut all = self.own_certificates();
        for anchor in self.trust().anchors() {
            if all.iter().all(|known| known.digest() != anchor.digest()) {
                all.push(anchor.clone());
            }
        }
        trust::to_pem(&all)
    }

    /// The authorities trusted for seals (PEM), for whoever wants to check copies offline.
    pub fn trust_file(&self) -> String {
        trust::to_pem(self.trust().anchors())
    }

    /// The authorities trusted for time stamps (PEM), where they are others.
    pub fn time_trust_file(&self) -> Option<String> {
        let time = self.terms.time_trust.as_ref()?;
        Some(trust::to_pem(time.anchors()))
    }

    /// First phase: the field, the gap, and what is to be signed.
    pub fn draft(&self, pdf: &[u8], request: &SignRequest) -> Result<Draft, SealError> {
        self.fit(request.signing_time)?;
        let chain = self.key.chain();
        let certificates: usize = chain.iter().map(|link| link.der().len()).sum();
        // The gap is fixed before anybody signs, and signatures made remotely come days later: better some
        // kilobytes of zeros than a file that cannot be finished.
        let room = certificates + GAP_SPARE;
        let prepared = prepare(pdf, request, &self.signer().subject(), room)?;
        let attributes = cms::signed_attributes(&prepared.digest(), chain)?;
        Ok(Draft {
            prepared,
            attributes,
        })
    }

    /// Seals `pdf` at level B-B, whatever the terms, and checks the outcome before giving it out.
    pub fn sign(&self, pdf: &[u8], request: &SignRequest) -> Result<Vec<u8>, SealError> {
        let draft = self.draft(pdf, request)?;
        let signature = self.key.sign(draft.to_sign())?;
        let sealed = self.embed(draft, &signature, None)?;
        self.self_check(&sealed, Level::BB, request.signing_time)?;
        Ok(sealed)
    }

    /// Seals `pdf` at the level of the terms and checks the outcome before giving it out.
    pub async fn seal(
        self: &Arc<Self>,
        pdf: &[u8],
        request: &SignRequest,
        now: Timestamp,
    ) -> Result<Vec<u8>, SealError> {
        let draft = self.draft(pdf, request)?;
        let (me, to_sign) = (self.clone(), draft.to_sign().to_vec());
        // A token may take a second for one signature; the thread that serves others does not wait for it.
        let signing = tokio::task::spawn_blocking(move || me.key.sign(&to_sign));
        let broken = |_| SealError::KeyRefused(KeyFault::BrokenOff);
        let signature = signing.await.map_err(broken)??;
        self.finish(draft, &signature, now).await
    }

    /// Second phase: what the level needs from others, the gap filled, the outcome checked.
    pub async fn finish(
        &self,
        draft: Draft,
        signature: &[u8],
        now: Timestamp,
    ) -> Result<Vec<u8>, SealError> {
        self.fit(now)?;
        let level = self.terms.level;
        let evidence = self.signer_unrevoked(now).await?;
        if level == Level::BB {
            let sealed = self.embed(draft, signature, None)?;
            self.self_check(&sealed, level, now)?;
            return Ok(sealed);
        }
        let (token, authority) = self.stamp(signature).await?;
        let mut sealed = self.embed(draft, signature, Some(&token))?;
        if level >= Level::BLT {
            sealed = self.prove(sealed, evidence, &authority, now).await?;
        }
        self.self_check(&sealed, level, now)?;
        Ok(sealed)
    }

    /// Asks whether the key's certificate was revoked, where somebody can be asked.
    async fn signer_unrevoked(&self, now: Timestamp) -> Result<Evidence, SealError> {
        // Below B-LT the answer is not kept in the file; asking only keeps a revoked key from sealing, and a
        // network without a way out must not stop the office.
        let needed = self.terms.level >= Level::BLT;
        if self.terms.closed_network && !needed {
            return Ok(Evidence::default());
        }
        let (chain, trust) = (self.key.chain(), self.trust());
        let unknown = |_| SealError::KeyRefused(KeyFault::NoPath);
        let path = cert_path::find(
            self.signer(),
            chain,
            trust.anchors(),
            now,
            &Examination::default(),
        )
        .map_err(unknown)?;
        revocation::gather(&self.fetcher, &path, now, needed).await
    }

    fn embed(
        &self,
        draft: Draft,
        signature: &[u8],
        stamp: Option<&[u8]>,
    ) -> Result<Vec<u8>, SealError> {
        let parts = Parts {
            attributes: &draft.attributes,
            chain: self.key.chain(),
            scheme: self.key.scheme(),
            signature,
            stamp,
        };
        draft.prepared.embed(&cms::assemble(&parts)?)
    }

    /// The file as a stranger who trusts our authorities would find it.
    fn self_check(&self, sealed: &[u8], level: Level, now: Timestamp) -> Result<(), SealError> {
        let mut verdict = verify(sealed, &self.trust(), now);
        // Of our clock and the time authority's, the later counts: one set back hides an expiry.
        if let Some(proven) = verdict.proven_time.filter(|proven| *proven > now) {
            verdict = verify(sealed, &self.trust(), proven);
        }
        // Whoever else signed before is for the reader to judge: here the question is what this seal is worth.
        let covers_all = matches!(verdict.file, FileCheck::Unchanged | FileCheck::SignedAgain);
        if !covers_all {
            return Err(SealError::SelfCheck(verdict.file.code()));
        }
        match verdict.key {
            KeyCheck::Expired => return Err(SealError::Unfit(Unfit::Expired)),
            KeyCheck::NotYetValid => return Err(SealError::Unfit(Unfit::NotYetValid)),
            KeyCheck::Revoked | KeyCheck::RevokedUnproven => {
                return Err(SealError::Unfit(Unfit::Revoked));
            }
            _ => {}
        }
        if verdict.level < Some(level) {
            return Err(SealError::LevelMissed("a part of it is missing"));
        }
        if level >= Level::BT && !verdict.time.is_proof() {
            return Err(SealError::LevelMissed(verdict.time.sentence_en()));
        }
        Ok(())
    }
}
