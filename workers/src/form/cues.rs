//! What the structure of a page says of its class: the head of an official paper, and the labels of a form.

use std::collections::BTreeSet;

use super::labels::{divided, label_places};
use super::letterhead::Letterhead;
use crate::class::{Class, Field, HeadPart, Layout};
use crate::layout::lines::Line;
use sogoc_vietnamese::fold;

/// What the head of an official paper is worth beside the words of the page.
const HEAD: f32 = 4.0;
/// What its kind is worth: decisions and papers handed out are results of procedures, others are not.
const KIND: f32 = 1.5;
/// What each label of a form is worth beyond the first few, which many forms share.
const LABEL: f32 = 0.6;
const SHARED_LABELS: usize = 2;
const MOST_LABELS: usize = 9;
/// A line with more labels than this is the header of a table.
const MOST_IN_A_LINE: usize = 3;
/// How kinds of papers that are handed out begin.
const HANDED_OUT: [&str; 2] = ["quyetdinh", "giay"];

/// Adds to the scores of classes what the structure of the page says for and against them; most first.
pub(crate) fn weigh(scores: &mut [(&Class, f32)], lines: &[Line]) {
    let head = Letterhead::of(lines).filter(Letterhead::is_official);
    let kind = head
        .as_ref()
        .and_then(|head| head.part(HeadPart::Kind))
        .map(|kind| fold::letters(&kind.raw));
    let handed_out = kind.is_some_and(|kind| HANDED_OUT.iter().any(|open| kind.starts_with(open)));
    for (class, score) in scores.iter_mut() {
        match class.layout {
            Layout::Paper if head.is_some() => {
                let fits = handed_out == (class.id != crate::class::GENERAL);
                *score += HEAD + if fits { KIND } else { 0.0 };
            }
            Layout::Form if head.is_none() => *score += labels(class, lines),
            _ => {}
        }
    }
    scores.sort_by(|a, b| b.1.total_cmp(&a.1));
}

/// What the labels of a class on a page say for it.
fn labels(class: &Class, lines: &[Line]) -> f32 {
    let fields: Vec<&Field> = class.fields.iter().collect();
    let found: BTreeSet<String> = lines
        .iter()
        .map(|line| label_places(&divided(line), &fields))
        .filter(|labels| labels.len() <= MOST_IN_A_LINE)
        .flatten()
        .map(|label| label.key)
        .collect();
    let counted = found.len().min(MOST_LABELS).saturating_sub(SHARED_LABELS);
    counted as f32 * LABEL
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::class::Classes;
    use crate::class::classify::scores;
    use crate::layout::lines::Text;
    use crate::layout::lines::lines;
    use crate::layout::lines::tests::page;

    fn class_of(text: &[&str]) -> String {
        let classes = Classes::load(None).unwrap();
        let lines = lines(&page(text));
        let mut scores = scores(&Text::new(&lines).text, &classes);
        weigh(&mut scores, &lines);
        scores[0].0.id.clone()
    }

    #[test]
    fn a_directive_about_diplomas_is_a_paper_by_its_head() {
        let directive = [
            "   ỦY BAN NHÂN DÂN               CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
            "   HUYỆN KIẾN XƯƠNG              Độc lập - Tự do - Hạnh phúc",
            "   Số: 24 /CT-UBND               Kiến Xương, ngày 4 tháng 02 năm 2005",
            "                           CHỈ THỊ",
            "     Về việc cấp bằng tốt nghiệp trung học phổ thông",
            "đã tốt nghiệp học sinh trường xxxxx bằng tốt nghiệp trung học phổ thông xxxxxx",
        ];
        assert_eq!(class_of(&directive), "tai_lieu");
        let mut decision = directive;
        decision[3] = "                          QUYẾT ĐỊNH";
        assert_eq!(class_of(&decision), "ket_qua_tthc");
    }

    #[test]
    fn labels_make_a_form_whatever_its_title() {
        let untitled = [
            "Họ và tên: Lê Thị Nga      Dân tộc: Kinh",
            "Ngày sinh: 5/9/1974        Nơi sinh: Huế",
            "Khóa thi: 5/6/1992         Hội đồng thi: Huế",
            "Xếp loại: Khá              Số hiệu: 12345",
        ];
        assert_eq!(class_of(&untitled), "van_bang");
    }

    #[test]
    fn the_header_of_a_table_is_no_row_of_labels() {
        let classes = Classes::load(None).unwrap();
        let header = ["TT  Họ và tên  Ngày sinh  Nơi sinh  Xếp loại  Số bằng  Số vào sổ"];
        let diploma = classes.get("van_bang").unwrap();
        assert!(labels(diploma, &lines(&page(&header))) < f32::EPSILON);
    }
}
