//! Finding objects in a PDF file through its cross-reference chain, newest revision first (ISO 32000-1, 7.5).
//!
//! Only what is asked for is parsed, and all of it is counted by the examination. Nothing here trusts the file, and
//! nothing is repaired: a file whose structure is broken is reported as such.

mod xref_stream;

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::rc::Rc;

use xref_stream::{big_endian, integers, undo_prediction};

use super::examination::{Cost, Examination, Overrun};
use super::pdf_value::{Dictionary, Lexer, Value};

/// Largest file looked at, in bytes.
pub const LARGEST_FILE: usize = 64 << 20;
/// Most revisions of one file.
pub const MOST_REVISIONS: usize = 256;
/// Most bytes one stream may come to.
const LARGEST_STREAM: u64 = 48 << 20;
const LONGEST_PATH: usize = 16;

/// Why a file cannot be read as PDF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PdfDamage {
    /// It does not begin as a PDF does.
    #[error("not a PDF file")]
    NotPdf,
    /// Larger than [`LARGEST_FILE`], or inflated larger than a file may be.
    #[error("too large")]
    TooLarge,
    /// Encrypted files are not looked into.
    #[error("encrypted")]
    Encrypted,
    /// The structure is broken, cut off or circular.
    #[error("broken structure")]
    Broken,
    /// Looking further would cost more than one file may.
    #[error("too complex")]
    TooComplex,
}

impl From<Overrun> for PdfDamage {
    fn from(overrun: Overrun) -> PdfDamage {
        match overrun {
            Overrun(Cost::Inflated) => PdfDamage::TooLarge,
            Overrun(_) => PdfDamage::TooComplex,
        }
    }
}

/// Where the newest cross-reference section says that an object stands.
#[derive(Debug, Clone, Copy)]
enum XrefEntry {
    Free,
    /// Offset in the file, in bytes.
    At(usize),
    /// Place in an object stream.
    Packed {
        stream: u32,
        index: usize,
    },
}

/// A stream that holds objects, decoded once.
struct ObjectStream {
    data: Vec<u8>,
    /// Number of each object and where it begins.
    objects: Vec<(u32, usize)>,
}

/// A PDF file with its cross-reference tables read.
pub struct PdfFile<'a> {
    bytes: &'a [u8],
    exam: &'a Examination,
    places: HashMap<u32, XrefEntry>,
    /// The trailer that stands last in the file: the newest.
    pub trailer: Dictionary,
    /// Offset of the newest cross-reference section.
    pub newest_section: usize,
    /// True when that section is a classic table, false when it is a stream.
    pub classic: bool,
    object_streams: RefCell<HashMap<u32, Rc<ObjectStream>>>,
}

impl<'a> PdfFile<'a> {
    /// Reads the cross-reference chain.
    pub fn open(bytes: &'a [u8], exam: &'a Examination) -> Result<PdfFile<'a>, PdfDamage> {
        if bytes.len() > LARGEST_FILE {
            return Err(PdfDamage::TooLarge);
        }
        if !bytes.starts_with(b"%PDF-") {
            return Err(PdfDamage::NotPdf);
        }
        let newest_section = last_startxref(bytes).ok_or(PdfDamage::Broken)?;
        let mut file = PdfFile {
            bytes,
            exam,
            places: HashMap::new(),
            trailer: Dictionary::default(),
            newest_section,
            classic: true,
            object_streams: RefCell::default(),
        };
        file.follow_chain()?;
        if file.trailer.get("Encrypt").is_some() {
            return Err(PdfDamage::Encrypted);
        }
        Ok(file)
    }

    fn follow_chain(&mut self) -> Result<(), PdfDamage> {
        let mut seen = HashSet::new();
        let mut pending = vec![self.newest_section];
        while let Some(offset) = pending.pop() {
            // A section that was read before closes a circle, which only a forged file has.
            if !seen.insert(offset) || seen.len() > MOST_REVISIONS {
                return Err(PdfDamage::Broken);
            }
            let mut lexer = Lexer::new(self.bytes, offset);
            let classic = lexer.keyword("xref").is_some();
            let trailer = if classic {
                let trailer = self.read_table(&mut lexer);
                self.count(&lexer, offset)?;
                trailer?
            } else {
                self.read_stream_section(offset)?
            };
            // The hybrid section stands last in the stack and is read next: of one revision the stream's entries
            // come before those of older revisions (7.5.8.4).
            let older = ["Prev", "XRefStm"].map(|key| trailer.integer(key));
            for offset in older.into_iter().flatten() {
                pending.push(usize::try_from(offset).map_err(|_| PdfDamage::Broken)?);
            }
            if seen.len() == 1 {
                self.classic = classic;
                self.trailer = trailer;
            }
        }
        Ok(())
    }

    /// Counts what `lexer` read since `start`.
    fn count(&self, lexer: &Lexer<'_>, start: usize) -> Result<(), PdfDamage> {
        self.exam
            .spend(Cost::Syntax, lexer.at.saturating_sub(start))?;
        Ok(self.exam.spend(Cost::Values, lexer.values())?)
    }

    /// One value at `lexer`, which began at `start`.
    fn counted(&self, mut lexer: Lexer<'_>, start: usize) -> Result<Value, PdfDamage> {
        let value = lexer.value();
        self.count(&lexer, start)?;
        value.ok_or(PdfDamage::Broken)
    }

    fn note(&mut self, number: u64, place: XrefEntry) -> Result<(), PdfDamage> {
        let number = u32::try_from(number).map_err(|_| PdfDamage::Broken)?;
        self.exam.spend(Cost::Entries, 1)?;
        // Newest first: the first entry of a number is the one that counts.
        self.places.entry(number).or_insert(place);
        Ok(())
    }

    fn read_table(&mut self, lexer: &mut Lexer<'a>) -> Result<Dictionary, PdfDamage> {
        while lexer.keyword("trailer").is_none() {
            let first = lexer.unsigned().ok_or(PdfDamage::Broken)?;
            let count = lexer.unsigned().ok_or(PdfDamage::Broken)?;
            for step in 0..count {
                let offset = lexer.unsigned().ok_or(PdfDamage::Broken)?;
                lexer.unsigned().ok_or(PdfDamage::Broken)?;
                let number = first.checked_add(step).ok_or(PdfDamage::Broken)?;
                let place = if lexer.keyword("n").is_some() {
                    XrefEntry::At(usize::try_from(offset).map_err(|_| PdfDamage::Broken)?)
                } else {
                    lexer.keyword("f").ok_or(PdfDamage::Broken)?;
                    XrefEntry::Free
                };
                self.note(number, place)?;
            }
        }
        match lexer.value() {
            Some(Value::Dictionary(trailer)) => Ok(trailer),
            _ => Err(PdfDamage::Broken),
        }
    }

    fn read_stream_section(&mut self, offset: usize) -> Result<Dictionary, PdfDamage> {
        let (_, dictionary, data) = self.stream_at(offset)?;
        if dictionary.name("Type") != Some(b"XRef") {
            return Err(PdfDamage::Broken);
        }
        let widths = integers(dictionary.get("W"));
        let [kind, second, third] = widths[..] else {
            return Err(PdfDamage::Broken);
        };
        // Wider numbers do not fit a u64, and without the second field a row would say nothing.
        if widths.iter().any(|&width| width > 8) || second == 0 {
            return Err(PdfDamage::Broken);
        }
        let size = dictionary.integer("Size").unwrap_or(0);
        let mut ranges = integers(dictionary.get("Index"));
        if ranges.is_empty() {
            ranges = vec![0, usize::try_from(size).unwrap_or(0)];
        }
        let mut rows = data.chunks_exact(kind + second + third);
        for range in ranges.chunks_exact(2) {
            for step in 0..range[1] {
                let Some(row) = rows.next() else { break };
                let field = |from: usize, width: usize| big_endian(&row[from..from + width]);
                let word = field(kind, second);
                let place = match if kind == 0 { 1 } else { field(0, kind) } {
                    1 => XrefEntry::At(word),
                    2 => XrefEntry::Packed {
                        stream: u32::try_from(word).map_err(|_| PdfDamage::Broken)?,
                        index: field(kind + second, third),
                    },
                    _ => XrefEntry::Free,
                };
                self.note((range[0] + step) as u64, place)?;
            }
        }
        Ok(dictionary)
    }

    /// The object `number`; null when the file has none.
    pub fn object(&self, number: u32) -> Result<Value, PdfDamage> {
        match self.places.get(&number) {
            None | Some(XrefEntry::Free) => Ok(Value::Null),
            Some(&XrefEntry::At(offset)) => {
                let lexer = self.object_header(offset, number)?;
                self.counted(lexer, offset)
            }
            Some(&XrefEntry::Packed { stream, index }) => self.packed(stream, index, number),
        }
    }

    /// `value` itself, or what it refers to, through a bounded number of references.
    pub fn resolve(&self, value: &Value) -> Result<Value, PdfDamage> {
        let mut value = value.clone();
        for _ in 0..LONGEST_PATH {
            match value {
                Value::Reference(number, _) => value = self.object(number)?,
                other => return Ok(other),
            }
        }
        Err(PdfDamage::Broken)
    }

    /// The dictionary under `key`, references followed; empty when absent.
    pub fn dictionary(&self, holder: &Dictionary, key: &str) -> Result<Dictionary, PdfDamage> {
        match self.resolve(holder.get(key).unwrap_or(&Value::Null))? {
            Value::Dictionary(dictionary) => Ok(dictionary),
            Value::Null => Ok(Dictionary::default()),
            _ => Err(PdfDamage::Broken),
        }
    }

    /// The decoded bytes of the stream `number`.
    pub fn stream(&self, number: u32) -> Result<Vec<u8>, PdfDamage> {
        match self.places.get(&number) {
            // Streams never stand inside object streams (7.5.7), so no other entry can lead to one.
            Some(&XrefEntry::At(offset)) => match self.stream_at(offset)? {
                (found, _, data) if found == u64::from(number) => Ok(data),
                _ => Err(PdfDamage::Broken),
            },
            _ => Err(PdfDamage::Broken),
        }
    }

    fn object_header(&self, offset: usize, number: u32) -> Result<Lexer<'a>, PdfDamage> {
        let mut lexer = Lexer::new(self.bytes, offset);
        let same = lexer.unsigned() == Some(u64::from(number));
        let header = lexer.unsigned().and(lexer.keyword("obj"));
        match header.filter(|()| same) {
            Some(()) => Ok(lexer),
            None => {
                self.count(&lexer, offset)?;
                Err(PdfDamage::Broken)
            }
        }
    }

    fn packed(&self, stream: u32, index: usize, number: u32) -> Result<Value, PdfDamage> {
        let stream = self.object_stream(stream)?;
        match stream.objects.get(index) {
            Some(&(packed, at)) if packed == number => {
                self.counted(Lexer::new(&stream.data, at), at)
            }
            _ => Err(PdfDamage::Broken),
        }
    }

    fn object_stream(&self, number: u32) -> Result<Rc<ObjectStream>, PdfDamage> {
        if let Some(known) = self.object_streams.borrow().get(&number) {
            return Ok(known.clone());
        }
        // An object stream lies in the file itself, never in another one (ISO 32000-1, 7.5.7).
        let Some(&XrefEntry::At(offset)) = self.places.get(&number) else {
            return Err(PdfDamage::Broken);
        };
        let (found, dictionary, data) = self.stream_at(offset)?;
        let first = dictionary.integer("First").map(usize::try_from);
        let (Some(Ok(first)), true) = (first, found == u64::from(number)) else {
            return Err(PdfDamage::Broken);
        };
        let mut objects = Vec::new();
        let mut lexer = Lexer::new(&data, 0);
        while lexer.at < first {
            let Some((number, at)) = lexer.unsigned().zip(lexer.unsigned()) else {
                break;
            };
            self.exam.spend(Cost::Entries, 1)?;
            let number = u32::try_from(number).map_err(|_| PdfDamage::Broken)?;
            let at = usize::try_from(at)
                .ok()
                .and_then(|at| first.checked_add(at));
            objects.push((number, at.ok_or(PdfDamage::Broken)?));
        }
        self.count(&lexer, 0)?;
        let stream = Rc::new(ObjectStream { data, objects });
        let kept = stream.clone();
        self.object_streams.borrow_mut().insert(number, kept);
        Ok(stream)
    }

    /// Object number, dictionary and decoded bytes of the stream at `offset`.
    fn stream_at(&self, offset: usize) -> Result<(u64, Dictionary, Vec<u8>), PdfDamage> {
        let mut lexer = Lexer::new(self.bytes, offset);
        let number = lexer.unsigned().ok_or(PdfDamage::Broken)?;
        let header = lexer.unsigned().and(lexer.keyword("obj"));
        header.ok_or(PdfDamage::Broken)?;
        let value = lexer.value();
        let stream = lexer.keyword("stream");
        self.count(&lexer, offset)?;
        let (Some(Value::Dictionary(dictionary)), Some(())) = (value, stream) else {
            return Err(PdfDamage::Broken);
        };
        let mut start = lexer.at;
        start += usize::from(self.bytes.get(start) == Some(&b'\r'));
        start += usize::from(self.bytes.get(start) == Some(&b'\n'));
        let length = match dictionary.get("Length") {
            Some(Value::Integer(length)) => usize::try_from(*length).ok(),
            _ => None, // an indirect length is not allowed where it would be needed to find itself
        };
        let raw = length
            .and_then(|length| self.bytes.get(start..start.checked_add(length)?))
            .ok_or(PdfDamage::Broken)?;
        let data = match dictionary.name("Filter") {
            None if dictionary.get("Filter").is_none() => {
                self.exam.spend(Cost::Bytes, raw.len())?;
                raw.to_vec()
            }
            Some(b"FlateDecode") => self.inflate(raw)?,
            _ => return Err(PdfDamage::Broken),
        };
        let data = undo_prediction(data, &dictionary)?;
        Ok((number, dictionary, data))
    }

    fn inflate(&self, raw: &[u8]) -> Result<Vec<u8>, PdfDamage> {
        let most = LARGEST_STREAM.min(self.exam.left(Cost::Inflated));
        let mut data = Vec::new();
        let inflated = flate2::read::ZlibDecoder::new(raw)
            .take(most + 1)
            .read_to_end(&mut data);
        self.exam.spend(Cost::Inflated, data.len())?;
        if data.len() as u64 > most {
            return Err(PdfDamage::TooLarge);
        }
        inflated.map(|_| data).map_err(|_| PdfDamage::Broken)
    }
}

/// The offset after the last `startxref`, which must stand in the file's last 2 KiB.
fn last_startxref(bytes: &[u8]) -> Option<usize> {
    let word = b"startxref";
    let tail = bytes.len().saturating_sub(2048);
    let at = bytes[tail..]
        .windows(word.len())
        .rposition(|window| window == word)?;
    let offset = Lexer::new(bytes, tail + at + word.len()).unsigned()?;
    usize::try_from(offset).ok()
}
