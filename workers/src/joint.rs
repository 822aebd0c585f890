//! Reading the pages of one document together: a letter of three pages is one record, with the number of its first page
//! and the signer of its last; rows of a list keep what its first page says of all of them.
//!
//! Nothing is read again: the pages' own readings are put together, and a value that comes from another page says from
//! which.

use crate::class::{Class, Classes, Field, HeadPart, Layout, Scope};
use crate::page_stream::{StreamPage, beginnings};
use crate::reading::{FieldReading, PageReading, RecordReading};

/// A page of a document, in order.
#[derive(Debug, Clone)]
pub struct DocumentPage<'a> {
    /// What it is known by outside; values that other pages' records take from it bear this.
    pub id: &'a str,
    /// The file it came in.
    pub file: &'a str,
    /// What was read of it.
    pub reading: &'a PageReading,
}

/// The records each page of a document proposes once all of them are read; as many lists as pages. Where another paper
/// begins in the midst of the document, its pages are put together by themselves.
pub fn records(pages: &[DocumentPage<'_>], classes: &Classes) -> Vec<Vec<RecordReading>> {
    let stream: Vec<StreamPage> = pages
        .iter()
        .map(|page| StreamPage::of(page.reading, page.file))
        .collect();
    let mut own: Vec<Vec<RecordReading>> = pages
        .iter()
        .map(|page| page.reading.records.clone())
        .collect();
    let starts = beginnings(&stream);
    let mut from = 0;
    for to in 1..=pages.len() {
        if to == pages.len() || starts[to] {
            paper(&pages[from..to], &mut own[from..to], classes);
            from = to;
        }
    }
    own
}

/// Puts the pages of one paper together.
fn paper(pages: &[DocumentPage<'_>], own: &mut [Vec<RecordReading>], classes: &Classes) {
    // A cover or a blank back may come before the page that bears the record.
    let Some(first) = own.iter().position(|records| !records.is_empty()) else {
        return;
    };
    let class = classes.get(&own[first][0].class);
    match class.map(|class| class.layout) {
        Some(Layout::Form | Layout::Paper) if own[first].len() == 1 => {
            one_record(pages, own, first, classes);
        }
        Some(Layout::Table) => inherit(pages, own, first, classes),
        _ => {}
    }
}

/// Later pages complete the record of the first; tables among them keep their rows.
fn one_record(
    pages: &[DocumentPage<'_>],
    own: &mut [Vec<RecordReading>],
    first: usize,
    classes: &Classes,
) {
    let (before, later) = own.split_at_mut(first + 1);
    let record = &mut before[first][0];
    let Some(class) = classes.get(&record.class) else {
        return;
    };
    for (page, records) in pages[first + 1..].iter().zip(later) {
        let Some(other) = records.first().and_then(|other| classes.get(&other.class)) else {
            continue;
        };
        match other.layout {
            Layout::Table => {
                for row in records.iter_mut() {
                    take_from_paper(class, other, row, record, pages[first].id);
                }
            }
            // A second sheet of the same kind is a copy of its own: two diplomas in one file.
            Layout::Form | Layout::Paper if records.len() == 1 && completes(class, &records[0]) => {
                complete(class, record, &records[0], page.id);
                records.clear();
            }
            Layout::Form | Layout::Paper => {}
        }
    }
}

/// Whether a later page's record is not a paper of its own: it lacks a head, or its values recur on every page. A number
/// alone is one that the text cites; with a date or an agency beside it, it is another letter's whose head was not seen.
fn completes(class: &Class, later: &RecordReading) -> bool {
    let has = |part| {
        let fields = class.fields.iter().filter(|field| field.head == Some(part));
        fields
            .into_iter()
            .any(|field| later.fields.contains_key(&field.key))
    };
    let others = [HeadPart::Date, HeadPart::Agency, HeadPart::Subject];
    let headed = has(HeadPart::Number) && others.into_iter().any(has);
    class.layout == Layout::Paper && !headed || class.fields.iter().any(|field| field.recurs)
}

/// Takes over from a later page what the record lacks, and what stands at a paper's end or recurs on every page.
fn complete(class: &Class, record: &mut RecordReading, later: &RecordReading, page: &str) {
    for (key, value) in &later.fields {
        let Some(field) = class.field(key).filter(|field| field.head.is_none()) else {
            continue;
        };
        let lacks = !record.fields.contains_key(key);
        if lacks || is_last(field) {
            let mut taken = from_page(value, page);
            // A person's name on a later page may be another person's.
            taken.accepted &= is_last(field);
            record.fields.insert(key.clone(), taken);
        }
    }
}

/// Whether of several pages' values the last one's is the paper's: who signed it, the latest year.
fn is_last(field: &Field) -> bool {
    field.recurs || !field.offices.is_empty() || !field.below.is_empty()
}

fn from_page(value: &FieldReading, page: &str) -> FieldReading {
    FieldReading {
        page: value.page.clone().or_else(|| Some(page.to_owned())),
        ..value.clone()
    }
}

/// Gives a row that lacks it a value of another page: proposed, and for a person to accept.
fn lend(row: &mut RecordReading, key: &str, value: Option<&FieldReading>, page: &str) {
    if let Some(value) = value.filter(|_| !row.fields.contains_key(key)) {
        let mut lent = from_page(value, page);
        lent.accepted = false;
        row.fields.insert(key.to_owned(), lent);
    }
}

/// Rows that are an annex of an official paper bear its number.
fn take_from_paper(
    paper: &Class,
    rows: &Class,
    row: &mut RecordReading,
    head: &RecordReading,
    page: &str,
) {
    for field in rows.fields.iter().filter(|field| field.of_paper.is_some()) {
        let mut of_paper = paper.fields.iter().filter(|one| one.head == field.of_paper);
        let value = of_paper.find_map(|one| head.fields.get(&one.key));
        lend(row, &field.key, value, page);
    }
}

/// Rows of a page without a title keep what the pages before say once for all rows. It is proposed, and accepted by no
/// one but a person: where the next list begins is seen less surely than what stands on a page.
fn inherit(
    pages: &[DocumentPage<'_>],
    own: &mut [Vec<RecordReading>],
    first: usize,
    classes: &Classes,
) {
    let id = own[first][0].class.clone();
    let Some(class) = classes.get(&id) else {
        return;
    };
    let shared: Vec<&Field> = class
        .fields
        .iter()
        .filter(|field| field.scope == Scope::Page)
        .collect();
    for at in first + 1..own.len() {
        let (before, here) = own.split_at_mut(at);
        let mut earlier = pages.iter().zip(before.iter()).rev();
        let source = earlier.find_map(|(page, records)| Some((page.id, records.last()?)));
        let Some((page, source)) = source else {
            continue;
        };
        for row in here[0].iter_mut().filter(|row| row.class == id) {
            for field in &shared {
                lend(row, &field.key, source.fields.get(&field.key), page);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Turn;
    use crate::reading::{Continuity, PageNumber, Quality};

    fn field(value: &str) -> FieldReading {
        FieldReading {
            raw: value.into(),
            value: value.into(),
            confidence: 0.99,
            accepted: true,
            bounds: None,
            struck: false,
            page: None,
            evidence: None,
        }
    }

    fn record(class: &str, fields: &[(&str, &str)]) -> RecordReading {
        let fields = fields
            .iter()
            .map(|(key, value)| ((*key).into(), field(value)));
        RecordReading {
            class: class.into(),
            fields: fields.collect(),
            bounds: None,
        }
    }

    fn page(number: u32, head: bool, records: Vec<RecordReading>) -> PageReading {
        PageReading {
            class: records
                .first()
                .map_or_else(String::new, |record| record.class.clone()),
            class_confidence: 0.5,
            rotation: Turn::None,
            skew: 0.0,
            dpi: 300,
            width: 100,
            height: 100,
            text: String::new(),
            words: Vec::new(),
            records,
            number: (number > 1).then_some(PageNumber {
                number,
                confidence: 0.9,
            }),
            columns: None,
            understood: None,
            map: None,
            continuity: Continuity {
                head,
                ..Continuity::default()
            },
            quality: Quality::default(),
            milliseconds: 0,
        }
    }

    fn together(pages: &[PageReading]) -> Vec<Vec<RecordReading>> {
        let ids = ["p1", "p2", "p3", "p4"];
        let pages: Vec<DocumentPage> = ids
            .iter()
            .zip(pages)
            .map(|(id, reading)| DocumentPage {
                id,
                file: "one.pdf",
                reading,
            })
            .collect();
        records(&pages, &Classes::load(None).unwrap())
    }

    #[test]
    fn a_letter_of_two_pages_is_one_record_with_the_signer_of_the_last() {
        let first = record(
            "tai_lieu",
            &[("so_ky_hieu", "715/SGDĐT"), ("nguoi_ky", "Lê A")],
        );
        let last = record(
            "tai_lieu",
            &[("nguoi_ky", "Trần Văn B"), ("ho_ten", "Võ C")],
        );
        let own = together(&[page(1, true, vec![first]), page(2, false, vec![last])]);
        assert_eq!(own[1], [], "the later page has no record of its own");
        let fields = &own[0][0].fields;
        assert_eq!(fields["so_ky_hieu"].page, None);
        let signer = &fields["nguoi_ky"];
        assert_eq!(
            (signer.value.as_str(), signer.page.as_deref()),
            ("Trần Văn B", Some("p2"))
        );
        assert!(signer.accepted);
        assert!(
            !fields["ho_ten"].accepted,
            "a name on a later page may be another's"
        );
    }

    #[test]
    fn three_letters_in_one_file_stay_three() {
        let letter = |number| page(1, true, vec![record("tai_lieu", &[("so_ky_hieu", number)])]);
        let pages = [letter("1/QĐ"), letter("2/QĐ"), letter("3/QĐ")];
        let own = together(&pages);
        assert!(
            own.iter()
                .zip(&pages)
                .all(|(own, page)| *own == page.records)
        );
    }

    #[test]
    fn a_number_cited_on_a_later_page_never_becomes_the_papers() {
        let first = record("tai_lieu", &[("trich_yeu", "V/v quét hồ sơ")]);
        let cited = record("tai_lieu", &[("so_ky_hieu", "12/TT-BGDĐT")]);
        let own = together(&[
            page(1, true, vec![first.clone()]),
            page(2, false, vec![cited]),
        ]);
        assert!(!own[0][0].fields.contains_key("so_ky_hieu"));
        assert_eq!(own[1], []);
        let whole = [("so_ky_hieu", "12/CV"), ("ngay_ban_hanh", "2001-02-03")];
        let other = record("tai_lieu", &whole);
        let own = together(&[
            page(1, true, vec![first]),
            page(2, false, vec![other.clone()]),
        ]);
        assert_eq!(
            own[1],
            [other],
            "a letter whose head was not seen is not lost"
        );
    }

    #[test]
    fn rows_of_an_annexed_list_bear_the_number_of_its_decision() {
        let decision = record("tai_lieu", &[("so_ky_hieu", "45/QĐ-SGDĐT")]);
        let rows = vec![
            record("so_goc", &[("ho_ten", "Lê A")]),
            record("so_goc", &[("ho_ten", "Lê B"), ("qd_cong_nhan", "9/QĐ")]),
        ];
        let own = together(&[page(1, true, vec![decision]), page(2, false, rows)]);
        let number = &own[1][0].fields["qd_cong_nhan"];
        assert_eq!(
            (number.value.as_str(), number.accepted),
            ("45/QĐ-SGDĐT", false)
        );
        assert_eq!(number.page.as_deref(), Some("p1"));
        assert_eq!(
            own[1][1].fields["qd_cong_nhan"].value, "9/QĐ",
            "its own goes before"
        );
    }

    #[test]
    fn rows_keep_what_the_first_page_says_once_until_another_list_begins() {
        let list = |fields: &[(&str, &str)]| vec![record("so_goc", fields)];
        let first = page(
            1,
            true,
            list(&[
                ("ho_ten", "A"),
                ("truong", "THPT X"),
                ("khoa_thi", "5/1990"),
            ]),
        );
        let second = page(2, false, list(&[("ho_ten", "B")]));
        let third = page(3, false, list(&[("ho_ten", "C"), ("truong", "THPT Y")]));
        let other = page(1, true, list(&[("ho_ten", "D")]));
        let own = together(&[first, second, third, other]);
        assert_eq!(own[1][0].fields["truong"].page.as_deref(), Some("p1"));
        assert!(!own[1][0].fields["truong"].accepted);
        assert_eq!(own[2][0].fields["truong"].value, "THPT Y");
        assert_eq!(own[2][0].fields["khoa_thi"].page.as_deref(), Some("p1"));
        assert!(!own[3][0].fields.contains_key("truong"), "another paper");
    }

    #[test]
    fn a_school_record_is_one_record_with_the_marks_of_its_last_year() {
        let cover = record("hoc_ba", &[("ho_ten", "Lê A")]);
        let year = |year, mean| record("hoc_ba", &[("nam_hoc", year), ("dtb", mean)]);
        let own = together(&[
            page(1, true, vec![cover]),
            page(2, false, vec![year("2001-2002", "6,9")]),
            page(3, false, vec![year("2002-2003", "7,4")]),
        ]);
        assert_eq!((own[0].len(), own[1].len(), own[2].len()), (1, 0, 0));
        let fields = &own[0][0].fields;
        assert_eq!(
            (
                fields["ho_ten"].page.as_deref(),
                fields["dtb"].value.as_str()
            ),
            (None, "7,4")
        );
        assert_eq!(fields["nam_hoc"].page.as_deref(), Some("p3"));
    }

    #[test]
    fn pages_without_a_record_and_no_pages_at_all_do_no_harm() {
        assert!(together(&[]).is_empty());
        let own = together(&[page(1, false, vec![]), page(2, false, vec![])]);
        assert!(own.iter().all(Vec::is_empty));
        let late = record("tai_lieu", &[("so_ky_hieu", "1/QĐ")]);
        let own = together(&[page(1, false, vec![]), page(2, true, vec![late])]);
        assert_eq!(own[1].len(), 1);
    }
}
