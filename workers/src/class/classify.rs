//! Which class a page belongs to, from the words that speak for and against each.

use super::{Class, Classes, Cue, GENERAL, Layout};
use sogoc_vietnamese::fold;
use strsim::levenshtein;

/// Below this sum of weights nothing is recognised.
pub(crate) const LEAST: f32 = 2.0;

/// A cue of a class of tables that speaks so strongly is its title.
const TITLE: f32 = 4.0;

/// The words of a text, and which of them may belong to a title.
struct Words {
    folded: Vec<String>,
    /// Whether a phrase that begins with it is one: it opens its line.
    opens: Vec<bool>,
    /// Whether it is in capitals.
    capitals: Vec<bool>,
}

impl Words {
    fn of(text: &str) -> Self {
        let (mut folded, mut opens, mut capitals) = (Vec::new(), Vec::new(), Vec::new());
        for line in text.lines() {
            let mut opening = true;
            for word in line.split_whitespace() {
                for part in fold::words(word).split(' ').filter(|part| !part.is_empty()) {
                    folded.push(part.to_owned());
                    opens.push(opening);
                    capitals.push(!word.chars().any(char::is_lowercase));
                    opening = false;
                }
            }
        }
        Self {
            folded,
            opens,
            capitals,
        }
    }
}

/// How much the words of a page speak for each class, most first.
pub(crate) fn scores<'c>(text: &str, classes: &'c Classes) -> Vec<(&'c Class, f32)> {
    let words = Words::of(text);
    let tables = classes.iter().filter(|class| class.layout == Layout::Table);
    let cues = tables.flat_map(|class| &class.cues);
    // What titles a book stands on other papers too: "số vào sổ gốc cấp bằng tốt nghiệp".
    let titles: Vec<&str> = cues
        .filter(|cue| cue.weight >= TITLE)
        .map(|cue| cue.words.as_str())
        .collect();
    let mut scores: Vec<(&Class, f32)> = classes
        .iter()
        .map(|class| (class, score(class, &words, &titles)))
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

fn score(class: &Class, words: &Words, titles: &[&str]) -> f32 {
    let stands = |cue: &&Cue| stands_in(&cue.words, words, titles.contains(&cue.words.as_str()));
    class.cues.iter().filter(stands).map(|cue| cue.weight).sum()
}

/// Whether the phrase stands in the text, a slip in eight letters forgiven; one that is a title only in capitals
/// or where it opens a line.
fn stands_in(phrase: &str, words: &Words, is_title: bool) -> bool {
    let phrase = fold::words(phrase);
    let length = phrase.split(' ').count();
    let slips = phrase.len() / 8;
    words
        .folded
        .windows(length)
        .enumerate()
        .any(|(at, window)| {
            let found = window.join(" ");
            let stands = found == phrase
                || (slips > 0
                    && found.len().abs_diff(phrase.len()) <= slips
                    && levenshtein(&found, &phrase) <= slips);
            let heads = || words.opens[at] || words.capitals[at..at + length].iter().all(|is| *is);
            stands && (!is_title || heads())
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
    fn the_title_of_a_register_in_a_diplomas_label_is_none() {
        let diploma = "BẰNG TỐT NGHIỆP TRUNG HỌC PHỔ THÔNG\nHọ và tên: Lê Nga\nSố vào sổ gốc cấp bằng tốt nghiệp: 12";
        assert_eq!(class_of(diploma), "van_bang");
        assert_eq!(
            class_of("Sổ gốc cấp bằng tốt nghiệp\nSTT Họ và tên"),
            "so_goc"
        );
    }

    #[test]
    fn an_unknown_page_is_general_with_little_confidence() {
        let (class, confidence) = classify("lorem ipsum", &Classes::load(None).unwrap());
        assert_eq!(class, GENERAL);
        assert!(confidence < 0.3);
    }
}
