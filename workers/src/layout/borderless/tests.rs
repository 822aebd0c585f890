use super::*;
use crate::layout::lines::tests::page;

fn sheet() -> Vec<Word> {
    page(&[
        "TT      Họ và tên             Ngày sinh      Ghi chú",
        "1       Lê Thị Mẫu            02/03/1970     a",
        "2       Hồ Văn Thử            12/03/1971     b",
        "        tên dài",
        "3       Võ Mẫu                09/11/1970     c",
        "4       Đỗ Thị Thí Dụ         30/04/1970     d",
    ])
}

#[test]
fn a_header_above_the_first_lying_rule_is_of_the_table() {
    let grid = Grid::straight(
        &[-6.0, 60.0, 350.0, 520.0, 700.0],
        &[32.0, 72.0, 152.0, 232.0],
    );
    let headed = with_header(&grid, &sheet()).unwrap();
    assert_eq!(headed.row_count(), 4);
    // A first row of words is the header itself.
    let grid = Grid::straight(
        &[-6.0, 60.0, 350.0, 520.0, 700.0],
        &[-8.0, 32.0, 72.0, 152.0],
    );
    assert!(with_header(&grid, &sheet()).is_none());
}

#[test]
fn white_parts_the_columns() {
    let body = body(&sheet(), 900).unwrap();
    assert_eq!(body.gaps.len(), 5, "{:?}", body.gaps);
    assert!(body.gaps[1].from >= 12.0 && body.gaps[1].end <= 96.0);
    assert!(super::body(&page(&["Chỉ có chữ chạy dài"]), 900).is_none());
}
