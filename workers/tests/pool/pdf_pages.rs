//! What a PDF page shows is what is read: scans under drawn text, text nobody sees, parts of pictures, broken maps.

use image::{GenericImageView, ImageFormat};
use libtest_mimic::Trial;
use lopdf::{Document, Object, Stream, dictionary};
use sogoc_workers::decode::{DecodeLimits, DecodedPage, decode_page};
use sogoc_workers::outcome::FailureKind;
use sogoc_workers::reading::PageReading;

use crate::paper::{LINES, assemble_sized, born_digital_pdf, encoded, picture};
use crate::support::{Folder, fact, pool, read, render, wait};

pub fn trials() -> Vec<Trial> {
    vec![
        fact("text_drawn_on_a_scan_is_added_to_it", drawn_on_scan),
        fact("text_nobody_sees_is_no_truth", unseen),
        fact("what_is_painted_over_is_not_read", painted_over),
        fact("a_page_shows_only_its_part_of_a_picture", halves),
        fact(
            "boxes_in_pixels_and_units_of_the_user_are_understood",
            units,
        ),
        fact(
            "maps_without_meaning_leave_the_page_to_recognition",
            broken_maps,
        ),
        fact("a_map_that_lies_loses_against_the_picture", lying_map),
        fact(
            "bold_by_doubling_spaced_and_turned_text_is_put_right",
            put_right,
        ),
        fact(
            "rubbish_after_the_end_and_a_lost_end_mark_are_forgiven",
            ends,
        ),
        fact("values_of_forms_and_what_no_page_shows_are_told", told),
    ]
}

/// A page of A5 whose picture is the made-up page, and what else the content draws.
fn scan_with(before: &str, after: &str) -> Vec<u8> {
    page_with(
        &format!("{before} q 420 0 0 595 0 0 cm /I Do Q {after}"),
        (420.0, 595.0),
    )
}

fn page_with(content: &str, size: (f64, f64)) -> Vec<u8> {
    let picture = picture();
    let (width, height) = picture.dimensions();
    let jpeg = encoded(&picture, ImageFormat::Jpeg);
    assemble_sized(vec![content.as_bytes().to_vec()], size, |document| {
        let image = dictionary! {
            "Type" => "XObject", "Subtype" => "Image", "Width" => width as i64,
            "Height" => height as i64, "BitsPerComponent" => 8, "ColorSpace" => "DeviceRGB",
            "Filter" => "DCTDecode",
        };
        let image = document.add_object(Stream::new(image, jpeg.clone()));
        let font = document.add_object(helvetica());
        let clear = document.add_object(dictionary! { "ca" => 0, "CA" => 0 });
        dictionary! {
            "XObject" => dictionary! { "I" => image }, "Font" => dictionary! { "F1" => font },
            "ExtGState" => dictionary! { "Clear" => clear },
        }
    })
}

fn helvetica() -> lopdf::Dictionary {
    dictionary! {
        "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica",
        "Encoding" => "WinAnsiEncoding",
    }
}

fn reading(bytes: &[u8]) -> PageReading {
    let folder = Folder::new();
    let path = folder.put("a.pdf", bytes);
    wait(read(&pool(), &path, 1)).unwrap()
}

fn decoded(bytes: &[u8], page: u32) -> DecodedPage {
    let folder = Folder::new();
    let path = folder.put("a.pdf", bytes);
    decode_page(&path, page, &DecodeLimits::default()).unwrap()
}

/// The page's lines are read, and recognised: not taken from any text the file holds.
fn shows_the_page(reading: &PageReading, what: &str) {
    // The engine knows the heading of the exam office's pages with its accent.
    let text = reading.text.replace('Ị', "I");
    for line in LINES {
        assert!(text.contains(line), "{what}: {text}");
    }
}

fn drawn_on_scan() {
    let stamp = "BT /F1 8 Tf 250 560 Td (Ky boi: So GDDT) Tj ET";
    let with = reading(&scan_with("", stamp));
    shows_the_page(&with, "a stamp");
    assert!(with.text.contains("Ky boi: So GDDT"), "{}", with.text);
    let framed = format!("q 0 0 1 RG 245 550 150 30 re S Q {stamp}");
    let framed = reading(&scan_with("", &framed));
    shows_the_page(&framed, "a framed stamp");
    assert_eq!(framed.text.matches("boi:").count(), 1, "{}", framed.text);
    let slanting = "BT /F1 30 Tf 0.7 0.7 -0.7 0.7 60 100 Tm 0.8 g (CamScanner) Tj ET";
    let slanting = reading(&scan_with("", slanting));
    shows_the_page(&slanting, "a watermark");
    assert!(slanting.text.contains("CamScanner"), "{}", slanting.text);
    // Whoever looks at the page sees the stamp.
    let folder = Folder::new();
    let path = folder.put("a.pdf", &scan_with("", stamp));
    let shown = wait(render(&pool(), &path, 1)).unwrap();
    let shown = image::load_from_memory(&shown).unwrap().to_luma8();
    assert_eq!(shown.dimensions(), (with.width, with.height));
    let scale = f64::from(with.width) / 420.0;
    let (x, y) = ((250.0 * scale) as u32, (25.0 * scale) as u32);
    let darkest = shown.view(x, y, (70.0 * scale) as u32, (12.0 * scale) as u32);
    assert!(darkest.pixels().any(|(_, _, p)| p.0[0] < 100));
}

fn unseen() {
    let text = "BT /F1 20 Tf 60 300 Td (NEVER SEEN 99) Tj ET";
    for (name, before, after) in [
        ("under the picture", text.to_owned(), String::new()),
        ("white", String::new(), format!("q 1 g {text} Q")),
        (
            "transparent",
            String::new(),
            format!("q /Clear gs {text} Q"),
        ),
        ("of no ink", String::new(), text.replace("Td", "Td 3 Tr")),
        (
            "clipped away",
            String::new(),
            format!("q 0 0 9 9 re W n {text} Q"),
        ),
        (
            "beside the page",
            String::new(),
            text.replace("60 300", "900 300"),
        ),
    ] {
        let bytes = scan_with(&before, &after);
        let page = decoded(&bytes, 1);
        assert!(
            page.text_layer.is_none() && page.drawn_text.is_none(),
            "{name}"
        );
        let reading = reading(&bytes);
        shows_the_page(&reading, name);
        assert!(!reading.text.contains("NEVER"), "{name}: {}", reading.text);
        assert!(
            reading.words.iter().all(|word| word.confidence < 1.0),
            "{name}"
        );
    }
    let on_black = "0 g 50 290 300 40 re f 1 g BT /F1 20 Tf 60 300 Td (SEEN WELL) Tj ET";
    let page = decoded(&page_with(on_black, (420.0, 595.0)), 1);
    let words = page.text_layer.unwrap();
    assert_eq!(words.len(), 2, "white on black is seen");
}

fn painted_over() {
    let band = "q 1 g 0 463 420 27 re f Q"; // over the second line
    let reading = reading(&scan_with("", band));
    assert!(
        reading.text.contains("PHONG KHAO") && !reading.text.contains("012345"),
        "{}",
        reading.text
    );
    let text = "BT /F1 24 Tf 40 300 Td (HIDDEN WORDS) Tj ET 1 g 0 290 420 40 re f 0 g BT /F1 24 Tf 40 200 Td (SHOWN WORDS) Tj ET";
    let page = decoded(&page_with(text, (420.0, 595.0)), 1);
    let words: Vec<String> = page
        .text_layer
        .unwrap()
        .into_iter()
        .map(|word| word.text)
        .collect();
    assert_eq!(words, ["SHOWN", "WORDS"]);
}

fn halves() {
    // The picture twice as large as the page: its lower left and its lower right quarter.
    let content = |x: i32| format!("q 840 0 0 1190 {x} 0 cm /I Do Q");
    let whole = decoded(&scan_with("", ""), 1).image.to_luma8();
    for (x, from) in [(0, 0), (-420, whole.width() / 2)] {
        let page = decoded(&page_with(&content(x), (420.0, 595.0)), 1);
        let quarter = whole
            .view(
                from,
                whole.height() / 2,
                whole.width() / 2,
                whole.height() / 2,
            )
            .to_image();
        let grey = page.image.to_luma8();
        assert_eq!(grey.dimensions(), quarter.dimensions());
        assert_eq!(grey.as_raw(), quarter.as_raw(), "the quarter's own pixels");
    }
    let clipped = "q 0 300 420 295 re W n 420 0 0 595 0 0 cm /I Do Q";
    let page = reading(&page_with(clipped, (420.0, 595.0)));
    assert!(page.text.contains("012345"), "{}", page.text);
}

/// The document with an entry set in its first page.
fn with_page_entry(bytes: &[u8], key: &str, value: Object) -> Vec<u8> {
    let mut document = Document::load_mem(bytes).unwrap();
    let page = document.get_pages()[&1];
    document.get_dictionary_mut(page).unwrap().set(key, value);
    let mut out = Vec::new();
    document.save_to(&mut out).unwrap();
    out
}

fn units() {
    let mark = "BT /F1 60 Tf 100 60 Td (Mark) Tj ET";
    let content = format!("q 1750 0 0 2480 0 0 cm /I Do Q {mark}");
    let reading = reading(&page_with(&content, (1750.0, 2480.0)));
    shows_the_page(&reading, "a box in pixels");
    assert_eq!((reading.width, reading.height), (1750, 2480));

    let half = page_with("q 210 0 0 297.5 0 0 cm /I Do Q", (210.0, 297.5));
    assert_eq!(decoded(&half, 1).dpi, Some(600));
    let doubled = with_page_entry(&half, "UserUnit", 2.into());
    assert_eq!(decoded(&doubled, 1).dpi, Some(300), "a unit of 1/36 inch");
    let folder = Folder::new();
    for (name, bytes) in [
        (
            "unit.pdf",
            with_page_entry(&half, "UserUnit", 75_000.into()),
        ),
        (
            "wide.pdf",
            page_with("BT /F1 9 Tf (a) Tj ET", (14_000.0, 100.0)),
        ),
        (
            "wider.pdf",
            page_with("q 1 0 0 1 0 0 cm /I Do Q", (1e9, 1e9)),
        ),
    ] {
        let failure = decode_page(&folder.put(name, &bytes), 1, &DecodeLimits::default());
        assert_eq!(failure.unwrap_err().kind, FailureKind::TooLarge, "{name}");
    }
}

/// The made-up page with a map from codes to Unicode that gives every letter the same.
fn mapped_to(unicode: &str) -> Vec<u8> {
    let mut document = Document::load_mem(&born_digital_pdf(1)).unwrap();
    let map = format!(
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def \
         1 begincodespacerange <00> <FF> endcodespacerange {unicode} endcmap end end"
    );
    let map = document.add_object(Stream::new(dictionary! {}, map.into_bytes()));
    for object in document.objects.values_mut() {
        if let Object::Dictionary(font) = object
            && font.get(b"BaseFont").is_ok()
        {
            font.set("ToUnicode", map);
        }
    }
    let mut out = Vec::new();
    document.save_to(&mut out).unwrap();
    out
}

fn broken_maps() {
    for unicode in ["0000", "FFFD", "E041", "F8FF"] {
        let ranges: String = (0x21..0x7F)
            .map(|code| format!("<{code:02X}> <{unicode}> "))
            .collect();
        let bytes = mapped_to(&format!("94 beginbfchar {ranges} endbfchar"));
        let reading = reading(&bytes);
        shows_the_page(&reading, unicode);
        let is_plain = |c: char| !c.is_control() || c == '\n';
        assert!(reading.text.chars().all(is_plain), "{:?}", reading.text);
    }
}

fn lying_map() {
    // Every letter is told to be one far away.
    let pairs: String = (0x21..0x7Fu32)
        .map(|code| format!("<{code:02X}> <{:04X}> ", 0x0430 + (code * 7) % 32))
        .collect();
    let reading = reading(&mapped_to(&format!("94 beginbfchar {pairs} endbfchar")));
    shows_the_page(&reading, "Cyrillic by its map");
    assert!(!reading.text.chars().any(|c| ('а'..='я').contains(&c)));
}

fn text_of(content: &str) -> (Vec<String>, u16) {
    let page = decoded(&page_with(content, (420.0, 595.0)), 1);
    let words = page.text_layer.unwrap();
    (
        words.into_iter().map(|word| word.text).collect(),
        page.text_turn.degrees(),
    )
}

fn put_right() {
    let twice = "BT /F1 12 Tf 60 300 Td (So goc) Tj 0.3 0 Td (So goc) Tj ET";
    assert_eq!(text_of(twice).0, ["So", "goc"]);
    let outlined = "BT /F1 12 Tf 2 Tr 60 300 Td (So goc) Tj ET";
    assert_eq!(text_of(outlined).0, ["So", "goc"]);
    let tight = "BT /F1 13 Tf 60 300 Td [(Ho) -160 (va) -160 (ten:) -160 (Binh)] TJ ET";
    assert_eq!(text_of(tight).0, ["Ho", "va", "ten:", "Binh"]);
    let spaced = "BT /F1 12 Tf 4 Tc 60 300 Td (CONG HOA) Tj ET";
    assert_eq!(text_of(spaced).0, ["CONG", "HOA"]);
    for (turn, matrix) in [
        (90, "0 -1 1 0 60 500"),
        (180, "-1 0 0 -1 360 300"),
        (270, "0 1 -1 0 300 60"),
    ] {
        let content = format!(
            "BT /F1 24 Tf {matrix} Tm 30 TL ({}) Tj T* ({}) Tj ET",
            LINES[0], LINES[1]
        );
        assert_eq!(text_of(&content).1, turn);
        let reading = reading(&page_with(&content, (420.0, 595.0)));
        assert_eq!(reading.text, LINES[..2].join("\n"), "turned by {turn}");
        assert_eq!(reading.rotation.degrees(), turn);
    }
}

fn ends() {
    let folder = Folder::new();
    let whole = born_digital_pdf(1);
    let end = whole
        .windows(5)
        .rposition(|window| window == b"%%EOF")
        .unwrap();
    let trailing = [&whole[..], &[0; 5_000]].concat();
    for (name, bytes) in [("trail.pdf", &trailing[..]), ("no-mark.pdf", &whole[..end])] {
        let path = folder.put(name, bytes);
        let page = decode_page(&path, 1, &DecodeLimits::default()).unwrap();
        let words: usize = LINES.iter().map(|line| line.split(' ').count()).sum();
        assert_eq!(page.text_layer.unwrap().len(), words, "{name}");
    }
    for cut in [whole.len() / 3, whole.len() / 2, end * 3 / 4] {
        let path = folder.put("cut.pdf", &whole[..cut]);
        let failure = decode_page(&path, 1, &DecodeLimits::default()).unwrap_err();
        assert_eq!(failure.kind, FailureKind::Unreadable, "{failure}");
    }
}

/// The document with entries added to its catalogue.
fn with_catalogue(
    bytes: &[u8],
    change: impl FnOnce(&mut Document) -> lopdf::Dictionary,
) -> Vec<u8> {
    let mut document = Document::load_mem(bytes).unwrap();
    let entries = change(&mut document);
    document.catalog_mut().unwrap().extend(&entries);
    let mut out = Vec::new();
    document.save_to(&mut out).unwrap();
    out
}

fn told() {
    let plain = born_digital_pdf(1);
    let field = dictionary! {
        "Type" => "Annot", "Subtype" => "Widget", "FT" => "Tx", "T" => Object::string_literal("ten"),
        "V" => Object::string_literal("TRAN VAN BINH"),
        "Rect" => vec![40.into(), 300.into(), 240.into(), 320.into()],
    };
    let filled = with_page_entry(&plain, "Annots", vec![field.into()].into());
    let filled = reading(&filled);
    assert!(filled.text.contains("TRAN VAN BINH"), "{}", filled.text);
    assert!(
        filled
            .quality
            .flags
            .iter()
            .any(|code| code == "form_values")
    );

    let collection = with_catalogue(&plain, |_| {
        dictionary! { "Collection" => dictionary! { "View" => "D" } }
    });
    let xfa = with_catalogue(&plain, |document| {
        let form = document.add_object(dictionary! { "XFA" => Object::string_literal("<xdp/>") });
        dictionary! { "AcroForm" => form }
    });
    for (bytes, code) in [(collection, "attachments"), (xfa, "xfa_form")] {
        let flags = reading(&bytes).quality.flags;
        assert!(flags.iter().any(|flag| flag == code), "{flags:?}");
    }
    let flags = reading(&plain).quality.flags;
    assert!(
        !flags
            .iter()
            .any(|flag| ["attachments", "xfa_form", "form_values"].contains(&flag.as_str()))
    );
}
