//! What a page says of one person, whatever its title: the particulars that stand on every diploma, certificate and
//! their copies, each in the words of several eras.

use sogoc_vietnamese::fold;

use crate::layout::lines::Line;

/// A page of more words is a letter, a report or a table.
const MOST_WORDS: usize = 320;
/// What one particular is worth beside the words of a class.
const EACH: f32 = 1.1;
/// What a title in capitals that says what the paper is is worth.
const TITLE: f32 = 2.0;
/// Fewer particulars may stand in any letter about a person.
const LEAST: usize = 3;

/// Words for the particulars, without accents; of those that begin with a blank only whole words are meant.
const PARTICULARS: [&[&str]; 9] = [
    &[
        "sinh ngay",
        "ngay sinh",
        "sinh nam",
        "thang nam sinh",
        "date of birth",
    ],
    &[
        "noi sinh",
        "sinh tai",
        "sinh quan",
        "que quan",
        " que o",
        "place of birth",
    ],
    &["dan toc", "gioi tinh", "nam nu"],
    &[
        "hoc sinh truong",
        "hoc tai truong",
        "hoc vien truong",
        "sinh vien truong",
    ],
    &[
        "khoa thi",
        "khoa ngay",
        "hoi dong thi",
        "hoi dong coi thi",
        "ky thi",
    ],
    &[
        "xep loai",
        "tot nghiep loai",
        " hang ",
        " loai ",
        "graduation grade",
    ],
    &[
        "hinh thuc dao tao",
        "hinh thuc hoc",
        "he dao tao",
        "mode of study",
    ],
    &["so hieu", "bang so", "so bang", "so phoi", "serial number"],
    &["vao so", "reference number", "reg no"],
];

/// Which of [`PARTICULARS`] is the birth: without it the page is about no person's diploma.
const BIRTH: usize = 0;
/// Those that only a diploma has.
const OF_DIPLOMA: std::ops::Range<usize> = 5..9;

/// How titles of diplomas and certificates begin, without accents.
const TITLES: [&str; 6] = [
    "bang",
    "van bang",
    "chung chi",
    "giay chung nhan",
    "ban sao",
    "diploma",
];

/// How much a page's particulars and title speak for a diploma; zero for a page that is not about one person.
pub(super) fn of_diploma(lines: &[Line]) -> f32 {
    let texts: Vec<String> = lines.iter().map(|line| line.text()).collect();
    let all = format!(" {} ", fold::words(&texts.join(" ")));
    let says = |words: &&[&str]| words.iter().any(|phrase| all.contains(phrase));
    let said: Vec<usize> = (0..PARTICULARS.len())
        .filter(|at| says(&PARTICULARS[*at]))
        .collect();
    let of_diploma = said.iter().any(|at| OF_DIPLOMA.contains(at));
    let few = all.split(' ').count() <= MOST_WORDS;
    if said.len() < LEAST || !said.contains(&BIRTH) || !of_diploma || !few {
        return 0.0;
    }
    EACH * said.len() as f32 + if is_titled(lines) { TITLE } else { 0.0 }
}

/// Whether a line is the title of a diploma or certificate.
pub(super) fn is_titled(lines: &[Line]) -> bool {
    lines.iter().any(|line| is_title(&line.text()))
}

/// Whether a line in capitals begins as such a title does.
fn is_title(text: &str) -> bool {
    let folded = fold::words(text);
    let begins = |title: &&str| {
        let rest = folded.strip_prefix(*title);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    let small = text.chars().filter(|c| c.is_lowercase()).count();
    small * 5 <= text.chars().count() && TITLES.iter().any(begins)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::lines::lines;
    use crate::layout::lines::tests::page;

    fn weight(text: &[&str]) -> f32 {
        of_diploma(&lines(&page(text)))
    }

    #[test]
    fn a_person_and_a_grade_under_a_title_are_a_diploma_whatever_its_words() {
        let labels = [
            "CHỨNG CHỈ",
            "NGHỀ ĐIỆN DÂN DỤNG",
            "Họ tên: Lê Thị Nga",
            "Ngày sinh: 5/6/1989",
            "Sinh quán: Huế",
            "Xếp loại: Khá",
            "Vào sổ gốc số: 14",
        ];
        assert!(weight(&labels) > 6.0);
        let sentence = [
            "BẰNG",
            "Chứng nhận Lê Nga sinh ngày 5/6/1989 quê ở Huế",
            "đã trúng tuyển kỳ thi loại Giỏi",
        ];
        assert!(weight(&sentence) > 5.0);
    }

    #[test]
    fn a_letter_about_a_person_is_none() {
        assert_eq!(
            weight(&["Kính gửi: Sở", "Ông Lê Nga, sinh ngày 5/6/1989, đề nghị"]),
            0.0
        );
        assert_eq!(
            weight(&["Xếp loại: Khá", "Số hiệu: 12", "Dân tộc: Kinh"]),
            0.0
        );
    }
}
