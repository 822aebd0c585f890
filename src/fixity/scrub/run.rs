//! The written side of a scrub: its checkpoint, its findings, its entries in the log.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::json;

use super::object_check::{ObjectCheck, Outcome};
use super::{Finding, ScrubReport};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{Insert, Tx};
use crate::clock::stamp;
use crate::error::Result;
use crate::fixity::expected;
use crate::vault::ObjectId;

/// Checks gathered into one transaction; after a crash at most this many are repeated.
const STEP: usize = 200;
/// After this long a step is written down though it is not full.
const LONGEST_STEP: Duration = Duration::from_secs(5);

/// A scrub as the catalogue holds it.
#[derive(sqlx::FromRow)]
struct Stored {
    id: String,
    finished_at: Option<String>,
    objects: i64,
    files: i64,
    bytes: i64,
}

pub(super) struct Run {
    pub report: ScrubReport,
    damaged: BTreeSet<String>,
    unreadable: BTreeSet<String>,
    unsaved: Vec<ObjectCheck>,
    saved_at: Instant,
}

impl Run {
    /// Goes on with the newest scrub if that was cut off and `resume` is wanted, or begins one.
    pub(super) async fn take_up(archive: &Archive, resume: bool) -> Result<Self> {
        let pool = archive.catalogue.pool();
        let newest: Option<Stored> =
            sqlx::query_as("SELECT * FROM scrub_runs ORDER BY started_at DESC, id DESC LIMIT 1")
                .fetch_optional(pool)
                .await?;
        let cut_off = |run: &Stored| resume && run.finished_at.is_none();
        if let Some(run) = newest.filter(cut_off) {
            return Self::go_on(archive, run).await;
        }
        let run_id = archive.clock.new_id();
        let mut tx = archive.begin_as_machine().await?;
        Insert::into("scrub_runs")
            .set("id", &run_id)
            .set("started_at", stamp(archive.clock.now()))
            .run(&mut tx)
            .await?;
        tx.commit().await?;
        Ok(Self::over(ScrubReport {
            run_id,
            ..ScrubReport::default()
        }))
    }

    async fn go_on(archive: &Archive, stored: Stored) -> Result<Self> {
        let count = |number: i64| u64::try_from(number).unwrap_or(0);
        let mut run = Self::over(ScrubReport {
            run_id: stored.id,
            resumed: true,
            objects: count(stored.objects),
            files: count(stored.files),
            bytes: count(stored.bytes),
            ..ScrubReport::default()
        });
        run.report.findings = findings(archive, &run.report.run_id).await?;
        let checks: Vec<(String, Outcome)> = sqlx::query_as(
            "SELECT location, outcome FROM scrub_checks WHERE run_id = $1 AND outcome <> 'whole'",
        )
        .bind(&run.report.run_id)
        .fetch_all(archive.catalogue.pool())
        .await?;
        for (location, outcome) in checks {
            match outcome {
                Outcome::Unreadable => run.unreadable.insert(location),
                _ => run.damaged.insert(location),
            };
        }
        run.count();
        Ok(run)
    }

    fn over(report: ScrubReport) -> Self {
        Self {
            report,
            damaged: BTreeSet::new(),
            unreadable: BTreeSet::new(),
            unsaved: Vec::new(),
            saved_at: Instant::now(),
        }
    }

    /// Whether the scrub that was cut off had been at this place.
    pub(super) async fn has_seen(&self, archive: &Archive, location: &str) -> Result<bool> {
        if !self.report.resumed {
            return Ok(false);
        }
        let seen = sqlx::query("SELECT 1 FROM scrub_checks WHERE location = $1 AND run_id = $2")
            .bind(location)
            .bind(&self.report.run_id)
            .fetch_optional(archive.catalogue.pool())
            .await?;
        Ok(seen.is_some())
    }

    /// Takes a check into the account.
    pub(super) async fn note(&mut self, archive: &Archive, check: ObjectCheck) -> Result<()> {
        let known =
            self.damaged.contains(&check.location) || self.unreadable.contains(&check.location);
        // An object may be met twice, by the walk and by its name; it counts once.
        self.report.objects += u64::from(!known);
        self.report.files += check.files;
        self.report.bytes += check.bytes;
        match check.outcome {
            Outcome::Whole => {}
            Outcome::Damaged => _ = self.damaged.insert(check.location.clone()),
            Outcome::Unreadable => _ = self.unreadable.insert(check.location.clone()),
        }
        self.report.findings.extend(check.findings.iter().cloned());
        self.count();
        // Damage is written down at once: whoever is told of it must find it in the catalogue even if the
        // scrub dies.
        let urgent = check.outcome != Outcome::Whole;
        self.unsaved.push(check);
        if urgent || self.unsaved.len() >= STEP || self.saved_at.elapsed() > LONGEST_STEP {
            self.save(archive).await?;
        }
        Ok(())
    }

    fn count(&mut self) {
        self.report.damaged = self.damaged.len() as u64;
        self.report.unreadable = self.unreadable.len() as u64;
    }

    /// Writes down what was looked at since the last time, with the log's entries of damage.
    pub(super) async fn save(&mut self, archive: &Archive) -> Result<()> {
        let now = stamp(archive.clock.now());
        let mut tx = archive.begin_as_machine().await?;
        for check in &self.unsaved {
            save_check(&mut tx, &self.report.run_id, check, &now).await?;
            save_findings(&mut tx, &self.report.run_id, check, &now).await?;
            if check.outcome != Outcome::Whole {
                log_damage(&mut tx, check).await?;
            }
        }
        let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        sqlx::query("UPDATE scrub_runs SET objects = $1, files = $2, bytes = $3 WHERE id = $4")
            .bind(count(self.report.objects))
            .bind(count(self.report.files))
            .bind(count(self.report.bytes))
            .bind(&self.report.run_id)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        self.unsaved.clear();
        self.saved_at = Instant::now();
        Ok(())
    }

    /// Looks for every object that the catalogue knows and the walk did not meet by name: gone, with
    /// a damaged inventory, or deposited behind the walk's back.
    pub(super) async fn ask_for_unseen(&mut self, archive: &Archive) -> Result<()> {
        self.save(archive).await?;
        let unseen = format!(
            "SELECT o.object_id FROM ({}) o WHERE NOT EXISTS (SELECT 1 FROM scrub_checks c
             WHERE c.object_id = o.object_id AND c.run_id = $1) ORDER BY o.object_id",
            expected::OBJECTS
        );
        let ids: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(unseen))
            .bind(&self.report.run_id)
            .fetch_all(archive.catalogue.pool())
            .await?;
        for id in ids {
            let check = ObjectCheck::at(archive, &ObjectId::new(id)?).await;
            self.note(archive, check).await?;
        }
        Ok(())
    }

    /// Closes the scrub. Places that it did not meet are no longer there.
    pub(super) async fn finish(mut self, archive: &Archive) -> Result<ScrubReport> {
        self.save(archive).await?;
        let report = self.report;
        let mut tx = archive.begin_as_machine().await?;
        // Checks are a checkpoint and no history; findings of earlier runs stay.
        sqlx::query("DELETE FROM scrub_checks WHERE run_id <> $1")
            .bind(&report.run_id)
            .execute(&mut *tx)
            .await?;
        tx.set(
            "scrub_runs",
            &report.run_id,
            "finished_at",
            stamp(archive.clock.now()),
        )
        .await?;
        tx.log(
            Action::Scrubbed,
            ("scrub", &report.run_id),
            json!({
                "objects": report.objects, "files": report.files, "bytes": report.bytes,
                "damaged": report.damaged, "unreadable": report.unreadable,
            }),
        )
        .await?;
        tx.commit().await?;
        Ok(report)
    }
}

/// Writes down a later look at a place; true where it was found whole.
pub(super) async fn correct(
    archive: &Archive,
    location: &str,
    check: &ObjectCheck,
) -> Result<bool> {
    let mut tx = archive.begin_as_machine().await?;
    // In the name of the run that saw it last, so that the run's own end does not take it for gone.
    sqlx::query(
        "UPDATE scrub_checks SET outcome = $1, object_id = $2, checked_at = $3 WHERE location = $4",
    )
    .bind(check.outcome)
    .bind(&check.object_id)
    .bind(stamp(archive.clock.now()))
    .bind(location)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(check.outcome == Outcome::Whole)
}

async fn save_check(tx: &mut Tx, run_id: &str, check: &ObjectCheck, now: &str) -> Result<()> {
    Insert::into("scrub_checks")
        .set("location", &check.location)
        .set("object_id", &check.object_id)
        .set("run_id", run_id)
        .set("outcome", check.outcome)
        .set("checked_at", now)
        .or_replace("(location)")
        .run(tx)
        .await?;
    Ok(())
}

async fn save_findings(tx: &mut Tx, run_id: &str, check: &ObjectCheck, now: &str) -> Result<()> {
    for finding in &check.findings {
        Insert::into("scrub_findings")
            .set("run_id", run_id)
            .set("location", &finding.location)
            .set("path", &finding.path)
            .set("object_id", &finding.object_id)
            .set("outcome", &finding.outcome)
            .set("detail", &finding.detail)
            .set("found_at", now)
            .or_ignore("(run_id, location, path)")
            .run(tx)
            .await?;
    }
    Ok(())
}

async fn log_damage(tx: &mut Tx, check: &ObjectCheck) -> Result<()> {
    // Paths hold the names of delivered files, which may be names of people: the log has counts.
    let outcomes: BTreeSet<&str> = check.findings.iter().map(|f| f.outcome.as_str()).collect();
    tx.log(
        Action::DamageFound,
        (
            "object",
            check.object_id.as_deref().unwrap_or(&check.location),
        ),
        json!({
            "outcome": check.outcome, "found": outcomes, "files": check.findings.len(),
        }),
    )
    .await
}

async fn findings(archive: &Archive, run_id: &str) -> Result<Vec<Finding>> {
    Ok(
        sqlx::query_as("SELECT * FROM scrub_findings WHERE run_id = $1 ORDER BY location, path")
            .bind(run_id)
            .fetch_all(archive.catalogue.pool())
            .await?,
    )
}
