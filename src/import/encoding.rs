//! Which encoding the cells of a column are in: what a person chose, else the font of the cell, else what its words become.

use std::collections::HashMap;

use sogoc_vietnamese::composed;
use sogoc_vietnamese::legacy::{self, Encoding};

use crate::catalogue::text_enum;

/// Texts that a column remembers in decoded form: schools, places and ethnic groups recur.
const REMEMBERED: usize = 20_000;

text_enum! {
    /// What the cells of a column are written in.
    #[derive(Default)]
    #[allow(missing_docs)] // names of encodings
    pub enum ListEncoding {
        /// Each cell as its font and its words say.
        #[default]
        Auto,
        Unicode,
        Tcvn3,
        Vni,
        Cp1258,
        Viscii,
        Vps,
        Viqr,
        VietwareX,
        VietwareF,
        BkHcm1,
        BkHcm2,
    }
}

impl ListEncoding {
    /// The encoding that was chosen; none where each cell decides.
    pub fn fixed(self) -> Option<Encoding> {
        Some(match self {
            Self::Auto => return None,
            Self::Unicode => Encoding::Unicode,
            Self::Tcvn3 => Encoding::Tcvn3,
            Self::Vni => Encoding::Vni,
            Self::Cp1258 => Encoding::Cp1258,
            Self::Viscii => Encoding::Viscii,
            Self::Vps => Encoding::Vps,
            Self::Viqr => Encoding::Viqr,
            Self::VietwareX => Encoding::VietwareX,
            Self::VietwareF => Encoding::VietwareF,
            Self::BkHcm1 => Encoding::BkHcm1,
            Self::BkHcm2 => Encoding::BkHcm2,
        })
    }

    /// The word of an encoding.
    pub fn of(encoding: Encoding) -> Self {
        let same = |one: &&Self| one.fixed() == Some(encoding);
        Self::ALL.iter().find(same).copied().unwrap_or_default()
    }
}

/// Decodes the cells of one column.
#[derive(Debug, Clone)]
pub(super) struct Decoder {
    chosen: Option<Encoding>,
    usual: Encoding,
    known: HashMap<(String, u16), String>,
}

impl Decoder {
    /// Of a column whose words are mostly in `usual`.
    pub fn new(chosen: ListEncoding, usual: Encoding) -> Self {
        Self {
            chosen: chosen.fixed(),
            usual,
            known: HashMap::new(),
        }
    }

    /// The cell's text as Unicode (NFC), blanks squeezed, without control characters.
    pub fn decode(&mut self, text: &str, font: u16, fonts: &[String]) -> String {
        let key = (text.to_owned(), font);
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let name = usize::from(font)
            .checked_sub(1)
            .and_then(|at| fonts.get(at));
        let of_font = name.and_then(|name| legacy::of_font(name));
        let decoded = tidied(&self.of_cell(text, of_font));
        if self.known.len() < REMEMBERED {
            self.known.insert(key, decoded.clone());
        }
        decoded
    }

    fn of_cell(&self, text: &str, font: Option<(Encoding, bool)>) -> String {
        let capitals = font.is_some_and(|(_, capitals)| capitals);
        if let Some(chosen) = self.chosen {
            return chosen.decode_cell(text, capitals);
        }
        if text.is_ascii() && self.usual != Encoding::Viqr {
            return if capitals {
                text.to_uppercase()
            } else {
                text.to_owned()
            };
        }
        // A letter that only Unicode writes was typed as such, whatever font it is shown in.
        if legacy::is_plainly_unicode(text) {
            return composed(text);
        }
        if let Some((encoding, capitals)) = font {
            return encoding.decode_cell(text, capitals);
        }
        let (words, sound) = legacy::soundness(self.usual, text);
        if words == sound {
            return self.usual.decode_cell(text, false);
        }
        let best = legacy::weigh(std::iter::once(text)).into_iter().next();
        match best.filter(|best| best.syllables > sound) {
            Some(best) => best.encoding.decode_cell(text, false),
            None => self.usual.decode_cell(text, false),
        }
    }
}

/// Without control characters, which no engine keeps in text, and with single blanks.
fn tidied(text: &str) -> String {
    let visible: String = text
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_mixed_in_one_column_are_told_apart_cell_by_cell() {
        let fonts = [".VnTimeH".to_owned(), "Arial".to_owned()];
        let mut decoder = Decoder::new(ListEncoding::Auto, Encoding::Tcvn3);
        let mut read = |text: &str, font| decoder.decode(text, font, &fonts);
        assert_eq!(read("NguyÔn ThÞ Nga", 0), "Nguyễn Thị Nga");
        assert_eq!(read("NguyÔn ThÞ Nga", 1), "NGUYỄN THỊ NGA");
        assert_eq!(read("Nguyễn Thị Nga", 1), "Nguyễn Thị Nga");
        assert_eq!(read("Nguyeãn Thò Thöông", 2), "Nguyễn Thị Thương");
        assert_eq!(read("Tran  Van\u{1}An ", 2), "Tran Van An");
    }

    #[test]
    fn what_a_person_chose_goes_before_evidence() {
        let mut decoder = Decoder::new(ListEncoding::Vni, Encoding::Tcvn3);
        assert_eq!(decoder.decode("Nguyeãn", 0, &[]), "Nguyễn");
        for encoding in ListEncoding::ALL.iter().filter_map(|one| one.fixed()) {
            assert_eq!(ListEncoding::of(encoding).fixed(), Some(encoding));
        }
    }
}
