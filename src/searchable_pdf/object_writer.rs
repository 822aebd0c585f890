//! A PDF written object by object, each as lopdf writes it: `lopdf::Document` would hold every picture of a
//! long document in memory, here only the one being written is.

use std::io::{self, Write};

use lopdf::{Object, ObjectId, ObjectStream, Stream, StringFormat, Writer, dictionary};

/// Where an object is.
#[derive(Debug, Clone, Copy)]
enum Location {
    /// Reserved, not written yet.
    Nowhere,
    /// At this byte of the file.
    Offset(u64),
    /// In the object stream, at this index.
    Packed(usize),
}

/// Bytes of a row of the cross-reference stream: kind, offset or container, generation or index.
const ROW: [usize; 3] = [1, 5, 2];

/// A file being written.
pub(super) struct ObjectWriter<W> {
    out: W,
    written: u64,
    /// By object number, from 0, which is never used.
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
            locations: vec![Location::Nowhere],
            packed: packed.compression_level(9).build(),
        };
        file.write(b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")?;
        Ok(file)
    }

    /// The number of an object that is written later.
    pub(super) fn reserve(&mut self) -> ObjectId {
        self.locations.push(Location::Nowhere);
        (self.locations.len() as u32 - 1, 0)
    }

    /// Keeps an object that is not a stream for the object stream.
    pub(super) fn set(&mut self, id: ObjectId, object: impl Into<Object>) {
        self.packed.objects.insert(id, object.into());
    }

    /// As [`Self::set`], under a new number.
    pub(super) fn add(&mut self, object: impl Into<Object>) -> ObjectId {
        let id = self.reserve();
        self.set(id, object);
        id
    }

    /// Writes a stream as it is, under a new number.
    pub(super) fn add_stream(&mut self, stream: Stream) -> io::Result<ObjectId> {
        let id = self.reserve();
        self.locations[id.0 as usize] = Location::Offset(self.written);
        let mut bytes = format!("{} 0 obj\n", id.0).into_bytes();
        Writer::write_object(&mut bytes, &Object::Stream(stream))?;
        bytes.extend_from_slice(b"\nendobj\n");
        self.write(&bytes)?;
        Ok(id)
    }

    /// As [`Self::add_stream`], deflated.
    pub(super) fn add_deflated(&mut self, mut stream: Stream) -> io::Result<ObjectId> {
        stream.compress().map_err(io::Error::other)?;
        self.add_stream(stream)
    }

    /// Writes the object stream (ISO 32000-1, 7.5.7), the cross-reference stream (7.5.8) and the end. `id` names
    /// the document and this revision of it.
    pub(super) fn finish(mut self, root: ObjectId, id: Vec<u8>) -> io::Result<W> {
        let members = self.packed.objects.keys().enumerate();
        for (index, member) in members {
            self.locations[member.0 as usize] = Location::Packed(index);
        }
        let stream = self.packed.to_stream_object().map_err(io::Error::other)?;
        let container = self.add_stream(stream)?;
        let start = self.written;
        let size = self.locations.len() + 1;
        let id = Object::String(id, StringFormat::Literal); // half as long as in hexadecimal
        let entries = dictionary! {
            "Type" => "XRef",
            "Size" => size as i64,
            "W" => ROW.map(|width| Object::from(width as i64)).to_vec(),
            "Root" => root,
            "ID" => vec![id.clone(), id],
        };
        self.locations.push(Location::Offset(start));
        let rows = self.locations.iter().flat_map(|l| row(*l, container));
        let mut table = Stream::new(entries, rows.collect());
        self.locations.pop();
        table.compress().map_err(io::Error::other)?;
        self.add_stream(table)?;
        self.write(format!("startxref\n{start}\n%%EOF\n").as_bytes())?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.written += bytes.len() as u64;
        self.out.write_all(bytes)
    }
}

/// The place of an object as a row of the cross-reference stream.
fn row(location: Location, container: ObjectId) -> Vec<u8> {
    let (kind, field, last) = match location {
        Location::Nowhere => (0, 0, u16::MAX), // free for ever
        Location::Offset(offset) => (1, offset, 0),
        Location::Packed(index) => (2, u64::from(container.0), index as u16),
    };
    [&[kind], &field.to_be_bytes()[3..], &last.to_be_bytes()].concat()
}
