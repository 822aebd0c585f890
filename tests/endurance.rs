//! It goes on by itself: faults of the world are waited out, what is wrong itself is named, and nobody makes a thing twice.

mod agreement;
mod delivering;
mod makers;
mod nodes;
mod readiness;
mod same_settings;
mod waiting;
mod wrong_settings;
