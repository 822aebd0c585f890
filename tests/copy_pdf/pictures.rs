//! Copies and the issue book as the eye sees them, held against pictures that a person has looked at.
//!
//! `RENEW_PICTURES=1 cargo test --test main -- pictures` writes them anew; look at each before it is
//! committed.

use std::path::{Path, PathBuf};

use image::GrayImage;
use sogoc::copy_pdf::{CopyContent, CopyLine, RowImage, compose};
use sogoc::issue_book;

use super::{ask, sample, written};
use crate::issue_book::files::long;

/// Dots per inch: letters can still be told apart.
const SHARPNESS: &str = "72";
/// Side of the squares that are compared, in pixels.
const TILE: u32 = 8;
/// Largest mean difference of a square, of 255: more than another release of the renderer makes, less
/// than one changed letter.
const TOLERANCE: u64 = 30;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/copies")
}

fn pages(pdf: &[u8]) -> Vec<GrayImage> {
    let file = written(pdf);
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("page");
    let arguments = ["-r", SHARPNESS, "-gray", "-png"];
    ask(
        "pdftoppm",
        &arguments,
        file.path(),
        &[root.to_str().unwrap()],
    );
    let mut paths: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let open = |path: &PathBuf| image::open(path).unwrap().to_luma8();
    paths.iter().map(open).collect()
}

/// The greatest mean difference of any square; none when the sizes differ.
fn difference(a: &GrayImage, b: &GrayImage) -> Option<u64> {
    if a.dimensions() != b.dimensions() {
        return None;
    }
    let (wide, high) = a.dimensions();
    let tile = |left: u32, top: u32| {
        let (right, bottom) = ((left + TILE).min(wide), (top + TILE).min(high));
        let spots = (top..bottom).flat_map(|y| (left..right).map(move |x| (x, y)));
        let all: u64 = spots
            .map(|(x, y)| u64::from(a.get_pixel(x, y)[0].abs_diff(b.get_pixel(x, y)[0])))
            .sum();
        all / u64::from((right - left) * (bottom - top))
    };
    let tops = (0..high).step_by(TILE as usize);
    tops.flat_map(|top| {
        (0..wide)
            .step_by(TILE as usize)
            .map(move |left| (left, top))
    })
    .map(|(left, top)| tile(left, top))
    .max()
}

fn looks_as_reviewed(name: &str, pdf: &[u8], shown: &[usize]) {
    let pages = pages(pdf);
    for number in shown {
        let (file, page) = (
            fixtures().join(format!("{name}-{number}.png")),
            &pages[number - 1],
        );
        if std::env::var_os("RENEW_PICTURES").is_some() {
            page.save(&file).unwrap();
            continue;
        }
        let reviewed = image::open(&file).unwrap().to_luma8();
        let found = difference(page, &reviewed);
        assert!(
            found.is_some_and(|found| found <= TOLERANCE),
            "page {number} of {name} differs from {}: {found:?}",
            file.display()
        );
    }
}

/// The sample as a copy of a whole document of two pages.
fn whole() -> CopyContent {
    let page = |shade: u8| {
        let picture = image::RgbImage::from_fn(600, 840, |x, y| {
            let ink = y % 40 < 6 && (80..520).contains(&x) && x % (50 + u32::from(shade)) > 9;
            if ink {
                image::Rgb([shade; 3])
            } else {
                image::Rgb([240, 236, 224])
            }
        });
        let mut bytes = std::io::Cursor::new(Vec::new());
        picture
            .write_to(&mut bytes, image::ImageFormat::Jpeg)
            .unwrap();
        RowImage {
            jpeg: bytes.into_inner(),
            caption: "Trang của tài liệu".into(),
        }
    };
    CopyContent {
        title: "SAO Y".into(),
        document_name: "KẾT QUẢ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH".into(),
        registered: false,
        row_image: None,
        scan_pages: vec![page(20), page(60)],
        test_authority: false,
        ..sample()
    }
}

/// The sample with two decisions and a reference to an earlier copy.
fn corrected() -> CopyContent {
    CopyContent {
        title: "TRÍCH LỤC".into(),
        superior: None,
        lines: vec![CopyLine {
            label: "Họ và tên".into(),
            value: Some("Nguyễn Thị Hồng Hân".into()),
        }],
        notes: vec![
            "Họ và tên: ghi theo Quyết định số 15/QĐ-SGDĐT ngày 01/03/2026 của Sở Giáo dục và Đào tạo (phụ lục sổ gốc số 1/2026).".into(),
            "Dân tộc: ghi theo Quyết định số 16/QĐ-SGDĐT ngày 02/03/2026 của Sở Giáo dục và Đào tạo (phụ lục sổ gốc số 2/2026).".into(),
            "Bản sao này cấp lại bản sao số 1/2026.".into(),
        ],
        test_authority: false,
        ..sample()
    }
}

#[test]
fn an_extract_from_a_register_looks_as_reviewed() {
    looks_as_reviewed("extract", &compose(&sample()).unwrap().pdf, &[1]);
}

#[test]
fn a_copy_that_cites_decisions_looks_as_reviewed() {
    looks_as_reviewed("corrected", &compose(&corrected()).unwrap().pdf, &[1]);
}

#[test]
fn a_copy_of_a_whole_document_looks_as_reviewed() {
    looks_as_reviewed("whole", &compose(&whole()).unwrap().pdf, &[1, 2, 3]);
}

#[test]
fn the_issue_book_looks_as_reviewed() {
    looks_as_reviewed("issue-book", &issue_book::paper(&long()).unwrap(), &[1, 2]);
}

#[test]
fn one_changed_letter_is_seen_and_the_same_page_is_not() {
    let mut changed = sample();
    changed.lines[0].value = Some("Nguyễn Thị Thùy Hương".into());
    let page = |content: &CopyContent| pages(&compose(content).unwrap().pdf).remove(0);
    let (here, there) = (page(&sample()), page(&changed));
    assert_eq!(difference(&here, &page(&sample())), Some(0));
    let seen = difference(&here, &there).unwrap();
    assert!(seen > TOLERANCE + 10, "{seen}");
}

#[test]
fn a_screen_reader_finds_headings_paragraphs_and_described_figures() {
    for (content, figures) in [(sample(), 2), (whole(), 3)] {
        let file = written(&compose(&content).unwrap().pdf);
        let tree = ask("pdfinfo", &["-struct-text"], file.path(), &[]);
        let count = |word: &str| {
            tree.lines()
                .filter(|line| line.trim().starts_with(word))
                .count()
        };
        assert_eq!((count("H1"), count("H2")), (1, 1), "{tree}");
        assert!(count("P") > 10, "{tree}");
        assert_eq!(count("Figure"), figures, "{tree}");
        assert!(tree.contains("Họ và tên"), "{tree}");
        let raw = ask(
            "qpdf",
            &["--qdf", "--object-streams=disable"],
            file.path(),
            &["-"],
        );
        assert!(
            raw.contains("/Lang (vi)"),
            "the language of the document is told"
        );
        assert_eq!(
            raw.matches("/Alt ").count(),
            figures,
            "every figure is described"
        );
        assert!(raw.contains("/DisplayDocTitle true") || raw.contains("dc:title"));
    }
}
