use std::io::{Seek, SeekFrom, Write};

use zip::write::SimpleFileOptions;

use super::*;
use crate::workbook::{self, PlainSheet};

/// Everything told of a file of these bytes.
fn told(bytes: &[u8], asked: ListTask) -> Vec<ListPart> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file.seek(SeekFrom::Start(0)).unwrap();
    let mut pieces = Vec::new();
    read(file, &asked, &mut |piece| {
        pieces.push(piece);
        true
    });
    pieces
}

fn rows(pieces: &[ListPart]) -> Vec<Vec<String>> {
    let rows = pieces.iter().filter_map(|piece| match piece {
        ListPart::Rows(rows) => Some(rows),
        _ => None,
    });
    rows.flatten()
        .map(|row| row.cells.iter().map(|cell| cell.text.clone()).collect())
        .collect()
}

fn problem(bytes: &[u8]) -> Option<ListProblem> {
    told(bytes, ListTask::FirstLook)
        .into_iter()
        .find_map(|piece| match piece {
            ListPart::Problem(problem) => Some(problem),
            _ => None,
        })
}

fn odd(pieces: &[ListPart], wanted: Oddity) -> u64 {
    let counts = pieces.iter().filter_map(|piece| match piece {
        ListPart::Odd(counts) => Some(counts),
        _ => None,
    });
    counts
        .flatten()
        .filter(|(oddity, _)| *oddity == wanted)
        .map(|(_, count)| *count)
        .sum()
}

fn table() -> Vec<u8> {
    let mut bytes = vec![0x03, 98, 6, 30, 3, 0, 0, 0];
    let header = 32 + 32 * 3 + 1_u16;
    bytes.extend(header.to_le_bytes());
    bytes.extend(29_u16.to_le_bytes());
    bytes.resize(32, 0);
    for (name, kind, length) in [
        ("HOTEN", b'C', 10_u8),
        ("NGAYSINH", b'D', 8),
        ("GHICHU", b'M', 10),
    ] {
        let mut field = name.as_bytes().to_vec();
        field.resize(11, 0);
        field.push(kind);
        field.resize(16, 0);
        field.push(length);
        field.resize(32, 0);
        bytes.extend(field);
    }
    bytes.push(0x0D);
    bytes.extend(b" Ng\xF4 An    19740905         1");
    bytes.extend(b"*Xo\xB8       20010101          ");
    bytes.extend(b" B\xB9ch      19991301          ");
    bytes.push(0x1A);
    bytes
}

#[test]
fn a_dbase_table_gives_its_bytes_and_says_what_it_leaves_out() {
    let pieces = told(&table(), ListTask::Sheet(String::new()));
    assert_eq!(
        rows(&pieces),
        [
            vec!["HOTEN", "NGAYSINH", "GHICHU"],
            vec!["Ng\u{F4} An", "1974-09-05"],
            vec!["B\u{B9}ch", "1999-13-01"]
        ]
    );
    assert_eq!(odd(&pieces, Oddity::DeletedRows), 1);
    assert_eq!(odd(&pieces, Oddity::MemoFields), 1);
    let whole = table();
    let cut = told(&whole[..whole.len() - 20], ListTask::FirstLook);
    assert_eq!((rows(&cut).len(), odd(&cut, Oddity::MissingRows)), (2, 1));
}

#[test]
fn separators_are_guessed_and_bytes_stay_bytes() {
    for text in [
        "a;b,c;d\n1;2,5;3\n4;5,5;6\n",
        "a\tb,c\td\n1\t2,5\t3\n4\t5,5\t6\n",
        "a|b,c|d\r\n1|2,5|3\r\n4|5,5|6\r\n",
    ] {
        assert_eq!(
            rows(&told(text.as_bytes(), ListTask::FirstLook))[1],
            ["1", "2,5", "3"],
            "{text}"
        );
    }
    let pieces = told(
        "\u{FEFF}Họ tên,Số\n\"An, Bình\",12\n".as_bytes(),
        ListTask::FirstLook,
    );
    assert_eq!(
        rows(&pieces),
        [vec!["Họ tên", "Số"], vec!["An, Bình", "12"]]
    );
    let old = told(b"Ten;So\nNguy\xD4n;1\nTr\xC7n;2\n", ListTask::FirstLook);
    assert_eq!(rows(&old)[1], ["Nguy\u{D4}n", "1"]);
    let mixed = told(
        b"Ten;So\nNguy\xD4n;1\nTr\xE1\xBA\xA7n;2\n",
        ListTask::FirstLook,
    );
    assert_eq!(rows(&mixed)[2], ["Trần", "2"]);
    let mut wide = vec![0xFF, 0xFE];
    wide.extend(
        "Tên\tSố\nĐặng\t7\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes),
    );
    assert_eq!(rows(&told(&wide, ListTask::FirstLook))[1], ["Đặng", "7"]);
    assert_eq!(
        odd(
            &told(b"a,b\n\"1,2\n", ListTask::FirstLook),
            Oddity::OpenQuotation
        ),
        1
    );
}

#[test]
fn a_workbook_gives_the_font_of_each_cell() {
    let lines = [
        vec!["Ho ten".to_owned(), "So".to_owned()],
        vec!["NguyÔn".to_owned(), "=1+1".to_owned()],
    ];
    let sheet = PlainSheet {
        fonts: vec![".VnTimeH", "Times New Roman"],
        lines: &lines,
    };
    let bytes = workbook::plain(&sheet).unwrap();
    let pieces = told(&bytes, ListTask::Sheet("Data".into()));
    let Some(ListPart::Book(book)) = pieces.first() else {
        panic!("{pieces:?}")
    };
    let Some(ListPart::Rows(read)) = pieces.get(1) else {
        panic!("{pieces:?}")
    };
    let font = |cell: &Cell| book.fonts[usize::from(cell.font) - 1].clone();
    assert_eq!(font(&read[1].cells[0]), ".VnTimeH");
    assert_eq!(font(&read[1].cells[1]), "Times New Roman");
    assert_eq!(rows(&pieces)[1], ["NguyÔn", "=1+1"]);
    assert_eq!(
        told(&bytes, ListTask::Sheet("Khác".into())).last(),
        Some(&ListPart::Problem(ListProblem::NoSheet))
    );
}

/// A workbook of hand-made parts.
fn package(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut package = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in parts {
        package
            .start_file(*name, SimpleFileOptions::default())
            .unwrap();
        package.write_all(text.as_bytes()).unwrap();
    }
    package.finish().unwrap().into_inner()
}

fn with_sheet(data: &str) -> Vec<u8> {
    let sheet = format!(
        r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{data}</sheetData></worksheet>"#
    );
    package(&[
        (
            "[Content_Types].xml",
            r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#,
        ),
        (
            "_rels/.rels",
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
        ),
        (
            "xl/workbook.xml",
            r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
        ),
        (
            "xl/_rels/workbook.xml.rels",
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#,
        ),
        (
            "xl/styles.xml",
            r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>"#,
        ),
        ("xl/worksheets/sheet1.xml", &sheet),
        ("xl/vbaProject.bin", "x"),
    ])
}

#[test]
fn formulas_macros_and_absurd_dates_are_counted_and_lose_nothing() {
    let bytes = with_sheet(
        r#"<row r="1"><c r="A1" s="1"><v>27277</v></c><c r="B1"><f>A1+1</f><v>27278</v></c><c r="C1" s="1"><v>99999999</v></c><c r="D1" s="1"><v>1975</v></c><c r="E1" t="e"><v>#REF!</v></c></row>"#,
    );
    let pieces = told(&bytes, ListTask::FirstLook);
    assert_eq!(
        rows(&pieces),
        [vec!["1974-09-05", "27278", "99999999", "1975", "#REF!"]]
    );
    for oddity in [
        Oddity::Formulas,
        Oddity::Macros,
        Oddity::AbsurdDates,
        Oddity::YearsAsDates,
        Oddity::ErrorCells,
    ] {
        assert_eq!(odd(&pieces, oddity), 1, "{oddity}");
    }
}

#[test]
fn two_thousand_columns_are_read_and_more_than_can_be_are_named() {
    let line = |count: usize| {
        (0..count)
            .map(|at| at.to_string())
            .collect::<Vec<_>>()
            .join(";")
            + "\n"
    };
    assert_eq!(
        rows(&told(line(2000).repeat(3).as_bytes(), ListTask::FirstLook))[2].len(),
        2000
    );
    assert_eq!(
        problem(line(5000).repeat(3).as_bytes()),
        Some(ListProblem::TooManyColumns)
    );
}

#[test]
fn what_is_no_list_is_named() {
    let broken = with_sheet("<row");
    let sound = with_sheet(r#"<row r="1"><c r="A1"><v>1</v></c></row>"#);
    let backwards = with_sheet(
        r#"<row r="2"><c r="A2"><v>1</v></c></row><row r="1"><c r="A1"><v>2</v></c></row>"#,
    );
    for (bytes, wanted) in [
        (&b""[..], ListProblem::Empty),
        (b"  \r\n", ListProblem::Empty),
        (b"%PDF-1.7\n%\xE2\xE3\n1 0 obj\n", ListProblem::NotAList),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", ListProblem::NotAList),
        (
            b"<html><body><table><tr><td>1</td></tr></table>",
            ListProblem::HtmlTable,
        ),
        (b"\x09\x08\x10\x00\x00\x05", ListProblem::OtherFormat),
        (&sound[..sound.len() / 2], ListProblem::Damaged),
        (&broken, ListProblem::Damaged),
        (&backwards, ListProblem::Damaged),
        (
            &package(&[("content.xml", "<office/>")]),
            ListProblem::OtherFormat,
        ),
        (&package(&[("a.txt", "a")]), ListProblem::NotAList),
        (
            b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 cut off",
            ListProblem::Damaged,
        ),
    ] {
        assert_eq!(
            problem(bytes),
            Some(wanted),
            "{:?}",
            &bytes[..bytes.len().min(12)]
        );
    }
}

#[test]
fn whoever_stops_listening_ends_the_reading() {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all("a;b\n".repeat(50_000).as_bytes()).unwrap();
    file.seek(SeekFrom::Start(0)).unwrap();
    let mut heard = 0;
    read(file, &ListTask::Sheet(String::new()), &mut |_| {
        heard += 1;
        heard < 3
    });
    assert_eq!(heard, 3);
}

/// An old workbook (BIFF8) of one sheet with two names in two fonts, a number and a formula.
fn old_workbook() -> Vec<u8> {
    fn record(kind: u16, data: &[u8]) -> Vec<u8> {
        let length = u16::try_from(data.len()).unwrap();
        [&kind.to_le_bytes()[..], &length.to_le_bytes(), data].concat()
    }
    fn name(text: &str) -> Vec<u8> {
        [&[u8::try_from(text.len()).unwrap(), 0][..], text.as_bytes()].concat()
    }
    let begin = |kind: u16| {
        record(
            0x0809,
            &[&0x0600_u16.to_le_bytes()[..], &kind.to_le_bytes(), &[0; 12]].concat(),
        )
    };
    let font = |text: &str| record(0x0031, &[&[0; 14][..], &name(text)].concat());
    let format = |font: u16| record(0x00E0, &[&font.to_le_bytes()[..], &[0; 18]].concat());
    let label = |row: u16, column: u16, format: u16, letters: &[u8]| {
        let length = u16::try_from(letters.len()).unwrap().to_le_bytes();
        let place = [row, column, format].map(u16::to_le_bytes).concat();
        record(0x0204, &[&place[..], &length, &[0], letters].concat())
    };
    let fonts = ["Arial", ".VnTime", ".VnTimeH", "Arial"].map(font).concat();
    let formats = [0, 1, 2].map(format).concat();
    let head = [
        begin(0x0005),
        record(0x0042, &1252_u16.to_le_bytes()),
        fonts,
        formats,
    ]
    .concat();
    let sheet_name = name("Trang1");
    let at = u32::try_from(head.len() + 4 + 6 + sheet_name.len() + 4).unwrap();
    let bound = record(
        0x0085,
        &[&at.to_le_bytes()[..], &[0, 0], &sheet_name].concat(),
    );
    let number = record(
        0x0203,
        &[
            &[1, 2, 0].map(u16::to_le_bytes).concat()[..],
            &1974_f64.to_le_bytes(),
        ]
        .concat(),
    );
    let cells = [
        label(0, 0, 0, b"Ho ten"),
        label(0, 1, 0, b"Ten"),
        label(0, 2, 0, b"Nam"),
        label(1, 0, 2, b"Nguy\xD4n"),
        label(1, 1, 1, b"Th\xDE"),
        number,
    ];
    let dimensions = record(
        0x0200,
        &[
            &0_u32.to_le_bytes()[..],
            &2_u32.to_le_bytes(),
            &[0, 0, 3, 0, 0, 0],
        ]
        .concat(),
    );
    let sheet = [
        begin(0x0010),
        dimensions,
        cells.concat(),
        record(0x000A, &[]),
    ]
    .concat();
    let stream = [head, bound, record(0x000A, &[]), sheet].concat();
    let mut file = cfb::CompoundFile::create(std::io::Cursor::new(Vec::new())).unwrap();
    file.create_stream("/Workbook")
        .unwrap()
        .write_all(&stream)
        .unwrap();
    file.flush().unwrap();
    file.into_inner().into_inner()
}

#[test]
fn an_old_workbook_gives_its_fonts_too() {
    let pieces = told(&old_workbook(), ListTask::Sheet("Trang1".into()));
    let Some(ListPart::Book(book)) = pieces.first() else {
        panic!("{pieces:?}")
    };
    let Some(ListPart::Rows(read)) = pieces.get(1) else {
        panic!("{pieces:?}")
    };
    let font = |cell: &Cell| book.fonts[usize::from(cell.font) - 1].clone();
    assert_eq!(rows(&pieces)[1], ["Nguy\u{D4}n", "Th\u{DE}", "1974"]);
    assert_eq!(font(&read[1].cells[0]), ".VnTimeH");
    assert_eq!(font(&read[1].cells[1]), ".VnTime");
    let bytes = old_workbook();
    assert_eq!(
        problem(&bytes[..bytes.len() / 3]),
        Some(ListProblem::Damaged)
    );
}
