//! Signatures that earlier revisions of a file list and the newest does not: who hides a seal has not undone it, and
//! whoever reads the file is told of it.

use super::byte_range_coverage::{SignatureField, byte_range, fields};
use super::examination::{Cost, Examination};
use super::pdf_file::{MOST_REVISIONS, PdfDamage, PdfFile};

/// Those of earlier revisions that are not among `shown`, each once.
pub fn hidden(
    bytes: &[u8],
    shown: &[SignatureField],
    exam: &Examination,
) -> Result<Vec<SignatureField>, PdfDamage> {
    let mut ranges: Vec<_> = shown.iter().map(|one| byte_range(&one.signature)).collect();
    let mut found = Vec::new();
    for end in ends_of_revisions(bytes)? {
        let listed = PdfFile::open(&bytes[..end], exam).and_then(|file| fields(&file, exam));
        if let Some(overrun) = exam.overrun() {
            return Err(overrun.into());
        }
        // What only looks like the end of a revision, such as that of an embedded file, lists nothing.
        for one in listed.unwrap_or_default() {
            let range = byte_range(&one.signature);
            if range.is_some() && !ranges.contains(&range) {
                exam.spend(Cost::Signatures, 1)?;
                ranges.push(range);
                found.push(one);
            }
        }
    }
    Ok(found)
}

/// Where revisions end, except for the last (ISO 32000-1, 7.5.6).
fn ends_of_revisions(bytes: &[u8]) -> Result<Vec<usize>, PdfDamage> {
    const MARK: &[u8] = b"%%EOF";
    let mut ends = Vec::new();
    let mut from = 0;
    while let Some(at) = memchr::memmem::find(&bytes[from..], MARK) {
        from += at + MARK.len();
        ends.push(from);
        if ends.len() > MOST_REVISIONS {
            return Err(PdfDamage::TooComplex);
        }
    }
    ends.pop();
    Ok(ends)
}
