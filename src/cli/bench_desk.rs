//! `bench desk`: what a full house costs – many verifications at once, and a citizen's request overtaking
//! a backlog of pages.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::{StreamExt, stream};
use lopdf::{Document, Object, Stream, dictionary};
use serde_json::json;
use sogoc_workers::reading::{FieldReading, RecordReading};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::access::{Caller, CallerKind};
use crate::archive::Archive;
use crate::batch::{self, NewBatch};
use crate::config::Config;
use crate::copy_request::{self, Applicant, AskGiven, Sought};
use crate::error::{Error, Result};
use crate::scan::{self, Incoming};
use crate::{certified_copy, jobs, record, review, seen, web, worker};

/// Pages of one delivered file of the backlog.
const PAGES_A_FILE: usize = 500;
/// How often a waiting bench looks again.
const LOOK: Duration = Duration::from_millis(5);

/// How large the house is that is measured.
#[derive(Debug, clap::Args)]
pub struct Desk {
    /// Pages waiting to be read while citizens' copies are issued.
    #[arg(long, default_value_t = 10_000)]
    pages: usize,
    /// Copies released into that backlog, one after another.
    #[arg(long, default_value_t = 50)]
    copies: usize,
    /// How many verifications by code are asked for in all.
    #[arg(long, default_value_t = 4000)]
    verifications: usize,
    /// Of those, how many at once.
    #[arg(long, default_value_t = 200)]
    at_once: usize,
}

/// Makes a fresh archive, fills its queue with pages, and prints p50, p95 and p99 in milliseconds of:
/// release to sealed file while pages are read, and a verification by code among many at once, before
/// and while pages are read.
///
/// # Errors
/// As the verbs it calls.
pub async fn bench_desk(options: Desk, as_json: bool) -> Result<ExitCode> {
    let folder = tempfile::tempdir()?;
    let mut config = Config::in_folder(folder.path());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    config.web.listen = listener.local_addr()?.to_string();
    let archive = Arc::new(Archive::open(config).await?);
    let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
    let closing = stop.clone();
    let served = web::serve(archive.clone(), listener, async move {
        closing.cancelled().await;
    });
    tasks.spawn(async move {
        if let Err(error) = served.await {
            tracing::error!(code = error.code(), "the bench's server ended");
        }
    });
    let record = approved(&archive).await?;
    let code = certified_copy::issue_now(&archive, &person("approver"), &record, None)
        .await?
        .code;
    // Measured first while nothing else runs, then beside the reading of pages: the difference is
    // the answer.
    let quiet = verify(&archive, &code, &options).await?;
    backlog(&archive, options.pages).await?;
    worker::start(&archive, &stop, &tasks);
    let overtaking = overtake(&archive, &record, options.copies).await?;
    let busy = verify(&archive, &code, &options).await?;
    let left = waiting(&archive).await?;
    stop.cancel();
    tasks.close();
    tasks.wait().await;
    print(&options, left, &quiet, &overtaking, &busy, as_json);
    Ok(ExitCode::SUCCESS)
}

/// One approved diploma of nobody.
async fn approved(archive: &Archive) -> Result<String> {
    let scan = deliver(archive, "bang.pdf", &paper(1, 0)?).await?;
    let field = |value: &str| FieldReading {
        raw: value.into(),
        value: value.into(),
        confidence: 1.0,
        accepted: true,
        bounds: None,
        struck: false,
        page: None,
        evidence: None,
    };
    let class = archive.classes.get("van_bang");
    let class = class.ok_or_else(|| Error::Internal("no class for diplomas".into()))?;
    let mandatory = class.fields.iter().filter(|field| field.mandatory);
    let mut fields: BTreeMap<String, FieldReading> =
        // Mandatory fields are there, else the desk would not approve it.
        mandatory.map(|one| (one.key.clone(), field("-"))).collect();
    fields.insert("ho_ten".into(), field("Nguyễn Thị Thử Nghiệm"));
    fields.insert("ngay_sinh".into(), field("1989-06-05"));
    let reading = RecordReading {
        class: class.id.clone(),
        fields,
        bounds: None,
    };
    let page = scan::page_id(&scan, 1);
    let mut tx = archive.catalogue.begin().await?;
    record::propose(archive, &mut tx, &scan, &page, &[reading]).await?;
    tx.commit().await?;
    let machine = Caller::machine();
    let filter = record::RecordFilter {
        scan_id: Some(scan),
        ..record::RecordFilter::default()
    };
    let made = record::list(archive, &machine, &filter).await?;
    let made = made.first().ok_or(Error::NotFound { what: "record" })?;
    let approved = review::approve(archive, &person("reviewer"), &made.id, made.version).await?;
    Ok(approved.id)
}

/// Somebody of the bench's office.
fn person(id: &str) -> Caller {
    Caller {
        id: id.into(),
        kind: CallerKind::Person,
        ..Caller::machine()
    }
}

/// Delivers this many pages; each is a job of the lowest urgency.
async fn backlog(archive: &Archive, pages: usize) -> Result<()> {
    let mut left = pages;
    while left > 0 {
        let here = left.min(PAGES_A_FILE);
        let name = format!("ton-dong-{left}.pdf");
        deliver(archive, &name, &paper(here, left)?).await?;
        left -= here;
    }
    Ok(())
}

async fn deliver(archive: &Archive, name: &str, bytes: &[u8]) -> Result<String> {
    let machine = Caller::machine();
    let fresh = NewBatch {
        name: name.to_owned(),
        ..NewBatch::default()
    };
    let batch = batch::open(archive, &machine, &fresh).await?;
    let file = tempfile::NamedTempFile::new()?;
    std::fs::write(file.path(), bytes)?;
    let incoming = Incoming {
        batch_id: &batch.id,
        name,
        path: file.path(),
        declared_sha256: None,
    };
    let scan = scan::receive(archive, &machine, &incoming).await?;
    Ok(scan.id)
}

/// A PDF whose pages show one small picture each; `mark` makes its bytes its own.
fn paper(pages: usize, mark: usize) -> Result<Vec<u8>> {
    let mut document = Document::with_version("1.7");
    let picture = image::GrayImage::from_fn(620, 877, |x, y| {
        image::Luma([if (x / 7 + y / 11) % 9 == 0 { 0 } else { 255 }])
    });
    let mut jpeg = std::io::Cursor::new(Vec::new());
    picture
        .write_to(&mut jpeg, image::ImageFormat::Jpeg)
        .map_err(|error| Error::Internal(error.to_string()))?;
    let shown = document.add_object(Stream::new(
        dictionary! { "Type" => "XObject", "Subtype" => "Image", "Width" => 620, "Height" => 877,
        "ColorSpace" => "DeviceGray", "BitsPerComponent" => 8, "Filter" => "DCTDecode" },
        jpeg.into_inner(),
    ));
    let tree = document.new_object_id();
    let draw = b"q 595 0 0 842 0 0 cm /Im0 Do Q".to_vec();
    let content = document.add_object(Stream::new(dictionary! {}, draw));
    let kids: Vec<Object> = (0..pages)
        .map(|_| {
            let page = document.add_object(dictionary! { "Type" => "Page", "Parent" => tree,
            "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
            "Contents" => content,
            "Resources" => dictionary! { "XObject" => dictionary! { "Im0" => shown } } });
            page.into()
        })
        .collect();
    let count = i64::try_from(pages).unwrap_or(i64::MAX);
    let node = dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count };
    document.objects.insert(tree, Object::Dictionary(node));
    let root = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
    document.trailer.set("Root", root);
    document
        .trailer
        .set("SoGocBench", i64::try_from(mark).unwrap_or(0));
    let mut bytes = Vec::new();
    document.save_to(&mut bytes)?;
    Ok(bytes)
}

/// Release to sealed file, one request after another, while the queue is full.
async fn overtake(archive: &Archive, record: &str, copies: usize) -> Result<Vec<Duration>> {
    let (clerk_, approver) = (person("clerk"), person("approver"));
    let saw = seen::now(archive, &clerk_, record).await?;
    let mut times = Vec::with_capacity(copies);
    for _ in 0..copies {
        let asked = copy_request::ask(archive, &clerk_, &asking()).await?;
        copy_request::confirm(archive, &clerk_, &asked.id, record, &saw).await?;
        let start = Instant::now();
        copy_request::release(archive, &approver, &asked.id, &saw).await?;
        // As a citizen sees it: asked for until it is ready.
        while !copy_request::status(archive, &asked.code).await?.copy_ready {
            tokio::time::sleep(LOOK).await;
        }
        times.push(start.elapsed());
    }
    Ok(times)
}

fn asking() -> AskGiven {
    AskGiven {
        applicant: Applicant {
            name: "Nguyễn Thị Thử Nghiệm".into(),
            contact: "0900 000 000".into(),
            standing: "self".into(),
            ..Applicant::default()
        },
        wanted: Sought {
            ho_ten: "Nguyễn Thị Thử Nghiệm".into(),
            ..Sought::default()
        },
        consent: None,
        idempotency_key: None,
    }
}

/// Verification by code over HTTP, `at_once` of them at the same time.
async fn verify(archive: &Archive, code: &str, options: &Desk) -> Result<Vec<Duration>> {
    let http = reqwest::Client::new();
    let url = format!("http://{}/api/v1/verify/{code}", archive.config.web.listen);
    let ask = async || {
        let start = Instant::now();
        let answer = http.get(&url).send().await;
        let answer = answer.and_then(reqwest::Response::error_for_status);
        let answer = answer.map_err(|error| Error::unavailable("web", error))?;
        let bytes = answer.bytes().await;
        bytes.map_err(|error| Error::unavailable("web", error))?;
        Ok::<Duration, Error>(start.elapsed())
    };
    let asked = stream::iter(0..options.verifications).map(|_| ask());
    let times: Vec<Result<Duration>> = asked.buffer_unordered(options.at_once).collect().await;
    times.into_iter().collect()
}

async fn waiting(archive: &Archive) -> Result<i64> {
    let backlog = jobs::backlog(&archive.catalogue).await?;
    let pages = backlog.iter().filter(|row| row.kind == "read_page");
    Ok(pages.map(|row| row.count).sum())
}

fn print(
    options: &Desk,
    left: i64,
    quiet: &[Duration],
    overtaking: &[Duration],
    busy: &[Duration],
    as_json: bool,
) {
    let rows = [
        ("verify_while_quiet", quiet),
        ("release_to_sealed_over_backlog", overtaking),
        ("verify_while_reading", busy),
    ];
    if as_json {
        let figures: serde_json::Map<_, _> = rows
            .iter()
            .map(|(name, times)| {
                let [p50, p95, p99] = percentiles(times);
                let figures = json!({ "p50": p50, "p95": p95, "p99": p99 });
                ((*name).to_owned(), figures)
            })
            .collect();
        let said = json!({ "pages": options.pages, "pages_left": left, "copies": options.copies,
            "verifications": options.verifications, "at_once": options.at_once, "milliseconds": figures });
        println!("{said}");
        return;
    }
    println!(
        "{} pages waiting ({left} left at the end), {} copies, {} verifications, {} at once",
        options.pages, options.copies, options.verifications, options.at_once
    );
    println!("milliseconds                              p50      p95      p99");
    for (name, times) in rows {
        let [p50, p95, p99] = percentiles(times);
        println!("{name:<36} {p50:8.1} {p95:8.1} {p99:8.1}");
    }
}

/// p50, p95 and p99 in milliseconds, by nearest rank.
fn percentiles(times: &[Duration]) -> [f64; 3] {
    let mut sorted = times.to_vec();
    sorted.sort();
    [50, 95, 99].map(|percent| {
        let rank = (sorted.len() * percent).div_ceil(100).max(1) - 1;
        sorted
            .get(rank)
            .map_or(0.0, |time| time.as_secs_f64() * 1e3)
    })
}
