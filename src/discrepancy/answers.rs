//! What a person found on the paper about numbers that do not agree.

use std::collections::BTreeSet;

use serde_json::json;
use utoipa::ToSchema;

use super::found::reconcile;
use super::preservation::{self, PreservedAnswer};
use super::{DiscrepancyKind, DiscrepancyVerdict, rows};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::Tx;
use crate::error::{Error, Result};
use crate::holding::check_text;
use crate::jobs::{Kind, PRIORITY_UPKEEP};

/// Longest note, in characters.
const LONGEST_NOTE: usize = 1000;

/// An answer to something that does not agree.
#[derive(Debug, Clone, PartialEq, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerGiven {
    /// Key of the discrepancy in it.
    pub key: String,
    /// Ids of its records as they were seen.
    pub records: BTreeSet<String>,
    /// What was found on the paper.
    pub verdict: DiscrepancyVerdict,
    /// In the person's words.
    #[serde(default)]
    pub note: String,
}

/// An answer about to be kept.
pub(super) struct Kept<'a> {
    pub place_id: &'a str,
    pub discrepancy: &'a str,
    pub records: &'a BTreeSet<String>,
    pub verdict: DiscrepancyVerdict,
    pub note: &'a str,
}

pub(super) fn check_note(pointer: &str, note: &str) -> Result<()> {
    check_text(pointer, note, LONGEST_NOTE)
}

/// Keeps what a person found; an earlier answer to the same stays in the vault's earlier version.
///
/// # Errors
/// `Forbidden`, `NotFound` place; `Invalid` note; `Refused` with code `discrepancy_gone` where it no longer stands as it was
/// seen, `answered_at_list` where it is answered at the list.
pub async fn answer(
    archive: &Archive,
    caller: &Caller,
    place_id: &str,
    given: &AnswerGiven,
) -> Result<()> {
    require(caller, Act::ResolveFlags)?;
    require(caller, Act::SeePersonalData)?;
    if !given.note.trim().is_empty() {
        check_note("/note", &given.note)?;
    }
    let place = rows::load(archive, place_id).await?;
    let with_handed_out = given.key.starts_with(DiscrepancyKind::NoDiploma.as_str());
    let reconciled = reconcile(archive, &place, with_handed_out).await?;
    let mut found = reconciled.found.iter().map(|(one, _)| one);
    let stands = found.find(|one| one.key == given.key && seen(&one.records, &given.records));
    let Some(stands) = stands else {
        return Err(Error::refuse("errors.discrepancy_gone"));
    };
    if stands.kind == DiscrepancyKind::ListDiffers {
        return Err(Error::refuse("errors.answered_at_list"));
    }
    let mut tx = archive.begin(caller).await?;
    let kept = Kept {
        place_id: &place.id,
        discrepancy: &stands.key,
        records: &given.records,
        verdict: given.verdict,
        note: &given.note,
    };
    keep(&mut tx, &kept).await?;
    // Of a number only its kind: a diploma's number is personal data.
    let details =
        json!({ "kind": stands.kind, "verdict": given.verdict, "records": given.records });
    let subject = (place.kind.as_str(), place.id.as_str());
    tx.log(Action::DiscrepancyAnswered, subject, details)
        .await?;
    tx.commit().await
}

fn seen(records: &[String], given: &BTreeSet<String>) -> bool {
    records.iter().collect::<BTreeSet<_>>() == given.iter().collect()
}

/// Writes an answer and asks for it to be brought to the vault.
///
/// # Errors
/// As any statement.
pub(super) async fn keep(tx: &mut Tx, kept: &Kept<'_>) -> Result<()> {
    let answer = PreservedAnswer {
        discrepancy: kept.discrepancy.to_owned(),
        records: kept.records.clone(),
        verdict: kept.verdict,
        note: kept.note.trim().to_owned(),
        answered_by: tx.actor().to_owned(),
        answered_at: tx.now(),
    };
    preservation::row(kept.place_id, &answer, false)?
        .or_replace("(place_id, discrepancy)")
        .run(tx)
        .await?;
    tx.enqueue(Kind::PreserveAnswers, kept.place_id, PRIORITY_UPKEEP)
        .await
}
