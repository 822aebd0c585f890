//! Confidence calibration: fits the weights of confidence to corpora with known text and prints them as `weights.toml`.
//!
//! With several model folders the pages are read once with each, so that the weights hold with and
//! without a second model. How honest they are on pages they were not fitted to is printed to standard
//! error: every fifth of the pages is judged by weights fitted to the others. Start it with
//! `OMP_THREAD_LIMIT=1`.

mod fit;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;

use sogoc_workers::class::Classes;
use sogoc_workers::confidence::{feature_names, trusted};
use sogoc_workers::decode::{DecodeLimits, decode_page};
use sogoc_workers::ocr::engine::{Engine, model_folder};
use sogoc_workers::{Context, Known, read_page};

use crate::eval::{self, Hand, TruthPage};
use fit::{Sample, fit};

/// Parts the pages are divided into.
const PARTS: usize = 5;
/// Wrong values among accepted ones the default threshold aims at: two in a thousand.
const AIM: f64 = 0.002;
/// Pages read at once.
const READERS: usize = 2;

/// What is read to fit the weights of confidence, and with which models.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  sogoc-bench calibrate 2026-11-23 --corpus CORPUS --corpus SEED > workers/src/confidence/weights.toml")]
pub struct Calibrate {
    /// The day that the file says it was made on.
    date: String,
    /// Folder of pages with known text; may be repeated.
    #[arg(long, value_name = "DIR", required = true)]
    corpus: Vec<PathBuf>,
    /// Model folder to read with, one after another; the installed one unless given.
    #[arg(long, value_name = "DIR")]
    tessdata: Vec<PathBuf>,
    /// Also write every value's evidence there: page, cell, printed, right, trusted, features.
    #[arg(long, value_name = "FILE.tsv")]
    values: Option<PathBuf>,
}

/// A page of one of the corpora.
struct CorpusPage<'c> {
    corpus: &'c Path,
    page: TruthPage,
}

/// A value of a page, ready to be judged.
struct Value {
    page: usize,
    sample: Sample,
    printed: bool,
}

impl Value {
    fn is_cell(&self) -> bool {
        self.sample.evidence.column.is_some()
    }
}

/// True printed values nothing was read for.
#[derive(Debug, Clone, Copy, Default)]
struct Missing {
    cells: usize,
    fields: usize,
}

/// A value as a line of a table.
fn as_line(value: &Value) -> String {
    let flag = |is: bool| u8::from(is).to_string();
    let evidence = &value.sample.evidence;
    let mut columns = vec![
        value.page.to_string(),
        flag(value.is_cell()),
        flag(value.printed),
        flag(value.sample.right),
        flag(trusted(evidence, &[]).is_some()),
    ];
    columns.extend(evidence.features().map(|figure| format!("{figure:.4}")));
    columns.join("\t") + "\n"
}

/// Reads the corpus, prints the weights, and on standard error how honest they are.
///
/// # Errors
/// A corpus, a model or a page that cannot be read.
pub fn calibrate(options: &Calibrate) -> Result<ExitCode, Box<dyn Error>> {
    let mut pages = Vec::new();
    for corpus in &options.corpus {
        let own = eval::index(corpus)?.into_iter();
        pages.extend(own.map(|page| CorpusPage { corpus, page }));
    }
    let folders = match options.tessdata.as_slice() {
        [] => vec![model_folder()],
        given => given.to_vec(),
    };
    let (values, missing) = read_all(&pages, &folders)?;
    if let Some(file) = &options.values {
        std::fs::write(file, values.iter().map(as_line).collect::<String>())?;
    }
    let of_kind = |cell: bool| {
        judged(
            values
                .iter()
                .filter(|value| value.is_cell() == cell)
                .collect(),
        )
    };
    let (cells, fields) = (of_kind(true), of_kind(false));
    for aim in [0.005, AIM, 0.001] {
        print_share("cells", &cells, threshold(&cells, aim), missing.cells);
        print_share("fields", &fields, threshold(&fields, aim), missing.fields);
    }
    let corpora = options
        .corpus
        .iter()
        .filter_map(|corpus| corpus.file_name());
    let corpora: Vec<String> = corpora
        .map(|name| format!("--corpus {}", name.display()))
        .collect();
    println!(
        "# Weights of confidence by the features of `Evidence`; made on {date} from {} values of {} pages by\n\
         # sogoc-bench calibrate {date} {}{}\n\
         [accept]\nfield = {:.3}\ncell = {:.3}\n\n[field]\n{}\n\n[cell]\n{}",
        values.len(),
        pages.len(),
        corpora.join(" "),
        " --tessdata TESSDATA".repeat(options.tessdata.len()),
        threshold(&fields, AIM),
        threshold(&cells, AIM),
        weights(&values, false),
        weights(&values, true),
        date = options.date,
    );
    Ok(ExitCode::SUCCESS)
}

/// The weights of cells, or of fields of pages, one a line.
fn weights(values: &[Value], cells: bool) -> String {
    let samples = values.iter().filter(|value| value.is_cell() == cells);
    let samples: Vec<Sample> = samples.map(|value| value.sample).collect();
    let lines: Vec<String> = feature_names()
        .iter()
        .zip(fit(&samples))
        .map(|(name, weight)| format!("{name} = {weight:.3}"))
        .collect();
    lines.join("\n")
}

/// Every value of every page, read once with each model folder.
fn read_all(
    pages: &[CorpusPage<'_>],
    folders: &[PathBuf],
) -> Result<(Vec<Value>, Missing), Box<dyn Error>> {
    let values = Mutex::new(Vec::new());
    let mut missing = Missing::default();
    for folder in folders {
        let queue = Mutex::new(pages.iter().enumerate());
        let results: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..READERS)
                .map(|_| scope.spawn(|| read(folder, &queue, &values)))
                .collect();
            threads
                .into_iter()
                .map(std::thread::ScopedJoinHandle::join)
                .collect()
        });
        for result in results {
            let unread = result.map_err(|_| "a reader panicked")??;
            missing.cells += unread.cells;
            missing.fields += unread.fields;
        }
    }
    Ok((values.into_inner()?, missing))
}

/// Reads pages from the queue until it is empty.
fn read(
    folder: &Path,
    queue: &Mutex<std::iter::Enumerate<std::slice::Iter<'_, CorpusPage<'_>>>>,
    values: &Mutex<Vec<Value>>,
) -> Result<Missing, String> {
    let classes = Classes::load(None).map_err(|error| error.to_string())?;
    let mut engine = Engine::open(folder).map_err(|error| error.to_string())?;
    let mut missing = Missing::default();
    loop {
        let next = queue.lock().map_err(|error| error.to_string())?.next();
        let Some((number, CorpusPage { corpus, page })) = next else {
            return Ok(missing);
        };
        let decoded = decode_page(
            &corpus.join(&page.file),
            page.page,
            &DecodeLimits::default(),
        )
        .map_err(|failure| failure.to_string())?;
        let known = Known::default();
        let reading = read_page(&decoded, &Context::new(&classes, &known), &mut engine)
            .map_err(|error| error.to_string())?;
        let truth = eval::truth(corpus, page).map_err(|error| error.to_string())?;
        for field in eval::compare(page, &truth, &reading).fields {
            let printed = field.hand == Hand::Printed;
            let right = field.exact();
            let Some(evidence) = field.read.and_then(|read| read.evidence) else {
                missing.cells += usize::from(printed && field.cell);
                missing.fields += usize::from(printed && !field.cell);
                continue;
            };
            let sample = Sample { evidence, right };
            let mut values = values.lock().map_err(|error| error.to_string())?;
            values.push(Value {
                page: number,
                sample,
                printed,
            });
        }
    }
}

/// A value with the probability given by weights that never saw its page; none where it is not trusted.
struct Judged {
    probability: Option<f64>,
    right: bool,
    printed: bool,
}

fn judged(values: Vec<&Value>) -> Vec<Judged> {
    let mut judged = Vec::new();
    for part in 0..PARTS {
        let (own, others): (Vec<&Value>, Vec<&Value>) =
            values.iter().partition(|value| value.page % PARTS == part);
        let others: Vec<Sample> = others.iter().map(|value| value.sample).collect();
        let weights = fit(&others);
        judged.extend(own.into_iter().map(|value| Judged {
            probability: trusted(&value.sample.evidence, &weights),
            right: value.sample.right,
            printed: value.printed,
        }));
    }
    judged
}

/// The least probability from which on no more than that share of values is wrong.
fn threshold(judged: &[Judged], aim: f64) -> f64 {
    let mut sure: Vec<(f64, bool)> = judged
        .iter()
        .filter_map(|value| value.probability.map(|p| (p, value.right)))
        .collect();
    sure.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut wrong, mut least) = (0, 0.999);
    for (index, (probability, right)) in sure.iter().enumerate() {
        wrong += usize::from(!right);
        // Half a value more than were seen to be wrong: the best of many thresholds flatters.
        if wrong as f64 + 0.5 <= aim * (index + 1) as f64 {
            least = *probability;
        }
    }
    least
}

/// Share of values accepted from a probability on, and errors among them.
fn print_share(kind: &str, judged: &[Judged], from: f64, missing: usize) {
    let accepted: Vec<&Judged> = judged
        .iter()
        .filter(|value| value.probability.is_some_and(|p| p >= from))
        .collect();
    let wrong = accepted.iter().filter(|value| !value.right).count();
    let printed = accepted.iter().filter(|value| value.printed).count();
    let all_printed = judged.iter().filter(|value| value.printed).count() + missing;
    eprintln!(
        "{kind} from {from:.3}: {:.1} % of {all_printed} printed values accepted, {wrong} of {} wrong ({:.2} %)",
        100.0 * printed as f64 / all_printed.max(1) as f64,
        accepted.len(),
        100.0 * wrong as f64 / accepted.len().max(1) as f64,
    );
}
