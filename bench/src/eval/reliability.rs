//! Reliability: how often values given a confidence are right, as bins and as a diagram.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

/// Confidences are counted in bins of one twentieth.
pub(super) const BINS: usize = 20;

/// Values given a confidence within one twentieth.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Bin {
    /// How many values had this probability.
    pub all: usize,
    /// Right ones among them.
    pub right: usize,
}

/// The bin a confidence from 0 to 1 falls into.
pub(super) fn bin_of(confidence: f64) -> usize {
    ((confidence * BINS as f64) as usize).min(BINS - 1)
}

/// The reliability diagram as an SVG: how often values are right at each confidence, beside the
/// diagonal on which an honest reader's stand. The area of a dot is the number of values.
pub fn diagram(bins: &[Bin]) -> String {
    const SIDE: f64 = 400.0;
    const MARGIN: f64 = 48.0;
    let place = |x: f64, y: f64| (MARGIN + x * SIDE, MARGIN + (1.0 - y) * SIDE);
    let whole = SIDE + 2.0 * MARGIN;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {whole} {whole}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{whole}\" height=\"{whole}\" fill=\"#fff\"/>\n\
         <path d=\"M{MARGIN} {bottom}L{right} {MARGIN}\" stroke=\"#999\" stroke-dasharray=\"4\"/>\n",
        bottom = MARGIN + SIDE,
        right = MARGIN + SIDE,
    );
    for tenth in 0..=10 {
        let at = f64::from(tenth) / 10.0;
        let ((x, low), (left, y)) = (place(at, 0.0), place(0.0, at));
        // Writing to a String cannot fail.
        let _ = writeln!(
            svg,
            "<text x=\"{x:.0}\" y=\"{:.0}\" text-anchor=\"middle\">{at:.1}</text>\
             <text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"end\">{:.0} %</text>",
            low + 18.0,
            left - 6.0,
            y + 4.0,
            at * 100.0
        );
    }
    let values: usize = bins.iter().map(|bin| bin.all).sum();
    for (index, bin) in bins.iter().enumerate().filter(|(_, bin)| bin.all > 0) {
        let middle = (index as f64 + 0.5) / BINS as f64;
        let (x, y) = place(middle, bin.right as f64 / bin.all as f64);
        let radius = 3.0 + 30.0 * (bin.all as f64 / values.max(1) as f64).sqrt();
        let _ = writeln!(
            svg,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius:.1}\" fill=\"#06c\" fill-opacity=\"0.5\">\
             <title>{} values, {} right</title></circle>",
            bin.all, bin.right
        );
    }
    svg.push_str("<text x=\"248\" y=\"24\" text-anchor=\"middle\">confidence and share of right values</text>\n</svg>\n");
    svg
}
