//! How well pages with known text are read, by the same child processes as in the product.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use futures::{StreamExt, stream};
use indicatif::ProgressBar;
use serde_json::json;
use sogoc_workers::Known;
use sogoc_workers::ablation::{Ablation, Step};
use sogoc_workers::outcome::Outcome;
use sogoc_workers::pool::{PageJob, Pool, PoolConfig};
use sogoc_workers::reading::PageReading;

use crate::eval::{self, AblationTable, InputError, PageScore, Report, TruthPage};

/// Memory of all children together, and time for a page: what the archive grants unless configured.
const CEILING_BYTES: u64 = 2048 << 20;
const PAGE_TIMEOUT: Duration = Duration::from_secs(180);

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Which pages of a corpus are read, with which steps, and what the result is compared with.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A corpus is a folder with index.json, truth/ID.json and the scans they name. Printed are, by kind and
level of damage: letters, tone marks and words wrong; fields and cells exact, handwriting apart; the
share accepted without a person and the errors among it; pages a minute and a child's highest memory.

Examples:
  sogoc-bench reading --corpus corpus --json > before.json
  sogoc-bench reading --corpus corpus --compare before.json --diagram reliability.svg
  sogoc-bench reading --corpus corpus --only reg-006 --wrong
  sogoc-bench reading --corpus corpus --without border --without light
  sogoc-bench reading --corpus corpus --each-off")]
pub struct Reading {
    /// Folder of pages with known text.
    #[arg(long, value_name = "DIR")]
    corpus: PathBuf,
    /// Only pages whose id contains this, or whose layout it is; may be repeated.
    #[arg(long, value_name = "WORD")]
    only: Vec<String>,
    /// Also print every page, and every value read wrongly.
    #[arg(long)]
    wrong: bool,
    /// Also say what changed since a run kept with --json.
    #[arg(long, value_name = "FILE")]
    compare: Option<PathBuf>,
    /// Also draw how often values are right at each confidence.
    #[arg(long, value_name = "FILE.svg")]
    diagram: Option<PathBuf>,
    /// Leave out a step of reading; may be repeated.
    #[arg(long, value_name = "STEP")]
    without: Vec<Step>,
    /// Read the corpus again without each step in turn, or each of those named by --without, and print
    /// what each is worth.
    #[arg(long, conflicts_with_all = ["compare", "diagram", "wrong"])]
    each_off: bool,
    /// Read with the models of this folder instead of the installed ones.
    #[arg(long, value_name = "DIR")]
    tessdata: Option<PathBuf>,
    /// Read with the record classes of this folder too, as an office that has its own.
    #[arg(long, value_name = "DIR")]
    classes: Option<PathBuf>,
    /// Pages read at once; one a core unless given.
    #[arg(long, value_name = "N")]
    readers: Option<usize>,
}

impl Reading {
    fn pool_config(&self) -> PoolConfig {
        let usual = PoolConfig::default();
        PoolConfig {
            children: self.readers.unwrap_or(usual.children),
            ceiling_bytes: CEILING_BYTES,
            page_timeout: PAGE_TIMEOUT,
            tessdata: self.tessdata.clone(),
            classes: self.classes.clone(),
            ..usual
        }
    }
}

/// Reads the corpus on all cores and prints how well.
///
/// # Errors
/// [`InputError`] for a corpus or an earlier report; a pool that does not start.
pub async fn reading(options: Reading, as_json: bool) -> Result<ExitCode> {
    let before: Option<Report> = options.compare.clone().map(eval::parsed).transpose()?;
    let pages = pages(&options)?;
    if options.each_off {
        return each_off(&options, &pages, as_json).await;
    }
    let without = options.without.iter().copied().collect();
    let report = measured(&options, &pages, &without).await?;
    if let Some(file) = &options.diagram {
        std::fs::write(file, eval::diagram(&report.bins))?;
    }
    let changes = before.map(|before| eval::changes(&before, &report));
    if as_json {
        let mut whole = json!(report);
        if let Some(changes) = changes {
            whole["changes"] = json!(changes);
        }
        println!("{whole}");
    } else {
        println!("{report}");
        for change in changes.iter().flatten() {
            println!("{change}");
        }
    }
    Ok(ended(report.failed.is_empty()))
}

/// The corpus with every step, and again without each.
async fn each_off(options: &Reading, pages: &[TruthPage], as_json: bool) -> Result<ExitCode> {
    let steps = match options.without.as_slice() {
        [] => Step::ALL,
        named => named,
    };
    let all = measured(options, pages, &Ablation::default()).await?;
    let mut ablation = AblationTable {
        all,
        without: Vec::new(),
    };
    for step in steps {
        let report = measured(options, pages, &Ablation::from_iter([*step])).await?;
        ablation.without.push((*step, report));
    }
    match as_json {
        true => println!("{}", json!(ablation)),
        false => println!("{ablation}"),
    }
    let reports = ablation.without.iter().map(|(_, report)| report);
    let whole = |report: &Report| report.failed.is_empty();
    Ok(ended(
        whole(&ablation.all) && reports.into_iter().all(whole),
    ))
}

fn ended(every_page_was_read: bool) -> ExitCode {
    match every_page_was_read {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(1),
    }
}

fn pages(options: &Reading) -> std::result::Result<Vec<TruthPage>, InputError> {
    let mut pages = eval::index(&options.corpus)?;
    let wanted = |page: &TruthPage| {
        let names = |word: &String| page.id.contains(word.as_str()) || page.layout == *word;
        options.only.is_empty() || options.only.iter().any(names)
    };
    pages.retain(wanted);
    Ok(pages)
}

async fn measured(options: &Reading, pages: &[TruthPage], without: &Ablation) -> Result<Report> {
    let config = options.pool_config();
    let ahead = config.children + 1;
    let pool = Pool::new(config)?;
    let progress = ProgressBar::new(pages.len() as u64);
    let begun = Instant::now();
    let mut report = Report::default();
    let mut readings = stream::iter(pages)
        .map(|page| read(&pool, &options.corpus, page, without))
        .buffered(ahead);
    while let Some((page, outcome)) = readings.next().await {
        progress.inc(1);
        match outcome {
            Ok(reading) => {
                let truth = eval::truth(&options.corpus, page)?;
                let scored = eval::compare(page, &truth, &reading);
                if options.wrong {
                    progress.suspend(|| print_wrong(page, &scored));
                }
                report.add(page, &scored);
            }
            Err(failure) => {
                let code = failure.kind.code().to_owned();
                report.failed.insert(page.id.clone(), code);
            }
        }
    }
    let minutes = begun.elapsed().as_secs_f64() / 60.0;
    report.pages_a_minute = pages.len() as f64 / minutes;
    report.highest_child_bytes = pool.stats().highest_child_bytes;
    progress.finish_and_clear();
    pool.close();
    Ok(report)
}

async fn read<'p>(
    pool: &Pool,
    corpus: &Path,
    page: &'p TruthPage,
    without: &Ablation,
) -> (&'p TruthPage, Outcome<PageReading>) {
    let job = PageJob {
        path: corpus.join(&page.file),
        page: page.page,
        known: Known::default(),
    };
    (page, pool.read_without(job, without.clone()).await)
}

/// What was read wrongly on a page, on standard error beside the report.
fn print_wrong(page: &TruthPage, scored: &PageScore) {
    let right = scored.fields.iter().filter(|field| field.exact()).count();
    eprintln!(
        "{} {} {}: {right} of {} values, {} of {} rows (+{})",
        page.id,
        page.layout,
        page.level,
        scored.fields.len(),
        scored.found,
        scored.rows,
        scored.extra
    );
    eprintln!("    {}", scored.seen);
    for field in scored.fields.iter().filter(|field| !field.exact()) {
        let read = field.read.as_ref().map_or("–".to_owned(), |read| {
            let accepted = if read.accepted { " ACCEPTED" } else { "" };
            format!("{:?} {:.2}{accepted}", read.raw, read.confidence)
        });
        let (place, key, truth) = (&field.place, &field.key, &field.truth);
        eprintln!("    {place} {key}: {truth:?} read {read}");
    }
}
