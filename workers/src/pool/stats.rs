//! What the pool has done, in figures for an operator.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::limits::Confinement;
use crate::outcome::FailureKind;

/// The word under which pages that ended well are counted.
const DONE: &str = "done";

/// Figures at one moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PoolStats {
    /// Process numbers of the children alive.
    pub pids: Vec<u32>,
    /// Children that are reading a page.
    pub busy: u64,
    /// Children started so far, replacements included.
    pub started: u64,
    /// Requests answered so far.
    pub pages: u64,
    /// Requests answered so far by outcome: `done` or a failure's code.
    pub outcomes: BTreeMap<&'static str, u64>,
    /// Bytes admitted now, beside what children keep between pages.
    pub bytes_admitted: u64,
    /// The stated ceiling, in bytes.
    pub ceiling_bytes: u64,
    /// The most any child has held, in bytes.
    pub highest_child_bytes: u64,
    /// Fences around the youngest child; absent before the first.
    pub confinement: Option<Confinement>,
}

/// The counts as they run, shared by the supervisors.
#[derive(Debug)]
pub(super) struct Tally {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    stats: PoolStats,
    closed: bool,
}

impl Tally {
    pub(super) fn new(ceiling_bytes: u64) -> Self {
        let stats = PoolStats {
            ceiling_bytes,
            ..PoolStats::default()
        };
        Self {
            inner: Mutex::new(Inner {
                stats,
                closed: false,
            }),
        }
    }

    pub(super) fn begin(&self) {
        self.lock().stats.busy += 1;
    }

    pub(super) fn end(&self, failed: Option<FailureKind>) {
        let mut inner = self.lock();
        inner.stats.busy -= 1;
        inner.stats.pages += 1;
        *inner
            .stats
            .outcomes
            .entry(failed.map_or(DONE, FailureKind::code))
            .or_default() += 1;
    }

    pub(super) fn started(&self, pid: u32, confinement: Confinement) {
        let mut inner = self.lock();
        inner.stats.pids.push(pid);
        inner.stats.started += 1;
        inner.stats.confinement = Some(confinement);
    }

    pub(super) fn ended(&self, pid: u32) {
        self.lock().stats.pids.retain(|other| *other != pid);
    }

    pub(super) fn measured(&self, highest: u64) {
        let mut inner = self.lock();
        inner.stats.highest_child_bytes = inner.stats.highest_child_bytes.max(highest);
    }

    pub(super) fn close(&self) {
        self.lock().closed = true;
    }

    pub(super) fn is_closed(&self) -> bool {
        self.lock().closed
    }

    pub(super) fn stats(&self, bytes_admitted: u64) -> PoolStats {
        PoolStats {
            bytes_admitted,
            ..self.lock().stats.clone()
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Counters are whole after every statement, so a panic elsewhere does not spoil them.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
