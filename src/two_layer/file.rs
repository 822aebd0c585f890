//! PDF/A-2b (ISO 19005-2) written object by object, so that a long document is never held in memory.
//! Whatever is not a stream goes into one stream of objects at the end: of a fax page of a few
//! kilobytes the frame would otherwise be a tenth.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use sogoc_workers::decode::{Packing, Picture, Turn};
use sogoc_workers::reading::PageReading;

use super::words::{self, Codes};
use crate::alto::escaped;

/// A colour space for the eye that looks at the file; CC0, from saucecontrol's Compact ICC Profiles.
const PROFILE: &[u8] = include_bytes!("sRGB-v4.icc");
/// One empty glyph; `make_font.py` makes it.
const FONT: &[u8] = include_bytes!("invisible.ttf");

const CATALOG: usize = 1;
const PAGES: usize = 2;
const METADATA: usize = 3;
const INTENT: usize = 4;
const TYPE0: usize = 5;
const DESCENDANT: usize = 6;
const DESCRIPTOR: usize = 7;
const FONT_FILE: usize = 8;
const TO_UNICODE: usize = 9;
const GLYPHS: usize = 10;
const FIRST_PAGE: usize = 11;
/// Page, content, picture.
const PER_PAGE: usize = 3;

/// Longest side of a page, in points (ISO 19005-2, 6.1.13).
const LONGEST_SIDE: f64 = 14_400.0;

/// What a file says of itself.
pub(super) struct About {
    /// Name of the scan as delivered.
    pub title: String,
    /// Digest of the master, lower-case hex.
    pub source_sha256: String,
    /// When it is made, RFC 3339 UTC.
    pub made_at: String,
    /// The number of each page in the scan.
    pub pages: Vec<i64>,
    /// What it leaves out, in Vietnamese and in English.
    pub left_out: Option<(String, String)>,
}

/// Where an object is.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// At this byte.
    Byte(u64),
    /// In the stream of objects, at this place.
    Packed(usize),
}

/// A file being written.
pub(super) struct TwoLayerFile<W> {
    out: W,
    at: u64,
    /// Where each object is; its number is its place here, from 1.
    places: Vec<Place>,
    /// Objects that are not streams, by number.
    small: Vec<(usize, String)>,
    codes: Codes,
    pages: usize,
}

impl<W: Write> TwoLayerFile<W> {
    pub(super) fn begin(out: W) -> io::Result<Self> {
        let mut file = Self {
            out,
            at: 0,
            places: vec![Place::Byte(0); FIRST_PAGE - 1],
            small: Vec::new(),
            codes: Codes::default(),
            pages: 0,
        };
        file.write(b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")?;
        Ok(file)
    }

    /// Adds a page: its picture as it is, and the words unseen upon it.
    pub(super) fn add(
        &mut self,
        picture: &Picture,
        bytes: &[u8],
        reading: &PageReading,
    ) -> io::Result<()> {
        let page = FIRST_PAGE + PER_PAGE * self.pages;
        let (width, height) = match picture.turn.transpose {
            true => (picture.height, picture.width),
            false => (picture.width, picture.height),
        };
        let (width, height) = (f64::from(width), f64::from(height));
        let scale = points_per_pixel(picture.dpi.unwrap_or(reading.dpi), width.max(height));
        let rotate = (360 - i32::from(reading.rotation) % 360) % 360;
        self.object(
            page,
            format!(
                "<</Type/Page/Parent {PAGES} 0 R/MediaBox[0 0 {:.3} {:.3}]/Rotate {rotate}/Contents {} 0 R\
                 /Resources<</XObject<</I {} 0 R>>/Font<</F {TYPE0} 0 R>>>>>>",
                width * scale,
                height * scale,
                page + 1,
                page + 2
            ),
        );
        let words = words::content(reading, &mut self.codes);
        let placed = placed(picture.turn).map(|[x, y]| [x * width, y * height]);
        let [[a, b], [c, d], [e, f]] = placed;
        let content = format!(
            "{scale:.6} 0 0 {scale:.6} 0 0 cm\nq {a} {b} {c} {d} {e} {f} cm/I Do Q\n{words}"
        );
        self.stream(
            page + 1,
            "/Filter/FlateDecode",
            &deflated(content.as_bytes())?,
        )?;
        self.stream(page + 2, &image_entries(picture), bytes)?;
        self.pages += 1;
        Ok(())
    }

    /// Writes what all pages share, and the table of objects.
    pub(super) fn finish(mut self, about: &About) -> io::Result<W> {
        self.object(
            CATALOG,
            format!(
                "<</Type/Catalog/Pages {PAGES} 0 R/Lang(vi)/Metadata {METADATA} 0 R/OutputIntents[<</Type/OutputIntent\
                 /S/GTS_PDFA1/OutputConditionIdentifier(sRGB)/Info(sRGB)/DestOutputProfile {INTENT} 0 R>>]{}>>",
                labels(&about.pages)
            ),
        );
        let kids: Vec<String> = (0..self.pages)
            .map(|page| format!("{} 0 R", FIRST_PAGE + PER_PAGE * page))
            .collect();
        let count = self.pages;
        self.object(
            PAGES,
            format!("<</Type/Pages/Count {count}/Kids[{}]>>", kids.join(" ")),
        );
        // Searchers of metadata look for its text, so it is not deflated.
        self.stream(
            METADATA,
            "/Type/Metadata/Subtype/XML",
            packet(about).as_bytes(),
        )?;
        self.stream(INTENT, "/N 3/Filter/FlateDecode", &deflated(PROFILE)?)?;
        self.font()?;
        let packed = self.pack_small()?;
        self.table(packed, &about.source_sha256)?;
        self.out.flush()?;
        Ok(self.out)
    }

    /// The stream of objects (ISO 32000-1, 7.5.7); its number.
    fn pack_small(&mut self) -> io::Result<usize> {
        let number = self.places.len() + 1;
        let (mut head, mut bodies) = (String::new(), String::new());
        let small = std::mem::take(&mut self.small);
        for (at, (object, body)) in small.iter().enumerate() {
            head += &format!("{object} {} ", bodies.len());
            bodies += body;
            bodies.push('\n');
            self.locate(*object, Place::Packed(at));
        }
        let entries = format!(
            "/Type/ObjStm/N {}/First {}/Filter/FlateDecode",
            small.len(),
            head.len()
        );
        self.stream(number, &entries, &deflated((head + &bodies).as_bytes())?)?;
        Ok(number)
    }

    /// The table of objects as a stream (ISO 32000-1, 7.5.8), and the end of the file.
    fn table(&mut self, packed: usize, source_sha256: &str) -> io::Result<()> {
        let start = self.at;
        let number = self.places.len() + 1;
        self.locate(number, Place::Byte(start));
        let mut rows = vec![0, 0, 0, 0, 0, 0, 0xFF, 0xFF]; // number 0 is free for ever
        for place in &self.places {
            let (kind, field, last) = match *place {
                Place::Byte(at) => (1, at, 0),
                Place::Packed(at) => (2, packed as u64, at as u64),
            };
            rows.push(kind);
            rows.extend_from_slice(&field.to_be_bytes()[3..]);
            rows.extend_from_slice(&last.to_be_bytes()[6..]);
        }
        let id = source_sha256.get(..32).unwrap_or_default();
        let entries = format!(
            "/Type/XRef/Size {}/W[1 5 2]/Root {CATALOG} 0 R/ID[<{id}><{id}>]/Filter/FlateDecode",
            number + 1
        );
        self.stream(number, &entries, &deflated(&rows)?)?;
        self.write(format!("startxref\n{start}\n%%EOF\n").as_bytes())
    }

    fn font(&mut self) -> io::Result<()> {
        self.object(
            TYPE0,
            format!(
                "<</Type/Font/Subtype/Type0/BaseFont/SoGocInvisible/Encoding/Identity-H\
                 /DescendantFonts[{DESCENDANT} 0 R]/ToUnicode {TO_UNICODE} 0 R>>"
            ),
        );
        self.object(
            DESCENDANT,
            format!(
                "<</Type/Font/Subtype/CIDFontType2/BaseFont/SoGocInvisible/DW 500/CIDToGIDMap {GLYPHS} 0 R\
                 /CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor {DESCRIPTOR} 0 R>>"
            ),
        );
        self.object(
            DESCRIPTOR,
            format!(
                "<</Type/FontDescriptor/FontName/SoGocInvisible/Flags 5/FontBBox[0 0 500 1000]/ItalicAngle 0\
                 /Ascent 1000/Descent -1/CapHeight 1000/StemV 80/FontFile2 {FONT_FILE} 0 R>>"
            ),
        );
        let length = FONT.len();
        self.stream(
            FONT_FILE,
            &format!("/Length1 {length}/Filter/FlateDecode"),
            &deflated(FONT)?,
        )?;
        let meanings = deflated(self.codes.to_unicode().as_bytes())?;
        self.stream(TO_UNICODE, "/Filter/FlateDecode", &meanings)?;
        let glyphs = deflated(&self.codes.glyphs())?;
        self.stream(GLYPHS, "/Filter/FlateDecode", &glyphs)
    }

    fn object(&mut self, number: usize, body: String) {
        self.small.push((number, body));
    }

    fn stream(&mut self, number: usize, entries: &str, data: &[u8]) -> io::Result<()> {
        self.locate(number, Place::Byte(self.at));
        let head = format!(
            "{number} 0 obj\n<<{entries}/Length {}>>\nstream\n",
            data.len()
        );
        self.write(head.as_bytes())?;
        self.write(data)?;
        self.write(b"\nendstream\nendobj\n")
    }

    fn locate(&mut self, number: usize, place: Place) {
        if self.places.len() < number {
            self.places.resize(number, Place::Byte(0));
        }
        self.places[number - 1] = place;
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.at += bytes.len() as u64;
        self.out.write_all(bytes)
    }
}

fn points_per_pixel(dpi: u32, longest: f64) -> f64 {
    (72.0 / f64::from(dpi.max(1))).min(LONGEST_SIDE / longest)
}

/// The picture's right, up and origin in parts of the page's sides. A picture's own square has its
/// first row at the top (ISO 32000-1, 8.9.5.1); the turn leads from its samples to the page.
fn placed(turn: Turn) -> [[f64; 2]; 3] {
    let on_page = |right: f64, up: f64| {
        let (column, row) = (right, 1.0 - up);
        let (mut x, mut y) = match turn.transpose {
            true => (row, column),
            false => (column, row),
        };
        if turn.mirror_x {
            x = 1.0 - x;
        }
        if turn.mirror_y {
            y = 1.0 - y;
        }
        [x, 1.0 - y]
    };
    let origin = on_page(0.0, 0.0);
    let from_origin = |[x, y]: [f64; 2]| [x - origin[0], y - origin[1]];
    [
        from_origin(on_page(1.0, 0.0)),
        from_origin(on_page(0.0, 1.0)),
        origin,
    ]
}

fn image_entries(picture: &Picture) -> String {
    let (width, height, bits) = (picture.width, picture.height, picture.bits);
    let colours = match (&picture.palette[..], picture.channels) {
        ([], 1) => "/DeviceGray".to_owned(),
        ([], _) => "/DeviceRGB".to_owned(),
        (palette, _) => {
            let last = palette.len() / 3 - 1;
            format!("[/Indexed/DeviceRGB {last}<{}>]", hex::encode(palette))
        }
    };
    let channels = picture.channels;
    let filter = match picture.packing {
        Packing::Jpeg => "/Filter/DCTDecode".to_owned(),
        Packing::Group4 => {
            format!("/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns {width}/Rows {height}>>")
        }
        Packing::PngRows => format!(
            "/Filter/FlateDecode/DecodeParms<</Predictor 15/Colors {channels}/BitsPerComponent {bits}/Columns {width}>>"
        ),
    };
    format!(
        "/Type/XObject/Subtype/Image/Width {width}/Height {height}/ColorSpace{colours}/BitsPerComponent {bits}{filter}"
    )
}

fn deflated(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// The metadata (ISO 16684-1): the claim to be PDF/A-2b, and whose picture it is.
/// Page labels (ISO 32000-1, 12.4.2): a reader shows each page under its number in the scan. Pages counted
/// from 1 without a gap need none.
fn labels(pages: &[i64]) -> String {
    if pages.iter().zip(1..).all(|(number, at)| *number == at) {
        return String::new();
    }
    let starts = pages.iter().enumerate();
    let starts = starts.filter(|(at, number)| *at == 0 || pages[at - 1] + 1 != **number);
    let ranges: String = starts
        .map(|(at, number)| format!("{at}<</S/D/St {number}>>"))
        .collect();
    format!("/PageLabels<</Nums[{ranges}]>>")
}

/// What is left out, as the description of the file.
fn description(about: &About) -> String {
    let Some((vi, en)) = &about.left_out else {
        return String::new();
    };
    let (vi, en) = (escaped(vi), escaped(en));
    format!(
        "<dc:description><rdf:Alt><rdf:li xml:lang=\"x-default\">{vi}</rdf:li>\
         <rdf:li xml:lang=\"en\">{en}</rdf:li></rdf:Alt></dc:description>"
    )
}

fn packet(about: &About) -> String {
    let title = escaped(&about.title);
    let description = description(about);
    let (source, time) = (&about.source_sha256, &about.made_at);
    format!(
        "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\
<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\
<rdf:Description rdf:about=\"\" xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\">\
<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>\
<dc:source>urn:sha256:{source}</dc:source>\
<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">{title}</rdf:li></rdf:Alt></dc:title>{description}\
<xmp:CreateDate>{time}</xmp:CreateDate>\
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end=\"r\"?>"
    )
}
