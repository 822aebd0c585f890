//! What the index costs and how fast it answers, on made-up people.
//!
//! The right person is first when the first hit has the name (accents aside) and the birth year asked
//! for: among namesakes born the same year the query itself does not say who is meant.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use sogoc_index::{Change, Document, Hit, PartialDate, Query, Rebuild};
use sogoc_vietnamese::fold::{Level, fold};

use crate::people::{Dice, document, misspelled};

/// Most records published one by one into the finished index.
const PUBLISHED: u64 = 50;
/// Documents made up before the clock of building runs.
const CHUNK: u64 = 10_000;

/// How large an index is built and how much it is asked.
#[derive(Debug, clap::Args)]
pub struct Index {
    /// How many made-up people are indexed.
    #[arg(default_value_t = 100_000)]
    documents: u64,
    /// Where the index is built and left; a folder that is removed again unless given.
    folder: Option<PathBuf>,
    /// Queries of each kind.
    #[arg(long, value_name = "N", default_value_t = 2_000)]
    queries: u64,
}

/// Builds an index, asks it, and prints size, speed and how often the right person is found.
///
/// # Errors
/// Whatever building and asking give.
pub fn bench(options: Index) -> Result<ExitCode, Box<dyn Error>> {
    let (documents, queries) = (options.documents, options.queries);
    let size = [documents, queries];
    let scratch = tempfile::tempdir()?;
    let folder = options.folder;
    let folder = folder.unwrap_or_else(|| scratch.path().to_path_buf());
    build(&folder, documents)?;
    let index = sogoc_index::Index::open(&folder)?;
    println!(
        "on disk              {:.1} MiB",
        index.size_on_disk()? as f64 / f64::from(1 << 20)
    );
    let year = |birth: PartialDate| PartialDate::year(birth.year);
    let date = |birth| birth;
    let right = |name: &str, _: &mut Dice| name.to_owned();
    ask("name + birth year", &index, size, year, right)?;
    let what = "one typo in each word + birth year";
    ask(what, &index, size, year, typos)?;
    let what = "one typo in each word + birth date";
    ask(what, &index, size, date, typos)?;
    let what = "one typo in the name + birth date";
    ask(what, &index, size, date, one_typo)?;
    follow(&index, documents, queries.min(PUBLISHED))?;
    Ok(ExitCode::SUCCESS)
}

fn typos(name: &str, dice: &mut Dice) -> String {
    let words = name.split(' ').map(|word| misspelled(word, dice));
    words.collect::<Vec<_>>().join(" ")
}

fn one_typo(name: &str, dice: &mut Dice) -> String {
    let mut words: Vec<String> = name.split(' ').map(str::to_owned).collect();
    let at = dice.below(words.len());
    words[at] = misspelled(&words[at], dice);
    words.join(" ")
}

fn build(dir: &Path, documents: u64) -> Result<(), Box<dyn Error>> {
    let cpu = cpu_seconds()?;
    let mut rebuild = Rebuild::start(dir)?;
    let mut spent = Duration::ZERO;
    for first in (0..documents).step_by(CHUNK as usize) {
        let chunk: Vec<Document> = (first..documents.min(first + CHUNK))
            .map(document)
            .collect();
        let begun = Instant::now();
        rebuild.add(&chunk)?;
        spent += begun.elapsed();
    }
    let begun = Instant::now();
    rebuild.finish(1)?;
    spent += begun.elapsed();
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .unwrap_or("VmHWM unknown");
    println!(
        "built                {:.0} documents/s ({documents} documents, {:.0} a second of CPU, making them up included)",
        documents as f64 / spent.as_secs_f64(),
        documents as f64 / (cpu_seconds()? - cpu)
    );
    println!(
        "memory               {}",
        peak.split_whitespace().collect::<Vec<_>>().join(" ")
    );
    Ok(())
}

fn ask(
    what: &str,
    index: &sogoc_index::Index,
    [documents, queries]: [u64; 2],
    known: impl Fn(PartialDate) -> PartialDate,
    mut spell: impl FnMut(&str, &mut Dice) -> String,
) -> Result<(), Box<dyn Error>> {
    let mut dice = Dice::new(7);
    let mut times = Vec::new();
    let cpu = cpu_seconds()?;
    let (mut right, mut on_the_page) = (0, 0);
    for _ in 0..queries {
        let person = document(dice.below(documents as usize) as u64);
        let name = fold(person.name.as_deref().unwrap_or_default(), Level::Ascii);
        let birth = person.dates[0].1;
        let query = Query {
            name: Some(spell(&name, &mut dice)),
            birth: Some(known(birth)),
            allowed: vec!["open".to_string()],
            ..Query::default()
        };
        let begun = Instant::now();
        let hits = index.search(&query)?;
        times.push(begun.elapsed());
        let rank = hits
            .hits
            .iter()
            .position(|hit| is_right(hit, &name, birth.year));
        right += usize::from(rank == Some(0));
        on_the_page += usize::from(rank.is_some());
    }
    let cpu = (cpu_seconds()? - cpu) * 1000.0 / queries as f64;
    times.sort_unstable();
    let at = |share: f64| times[(times.len() as f64 * share) as usize].as_secs_f64() * 1000.0;
    let share = |count: usize| count as f64 * 100.0 / queries as f64;
    println!(
        "{what:<34} p50 {:.2} ms, p99 {:.2} ms, CPU {cpu:.2} ms each, right person first {:.2} %, among 20 {:.2} %",
        at(0.5),
        at(0.99),
        share(right),
        share(on_the_page)
    );
    Ok(())
}

/// Processor time this process has used, in seconds: on a busy machine the fairer clock.
fn cpu_seconds() -> Result<f64, Box<dyn Error>> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let after_name = stat.rsplit_once(')').ok_or("no process name")?.1;
    let ticks: Vec<f64> = after_name
        .split_whitespace()
        .skip(11)
        .take(2)
        .flat_map(str::parse)
        .collect();
    Ok(ticks.iter().sum::<f64>() / 100.0)
}

fn is_right(hit: &Hit, name: &str, year: i32) -> bool {
    let found = fold(
        hit.stored["ho_ten"].as_str().unwrap_or_default(),
        Level::Ascii,
    );
    found == name && hit.stored["nam_sinh"] == year
}

fn follow(index: &sogoc_index::Index, documents: u64, steps: u64) -> Result<(), Box<dyn Error>> {
    let mut times = Vec::new();
    for step in 0..steps {
        let begun = Instant::now();
        index.apply(
            2 + step,
            &[Change::Put(Box::new(document(documents + step)))],
        )?;
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    println!(
        "one published record p50 {:.1} ms to searchable",
        times[times.len() / 2].as_secs_f64() * 1000.0
    );
    Ok(())
}
