//! Numbers, schools, filters, pages, and what a reader may see.

use std::collections::BTreeMap;

use sogoc_index::{Document, Query};

use crate::people::{asked, found, found_set, index_of, numbered, person, search};

#[test]
fn a_number_is_found_however_its_zeros_and_separators_are_written() {
    let (_dir, index) = index_of([
        numbered("plain", "so_vao_so", "123"),
        numbered("series", "so_vao_so", "123/THPT"),
        numbered("serial", "so_hieu", "B 0012345"),
    ]);
    assert_eq!(found(&index, "so:0123"), ["plain", "series"]);
    assert_eq!(found(&index, "0123"), ["plain", "series"]);
    assert_eq!(found(&index, "so:123/thpt"), ["series"]);
    for query in [
        "so:B0012345",
        "so:b12345",
        "so:\"B 12345\"",
        "B0012345",
        "12345",
    ] {
        assert_eq!(found(&index, query), ["serial"], "{query}");
    }
}

#[test]
fn the_beginning_of_a_number_finds_it_below_the_whole() {
    let (_dir, index) = index_of([
        numbered("longer", "so_hieu", "A1234567"),
        numbered("whole", "so_hieu", "A12345"),
    ]);
    assert_eq!(found(&index, "so:A12345"), ["whole", "longer"]);
    assert_eq!(found_set(&index, "so:a123"), ["longer", "whole"]);
    assert!(found(&index, "so:23456").is_empty());
}

#[test]
fn a_school_is_found_under_its_old_its_new_and_its_long_name() {
    let school = |id: &str, school: &str| Document {
        school: Some(school.to_string()),
        ..person(id, "Lê Văn Tám")
    };
    let (_dir, index) = index_of([
        school("a-old", "PTTH Ba Tơ"),
        school("b-new", "Trường THPT Ba Tơ"),
        school("c-long", "Trung học phổ thông Ba Tơ"),
        school("d-other", "THCS Ba Tơ"),
    ]);
    for query in [
        "truong:THPT Ba Tơ",
        "truong:ptth ba to",
        "truong:trung học phổ thông ba tơ",
    ] {
        assert_eq!(
            found_set(&index, query),
            ["a-old", "b-new", "c-long"],
            "{query}"
        );
    }
    assert_eq!(
        found_set(&index, "thpt ba tơ"),
        ["a-old", "b-new", "c-long"]
    );
    assert_eq!(found_set(&index, "truong:Ba Tơ").len(), 4);
}

#[test]
fn filters_narrow_and_facets_count_everything_found() {
    let graded = |id: &str, grade: &str, year: i64| Document {
        facets: BTreeMap::from([("grade".to_string(), grade.to_string())]),
        year: Some(year),
        ..person(id, "Lê Văn Tám")
    };
    let (_dir, index) = index_of([
        graded("a", "Khá", 1993),
        graded("b", "Khá", 1994),
        graded("c", "Giỏi", 1994),
    ]);
    let mut query = asked("lê văn tám");
    query.limit = 1;
    let hits = index.search(&query).unwrap();
    assert_eq!((hits.total, hits.hits.len()), (3, 1));
    assert_eq!(
        hits.facets["grade"],
        BTreeMap::from([("Giỏi".to_string(), 1), ("Khá".to_string(), 2)])
    );
    assert_eq!(hits.facets["year"]["1994"], 2);
    assert_eq!(found_set(&index, "le van tam xep_loai:kha"), ["a", "b"]);
    assert_eq!(
        found_set(&index, "ten:le van tam nam:1994 xep_loai:Khá"),
        ["b"]
    );
    assert_eq!(found_set(&index, "loai:diploma phong:F1").len(), 3);
    assert!(found(&index, "loai:decision").is_empty());
}

#[test]
fn what_a_reader_may_not_see_is_neither_found_nor_counted() {
    let closed = Document {
        access: "closed".to_string(),
        ..person("closed", "Nguyễn Văn An")
    };
    let (_dir, index) = index_of([closed, person("open", "Nguyễn Văn An")]);
    let hits = search(&index, "nguyen van an");
    assert_eq!((hits.total, hits.hits[0].id.as_str()), (1, "open"));
    assert_eq!(hits.facets["class"]["diploma"], 1);
    let nothing_allowed = Query::parse("nguyen van an").unwrap();
    let hits = index.search(&nothing_allowed).unwrap();
    assert_eq!((hits.total, hits.facets.len()), (0, 0));
    let both = vec!["open".to_string(), "closed".to_string()];
    assert_eq!(
        index
            .search(&Query {
                allowed: both,
                ..nothing_allowed
            })
            .unwrap()
            .total,
        2
    );
}

#[test]
fn pages_follow_each_other_without_gap_or_repeat() {
    let (_dir, index) = index_of((0..25).map(|n| person(&format!("{n:02}"), "Lê Văn Tám")));
    let mut seen = Vec::new();
    for offset in [0, 10, 20] {
        let query = Query {
            limit: 10,
            offset,
            ..asked("tám")
        };
        seen.extend(
            index
                .search(&query)
                .unwrap()
                .hits
                .into_iter()
                .map(|hit| hit.id),
        );
    }
    seen.sort();
    assert_eq!(seen, (0..25).map(|n| format!("{n:02}")).collect::<Vec<_>>());
}

#[test]
fn what_an_entry_asks_to_show_comes_back_unchanged() {
    let mut document = person("p", "Lê Văn Tám");
    document.stored =
        serde_json::json!({"ho_ten": "Lê Văn Tám", "so": 12, "khong": null, "dòng": [1, 2]});
    let stored = document.stored.clone();
    let (_dir, index) = index_of([document]);
    assert_eq!(search(&index, "tám").hits[0].stored, stored);
}
