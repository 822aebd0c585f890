//! How well pages with known text are read: `score CORPUS [WORD]…`, where each WORD narrows the pages
//! to ids that contain it, `--wrong` prints every field read wrongly and `--sure` the share of
//! right values at each confidence.
//!
//! A corpus is a folder with `index.json` and `truth/ID.json`; start it with `OMP_THREAD_LIMIT=1`.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::Deserialize;
use serde_json::{Map, Value};
use sogoc_workers::class::Classes;
use sogoc_workers::decode::{DecodeLimits, decode_page};
use sogoc_workers::reading::{FieldReading, PageReading, RecordReading};
use sogoc_workers::recognise::Engine;
use sogoc_workers::{fold, read_page};

#[derive(Deserialize)]
struct Entry {
    id: String,
    file: PathBuf,
    page: u32,
    kind: String,
    layout: String,
    level: String,
    rotation: u16,
}

#[derive(Deserialize)]
struct Truth {
    lines: Vec<TruthLine>,
    #[serde(default)]
    fields: Map<String, Value>,
    #[serde(default)]
    records: Vec<Map<String, Value>>,
}

#[derive(Deserialize)]
struct TruthLine {
    segments: Vec<TruthSegment>,
}

#[derive(Deserialize)]
struct TruthSegment {
    text: String,
}

#[derive(Default, Clone)]
struct Score {
    pages: usize,
    upright: usize,
    letters: usize,
    errors: usize,
    fields: usize,
    right: usize,
    rows: usize,
    found: usize,
    extra: usize,
    cells: usize,
    cells_right: usize,
    accepted: usize,
    accepted_right: usize,
    milliseconds: u64,
    /// By tenth of confidence: values, right values.
    sure: [(usize, usize); 20],
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (options, words): (Vec<_>, Vec<_>) = arguments.iter().partition(|a| a.starts_with("--"));
    let corpus = PathBuf::from(
        words
            .first()
            .ok_or("usage: score CORPUS [WORD]… [--wrong] [--sure]")?,
    );
    let wrong = options.iter().any(|option| *option == "--wrong");
    let index: Vec<Entry> = serde_json::from_slice(&std::fs::read(corpus.join("index.json"))?)?;
    let wanted = |entry: &&Entry| {
        words.len() == 1
            || words[1..]
                .iter()
                .any(|w| entry.id.contains(w.as_str()) || &&entry.layout == w)
    };
    let entries: Vec<&Entry> = index.iter().filter(wanted).collect();
    let queue = Mutex::new(entries.iter());
    let scores: Mutex<BTreeMap<String, Score>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                if let Err(error) = work(&corpus, &queue, &scores, wrong) {
                    eprintln!("{error}");
                }
            });
        }
    });
    let scores = scores.into_inner()?;
    print(&scores);
    if options.iter().any(|option| *option == "--sure") {
        print_sure(&scores["all"]);
    }
    Ok(())
}

fn work(
    corpus: &Path,
    queue: &Mutex<std::slice::Iter<'_, &Entry>>,
    scores: &Mutex<BTreeMap<String, Score>>,
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
        let (score, notes) = compare(entry, &serde_json::from_slice(&truth)?, &reading);
        println!(
            "{} {} {}: class {} {:.2}, rotation {} (true {}), skew {:.2}, text {:.1} %, fields {}/{}, \
             rows {}/{} (+{}), cells {}/{}, accepted {}/{}, {} ms {}",
            entry.id,
            entry.layout,
            entry.level,
            reading.class,
            reading.class_confidence,
            reading.rotation,
            entry.rotation,
            reading.skew,
            share(score.errors, score.letters),
            score.right,
            score.fields,
            score.found,
            score.rows,
            score.extra,
            score.cells_right,
            score.cells,
            score.accepted_right,
            score.accepted,
            reading.milliseconds,
            reading.quality.flags.join(","),
        );
        if wrong {
            notes.iter().for_each(|note| println!("    {note}"));
        }
        let mut scores = scores.lock().map_err(|_| "a reader panicked")?;
        for group in [
            "all".into(),
            entry.kind.clone(),
            format!("{} {}", entry.kind, entry.level),
        ] {
            scores.entry(group).or_default().add(&score);
        }
    }
}

fn compare(entry: &Entry, truth: &Truth, reading: &PageReading) -> (Score, Vec<String>) {
    let mut score = Score {
        pages: 1,
        upright: usize::from(entry.rotation == reading.rotation),
        milliseconds: reading.milliseconds,
        ..Score::default()
    };
    let mut notes = Vec::new();
    let text: Vec<char> = reading.text.replace('\n', " ").chars().collect();
    for segment in truth.lines.iter().flat_map(|line| &line.segments) {
        let wanted: Vec<char> = segment.text.chars().collect();
        score.letters += wanted.len();
        score.errors += best_place(&wanted, &text);
    }
    let nothing = BTreeMap::new();
    let first = reading
        .records
        .first()
        .map_or(&nothing, |record| &record.fields);
    let (right, all) = score.fields(&truth.fields, first, "", &mut notes);
    (score.right, score.fields) = (right, all);
    if ["register"].contains(&entry.kind.as_str()) {
        score.rows = truth.records.len();
        let pairs = aligned(&truth.records, &reading.records);
        score.found = pairs.iter().flatten().count();
        score.extra = reading.records.len() - score.found;
        for (row, pair) in truth.records.iter().zip(pairs) {
            let fields = pair.map_or(&nothing, |index| &reading.records[index].fields);
            let place = format!("row {} ", row["stt"].as_str().unwrap_or("?"));
            let (right, all) = score.fields(row, fields, &place, &mut notes);
            score.cells_right += right;
            score.cells += all;
        }
    }
    (score, notes)
}

impl Score {
    fn fields(
        &mut self,
        truth: &Map<String, Value>,
        found: &BTreeMap<String, FieldReading>,
        place: &str,
        notes: &mut Vec<String>,
    ) -> (usize, usize) {
        let (mut right, mut all) = (0, 0);
        for (key, value) in truth {
            let Some(value) = value
                .as_str()
                .filter(|v| !v.is_empty() && !key.ends_with("_iso"))
            else {
                continue;
            };
            all += 1;
            let field = found.get(key);
            let same = field.is_some_and(|field| folded(&field.raw) == folded(value));
            right += usize::from(same);
            if let Some(field) = field {
                self.accepted += usize::from(field.accepted);
                self.accepted_right += usize::from(field.accepted && same);
                let step = ((field.confidence * 20.0) as usize).min(19);
                self.sure[step].0 += 1;
                self.sure[step].1 += usize::from(same);
            }
            if !same {
                let read = field.map_or("–".to_owned(), |f| {
                    format!(
                        "{:?} {:.2}{}",
                        f.raw,
                        f.confidence,
                        if f.accepted { " ACCEPTED" } else { "" }
                    )
                });
                notes.push(format!("{place}{key}: {value:?} read {read}"));
            }
        }
        (right, all)
    }

    fn add(&mut self, other: &Self) {
        let sums = [
            (&mut self.pages, other.pages),
            (&mut self.upright, other.upright),
            (&mut self.letters, other.letters),
            (&mut self.errors, other.errors),
            (&mut self.fields, other.fields),
            (&mut self.right, other.right),
            (&mut self.rows, other.rows),
            (&mut self.found, other.found),
            (&mut self.extra, other.extra),
            (&mut self.cells, other.cells),
            (&mut self.cells_right, other.cells_right),
            (&mut self.accepted, other.accepted),
            (&mut self.accepted_right, other.accepted_right),
        ];
        sums.into_iter().for_each(|(sum, part)| *sum += part);
        self.milliseconds += other.milliseconds;
        for (sum, part) in self.sure.iter_mut().zip(other.sure) {
            *sum = (sum.0 + part.0, sum.1 + part.1);
        }
    }
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The least edit distance of `wanted` to any part of `text` (Sellers).
fn best_place(wanted: &[char], text: &[char]) -> usize {
    let mut column: Vec<usize> = (0..=wanted.len()).collect();
    let mut best = wanted.len();
    for letter in text {
        let mut diagonal = 0;
        for (index, expected) in wanted.iter().enumerate() {
            let substituted = diagonal + usize::from(letter != expected);
            diagonal = column[index + 1];
            column[index + 1] = substituted.min(column[index] + 1).min(diagonal + 1);
        }
        best = best.min(column[wanted.len()]);
    }
    best
}

/// For each true row the read row it is, in order, by likeness of name, number and date.
fn aligned(truth: &[Map<String, Value>], read: &[RecordReading]) -> Vec<Option<usize>> {
    let likeness = |row: &Map<String, Value>, record: &RecordReading| {
        let alike = |key: &str| {
            let value = row.get(key).and_then(Value::as_str).unwrap_or_default();
            record
                .fields
                .get(key)
                .map_or(0.0, |field| fold::likeness(value, &field.raw))
        };
        let sum = alike("ho_ten") + alike("so_hieu") + alike("ngay_sinh");
        if sum < 1.0 { 0.0 } else { sum }
    };
    let mut best = vec![vec![0.0f64; read.len() + 1]; truth.len() + 1];
    for (i, row) in truth.iter().enumerate().rev() {
        for (j, record) in read.iter().enumerate().rev() {
            let both = likeness(row, record) + best[i + 1][j + 1];
            best[i][j] = both.max(best[i + 1][j]).max(best[i][j + 1]);
        }
    }
    let mut pairs = vec![None; truth.len()];
    let (mut i, mut j) = (0, 0);
    while i < truth.len() && j < read.len() {
        if best[i][j] == best[i + 1][j] {
            i += 1;
        } else if best[i][j] == best[i][j + 1] {
            j += 1;
        } else {
            pairs[i] = Some(j);
            (i, j) = (i + 1, j + 1);
        }
    }
    pairs
}

fn share(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole.max(1) as f64
}

fn print(scores: &BTreeMap<String, Score>) {
    println!(
        "\n| pages of | n | upright | text error % | fields exact % | rows found % | extra rows | \
         cells exact % | accepted | right of these % | s / page |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    for (group, s) in scores {
        println!(
            "| {group} | {} | {} | {:.1} | {:.1} | {:.1} | {} | {:.1} | {} | {:.1} | {:.1} |",
            s.pages,
            s.upright,
            share(s.errors, s.letters),
            share(s.right, s.fields),
            share(s.found, s.rows),
            s.extra,
            share(s.cells_right, s.cells),
            s.accepted,
            share(s.accepted_right, s.accepted),
            s.milliseconds as f64 / 1000.0 / s.pages as f64,
        );
    }
}

fn print_sure(score: &Score) {
    println!("\n| confidence from | values | right % |\n|---|---|---|");
    for (step, (all, right)) in score.sure.iter().enumerate() {
        println!(
            "| {:.2} | {all} | {:.1} |",
            step as f64 / 20.0,
            share(*right, *all)
        );
    }
}
