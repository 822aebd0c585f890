//! PDF/A-2b (ISO 19005-2) of scanned pages: each picture as it is, and its words invisible over it.

use std::io::{self, Write};

use lopdf::content::{Content, Operation};
use lopdf::{Dictionary, Object, ObjectId, Stream, StringFormat, dictionary};
use sogoc_workers::decode::{Packing, Picture, StoredOrientation};
use sogoc_workers::reading::PageReading;

use super::metadata::About;
use super::object_writer::ObjectWriter;
use super::text_layer::{self, Codes, number};

/// The colour space the pictures are shown in; CC0, from saucecontrol's Compact ICC Profiles.
const PROFILE: &[u8] = include_bytes!("sRGB-v4.icc");
/// One empty glyph; `make_font.py` makes it.
const FONT: &[u8] = include_bytes!("invisible.ttf");
const NAME: &str = "SoGocInvisible";

/// Longest side of a page, in points (ISO 19005-2, 6.1.13).
const LONGEST_SIDE: f64 = 14_400.0;

/// A document being written.
pub(super) struct SearchablePdf<W> {
    file: ObjectWriter<W>,
    codes: Codes,
    tree: ObjectId,
    font: ObjectId,
    pages: Vec<Object>,
}

impl<W: Write> SearchablePdf<W> {
    pub(super) fn begin(out: W) -> io::Result<Self> {
        let mut file = ObjectWriter::begin(out)?;
        Ok(Self {
            tree: file.reserve(),
            font: file.reserve(),
            file,
            codes: Codes::default(),
            pages: Vec::new(),
        })
    }

    /// Adds a page: its picture as it is, and the words invisible over it.
    pub(super) fn add(
        &mut self,
        picture: &Picture,
        bytes: Vec<u8>,
        reading: &PageReading,
    ) -> io::Result<()> {
        let (width, height) = match picture.turn.transpose {
            true => (picture.height, picture.width),
            false => (picture.width, picture.height),
        };
        let (width, height) = (f64::from(width), f64::from(height));
        let scale = points_per_pixel(picture.dpi.unwrap_or(reading.dpi), width.max(height));
        let [[a, b], [c, d], [e, f]] = axes(picture.turn).map(|[x, y]| [x * width, y * height]);
        let mut operations = vec![
            transform([scale, 0.0, 0.0, scale, 0.0, 0.0]),
            Operation::new("q", vec![]),
            transform([a, b, c, d, e, f]),
            Operation::new("Do", vec!["I".into()]),
            Operation::new("Q", vec![]),
        ];
        operations.extend(text_layer::operations(reading, &mut self.codes));
        let content = Content { operations }.encode().map_err(io::Error::other)?;
        let content = self
            .file
            .add_stream(Stream::new(Dictionary::new(), content))?;
        let image = Stream::new(image_entries(picture), bytes);
        let image = self.file.add_stream(image)?;
        let page = dictionary! {
            "Type" => "Page", "Parent" => self.tree, "Contents" => content,
            "MediaBox" => [0.0, 0.0, width * scale, height * scale].map(number).to_vec(),
            "Rotate" => i64::from(reading.rotation.back().degrees()),
            "Resources" => dictionary! {
                "XObject" => dictionary! { "I" => image }, "Font" => dictionary! { "F" => self.font },
            },
        };
        let page = self.file.add(page);
        self.pages.push(page.into());
        Ok(())
    }

    /// Writes what all pages share.
    pub(super) fn finish(mut self, about: &About) -> io::Result<W> {
        self.write_font()?;
        let count = self.pages.len() as i64;
        let kids = std::mem::take(&mut self.pages);
        let tree = dictionary! { "Type" => "Pages", "Count" => count, "Kids" => kids };
        self.file.set(self.tree, tree);
        // Searchers of metadata look for its text, so it is not deflated.
        let entries = dictionary! { "Type" => "Metadata", "Subtype" => "XML" };
        let packet = Stream::new(entries, about.packet().into_bytes()).with_compression(false);
        let metadata = self.file.add_stream(packet)?;
        let profile = Stream::new(dictionary! { "N" => 3 }, PROFILE.to_vec());
        let profile = self.file.add_stream(profile)?;
        let intent = dictionary! {
            "Type" => "OutputIntent", "S" => "GTS_PDFA1", "DestOutputProfile" => profile,
            "OutputConditionIdentifier" => Object::string_literal("sRGB"),
            "Info" => Object::string_literal("sRGB"),
        };
        let mut catalog = dictionary! {
            "Type" => "Catalog", "Pages" => self.tree, "Metadata" => metadata,
            "Lang" => Object::string_literal("vi"), "OutputIntents" => vec![intent.into()],
        };
        if let Some(labels) = about.labels() {
            catalog.set("PageLabels", labels);
        }
        let root = self.file.add(catalog);
        let id = hex::decode(&about.source_sha256).unwrap_or_default();
        self.file.finish(root, id.into_iter().take(16).collect())
    }

    /// The font of the words: one empty glyph under every code in use.
    fn write_font(&mut self) -> io::Result<()> {
        let program = Stream::new(
            dictionary! { "Length1" => FONT.len() as i64 },
            FONT.to_vec(),
        );
        let program = self.file.add_stream(program)?;
        let glyphs = Stream::new(Dictionary::new(), self.codes.glyphs());
        let glyphs = self.file.add_stream(glyphs)?;
        let meanings = Stream::new(Dictionary::new(), self.codes.to_unicode().into_bytes());
        let meanings = self.file.add_stream(meanings)?;
        let descriptor = self.file.add(dictionary! {
            "Type" => "FontDescriptor", "FontName" => NAME, "FontFile2" => program, "Flags" => 5,
            "FontBBox" => vec![0.into(), 0.into(), 500.into(), 1000.into()],
            "ItalicAngle" => 0, "Ascent" => 1000, "Descent" => -1, "CapHeight" => 1000, "StemV" => 80,
        });
        let collection = dictionary! {
            "Registry" => Object::string_literal("Adobe"),
            "Ordering" => Object::string_literal("Identity"), "Supplement" => 0,
        };
        let descendant = self.file.add(dictionary! {
            "Type" => "Font", "Subtype" => "CIDFontType2", "BaseFont" => NAME, "DW" => 500,
            "CIDToGIDMap" => glyphs, "CIDSystemInfo" => collection, "FontDescriptor" => descriptor,
        });
        let font = dictionary! {
            "Type" => "Font", "Subtype" => "Type0", "BaseFont" => NAME, "Encoding" => "Identity-H",
            "DescendantFonts" => vec![descendant.into()], "ToUnicode" => meanings,
        };
        self.file.set(self.font, font);
        Ok(())
    }
}

fn transform(matrix: [f64; 6]) -> Operation {
    Operation::new("cm", matrix.map(number).to_vec())
}

fn points_per_pixel(dpi: u32, longest: f64) -> f64 {
    (72.0 / f64::from(dpi.max(1))).min(LONGEST_SIDE / longest)
}

/// The picture's right, up and origin in parts of the page's sides. A picture's own square has its
/// first row at the top (ISO 32000-1, 8.9.5.1); the turn leads from its samples to the page.
fn axes(turn: StoredOrientation) -> [[f64; 2]; 3] {
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

/// The dictionary of a picture's stream, packed as it is.
fn image_entries(picture: &Picture) -> Dictionary {
    let (width, height) = (i64::from(picture.width), i64::from(picture.height));
    let (bits, channels) = (i64::from(picture.bits), i64::from(picture.channels));
    let colours: Object = match (&picture.palette[..], channels) {
        ([], 1) => "DeviceGray".into(),
        ([], _) => "DeviceRGB".into(),
        (palette, _) => {
            let last = palette.len() as i64 / 3 - 1;
            let palette = Object::String(palette.to_vec(), StringFormat::Hexadecimal);
            vec!["Indexed".into(), "DeviceRGB".into(), last.into(), palette].into()
        }
    };
    let (filter, parameters) = match picture.packing {
        Packing::Jpeg => ("DCTDecode", None),
        Packing::Group4 => {
            let fax = dictionary! { "K" => -1, "Columns" => width, "Rows" => height };
            ("CCITTFaxDecode", Some(fax))
        }
        Packing::PngRows => {
            let rows = dictionary! {
                "Predictor" => 15, "Colors" => channels, "BitsPerComponent" => bits, "Columns" => width,
            };
            ("FlateDecode", Some(rows))
        }
    };
    let mut entries = dictionary! {
        "Type" => "XObject", "Subtype" => "Image", "Width" => width, "Height" => height,
        "ColorSpace" => colours, "BitsPerComponent" => bits, "Filter" => filter,
    };
    if let Some(parameters) = parameters {
        entries.set("DecodeParms", parameters);
    }
    entries
}
