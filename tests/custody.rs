//! Watching over what is kept: scrubbing with damage in every shape, rebuilding, reconciling, backup.

mod backup;
mod mending;
mod rebuilding;
mod rebuilt_tables;
mod reconciling;
mod scrubbing;
mod values;
