use super::*;

fn text(raw: &str) -> Option<String> {
    locate(raw).map(|place| place.text)
}

fn located(raw: &str) -> Located {
    locate(raw).map_or(Located::Nowhere, |place| place.located)
}

#[test]
fn parts_put_each_other_right() {
    for (read, place) in [
        ("Phể Phong, Đức Phể", "Phổ Phong, Đức Phổ"),
        ("Ba Te, Nghĩa Bình", "Ba Tơ, Nghĩa Bình"),
        ("Tư Ngh Ÿa, Nghĩa Bình", "Tư Nghĩa, Nghĩa Bình"),
        (
            "Hành Tin Đểng, Nghĩa Hành, Nghĩa Bình",
            "Hành Tín Đông, Nghĩa Hành, Nghĩa Bình",
        ),
        (
            "Hành Trung. Nghĩa Hành, Ngh Ĩa Bình",
            "Hành Trung, Nghĩa Hành, Nghĩa Bình",
        ),
        ("Châu Ô, Bình Sơn", "Châu Ổ, Bình Sơn"),
        ("Lê Lợi, Thị xã Quảng Ngài", "Lê Lợi, Thị xã Quảng Ngãi"),
        ("XÃ ĐỨC LÂN, MỘ ĐÚC", "XÃ ĐỨC LÂN, MỘ ĐỨC"),
        ("Thị xã Quảng Ngải", "Thị xã Quảng Ngãi"),
        ("Nghĩa chánh, MỘ Đức", "Nghĩa Chánh, Mộ Đức"),
        ("Bình Sen, Nghĩa Bình", "Bình Sơn, Nghĩa Bình"),
    ] {
        assert_eq!(text(read).as_deref(), Some(place), "{read}");
    }
}

#[test]
fn a_place_that_is_one_stays_as_it_is_written() {
    for place in [
        "Phổ An, Đức Phổ, Quảng Ngãi",
        "Thành phố Hồ Chí Minh",
        "TP. Hồ Chí Minh",
        "Tịnh Hoà, Quảng Ngãi",
        "Ba Tơ, Nghĩa Bình",
        "Tịnh Ấn, Sơn Tịnh",
        "H. Ý Yên, T. Nam Định",
        "H. Ý Yên - T. Nam Định",
        "X. Hải Phúc - H. Hải Hậu - T. Nam Định",
        "T. Thừa Thiên Huế",
        "Ba Cung-Ba Tơ-Quảng Ngãi",
    ] {
        assert_eq!(text(place).as_deref(), Some(place));
    }
    assert_eq!(located("Đức Lân, Mộ Đức, Nghĩa Bình"), Located::Known);
}

#[test]
fn two_communes_a_slip_apart_are_told_apart_by_nobody() {
    assert_eq!(located("Bình Thạnh, Bình Sơn"), Located::Beside);
    let either = "Bình Thành, Bình Sơn";
    assert_eq!(text(either).as_deref(), Some(either), "Thanh or Thạnh?");
    assert_eq!(located(either), Located::Nowhere);
}

#[test]
fn a_commune_that_moved_to_the_next_district_is_still_one() {
    let moved = locate("Nghĩa Phú, Tư Nghĩa, Quảng Ngãi").unwrap();
    assert_eq!(moved.text, "Nghĩa Phú, Tư Nghĩa, Quảng Ngãi");
}

#[test]
fn what_no_list_holds_stays() {
    assert_eq!(located("Xóm Cây Đa, Đức Phổ"), Located::Nowhere);
    assert_eq!(
        text("Xóm Cây Đa, Đức Phố, Quảng Ngãi").as_deref(),
        Some("Xóm Cây Đa, Đức Phổ, Quảng Ngãi")
    );
    assert_eq!(text("Thôn Xa, Xã Lạ Lẫm"), None);
    for odd in ["", ",", ". .", "…", "TP.", "Xã", "Xã ,Xã "] {
        assert_eq!(text(odd), None, "{odd:?}");
    }
}
