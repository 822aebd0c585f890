//! `discrepancies`: numbers of registers that do not agree, by volume or those of one; a person's answer to one of them.

use std::process::ExitCode;

use serde_json::json;

use super::proven;
use crate::access::Caller;
use crate::archive::Archive;
use crate::discrepancy::{
    self, AnswerGiven, AnswerState, Discrepancy, DiscrepancyFilter, DiscrepancyKind,
    DiscrepancyVerdict, PlaceFilter,
};
use crate::error::{Error, Result};
use crate::jobs::Kind;
use crate::messages::{Lang, text};
use crate::worker;

/// What is asked.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  sogoc discrepancies --year 1995
  sogoc discrepancies VOLUME --kind gap
  sogoc discrepancies VOLUME --answer \"gap so_vao_so 1995 116/95..118/95\" --verdict skipped --as luutru")]
pub struct Asked {
    /// Id of a volume or batch; without one, all of them with their counts.
    place: Option<String>,
    /// Only of this year.
    #[arg(long)]
    year: Option<i64>,
    /// Only this kind: gap, repeat, order, far, same_serial, diploma_differs, no_register_row, list_differs, not_in_list or
    /// no_diploma.
    #[arg(long, requires = "place")]
    kind: Option<DiscrepancyKind>,
    /// open, answered or all.
    #[arg(long, requires = "place", default_value = "open")]
    state: AnswerState,
    /// Key of the one that is answered, as --json prints it.
    #[arg(long, value_name = "KEY", requires_all = ["place", "verdict"])]
    answer: Option<String>,
    /// What was found on the paper: skipped, missing, misread, cancelled, as_on_paper, same_paper or other_series.
    #[arg(long, requires = "answer")]
    verdict: Option<DiscrepancyVerdict>,
    /// The same in words.
    #[arg(long, requires = "answer", default_value = "")]
    note: String,
    /// Login of the person who answers.
    #[arg(long = "as", value_name = "LOGIN")]
    login: Option<String>,
    /// File whose first line is that person's password; asked for at the terminal without it.
    #[arg(long, value_name = "FILE", requires = "login")]
    password_file: Option<std::path::PathBuf>,
}

/// Lists places or what does not agree in one; keeps an answer.
///
/// # Errors
/// As the verbs.
pub async fn discrepancies(archive: Archive, asked: Asked, as_json: bool) -> Result<ExitCode> {
    // Keys of records of an earlier version may still be due; whoever asks at the terminal waits for them.
    worker::work_off(&archive, &[Kind::CompareLists]).await?;
    let open = match (&asked.place, &asked.answer, asked.verdict) {
        (None, ..) => places(&archive, asked.year, as_json).await?,
        (Some(place), Some(key), Some(verdict)) => {
            answer(&archive, &asked, (place, key, verdict)).await?;
            0
        }
        (Some(place), ..) => of_place(&archive, &asked, place, as_json).await?,
    };
    Ok(match open {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

fn word(group: &str, word: &str) -> &'static str {
    text(Lang::Vi, &format!("discrepancies.{group}.{word}"))
}

async fn places(archive: &Archive, year: Option<i64>, as_json: bool) -> Result<usize> {
    let mut filter = PlaceFilter {
        year,
        ..PlaceFilter::default()
    };
    let mut open = 0;
    loop {
        let listed = discrepancy::places(archive, &Caller::machine(), &filter).await?;
        for place in &listed.places {
            open += place.open();
            if as_json {
                println!("{}", json!(place));
                continue;
            }
            let kind = word("place_kind", place.kind.as_str());
            println!(
                "{}  {kind} {} {}  {}",
                place.id, place.code, place.title, place.records
            );
            for count in &place.counts {
                let kind = word("kind", count.kind.as_str());
                println!("  {kind}: {} (+{})", count.open, count.answered);
            }
        }
        filter.after = listed.after;
        if filter.after.is_none() {
            return Ok(open);
        }
    }
}

async fn of_place(archive: &Archive, asked: &Asked, place: &str, as_json: bool) -> Result<usize> {
    let mut filter = DiscrepancyFilter {
        kind: asked.kind,
        state: asked.state,
        year: asked.year,
        limit: Some(100),
        ..DiscrepancyFilter::default()
    };
    let mut open = 0;
    loop {
        let found = discrepancy::discrepancies(archive, &Caller::machine(), place, &filter).await?;
        for one in &found.rows {
            open += usize::from(one.answer.is_none());
            match as_json {
                true => println!("{}", json!(one)),
                false => say(one),
            }
        }
        filter.after = found.after;
        if filter.after.is_none() {
            return Ok(open);
        }
    }
}

fn say(one: &Discrepancy) {
    println!("{}", one.key);
    let kind = word("kind", one.kind.as_str());
    let numbers = [&one.first, &one.last].map(|said| said.as_deref().unwrap_or("–"));
    println!("  {kind}: {} .. {}", numbers[0], numbers[1]);
    for record in &one.records {
        let place = format!(
            "{} {}/{}",
            record.original_name, record.page_number, record.ordinal
        );
        println!("  {}  {place}", record.record_id);
    }
    if let Some(answer) = &one.answer {
        println!(
            "  {}  {}",
            word("verdict", answer.verdict.as_str()),
            answer.note
        );
    }
}

async fn answer(
    archive: &Archive,
    asked: &Asked,
    (place, key, verdict): (&str, &str, DiscrepancyVerdict),
) -> Result<()> {
    let me = proven::person(archive, asked.login.as_ref(), asked.password_file.as_ref()).await?;
    let mut filter = DiscrepancyFilter {
        state: AnswerState::All,
        kind: key.split(' ').next().and_then(|kind| kind.parse().ok()),
        limit: Some(100),
        ..DiscrepancyFilter::default()
    };
    loop {
        let found = discrepancy::discrepancies(archive, &me, place, &filter).await?;
        if let Some(one) = found.rows.iter().find(|one| one.key == *key) {
            let given = AnswerGiven {
                key: key.to_owned(),
                records: one
                    .records
                    .iter()
                    .map(|record| record.record_id.clone())
                    .collect(),
                verdict,
                note: asked.note.clone(),
            };
            discrepancy::answer(archive, &me, place, &given).await?;
            return worker::work_off(archive, &[Kind::PreserveAnswers])
                .await
                .map(drop);
        }
        filter.after = found.after;
        if filter.after.is_none() {
            return Err(Error::refuse("errors.discrepancy_gone"));
        }
    }
}
