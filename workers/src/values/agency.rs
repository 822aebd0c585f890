//! Names of the agencies that issue these papers: an office of education, then perhaps its place.

use crate::values::gazetteer;
use sogoc_vietnamese::fold;
use strsim::levenshtein;

/// Offices of education since 1975.
const OFFICES: [&str; 8] = [
    "Bộ Giáo dục",
    "Bộ Giáo dục và Đào tạo",
    "Sở Giáo dục",
    "Sở Giáo dục và Đào tạo",
    "Phòng Giáo dục",
    "Phòng Giáo dục và Đào tạo",
    "Ty Giáo dục",
    "Ty Giáo dục và Đào tạo",
];

/// The agency's name as it is written, in the case that was read, by the office that is nearest;
/// `None` where these words name none.
pub(super) fn written(raw: &str) -> Option<String> {
    let named = OFFICES.iter().filter_map(|office| named(raw, office));
    named.min_by_key(|(slips, _)| *slips).map(|(_, name)| name)
}

/// The name with this office, and how many slips that supposes.
fn named(raw: &str, office: &str) -> Option<(usize, String)> {
    let words: Vec<&str> = raw.split_whitespace().collect();
    let count = office.split(' ').count();
    let own = words.get(..count)?.join(" ");
    let (own_letters, letters) = (fold::letters(&own), fold::letters(office));
    let slips = levenshtein(&own_letters, &letters);
    if slips > letters.len() / 8 {
        return None;
    }
    let accents = levenshtein(&own.to_lowercase(), &office.to_lowercase());
    let place = match words[count..].join(" ").as_str() {
        "" => String::new(),
        place => format!(" {}", gazetteer::locate(place)?.text),
    };
    let shout = !raw.chars().any(char::is_lowercase);
    let office = match (accents, shout) {
        (0, _) => own,
        (_, true) => office.to_uppercase(),
        (_, false) => office.to_owned(),
    };
    Some((slips + accents, format!("{office}{place}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_office_and_its_place_are_put_right() {
        for (read, name) in [
            (
                "SỞ GIÁO DỤC VÀ ĐÀO TẠO QUẢNG NGÃT",
                "SỞ GIÁO DỤC VÀ ĐÀO TẠO QUẢNG NGÃI",
            ),
            ("SỎ GIÁO DUC VÀ ĐÀO TẠO", "SỞ GIÁO DỤC VÀ ĐÀO TẠO"),
            ("Phòng Giáo dục Đức Phố", "Phòng Giáo dục Đức Phổ"),
            ("Ty Giáo Dục Nghĩa Bình", "Ty Giáo Dục Nghĩa Bình"),
        ] {
            assert_eq!(written(read).as_deref(), Some(name), "{read}");
        }
    }

    #[test]
    fn other_words_are_left_alone() {
        for other in ["", "Trường THPT Bình Sơn", "SỞ Y TẾ", "Sở Giáo dục Xyzzy"] {
            assert_eq!(written(other), None, "{other}");
        }
    }
}
