//! Made-up paper: PDFs with text, PDFs that are scans, and pictures of both.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat};
use lopdf::{Document, Object, Stream, dictionary};

use crate::support::{Folder, pool, render, wait};

/// What the made-up page says.
pub const LINES: [&str; 3] = [
    "PHONG KHAO THI",
    "SO HIEU B 012345",
    "NGAY 15 THANG 6 NAM 1998",
];

/// A PDF of `pages` pages of A5 with [`LINES`] in a standard font.
pub fn born_digital_pdf(pages: usize) -> Vec<u8> {
    let mut text = String::from("BT /F1 24 Tf 30 TL 40 500 Td ");
    for line in LINES {
        text.push_str(&format!("({line}) Tj T* "));
    }
    text.push_str("ET");
    let contents = vec![text.into_bytes(); pages];
    let font = dictionary! {
        "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica",
        "Encoding" => "WinAnsiEncoding",
    };
    assemble(contents, |document| {
        let font = document.add_object(font.clone());
        dictionary! { "Font" => dictionary! { "F1" => font } }
    })
}

/// A one-page PDF that is only this image, stored with the filter and dictionary given.
pub fn scanned_pdf(width: u32, height: u32, image: lopdf::Dictionary, samples: Vec<u8>) -> Vec<u8> {
    let (points_wide, points_high) = (f64::from(width) * 0.24, f64::from(height) * 0.24); // 300 dpi
    let place = format!("q {points_wide} 0 0 {points_high} 0 0 cm /I Do Q");
    let mut dictionary = dictionary! {
        "Type" => "XObject", "Subtype" => "Image",
        "Width" => width as i64, "Height" => height as i64, "BitsPerComponent" => 8,
    };
    dictionary.extend(&image);
    assemble_sized(
        vec![place.into_bytes()],
        (points_wide, points_high),
        |document| {
            let image = document.add_object(Stream::new(dictionary.clone(), samples.clone()));
            dictionary! { "XObject" => dictionary! { "I" => image } }
        },
    )
}

fn assemble(
    contents: Vec<Vec<u8>>,
    resources: impl Fn(&mut Document) -> lopdf::Dictionary,
) -> Vec<u8> {
    assemble_sized(contents, (420.0, 595.0), resources)
}

/// A PDF with one page for each content stream.
pub fn assemble_sized(
    contents: Vec<Vec<u8>>,
    (width, height): (f64, f64),
    resources: impl Fn(&mut Document) -> lopdf::Dictionary,
) -> Vec<u8> {
    let mut document = Document::with_version("1.5");
    let pages_id = document.new_object_id();
    let resources = resources(&mut document);
    let resources = document.add_object(resources);
    let mut kids: Vec<Object> = Vec::new();
    for content in contents {
        let content = document.add_object(Stream::new(dictionary! {}, content));
        let page = document.add_object(dictionary! {
            "Type" => "Page", "Parent" => pages_id, "Contents" => content, "Resources" => resources,
            "MediaBox" => vec![0.into(), 0.into(), (width as f32).into(), (height as f32).into()],
        });
        kids.push(page.into());
    }
    let count = kids.len() as i64;
    let pages = dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count };
    document.objects.insert(pages_id, Object::Dictionary(pages));
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages_id });
    document.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

/// A picture of the made-up page at 300 dots per inch, as a scanner would deliver it.
pub fn picture() -> DynamicImage {
    let folder = Folder::new();
    let path = folder.put("page.pdf", &born_digital_pdf(1));
    let jpeg = wait(async { render(&pool(), &path, 1).await }).unwrap();
    image::load_from_memory(&jpeg).unwrap()
}

pub fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}
