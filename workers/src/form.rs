//! Fields of a form or paper: labels found in the words, values beside or below them.
//!
//! Labels come from the class, in the wordings of several eras, and are matched without accents,
//! a slip in five letters forgiven. A value ends at the next label, at a wide gap or at the line's end.

mod beyond;
mod captions;
mod cross_checks;
mod cues;
mod flow;
mod labels;
mod letterhead;
mod understanding;

use std::collections::BTreeMap;

use regex::Regex;

use crate::arbitration::{Claim, arbitrate};
use crate::class::{Class, Field, HeadPart, Layout, Scope};
use crate::confidence::{Check, SecondReading};
use crate::geometry::{bottom, right};
use crate::layout::lines::{Line, Text, columns};
use crate::reading::FieldReading;
use crate::values::{Candidate, normalised};
use crate::word::{Box4, Word};
pub(crate) use beyond::{hold_fragments, hold_shared};
use captions::{above, is_alone, is_captioned};
pub(crate) use cues::weigh;
use labels::{LabelMatch, divided, label_places};
pub(crate) use letterhead::{Blank, Letterhead, apart, bears_motto};
use sogoc_vietnamese::fold;
use strsim::levenshtein;
pub(crate) use understanding::{hold, understood};

/// A gap inside a value wider than this many letter heights ends it.
const WIDEST_GAP: i32 = 4;

/// The fields of a class that labels, expressions or places on the page lead to.
///
/// `scope` narrows them to those printed once on a table's page.
pub(crate) fn fields(
    class: &Class,
    lines: &[Line],
    scope: Option<Scope>,
) -> BTreeMap<String, FieldReading> {
    let wanted = |field: &&Field| scope.is_none_or(|scope| field.scope == scope);
    let fields: Vec<&Field> = class.fields.iter().filter(wanted).collect();
    let lines: Vec<Line> = lines.iter().map(divided).collect();
    let places: Vec<Vec<LabelMatch>> = lines
        .iter()
        .map(|line| label_places(line, &fields))
        .collect();
    // A column first, so that a subject runs on below itself; then across, for a date with wide gaps.
    let texts = [Text::new(&columns(&lines)), Text::new(&lines)];
    let has_head = fields.iter().any(|field| field.head.is_some());
    let head = has_head.then(|| Letterhead::of(&lines)).flatten();
    let mut found = BTreeMap::new();
    for field in &fields {
        let values = match headed(field, head.as_ref()) {
            Some(value) => vec![value],
            None => candidates(class, field, &lines, &texts, &places, head.as_ref()),
        };
        let claim = |value: &Candidate| Claim {
            check: normalised(field, &value.raw).1.rank(),
            ..Claim::default()
        };
        let claims: Vec<Claim> = values.iter().map(claim).collect();
        let best = arbitrate(&claims, 0.0).map(|at| &values[at]);
        if let Some(value) = best {
            found.insert(field.key.clone(), value.reading(field, SecondReading::None));
        }
    }
    found
}

/// The value that stands where the field's part of a letterhead stands.
fn headed(field: &Field, head: Option<&Letterhead>) -> Option<Candidate> {
    let value = head?.part(field.head?)?;
    let kind = (field.head? == HeadPart::Kind).then(|| listed_kind(field, value));
    Some(kind.flatten().unwrap_or_else(|| value.clone()))
}

/// The kind of the list with which a title begins: "GIẤY GIỚI THIỆU" of "GIẤY GIỚI THIỆU CHUYỂN TRƯỜNG".
fn listed_kind(field: &Field, title: &Candidate) -> Option<Candidate> {
    let listed = |letters: String| {
        let entries = field.lexicon.iter().flat_map(|list| &list.entries);
        entries
            .map(|entry| fold::letters(&entry.canonical))
            .any(|entry| entry == letters)
    };
    let words = &title.words;
    let whole = (1..=words.len()).rev().find(|end| {
        let letters = words[..*end].iter().map(|word| fold::letters(&word.text));
        listed(letters.collect())
    })?;
    Candidate::of(&words[..whole]).map(|kind| Candidate {
        // What follows in the title may be of its name: a person says.
        held: title.held || whole < words.len(),
        ..kind
    })
}

/// Values of a field found in every way there is, the surest way first. In running text a label is one word among
/// others, and an expression knows where its value ends; on a form a label is surer.
fn candidates(
    class: &Class,
    field: &Field,
    lines: &[Line],
    texts: &[Text],
    places: &[Vec<LabelMatch>],
    head: Option<&Letterhead>,
) -> Vec<Candidate> {
    // A paper with a head shows its kind there or has none; what else stands elsewhere is not sure to be it.
    let elsewhere = head.and(field.head);
    if elsewhere == Some(HeadPart::Kind) {
        return Vec::new();
    }
    let searched = searched(field, texts);
    let labelled = labelled_values(field, lines, places).into_iter().rev();
    let mut values: Vec<Candidate> = match class.layout {
        Layout::Paper => searched.into_iter().chain(labelled).collect(),
        _ => labelled.chain(searched).collect(),
    };
    values.extend(value_below(field, lines));
    for value in &mut values {
        value.held |= elsewhere.is_some();
    }
    values
}

/// Adds what follows from other fields, and what fields that must agree say about each other.
pub(crate) fn cross_check(class: &Class, found: &mut BTreeMap<String, FieldReading>) {
    class
        .fields
        .iter()
        .for_each(|field| cross_checks::check(field, found));
}

/// Where values stand that nobody would accept: beside their labels, up to the next label or the text's
/// right edge, or where they were found; those first that records need. `[left, top, right, bottom]`.
pub(crate) fn doubtful<'a>(
    class: &'a Class,
    lines: &[Line],
    found: &BTreeMap<String, FieldReading>,
) -> Vec<(&'a Field, [i32; 4])> {
    let beside = beside_labels(class, lines);
    let doubted = class.fields.iter().filter_map(|field| {
        let reading = found.get(&field.key);
        if reading.is_some_and(|reading| reading.accepted) {
            return None;
        }
        let own = reading.and_then(|reading| reading.bounds);
        let middle = own.map(|own| own[1] + own[3] / 2);
        let holds = |place: &[i32; 4]| middle.is_none_or(|y| (place[1]..place[3]).contains(&y));
        let mut places = beside.iter().filter(|(key, _)| *key == field.key);
        let place = places.find(|(_, place)| holds(place));
        let place = place.map(|(_, place)| *place).or(own.map(around_value))?;
        Some((field, place))
    });
    let mut doubted: Vec<_> = doubted.collect();
    doubted.sort_by_key(|(field, _)| !field.mandatory);
    doubted
}

/// A value's own place and a little paper.
fn around_value([left, top, width, height]: Box4) -> [i32; 4] {
    let paper = height / 3;
    [
        left - paper,
        top - paper,
        left + width + paper,
        top + height + paper,
    ]
}

/// The places beside the labels of a page, by field.
fn beside_labels(class: &Class, lines: &[Line]) -> Vec<(String, [i32; 4])> {
    let fields: Vec<&Field> = class.fields.iter().collect();
    let lines: Vec<Line> = lines.iter().map(divided).collect();
    let edges = lines.iter().map(|line| right(line.bounds()));
    let edge = edges.max().unwrap_or(0);
    let mut places = Vec::new();
    for line in &lines {
        let (labels, height) = (label_places(line, &fields), line.height());
        for (index, label) in labels.iter().enumerate() {
            let last = line.words[label.end - 1].bounds;
            let end = match labels.get(index + 1) {
                Some(next) => line.words[next.from].bounds[0] - height / 4,
                None => edge + 2 * height,
            };
            let (left, top) = (right(last), last[1] - height / 2);
            if end - left > height {
                places.push((
                    label.key.clone(),
                    [left, top, end, bottom(last) + height / 2],
                ));
            }
        }
    }
    places
}

/// What the field's expressions find, the first expression's first.
fn searched(field: &Field, texts: &[Text]) -> Vec<Candidate> {
    let found = |expression: &Regex| {
        texts.iter().find_map(|text| {
            let value = expression.captures(&text.text)?.get(1)?;
            Candidate::part(value.as_str(), text.words_in(value.range()))
        })
    };
    field.find.iter().filter_map(found).collect()
}

/// What the field's expressions find in a part of the page.
pub(crate) fn found_in(field: &Field, lines: &[Line]) -> Option<Candidate> {
    searched(field, &[Text::new(lines)]).into_iter().next()
}

/// Values beside, below or above the field's labels; the best label's last, so that it wins a draw.
fn labelled_values(field: &Field, lines: &[Line], places: &[Vec<LabelMatch>]) -> Vec<Candidate> {
    let mut values: Vec<(usize, Candidate)> = Vec::new();
    let captioned = is_captioned(lines, places);
    for (row, line) in lines.iter().enumerate() {
        for (index, place) in places[row].iter().enumerate() {
            if place.key != field.key {
                continue;
            }
            let next = places[row].get(index + 1);
            if captioned && is_alone(line, place) {
                let value = above(lines, places, row);
                values.extend(value.map(|value| (place.strength, value)));
                continue;
            }
            let until = next.map_or(line.words.len(), |next| next.from);
            let value = beside(field, line, place, until)
                .map(|value| match next {
                    None => flow::continued(field, value, lines, places, row),
                    Some(_) => value,
                })
                .map(|value| Candidate {
                    held: value.held || next.is_none() && flow::is_open(line, place, &value),
                    ..value
                })
                .or_else(|| {
                    let edge = next.map(|next| line.words[next.from].bounds[0]);
                    let whole = is_alone(line, place);
                    below(
                        lines,
                        places,
                        row,
                        line.words[place.from].bounds,
                        edge,
                        whole,
                    )
                });
            values.extend(value.map(|value| (place.strength, value)));
        }
    }
    values.sort_by_key(|(strength, _)| *strength);
    values.into_iter().map(|(_, value)| value).collect()
}

fn beside(field: &Field, line: &Line, place: &LabelMatch, until: usize) -> Option<Candidate> {
    let words = flow::of_kind(field.kind, line.words.get(place.end..until)?);
    let mut value = value_of(words, line.height())?;
    // Words of its line that nothing explains may be the rest of it.
    let last = value.words.last().map(|word| right(word.bounds))?;
    let unread = |word: &Word| word.bounds[0] >= last && word.letters() > 1;
    value.held |= words.iter().any(unread);
    Some(value)
}

/// The value these words begin with, up to a wide gap between letters of that height or to what leaders
/// leave behind it.
pub(crate) fn value_of(words: &[Word], height: i32) -> Option<Candidate> {
    let widest = height * WIDEST_GAP;
    let begins = words.iter().position(|word| !is_marks(word))?;
    let ends = (begins + 1..words.len())
        .find(|at| {
            let gap = words[*at].bounds[0] - right(words[at - 1].bounds);
            gap > widest || (is_marks(&words[*at]) && words[*at].text.chars().count() > 1)
        })
        .unwrap_or(words.len());
    Candidate::of(&without_leaders(&words[begins..ends]))
}

/// Whether it holds neither letters nor figures; accents by themselves are no letters.
fn is_marks(word: &Word) -> bool {
    let is_accent = |c: char| ('\u{2b0}'..='\u{2ff}').contains(&c);
    let mut marks = word.text.chars();
    marks.all(|c| !c.is_alphanumeric() || is_accent(c))
}

/// The words without the colons that dotted leaders under them were read as: one may be printed, several
/// are not.
fn without_leaders(words: &[Word]) -> Vec<Word> {
    let led = words.iter().filter(|word| word.text.ends_with(':')).count() > 1;
    let bare = |word: &Word| Word {
        text: word.text.trim_end_matches(':').to_owned(),
        ..word.clone()
    };
    match led {
        true => words.iter().map(bare).collect(),
        false => words.to_vec(),
    }
}

/// The words under a label without a value beside it, if that line has no label of its own there: all of the line
/// under a label that has its own to itself.
fn below(
    lines: &[Line],
    places: &[Vec<LabelMatch>],
    row: usize,
    label: Box4,
    edge: Option<i32>,
    whole: bool,
) -> Option<Candidate> {
    let next = lines.get(row + 1)?;
    let line = lines.get(row)?;
    if !places[row + 1].is_empty() || next.bounds()[1] - bottom(line.bounds()) > line.height() * 2 {
        return None;
    }
    let within =
        |x: i32| whole || x >= label[0] - line.height() && edge.is_none_or(|edge| x < edge);
    let words: Vec<_> = next
        .words
        .iter()
        .filter(|word| within(word.bounds[0]))
        .cloned()
        .collect();
    let rest = words.len() < next.words.len() && edge.is_none();
    let value = Candidate::of(&words)?;
    Some(Candidate {
        held: value.held || rest,
        ..value
    })
}

/// The first lone piece of text below one of the field's words that looks like its value.
fn value_below(field: &Field, lines: &[Line]) -> Option<Candidate> {
    let (row, [x, _, width, _]) = last_heading(field, lines)?;
    let (left, right_edge) = (x - width, x + 2 * width);
    lines[row + 1..].iter().find_map(|line| {
        line.segments().into_iter().find_map(|segment| {
            let words = &line.words[segment];
            let middle = (words[0].bounds[0] + right(words[words.len() - 1].bounds)) / 2;
            lone_value(field, words).filter(|_| (left..right_edge).contains(&middle))
        })
    })
}

/// The value words alone on their part of a line spell, if it passes the field's check and is not
/// one more line of the office's name, nor the capitals of a stamp.
pub(crate) fn lone_value(field: &Field, words: &[Word]) -> Option<Candidate> {
    let found = Candidate::of(words)?;
    let heads = |heading: &String| fold::similarity(heading, &found.raw) > 0.7;
    let small = found.raw.chars().filter(|c| c.is_lowercase()).count();
    let capitals = small < found.raw.chars().filter(|c| c.is_uppercase()).count();
    let fits = normalised(field, &found.raw).1 == Check::Agrees;
    (fits && !capitals && !field.below.iter().any(heads)).then_some(found)
}

/// The lowest place where one of the words a field stands below is alone on its part of a line.
pub(crate) fn last_heading(field: &Field, lines: &[Line]) -> Option<(usize, [i32; 4])> {
    let headings: Vec<String> = field
        .below
        .iter()
        .map(|words| fold::letters(words))
        .collect();
    lines.iter().enumerate().rev().find_map(|(row, line)| {
        line.segments().into_iter().find_map(|segment| {
            let part = Line {
                words: line.words[segment].to_vec(),
            };
            let text = part.text();
            let folded = fold::letters(&text);
            let capitals = text.chars().filter(|c| c.is_uppercase()).count() * 2 > folded.len();
            let heads = |heading: &String| {
                let length = folded.len();
                (folded.contains(heading.as_str()) && length <= heading.len() + 8)
                    || levenshtein(&folded, heading) * 4 <= heading.len()
            };
            (capitals && headings.iter().any(heads)).then(|| (row, part.bounds()))
        })
    })
}

#[cfg(test)]
mod tests;
