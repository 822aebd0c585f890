//! `read`: reads scans with the reading pool alone, without a database, and prints words and fields.

mod output;

use std::io::{ErrorKind, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use futures::{StreamExt, stream};
use indicatif::ProgressBar;
use serde::Serialize;
use sogoc_workers::Known;
use sogoc_workers::class::Classes;
use sogoc_workers::outcome::Outcome;
use sogoc_workers::pool::{PageJob, Pool};
use sogoc_workers::reading::{PageReading, Quality, RecordReading, Word};

use super::progress::bar;
use crate::archive;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::messages::Message;

/// Pages in flight for each child: a child must not wait until the page before its own is printed.
const PAGES_PER_CHILD: usize = 4;

/// Options and arguments of `sogoc read`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
With --json, one object a page, one a line, in the order of the files and their pages:
  {\"file\",\"page\",\"outcome\",\"class\",\"class_confidence\",\"rotation\",\"skew\",\"dpi\",\"width\",\"height\",
   \"text\",\"words\":[{\"text\",\"confidence\",\"box\":[x,y,w,h]}],
   \"records\":[{\"class\",\"fields\":{KEY:{\"raw\",\"value\",\"confidence\",\"accepted\",\"box\"}}}],\"quality\",\"milliseconds\"}
Boxes are in pixels of the page as delivered. outcome is `read`, or the stable word for why not, with
class null and the reason under \"failure\"; a file that cannot be opened counts as its first page.

Exit code: 0 when every page was read, 1 when some were not, 65 for a class that does not exist.

Examples:
  sogoc read samples/scans/bang-thpt-2008.jpg
  sogoc read --json scans/*.tif > pages.jsonl")]
pub struct Read {
    /// JPEG, PNG, TIFF, PDF, BMP, GIF, WebP or JPEG 2000; every page of each is read.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Record class to try first, when it is known what the scans are (so_goc, van_bang …).
    #[arg(long, value_name = "ID")]
    class: Option<String>,
}

/// One page, or a file that could not be opened.
struct Page {
    file: PathBuf,
    number: u32,
    outcome: Outcome<PageReading>,
}

/// Reads every page of every file on all cores and prints the pages in order.
///
/// # Errors
/// `Invalid` for an unknown class; `Unavailable` when no reading process can be started.
pub async fn read(config: &Config, options: Read, as_json: bool) -> Result<ExitCode> {
    let classes = archive::classes(config)?;
    if let Some(id) = &options.class {
        check_class(&classes, id)?;
    }
    let pool = Pool::new(archive::pool_config(config))
        .map_err(|failure| Error::unavailable("reading", failure))?;
    let progress = bar(options.files.len() as u64);
    let width = config.readers() * PAGES_PER_CHILD;
    let all_read = print_all(&pool, options, width, &progress, |page| {
        let text = if as_json {
            line_of(page)
        } else {
            output::page(page, &classes)
        };
        writeln!(std::io::stdout(), "{text}")
    });
    let all_read = all_read.await;
    progress.finish_and_clear();
    pool.close();
    Ok(match all_read? {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(1),
    })
}

/// Prints each page as soon as those before it are printed; false when some could not be read.
async fn print_all(
    pool: &Pool,
    options: Read,
    width: usize,
    progress: &ProgressBar,
    mut print: impl FnMut(&Page) -> std::io::Result<()>,
) -> Result<bool> {
    let hint = options.class;
    let mut pages = stream::iter(options.files)
        .map(|file| pages_of(pool, file, progress))
        .buffered(width)
        .flat_map(stream::iter)
        .map(|found| read_page(pool, found, hint.clone()))
        .buffered(width);
    let mut all_read = true;
    while let Some(page) = pages.next().await {
        all_read &= page.outcome.is_ok();
        progress.inc(1);
        match progress.suspend(|| print(&page)) {
            // The reader of a pipe has closed it (`sogoc read … | head`), which is no error.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => break,
            printed => printed?,
        }
    }
    Ok(all_read)
}

/// File and page number of a page to read, or why its file cannot be opened.
type FoundPage = (PathBuf, u32, Outcome<()>);

async fn pages_of(pool: &Pool, file: PathBuf, progress: &ProgressBar) -> Vec<FoundPage> {
    match pool.probe(&file).await {
        Ok(probe) => {
            let last = u32::try_from(probe.pages.len()).unwrap_or(u32::MAX);
            progress.inc_length(u64::from(last.saturating_sub(1)));
            (1..=last)
                .map(|page| (file.clone(), page, Ok(())))
                .collect()
        }
        Err(failure) => vec![(file, 1, Err(failure))],
    }
}

async fn read_page(pool: &Pool, (file, number, found): FoundPage, hint: Option<String>) -> Page {
    let outcome = match found {
        Ok(()) => {
            let job = PageJob {
                path: file.clone(),
                page: number,
                known: Known {
                    class_hint: hint,
                    map: None,
                },
            };
            pool.read(job).await
        }
        Err(failure) => Err(failure),
    };
    Page {
        file,
        number,
        outcome,
    }
}

fn check_class(classes: &Classes, id: &str) -> Result<()> {
    if classes.get(id).is_some() {
        return Ok(());
    }
    let ids: Vec<&str> = classes.iter().map(|class| class.id.as_str()).collect();
    let ids = ids.join(", ");
    Err(Error::fault(
        "/class",
        Message::new("faults.there_no_record_class_use")
            .with("id", id)
            .with("ids", ids),
    ))
}

/// One line of `--json`, which other programs read: keys may be added, none may go away. The fields of a
/// page that was not read are null or empty.
#[derive(Default, Serialize)]
struct JsonLine<'a> {
    file: String,
    page: u32,
    outcome: &'a str,
    class: Option<&'a str>,
    class_confidence: Option<f64>,
    rotation: Option<u16>,
    skew: Option<f64>,
    dpi: Option<u32>,
    width: Option<u32>,
    height: Option<u32>,
    text: &'a str,
    words: &'a [Word],
    records: &'a [RecordReading],
    quality: Option<&'a Quality>,
    milliseconds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<FailureLine<'a>>,
}

#[derive(Serialize)]
struct FailureLine<'a> {
    vi: String,
    en: String,
    detail: &'a str,
}

fn line_of(page: &Page) -> String {
    let mut line = JsonLine {
        file: page.file.display().to_string(),
        page: page.number,
        ..JsonLine::default()
    };
    match &page.outcome {
        Ok(reading) => {
            line.outcome = "read";
            fill(&mut line, reading);
        }
        Err(failure) => {
            line.outcome = failure.code();
            let why = Message::from(failure.kind);
            line.failure = Some(FailureLine {
                vi: why.vi(),
                en: why.en(),
                detail: &failure.detail,
            });
        }
    }
    serde_json::to_string(&line).expect("a line has only text keys")
}

fn fill<'a>(line: &mut JsonLine<'a>, reading: &'a PageReading) {
    line.class = Some(&reading.class);
    line.class_confidence = Some(reading.class_confidence);
    line.rotation = Some(reading.rotation.degrees());
    line.skew = Some(reading.skew);
    line.dpi = Some(reading.dpi);
    line.width = Some(reading.width);
    line.height = Some(reading.height);
    line.text = &reading.text;
    line.words = &reading.words;
    line.records = &reading.records;
    line.quality = Some(&reading.quality);
    line.milliseconds = Some(reading.milliseconds);
}
