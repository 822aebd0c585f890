//! `Số: 12/QĐ-SGDĐT`: figures, often by pen, and the printed notation behind them.

use std::sync::LazyLock;

use regex::Regex;

use super::{Blank, text};
use crate::class::HeadPart;
use crate::geometry::right;
use crate::layout::lines::Line;
use crate::values::Candidate;

/// The label, as far as it was read, at the beginning of its line.
static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\W{0,3}(?:S[\p{Ll}°º0]{1,3}\s*[:;.,]{0,2}|S\p{L}{1,2}\s?[:;.])\s*")
        .expect("the expression is fixed and tested")
});

/// The notation: a year perhaps, then the kind and the body in letters, parted by strokes.
static NOTATION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:/\s?(?:19|20)\d\d\s?)?[/-]\s?[-–]{0,2}\s?\p{Lu}[\p{L}\d&.]*(?:\s?[-–/]\s?[-–]?\s?[\p{L}\d&]+)*")
        .expect("the expression is fixed and tested")
});

/// Number and notation, and where the figures stand.
pub(super) struct Number {
    pub number: Candidate,
    pub blank: Option<Blank>,
}

/// Number and notation of a line that begins with them.
pub(super) fn of(line: &Line) -> Option<Number> {
    let text = text(line);
    let label = LABEL.find(&text.text).map(|label| label.end());
    let from = label.unwrap_or(0);
    let rest = &text.text[from..];
    let found = NOTATION.find(rest)?;
    let figures = rest[..found.start()].trim();
    let is_figures = |c: char| c.is_ascii_digit();
    let labelled = label.is_some() && figures.chars().count() <= 8;
    // Without its label only figures right before a notation are a number.
    let bare = !figures.is_empty() && figures.chars().all(is_figures);
    if figures.is_empty() && found.as_str().starts_with('-') {
        return None; // a body's name may hold a stroke
    }
    let has_body = found.as_str().chars().filter(|c| c.is_uppercase()).count() >= 2;
    if !(labelled || bare) || !has_body {
        return None;
    }
    let notation: String = found.as_str().split_whitespace().collect();
    let notation = notation.replace('–', "-").replace("--", "-");
    let begins = from + rest.find(|c: char| !c.is_whitespace()).unwrap_or(0);
    let words = text.words_in(begins..from + found.end());
    // Printed figures stand in one word with their notation, and nothing but figures does.
    let glued = bare && rest[..found.start()].ends_with(is_figures);
    let proposed = proposed(figures).unwrap_or_default();
    let stroke = text.place_of(from + found.start()..from + found.end());
    // Its stroke reaches above and below the letters, with which figures are compared; but where it stands no figure
    // does, because it would be read as one.
    let letters = text.place_of(from + found.start() + 1..from + found.end());
    let behind = stroke.zip(letters);
    let label = label.and_then(|end| text.place_of(0..end));
    let own = text.place_of(begins..from + found.start());
    let blank = behind.and_then(|(stroke, print)| {
        let [_, top, _, height] = print;
        let left = label.map(right).or(own.map(|own| own[0]))?;
        Some(Blank {
            part: HeadPart::Number,
            place: [left, top - height / 3, stroke[0] - left, height * 5 / 3],
            print,
            around: (String::new(), notation.clone()),
        })
    });
    let number = Candidate {
        raw: format!("{proposed}{notation}"),
        words,
        held: !glued || proposed.is_empty(),
    };
    Some(Number { number, blank })
}

/// The figures a pen seems to have written, where each looks like one.
pub(super) fn proposed(read: &str) -> Option<String> {
    let marks = [
        '_', '.', ',', ' ', '-', '\'', '"', '”', '“', '’', '‘', ':', ';',
    ];
    let read = read.trim_matches(marks);
    let figures: Option<String> = read.chars().filter(|c| *c != ' ').map(figure).collect();
    figures.filter(|figures| (1..=5).contains(&figures.len()))
}

/// The figure a sign looks like.
fn figure(sign: char) -> Option<char> {
    match sign {
        '0'..='9' => Some(sign),
        'O' | 'o' | '(' | 'Ø' | 'ø' | 'Q' | 'D' | 'Ó' | 'Ô' | 'Ò' | 'Õ' | 'Ö' => Some('0'),
        'l' | 'I' | '|' | ']' | '[' | '!' | 'i' | 'Í' | 'Ì' | 'Ị' | 'J' => Some('1'),
        'Z' | 'z' => Some('2'),
        'S' | 's' | '$' => Some('5'),
        'b' | 'ó' | 'ố' | 'ổ' => Some('6'),
        'B' | '&' => Some('8'),
        'q' | 'g' => Some('9'),
        _ => None,
    }
}
