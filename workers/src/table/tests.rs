use super::*;
use crate::class::Classes;
use crate::layout::lines::tests::word;
use crate::values::Candidate;

#[test]
fn columns_are_named_by_headers_and_values() {
    let classes = Classes::load(None).unwrap();
    let class = classes.get("so_goc").unwrap();
    let grid = Grid::straight(
        &[0.0, 60.0, 400.0, 600.0, 700.0, 900.0],
        &[0.0, 60.0, 120.0, 180.0],
    );
    let words = vec![
        word("TT", 10, 20),
        word("Hq", 70, 20),
        word("và", 120, 20),
        word("tên", 160, 20),
        word("Ngảy", 410, 20),
        word("sinh", 480, 20),
        word("Phái", 610, 20),
        word("Ghi", 710, 20),
        word("chú", 760, 20),
        word("1", 10, 80),
        word("Lê", 70, 80),
        word("Thị", 110, 80),
        word("Nga", 170, 80),
        word("5/9/1974|Nữ", 500, 80),
        word("2", 10, 140),
        word("Hồ", 70, 140),
        word("Tâm", 110, 140),
        word("6/9/1974", 410, 140),
        word("Nam", 620, 140),
    ];
    let rows = grid.rows(&words);
    let layout = TableLayout {
        grid,
        is_ruled: true,
        map: None,
        share: 0.0,
    };
    let columns = Columns::of(class, &layout, &rows).unwrap();
    assert_eq!(columns.data_rows, [1, 2]);
    let keys: Vec<&str> = columns
        .named
        .iter()
        .map(|named| named.field.key.as_str())
        .collect();
    assert_eq!(keys, ["stt", "ho_ten", "ngay_sinh", "gioi_tinh", "ghi_chu"]);
    assert_eq!(Candidate::of(&rows[1][2]).unwrap().raw, "5/9/1974");
    assert_eq!(Candidate::of(&rows[1][3]).unwrap().raw, "Nữ");
}
