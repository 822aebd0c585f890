//! How well pages with known text are read: `score CORPUS [WORD]…`, where each WORD narrows the pages
//! to ids that contain it or to one layout.
//!
//! `--wrong` prints every field read wrongly under its page, `--misses` the same by kind and field,
//! and `--sure` the share of right values at each confidence. A corpus is a folder with `index.json`
//! and `truth/ID.json`; start it with `OMP_THREAD_LIMIT=1`.

mod compare;
mod report;
mod tally;
mod truth;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use sogoc_workers::class::Classes;
use sogoc_workers::decode::{DecodeLimits, decode_page};
use sogoc_workers::read_page;
use sogoc_workers::reading::PageReading;
use sogoc_workers::recognise::Engine;

use compare::compare;
use tally::{Measured, Score};
use truth::{Entry, Truth};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (options, words): (Vec<_>, Vec<_>) = arguments.iter().partition(|a| a.starts_with("--"));
    let usage = "usage: score CORPUS [WORD]… [--wrong] [--misses] [--sure]";
    let corpus = PathBuf::from(words.first().ok_or(usage)?);
    let asked = |name: &str| options.iter().any(|option| *option == name);
    let index: Vec<Entry> = serde_json::from_slice(&std::fs::read(corpus.join("index.json"))?)?;
    let wanted = |entry: &&Entry| {
        words.len() == 1
            || words[1..]
                .iter()
                .any(|w| entry.id.contains(w.as_str()) || &&entry.layout == w)
    };
    let entries: Vec<&Entry> = index.iter().filter(wanted).collect();
    let queue = Mutex::new(entries.iter());
    let measured: Mutex<Measured> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                if let Err(error) = work(&corpus, &queue, &measured, asked("--wrong")) {
                    eprintln!("{error}");
                }
            });
        }
    });
    let measured = measured.into_inner()?;
    report::pages(&measured.groups);
    report::fields(&measured.values, asked("--misses"));
    if asked("--sure") {
        report::sure(&measured.sure);
    }
    Ok(())
}

fn work(
    corpus: &Path,
    queue: &Mutex<std::slice::Iter<'_, &Entry>>,
    measured: &Mutex<Measured>,
    wrong: bool,
) -> Result<(), Box<dyn Error>> {
    let classes = Classes::load(None)?;
    let mut engine = Engine::new()?;
    loop {
        let Some(entry) = queue.lock().map_err(|_| "a reader panicked")?.next() else {
            return Ok(());
        };
        let path = corpus.join(&entry.file);
        let page = match decode_page(&path, entry.page, &DecodeLimits::default()) {
            Ok(page) => page,
            Err(failure) => {
                println!("{}: not decoded: {failure:?}", entry.id);
                continue;
            }
        };
        let reading = read_page(&page, &classes, &mut engine, None)?;
        let truth = std::fs::read(corpus.join("truth").join(format!("{}.json", entry.id)))?;
        let truth: Truth = serde_json::from_slice(&truth)?;
        let score = compare(entry, &truth, &reading);
        println!("{}", line(entry, &score, &reading));
        if wrong {
            let missed = score.values.iter().filter(|value| !value.same());
            missed.for_each(|value| println!("    {}", value.described()));
        }
        let mut measured = measured.lock().map_err(|_| "a reader panicked")?;
        measured.add(entry, score);
    }
}

fn line(entry: &Entry, score: &Score, reading: &PageReading) -> String {
    format!(
        "{} {} {}: class {} {:.2}, rotation {} (true {}), skew {:.2}, text {:.1} %, printed {}, by hand {}, \
         rows {} (+{}), accepted {}, {} ms {}",
        entry.id,
        entry.layout,
        entry.level,
        reading.class,
        reading.class_confidence,
        reading.rotation,
        entry.rotation,
        reading.skew,
        score.errors.percent(),
        score.printed.fraction(),
        score.by_hand.fraction(),
        score.rows.fraction(),
        score.extra,
        score.accepted.fraction(),
        reading.milliseconds,
        reading.quality.flags.join(","),
    )
}
