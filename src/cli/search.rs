//! `search` finds records and words on pages, `reindex` rebuilds the index they are found in.

use std::process::ExitCode;

use serde_json::json;

use super::progress::bar;
use crate::access::Caller;
use crate::archive::Archive;
use crate::error::Result;
use crate::messages::Message;
use crate::search::{self, Wanted};

/// Options and arguments of `sogoc search`.
#[derive(Debug, clap::Args)]
pub struct Search {
    /// Words: a name in any order, with or without accents, a birth date or year, a number;
    /// `truong:"…"`, `nam:1995`, `sinh:12/3/1975`, `quyen:…`, `hoso:…` ask one field, `"…"` a phrase.
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
        for hit in found.hits.iter().chain(&found.list_rows.hits) {
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
        for hit in &found.pages.hits {
            let snippet: String = hit
                .snippet
                .iter()
                .map(|piece| piece.text.as_str())
                .collect();
            let line = snippet.split_whitespace().collect::<Vec<_>>().join(" ");
            println!(
                "{}  {}  {}  {line}  [{}]",
                hit.page_id, hit.title, hit.number, hit.matched
            );
        }
        let said = Message::new("cli.records_found")
            .with("count", found.total)
            .with("pages", found.pages.total)
            .with("rows", found.list_rows.total);
        println!("{}", said.both());
        for near in &found.near {
            let said = Message::new("cli.near")
                .with("question", &near.question)
                .with("count", near.records)
                .with("pages", near.pages);
            println!("{}", said.both());
        }
    }
    Ok(if found.total + found.pages.total == 0 {
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
