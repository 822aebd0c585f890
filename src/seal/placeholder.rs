//! First phase of sealing: an incremental update that adds the signature field and leaves a gap for the
//! signature, and the digest of everything but that gap (ISO 32000-1, 12.8.1; ETSI EN 319 142-1, 4).
//!
//! The key takes no part here, so the digest may be signed in this process, on a token, or on another machine.

use std::ops::Range;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::SealError;
use super::examination::Examination;
use super::incremental_update::{IncrementalUpdate, indirect, write_byte_range};
use super::pdf_file::PdfFile;
use super::pdf_value::{Dictionary, Value};
use crate::clock::vietnam;

/// A rectangle in PDF user space: points, origin at the lower left corner of the page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MarkBox {
    /// Distance of the left edge from the left of the page.
    pub left: f32,
    /// Height of the lower edge above the bottom of the page.
    pub bottom: f32,
    /// Distance of the right edge from the left of the page.
    pub right: f32,
    /// Height of the upper edge above the bottom of the page.
    pub top: f32,
}

/// What the signature field says.
#[derive(Debug, Clone, PartialEq)]
pub struct SignRequest {
    /// The claimed instant of signing, written as `/M`; the certificate must be valid then.
    pub signing_time: Timestamp,
    /// Why, e.g. `Cấp bản sao từ sổ gốc`.
    pub reason: String,
    /// Where, e.g. `Lào Cai`.
    pub location: String,
    /// Name of the new field; must not exist in the file yet.
    pub field_name: String,
    /// Where on page 1 the mark stands that a reader may click. The text itself is part of the page.
    pub mark_box: MarkBox,
}

/// A file with a gap, waiting for its signature.
#[derive(Debug, Clone)]
pub struct Prepared {
    bytes: Vec<u8>,
    /// The gap with its angle brackets.
    gap: Range<usize>,
}

impl Prepared {
    /// Ends `update`, whose signature leaves `gap` open.
    pub(super) fn finish(
        update: IncrementalUpdate,
        file: &PdfFile<'_>,
        gap: Range<usize>,
    ) -> Prepared {
        let mut bytes = update.finish(file);
        write_byte_range(&mut bytes, &gap);
        Prepared { bytes, gap }
    }

    /// The file that was kept with its gap; `None` when there is no gap at that place.
    pub(super) fn again(bytes: Vec<u8>, gap: Range<usize>) -> Option<Prepared> {
        let place = bytes.get(gap.clone())?;
        let open = place.len() > 2 && place.starts_with(b"<") && place.ends_with(b">");
        open.then_some(Prepared { bytes, gap })
    }

    /// The file with its gap.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Where the gap is.
    pub(super) fn gap(&self) -> Range<usize> {
        self.gap.clone()
    }

    /// Everything before and after the gap.
    pub(super) fn parts(&self) -> [&[u8]; 2] {
        [&self.bytes[..self.gap.start], &self.bytes[self.gap.end..]]
    }

    /// SHA-256 of everything outside the gap: the message digest of the signature.
    pub fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(&self.bytes[..self.gap.start]);
        hash.update(&self.bytes[self.gap.end..]);
        hash.finalize().into()
    }

    /// Puts the CMS signature into the gap and gives the finished file.
    pub fn embed(mut self, signature: &[u8]) -> Result<Vec<u8>, SealError> {
        let digits = hex::encode(signature);
        let room = self.gap.len() - 2;
        if digits.len() > room {
            let (need, have) = (signature.len(), room / 2);
            return Err(SealError::SignatureTooLarge { need, have });
        }
        let start = self.gap.start + 1;
        // The rest of the gap keeps its zeros: the digest was made with the gap left out, so its length may
        // not change any more.
        self.bytes[start..start + digits.len()].copy_from_slice(digits.as_bytes());
        Ok(self.bytes)
    }
}

/// Widget flags (ISO 32000-1, Table 165): printed, and not to be moved or deleted.
pub(super) const PRINT_AND_LOCKED: i64 = 4 + 128;

/// Appends the field with a gap of `room` bytes for the signature.
pub fn prepare(
    pdf: &[u8],
    request: &SignRequest,
    signer: &str,
    room: usize,
) -> Result<Prepared, SealError> {
    let exam = Examination::default();
    let file = PdfFile::open(pdf, &exam).map_err(SealError::Pdf)?;
    let mut update = IncrementalUpdate::new(pdf, &file, &exam)?;
    let [field, appearance, signature] = [(); 3].map(|()| update.allocate());
    let (root_number, mut root) = indirect(&file, &file.trailer, "Root")?;
    let page = update.enter_field(&file, &mut root, field, &request.field_name)?;
    update.write_value(root_number, &Value::Dictionary(root));
    update.write_value(field, &widget(request, page, appearance, signature));
    update.write(appearance, &empty_picture(&request.mark_box));
    let gap = update.write_signature(signature, &entries(request, signer), room);
    Ok(Prepared::finish(update, &file, gap))
}

fn widget(request: &SignRequest, page: u32, appearance: u32, signature: u32) -> Value {
    let mark = &request.mark_box;
    let edges = [mark.left, mark.bottom, mark.right, mark.top];
    let rectangle = edges.map(|edge| Value::Real(format!("{edge:.2}")));
    let mut normal = Dictionary::default();
    normal.set("N", Value::Reference(appearance, 0));
    let mut widget = Dictionary::default();
    for (key, value) in [
        ("Type", Value::from_name("Annot")),
        ("Subtype", Value::from_name("Widget")),
        ("FT", Value::from_name("Sig")),
        ("T", Value::from_text(&request.field_name)),
        ("TU", Value::from_text(&request.reason)),
        // Locked, so that no reader lets the mark be dragged over the text of the copy.
        ("F", Value::Integer(PRINT_AND_LOCKED)),
        ("Rect", Value::Array(rectangle.to_vec())),
        ("P", Value::Reference(page, 0)),
        ("V", Value::Reference(signature, 0)),
        ("AP", Value::Dictionary(normal)),
    ] {
        widget.set(key, value);
    }
    Value::Dictionary(widget)
}

/// The text of the mark belongs to the page, so nothing may cover it and no font is needed.
fn empty_picture(mark: &MarkBox) -> String {
    let (wide, high) = (mark.right - mark.left, mark.top - mark.bottom);
    format!(
        "<< /Type /XObject /Subtype /Form /BBox [0 0 {wide:.2} {high:.2}] /Resources << >> /Length 0 >>\n\
         stream\n\nendstream"
    )
}

fn entries(request: &SignRequest, signer: &str) -> String {
    let mut texts = Dictionary::default();
    texts.set("Name", Value::from_text(signer));
    texts.set("Reason", Value::from_text(&request.reason));
    texts.set("Location", Value::from_text(&request.location));
    let mut entries = String::new();
    Value::Dictionary(texts).write(&mut entries);
    // Written as text and not as a dictionary, because the gap must stand at an offset that is known while
    // the entries are written.
    let entries = entries.trim_start_matches("<<").trim_end_matches(">>");
    format!(
        "/Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /M ({}){entries}",
        pdf_date(request.signing_time),
    )
}

/// `D:YYYYMMDDHHmmSS+07'00'`, the time in Viet Nam (ISO 32000-1, 7.9.4).
fn pdf_date(instant: Timestamp) -> String {
    let local = vietnam(instant);
    format!("D:{}+07'00'", local.strftime("%Y%m%d%H%M%S"))
}
