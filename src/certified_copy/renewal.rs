//! Seals of level B-LTA are kept provable: before the certificate behind the newest time stamp runs out, a fresh one
//! goes over the whole file. The renewed file is a further version of the copy's object; the earlier ones stay, and
//! each is known as ours. At lower levels there is nothing to renew.

mod report;

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::proof::Proof;
use super::{COPY_FILE, CopyRow, object_id, preservation, register};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{Tx, changed_one};
use crate::clock::stamp;
use crate::error::{Error, Result};
use crate::jobs::{self, End, Kind, Leased, PRIORITY_UPKEEP};
use crate::seal::Verdict;
use crate::vault::{Content, Inventory, ObjectId, Provenance};

pub use report::{Ending, LevelProof, Proofs, proofs, seals_due};

/// Renewals asked for in one sweep; the next one asks for more.
const AT_ONCE: i64 = 500;
/// Between two looks at what another process works on.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// What waits for a renewal: issued, at the level that is renewed, its proof ending before `$1`.
const DUE: &str = "state = 'issued' AND seal_level = 'B-LTA' AND provable_until <= $1";

/// Proofs that end before this instant are renewed.
fn edge(archive: &Archive) -> Timestamp {
    let days = i64::from(archive.config.seal.renew_before_days);
    archive.clock.now() + SignedDuration::from_hours(days * 24)
}

/// Looks at copies never looked at, and asks for the renewals that are due, the most pressing first.
///
/// # Errors
/// A passing fault of catalogue, vault or time authority.
pub(super) async fn ask_for_renewals(archive: &Archive) -> Result<()> {
    // Copies restored from the vault bring no level along; without this look they would never be
    // due.
    look_at_all(archive).await?;
    let due = due(archive).await?;
    if due.is_empty() {
        return Ok(());
    }
    // A time authority that still uses the certificate that runs out cannot help.
    // Asked once for all of them, with a stamp that is thrown away.
    let reach = stamp(archive.seal.stamps_reach().await?);
    // Only those that a new stamp carries further; the others would get a useless layer at each
    // sweep.
    let (helped, left): (Vec<_>, Vec<_>) = due.into_iter().partition(|(_, until)| *until < reach);
    if !left.is_empty() {
        tracing::warn!(
            copies = left.len(),
            reach,
            "the time authority stamps no longer than these copies are provable already"
        );
    }
    let mut tx = archive.begin_as_machine().await?;
    for (id, _) in helped {
        tx.enqueue(Kind::RenewSeal, &id, PRIORITY_UPKEEP).await?;
    }
    tx.commit().await
}

/// Due, and neither under way nor failed: those wait for a person.
async fn due(archive: &Archive) -> Result<Vec<(String, String)>> {
    let statement = format!(
        // A job that failed waits for a person, who would otherwise be shown a new one every ten
        // minutes.
        "SELECT id, provable_until FROM copies c WHERE {DUE} AND NOT EXISTS (SELECT 1 FROM jobs j
            WHERE j.kind = $2 AND j.subject = c.id AND j.state <> 'done')
         ORDER BY provable_until, id LIMIT $3"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(statement))
        .bind(stamp(edge(archive)))
        .bind(Kind::RenewSeal)
        .bind(AT_ONCE)
        .fetch_all(archive.catalogue.pool())
        .await?)
}

/// Reads the level out of the files of copies issued or restored without it.
async fn look_at_all(archive: &Archive) -> Result<()> {
    let ids: Vec<String> = sqlx::query_scalar(
        "SELECT id FROM copies WHERE state = 'issued' AND seal_level IS NULL ORDER BY id",
    )
    .fetch_all(archive.catalogue.pool())
    .await?;
    for id in ids {
        match register::sealed_bytes(archive, &id).await {
            Ok(bytes) => {
                let mut tx = archive.begin_as_machine().await?;
                proof_of(archive, &bytes).store(&mut tx, &id).await?;
                tx.commit().await?;
            }
            Err(error) if error.is_transient() => return Err(error),
            // Damage is the scrub's to report; the others are not to wait for it.
            Err(error) => tracing::error!(copy = id, code = error.code(), "not looked at"),
        }
    }
    Ok(())
}

fn proof_of(archive: &Archive, bytes: &[u8]) -> Proof {
    Proof::from(&verdict_of(archive, bytes))
}

fn verdict_of(archive: &Archive, bytes: &[u8]) -> Verdict {
    crate::seal::verify(bytes, &archive.seal.trust(), archive.clock.now())
}

/// The verb behind the job `renew_seal`.
///
/// # Errors
/// A passing fault puts the job back.
pub(crate) async fn renew(archive: &Archive, job: &Leased) -> Result<()> {
    renew_copy(archive, &job.subject, job).await
}

/// Renews what is due at once, for the command line; how many were. What another process works on is waited for, and
/// taken over when that one stops answering: nothing is due any more when this returns.
///
/// # Errors
/// Those of the first that could not be renewed; those before it are.
pub async fn renew_due(archive: &Archive, caller: &Caller) -> Result<u64> {
    require(caller, Act::Administer)?;
    look_at_all(archive).await?;
    let mut done = BTreeSet::new();
    loop {
        let mut in_other_hands = false;
        // Again until nothing is in other hands: the command promises that what is due has been
        // renewed.
        for id in all_due(archive).await? {
            if done.contains(&id) {
                continue;
            }
            match renew_now(archive, caller, &id).await? {
                true => _ = done.insert(id),
                false => in_other_hands = true,
            }
        }
        if !in_other_hands {
            return Ok(done.len() as u64);
        }
        // The other process holds a lease, so this ends when it finishes or stops answering.
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

async fn all_due(archive: &Archive) -> Result<Vec<String>> {
    let statement = format!("SELECT id FROM copies WHERE {DUE} ORDER BY provable_until, id");
    Ok(sqlx::query_scalar(sqlx::AssertSqlSafe(statement))
        .bind(stamp(edge(archive)))
        .fetch_all(archive.catalogue.pool())
        .await?)
}

/// Renews a copy's seal as the holder of its job; false where the queue is just at it.
async fn renew_now(archive: &Archive, caller: &Caller, id: &str) -> Result<bool> {
    let mut tx = archive.begin(caller).await?;
    let holder = archive.clock.new_id();
    let job = tx.enqueue_held(Kind::RenewSeal, id, PRIORITY_UPKEEP, &holder);
    let job = job.await?;
    tx.commit().await?;
    let Some(job) = job else { return Ok(false) };
    let (catalogue, clock) = (&archive.catalogue, &*archive.clock);
    match jobs::while_held(catalogue, clock, &job, renew(archive, &job)).await {
        Some(Ok(())) => Ok(true),
        Some(Err(error)) => {
            jobs::give_back(catalogue, clock, &job, End::of(&error), error.code()).await?;
            Err(error)
        }
        None => Ok(false),
    }
}

/// Puts a fresh time stamp over the copy's file, unless an attempt before a crash did, and records the outcome.
async fn renew_copy(archive: &Archive, id: &str, job: &Leased) -> Result<()> {
    let object = ObjectId::new(object_id(id))?;
    let inventory = archive.vault.inventory(&object).await?;
    let copy = register::row(archive, id).await?; // read after the inventory: a change since then is a conflict
    let mut file = register::sealed_bytes(archive, id).await?;
    follows_the_recorded(archive, &object, &inventory, &copy, &file).await?;
    let found = proof_of(archive, &file);
    // A try before a crash may have renewed the file already; then only the row is brought up to
    // date.
    if found.due(edge(archive)) {
        file = archive.seal.restamp(&file, archive.clock.now()).await?;
        // The authority may have changed back to an older certificate since it was asked.
        if proof_of(archive, &file).until <= found.until {
            return Err(no_longer());
        }
        preserve(archive, &object, inventory.head(), &file).await?;
    }
    let (sha256, proof) = (super::digest_of(&file), proof_of(archive, &file));
    let mut tx = archive.begin_as_machine().await?;
    // Also where an earlier try died between vault and catalogue: the vault's newest file is the one that
    // counts.
    if copy.sha256.as_deref() != Some(&sha256) {
        record_file(&mut tx, &copy, &sha256, proof).await?;
    }
    proof.store(&mut tx, id).await?;
    tx.complete_and_commit(job).await
}

/// Refuses a file in the vault that is not the recorded one or what a renewal made of it.
async fn follows_the_recorded(
    archive: &Archive,
    object: &ObjectId,
    inventory: &Inventory,
    copy: &CopyRow,
    file: &[u8],
) -> Result<()> {
    let foreign = || Error::Corrupt {
        what: format!("copy {}: its file is not the one recorded", copy.id),
    };
    let recorded = copy.sha256.clone().ok_or_else(foreign)?;
    let holds = |version: &u32| {
        let state = inventory.state(*version);
        let digest = state.and_then(|state| state.get(COPY_FILE).copied());
        digest.is_some_and(|digest| digest.to_string() == recorded)
    };
    let version = (1..=inventory.head()).find(holds).ok_or_else(foreign)?;
    let earlier = archive.vault.read(object, COPY_FILE, Some(version)).await?;
    let earlier = earlier.into_bytes().await?;
    // A renewal only appends; a file that begins otherwise is not ours, however well it is sealed.
    let good = file.starts_with(&earlier) && verdict_of(archive, file).holds();
    if good { Ok(()) } else { Err(foreign()) }
}

async fn preserve(archive: &Archive, object: &ObjectId, head: u32, file: &[u8]) -> Result<()> {
    let renewed = Content::bytes(COPY_FILE, file.to_vec());
    let who = Provenance {
        user_name: "machine".into(),
        user_address: String::new(),
        message: "Renewed time stamp".into(),
        at: archive.clock.now(),
    };
    Ok(archive
        .vault
        .put_newest(object, Some(head), renewed, &who)
        .await?)
}

/// Records the renewed file in place of the one before, which stays known as ours.
async fn record_file(tx: &mut Tx, copy: &CopyRow, sha256: &str, proof: Proof) -> Result<()> {
    // Compared with the digest that was read: a renewal by another holder is not written over.
    let moved = sqlx::query("UPDATE copies SET sha256 = $1 WHERE id = $2 AND sha256 = $3")
        .bind(sha256)
        .bind(&copy.id)
        .bind(&copy.sha256);
    if !changed_one(tx, moved).await? {
        return Ok(()); // another holder was faster
    }
    register::remember_earlier(tx, &copy.id, copy.sha256.as_ref()).await?;
    preservation::enqueue(tx, &copy.id).await?;
    let details = json!({ "sha256": sha256, "until": proof.until.map(stamp) });
    tx.log(Action::CopySealRenewed, ("copy", &copy.id), details)
        .await
}

fn no_longer() -> Error {
    Error::block("errors.stamp_no_longer")
}
