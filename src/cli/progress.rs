//! The progress bar that the commands share.

use indicatif::{ProgressBar, ProgressStyle};

use crate::messages::both;

/// A progress bar on standard error with the time left, in units of `length`.
pub fn bar(length: u64) -> ProgressBar {
    let left = both("cli.time_left");
    let style = ProgressStyle::with_template(&format!(
        "{{bar:40}} {{pos}}/{{len}}  {{msg}}  {left} {{eta}}"
    ))
    .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length).with_style(style)
}
