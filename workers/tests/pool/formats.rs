//! Every kind of file that offices deliver comes out as the page it shows.

use image::{DynamicImage, GenericImageView, ImageFormat};
use libtest_mimic::Trial;
use lopdf::dictionary;
use sogoc_workers::decode::{DecodeLimits, Format, decode_page};
use sogoc_workers::geometry::Turn;
use sogoc_workers::outcome::FailureKind;
use sogoc_workers::pool::RenderJob;
use sogoc_workers::render::Rendition;

use crate::paper::{LINES, born_digital_pdf, encoded, picture, scanned_pdf};
use crate::support::{Folder, fact, fixture, pool, read, render, wait};

pub fn trials() -> Vec<Trial> {
    vec![
        fact("jpeg_png_and_pdf_of_one_page_read_alike", read_alike),
        fact("a_probe_tells_pages_sizes_and_density", probe_tells),
        fact("a_scanned_pdf_gives_the_scans_own_pixels", own_pixels),
        fact(
            "a_turned_scanned_pdf_comes_as_a_viewer_shows_it",
            turned_scan,
        ),
        fact(
            "a_born_digital_pdf_brings_its_words_in_pixel_boxes",
            text_layer,
        ),
        fact("tiff_g4_is_black_on_white_paper", tiff_g4),
        fact("tiff_lzw_gives_each_of_its_pages", tiff_lzw_pages),
        fact("tiff_jpeg_with_subsampled_colour_decodes", tiff_jpeg),
        fact("a_render_is_cut_turned_and_bounded", render_bounded),
        fact(
            "the_name_of_a_file_does_not_decide_its_kind",
            name_is_nothing,
        ),
        fact("transparency_is_white_paper", transparency),
    ]
}

fn read_alike() {
    let folder = Folder::new();
    let picture = picture();
    let jpeg = folder.put("a.jpg", &encoded(&picture, ImageFormat::Jpeg));
    let png = folder.put("a.png", &encoded(&picture, ImageFormat::Png));
    let pdf = folder.put("a.pdf", &born_digital_pdf(2));
    let pool = pool();
    wait(async {
        for (path, page) in [(&jpeg, 1), (&png, 1), (&pdf, 2)] {
            let reading = read(&pool, path, page).await.unwrap();
            assert_eq!((reading.width, reading.height), (1750, 2480), "{path:?}");
            assert!(
                reading.text.contains("012345"),
                "{path:?}: {}",
                reading.text
            );
            assert!(
                reading
                    .words
                    .iter()
                    .all(|word| (0.0..=1.0).contains(&word.confidence))
            );
        }
    });
    assert_eq!(pool.stats().outcomes.get("done"), Some(&3));
}

fn probe_tells() {
    let folder = Folder::new();
    let pdf = folder.put("a.pdf", &born_digital_pdf(3));
    let pool = pool();
    wait(async {
        let probe = pool.probe(&pdf).await.unwrap();
        assert_eq!((probe.format, probe.pages.len()), (Format::Pdf, 3));
        assert_eq!(probe.pages[2].dpi, Some(300));
        let probe = pool.probe(&fixture("two-pages-lzw.tif")).await.unwrap();
        assert_eq!((probe.format, probe.pages.len()), (Format::Tiff, 2));
        assert_eq!((probe.pages[0].width, probe.pages[0].dpi), (600, Some(200)));
        assert!(probe.pages[0].predicted_bytes > 600 * 400);
    });
}

fn own_pixels() {
    let folder = Folder::new();
    let (width, height) = (300, 200);
    let samples: Vec<u8> = (0..width * height * 3).map(|i| (i % 251) as u8).collect();
    let image = dictionary! { "ColorSpace" => "DeviceRGB" };
    let raw = folder.put(
        "raw.pdf",
        &scanned_pdf(width, height, image, samples.clone()),
    );
    let page = decode_page(&raw, 1, &DecodeLimits::default()).unwrap();
    assert_eq!((page.dpi, page.text_layer.is_none()), (Some(300), true));
    assert_eq!(page.image.as_bytes(), samples, "not one sample differs");

    let picture = picture().thumbnail(400, 400);
    let jpeg = encoded(&picture, ImageFormat::Jpeg);
    let image = dictionary! { "ColorSpace" => "DeviceRGB", "Filter" => "DCTDecode" };
    let (width, height) = picture.dimensions();
    let dct = folder.put("dct.pdf", &scanned_pdf(width, height, image, jpeg.clone()));
    let page = decode_page(&dct, 1, &DecodeLimits::default()).unwrap();
    let direct = image::load_from_memory(&jpeg).unwrap().to_luma8();
    let furthest = page
        .image
        .to_luma8()
        .iter()
        .zip(direct.iter())
        .map(|(a, b)| a.abs_diff(*b))
        .max();
    assert!(
        furthest <= Some(2),
        "two JPEG decoders differ by rounding only: {furthest:?}"
    );
}

fn turned_scan() {
    let folder = Folder::new();
    let samples: Vec<u8> = (0..20 * 10)
        .map(|i| if i % 20 < 5 && i < 100 { 0 } else { 255 })
        .collect();
    let image = dictionary! { "ColorSpace" => "DeviceGray" };
    let upright = scanned_pdf(20, 10, image, samples);
    let mut document = lopdf::Document::load_mem(&upright).unwrap();
    let page_id = document.get_pages()[&1];
    document
        .get_dictionary_mut(page_id)
        .unwrap()
        .set("Rotate", 90);
    let mut turned = Vec::new();
    document.save_to(&mut turned).unwrap();
    let path = folder.put("turned.pdf", &turned);
    let page = decode_page(&path, 1, &DecodeLimits::default()).unwrap();
    assert_eq!(page.image.dimensions(), (10, 20));
    let grey = page.image.to_luma8();
    assert_eq!(
        grey.get_pixel(7, 2).0[0],
        0,
        "the dark corner went from top left to top right"
    );
    assert_eq!(grey.get_pixel(2, 2).0[0], 255);
}

fn text_layer() {
    let folder = Folder::new();
    let path = folder.put("a.pdf", &born_digital_pdf(1));
    let page = decode_page(&path, 1, &DecodeLimits::default()).unwrap();
    let words = page.text_layer.unwrap();
    let text: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    assert_eq!(text.join(" "), LINES.join(" "));
    let grey = page.image.to_luma8();
    for word in &words {
        let [x, y, width, height] = word.bounds;
        let inside = grey.view(x as u32, y as u32, width as u32, height as u32);
        assert!(
            inside.pixels().any(|(_, _, p)| p.0[0] < 64),
            "no ink where {} stands",
            word.text
        );
    }
}

fn tiff_g4() {
    let page = decode_page(&fixture("g4.tif"), 1, &DecodeLimits::default()).unwrap();
    let source = image::open(fixture("source.png")).unwrap().to_luma8();
    assert_eq!(page.dpi, Some(300));
    assert_eq!(
        page.image.to_luma8().as_raw(),
        source.as_raw(),
        "the same black on the same white"
    );
}

fn tiff_lzw_pages() {
    let path = fixture("two-pages-lzw.tif");
    let limits = DecodeLimits::default();
    let first = decode_page(&path, 1, &limits).unwrap().image;
    let second = decode_page(&path, 2, &limits).unwrap().image;
    assert_eq!(
        second,
        first.rotate180(),
        "the second page is the first turned round"
    );
    assert_eq!(
        decode_page(&path, 3, &limits).unwrap_err().kind,
        FailureKind::Refused
    );
    assert_eq!(
        decode_page(&path, 0, &limits).unwrap_err().kind,
        FailureKind::Refused
    );
}

fn tiff_jpeg() {
    let page = decode_page(&fixture("jpeg-subsampled.tif"), 1, &DecodeLimits::default()).unwrap();
    assert_eq!(page.image.dimensions(), (600, 400));
    let rgb = page.image.to_rgb8();
    let [red, green, blue] = rgb.get_pixel(20, 20).0;
    assert!(
        red > 180 && green < 90 && blue < 90,
        "the stamp is red: {red} {green} {blue}"
    );
    assert!(
        rgb.get_pixel(590, 390).0.iter().all(|sample| *sample > 230),
        "the paper is white"
    );
}

fn render_bounded() {
    let folder = Folder::new();
    let path = folder.put("a.pdf", &born_digital_pdf(1));
    let jpeg = wait(async {
        let job = RenderJob {
            path,
            page: 1,
            turn: Turn::Quarter,
            rendition: Rendition::jpeg(300),
            crop: Some([0, 0, 1000, 500]),
        };
        pool().render(job).await.unwrap()
    });
    assert_eq!(
        image::load_from_memory(&jpeg).unwrap().dimensions(),
        (150, 300)
    );
}

fn name_is_nothing() {
    let folder = Folder::new();
    let small = DynamicImage::new_luma8(100, 50);
    let path = folder.put("page.pdf", &encoded(&small, ImageFormat::Png));
    let pool = pool();
    wait(async {
        assert_eq!(pool.probe(&path).await.unwrap().format, Format::Png);
        assert!(render(&pool, &path, 1).await.is_ok());
    });
}

fn transparency() {
    let folder = Folder::new();
    let clear = DynamicImage::new_rgba8(8, 8);
    let path = folder.put("a.png", &encoded(&clear, ImageFormat::Png));
    let page = decode_page(&path, 1, &DecodeLimits::default()).unwrap();
    assert!(page.image.to_luma8().iter().all(|sample| *sample == 255));
}
