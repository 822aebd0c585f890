//! Whether the rows of a table are people, whatever stands above them: by their values alone.

use super::values::{Values, is_name};
use crate::layout::Row;
use crate::values::dates::Date;

/// Fewer rows may be anything.
const LEAST_ROWS: usize = 6;
/// Of the rows at least this share has a name in the column of the names.
const NAMED: f64 = 0.4;
/// Names differ: the least share of different ones among the rows.
const DIFFER: f64 = 0.7;
/// Of the rows at least this share has a date in one column, or a number that runs down it.
const DATED: f64 = 0.4;
const RUNNING: f64 = 0.5;

/// Whether the rows hold a name each, beside a date or a number that runs from row to row.
pub(crate) fn shows_people(rows: &[Row]) -> bool {
    let filled = |row: &&Row| row.iter().filter(|cell| !cell.is_empty()).count() >= 3;
    let body: Vec<Row> = rows.iter().filter(filled).cloned().collect();
    if body.len() < LEAST_ROWS {
        return false;
    }
    let columns: Vec<Values> = (0..body[0].len())
        .map(|column| Values::of(&body, column))
        .collect();
    // The running number may have no border of its own.
    let is_named = |value: &str| is_name(value.trim_start_matches(|c: char| !c.is_alphabetic()));
    let named =
        |values: &Values| values.share_of_rows(is_named) >= NAMED && values.variety() >= DIFFER;
    let dated = |values: &Values| {
        values.share_of_rows(|value| Date::parse(value).is_some_and(|date| date.day.is_some()))
            >= DATED
    };
    let running = |values: &Values| values.running() >= RUNNING;
    columns.iter().any(named)
        && columns
            .iter()
            .any(|values| dated(values) || running(values))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::lines::tests::page;

    fn rows(cells: &[[&str; 4]]) -> Vec<Row> {
        cells
            .iter()
            .map(|row| row.map(|cell| page(&[cell])).to_vec())
            .collect()
    }

    #[test]
    fn a_name_and_a_date_or_a_running_number_in_each_row_are_people() {
        let people = [
            ["31", "Lê Thị Nga", "05/09/1974", "x"],
            ["32", "Hồ Văn Tâm", "06/11/1974", ""],
            ["33", "Võ Thị Bích", "17/02/1973", "x"],
            ["34", "Đỗ Văn Anh", "02/12/1975", ""],
            ["35", "Bùi Thị Hà", "11/10/1974", "x"],
            ["36", "Ngô Văn Hùng", "23/01/1974", "x"],
        ];
        assert!(shows_people(&rows(&people)));
        assert!(!shows_people(&rows(&people[..5])), "too few");
        let undated = people.map(|[number, name, ..]| [number, name, "Khá", "Kinh"]);
        assert!(shows_people(&rows(&undated)));
    }

    #[test]
    fn goods_and_marks_are_no_people() {
        let goods = [
            ["1", "Giấy in khổ A4", "20", "ram"],
            ["2", "Bút bi xanh", "150", "cây"],
            ["3", "Sổ ghi chép", "12", "quyển"],
            ["4", "Kẹp giấy nhỏ", "40", "hộp"],
            ["5", "Mực máy in", "3", "hộp"],
            ["6", "Bìa hồ sơ", "200", "cái"],
        ];
        assert!(!shows_people(&rows(&goods)));
        let one_place = [["7", "Hà Nội", "05/09/1974", "x"]; 7];
        assert!(!shows_people(&rows(&one_place)));
    }
}
