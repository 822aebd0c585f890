use image::{GrayImage, Luma};

use super::*;

fn ruled(width: u32, height: u32, columns: &[u32], rows: &[u32]) -> Grey {
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
    Grey::new(picture, 150)
}

#[test]
fn rules_make_the_grid_they_draw() {
    let picture = ruled(
        1600,
        1000,
        &[100, 300, 800, 1100, 1500],
        &[100, 200, 300, 400, 500, 800],
    );
    let grid = ruled::build(&Rules::of(&picture), 150).unwrap();
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
fn the_frame_of_an_open_book_parts_no_columns() {
    let columns = [100, 740, 800, 1500];
    let picture = ruled(1600, 1000, &columns, &[100, 200, 300, 400, 800]);
    assert!(ruled::build(&Rules::of(&picture), 150).is_none());
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
    let picture = Grey::new(picture, 150);
    assert!(ruled::build(&Rules::of(&picture), 150).is_none());
}
