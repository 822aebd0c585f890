use ::image::{GrayImage, Luma};

use super::*;

#[test]
fn the_way_up_is_plain_when_one_reads_and_the_other_does_not() {
    assert!(is_plain(&[6, 66]) && is_plain(&[127, 22]));
    assert!(!is_plain(&[66]) && !is_plain(&[12, 30]) && !is_plain(&[60, 50]));
}

#[test]
fn rows_of_one_height_lie_and_columns_of_many_widths_stand() {
    let sheet = |turned: bool| {
        let mut page = GrayImage::from_pixel(900, 900, Luma([255]));
        let mut dark = |x: u32, y: u32| {
            let (x, y) = if turned { (y, x) } else { (x, y) };
            page.put_pixel(x, y, Luma([0]));
        };
        for row in 0..14 {
            (60..840).for_each(|x| (0..3).for_each(|thick| dark(x, 100 + row * 50 + thick)));
        }
        for column in [60, 110, 330, 430, 600, 640, 700, 837] {
            (100..750).for_each(|y| (0..3).for_each(|thick| dark(column + thick, y)));
        }
        Grey::new(page, 150)
    };
    assert_eq!(ruled_across(&sheet(false)), Some(true));
    assert_eq!(ruled_across(&sheet(true)), Some(false));
    assert_eq!(evenness(vec![1.0, 2.0, 3.0], 0.1), 0.0);
}

#[test]
fn the_likelier_of_two_ways_that_read_alike_stands() {
    assert_eq!(clearest(&[30, 40]), Some(0));
    assert_eq!(clearest(&[30, 47, 60]), Some(1));
    assert_eq!(clearest(&[]), None);
}
