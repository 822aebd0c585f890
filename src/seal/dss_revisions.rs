//! What was appended behind a seal and belongs to it: evidence (the DSS, document security
//! store), and time stamps over the whole file.

use super::byte_range_coverage::{Coverage, SignatureField, covered_end};
use super::examination::Examination;
use super::long_term;
use super::pdf_file::PdfFile;
use super::revocation::Evidence;
use super::timestamp::{self, Stamp};
use super::trust::Trust;

/// Everything behind the seal that is accounted for.
#[derive(Default)]
pub struct DssRevisions {
    /// Time stamps over the file, oldest first.
    pub stamps: Vec<Stamp>,
    /// What the file carries to prove that nothing was revoked.
    pub evidence: Evidence,
    /// Where the part ends that is accounted for.
    pub end: usize,
}

/// Reads what stands behind `sealed` bytes of the file. `found` are its document time stamps. It ends at the first
/// thing that is not exactly such a layer.
pub fn read(
    bytes: &[u8],
    sealed: usize,
    found: &[SignatureField],
    trust: &Trust,
    exam: &Examination,
) -> DssRevisions {
    let mut revisions = DssRevisions {
        end: sealed,
        ..DssRevisions::default()
    };
    let mut found: Vec<(usize, &SignatureField)> = found
        .iter()
        .filter_map(|stamp| Some((covered_end(&stamp.signature)?, stamp)))
        // A stamp inside the sealed part is the seal's own affair; one that ends beyond the file is a lie.
        .filter(|&(end, _)| sealed < end && end <= bytes.len())
        .collect();
    found.sort_by_key(|&(end, _)| end);
    for (end, found) in found {
        let Some(stamp) = stamp_of(&bytes[..end], revisions.end, found, exam) else {
            // Whatever stands behind something unknown is unknown too, even a sound time stamp: it would vouch for
            // bytes nobody accounts for.
            break;
        };
        revisions.stamps.push(stamp);
        revisions.end = end;
    }
    if revisions.end < bytes.len() {
        let known = [trust.anchors(), trust.time_anchors()].concat();
        let behind = long_term::evidence_behind(&bytes[..revisions.end], bytes, exam);
        // No time stamp covers it yet: every piece must vouch for itself.
        if behind.is_some_and(|evidence| evidence.is_whole(&known, exam)) {
            revisions.end = bytes.len();
        }
    }
    let evidence =
        PdfFile::open(&bytes[..revisions.end], exam).and_then(|file| long_term::read(&file, exam));
    revisions.evidence = evidence.unwrap_or_default();
    revisions
}

fn stamp_of(
    bytes: &[u8],
    base: usize,
    found: &SignatureField,
    exam: &Examination,
) -> Option<Stamp> {
    let coverage = Coverage::of(&found.signature, bytes)?;
    if !long_term::is_stamp_behind(&bytes[..base], bytes, found, &coverage, exam) {
        return None;
    }
    timestamp::read(
        &coverage.signature,
        &[coverage.before, coverage.after],
        exam,
    )
}
