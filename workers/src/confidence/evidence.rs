//! What is known about a value when its probability is reckoned.

use super::of_words;
use crate::class::{Field, FieldKind};
use crate::gazetteer::Located;
use crate::geometry::{bottom, right};
use crate::reading::Word;
use crate::syllables;

/// What checking a value against its kind, patterns and closed list said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// It is what it should be.
    Agrees,
    /// There is nothing to check it against.
    Unknown,
    /// It cannot be right as read.
    Contradicts,
}

/// What a second reading of the same place said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Second {
    /// There was none.
    None,
    /// The same letters, by the same model in another way.
    Same,
    /// The same letters, by another model.
    SameElsewhere,
    /// Other letters.
    Different,
}

/// What the numbers above and below it say of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Series {
    /// Nothing: they do not run, or it is no number.
    Unknown,
    /// It keeps step.
    Fits,
    /// It was a slip away from the number that keeps step, which it now is.
    Mended,
    /// It is out of step: a gap, a repeat, a row out of order.
    Breaks,
}

/// What the page's own typeface says of a value's figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alike {
    /// Nothing: the page proves no figures, or these do not part.
    Unknown,
    /// They look like those that were read.
    Same,
    /// They look like others, which they now are.
    Other,
}

/// What is known about a value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// What it should be.
    pub kind: FieldKind,
    /// The engine's confidence in its letters, 0 to 1.
    pub engine: f64,
    /// The engine's confidence in its weakest word, 0 to 1.
    pub weakest: f64,
    /// Its letters.
    pub letters: usize,
    /// Its kind, patterns and list.
    pub check: Check,
    /// Whether letters were put right by a list or by the rest of the column.
    pub mended: bool,
    /// A second reading.
    pub second: Second,
    /// The numbers around it.
    pub series: Series,
    /// The engine's confidence in the whole column of a table; `None` outside tables.
    pub column: Option<f64>,
    /// The share of figures on the page that series show to be read rightly, 0 to 1.
    pub figures: f64,
    /// The share of values from closed lists on the page that were read as the list has them, 0 to 1.
    pub listed: f64,
    /// Whether its page is written by hand: names and places are hardly read.
    pub written: bool,
    /// Syllables of a name that no other name has.
    pub strange: usize,
    /// What the gazetteer says of a place.
    pub located: Located,
    /// Its figures beside those the page proves.
    pub alike: Alike,
    /// How much more its least clear figure is like itself than like the next, 0 to 1.
    pub clear: f64,
    /// Whether it stands on the page in another spelling of the same letters too.
    pub rivalled: bool,
    /// Whether the page pass of the model for printed pages, where there was one beside, saw the same.
    pub elsewhere: Option<bool>,
    /// Whether white between its words leaves room for a lost one.
    pub gaping: bool,
}

/// White as wide as this many heights of a line may have been a word.
const ROOM: i32 = 2;

/// How many figures [`Evidence::features`] gives.
pub const FEATURES: usize = 43;

impl Evidence {
    /// What is known of a value by itself, read from these words.
    pub(crate) fn of(
        field: &Field,
        raw: &str,
        words: &[Word],
        check: Check,
        second: Second,
    ) -> Self {
        let (engine, weakest) = of_words(words);
        Self {
            kind: field.kind,
            engine,
            weakest,
            letters: raw.chars().filter(|c| c.is_alphanumeric()).count(),
            check,
            mended: false,
            second,
            series: Series::Unknown,
            column: None,
            figures: 1.0,
            listed: 1.0,
            written: false,
            strange: match field.kind {
                FieldKind::Name => syllables::strange(raw),
                _ => 0,
            },
            located: Located::Nowhere,
            alike: Alike::Unknown,
            clear: 0.0,
            rivalled: false,
            elsewhere: None,
            gaping: gapes(words),
        }
    }

    /// The evidence as figures of about the same size, the first always one.
    pub fn features(&self) -> [f64; FEATURES] {
        let yes = f64::from;
        let kind = |kinds: &[FieldKind]| yes(kinds.contains(&self.kind));
        let name = kind(&[FieldKind::Name]);
        let date = kind(&[FieldKind::Date]);
        let number = kind(&[FieldKind::Number]);
        let place = kind(&[FieldKind::Place]);
        let listed = kind(&[FieldKind::Sex, FieldKind::Ethnic, FieldKind::Grade]);
        let numeric = kind(&[
            FieldKind::Number,
            FieldKind::Date,
            FieldKind::Year,
            FieldKind::Money,
        ]);
        let same = matches!(self.second, Second::Same | Second::SameElsewhere);
        let (weakest, column) = (logit(self.weakest), logit(self.column.unwrap_or(0.5)));
        let figures_misread = (1.0 - self.figures) * 5.0;
        let letters_misread = (1.0 - self.listed) * 5.0;
        [
            1.0,
            logit(self.engine),
            weakest,
            column,
            yes(self.check == Check::Agrees),
            yes(self.check == Check::Contradicts),
            yes(self.mended),
            yes(same),
            yes(self.second == Second::SameElsewhere),
            yes(self.second == Second::Different),
            yes(self.series == Series::Fits),
            yes(self.series == Series::Mended),
            yes(self.series == Series::Breaks),
            numeric * figures_misread,
            name,
            date,
            number,
            place,
            listed,
            kind(&[FieldKind::Text]),
            (self.letters.max(1) as f64).ln(),
            numeric * weakest,
            (1.0 - numeric) * letters_misread,
            self.strange.min(3) as f64,
            name * weakest,
            place * weakest,
            listed * weakest,
            name * column,
            place * column,
            date * column,
            number * column,
            listed * column,
            date * figures_misread,
            date * letters_misread,
            name * letters_misread,
            place * letters_misread,
            yes(self.located == Located::Known),
            yes(self.located == Located::Beside),
            yes(self.alike == Alike::Same),
            yes(self.alike == Alike::Other),
            (self.clear * 10.0).min(1.5),
            yes(self.elsewhere == Some(true)),
            yes(self.elsewhere == Some(false)),
        ]
    }
}

/// Whether there is room for a word between two words of a line.
fn gapes(words: &[Word]) -> bool {
    words.windows(2).any(|pair| {
        let (word, next) = (&pair[0], &pair[1]);
        let on_one_line =
            next.bounds[1] < bottom(word.bounds) && word.bounds[1] < bottom(next.bounds);
        let height = word.bounds[3].max(next.bounds[3]);
        on_one_line && next.bounds[0] - right(word.bounds) > height * ROOM
    })
}

/// Log odds, kept within what the engine's hundredths can tell.
fn logit(share: f64) -> f64 {
    let share = share.clamp(0.01, 0.985);
    (share / (1.0 - share)).ln()
}
