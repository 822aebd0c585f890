use super::*;
use crate::class::Classes;
use crate::layout::lines::lines;
use crate::layout::lines::tests::page;

fn read(class: &str, text: &[&str]) -> BTreeMap<String, String> {
    let classes = Classes::load(None).unwrap();
    fields(classes.get(class).unwrap(), &lines(&page(text)), None)
        .into_iter()
        .map(|(key, field)| (key, field.raw))
        .collect()
}

#[test]
fn values_stand_beside_labels_of_several_eras() {
    let old = read(
        "van_bang",
        &[
            "CÔNG NHẬN anh (chị): Võ Thị Thu Như",
            "Sinh ngày: 28 tháng 05 năm 1973      Dân tộc: Kinh",
            "Nơi sinh: Bình Sơn, Nghĩa Bình",
            "Đã tốt nghiệp Phổ thông trung học, loại: Giỏi",
            "Số: 771/PTTH",
        ],
    );
    assert_eq!(old["ho_ten"], "Võ Thị Thu Như");
    assert_eq!(old["ngay_sinh"], "28 tháng 05 năm 1973");
    assert_eq!(old["dan_toc"], "Kinh");
    assert_eq!(old["noi_sinh"], "Bình Sơn, Nghĩa Bình");
    assert_eq!(old["xep_loai"], "Giỏi");
    assert_eq!(old["so_hieu"], "771/PTTH");
}

#[test]
fn slips_of_the_engine_and_glued_colons_are_forgiven() {
    let found = read(
        "van_bang",
        &["Ho và tèn: Lê Thị Nga   Giới tinh:Nữ   Dân tóc :Kinh"],
    );
    assert_eq!(found["ho_ten"], "Lê Thị Nga");
    assert_eq!(found["gioi_tinh"], "Nữ");
    assert_eq!(found["dan_toc"], "Kinh");
}

#[test]
fn what_dotted_leaders_leave_is_no_part_of_a_value() {
    let found = read(
        "van_bang",
        &[
            "Hội đồng thi: Chuyên Lê: Khiết: -.ˆ 7” óc",
            "Nơi sinh: Thôn 3: Sơn Tịnh - Quảng Ngãi ..,",
        ],
    );
    assert_eq!(found["hoi_dong"], "Chuyên Lê Khiết");
    assert_eq!(found["noi_sinh"], "Thôn 3: Sơn Tịnh - Quảng Ngãi");
}

#[test]
fn a_school_called_number_one_is_not_a_number() {
    let found = read(
        "van_bang",
        &["Học sinh trường: PTTH Số 1 Tư Nghĩa", "Số: 15/PTTH"],
    );
    assert_eq!(found["truong"], "PTTH Số 1 Tư Nghĩa");
    assert_eq!(found["so_hieu"], "15/PTTH");
}

#[test]
fn a_value_may_stand_below_its_label() {
    let found = read(
        "van_bang",
        &["Họ và tên:", "Lê Thị Nga", "Ngày sinh: 5/9/1974"],
    );
    assert_eq!(found["ho_ten"], "Lê Thị Nga");
    assert_eq!(found["ngay_sinh"], "5/9/1974");
}

#[test]
fn the_signer_stands_below_the_office() {
    let found = read(
        "van_bang",
        &[
            "GIÁM ĐỐC SỞ GIÁO DỤC VÀ ĐÀO TẠO QUẢNG NGÃI",
            "Quảng Ngãi, ngày 5 tháng 10 năm 1999",
            "                 KT. GIÁM ĐỐC",
            "                 PHÓ GIÁM ĐỐC",
            "Số bằng: BT 0318562         ~~",
            "                Nguyễn Văn Hậu",
        ],
    );
    assert_eq!(found["nguoi_ky"], "Nguyễn Văn Hậu");
    assert_eq!(found["ngay_cap"], "ngày 5 tháng 10 năm 1999");
    assert_eq!(found["so_hieu"], "BT 0318562");
}

#[test]
fn expressions_find_values_in_running_text() {
    let found = read(
        "tai_lieu",
        &[
            "Số: 587/SGDĐT-GDTrH        Quảng Ngãi, ngày 16 tháng 02 năm 2016",
            "V/v báo cáo tình hình",
            "Kính gửi: Trung tâm Giáo dục thường xuyên tỉnh.",
            "về việc của ông (bà) Nguyễn Thị Lệ Hiền, sinh",
            "ngày 18/02/1988, tại Bình Sơn, Nghĩa Bình.",
        ],
    );
    assert_eq!(found["so_ky_hieu"], "587/SGDĐT-GDTrH");
    assert_eq!(found["ngay_ban_hanh"], "ngày 16 tháng 02 năm 2016");
    assert_eq!(found["trich_yeu"], "V/v báo cáo tình hình");
    assert_eq!(found["kinh_gui"], "Trung tâm Giáo dục thường xuyên tỉnh");
    assert_eq!(found["ho_ten"], "Nguyễn Thị Lệ Hiền");
    assert_eq!(found["ngay_sinh"], "18/02/1988");
}

const TRANSFER: [&str; 8] = [
    "   UBND TỈNH QUẢNG NGÃI             CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "   SỞ GIÁO DỤC VÀ ĐÀO TẠO           Độc lập - Tự do - Hạnh phúc",
    "   Số: 130/GT-GDĐT                  Quảng Ngãi, ngày 02 tháng 01 năm 2004",
    "                   GIẤY GIỚI THIỆU CHUYỂN TRƯỜNG",
    "",
    "Giới thiệu học sinh: Lê Thị Nga",
    "Sinh ngày: 5/9/1986        Dân tộc: Kinh",
    "đề nghị nhà trường tiếp nhận và tạo điều kiện cho học sinh được học tập tiế",
];

#[test]
fn a_title_begins_with_the_kind_of_the_paper() {
    let found = read("ket_qua_tthc", &TRANSFER);
    assert_eq!(found["loai"], "GIẤY GIỚI THIỆU");
    assert_eq!(found["co_quan"], "SỞ GIÁO DỤC VÀ ĐÀO TẠO");
    assert_eq!(found["so_ky_hieu"], "130/GT-GDĐT");
}

#[test]
fn values_stand_above_captions_in_parentheses() {
    let found = read(
        "van_bang",
        &[
            "Vũ Văn Khang",
            "(họ và tên)",
            "19/3/1988",
            "(ngày sinh)",
            "Nghệ Tĩnh",
            "(sinh tại)",
        ],
    );
    assert_eq!(found["ho_ten"], "Vũ Văn Khang");
    assert_eq!(found["ngay_sinh"], "19/3/1988");
    assert_eq!(found["noi_sinh"], "Nghệ Tĩnh");
}

#[test]
fn the_place_before_a_date_is_no_label() {
    let found = read("van_bang", &["Vinh, ngày 26 tháng 09 năm 1980"]);
    assert!(!found.contains_key("ngay_sinh"));
}
