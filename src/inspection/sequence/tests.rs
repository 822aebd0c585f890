//! What is said of sequences, and above all what is not.

use super::*;

/// Pages with a printed number each; 0 is one without, which may hold one number unseen.
fn pages(numbers: &[i64]) -> Vec<NumbersShown> {
    let page = |number: &i64| NumbersShown {
        runs: if *number > 0 {
            vec![(*number, *number)]
        } else {
            Vec::new()
        },
        unseen: Some(1),
        fresh: false,
    };
    numbers.iter().map(page).collect()
}

fn rows(runs: &[(i64, i64)]) -> Vec<NumbersShown> {
    let page = |run: &(i64, i64)| NumbersShown {
        runs: vec![*run],
        unseen: None,
        fresh: false,
    };
    runs.iter().map(page).collect()
}

/// Scope, fault and range of each finding.
fn said(pages: &[NumbersShown]) -> Vec<(usize, Fault, (i64, i64))> {
    let found = check(pages).into_iter();
    found.map(|one| (one.at, one.fault, one.range)).collect()
}

#[test]
fn a_missing_page_is_told_on_the_page_after_it() {
    assert_eq!(
        said(&pages(&[11, 12, 14, 15])),
        [(2, Fault::Missing(1), (13, 13))]
    );
    let found = check(&pages(&[11, 12, 15]));
    assert_eq!(
        (found[0].other, found[0].there, found[0].here),
        (1, (12, 12), (15, 15))
    );
    assert_eq!(said(&pages(&[11, 12, 13, 14, 15])), []);
}

#[test]
fn a_page_whose_number_was_not_read_fills_the_gap() {
    assert_eq!(said(&pages(&[11, 12, 0, 14, 15])), []);
    assert_eq!(
        said(&pages(&[11, 12, 0, 16, 17])),
        [(3, Fault::Missing(2), (13, 15))]
    );
}

#[test]
fn rows_that_jump_between_pages_are_told() {
    let found = said(&rows(&[(1, 14), (15, 28), (43, 56), (57, 70)]));
    assert_eq!(found, [(2, Fault::Missing(14), (29, 42))]);
    let mut unread = rows(&[(1, 14), (15, 28), (43, 56), (57, 70)]);
    unread.insert(2, NumbersShown::default());
    assert_eq!(said(&unread), [], "the page between may hold them");
}

#[test]
fn one_page_scanned_twice_is_doubled_and_three_in_a_row_too() {
    assert_eq!(
        said(&pages(&[4, 5, 5, 6, 7])),
        [(2, Fault::Doubled, (5, 5))]
    );
    let again = said(&pages(&[1, 2, 3, 4, 5, 6, 4, 5, 6, 7, 8, 9, 10]));
    let doubled = |at, number| (at, Fault::Doubled, (number, number));
    assert_eq!(again, [doubled(6, 4), doubled(7, 5), doubled(8, 6)]);
    let rows = said(&rows(&[(1, 14), (15, 28), (15, 28), (29, 42)]));
    assert_eq!(rows, [(2, Fault::Doubled, (15, 28))]);
}

#[test]
fn a_page_in_the_wrong_place_is_told_once_and_nothing_is_missing() {
    assert_eq!(
        said(&pages(&[1, 2, 4, 5, 6, 3, 7])),
        [(5, Fault::OutOfOrder, (3, 3))]
    );
    assert_eq!(
        said(&pages(&[1, 6, 2, 3, 4, 5, 7])),
        [(1, Fault::OutOfOrder, (6, 6))]
    );
}

#[test]
fn a_count_that_begins_anew_is_another_volume() {
    assert_eq!(said(&pages(&[18, 19, 20, 1, 2, 3, 4])), []);
    assert_eq!(
        said(&pages(&[1, 2, 3, 4, 5, 2, 3, 4, 5])),
        [],
        "page 1 bears no number"
    );
    assert_eq!(
        said(&rows(&[(1, 14), (1, 12), (1, 14), (1, 9)])),
        [],
        "each page counts"
    );
    let mut files = pages(&[2, 3, 4, 7, 8, 9]);
    files[3].fresh = true;
    assert_eq!(said(&files), [], "another document");
}

#[test]
fn without_firm_ground_nothing_is_said() {
    assert_eq!(said(&pages(&[12, 15])), [], "two pages are no count");
    assert_eq!(said(&pages(&[12, 45, 7, 300])), []);
    assert_eq!(
        said(&pages(&[9, 8, 7, 6, 5, 4])),
        [],
        "scanned from the back"
    );
    assert_eq!(
        said(&pages(&[1, 2, 3, 780])),
        [],
        "a number that is none of a page"
    );
    assert_eq!(said(&pages(&[0, 0, 0])), []);
    assert_eq!(said(&[]), []);
}

#[test]
fn every_other_number_is_a_step_and_a_number_twice_in_a_row_is_a_sheet() {
    assert_eq!(said(&pages(&[1, 3, 5, 7, 9])), []);
    let sides = said(&pages(&[1, 3, 5, 7, 11, 13]));
    assert_eq!(sides, [(4, Fault::Missing(1), (9, 9))]);
    assert_eq!(said(&pages(&[1, 1, 2, 2, 3, 3, 4, 4])), []);
}

#[test]
fn a_wide_gap_is_believed_between_pages_that_are_in_step() {
    let found = said(&pages(&[1, 2, 3, 40, 41, 42]));
    assert_eq!(found, [(3, Fault::Missing(36), (4, 39))]);
    assert_eq!(said(&pages(&[1, 2, 3, 4, 40])), [], "perhaps misread");
}

#[test]
fn a_count_may_end_within_a_page() {
    let mut school = rows(&[(1, 14), (15, 28), (29, 30)]);
    school[2].runs.push((1, 12));
    school.push(rows(&[(13, 26)]).remove(0));
    assert_eq!(said(&school), []);
    school.extend(rows(&[(41, 54)]));
    assert_eq!(said(&school), [(4, Fault::Missing(14), (27, 40))]);
}
