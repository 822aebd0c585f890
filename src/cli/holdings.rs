//! `search`, `reindex` and `check`: the commands that change no record.

use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use sogoc_workers::ocr::engine::{self, SECOND_MODEL};

use crate::access::Caller;
use crate::archive::Archive;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::messages::{Message, both};
use crate::search::{self, Wanted};

/// Options of `search`.
#[derive(Debug, clap::Args)]
pub struct Search {
    /// Words: a name in any order, with or without accents, a birth date or year, a number;
    /// `truong:"…"`, `nam:1995`, `sinh:12/3/1975` ask one field.
    #[arg(required = true)]
    query: Vec<String>,
    /// At most this many.
    #[arg(long, default_value_t = 20)]
    limit: usize,
}

/// Prints the hits; exit code 1 when there are none.
///
/// # Errors
/// `Invalid` for a query that cannot be parsed.
pub async fn search(archive: Archive, options: Search, as_json: bool) -> Result<ExitCode> {
    // A serving process holds the index's write lock and keeps the index up to date; then this one only reads.
    if let Err(error) = search::follow(&archive).await {
        tracing::debug!(
            code = error.code(),
            "another process follows the publications"
        );
    }
    let wanted = Wanted {
        text: Some(options.query.join(" ")),
        limit: Some(options.limit),
        ..Wanted::default()
    };
    let found = search::find(&archive, &Caller::machine(), &wanted).await?;
    if as_json {
        println!("{}", json!(found));
    } else {
        for hit in &found.hits {
            let value = |key: &str| hit.fields.get(key).map_or("–", String::as_str);
            println!(
                "{}  {}  {}  {}  {}  [{}]",
                hit.record_id,
                value("ho_ten"),
                value("ngay_sinh"),
                value("truong"),
                value("so_hieu"),
                hit.matched
            );
        }
        let said = Message::new("cli.records_found").with("count", found.total);
        println!("{}", said.both());
    }
    Ok(if found.total == 0 {
        ExitCode::from(1)
    } else {
        ExitCode::SUCCESS
    })
}

/// Rebuilds the index with a progress bar.
///
/// # Errors
/// `Unavailable`; the live index stays as it was.
pub async fn reindex(archive: Archive) -> Result<ExitCode> {
    let bar = bar(0);
    let position = search::reindex(&archive, |done, all| {
        bar.set_length(all.unsigned_abs());
        bar.set_position(done.unsigned_abs());
    })
    .await?;
    bar.finish_and_clear();
    let said = Message::new("cli.new_index").with("position", position);
    println!("{}", said.both());
    Ok(ExitCode::SUCCESS)
}

/// A progress bar on standard error with the time left, in units of `length`.
pub fn bar(length: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len}  {msg}  còn {eta}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length).with_style(style)
}

/// Opens every part and reports on each; exit code 1 when one of them fails.
///
/// # Errors
/// None so far: what fails is reported.
pub async fn check(config: Config, as_json: bool) -> Result<ExitCode> {
    let mut lines: Vec<(&str, bool, String)> = Vec::new();
    match config.check() {
        Ok(()) => lines.push(("settings", true, both("cli.valid"))),
        Err(error) => lines.push(("settings", false, error.en())),
    }
    let (readable, models) = models(&config);
    lines.push(("reading models", readable, models));
    match Archive::open(config).await {
        Ok(archive) => {
            let answers = archive.ready().await;
            let why = |outcome: &Result<()>| outcome.as_ref().err().map_or("ok".into(), Error::en);
            lines.push(("catalogue and vault", answers.is_ok(), why(&answers)));
            let signer = archive.seal.signer().subject();
            let test = archive.seal.is_test_authority();
            let mark = if test { " (TEST: no legal value)" } else { "" };
            lines.push(("seal", true, format!("{signer}{mark}")));
            lines.push(("classes", true, archive.classes.iter().count().to_string()));
        }
        Err(error) => lines.push(("archive", false, error.en())),
    }
    let all_ok = lines.iter().all(|(_, ok, _)| *ok);
    if as_json {
        let parts: Vec<_> = lines
            .iter()
            .map(|(part, ok, text)| json!({ "part": part, "ok": ok, "detail": text }))
            .collect();
        println!("{}", json!({ "ok": all_ok, "parts": parts }));
    } else {
        for (part, ok, text) in &lines {
            println!("{} {part}: {text}", if *ok { "✓" } else { "✗" });
        }
    }
    Ok(if all_ok {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}

/// Whether pages can be read, the models in use, and how to install the second.
fn models(config: &Config) -> (bool, String) {
    let folder = config.reading.tessdata.clone();
    let folder = folder.unwrap_or_else(engine::model_folder);
    let shown = folder.display();
    if !engine::has_model(&folder) {
        let how = both("cli.model_missing");
        return (false, format!("{shown}: {how}"));
    }
    let built_in = both("cli.model_built_in");
    if engine::has_second_model(&folder) {
        return (true, format!("{shown}: vie, {SECOND_MODEL}; {built_in}"));
    }
    let optional = both("cli.model_optional");
    let how = format!(
        "vie; {built_in}; {optional}: npm pack @tesseract.js-data/vie, then gunzip \
         4.0.0_best_int/vie.traineddata.gz to {shown}/{SECOND_MODEL}.traineddata"
    );
    (true, format!("{shown}: {how}"))
}
