//! A column nobody knows beside one of names or places may hold the rest of its values.

use super::shown::Shown;
use super::usage::Usage;
use super::values::{Values, is_part, is_words};
use crate::class::{FieldKind, Part};
use crate::layout::Row;

/// From this share of words on, the rest of the values beside may stand in a column.
const SOME: f64 = 0.3;
/// From this share on, given names stand in it.
const MOST: f64 = 0.7;
/// Given names differ: at least this many different ones for each person.
const VARIETY: f64 = 0.3;
/// Family name and what stands between it and the given name have at most this many syllables, nearly always.
const SYLLABLES: f64 = 3.2;

/// Joins a column of given names that no header names to the names on its left, and trusts no value beside which the
/// rest of it may stand.
pub(super) fn judge(usages: &mut [Usage<'_>], shown: &mut [Shown], body: &[Row]) {
    for column in 1..usages.len() {
        let Usage::Field(field, None) = usages[column] else {
            continue;
        };
        // A border of white may cut a title off: "T. | Lạng Sơn".
        let before = matches!(usages[column - 1], Usage::Unknown);
        if before && matches!(field.kind, FieldKind::Name | FieldKind::Place) {
            let cut = Values::of(body, column - 1).share_of_rows(has_letters_only);
            if cut >= SOME {
                shown[column].margin = 0.0;
            }
        }
    }
    years(usages, shown, body);
    for column in 0..usages.len().saturating_sub(1) {
        let Usage::Field(field, None) = usages[column] else {
            continue;
        };
        if !matches!(field.kind, FieldKind::Name | FieldKind::Place) {
            continue;
        }
        // An empty column between, which a false border cuts off, keeps the rest of a value no further away.
        let mut open = (column + 1..usages.len())
            .take_while(|at| matches!(usages[*at], Usage::Unknown | Usage::Empty));
        let filled = open.find(|at| Values::of(body, *at).share_of_rows(is_words) >= SOME);
        let Some(beside) = filled else {
            continue;
        };
        if beside > column + 1 {
            shown[column].margin = 0.0;
            continue;
        }
        let rest = Values::of(body, beside);
        let given = rest.share_of_rows(|value| is_words(value) && value.split(' ').count() <= 2);
        let parts = [Part::Family, Part::Given];
        let in_parts = parts.iter().all(|part| field.parts.contains_key(part));
        if in_parts
            && field.kind == FieldKind::Name
            && given >= MOST
            && rest.variety() >= VARIETY
            && Values::of(body, column).words_a_value() <= SYLLABLES
        {
            usages[column] = Usage::Field(field, Some(Part::Family));
            usages[column + 1] = Usage::Field(field, Some(Part::Given));
            shown[column + 1] = shown[column];
        } else {
            shown[column].margin = 0.0;
        }
    }
}

/// Joins columns of days and months that nobody knows to the years on their right, and trusts no year beside which the
/// rest of its date may stand.
fn years(usages: &mut [Usage<'_>], shown: &mut [Shown], body: &[Row]) {
    for column in 1..usages.len() {
        let is_date =
            matches!(usages[column], Usage::Field(field, None) if field.kind == FieldKind::Date);
        let open = matches!(usages[column - 1], Usage::Unknown);
        let days = |value: &str| is_part(Part::Day, value.trim_end_matches(['-', '/', '.', ' ']));
        // A false border may cut the days off.
        if is_date && open && Values::of(body, column - 1).share_of_rows(days) >= MOST {
            shown[column].margin = 0.0;
        }
    }
    for column in 2..usages.len() {
        let Usage::Field(field, None) = usages[column] else {
            continue;
        };
        let parts = [Part::Day, Part::Month, Part::Year];
        let columns = column - 2..=column;
        let holds = |(at, part): (usize, Part)| {
            Values::of(body, at).share_of_rows(|value| is_part(part, value)) >= MOST
        };
        let is_date = field.kind == FieldKind::Date
            && parts.iter().all(|part| field.parts.contains_key(part));
        if !is_date || !columns.zip(parts).all(holds) {
            continue;
        }
        let is_open = |usage: &Usage<'_>| matches!(usage, Usage::Unknown);
        if usages[column - 2..column].iter().all(is_open) {
            for (at, part) in (column - 2..=column).zip(parts) {
                usages[at] = Usage::Field(field, Some(part));
                shown[at] = shown[column];
            }
        } else {
            shown[column].margin = 0.0;
        }
    }
}

fn has_letters_only(value: &str) -> bool {
    value.chars().any(char::is_alphabetic) && !value.chars().any(char::is_numeric)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::class::Classes;
    use crate::layout::lines::tests::page;

    fn judged(rows: [[&str; 2]; 4]) -> (Vec<Option<String>>, f64) {
        let classes = Classes::load(None).unwrap();
        let class = classes.get("so_goc").unwrap();
        let mut usages = vec![
            Usage::Field(class.field("ho_ten").unwrap(), None),
            Usage::Unknown,
        ];
        let mut shown = vec![Shown::default(); 2];
        shown[0].margin = 2.0;
        let body = rows.map(|row| row.map(|cell| page(&[cell])).to_vec());
        judge(&mut usages, &mut shown, &body);
        (
            usages.iter().map(|usage| usage.key()).collect(),
            shown[0].margin,
        )
    }

    #[test]
    fn given_names_without_a_header_are_the_end_of_names() {
        let (keys, margin) = judged([
            ["Bùi Văn", "An"],
            ["Nguyễn Thị", "Bích"],
            ["Quách Vĩ", "Cường"],
            ["Hồ Thị Ngọc", "Hà"],
        ]);
        let parts = ["ho_ten.family", "ho_ten.given"].map(|key| Some(key.to_owned()));
        assert_eq!((keys.as_slice(), margin), (parts.as_slice(), 2.0));
    }

    #[test]
    fn a_place_behind_letters_nobody_knows_is_not_trusted() {
        let classes = Classes::load(None).unwrap();
        let class = classes.get("so_goc").unwrap();
        let mut usages = vec![
            Usage::Unknown,
            Usage::Field(class.field("noi_sinh").unwrap(), None),
        ];
        let mut shown = vec![Shown::default(); 2];
        shown[1].margin = 2.0;
        let row = || ["T.", "Lạng Sơn"].map(|cell| page(&[cell])).to_vec();
        judge(&mut usages, &mut shown, &[row(), row()]);
        assert_eq!(shown[1].margin, 0.0);
    }

    #[test]
    fn days_and_months_nobody_knows_belong_to_the_years_beside_them() {
        let classes = Classes::load(None).unwrap();
        let class = classes.get("so_goc").unwrap();
        let born = Usage::Field(class.field("ngay_sinh").unwrap(), None);
        let rows = [
            ["28", "08", "1981"],
            ["21", "9", "1980"],
            ["2", "12", "1979"],
        ];
        let body = rows.map(|row| row.map(|cell| page(&[cell])).to_vec());
        let mut usages = vec![Usage::Unknown, Usage::Unknown, born];
        judge(&mut usages, &mut [Shown::default(); 3], &body);
        let keys: Vec<Option<String>> = usages.iter().map(|usage| usage.key()).collect();
        assert_eq!(keys[0].as_deref(), Some("ngay_sinh.day"));
        assert_eq!(keys[2].as_deref(), Some("ngay_sinh.year"));
        let sex = Usage::Field(class.field("gioi_tinh").unwrap(), None);
        let mut usages = vec![sex, Usage::Unknown, born];
        let mut shown = vec![
            Shown {
                margin: 2.0,
                ..Shown::default()
            };
            3
        ];
        judge(&mut usages, &mut shown, &body);
        assert_eq!(shown[2].margin, 0.0);
    }

    #[test]
    fn names_beside_words_nobody_knows_are_not_trusted() {
        let (keys, margin) = judged([
            ["Bùi Văn An", "Kinh"],
            ["Nguyễn Thị Ngọc Bích", "Kinh"],
            ["Quách Vĩ Cường", "Kinh"],
            ["Hồ Thị Ngọc Hà", "Kinh"],
        ]);
        assert_eq!((keys[0].as_deref(), margin), (Some("ho_ten"), 0.0));
        let (_, margin) = judged([
            ["Bùi An", "7"],
            ["Lê Bê", "8"],
            ["Hồ Hà", "9"],
            ["Hồ Lan", "5"],
        ]);
        assert_eq!(margin, 2.0);
    }
}
