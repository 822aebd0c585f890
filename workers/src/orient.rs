//! Which way up a page stands and how far it leans, from the letters' outlines alone.
//!
//! The feet of Latin letters stand on one line far more often than their heads, accents included,
//! touch one; so the side on which outlines line up best is the bottom. This costs next to nothing;
//! the page pass of the engine then confirms it or asks for another try.

use crate::prepare::Blob;

/// Largest small turn that is looked for, in degrees.
const WIDEST: f64 = 6.0;

/// One way the page may stand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Standing {
    /// The content stands turned clockwise by this many degrees.
    pub quarter: u16,
    /// Further small turn in degrees, clockwise positive.
    pub skew: f64,
    /// How much better than chance outlines line up.
    pub evidence: f64,
}

/// A place on a letter whose height decides which line it stands on.
type Foot = (f64, f64);

/// The four ways the page may stand, likeliest first.
pub(crate) fn rank(blobs: &[Blob], dpi: u32) -> [Standing; 4] {
    let letters: Vec<[f64; 4]> = letters(blobs, dpi)
        .map(|blob| [blob.left, blob.top, blob.right, blob.bottom].map(f64::from))
        .collect();
    let lying = lie_in_rows(&letters, dpi);
    let mut ways = [0, 90, 180, 270].map(|quarter| {
        let feet: Vec<Foot> = letters
            .iter()
            .map(|letter| foot(*letter, quarter))
            .collect();
        let (skew, evidence) = best_lean(&feet, dpi);
        Standing {
            quarter,
            skew,
            evidence,
        }
    });
    let along = |way: &Standing| lying.is_none_or(|lying| lying == way.quarter.is_multiple_of(180));
    ways.sort_by(|a, b| {
        along(b)
            .cmp(&along(a))
            .then(b.evidence.total_cmp(&a.evidence))
    });
    ways
}

/// Whether lines of text run across the page (or up and down it): letters of a line stand closer
/// than lines do. `None` when that is not clear. Typewriters align letters in columns as well as in
/// rows, so outlines alone do not tell.
fn lie_in_rows(letters: &[[f64; 4]], dpi: u32) -> Option<bool> {
    let least = f64::from(dpi) / 25.0;
    let large: Vec<[f64; 4]> = letters
        .iter()
        .copied()
        .filter(|[left, top, right, bottom]| (right - left).max(bottom - top) >= least)
        .collect();
    let step = (large.len() / 600).max(1);
    let (mut across, mut down) = (0usize, 0usize);
    for letter in large.iter().step_by(step) {
        let (mut beside, mut below) = (f64::MAX, f64::MAX);
        for other in &large {
            let shared = |from: usize| {
                let upto = from + 2;
                let common = letter[upto].min(other[upto]) - letter[from].max(other[from]);
                common > 0.4 * (letter[upto] - letter[from]).min(other[upto] - other[from])
            };
            if other[0] >= letter[2] && shared(1) {
                beside = beside.min(other[0] - letter[2]);
            }
            if other[1] >= letter[3] && shared(0) {
                below = below.min(other[1] - letter[3]);
            }
        }
        across += usize::from(beside < below);
        down += usize::from(below < beside);
    }
    let clear = across + down >= 20 && across.max(down) * 10 >= (across + down) * 6;
    clear.then_some(across > down)
}

/// Where the letter's foot is in the upright page, if the content is turned clockwise by `quarter`.
fn foot([left, top, right, bottom]: [f64; 4], quarter: u16) -> Foot {
    let (x, y) = ((left + right) / 2.0, (top + bottom) / 2.0);
    match quarter {
        90 => (y, -left),
        180 => (-x, -top),
        270 => (-y, right),
        _ => (x, bottom),
    }
}

/// Blobs of the size of letters.
fn letters(blobs: &[Blob], dpi: u32) -> impl Iterator<Item = &Blob> {
    let (least, most) = (dpi / 40, dpi / 3);
    blobs.iter().filter(move |blob| {
        let (w, h) = (blob.width(), blob.height());
        w.max(h) >= least && w.max(h) <= most && w.min(h) * 6 >= w.max(h)
    })
}

/// The lean in degrees under which the feet fall into the fewest, fullest lines, and how full
/// those lines are: the mean number of feet sharing a foot's line, as a share of what chance gives.
fn best_lean(feet: &[Foot], dpi: u32) -> (f64, f64) {
    if feet.len() < 12 {
        return (0.0, 0.0);
    }
    let score = |degrees: f64| fullness(feet, degrees, f64::from(dpi) / 75.0);
    let mut best = (0.0, score(0.0));
    for (step, width) in [(0.25, WIDEST), (0.05, 0.25), (0.01, 0.05)] {
        let middle = best.0;
        let count = (width / step) as i32;
        for index in -count..=count {
            let degrees: f64 = middle + f64::from(index) * step;
            let found = score(degrees);
            if degrees.abs() <= WIDEST && found > best.1 {
                best = (degrees, found);
            }
        }
    }
    best
}

fn fullness(feet: &[Foot], degrees: f64, bin: f64) -> f64 {
    let slope = degrees.to_radians().tan();
    let heights = || feet.iter().map(|(x, y)| (y - x * slope) / bin);
    let lowest = heights().fold(f64::MAX, f64::min);
    let highest = heights().fold(f64::MIN, f64::max);
    let mut lines = vec![0.0f64; (highest - lowest) as usize + 3];
    for height in heights() {
        // A foot counts in both neighbouring bins by its distance, so no bin edge decides.
        let place = height - lowest;
        let (base, share) = (place as usize, place.fract());
        lines[base] += 1.0 - share;
        lines[base + 1] += share;
    }
    let chance = (feet.len() as f64).powi(2) / lines.len() as f64;
    lines.iter().map(|count| count * count).sum::<f64>() / chance
}
