//! Imports brought back from the vault: looked into anew, for what was found is not preserved; their rows taken in again once
//! records are back, and the answers to differences with them.

use super::answers::{ListAnswer, set_answer};
use super::mapping::{self, KeptMapping};
use super::matching;
use super::preservation::{described, fetch};
use super::receive::{insert, look};
use super::take_in::rows_in;
use super::{ImportState, load};
use crate::archive::Restoration;
use crate::error::{Error, Result};
use crate::jobs::{Kind, PRIORITY_UPKEEP};
use crate::vault::ObjectId;

/// Brings imports back, with the mappings that are kept: looked into anew, for what was found is not preserved.
///
/// # Errors
/// A fault that passes; a damaged object is noted.
pub(crate) async fn restore(restoration: &mut Restoration<'_>, ids: &[ObjectId]) -> Result<()> {
    for id in ids {
        let Some(form) = described(restoration, id).await? else {
            continue;
        };
        let archive = restoration.archive;
        let (signature, version) = (form.signature.clone(), form.version);
        let mut import = form.import();
        match fetch(archive, &import).await {
            Ok(file) => import.found = look(archive, file.path()).await?.0,
            Err(error) if error.is_transient() => return Err(error),
            Err(error) => {
                restoration.note(id, &error);
                continue;
            }
        }
        let mut tx = archive.begin_as_machine().await?;
        insert(&mut tx, &import, Some(version)).await?;
        if let (Some(name), Some(mapping), Some(by), Some(at)) = (
            &import.mapping_name,
            &import.mapping,
            &import.mapped_by,
            &import.mapped_at,
        ) {
            let kept = KeptMapping {
                name: name.clone(),
                signature,
                mapping: mapping.clone(),
                made_by: by.clone(),
                made_at: at.clone(),
            };
            mapping::keep(&mut tx, &kept).await?;
        }
        tx.announce("import", &import.id);
        if import.state == ImportState::Confirmed {
            tx.enqueue(Kind::TakeInList, &import.id, PRIORITY_UPKEEP)
                .await?;
        }
        tx.commit().await?;
    }
    Ok(())
}

/// Takes the rows of imports in again, once records are back, and the answers to differences with them.
///
/// # Errors
/// A fault that passes; a file that no longer reads is noted.
pub(crate) async fn restore_rows(
    restoration: &mut Restoration<'_>,
    ids: &[ObjectId],
) -> Result<()> {
    let archive = restoration.archive;
    for id in ids {
        let noted = restoration.damaged.len();
        let form = described(restoration, id).await?;
        restoration.damaged.truncate(noted); // it was noted when its row was restored
        let Some(form) = form.filter(|form| form.state == ImportState::Done) else {
            continue;
        };
        let import = match load(archive, &form.id).await {
            Ok(import) => import,
            Err(Error::NotFound { .. }) => continue,
            Err(error) => return Err(error),
        };
        match rows_in(archive, &import).await {
            Ok(_) => {}
            Err(error) if error.is_transient() => return Err(error),
            Err(error) => restoration.note(id, &error),
        }
        matching::compare_restored(archive, &import.id).await?;
        let mut tx = archive.begin_as_machine().await?;
        for answer in &form.answers {
            let given = ListAnswer {
                verdict: answer.verdict,
                note: answer.note.clone(),
            };
            let (pair, who) = (
                (&*answer.row_id, &*answer.record_id),
                (&*answer.answered_by, &*answer.answered_at),
            );
            set_answer(&mut tx, pair, &given, who).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}
