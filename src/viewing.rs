//! Seeing is an act: who looked at what, in the log, found again by record and counted by person. The log holds opaque
//! ids and a keyed digest of what was asked; the words stand in a table of their own, for auditors, until their term ends.

mod ceiling;
mod question;
mod reason;
mod report;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub use ceiling::{VIEWS_A_DAY, set_ceiling};
pub use reason::{give_reason, require_reason};
pub use report::{ViewRow, by_actor, of_records, text_of};

use crate::access::{Caller, CallerKind};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{Insert, Tx};
use crate::clock::{day_in_vietnam, stamp};
use crate::error::{Error, Result};

/// Looking again at the same within this time is the same act: a page draws its picture in many parts.
const ONE_ACT: std::time::Duration = std::time::Duration::from_secs(300);
/// Records of a list that count as much as one that was opened.
const RECORDS_OF_ONE: usize = 20;
/// Most records named of one act; a page of a register has some thirty.
const MOST_NAMED: usize = 500;

/// One act of seeing.
pub struct View<'a> {
    /// Its word in the log.
    pub action: Action,
    /// What was opened: kind and opaque id.
    pub subject: (&'static str, &'a str),
    /// Ids of the records it showed.
    pub records: Vec<String>,
    /// What was asked, in words.
    pub question: Option<String>,
    /// More for the log; no personal data.
    pub details: Value,
    /// Which part of the subject.
    part: String,
    /// Ids of records that it may have shown a part of; they do not weigh.
    beside: Vec<String>,
}

impl<'a> View<'a> {
    /// Something opened that shows these records.
    pub fn of(action: Action, subject: (&'static str, &'a str), records: Vec<String>) -> Self {
        Self {
            action,
            subject,
            records,
            question: None,
            details: json!({}),
            part: String::new(),
            beside: Vec::new(),
        }
    }

    /// One record opened with its values in the clear.
    pub fn of_record(id: &'a str) -> Self {
        Self::of(Action::RecordOpened, ("record", id), vec![id.to_owned()])
    }

    /// With what else the log says of it.
    pub fn saying(self, details: Value) -> Self {
        Self { details, ..self }
    }

    /// With records that it may have shown a part of.
    pub fn beside(self, beside: Vec<String>) -> Self {
        Self { beside, ..self }
    }

    /// Of a part of the subject: two parts are two acts.
    pub fn about(self, part: &str) -> Self {
        Self {
            part: part.to_owned(),
            ..self
        }
    }

    /// In answer to a question.
    pub fn asked(self, question: String) -> Self {
        Self {
            question: Some(question),
            ..self
        }
    }

    /// One act is one; of a list every twenty records count as one more.
    fn weight(&self) -> i64 {
        i64::try_from(1 + self.records.len().saturating_sub(1) / RECORDS_OF_ONE).unwrap_or(i64::MAX)
    }

    /// Names the act, so that it is known again.
    fn once(&self, question: Option<&str>) -> String {
        let (kind, id) = self.subject;
        let parts = [self.action.as_str(), kind, id, &self.part];
        let mut digest = Sha256::new();
        for part in parts
            .into_iter()
            .chain(question)
            .chain(self.records.iter().map(String::as_str))
        {
            digest.update(part.as_bytes());
            // A zero byte between the parts, or two acts with other parts could run together into
            // one.
            digest.update([0]);
        }
        hex::encode(digest.finalize())
    }

    fn entry(&self, question: Option<&str>) -> Value {
        let mut entry = self.details.clone();
        let named: Vec<&String> = self.records.iter().take(MOST_NAMED).collect();
        // A record opened by itself is the subject already.
        let alone = self.records.len() == 1 && self.records[0] == self.subject.1;
        if let Value::Object(entry) = &mut entry {
            if !alone && !named.is_empty() {
                entry.insert("records".into(), json!(named));
            }
            if let Some(question) = question {
                entry.insert("question".into(), json!(question));
            }
        }
        entry
    }
}

/// Enters a view in the log before anything is shown; nothing is shown where that fails.
///
/// # Errors
/// `Refused` with code `view_ceiling` when the caller has seen as much today as an administrator allows.
pub async fn note(archive: &Archive, caller: &Caller, view: View<'_>) -> Result<()> {
    // Whoever is not signed in sees only what their own code opens, and that is an act of its own.
    if caller.kind == CallerKind::Public {
        return Ok(());
    }
    let question = match &view.question {
        Some(text) => Some(question::digest(archive, text).await?),
        None => None,
    };
    let once = view.once(question.as_deref());
    // A reload or a second look within minutes is the same act: counting it again would punish
    // careful readers and swell the log.
    if is_same_act(archive, caller, &once).await? {
        return Ok(());
    }
    // Counted and entered in one transaction, so that two views at once cannot both take the last
    // of the day.
    let mut tx = archive.begin(caller).await?;
    if !ceiling::leaves_room(&mut tx, caller, view.weight()).await? {
        // Given up before the refusal is written, because the refusal is an entry that must stay.
        drop(tx);
        return refuse(archive, caller).await;
    }
    let entry = tx
        .log_entry(view.action, view.subject, view.entry(question.as_deref()))
        .await?;
    insert(&mut tx, &entry, &view, question.as_deref(), &once).await?;
    if let Some(text) = &view.question {
        question::keep(&mut tx, &entry, "question", text).await?;
    }
    tx.commit().await
}

async fn is_same_act(archive: &Archive, caller: &Caller, once: &str) -> Result<bool> {
    let since = stamp(archive.clock.now() - ONE_ACT);
    let found: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM views WHERE actor = $1 AND once = $2 AND at > $3")
            .bind(&caller.id)
            .bind(once)
            .bind(since)
            .fetch_one(archive.catalogue.pool())
            .await?;
    Ok(found > 0)
}

async fn insert(
    tx: &mut Tx,
    entry: &str,
    view: &View<'_>,
    question: Option<&str>,
    once: &str,
) -> Result<()> {
    Insert::into("views")
        .set("entry_id", entry)
        .set("at", tx.now())
        .set("day", day_in_vietnam(tx.clock().now()))
        .set("actor", tx.actor().to_owned())
        .set("action", view.action.as_str())
        .set("weight", view.weight())
        .set("question", question)
        .set("once", once)
        .run(tx)
        .await?;
    let named = view.records.iter().chain(&view.beside);
    for record in named.take(MOST_NAMED) {
        Insert::into("viewed_records")
            .set("entry_id", entry)
            .set("record_id", record)
            .or_ignore("(record_id, entry_id)")
            .run(tx)
            .await?;
    }
    Ok(())
}

/// Says so in the log, once in a while, and refuses.
async fn refuse(archive: &Archive, caller: &Caller) -> Result<()> {
    let view = View::of(Action::ViewRefused, ("caller", &caller.id), Vec::new());
    let once = view.once(None);
    // Refusals are entered once in a while only: a program that asks a thousand times must not fill
    // the log.
    if !is_same_act(archive, caller, &once).await? {
        let mut tx = archive.begin(caller).await?;
        let entry = tx.log_entry(view.action, view.subject, json!({})).await?;
        insert(&mut tx, &entry, &view, None, &once).await?;
        tx.commit().await?;
    }
    Err(Error::refuse("errors.view_ceiling"))
}

/// A paper shown as a picture or in words: the records that stand on it, by what it is.
#[derive(Debug, Clone, Copy)]
pub enum Paper<'a> {
    /// The page of that id.
    Page(&'a str),
    /// Every page of a scan.
    Scan(&'a str),
    /// The pages of a document.
    Document(&'a str),
}

impl<'a> Paper<'a> {
    fn subject(self) -> (&'static str, &'a str) {
        match self {
            Self::Page(id) => ("page", id),
            Self::Scan(id) => ("scan", id),
            Self::Document(id) => ("document", id),
        }
    }

    /// Id, class and state of each record on it.
    async fn records(self, archive: &Archive) -> Result<Vec<(String, String, String)>> {
        let of = match self {
            Self::Page(_) => "page_id = $1",
            Self::Scan(_) => "scan_id = $1",
            Self::Document(_) => {
                "page_id IN (SELECT page_id FROM document_pages WHERE document_id = $1)"
            }
        };
        let statement = format!(
            // Rejected rows are no records, and naming them would count against the reader.
            "SELECT id, class, state FROM records WHERE {of} AND state <> 'rejected'
             ORDER BY id LIMIT {MOST_NAMED}"
        );
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(statement))
            .bind(self.subject().1)
            .fetch_all(archive.catalogue.pool())
            .await?)
    }
}

/// Records that stand on these pages.
///
/// # Errors
/// As any statement.
pub async fn records_on(archive: &Archive, pages: &[String]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for page in pages {
        let records = Paper::Page(page).records(archive).await?;
        found.extend(records.into_iter().map(|(id, ..)| id));
        if found.len() >= MOST_NAMED {
            break;
        }
    }
    Ok(found)
}

/// As [`note`], of a paper. Where a published record on it is of a class that asks for a reason, one must be given.
///
/// # Errors
/// As [`note`] and [`require_reason`].
pub async fn note_paper(
    archive: &Archive,
    caller: &Caller,
    action: Action,
    paper: Paper<'_>,
    details: Value,
) -> Result<()> {
    let records = paper.records(archive).await?;
    // A record that is not published is work under way, for which the role is reason enough.
    for (id, class, _) in records.iter().filter(|(.., state)| state == "approved") {
        require_reason(archive, caller, archive.classes.get(class), id).await?;
    }
    let ids = records.into_iter().map(|(id, ..)| id).collect();
    let view = View::of(action, paper.subject(), ids).saying(details);
    note(archive, caller, view).await
}
