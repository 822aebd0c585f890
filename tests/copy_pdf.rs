//! The paper of a certified copy, read back by poppler and qpdf.

mod pictures;

use std::path::Path;
use std::process::Command;

use sogoc::copy_pdf::{
    ComposeError, CopyContent, CopyLine, NOT_IN_REGISTER, RowImage, TEST_AUTHORITY_MARK, compose,
    vietnam_time,
};

/// A copy of a made-up diploma.
pub fn sample() -> CopyContent {
    let line = |label: &str, value: Option<&str>| CopyLine {
        label: label.to_owned(),
        value: value.map(str::to_owned),
    };
    CopyContent {
        superior: Some("UBND TỈNH LÀO CAI".to_owned()),
        agency: "SỞ GIÁO DỤC VÀ ĐÀO TẠO".to_owned(),
        title: "BẢN SAO".into(),
        document_name: "BẰNG TỐT NGHIỆP TRUNG HỌC PHỔ THÔNG".to_owned(),
        lines: vec![
            line("Họ và tên", Some("Nguyễn Thị Thùy Dương")),
            line("Ngày sinh", Some("05/6/1989")),
            line("Nơi sinh", Some("xã Bản Qua, huyện Bát Xát, tỉnh Lào Cai")),
            line("Giới tính", Some("Nữ")),
            line("Dân tộc", None),
            line("Học sinh trường", Some("THPT số 1 Bát Xát")),
            line("Năm tốt nghiệp", Some("2007")),
            line("Xếp loại tốt nghiệp", Some("Khá")),
            line("Hình thức đào tạo", Some("Chính quy")),
        ],
        registered: true,
        original_serial: Some("A 0123456".to_owned()),
        original_register_number: Some("17/THPT-2007".to_owned()),
        copy_register_number: "42/2026".to_owned(),
        opening: "(Cấp từ sổ gốc)".into(),
        notes: vec![
            "Chữ đệm được cải chính theo Quyết định số 15/QĐ-SGDĐT ngày 03/02/2019.".to_owned(),
        ],
        place: "Lào Cai".to_owned(),
        issue_date: "ngày 22 tháng 11 năm 2026".to_owned(),
        signer_title: "KT. GIÁM ĐỐC\nPHÓ GIÁM ĐỐC".to_owned(),
        signer_name: "Trần Văn Mẫu".to_owned(),
        row_image: Some(RowImage {
            jpeg: row_jpeg(),
            caption: "Trích ảnh sổ gốc cấp bằng tốt nghiệp THPT năm 2007, trang 12, dòng 17"
                .to_owned(),
        }),
        scan_pages: Vec::new(),
        verification_url: "https://sogoc.laocai.example/kiem-tra/K7QF-2M9X-VT4D".to_owned(),
        verification_code: "K7QF-2M9X-VT4D".to_owned(),
        sealed_at: "2026-11-22T04:35:00Z".parse().unwrap(),
        test_authority: true,
    }
}

/// A grey strip with a few dark strokes, as a register row looks from afar.
fn row_jpeg() -> Vec<u8> {
    let picture = image::RgbImage::from_fn(1400, 140, |x, y| {
        let rule = y % 69 < 2 || x % 233 < 2;
        let ink = (x / 9 + y / 7) % 5 == 0 && (40..100).contains(&y) && x % 233 > 30;
        match (rule, ink) {
            (true, _) => image::Rgb([90, 90, 90]),
            (_, true) => image::Rgb([30, 40, 110]),
            _ => image::Rgb([236, 231, 218]),
        }
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, image::ImageFormat::Jpeg)
        .unwrap();
    bytes.into_inner()
}

/// Runs a foreign program on a file and gives its standard output; fails when the program does.
pub fn ask(program: &str, arguments: &[&str], file: &Path, after: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .arg(file)
        .args(after)
        .output()
        .unwrap_or_else(|error| panic!("{program} is needed for this test: {error}"));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program}: {text}{complaint}");
    text
}

/// The text of a PDF with any white space as one space.
pub fn text_of(pdf: &[u8]) -> String {
    let file = written(pdf);
    words(&ask("pdftotext", &["-layout"], file.path(), &["-"]))
}

/// The bytes as a file.
pub fn written(pdf: &[u8]) -> tempfile::NamedTempFile {
    let file = tempfile::Builder::new().suffix(".pdf").tempfile().unwrap();
    std::fs::write(file.path(), pdf).unwrap();
    file
}

/// A text of the form, which is Vietnamese by law.
fn printed(key: &str) -> &'static str {
    sogoc::messages::text(sogoc::messages::Lang::Vi, key)
}

/// Words with any white space between them as one space.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_text_of_the_copy_is_the_record() {
    let content = sample();
    let file = written(&compose(&content).unwrap().pdf);
    let text = words(&ask("pdftotext", &["-layout"], file.path(), &["-"]));
    for line in &content.lines {
        let value = line.value.as_deref().unwrap_or(printed(NOT_IN_REGISTER));
        let printed = format!("{}: {value}", line.label);
        assert!(text.contains(&printed), "{printed:?} is missing in {text}");
    }
    for expected in [
        "BẢN SAO",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "Số hiệu bản gốc: A 0123456",
        "Số vào sổ gốc: 17/THPT-2007",
        "Số vào sổ cấp bản sao: 42/2026",
        "2026-11-22T11:35:00+07:00",
        "Mã kiểm tra: K7QF-2M9X-VT4D",
        printed(TEST_AUTHORITY_MARK),
    ] {
        assert!(text.contains(expected), "{expected:?} is missing in {text}");
    }
}

#[test]
fn the_warning_stands_only_on_copies_of_the_test_authority() {
    let content = CopyContent {
        test_authority: false,
        ..sample()
    };
    let file = written(&compose(&content).unwrap().pdf);
    let text = ask("pdftotext", &[], file.path(), &["-"]);
    assert!(!text.contains("THỬ NGHIỆM"));
}

#[test]
fn the_file_claims_pdf_a_2b_and_every_font_is_embedded() {
    let file = written(&compose(&sample()).unwrap().pdf);
    ask("qpdf", &["--check"], file.path(), &[]);
    let fonts = ask("pdffonts", &[], file.path(), &[]);
    let rows: Vec<&str> = fonts.lines().skip(2).collect();
    assert_eq!(rows.len(), 3, "{fonts}");
    for row in rows {
        // name, type (two words), encoding, emb, sub, uni
        let columns: Vec<&str> = row.split_whitespace().collect();
        assert!(columns[0].contains("LiberationSerif"), "{fonts}");
        let embedded_subset_unicode = &columns[columns.len() - 5..columns.len() - 2];
        assert_eq!(embedded_subset_unicode, ["yes", "yes", "yes"], "{fonts}");
    }
    let metadata = ask("pdfinfo", &["-meta"], file.path(), &[]);
    assert!(metadata.contains("<pdfaid:part>2</pdfaid:part>"));
    assert!(metadata.contains("<pdfaid:conformance>B</pdfaid:conformance>"));
    assert!(metadata.contains("BẰNG TỐT NGHIỆP TRUNG HỌC PHỔ THÔNG"));
    let facts = ask("pdfinfo", &[], file.path(), &[]);
    assert!(facts.contains("Tagged:          yes"), "{facts}");
    assert!(facts.contains("Pages:           1"), "{facts}");
    assert!(facts.contains("(A4)"), "{facts}");
}

#[test]
fn the_same_content_gives_the_same_bytes() {
    assert_eq!(compose(&sample()).unwrap(), compose(&sample()).unwrap());
}

#[test]
fn decomposed_vietnamese_is_printed_composed() {
    let mut content = sample();
    content.lines[0].value = Some("Nguye\u{302}\u{303}n Thi\u{323} Hoa\u{300}".to_owned());
    let file = written(&compose(&content).unwrap().pdf);
    let text = ask("pdftotext", &["-layout"], file.path(), &["-"]);
    assert!(text.contains("Nguyễn Thị Hoà"), "{text}");
}

#[test]
fn long_values_wrap_and_stay_whole() {
    let mut content = sample();
    let long = "Trường Phổ thông Dân tộc nội trú Trung học cơ sở và Trung học phổ thông ".repeat(4);
    content.lines[5].value = Some(long.clone());
    content.lines[2].value = Some("x".repeat(150));
    content.agency = "SỞ GIÁO DỤC, ĐÀO TẠO, KHOA HỌC VÀ CÔNG NGHỆ TỈNH ".repeat(2);
    let file = written(&compose(&content).unwrap().pdf);
    let text = words(&ask("pdftotext", &[], file.path(), &["-"]));
    assert!(text.contains(&words(&long)), "{text}");
    assert!(text.replace(' ', "").contains(&"x".repeat(150)));
    assert!(ask("pdfinfo", &[], file.path(), &[]).contains("Pages:           1"));
}

#[test]
fn what_does_not_fit_is_refused_rather_than_cut() {
    let mut content = sample();
    let line = content.lines[0].clone();
    content.lines = vec![line; 80];
    assert!(matches!(compose(&content), Err(ComposeError::TooLong)));
}

#[test]
fn a_character_that_cannot_be_printed_is_refused_rather_than_lost() {
    for hostile in [
        "Lê \u{4e2d}",
        "Lê\u{0}",
        "Lê \u{202e}",
        "Lê \u{1F600}",
        "Lê \u{E000}",
    ] {
        let mut content = sample();
        content.lines[0].value = Some(hostile.to_owned());
        let outcome = compose(&content);
        assert!(
            matches!(outcome, Err(ComposeError::Unprintable(_))),
            "{hostile:?}: {outcome:?}"
        );
    }
}

#[test]
fn a_row_image_that_is_no_jpeg_is_refused() {
    for jpeg in [
        Vec::new(),
        b"GIF89a".to_vec(),
        vec![0; 9 << 20],
        row_jpeg()[..40].to_vec(),
    ] {
        let mut content = sample();
        content.row_image.as_mut().unwrap().jpeg = jpeg;
        assert!(matches!(compose(&content), Err(ComposeError::BadImage(_))));
    }
}

#[test]
fn an_address_that_is_not_of_the_web_is_refused() {
    for address in ["", "javascript:alert(1)", "https://a b", "https://sở.vn"] {
        let content = CopyContent {
            verification_url: address.to_owned(),
            ..sample()
        };
        assert!(matches!(
            compose(&content),
            Err(ComposeError::BadAddress(_))
        ));
    }
}

#[test]
fn the_mark_shows_vietnam_time() {
    let instant = "2026-12-31T17:00:09.987Z".parse().unwrap();
    assert_eq!(vietnam_time(instant), "2027-01-01T00:00:09+07:00");
}

#[test]
fn the_signature_mark_stands_top_right() {
    let mark = compose(&sample()).unwrap().mark_box;
    assert!(mark.left > 595.0 / 2.0 && mark.right < 595.0);
    assert!(mark.bottom > 740.0 && mark.top < 842.0);
    assert!(mark.top > mark.bottom && mark.right > mark.left);
}

/// Thông tư 05/2025/TT-BNV, Điều 8: agency and time in text alone, Times upright, ten points, black; no picture of a
/// seal. Read by poppler out of the place where the signature field stands.
#[test]
fn the_signature_mark_is_text_alone_in_ten_points_upright_and_black() {
    let mut content = sample();
    content.row_image = None;
    let composed = compose(&content).unwrap();
    let file = written(&composed.pdf);
    let mark = composed.mark_box;
    let page = ask(
        "pdftohtml",
        &["-xml", "-stdout", "-zoom", "1", "-i"],
        file.path(),
        &[],
    );
    let number = |line: &str, key: &str| -> f32 {
        let value = line.split(&format!(" {key}=\"")).nth(1).unwrap();
        value.split('"').next().unwrap().parse().unwrap()
    };
    let inside = |line: &&str| {
        line.starts_with("<text ")
            && number(line, "left") >= mark.left - 1.0
            && number(line, "top") <= 842.0 - mark.bottom
    };
    let lines: Vec<&str> = page.lines().filter(inside).collect();
    let text = lines.concat();
    assert!(text.contains(&vietnam_time(content.sealed_at)), "{text}");
    let agency: Vec<&str> = content.agency.split_whitespace().collect();
    assert!(agency.iter().all(|word| text.contains(word)), "{text}");
    assert!(!text.contains("<b>") && !text.contains("<i>"), "{text}");
    for line in &lines {
        let id = line
            .split(" font=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap();
        let font = page
            .lines()
            .find(|one| one.contains(&format!("<fontspec id=\"{id}\"")));
        let font = font.unwrap();
        assert!(
            font.contains("LiberationSerif") && font.contains("color=\"#000000\""),
            "{font}"
        );
        assert_eq!(number(font, "size"), 10.0, "{font}");
    }
    let pictures = ask("pdfimages", &["-list"], file.path(), &[]);
    assert_eq!(
        pictures.lines().count(),
        2,
        "no picture at all, only the heading: {pictures}"
    );
}
