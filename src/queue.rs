//! What people do about stuck work: try it again, hold it back, give it up; one job, many or all.

use serde_json::json;

use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::Tx;
use crate::error::{Error, Fault, Result};
pub use crate::jobs::JobAction;
use crate::jobs::{self, JobFilter, Kind, Stuck};
use crate::messages::Message;
use crate::{certified_copy, page};

/// Most rows of one page of the list.
pub const MOST_ROWS: usize = 500;

/// Which jobs: of this id, of this kind, that met this; each part that is given narrows it. None: all.
#[derive(Debug, Clone, Default, serde::Deserialize, utoipa::ToSchema, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct Chosen {
    /// Id of one job.
    pub id: Option<String>,
    /// Word of a kind, such as `read_page`.
    pub kind: Option<String>,
    /// Stable word of what they met last, such as `corrupt`.
    pub code: Option<String>,
}

impl Chosen {
    fn filter(&self) -> Result<JobFilter> {
        let unknown = |word: &String| {
            let message = Message::new("faults.unknown_job_kind").with("kind", word);
            // An empty field of the page's form means "any", as a missing one does in the API.
            Error::Invalid(vec![Fault::new("/kind", message)])
        };
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let kind = given(&self.kind);
        let kind = kind.map(|word| word.parse::<Kind>().map_err(|_| unknown(&word)));
        Ok(JobFilter {
            id: given(&self.id),
            kind: kind.transpose()?,
            code: given(&self.code),
        })
    }
}

/// What is stuck or put off; `after` is the id of the last of the page before.
///
/// # Errors
/// `Forbidden`, `Invalid` kind.
pub async fn stuck(
    archive: &Archive,
    caller: &Caller,
    chosen: &Chosen,
    after: Option<&str>,
) -> Result<Vec<Stuck>> {
    require(caller, Act::SeeQueue)?;
    let most = i64::try_from(MOST_ROWS).unwrap_or(i64::MAX);
    jobs::stuck(&archive.catalogue, &chosen.filter()?, after, most).await
}

/// How many are stuck or put off, whatever the page.
///
/// # Errors
/// `Forbidden`, `Invalid` kind.
pub async fn count(archive: &Archive, caller: &Caller, chosen: &Chosen) -> Result<i64> {
    require(caller, Act::SeeQueue)?;
    jobs::count_stuck(&archive.catalogue, &chosen.filter()?).await
}

/// Does it, and says to how many.
///
/// # Errors
/// `NotFound` where one job was named and it does not stand still; `Forbidden`, `Invalid` kind.
pub async fn steer(
    archive: &Archive,
    caller: &Caller,
    chosen: &Chosen,
    action: JobAction,
) -> Result<usize> {
    require(caller, Act::SteerQueue)?;
    let filter = chosen.filter()?;
    let logged = match action {
        JobAction::Retry => Action::JobsRetried,
        JobAction::Hold => Action::JobsHeld,
        JobAction::GiveUp => Action::JobsGivenUp,
    };
    let mut tx = archive.begin(caller).await?;
    let moved = jobs::intervene(&mut tx, &filter, action).await?;
    // Named and not found is the person's mistake; "all of a kind" that are none is an answer.
    if moved.is_empty() && filter.id.is_some() {
        return Err(Error::NotFound { what: "job" });
    }
    let again = match (action, &filter.code) {
        // A page whose reading failed has no job any more, so retrying the queue alone would not
        // reach it.
        (JobAction::Retry, Some(code)) if of_pages(&filter) => {
            page::take_up_again(&mut tx, code).await?
        }
        _ => 0,
    };
    for (id, kind, subject) in &moved {
        if action == JobAction::GiveUp {
            // What the job was for must not hang half-done: the page or the line gets its end in
            // the same transaction.
            end_undone(archive, &mut tx, kind, subject).await?;
        }
        let details = json!({ "kind": kind, "subject": subject });
        tx.log(logged, ("job", id), details).await?;
    }
    tx.commit().await?;
    Ok(moved.len() + again)
}

/// True where pages that failed are meant too: those by the word of what their reading met.
fn of_pages(filter: &JobFilter) -> bool {
    filter.id.is_none() && filter.kind.is_none_or(|kind| kind == Kind::ReadPage)
}

/// What a person who gives a job up means for the thing itself. Records, requests and maps that were to be brought to
/// the vault stay due: `sogoc reconcile --fix` asks for them again.
async fn end_undone(archive: &Archive, tx: &mut Tx, kind: &str, subject: &str) -> Result<()> {
    match kind.parse() {
        Ok(Kind::ReadPage) => page::give_up(tx, subject).await,
        Ok(Kind::IssueCopy) => certified_copy::give_up_line(archive, tx, subject).await,
        _ => Ok(()),
    }
}
