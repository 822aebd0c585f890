//! Confidence calibration: fits the weights of confidence to a corpus with known text and prints them as `weights.toml`.
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

/// Options of `calibrate`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  sogoc-bench calibrate CORPUS 2026-11-23 > workers/src/confidence/weights.toml")]
pub struct Calibrate {
    /// Folder of pages with known text.
    corpus: PathBuf,
    /// The day that the file says it was made on.
    date: String,
    /// Model folders to read with, one after another; the installed one unless given.
    tessdata: Vec<PathBuf>,
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

/// True values nothing was read for: all of them, and the printed ones.
type Missing = [usize; 2];

/// Reads the corpus, prints the weights, and on standard error how honest they are.
///
/// # Errors
/// A corpus, a model or a page that cannot be read.
pub fn calibrate(options: &Calibrate) -> Result<ExitCode, Box<dyn Error>> {
    let pages = eval::index(&options.corpus)?;
    let folders = match options.tessdata.as_slice() {
        [] => vec![model_folder()],
        given => given.to_vec(),
    };
    let (values, missing) = read_all(&options.corpus, &pages, &folders)?;
    let judged = judged(&values);
    for aim in [0.005, AIM, 0.001] {
        print_share(&judged, threshold(&judged, aim), missing, folders.len());
    }
    println!(
        "# Weights of confidence by the features of `Evidence`; made on {date} from {} values of {} pages by\n\
         # sogoc-bench calibrate CORPUS {date}{} > workers/src/confidence/weights.toml\n\
         accept = {:.3}\n\n[field]\n{}\n\n[cell]\n{}",
        values.len(),
        pages.len(),
        " TESSDATA".repeat(options.tessdata.len()),
        threshold(&judged, AIM),
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
    corpus: &Path,
    pages: &[TruthPage],
    folders: &[PathBuf],
) -> Result<(Vec<Value>, Missing), Box<dyn Error>> {
    let values = Mutex::new(Vec::new());
    let mut missing = [0, 0];
    for folder in folders {
        let queue = Mutex::new(pages.iter().enumerate());
        let results: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..READERS)
                .map(|_| scope.spawn(|| read(corpus, folder, &queue, &values)))
                .collect();
            threads
                .into_iter()
                .map(std::thread::ScopedJoinHandle::join)
                .collect()
        });
        for result in results {
            let unread = result.map_err(|_| "a reader panicked")??;
            missing[0] += unread[0];
            missing[1] += unread[1];
        }
    }
    Ok((values.into_inner()?, missing))
}

/// Reads pages from the queue until it is empty.
fn read(
    corpus: &Path,
    folder: &Path,
    queue: &Mutex<std::iter::Enumerate<std::slice::Iter<'_, TruthPage>>>,
    values: &Mutex<Vec<Value>>,
) -> Result<Missing, String> {
    let classes = Classes::load(None).map_err(|error| error.to_string())?;
    let mut engine = Engine::open(folder).map_err(|error| error.to_string())?;
    let mut missing = [0, 0];
    loop {
        let next = queue.lock().map_err(|error| error.to_string())?.next();
        let Some((number, page)) = next else {
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
                missing[0] += 1;
                missing[1] += usize::from(printed);
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

fn judged(values: &[Value]) -> Vec<Judged> {
    let mut judged = Vec::new();
    for part in 0..PARTS {
        for cell in [true, false] {
            let kind = |value: &&Value| value.is_cell() == cell;
            let (own, others): (Vec<&Value>, Vec<&Value>) = values
                .iter()
                .filter(kind)
                .partition(|value| value.page % PARTS == part);
            let others: Vec<Sample> = others.iter().map(|value| value.sample).collect();
            let weights = fit(&others);
            judged.extend(own.into_iter().map(|value| Judged {
                probability: trusted(&value.sample.evidence, &weights),
                right: value.sample.right,
                printed: value.printed,
            }));
        }
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
        if wrong as f64 <= aim * (index + 1) as f64 {
            least = *probability;
        }
    }
    least
}

/// Share of values accepted from a probability on, and errors among them.
fn print_share(judged: &[Judged], from: f64, missing: Missing, times: usize) {
    let accepted: Vec<&Judged> = judged
        .iter()
        .filter(|value| value.probability.is_some_and(|p| p >= from))
        .collect();
    let wrong = accepted.iter().filter(|value| !value.right).count();
    let printed = accepted.iter().filter(|value| value.printed).count();
    let all_printed = judged.iter().filter(|value| value.printed).count() + missing[1];
    let all = judged.len() + missing[0];
    eprintln!(
        "from {from:.3}: {:.1} % of printed and {:.1} % of all {} values accepted, {wrong} wrong ({:.2} %)",
        100.0 * printed as f64 / all_printed.max(1) as f64,
        100.0 * accepted.len() as f64 / all.max(1) as f64,
        all / times,
        100.0 * wrong as f64 / accepted.len().max(1) as f64,
    );
}
