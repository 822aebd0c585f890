//! MinHash sketch, a sample of what is written on a page, small enough to be looked up: two pages that share much of it
//! say the same. What a printed form says by itself is left out.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};
use sogoc_vietnamese::fold;
use sogoc_workers::class::{Classes, FieldKind, Scope};
use sogoc_workers::reading::PageReading;

use crate::catalogue::{Insert, Tx};
use crate::error::Result;

/// Hashes in a sketch: the least of all, so that pages with the same writing have the same ones.
const SIZE: usize = 64;
/// Letters a value needs to tell pages apart.
const FEWEST_LETTERS: usize = 4;
/// Words that are hashed together in running text.
const WORDS: usize = 3;
/// Values of records below which a page is told by its running text.
const FEWEST_VALUES: usize = 3;
/// Hashes of running text below which it is not told from others at all.
const FEWEST_OF_TEXT: usize = 8;

/// The sketch of a reading: names, dates and numbers that belong to its records; running text where it
/// has hardly any.
pub(super) fn of(reading: &PageReading, classes: &Classes) -> Vec<i64> {
    let mut said = of_records(reading, classes);
    // Letters and decisions have few fields; their running text tells them apart.
    if said.len() < FEWEST_VALUES {
        said = of_text(&reading.text);
        // A cover or an almost empty page is like a thousand others.
        if said.len() < FEWEST_OF_TEXT {
            return Vec::new();
        }
    }
    let hashes: BTreeSet<i64> = said.iter().map(|text| hash(text)).collect();
    // The least hashes of both pages are the same ones where they share much: that is the whole of
    // MinHash.
    hashes.into_iter().take(SIZE).collect()
}

fn of_records(reading: &PageReading, classes: &Classes) -> BTreeSet<String> {
    let mut said = BTreeSet::new();
    for record in &reading.records {
        let Some(class) = classes.get(&record.class) else {
            continue;
        };
        for (key, field) in &record.fields {
            let tells = class.field(key).is_some_and(|field| {
                let kind = matches!(
                    field.kind,
                    FieldKind::Name | FieldKind::Date | FieldKind::Number
                );
                // Only what belongs to the one record: school and signer are the same on every
                // page.
                kind && field.scope == Scope::Record
            });
            let letters = fold::letters(&field.value);
            if tells && letters.len() >= FEWEST_LETTERS {
                said.insert(format!("{key} {letters}"));
            }
        }
    }
    said
}

fn of_text(text: &str) -> BTreeSet<String> {
    let folded = fold::words(text);
    let words: Vec<&str> = folded.split(' ').collect();
    words.windows(WORDS).map(|some| some.join(" ")).collect()
}

/// A text as a number; which of them are least follows from nothing in the text.
fn hash(text: &str) -> i64 {
    let digest = Sha256::digest(text);
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    i64::from_be_bytes(first)
}

/// Writes the sketch of a page again.
pub(super) async fn save(tx: &mut Tx, page_id: &str, sketch: &[i64]) -> Result<()> {
    // Written as a whole, because a page read again may say less.
    tx.delete("text_sketches", "page_id", page_id).await?;
    for hash in sketch {
        Insert::into("text_sketches")
            .set("page_id", page_id)
            .set("hash", hash)
            .run(tx)
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn running_text_is_marked_by_its_words_and_not_by_its_accents() {
        let first = of_text("Kính gửi: Sở Giáo dục và Đào tạo");
        assert_eq!(first, of_text("KINH GUI  So giao duc va dao tao"));
        assert!(first.contains("giao duc va"));
        assert!(of_text("hai từ").is_empty());
    }

    #[test]
    fn pages_that_say_the_same_keep_the_same_marks() {
        let long = |from: u32| -> BTreeSet<i64> {
            let text: Vec<String> = (from..from + 200).map(|word| format!("từ{word}")).collect();
            let said = of_text(&text.join(" "));
            said.iter().map(|text| hash(text)).take(SIZE).collect()
        };
        assert_eq!(long(0), long(0));
        assert!(long(0).is_disjoint(&long(1000)));
    }
}
