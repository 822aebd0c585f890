//! Made-up pages, the same for the same number on every machine: letters with a notation, a date and a subject, and pages
//! of registers with the rows of twenty people.

use std::fmt::Write;

use sogoc_index::{Document, DocumentKind};

use crate::people::{self, Dice};

/// Rows on a page of a register.
const ROWS: u64 = 20;

const ACTS: &[&str] = &[
    "bố trí lịch quét",
    "giao chỉ tiêu tuyển sinh",
    "thành lập hội đồng coi thi",
    "điều động giáo viên",
    "công nhận tốt nghiệp",
    "báo cáo thống kê",
    "kiểm tra hồ sơ",
    "cấp phát phôi bằng",
    "nghỉ hè và tựu trường",
    "khen thưởng học sinh",
    "bổ nhiệm hiệu trưởng",
    "thanh tra chuyên môn",
    "mở lớp bổ túc",
    "thu học phí",
    "sửa chữa phòng học",
    "mua sách giáo khoa",
];
const WHOM: &[&str] = &[
    "các trường trung học",
    "phòng giáo dục các huyện",
    "cán bộ quản lý",
    "học sinh dân tộc thiểu số",
    "thí sinh tự do",
    "giáo viên hợp đồng",
    "hội đồng thi",
    "nhà trường nội trú",
    "trung tâm thường xuyên",
    "các đơn vị trực thuộc",
];
const WHEN: &[&str] = &[
    "học kỳ một",
    "học kỳ hai",
    "trong quý ba",
    "đầu năm học",
    "cuối năm học",
    "dịp hè",
    "sau bão lụt",
    "theo kế hoạch bổ sung",
    "đợt hai",
    "khóa ngày",
];
const KINDS: &[(&str, &str)] = &[
    ("QUYẾT ĐỊNH", "QĐ-SGDĐT"),
    ("CÔNG VĂN", "SGDĐT-VP"),
    ("THÔNG BÁO", "TB-SGDĐT"),
    ("KẾ HOẠCH", "KH-PGD"),
];
const PLACES: &[&str] = &[
    "Ba Tơ",
    "Mộ Đức",
    "Đức Phổ",
    "Sơn Hà",
    "Trà Bồng",
    "Bình Sơn",
    "Nghĩa Hành",
    "Minh Long",
];

/// What a letter says, by which it is asked for.
pub struct Letter {
    pub kind: &'static str,
    pub notation: String,
    pub day: u8,
    pub month: u8,
    pub year: i32,
    pub subject: String,
}

/// Whether page number `n` is a letter; every other one is.
pub fn is_letter(n: u64) -> bool {
    n.is_multiple_of(2)
}

/// An invented letter; the same `n` always gives the same one.
pub fn letter(n: u64) -> Letter {
    let mut dice = Dice::new(n + 77_000_001);
    dice.below(2); // the first throw of like seeds is alike
    let (kind, ending) = KINDS[dice.below(KINDS.len())];
    let mut pick = |from: &[&'static str]| from[dice.below(from.len())];
    let subject = format!(
        "{} {} huyện {} {}",
        pick(ACTS),
        pick(WHOM),
        pick(PLACES),
        pick(WHEN)
    );
    Letter {
        kind,
        notation: format!("{}/{ending}", 1 + dice.below(1500)),
        day: 1 + dice.below(28) as u8,
        month: 1 + dice.below(12) as u8,
        year: 1976 + dice.below(48) as i32,
        subject,
    }
}

/// Page number `n` of an archive with this many people.
pub fn page(n: u64, people: u64) -> Document {
    let text = if is_letter(n) {
        letter_text(n)
    } else {
        register_text(n, people)
    };
    Document {
        id: format!("page-{n:012}"),
        kind: DocumentKind::Page,
        class: if is_letter(n) { "letter" } else { "register" }.into(),
        access: "open".into(),
        fonds: "F1".into(),
        document: Some(format!("D{}", n / 3)),
        stored: serde_json::json!({ "text": text }),
        text,
        ..Document::default()
    }
}

fn letter_text(n: u64) -> String {
    let letter = letter(n);
    let Letter {
        kind,
        notation,
        day,
        month,
        year,
        subject,
    } = &letter;
    format!(
        "UBND TỈNH QUẢNG NGÃI CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nSỞ GIÁO DỤC VÀ ĐÀO TẠO Độc lập - Tự do - Hạnh phúc\n\
         Số: {notation} Quảng Ngãi, ngày {day:02} tháng {month:02} năm {year}\n{kind}\nVề việc {subject}\n\
         GIÁM ĐỐC SỞ GIÁO DỤC VÀ ĐÀO TẠO\nCăn cứ Luật Giáo dục; căn cứ chức năng, nhiệm vụ của Sở;\n\
         Theo đề nghị của Trưởng phòng Tổ chức cán bộ, các đơn vị thực hiện kể từ ngày ký.\nNơi nhận: như trên; lưu văn thư."
    )
}

fn register_text(n: u64, people: u64) -> String {
    let mut text = format!(
        "SỔ GỐC CẤP BẰNG TỐT NGHIỆP TRUNG HỌC PHỔ THÔNG\nTrang {}\n",
        n % 300
    );
    for row in 0..ROWS {
        let person = people::document((n * ROWS + row) % people.max(1));
        let birth = person.dates[0].1;
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{} {} {:02}/{:02}/{} {} {}",
            row + 1,
            person.name.unwrap_or_default(),
            birth.day.unwrap_or(1),
            birth.month.unwrap_or(1),
            birth.year,
            person.place.unwrap_or_default(),
            person.numbers[0].text
        );
    }
    text
}
