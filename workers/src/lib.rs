//! Image in, words and fields out; no database, no HTTP.

mod belief;
pub mod child;
pub mod class;
mod classify;
pub mod column_map;
pub mod confidence;
mod cutout;
pub mod dates;
pub mod decode;
mod folio;
mod form;
mod gazetteer;
mod geometry;
mod handover;
pub mod limits;
mod lines;
mod median;
mod names;
mod orient;
pub mod outcome;
mod page_pass;
mod page_reader;
mod page_words;
mod pitch;
pub mod pool;
mod prepare;
pub mod probe;
mod protocol;
pub mod quality;
pub mod reading;
pub mod recognise;
mod register;
mod render;
mod second_look;
mod signature;
pub mod steps;
mod strips;
mod table;
#[cfg(test)]
mod testing;
mod value;

pub use page_reader::{Known, read_page, read_page_without};
pub use protocol::VERSION as PROTOCOL_VERSION;
