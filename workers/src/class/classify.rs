//! Which class a page belongs to, from the words that speak for and against each.

use super::{Class, Classes, GENERAL};
use sogoc_vietnamese::fold;
use strsim::levenshtein;

/// Below this sum of weights nothing is recognised.
pub(crate) const LEAST: f32 = 2.0;

/// How much the words of a page speak for each class, most first.
pub(crate) fn scores<'c>(text: &str, classes: &'c Classes) -> Vec<(&'c Class, f32)> {
    let words: Vec<String> = fold::words(text).split(' ').map(str::to_owned).collect();
    let mut scores: Vec<(&Class, f32)> = classes
        .iter()
        .map(|class| (class, score(class, &words)))
        .collect();
    scores.sort_by(|a, b| b.1.total_cmp(&a.1));
    scores
}

/// The class of a page by its words alone, and how sure that is, 0 to 1.
#[cfg(test)]
pub(crate) fn classify(text: &str, classes: &Classes) -> (String, f64) {
    likeliest(&scores(text, classes))
}

/// The class of the highest score, and how sure that is, 0 to 1.
pub(crate) fn likeliest(scores: &[(&Class, f32)]) -> (String, f64) {
    let Some((best, first)) = scores.first().copied() else {
        return (GENERAL.to_owned(), 0.0);
    };
    if first < LEAST {
        return (GENERAL.to_owned(), 0.1);
    }
    let second = scores.get(1).map_or(0.0, |(_, score)| score.max(0.0));
    (best.id.clone(), f64::from(first / (first + second + 1.0)))
}

fn score(class: &Class, words: &[String]) -> f32 {
    class
        .cues
        .iter()
        .filter(|cue| stands_in(&cue.words, words))
        .map(|cue| cue.weight)
        .sum()
}

/// Whether the phrase stands in the text, a slip in eight letters forgiven.
fn stands_in(phrase: &str, words: &[String]) -> bool {
    let phrase = fold::words(phrase);
    let length = phrase.split(' ').count();
    let slips = phrase.len() / 8;
    words.windows(length).any(|window| {
        let found = window.join(" ");
        found == phrase
            || (slips > 0
                && found.len().abs_diff(phrase.len()) <= slips
                && levenshtein(&found, &phrase) <= slips)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class_of(text: &str) -> String {
        classify(text, &Classes::load(None).unwrap()).0
    }

    #[test]
    fn titles_decide_even_with_slips_of_the_engine() {
        assert_eq!(
            class_of("BẰNG TỐT NGHIỆP TRUNG HỌC PHỔ THÔNG\nHọ và tên: Lê Nga"),
            "van_bang"
        );
        assert_eq!(
            class_of("SỔ GỐC CẤP BẦNG TỐT NGHIỆP\nSTT Họ và tên Ghi chú"),
            "so_goc"
        );
        assert_eq!(
            class_of("PHỤ LỤC SỔ GỐC CẤP BẰNG\nNội dung chỉnh sửa"),
            "phu_luc_so_goc"
        );
        assert_eq!(class_of("PHIẾU CHI\nNgười nhận tiền\nSố tiền"), "tai_chinh");
        assert_eq!(
            class_of("Kính gửi: Trường\nV/v cấp bản sao bằng tốt nghiệp"),
            "tai_lieu"
        );
        assert_eq!(
            class_of("QUYẾT ĐỊNH\nĐiều 1. Cho phép chuyển trường"),
            "ket_qua_tthc"
        );
        assert_eq!(
            class_of("Môn học HKI HKII Cả năm\nHạnh kiểm: Tốt"),
            "hoc_ba"
        );
    }

    #[test]
    fn an_unknown_page_is_general_with_little_confidence() {
        let (class, confidence) = classify("lorem ipsum", &Classes::load(None).unwrap());
        assert_eq!(class, GENERAL);
        assert!(confidence < 0.3);
    }
}
