//! An incremental update of a PDF: new and changed objects behind the old bytes, which stay as they are
//! (ISO 32000-1, 7.5.6). The same input always gives the same bytes.

use std::collections::BTreeMap;
use std::ops::Range;

use sha2::{Digest, Sha256};

use super::SealError;
use super::examination::{Cost, Examination};
use super::pdf_file::PdfFile;
use super::pdf_value::{Dictionary, Value};

/// Width of each ByteRange number as first written; padded with spaces so that offsets do not move.
const NUMBER_WIDTH: usize = 10;
/// `/SigFlags`: signatures exist; the file may only be changed by appending.
const SIGNED_APPEND_ONLY: i64 = 3;

/// An update in the making.
pub struct IncrementalUpdate {
    bytes: Vec<u8>,
    offsets: BTreeMap<u32, usize>,
    /// The next free object number.
    next: u32,
}

impl IncrementalUpdate {
    /// Begins behind the end of `pdf`.
    pub fn new(
        pdf: &[u8],
        file: &PdfFile<'_>,
        exam: &Examination,
    ) -> Result<IncrementalUpdate, SealError> {
        // Copied, hashed for its identifier, and written out.
        exam.spend(Cost::Bytes, pdf.len().saturating_mul(2))
            .map_err(|overrun| SealError::Pdf(overrun.into()))?;
        // Only what this program composed is sealed, and that has a classic table.
        if !file.classic {
            return Err(SealError::Unsupported(
                "cross-reference streams in the file to seal",
            ));
        }
        let next = first_free(file).ok_or(SealError::Unsupported("a trailer without a size"))?;
        let mut bytes = pdf.to_vec();
        // An object must begin on a line of its own, and the signed bytes before it may not be touched.
        if !bytes.ends_with(b"\n") {
            bytes.push(b'\n');
        }
        Ok(IncrementalUpdate {
            bytes,
            offsets: BTreeMap::new(),
            next,
        })
    }

    /// The number of a new object.
    pub fn allocate(&mut self) -> u32 {
        self.next += 1;
        self.next - 1
    }

    /// Writes object `number` and notes where it begins.
    pub fn write(&mut self, number: u32, body: &str) {
        self.offsets.insert(number, self.bytes.len());
        let object = format!("{number} 0 obj\n{body}\nendobj\n");
        self.bytes.extend_from_slice(object.as_bytes());
    }

    /// Writes object `number` as `value`.
    pub fn write_value(&mut self, number: u32, value: &Value) {
        let mut body = String::new();
        value.write(&mut body);
        self.write(number, &body);
    }

    /// Writes a new stream of `data`, as it is; gives its number.
    pub fn write_stream(&mut self, data: &[u8]) -> u32 {
        let number = self.allocate();
        self.offsets.insert(number, self.bytes.len());
        let head = format!("{number} 0 obj\n<< /Length {} >>\nstream\n", data.len());
        self.bytes.extend_from_slice(head.as_bytes());
        self.bytes.extend_from_slice(data);
        self.bytes.extend_from_slice(b"\nendstream\nendobj\n");
        number
    }

    /// Enters the field `number`, which is also a widget on page 1, in form and page. `root` is written by the caller.
    pub fn enter_field(
        &mut self,
        file: &PdfFile<'_>,
        root: &mut Dictionary,
        number: u32,
        name: &str,
    ) -> Result<u32, SealError> {
        let (page_number, mut page) = first_page(file, root)?;
        let mut form = file.dictionary(root, "AcroForm").map_err(SealError::Pdf)?;
        let mut fields = array(file, &form, "Fields")?;
        for field in &fields {
            let field = file.resolve(field).map_err(SealError::Pdf)?;
            let Value::Dictionary(field) = field else {
                continue;
            };
            if field.get("T").map(text_of).as_deref() == Some(name) {
                return Err(SealError::FieldExists);
            }
        }
        fields.push(Value::Reference(number, 0));
        form.set("Fields", Value::Array(fields));
        form.set("SigFlags", Value::Integer(SIGNED_APPEND_ONLY));
        root.set("AcroForm", Value::Dictionary(form));
        let mut annotations = array(file, &page, "Annots")?;
        annotations.push(Value::Reference(number, 0));
        page.set("Annots", Value::Array(annotations));
        self.write_value(page_number, &Value::Dictionary(page));
        Ok(page_number)
    }

    /// Writes the signature `number`: its `entries`, the byte range yet to fill in, and a gap of `room` bytes, whose
    /// place it gives.
    pub fn write_signature(&mut self, number: u32, entries: &str, room: usize) -> Range<usize> {
        // Ten digits hold any offset below 10 GB, far beyond the largest file that is looked at.
        let numbers = " ".repeat(NUMBER_WIDTH * 3);
        let head = format!("<< {entries} /ByteRange [0 {numbers}] /Contents ");
        let body = format!("{head}<{}> >>", "0".repeat(room * 2));
        let opening = format!("{number} 0 obj\n").len();
        let start = self.bytes.len() + opening + head.len();
        self.write(number, &body);
        start..start + room * 2 + 2
    }

    /// Cross-reference table of the update, trailer and end.
    pub fn finish(mut self, file: &PdfFile<'_>) -> Vec<u8> {
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
        trailer.set("Size", Value::Integer(i64::from(self.next)));
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

/// The first object number the file does not use.
pub fn first_free(file: &PdfFile<'_>) -> Option<u32> {
    let size = u32::try_from(file.trailer.integer("Size")?).ok()?;
    (size < u32::MAX - 10_000).then_some(size)
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
pub fn write_byte_range(bytes: &mut [u8], gap: &Range<usize>) {
    let after = bytes.len() - gap.end;
    let numbers = format!("{} {} {}", gap.start, gap.end, after);
    let end = gap.start - "] /Contents ".len();
    let start = end - NUMBER_WIDTH * 3;
    bytes[start..start + numbers.len()].copy_from_slice(numbers.as_bytes());
}

/// The object that `key` refers to, with its number.
pub fn indirect(
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

pub fn array(file: &PdfFile<'_>, holder: &Dictionary, key: &str) -> Result<Vec<Value>, SealError> {
    let value = holder.get(key).unwrap_or(&Value::Null);
    match file.resolve(value).map_err(SealError::Pdf)? {
        Value::Array(values) => Ok(values),
        _ => Ok(Vec::new()),
    }
}

/// A text string's characters; UTF-16 with its mark, or one byte a character.
pub fn text_of(value: &Value) -> String {
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
