//! The index from outside: real folders, real commits, facts as names.

#![allow(clippy::unwrap_used)] // a test that fails should stop there

mod following;
mod formats;
mod hostile;
mod model;
mod people;
mod ranking;
mod values;
