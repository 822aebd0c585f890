//! What makes a seal provable for long (PAdES B-LTA): stamps of the time authority, proof that nobody was revoked, and a fresh time
//! stamp over all of it before the one below can no longer be believed.

use jiff::Timestamp;

use super::byte_range_coverage::{Coverage, SignatureField, covered_end, signatures};
use super::certificate::Certificate;
use super::examination::Examination;
use super::pdf_file::PdfFile;
use super::revocation::{self, Evidence};
use super::timestamp::{self, Stamp};
use super::{Seal, SealError, TimeCheck, cert_path, long_term};
use crate::config::Level;

/// Room for a time stamp over the file with the certificates of its authority.
const STAMP_ROOM: usize = 16 << 10;
/// What is stamped only to see by whom.
const PROBE: &[u8] = b"sogoc";

impl Seal {
    /// A sealed file of level B-LTA with proof for its newest time stamp and a fresh one over it. To be done before
    /// [`super::Verdict::provable_until`].
    ///
    /// # Errors
    /// `LevelMissed` for a file without a time stamp, or where the result would not be B-LTA; those of the authorities.
    pub async fn restamp(&self, sealed: &[u8], now: Timestamp) -> Result<Vec<u8>, SealError> {
        let (newest, stamps) = newest_stamp(sealed)?;
        let authority = self.authority_path(&newest)?;
        // The proof about the old stamp's authority must lie under the new stamp: gathered later, nothing
        // would show that it was there while the old one could still be believed.
        let evidence = revocation::gather(&self.fetcher, &authority, now, true).await?;
        let again = self.stamp_over(sealed, &evidence, stamps + 1).await?;
        self.self_check(&again, Level::BLTA, now)?;
        Ok(again)
    }

    /// How long a time stamp made now would be believed: the end of the certificate the time authority uses today.
    ///
    /// # Errors
    /// Those of the time authority.
    pub async fn stamps_reach(&self) -> Result<Timestamp, SealError> {
        let (_, authority) = self.stamp(PROBE).await?;
        // A stamp is believed as long as the certificate of the key behind it holds, so that end is asked for,
        // by a stamp over nothing that matters.
        Ok(authority[0].validity().1)
    }

    /// Appends what the levels of long term ask for: proof, and at B-LTA the first time stamp over all of it.
    pub(super) async fn prove(
        &self,
        sealed: Vec<u8>,
        mut evidence: Evidence,
        authority: &[Certificate],
        now: Timestamp,
    ) -> Result<Vec<u8>, SealError> {
        evidence.add(revocation::gather(&self.fetcher, authority, now, true).await?);
        if self.terms.level < Level::BLTA {
            return long_term::with_evidence(&sealed, &evidence, &Examination::default());
        }
        self.stamp_over(&sealed, &evidence, 1).await
    }

    /// Appends `evidence` and the time stamp of that number over the whole file.
    async fn stamp_over(
        &self,
        sealed: &[u8],
        evidence: &Evidence,
        number: usize,
    ) -> Result<Vec<u8>, SealError> {
        let name = format!("DauThoiGian-{number}");
        let prepared =
            long_term::with_stamp(sealed, evidence, &name, STAMP_ROOM, &Examination::default())?;
        let (token, _) = self.stamp(&prepared.parts().concat()).await?;
        prepared.embed(&token)
    }

    /// A time stamp over `stamped`, with the certificates that lead to a trusted authority.
    pub(super) async fn stamp(
        &self,
        stamped: &[u8],
    ) -> Result<(Vec<u8>, Vec<Certificate>), SealError> {
        let Some(url) = &self.terms.time_authority else {
            return Err(SealError::LevelMissed("no time authority is configured"));
        };
        let (token, stamp) = self.fetcher.stamp(url, stamped).await?;
        let path = self.authority_path(&stamp)?;
        // A stamp goes into a file that is to be checked in decades, without network: only certificates that
        // lead to the trusted authority may stay, since nobody could account for the others.
        let kept = timestamp::keep_only(&token, &path);
        let kept = kept.ok_or(SealError::LevelMissed("the time stamp cannot be written"))?;
        Ok((kept, path))
    }

    fn authority_path(&self, stamp: &Stamp) -> Result<Vec<Certificate>, SealError> {
        let (authority, trust) = (&stamp.authority, self.trust());
        let anchors = trust.time_anchors();
        let exam = Examination::default();
        let (signer, carried) = (&authority.signer, &authority.carried);
        cert_path::find(signer, carried, anchors, stamp.time, &exam)
            .map_err(|_| SealError::LevelMissed(TimeCheck::UnknownAuthority.sentence_en()))
    }
}

/// The newest time stamp over the file, and how many there are.
fn newest_stamp(sealed: &[u8]) -> Result<(Stamp, usize), SealError> {
    let exam = Examination::default();
    let file = PdfFile::open(sealed, &exam).map_err(SealError::Pdf)?;
    let mut found = signatures(&file, &exam).map_err(SealError::Pdf)?;
    found.retain(SignatureField::is_time_stamp);
    // The order of the fields in the form is the maker's choice; what covers most is the newest.
    let newest = found.iter().max_by_key(|one| covered_end(&one.signature));
    let newest = newest.and_then(|one| Coverage::of(&one.signature, sealed));
    let newest =
        newest.and_then(|one| timestamp::read(&one.signature, &[one.before, one.after], &exam));
    let newest = newest.ok_or(SealError::LevelMissed("there is no time stamp to renew"))?;
    Ok((newest, found.len()))
}
