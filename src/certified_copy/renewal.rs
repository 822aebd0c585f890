//! Seals of level B-LTA are kept provable: before the certificate behind the newest time stamp runs out, a fresh one
//! goes over the whole file. The renewed file is a further version of the copy's object; the earlier ones stay, and
//! each is known as ours. At lower levels there is nothing to renew.

mod report;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use sqlx::Row;

use super::{COPY_FILE, CopyRow, book, kept_line, object_id};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Deed;
use crate::catalogue::Tx;
use crate::clock::stamp;
use crate::error::{Error, Result};
use crate::jobs::{self, Kind, Leased, PRIORITY_UPKEEP};
use crate::seal::{Level, Verdict};
use crate::vault::{Content, Inventory, ObjectId, Provenance};

pub use report::{Ending, LevelProof, Proofs, proofs, seals_due};

/// Renewals asked for in one sweep; the next one asks for more.
const AT_ONCE: i64 = 500;
/// What waits for a renewal: issued, at the level that is renewed, its proof ending before `$1`.
const DUE: &str = "state = 'issued' AND seal_level = 'B-LTA' AND provable_until <= $1";

/// Proofs that end before this instant are renewed.
fn edge(archive: &Archive) -> Timestamp {
    let days = i64::from(archive.config.seal.renew_before_days);
    archive.clock.now() + SignedDuration::from_hours(days * 24)
}

/// What the sealed file itself says of its proof; kept beside the line so that what is due can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Proof {
    level: Option<Level>,
    until: Option<Timestamp>,
}

impl From<&Verdict> for Proof {
    fn from(verdict: &Verdict) -> Self {
        Self {
            level: verdict.level,
            until: verdict.provable_until,
        }
    }
}

impl Proof {
    /// Writes it to the line of the copy.
    pub(super) async fn book(self, tx: &mut Tx, copy_id: &str) -> Result<()> {
        sqlx::query("UPDATE copies SET seal_level = $1, provable_until = $2 WHERE id = $3")
            .bind(self.level.map(Level::code))
            .bind(self.until.map(stamp))
            .bind(copy_id)
            .execute(&mut **tx)
            .await?;
        Ok(())
    }

    fn due(self, edge: Timestamp) -> bool {
        self.level == Some(Level::BLTA) && self.until.is_some_and(|until| until <= edge)
    }
}

/// Looks at copies never looked at, and asks for the renewals that are due, the most pressing first.
///
/// # Errors
/// A passing fault of catalogue, vault or time authority.
pub(super) async fn ask_for_renewals(archive: &Archive) -> Result<()> {
    look_at_all(archive).await?;
    let due = due(archive).await?;
    if due.is_empty() {
        return Ok(());
    }
    // A time authority that still uses the certificate that runs out cannot help.
    let reach = stamp(archive.seal.stamps_reach().await?);
    let (helped, left): (Vec<_>, Vec<_>) = due.into_iter().partition(|(_, until)| *until < reach);
    if !left.is_empty() {
        tracing::warn!(
            copies = left.len(),
            reach,
            "the time authority stamps no longer than these copies are provable already"
        );
    }
    let mut tx = archive.catalogue.begin().await?;
    for (id, _) in helped {
        jobs::enqueue(
            &mut tx,
            &*archive.clock,
            Kind::RenewSeal,
            &id,
            PRIORITY_UPKEEP,
        )
        .await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Due, and neither under way nor failed: those wait for a person.
async fn due(archive: &Archive) -> Result<Vec<(String, String)>> {
    let statement = format!(
        "SELECT id, provable_until FROM copies c WHERE {DUE} AND NOT EXISTS (SELECT 1 FROM jobs j
            WHERE j.kind = $2 AND j.subject = c.id AND j.state <> 'done')
         ORDER BY provable_until, id LIMIT $3"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(stamp(edge(archive)))
        .bind(Kind::RenewSeal.word())
        .bind(AT_ONCE)
        .fetch_all(archive.catalogue.pool())
        .await?;
    rows.iter()
        .map(|row| Ok((row.try_get("id")?, row.try_get("provable_until")?)))
        .collect()
}

/// Reads the level out of the files of copies issued or restored without it.
async fn look_at_all(archive: &Archive) -> Result<()> {
    let ids: Vec<String> = sqlx::query_scalar(
        "SELECT id FROM copies WHERE state = 'issued' AND seal_level IS NULL ORDER BY id",
    )
    .fetch_all(archive.catalogue.pool())
    .await?;
    for id in ids {
        match super::sealed_bytes(archive, &id).await {
            Ok(bytes) => {
                let mut tx = archive.catalogue.begin().await?;
                proof_of(archive, &bytes).book(&mut tx, &id).await?;
                tx.commit().await?;
            }
            Err(error) if error.passing() => return Err(error),
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
    renew_copy(archive, &job.subject, Some(job)).await
}

/// Renews what is due at once, for the command line; how many were.
///
/// # Errors
/// Those of the first that could not be renewed; those before it are.
pub async fn renew_due(archive: &Archive, caller: &Caller) -> Result<u64> {
    require(caller, Act::Administer)?;
    look_at_all(archive).await?;
    let statement = format!("SELECT id FROM copies WHERE {DUE} ORDER BY provable_until, id");
    let ids: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(statement))
        .bind(stamp(edge(archive)))
        .fetch_all(archive.catalogue.pool())
        .await?;
    let mut done = 0;
    for id in ids {
        renew_copy(archive, &id, None).await?;
        done += 1;
    }
    Ok(done)
}

/// Puts a fresh time stamp over the copy's file, unless an attempt before a crash did, and books the outcome.
async fn renew_copy(archive: &Archive, id: &str, job: Option<&Leased>) -> Result<()> {
    let object = ObjectId::new(object_id(id))?;
    let inventory = archive.vault.inventory(&object).await?;
    let copy = book::row(archive, id).await?; // read after the inventory: a change since then is a conflict
    let mut file = super::sealed_bytes(archive, id).await?;
    follows_the_booked(archive, &object, &inventory, &copy, &file).await?;
    let found = proof_of(archive, &file);
    if found.due(edge(archive)) {
        file = archive.seal.restamp(&file, archive.clock.now()).await?;
        if proof_of(archive, &file).until <= found.until {
            return Err(no_longer());
        }
        keep(archive, &object, inventory.head(), &file).await?;
    }
    let (sha256, proof) = (super::digest_of(&file), proof_of(archive, &file));
    let mut tx = archive.catalogue.begin().await?;
    if copy.sha256.as_deref() != Some(&sha256) {
        book_file(archive, &mut tx, &copy, &sha256, proof).await?;
    }
    proof.book(&mut tx, id).await?;
    book::finish(archive, tx, job).await
}

/// Refuses a file in the vault that is not the booked one or what a renewal made of it.
async fn follows_the_booked(
    archive: &Archive,
    object: &ObjectId,
    inventory: &Inventory,
    copy: &CopyRow,
    file: &[u8],
) -> Result<()> {
    let foreign = || Error::Corrupt {
        what: format!("copy {}: its file is not the one booked", copy.id),
    };
    let booked = copy.sha256.clone().ok_or_else(foreign)?;
    let holds = |version: &u32| {
        let state = inventory.state(*version);
        let digest = state.and_then(|state| state.get(COPY_FILE).copied());
        digest.is_some_and(|digest| digest.to_string() == booked)
    };
    let version = (1..=inventory.head()).find(holds).ok_or_else(foreign)?;
    let earlier = archive.vault.read(object, COPY_FILE, Some(version)).await?;
    let earlier = earlier.into_bytes().await?;
    let good = file.starts_with(&earlier) && verdict_of(archive, file).holds();
    if good { Ok(()) } else { Err(foreign()) }
}

async fn keep(archive: &Archive, object: &ObjectId, head: u32, file: &[u8]) -> Result<()> {
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

/// Books the renewed file in place of the one before, which stays known as ours.
async fn book_file(
    archive: &Archive,
    tx: &mut Tx,
    copy: &CopyRow,
    sha256: &str,
    proof: Proof,
) -> Result<()> {
    let moved = sqlx::query("UPDATE copies SET sha256 = $1 WHERE id = $2 AND sha256 = $3")
        .bind(sha256)
        .bind(&copy.id)
        .bind(&copy.sha256)
        .execute(&mut **tx)
        .await?;
    if moved.rows_affected() != 1 {
        return Ok(()); // another holder was faster
    }
    sqlx::query("INSERT INTO earlier_files (sha256, copy_id) VALUES ($1, $2)")
        .bind(&copy.sha256)
        .bind(&copy.id)
        .execute(&mut **tx)
        .await?;
    kept_line::enqueue(archive, tx, &copy.id).await?;
    let details = json!({ "sha256": sha256, "until": proof.until.map(stamp) });
    let deed = Deed::CopySealRenewed;
    book::log(archive, tx, "machine", &copy.id, deed, details).await
}

fn no_longer() -> Error {
    Error::block("errors.stamp_no_longer")
}
