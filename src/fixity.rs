//! Fixity: watching over what is preserved: every byte re-read at a set pace, the catalogue held against the
//! vault, and the catalogue made again from the vault alone.

mod compare;
mod expected;
mod rebuild;
mod reconcile;
mod repair;
mod scrub;
mod state;

pub use compare::{Differences, Holdings, compare, holdings};
pub use expected::expected_objects;
pub use rebuild::{Rebuilt, beside, rebuild};
pub use reconcile::{Reconciliation, reconcile};
pub use repair::{Repair, StrayFound, repair};
pub use scrub::{Finding, ScrubOptions, ScrubReport, damaged_places, look_again, scrub};
pub use state::{FondsCoverage, ScrubMarks, ScrubState, coverage, marks, state};
