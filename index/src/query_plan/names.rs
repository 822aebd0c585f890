//! Names that are not written out: joined into one word (`nguyenvanan`), or by initials (`NVA`, `N.V.An`, `V.`).

use sogoc_vietnamese::fold::Level;
use sogoc_vietnamese::syllable::is_plain_syllable;
use tantivy::Term;

use crate::match_levels::QueryWord;
use crate::schema::Fields;
use crate::terms::{all_initials, initials_before, joined_name, one_initial};
use crate::tokenizer::{Token, Tokenizer};

/// Letters of initials: nobody has more syllables.
const MOST_INITIALS: usize = 6;
/// Shortest name of two syllables written as one word, such as `yan`.
const SHORTEST_JOINED: usize = 3;

/// Lets a word that is no syllable also be a name written as one word, or the initials of one.
pub(super) fn add_joined(fields: &Fields, token: &Token, word: &mut QueryWord) {
    let plain = token.at(Level::Ascii);
    let letters = plain.chars().count();
    if !token.is_alphabetic() || letters < SHORTEST_JOINED || is_plain_syllable(plain) {
        return;
    }
    let whole = |text: String| vec![Term::from_field_text(fields.whole, &text)];
    let ways = &mut word.levels[Level::Ascii as usize];
    ways.push(whole(joined_name(plain)));
    if letters <= MOST_INITIALS {
        ways.push(whole(all_initials(plain)));
    }
}

/// A word with full stops between its letters: `N.V.A`, `N.V.An` or `V.`.
pub(super) fn with_initials(
    fields: &Fields,
    tokenizer: &mut Tokenizer,
    raw: &str,
) -> Option<QueryWord> {
    let (first, rest) = raw.split_once('.')?;
    let parts: Vec<&str> = std::iter::once(first).chain(rest.split('.')).collect();
    let (given, before) = parts.split_last()?;
    let one_letter =
        |part: &&str| part.chars().count() == 1 && part.chars().all(char::is_alphabetic);
    if !before.iter().all(one_letter) || !given.chars().all(char::is_alphabetic) {
        return None;
    }
    let mut plain = |part: &str| {
        let tokens = tokenizer.words(part);
        tokens
            .first()
            .map(|token| token.at(Level::Ascii).to_owned())
    };
    let letters: String = before.iter().filter_map(|part| plain(part)).collect();
    let term = match (plain(given), before.len()) {
        (None, 1) => one_initial(&letters),
        (None, _) => all_initials(&letters),
        (Some(given), _) if given.chars().count() == 1 => {
            all_initials(&format!("{letters}{given}"))
        }
        (Some(given), _) => initials_before(&letters, &given),
    };
    let whole = vec![Term::from_field_text(fields.whole, &term)];
    // As it stands there, too: a paper may have the initials themselves.
    let printed = tokenizer.words(raw);
    let text = printed
        .iter()
        .map(|token| Term::from_field_text(fields.text(Level::Ascii), token.at(Level::Ascii)));
    let ascii = vec![whole, text.collect()];
    Some(QueryWord {
        levels: [Vec::new(), Vec::new(), ascii],
        fuzzy: Vec::new(),
    })
}
