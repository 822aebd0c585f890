//! The progress bar that the commands share.

use indicatif::{ProgressBar, ProgressStyle};

/// A progress bar on standard error with the time left, in units of `length`.
pub fn bar(length: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len}  {msg}  còn {eta}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length).with_style(style)
}
