use std::fs;

use super::*;

const GOOD: &str = r#"id = "thu"
label = { vi = "Thử", en = "Trial" }
layout = "form"
type_name = "32"
retention = { code = "01", legal_basis = "x" }
access = { regime = "02", legal_basis = "x" }
cues = []

[[fields]]
key = "ho_ten"
label = { vi = "Họ và tên", en = "Full name" }
type = "name"
labels = ["Họ và tên"]
"#;

fn load_one(text: &str) -> Result<Classes, ClassError> {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("thu.toml"), text).unwrap();
    Classes::load(Some(dir.path()))
}

fn complaint(text: &str) -> (usize, String) {
    match load_one(text) {
        Err(ClassError::Invalid {
            file,
            line,
            problem,
        }) => {
            assert!(file.ends_with("thu.toml"), "{file}");
            (line, problem)
        }
        other => panic!("expected a complaint, got {other:?}"),
    }
}

#[test]
fn the_seven_classes_are_embedded_and_sound() {
    let classes = Classes::load(None).unwrap();
    let ids: Vec<&str> = classes.iter().map(|class| class.id.as_str()).collect();
    let expected = [
        "hoc_ba",
        "ket_qua_tthc",
        "phu_luc_so_goc",
        "so_goc",
        "tai_chinh",
        "tai_lieu",
        "van_bang",
    ];
    assert_eq!(ids, expected);
    assert!(classes.get(GENERAL).is_some());
    for class in classes.iter() {
        assert!(
            class.fields.iter().any(|field| field.mandatory),
            "{}",
            class.id
        );
        assert!(!class.cues.is_empty(), "{}", class.id);
    }
}

#[test]
fn a_folder_replaces_the_embedded_classes() {
    let classes = load_one(GOOD).unwrap();
    assert_eq!(classes.iter().count(), 1);
    assert_eq!(
        classes.get("thu").unwrap().field("ho_ten").unwrap().kind,
        FieldKind::Name
    );
}

#[test]
fn an_unknown_key_is_named_with_its_line() {
    let (line, problem) = complaint(&GOOD.replace("type_name", "typename"));
    assert_eq!(line, 4);
    assert!(problem.contains("typename"), "{problem}");
}

#[test]
fn an_unknown_field_type_is_named_with_its_line() {
    let (line, problem) = complaint(&GOOD.replace("\"name\"", "\"nom\""));
    assert_eq!(line, 12);
    assert!(problem.contains("nom"), "{problem}");
}

#[test]
fn a_duplicate_key_is_named_with_its_line() {
    let again = GOOD.split_once("[[fields]]").unwrap().1;
    let (line, problem) = complaint(&format!("{GOOD}[[fields]]{again}"));
    assert_eq!(line, 15);
    assert!(problem.contains("ho_ten"), "{problem}");
}

#[test]
fn a_bad_regular_expression_is_named_with_its_line() {
    let (line, problem) = complaint(&format!("{GOOD}patterns = ['\\d+', '(']\n"));
    assert_eq!(line, 14);
    assert!(problem.contains("regular expression"), "{problem}");
}

#[test]
fn an_expression_without_a_group_cannot_find_a_value() {
    let (line, _) = complaint(&format!("{GOOD}find = ['\\d+']\n"));
    assert_eq!(line, 14);
}

#[test]
fn a_field_that_can_never_be_read_is_refused() {
    let (line, problem) = complaint(&GOOD.replace("labels = [\"Họ và tên\"]\n", ""));
    assert_eq!(line, 10);
    assert!(problem.contains("labels"), "{problem}");
}

#[test]
fn a_missing_lexicon_is_named_with_its_line() {
    let (line, problem) = complaint(&format!("{GOOD}lexicon = \"khong_co\"\n"));
    assert_eq!(line, 14);
    assert!(problem.contains("khong_co"), "{problem}");
}

#[test]
fn a_copy_of_an_unknown_field_is_refused() {
    let copy = r#"[copy]
title = { vi = "a", en = "a" }
subtitle = { vi = "a", en = "a" }
fields = ["ho_ten", "khong_co"]
opening = { vi = "a", en = "a" }
closing = { vi = "a", en = "a" }
"#;
    let (line, problem) = complaint(&format!("{GOOD}{copy}"));
    assert_eq!(line, 17);
    assert!(problem.contains("khong_co"), "{problem}");
}

#[test]
fn two_files_with_one_id_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("a.toml"), GOOD).unwrap();
    fs::write(dir.path().join("b.toml"), GOOD).unwrap();
    let error = Classes::load(Some(dir.path())).unwrap_err().to_string();
    assert!(error.contains("b.toml:1: "), "{error}");
}

#[test]
fn an_empty_or_absent_folder_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(
        Classes::load(Some(dir.path())),
        Err(ClassError::Empty(_))
    ));
    let absent = dir.path().join("absent");
    assert!(matches!(
        Classes::load(Some(&absent)),
        Err(ClassError::Unavailable { .. })
    ));
}

#[test]
fn a_lexicon_normalises_variants_and_slips_but_never_guesses_between_two() {
    let groups = Lexicon::parse("# note\nKhmer | Khơ Me\nCo | Cor\nCơ Ho\nMường\nTrung bình");
    assert_eq!(groups.canonical("khơ me"), Some("Khmer"));
    assert_eq!(groups.canonical("Muong"), Some("Mường"));
    assert_eq!(groups.canonical("Trunq bình"), Some("Trung bình"));
    assert_eq!(groups.canonical("Cx"), None);
}

#[test]
fn what_is_left_of_a_whole_form_is_not_its_abbreviation() {
    let grades = Lexicon::parse("Khá\nTrung bình | TB | T.Bình | Tr.bình");
    assert_eq!(grades.nearest("Trunq binh"), Some("Trung bình"));
    assert_eq!(grades.nearest("T.Binh"), Some("T.Bình"));
    assert_eq!(grades.nearest("g bình"), None, "the border cut it");
}
