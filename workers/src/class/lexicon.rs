//! Closed lists: one canonical entry a line, variants after it separated by `|`.

use unicode_normalization::UnicodeNormalization;

use sogoc_vietnamese::fold;
use strsim::levenshtein;

/// One entry of a closed list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LexiconEntry {
    /// The form everything is normalised to.
    pub canonical: String,
    /// Other ways it is printed.
    pub variants: Vec<String>,
}

/// A closed list of values, such as the ethnic groups. It proposes a normalised value; what was
/// printed stays beside it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lexicon {
    /// Its entries, in the order of the file.
    pub entries: Vec<LexiconEntry>,
}

impl Lexicon {
    /// Reads the text of a lexicon file; `#` begins a comment line.
    pub(super) fn parse(text: &str) -> Self {
        let entries = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(|line| {
                let mut forms = line.split('|').map(|form| form.trim().nfc().collect());
                LexiconEntry {
                    canonical: forms.next().unwrap_or_default(),
                    variants: forms.collect(),
                }
            })
            .collect();
        Self { entries }
    }

    /// Whether the text begins with an entry, to the letter.
    pub fn heads(&self, text: &str) -> bool {
        self.entries.iter().any(|entry| {
            let rest = text.strip_prefix(entry.canonical.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        })
    }

    /// Whether the text begins with an entry, accents apart.
    pub fn begins(&self, text: &str) -> bool {
        let text = fold::words(text);
        self.entries.iter().any(|entry| {
            let rest = text.strip_prefix(&fold::words(&entry.canonical));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        })
    }

    /// The one printed form these letters are nearest to: a slip in a word of three letters, two in one
    /// of eight. `None` when two entries are equally near or none is near enough.
    pub fn nearest(&self, printed: &str) -> Option<&str> {
        let folded: String = fold::letters(printed)
            .chars()
            .filter(char::is_ascii_alphabetic)
            .collect();
        let mut best: Option<(usize, &LexiconEntry, &str)> = None;
        let mut tied = false;
        for entry in &self.entries {
            for form in std::iter::once(&entry.canonical).chain(&entry.variants) {
                let wanted = fold::letters(form);
                let slips = levenshtein(&wanted, &folded);
                let accents = usize::from(form.to_lowercase() != printed.to_lowercase());
                let allowed = match wanted.len() {
                    _ if is_abbreviation(form, &entry.canonical) => 0,
                    0..3 => 0,
                    3..8 => 1,
                    _ => 2,
                };
                if slips > allowed {
                    continue;
                }
                let capitals = |text: &str| !text.chars().any(char::is_lowercase);
                let case = usize::from(capitals(form) != capitals(printed));
                let distance = slips * 4 + accents * 2 + case;
                match best {
                    Some((least, ..)) if least < distance => {}
                    Some((least, known, _)) if least == distance => tied |= known != entry,
                    _ => (best, tied) = (Some((distance, entry, form.as_str())), false),
                }
            }
        }
        best.filter(|_| !tied).map(|(_, _, form)| form)
    }

    /// The canonical form of a printed one: equal letters first, then equal without accents, then
    /// one slip in a word of four letters or more, if only one entry is that near.
    pub fn canonical(&self, printed: &str) -> Option<&str> {
        let forms = || {
            self.entries.iter().flat_map(|entry| {
                std::iter::once(&entry.canonical)
                    .chain(&entry.variants)
                    .map(move |form| (form.as_str(), entry.canonical.as_str()))
            })
        };
        let lower = printed.to_lowercase();
        if let Some((_, canonical)) = forms().find(|(form, _)| form.to_lowercase() == lower) {
            return Some(canonical);
        }
        let folded = fold::letters(printed);
        let mut near: Vec<&str> = forms()
            .filter(|(form, _)| fold::letters(form) == folded)
            .map(|(_, c)| c)
            .collect();
        if near.is_empty() && folded.chars().count() >= 4 {
            near = forms()
                .filter(|(form, canonical)| {
                    !is_abbreviation(form, canonical)
                        && levenshtein(&fold::letters(form), &folded) <= 1
                })
                .map(|(_, canonical)| canonical)
                .collect();
        }
        near.dedup();
        match near.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }
}

/// Whether a form is so much shorter than its entry that it counts only to the letter: what a column's border leaves of the
/// whole form ("g bình", "bình") is a slip away from its abbreviation ("T.Bình").
fn is_abbreviation(form: &str, canonical: &str) -> bool {
    fold::letters(form).len() * 4 < fold::letters(canonical).len() * 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_an_entry_is_not_a_slip_from_its_abbreviation() {
        let grades = Lexicon::parse("Trung bình | TB | T.Bình\nKhá\n");
        assert_eq!(grades.canonical("T.Bình"), Some("Trung bình"));
        assert_eq!(grades.canonical("Trung bìnk"), Some("Trung bình"));
        assert_eq!(grades.canonical("bình"), None);
        assert_eq!(grades.nearest("bình"), None);
    }
}
