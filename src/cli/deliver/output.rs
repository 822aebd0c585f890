//! Output on the terminal: progress with the time left, then a summary.

use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use sogoc_workers::outcome::FailureKind;

use super::Sent;
use super::folder::SourceFile;
use crate::batch::{Progress, Receipt};
use crate::error::{Error, Result};
use crate::messages::{Message, Value, both};

/// Refused files listed by name; the summary has the count of all.
const MAX_LISTED: usize = 50;

/// A bar on standard error; silent under `--json` and where there is no terminal.
pub(super) struct Bar {
    bar: ProgressBar,
}

pub(super) fn files_bar(found: &[SourceFile], json: bool) -> Bar {
    let bytes = found.iter().map(|file| file.size).sum();
    let (doing, left) = (both("cli.deliver.receiving"), both("cli.time_left"));
    let template = format!(
        "{doing} {{bar:30}} {{bytes}}/{{total_bytes}} · {{binary_bytes_per_sec}} · {left} {{eta}}"
    );
    bar(bytes, &template, json)
}

pub(super) fn pages_bar(json: bool) -> Bar {
    let doing = both("cli.deliver.reading");
    bar(
        0,
        &format!("{doing} {{bar:30}} {{pos}}/{{len}} · {{msg}}"),
        json,
    )
}

fn bar(length: u64, template: &str, json: bool) -> Bar {
    let bar = if json {
        ProgressBar::hidden()
    } else {
        ProgressBar::new(length)
    };
    let style = ProgressStyle::with_template(template);
    bar.set_style(style.expect("the templates above are well-formed, whatever the language"));
    bar.enable_steady_tick(Duration::from_millis(200));
    Bar { bar }
}

impl Bar {
    pub(super) fn sent(&self, file: &SourceFile) {
        self.bar.inc(file.size);
    }

    pub(super) fn pages(&self, progress: &Progress) {
        let count = |pages: i64| u64::try_from(pages).unwrap_or(0);
        self.bar.set_length(count(progress.pages));
        self.bar.set_position(count(
            progress.pages - progress.pages_waiting - progress.pages_stuck,
        ));
        self.bar.set_message(match progress.seconds_left {
            _ if progress.pages_put_off > 0 => Message::new("cli.deliver.put_off")
                .with("pages", progress.pages_put_off)
                .both(),
            Some(seconds) => Message::new("cli.deliver.left")
                .with("minutes", count(seconds).div_ceil(60))
                .both(),
            None => both("cli.deliver.estimating"),
        });
    }

    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }
}

pub(super) fn summary(
    receipt: &Receipt,
    path: &Path,
    refused: &[Sent],
    differs: Option<&Error>,
    progress: &Progress,
    json: bool,
) -> Result<()> {
    if json {
        let document = as_json(receipt, path, refused, differs, progress);
        println!("{}", serde_json::to_string(&document)?);
        return Ok(());
    }
    say_receipt(receipt, refused);
    if let Some(error) = differs {
        say(Message::new("cli.deliver.not_closed").with("why", Value::pair(error.vi(), error.en())));
    }
    if progress.pages > 0 {
        let said = Message::new("cli.deliver.pages")
            .with("read", progress.pages_read)
            .with("failed", progress.pages_failed);
        say(said.with("waiting", progress.pages_waiting));
    }
    if progress.pages_stuck > 0 {
        let said = Message::new("cli.pages_stuck").with("pages", progress.pages_stuck);
        println!("{}", said.both());
    }
    if progress.flags_open > 0 {
        say(Message::new("cli.deliver.flags").with("count", progress.flags_open));
    }
    let state = match receipt.receipt.batch.closed_at {
        Some(_) => "cli.deliver.receipt_closed",
        None => "cli.deliver.receipt_open",
    };
    println!("{}: {}", both(state), path.display());
    Ok(())
}

/// What came, and what was not taken.
fn say_receipt(receipt: &Receipt, refused: &[Sent]) {
    let totals = &receipt.receipt.totals;
    let said = Message::new("cli.deliver.received")
        .with("batch", &receipt.receipt.batch.name)
        .with("files", totals.received)
        .with("pages", totals.pages)
        .with("duplicates", totals.duplicates)
        .with("quarantined", totals.quarantined);
    say(said.with("refused", refused.len()));
    for file in receipt.unreadable() {
        let kind = file.reason.as_deref().and_then(FailureKind::from_code);
        let why = kind.map_or_else(|| Message::new("cli.deliver.unknown_reason"), Message::from);
        let said = Message::new("cli.deliver.quarantined").with("file", &file.name);
        println!("  {}", said.with("why", why).both());
    }
    for file in &receipt.receipt.files {
        if file.duplicate_of.is_some() {
            let earlier = file.duplicate_of_name.as_deref().unwrap_or("?");
            let said = Message::new("cli.deliver.duplicate").with("file", &file.name);
            println!("  {}", said.with("earlier", earlier).both());
        }
    }
    for sent in refused.iter().take(MAX_LISTED) {
        if let Err(error) = &sent.outcome {
            let said = Message::new("cli.deliver.refused").with("file", &sent.name);
            let said = said.with("why", Value::pair(error.vi(), error.en()));
            println!("  {}", said.both());
        }
    }
}

fn say(message: Message) {
    println!("{}", message.both());
}

fn as_json(
    receipt: &Receipt,
    path: &Path,
    refused: &[Sent],
    differs: Option<&Error>,
    progress: &Progress,
) -> serde_json::Value {
    let refused: Vec<_> = refused
        .iter()
        .filter_map(|sent| {
            let error = sent.outcome.as_ref().err()?;
            Some(serde_json::json!({
                "name": sent.name, "code": error.code(), "vi": error.vi(), "en": error.en(),
            }))
        })
        .collect();
    let differences = match differs {
        Some(Error::Invalid(faults)) => serde_json::json!(faults),
        _ => serde_json::json!([]),
    };
    serde_json::json!({
        "batch": receipt.receipt.batch, "totals": receipt.receipt.totals, "progress": progress,
        "refused": refused, "differences": differences,
        "receipt": path, "receipt_sha256": receipt.sha256,
    })
}
