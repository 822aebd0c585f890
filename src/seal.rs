//! The agency's electronic seal on a PDF: PAdES baseline B-B made in two phases, and its verification.
//!
//! [`prepare()`] appends the signature field and reserves a gap; a [`KeySource`] signs the digest of
//! the rest; [`Prepared::embed`] fills the gap. Where the key lives is the source's affair. [`verify()`]
//! answers separate plain questions about any sealed file, without network and without trusting a byte of it.

mod certificate;
mod cms;
mod cms_check;
mod key;
mod keyfile;
mod pdf_file;
mod pdf_value;
mod prepare;
mod test_authority;
mod timing;
mod trust;
mod verdict;
mod verify;

use std::path::{Path, PathBuf};

use jiff::Timestamp;

pub use certificate::{Certificate, Unfit};
pub use key::{KeySource, Scheme, SoftwareKey};
pub use pdf_file::{LARGEST_FILE, PdfDamage};
pub use prepare::{MarkBox, Prepared, SignRequest, prepare};
pub use test_authority::TEST_AUTHORITY;
pub use timing::{Percentiles, Timing, measure};
pub use trust::{Trust, TrustError};
pub use verdict::{FileCheck, KeyCheck, Signer, TrustCheck, Verdict};
pub use verify::verify;

/// Room in the gap beside the certificates: attributes, signature, and a timestamp token to come.
const GAP_SPARE: usize = 10 << 10;

/// Why a seal could not be opened or set.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The key file cannot be read or written.
    #[error("key file {path}: {cause}")]
    KeyFileUnavailable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The key file is damaged, or its password is wrong.
    #[error("the key file cannot be opened (wrong password or damaged): {0}")]
    KeyFile(String),
    /// The key cannot be used; the reason says why.
    #[error("the key is refused: {0}")]
    KeyRefused(&'static str),
    /// The certificate does not allow sealing at that instant.
    #[error("the certificate is refused: {}", .0.sentence_en())]
    Unfit(Unfit),
    /// The file to seal is damaged.
    #[error("the file to seal: {0}")]
    Pdf(PdfDamage),
    /// The file to seal has a form this program does not seal.
    #[error("this program does not seal {0}")]
    Unsupported(&'static str),
    /// The file already has a field of that name.
    #[error("the file already has a signature field of that name")]
    FieldExists,
    /// The signature does not fit the reserved gap.
    #[error("the signature needs {need} bytes, the gap has {have}")]
    SignatureTooLarge {
        /// Bytes of the signature.
        need: usize,
        /// Bytes of the gap.
        have: usize,
    },
    /// Our own output did not verify; it must not be released.
    #[error("the sealed file fails its own check: {0}")]
    SelfCheck(&'static str),
}

/// The agency's seal, ready for use.
pub struct Seal {
    key: Box<dyn KeySource>,
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
        let key = match keyfile::read(path, password)? {
            Some(key) => key,
            None => {
                keyfile::create(path, password, &test_authority::create(agency, now)?)?;
                let missing = SealError::KeyRefused("the key file vanished while it was made");
                keyfile::read(path, password)?.ok_or(missing)?
            }
        };
        let seal = Seal::with_key(Box::new(key))?;
        seal.signer()
            .fit_for_sealing(now)
            .map_err(SealError::Unfit)?;
        Ok(seal)
    }

    /// A seal over any source of signatures.
    pub fn with_key(key: Box<dyn KeySource>) -> Result<Seal, SealError> {
        if key.chain().is_empty() {
            return Err(SealError::KeyRefused("it comes without a certificate"));
        }
        Ok(Seal { key })
    }

    /// The signer's certificate.
    pub fn signer(&self) -> &Certificate {
        &self.key.chain()[0]
    }

    /// True when the key is the self-made one, whose copies must carry the warning.
    pub fn is_test_authority(&self) -> bool {
        self.signer().issuer() == TEST_AUTHORITY
    }

    /// The authority at the end of the chain as a trust file (PEM), for whoever wants to check copies offline.
    pub fn trust_file(&self) -> String {
        let root = self.key.chain().last().unwrap_or_else(|| self.signer());
        trust::to_pem(root)
    }

    /// Seals `pdf` and checks the outcome before giving it out.
    pub fn sign(&self, pdf: &[u8], request: &SignRequest) -> Result<Vec<u8>, SealError> {
        let at = request.signing_time;
        self.signer()
            .fit_for_sealing(at)
            .map_err(SealError::Unfit)?;
        let certificates: usize = self.key.chain().iter().map(|link| link.der().len()).sum();
        let room = certificates + GAP_SPARE;
        let prepared = prepare(pdf, request, &self.signer().subject(), room)?;
        let signature = cms::sign(&prepared.digest(), self.key.as_ref())?;
        let sealed = prepared.embed(&signature)?;
        let verdict = verify(&sealed, &Trust::none(), at);
        if verdict.file != FileCheck::Unchanged {
            return Err(SealError::SelfCheck(verdict.file.code()));
        }
        Ok(sealed)
    }
}
