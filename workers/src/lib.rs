//! Image in, words and fields out; no database, no HTTP.

pub mod decode;
pub mod outcome;
pub mod reading;
