//! The issuing body: the last of the bodies named in the left column, the ones above it govern it.

use super::joined;
use crate::layout::lines::{self, Line};
use crate::values::Candidate;
use crate::word::Word;
use sogoc_vietnamese::fold;
use strsim::levenshtein;

/// How the name of a body that issues papers begins.
const OPENINGS: [&str; 38] = [
    "ubnd",
    "uybannhandan",
    "hdnd",
    "hoidong",
    "so",
    "ty",
    "phong",
    "bo",
    "truong",
    "daihoc",
    "hocvien",
    "vien",
    "trungtam",
    "ban",
    "cuc",
    "chicuc",
    "tongcuc",
    "vanphong",
    "thanhtra",
    "congty",
    "danguy",
    "tinhuy",
    "huyenuy",
    "thanhuy",
    "doan",
    "congdoan",
    "liendoan",
    "toaan",
    "khobac",
    "baohiem",
    "congan",
    "thuvien",
    "baotang",
    "quy",
    "hoi",
    "mattran",
    "caodang",
    "chinhphu",
];
/// Bodies named by the territory they govern alone.
const OF_TERRITORY: [&str; 4] = ["ubnd", "uybannhandan", "hdnd", "hoidongnhandan"];
/// Units a territory is.
const UNITS: [&str; 10] = [
    "tinh", "huyen", "thanhpho", "tp", "thixa", "quan", "xa", "phuong", "thitran", "dackhu",
];

/// The commonest of them as they are written.
const WRITTEN_UNITS: [&str; 3] = ["tỉnh", "huyện", "thị xã"];

/// The last body the lines name; held where the line below may be its place or a part of its name.
pub(super) fn of(lines: &[Line]) -> Option<Candidate> {
    let named: Vec<Line> = lines.iter().filter_map(spelled).collect();
    let mut bodies: Vec<Vec<Line>> = Vec::new();
    for line in named {
        let opens = opening(&line).is_some();
        let whole = |body: &Vec<Line>| body.iter().map(|line| line.words.len()).sum::<usize>() > 1;
        match bodies.last_mut() {
            Some(body) if !(opens && whole(body)) => body.push(line),
            // What stands above the first body is no name of one.
            None if !opens => {}
            _ => bodies.push(vec![line]),
        }
    }
    let body = bodies.pop()?;
    let territory = opening(&body[0]).is_some_and(|opening| OF_TERRITORY.contains(&opening));
    let place_below = body.len() > 1 && !territory && body[1..].iter().all(is_place);
    let name = joined(&body)?;
    let last = body.last().filter(|_| territory && body.len() > 1);
    match last.and_then(put_right) {
        Some(unit) => {
            let before =
                joined(&body[..body.len() - 1]).map_or(String::new(), |name| name.raw + " ");
            let raw = format!("{before}{unit}");
            Some(Candidate {
                held: raw != name.raw,
                raw,
                ..name
            })
        }
        None => Some(Candidate {
            held: place_below,
            ..name
        }),
    }
}

/// The territory as it is written where a slip or two were made in it: its unit, then its name.
fn put_right(line: &Line) -> Option<String> {
    let (unit, place) = line.words.split_first()?;
    let unit = WRITTEN_UNITS
        .iter()
        .find(|written| fold::letters(written) == fold::letters(&unit.text))?;
    let place = crate::values::gazetteer::locate(&lines::joined(place))?.text;
    let shouts = !line.text().chars().any(char::is_lowercase);
    let written = format!("{unit} {place}");
    Some(if shouts {
        written.to_uppercase()
    } else {
        written
    })
}

/// The line with words only: rules and stars under a name are left out.
fn spelled(line: &Line) -> Option<Line> {
    let is_word =
        |word: &&Word| word.letters() > 0 || ["-", "–", "&"].contains(&word.text.as_str());
    let words: Vec<Word> = line.words.iter().filter(is_word).cloned().collect();
    let letters: usize = words.iter().map(Word::letters).sum();
    let sure = words
        .iter()
        .any(|word| word.letters() > 1 && word.confidence > 0.3);
    (letters >= 2 && sure).then_some(Line { words })
}

/// How the line opens, if as a body does; a slip in seven letters is forgiven.
fn opening(line: &Line) -> Option<&'static str> {
    let mut run = String::new();
    let runs: Vec<String> = line
        .words
        .iter()
        .take(4)
        .map(|word| {
            run.push_str(&fold::letters(&word.text));
            run.clone()
        })
        .collect();
    let opens = |opening: &&str| {
        let near = |run: &String| levenshtein(run, opening) <= opening.len() / 7;
        runs.iter().any(near)
    };
    let mut longest: Vec<&'static str> = OPENINGS.into_iter().filter(opens).collect();
    longest.sort_by_key(|opening| std::cmp::Reverse(opening.len()));
    longest.first().copied()
}

/// Whether the line says but where the body is.
fn is_place(line: &Line) -> bool {
    let first = line.words.first().map(|word| fold::letters(&word.text));
    let unit = first.is_some_and(|first| UNITS.contains(&first.as_str()));
    unit || crate::values::gazetteer::locate(&line.text()).is_some()
}
