//! What a page shows of its place in a paper of several pages: that a paper begins or ends on it, or that its text comes
//! from the page before and goes on on the next.

use std::collections::BTreeSet;

use sogoc_vietnamese::fold;

use crate::class::Classes;
use crate::form::bears_motto;
use crate::geometry::right;
use crate::layout::lines::Line;
use crate::reading::Continuity;
use crate::word::Word;

/// A title stands above this share of the page's height.
const TITLE_ABOVE: f64 = 0.45;
/// The middle of a title is at most this share of the width from the middle of the writing.
const CENTRED: f64 = 0.08;
/// Fewest letters of a title; less is a notation or an initial.
const TITLE_LETTERS: usize = 6;
/// A signature stands below this share of the page's height.
const SIGNED_BELOW: f64 = 0.25;
/// An annex says so in one of its first lines.
const ANNEX_LINES: usize = 10;
/// A line that reaches this share of the text's width goes on on the next.
const FULL: f64 = 0.85;
/// Papers that have annexes: NĐ 30/2020/NĐ-CP, Article 7.
const PAPERS: [&str; 9] = [
    "quyetdinh",
    "congvan",
    "thongbao",
    "totrinh",
    "kehoach",
    "baocao",
    "huongdan",
    "vanban",
    "chithi",
];
/// How an office is signed for: NĐ 30/2020/NĐ-CP, Annex I, II.7.
const SIGNED_FOR: [&str; 5] = ["kt", "tl", "tm", "tuq", "q"];

/// Of an upright page `(width, height)` pixels large.
pub(crate) fn of(lines: &[Line], (width, height): (u32, u32), classes: &Classes) -> Continuity {
    let (width, height) = (f64::from(width.max(1)), f64::from(height.max(1)));
    let down = |line: &Line| f64::from(line.bounds()[1]) / height;
    // A page number is a line of its own and belongs to no sentence.
    let text: Vec<&Line> = lines
        .iter()
        .filter(|line| letters(&line.words) > 2)
        .collect();
    let offices = offices(classes);
    let full = text.iter().map(|line| right(line.bounds())).max();
    Continuity {
        head: bears_motto(lines),
        title: lines
            .iter()
            .any(|line| down(line) < TITLE_ABOVE && is_title(line, width)),
        annex: lines.iter().take(ANNEX_LINES).any(is_annex),
        signed: lines
            .iter()
            .any(|line| down(line) > SIGNED_BELOW && is_signature(line, &offices)),
        runs_in: text.first().is_some_and(|line| {
            let first = line.words.first().and_then(|word| word.text.chars().next());
            first.is_some_and(char::is_lowercase)
        }),
        runs_on: text.last().zip(full).is_some_and(|(line, full)| {
            let last = line.words.last().and_then(|word| word.text.chars().last());
            let open = last.is_some_and(|letter| letter.is_alphanumeric() || letter == ',');
            open && f64::from(right(line.bounds())) > f64::from(full) * FULL
        }),
    }
}

fn letters(words: &[Word]) -> usize {
    words.iter().map(Word::letters).sum()
}

fn is_title(line: &Line, width: f64) -> bool {
    let [part] = &line.segments()[..] else {
        return false; // words in several columns
    };
    let words = &line.words[part.clone()];
    let numbered =
        words[0].text.starts_with(|c: char| c.is_ascii_digit()) || words[0].text.ends_with('.'); // "II. NỘI DUNG" is a heading within a text
    let small = words
        .iter()
        .any(|word| word.text.chars().any(char::is_lowercase));
    let [left, _, wide, _] = line.bounds();
    let off = (f64::from(left) + f64::from(wide) / 2.0) / width - 0.5;
    !numbered && !small && letters(words) >= TITLE_LETTERS && off.abs() < CENTRED
}

fn is_annex(line: &Line) -> bool {
    let folded = fold::letters(&line.text());
    // The register's own appendix is a paper by itself.
    let appendix = folded.starts_with("phuluc") && !folded.contains("sogoc");
    // A receipt has vouchers attached ("Kèm theo: 02 chứng từ gốc"); an annex is attached to a paper.
    let attached = folded.split_once("kemtheo").map(|(_, to)| to);
    appendix || attached.is_some_and(|to| PAPERS.iter().any(|paper| to.starts_with(paper)))
}

fn is_signature(line: &Line, offices: &BTreeSet<String>) -> bool {
    line.segments().into_iter().any(|part| {
        let words = &line.words[part];
        let text = words.iter().map(|word| word.text.as_str());
        let folded = fold::letters(&text.collect::<Vec<_>>().join(" "));
        let capitals = !words
            .iter()
            .any(|word| word.text.chars().any(char::is_lowercase));
        let mut signed_for = SIGNED_FOR.iter();
        let first = fold::letters(&words[0].text);
        let for_office = words.len() > 1 && signed_for.any(|sign| first == *sign);
        folded.starts_with("noinhan") || capitals && (for_office || offices.contains(&folded))
    })
}

/// The offices that sign, of all classes, without accents, case and blanks.
fn offices(classes: &Classes) -> BTreeSet<String> {
    let fields = classes.iter().flat_map(|class| &class.fields);
    let offices = fields.flat_map(|field| &field.offices);
    offices.map(|office| fold::letters(office)).collect()
}
