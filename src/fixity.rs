//! Fixity: watching over what is preserved: every byte re-read at a set pace, the catalogue held against the
//! vault, the catalogue made again from the vault alone, and a copy of everything elsewhere.

mod backup;
mod compare;
mod expected;
mod rebuild;
mod reconcile;
mod repair;
mod scrub;
mod state;

pub use backup::{Backup, SUMS_FILE, backup};
pub use compare::{Differences, Holdings, compare, holdings};
pub use rebuild::{Rebuilt, beside, rebuild};
pub use reconcile::{Reconciliation, reconcile};
pub use repair::{Repair, StrayFound, repair};
pub use scrub::{Finding, ScrubOptions, ScrubReport, scrub};
pub use state::{ScrubMarks, ScrubState, marks, state};
