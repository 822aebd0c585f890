//! Image in, words and fields out; no database, no HTTP.

pub mod child;
pub mod class;
pub mod dates;
pub mod decode;
pub mod fold;
pub mod limits;
pub mod outcome;
pub mod pool;
pub mod probe;
mod protocol;
pub mod reading;
mod render;
#[cfg(test)]
mod testing;
