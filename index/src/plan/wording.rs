//! Names, words, phrases and schools.

use std::sync::Arc;

use tantivy::Term;
use tantivy::query::PhraseQuery;

use super::points::{self, all_of, term};
use super::{Boxed, Group, values};
use crate::error::{Problem, QuestionError};
use crate::fold::Level;
use crate::levels::Unit;
use crate::question::{MAX_WORDS, dates_in_words};
use crate::schema::{Fields, tag, whole_in_order, whole_sorted};
use crate::words::{Speller, Word, abbreviations};

const LEVELS: [Level; 3] = [Level::Exact, Level::Tone, Level::Ascii];

/// Names of more syllables are asked for as they are: no one knows which of them were left out.
const MOST_SYLLABLES: usize = 7;

fn empty() -> QuestionError {
    QuestionError::new(Problem::Empty, 0)
}

/// A person's name.
pub(super) fn name(
    fields: &Fields,
    speller: &mut Speller,
    text: &str,
) -> Result<Group, QuestionError> {
    let name = speller.name(text);
    if name.syllables.is_empty() {
        return Err(empty());
    }
    let mut units: Vec<Unit> = name
        .syllables
        .iter()
        .map(|syllable| name_unit(fields, syllable))
        .collect();
    for (at, written) in &name.otherwise {
        let plain = fields.name(Level::Ascii);
        let written = written
            .iter()
            .map(|part| Term::from_field_text(plain, part.at(Level::Ascii)));
        units[*at].spoilable.push(written.collect());
    }
    let mut group = Group {
        units,
        ..Group::default()
    };
    whole_name(fields, &name.syllables, &mut group);
    Ok(group)
}

fn name_unit(fields: &Fields, syllable: &Word) -> Unit {
    let term = |level| Term::from_field_text(fields.name(level), syllable.at(level));
    unit(LEVELS.map(|level| vec![vec![term(level)]]), syllable)
}

/// A unit whose plain letters may be spoiled, unless there are figures in it.
fn unit(levels: [Vec<Vec<Term>>; 3], word: &Word) -> Unit {
    let plain = &levels[Level::Ascii as usize];
    let spoilable = if word.is_alphabetic() {
        plain.clone()
    } else {
        Vec::new()
    };
    Unit { levels, spoilable }
}

/// A unit that is taken literally.
fn literal(levels: [Vec<Vec<Term>>; 3]) -> Unit {
    Unit {
        levels,
        spoilable: Vec::new(),
    }
}

/// Whole names are worth more, and names shorter by a middle name are worth having.
fn whole_name(fields: &Fields, syllables: &[Arc<Word>], group: &mut Group) {
    let plain: Vec<&str> = syllables
        .iter()
        .map(|syllable| syllable.at(Level::Ascii))
        .collect();
    let whole = |text: String| Term::from_field_text(fields.whole, &text);
    group
        .bonuses
        .push((term(whole(whole_in_order(&plain))), points::WHOLE_IN_ORDER));
    group
        .bonuses
        .push((term(whole(whole_sorted(&plain))), points::WHOLE));
    let length = tag("syllables", &plain.len().to_string());
    group.likely_length = Some(Term::from_field_text(fields.tag, &length));
    let [first, middle @ .., last] = &plain[..] else {
        return;
    };
    if middle.is_empty() || plain.len() > MOST_SYLLABLES {
        return;
    }
    // Every choice of middle names but all of them.
    for kept in 0..(1_u32 << middle.len()) - 1 {
        let stay = middle
            .iter()
            .enumerate()
            .filter(|(at, _)| kept & (1 << at) != 0);
        let shorter: Vec<&str> = std::iter::once(*first)
            .chain(stay.map(|(_, name)| *name))
            .chain([*last])
            .collect();
        group.shortened.push(whole(whole_sorted(&shorter)));
    }
}

/// The words of the search box: words, and what must hold for the numbers and dates among them.
pub(super) fn words(
    fields: &Fields,
    speller: &mut Speller,
    text: &str,
) -> Result<(Option<Group>, Vec<Boxed>), QuestionError> {
    let raw: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .collect();
    let raw: Vec<&str> = raw
        .into_iter()
        .filter(|word| word.contains(char::is_alphanumeric))
        .collect();
    if raw.is_empty() {
        return Err(empty());
    }
    if raw.len() > MAX_WORDS {
        return Err(QuestionError::new(
            Problem::TooManyWords,
            text.chars().count(),
        ));
    }
    let mut musts = Vec::new();
    let mut plain = String::new();
    let mut at = 0;
    while at < raw.len() {
        if let Some((date, length)) = dates_in_words(&raw[at..]) {
            musts.push(values::date(fields, "*", &[date]));
            at += length;
            continue;
        }
        if raw[at].chars().any(char::is_numeric) {
            musts.push(values::number_or_date(fields, speller, raw[at])?);
        } else {
            plain.push_str(raw[at]);
            plain.push(' ');
        }
        at += 1;
    }
    let group = (!plain.is_empty()).then(|| plain_words(fields, speller, &plain));
    Ok((group, musts))
}

fn plain_words(fields: &Fields, speller: &mut Speller, text: &str) -> Group {
    let words = speller.words(text);
    let short = abbreviations(&words);
    let mut group = Group::default();
    let mut at = 0;
    while at < words.len() {
        if let Some((_, length, short)) = short.iter().find(|(start, ..)| *start == at) {
            let levels =
                LEVELS.map(|level| vec![vec![Term::from_field_text(fields.text(level), short)]]);
            group.units.push(literal(levels));
            at += length;
            continue;
        }
        let onset_of = words
            .get(at + 1)
            .filter(|next| words[at].is_bare_onset() && next.is_alphabetic());
        group
            .units
            .push(word_unit(fields, &words[at], onset_of.map(Arc::as_ref)));
        let in_name = Term::from_field_text(
            fields.name(Level::Ascii),
            words[at].in_a_name().at(Level::Ascii),
        );
        group.bonuses.push((term(in_name), points::IN_NAME));
        group.counted.push(Term::from_field_text(
            fields.text(Level::Ascii),
            words[at].at(Level::Ascii),
        ));
        at += if onset_of.is_some() { 2 } else { 1 };
    }
    let syllables = speller.name(text).syllables;
    if short.is_empty() && syllables.len() <= MOST_SYLLABLES {
        whole_name(fields, &syllables, &mut group);
    }
    group
}

/// A word as printed anywhere, or as the name field spells it; a bare onset goes with its syllable.
fn word_unit(fields: &Fields, word: &Word, onset_of: Option<&Word>) -> Unit {
    let levels = LEVELS.map(|level| {
        let text = |word: &Word| Term::from_field_text(fields.text(level), word.at(level));
        let name =
            |word: &Word| Term::from_field_text(fields.name(level), word.in_a_name().at(level));
        match onset_of {
            Some(next) => {
                let joined = word.joined(next);
                vec![
                    vec![text(word), text(next)],
                    vec![text(&joined)],
                    vec![name(&joined)],
                ]
            }
            None if word.in_a_name() != *word => vec![vec![text(word)], vec![name(word)]],
            None => vec![vec![text(word)]],
        }
    });
    unit(levels, word)
}

/// Words that stand together. They are taken literally: no typo, no word left out.
pub(super) fn phrase(
    fields: &Fields,
    speller: &mut Speller,
    text: &str,
) -> Result<(Group, Boxed), QuestionError> {
    let words = speller.words(text);
    if words.is_empty() {
        return Err(empty());
    }
    let levels = LEVELS.map(|level| {
        let terms = words
            .iter()
            .map(|word| Term::from_field_text(fields.text(level), word.at(level)));
        vec![terms.collect::<Vec<Term>>()]
    });
    let terms = levels[Level::Ascii as usize][0].clone();
    let together: Boxed = match &terms[..] {
        [only] => term(only.clone()),
        _ => Box::new(PhraseQuery::new(terms)),
    };
    let group = Group {
        units: vec![literal(levels)],
        ..Group::default()
    };
    Ok((group, points::worth(together, 0.0)))
}

/// A school by words of its name.
pub(super) fn school(
    fields: &Fields,
    speller: &mut Speller,
    text: &str,
) -> Result<Boxed, QuestionError> {
    let words = speller.words(text);
    if words.is_empty() {
        return Err(empty());
    }
    if words.len() > MAX_WORDS {
        return Err(QuestionError::new(
            Problem::TooManyWords,
            text.chars().count(),
        ));
    }
    let short = abbreviations(&words);
    let mut asked: Vec<Boxed> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let (length, spelled) = match short.iter().find(|(start, ..)| *start == at) {
            Some((_, length, short)) => (*length, *short),
            None => (1, words[at].at(Level::Ascii)),
        };
        asked.push(term(Term::from_field_text(fields.school, spelled)));
        at += length;
    }
    Ok(points::worth(all_of(asked), 0.0))
}
