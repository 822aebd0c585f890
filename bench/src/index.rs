//! What the index costs and how fast it answers, on made-up people.
//!
//! The right person is first when the first hit has the name (accents aside) and the birth year asked
//! for: among namesakes born the same year the question itself does not say who is meant.

mod people;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use sogoc_index::{Change, Entry, Hit, Level, PartialDate, Question, Rebuild, fold};

use people::{Dice, entry, misspelled};

/// Questions of each kind.
const QUESTIONS: u64 = 2_000;
/// Entries made up before the clock of building runs.
const CHUNK: u64 = 10_000;

/// Options of `index`.
#[derive(Debug, clap::Args)]
pub struct Index {
    /// How many people.
    #[arg(default_value_t = 100_000)]
    entries: u64,
    /// Where the index is built and left; a folder that is removed again unless given.
    folder: Option<PathBuf>,
}

/// Builds an index, asks it, and prints size, speed and how often the right person is found.
///
/// # Errors
/// Whatever building and asking give.
pub fn bench(options: Index) -> Result<ExitCode, Box<dyn Error>> {
    let entries = options.entries;
    let scratch = tempfile::tempdir()?;
    let folder = options.folder;
    let folder = folder.unwrap_or_else(|| scratch.path().to_path_buf());
    build(&folder, entries)?;
    let index = sogoc_index::Index::open(&folder)?;
    println!(
        "on disk              {:.1} MiB",
        index.size_on_disk()? as f64 / f64::from(1 << 20)
    );
    let year = |birth: PartialDate| PartialDate::year(birth.year);
    let date = |birth| birth;
    let right = |name: &str, _: &mut Dice| name.to_owned();
    ask("name + birth year", &index, entries, year, right)?;
    let what = "one typo in each word + birth year";
    ask(what, &index, entries, year, typos)?;
    let what = "one typo in each word + birth date";
    ask(what, &index, entries, date, typos)?;
    let what = "one typo in the name + birth date";
    ask(what, &index, entries, date, one_typo)?;
    follow(&index, entries)?;
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

fn build(dir: &Path, entries: u64) -> Result<(), Box<dyn Error>> {
    let cpu = cpu_seconds()?;
    let mut rebuild = Rebuild::start(dir)?;
    let mut spent = Duration::ZERO;
    for first in (0..entries).step_by(CHUNK as usize) {
        let chunk: Vec<Entry> = (first..entries.min(first + CHUNK)).map(entry).collect();
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
        "built                {:.0} entries/s ({entries} entries, {:.0} a second of CPU, making them up included)",
        entries as f64 / spent.as_secs_f64(),
        entries as f64 / (cpu_seconds()? - cpu)
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
    entries: u64,
    known: impl Fn(PartialDate) -> PartialDate,
    mut spell: impl FnMut(&str, &mut Dice) -> String,
) -> Result<(), Box<dyn Error>> {
    let mut dice = Dice::new(7);
    let mut times = Vec::new();
    let cpu = cpu_seconds()?;
    let (mut right, mut on_the_page) = (0, 0);
    for _ in 0..QUESTIONS {
        let person = entry(dice.below(entries as usize) as u64);
        let name = fold(person.name.as_deref().unwrap_or_default(), Level::Ascii);
        let birth = person.dates[0].1;
        let question = Question {
            name: Some(spell(&name, &mut dice)),
            birth: Some(known(birth)),
            allowed: vec!["open".to_string()],
            ..Question::default()
        };
        let begun = Instant::now();
        let hits = index.search(&question)?;
        times.push(begun.elapsed());
        let rank = hits
            .hits
            .iter()
            .position(|hit| is_right(hit, &name, birth.year));
        right += usize::from(rank == Some(0));
        on_the_page += usize::from(rank.is_some());
    }
    let cpu = (cpu_seconds()? - cpu) * 1000.0 / QUESTIONS as f64;
    times.sort_unstable();
    let at = |share: f64| times[(times.len() as f64 * share) as usize].as_secs_f64() * 1000.0;
    let share = |count: usize| count as f64 * 100.0 / QUESTIONS as f64;
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
        hit.shown["ho_ten"].as_str().unwrap_or_default(),
        Level::Ascii,
    );
    found == name && hit.shown["nam_sinh"] == year
}

fn follow(index: &sogoc_index::Index, entries: u64) -> Result<(), Box<dyn Error>> {
    let steps = 50;
    let mut times = Vec::new();
    for step in 0..steps {
        let begun = Instant::now();
        index.apply(2 + step, &[Change::Put(Box::new(entry(entries + step)))])?;
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    println!(
        "one published record p50 {:.1} ms to searchable",
        times[times.len() / 2].as_secs_f64() * 1000.0
    );
    Ok(())
}
