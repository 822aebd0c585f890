use image::Luma;

use super::*;
use crate::class::Classes;
use crate::lines::tests::word;
use crate::value::Found;

fn ruled(width: u32, height: u32, columns: &[u32], rows: &[u32]) -> GrayImage {
    let mut picture = GrayImage::from_pixel(width, height, Luma([255]));
    for x in columns {
        for y in rows[0]..rows[rows.len() - 1] {
            for thick in 0..3 {
                picture.put_pixel(x + thick, y, Luma([60]));
            }
        }
    }
    for y in rows {
        for x in columns[0]..columns[columns.len() - 1] {
            for thick in 0..3 {
                picture.put_pixel(x, y + thick, Luma([60]));
            }
        }
    }
    picture
}

#[test]
fn rules_make_the_grid_they_draw() {
    let picture = ruled(
        1600,
        1000,
        &[100, 300, 800, 1100, 1500],
        &[100, 200, 300, 400, 500, 800],
    );
    let grid = grid(&picture, 150).unwrap();
    assert_eq!(grid.row_count(), 5);
    assert_eq!(grid.place([310, 210, 100, 40]), Some((1, 1)));
    assert_eq!(grid.place([10, 210, 40, 40]), None);
    let [x, y, width, height] = grid.cell(1, 1);
    assert!(
        (298..=304).contains(&x) && (198..=204).contains(&y),
        "{x} {y}"
    );
    assert!(
        (495..=505).contains(&width) && (95..=105).contains(&height),
        "{width} {height}"
    );
}

#[test]
fn text_alone_is_no_table() {
    let mut picture = GrayImage::from_pixel(1600, 1000, Luma([255]));
    for line in 0..15 {
        for letter in 0..60 {
            for x in 0..14 {
                picture.put_pixel(100 + letter * 22 + x, 100 + line * 50, Luma([0]));
            }
        }
    }
    assert!(grid(&picture, 150).is_none());
}

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
    let (named, first) = name_columns(class, &rows).unwrap();
    assert_eq!(first, 1);
    let keys: Vec<&str> = named.iter().map(|(_, field)| field.key.as_str()).collect();
    assert_eq!(keys, ["stt", "ho_ten", "ngay_sinh", "gioi_tinh", "ghi_chu"]);
    assert_eq!(Found::of(&rows[1][2]).unwrap().raw, "5/9/1974");
    assert_eq!(Found::of(&rows[1][3]).unwrap().raw, "Nữ");
}
