//! Picture and words: the master's own bytes, and every word where it stands, however the page lies.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use sogoc::access::Role;
use sogoc::archive::Archive;
use sogoc::scan::Scan;
use sogoc::searchable_pdf::Form;
use sogoc::{alto, page};
use sogoc_workers::reading::Box4;

use super::{delivered, document};
use crate::copy_pdf::ask;
use crate::support::archive::{Ground, Holdings, caller, sample};

/// Pixels by which a reader's box may differ from the one read: poppler writes six decimals, we one.
const TOLERANCE: f64 = 3.0;

/// JPEG in colour and grey, Group 4, PNG, and a PDF of two scanned pages.
const SAMPLES: [&str; 6] = [
    "bang-ptth-1995.jpg",
    "so-goc-thpt-2015-trang-01.jpg",
    "quyet-dinh-cong-nhan-2008.tif",
    "so-cap-phat-1995-trang-02.tif",
    "phieu-chi-2011.png",
    "hoc-ba-2008.pdf",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_sample_of_every_format_becomes_a_document_with_its_words_in_place() {
    let holdings = Holdings::on(Ground::Embedded).await;
    let archive = Arc::new(holdings.archive);
    let folder = tempfile::tempdir().unwrap();
    let mut words_files = Vec::new();
    for name in SAMPLES {
        let scan = delivered(&archive, &sample(name)).await;
        let (given, path) = document(&archive, &scan, folder.path()).await;
        let Form::Searchable { .. } = given.form else {
            panic!("{name}: {:?}", given.form);
        };
        let ratio = given.size as f64 / scan.size as f64;
        println!("{name}: {} of {} bytes, {ratio:.3}", given.size, scan.size);
        assert!(ratio <= 1.15, "{name}: {ratio}");
        is_sound_and_archival(&path);
        words_are_in_place(&archive, &scan, &path, name).await;
        words_files.extend(written_words(&archive, &scan, folder.path()).await);
    }
    crate::support::alto::judge(&words_files);
    crate::support::archive::all_done(&archive).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bytes_of_a_jpeg_stand_in_the_document_as_they_were_delivered() {
    let holdings = Holdings::on(Ground::Embedded).await;
    let archive = Arc::new(holdings.archive);
    let folder = tempfile::tempdir().unwrap();
    let scan = delivered(&archive, &sample("bang-ptth-1985.jpg")).await;
    let (given, path) = document(&archive, &scan, folder.path()).await;
    let as_they_were = Form::Searchable {
        pictures_as_delivered: true,
    };
    assert_eq!(given.form, as_they_were);
    assert_eq!(given.name, "bang-ptth-1985.pdf");
    let prefix = folder.path().join("picture");
    ask("pdfimages", &["-all"], &path, &[prefix.to_str().unwrap()]);
    let taken_out = std::fs::read(folder.path().join("picture-000.jpg")).unwrap();
    assert_eq!(
        taken_out,
        std::fs::read(sample("bang-ptth-1985.jpg")).unwrap()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_delivered_on_its_side_is_shown_upright_and_its_words_follow() {
    let holdings = Holdings::on(Ground::Embedded).await;
    let archive = Arc::new(holdings.archive);
    let folder = tempfile::tempdir().unwrap();
    let upright = image::open(sample("giay-chuyen-truong-2012.jpg")).unwrap();
    let turned = [
        (90, upright.rotate90()),
        (180, upright.rotate180()),
        (270, upright.rotate270()),
    ];
    for (degrees, picture) in turned {
        let name = format!("quay-{degrees}.jpg");
        let file = folder.path().join(&name);
        picture.save(&file).unwrap();
        let scan = delivered(&archive, &file).await;
        let me = caller(Role::Reviewer);
        let pages = page::of_scan(&archive, &me, &scan.id).await.unwrap();
        assert_eq!(pages[0].rotation.degrees(), degrees);
        let (_, path) = document(&archive, &scan, folder.path()).await;
        let facts = ask("pdfinfo", &[], &path, &[]);
        let rotate = format!("Page rot:        {}", 360 - degrees);
        assert!(facts.contains(&rotate), "{facts}");
        words_are_in_place(&archive, &scan, &path, &name).await;
    }
}

pub fn is_sound_and_archival(path: &Path) {
    ask("qpdf", &["--check"], path, &[]);
    let fonts = ask("pdffonts", &[], path, &[]);
    let rows: Vec<&str> = fonts.lines().skip(2).collect();
    assert_eq!(rows.len(), 1, "{fonts}");
    let columns: Vec<&str> = rows[0].split_whitespace().collect();
    let embedded_subset_unicode = &columns[columns.len() - 5..columns.len() - 2];
    assert_eq!(embedded_subset_unicode, ["yes", "no", "yes"], "{fonts}");
    let metadata = ask("pdfinfo", &["-meta"], path, &[]);
    assert!(metadata.contains("<pdfaid:part>2</pdfaid:part>"));
    assert!(metadata.contains("<pdfaid:conformance>B</pdfaid:conformance>"));
    assert!(metadata.contains("urn:sha256:"));
    // Ghostscript reads every object and complains of what breaks the rules it knows.
    let read = Command::new("gs")
        .args([
            "-q",
            "-dNOPAUSE",
            "-dBATCH",
            "-dPDFSTOPONERROR",
            "-sDEVICE=nullpage",
        ])
        .arg(path)
        .output()
        .unwrap();
    assert!(
        read.status.success(),
        "{}",
        String::from_utf8_lossy(&read.stdout)
    );
}

/// Every word that was read is found by poppler in its own box, turned upright as the page is shown.
async fn words_are_in_place(archive: &Archive, scan: &Scan, path: &Path, name: &str) {
    let me = caller(Role::Reviewer);
    let pages = page::of_scan(archive, &me, &scan.id).await.unwrap();
    let seen = boxes(&ask("pdftotext", &["-bbox"], path, &["-"]));
    assert_eq!(seen.len(), pages.len());
    for (page, (size, seen)) in pages.iter().zip(seen) {
        let reading = page::reading(archive, &page.id).await.unwrap().unwrap();
        assert!(reading.words.len() > 10, "{name}");
        // Poppler says the page's width before it turns the page, and its words' places after.
        let scale = f64::from(reading.width) / size.0;
        let near = |[x, y, w, h]: Box4, place: &[f64; 4]| {
            let expected = [x, y, x + w, y + h].map(f64::from);
            (0..4).all(|side| (place[side] * scale - expected[side]).abs() <= TOLERANCE)
        };
        let missing: Vec<&str> = reading
            .words
            .iter()
            .filter(|word| {
                let bounds = upright(word.bounds, &reading);
                !seen
                    .iter()
                    .any(|(text, place)| *text == word.text && near(bounds, place))
            })
            .map(|word| word.text.as_str())
            .collect();
        // Words that overlap others are joined or parted by the reader.
        let most = reading.words.len() / 20;
        assert!(
            missing.len() <= most,
            "{name}: {} of {}: {missing:?}",
            missing.len(),
            reading.words.len()
        );
    }
}

/// The box as it lies once the content stands upright.
fn upright([x, y, w, h]: Box4, reading: &sogoc_workers::reading::PageReading) -> Box4 {
    let (width, height) = (reading.width as i32, reading.height as i32);
    match reading.rotation.degrees() {
        90 => [y, width - x - w, h, w],
        180 => [width - x - w, height - y - h, w, h],
        270 => [height - y - h, x, h, w],
        _ => [x, y, w, h],
    }
}

/// Of each page its size and its words with left, top, right and bottom, in points.
type Seen = ((f64, f64), Vec<(String, [f64; 4])>);

fn boxes(html: &str) -> Vec<Seen> {
    let mut pages: Vec<Seen> = Vec::new();
    for line in html.lines().map(str::trim) {
        let number = |key: &str| -> f64 {
            let start = line.find(&format!("{key}=\"")).unwrap() + key.len() + 2;
            line[start..].split('"').next().unwrap().parse().unwrap()
        };
        if line.starts_with("<page ") {
            pages.push(((number("width"), number("height")), Vec::new()));
        } else if line.starts_with("<word ") {
            let text = line.split_once('>').unwrap().1.trim_end_matches("</word>");
            let text = text
                .replace("&quot;", "\"")
                .replace("&lt;", "<")
                .replace("&gt;", ">");
            let place = ["xMin", "yMin", "xMax", "yMax"].map(number);
            pages
                .last_mut()
                .unwrap()
                .1
                .push((text.replace("&amp;", "&"), place));
        }
    }
    pages
}

async fn written_words(archive: &Archive, scan: &Scan, folder: &Path) -> Vec<PathBuf> {
    let me = caller(Role::Reviewer);
    let mut files = Vec::new();
    for page in page::of_scan(archive, &me, &scan.id).await.unwrap() {
        let words = alto::of_page(archive, &me, &page.id).await.unwrap();
        let text = String::from_utf8(words).unwrap();
        assert!(
            text.matches("<TextLine ").count() > 3,
            "lines are kept apart"
        );
        let path = folder.join(format!("{}.xml", page.id));
        std::fs::write(&path, text).unwrap();
        files.push(path);
    }
    files
}
