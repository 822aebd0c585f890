//! What is known about a value when its probability is reckoned.

use super::of_words;
use crate::class::{Field, FieldKind};
use crate::geometry::{bottom, right};
use crate::word::Word;

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

impl Check {
    /// How well the value passes, higher is better.
    pub(crate) fn rank(self) -> u8 {
        match self {
            Self::Agrees => 2,
            Self::Unknown => 1,
            Self::Contradicts => 0,
        }
    }
}

/// What a second reading of the same place said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecondReading {
    /// The place was not read again.
    None,
    /// The same letters, by the same model in another way.
    Same,
    /// The same letters, by another model.
    SameByOtherModel,
    /// It read other letters.
    Different,
}

/// What the numbers above and below it say of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Series {
    /// Nothing: they do not run, or it is not a number.
    Unknown,
    /// It keeps step with them.
    Fits,
    /// It was a slip away from the number that keeps step, which it now is.
    Repaired,
    /// It is out of step: a gap, a repeat, a row out of order.
    Breaks,
}

/// What the model of figures says of a value's figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GlyphMatch {
    /// Nothing: there are none, or it was not asked.
    Unknown,
    /// They look like those that were read.
    Same,
    /// They look like others, which they now are.
    Other,
    /// They look like others, which cannot stand or are not clear.
    Disputed,
}

/// What the gazetteer says of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Located {
    /// No unit or combination of units is near.
    Nowhere,
    /// It is one, but another is a slip away (Bình Thanh, Bình Thạnh).
    Beside,
    /// It is one, and none other is near.
    Known,
}

/// How well the column of a value was understood, before any of its values was judged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ColumnTrust {
    /// How much its header is like the field's words, 0 to 1; 0 where it has none or says something else.
    pub header: f64,
    /// The share of its values that may be the field's, 0 to 1.
    pub fits: f64,
    /// How much worse the next way to name the columns is that gives this one another meaning, 0 to 2.
    pub margin: f64,
    /// How far the whole table was understood, 0 to 1.
    pub table: f64,
}

impl ColumnTrust {
    /// A person has named the column.
    pub(crate) const CONFIRMED: Self = Self {
        header: 1.0,
        fits: 1.0,
        margin: 2.0,
        table: 1.0,
    };

    /// What both are trusted for.
    pub(crate) fn least(self, other: Self) -> Self {
        Self {
            header: self.header.min(other.header),
            fits: self.fits.min(other.fits),
            margin: self.margin.min(other.margin),
            table: self.table.min(other.table),
        }
    }
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
    /// How many letters and digits it has.
    pub letters: usize,
    /// Its kind, patterns and list.
    pub check: Check,
    /// Whether letters were put right by a list or by the rest of the column.
    pub repaired: bool,
    /// What a second reading of the same place said.
    pub second: SecondReading,
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
    pub unknown_syllables: usize,
    /// What the gazetteer says of a place.
    pub located: Located,
    /// Its figures as the model of figures reads them.
    pub alike: GlyphMatch,
    /// How much more its least clear figure is like itself than like the next, 0 to 1.
    pub clear: f64,
    /// Whether it stands on the page in another spelling of the same letters too.
    pub spelled_twice: bool,
    /// Whether the page pass of the model for printed pages, where there was one beside, saw the same.
    pub print_model_agrees: Option<bool>,
    /// Whether white between its words leaves room for a lost one.
    pub has_gap: bool,
    /// Whether where it stands speaks against it: a pen filled it in, or a part of it may stand elsewhere.
    pub held: bool,
    /// How well its column was understood; `None` outside tables.
    pub trust: Option<ColumnTrust>,
    /// Whether something of its cell is left that the value does not explain: other ink, another shape than the
    /// rest of its column, less of a date than the rest has.
    pub unexplained: bool,
}

/// White as wide as this many heights of a line may have been a word.
const ROOM: i32 = 2;

/// How many features a value has.
pub const FEATURES: usize = 47;

/// The names of the features, in the order of [`Evidence::features`].
pub fn feature_names() -> [&'static str; FEATURES] {
    Evidence::NONE.named_features().map(|(name, _)| name)
}

impl Evidence {
    /// The evidence of a value of which nothing is known.
    const NONE: Self = Self {
        kind: FieldKind::Text,
        engine: 0.0,
        weakest: 0.0,
        letters: 0,
        check: Check::Unknown,
        repaired: false,
        second: SecondReading::None,
        series: Series::Unknown,
        column: None,
        figures: 1.0,
        listed: 1.0,
        written: false,
        unknown_syllables: 0,
        located: Located::Nowhere,
        alike: GlyphMatch::Unknown,
        clear: 0.0,
        spelled_twice: false,
        print_model_agrees: None,
        has_gap: false,
        held: false,
        trust: None,
        unexplained: false,
    };

    /// What is known of a value by itself, read from these words.
    pub(crate) fn of(
        field: &Field,
        raw: &str,
        words: &[Word],
        check: Check,
        second: SecondReading,
    ) -> Self {
        let (engine, weakest) = of_words(words);
        Self {
            kind: field.kind,
            engine,
            weakest,
            letters: raw.chars().filter(|c| c.is_alphanumeric()).count(),
            check,
            second,
            has_gap: has_gap(words) || lost_syllable(field.kind, words),
            ..Self::NONE
        }
    }

    /// The evidence as figures of about the same size, in the order of [`feature_names`]; the first is always one.
    pub fn features(&self) -> [f64; FEATURES] {
        self.named_features().map(|(_, figure)| figure)
    }

    /// The evidence as figures of about the same size, each with its name in the file of weights; the first is always
    /// one. What two have in common is named `one_x_other`.
    fn named_features(&self) -> [(&'static str, f64); FEATURES] {
        let yes = f64::from;
        let kind = |kinds: &[FieldKind]| yes(kinds.contains(&self.kind));
        let name = kind(&[FieldKind::Name]);
        let date = kind(&[FieldKind::Date]);
        let number = kind(&[FieldKind::Number]);
        let place = kind(&[FieldKind::Place]);
        let listed = kind(&[FieldKind::Sex, FieldKind::Ethnic, FieldKind::Grade]);
        let numeric = yes(self.kind.is_numeric());
        let same = matches!(
            self.second,
            SecondReading::Same | SecondReading::SameByOtherModel
        );
        let (weakest, column) = (logit(self.weakest), logit(self.column.unwrap_or(0.5)));
        let figures_misread = (1.0 - self.figures) * 5.0;
        let letters_misread = (1.0 - self.listed) * 5.0;
        // Where no map was read, nothing speaks against the column; it counts as confirmed, so that
        // single values and forms are judged by their own evidence.
        let trust = self.trust.unwrap_or(ColumnTrust::CONFIRMED);
        [
            ("constant", 1.0),
            ("engine", logit(self.engine)),
            ("weakest", weakest),
            ("column", column),
            ("check_agrees", yes(self.check == Check::Agrees)),
            ("check_contradicts", yes(self.check == Check::Contradicts)),
            ("repaired", yes(self.repaired)),
            ("reread_same", yes(same)),
            (
                "reread_same_by_other_model",
                yes(self.second == SecondReading::SameByOtherModel),
            ),
            (
                "reread_different",
                yes(self.second == SecondReading::Different),
            ),
            ("series_fits", yes(self.series == Series::Fits)),
            ("series_repaired", yes(self.series == Series::Repaired)),
            ("series_breaks", yes(self.series == Series::Breaks)),
            ("numeric_x_digits_misread", numeric * figures_misread),
            ("name", name),
            ("date", date),
            ("number", number),
            ("place", place),
            ("listed", listed),
            ("text", kind(&[FieldKind::Text])),
            ("log_letters", (self.letters.max(1) as f64).ln()),
            ("numeric_x_weakest", numeric * weakest),
            ("other_x_lists_misread", (1.0 - numeric) * letters_misread),
            // A third unknown syllable tells no more than that the value is foreign or misread.
            ("unknown_syllables", self.unknown_syllables.min(3) as f64),
            ("name_x_weakest", name * weakest),
            ("place_x_weakest", place * weakest),
            ("listed_x_weakest", listed * weakest),
            ("name_x_column", name * column),
            ("place_x_column", place * column),
            ("date_x_column", date * column),
            ("number_x_column", number * column),
            ("listed_x_column", listed * column),
            ("date_x_digits_misread", date * figures_misread),
            ("date_x_lists_misread", date * letters_misread),
            ("name_x_lists_misread", name * letters_misread),
            ("place_x_lists_misread", place * letters_misread),
            ("place_known", yes(self.located == Located::Known)),
            ("place_beside", yes(self.located == Located::Beside)),
            ("glyphs_same", yes(self.alike == GlyphMatch::Same)),
            ("glyphs_other", yes(self.alike == GlyphMatch::Other)),
            // The margin beyond which a match is simply clear; more of it would only add noise.
            ("glyph_margin", (self.clear * 10.0).min(1.5)),
            (
                "print_model_same",
                yes(self.print_model_agrees == Some(true)),
            ),
            (
                "print_model_differs",
                yes(self.print_model_agrees == Some(false)),
            ),
            ("header_unlike", 1.0 - trust.header),
            ("column_unfit", (1.0 - trust.fits) * 3.0),
            ("column_margin", trust.margin),
            ("not_understood", (1.0 - trust.table) * 3.0),
        ]
    }
}

/// Whether there is room for a word between two words of a line.
fn has_gap(words: &[Word]) -> bool {
    // Two words one above the other are no gap: only those whose heights overlap stand on one line.
    words.windows(2).any(|pair| {
        let (word, next) = (&pair[0], &pair[1]);
        let on_one_line =
            next.bounds[1] < bottom(word.bounds) && word.bounds[1] < bottom(next.bounds);
        let height = word.bounds[3].max(next.bounds[3]);
        on_one_line && next.bounds[0] - right(word.bounds) > height * ROOM
    })
}

/// Whether a word of a name has no letter: a syllable may have been read as a figure.
fn lost_syllable(kind: FieldKind, words: &[Word]) -> bool {
    let bare = |word: &Word| {
        let mut letters = word.text.chars();
        letters.any(char::is_numeric) && !word.text.chars().any(char::is_alphabetic)
    };
    kind == FieldKind::Name && words.iter().any(bare)
}

/// Log odds, kept within what the engine's hundredths can tell.
fn logit(share: f64) -> f64 {
    // Without bounds a single figure at 0 or 100 would outweigh all other evidence together.
    let share = share.clamp(0.01, 0.985);
    (share / (1.0 - share)).ln()
}
