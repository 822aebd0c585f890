//! Words of another column in a value: a place that begins with a sex, a name that ends with a grade. What holds such a
//! value is two columns whose border was lost, and nothing of it is one value.

use crate::class::FieldKind;
use crate::closed_words::{GRADES, PEOPLES, SEXES};
use crate::values::gazetteer::{locate, parts};

/// From this share of such values on none of the column is believed; two at least.
const COLUMN: f64 = 0.3;
const LEAST: usize = 2;
/// Names end as sexes and peoples are called; only a column that does so in nearly all rows is of two.
const COLUMN_OF_NAMES: f64 = 0.8;

/// A grade that is shortened in columns of its own only.
const SHORTENED: &[&str] = &["xs"];
/// Words that stand in other columns: sexes, grades, peoples.
const LISTS: [&[&str]; 4] = [SEXES, GRADES, SHORTENED, PEOPLES];

/// For each value of a column of names or places whether it may hold another column's too.
pub(super) fn judge(kind: FieldKind, values: &[Option<&str>]) -> Vec<bool> {
    let own: Vec<bool> = values
        .iter()
        .map(|value| value.is_some_and(|value| is_foreign(kind, value)))
        .collect();
    let foreign = own.iter().filter(|foreign| **foreign).count();
    let share = foreign as f64 / values.iter().flatten().count().max(1) as f64;
    let least = match kind {
        FieldKind::Name => COLUMN_OF_NAMES,
        _ => COLUMN,
    };
    match (foreign >= LEAST && share >= least, kind) {
        (true, _) => vec![true; values.len()],
        (false, FieldKind::Name) => vec![false; values.len()],
        _ => own,
    }
}

fn is_foreign(kind: FieldKind, value: &str) -> bool {
    match kind {
        FieldKind::Name => rests(value).any(|rest| rest.contains(' ')),
        FieldKind::Place => {
            // Asked of the outer units alone, since a village nobody lists stands beside any.
            let units = parts(value);
            let ends = [units.first(), units.last()];
            ends.into_iter().flatten().any(|unit| {
                let is_unit = |text: &str| locate(text).is_some();
                rests(unit).any(is_unit) && !is_unit(unit)
            })
        }
        _ => false,
    }
}

/// What is left of a text that begins or ends with such a word.
fn rests(text: &str) -> impl Iterator<Item = &str> {
    LISTS.into_iter().flatten().flat_map(move |word| {
        let small = text.to_lowercase();
        // Small letters of Vietnamese are as long as the capitals.
        let same = small.len() == text.len();
        let behind = small
            .strip_prefix(word)
            .filter(|rest| rest.starts_with(' '));
        let before = small.strip_suffix(word).filter(|rest| rest.ends_with(' '));
        let behind = behind
            .filter(|_| same)
            .map(|rest| text.len() - rest.len()..text.len());
        let before = before.filter(|_| same).map(|rest| 0..rest.len());
        let cut = |at: std::ops::Range<usize>| text.get(at).map(str::trim);
        [behind, before]
            .map(|at| at.and_then(cut))
            .into_iter()
            .flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(kind: FieldKind, values: &[&str]) -> Vec<bool> {
        judge(kind, &values.iter().copied().map(Some).collect::<Vec<_>>())
    }

    #[test]
    fn a_place_beside_another_columns_word_is_doubted() {
        let places = [
            "NỮ Tây Sơn, Bình Định",
            "Hoài Nhơn, Bình Định",
            "Nghệ An",
            "Hà Nội",
        ];
        assert_eq!(
            judged(FieldKind::Place, &places),
            [true, false, false, false]
        );
        let places = ["Hoài Nhơn, Bình Định Kinh", "Nghệ An Kinh", "Hà Nội"];
        assert_eq!(judged(FieldKind::Place, &places), [true; 3], "two columns");
    }

    #[test]
    fn units_that_are_called_so_are_places() {
        let places = [
            "Nam Định",
            "Nam Đàn, Nghệ An",
            "Thái Bình",
            "Tiên Phước, Quảng Nam",
            "Việt Nam",
        ];
        assert_eq!(judged(FieldKind::Place, &places), [false; 5]);
    }

    #[test]
    fn names_end_with_another_column_only_where_most_do() {
        let two = ["Lê Thị Nga Nữ", "Hồ Văn Tâm Nam", "Võ Thị Bích Nữ"];
        assert_eq!(judged(FieldKind::Name, &two), [true; 3]);
        let names = [
            "Lê Hoài Nam",
            "Hồ Thị Hoa",
            "Võ Thị Bích",
            "Đỗ Văn Thái",
            "Y Nam",
        ];
        assert_eq!(judged(FieldKind::Name, &names), [false; 5]);
    }
}
