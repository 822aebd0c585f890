//! A PDF written object by object, each as lopdf serialises it: `lopdf::Document` would hold every picture of a
//! long document in memory, here only the one being written is.

use std::io::{self, Write};

use lopdf::{Dictionary, Object, ObjectId, ObjectStream, Stream, StringFormat, Writer, dictionary};

/// Where an object is: at this byte of the file, or in the object stream.
enum Location {
    Offset(u64),
    Packed,
}

/// A file being written.
pub(super) struct ObjectWriter<W> {
    out: W,
    written: u64,
    /// By object number, from 1.
    locations: Vec<Location>,
    /// Objects that are not streams: one by one they would be a tenth of a fax page of a few kilobytes.
    packed: ObjectStream,
}

impl<W: Write> ObjectWriter<W> {
    pub(super) fn begin(out: W) -> io::Result<Self> {
        let packed = ObjectStream::builder().max_objects(usize::MAX);
        let mut file = Self {
            out,
            written: 0,
            locations: Vec::new(),
            packed: packed.compression_level(9).build(),
        };
        file.write(b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")?;
        Ok(file)
    }

    /// The number of a dictionary that is [`set`](Self::set) later.
    pub(super) fn reserve(&mut self) -> ObjectId {
        self.locations.push(Location::Packed);
        (self.locations.len() as u32, 0)
    }

    pub(super) fn set(&mut self, id: ObjectId, entries: Dictionary) {
        self.packed.objects.insert(id, entries.into());
    }

    pub(super) fn add(&mut self, entries: Dictionary) -> ObjectId {
        let id = self.reserve();
        self.set(id, entries);
        id
    }

    /// Writes a stream, deflated unless it has a filter or must not be compressed.
    pub(super) fn add_stream(&mut self, mut stream: Stream) -> io::Result<ObjectId> {
        if stream.allows_compression {
            stream.compress().map_err(io::Error::other)?;
        }
        self.locations.push(Location::Offset(self.written));
        let number = self.locations.len() as u32;
        let mut bytes = format!("{number} 0 obj\n").into_bytes();
        Writer::write_object(&mut bytes, &stream.into())?;
        bytes.extend_from_slice(b"\nendobj\n");
        self.write(&bytes)?;
        Ok((number, 0))
    }

    /// Writes the object stream (ISO 32000-1, 7.5.7), the cross-reference stream (7.5.8) and the end. `id` names
    /// the document and this revision of it.
    pub(super) fn finish(mut self, root: ObjectId, id: Vec<u8>) -> io::Result<W> {
        let stream = self.packed.to_stream_object().map_err(io::Error::other)?;
        let (container, _) = self.add_stream(stream)?;
        let start = self.written;
        let rows = self.rows(container);
        let id = Object::String(id, StringFormat::Literal); // half as long as in hexadecimal
        let entries = dictionary! {
            "Type" => "XRef", "Size" => (rows.len() / ROW) as i64, "Root" => root,
            "W" => vec![1.into(), 5.into(), 2.into()],
            "ID" => vec![id.clone(), id],
        };
        self.add_stream(Stream::new(entries, rows))?;
        self.write(format!("startxref\n{start}\n%%EOF\n").as_bytes())?;
        self.out.flush()?;
        Ok(self.out)
    }

    /// The rows of the cross-reference stream, its own the last; lopdf's have offsets of 32 bits only.
    fn rows(&self, container: u32) -> Vec<u8> {
        let mut rows = row(0, 0, u16::MAX).to_vec(); // number 0 is always free
        let mut packed = 0..;
        for location in &self.locations {
            rows.extend(match location {
                Location::Offset(offset) => row(1, *offset, 0),
                // In the order of their numbers, as lopdf packs them.
                Location::Packed => row(2, container.into(), packed.next().unwrap_or(u16::MAX)),
            });
        }
        rows.extend(row(1, self.written, 0));
        rows
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.written += bytes.len() as u64;
        self.out.write_all(bytes)
    }
}

/// Bytes of a row.
const ROW: usize = 8;

/// Kind; offset or container; generation or index.
fn row(kind: u8, field: u64, last: u16) -> [u8; ROW] {
    let ([.., a, b, c, d, e], [f, g]) = (field.to_be_bytes(), last.to_be_bytes());
    [kind, a, b, c, d, e, f, g]
}
