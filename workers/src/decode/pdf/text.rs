//! The text of a PDF page as a person would read it off the paper: glyphs that are seen, gathered into words by where
//! they stand, each once.

use std::collections::HashMap;

use hayro::kurbo::{Point, Vec2};
use sogoc_vietnamese::legacy::Encoding;
use unicode_normalization::UnicodeNormalization;

use super::survey::{Placement, Survey};
use crate::geometry::Turn;
use crate::geometry::median_f64;
use crate::word::{Box4, Word};

/// Two of the same letter nearer than this share of the em are one, made bold by being drawn twice.
const DOUBLED: f64 = 0.12;
/// Glyphs stand on one line up to this share of the em above or below it.
const ON_LINE: f64 = 0.3;
/// So far back or ahead, in ems, a glyph does not go on with its line.
const BACK: f64 = -0.35;
const AHEAD: f64 = 2.5;
/// A gap this much wider than those between letters, in ems, ends a word: where blanks are written and where not.
const GAP: f64 = 0.22;
const GAP_WITHOUT_BLANKS: f64 = 0.12;
/// Letters are spaced out by no more ems than this.
const WIDEST_SPACING: f64 = 0.6;
/// Of this many words one may be a single sign without meaning: the mark before an item of a list.
const MARKS: usize = 20;

/// The words of a page.
pub(super) struct PageText {
    /// In pixels of the drawn page; those whose every letter is one.
    pub words: Vec<Word>,
    /// How most of it stands, turned clockwise.
    pub turn: Turn,
    /// Whether `words` are all the text the page shows.
    pub is_sound: bool,
}

/// The text that is seen on a page drawn at a given scale on a sheet of a given size.
pub(super) fn of(survey: &Survey, per_unit: (f64, f64), sheet: [u32; 2]) -> PageText {
    // Fonts draw bold by drawing twice; each letter must be read once.
    let glyphs = once(survey.glyphs().map(Letter::of));
    let turn = usual_turn(&glyphs);
    let mut words: Vec<RawWord> = Vec::new();
    for run in runs(&glyphs) {
        words.extend(words_of(run));
    }
    // A word without meaning shows that the font has no map: then the text is not believed and the
    // page is recognised.
    let broken = words.iter().filter(|word| !word.is_sound);
    let are_marks = broken.clone().all(|word| word.letters == 1);
    let is_sound = !survey.is_overfull && are_marks && broken.count() * MARKS <= words.len();
    let mut words: Vec<Word> = words
        .into_iter()
        .filter(|word| word.is_sound)
        .filter_map(|word| word.on_sheet(per_unit, sheet))
        .collect();
    // Old Vietnamese fonts (TCVN3, VNI) keep letters in places of their own; undetected, names
    // would be nonsense.
    if let Some(encoding) = Encoding::detect(words.iter().map(|word| word.text.as_str())) {
        for word in &mut words {
            word.text = encoding.decode(&word.text);
        }
    }
    PageText {
        words,
        turn,
        is_sound,
    }
}

/// A glyph with what it says.
struct Letter {
    /// Empty for a blank and for a sign that is not text.
    text: String,
    is_blank: bool,
    is_sound: bool,
    origin: Point,
    next: Point,
    em: f64,
    corners: [Point; 4],
}

impl Letter {
    fn of(placement: &Placement) -> Self {
        let raw = placement.text.as_deref().unwrap_or("\u{FFFD}");
        let is_blank = !raw.is_empty() && raw.chars().all(char::is_whitespace);
        let is_sound = raw.chars().all(|c| is_blank || !is_meaningless(c));
        let seen = raw.chars().filter(|c| !is_unseen(*c) && !c.is_whitespace());
        let place = |x: f64, y: f64| placement.transform * Point::new(x, y);
        // From a little below the base line to the height of capitals: what fonts share, since
        // their own boxes do not agree.
        let (low, high) = (-220.0, 780.0);
        Self {
            text: if is_sound {
                seen.collect()
            } else {
                String::new()
            },
            is_blank,
            is_sound,
            origin: place(0.0, 0.0),
            next: place(placement.advance, 0.0),
            em: placement.em(),
            corners: [
                place(0.0, low),
                place(0.0, high),
                place(placement.advance, low),
                place(placement.advance, high),
            ],
        }
    }

    /// The direction it leads in.
    fn along(&self) -> Vec2 {
        let way = self.next - self.origin;
        match way.hypot() > 0.0 {
            true => way.normalize(),
            false => Vec2::new(1.0, 0.0),
        }
    }

    /// The gap before `next`, in ems along the line, where both stand on one; `None` where they do not.
    fn gap_to(&self, next: &Self) -> Option<f64> {
        let along = self.along();
        let way = next.origin - self.next;
        let em = self.em.max(next.em).max(f64::MIN_POSITIVE);
        let (ahead, aside) = (way.dot(along) / em, way.cross(along).abs() / em);
        let is_turned = along.dot(next.along()) < 0.98;
        // Text of half the size beside a line is a footnote mark or a unit, not its next letter.
        let is_like = (0.5..=2.0).contains(&(self.em / next.em));
        let goes_on = !is_turned && is_like && aside <= ON_LINE && (BACK..=AHEAD).contains(&ahead);
        goes_on.then_some(ahead)
    }
}

/// What stands for no letter: fonts without a map give such.
fn is_meaningless(letter: char) -> bool {
    let is_private = matches!(
        u32::from(letter),
        0xE000..=0xF8FF | 0xF_0000..=0xF_FFFD | 0x10_0000..=0x10_FFFD
    );
    let is_none = u32::from(letter) & 0xFFFE == 0xFFFE || letter == '\u{FFFD}';
    is_private || is_none || letter.is_control()
}

/// Signs without ink: soft hyphens, joiners, marks of direction and order.
fn is_unseen(letter: char) -> bool {
    matches!(
        letter,
        '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}'
    )
}

/// Each letter once, though it is drawn twice to look bold or filled and then outlined.
fn once(letters: impl Iterator<Item = Letter>) -> Vec<Letter> {
    const SIDE: f64 = 4.0;
    const CROWD: usize = 64; // letters in one square that are still told apart
    let cell = |point: Point| {
        (
            (point.x / SIDE).floor() as i64,
            (point.y / SIDE).floor() as i64,
        )
    };
    let mut kept: Vec<Letter> = Vec::new();
    let mut places: HashMap<(i64, i64), Vec<usize>> = HashMap::new();
    for letter in letters {
        let (x, y) = cell(letter.origin);
        let near = letter.em.min(30.0) * DOUBLED;
        let mut beside = (x - 1..=x + 1).flat_map(|x| (y - 1..=y + 1).map(move |y| (x, y)));
        let is_doubled = beside.any(|place| {
            // Bounded, because a page may draw thousands of letters on one spot.
            let there = places.get(&place).into_iter().flatten().take(CROWD);
            there.map(|index| &kept[*index]).any(|other| {
                other.text == letter.text
                    && other.is_blank == letter.is_blank
                    && other.origin.distance(letter.origin) < near
            })
        });
        if !is_doubled {
            places.entry((x, y)).or_default().push(kept.len());
            kept.push(letter);
        }
    }
    kept
}

/// How most letters stand, turned clockwise.
fn usual_turn(letters: &[Letter]) -> Turn {
    let mut counts = [0usize; 4];
    for letter in letters.iter().filter(|letter| !letter.is_blank) {
        let along = letter.along();
        let quarter = along.y.atan2(along.x) / std::f64::consts::FRAC_PI_2;
        // Letters of slanted stamps count for no direction.
        if (quarter - quarter.round()).abs() < 0.1 {
            counts[(quarter.round() as i64).rem_euclid(4) as usize] += 1;
        }
    }
    // Of equals the least turned.
    let turns = Turn::ALL.into_iter().rev();
    let most = turns.max_by_key(|turn| counts[*turn as usize]);
    most.unwrap_or_default()
}

/// Letters that go on along one line, in the order they are drawn, each with whether a blank was written before it.
fn runs(letters: &[Letter]) -> Vec<Vec<(&Letter, bool)>> {
    let mut runs: Vec<Vec<(&Letter, bool)>> = Vec::new();
    let mut blank = false;
    for letter in letters {
        if letter.is_blank {
            blank = true;
            continue;
        }
        // In the order of drawing: programs write a line in one go, and sorting by place would mix
        // columns.
        let last = runs.last_mut().and_then(|run| Some((run.last()?.0, run)));
        match last.filter(|(last, _)| last.gap_to(letter).is_some()) {
            Some((_, run)) => run.push((letter, blank)),
            None => runs.push(vec![(letter, false)]),
        }
        blank = false;
    }
    runs
}

/// The words of a run. Letters may be spaced out, evenly or by blanks; words may stand apart without a blank.
fn words_of(run: Vec<(&Letter, bool)>) -> Vec<RawWord> {
    let gaps: Vec<f64> = run
        .windows(2)
        .map(|pair| pair[0].0.gap_to(pair[1].0).unwrap_or(AHEAD))
        .collect();
    let blanks = run.iter().filter(|(_, blank)| *blank).count();
    let letters = |(letter, _): &&(&Letter, bool)| letter.text.chars().all(char::is_alphabetic);
    let is_prose = run.len() >= 4 && run.iter().filter(letters).count() * 4 >= run.len() * 3;
    let spacing = match is_prose {
        // The median, so that blanks, which are few, do not count as spacing.
        true => median_f64(gaps.iter().copied()).unwrap_or(0.0).max(0.0),
        false => 0.0,
    };
    let spacing = if spacing <= WIDEST_SPACING {
        spacing
    } else {
        0.0
    };
    // Every letter followed by a blank: the words are what stands further apart.
    let by_blanks = spacing > 0.0 && blanks * 20 > gaps.len() * 9;
    let gap = match blanks {
        0 if run.len() >= 4 => GAP_WITHOUT_BLANKS,
        // Where no blank is written at all, a smaller gap has to do.
        _ if by_blanks => GAP_WITHOUT_BLANKS,
        _ => GAP,
    };
    let mut words: Vec<RawWord> = Vec::new();
    for (at, (letter, blank)) in run.iter().enumerate() {
        let ends = at == 0 || (*blank && !by_blanks) || gaps[at - 1] > spacing + gap;
        match words.last_mut().filter(|_| !ends) {
            Some(word) => word.add(letter),
            None => {
                let mut word = RawWord::default();
                word.add(letter);
                words.push(word);
            }
        }
    }
    words
}

/// A word under construction, in page units.
#[derive(Default)]
struct RawWord {
    text: String,
    letters: usize,
    is_sound: bool,
    /// Left, top, right, bottom.
    bounds: Option<[f64; 4]>,
}

impl RawWord {
    fn add(&mut self, letter: &Letter) {
        // One letter without meaning spoils the word: a name with a hole is worse than none.
        self.is_sound = letter.is_sound && (self.letters == 0 || self.is_sound);
        self.letters += 1;
        self.text.push_str(&letter.text);
        for at in letter.corners {
            let [left, top, right, bottom] = self.bounds.unwrap_or([at.x, at.y, at.x, at.y]);
            self.bounds = Some([
                left.min(at.x),
                top.min(at.y),
                right.max(at.x),
                bottom.max(at.y),
            ]);
        }
    }

    /// In pixels, cut down to the sheet; `None` where nothing of it lies there or it says nothing.
    fn on_sheet(self, per_unit: (f64, f64), sheet: [u32; 2]) -> Option<Word> {
        // Programs write letters and marks apart or together; search and comparison expect one
        // form.
        let text: String = self.text.nfc().collect();
        let [left, top, right, bottom] = self.bounds?;
        word(text, [left, top, right, bottom], per_unit, sheet)
    }
}

/// A word of this text at this place in page units: left, top, right, bottom.
pub(super) fn word(
    text: String,
    [left, top, right, bottom]: [f64; 4],
    per_unit: (f64, f64),
    [width, height]: [u32; 2],
) -> Option<Word> {
    // Text may be placed anywhere, and sides are differences: no further than the sheet.
    let pixel = |unit: f64, scale: f64, most: u32| {
        (unit * scale).round().clamp(0.0, f64::from(most)) as i32
    };
    let (x0, x1) = (
        pixel(left, per_unit.0, width),
        pixel(right, per_unit.0, width),
    );
    let (y0, y1) = (
        pixel(top, per_unit.1, height),
        pixel(bottom, per_unit.1, height),
    );
    let bounds: Box4 = [x0, y0, x1 - x0, y1 - y0];
    (!text.is_empty() && x1 > x0 && y1 > y0).then_some(Word {
        text,
        confidence: 1.0,
        bounds,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line of 10 units to the em: each sign leads half an em, and `|` is a step of that many ems.
    fn line(text: &str, step: f64) -> Vec<Letter> {
        let mut x = 0.0;
        let mut letters = Vec::new();
        for sign in text.chars() {
            if sign == '|' {
                x += step * 10.0;
                continue;
            }
            let (origin, next) = (Point::new(x, 50.0), Point::new(x + 5.0, 50.0));
            letters.push(Letter {
                text: sign.to_string().trim().to_owned(),
                is_blank: sign == ' ',
                is_sound: !is_meaningless(sign),
                origin,
                next,
                em: 10.0,
                corners: [origin, next, origin, next],
            });
            x += 5.0;
        }
        letters
    }

    fn read(letters: Vec<Letter>) -> String {
        let letters = once(letters.into_iter());
        let words = runs(&letters).into_iter().flat_map(words_of);
        words.map(|word| word.text).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn blanks_gaps_and_spacing_part_words_as_a_reader_does() {
        assert_eq!(read(line("Số gốc bằng", 0.0)), "Số gốc bằng");
        assert_eq!(read(line("Số|gốc|bằng", 0.15)), "Số gốc bằng");
        assert_eq!(read(line("C|Ộ|N|G| |H|Ò|A", 0.3)), "CỘNG HÒA");
        assert_eq!(read(line("C Ộ N G   H Ò A   X Ã", 0.0)), "CỘNG HÒA XÃ");
        assert_eq!(read(line("1 2 3 4 5", 0.0)), "1 2 3 4 5");
    }

    #[test]
    fn what_is_drawn_twice_to_look_bold_is_one_word() {
        let mut letters = line("Hoa", 0.0);
        for mut again in line("Hoa", 0.0) {
            again.origin.x += 0.3;
            again.next.x += 0.3;
            letters.push(again);
        }
        assert_eq!(read(letters), "Hoa");
        assert_eq!(read(line("aaa", 0.0)), "aaa");
    }

    #[test]
    fn signs_without_meaning_are_known() {
        let meaningless = [
            '\0',
            '\u{FFFD}',
            '\u{E012}',
            '\u{F0B7}',
            '\u{10FFFE}',
            '\u{1}',
        ];
        assert!(meaningless.into_iter().all(is_meaningless));
        assert!(!"Ốđ-9•".chars().any(is_meaningless));
    }
}
