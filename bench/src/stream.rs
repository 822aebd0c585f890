//! How well a pile of pages is parted into papers: a corpus whose papers have one or several pages, each page's first
//! known, once as delivered (a paper's pages in one file) and once as loose sheets (each page a file of its own).

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use serde::Serialize;
use serde_json::json;
use sogoc_workers::Known;
use sogoc_workers::page_stream::{StreamPage, beginnings};
use sogoc_workers::pool::{PageJob, Pool, PoolConfig};

use crate::eval::{self, TruthPage};

/// A corpus whose pages are read one after another to see where papers begin.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A corpus as for reading; papers lie behind each other in the order of the index, and page 1 begins one. Joined is a
paper's beginning that was not seen, parted a beginning that is none.")]
pub struct Stream {
    /// Folder of pages with known text.
    #[arg(long, value_name = "DIR")]
    corpus: PathBuf,
    /// Also print the pages that were parted wrongly, with what was seen of them.
    #[arg(long)]
    wrong: bool,
}

/// Beginnings of papers among the pages behind the first.
#[derive(Debug, Default, Serialize)]
struct Score {
    pages: usize,
    beginnings: usize,
    joined: usize,
    parted: usize,
}

/// Reads the corpus on all cores, page by page, and prints how it was parted.
///
/// # Errors
/// [`eval::InputError`] for a corpus; a pool that does not start; a page that cannot be read.
pub async fn stream(options: Stream, as_json: bool) -> Result<ExitCode, Box<dyn Error>> {
    let pages = eval::index(&options.corpus)?;
    let seen = seen(&options, &pages).await?;
    let loose: Vec<StreamPage> = seen
        .iter()
        .zip(&pages)
        .map(|(page, truth)| StreamPage {
            file: truth.id.clone(),
            ..page.clone()
        })
        .collect();
    let scores = [("as delivered", &seen), ("loose sheets", &loose)]
        .map(|(how, stream)| (how, scored(&options, how, stream, &pages)));
    match as_json {
        true => println!("{}", json!(scores)),
        false => {
            println!("| | pages | beginnings | joined | parted |\n|---|---:|---:|---:|---:|");
            for (how, score) in &scores {
                let Score {
                    pages,
                    beginnings,
                    joined,
                    parted,
                } = score;
                println!("| {how} | {pages} | {beginnings} | {joined} | {parted} |");
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn seen(options: &Stream, pages: &[TruthPage]) -> Result<Vec<StreamPage>, Box<dyn Error>> {
    use futures::StreamExt;
    let config = PoolConfig::default();
    let ahead = config.children + 1;
    let pool = Pool::new(config)?;
    let readings = futures::stream::iter(pages).map(|page| {
        let job = PageJob {
            path: options.corpus.join(&page.file),
            page: page.page,
            known: Known::default(),
        };
        let reading = pool.read(job);
        async move { (page, reading.await) }
    });
    let mut readings = readings.buffered(ahead);
    let mut seen = Vec::with_capacity(pages.len());
    while let Some((page, outcome)) = readings.next().await {
        let reading = outcome.map_err(|failure| format!("{}: {}", page.id, failure.kind.code()))?;
        seen.push(StreamPage::of(&reading, &page.file.to_string_lossy()));
    }
    drop(readings);
    pool.close();
    Ok(seen)
}

fn scored(options: &Stream, how: &str, stream: &[StreamPage], pages: &[TruthPage]) -> Score {
    let mut score = Score::default();
    let found = beginnings(stream);
    for ((begins, truth), page) in found.iter().zip(pages).zip(stream).skip(1) {
        let right = truth.page == 1;
        score.pages += 1;
        score.beginnings += usize::from(right);
        score.joined += usize::from(right && !begins);
        score.parted += usize::from(!right && *begins);
        if options.wrong && right != *begins {
            let word = if right { "joined" } else { "parted" };
            eprintln!("{how}: {} {} {word}: {page:?}", truth.id, truth.layout);
        }
    }
    score
}
