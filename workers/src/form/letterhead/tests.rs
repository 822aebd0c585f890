use super::*;
use crate::layout::lines::lines;
use crate::layout::lines::tests::page;

fn head(text: &[&str]) -> Letterhead {
    Letterhead::of(&lines(&page(text))).unwrap_or_default()
}

fn read(text: &[&str], part: HeadPart) -> Option<(String, bool)> {
    let head = head(text);
    let value = head.part(part)?;
    Some((value.raw.clone(), value.held))
}

const DECISION: [&str; 12] = [
    "                                    Ký bởi: Văn phòng 05.02.2025 08:00:28",
    "   UBND TỈNH QUẢNG NGÃI             CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "   TRUNG TÂM GIÁO DỤC               Độc lập - Tự do - Hạnh phúc",
    "   THƯỜNG XUYÊN SƠN HÀ",
    "   Số: 12/QĐ-TTGDTX                Sơn Hà, ngày 05 tháng 10 năm 2024",
    "                              QUYẾT ĐỊNH",
    "        Về việc công nhận kết quả học tập của học viên năm học",
    "                   2023 - 2024 tại huyện Sơn Hà",
    "              GIÁM ĐỐC TRUNG TÂM GIÁO DỤC THƯỜNG XUYÊN",
    "     Căn cứ Quyết định số 39/QĐ-UBND ngày 12 tháng 3 năm 2009 của Ủy",
    "ban nhân dân tỉnh về việc thành lập Trung tâm Giáo dục thường xuyên xx",
    "và các văn bản hướng dẫn thi hành của các cơ quan có thẩm quyền khác nh",
];

#[test]
fn the_parts_of_a_decision_are_found_by_where_they_stand() {
    let part = |part| {
        read(&DECISION, part)
            .map(|(raw, _)| raw)
            .unwrap_or_default()
    };
    assert_eq!(
        part(HeadPart::Agency),
        "TRUNG TÂM GIÁO DỤC THƯỜNG XUYÊN SƠN HÀ"
    );
    assert_eq!(part(HeadPart::Number), "12/QĐ-TTGDTX");
    assert_eq!(part(HeadPart::Date), "ngày 05 tháng 10 năm 2024");
    assert_eq!(part(HeadPart::Place), "Sơn Hà");
    assert_eq!(part(HeadPart::Kind), "QUYẾT ĐỊNH");
    assert_eq!(
        part(HeadPart::Subject),
        "Về việc công nhận kết quả học tập của học viên năm học 2023 - 2024 tại huyện Sơn Hà"
    );
    assert_eq!(apart(&lines(&page(&DECISION)), &head(&DECISION)), 1);
}

const LETTER: [&str; 9] = [
    "     ỦY BAN NHÂN DÂN               CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "    HUYỆN KIẾN XƯƠNG               Độc lập - Tự do - Hạnh phúc",
    "   Số: ?4 /UBND-VX                 Kiến Xương, ngày @ tháng 02 năm 2005",
    "   V/v đăng ký bổ sung",
    "  nội dung kỳ họp thứ 31",
    "",
    "        Kính gửi: Sở Giáo dục và Đào tạo",
    "     Theo đề nghị của Phòng Giáo dục tại Công văn số 287/PGD ngày 04/02",
    "huyện đề nghị quý Sở xem xét, giải quyết theo thẩm quyền nội dung sau đâ",
];

#[test]
fn of_what_a_pen_filled_in_the_print_stays_and_nothing_is_accepted() {
    let number = read(&LETTER, HeadPart::Number).unwrap();
    assert_eq!(number, ("/UBND-VX".to_owned(), true));
    let date = read(&LETTER, HeadPart::Date).unwrap();
    assert_eq!(date, ("tháng 02 năm 2005".to_owned(), true));
    let written = ["Số: 24 /UBND-VX", "Số:2O_/UBND-VX"].map(|line| {
        let mut text = LETTER;
        text[2] = line;
        read(&text, HeadPart::Number)
    });
    // No date stands in the line any more, the number alone makes a head.
    assert_eq!(written[0], Some(("24/UBND-VX".to_owned(), true)));
    assert_eq!(written[1], Some(("20/UBND-VX".to_owned(), true)));
}

#[test]
fn a_letters_subject_stands_under_its_number() {
    let part = |part| read(&LETTER, part);
    let subject = "V/v đăng ký bổ sung nội dung kỳ họp thứ 31".to_owned();
    assert_eq!(part(HeadPart::Subject), Some((subject, false)));
    assert_eq!(part(HeadPart::Kind), None);
    let agency = "ỦY BAN NHÂN DÂN HUYỆN KIẾN XƯƠNG".to_owned();
    assert_eq!(part(HeadPart::Agency), Some((agency, false)));
}

#[test]
fn a_page_whose_motto_stands_in_the_middle_has_no_letterhead() {
    let diploma = [
        "          CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "             Độc lập - Tự do - Hạnh phúc",
        "              BẰNG TỐT NGHIỆP TRUNG HỌC",
        "Họ và tên: Lê Thị Nga      Sinh ngày 5 tháng 9 năm 1974 tại Huế xx",
    ];
    assert!(Letterhead::of(&lines(&page(&diploma))).is_none());
    assert!(Letterhead::of(&[]).is_none());
}

#[test]
fn numbers_of_every_era_are_told_from_what_else_has_strokes() {
    let number = |text: &str| number::of(&lines(&page(&[text]))[0]).map(|found| found.number.raw);
    assert_eq!(
        number("Số: 587/SGDĐT-GDTrH").as_deref(),
        Some("587/SGDĐT-GDTrH")
    );
    assert_eq!(number("2412-QĐ-GDĐT").as_deref(), Some("2412-QĐ-GDĐT"));
    assert_eq!(
        number("Số : 105/1996/QĐ-SGD-KT").as_deref(),
        Some("105/1996/QĐ-SGD-KT")
    );
    assert_eq!(number("Số: 24 /TTr -UBND").as_deref(), Some("24/TTr-UBND"));
    assert_eq!(number("Ngày 5/9/1974"), None);
    assert_eq!(number("Độc lập - Tự do"), None);
}
