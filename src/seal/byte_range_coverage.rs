//! The signatures of a file: where they stand, what they cover, and what they say of themselves.

use std::ops::Range;

use jiff::{Timestamp, civil};

use super::examination::{Cost, Examination};
use super::incremental_update::text_of;
use super::pdf_file::{PdfDamage, PdfFile};
use super::pdf_value::{Dictionary, Value};

/// Most form fields looked at.
const MOST_FIELDS: usize = 2_000;
/// Deepest field inside fields.
const DEEPEST_FIELD: usize = 16;

/// What one signature covers.
pub struct Coverage<'a> {
    pub before: &'a [u8],
    pub after: &'a [u8],
    pub signature: Vec<u8>,
    pub added: usize,
}

impl<'a> Coverage<'a> {
    /// `None` unless the byte range starts the file and leaves out exactly the signature's own string, in which
    /// stands one DER value and zeros, in digits of one case: so every byte of the file is accounted for.
    pub fn of(signature: &Dictionary, bytes: &'a [u8]) -> Option<Coverage<'a>> {
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
        // Without the angle brackets, which belong to the gap and not to the string.
        let digits = bytes.get(gap_start + 1..gap_end - 1)?;
        // Mixed case would leave bits in the file that no signature covers and no reader shows.
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

/// The numbers of its `/ByteRange`.
pub fn byte_range(signature: &Dictionary) -> Option<Vec<usize>> {
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

pub fn covered_end(signature: &Dictionary) -> Option<usize> {
    let range = byte_range(signature)?;
    range.get(2)?.checked_add(*range.get(3)?)
}

/// A signed signature field.
pub struct SignatureField {
    /// The partial name of the field (`/T`).
    pub field: String,
    /// Its signature dictionary (`/V`).
    pub signature: Dictionary,
}

impl SignatureField {
    /// True for a time stamp over the file (ETSI EN 319 142-1, 5.4.3), which says nothing of who sealed it.
    pub fn is_time_stamp(&self) -> bool {
        self.signature.name("SubFilter") == Some(b"ETSI.RFC3161")
    }
}

/// All signed signature fields, each counted.
pub fn signatures(
    file: &PdfFile<'_>,
    exam: &Examination,
) -> Result<Vec<SignatureField>, PdfDamage> {
    let found = fields(file, exam)?;
    exam.spend(Cost::Signatures, found.len())?;
    Ok(found)
}

/// All signed signature fields; not more of them than a file may have.
pub fn fields(file: &PdfFile<'_>, exam: &Examination) -> Result<Vec<SignatureField>, PdfDamage> {
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
        // Fields may point at each other in a circle, so their number ends the walk, not their structure.
        looked_at += 1;
        if looked_at > MOST_FIELDS || depth == 0 {
            return Err(PdfDamage::TooComplex);
        }
        match file.resolve(&value)? {
            Value::Array(values) => {
                pending.extend(values.into_iter().map(|kid| (kid, inherited, depth - 1)));
            }
            Value::Dictionary(field) => {
                let signs = field.name("FT").map_or(inherited, |kind| kind == b"Sig");
                let signature = file.dictionary(&field, "V")?;
                if signs && !signature.0.is_empty() {
                    if found.len() as u64 > exam.left(Cost::Signatures) {
                        exam.spend(Cost::Signatures, found.len())?;
                    }
                    let field = field.get("T").map(text_of).unwrap_or_default();
                    found.push(SignatureField { field, signature });
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
pub fn stated_time(value: &Value) -> Option<Timestamp> {
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
    // The offset may be left out or cut short (7.9.4); what is not there counts as none.
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
