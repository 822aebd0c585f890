//! Which of several people comes first.

use sogoc_index::{MatchLevel, PartialDate};
use unicode_normalization::UnicodeNormalization;

use crate::people::{asked, born, found, found_set, index_of, person, search};

#[test]
fn exact_comes_before_tone_folded_before_ascii() {
    let (_dir, index) = index_of([
        person("ascii", "Nguyễn Văn Ân"),
        person("tone", "Nguyên Văn Án"),
        person("exact", "Nguyễn Văn An"),
    ]);
    for query in ["Nguyễn Văn An", "ten:Nguyễn Văn An"] {
        let hits = search(&index, query).hits;
        let order: Vec<_> = hits
            .iter()
            .map(|hit| (hit.id.as_str(), hit.matched))
            .collect();
        let expected = [
            ("exact", MatchLevel::Exact),
            ("tone", MatchLevel::ToneFolded),
            ("ascii", MatchLevel::Ascii),
        ];
        assert_eq!(order, expected, "{query}");
    }
}

#[test]
fn a_longer_name_with_the_right_tones_comes_before_the_same_length_without() {
    let (_dir, index) = index_of([
        person("ascii", "Nguyễn Vân Ấn"),
        person("longer", "Nguyễn Văn An Bình"),
    ]);
    assert_eq!(found(&index, "ten:Nguyễn Văn An"), ["longer", "ascii"]);
}

#[test]
fn names_are_found_without_accents_in_any_order_and_any_encoding() {
    let (_dir, index) = index_of([person("p", "Đặng Thị Thủy")]);
    let nfd: String = "Đặng Thị Thuỷ".nfd().collect();
    let ways = [
        "dang thi thuy",
        "Thủy Đặng Thị",
        "ĐẶNG THỊ THUỶ",
        nfd.as_str(),
        "thuỷ đặng",
        "Ðặng Thị",
    ];
    for query in ways {
        assert_eq!(found(&index, query), ["p"], "{query}");
        assert_eq!(found(&index, &format!("ten:{query}")), ["p"], "{query}");
    }
    assert_eq!(search(&index, &nfd).hits[0].matched, MatchLevel::Exact);
}

#[test]
fn an_entry_printed_in_decomposed_text_is_found_exactly() {
    let nfd: String = "Nguyễn Thị Đặng Hường".nfd().collect();
    let (_dir, index) = index_of([person("p", &nfd)]);
    assert_eq!(
        search(&index, "Nguyễn Thị Đặng Hường").hits[0].matched,
        MatchLevel::Exact
    );
}

#[test]
fn the_order_asked_for_comes_before_another_order() {
    let (_dir, index) = index_of([
        person("other", "Nguyễn An Văn"),
        person("same", "Nguyễn Văn An"),
    ]);
    assert_eq!(found(&index, "Nguyen Van An"), ["same", "other"]);
}

#[test]
fn a_missing_middle_name_is_tolerated_below_the_full_name() {
    let (_dir, index) = index_of([
        person("full", "Trần Thị Ngọc Lan"),
        person("shorter", "Trần Lan"),
        person("shorter-by-one", "Trần Thị Lan"),
        person("another", "Trần Thị Mai"),
    ]);
    assert_eq!(found(&index, "ten:Trần Thị Ngọc Lan")[0], "full");
    assert_eq!(
        found_set(&index, "ten:Trần Thị Ngọc Lan"),
        ["full", "shorter", "shorter-by-one"]
    );
    // And the other way round: the query leaves it out.
    assert_eq!(found(&index, "ten:Trần Lan")[0], "shorter");
    assert_eq!(
        found_set(&index, "ten:Trần Lan"),
        ["full", "shorter", "shorter-by-one"]
    );
}

#[test]
fn one_typo_a_word_is_tolerated_and_comes_last() {
    let (_dir, index) = index_of([
        person("typo", "Nguyễn Văn Anh"),
        person("right", "Nguyễn Văn An"),
    ]);
    let hits = search(&index, "ten:Nguyễn Văn An");
    assert_eq!(hits.hits[0].id, "right");
    assert_eq!(
        (hits.hits[1].id.as_str(), hits.hits[1].matched),
        ("typo", MatchLevel::Fuzzy)
    );
    assert!(hits.fuzzy);
    for query in ["nguyem vna anh", "ten:nguyne vann ahn", "guyen van anhh"] {
        assert_eq!(found(&index, query)[0], "typo", "{query}");
    }
    // A typo that leaves no vowel looks like the onset of a minority name, and is not taken for one.
    for query in ["ten:nguyen vxn anh", "nguyen vxn anh"] {
        assert_eq!(found(&index, query)[0], "typo", "{query}");
    }
    assert!(
        found(&index, "ten:nugyme van anh").is_empty(),
        "two typos in one word"
    );
}

#[test]
fn enough_right_answers_make_typos_unneeded() {
    let right = (0..12).map(|n| person(&format!("r{n}"), "Lê Thị Hoa"));
    let (_dir, index) = index_of(right.chain([person("near", "Lê Thị Hoan")]));
    let hits = search(&index, "le thi hoa");
    assert_eq!((hits.total, hits.fuzzy), (12, false));
}

#[test]
fn i_and_y_are_one_in_names_and_two_elsewhere() {
    let mut tay = person("tay", "Lý Văn Mỹ");
    tay.text = "bàn tay".to_string();
    let (_dir, index) = index_of([tay]);
    for query in ["Lí Văn Mĩ", "ten:Lí Văn Mĩ", "ly my", "li mi"] {
        assert_eq!(found(&index, query), ["tay"], "{query}");
    }
    assert!(found(&index, "\"bàn tai\"").is_empty());
}

#[test]
fn a_minority_name_is_found_by_its_second_part() {
    let (_dir, index) = index_of([person("p", "H'Ly Niê")]);
    for query in ["ten:ly", "lí", "ten:lý nie"] {
        assert_eq!(found(&index, query), ["p"], "{query}");
    }
}

#[test]
fn a_minority_name_is_found_however_its_apostrophe_is_typed() {
    for printed in ["H'Mai Niê", "H’ Mai Niê", "H Mai Niê", "HMai Niê"] {
        let (_dir, index) = index_of([person("p", printed)]);
        for query in ["H'Mai Niê", "h’mai nie", "H Mai Nie", "hmai", "Niê H`Mai"] {
            assert_eq!(found(&index, query), ["p"], "{printed} asked as {query}");
            assert_eq!(
                found(&index, &format!("ten:{query}")),
                ["p"],
                "{printed} as {query}"
            );
        }
    }
}

#[test]
fn the_birth_date_tells_namesakes_apart() {
    let (_dir, index) = index_of([
        born("1974", "Nguyễn Văn An", PartialDate::day(1974, 3, 12)),
        born("year-only", "Nguyễn Văn An", PartialDate::year(1975)),
        born("month-only", "Nguyễn Văn An", PartialDate::month(1975, 3)),
        born("other-day", "Nguyễn Văn An", PartialDate::day(1975, 3, 13)),
        born("the-day", "Nguyễn Văn An", PartialDate::day(1975, 3, 12)),
    ]);
    for date in [
        "12/3/1975",
        "12-3-75",
        "12.03.1975",
        "ngày 12 tháng 3 năm 1975",
    ] {
        let order = found(&index, &format!("nguyen van an {date}"));
        assert_eq!(order, ["the-day", "month-only", "year-only"], "{date}");
    }
    assert_eq!(
        found(&index, "ten:nguyen van an sinh:12/3/75"),
        ["the-day", "month-only", "year-only"]
    );
    let of_the_year = ["month-only", "other-day", "the-day", "year-only"];
    assert_eq!(found_set(&index, "nguyen van an 1975"), of_the_year);
    assert_eq!(
        found_set(&index, "ten:nguyen van an sinh:1975"),
        of_the_year
    );
    assert_eq!(
        found_set(&index, "sinh:3/1975"),
        ["month-only", "other-day", "the-day", "year-only"]
    );
}

#[test]
fn a_two_digit_birth_year_means_either_century() {
    let (_dir, index) = index_of([
        born("1925", "Lê Văn Cổ", PartialDate::day(1925, 3, 12)),
        born("2025", "Lê Văn Tân", PartialDate::day(2025, 3, 12)),
    ]);
    assert_eq!(found_set(&index, "sinh:12/3/25"), ["1925", "2025"]);
}

#[test]
fn a_person_named_so_comes_before_a_paper_that_says_so() {
    let mut paper = person("paper", "Phạm Văn Bút");
    paper.text = "Người ký: Nguyễn Văn An. Nguyễn Văn An. Nguyễn Văn An.".to_string();
    let (_dir, index) = index_of([paper, person("person", "Nguyễn Văn An")]);
    assert_eq!(found(&index, "nguyễn văn an"), ["person", "paper"]);
    assert_eq!(found(&index, "ten:nguyễn văn an"), ["person"]);
}

#[test]
fn a_typo_beside_a_y_is_tolerated_in_a_name() {
    let (_dir, index) = index_of([person("p", "Lý Văn Mỹ")]);
    for query in ["ten:lyx van my", "lyx van my", "ten:lix van mi"] {
        assert_eq!(found(&index, query), ["p"], "{query}");
    }
}

#[test]
fn a_phrase_forgives_accents_but_not_order() {
    let mut paper = person("paper", "Lê Văn Tám");
    paper.text = "Hội đồng thi trường Ba Tơ".to_string();
    let (_dir, index) = index_of([paper]);
    assert_eq!(found(&index, "\"hoi dong thi\""), ["paper"]);
    assert!(found(&index, "\"thi hội đồng\"").is_empty());
    assert_eq!(
        index.search(&asked("“Hội đồng”")).unwrap().hits[0].matched,
        MatchLevel::Exact
    );
}
