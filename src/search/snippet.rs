//! A few lines around the words that were asked for.

use std::ops::Range;

/// Characters of a snippet.
const LENGTH: usize = 240;
/// Characters before the first marked word.
const BEFORE: usize = 60;

/// A piece of a text, marked or not.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[schema(as = Piece)] // the name that the description of the API gave it first
pub struct SnippetPart {
    /// As it was read.
    pub text: String,
    /// Whether it was asked for.
    pub marked: bool,
}

/// The part of a text with the most marked words, in pieces; its beginning where none is marked.
pub(super) fn snippet(text: &str, marks: &[Range<usize>]) -> Vec<SnippetPart> {
    let best = marks.iter().enumerate().max_by_key(|(at, mark)| {
        let end = forward(text, mark.start, LENGTH - BEFORE);
        let near = marks[*at..].iter().take_while(|other| other.end <= end);
        (near.count(), std::cmp::Reverse(*at))
    });
    let start = best.map_or(0, |(_, mark)| backward(text, mark.start, BEFORE));
    let end = forward(text, start, LENGTH);
    pieces(text, start..end, marks)
}

/// A part of a text in pieces, each line break a blank.
pub(super) fn pieces(text: &str, part: Range<usize>, marks: &[Range<usize>]) -> Vec<SnippetPart> {
    let mut pieces = Vec::new();
    let mut add = |range: Range<usize>, marked| {
        if let Some(text) = text.get(range).filter(|text| !text.is_empty()) {
            pieces.push(SnippetPart {
                text: text.to_owned(),
                marked,
            });
        }
    };
    let mut at = part.start;
    for mark in marks
        .iter()
        .filter(|mark| mark.start >= part.start && mark.end <= part.end)
    {
        add(at..mark.start, false);
        add(mark.clone(), true);
        at = mark.end;
    }
    add(at..part.end, false);
    pieces
}

/// The place `characters` before, at the beginning of a word.
fn backward(text: &str, from: usize, characters: usize) -> usize {
    let before = &text[..from];
    let start = before
        .char_indices()
        .rev()
        .take(characters)
        .last()
        .map_or(from, |(at, _)| at);
    if start == 0 {
        return 0;
    }
    let blank = text[start..from].find(char::is_whitespace);
    blank.map_or(start, |blank| start + blank + 1)
}

/// The place `characters` after, at the end of a word.
fn forward(text: &str, from: usize, characters: usize) -> usize {
    let Some((end, _)) = text[from..].char_indices().nth(characters) else {
        return text.len();
    };
    let blank = text[from..from + end].rfind(char::is_whitespace);
    from + blank.filter(|blank| *blank > 0).unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_densest_part_is_shown_and_nothing_is_cut_within_a_letter() {
        let far = "chữ ".repeat(200);
        let text = format!("lịch {far}bố trí lịch quét {far}");
        let at = text.find("bố").unwrap();
        let marks = [0..7, at..at + 5, at + 6..at + 10, at + 11..at + 18];
        let marks: Vec<Range<usize>> = marks.to_vec();
        let shown = snippet(&text, &marks);
        let marked: Vec<&str> = shown
            .iter()
            .filter(|piece| piece.marked)
            .map(|piece| piece.text.as_str())
            .collect();
        assert_eq!(marked.len(), 3, "{shown:?}");
        let whole: String = shown.iter().map(|piece| piece.text.as_str()).collect();
        assert!(text.contains(&whole) && whole.chars().count() <= LENGTH);
        assert!(whole.starts_with("chữ"));
        assert_eq!(snippet("ngắn", &[])[0].text, "ngắn");
        assert!(snippet("", &[]).is_empty());
    }
}
