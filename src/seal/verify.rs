//! Checking a sealed file: what the signature covers, whether it fits, whose key it was and who vouches for it.
//!
//! The file is hostile until proven otherwise: reading is bounded, the signature must leave out exactly its own
//! hexadecimal string and nothing else, and that string must hold exactly the signature.

use std::ops::Range;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp, civil};
use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime};
use webpki::{EndEntityCert, ExtendedKeyUsageValidator, KeyPurposeIdIter};

use super::certificate::Certificate;
use super::cms_check::{self, ALGORITHMS, Signed};
use super::pdf_file::{PdfDamage, PdfFile};
use super::pdf_value::{Dictionary, Value};
use super::test_authority::TEST_AUTHORITY;
use super::trust::Trust;
use super::verdict::{FileCheck, KeyCheck, Signer, TrustCheck, Verdict};

/// Most form fields looked at.
const MOST_FIELDS: usize = 2_000;
/// Deepest field inside fields.
const DEEPEST_FIELD: usize = 16;
/// A clock may run this much ahead of ours.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(5);

/// Checks `bytes` as of `at`. Never fails: what cannot be checked is named in the verdict.
pub fn verify(bytes: &[u8], trust: &Trust, at: Timestamp) -> Verdict {
    let found = PdfFile::open(bytes).and_then(|file| signatures(&file));
    let found = match found {
        Ok(found) => found,
        Err(damage) => return Verdict::without_seal(damage.into()),
    };
    let signatures = found.len();
    let outermost = found
        .into_iter()
        .max_by_key(|signature| covered_end(signature).unwrap_or(0));
    let Some(signature) = outermost else {
        return Verdict::without_seal(FileCheck::NotSealed);
    };
    let verdict = match Coverage::of(&signature, bytes) {
        Some(coverage) => examine(&signature, &coverage, trust, at),
        None => Verdict::without_seal(FileCheck::Altered),
    };
    Verdict {
        signatures,
        ..verdict
    }
}

/// What one signature covers.
struct Coverage<'a> {
    before: &'a [u8],
    after: &'a [u8],
    signature: Vec<u8>,
    added: usize,
}

impl<'a> Coverage<'a> {
    /// `None` unless the byte range starts the file and leaves out exactly the signature's own string, in which
    /// stands one DER value and zeros, in digits of one case: so every byte of the file is accounted for.
    fn of(signature: &Dictionary, bytes: &'a [u8]) -> Option<Coverage<'a>> {
        let [0, gap_start, gap_end, length] = byte_range(signature)?[..] else {
            return None;
        };
        let Some(Value::Text(contents, token)) = signature.get("Contents") else {
            return None;
        };
        if *token
            != (Range {
                start: gap_start,
                end: gap_end,
            })
        {
            return None;
        }
        let digits = bytes.get(gap_start + 1..gap_end - 1)?;
        let one_case = digits == hex::encode(contents).as_bytes()
            || digits == hex::encode_upper(contents).as_bytes();
        let end = gap_end.checked_add(length)?;
        one_case.then_some(Coverage {
            before: bytes.get(..gap_start)?,
            after: bytes.get(gap_end..end)?,
            signature: contents.clone(),
            added: bytes.len() - end,
        })
    }
}

fn examine(
    signature: &Dictionary,
    coverage: &Coverage<'_>,
    trust: &Trust,
    at: Timestamp,
) -> Verdict {
    let strict = match signature.name("SubFilter") {
        Some(b"ETSI.CAdES.detached") => true,
        Some(b"adbe.pkcs7.detached") => false,
        _ => return Verdict::without_seal(FileCheck::Unreadable),
    };
    let parts = [coverage.before, coverage.after];
    let Some(signed) = cms_check::check(&coverage.signature, &parts, strict) else {
        return Verdict::without_seal(FileCheck::Altered);
    };
    let stated_time = signature.get("M").and_then(stated_time);
    let file = if coverage.added == 0 {
        FileCheck::Unchanged
    } else {
        FileCheck::AddedTo
    };
    Verdict {
        file,
        key: key_check(&signed.signer, stated_time, at),
        trust: trust_check(&signed, trust, stated_time.unwrap_or(at)),
        signer: Some(Signer::from(&signed.signer)),
        stated_time,
        bytes_added: coverage.added,
        signatures: 1,
    }
}

fn key_check(signer: &Certificate, stated: Option<Timestamp>, at: Timestamp) -> KeyCheck {
    match stated {
        None => KeyCheck::TimeUnknown,
        Some(stated) if stated.duration_since(at) > CLOCK_SKEW => KeyCheck::TimeAhead,
        Some(stated) => signer.fit_for_sealing(stated).into(),
    }
}

/// Whether a chain leads to an anchor that holds at the time of sealing. A signer's certificate that had run out
/// then is the key's fault, not the chain's: the chain is judged within the certificate's own time.
fn trust_check(signed: &Signed, trust: &Trust, stated: Timestamp) -> TrustCheck {
    let (from, until) = signed.signer.validity();
    let time = stated.max(from).min(until);
    let holding = |anchor: &&Certificate| {
        let (from, until) = anchor.validity();
        from <= time && time <= until
    };
    let anchors: Vec<TrustAnchor<'_>> = trust
        .anchors()
        .iter()
        .filter(holding)
        .filter_map(|anchor| webpki::anchor_from_trusted_cert(anchor.der()).ok())
        .collect();
    let carried: Vec<CertificateDer<'_>> = signed
        .carried
        .iter()
        .map(|certificate| certificate.der().clone())
        .collect();
    let Ok(leaf) = EndEntityCert::try_from(signed.signer.der()) else {
        return TrustCheck::ChainBroken;
    };
    let seconds = u64::try_from(time.as_second()).unwrap_or(0);
    let time = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
    let path = leaf.verify_for_usage(ALGORITHMS, &anchors, &carried, time, AnyUse, None, None);
    match path {
        Ok(path) => {
            let test = trust.anchors().iter().any(|anchor| {
                let subject = webpki::anchor_from_trusted_cert(anchor.der());
                let used = subject.is_ok_and(|found| found == *path.anchor());
                used && anchor.subject() == TEST_AUTHORITY
            });
            if test {
                TrustCheck::TestAuthority
            } else {
                TrustCheck::Trusted
            }
        }
        Err(webpki::Error::UnknownIssuer) => TrustCheck::UnknownAuthority,
        Err(_) => TrustCheck::ChainBroken,
    }
}

/// The uses a certificate names are judged with the key, not with the chain.
struct AnyUse;

impl ExtendedKeyUsageValidator for AnyUse {
    fn validate(&self, uses: KeyPurposeIdIter<'_, '_>) -> Result<(), webpki::Error> {
        uses.into_iter().try_for_each(|id| id.map(|_| ()))
    }
}

fn byte_range(signature: &Dictionary) -> Option<Vec<usize>> {
    let Some(Value::Array(numbers)) = signature.get("ByteRange") else {
        return None;
    };
    numbers
        .iter()
        .map(|number| match number {
            Value::Integer(number) => usize::try_from(*number).ok(),
            _ => None,
        })
        .collect()
}

fn covered_end(signature: &Dictionary) -> Option<usize> {
    let range = byte_range(signature)?;
    range.get(2)?.checked_add(*range.get(3)?)
}

/// The dictionaries of all signed signature fields.
fn signatures(file: &PdfFile<'_>) -> Result<Vec<Dictionary>, PdfDamage> {
    let root = file.dictionary(&file.trailer, "Root")?;
    if root.0.is_empty() {
        return Err(PdfDamage::Broken);
    }
    let form = file.dictionary(&root, "AcroForm")?;
    let mut pending: Vec<(Value, bool, usize)> = vec![(
        form.get("Fields").cloned().unwrap_or(Value::Null),
        false,
        DEEPEST_FIELD,
    )];
    let mut found = Vec::new();
    let mut looked_at = 0;
    while let Some((value, inherited, depth)) = pending.pop() {
        looked_at += 1;
        if looked_at > MOST_FIELDS || depth == 0 {
            return Err(PdfDamage::TooLarge);
        }
        match file.resolve(&value)? {
            Value::Array(values) => {
                pending.extend(values.into_iter().map(|kid| (kid, inherited, depth - 1)));
            }
            Value::Dictionary(field) => {
                let signs = field.name("FT").map_or(inherited, |kind| kind == b"Sig");
                let signature = file.dictionary(&field, "V")?;
                if signs && !signature.0.is_empty() {
                    found.push(signature);
                }
                if let Some(kids) = field.get("Kids") {
                    pending.push((kids.clone(), signs, depth - 1));
                }
            }
            _ => {}
        }
    }
    Ok(found)
}

/// Reads `D:YYYYMMDDHHmmSS` with `Z` or an offset such as `+07'00'` (ISO 32000-1, 7.9.4).
fn stated_time(value: &Value) -> Option<Timestamp> {
    let Value::Text(bytes, _) = value else {
        return None;
    };
    let text = std::str::from_utf8(bytes).ok()?.strip_prefix("D:")?;
    let number = |range: Range<usize>| text.get(range)?.parse::<i16>().ok();
    let small = |range: Range<usize>| i8::try_from(number(range)?).ok();
    let local = civil::DateTime::new(
        number(0..4)?,
        small(4..6)?,
        small(6..8)?,
        small(8..10)?,
        small(10..12)?,
        small(12..14)?,
        0,
    )
    .ok()?;
    let hours = i32::from(small(15..17).unwrap_or(0));
    let minutes = i32::from(small(18..20).unwrap_or(0));
    let sign = match text.as_bytes().get(14) {
        Some(b'+') => 1,
        Some(b'-') => -1,
        Some(b'Z') | None => 0,
        Some(_) => return None,
    };
    let seconds = sign * (hours * 3600 + minutes * 60);
    let offset = jiff::tz::Offset::from_seconds(seconds).ok()?;
    offset.to_timestamp(local).ok()
}
