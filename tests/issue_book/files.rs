//! The book of a year as a spreadsheet and as paper, read back by others.

use std::process::Command;

use sogoc::access::Role;
use sogoc::certified_copy;
use sogoc::copy_request;
use sogoc::issue_book::{self, BookLine, IssueBook, LineState};

use crate::copy_pdf::{ask, text_of, written};
use crate::desk::asking;
use crate::support::archive::caller;
use crate::support::holdings::Holdings;

#[tokio::test(flavor = "multi_thread")]
async fn every_number_of_the_year_is_there_with_what_became_of_it() {
    let holdings = Holdings::lived(None).await;
    let (archive, head) = (&holdings.archive, caller(Role::Approver));
    certified_copy::withdraw(archive, &head, &holdings.valid.id, "in nhầm")
        .await
        .unwrap();
    certified_copy::reissue(archive, &head, &holdings.valid.id, None)
        .await
        .unwrap();
    void_one(&holdings).await;
    let portal = caller(Role::Portal);
    let asked = copy_request::ask(archive, &portal, &asking("k"))
        .await
        .unwrap();
    let clerk = caller(Role::Reviewer);
    copy_request::refuse(archive, &clerk, &asked.id, "không có trong sổ")
        .await
        .unwrap();

    let book = issue_book::of_year(archive, &head, 2026).await.unwrap();
    let said: Vec<(Option<i64>, &str, i64)> = book
        .lines
        .iter()
        .map(|line| (line.number, line.state.as_str(), line.quantity))
        .collect();
    let expected = [
        (Some(1), "withdrawn", 1),
        (Some(2), "issued", 1),
        (Some(3), "issued", 1),
        (Some(4), "void", 0),
        (None, "refused", 0),
    ];
    let mut sorted = said.clone();
    sorted.sort_by_key(|(number, ..)| number.unwrap_or(99));
    assert_eq!(sorted, expected);
    let note = |number: i64| {
        let line = book.lines.iter().find(|line| line.number == Some(number));
        line.unwrap().note.clone()
    };
    assert_eq!(note(1), "Đã hủy: in nhầm");
    assert_eq!(note(3), "Cấp lại bản sao số 1/2026");
    assert!(note(4).starts_with("Hủy số"));
    assert_eq!(
        issue_book::of_year(archive, &head, 2025)
            .await
            .unwrap()
            .lines,
        []
    );
    assert!(issue_book::of_year(archive, &head, 99_999).await.is_err());
}

/// A record that cannot be printed gets a number and no copy.
async fn void_one(holdings: &Holdings) {
    let archive = &holdings.archive;
    let id = &holdings.unprintable().await;
    certified_copy::issue_now(archive, &caller(Role::Approver), id, None)
        .await
        .unwrap();
}

/// A book that fills several pages, with hostile text.
pub fn long() -> IssueBook {
    let line = |number: i64| BookLine {
        request_id: None,
        number: Some(number),
        state: LineState::Issued,
        day: "22/11/2026".into(),
        ho_ten: "Nguyễn Thị Thùy Dương".into(),
        ngay_sinh: "05/06/1989".into(),
        document: "BẰNG TỐT NGHIỆP".into(),
        so_hieu: format!("A {number:07}"),
        so_vao_so: format!("{number}/THPT"),
        quantity: 1,
        receiver: "Trần Văn Mẫu".into(),
        released_by: "Nguyễn Quang Vinh".into(),
        note: String::new(),
    };
    let mut lines: Vec<BookLine> = (1..=60).map(line).collect();
    lines[1].note = "=HYPERLINK(\"http://x.example\")".into();
    lines[2].ho_ten = "Lê 中 \u{202e}Mẫu".into();
    lines[3].note = "Đã hủy: ".to_owned() + &"rất dài ".repeat(40);
    IssueBook {
        agency: "SỞ GIÁO DỤC VÀ ĐÀO TẠO".into(),
        year: 2026,
        printed_at: "2026-11-22T04:35:00Z".into(),
        lines,
    }
}

#[test]
fn the_paper_repeats_its_head_numbers_its_pages_and_loses_no_line() {
    let pdf = issue_book::paper(&long()).unwrap();
    assert_eq!(
        pdf,
        issue_book::paper(&long()).unwrap(),
        "the same book, the same bytes"
    );
    let file = written(&pdf);
    ask("qpdf", &["--check"], file.path(), &[]);
    let facts = ask("pdfinfo", &[], file.path(), &[]);
    assert!(facts.contains("Tagged:          yes"), "{facts}");
    assert!(facts.contains("841.89 x 595.28"), "landscape: {facts}");
    let pages: usize = facts
        .lines()
        .find_map(|line| line.strip_prefix("Pages:"))
        .unwrap()
        .trim()
        .parse()
        .unwrap();
    assert!(pages >= 3, "{pages}");
    let text = text_of(&pdf);
    assert_eq!(text.matches("Ký nhận").count(), pages);
    for page in 1..=pages {
        assert!(text.contains(&format!("Trang {page}/{pages}")), "{text}");
    }
    for number in 1..=60 {
        assert!(text.contains(&format!("A {number:07}")), "{number}: {text}");
    }
    let metadata = ask("pdfinfo", &["-meta"], file.path(), &[]);
    assert!(metadata.contains("<pdfaid:part>2</pdfaid:part>"));
    let structure = ask("pdfinfo", &["-struct"], file.path(), &[]);
    assert!(structure.contains("Table") && structure.contains("TH") && structure.contains("TD"));
}

#[test]
fn the_spreadsheet_is_read_by_another_program_and_holds_no_formula() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("book.xlsx");
    std::fs::write(&file, issue_book::spreadsheet(&long()).unwrap()).unwrap();
    let script = "import sys, zipfile, re, xml.dom.minidom as dom\n\
         z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None\n\
         [dom.parseString(z.read(n)) for n in z.namelist()]\n\
         sheet = z.read('xl/worksheets/sheet1.xml').decode(); assert '<f>' not in sheet\n\
         print(len(re.findall('<row>', sheet)), sheet)";
    let output = Command::new("python3")
        .args(["-c", script])
        .arg(&file)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(said.starts_with("64 "), "{said}"); // title, head and sixty lines
    assert!(said.contains("SỔ CẤP BẢN SAO NĂM 2026") && said.contains("=HYPERLINK"));
}
