//! Dotted leaders under handwriting and after labels, removed: the engine reads letters into them.

use image::GrayImage;

use super::blobs::{Blob, blobs};
use crate::median::median;

/// Fewer dots in a row than this may be punctuation.
const LEAST_DOTS: usize = 8;

/// Paints out rows of eight or more small dots standing close together on one line.
pub(super) fn remove(picture: &mut GrayImage, dpi: u32) {
    let largest = (dpi / 30).max(3);
    let mut dots: Vec<Blob> = blobs(picture, dpi)
        .into_iter()
        .filter(|blob| {
            let (w, h) = (blob.width(), blob.height());
            w <= largest && h <= largest && blob.area * 2 >= w * h && w <= 3 * h && h <= 3 * w
        })
        .collect();
    dots.sort_by_key(|dot| (dot.left, dot.top));
    let level = (dpi as f32 / 100.0).max(1.5);
    let gap = dpi / 11;
    let mut rows: Vec<Vec<Blob>> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    for dot in dots {
        open.retain(|row| {
            rows[*row]
                .last()
                .is_some_and(|last| last.right + gap >= dot.left)
        });
        let middle = |blob: &Blob| (blob.top + blob.bottom) as f32 / 2.0;
        let follows = |row: &&usize| {
            let last = rows[**row].last();
            last.is_some_and(|last| {
                last.right <= dot.left && (middle(last) - middle(&dot)).abs() <= level
            })
        };
        match open.iter().find(follows).copied() {
            Some(row) => rows[row].push(dot),
            None => {
                open.push(rows.len());
                rows.push(vec![dot]);
            }
        }
    }
    let leaders = rows
        .iter()
        .filter(|row| row.len() >= LEAST_DOTS)
        .flat_map(|row| {
            // The dot below a letter may stand among them; it is larger.
            let usual = median(row.iter().map(|dot| dot.area)).unwrap_or_default();
            row.iter().filter(move |dot| dot.area * 2 <= usual * 3)
        });
    for dot in leaders {
        for y in dot.top.saturating_sub(1)..(dot.bottom + 1).min(picture.height()) {
            for x in dot.left.saturating_sub(1)..(dot.right + 1).min(picture.width()) {
                picture.put_pixel(x, y, image::Luma([255]));
            }
        }
    }
}
