//! How a page stands and how far it leans: guessed from the letters' outlines, confirmed by reading it.
//!
//! The feet of Latin letters stand on one line far more often than their heads, accents included,
//! touch one; so the side on which outlines line up best is the bottom. This costs next to nothing;
//! the first pass of the engine then confirms it or asks for another try.

use sogoc_vietnamese::syllable;

use crate::ablation::Step;
use crate::context::Context;
use crate::decode::DecodedPage;
use crate::geometry::{Turn, median_f64};
use crate::image::{self, Clean, Component, Grey, Upright};
use crate::layout::{Rule, Rules};
use crate::ocr::engine::{Division, Engine, RecogniseError};
use crate::ocr::{self, FirstPass};
use crate::reread;
use crate::text_layer::{self, Verdict};
use crate::word::{Word, legibility};

/// Largest skew that is looked for, in degrees.
const WIDEST: f64 = 6.0;
/// Mean confidence above which the first pass shows that the page stands upright.
const LEGIBLE: f64 = 0.70;
/// Shortest rule of a table, as a share of the page, and least distance between two, in inches.
const LONG_RULE: f64 = 0.35;
const SAME_RULE: f64 = 0.07;
/// This many steps between rules show whether they are even.
const MANY_ROWS: usize = 6;
/// Rules are those of rows where at least this share of their steps is alike, of columns where at most this one is.
const EVEN: f64 = 0.65;
const UNEVEN: f64 = 0.4;
/// How many letters of other pieces one of a whole syllable or number outweighs.
const WHOLE: usize = 3;
/// The head of a page is this part of its height.
const HEAD: i32 = 5;
/// This many clear letters in the middle of a page, far more than under another orientation, are not an accident.
const PLAIN: usize = 40;

/// One way the page may stand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Orientation {
    /// The content stands turned clockwise by this.
    pub turn: Turn,
    /// Further small turn in degrees, clockwise positive.
    pub skew: f64,
    /// How much better than by accident outlines line up.
    pub evidence: f64,
}

/// A place on a letter whose height decides which line it stands on.
type Foot = (f64, f64);

/// The page turned upright, its first pass, and what the text it brought is worth, if it brought any. Another
/// orientation is tried where neither the model for print nor that for handwriting reads it well.
///
/// # Errors
/// [`RecogniseError`] when the engine fails.
pub(crate) fn upright(
    page: &DecodedPage,
    context: &Context<'_>,
    engine: &mut Engine,
) -> Result<(Upright, FirstPass, Option<Verdict>), RecogniseError> {
    let clean = image::clean(page, context);
    let mut verdict = None;
    // Text that came with the page tells how it stands, if the picture agrees with it.
    if let Some(words) = page.own_words() {
        let upright = image::upright(&clean, page.text_turn, 0.0, context);
        let first = FirstPass::delivered(&upright, words);
        let found = text_layer::verdict(&upright, &first.words, engine)?;
        verdict = Some(found);
        if found == Verdict::Stands {
            return Ok((upright, first, verdict));
        }
    }
    let (upright, first) = recognised(&clean, context, engine)?;
    Ok((upright, first, verdict))
}

/// The page turned upright, and its first pass.
fn recognised(
    clean: &Clean,
    context: &Context<'_>,
    engine: &mut Engine,
) -> Result<(Upright, FirstPass), RecogniseError> {
    let mut ways = rank(&clean.grey);
    // Without the step, all pages are taken to stand as they came: that is what its worth is
    // measured against.
    if !context.takes(Step::WayUp) {
        ways.sort_by_key(|way| way.turn.degrees());
    }
    let (upright, mut first) = read_at(clean, ways[0], context, engine)?;
    let is_legible = |words: &[Word]| legibility(words).unwrap_or_default() >= LEGIBLE;
    // Nothing read and nothing seen: an empty page stands one way as well as another.
    let is_empty = first.words.is_empty() && ways[0].evidence == 0.0;
    if is_legible(&first.words) || is_empty || !context.takes(Step::Confirm) {
        return Ok((upright, first));
    }
    // Handwriting reads badly by the model for print although it stands upright.
    if context.takes(Step::Written)
        && is_legible(reread::handwriting(&mut first, &upright, context, engine)?)
    {
        return Ok((upright, first));
    }
    // Where a table's rows tell, the page stands on its feet or its head, unless neither reads at all.
    let likely = match ruled_across(&clean.grey) {
        Some(_) => 2,
        None => ways.len(),
    };
    match another_way(clean, &ways, likely, context, engine)? {
        Some(better) => read_at(clean, better, context, engine),
        None => Ok((upright, first)),
    }
}

fn read_at(
    clean: &Clean,
    way: Orientation,
    context: &Context<'_>,
    engine: &mut Engine,
) -> Result<(Upright, FirstPass), RecogniseError> {
    let upright = image::upright(clean, way.turn, way.skew, context);
    let first = ocr::first_pass(&upright, context, engine)?;
    Ok((upright, first))
}

/// The four ways the page may stand, likeliest first.
pub(crate) fn rank(page: &Grey) -> [Orientation; 4] {
    let dpi = page.dpi;
    let letters: Vec<[f64; 4]> = page
        .pieces()
        .iter()
        .filter(|piece| is_letter(piece, dpi))
        // Only pieces of the size of letters: specks and rules stand in no line.
        .map(|piece| [piece.left, piece.top, piece.right, piece.bottom].map(f64::from))
        .collect();
    let across = ruled_across(page).or_else(|| runs_across(&letters, dpi));
    let mut ways = Turn::ALL.map(|turn| {
        let feet: Vec<Foot> = letters.iter().map(|letter| foot(*letter, turn)).collect();
        let (skew, evidence) = best_skew(&feet, dpi);
        Orientation {
            turn,
            skew,
            evidence,
        }
    });
    let along = |way: &Orientation| across.is_none_or(|across| across != way.turn.swaps_sides());
    ways.sort_by(|a, b| {
        along(b)
            // What tables or lines of text say goes before what feet of letters say, which both
            // ways across share.
            .cmp(&along(a))
            .then(b.evidence.total_cmp(&a.evidence))
    });
    ways
}

/// Whether a table's rows run across the page (or up and down it): they are many and of one height, while columns are
/// each as wide as what they hold. `None` where rules draw no such table.
fn ruled_across(page: &Grey) -> Option<bool> {
    let rules = Rules::of(page);
    let (width, height) = page.pixel_size();
    let middle = |rule: &Rule| rule.across((rule.from + rule.end) / 2.0);
    let even = |rules: &[Rule], along: u32| {
        let long = rules
            .iter()
            .filter(|rule| rule.length() >= f64::from(along) * LONG_RULE);
        evenness(long.map(middle).collect(), f64::from(page.dpi) * SAME_RULE)
    };
    let lying = even(&rules.horizontal, width);
    let standing = even(&rules.vertical, height);
    match (lying >= EVEN, standing >= EVEN) {
        // Uneven on the other side, else both sets of rules are alike and tell nothing.
        (true, false) if standing <= UNEVEN => Some(true),
        (false, true) if lying <= UNEVEN => Some(false),
        _ => None,
    }
}

/// Which share of the steps between places is like the usual one; zero where they are few.
fn evenness(mut places: Vec<f64>, same: f64) -> f64 {
    places.sort_by(f64::total_cmp);
    places.dedup_by(|next, kept| *next - *kept < same);
    let steps: Vec<f64> = places.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let Some(usual) = median_f64(steps.iter().copied()).filter(|_| steps.len() >= MANY_ROWS) else {
        return 0.0;
    };
    let alike = steps
        .iter()
        .filter(|step| (*step / usual - 1.0).abs() <= 0.12);
    alike.count() as f64 / steps.len() as f64
}

/// Whether lines of text run across the page (or up and down it): letters of a line stand closer
/// than lines do. `None` when that is not clear. Typewriters align letters in columns as well as in
/// rows, so outlines alone do not tell.
fn runs_across(letters: &[[f64; 4]], dpi: u32) -> Option<bool> {
    let least = f64::from(dpi) / 25.0;
    let large: Vec<[f64; 4]> = letters
        .iter()
        .copied()
        .filter(|[left, top, right, bottom]| (right - left).max(bottom - top) >= least)
        .collect();
    // Six hundred letters tell as much as ten thousand, and each is compared with all.
    let step = (large.len() / 600).max(1);
    let (mut across, mut down) = (0usize, 0usize);
    for letter in large.iter().step_by(step) {
        let (mut beside, mut below) = (f64::MAX, f64::MAX);
        for other in &large {
            let shared = |from: usize| {
                let end = from + 2;
                let common = letter[end].min(other[end]) - letter[from].max(other[from]);
                // Two fifths of the smaller in common: letters of one line, with and without marks.
                common > 0.4 * (letter[end] - letter[from]).min(other[end] - other[from])
            };
            if other[0] >= letter[2] && shared(1) {
                beside = beside.min(other[0] - letter[2]);
            }
            if other[1] >= letter[3] && shared(0) {
                below = below.min(other[1] - letter[3]);
            }
        }
        across += usize::from(beside < below);
        down += usize::from(below < beside);
    }
    // A clear majority of many: a table of single figures has neighbours on all sides.
    let clear = across + down >= 20 && across.max(down) * 10 >= (across + down) * 6;
    clear.then_some(across > down)
}

/// Where the letter's foot is in the upright page, if the content is turned clockwise by `turn`.
fn foot([left, top, right, bottom]: [f64; 4], turn: Turn) -> Foot {
    let (x, y) = ((left + right) / 2.0, (top + bottom) / 2.0);
    match turn {
        Turn::None => (x, bottom),
        Turn::Quarter => (y, -left),
        Turn::Half => (-x, -top),
        Turn::ThreeQuarters => (-y, right),
    }
}

/// Whether a piece of ink is of the size of a letter.
fn is_letter(piece: &Component, dpi: u32) -> bool {
    let (least, most) = (dpi / 40, dpi / 3);
    let (w, h) = (piece.width(), piece.height());
    // Six times as long as wide is a stroke or a rule.
    w.max(h) >= least && w.max(h) <= most && w.min(h) * 6 >= w.max(h)
}

/// The skew in degrees under which the feet fall into the fewest, fullest lines, and how full
/// those lines are: the mean number of feet sharing a foot's line, as a share of what chance gives.
fn best_skew(feet: &[Foot], dpi: u32) -> (f64, f64) {
    // Fewer feet than this fall into lines by chance.
    if feet.len() < 12 {
        return (0.0, 0.0);
    }
    let score = |degrees: f64| fullness(feet, degrees, f64::from(dpi) / 75.0);
    let mut best = (0.0, score(0.0));
    // Coarse, fine, finest: 49 steps and two times eleven instead of twelve hundred.
    for (step, width) in [(0.25, WIDEST), (0.05, 0.25), (0.01, 0.05)] {
        let middle = best.0;
        let count = (width / step) as i32;
        for index in -count..=count {
            let degrees: f64 = middle + f64::from(index) * step;
            let found = score(degrees);
            if degrees.abs() <= WIDEST && found > best.1 {
                best = (degrees, found);
            }
        }
    }
    best
}

fn fullness(feet: &[Foot], degrees: f64, bin: f64) -> f64 {
    let slope = degrees.to_radians().tan();
    let heights = || feet.iter().map(|(x, y)| (y - x * slope) / bin);
    let lowest = heights().fold(f64::MAX, f64::min);
    let highest = heights().fold(f64::MIN, f64::max);
    let mut lines = vec![0.0f64; (highest - lowest) as usize + 3];
    for height in heights() {
        // A foot counts in both neighbouring bins by its distance, so no bin edge decides.
        let place = height - lowest;
        let (base, share) = (place as usize, place.fract());
        lines[base] += 1.0 - share;
        lines[base + 1] += share;
    }
    // What evenly spread feet would score, so that pages of different size are compared.
    let chance = (feet.len() as f64).powi(2) / lines.len() as f64;
    lines.iter().map(|count| count * count).sum::<f64>() / chance
}

/// The orientation in which the middle of the page and its head read clearly best, if it is not the first. The first
/// `likely` of them are always tried, the others where none of those gives words.
fn another_way(
    clean: &Clean,
    ways: &[Orientation],
    likely: usize,
    context: &Context<'_>,
    engine: &mut Engine,
) -> Result<Option<Orientation>, RecogniseError> {
    let mut clear: Vec<usize> = Vec::new();
    for (at, way) in ways.iter().enumerate() {
        let most = clear.iter().max().copied().unwrap_or_default();
        if at >= likely && most >= PLAIN {
            break;
        }
        let turned = image::upright(clean, way.turn, way.skew, context);
        let (width, height) = turned.pixel_size();
        let (width, height) = (width as i32, height as i32);
        // The middle of the page, because margins hold stamps and scribbles that stand any way.
        let (w, h) = (width / 2, height / 3);
        let middle = turned.crop([(width - w) / 2, (height - h) / 2, w, h], 0);
        let mut words = engine.words_of(&middle, Division::Block)?;
        // What is filled in may be faint; what heads a page is printed large.
        let head = turned.crop([0, 0, width, height / HEAD], 0);
        words.extend(engine.words_of(&head, Division::Page)?);
        clear.push(clear_letters(&words));
        // Each further way costs a reading; one that is plainly better ends the search.
        if is_plain(&clear) {
            break;
        }
    }
    Ok(clearest(&clear)
        .filter(|index| *index != 0)
        .map(|index| ways[index]))
}

/// Whether one of the ways tried so far reads so much better than another that no third will.
fn is_plain(clear: &[usize]) -> bool {
    let least = clear.iter().min().copied().unwrap_or_default();
    clear.len() > 1 && clear.iter().any(|most| *most >= PLAIN && *most > least * 3)
}

/// The first way that no later one reads clearly better than.
fn clearest(clear: &[usize]) -> Option<usize> {
    // A fifth better and then fifty letters: upside down, too, some words are read.
    let better = |best: usize, at: usize| match clear[at] * 5 > clear[best] * 6 + 50 {
        true => at,
        false => best,
    };
    (0..clear.len()).reduce(better)
}

/// The letters of what reads as writing: syllables and numbers read well. Rules and writing on its side give
/// letters too, but hardly ever whole syllables.
fn clear_letters(words: &[Word]) -> usize {
    words
        .iter()
        .filter(|word| word.confidence > 0.6 || word.confidence > 0.3 && is_writing(word))
        .map(|word| match is_writing(word) {
            true => word.letters() * WHOLE,
            false => word.letters(),
        })
        .sum::<usize>()
        / WHOLE
}

/// Whether a word is a Vietnamese syllable or a number, of two letters at least.
fn is_writing(word: &Word) -> bool {
    let bare = word.text.trim_matches(|c: char| !c.is_alphanumeric());
    let figures = bare.chars().filter(char::is_ascii_digit).count();
    let number = figures >= 2 && figures * 3 >= bare.chars().count() * 2;
    number || word.letters() >= 2 && syllable::is_syllable(bare)
}

#[cfg(test)]
mod tests;
