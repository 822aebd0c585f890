//! The index from outside: real folders, real commits, facts as names.

#![allow(clippy::unwrap_used)] // a test that fails should stop there
#![allow(clippy::disallowed_methods)] // it runs programs and waits for them; `clippy.toml` means the service

mod following;
mod formats;
mod hostile;
mod model;
mod pages;
mod people;
mod ranking;
mod values;
