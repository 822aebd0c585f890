//! Image in, words and fields out; no database, no HTTP.

pub mod reading;
