use crate::context::Context;
use crate::geometry::Turn;
use image::{Luma, imageops};

use super::*;

fn white(width: u32, height: u32) -> GrayImage {
    GrayImage::from_pixel(width, height, Luma([255]))
}

fn fill(picture: &mut GrayImage, x: u32, y: u32, width: u32, height: u32, value: u8) {
    for row in y..y + height {
        for column in x..x + width {
            picture.put_pixel(column, row, Luma([value]));
        }
    }
}

/// A page of 300 dots per inch that is its picture and nothing else.
fn delivered(image: DynamicImage) -> DecodedPage {
    DecodedPage {
        image,
        dpi: Some(300),
        exif_orientation: None,
        text_layer: None,
        text_turn: Turn::None,
        drawn_text: None,
        form_values: Vec::new(),
        flags: Vec::new(),
    }
}

#[test]
fn shrinking_takes_the_mean_of_each_square() {
    let mut picture = white(5, 4);
    fill(&mut picture, 0, 0, 2, 1, 55);
    let small = pixels::shrink(&picture, 2);
    assert_eq!(small.dimensions(), (3, 2));
    assert_eq!(small.get_pixel(0, 0).0, [155]);
    assert_eq!(small.get_pixel(2, 1).0, [255]);
}

#[test]
fn a_black_frame_goes_and_ink_within_stays() {
    let mut picture = white(400, 400);
    fill(&mut picture, 0, 0, 40, 400, 20);
    fill(&mut picture, 200, 200, 20, 20, 0);
    noise::remove_border(&mut picture);
    assert_eq!(picture.get_pixel(5, 200).0, [255]);
    assert_eq!(picture.get_pixel(210, 210).0, [0]);
}

#[test]
fn a_thin_rule_that_runs_to_the_edge_stays() {
    let mut picture = white(400, 400);
    fill(&mut picture, 0, 100, 400, 3, 0);
    noise::remove_border(&mut picture);
    assert_eq!(picture.get_pixel(2, 101).0, [0]);
}

#[test]
fn dim_paper_becomes_white_and_ink_stays_dark() {
    let mut picture = GrayImage::from_pixel(200, 200, Luma([160]));
    fill(&mut picture, 100, 100, 4, 4, 30);
    tone::flatten(&mut picture);
    assert!(picture.get_pixel(20, 20).0[0] > 245);
    assert!(picture.get_pixel(102, 102).0[0] < 60);
}

#[test]
fn leader_dots_go_and_three_dots_stay() {
    let mut picture = white(600, 100);
    for index in 0..12 {
        fill(&mut picture, 20 + index * 15, 50, 4, 4, 0);
    }
    for index in 0..3 {
        fill(&mut picture, 400 + index * 15, 50, 4, 4, 0);
    }
    noise::remove_leaders(&mut picture, 300);
    assert_eq!(picture.get_pixel(22, 52).0, [255]);
    assert_eq!(picture.get_pixel(402, 52).0, [0]);
}

#[test]
fn a_leaning_page_is_measured_and_straightened() {
    let mut picture = white(1200, 1000);
    for line in 0..12 {
        for letter in 0..40 {
            let x = 100 + letter * 25;
            let lean = f64::from(x) * 2.0f64.to_radians().tan();
            fill(
                &mut picture,
                x,
                100 + line * 60 + lean.round() as u32,
                15,
                20,
                0,
            );
        }
    }
    let page = Clean {
        grey: Grey::new(picture, 300),
        scale: 1.0,
        delivered_dpi: 300,
        delivered: (1200, 1000),
    };
    let lean = |page: &Grey| crate::orientation::rank(page)[0];
    let standing = lean(&page.grey);
    assert!((standing.skew - 2.0).abs() < 0.1, "{standing:?}");
    let straight = upright(&page, standing.turn, standing.skew, &Context::for_tests());
    let again = lean(&straight);
    assert!(again.skew.abs() < 0.1, "{again:?}");
}

#[test]
fn resolution_is_guessed_from_paper_sizes() {
    let blank = |w, h| DynamicImage::ImageLuma8(white(w, h));
    assert_eq!(resolution(&blank(248, 351), Some(300)), 300);
    assert_eq!(resolution(&blank(1654, 2339), None), 200);
    assert_eq!(resolution(&blank(3307, 2339), None), 200);
}

#[test]
fn a_red_ring_goes_and_a_red_letter_and_black_ink_stay() {
    let mut colour = image::RgbImage::from_pixel(600, 600, image::Rgb([250, 245, 235]));
    for at in 0..400 {
        for thick in 0..4 {
            colour.put_pixel(100 + at, 100 + thick, image::Rgb([200, 40, 50]));
        }
    }
    for at in 0..400 {
        for thick in 0..4 {
            colour.put_pixel(440 + thick, 50 + at, image::Rgb([20, 20, 20]));
        }
    }
    for x in 50..70 {
        colour.put_pixel(x, 500, image::Rgb([200, 40, 50]));
    }
    let page = delivered(DynamicImage::ImageRgb8(colour));
    let picture = clean(&page, &Context::for_tests()).grey.picture;
    assert!(picture.get_pixel(150, 101).0[0] > 240);
    assert!(picture.get_pixel(441, 101).0[0] < 60);
    assert!(picture.get_pixel(60, 500).0[0] < 160);
}

#[test]
fn a_colour_page_becomes_as_grey_as_by_the_image_crate() {
    let some = |at: u32| (at * 5) as u8;
    let colours = image::RgbImage::from_fn(52 * 52, 52, |x, y| {
        image::Rgb([some(x % 52), some(x / 52), some(y)])
    });
    let colours = DynamicImage::ImageRgb8(colours);
    let (own, theirs) = (tone::grey(&colours), colours.to_luma8());
    let differing = own.iter().zip(theirs.iter()).filter(|(a, b)| a != b);
    let steps: Vec<u8> = differing.map(|(a, b)| a.abs_diff(*b)).collect();
    assert!(steps.iter().all(|step| *step == 1));
    assert!(steps.len() < 10, "{} of 140,608", steps.len());
}

#[test]
fn a_page_turned_by_nothing_stays_and_one_turned_keeps_its_middle() {
    let mut picture = white(301, 201);
    fill(&mut picture, 140, 100, 21, 1, 0);
    let turn = |skew: f64| PageTransform {
        delivered: (301, 201),
        turn: Turn::None,
        skew,
        scale: 1.0,
        upright: (301, 201),
    };
    let same = pixels::resample(&picture, &turn(0.0), [0, 0, 301, 201]);
    assert_eq!(same.get_pixel(150, 100), picture.get_pixel(150, 100));
    assert_eq!(same.get_pixel(150, 103).0, [255]);
    let leaning = pixels::resample(&picture, &turn(10.0), [0, 0, 301, 201]);
    assert!(leaning.get_pixel(150, 100).0[0] < 60);
    assert_eq!(leaning.get_pixel(150, 110).0, [255]);
    let part = pixels::resample(&picture, &turn(10.0), [130, 90, 40, 20]);
    let same = imageops::crop_imm(&leaning, 130, 90, 40, 20).to_image();
    assert_eq!(part, same);
    // Outside the page is white paper, not what a place before its first pixel wraps to.
    assert_eq!(leaning.get_pixel(0, 0).0, [255]);
}

#[test]
fn a_word_is_ink_and_the_grain_of_bare_paper_is_none() {
    let mut paper = GrayImage::from_fn(400, 300, |x, y| Luma([215 + (x * 7 + y * 13) as u8 % 41]));
    fill(&mut paper, 40, 40, 3, 3, 20); // a speck
    assert!(!tone::holds_ink(&paper));
    fill(&mut paper, 100, 100, 30, 4, 40);
    assert!(tone::holds_ink(&paper));
    assert!(!tone::holds_ink(&GrayImage::new(0, 0)));
}
