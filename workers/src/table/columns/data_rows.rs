//! Which rows of a table hold a person.

use super::named::Named;
use crate::class::FieldKind;
use crate::layout::Row;
use crate::values::Candidate;
use crate::word::Word;

/// The rows from `first` on that hold a person.
pub(super) fn people(named: &[Named<'_>], first: usize, rows: &[Row]) -> Vec<usize> {
    (first..rows.len())
        .filter(|row| holds_a_person(named, &rows[*row]))
        .collect()
}

/// Whether a row is more than an empty line, a numbering of columns, a heading of a group or a total.
fn holds_a_person(named: &[Named<'_>], row: &Row) -> bool {
    let value = |named: &Named<'_>| Candidate::of(&named.words(row)).map(|found| found.raw);
    let holds = |kind: FieldKind, least: usize| {
        let mut of_kind = named.iter().filter(|named| named.field.kind == kind);
        of_kind.any(|named| value(named).is_some_and(|raw| raw.chars().count() > least))
    };
    let filled = named.iter().filter(|named| value(named).is_some()).count();
    let numbers = named.iter().filter(|named| is_numbering(&named.words(row)));
    let is_numbering = numbers.count() * 2 > filled;
    let is_named = holds(FieldKind::Name, 3) || (holds(FieldKind::Date, 3) && filled >= 4);
    // A heading or a total runs across the columns: its letters fill some, but nothing in them is a figure.
    let figures =
        |named: &Named<'_>| value(named).is_some_and(|raw| raw.chars().any(|c| c.is_ascii_digit()));
    let numbered = named.iter().any(figures);
    filled >= 2 && !is_numbering && is_named && (numbered || filled * 2 > named.len())
}

/// Whether a cell holds the number of its column, as the row below the headers does: `(4)`.
fn is_numbering(cell: &[Word]) -> bool {
    let text: String = cell.iter().map(|word| word.text.as_str()).collect();
    text.starts_with('(') && text.ends_with(')') && text.chars().count() <= 4
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::class::Classes;
    use crate::confidence::ColumnTrust;
    use crate::layout::lines::tests::word;

    fn found(table: &[&[&str]]) -> Vec<usize> {
        let classes = Classes::load(None).unwrap();
        let class = classes.get("so_goc").unwrap();
        let keys = ["stt", "ho_ten", "ngay_sinh", "noi_sinh", "xep_loai"];
        let field = |(column, key): (usize, &&str)| Named {
            field: class.field(key).unwrap(),
            columns: vec![(column, None)],
            trust: ColumnTrust::CONFIRMED,
        };
        let named: Vec<Named<'_>> = keys.iter().enumerate().map(field).collect();
        let cell = |text: &&str| match text.is_empty() {
            true => Vec::new(),
            false => vec![word(text, 0, 0)],
        };
        let all: Vec<Row> = table
            .iter()
            .map(|row| row.iter().map(cell).collect())
            .collect();
        people(&named, 0, &all)
    }

    const PERSON: [&str; 5] = ["1", "Lê Thị Nga", "5/6/1989", "Huế", "Khá"];

    #[test]
    fn a_numbering_of_columns_is_nobody_however_badly_some_of_it_is_read() {
        let numbering = ["(1)", "(2)", "SE C1912", "(4)", "(5)"];
        assert_eq!(found(&[&numbering, &PERSON]), [1]);
        assert_eq!(found(&[&["1", "(2)", "", "", ""], &PERSON]), [1]);
    }

    #[test]
    fn a_number_and_a_name_are_somebody() {
        assert_eq!(found(&[&["1", "Lê Thị Nga", "", "", ""]]), [0]);
    }
}
