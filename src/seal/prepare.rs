//! First phase of sealing: an incremental update that adds the signature field and leaves a gap for the
//! signature, and the digest of everything but that gap (ISO 32000-1, 12.8.1; ETSI EN 319 142-1, 4).
//!
//! The key takes no part here, so the digest may be signed in this process, on a token, or on another machine.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::Timestamp;
use jiff::tz::Offset;
use sha2::{Digest, Sha256};

use super::SealError;
use super::pdf_file::PdfFile;
use super::pdf_value::{Dictionary, Value};

/// A rectangle in PDF user space: points, origin at the lower left corner of the page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MarkBox {
    /// Left edge.
    pub left: f32,
    /// Lower edge.
    pub bottom: f32,
    /// Right edge.
    pub right: f32,
    /// Upper edge.
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
        self.bytes[start..start + digits.len()].copy_from_slice(digits.as_bytes());
        Ok(self.bytes)
    }
}

/// Width of each ByteRange number as first written; padded with spaces so that offsets do not move.
const NUMBER_WIDTH: usize = 10;
/// Widget flags (ISO 32000-1, Table 165): printed, and not to be moved or deleted.
const PRINT_AND_LOCKED: i64 = 4 + 128;
/// `/SigFlags`: signatures exist; the file may only be changed by appending.
const SIGNED_APPEND_ONLY: i64 = 3;

/// Appends the field with a gap of `room` bytes for the signature.
pub fn prepare(
    pdf: &[u8],
    request: &SignRequest,
    signer: &str,
    room: usize,
) -> Result<Prepared, SealError> {
    let file = PdfFile::open(pdf).map_err(SealError::Pdf)?;
    if !file.classic {
        return Err(SealError::Unsupported(
            "cross-reference streams in the file to seal",
        ));
    }
    let mut update = Update::new(pdf, &file)?;
    update.add_field(&file, request)?;
    update.add_appearance(&request.mark_box);
    let gap = update.add_signature(request, signer, room);
    let mut bytes = update.finish(&file);
    write_byte_range(&mut bytes, &gap);
    Ok(Prepared { bytes, gap })
}

struct Update {
    bytes: Vec<u8>,
    offsets: BTreeMap<u32, usize>,
    /// Numbers of the new field, its appearance and its signature; the trailer's new size.
    field: u32,
    appearance: u32,
    signature: u32,
    size: u32,
}

impl Update {
    fn new(pdf: &[u8], file: &PdfFile<'_>) -> Result<Update, SealError> {
        let size = file.trailer.integer("Size");
        let first = size
            .and_then(|size| u32::try_from(size).ok())
            .filter(|&first| first < u32::MAX - 3)
            .ok_or(SealError::Unsupported("a trailer without a size"))?;
        let mut bytes = pdf.to_vec();
        if !bytes.ends_with(b"\n") {
            bytes.push(b'\n');
        }
        Ok(Update {
            bytes,
            offsets: BTreeMap::new(),
            field: first,
            appearance: first + 1,
            signature: first + 2,
            size: first + 3,
        })
    }

    fn write(&mut self, number: u32, body: &str) {
        self.offsets.insert(number, self.bytes.len());
        let object = format!("{number} 0 obj\n{body}\nendobj\n");
        self.bytes.extend_from_slice(object.as_bytes());
    }

    fn write_value(&mut self, number: u32, value: &Value) {
        let mut body = String::new();
        value.write(&mut body);
        self.write(number, &body);
    }

    /// The field, which is also its widget on page 1, and its entries in the catalogue and the page.
    fn add_field(&mut self, file: &PdfFile<'_>, request: &SignRequest) -> Result<(), SealError> {
        let (root_number, mut root) = indirect(file, &file.trailer, "Root")?;
        let (page_number, mut page) = first_page(file, &root)?;
        let mut form = file.dictionary(&root, "AcroForm").map_err(SealError::Pdf)?;
        let mut fields = array(file, &form, "Fields")?;
        for field in &fields {
            let field = file.resolve(field).map_err(SealError::Pdf)?;
            let Value::Dictionary(field) = field else {
                continue;
            };
            let name = field.get("T").map(text_of);
            if name.as_deref() == Some(request.field_name.as_str()) {
                return Err(SealError::FieldExists);
            }
        }
        fields.push(Value::Reference(self.field, 0));
        form.set("Fields", Value::Array(fields));
        form.set("SigFlags", Value::Integer(SIGNED_APPEND_ONLY));
        root.set("AcroForm", Value::Dictionary(form));
        let mut annotations = array(file, &page, "Annots")?;
        annotations.push(Value::Reference(self.field, 0));
        page.set("Annots", Value::Array(annotations));

        let widget = self.widget(request, page_number);
        self.write_value(self.field, &widget);
        self.write_value(root_number, &Value::Dictionary(root));
        self.write_value(page_number, &Value::Dictionary(page));
        Ok(())
    }

    fn widget(&self, request: &SignRequest, page: u32) -> Value {
        let mark = &request.mark_box;
        let edges = [mark.left, mark.bottom, mark.right, mark.top];
        let rectangle = edges.map(|edge| Value::Real(format!("{edge:.2}")));
        let mut appearance = Dictionary::default();
        appearance.set("N", Value::Reference(self.appearance, 0));
        let mut widget = Dictionary::default();
        for (key, value) in [
            ("Type", Value::from_name("Annot")),
            ("Subtype", Value::from_name("Widget")),
            ("FT", Value::from_name("Sig")),
            ("T", Value::from_text(&request.field_name)),
            ("TU", Value::from_text(&request.reason)),
            ("F", Value::Integer(PRINT_AND_LOCKED)),
            ("Rect", Value::Array(rectangle.to_vec())),
            ("P", Value::Reference(page, 0)),
            ("V", Value::Reference(self.signature, 0)),
            ("AP", Value::Dictionary(appearance)),
        ] {
            widget.set(key, value);
        }
        Value::Dictionary(widget)
    }

    /// An empty picture: the text of the mark belongs to the page, so nothing may cover it and no font is needed.
    fn add_appearance(&mut self, mark: &MarkBox) {
        let (wide, high) = (mark.right - mark.left, mark.top - mark.bottom);
        let body = format!(
            "<< /Type /XObject /Subtype /Form /BBox [0 0 {wide:.2} {high:.2}] /Resources << >> /Length 0 >>\n\
             stream\n\nendstream"
        );
        self.write(self.appearance, &body);
    }

    fn add_signature(&mut self, request: &SignRequest, signer: &str, room: usize) -> Range<usize> {
        let mut texts = Dictionary::default();
        texts.set("Name", Value::from_text(signer));
        texts.set("Reason", Value::from_text(&request.reason));
        texts.set("Location", Value::from_text(&request.location));
        let mut entries = String::new();
        Value::Dictionary(texts).write(&mut entries);
        let entries = entries.trim_start_matches("<<").trim_end_matches(">>");
        let numbers = " ".repeat(NUMBER_WIDTH * 3);
        let head = format!(
            "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /M ({}){entries}\
             /ByteRange [0 {numbers}] /Contents ",
            pdf_date(request.signing_time),
        );
        let body = format!("{head}<{}> >>", "0".repeat(room * 2));
        let opening = format!("{} 0 obj\n", self.signature).len();
        let start = self.bytes.len() + opening + head.len();
        self.write(self.signature, &body);
        start..start + room * 2 + 2
    }

    /// Cross-reference table of the update, trailer and end.
    fn finish(mut self, file: &PdfFile<'_>) -> Vec<u8> {
        let section = self.bytes.len();
        let mut table = String::from("xref\n");
        let mut run: Vec<(u32, usize)> = Vec::new();
        let entries: Vec<_> = std::mem::take(&mut self.offsets).into_iter().collect();
        for (number, offset) in entries {
            if run.last().is_some_and(|&(last, _)| last + 1 != number) {
                write_run(&mut table, &run);
                run.clear();
            }
            run.push((number, offset));
        }
        write_run(&mut table, &run);
        let mut trailer = Dictionary::default();
        trailer.set("Size", Value::Integer(i64::from(self.size)));
        for key in ["Root", "Info"] {
            if let Some(value) = file.trailer.get(key) {
                trailer.set(key, value.clone());
            }
        }
        trailer.set("Prev", Value::Integer(file.newest_section as i64));
        trailer.set("ID", self.identifier(file));
        table.push_str("trailer\n");
        Value::Dictionary(trailer).write(&mut table);
        table.push_str(&format!("\nstartxref\n{section}\n%%EOF\n"));
        self.bytes.extend_from_slice(table.as_bytes());
        self.bytes
    }

    /// The first half names the document for good, the second this revision (ISO 32000-1, 14.4).
    fn identifier(&self, file: &PdfFile<'_>) -> Value {
        let revision = Sha256::digest(&self.bytes)[..16].to_vec();
        let revision = Value::Text(revision, 0..0);
        let permanent = match file.trailer.get("ID") {
            Some(Value::Array(halves)) if halves.len() == 2 => halves[0].clone(),
            _ => revision.clone(),
        };
        Value::Array(vec![permanent, revision])
    }
}

fn write_run(table: &mut String, run: &[(u32, usize)]) {
    let Some((first, _)) = run.first() else {
        return;
    };
    table.push_str(&format!("{first} {}\n", run.len()));
    for (_, offset) in run {
        table.push_str(&format!("{offset:010} 00000 n \n"));
    }
}

/// Fills the reserved blanks of `/ByteRange [0 …]`, which stand right before the gap.
fn write_byte_range(bytes: &mut [u8], gap: &Range<usize>) {
    let after = bytes.len() - gap.end;
    let numbers = format!("{} {} {}", gap.start, gap.end, after);
    let end = gap.start - "] /Contents ".len();
    let start = end - NUMBER_WIDTH * 3;
    bytes[start..start + numbers.len()].copy_from_slice(numbers.as_bytes());
}

/// The object that `key` refers to, with its number.
fn indirect(
    file: &PdfFile<'_>,
    holder: &Dictionary,
    key: &str,
) -> Result<(u32, Dictionary), SealError> {
    match holder.get(key) {
        Some(Value::Reference(number, 0)) => Ok((
            *number,
            file.dictionary(holder, key).map_err(SealError::Pdf)?,
        )),
        _ => Err(SealError::Unsupported("a file without a proper page tree")),
    }
}

fn first_page(file: &PdfFile<'_>, root: &Dictionary) -> Result<(u32, Dictionary), SealError> {
    let (mut number, mut node) = indirect(file, root, "Pages")?;
    for _ in 0..32 {
        if node.name("Type") == Some(b"Page") {
            return Ok((number, node));
        }
        let mut kid = Dictionary::default();
        let first = array(file, &node, "Kids")?.into_iter().next();
        kid.set("Kid", first.unwrap_or(Value::Null));
        (number, node) = indirect(file, &kid, "Kid")?;
    }
    Err(SealError::Unsupported("a file without a proper page tree"))
}

fn array(file: &PdfFile<'_>, holder: &Dictionary, key: &str) -> Result<Vec<Value>, SealError> {
    let value = holder.get(key).unwrap_or(&Value::Null);
    match file.resolve(value).map_err(SealError::Pdf)? {
        Value::Array(values) => Ok(values),
        _ => Ok(Vec::new()),
    }
}

/// A text string's characters; UTF-16 with its mark, or one byte a character.
fn text_of(value: &Value) -> String {
    let Value::Text(bytes, _) = value else {
        return String::new();
    };
    match bytes.strip_prefix(&[0xfe, 0xff]) {
        Some(wide) => {
            let units = wide.chunks_exact(2);
            let units = units.map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            char::decode_utf16(units)
                .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect()
        }
        None => bytes.iter().copied().map(char::from).collect(),
    }
}

/// `D:YYYYMMDDHHmmSS+07'00'`, Vietnam time.
fn pdf_date(instant: Timestamp) -> String {
    let local = Offset::constant(7).to_datetime(instant);
    format!("D:{}+07'00'", local.strftime("%Y%m%d%H%M%S"))
}
