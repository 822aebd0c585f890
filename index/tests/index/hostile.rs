//! Queries and documents that no reader would send.

use std::time::{Duration, Instant};

use sogoc_index::{Document, Index, Problem, Query, SearchError};

use crate::people::{asked, found, index_of, person};

/// Long even for an unoptimised build on a busy machine.
const QUICKLY: Duration = Duration::from_secs(5);

fn problem(index: &Index, query: &Query) -> Problem {
    match index.search(query) {
        Err(SearchError::Query(error)) => error.problem,
        other => panic!("answered: {other:?}"),
    }
}

fn words(words: &str) -> Query {
    Query {
        words: words.to_string(),
        allowed: vec!["open".to_string()],
        ..Query::default()
    }
}

#[test]
fn a_question_that_says_nothing_is_an_error() {
    let (_dir, index) = index_of([person("p", "Lê Văn Tám")]);
    assert_eq!(problem(&index, &words("")), Problem::Empty);
    assert_eq!(problem(&index, &words("!!! ... ---")), Problem::Empty);
    assert_eq!(problem(&index, &words("🙂")), Problem::Empty);
    assert_eq!(
        problem(&index, &words("\u{301}\u{302}\0\u{200b}")),
        Problem::Empty
    );
    let name = Query {
        name: Some("?".to_string()),
        ..words("tám")
    };
    assert_eq!(problem(&index, &name), Problem::Empty);
    let number = Query {
        number: Some("--".to_string()),
        ..words("tám")
    };
    assert_eq!(problem(&index, &number), Problem::BadNumber);
    let phrase = Query {
        phrases: vec![",".to_string()],
        ..words("tám")
    };
    assert_eq!(problem(&index, &phrase), Problem::Empty);
}

#[test]
fn ten_thousand_words_are_refused_quickly() {
    let (_dir, index) = index_of([person("p", "Lê Văn Tám")]);
    let begun = Instant::now();
    assert_eq!(
        problem(&index, &words(&"tám ".repeat(10_000))),
        Problem::TooLong
    );
    assert_eq!(
        problem(&index, &words(&"a ".repeat(400))),
        Problem::TooManyWords
    );
    assert_eq!(
        problem(&index, &words(&"a-".repeat(400))),
        Problem::TooManyWords
    );
    let name = Query {
        name: Some("a ".repeat(400)),
        ..words("")
    };
    assert_eq!(problem(&index, &name), Problem::TooManyWords);
    let school = Query {
        school: Some("a ".repeat(400)),
        ..words("")
    };
    assert_eq!(problem(&index, &school), Problem::TooManyWords);
    assert!(Query::parse(&"\"".repeat(10_001)).is_err());
    assert!(begun.elapsed() < QUICKLY);
}

#[test]
fn a_page_out_of_reach_is_refused() {
    let (_dir, index) = index_of([person("p", "Lê Văn Tám")]);
    for (limit, offset) in [
        (0, 0),
        (201, 0),
        (usize::MAX, 0),
        (20, 10_001),
        (20, usize::MAX),
    ] {
        assert_eq!(
            problem(
                &index,
                &Query {
                    limit,
                    offset,
                    ..words("tám")
                }
            ),
            Problem::BadPage
        );
    }
}

#[test]
fn the_longest_question_allowed_is_answered_quickly() {
    let (_dir, index) = index_of((0..200).map(|n| person(&n.to_string(), "Nguyễn Văn An")));
    let begun = Instant::now();
    let hits = index.search(&words(&"nguyem ".repeat(40))).unwrap();
    assert_eq!(hits.total, 200);
    index.search(&words(&"a".repeat(1_000))).unwrap();
    assert!(begun.elapsed() < QUICKLY);
}

#[test]
fn strange_characters_neither_break_nor_hide_anything() {
    let (_dir, index) = index_of([person("p", "Lê Văn Tám")]);
    for query in [
        "lê\0văn\u{7}tám",
        "lê\u{200b} văn tám\u{feff}",
        "(lê) +văn -tám*",
        "lê AND? [tám]",
    ] {
        let expected: &[&str] = if query.contains("AND") { &[] } else { &["p"] };
        assert_eq!(found(&index, query), expected, "{query:?}");
    }
    for query in [
        "名前",
        "ﬁ",
        "\u{1d54f}",
        "9999999999999999999999",
        "1/1/1/1/1",
        "0",
    ] {
        assert_eq!(index.search(&asked(query)).unwrap().total, 0, "{query:?}");
    }
}

#[test]
fn an_entry_of_any_size_and_shape_is_taken_and_found() {
    let long = "x".repeat(200_000);
    let odd = Document {
        id: "odd".to_string(),
        name: Some(format!("Lê {long} \u{301}\u{301} Tám")),
        school: Some("\u{1f}|".repeat(1000)),
        text: format!("{long} cuối"),
        class: long.clone(),
        ..person("odd", "")
    };
    let (_dir, index) = index_of([odd, person("next", "Lê Văn Tám")]);
    assert_eq!(found(&index, "cuối"), ["odd"]);
    assert_eq!(index.search(&asked("lê tám")).unwrap().total, 2);
}
