//! What people do with a list: say how it is read, let its rows in, take them out again.

use super::{
    Import, ImportConfirming, ImportState, KeptMapping, ListRow, Mapping, MappingGiven, Undoing,
    load, mapping, seen_rows,
};
use crate::access::{Act, Caller, CallerKind, needs_person, require, require_any, two_people};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{Move, Tx};
use crate::error::{Error, Result};
use crate::jobs::{Kind, PRIORITY_UPKEEP};

/// Longest reason, in characters.
const LONGEST_REASON: usize = 1000;

/// The first rows as this mapping reads them; nothing is stored.
///
/// # Errors
/// `NotFound`, `Forbidden`, `Invalid` mapping.
pub async fn preview(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    mapping: &Mapping,
) -> Result<Vec<ListRow>> {
    // Also for whoever confirms: that is what they look at.
    require(caller, Act::SeeBatches)?;
    require(caller, Act::SeePersonalData)?;
    let import = load(archive, id).await?;
    mapping::check(archive, &import.found, mapping)?;
    seen_rows::of_sample(archive, &import, mapping)
}

/// Says how a list is read, for another person to confirm.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Invalid` mapping, `Refused` for a program, a stale look, or a list that is past that.
pub async fn map(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    given: &MappingGiven,
) -> Result<Import> {
    require(caller, Act::DescribeHoldings)?;
    // Somebody answers for it: the second of two people confirms what the first has looked at.
    if caller.kind != CallerKind::Person {
        return Err(needs_person());
    }
    let import = load(archive, id).await?;
    mapping::check(archive, &import.found, &given.mapping)?;
    let mut tx = archive.begin(caller).await?;
    if let Some(name) = given
        .keep_as
        .as_ref()
        .filter(|name| !name.trim().is_empty())
    {
        let sheet = import
            .found
            .sheets
            .iter()
            .find(|sheet| sheet.name == given.mapping.sheet);
        let kept = KeptMapping {
            name: name.trim().to_owned(),
            signature: sheet
                .map(|sheet| sheet.signature.clone())
                .unwrap_or_default(),
            mapping: given.mapping.clone(),
            made_by: caller.id.clone(),
            made_at: tx.now(),
        };
        mapping::keep(&mut tx, &kept).await?;
    }
    let step = Move::to(ImportState::Mapped)
        .from(&[ImportState::Received, ImportState::Mapped])
        .while_at("version", given.seen)
        .set("mapping", serde_json::to_string(&given.mapping)?)
        .set(
            "mapping_name",
            given.keep_as.clone().filter(|name| !name.trim().is_empty()),
        )
        .set("mapped_by", caller.id.clone())
        .set("mapped_at", tx.now())
        .set("version", given.seen + 1);
    act(&mut tx, step, &import, (Action::ImportMapped, given.seen)).await?;
    tx.commit().await?;
    load(archive, id).await
}

/// Lets the rows of a list in: by another person than those who brought and mapped it, bound to what they saw.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Refused` for a program, for one of the first two, for what changed since, and for a file whose rows
/// are in already.
pub async fn confirm(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    given: &ImportConfirming,
) -> Result<Import> {
    require(caller, Act::ApproveRecords)?;
    let import = load(archive, id).await?;
    let first = [
        import.mapped_by.as_deref().unwrap_or_default(),
        import.received_by.as_str(),
    ];
    for one in first {
        two_people(one, caller, "errors.two_people.import.same_person")?;
    }
    if import.digest != given.digest {
        return Err(Error::refuse("errors.stale"));
    }
    let mut tx = archive.begin(caller).await?;
    let same = sqlx::query(
        "SELECT 1 FROM imports WHERE sha256 = $1 AND id <> $2 AND state IN ('confirmed', 'done')",
    )
    .bind(&import.sha256)
    .bind(id)
    .fetch_optional(&mut *tx)
    .await?;
    if same.is_some() {
        return Err(Error::refuse("errors.list_is_in"));
    }
    let step = Move::to(ImportState::Confirmed)
        .while_at("version", given.seen)
        .set("confirmed_by", caller.id.clone())
        .set("confirmed_at", tx.now())
        .set("version", given.seen + 1);
    act(
        &mut tx,
        step,
        &import,
        (Action::ImportConfirmed, given.seen),
    )
    .await?;
    tx.enqueue(Kind::TakeInList, id, PRIORITY_UPKEEP).await?;
    tx.commit().await?;
    load(archive, id).await
}

/// Takes a list out: its rows go, its file and what was decided stay in the vault.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Invalid` reason, `Refused` for a program, a stale look or one that is out already.
pub async fn undo(archive: &Archive, caller: &Caller, id: &str, given: &Undoing) -> Result<Import> {
    require_any(caller, &[Act::DescribeHoldings, Act::ApproveRecords])?;
    if caller.kind != CallerKind::Person {
        return Err(needs_person());
    }
    crate::holding::check_text("/reason", &given.reason, LONGEST_REASON)?;
    let import = load(archive, id).await?;
    if matches!(import.state, ImportState::Confirmed | ImportState::Done) {
        require(caller, Act::ApproveRecords)?;
    }
    let mut tx = archive.begin(caller).await?;
    let step = Move::to(ImportState::Undone)
        .while_at("version", given.seen)
        .set("undone_by", caller.id.clone())
        .set("undone_at", tx.now())
        .set("reason", given.reason.trim().to_owned())
        .set("version", given.seen + 1);
    act(&mut tx, step, &import, (Action::ImportUndone, given.seen)).await?;
    remove_rows(&mut tx, id).await?;
    tx.commit().await?;
    load(archive, id).await
}

async fn remove_rows(tx: &mut Tx, id: &str) -> Result<()> {
    tx.delete("list_matches", "import_id", id).await?;
    tx.delete("list_rows", "import_id", id).await?;
    tx.announce("import", id);
    Ok(())
}

/// One step of an import: made, logged, and due in the vault.
async fn act(
    tx: &mut Tx,
    step: Move<ImportState>,
    import: &Import,
    (action, seen): (Action, i64),
) -> Result<()> {
    if !step.run(tx, &import.id).await? {
        return Err(Error::refuse("errors.stale"));
    }
    let details = serde_json::json!({ "sha256": import.sha256, "version": seen + 1, "rows": import.taken_rows });
    tx.log(action, ("import", &import.id), details).await?;
    tx.enqueue(Kind::PreserveImport, &import.id, PRIORITY_UPKEEP)
        .await
}
