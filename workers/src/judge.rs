//! The last stage: what the scan is worth (sharpness, fingerprint, what falls short of the standard), and whether
//! what was read of it may be accepted by itself.

mod flags;

use crate::column_map::{MapFit, PageColumns};
use crate::decode::DecodedPage;
use crate::image::{Measures, Upright};
use crate::layout::lines::{Line, Text};
use crate::layout::page_number;
use crate::ocr::Recognised;
use crate::reading::{Continuity, PageReading, Quality, RecordReading};
use crate::word::{Word, legibility};

pub use flags::{FLAGS, Flag, Severity, flag};

/// Least resolution of a digitised document: TT 05/2025/TT-BNV, Article 8.
const LEAST_DPI: u32 = 200;
/// Below this variance of the Laplacian letters' edges are washed out.
const LEAST_SHARPNESS: f64 = 120.0;
/// Beyond this many degrees a page was laid in carelessly.
const MOST_SKEW: f64 = 2.0;
/// Paper whose sides are within this share of a sheet of the A series is one.
const SIZE_SLACK: f64 = 0.08;
/// Below this confidence a value is not what the engine can read.
const UNREAD: f64 = 0.5;
/// Mean confidence of a page's words above which its print is legible.
const LEGIBLE: f64 = 0.7;
/// A page with less ink than this share has nothing to read.
const LEAST_INK: f64 = 0.000_4;

/// What a page holds, as its class says where to look for it.
pub(crate) struct Extracted {
    /// Its class, and how sure that is, 0 to 1.
    pub class: String,
    pub class_confidence: f64,
    pub records: Vec<RecordReading>,
    /// The columns of its table, where it has one.
    pub columns: Option<PageColumns>,
    /// How the column map of its volume fits, where one was given.
    pub fit: Option<MapFit>,
    /// How far its table or form was understood, 0 to 1, where it has one.
    pub understood: Option<f64>,
    pub continuity: Continuity,
    /// The lines of its text, with the words as they were read in the end.
    pub lines: Vec<Line>,
}

/// A page whose scan and records were judged.
pub(crate) struct Judged {
    extracted: Extracted,
    quality: Quality,
}

/// Judges a page by its pixels as delivered, its words and its records. On a page that the map of its volume does
/// not fit nothing is accepted.
pub(crate) fn judge(
    delivered: &DecodedPage,
    page: &Recognised,
    mut extracted: Extracted,
) -> Judged {
    let records = &mut extracted.records;
    // Judged from the picture as delivered: what was done to it for reading says nothing about the
    // scan.
    let measures = Measures::of(delivered, &page.page);
    let mut quality = quality_of(measures, &page.page, &page.words);
    let of_file = delivered.flags.iter().map(|code| (*code).to_owned());
    quality.flags.extend(of_file);
    if !delivered.form_values.is_empty() {
        quality.flags.push("form_values".to_owned());
    }
    note_illegible(&mut quality, records, &page.words);
    note_handwriting(&mut quality, records, &page.words);
    // Rows of a page that the map does not fit were read from the wrong columns, so a person sees
    // all of them.
    if extracted.fit.is_some_and(|fit| !fit.fits) {
        note_misfit(&mut quality);
        records.iter_mut().for_each(RecordReading::hold);
    }
    Judged { extracted, quality }
}

/// The reading of a judged page, every place in pixels of the page as delivered.
pub(crate) fn delivered(page: &Upright, judged: Judged) -> PageReading {
    let Judged { extracted, quality } = judged;
    let transform = page.transform;
    let (width, height) = transform.delivered;
    let text = Text::new(&extracted.lines).text;
    let number = page_number::read(&extracted.lines, page.pixel_size());
    let lines = extracted.lines.into_iter();
    let mut words: Vec<Word> = lines.flat_map(|line| line.words).collect();
    for word in &mut words {
        word.bounds = transform.to_delivered(word.bounds);
    }
    let mut records = extracted.records;
    for record in &mut records {
        let fields = record.fields.values_mut().map(|field| &mut field.bounds);
        for bounds in fields.chain([&mut record.bounds]).flatten() {
            *bounds = transform.to_delivered(*bounds);
        }
    }
    PageReading {
        class: extracted.class,
        class_confidence: extracted.class_confidence,
        rotation: transform.turn,
        skew: transform.skew,
        dpi: page.delivered_dpi,
        width,
        height,
        text,
        words,
        records,
        number,
        columns: extracted.columns,
        map: extracted.fit,
        understood: extracted.understood,
        continuity: extracted.continuity,
        quality,
        milliseconds: 0,
    }
}

/// What is noticed about a page from its pixels as delivered and upright, and from the words read on it.
fn quality_of(measures: Measures, page: &Upright, words: &[Word]) -> Quality {
    let dpi = page.delivered_dpi;
    let (width, height) = page.transform.delivered;
    // Faint handwriting may have less ink than the specks of a blank page; a word that was read
    // surely settles it.
    let blank = measures.ink < LEAST_INK && !words.iter().any(|word| word.confidence > 0.8);
    let noticed = [
        ("blank", blank),
        ("low_dpi", dpi < LEAST_DPI),
        // A blank page has no edges to be sharp.
        ("blurred", !blank && measures.sharpness < LEAST_SHARPNESS),
        ("skewed", page.transform.skew.abs() > MOST_SKEW),
        ("bitonal", measures.is_bitonal),
        ("not_colour", measures.is_grey),
        ("odd_size", !is_sheet(width, height, dpi)),
        ("cut_edge", cut_edge(page, words)),
    ];
    Quality {
        blank,
        sharpness: measures.sharpness,
        fingerprint: measures.fingerprint,
        flags: noticed
            .iter()
            .filter(|(_, is)| *is)
            .map(|(code, _)| (*code).to_owned())
            .collect(),
    }
}

/// Whether most values of the records were not read though the print around them was: they are written
/// by hand. Notes it among the flags.
fn note_handwriting(quality: &mut Quality, records: &[RecordReading], words: &[Word]) {
    let values = || records.iter().flat_map(|record| record.fields.values());
    let all = values().count();
    let unread = values().filter(|value| value.confidence < UNREAD).count();
    let clear = words.iter().map(|word| word.confidence).sum::<f64>() / words.len().max(1) as f64;
    // Few values prove nothing, and where the print around them is bad too it is the scan and not
    // the pen.
    if all >= 4 && unread * 2 > all && clear > LEGIBLE {
        quality.flags.push("handwritten".to_owned());
    }
}

/// Notes that nothing was understood of a page that is not blank: hardly a word is sure, and no value of a record.
fn note_illegible(quality: &mut Quality, records: &[RecordReading], words: &[Word]) {
    let mut values = records.iter().flat_map(|record| record.fields.values());
    let is_understood = values.any(|value| value.confidence >= UNREAD);
    let clear = legibility(words).unwrap_or_default();
    if !quality.blank && !is_understood && clear < UNREAD {
        quality.flags.push("illegible".to_owned());
    }
}

/// Notes that a page with ink does not lie as the map of its volume says.
fn note_misfit(quality: &mut Quality) {
    if !quality.blank {
        quality.flags.push("map_misfit".to_owned());
    }
}

/// Whether the scan's sides are those of A3, A4 or A5, either way up.
fn is_sheet(width: u32, height: u32, dpi: u32) -> bool {
    let millimetres = |pixels: u32| f64::from(pixels) * 25.4 / f64::from(dpi.max(1));
    let (long, short) = (
        millimetres(width.max(height)),
        millimetres(width.min(height)),
    );
    // Scanners crop or add a few millimetres, and paper of fifty years shrinks.
    let near = |is: f64, wanted: f64| (is / wanted - 1.0).abs() <= SIZE_SLACK;
    let sheets = [(420.0, 297.0), (297.0, 210.0), (210.0, 148.0)];
    sheets
        .iter()
        .any(|(a, b)| near(long, *a) && near(short, *b))
}

/// Whether surely read words touch the left or right edge of the page: a part of it was not scanned.
fn cut_edge(page: &Upright, words: &[Word]) -> bool {
    let width = page.pixel_size().0 as i32;
    let touching = words.iter().filter(|word| {
        let letters = word.text.chars().filter(|c| c.is_alphabetic()).count();
        let [left, _, length, _] = word.bounds;
        word.confidence > 0.8 && letters >= 3 && (left <= 2 || left + length >= width - 2)
    });
    // One word at the edge may be a stray mark; two are a margin that was cut.
    touching.count() >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheets_of_the_a_series_are_known_either_way_up() {
        assert!(is_sheet(2480, 3508, 300));
        assert!(is_sheet(3307, 2339, 200));
        assert!(is_sheet(1240, 1754, 210));
        assert!(!is_sheet(2480, 2480, 300));
        assert!(!is_sheet(0, 0, 0));
    }

    #[test]
    fn values_unread_among_legible_print_are_handwriting() {
        let word = |confidence| Word {
            text: "Nơi".into(),
            confidence,
            bounds: [0; 4],
        };
        let record = |confidence: f64| {
            let field = crate::reading::FieldReading {
                raw: "x".into(),
                value: "x".into(),
                confidence,
                accepted: false,
                bounds: None,
                struck: false,
                page: None,
                evidence: None,
            };
            let fields = (0..5).map(|at| (format!("f{at}"), field.clone())).collect();
            RecordReading {
                class: "van_bang".into(),
                fields,
                bounds: None,
            }
        };
        let noted = |value: f64, print: f64| {
            let mut quality = Quality::default();
            note_handwriting(&mut quality, &[record(value)], &[word(print)]);
            quality.flags
        };
        assert_eq!(noted(0.1, 0.9), ["handwritten"]);
        assert!(noted(0.9, 0.9).is_empty());
        assert!(noted(0.1, 0.4).is_empty(), "nothing on the page is legible");
        note_handwriting(&mut Quality::default(), &[], &[]);
    }
}
