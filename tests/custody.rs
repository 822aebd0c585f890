//! Watching over what is kept: scrubbing with damage in every shape, rebuilding, reconciling, backup.

mod backup;
mod rebuilding;
mod reconciling;
mod scrubbing;
mod values;
