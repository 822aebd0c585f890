//! Output on the terminal: progress with the time left, then a summary.

use std::path::Path;
use std::time::Duration;

use indicatif::{HumanDuration, ProgressBar, ProgressStyle};

use super::Sent;
use super::folder::SourceFile;
use crate::batch::{Progress, Receipt};
use crate::error::{Error, Result};
use crate::messages::Message;

/// Refused files listed by name; the summary has the count of all.
const MAX_LISTED: usize = 50;

/// A bar on standard error; silent under `--json` and where there is no terminal.
pub(super) struct Bar {
    bar: ProgressBar,
}

pub(super) fn files_bar(found: &[SourceFile], json: bool) -> Bar {
    let bytes = found.iter().map(|file| file.size).sum();
    let template = "Nhận tệp {bar:30} {bytes}/{total_bytes} · {binary_bytes_per_sec} · còn {eta}";
    bar(bytes, template, json)
}

pub(super) fn pages_bar(json: bool) -> Bar {
    bar(0, "Đọc trang {bar:30} {pos}/{len} · {msg}", json)
}

fn bar(length: u64, template: &str, json: bool) -> Bar {
    let bar = if json {
        ProgressBar::hidden()
    } else {
        ProgressBar::new(length)
    };
    let style = ProgressStyle::with_template(template);
    bar.set_style(style.expect("the templates above are well-formed"));
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
            _ if progress.pages_put_off > 0 => {
                format!(
                    "{} trang chờ kho, đĩa hoặc mạng trở lại",
                    progress.pages_put_off
                )
            }
            Some(seconds) => {
                let left = Duration::from_secs(count(seconds));
                format!("còn {}", HumanDuration(left))
            }
            None => "đang ước lượng".into(),
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
    let totals = &receipt.receipt.totals;
    println!(
        "Đợt «{}»: nhận {} tệp ({} trang), trùng {}, để riêng {}, từ chối {}.",
        receipt.receipt.batch.name,
        totals.received,
        totals.pages,
        totals.duplicates,
        totals.quarantined,
        refused.len()
    );
    for file in receipt.unreadable() {
        println!(
            "  để riêng: {} ({})",
            file.name,
            reason_vi(file.reason.as_deref())
        );
    }
    for file in receipt
        .receipt
        .files
        .iter()
        .filter(|file| file.duplicate_of.is_some())
    {
        let earlier = file.duplicate_of_name.as_deref().unwrap_or("?");
        println!("  trùng: {} giống hệt {earlier}", file.name);
    }
    for sent in refused.iter().take(MAX_LISTED) {
        if let Err(error) = &sent.outcome {
            println!("  từ chối: {}: {}", sent.name, error.vi());
        }
    }
    if let Some(error) = differs {
        println!("Chưa đóng được đợt: {}", error.vi());
    }
    if progress.pages > 0 {
        println!(
            "Đã đọc {} trang, {} trang chờ người xem, {} trang đang chờ đọc.",
            progress.pages_read, progress.pages_set_aside, progress.pages_waiting
        );
    }
    if progress.pages_stuck > 0 {
        let said = Message::new("cli.pages_stuck").with("pages", progress.pages_stuck);
        println!("{}", said.both());
    }
    if progress.flags_open > 0 {
        println!(
            "{} cảnh báo chất lượng chờ người xử lý (trang «Cảnh báo» của lô).",
            progress.flags_open
        );
    }
    let state = match receipt.receipt.batch.closed_at {
        Some(_) => "đợt đã đóng",
        None => "đợt còn mở",
    };
    println!("Biên nhận ({state}): {}", path.display());
    Ok(())
}

fn reason_vi(reason: Option<&str>) -> String {
    let kind = reason.and_then(sogoc_workers::outcome::FailureKind::from_code);
    kind.map_or_else(|| "không rõ".into(), |kind| Message::from(kind).vi())
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
