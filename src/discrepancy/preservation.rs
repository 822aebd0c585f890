//! The answers of a volume or delivery in the vault, an object of its own: each names what did not agree, so that it can be
//! read without the catalogue.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::DiscrepancyVerdict;
use crate::archive::{Archive, Restoration};
use crate::audit::Action;
use crate::catalogue::{Insert, JsonText, json_column};
use crate::clock::parse_stamp;
use crate::error::{Error, Result};
use crate::jobs::Leased;
use crate::vault::{Content, ObjectId, Provenance};

/// Prefix of the object ids of answers.
pub(crate) const PREFIX: &str = "urn:sogoc:discrepancies:";
/// Name of the file inside the object.
const FILE: &str = "answers.json";
/// Name and version of its form.
const FORM: &str = "sogoc-discrepancies/1";

/// What the file [`FILE`] says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct PreservedAnswers {
    form: String,
    /// Id of the volume or batch.
    place_id: String,
    answers: Vec<PreservedAnswer>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, sqlx::FromRow)]
pub(super) struct PreservedAnswer {
    pub discrepancy: String,
    #[sqlx(try_from = "JsonText")]
    pub records: BTreeSet<String>,
    pub verdict: DiscrepancyVerdict,
    pub note: String,
    pub answered_by: String,
    pub answered_at: String,
}

json_column!(BTreeSet<String>);

/// The row of an answer, new or brought back from the vault.
///
/// # Errors
/// Never for what can be written as JSON.
pub(super) fn row(place_id: &str, answer: &PreservedAnswer, is_preserved: bool) -> Result<Insert> {
    Ok(Insert::into("discrepancy_answers")
        .set("place_id", place_id)
        .set("discrepancy", &answer.discrepancy)
        .set("records", serde_json::to_string(&answer.records)?)
        .set("verdict", answer.verdict)
        .set("note", &answer.note)
        .set("answered_by", &answer.answered_by)
        .set("answered_at", &answer.answered_at)
        .set("preserved", i64::from(is_preserved)))
}

/// The verb behind the job `preserve_answers`.
///
/// # Errors
/// A passing fault puts the job back.
pub async fn preserve(archive: &Archive, job: &Leased) -> Result<()> {
    let object = ObjectId::new(format!("{PREFIX}{}", job.subject))?;
    // The head before the rows: whoever writes in between is then not written over with older ones.
    let head = archive.vault.head(&object).await?;
    let answers: Vec<PreservedAnswer> = sqlx::query_as(
        "SELECT discrepancy, records, verdict, note, answered_by, answered_at FROM discrepancy_answers
         WHERE place_id = $1 ORDER BY discrepancy",
    )
    .bind(&job.subject)
    .fetch_all(archive.catalogue.pool())
    .await?;
    let newest = answers.iter().map(|one| one.answered_at.clone()).max();
    let last = answers.iter().max_by_key(|one| &one.answered_at);
    let who = Provenance {
        user_name: last
            .map_or("machine", |one| one.answered_by.as_str())
            .to_owned(),
        user_address: last
            .map(|one| format!("urn:sogoc:person:{}", one.answered_by))
            .unwrap_or_default(),
        message: "Numbers that did not agree answered".into(),
        at: last
            .and_then(|one| parse_stamp(&one.answered_at))
            .unwrap_or_else(|| archive.clock.now()),
    };
    let count = answers.len();
    let form = PreservedAnswers {
        form: FORM.into(),
        place_id: job.subject.clone(),
        answers,
    };
    let content = Content::bytes(FILE, serde_json::to_vec_pretty(&form)?);
    archive
        .vault
        .put_newest(&object, head, content, &who)
        .await?;
    let mut tx = archive.begin_as_machine().await?;
    sqlx::query(
        "UPDATE discrepancy_answers SET preserved = 1 WHERE place_id = $1 AND answered_at <= $2",
    )
    .bind(&job.subject)
    .bind(newest.unwrap_or_default())
    .execute(&mut *tx)
    .await?;
    let details = json!({ "answers": count });
    tx.log(
        Action::AnswersPreserved,
        ("discrepancies", &job.subject),
        details,
    )
    .await?;
    tx.complete_and_commit(job).await
}

/// Brings the answers of a place back; a damaged file is noted.
///
/// # Errors
/// A fault that passes.
pub(crate) async fn restore(restoration: &mut Restoration<'_>, id: &ObjectId) -> Result<()> {
    let Some(bytes) = restoration.newest(id, FILE).await? else {
        return Ok(());
    };
    let sound = |form: &PreservedAnswers| {
        form.form == FORM && format!("{PREFIX}{}", form.place_id) == id.as_str()
    };
    let parsed = serde_json::from_slice(&bytes).ok().filter(sound);
    let parsed = parsed.ok_or(Error::Corrupt { what: FILE.into() });
    let Some(form) = restoration.sound(id, parsed) else {
        return Ok(());
    };
    let mut tx = restoration.archive.begin_as_machine().await?;
    for answer in &form.answers {
        row(&form.place_id, answer, true)?
            .or_ignore("(place_id, discrepancy)")
            .run(&mut tx)
            .await?;
    }
    tx.commit().await
}
