//! Image in, words and fields out; no database, no HTTP.

pub mod class;
pub mod decode;
pub mod fold;
pub mod outcome;
pub mod reading;
