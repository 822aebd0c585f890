//! PDF files made to stall or end whoever verifies them: each small, each with what a signature check follows.

mod evidence;
mod structure;

use std::io::Write;

use sha2::{Digest, Sha256};

use evidence::{
    bomb_in_dss, carries, carries_attributes, dss_of_lists, dss_refers_many_times,
    many_objects_in_dss, many_objects_packed, stamps,
};
use structure::{
    byte_range_huge, cross_reference_loop, fields, fields_share_one_array, filters, kids_deep,
    length_lies, names_tree, object_stream_in_itself, revisions, streams_overlap, table_read_again,
    white_space,
};

/// What makes a file.
type Make = fn() -> Vec<u8>;

/// Name and maker of each.
pub const ALL: [(&str, Make); 25] = [
    ("dss_refers_199000_times", || dss_refers_many_times(199_000)),
    ("dss_refers_9000_times", || dss_refers_many_times(9_000)),
    ("many_objects_packed", many_objects_packed),
    ("many_objects_in_dss", many_objects_in_dss),
    ("carries_200_certificates", || carries(200)),
    ("carries_5000_certificates", || carries(5_000)),
    ("carries_5000_attributes", || carries_attributes(5_000)),
    ("dss_of_3000_lists", || dss_of_lists(3_000)),
    ("fields_10000", || fields(10_000)),
    ("fields_2000_of_one_array", fields_share_one_array),
    ("kids_deep", || kids_deep(5_000)),
    ("nested_deep", || {
        catalog(&format!("/X {}", "[<< /A ".repeat(500_000)))
    }),
    ("object_stream_in_itself", object_stream_in_itself),
    ("cross_reference_loop", cross_reference_loop),
    ("revisions_5000", || revisions(5_000)),
    ("table_read_250_times", || table_read_again(250)),
    ("length_lies", length_lies),
    ("streams_overlap", streams_overlap),
    ("filters_100", || filters(100)),
    ("bomb_in_dss", || bomb_in_dss(1)),
    ("bombs_20_in_dss", || bomb_in_dss(20)),
    ("byte_range_huge", byte_range_huge),
    ("white_space_between_objects", white_space),
    ("names_tree_deep", names_tree),
    ("stamps_64", || stamps(63)),
];

/// The hostile file of that name in the table above.
pub fn named(name: &str) -> Vec<u8> {
    let (_, make) = ALL.iter().find(|(own, _)| *own == name).unwrap();
    make()
}

/// A file in the making: objects, then a table of where they are.
struct Pdf {
    bytes: Vec<u8>,
    places: Vec<(u32, usize)>,
}

impl Pdf {
    fn new() -> Self {
        Self {
            bytes: b"%PDF-1.7\n".to_vec(),
            places: Vec::new(),
        }
    }

    fn object(&mut self, number: u32, body: &str) {
        self.places.push((number, self.bytes.len()));
        let object = format!("{number} 0 obj\n{body}\nendobj\n");
        self.bytes.extend(object.bytes());
    }

    fn stream(&mut self, number: u32, entries: &str, data: &[u8]) {
        self.places.push((number, self.bytes.len()));
        let head = format!(
            "{number} 0 obj\n<< {entries} /Length {} >>\nstream\n",
            data.len()
        );
        self.bytes.extend(head.bytes());
        self.bytes.extend(data);
        self.bytes.extend(b"\nendstream\nendobj\n");
    }

    /// Ends with a classic table.
    fn finish(mut self) -> Vec<u8> {
        let section = self.bytes.len();
        let mut table = String::from("xref\n0 1\n0000000000 65535 f \n");
        for (number, offset) in &self.places {
            table.push_str(&format!("{number} 1\n{offset:010} 00000 n \n"));
        }
        table.push_str(&format!(
            "trailer\n<< /Size 1000000 /Root 1 0 R >>\nstartxref\n{section}\n%%EOF\n"
        ));
        self.bytes.extend(table.bytes());
        self.bytes
    }

    /// Ends with a cross-reference stream that also holds `packed`: number, object stream, index.
    fn finish_as_stream(mut self, packed: &[(u32, u32, u32)]) -> Vec<u8> {
        let section = self.bytes.len();
        let mut rows: Vec<(u32, [u32; 3])> = Vec::new();
        for (number, offset) in &self.places {
            rows.push((*number, [1, *offset as u32, 0]));
        }
        for (number, stream, index) in packed {
            rows.push((*number, [2, *stream, *index]));
        }
        rows.sort_unstable();
        let (mut data, mut index) = (Vec::new(), String::new());
        for (number, row) in rows {
            index.push_str(&format!("{number} 1 "));
            data.extend(row.iter().flat_map(|field| field.to_be_bytes()));
        }
        let entries = format!("/Type /XRef /W [4 4 4] /Index [{index}] /Size 1000000 /Root 1 0 R");
        self.stream(999_999, &entries, &data);
        let tail = format!("startxref\n{section}\n%%EOF\n");
        self.bytes.extend(tail.bytes());
        self.bytes
    }
}

/// A file that is signed as far as its byte range tells: `fill` adds objects from 10 on, `root` entries of the catalogue.
fn signed(root: &str, contents: &[u8], fill: impl FnOnce(&mut Pdf)) -> Vec<u8> {
    let gap = contents.len();
    signed_by(root, gap, |_| contents.to_vec(), fill)
}

/// The same, the signature made over the digest of the rest.
fn signed_by(
    root: &str,
    room: usize,
    sign: impl FnOnce([u8; 32]) -> Vec<u8>,
    fill: impl FnOnce(&mut Pdf),
) -> Vec<u8> {
    let mut pdf = Pdf::new();
    pdf.object(
        1,
        &format!("<< /Type /Catalog /AcroForm << /Fields [2 0 R] >> {root} >>"),
    );
    pdf.object(2, "<< /FT /Sig /T (a) /V 3 0 R >>");
    let head = "<< /Type /Sig /SubFilter /adbe.pkcs7.detached /ByteRange [";
    let range = " ".repeat(40);
    let body = format!("{head}{range}] /Contents <{}> >>", "0".repeat(room * 2));
    let range_at = pdf.bytes.len() + "3 0 obj\n".len() + head.len();
    pdf.object(3, &body);
    fill(&mut pdf);
    let mut bytes = pdf.finish();
    let start = range_at + range.len() + "] /Contents ".len();
    let end = start + room * 2 + 2;
    let numbers = format!("0 {start} {end} {}", bytes.len() - end);
    bytes[range_at..range_at + numbers.len()].copy_from_slice(numbers.as_bytes());
    let mut hash = Sha256::new();
    hash.update(&bytes[..start]);
    hash.update(&bytes[end..]);
    let signature = hex::encode(sign(hash.finalize().into()));
    bytes[start + 1..start + 1 + signature.len()].copy_from_slice(signature.as_bytes());
    bytes
}

fn catalog(entries: &str) -> Vec<u8> {
    let mut pdf = Pdf::new();
    pdf.object(1, &format!("<< /Type /Catalog {entries} >>"));
    pdf.finish()
}

fn deflated(data: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(data).unwrap();
    packer.finish().unwrap()
}
