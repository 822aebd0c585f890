//! `jobs`: stuck work, and what is to be done about it.

use std::process::ExitCode;

use serde_json::json;

use crate::access::Caller;
use crate::archive::Archive;
use crate::error::Result;
use crate::jobs::JobState;
use crate::messages::{Lang, Message, find, text};
use crate::queue::{self, Chosen, JobAction};

/// Subcommands of `jobs`. Faults of storage, database, disk or network are waited out without any of them.
#[derive(Debug, clap::Subcommand)]
pub enum Jobs {
    /// List the jobs that failed, are held, or are put off by a fault.
    ///
    /// Exit code 0: none waits for a person. 1: some do.
    List(Which),
    /// Try jobs again at once: those that failed, are held or put off; with --code timed_out, out_of_memory, crashed or
    /// unavailable also the pages that failed for it.
    Retry(Which),
    /// Hold jobs back until they are retried.
    Hold(Which),
    /// End jobs undone: a page stands aside unread, a copy's line is void and its request can be released again.
    GiveUp(Which),
}

/// Which jobs; without anything: all that stand still.
#[derive(Debug, clap::Args)]
pub struct Which {
    /// Ids of jobs, as `sogoc jobs list` prints them.
    #[arg(value_name = "JOB")]
    ids: Vec<String>,
    /// Only of this kind, such as read_page.
    #[arg(long)]
    kind: Option<String>,
    /// Only those that met this last, such as corrupt.
    #[arg(long)]
    code: Option<String>,
    /// All that stand still.
    #[arg(long, conflicts_with = "ids")]
    all: bool,
}

impl Which {
    /// One choice for each id, or one for all that match.
    fn chosen(&self) -> Vec<Chosen> {
        let of = |id: Option<String>| Chosen {
            id,
            kind: self.kind.clone(),
            code: self.code.clone(),
        };
        match self.ids.is_empty() {
            true => vec![of(None)],
            false => self.ids.iter().map(|id| of(Some(id.clone()))).collect(),
        }
    }

    fn names_something(&self) -> bool {
        self.all || !self.ids.is_empty() || self.kind.is_some() || self.code.is_some()
    }
}

/// Runs one subcommand.
///
/// # Errors
/// `NotFound` job, `Invalid` kind, `Refused` where nothing says which jobs.
pub async fn jobs(archive: Archive, jobs: Jobs, as_json: bool) -> Result<ExitCode> {
    let (which, action) = match jobs {
        Jobs::List(which) => return list(&archive, &which, as_json).await,
        Jobs::Retry(which) => (which, JobAction::Retry),
        Jobs::Hold(which) => (which, JobAction::Hold),
        Jobs::GiveUp(which) => (which, JobAction::GiveUp),
    };
    // Without a choice the command would steer every job of the archive.
    if !which.names_something() {
        return Err(crate::error::Error::fault("", "faults.say_which_jobs"));
    }
    let me = Caller::machine();
    let mut count = 0;
    for chosen in which.chosen() {
        count += queue::steer(&archive, &me, &chosen, action).await?;
    }
    match as_json {
        true => println!("{}", json!({ "count": count })),
        false => println!(
            "{}",
            Message::new("cli.jobs_steered").with("count", count).both()
        ),
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(archive: &Archive, which: &Which, as_json: bool) -> Result<ExitCode> {
    let (me, mut waits) = (Caller::machine(), false);
    for chosen in which.chosen() {
        let mut after = None;
        loop {
            let rows = queue::stuck(archive, &me, &chosen, after.as_deref()).await?;
            let Some(last) = rows.last() else { break };
            after = Some(last.id.clone());
            for row in &rows {
                waits |= row.state != JobState::Ready;
                if as_json {
                    println!("{}", json!(row));
                    continue;
                }
                let code = row.error_code.as_deref().unwrap_or_default();
                let why = find(Lang::Vi, &format!("custody.job_met.{code}")).unwrap_or(code);
                let state = match row.state {
                    JobState::Ready => {
                        text(Lang::Vi, "custody.goes_on_by_itself").to_owned() + " " + &row.run_at
                    }
                    state => text(Lang::Vi, &format!("custody.job_state.{state}")).to_owned(),
                };
                println!("{}  {} {}  {state}  {why}", row.id, row.kind, row.subject);
            }
        }
    }
    if !as_json && !waits {
        // Silence could mean that nothing waits or that nothing was found.
        println!("{}", Message::new("cli.no_job_waits").both());
    }
    Ok(ExitCode::from(u8::from(waits)))
}
