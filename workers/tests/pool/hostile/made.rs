//! Files made to do harm, built from small sound ones.

use image::{DynamicImage, ImageFormat};
use lopdf::dictionary;

use crate::paper::{assemble_sized, encoded, scanned_pdf};

pub fn huge_png() -> Vec<u8> {
    let mut bytes = encoded(&DynamicImage::new_luma8(1, 1), ImageFormat::Png);
    bytes[16..20].copy_from_slice(&100_000u32.to_be_bytes());
    bytes[20..24].copy_from_slice(&100_000u32.to_be_bytes());
    bytes
}

pub fn no_pixels(png: &[u8]) -> Vec<u8> {
    let mut bytes = png.to_vec();
    bytes[16..20].copy_from_slice(&0u32.to_be_bytes());
    bytes
}

pub fn huge_jpeg() -> Vec<u8> {
    let mut bytes = encoded(&DynamicImage::new_luma8(16, 16), ImageFormat::Jpeg);
    let frame = bytes
        .windows(2)
        .position(|pair| pair == [0xFF, 0xC0])
        .unwrap();
    bytes[frame + 5..frame + 9].copy_from_slice(&[0xFF; 4]);
    bytes
}

pub fn damaged(mut png: Vec<u8>) -> Vec<u8> {
    let middle = png.len() / 2;
    png[middle] ^= 0x55;
    png
}

pub fn looping_tiff(mut tiff: Vec<u8>) -> Vec<u8> {
    let directory = u32::from_le_bytes(tiff[4..8].try_into().unwrap()) as usize;
    let entries = u16::from_le_bytes(tiff[directory..directory + 2].try_into().unwrap());
    let next = directory + 2 + 12 * usize::from(entries);
    tiff.copy_within(4..8, next);
    tiff
}

pub fn huge_sheet() -> Vec<u8> {
    assemble_sized(
        vec![b"0 0 9 9 re f".to_vec()],
        (14_000.0, 14_000.0),
        |_| dictionary! {},
    )
}

pub fn huge_scan() -> Vec<u8> {
    scanned_pdf(
        90_000,
        90_000,
        dictionary! { "ColorSpace" => "DeviceGray" },
        vec![0; 64],
    )
}

/// A small image whose stream swells to four gigabytes.
pub fn flate_bomb() -> Vec<u8> {
    use std::io::Write;
    let mut stream = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    let zeros = vec![0; 1 << 20];
    for _ in 0..4096 {
        stream.write_all(&zeros).unwrap();
    }
    let image = dictionary! { "ColorSpace" => "DeviceGray", "Filter" => "FlateDecode" };
    scanned_pdf(100, 100, image, stream.finish().unwrap())
}

/// Eight forms, each drawing the next one thirty times: 30^8 steps that keep nothing, so that only the
/// deadline can end them, on a fast machine as on a slow one.
pub fn endless_drawing() -> Vec<u8> {
    assemble_sized(vec![b"/F Do".to_vec()], (420.0, 595.0), |document| {
        let form = |resources: lopdf::Dictionary, content: Vec<u8>| {
            let head = dictionary! {
                "Type" => "XObject", "Subtype" => "Form", "Resources" => resources,
                "BBox" => vec![0.into(), 0.into(), 9.into(), 9.into()],
            };
            lopdf::Stream::new(head, content)
        };
        let mut inner = document.add_object(form(dictionary! {}, b"n".to_vec()));
        for _ in 0..8 {
            let resources = dictionary! { "XObject" => dictionary! { "F" => inner } };
            inner = document.add_object(form(resources, b"/F Do ".repeat(30)));
        }
        dictionary! { "XObject" => dictionary! { "F" => inner } }
    })
}
