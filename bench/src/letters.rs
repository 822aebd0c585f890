//! How well the heads of official letters are read: real scans whose fields somebody keyed, of which the number and
//! the day are mostly filled in by pen.

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use serde::Deserialize;
use serde_json::json;
use sogoc_vietnamese::fold;
use sogoc_workers::Known;
use sogoc_workers::dates::Date;
use sogoc_workers::pool::{PageJob, Pool, PoolConfig};
use sogoc_workers::reading::{FieldReading, PageReading};

use crate::eval;

/// A class at least this sure is told without asking a person.
const SURE_CLASS: f64 = 0.8;
/// Classes of official papers.
const PAPERS: [&str; 2] = ["tai_lieu", "ket_qua_tthc"];
/// What is counted, in the order it is printed.
const COUNTED: [&str; 9] = [
    "class right",
    "class surely wrong",
    "printed notation",
    "pen number proposed",
    "month and year",
    "agency",
    "subject",
    "accepted",
    "falsely accepted",
];

/// Scans of official papers to compare with their known fields.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The folder holds the scans and index.json, a list of {id, file, fields, handwritten}; fields are co_quan, so,
so_duoi (the printed rest of the number), ngay, thang, nam, trich_yeu, nguoi_ky, chuc_vu; handwritten names those that
a pen filled in. A value counts as right without accents, case, blanks and punctuation. Falsely accepted is an accepted value that
is none of the fields, or differs from its field, or was filled in by pen.")]
pub struct Letters {
    /// Folder of scans with index.json.
    #[arg(long, value_name = "DIR")]
    pages: PathBuf,
    /// Only pages whose id contains this; may be repeated.
    #[arg(long, value_name = "WORD")]
    only: Vec<String>,
    /// Also print what was not read rightly.
    #[arg(long)]
    wrong: bool,
}

/// One letter of the index.
#[derive(Debug, Deserialize)]
struct Letter {
    id: String,
    file: PathBuf,
    #[serde(default)]
    fields: Fields,
    #[serde(default)]
    handwritten: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Fields {
    co_quan: String,
    so: String,
    so_duoi: String,
    ngay: String,
    thang: String,
    nam: String,
    noi: String,
    loai: String,
    trich_yeu: String,
    nguoi_ky: String,
    chuc_vu: String,
}

/// Reads the letters on all cores and prints how many of each field are right.
///
/// # Errors
/// [`eval::InputError`] for the index; a pool that does not start; a scan that cannot be read.
pub async fn letters(options: Letters, as_json: bool) -> Result<ExitCode, Box<dyn Error>> {
    let mut letters: Vec<Letter> = eval::parsed(options.pages.join("index.json"))?;
    let wanted = |letter: &Letter| options.only.iter().any(|word| letter.id.contains(word));
    letters.retain(|letter| options.only.is_empty() || wanted(letter));
    let pool = Pool::new(PoolConfig::default())?;
    let mut counts = [0usize; COUNTED.len()];
    for letter in &letters {
        let job = PageJob {
            path: options.pages.join(&letter.file),
            page: 1,
            known: Known::default(),
        };
        let reading = pool
            .read(job)
            .await
            .map_err(|failure| format!("{}: {}", letter.id, failure.kind.code()))?;
        let score = Score::of(letter, &reading);
        for (count, own) in counts.iter_mut().zip(score.counts) {
            *count += own;
        }
        if options.wrong {
            eprintln!(
                "{} {} {:.2}",
                letter.id, reading.class, reading.class_confidence
            );
            score.wrong.iter().for_each(|line| eprintln!("    {line}"));
        }
    }
    pool.close();
    match as_json {
        true => {
            let counted: Vec<_> = COUNTED.iter().zip(counts).collect();
            println!(
                "{}",
                json!({ "letters": letters.len(), "counted": counted })
            );
        }
        false => {
            println!("| of {} letters | |\n|---|---|", letters.len());
            for (what, count) in COUNTED.iter().zip(counts) {
                println!("| {what} | {count} |");
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// How one letter was read.
struct Score {
    counts: [usize; COUNTED.len()],
    wrong: Vec<String>,
}

impl Score {
    fn of(letter: &Letter, reading: &PageReading) -> Self {
        let truth = &letter.fields;
        let record = reading.records.first();
        let field = |key: &str| record.and_then(|record| record.fields.get(key));
        let raw = |key: &str| field(key).map_or("", |field| field.raw.as_str());
        let number = raw("so_ky_hieu");
        let (figures, rest) = number.split_at(number.find(['/', '-']).unwrap_or(number.len()));
        let date = Date::parse(raw("ngay_ban_hanh"));
        let month = date.and_then(|date| Some((date.year, date.month?)));
        let true_month = truth.nam.parse().ok().zip(truth.thang.parse().ok());
        let is_paper = PAPERS.contains(&reading.class.as_str());
        let mut wrong = Vec::new();
        let mut told = |what: &str, right: bool, read: &str, truth: &str| {
            if !right {
                wrong.push(format!("{what}: {truth:?} read {read:?}"));
            }
            usize::from(right)
        };
        let alike = |a: &str, b: &str| !b.is_empty() && fold::letters(a) == fold::letters(b);
        let solid = |text: &str| text.split_whitespace().collect::<String>();
        let mut counts = [
            told("class", is_paper, &reading.class, "a paper"),
            usize::from(!is_paper && reading.class_confidence >= SURE_CLASS),
            told(
                "notation",
                solid(rest) == solid(&truth.so_duoi),
                number,
                &truth.so_duoi,
            ),
            told("number", figures.trim() == truth.so, number, &truth.so),
            told(
                "month",
                month.is_some() && month == true_month,
                raw("ngay_ban_hanh"),
                &format!("{} {}", truth.thang, truth.nam),
            ),
            told(
                "agency",
                alike(raw("co_quan"), &truth.co_quan),
                raw("co_quan"),
                &truth.co_quan,
            ),
            told(
                "subject",
                alike(raw("trich_yeu"), &truth.trich_yeu),
                raw("trich_yeu"),
                &truth.trich_yeu,
            ),
            0,
            0,
        ];
        let fields = reading.records.iter().flat_map(|record| &record.fields);
        for (key, field) in fields.filter(|(_, field)| field.accepted) {
            counts[7] += 1;
            if !letter.allows(key, field) {
                counts[8] += 1;
                wrong.push(format!(
                    "FALSELY ACCEPTED {key}: {:?} {:.2}",
                    field.raw, field.confidence
                ));
            }
        }
        Self { counts, wrong }
    }
}

impl Letter {
    /// Whether an accepted value is what the paper says, in print.
    fn allows(&self, key: &str, field: &FieldReading) -> bool {
        let truth = &self.fields;
        let by_pen = |keys: &[&str]| {
            self.handwritten
                .iter()
                .any(|pen| keys.contains(&pen.as_str()))
        };
        let date = format!("{}-{:0>2}-{:0>2}", truth.nam, truth.thang, truth.ngay);
        let printed = match key {
            "so_ky_hieu" if !by_pen(&["so"]) => format!("{}{}", truth.so, truth.so_duoi),
            "ngay_ban_hanh" if !by_pen(&["ngay", "thang"]) => return field.value == date,
            "noi_ban_hanh" => truth.noi.clone(),
            "loai" => truth.loai.clone(),
            "co_quan" => truth.co_quan.clone(),
            "trich_yeu" => truth.trich_yeu.clone(),
            "nguoi_ky" => truth.nguoi_ky.clone(),
            // The last line is the signer's own office.
            "chuc_vu" => return truth.chuc_vu.is_empty() || truth.chuc_vu.ends_with(&field.raw),
            _ => return false,
        };
        fold::letters(&field.raw) == fold::letters(&printed)
    }
}
