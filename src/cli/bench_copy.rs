//! `bench copy`: how long a certified copy takes from approved record to sealed file. With a token of SoftHSM2:
//! `scripts/bench-token.sh`.

use std::process::ExitCode;
use std::sync::Arc;

use serde_json::json;

use crate::archive;
use crate::clock::{Clock, WallClock};
use crate::config::Config;
use crate::copy_pdf::{self, CopyContent, CopyLine};
use crate::error::{Error, Result};
use crate::seal::{Percentiles, Seal, SignRequest, measure};

/// Composes, seals and checks `runs` copies of a made-up record with the configured key, or else a fresh software
/// key, and prints the time of each step: p50, p95, p99 in milliseconds.
///
/// # Errors
/// `Internal` when a copy cannot be made.
pub async fn bench_copy(config: &Config, runs: usize, as_json: bool) -> Result<ExitCode> {
    let now = WallClock.now();
    let (seal, key) = seal_to_measure(config, now)?;
    let what = format!(
        "{key} ({}, PAdES {})",
        seal.scheme().code(),
        seal.level().code()
    );
    let content = made_up(now);
    let composed = copy_pdf::compose(&content)?;
    let request = SignRequest {
        signing_time: now,
        reason: "Đo tốc độ".into(),
        location: content.place.clone(),
        field_name: "SoGoc-Bench".into(),
        mark_box: composed.mark_box,
    };
    let timing = measure::<Error>(runs, &seal, &request, || {
        Ok(copy_pdf::compose(&content)?.pdf)
    })
    .await?;
    let steps = [
        ("compose", &timing.compose),
        ("sign", &timing.sign),
        ("verify", &timing.verify),
        ("approved_to_signed", &timing.approved_to_signed),
    ];
    if as_json {
        let steps: serde_json::Map<_, _> = steps
            .iter()
            .map(|(name, times)| ((*name).to_owned(), figures(times)))
            .collect();
        println!(
            "{}",
            json!({ "runs": runs, "key": key, "scheme": seal.scheme().code(), "level": seal.level(), "per_second": timing.per_second, "milliseconds": steps })
        );
    } else {
        println!(
            "{:<52}     p50     p95     p99",
            format!("{runs} copies, {what}, ms")
        );
        for (name, times) in steps {
            let [p50, p95, p99] = [times.p50, times.p95, times.p99].map(|t| t.as_secs_f64() * 1e3);
            println!("{name:<52} {p50:7.1} {p95:7.1} {p99:7.1}");
        }
        println!(
            "{:<52} {:7.1}",
            "copies a second, one after the other", timing.per_second
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// The configured seal, token or key file; where none is, one with a fresh key.
fn seal_to_measure(config: &Config, now: jiff::Timestamp) -> Result<(Arc<Seal>, &'static str)> {
    let settings = &config.seal;
    let key = match (&settings.token, &settings.key_file) {
        (Some(_), _) => "token",
        (None, Some(_)) => "key file",
        (None, None) => {
            let folder = tempfile::tempdir()?;
            let file = folder.path().join("bench.p12");
            let agency = "Sở Giáo dục và Đào tạo (đo tốc độ)";
            let seal = Seal::open_or_create(&file, "bench", now, agency)?;
            return Ok((Arc::new(seal), "fresh software key"));
        }
    };
    Ok((Arc::new(archive::open_seal(config, &WallClock)?), key))
}

fn figures(times: &Percentiles) -> serde_json::Value {
    let ms = |time: std::time::Duration| time.as_secs_f64() * 1e3;
    json!({ "p50": ms(times.p50), "p95": ms(times.p95), "p99": ms(times.p99) })
}

fn made_up(now: jiff::Timestamp) -> CopyContent {
    let line = |label: &str, value: &str| CopyLine {
        label: label.into(),
        value: Some(value.into()),
    };
    CopyContent {
        superior: None,
        agency: "Sở Giáo dục và Đào tạo (đo tốc độ)".into(),
        title: "BẢN SAO".into(),
        document_name: "BẰNG TỐT NGHIỆP".into(),
        opening: "Căn cứ sổ gốc cấp văn bằng đang lưu giữ, xác nhận:".into(),
        lines: vec![
            line("Họ và tên", "Nguyễn Thị Thử Nghiệm"),
            line("Ngày sinh", "05/06/1989"),
            line("Nơi sinh", "Nghĩa Hành, Nghĩa Bình"),
            line("Học sinh trường", "THPT Thử Nghiệm"),
        ],
        registered: true,
        original_serial: Some("A 0000001".into()),
        original_register_number: Some("1/2007".into()),
        copy_register_number: "1/2026".into(),
        notes: Vec::new(),
        place: "Quảng Ngãi".into(),
        issue_date: "ngày 01 tháng 01 năm 2026".into(),
        signer_title: "GIÁM ĐỐC".into(),
        signer_name: "Trần Văn Mẫu".into(),
        row_image: None,
        scan_pages: Vec::new(),
        verification_url: "https://example.org/xac-minh/00000".into(),
        verification_code: "00000-00000-00000-00000".into(),
        sealed_at: now,
        test_authority: true,
    }
}
