use super::*;
use crate::class::Classes;
use crate::layout::lines::tests::page;

fn settled(first: Option<&str>, second: &str) -> FieldReading {
    settled_by(first, second, ModelTrust::PRINT)
}

fn settled_by(first: Option<&str>, second: &str, trust: ModelTrust) -> FieldReading {
    let classes = Classes::load(None).unwrap();
    let field = classes
        .get("van_bang")
        .unwrap()
        .field("ngay_sinh")
        .unwrap()
        .clone();
    let found = |text: &str| Candidate::of(&page(&[text])).unwrap();
    let mut fields = BTreeMap::new();
    if let Some(first) = first {
        fields.insert(
            field.key.clone(),
            found(first).reading(&field, SecondReading::None),
        );
    }
    take_second(&field, &found(second), trust, &mut fields);
    fields.remove("ngay_sinh").unwrap()
}

#[test]
fn two_looks_that_agree_are_surer_and_two_that_differ_are_not_accepted() {
    let once = settled(None, "5/9/1974");
    assert!(!once.accepted);
    assert!(settled(Some("5/9/1974"), "5/9/1974").confidence > once.confidence);
    let differing = settled(Some("5/9/1974"), "5/8/1974");
    assert!(!differing.accepted);
}

#[test]
fn what_a_pen_wrote_stands_where_it_is_a_date_and_is_never_sure() {
    let (garbled, date) = ("0? tháng 41 năm 441", "07 tháng 11 năm 1971");
    let read = settled_by(Some(garbled), date, ModelTrust::HANDWRITING);
    assert_eq!(read.raw, date);
    let printed = settled_by(Some(garbled), date, ModelTrust::PRINT);
    assert!(!read.accepted && read.confidence < printed.confidence);
}

#[test]
fn what_is_a_date_wins_over_what_is_none() {
    assert_eq!(settled(Some("2đ 04/1985"), "28/04/1985").raw, "28/04/1985");
    assert_eq!(settled(Some("28/04/1985"), "2đ 04/1985").raw, "28/04/1985");
}
