//! How often the right answer stands first, and among ten: questions of many kinds with known answers, over made-up people
//! and pages.
//!
//! A hit is right when it has everything that was asked: among namesakes born on the same day, or letters of one notation,
//! the question itself does not say which is meant.

mod kinds;
mod letters;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use sogoc_index::{Document, DocumentKind, Index, Query, Rebuild};

use crate::people::{self, Dice};
use kinds::{KINDS, Question};

/// Documents made up before they are added.
const CHUNK: u64 = 10_000;
/// Hits among which the right one counts as found.
const AMONG: usize = 10;

/// How large an index is filled and how many questions of each kind it is asked.
#[derive(Debug, clap::Args)]
pub struct Questions {
    /// How many people the index is filled with.
    #[arg(default_value_t = 100_000)]
    records: u64,
    /// How many pages: letters and registers in turn.
    #[arg(default_value_t = 20_000)]
    pages: u64,
    /// Questions of each kind.
    #[arg(long, value_name = "N", default_value_t = 40)]
    each: usize,
    /// What the questions are drawn by; another number gives others.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Where the index is built and left; a folder that is removed again unless given.
    #[arg(long)]
    folder: Option<PathBuf>,
    /// Print every question whose right answer is not first.
    #[arg(long)]
    misses: bool,
}

/// How the questions of one kind went.
#[derive(Debug, Default, serde::Serialize)]
struct Score {
    kind: &'static str,
    asked: usize,
    first: usize,
    among_ten: usize,
    /// Median and slowest, in milliseconds.
    milliseconds: [f64; 2],
}

/// Builds an index, asks it, and prints for each kind how often the right answer was first and among ten.
///
/// # Errors
/// Whatever building and asking give.
pub fn questions(options: Questions, json: bool) -> Result<ExitCode, Box<dyn Error>> {
    let scratch = tempfile::tempdir()?;
    let folder = options.folder.clone();
    let folder = folder.unwrap_or_else(|| scratch.path().to_path_buf());
    let begun = Instant::now();
    build(&folder, &options)?;
    let built = begun.elapsed();
    let index = Index::open(&folder)?;
    let mut scores = Vec::new();
    for (at, (kind, ask)) in KINDS.into_iter().enumerate() {
        let mut dice = Dice::new(options.seed * 1000 + at as u64);
        let mut score = Score {
            kind,
            ..Score::default()
        };
        let mut times = Vec::new();
        for _ in 0..options.each {
            let question = ask(&mut dice, options.records, options.pages);
            put(&index, &question, &options, (&mut score, &mut times))?;
        }
        times.sort_unstable();
        let milliseconds =
            |time: Option<&Duration>| time.map_or(0.0, |time| time.as_secs_f64() * 1e3);
        score.milliseconds = [times.get(times.len() / 2), times.last()].map(milliseconds);
        scores.push(score);
    }
    print(&scores, &options, built, json)?;
    Ok(ExitCode::SUCCESS)
}

fn build(folder: &std::path::Path, options: &Questions) -> Result<(), Box<dyn Error>> {
    let mut rebuild = Rebuild::start(folder)?;
    for first in (0..options.records).step_by(CHUNK as usize) {
        let last = options.records.min(first + CHUNK);
        let chunk: Vec<Document> = (first..last).map(people::document).collect();
        rebuild.add(&chunk)?;
    }
    for first in (0..options.pages).step_by(CHUNK as usize) {
        let last = options.pages.min(first + CHUNK);
        let chunk: Vec<Document> = (first..last)
            .map(|n| letters::page(n, options.records))
            .collect();
        rebuild.add(&chunk)?;
    }
    Ok(rebuild.finish(1)?)
}

fn put(
    index: &Index,
    question: &Question,
    options: &Questions,
    (score, times): (&mut Score, &mut Vec<Duration>),
) -> Result<(), Box<dyn Error>> {
    let typed = sogoc_vietnamese::legacy::decoded_if_typed(&question.text);
    let query = Query::parse(typed.as_deref().unwrap_or(&question.text))?;
    let query = Query {
        kind: if question.of_pages {
            DocumentKind::Page
        } else {
            DocumentKind::Record
        },
        allowed: vec!["open".into()],
        limit: AMONG,
        ..query
    };
    let begun = Instant::now();
    let found = index.search(&query)?;
    times.push(begun.elapsed());
    let rank = found
        .hits
        .iter()
        .position(|hit| (question.is_right)(&hit.stored));
    score.asked += 1;
    score.first += usize::from(rank == Some(0));
    score.among_ten += usize::from(rank.is_some());
    if options.misses && rank != Some(0) {
        println!(
            "{}: {} → {rank:?} of {}",
            score.kind, question.text, found.total
        );
    }
    Ok(())
}

fn print(
    scores: &[Score],
    options: &Questions,
    built: Duration,
    json: bool,
) -> Result<(), Box<dyn Error>> {
    if json {
        println!("{}", serde_json::to_string(scores)?);
        return Ok(());
    }
    println!(
        "{} people, {} pages, seed {}; built in {:.0} s",
        options.records,
        options.pages,
        options.seed,
        built.as_secs_f64()
    );
    let share = |part: usize, of: usize| part as f64 * 100.0 / of.max(1) as f64;
    for score in scores {
        let [median, slowest] = score.milliseconds;
        println!(
            "{:<44} right first {:6.2} %, among ten {:6.2} %  ({} asked, median {median:.1} ms, slowest {slowest:.1} ms)",
            score.kind,
            share(score.first, score.asked),
            share(score.among_ten, score.asked),
            score.asked,
        );
    }
    let all = |count: fn(&Score) -> usize| scores.iter().map(count).sum::<usize>();
    let asked = all(|score| score.asked);
    println!(
        "{:<44} right first {:6.2} %, among ten {:6.2} %  ({asked} asked)",
        "all",
        share(all(|score| score.first), asked),
        share(all(|score| score.among_ten), asked),
    );
    Ok(())
}
