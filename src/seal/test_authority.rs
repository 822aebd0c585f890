//! A certificate authority of our own making, so that a fresh installation can seal: clearly without legal value.
//!
//! Its root key signs one certificate and is forgotten; nobody can make another under the same root.

use jiff::Timestamp;
use jiff::tz::Offset;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use zeroize::Zeroizing;

use super::SealError;
use super::certificate::Certificate;
use super::error::KeyFault;

/// Common name of the root; a seal under it is reported as a test, whoever trusts it.
pub const TEST_AUTHORITY: &str = "Sổ Gốc – cơ quan thử nghiệm (TEST)";
/// How long root and signer hold.
const YEARS: i32 = 5;

/// A fresh key with its certificate and root.
pub struct TestIdentity {
    /// The signer's private key, PKCS#8, cleared when dropped.
    pub pkcs8: Zeroizing<Vec<u8>>,
    /// The signer's certificate, then the root's.
    pub chain: Vec<Certificate>,
}

/// Makes a root and a signer for `agency`, valid from the day of `now` for five years.
pub fn create(agency: &str, now: Timestamp) -> Result<TestIdentity, SealError> {
    let failed = |_| SealError::KeyRefused(KeyFault::TestAuthority);
    let root_key = KeyPair::generate().map_err(failed)?;
    let mut root = parameters(TEST_AUTHORITY, now);
    root.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    root.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let root_certificate = root.self_signed(&root_key).map_err(failed)?;

    let signer_key = KeyPair::generate().map_err(failed)?;
    let mut signer = parameters(&format!("{agency} (TEST)"), now);
    signer
        .distinguished_name
        .push(DnType::OrganizationName, agency);
    signer.is_ca = IsCa::ExplicitNoCa;
    signer.key_usages = vec![
        KeyUsagePurpose::DigitalSignature,
        KeyUsagePurpose::ContentCommitment, // nonRepudiation under its newer name
    ];
    signer.use_authority_key_identifier_extension = true;
    let issuer = Issuer::new(root, root_key);
    let signer_certificate = signer.signed_by(&signer_key, &issuer).map_err(failed)?;
    Ok(TestIdentity {
        pkcs8: Zeroizing::new(signer_key.serialize_der()),
        chain: vec![
            Certificate::from_der(signer_certificate.der())?,
            Certificate::from_der(root_certificate.der())?,
        ],
    })
}

fn parameters(common_name: &str, now: Timestamp) -> CertificateParams {
    let today = Offset::UTC.to_datetime(now).date();
    let month = today.month().unsigned_abs();
    let day = today.day().unsigned_abs().min(28); // the day five years on must exist
    let mut parameters = CertificateParams::default();
    parameters.not_before = date_time_ymd(i32::from(today.year()), month, day);
    parameters.not_after = date_time_ymd(i32::from(today.year()) + YEARS, month, day);
    parameters.distinguished_name = rcgen::DistinguishedName::new();
    parameters
        .distinguished_name
        .push(DnType::CountryName, "VN");
    parameters
        .distinguished_name
        .push(DnType::CommonName, common_name);
    parameters
}
