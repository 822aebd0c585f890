//! Pages beside records: each kind is found for itself; words, notations and dates of a page; what is inherited.

use sogoc_index::{
    Change, Document, DocumentKind, Index, Marks, PartialDate, Query, Rebuild, SearchResults,
};

use crate::people::{asked, born, index_of, person, put};

fn page(id: &str, text: &str) -> Document {
    Document {
        kind: DocumentKind::Page,
        text: text.into(),
        name: None,
        ..person(id, "")
    }
}

fn of_pages(index: &Index, text: &str) -> SearchResults {
    let query = Query {
        kind: DocumentKind::Page,
        ..asked(text)
    };
    index.search(&query).unwrap()
}

fn ids(found: &SearchResults) -> Vec<&str> {
    found.hits.iter().map(|hit| hit.id.as_str()).collect()
}

const LETTER: &str =
    "Số: 715/QĐ-SGDĐT Quảng Ngãi, ngày 11 tháng 10 năm 1989\nVề việc bố trí lịch quét hồ sơ";

#[test]
fn a_page_is_found_by_its_words_its_notation_and_its_dates_and_no_record_is() {
    let other = "Số: 715/KH-UBND ngày 12/11/1989. Lịch bố trí; quét; quyết định";
    let (_dir, index) = index_of([
        page("letter", LETTER),
        page("other", other),
        person("record", "Lịch Quét"),
    ]);
    for (question, expected) in [
        ("bo tri lich quet", vec!["letter", "other"]),
        ("\"bố trí lịch quét\"", vec!["letter"]),
        ("quyết định 715/QĐ-SGDĐT", vec!["letter"]),
        ("QĐ SGD&ĐT lịch quét", vec!["letter"]),
        ("0715/qd-sgddt", vec!["letter"]),
        ("tháng 10/1989", vec!["letter"]),
        ("tháng 11/1989 lịch", vec!["other"]),
        ("ngày 11/10/1989", vec!["letter"]),
        ("ten:\"lịch quét\"", vec!["letter"]),
        ("so:715/KH", vec!["other"]),
    ] {
        assert_eq!(ids(&of_pages(&index, question)), expected, "{question}");
    }
    let records = index.search(&asked("lịch quét")).unwrap();
    assert_eq!(ids(&records), ["record"]);
    assert_eq!(
        records.facets["class"]["diploma"], 1,
        "counts are of one kind"
    );
}

#[test]
fn a_page_whose_regime_is_not_allowed_is_in_no_hit_and_no_count() {
    let secret = Document {
        access: "secret".into(),
        ..page("secret", LETTER)
    };
    let (_dir, index) = index_of([secret, page("open", "lịch quét")]);
    let found = of_pages(&index, "lịch quét");
    assert_eq!((ids(&found), found.total), (vec!["open"], 1));
    assert_eq!(found.facets["class"]["diploma"], 1);
    let nothing = of_pages(&index, "715/QĐ-SGDĐT");
    assert_eq!((nothing.total, nothing.facets.len()), (0, 0));
}

#[test]
fn a_name_is_found_joined_and_by_its_initials() {
    let (_dir, index) = index_of([
        born("an", "Nguyễn Văn An", PartialDate::year(1975)),
        born("binh", "Trần Trung Bình", PartialDate::year(1976)),
        born("thanh", "Lê Thị Hà Thanh", PartialDate::year(1977)),
        born("my", "Hồ Thị Mỹ", PartialDate::year(1978)),
    ]);
    for (question, expected) in [
        ("nguyenvanan", "an"),
        ("nguyen vanan", "an"),
        ("NVA", "an"),
        ("N.V.An", "an"),
        ("N.V.A", "an"),
        ("Nguyễn V. An", "an"),
        ("L.T.H.Thanh 1977", "thanh"),
        ("H.T.My", "my"),
        ("hothimy 1978", "my"),
        ("trung binh", "binh"),
        ("sinh năm 1975", "an"),
    ] {
        let found = index.search(&asked(question)).unwrap();
        assert_eq!(ids(&found), [expected], "{question}");
    }
    assert_eq!(index.search(&asked("XYZT")).unwrap().total, 0);
}

#[test]
fn what_is_inherited_is_found_and_counted() {
    let lying = Document {
        file: Some("file-1".into()),
        shelf_box: Some("12".into()),
        year: Some(2008),
        school: Some("THPT Nghĩa Hành".into()),
        place: Some("Nghĩa Hành, Quảng Ngãi".into()),
        other_places: vec!["Nghĩa Bình".into()],
        facets: [("province".to_owned(), "Quảng Ngãi".to_owned())].into(),
        ..person("row", "Lê Văn Tám")
    };
    let (_dir, index) = index_of([lying, person("other", "Lê Văn Tám")]);
    for question in [
        "tám nam:2008",
        "tám truong:nghĩa hành",
        "hop:12",
        "noi:\"Nghĩa Bình\"",
        "noi:nghia hanh",
        "nghia binh tám",
        "tinh:\"quang ngai\"",
    ] {
        assert_eq!(
            ids(&index.search(&asked(question)).unwrap()),
            ["row"],
            "{question}"
        );
    }
    let mut within = asked("tám");
    within
        .within
        .insert("file".into(), vec!["file-0".into(), "file-1".into()]);
    let found = index.search(&within).unwrap();
    assert_eq!(ids(&found), ["row"]);
    assert_eq!(found.facets["box"]["12"], 1);
    within.within.insert("file".into(), Vec::new());
    assert_eq!(
        index.search(&within).unwrap().total,
        0,
        "an unknown code leads nowhere"
    );
    let marked = Marks::of(&asked("tám")).in_text("Lê Văn Tám");
    assert_eq!(marked.into_iter().next_back(), Some(9..13));
}

#[test]
fn a_large_step_is_staged_and_found_only_when_it_is_committed() {
    let (_dir, index) = index_of([]);
    index.stage(2, &[put(page("a", "một"))]).unwrap();
    assert_eq!(of_pages(&index, "một").total, 0);
    index.apply(2, &[put(page("b", "một"))]).unwrap();
    assert_eq!(of_pages(&index, "một").total, 2);
    index.stage(2, &[Change::Remove("a".into())]).unwrap();
    assert_eq!(
        index.position().unwrap(),
        2,
        "a position reached stays as it is"
    );
}

#[test]
fn a_rebuild_that_was_cut_off_goes_on_from_its_last_checkpoint() {
    let dir = tempfile::tempdir().unwrap();
    let mut cut_off = Rebuild::start(dir.path()).unwrap();
    cut_off.add(&[page("a", "một"), page("b", "một")]).unwrap();
    cut_off.checkpoint(5).unwrap();
    cut_off.add(&[page("lost", "một")]).unwrap();
    drop(cut_off);
    let mut again = Rebuild::start(dir.path()).unwrap();
    assert_eq!(again.position(), 5);
    again.add(&[page("a", "một hai")]).unwrap();
    again
        .apply(&[Change::Remove("b".into()), put(page("c", "một"))])
        .unwrap();
    again.finish(9).unwrap();
    let index = Index::open(dir.path()).unwrap();
    assert_eq!(index.position().unwrap(), 9);
    let mut found: Vec<String> = of_pages(&index, "một")
        .hits
        .into_iter()
        .map(|hit| hit.id)
        .collect();
    found.sort();
    assert_eq!(found, ["a", "c"]);
    let fresh = Rebuild::start(dir.path()).unwrap();
    assert_eq!(
        fresh.position(),
        0,
        "one that was finished is not gone on with"
    );
}
